//! Inputs that lie in something else: gzip, Zstandard and zip, one within another at most once.
//!
//! In: a stored file. Out: its members, each a [`Source`] of its own that is hashed as it is unpacked, and the size and
//! digest of the file as it is stored. Nothing is written to a place that a member names. A workbook is a zip too, but
//! one input and no container.
//!
//! A member that proves damaged while it is read says so in [`Source::damage`]: then nothing of it is to be used, because
//! nobody knows which of its octets are right.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::MultiGzDecoder;
use types::{InputId, Sha256Digest};
use zip::ZipArchive;
use zip::result::ZipError;

use crate::error::IntakeError;
use crate::limits::{
    EXPANSION_FREE, MAX_ARCHIVE, MAX_ENTRIES, MAX_EXPANSION, MAX_NESTED_CONTAINERS, MAX_UNPACKED,
};
use crate::record::{Reject, shown};
use crate::source::Source;
use crate::spool::Spooled;

/// Why nothing of a container, or of one of its members, is read.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ContainerFault {
    /// It does not unpack to what was packed.
    #[error("damaged: {0}; nothing of it is used")]
    Damaged(String),
    /// It can't be unpacked without a password.
    #[error("encrypted; unpack it first")]
    Encrypted,
    /// It is packed in a way that is not read.
    #[error("{0}; pack it with deflate, gzip or Zstandard")]
    Unsupported(String),
    /// A container in a container in a container.
    #[error("a container more than {MAX_NESTED_CONTAINERS} deep; unpack it first")]
    Nested,
    /// A member with a name that leads out of the archive.
    #[error("the name {0:?} leads out of the archive")]
    Name(String),
    /// More members than any archive of inputs has.
    #[error("{0} entries, more than {MAX_ENTRIES}")]
    Entries(usize),
    /// An archive that is too large to be read out of order.
    #[error("an archive of more than {MAX_ARCHIVE} octets; use gzip or Zstandard for a file so large")]
    TooLarge,
    /// An archive that can be read in two ways: another program would find other files in it.
    #[error("{0}; pack it again")]
    Ambiguous(String),
    /// An archive with nothing in it.
    #[error("an archive without files")]
    Empty,
}

/// A file as it is stored.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Stored {
    /// Its size in octets.
    pub octets: u64,
    /// Its digest.
    pub sha256: Sha256Digest,
}

/// Something that a stored file holds.
#[non_exhaustive]
#[derive(Debug)]
pub struct Member<'m> {
    /// Its number.
    pub id: InputId,
    /// Where it lies within archives, with slashes; nothing if the file is no archive.
    pub within: Option<String>,
    /// Whether it was unpacked, so that it differs from what is stored.
    pub unpacked: bool,
    /// The member, or why there is none.
    pub source: Result<Source<'m>, Reject>,
}

/// Called for each member.
type Each<'e, E> = &'e mut dyn FnMut(Member<'_>) -> Result<(), E>;

/// Hands every member of a stored file to `each`; a file that is no container is its own and only member.
///
/// `number` gives each member its number. The result is the file as it is stored, if it is a container.
///
/// # Errors
///
/// The operating system fails, or what `each` says.
pub fn read_members<'r, E: From<IntakeError>>(
    name: &str,
    file: impl Read + Send + 'r,
    number: &dyn Fn() -> InputId,
    each: Each<'_, E>,
) -> Result<Option<Stored>, E> {
    let source = Source::new(name, InputId::default(), file);
    let unpacking = Unpacking { number, depth: 0, within: None };
    unpacking.open(source, each)
}

/// How a container is told by its first octets.
enum Packing {
    Plain,
    Gzip,
    Zstandard,
    Zip,
}

fn packing(head: &[u8]) -> Packing {
    match head {
        [0x1F, 0x8B, 8, ..] => Packing::Gzip,
        [0x28, 0xB5, 0x2F, 0xFD, ..] | [0x50..=0x5F, 0x2A, 0x4D, 0x18, ..] => Packing::Zstandard,
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Packing::Zip,
        _ => Packing::Plain,
    }
}

struct Unpacking<'n> {
    number: &'n dyn Fn() -> InputId,
    /// How many containers this lies in.
    depth: usize,
    within: Option<String>,
}

impl Unpacking<'_> {
    fn open<E: From<IntakeError>>(
        self,
        mut source: Source<'_>,
        each: Each<'_, E>,
    ) -> Result<Option<Stored>, E> {
        let packing = packing(source.head()?);
        match packing {
            Packing::Plain => self.hand_out(source, each),
            _ if self.depth >= MAX_NESTED_CONTAINERS => self.refuse(source, ContainerFault::Nested, each),
            Packing::Gzip | Packing::Zstandard => self.stream(source, packing, each),
            Packing::Zip => self.archive(source, each),
        }
    }

    /// What is no container is a member.
    fn hand_out<E: From<IntakeError>>(
        self,
        mut source: Source<'_>,
        each: Each<'_, E>,
    ) -> Result<Option<Stored>, E> {
        let id = (self.number)();
        source.renumber(id);
        each(Member { id, within: self.within, unpacked: self.depth > 0, source: Ok(source) })?;
        Ok(None)
    }

    /// Nothing of a container is read. It is hashed to its end all the same.
    fn refuse<E: From<IntakeError>>(
        self,
        source: Source<'_>,
        fault: ContainerFault,
        each: Each<'_, E>,
    ) -> Result<Option<Stored>, E> {
        let stored = stored(source)?;
        self.tell(self.within.clone(), fault, each)?;
        Ok(Some(stored))
    }

    /// A member of which nothing is read.
    fn tell<E>(&self, within: Option<String>, fault: ContainerFault, each: Each<'_, E>) -> Result<(), E> {
        let source = Err(Reject::Container(fault));
        each(Member { id: (self.number)(), within, unpacked: true, source })
    }

    /// What lies in this one.
    fn inner(&self, within: Option<String>) -> Unpacking<'_> {
        Unpacking { number: self.number, depth: self.depth + 1, within }
    }

    /// A container of one member, which is unpacked from front to back.
    fn stream<E: From<IntakeError>>(
        self,
        mut source: Source<'_>,
        packing: Packing,
        each: Each<'_, E>,
    ) -> Result<Option<Stored>, E> {
        let (name, taken) = (source.name().to_owned(), source.taken());
        let decoder: Box<dyn Read + Send + '_> = match packing {
            Packing::Zstandard => {
                let decoder = zstd::stream::read::Decoder::new(&mut source);
                Box::new(decoder.map_err(|source| IntakeError::Io { input: name.clone(), source })?)
            }
            _ => Box::new(MultiGzDecoder::new(&mut source)),
        };
        let inner = Source::unpacked(name, InputId::default(), Bounded::new(decoder, Packed::Taken(taken)));
        self.inner(self.within.clone()).open(inner, each)?;
        Ok(Some(stored(source)?))
    }

    /// A container of many members, with their places at its end.
    fn archive<E: From<IntakeError>>(
        self,
        mut source: Source<'_>,
        each: Each<'_, E>,
    ) -> Result<Option<Stored>, E> {
        let Some(spooled) = source.spool(MAX_ARCHIVE)? else {
            return self.refuse(source, ContainerFault::TooLarge, each);
        };
        if let Some(damage) = source.damage()? {
            let fault = ContainerFault::Damaged(damage.to_owned());
            return self.refuse(source, fault, each);
        }
        let mut archive = match ZipArchive::new(spooled) {
            Ok(archive) => archive,
            Err(error) => return self.refuse(source, fault(&error), each),
        };
        if is_workbook(&archive) {
            let mut spooled = archive.into_inner();
            let name = source.name().to_owned();
            io::Seek::rewind(&mut spooled)
                .map_err(|error| IntakeError::Temporary { input: name.clone(), source: error })?;
            return self.hand_out(Source::new(name, InputId::default(), spooled), each);
        }
        if archive.len() > MAX_ENTRIES {
            return self.refuse(source, ContainerFault::Entries(archive.len()), each);
        }
        if let Err(error) = archive.validate_header_consistency() {
            return self.refuse(source, inconsistent(&error), each);
        }
        let (before, comment) = (archive.offset(), archive.comment().len());
        let mut spooled = archive.into_inner();
        let alone = before == 0
            && ends_with_archive(&mut spooled, comment)
                .map_err(|error| IntakeError::Temporary { input: source.name().to_owned(), source: error })?;
        if !alone {
            let fault = ContainerFault::Ambiguous("octets before or behind the archive".to_owned());
            return self.refuse(source, fault, each);
        }
        let mut archive = match ZipArchive::new(spooled) {
            Ok(archive) => archive,
            Err(error) => return self.refuse(source, fault(&error), each),
        };
        let mut any = false;
        for index in 0..archive.len() {
            any |= self.entry(&mut archive, index, source.name(), each)?;
        }
        if !any {
            return self.refuse(source, ContainerFault::Empty, each);
        }
        Ok(Some(stored(source)?))
    }

    /// One entry of an archive; whether it is a file.
    fn entry<E: From<IntakeError>>(
        &self,
        archive: &mut ZipArchive<Spooled>,
        index: usize,
        archive_name: &str,
        each: Each<'_, E>,
    ) -> Result<bool, E> {
        let listed = match archive.name_for_index(index) {
            Some(Ok(name)) => name.into_owned(),
            _ => format!("entry {}", index + 1),
        };
        if is_folder_or_litter(&listed) {
            return Ok(false);
        }
        let place = |name: &str| match &self.within {
            Some(within) => format!("{within}/{name}"),
            None => name.to_owned(),
        };
        let within = Some(place(&listed));
        let entry = match archive.by_index(index) {
            Ok(entry) => entry,
            Err(error) => return self.tell(within, fault(&error), each).map(|()| true),
        };
        if entry.enclosed_name().is_none() {
            let fault = ContainerFault::Name(shown(listed.as_bytes()));
            return self.tell(within, fault, each).map(|()| true);
        }
        if !zip::SUPPORTED_COMPRESSION_METHODS.contains(&entry.compression()) {
            let fault = ContainerFault::Unsupported(format!("packed with {}", entry.compression()));
            return self.tell(within, fault, each).map(|()| true);
        }
        let packed = Packed::Known(entry.compressed_size());
        let name = format!("{archive_name}/{}", place(&listed));
        let source = Source::unpacked(name, InputId::default(), Bounded::new(entry, packed));
        self.inner(within).open(source, each)?;
        Ok(true)
    }
}

/// Folders have no octets, and some systems pack files of their own beside the user's.
fn is_folder_or_litter(name: &str) -> bool {
    name.ends_with('/')
        || name.starts_with("__MACOSX/")
        || name.ends_with("/.DS_Store")
        || name == ".DS_Store"
}

/// Whether an archive is a workbook of Office Open XML or OpenDocument.
fn is_workbook(archive: &ZipArchive<Spooled>) -> bool {
    let has = |name| archive.index_for_name(name).is_some();
    (has("[Content_Types].xml") && (has("xl/workbook.xml") || has("xl/workbook.bin")))
        || (has("mimetype") && has("content.xml"))
}

/// Whether the end of the central directory, with a comment of so many octets, is the end of the file.
fn ends_with_archive(file: &mut Spooled, comment: usize) -> io::Result<bool> {
    const END: u64 = 22;
    let end = END.saturating_add(u64::try_from(comment).unwrap_or(u64::MAX));
    let Some(place) = file.octets().checked_sub(end) else { return Ok(false) };
    let mut signature = [0; 4];
    io::Seek::seek(file, io::SeekFrom::Start(place))?;
    file.read_exact(&mut signature)?;
    io::Seek::rewind(file)?;
    Ok(signature == *b"PK\x05\x06")
}

/// What the local headers and the directory of an archive disagree on, or what stands twice.
fn inconsistent(error: &ZipError) -> ContainerFault {
    match error {
        ZipError::InvalidArchive(why) => match why.strip_prefix("header inconsistency detected: ") {
            Some(what) => ContainerFault::Ambiguous(what.to_owned()),
            None => fault(error),
        },
        _ => fault(error),
    }
}

fn fault(error: &ZipError) -> ContainerFault {
    match error {
        ZipError::UnsupportedArchive(why) if *why == ZipError::PASSWORD_REQUIRED => ContainerFault::Encrypted,
        ZipError::UnsupportedArchive(why) => ContainerFault::Unsupported((*why).to_owned()),
        other => ContainerFault::Damaged(shown(other.to_string().as_bytes())),
    }
}

fn stored(source: Source<'_>) -> Result<Stored, IntakeError> {
    let (octets, sha256) = source.finish()?;
    Ok(Stored { octets, sha256 })
}

/// How many octets something had when it was packed.
enum Packed {
    Known(u64),
    /// As many as were taken by now.
    Taken(Arc<AtomicU64>),
}

/// Ends what unpacks to more than anybody would have packed.
struct Bounded<R> {
    reader: R,
    packed: Packed,
    octets: u64,
}

impl<R> Bounded<R> {
    const fn new(reader: R, packed: Packed) -> Self {
        Self { reader, packed, octets: 0 }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.octets = self.octets.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        let packed = match &self.packed {
            Packed::Known(octets) => *octets,
            Packed::Taken(octets) => octets.load(Ordering::Relaxed),
        };
        if self.octets > MAX_UNPACKED {
            return Err(io::Error::other(format!("it unpacks to more than {MAX_UNPACKED} octets")));
        }
        if self.octets > EXPANSION_FREE && self.octets / MAX_EXPANSION > packed {
            return Err(io::Error::other(format!("it unpacks to more than {MAX_EXPANSION} times its size")));
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::io::Write;
    use zip::write::SimpleFileOptions;

    /// What is found: place, content or reason; and whether the file as stored is told apart.
    fn members(file: &[u8]) -> (Vec<(String, String)>, bool) {
        let next = Cell::new(0);
        let number = || InputId(next.replace(next.get() + 1));
        let mut found = Vec::new();
        let stored = read_members::<IntakeError>("file", file, &number, &mut |member| {
            assert_eq!(member.id.0 as usize, found.len());
            let within = member.within.unwrap_or_default();
            found.push((
                within,
                match member.source {
                    Ok(mut source) => {
                        let mut text = String::new();
                        source.read_to_string(&mut text).unwrap();
                        match source.damage()? {
                            Some(damage) => format!("damage: {damage}"),
                            None => text,
                        }
                    }
                    Err(reject) => format!("{}: {reject}", reject.id()),
                },
            ));
            Ok(())
        })
        .unwrap();
        if let Some(stored) = stored {
            assert_eq!(stored, self::stored(Source::new("x", InputId(0), file)).unwrap());
        }
        (found, stored.is_some())
    }

    fn gzip(octets: &[u8]) -> Vec<u8> {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        writer.write_all(octets).unwrap();
        writer.finish().unwrap()
    }

    fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
        for (name, octets) in entries {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(octets).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn one(text: &str) -> Vec<(String, String)> {
        vec![(String::new(), text.to_owned())]
    }

    #[test]
    fn a_file_that_is_no_container_is_its_own_member() {
        assert_eq!(members(b"abc"), (one("abc"), false));
        assert_eq!(members(b""), (one(""), false));
    }

    #[test]
    fn containers_are_unpacked_and_one_within_another_too() {
        assert_eq!(members(&gzip(b"abc")), (one("abc"), true));
        assert_eq!(members(&[gzip(b"ab"), gzip(b"c")].concat()), (one("abc"), true));
        assert_eq!(members(&zstd::encode_all(&b"abc"[..], 1).unwrap()), (one("abc"), true));
        let inner = archive(&[("c.csv", b"3"), ("d.csv", b"4")]);
        let packed = gzip(b"2");
        let outer = archive(&[("a.csv", b"1"), ("x/", b""), ("x/b.csv.gz", &packed), ("n.zip", &inner)]);
        let (found, stored) = members(&outer);
        let found: Vec<_> = found.iter().map(|(place, text)| (place.as_str(), text.as_str())).collect();
        assert_eq!(found, [("a.csv", "1"), ("x/b.csv.gz", "2"), ("n.zip/c.csv", "3"), ("n.zip/d.csv", "4")]);
        assert!(stored);
    }

    #[test]
    fn what_can_not_be_unpacked_says_why() {
        let refused = |file: &[u8], id: &str, says: &str| {
            let (found, _) = members(file);
            assert!(found.iter().any(|(_, text)| text.starts_with(id) && text.contains(says)), "{found:?}");
        };
        let deep = archive(&[("a.zip", &archive(&[("b.zip", &archive(&[("c", b"1")]))]))]);
        refused(&deep, "container-nested", "unpack it first");
        refused(&archive(&[]), "container-empty", "without files");
        // Two archives in a row, octets around one, an entry that stands twice, one that the directory does not list.
        let (one, other) = (archive(&[("a.csv", b"1")]), archive(&[("b.csv", b"2")]));
        refused(&[&one[..], &other].concat(), "container-ambiguous", "pack it again");
        refused(&[&one[..], b"more"].concat(), "container-ambiguous", "before or behind");
        let mut twice = archive(&[("a.csv", b"1"), ("b.csv", b"2")]);
        let places: Vec<usize> =
            (0..twice.len() - 5).filter(|at| twice[*at..].starts_with(b"b.csv")).collect();
        places.iter().for_each(|at| twice[*at] = b'a');
        refused(&twice, "container-ambiguous", "duplicate");
        let mut cloaked = archive(&[("a.csv", b"1"), ("b.csv", b"2")]);
        cloaked[places[0]] = b'c';
        refused(&cloaked, "container-ambiguous", "");
        // Method 12, which is bzip2, in the local header and in the directory.
        let mut packed = archive(&[("a.csv", &b"0123456789".repeat(100))]);
        let directory = packed.windows(4).position(|octets| octets == b"PK\x01\x02").unwrap();
        packed[8] = 12;
        packed[directory + 10] = 12;
        refused(&packed, "container-unsupported", "packed with");
        refused(&archive(&[("../../etc/passwd", b"1")]), "container-name", "leads out");
        let whole = archive(&[("a.csv", &b"0123456789".repeat(100))]);
        for cut in [4, 30, whole.len() / 2, whole.len() - 1] {
            refused(&whole[..cut], "container-damaged", "damaged");
        }
        let mut flipped = whole.clone();
        flipped[45] ^= 1;
        refused(&flipped, "damage", "");
        let packed = gzip(&b"0123456789".repeat(100));
        for cut in [3, 12, packed.len() / 2, packed.len() - 1] {
            refused(&packed[..cut], "damage", "");
        }
        refused(&[&packed[..], b"more"].concat(), "damage", "");
        let bomb = zstd::encode_all(io::repeat(0).take(EXPANSION_FREE * 2), 1).unwrap();
        refused(&bomb, "damage", "times its size");
    }
}
