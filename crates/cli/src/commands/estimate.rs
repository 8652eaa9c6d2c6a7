//! `dnoaudit estimate`.

use dno_audit::{Estimate, Interval, PartyEstimate, Progress, Sampling};

use crate::args::{EstimateArguments, Format};
use crate::exit::{Exit, Failure};
use crate::meaning;
use crate::terminal::{Rows, Terminal, Text, plural, short};

pub(crate) fn run(arguments: &EstimateArguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let sampling = if arguments.sampled_at_random { Sampling::AtRandom } else { Sampling::NotKnown };
    let found = dno_audit::estimate(&arguments.package, sampling, &Progress::to(terminal));
    terminal.end_progress();
    let found = found?;
    match arguments.format {
        Format::Text => terminal.print(&text(&found, sampling))?,
        Format::Json => {
            let value = serde_json::to_value(&found).map_err(|error| Failure::Output(error.into()))?;
            terminal.print_as_is(&super::json(&value)?)?;
        }
    }
    if found.has_unknown() && sampling == Sampling::NotKnown {
        return Err(Failure::Usage(
            "nothing is extrapolated: whether the meters that were read are a random sample is not known; if they are, \
             within each operator and supplier, say --sampled-at-random"
                .to_owned(),
        ));
    }
    Ok(if sampling == Sampling::AtRandom && left_out(&found.all) > 0 {
        Exit::Incomplete
    } else {
        Exit::Complete
    })
}

/// Meters of which nothing is said: all of them if none was judged.
fn left_out(all: &PartyEstimate) -> u64 {
    all.extrapolated.as_ref().map_or(all.counts.in_scope(), |all| all.left_out)
}

fn text(found: &Estimate, sampling: Sampling) -> Text {
    let mut text = Text::default();
    let parties = || found.parties.iter().chain(std::iter::once(&found.all));
    text.line("Counted");
    let [not_known, shares @ ..] = ["not-known", "correct", "missing", "wrong"].map(meaning::verdict);
    let shares = || shares.iter().map(String::as_str);
    let mut rows = Rows::new(["DNO", "in scope", "judged", &not_known].into_iter().chain(shares()));
    for PartyEstimate { party, counts, measured, .. } in parties() {
        let share = |share: Option<f64>| share.map_or_else(|| "–".to_owned(), percent);
        rows.push([
            short(party),
            counts.in_scope().to_string(),
            counts.judged().to_string(),
            counts.not_known.to_string(),
            share(measured.map(|measured| measured.correct)),
            share(measured.map(|measured| measured.missing)),
            share(measured.map(|measured| measured.wrong)),
        ]);
    }
    text.table(rows.of_numbers());
    let counts = &found.all.counts;
    text.blank();
    text.line(&format!(
        "shares are of the meters that were judged; left out: {} not known ({} unread, {} for other reasons), {} out of scope",
        counts.not_known,
        counts.unread,
        counts.not_known - counts.unread,
        counts.out_of_scope
    ));
    if sampling == Sampling::NotKnown {
        return text;
    }
    text.blank();
    text.line("Extrapolated to the meters that are not known, if those that were judged are a random sample");
    let mut rows = Rows::new(["DNO", "meters", "left out"].into_iter().chain(shares()));
    for PartyEstimate { party, counts, extrapolated, .. } in parties() {
        let Some(of) = extrapolated else {
            if counts.in_scope() > 0 {
                rows.push([short(party), "0".to_owned(), counts.in_scope().to_string()]);
            }
            continue;
        };
        rows.push([
            short(party),
            of.meters.to_string(),
            of.left_out.to_string(),
            bounds(of.correct),
            bounds(of.missing),
            bounds(of.wrong),
        ]);
    }
    text.table(rows.of_numbers());
    text.blank();
    text.line(found.method);
    let left_out = left_out(&found.all);
    if left_out > 0 {
        text.line(&format!(
            "{} left out: refused for strata of operator and supplier of which no meter was judged",
            plural(left_out, "meter")
        ));
    }
    text
}

/// A share in per cent with its bounds, which are rounded outwards.
fn bounds(Interval { low, share, high }: Interval) -> String {
    let (low, high) = ((low * 1000.0 + 1e-6).floor() / 10.0, (high * 1000.0 - 1e-6).ceil() / 10.0 + 0.0);
    format!("{} ({low:.1}–{high:.1})", percent(share))
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_rounded_outwards() {
        assert_eq!(bounds(Interval { low: 0.123_49, share: 0.15, high: 0.176_01 }), "15.0 % (12.3–17.7)");
        assert_eq!(bounds(Interval { low: 0.0, share: 0.0, high: 0.0 }), "0.0 % (0.0–0.0)");
        assert_eq!(bounds(Interval { low: 0.1, share: 0.5, high: 1.0 }), "50.0 % (10.0–100.0)");
    }
}
