//! Text on the terminal: results on standard output, everything else on standard error.

use std::io::{self, IsTerminal, Write};

use anstream::AutoStream;
use clap::ColorChoice;
use clap::builder::styling::{AnsiColor, Color, Style};
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use dno_audit::model::{Summary, VerdictCounts};
use dno_audit::{Axis, Finished, Progress, RULE_SET_VERSION, RULES, Watch, one_line};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::args::ColorArgument;
use crate::exit::{Exit, Failure};
use crate::meaning;
use crate::signals::Signals;

/// Text for people, made of lines. Names from inputs stand in it: whatever a line holds, it stays one line and does nothing
/// to the terminal.
#[derive(Debug, Default)]
pub(crate) struct Text(String);

impl Text {
    /// Text of which it is known where its lines end: none of an input, or made fit for people by the library.
    pub(crate) fn of_lines(text: &str) -> Self {
        let mut lines = Self::default();
        text.lines().for_each(|line| lines.line(line));
        lines
    }

    /// Adds a line.
    pub(crate) fn line(&mut self, line: &str) {
        self.0.push_str(&bounded(line));
        self.0.push('\n');
    }

    /// Adds an empty line.
    pub(crate) fn blank(&mut self) {
        self.0.push('\n');
    }

    /// Adds the lines of a table. On a terminal it is as wide as that at most: what is wider is wrapped in its cell.
    pub(crate) fn table(&mut self, rows: Rows) {
        self.fitting(rows, width());
    }

    fn fitting(&mut self, rows: Rows, width: Option<u16>) {
        let Rows(mut table) = rows;
        if let Some(width) = width {
            table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
        }
        table.trim_fmt().lines().for_each(|line| self.line(line));
    }
}

/// A table without rules, whose cells are one line each.
#[derive(Debug)]
pub(crate) struct Rows(Table);

impl Rows {
    /// A table with this header.
    pub(crate) fn new<'c>(header: impl IntoIterator<Item = &'c str>) -> Self {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_header(header);
        Self(table)
    }

    /// Adds a row.
    pub(crate) fn push<C: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = C>) {
        self.0.add_row(cells.into_iter().map(|cell| one_line(cell.as_ref())));
    }

    /// The same with every column but the first to the right, as numbers stand.
    pub(crate) fn of_numbers(mut self) -> Self {
        for column in self.0.column_iter_mut().skip(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        self
    }
}

/// Where text goes.
#[derive(Debug)]
pub(crate) struct Terminal {
    bar: ProgressBar,
    /// Whether standard output and standard error have colours.
    colors: [bool; 2],
    signals: Signals,
}

/// The columns of the terminal on which results are shown; none if they go elsewhere.
pub(crate) fn width() -> Option<u16> {
    let size = if io::stdout().is_terminal() { terminal_size::terminal_size_of(io::stdout()) } else { None };
    size.map(|(width, _)| width.0)
}

impl Terminal {
    pub(crate) fn new(quiet: bool, color: ColorArgument) -> Self {
        let shown = !quiet && io::stderr().is_terminal();
        let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let colors =
            [io::stdout().is_terminal(), io::stderr().is_terminal()].map(|is_terminal| match color {
                ColorArgument::Always => true,
                ColorArgument::Never => false,
                ColorArgument::Auto => is_terminal && shows_colors(),
            });
        Self { bar: ProgressBar::with_draw_target(None, target), colors, signals: Signals::default() }
    }

    /// Whether help, which goes to one stream, and what is wrong with arguments, which goes to the other, have colours.
    pub(crate) fn color_of_help(&self) -> ColorChoice {
        if self.colors == [true; 2] { ColorChoice::Auto } else { ColorChoice::Never }
    }

    /// Progress of a command that writes something: it is shown, and from now on a signal that asks the command to end makes
    /// it clear away what it began.
    pub(crate) fn watched(&self) -> Progress<'_> {
        self.signals.catch();
        Progress::to(self)
    }

    /// How the command ends if a signal asked it to.
    pub(crate) fn stopped(&self) -> Option<Exit> {
        self.signals.caught()
    }

    /// Prints text for people.
    pub(crate) fn print(&self, text: &Text) -> Result<(), Failure> {
        let [colors, _] = self.colors;
        match colors {
            true => ended(AutoStream::always(io::stdout().lock()), &meaning::paint(&text.0)),
            false => self.print_as_is(&text.0),
        }
    }

    /// Prints JSON or CSV for programs, as it is. That nobody reads it any more is no error.
    pub(crate) fn print_as_is(&self, text: &str) -> Result<(), Failure> {
        ended(io::stdout().lock(), text)
    }

    /// Shows how far a run has come, on a terminal only.
    pub(crate) fn progress(&self, message: &str) {
        self.show("{spinner} {msg}", message);
    }

    fn show(&self, template: &str, message: &str) {
        if self.bar.is_finished() {
            self.bar.reset();
        }
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style);
        }
        self.bar.set_message(one_line(message));
        self.bar.tick();
    }

    /// Ends the line of progress.
    pub(crate) fn end_progress(&self) {
        self.bar.finish_and_clear();
    }

    /// Says what went wrong, in one line.
    pub(crate) fn error(&self, message: &str) {
        self.end_progress();
        self.tell("", "dnoaudit:", AnsiColor::Red, message);
    }

    /// Says what to do about it, in one line.
    pub(crate) fn help(&self, message: &str) {
        self.tell("  ", "help:", AnsiColor::Cyan, message);
    }

    fn tell(&self, before: &str, word: &str, color: AnsiColor, message: &str) {
        let message = bounded(message);
        let style = Style::new().fg_color(Some(Color::Ansi(color))).bold();
        let [_, colors] = self.colors;
        let _ = match colors {
            true => {
                writeln!(AutoStream::always(io::stderr().lock()), "{before}{style}{word}{style:#} {message}")
            }
            false => writeln!(io::stderr().lock(), "{before}{word} {message}"),
        };
    }
}

/// Whether a terminal is to show colours: not one that can't, and not where the user wants none anywhere.
fn shows_colors() -> bool {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    set("NO_COLOR").is_none() && set("TERM").is_none_or(|term| term != "dumb")
}

/// Writes a text to its end.
fn ended(mut out: impl Write, text: &str) -> Result<(), Failure> {
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(Failure::Output),
    }
}

impl Watch for Terminal {
    fn say(&self, message: &str) {
        self.progress(message);
    }

    fn count(&self, done: u64, all: u64, what: &str) {
        self.bar.set_length(all);
        self.bar.set_position(done);
        self.show("{bar:30} {pos} of {len} {msg}, {per_sec}, {eta} left", what);
    }

    fn is_stopped(&self) -> bool {
        self.signals.caught().is_some()
    }
}

/// The summary of a run for people.
pub(crate) fn summary(finished: &Finished, out: &str) -> Text {
    let Summary { by_dno, counts, .. } = &finished.summary;
    let mut text = Text::default();
    text.line(&format!("{} as of {}", plural(counts.meters, "meter"), finished.summary.as_of));
    text.blank();
    let verdicts = ["correct", "missing", "wrong", "not-known", "out-of-scope"].map(meaning::verdict);
    let header = verdicts.iter().map(String::as_str);
    let mut table = Rows::new(std::iter::once("DNO").chain(header).chain(["total", "judged"]));
    for (dno, counts) in by_dno {
        table.push(row(&short(dno), counts));
    }
    table.push(row("all", &counts.verdicts));
    text.table(table.of_numbers());
    text.line("judged: correct, missing or wrong, of those in scope");
    text.blank();
    let (missing, wrong) = (counts.verdicts.missing, counts.verdicts.wrong);
    let shares = match missing + wrong {
        0 => String::new(),
        all => format!(" ({} : {})", percent(missing, all), percent(wrong, all)),
    };
    text.line(&format!("missing : wrong = {missing} : {wrong}{shares}"));
    text.blank();
    text.line("Commonest reasons");
    let mut reasons: Vec<_> = RULES
        .iter()
        .filter(|rule| matches!(rule.axis, Axis::Verdict(_)))
        .filter_map(|rule| finished.summary.findings.get(rule.id).map(|count| (*count, rule)))
        .filter(|(count, _)| *count > 0)
        .collect();
    reasons.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    reasons.truncate(5);
    if reasons.is_empty() {
        text.line("  none");
    }
    for (count, rule) in &reasons {
        text.line(&format!("{count:>9}  {} – {}", rule.id, rule.title));
    }
    waivers(&finished.summary, &mut text);
    next(finished, &reasons, out, &mut text);
    text
}

/// Most waivers that are listed one by one.
const WAIVERS_SHOWN: usize = 10;

/// What the waivers did; nothing if there are none.
fn waivers(summary: &Summary, text: &mut Text) {
    let Some(waived) = &summary.waived else { return };
    let VerdictCounts { missing, wrong, not_known, .. } = &waived.verdicts;
    let of = |state: &str| summary.waivers.iter().filter(|waiver| waiver.state == state).count();
    text.blank();
    text.line(&format!(
        "Waivers: {} used, {} unused, {} expired; they hold for {missing} missing, {wrong} wrong, {not_known} not known, \
         which stay in all counts",
        of("used"),
        of("unused"),
        of("expired"),
    ));
    let idle = || summary.waivers.iter().filter(|waiver| waiver.state != "used");
    for waiver in idle().take(WAIVERS_SHOWN) {
        let why = match &*waiver.state {
            "expired" => {
                format!("ended {}, {} without it", waiver.expires, plural(waiver.findings, "finding"))
            }
            _ => "there is no such finding".to_owned(),
        };
        text.line(&format!("  {} {}, for {}: {why}", waiver.id, waiver.state, waiver.rule));
    }
    let more = idle().count().saturating_sub(WAIVERS_SHOWN);
    if more > 0 {
        text.line(&format!("  {more} more: see waivers in summary.json"));
    }
}

/// What to do next, from what was found.
fn next(finished: &Finished, reasons: &[(u64, &dno_audit::Rule)], out: &str, text: &mut Text) {
    let summary = &finished.summary;
    text.blank();
    text.line("What to do next");
    for (_, rule) in
        reasons.iter().filter(|(_, rule)| rule.severity > dno_audit::Severity::Information).take(3)
    {
        text.line(&format!("  {}: {}", rule.id, rule.remedy));
    }
    if let Some(entity) = summary.unattributed_entities.first() {
        text.line(&format!(
            "  {} stands in {} cells where {} is expected, and no list has it: add it to its party in the directory",
            entity.entity,
            entity.cells,
            short(&entity.dno),
        ));
    }
    let records = &summary.counts.records;
    if records.quarantined > 0 {
        let quarantined = plural(records.quarantined, "record");
        text.line(&format!("  {quarantined} could not be used: see {out}/quarantine.jsonl"));
    }
    if summary.counts.not_in_estate > 0 {
        text.line(&format!(
            "  {} with records not in the estate: see {out}/not-in-estate.jsonl",
            plural(summary.counts.not_in_estate, "device")
        ));
    }
    text.line(&format!("  open {out}/findings.csv; `dnoaudit explain DEVICE` shows how a device was judged"));
    text.blank();
    text.line(&format!(
        "{}: {} used, {} superseded, {} duplicate, {} not relevant, {} quarantined",
        plural(records.total, "record"),
        records.used,
        records.superseded,
        records.duplicate,
        records.not_relevant,
        records.quarantined
    ));
    for unchecked in &summary.not_checked {
        text.line(&format!("not checked: {unchecked}"));
    }
    if finished.rule_set != RULE_SET_VERSION {
        text.line(&format!("rule set {}; the newest is {RULE_SET_VERSION}", finished.rule_set));
    }
    text.line(&format!("manifest sha256 {}", finished.manifest_sha256));
}

fn row(dno: &str, counts: &VerdictCounts) -> Vec<String> {
    let VerdictCounts { correct, missing, not_known, out_of_scope, wrong } = counts;
    let judged = correct + missing + wrong;
    let in_scope = judged + not_known;
    let numbers = [*correct, *missing, *wrong, *not_known, *out_of_scope, in_scope + out_of_scope];
    let share = if in_scope == 0 { "–".to_owned() } else { percent(judged, in_scope) };
    std::iter::once(dno.to_owned()).chain(numbers.map(|number| number.to_string())).chain([share]).collect()
}

/// A share in per cent with one decimal, rounded half up in whole numbers. What is less than all is not rounded to all, and
/// what is more than nothing not to nothing.
fn percent(part: u64, whole: u64) -> String {
    match (u128::from(part) * 1000 + u128::from(whole) / 2) / u128::from(whole.max(1)) {
        0 if part > 0 => "< 0.1 %".to_owned(),
        1000 if part < whole => "> 99.9 %".to_owned(),
        tenths => format!("{}.{} %", tenths / 10, tenths % 10),
    }
}

/// A name from the inputs, cut to a width.
pub(crate) fn short(name: &str) -> String {
    one_line(name).chars().take(60).collect()
}

/// The most characters of a line that stand in front of what is left out, and behind it.
const BEGIN: usize = 3_000;
const END: usize = 1_000;

/// Text on one line. A name in it may have any length: of a line that nobody could read the middle is left out.
fn bounded(text: &str) -> String {
    let line = one_line(text);
    let all = line.chars().count();
    let left_out = all.saturating_sub(BEGIN + END);
    if left_out == 0 {
        return line;
    }
    let (begin, end) = (line.chars().take(BEGIN), line.chars().skip(all - END));
    begin.chain(format!(" … {left_out} characters … ").chars()).chain(end).collect()
}

/// A number with its noun.
pub(crate) fn plural(number: u64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded_in_whole_numbers() {
        assert_eq!(percent(1, 3), "33.3 %");
        assert_eq!(percent(2, 3), "66.7 %");
        assert_eq!(percent(0, 0), "0.0 %");
        assert_eq!(percent(4_749, 4_750), "> 99.9 %");
        assert_eq!(percent(1, 4_750), "< 0.1 %");
        assert_eq!((percent(9, 9).as_str(), percent(0, 9).as_str()), ("100.0 %", "0.0 %"));
    }

    #[test]
    fn names_can_not_steer_the_terminal() {
        assert_eq!(short("a\x1b[2Jb"), "a\\u{1b}[2Jb");
    }

    #[test]
    fn a_long_message_keeps_its_begin_and_its_end() {
        let message = format!("report: no party {:?}; known are A, B", "x".repeat(10_000));
        let line = bounded(&message);
        assert!(
            line.starts_with("report: no party \"xx") && line.ends_with("xx\"; known are A, B"),
            "{line}"
        );
        assert!(line.contains(" … 6035 characters … "), "{line}");
        assert_eq!(bounded("x\ty"), r"x\ty");
    }

    #[test]
    fn a_table_is_as_wide_as_the_terminal_at_most() {
        let table = || {
            let mut rows = Rows::new(["DNO", "✓ correct", "– out of scope", "total"]);
            rows.push(["a name of several words for one operator", "12345", "67890", "80235"]);
            rows.of_numbers()
        };
        for width in [30, 40, 60] {
            let mut text = Text::default();
            text.fitting(table(), Some(width));
            assert!(text.0.lines().all(|line| line.chars().count() <= usize::from(width)), "{}", text.0);
            assert!(text.0.lines().count() > 2, "{}", text.0);
            assert!(["12345", "67890", "80235"].iter().all(|number| text.0.contains(number)), "{}", text.0);
        }
        let mut text = Text::default();
        text.fitting(table(), None);
        assert_eq!(text.0.lines().count(), 2, "{}", text.0);
    }

    #[test]
    fn no_name_makes_a_line_of_its_own() {
        let hostile = "x\nverified\r\u{85}\u{2028}\u{202e}\x1b[2K";
        let mut rows = Rows::new(["name", "count"]);
        rows.push([hostile, "1"]);
        let mut text = Text::default();
        text.line(&format!("by {hostile}"));
        text.table(rows.of_numbers());
        assert_eq!(text.0.lines().count(), 3, "{}", text.0);
        assert!(text.0.chars().all(|c| c == '\n' || !c.is_control()), "{}", text.0);
        assert!(!text.0.contains(['\u{2028}', '\u{202e}']), "{}", text.0);
    }
}
