//! Samples of containers.

use crate::forms::Files;
use crate::forms::container::{Packing, gzip, hostile, zip, zstd};

/// Packs two of the message samples in every way.
pub(super) fn add(files: &mut Files) {
    let names = ["two-network-operator-cells.hex", "trust-anchor-not-found.hex"];
    let messages: Files = names
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), files.get(&format!("records/gbcs/{name}"))?.clone())))
        .collect();
    let all: Vec<u8> = messages.values().flatten().copied().collect();
    let archive = zip(&messages);
    let one = |name: &str, octets: &[u8]| Files::from([(name.to_owned(), octets.to_vec())]);
    let cut = |octets: &[u8]| octets.get(..octets.len() / 2).unwrap_or_default().to_vec();
    let in_zip = Packing::ZipInZip.pack(&messages).into_values().next().unwrap_or_default();
    let members = [gzip(&all), gzip(&all)].concat();
    let mut flipped = gzip(&all);
    if let Some(checksum) = flipped.iter_mut().rev().nth(7) {
        *checksum ^= 1;
    }
    for (name, octets) in [
        ("messages.hex.gz", gzip(&all)),
        ("two-members.hex.gz", members),
        ("messages.hex.zst", zstd(&all)),
        ("messages.zip", archive.clone()),
        ("zip-in-zip.zip", in_zip.clone()),
        ("gzip-in-zip.zip", zip(&one("messages.hex.gz", &gzip(&all)))),
        ("wrong-extension.csv", zstd(&all.repeat(2))),
        ("empty.zip", zip(&Files::new())),
        ("reject-cut-short.hex.gz", cut(&gzip(&all))),
        ("reject-wrong-checksum.hex.gz", flipped),
        ("reject-cut-short.hex.zst", cut(&zstd(&all))),
        ("reject-cut-short.zip", cut(&archive)),
        ("reject-wrong-checksum.zip", hostile::wrong_checksum(&messages)),
        ("reject-encrypted.zip", hostile::encrypted(&messages)),
        ("reject-nested-twice.zip", zip(&one("packed.zip", &in_zip))),
        ("reject-path-that-escapes.zip", hostile::named("../../two.hex", &all)),
        ("absolute-path.zip", hostile::named("/tmp/dnoaudit.hex", &all)),
        ("reject-ratio.hex.zst", zstd(&vec![b'0'; 70_000_000])),
    ] {
        files.insert(format!("records/packed/{name}"), octets);
    }
}
