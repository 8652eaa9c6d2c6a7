//! Goes through `devices.jsonl` once: its digest, the form and the order of its rows, the leaves of its parties, and what
//! follows from the rows.

use std::borrow::Cow;
use std::io::{Read, Write};
use std::path::Path;

use rayon::prelude::*;
use report::model::v1::{DeviceRow, FileEntry, PartyLeaf, Word};
use report::read::MAX_LINE;
use report::seal::{Salts, SealRow, Sealer, Tree};
use report::verify::{Order, Reference};
use report::{FindingsWriter, Hashed, ReadError, RowTotals, RuleTexts, Short};
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
    /// `findings.csv` as it follows from the rows.
    pub(crate) findings: FileEntry,
    /// The leaves of the parties, without salts: those stand in the files of the leaves.
    pub(crate) leaves: [(Tree, Vec<PartyLeaf>); 2],
    pub(crate) totals: RowTotals,
}

/// Reads whole lines, about so many octets at once.
#[derive(Debug)]
pub(crate) struct Blocks<R> {
    file: R,
    size: usize,
    rest: Vec<u8>,
    /// Blocks that are done with, to be filled again.
    spare: Vec<Vec<u8>>,
}

impl<R: Read> Blocks<R> {
    /// Reads from the begin of a file, unless a line is longer so many octets at once.
    pub(crate) const fn new(file: R, size: usize) -> Self {
        Self { file, size, rest: Vec::new(), spare: Vec::new() }
    }

    /// The next lines, the last with its line feed; none at the end of the file.
    pub(crate) fn next(&mut self) -> Result<Option<Vec<u8>>, ReadError> {
        let mut block = self.spare.pop().unwrap_or_default();
        block.clear();
        block.append(&mut self.rest);
        let mut want = self.size;
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
            want += self.size;
        }
    }
}

/// What of a row outlives its line.
struct Row {
    leaf: Sha256Digest,
    device: Short,
    dno: Option<String>,
    supplier: Option<String>,
    verdict: Word,
}

/// What a block has.
struct Part {
    rows: Vec<Row>,
    /// The lines of `findings.csv` that follow.
    findings: Vec<u8>,
    totals: RowTotals,
}

/// What rows are held to.
pub(crate) struct Terms<'t> {
    pub(crate) reference: &'t Reference,
    pub(crate) texts: &'t RuleTexts,
}

/// A block, or the first line of it that is no row of a report, from 0.
type Parsed = Result<Part, (u64, String)>;

fn parse(block: &[u8], terms: &Terms<'_>) -> Parsed {
    let mut rows = Vec::with_capacity(block.len() / 1024);
    let mut totals = RowTotals::default();
    let mut writer = FindingsWriter::new();
    let (mut start, mut again) = (0, Vec::new());
    for (line, end) in (0..).zip(memchr::memchr_iter(b'\n', block)) {
        let octets = block.get(start..end).unwrap_or_default();
        start = end + 1;
        let at = |error: String| (line, error);
        let row: DeviceRow<'_> =
            report::read::row(octets, 0, &mut again).map_err(|error| at(error.to_string()))?;
        terms.reference.row(&row).map_err(at)?;
        totals.count(&row, terms.reference.as_of()).map_err(|error| at(error.to_string()))?;
        writer.push(&row, terms.texts).map_err(|error| at(error.to_string()))?;
        rows.push(Row {
            leaf: report::merkle::leaf(octets),
            device: row.device_id,
            dno: row.dno.map(Cow::into_owned),
            supplier: row.supplier.map(Cow::into_owned),
            verdict: row.verdict,
        });
    }
    let findings = writer.into_octets().map_err(|error| (0, error.to_string()))?;
    Ok(Part { rows, findings, totals })
}

/// Takes blocks in their order.
struct Sink {
    sealer: Sealer,
    order: Order,
    totals: RowTotals,
    findings: Hashed<std::io::Sink>,
    lines: u64,
}

impl Sink {
    fn new() -> std::io::Result<Self> {
        let mut findings = Hashed::new(std::io::sink());
        findings.write_all(report::findings_header().as_bytes())?;
        Ok(Self {
            sealer: Sealer::default(),
            order: Order::default(),
            totals: RowTotals::default(),
            findings,
            lines: 0,
        })
    }

    fn take(&mut self, part: Parsed) -> Result<(), String> {
        let part = part.map_err(|(line, error)| format!("line {}: {error}", self.lines + line + 1))?;
        for row in &part.rows {
            self.lines += 1;
            let at = |error: String| format!("line {}: {error}", self.lines);
            let seal = SealRow {
                leaf: row.leaf,
                dno: row.dno.as_deref(),
                supplier: row.supplier.as_deref(),
                verdict: &row.verdict,
            };
            self.order.next(seal.party(Tree::Dno), row.device).map_err(at)?;
            self.sealer.push(&seal).map_err(|error| at(error.to_string()))?;
        }
        self.totals.add(part.totals).map_err(|error| error.to_string())?;
        self.findings.write_all(&part.findings).map_err(|error| error.to_string())
    }
}

/// Verifies the rows of a file. What is wrong with them is the inner error.
pub(crate) fn verify(
    path: &Path,
    terms: &Terms<'_>,
    progress: &Progress<'_>,
) -> Result<Result<Rows, String>, Error> {
    let mut blocks = Blocks::new(open(path)?, BLOCK);
    let mut hashed = Hashed::new(std::io::sink());
    let mut sink = Sink::new().map_err(Error::Temporary)?;
    let mut waiting: Vec<Parsed> = Vec::new();
    loop {
        let mut batch = Vec::new();
        while batch.len() < BLOCKS {
            match blocks.next() {
                Ok(Some(block)) => batch.push(block),
                Ok(None) => break,
                Err(ReadError::Io(source)) => return Err(Error::at(path)(source)),
                Err(error) => return Ok(Err(format!("after line {}: {error}", sink.lines))),
            }
        }
        let last = batch.is_empty();
        // One batch is hashed and parsed while the one before finds its parties.
        let parts = std::mem::take(&mut waiting);
        let (taken, (written, parsed)) = rayon::join(
            || parts.into_iter().try_for_each(|part| sink.take(part)),
            || {
                rayon::join(
                    || batch.iter().try_for_each(|block| hashed.write_all(block)),
                    || batch.par_iter().map(|block| parse(block, terms)).collect::<Vec<Parsed>>(),
                )
            },
        );
        written.map_err(Error::Temporary)?;
        if let Err(error) = taken {
            return Ok(Err(error));
        }
        blocks.spare.extend(batch);
        waiting = parsed;
        progress.say(|| format!("{} rows verified", sink.lines));
        progress.go_on()?;
        if last {
            break;
        }
    }
    hashed.count_lines(sink.lines);
    let (_, entry) = hashed.finish(true).map_err(Error::Temporary)?;
    let (_, findings) = sink.findings.finish(false).map_err(Error::Temporary)?;
    Ok(Ok(Rows { entry, findings, leaves: sink.sealer.finish(&Salts::None), totals: sink.totals }))
}

/// Size, lines and digest of a file; lines only of one that is made of them.
pub(crate) fn entry(path: &Path, progress: &Progress<'_>) -> Result<FileEntry, Error> {
    let at = Error::at(path);
    let mut file = open(path)?;
    let mut hashed = Hashed::new(std::io::sink());
    let mut octets = vec![0; BLOCK];
    loop {
        progress.go_on()?;
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
