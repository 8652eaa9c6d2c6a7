//! XLSX: a summary, a sheet for each owner of a remedy, and the findings.
//!
//! Whatever comes from inputs is written as text: a string cell is no formula, whatever it begins with, so it stays as it
//! is, without the apostrophe that `findings.csv` needs. Sheets are written row by row to temporary files, so that memory
//! does not grow with the number of meters.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use report::model::v1::{DeviceRow, Manifest, RuleRow, VerdictCounts};
use report::seal::{Tree, UnknownVerdict};
use report::{FINDINGS_HEADER, RuleTexts, finding_fields, grave_findings};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook as Book, Worksheet, XlsxError};

use crate::cells::{holder, joined, observed_at, short};
use crate::overview::{VERDICTS, in_order};
use crate::write_error::WriteError;

/// Rows of a sheet, by the form.
pub const MOST_ROWS: u32 = 1_048_576;

/// Characters of a cell, in units of UTF-16, by the form.
pub const MOST_CHARACTERS: usize = 32_767;

/// Characters of the name of a sheet, in units of UTF-16, by the form.
pub const MOST_NAME: usize = 31;

/// Most sheets of owners: each is a file while it is written. Those with fewer meters share one.
pub const MOST_SHEETS: usize = 200;

/// The end of a text that was longer than a cell can be.
const CUT: &str = " … cut: devices.jsonl has the whole";

/// Columns of the sheets of owners.
pub const OWNER_HEADER: [&str; 26] = [
    "device_id",
    "mpan",
    "dno",
    "supplier",
    "verdict",
    "waived",
    "reasons",
    "conditions",
    "remedy_party",
    "remedy_who",
    "service_request",
    "replacement_mode",
    "action",
    "region",
    "manufacturer",
    "model",
    "firmware",
    "digital_signature_state",
    "digital_signature_entity",
    "digital_signature_key",
    "digital_signature_holder",
    "key_agreement_state",
    "key_agreement_entity",
    "key_agreement_key",
    "key_agreement_holder",
    "observed_at",
];

/// Who must act.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Owner {
    party: String,
    who: Option<String>,
}

impl Owner {
    fn of(row: &DeviceRow<'_>) -> Option<Self> {
        let remedy = row.remedy.as_ref()?;
        Some(Self { party: remedy.party.to_string(), who: remedy.who.as_ref().map(ToString::to_string) })
    }

    fn label(&self) -> String {
        self.who.as_ref().map_or_else(|| self.party.clone(), |who| format!("{who} {}", self.party))
    }
}

/// What has to be known of all rows before the first is written: who must act, and how many meters stand where.
#[derive(Clone, Debug, Default)]
pub struct Survey {
    owners: BTreeMap<Owner, u64>,
    by_dno: BTreeMap<String, VerdictCounts>,
}

impl Survey {
    /// Counts a meter.
    ///
    /// # Errors
    ///
    /// Its verdict is none.
    pub fn count(&mut self, row: &DeviceRow<'_>) -> Result<(), UnknownVerdict> {
        if let Some(owner) = Owner::of(row) {
            *self.owners.entry(owner).or_default() += 1;
        }
        let dno = Tree::Dno.party(row.dno.as_deref(), None).to_owned();
        self.by_dno.entry(dno).or_default().count(&row.verdict)
    }
}

/// A sheet that is being written.
#[derive(Debug)]
struct Sheet {
    name: String,
    place: usize,
    /// Rows that stand in it, its header among them.
    rows: u32,
    /// Rows that found no place.
    left_out: u64,
}

/// A workbook that is being written.
pub struct Workbook {
    book: Book,
    rules: Arc<RuleTexts>,
    sheets: Vec<Sheet>,
    /// The sheet of each owner.
    owners: BTreeMap<Owner, usize>,
    most_rows: u32,
    cut: u64,
    head: Format,
}

impl std::fmt::Debug for Workbook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Workbook").field("sheets", &self.sheets).finish_non_exhaustive()
    }
}

fn form(error: XlsxError) -> WriteError {
    match error {
        XlsxError::IoError(error) => WriteError::Io(error),
        other => WriteError::Form { form: "xlsx", message: other.to_string() },
    }
}

/// Does a step of a workbook.
///
/// Its writer has no error for a temporary file that fails, as on a full disk, and panics instead. Its files are its own, so that
/// there is no other place to see that; a workbook after such a step is only dropped.
fn guarded<T>(step: impl FnOnce() -> Result<T, WriteError>) -> Result<T, WriteError> {
    catch_unwind(AssertUnwindSafe(step)).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str);
        let said = said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it does not say why");
        Err(WriteError::Stopped { form: "xlsx", message: said.to_owned() })
    })
}

/// Text that a cell can hold, and whether it was cut.
fn fitting(text: &str) -> (Cow<'_, str>, bool) {
    // No character has more units of UTF-16 than octets of UTF-8.
    if text.len() <= MOST_CHARACTERS || text.encode_utf16().count() <= MOST_CHARACTERS {
        return (Cow::Borrowed(text), false);
    }
    let mut cut = beginning(text, MOST_CHARACTERS - CUT.encode_utf16().count()).to_owned();
    cut.push_str(CUT);
    (Cow::Owned(cut), true)
}

/// The beginning of a text in so many units of UTF-16.
fn beginning(text: &str, most: usize) -> &str {
    let mut units = 0;
    let end = text.char_indices().find(|(_, character)| {
        units += character.len_utf16();
        units > most
    });
    end.and_then(|(place, _)| text.get(..place)).unwrap_or(text)
}

/// A name for a sheet: letters, digits and some signs, at most [`MOST_NAME`] characters, that no other sheet has, whatever
/// the case of its letters.
fn sheet_name(label: &str, taken: &mut BTreeSet<String>) -> String {
    let plain = |c: char| if c.is_alphanumeric() || " -_.()&+~".contains(c) { c } else { '_' };
    let mut plain: String = label.chars().take(200).map(plain).collect();
    if plain.trim().is_empty() {
        "_".clone_into(&mut plain);
    }
    let plain = plain.trim();
    // "History" is a name that the form keeps for itself.
    taken.insert("history".to_owned());
    let mut name = beginning(plain, MOST_NAME).to_owned();
    let mut number = 1_u64;
    while !taken.insert(name.to_lowercase()) {
        number += 1;
        let end = format!("~{number}");
        name = format!("{}{end}", beginning(plain, MOST_NAME - end.len()));
    }
    name
}

impl Workbook {
    /// Begins a workbook. What is written waits in the folder `temporary` until the end.
    ///
    /// # Errors
    ///
    /// The folder can't be written to, or `as_of` of the manifest is no instant that the form has.
    pub fn new(
        manifest: &Manifest,
        manifest_sha256: &str,
        rules: &[RuleRow],
        survey: &Survey,
        temporary: &Path,
    ) -> Result<Self, WriteError> {
        guarded(|| {
            Self::of_most(manifest, manifest_sha256, rules, survey, temporary, (MOST_ROWS, MOST_SHEETS))
        })
    }

    fn of_most(
        manifest: &Manifest,
        manifest_sha256: &str,
        rules: &[RuleRow],
        survey: &Survey,
        temporary: &Path,
        (most_rows, most_sheets): (u32, usize),
    ) -> Result<Self, WriteError> {
        let mut book = Book::new();
        book.set_tempdir(temporary).map_err(form)?;
        book.use_zip_large_file(true);
        // The form has whole seconds.
        let instant = manifest.as_of.get(..19).unwrap_or_default();
        let created = ExcelDateTime::parse_from_str(instant).map_err(form)?;
        book.set_properties(&DocProperties::new().set_title("dnoaudit").set_creation_datetime(&created));
        let head = Format::new().set_bold();
        let mut workbook = Self {
            book,
            rules: Arc::new(RuleTexts::new(rules)),
            sheets: Vec::new(),
            owners: BTreeMap::new(),
            most_rows,
            cut: 0,
            head,
        };
        let mut taken = BTreeSet::new();
        workbook.sheet(sheet_name("Summary", &mut taken), None)?;
        workbook.sheet(sheet_name("Findings", &mut taken), Some(&FINDINGS_HEADER))?;
        // Those with the most meters have sheets of their own.
        let mut by_size: Vec<(&Owner, &u64)> = survey.owners.iter().collect();
        by_size.sort_by_key(|(owner, count)| (std::cmp::Reverse(**count), *owner));
        let own: BTreeSet<&Owner> = by_size.iter().take(most_sheets).map(|(owner, _)| *owner).collect();
        for owner in &own {
            let place = workbook.sheet(sheet_name(&owner.label(), &mut taken), Some(&OWNER_HEADER))?;
            workbook.owners.insert((*owner).clone(), place);
        }
        if own.len() < survey.owners.len() {
            let place = workbook.sheet(sheet_name("Other owners", &mut taken), Some(&OWNER_HEADER))?;
            for owner in survey.owners.keys().filter(|owner| !own.contains(owner)) {
                workbook.owners.insert(owner.clone(), place);
            }
        }
        workbook.summary(manifest, manifest_sha256, survey)?;
        Ok(workbook)
    }

    fn sheet(&mut self, name: String, header: Option<&[&str]>) -> Result<usize, WriteError> {
        let place = self.sheets.len();
        let sheet = self.book.add_worksheet_with_constant_memory().map_err(form)?;
        sheet.set_name(&name).map_err(form)?;
        self.sheets.push(Sheet { name, place, rows: 0, left_out: 0 });
        if let Some(header) = header {
            for (column, name) in (0_u16..).zip(header) {
                sheet.set_column_width(column, width(name)).map_err(form)?;
            }
            sheet.set_freeze_panes(1, 1).map_err(form)?;
            for (column, name) in (0_u16..).zip(header) {
                sheet.write_string_with_format(0, column, *name, &self.head).map_err(form)?;
            }
            if let Some(sheet) = self.sheets.last_mut() {
                sheet.rows = 1;
            }
        }
        Ok(place)
    }

    /// Writes the findings of a meter, and the meter to the sheet of who must act.
    ///
    /// # Errors
    ///
    /// The row names a rule that the table does not have, or a temporary file fails.
    pub fn push(&mut self, row: &DeviceRow<'_>) -> Result<(), WriteError> {
        guarded(|| self.row(row))
    }

    fn row(&mut self, row: &DeviceRow<'_>) -> Result<(), WriteError> {
        let rules = Arc::clone(&self.rules);
        for finding in grave_findings(row) {
            self.line(FINDINGS, &finding_fields(row, finding, &rules)?)?;
        }
        let Some(owner) = Owner::of(row) else { return Ok(()) };
        let Some(place) = self.owners.get(&owner).copied() else {
            let message = format!("{}: its owner was not surveyed", row.device_id.as_str());
            return Err(WriteError::Form { form: "xlsx", message });
        };
        self.line(place, &owner_fields(row))
    }

    /// A row of text, unless the sheet is full: the last row is for the note that says so.
    fn line(&mut self, place: usize, fields: &[Cow<'_, str>]) -> Result<(), WriteError> {
        let Some(state) = self.sheets.get_mut(place) else { return Ok(()) };
        if state.rows + 1 >= self.most_rows {
            state.left_out += 1;
            return Ok(());
        }
        let row = state.rows;
        state.rows += 1;
        let sheet = self.book.worksheet_from_index(state.place).map_err(form)?;
        for (column, field) in (0_u16..).zip(fields) {
            let (field, cut) = fitting(field);
            self.cut += u64::from(cut);
            if !field.is_empty() {
                sheet.write_string(row, column, field).map_err(form)?;
            }
        }
        Ok(())
    }

    fn summary(
        &mut self,
        manifest: &Manifest,
        manifest_sha256: &str,
        survey: &Survey,
    ) -> Result<(), WriteError> {
        let mut lines = Lines::new(&mut self.book, &self.head)?;
        lines.facts([
            ("as of", manifest.as_of.as_str()),
            ("manifest sha256", manifest_sha256),
            ("made by", &format!("{} {}", manifest.tool.name, manifest.tool.version)),
            ("rule set", &manifest.rule_set.version.to_string()),
        ])?;
        let verdicts = VERDICTS.map(|(verdict, _)| verdict);
        let header = std::iter::once("dno").chain(verdicts).chain(["meters"]).collect::<Vec<_>>();
        lines.header(&header)?;
        let mut all = VerdictCounts::default();
        for (dno, counts) in &survey.by_dno {
            lines.counts(dno, counts)?;
            all.saturating_add(counts);
        }
        lines.counts("all", &all)?;
        lines.blank();
        lines.header(&["must act", "who", "meters", "sheet"])?;
        for (owner, count) in &survey.owners {
            let sheet = self.owners.get(owner).and_then(|place| self.sheets.get(*place));
            let sheet = sheet.map_or("", |sheet| &sheet.name);
            lines.cells([
                Cell::Text(&owner.party),
                Cell::Text(owner.who.as_deref().unwrap_or("not known")),
                Cell::Number(*count),
                Cell::Text(sheet),
            ])?;
        }
        lines.blank();
        lines.header(&["sheet", "note"])?;
        let next = lines.next;
        if let Some(sheet) = self.sheets.first_mut() {
            sheet.rows = next;
        }
        Ok(())
    }

    /// Writes the workbook to its end, and gives how many rows found no place in their sheets.
    ///
    /// # Errors
    ///
    /// The receiver or a temporary file fails.
    pub fn finish(self, out: impl Write + Send) -> Result<u64, WriteError> {
        guarded(|| self.end(out))
    }

    fn end(mut self, mut out: impl Write + Send) -> Result<u64, WriteError> {
        let mut left_out = 0;
        let mut notes = Vec::new();
        for sheet in &self.sheets {
            let page = self.book.worksheet_from_index(sheet.place).map_err(form)?;
            if sheet.place != SUMMARY {
                let columns =
                    if sheet.place == FINDINGS { FINDINGS_HEADER.len() } else { OWNER_HEADER.len() };
                let last = u16::try_from(columns - 1).unwrap_or(u16::MAX);
                page.autofilter(0, 0, sheet.rows.saturating_sub(1), last).map_err(form)?;
            }
            if sheet.left_out > 0 {
                left_out += sheet.left_out;
                let note = format!(
                    "cut: {} more rows do not fit in a sheet of {} rows; the report has all",
                    sheet.left_out, self.most_rows
                );
                page.write_string(sheet.rows, 0, &note).map_err(form)?;
                notes.push((sheet.name.clone(), note));
            }
        }
        if self.cut > 0 {
            let note = format!("cut: {} cells had more than {MOST_CHARACTERS} characters", self.cut);
            notes.push(("all".to_owned(), note));
        }
        if notes.is_empty() {
            notes.push(("all".to_owned(), "complete: no row and no cell was cut".to_owned()));
        }
        let next = self.sheets.first().map_or(0, |sheet| sheet.rows);
        let page = self.book.worksheet_from_index(SUMMARY).map_err(form)?;
        for (row, (sheet, note)) in (next..).zip(&notes) {
            page.write_string(row, 0, sheet).map_err(form)?;
            page.write_string(row, 1, note).map_err(form)?;
        }
        self.book.save_to_writer(&mut out).map_err(form)?;
        out.flush()?;
        Ok(left_out)
    }
}

const SUMMARY: usize = 0;
const FINDINGS: usize = 1;

/// A width that shows what usually stands in a column.
fn width(name: &str) -> f64 {
    match name {
        "device_id" | "digital_signature_entity" | "key_agreement_entity" => 25.0,
        "reasons" | "conditions" | "title" | "rule" => 32.0,
        "action" | "evidence" | "rule_remedy" => 60.0,
        "observed_at" => 22.0,
        _ => 18.0,
    }
}

fn owner_fields<'r>(row: &'r DeviceRow<'_>) -> [Cow<'r, str>; OWNER_HEADER.len()] {
    let [signing, agreeing] = &row.cells;
    let remedy = row.remedy.as_ref();
    let text = |value: Option<&'r str>| Cow::Borrowed(value.unwrap_or_default());
    let observed = observed_at(row).map(|at| at.as_str().to_owned()).unwrap_or_default();
    [
        row.device_id.as_str().into(),
        text(short(row.mpan.as_ref())),
        text(row.dno.as_deref()),
        text(row.supplier.as_deref()),
        row.verdict.as_ref().into(),
        if row.waived { "true" } else { "false" }.into(),
        joined(&row.reasons).into(),
        joined(&row.conditions).into(),
        text(remedy.map(|remedy| &*remedy.party)),
        text(remedy.and_then(|remedy| remedy.who.as_deref())),
        text(remedy.and_then(|remedy| remedy.service_request.as_deref())),
        remedy.and_then(|remedy| remedy.mode).map(|mode| mode.to_string()).unwrap_or_default().into(),
        text(remedy.map(|remedy| &*remedy.action)),
        text(row.region.as_deref()),
        text(row.manufacturer.as_deref()),
        text(row.model.as_deref()),
        text(row.firmware.as_deref()),
        signing.state.as_ref().into(),
        text(short(signing.entity.as_ref())),
        text(short(signing.key.as_ref())),
        text(holder(row, signing)),
        agreeing.state.as_ref().into(),
        text(short(agreeing.entity.as_ref())),
        text(short(agreeing.key.as_ref())),
        text(holder(row, agreeing)),
        observed.into(),
    ]
}

enum Cell<'c> {
    Text(&'c str),
    Number(u64),
}

/// Lines of the summary.
struct Lines<'b> {
    sheet: &'b mut Worksheet,
    head: &'b Format,
    next: u32,
}

impl<'b> Lines<'b> {
    fn new(book: &'b mut Book, head: &'b Format) -> Result<Self, WriteError> {
        let sheet = book.worksheet_from_index(SUMMARY).map_err(form)?;
        for (column, width) in [(0, 28.0), (1, 28.0), (2, 14.0), (3, 34.0)] {
            sheet.set_column_width(column, width).map_err(form)?;
        }
        Ok(Self { sheet, head, next: 0 })
    }

    fn blank(&mut self) {
        self.next += 1;
    }

    fn facts(&mut self, facts: [(&str, &str); 4]) -> Result<(), WriteError> {
        for (name, value) in facts {
            self.cells([Cell::Text(name), Cell::Text(value)])?;
        }
        self.blank();
        Ok(())
    }

    fn header(&mut self, names: &[&str]) -> Result<(), WriteError> {
        for (column, name) in (0_u16..).zip(names) {
            self.sheet.write_string_with_format(self.next, column, *name, self.head).map_err(form)?;
        }
        self.next += 1;
        Ok(())
    }

    fn counts(&mut self, name: &str, counts: &VerdictCounts) -> Result<(), WriteError> {
        let counts = in_order(counts);
        let all = counts.iter().sum();
        let numbers = counts.into_iter().chain([all]).map(Cell::Number);
        self.cells(std::iter::once(Cell::Text(name)).chain(numbers))
    }

    fn cells<'c>(&mut self, cells: impl IntoIterator<Item = Cell<'c>>) -> Result<(), WriteError> {
        for (column, cell) in (0_u16..).zip(cells) {
            match cell {
                Cell::Text(text) => {
                    self.sheet.write_string(self.next, column, fitting(text).0).map_err(form)?;
                }
                Cell::Number(number) => {
                    // Counts of meters are far below 2^32; what is not stands as text rather than rounded.
                    match u32::try_from(number) {
                        Ok(number) => self.sheet.write_number(self.next, column, number).map_err(form)?,
                        Err(_) => {
                            self.sheet.write_string(self.next, column, number.to_string()).map_err(form)?
                        }
                    };
                }
            }
        }
        self.next += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
