//! Goes through `devices.jsonl` once: its digest, the leaves of its parties, its order and its counts.

use std::borrow::Cow;
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use rayon::prelude::*;
use report::model::v1::{FileEntry, PartyLeaf, VerdictCounts};
use report::read::MAX_LINE;
use report::seal::{Salts, SealRow, Sealer, Tree};
use report::verify::{Order, RowHead};
use report::{Hashed, ReadError, Short};
use types::Sha256Digest;

use crate::error::Error;
use crate::progress::Progress;
use crate::reader::open;

/// What is read at once, unless a line is longer, and how many of those wait for one another.
const BLOCK: usize = 1 << 20;
const BLOCKS: usize = 8;

/// What the rows are.
#[derive(Debug)]
pub(crate) struct Rows {
    pub(crate) entry: FileEntry,
    /// The leaves of the parties, without salts: those stand in the files of the leaves.
    pub(crate) leaves: [(Tree, Vec<PartyLeaf>); 2],
    pub(crate) verdicts: VerdictCounts,
}

/// Reads whole lines, about so many octets at once.
struct Blocks {
    file: File,
    rest: Vec<u8>,
    /// Blocks that are done with, to be filled again.
    spare: Vec<Vec<u8>>,
}

impl Blocks {
    /// The next lines, the last with its line feed; none at the end of the file.
    fn next(&mut self) -> Result<Option<Vec<u8>>, ReadError> {
        let mut block = self.spare.pop().unwrap_or_default();
        block.clear();
        block.append(&mut self.rest);
        let mut want = BLOCK;
        loop {
            let before = block.len();
            let more = u64::try_from(want.saturating_sub(before)).unwrap_or(0);
            let read = Read::by_ref(&mut self.file).take(more).read_to_end(&mut block)?;
            let fresh = block.get(before..).unwrap_or_default();
            if let Some(end) = memchr::memrchr(b'\n', fresh) {
                self.rest.extend(block.drain(before + end + 1..));
                return Ok(Some(block));
            }
            if read == 0 && before < want {
                return match block.is_empty() {
                    true => Ok(None),
                    false => Err(ReadError::LineNotEnded { line: 0 }),
                };
            }
            if block.len() > MAX_LINE {
                return Err(ReadError::LineTooLong { line: 0 });
            }
            want += BLOCK;
        }
    }
}

/// A row, with what of it outlives its line.
struct Row {
    leaf: Sha256Digest,
    device: Short,
    dno: Option<Name>,
    supplier: Option<Name>,
    verdict: Name,
}

/// Text at a place of a block; only text with escapes is copied.
enum Name {
    At(usize, usize),
    Own(String),
}

impl Name {
    fn new(text: Cow<'_, str>, block: &[u8]) -> Self {
        match text {
            Cow::Borrowed(text) => {
                let start = (text.as_ptr().addr()).wrapping_sub(block.as_ptr().addr());
                Self::At(start, text.len())
            }
            Cow::Owned(text) => Self::Own(text),
        }
    }

    fn of<'n>(&'n self, block: &'n [u8]) -> &'n str {
        match self {
            Self::At(start, length) => {
                let octets = block.get(*start..start + length).unwrap_or_default();
                std::str::from_utf8(octets).unwrap_or_default()
            }
            Self::Own(text) => text,
        }
    }
}

/// The rows of a block, or the first line of it that is none, from 0.
type Parsed = Result<Vec<Row>, (u64, String)>;

fn parse(block: &[u8]) -> Parsed {
    let text = std::str::from_utf8(block).map_err(|error| {
        let before = block.get(..error.valid_up_to()).unwrap_or_default();
        let line = memchr::memchr_iter(b'\n', before).count();
        (u64::try_from(line).unwrap_or(0), "no UTF-8".to_owned())
    })?;
    let mut rows = Vec::with_capacity(block.len() / 1024);
    let mut start = 0;
    for (line, end) in (0..).zip(memchr::memchr_iter(b'\n', block)) {
        let row = text.get(start..end).unwrap_or_default();
        start = end + 1;
        let head = RowHead::read(row).map_err(|error| (line, error))?;
        rows.push(Row {
            leaf: report::merkle::leaf(row.as_bytes()),
            device: head.device_id,
            dno: head.dno.map(|name| Name::new(name, block)),
            supplier: head.supplier.map(|name| Name::new(name, block)),
            verdict: Name::new(head.verdict, block),
        });
    }
    Ok(rows)
}

/// Takes blocks in their order.
#[derive(Default)]
struct Sink {
    sealer: Sealer,
    order: Order,
    verdicts: VerdictCounts,
    lines: u64,
}

impl Sink {
    fn take(&mut self, block: &[u8], rows: &Parsed) -> Result<(), String> {
        let rows =
            rows.as_ref().map_err(|(line, error)| format!("line {}: {error}", self.lines + line + 1))?;
        for row in rows {
            self.lines += 1;
            let at = |error: String| format!("line {}: {error}", self.lines);
            let seal = SealRow {
                leaf: row.leaf,
                dno: row.dno.as_ref().map(|name| name.of(block)),
                supplier: row.supplier.as_ref().map(|name| name.of(block)),
                verdict: row.verdict.of(block),
            };
            self.order.next(seal.party(Tree::Dno), row.device).map_err(at)?;
            self.sealer.push(&seal).map_err(|error| at(error.to_string()))?;
            self.verdicts.count(seal.verdict).map_err(|error| at(error.to_string()))?;
        }
        Ok(())
    }
}

/// Verifies the rows of a file. What is wrong with them is the inner error.
pub(crate) fn verify(path: &Path, progress: &Progress<'_>) -> Result<Result<Rows, String>, Error> {
    let mut blocks = Blocks { file: open(path)?, rest: Vec::new(), spare: Vec::new() };
    let mut hashed = Hashed::new(std::io::sink());
    let mut sink = Sink::default();
    let mut waiting: Vec<(Vec<u8>, Parsed)> = Vec::new();
    loop {
        let mut batch = Vec::new();
        while batch.len() < BLOCKS {
            match blocks.next() {
                Ok(Some(block)) => batch.push(block),
                Ok(None) => break,
                Err(ReadError::Io(source)) => return Err(Error::File { path: path.to_path_buf(), source }),
                Err(error) => return Ok(Err(format!("after line {}: {error}", sink.lines))),
            }
        }
        let last = batch.is_empty();
        // One batch is hashed and parsed while the one before finds its parties.
        let (taken, (written, parsed)) = rayon::join(
            || waiting.iter().try_for_each(|(block, rows)| sink.take(block, rows)),
            || {
                rayon::join(
                    || batch.iter().try_for_each(|block| hashed.write_all(block)),
                    || batch.par_iter().map(|block| parse(block)).collect::<Vec<Parsed>>(),
                )
            },
        );
        written.map_err(Error::Temporary)?;
        if let Err(error) = taken {
            return Ok(Err(error));
        }
        blocks.spare.extend(waiting.into_iter().map(|(block, _)| block));
        waiting = batch.into_iter().zip(parsed).collect();
        progress.say(|| format!("{} rows", sink.lines));
        if last {
            break;
        }
    }
    hashed.count_lines(sink.lines);
    let (_, entry) = hashed.finish(true).map_err(Error::Temporary)?;
    Ok(Ok(Rows { entry, leaves: sink.sealer.finish(&Salts::None), verdicts: sink.verdicts }))
}

/// Size, lines and digest of a file; lines only of one that is made of them.
pub(crate) fn entry(path: &Path) -> Result<FileEntry, Error> {
    let at = |source| Error::File { path: path.to_path_buf(), source };
    let mut file = open(path)?;
    let mut hashed = Hashed::new(std::io::sink());
    let mut octets = vec![0; BLOCK];
    loop {
        let count = file.read(&mut octets).map_err(at)?;
        if count == 0 {
            break;
        }
        let read = octets.get(..count).unwrap_or_default();
        hashed.write_all(read).map_err(at)?;
        let lines = memchr::memchr_iter(b'\n', read).count();
        hashed.count_lines(u64::try_from(lines).unwrap_or(0));
    }
    let made_of_lines = path.extension().is_some_and(|extension| extension == "jsonl");
    Ok(hashed.finish(made_of_lines).map_err(at)?.1)
}
