//! Tables and figures of the page.

use maud::{Markup, PreEscaped, html};

use crate::overview::{VERDICTS, in_order};
use crate::page::PageError;
use crate::page::chart::{Bar, VERDICT_PARTS, shares};
use crate::wording::{name, number, percent};
use report::model::v1::VerdictCounts;

/// The most rows of a table.
pub(super) const SHOWN: usize = 40;

/// The most bars of a chart.
const BARS: usize = 20;

/// A cell of a table.
pub(super) enum Cell {
    /// Text of ours or a name from an input.
    Text(String),
    /// A count.
    Number(u64),
    /// A share or another figure that is not counted.
    Figure(String),
    /// Something that is typed or compared as it stands.
    Code(String),
}

/// A table: its heading row, its rows, whose first cell heads them, and a row of sums.
pub(super) struct Table {
    /// By which the page can name it.
    pub(super) id: &'static str,
    pub(super) caption: String,
    pub(super) columns: Vec<&'static str>,
    pub(super) rows: Vec<Vec<Cell>>,
    pub(super) sum: Option<Vec<Cell>>,
    /// How many rows there are beyond those that are handed over; they are not shown either.
    pub(super) beyond: u64,
}

impl Table {
    /// The table, cut at [`SHOWN`] rows with a note.
    pub(super) fn render(&self) -> Markup {
        let cut = u64::try_from(self.rows.len().saturating_sub(SHOWN)).unwrap_or(u64::MAX);
        let more = cut.saturating_add(self.beyond);
        let first = self.rows.first();
        let is_number = |place: usize| {
            let cell = first.or(self.sum.as_ref()).and_then(|row| row.get(place));
            matches!(cell, Some(Cell::Number(_) | Cell::Figure(_)))
        };
        let caption = format!("{}-caption", self.id);
        html! {
            div.scroll role="region" tabindex="0" aria-labelledby=(caption) {
                table id=(self.id) {
                    caption id=(caption) { (self.caption) }
                    thead {
                        tr {
                            @for (place, column) in self.columns.iter().enumerate() {
                                th class=[is_number(place).then_some("number")] scope="col" { (column) }
                            }
                        }
                    }
                    tbody {
                        @if self.rows.is_empty() {
                            tr { td colspan=(self.columns.len()) { "none" } }
                        }
                        @for row in self.rows.iter().take(SHOWN) { (cells(row)) }
                    }
                    @if let Some(sum) = &self.sum {
                        tfoot { (cells(sum)) }
                    }
                }
            }
            @if more > 0 {
                p.note {
                    (number(more)) " more rows are not shown: this table ends at " (SHOWN) ". The package has them all."
                }
            }
        }
    }
}

fn cells(row: &[Cell]) -> Markup {
    html! {
        tr {
            @for (place, cell) in row.iter().enumerate() {
                @match (place, cell) {
                    (0, Cell::Code(text)) => { th.code scope="row" { code { (text) } } }
                    (0, Cell::Text(text)) => { th scope="row" { bdi { (text) } } }
                    (0, Cell::Number(count)) => { th scope="row" { (number(*count)) } }
                    (0, Cell::Figure(text)) => { th scope="row" { (text) } }
                    (_, Cell::Text(text)) => { td { bdi { (text) } } }
                    (_, Cell::Number(count)) => { td.number { (number(*count)) } }
                    (_, Cell::Figure(text)) => { td.number { (text) } }
                    (_, Cell::Code(text)) => { td.code { code { (text) } } }
                }
            }
        }
    }
}

/// Meters of groups by verdict, those with most missing and wrong ones first.
pub(super) fn verdicts<'g>(
    id: &'static str,
    caption: &str,
    of: &'static str,
    groups: impl Iterator<Item = (String, &'g VerdictCounts)>,
) -> Table {
    let mut groups: Vec<_> = groups.collect();
    sort(&mut groups);
    verdicts_in_order(id, caption, of, &groups)
}

/// Meters of groups by verdict, in the order given.
pub(super) fn verdicts_in_order(
    id: &'static str,
    caption: &str,
    of: &'static str,
    groups: &[(String, &VerdictCounts)],
) -> Table {
    let row = |(name, counts): &(String, &VerdictCounts)| verdict_row(name.clone(), counts);
    let mut all = VerdictCounts::default();
    groups.iter().for_each(|(_, counts)| all.saturating_add(counts));
    Table {
        id,
        caption: caption.to_owned(),
        columns: columns(of),
        rows: groups.iter().map(row).collect(),
        sum: Some(verdict_row("all".to_owned(), &all)),
        beyond: 0,
    }
}

fn columns(of: &'static str) -> Vec<&'static str> {
    let names = VERDICTS.iter().map(|(_, name)| *name);
    let more = ["total", "judged of those in scope", "missing or wrong of those judged"];
    std::iter::once(of).chain(names).chain(more).collect()
}

fn verdict_row(name: String, counts: &VerdictCounts) -> Vec<Cell> {
    let (problems, judged) = (counts.missing + counts.wrong, counts.missing + counts.wrong + counts.correct);
    let in_scope = judged + counts.not_known;
    let counts = in_order(counts);
    std::iter::once(Cell::Text(name))
        .chain(counts.map(Cell::Number))
        .chain([Cell::Number(counts.iter().sum())])
        .chain([Cell::Figure(percent(judged, in_scope)), Cell::Figure(percent(problems, judged))])
        .collect()
}

fn sort(groups: &mut [(String, &VerdictCounts)]) {
    groups.sort_by(|(a, one), (b, other)| {
        let problems = |counts: &VerdictCounts| counts.missing + counts.wrong;
        problems(other).cmp(&problems(one)).then_with(|| a.cmp(b))
    });
}

/// A chart of groups by verdict in the order given, each bar the whole of its meters.
pub(super) fn figure<'g>(
    id: &'static str,
    caption: &str,
    groups: impl Iterator<Item = (String, &'g VerdictCounts)>,
    sorted: bool,
) -> Result<Markup, PageError> {
    let mut groups: Vec<_> = groups.collect();
    if sorted {
        sort(&mut groups);
    }
    let more = groups.len().saturating_sub(BARS);
    groups.truncate(BARS);
    let bars: Vec<Bar> =
        groups.iter().map(|(label, counts)| Bar { label: label.clone(), counts: in_order(counts) }).collect();
    if bars.is_empty() {
        return Ok(html! {});
    }
    let (inside, width, height) = shares(&bars)?;
    let (title, description) = (format!("{id}-title"), format!("{id}-description"));
    let words = bars.iter().map(words).collect::<Vec<_>>().join("; ");
    Ok(html! {
        figure {
            figcaption { (caption) }
            svg id=(id) role="img" aria-labelledby={ (title) " " (description) } viewBox={ "0 0 " (width) " " (height) } {
                title id=(title) { (caption) }
                desc id=(description) {
                    "A bar for each, divided by verdict. " (words) ". The table that follows has all figures."
                }
                (PreEscaped(inside))
            }
            ul.legend aria-label="Colours" {
                @for part in VERDICT_PARTS {
                    li {
                        svg viewBox="0 0 16 16" role="img" aria-hidden="true" {
                            title { (part.name) }
                            rect width="16" height="16" fill=(colour(part.fill)) stroke="#595959" {}
                        }
                        (part.name)
                    }
                }
            }
            @if more > 0 {
                p.note { (more) " more are in the table and have no bar." }
            }
        }
    })
}

fn words(bar: &Bar) -> String {
    let whole = bar.counts.iter().sum();
    let parts = VERDICTS.iter().zip(bar.counts).filter(|(_, count)| *count > 0);
    let parts: Vec<String> =
        parts.map(|((_, verdict), count)| format!("{} {verdict}", percent(count, whole))).collect();
    format!(
        "{}: {}",
        name(&bar.label),
        if parts.is_empty() { "no meters".to_owned() } else { parts.join(", ") }
    )
}

fn colour((red, green, blue): (u8, u8, u8)) -> String {
    format!("#{red:02X}{green:02X}{blue:02X}")
}
