//! The rows of all parts in one stream, in the order of the report.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap, VecDeque};

use rayon::prelude::*;
use report::model::v1::{DeviceRow, PartyLeaf, Word};
use report::read::Rows;
use report::seal::{SealRow, Tree};
use report::{FindingsWriter, ReadError, RuleTexts, Short};
use types::{Eui64, Mpan, Sha256Digest};

use super::Part;
use super::apart::Seen;
use super::checked::{Checked, lines};
use crate::error::Error;
use crate::progress::Progress;
use crate::sinks::Sinks;
use crate::verify::rows::Blocks;

/// What is read and parsed at once, and how much of it waits over all parts.
const BLOCK: usize = 128 << 10;
const BLOCKS: usize = 64;

/// The rule that fails for a device of several rows of the estate.
const LISTED_TWICE: &str = "device-listed-twice";

/// The parties of a tree over all parts, by name.
struct Parties {
    names: Vec<String>,
    ranks: HashMap<String, u32>,
}

impl Parties {
    fn of(parts: &[Part], tree: Tree) -> Result<Self, Error> {
        let mut names = BTreeSet::new();
        for part in parts {
            for leaf in Rows::<PartyLeaf, _>::new(lines(&part.reader, tree.file())?) {
                let at = |source| Error::Report { path: part.folder().join(tree.file()), source };
                names.insert(leaf.map_err(at)?.party);
            }
        }
        let ranks = names.iter().cloned().zip(0u32..).collect();
        Ok(Self { names: names.into_iter().collect(), ranks })
    }

    fn name(&self, rank: u32) -> &str {
        self.names.get(rank as usize).map_or("", String::as_str)
    }
}

/// What rows are read by.
struct Terms<'t> {
    dnos: Parties,
    suppliers: Parties,
    texts: &'t RuleTexts,
}

/// A row that waits for its turn.
struct Row {
    dno: u32,
    device: Eui64,
    supplier: u32,
    mpan: Option<Mpan>,
    /// Whether the estate lists the device with several metering points.
    unclear: bool,
    /// Whether registration data of its metering point told who is expected.
    registered: bool,
    verdict: Word,
    leaf: Sha256Digest,
    /// Where its line ends, with its line feed.
    end: usize,
    /// Where the lines of its findings end.
    findings: usize,
}

/// Some rows of a part.
struct Block {
    octets: Vec<u8>,
    findings: Vec<u8>,
    rows: VecDeque<Row>,
    /// How far it was taken.
    taken: [usize; 2],
}

/// A block, or why the rows of a part can't be read.
fn parse(octets: Vec<u8>, terms: &Terms<'_>) -> Result<Block, String> {
    let (mut rows, mut findings, mut start) = (VecDeque::new(), Vec::new(), 0);
    let mut writer = FindingsWriter::new();
    for end in memchr::memchr_iter(b'\n', &octets) {
        let line = octets.get(start..end).unwrap_or_default();
        start = end + 1;
        let row: DeviceRow<'_> = serde_json::from_slice(line).map_err(|error| error.to_string())?;
        let rank = |parties: &Parties, party: &str| {
            parties.ranks.get(party).copied().ok_or_else(|| format!("party {party:?} has no leaf"))
        };
        writer.push(&row, terms.texts).map_err(|error| error.to_string())?;
        findings.append(&mut writer.take().map_err(|error| error.to_string())?);
        rows.push_back(Row {
            dno: rank(&terms.dnos, Tree::Dno.party(row.dno.as_deref(), None))?,
            device: row.device_id.as_str().parse().map_err(|error| format!("device_id: {error}"))?,
            supplier: rank(&terms.suppliers, Tree::Supplier.party(None, row.supplier.as_deref()))?,
            mpan: row.mpan.as_ref().map(mpan).transpose()?,
            unclear: row.mpan.is_none() && row.findings.iter().any(|finding| finding.rule == LISTED_TWICE),
            registered: row.expectation == "registration",
            verdict: row.verdict,
            leaf: report::merkle::leaf(line),
            end: end + 1,
            findings: findings.len(),
        });
    }
    Ok(Block { octets, findings, rows, taken: [0, 0] })
}

fn mpan(text: &Short) -> Result<Mpan, String> {
    text.as_str().parse().map_err(|error| format!("mpan: {error}"))
}

/// The rows of a part that wait.
struct Source<'p> {
    part: &'p Part,
    file: Blocks<Checked>,
    ended: bool,
    waiting: VecDeque<Block>,
}

impl Source<'_> {
    fn failed(&self, source: ReadError) -> Error {
        Error::Report { path: self.part.folder().join("devices.jsonl"), source }
    }

    fn next(&self) -> Option<&Row> {
        self.waiting.front()?.rows.front()
    }

    /// Reads blocks until so many wait.
    fn fill(&mut self, blocks: usize, terms: &Terms<'_>) -> Result<(), Error> {
        let mut read = Vec::new();
        while !self.ended && self.waiting.len() + read.len() < blocks {
            match self.file.next() {
                Ok(Some(block)) => read.push(block),
                Ok(None) => self.ended = true,
                Err(error) => return Err(self.failed(error)),
            }
        }
        let parsed: Vec<Result<Block, String>> =
            read.into_par_iter().map(|block| parse(block, terms)).collect();
        for block in parsed {
            let block = block.map_err(|message| self.failed(ReadError::Form { line: 0, message }))?;
            self.waiting.push_back(block);
        }
        Ok(())
    }

    /// Moves the next row to where it is written.
    fn take(&mut self, into: &mut Taken) -> Option<Row> {
        let block = self.waiting.front_mut()?;
        let row = block.rows.pop_front()?;
        let [line, findings] = block.taken;
        into.octets.extend_from_slice(block.octets.get(line..row.end).unwrap_or_default());
        into.findings.extend_from_slice(block.findings.get(findings..row.findings).unwrap_or_default());
        block.taken = [row.end, row.findings];
        if block.rows.is_empty() {
            self.waiting.pop_front();
        }
        Some(row)
    }
}

/// Rows in the order of the report, to be written.
#[derive(Default)]
struct Taken {
    octets: Vec<u8>,
    findings: Vec<u8>,
    rows: Vec<Row>,
}

impl Taken {
    fn write(&self, sinks: &mut Sinks, terms: &Terms<'_>) -> Result<(), Error> {
        sinks.push(&self.octets, u64::try_from(self.rows.len()).unwrap_or(0), &self.findings)?;
        for row in &self.rows {
            let (dno, supplier) = (terms.dnos.name(row.dno), terms.suppliers.name(row.supplier));
            let (dno, supplier) = (Some(dno), Some(supplier));
            sinks.seal(&SealRow { leaf: row.leaf, dno, supplier, verdict: &row.verdict })?;
        }
        Ok(())
    }

    fn clear(&mut self) {
        self.octets.clear();
        self.findings.clear();
        self.rows.clear();
    }
}

/// Writes the rows of all parts, and tells which devices and metering points each has.
pub(super) fn join(
    parts: &[Part],
    texts: &RuleTexts,
    sinks: &mut Sinks,
    progress: &Progress<'_>,
) -> Result<Seen, Error> {
    let (dnos, suppliers) = (Parties::of(parts, Tree::Dno)?, Parties::of(parts, Tree::Supplier)?);
    let terms = Terms { dnos, suppliers, texts };
    let mut sources = Vec::with_capacity(parts.len());
    for part in parts {
        let file = Blocks::new(Checked::open(&part.reader, "devices.jsonl")?, BLOCK);
        sources.push(Source { part, file, ended: false, waiting: VecDeque::new() });
    }
    let most = (BLOCKS / parts.len().max(1)).clamp(2, 16);
    let all: u64 = parts.iter().map(|part| part.manifest().counts.meters).fold(0, u64::saturating_add);
    let (mut taken, mut seen, mut done) = (Taken::default(), Seen::of(parts.len()), 0);
    loop {
        // What was taken is written while more is read.
        let (written, filled) = rayon::join(
            || taken.write(sinks, &terms),
            || sources.par_iter_mut().try_for_each(|source| source.fill(most, &terms)),
        );
        written?;
        filled?;
        done += u64::try_from(taken.rows.len()).unwrap_or(0);
        progress.count(done, all, "rows");
        progress.go_on()?;
        taken.clear();
        take(&mut sources, &mut taken, &mut seen);
        if taken.rows.is_empty() {
            break;
        }
    }
    seen.sort();
    Ok(seen)
}

/// Takes rows in their order until a part has to be read further.
fn take(sources: &mut [Source<'_>], taken: &mut Taken, seen: &mut Seen) {
    let head = |(number, source): (usize, &Source<'_>)| {
        source.next().map(|row| Reverse((row.dno, row.device, number)))
    };
    let mut heads: BinaryHeap<_> = sources.iter().enumerate().filter_map(head).collect();
    while let Some(Reverse((_, device, number))) = heads.pop() {
        let Some(source) = sources.get_mut(number) else { break };
        let Some(row) = source.take(taken) else { break };
        if let Some(devices) = seen.devices.get_mut(number) {
            devices.push(device);
        }
        if let (Some(mpan), Some(mpans)) = (row.mpan, seen.mpans.get_mut(number)) {
            mpans.push(mpan);
        }
        if let (Some(mpan), Some(mpans)) =
            (row.mpan, seen.registered.get_mut(number).filter(|_| row.registered))
        {
            mpans.push(mpan);
        }
        if row.unclear {
            seen.unclear.get_or_insert(number);
        }
        taken.rows.push(row);
        match head((number, source)) {
            Some(next) => heads.push(next),
            None if source.ended => {}
            None => break,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::LISTED_TWICE;

    #[test]
    fn the_rule_of_devices_with_several_rows_is_called_so() {
        assert!(audit::rule(LISTED_TWICE).is_some());
    }
}
