//! Containers: files as they are packed to be sent.

use std::io::{self, Cursor, Write};

use flate2::{Compression, GzBuilder};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::Files;

/// One gzip member.
///
/// # Panics
///
/// There is no memory for it.
#[must_use]
pub fn gzip(octets: &[u8]) -> Vec<u8> {
    let mut writer = GzBuilder::new().write(Vec::new(), Compression::default());
    writer.write_all(octets).and_then(|()| writer.finish()).expect("octets in memory")
}

/// One Zstandard frame.
///
/// # Panics
///
/// There is no memory for it.
#[must_use]
pub fn zstd(octets: &[u8]) -> Vec<u8> {
    zstd::encode_all(octets, 3).expect("octets in memory")
}

/// A zip archive of files by name.
///
/// # Panics
///
/// A name is longer than archives allow.
#[must_use]
pub fn zip(files: &Files) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, octets) in files {
        let written = archive.start_file(name.as_str(), options).map_err(io::Error::other);
        written.and_then(|()| archive.write_all(octets)).expect("octets in memory");
    }
    archive.finish().expect("an archive in memory").into_inner()
}

/// How files are packed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Packing {
    /// Not at all.
    Plain,
    /// Each by gzip.
    Gzip,
    /// Each by Zstandard.
    Zstd,
    /// All in one zip archive.
    Zip,
    /// All in one zip archive that is the only file of another.
    ZipInZip,
    /// Each by gzip, all of these in one zip archive.
    GzipInZip,
}

impl Packing {
    /// Every packing.
    pub const ALL: [Self; 6] =
        [Self::Plain, Self::Gzip, Self::Zstd, Self::Zip, Self::ZipInZip, Self::GzipInZip];

    /// The files as they are then.
    #[must_use]
    pub fn pack(self, files: &Files) -> Files {
        let each = |suffix: &str, pack: fn(&[u8]) -> Vec<u8>| -> Files {
            files.iter().map(|(name, octets)| (format!("{name}{suffix}"), pack(octets))).collect()
        };
        let one = |files: &Files| Files::from([("packed.zip".to_owned(), zip(files))]);
        match self {
            Self::Plain => files.clone(),
            Self::Gzip => each(".gz", gzip),
            Self::Zstd => each(".zst", zstd),
            Self::Zip => one(files),
            Self::ZipInZip => one(&one(files)),
            Self::GzipInZip => one(&each(".gz", gzip)),
        }
    }
}

/// Ways in which an archive is damaged or made to do harm.
pub mod hostile {
    use super::{Files, zip};

    /// The place of a header in an archive, by its signature.
    fn headers(archive: &[u8], signature: [u8; 4]) -> Vec<usize> {
        let places = archive.windows(4).enumerate().filter(|(_, window)| *window == signature);
        places.map(|(place, _)| place).collect()
    }

    const LOCAL: [u8; 4] = *b"PK\x03\x04";
    const CENTRAL: [u8; 4] = *b"PK\x01\x02";

    fn change(archive: &mut [u8], at: usize, with: impl Fn(u8) -> u8) {
        if let Some(octet) = archive.get_mut(at) {
            *octet = with(*octet);
        }
    }

    /// The archive with other checksums of its entries than their content has.
    #[must_use]
    pub fn wrong_checksum(files: &Files) -> Vec<u8> {
        let mut archive = zip(files);
        for (signature, offset) in [(LOCAL, 14), (CENTRAL, 16)] {
            for place in headers(&archive, signature) {
                change(&mut archive, place + offset, |octet| octet ^ 0x55);
            }
        }
        archive
    }

    /// The archive with all entries said to be encrypted.
    #[must_use]
    pub fn encrypted(files: &Files) -> Vec<u8> {
        let mut archive = zip(files);
        for (signature, offset) in [(LOCAL, 6), (CENTRAL, 8)] {
            for place in headers(&archive, signature) {
                change(&mut archive, place + offset, |octet| octet | 1);
            }
        }
        archive
    }

    /// An archive of which one entry holds this many octets, all the same, in a thousandth of that.
    #[must_use]
    pub fn bomb(octets: usize) -> Vec<u8> {
        zip(&Files::from([("bomb.csv".to_owned(), vec![b'0'; octets])]))
    }

    /// An archive of which the first entry has this name, whatever it leads to. Names have the same length.
    #[must_use]
    pub fn named(name: &str, octets: &[u8]) -> Vec<u8> {
        let innocent = "x".repeat(name.len());
        let archive = zip(&Files::from([(innocent.clone(), octets.to_vec())]));
        replace_all(&archive, innocent.as_bytes(), name.as_bytes())
    }

    /// An archive with this many entries.
    #[must_use]
    pub fn crowded(entries: usize) -> Vec<u8> {
        zip(&(0..entries).map(|number| (format!("{number}.hex"), Vec::new())).collect())
    }

    fn replace_all(octets: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
        let mut out = octets.to_vec();
        let places: Vec<usize> = octets
            .windows(from.len().max(1))
            .enumerate()
            .filter(|(_, window)| *window == from)
            .map(|(place, _)| place)
            .collect();
        for place in places {
            if let Some(room) = out.get_mut(place..place + to.len()) {
                room.copy_from_slice(to);
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn files() -> Files {
        [("a.hex", "DF09\n"), ("b/c.csv", "gbcs\n")]
            .map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()))
            .into()
    }

    fn unzip(octets: &[u8]) -> Result<Files, zip::result::ZipError> {
        let mut archive = zip::ZipArchive::new(Cursor::new(octets))?;
        let mut found = Files::new();
        for place in 0..archive.len() {
            let mut entry = archive.by_index(place)?;
            let name = entry.name()?.into_owned();
            let mut content = Vec::new();
            entry.read_to_end(&mut content)?;
            found.insert(name, content);
        }
        Ok(found)
    }

    #[test]
    fn archives_hold_what_was_put_into_them() {
        assert_eq!(unzip(&zip(&files())).unwrap(), files());
        let twice = Packing::ZipInZip.pack(&files());
        let inner = unzip(&twice["packed.zip"]).unwrap();
        assert_eq!(unzip(&inner["packed.zip"]).unwrap(), files());
        let mut back = Vec::new();
        flate2::read::GzDecoder::new(&gzip(b"DF09")[..]).read_to_end(&mut back).unwrap();
        assert_eq!(back, b"DF09");
        assert_eq!(::zstd::decode_all(&zstd(b"DF09")[..]).unwrap(), b"DF09");
    }

    #[test]
    fn hostile_archives_are_what_they_say() {
        assert!(unzip(&hostile::wrong_checksum(&files())).is_err());
        assert!(unzip(&hostile::encrypted(&files())).is_err());
        let bomb = hostile::bomb(10_000_000);
        assert!(bomb.len() < 20_000);
        assert_eq!(unzip(&bomb).unwrap()["bomb.csv"].len(), 10_000_000);
        let escaping = unzip(&hostile::named("../../x.hex", b"DF09")).unwrap();
        assert_eq!(escaping["../../x.hex"], b"DF09");
        assert_eq!(unzip(&hostile::crowded(300)).unwrap().len(), 300);
    }
}
