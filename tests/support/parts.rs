//! An estate whose files about meters are split into parts.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    dead_code,
    reason = "helpers of tests, each of which uses some"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use dno_audit::{Config, InputSpec};
use testkit::estate::EstateOptions;

use crate::support::{config, records};

/// How rows are dealt to parts.
#[derive(Clone, Copy, Debug)]
pub(crate) enum By {
    /// By the first two digits of the metering point, as an operator's area has them.
    Dno,
    /// By a hash of the metering point.
    Hash,
}

/// The waivers of every part: one that is used, one that is for the meters of few parts, one unused, one expired.
pub(crate) const WAIVERS: &str = r#"
[[waiver]]
id = "W-1"
rule = "placeholder-in-cell"
reason = "known"
approver = "A. Body"
expires = "2027-01-01T00:00:00Z"
regions = ["London", "Yorkshire"]

[[waiver]]
id = "W-2"
rule = "another-network-operator"
reason = "known"
approver = "A. Body"
expires = "2027-01-01T00:00:00Z"
suppliers = ["SUP-A"]

[[waiver]]
id = "W-3"
rule = "cell-absent"
reason = "known"
approver = "A. Body"
expires = "2027-01-01T00:00:00Z"
models = ["None"]

[[waiver]]
id = "W-4"
rule = "placeholder-in-cell"
reason = "known"
approver = "A. Body"
expires = "2025-12-01T00:00:00Z"
suppliers = ["SUP-B"]
"#;

/// Parts of an estate below `parts/` of the folder in which it was written.
pub(crate) struct Parts {
    pub(crate) folder: PathBuf,
    pub(crate) options: EstateOptions,
    pub(crate) count: usize,
}

fn hash(text: &str) -> usize {
    let mix = |hash: u32, octet: u8| (hash ^ u32::from(octet)).wrapping_mul(16_777_619);
    text.bytes().fold(2_166_136_261, mix) as usize
}

impl Parts {
    /// Splits what is known of meters; a device whose metering point says nothing goes where its identifier says.
    pub(crate) fn split(options: &EstateOptions, folder: &Path, by: By, count: usize) -> Self {
        let part_of = |device: &str, mpan: &str| match by {
            By::Dno if mpan.len() == 13 => mpan[..2].parse::<usize>().unwrap() % count,
            By::Hash if mpan.len() == 13 => hash(mpan) % count,
            _ => hash(device) % count,
        };
        let mut of_device: BTreeMap<String, usize> = BTreeMap::new();
        let estate = |line: &str| {
            let fields: Vec<&str> = line.split(',').collect();
            let part = part_of(fields[0], fields[4]);
            of_device.insert(fields[0].replace('-', ""), part);
            part
        };
        deal(folder, "estate.csv", count, estate);
        deal(folder, "registration.csv", count, |line| part_of("", line.split(',').next().unwrap()));
        for file in records(options) {
            // Messages name their device within; what names none that the estate lists may go anywhere.
            let part = |line: &str| match line.get(..23).filter(|device| device.contains('-')) {
                Some(device) => of_device.get(&device.replace('-', "")).copied(),
                None => (0..line.len().saturating_sub(15))
                    .step_by(2)
                    .find_map(|at| of_device.get(line.get(at..at + 16)?).copied()),
            };
            deal(folder, &file.path, count, |line| part(line).unwrap_or(hash(line) % count));
        }
        fs::write(folder.join("waivers.toml"), WAIVERS).unwrap();
        Self { folder: folder.to_path_buf(), options: options.clone(), count }
    }

    /// The configuration of an audit of some parts.
    pub(crate) fn config(&self, parts: &[usize]) -> Config {
        let mut config = config(&self.options, &self.folder);
        let name = |path: &str, part: &usize| format!("parts/{part}/{}", part_name(path, *part));
        let inputs = &mut config.inputs;
        inputs.waivers = vec![InputSpec::new("waivers.toml")];
        for specs in [&mut inputs.estate, &mut inputs.registration, &mut inputs.records] {
            let of_part = |spec: &InputSpec| {
                let spec = spec.clone();
                parts
                    .iter()
                    .map(|part| {
                        let mut of_part = spec.clone();
                        of_part.path = name(&spec.path, part);
                        of_part
                    })
                    .collect::<Vec<_>>()
            };
            *specs = specs.iter().flat_map(of_part).collect();
        }
        config
    }
}

/// The name of a file of a part; each has its own.
fn part_name(path: &str, part: usize) -> String {
    let name = Path::new(path).file_name().unwrap().to_str().unwrap();
    format!("{part}-{name}")
}

/// Deals the lines of a file to parts; each gets its first line.
fn deal(folder: &Path, path: &str, count: usize, mut part_of: impl FnMut(&str) -> usize) {
    let text = fs::read_to_string(folder.join(path)).unwrap();
    let (first, rest) = text.split_once('\n').unwrap();
    let mut parts = vec![format!("{first}\n"); count];
    for line in rest.lines() {
        let part = &mut parts[part_of(line)];
        part.push_str(line);
        part.push('\n');
    }
    for (part, text) in parts.iter().enumerate() {
        let folder = folder.join(format!("parts/{part}"));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(part_name(path, part)), text).unwrap();
    }
}
