//! Half a page for those who meet about the figures: issue, figures, change, by party, next steps.
//!
//! In: an [`Edition`] and the [`Overview`] of its rows, the same as of the page. Out: plain text or Markdown. Names from
//! inputs stand on one line, and in Markdown nothing in them is taken for a mark.

use std::collections::BTreeMap;
use std::fmt::Write;

use report::diff::Change;
use report::model::v1::VerdictCounts;
use report::seal::Tree;

use crate::edition::Edition;
use crate::overview::{Ends, Group, Overview, Task};
use crate::wording::{cut, kind_of_party, number, party, percent, plural, sentence, split};

/// How a brief is written.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Form {
    /// Lines for a terminal or a letter.
    #[default]
    Text,
    /// Markdown.
    Markdown,
}

/// The most lines of a list, so that it stays half a page.
const LINES: usize = 5;

/// The most characters of a name.
const NAME: usize = 40;

/// The brief of a report.
#[must_use]
pub fn brief(edition: &Edition, overview: &Overview, form: Form) -> String {
    let mut sheet = Sheet { form, text: String::new() };
    let whose = match &edition.slice {
        Some(slice) => format!("meters of {} {}", kind_of_party(slice), sheet.name(&slice.leaf.party)),
        None => "electricity meters".to_owned(),
    };
    let as_of = sheet.name(&edition.manifest.as_of);
    sheet.title(&format!("Network operator credentials of {whose} as of {as_of}"));
    issue(&mut sheet, overview);
    figures(&mut sheet, edition, overview);
    change(&mut sheet, edition);
    by_party(&mut sheet, edition, overview);
    next_steps(&mut sheet, overview);
    let manifest = format!(
        "Manifest SHA-256 {}, rule set {}. `dnoaudit verify PACKAGE` checks the report; the page of `dnoaudit page PACKAGE` \
         has all figures.",
        sheet.escaped(&cut(&edition.manifest_sha256, 64)),
        edition.manifest.rule_set.version
    );
    sheet.heading("Source");
    sheet.paragraph(&manifest);
    sheet.text
}

fn issue(sheet: &mut Sheet, overview: &Overview) {
    let VerdictCounts { missing, wrong, not_known, .. } = overview.totals.verdicts;
    sheet.heading("Issue");
    sheet.paragraph(&format!(
        "{} of {} ({}) do not hold the credentials of the right network operator, which so can't read or command them or \
         trust their alerts; {} could not be judged.",
        number(missing + wrong),
        plural(overview.judged(), "judged meter"),
        percent(missing + wrong, overview.judged()),
        number(not_known)
    ));
}

fn figures(sheet: &mut Sheet, edition: &Edition, overview: &Overview) {
    let VerdictCounts { correct, missing, wrong, not_known, out_of_scope } = overview.totals.verdicts;
    sheet.heading("Figures");
    let meters = correct + missing + wrong + not_known + out_of_scope;
    sheet.item(&format!(
        "{}: {} correct, {} missing, {} wrong, {} not known, {} out of scope",
        plural(meters, "meter"),
        number(correct),
        number(missing),
        number(wrong),
        number(not_known),
        number(out_of_scope)
    ));
    sheet.item(&format!("missing : wrong = {}", split(missing, wrong)));
    sheet.item(&format!(
        "{} of {} in scope judged ({})",
        number(overview.judged()),
        number(overview.in_scope()),
        percent(overview.judged(), overview.in_scope())
    ));
    for verdict in ["missing", "wrong", "not-known"] {
        if let Some((rule, group)) = overview.reasons_of(verdict).first() {
            let title = sheet.escaped(&sentence(edition.title(rule)));
            sheet.item(&format!(
                "{}, mostly: {title} ({})",
                verdict.replace('-', " "),
                plural(group.meters, "meter")
            ));
        }
    }
    if let Some(expiry) = &overview.expiry {
        let of = |ends: Ends| expiry.meters.get(&ends).copied().unwrap_or_default();
        sheet.item(&format!(
            "credentials end: {} already, {} within 30 days, {} within 31 to 90, {} within 91 to 365 (meters)",
            number(of(Ends::Expired)),
            number(of(Ends::Days30)),
            number(of(Ends::Days90)),
            number(of(Ends::Days365))
        ));
    }
}

fn change(sheet: &mut Sheet, edition: &Edition) {
    sheet.heading("Change since last time");
    let Some(step) = edition.steps.last() else {
        return sheet.paragraph("No earlier report was named (--previous).");
    };
    let shown = |change| format!("{} {}", number(step.meters(change)), change.name().replace('-', " "));
    let changes = [
        Change::Fixed,
        Change::New,
        Change::Regressed,
        Change::Persisting,
        Change::Changed,
        Change::BecameKnown,
        Change::BecameNotKnown,
        Change::Joined,
        Change::Left,
        Change::EnteredScope,
        Change::LeftScope,
    ];
    let (old, new) = (&step.old.verdicts, &step.new.verdicts);
    let as_of = sheet.name(&step.old.as_of);
    sheet.item(&format!("since {as_of}: {}", changes.map(shown).join(", ")));
    sheet.item(&format!(
        "missing {} → {}, wrong {} → {}, not known {} → {}",
        number(old.missing),
        number(new.missing),
        number(old.wrong),
        number(new.wrong),
        number(old.not_known),
        number(new.not_known)
    ));
}

fn by_party(sheet: &mut Sheet, edition: &Edition, overview: &Overview) {
    sheet.heading("By party");
    let of_dno = edition.slice.as_ref().is_some_and(|slice| slice.tree == "dno");
    let of_supplier = edition.slice.is_some() && !of_dno;
    for (kind, groups, told) in [
        ("network operator", &overview.totals.by_dno, !of_dno),
        ("supplier", &overview.totals.by_supplier, !of_supplier),
    ] {
        if !told {
            continue;
        }
        let problems = |counts: &VerdictCounts| counts.missing + counts.wrong;
        let mut worst: Vec<_> = groups.iter().filter(|(_, counts)| problems(counts) > 0).collect();
        worst.sort_by_key(|(_, counts)| std::cmp::Reverse(problems(counts)));
        let shown = worst.iter().take(LINES).map(|(of, counts)| {
            let of = if *of == Tree::Supplier.nobody() { "not known" } else { of.as_str() };
            format!(
                "{} {} ({} : {})",
                sheet.name(of),
                number(problems(counts)),
                number(counts.missing),
                number(counts.wrong)
            )
        });
        let shown: Vec<String> = shown.collect();
        let more = match worst.len().saturating_sub(LINES) {
            0 => String::new(),
            more => format!("; {more} more"),
        };
        let shown = if shown.is_empty() { "none".to_owned() } else { shown.join("; ") };
        sheet.item(&format!("missing or wrong by {kind} of the meter (missing : wrong): {shown}{more}"));
    }
}

/// A kind of remedy: who must act by function, by which request in which mode, and what to do.
type Kind<'t> = (&'t str, Option<&'t str>, Option<u32>, &'t str);

fn next_steps(sheet: &mut Sheet, overview: &Overview) {
    sheet.heading("Next steps");
    let mut kinds: BTreeMap<Kind<'_>, Vec<(&Task, &Group)>> = BTreeMap::new();
    for (task, group) in overview.tasks.commonest() {
        let kind = (task.party.as_str(), task.service_request.as_deref(), task.mode, task.action.as_str());
        kinds.entry(kind).or_default().push((task, group));
    }
    let sum = |tasks: &[(&Task, &Group)]| tasks.iter().map(|(_, group)| group.meters).sum::<u64>();
    let mut kinds: Vec<_> = kinds.into_iter().map(|(kind, tasks)| (sum(&tasks), kind, tasks)).collect();
    kinds.sort_by_key(|(meters, ..)| std::cmp::Reverse(*meters));
    for (meters, kind, tasks) in kinds.iter().take(LINES) {
        let step = next_step(sheet, *meters, *kind, tasks);
        sheet.item(&step);
    }
    match kinds.len().saturating_sub(LINES) {
        _ if kinds.is_empty() => sheet.paragraph("Nothing is to be done."),
        0 => {}
        more => {
            let rest = kinds.iter().skip(LINES).map(|(meters, ..)| meters).sum::<u64>();
            let meters = plural(rest + overview.tasks.beyond, "meter");
            sheet.item(&format!("{more} more kinds of remedy for {meters}: see the page"));
        }
    }
}

fn next_step(sheet: &Sheet, meters: u64, kind: Kind<'_>, tasks: &[(&Task, &Group)]) -> String {
    let (function, request, mode, action) = kind;
    let by = match (request, mode) {
        (Some(request), Some(mode)) => format!(" by SRV {}, mode {mode}", sheet.name(request)),
        (Some(request), None) => format!(" by SRV {}", sheet.name(request)),
        (None, _) => String::new(),
    };
    let who = |(task, group): &(&Task, &Group)| {
        let who = task.who.as_deref().map_or_else(|| "not known".to_owned(), |who| sheet.name(who));
        format!("{who} {}", number(group.meters))
    };
    let mut whose: Vec<String> = tasks.iter().take(LINES).map(who).collect();
    match tasks.len().saturating_sub(LINES) {
        0 => {}
        more => whose.push(format!("{more} more")),
    }
    // Where nobody has a name, the function says it all.
    let whose = match tasks {
        [(Task { who: None, .. }, _)] => String::new(),
        _ => format!(" – {}", whose.join(", ")),
    };
    let action = sheet.escaped(&sentence(action));
    let function = sheet.escaped(&party(function));
    format!("{}: {function}{by}: {action}{whose}", plural(meters, "meter"))
}

/// The text as it grows.
struct Sheet {
    form: Form,
    text: String,
}

impl Sheet {
    fn title(&mut self, title: &str) {
        let mark = if self.form == Form::Markdown { "# " } else { "" };
        // Writing to a String does not fail.
        let _ = writeln!(self.text, "{mark}{title}");
    }

    fn heading(&mut self, heading: &str) {
        let _ = match self.form {
            Form::Markdown => writeln!(self.text, "\n## {heading}\n"),
            Form::Text => writeln!(self.text, "\n{heading}"),
        };
    }

    fn paragraph(&mut self, text: &str) {
        let margin = if self.form == Form::Markdown { "" } else { "  " };
        let _ = writeln!(self.text, "{margin}{text}");
    }

    fn item(&mut self, text: &str) {
        let mark = if self.form == Form::Markdown { "- " } else { "  – " };
        let _ = writeln!(self.text, "{mark}{text}");
    }

    /// A name from an input.
    fn name(&self, text: &str) -> String {
        self.escaped(&cut(text, NAME))
    }

    /// Text in which nothing is a mark of Markdown or HTML.
    fn escaped(&self, text: &str) -> String {
        if self.form == Form::Text {
            return text.to_owned();
        }
        let mut escaped = String::with_capacity(text.len());
        for c in text.chars() {
            // Marks that mean something within a line. What begins one does not stand at its begin.
            if "\\`*_[]<>|~&".contains(c) {
                escaped.push('\\');
            }
            escaped.push(c);
        }
        escaped
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{edition, hostile, overview, row};

    fn brief_of(name: &str, form: Form) -> String {
        let overview = overview(&[row(1, "correct", name), row(2, "missing", name), row(3, "wrong", name)]);
        brief(&edition(&overview, name), &overview, form)
    }

    #[test]
    fn the_brief_has_its_five_parts() {
        let text = brief_of("LOND", Form::Text);
        let expected = "\
Network operator credentials of meters of network operator LOND as of LOND

Issue
  2 of 3 judged meters (66.7 %) do not hold the credentials of the right network operator, which so can't read or command \
them or trust their alerts; 0 could not be judged.

Figures
  – 3 meters: 1 correct, 1 missing, 1 wrong, 0 not known, 0 out of scope
  – missing : wrong = 1 : 1 (50.0 % : 50.0 %)
  – 3 of 3 in scope judged (100.0 %)
  – missing, mostly: LOND (1 meter)
  – wrong, mostly: LOND (1 meter)
  – credentials end: 0 already, 3 within 30 days, 0 within 31 to 90, 0 within 91 to 365 (meters)

Change since last time
  – since LOND: 7 fixed, 0 new, 0 regressed, 2 persisting, 0 changed, 0 became known, 0 became not known, 0 joined, 0 left, 0 entered scope, 0 left scope
  – missing 1 → 1, wrong 1 → 1, not known 0 → 0

By party
  – missing or wrong by supplier of the meter (missing : wrong): LOND 2 (1 : 1)

Next steps
  – 2 meters: the responsible supplier by SRV 6.21, mode 3: LOND – LOND 2

Source
  Manifest SHA-256 LOND, rule set 3. `dnoaudit verify PACKAGE` checks the report; the page of `dnoaudit page PACKAGE` has \
all figures.
";
        assert_eq!(text, expected);
    }

    #[test]
    fn no_name_is_a_mark_or_a_line_of_its_own() {
        for form in [Form::Text, Form::Markdown] {
            let lines = brief_of("x", form).lines().count();
            for name in hostile() {
                let brief = brief_of(&name, form);
                assert_eq!(brief.lines().count(), lines, "{name:?}");
                assert!(!brief.contains(['\u{202e}', '\u{2028}', '\u{0}']), "{name:?}");
                let bare = |mark: char| {
                    let mut before = ' ';
                    brief.chars().any(|c| {
                        let bare = c == mark && before != '\\';
                        before = c;
                        bare
                    })
                };
                assert!(form == Form::Text || !(bare('<') || bare('[') || bare('|')), "{brief}");
            }
        }
    }
}
