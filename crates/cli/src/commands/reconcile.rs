//! `dnoaudit reconcile`: an own view against a report that was received.

use std::collections::BTreeMap;

use dno_audit::{
    DISAGREEMENT_HEADER, Disagreement, DisputeOptions, Eui64, Outcome, OwnIdentity, Progress,
    ReconcileOptions, Reconciled, View, ZonelessTimes, check_apart, dispute, reconcile, table_line,
};

use crate::args::{ReconcileArguments, TableFormat};
use crate::exit::{Exit, Failure};
use crate::meaning;
use crate::terminal::{Terminal, Text, plural, short};

/// Most meters that are listed for people; there is no end of them in the other formats.
const SHOWN: usize = 20;

pub(crate) fn run(arguments: &ReconcileArguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let zoneless = if arguments.zoneless_utc { ZonelessTimes::Utc } else { ZonelessTimes::Refuse };
    let mut options = ReconcileOptions::default();
    options.dno.clone_from(&arguments.dno);
    options.zoneless = zoneless;
    for device in &arguments.dispute {
        let Some(out) = &arguments.out else { continue };
        let place = out.join(device.to_string());
        check_apart(&place, &arguments.received)?;
        if arguments.own.is_dir() {
            check_apart(&place, &arguments.own)?;
        }
    }
    let (mut listed, mut first) = (0u64, Vec::new());
    let mut disputed: BTreeMap<Eui64, Disagreement> = BTreeMap::new();
    let mut print = |found: &Disagreement| -> Result<(), Failure> {
        listed += 1;
        match arguments.format {
            TableFormat::Text => {
                if first.len() < SHOWN {
                    first.push(line(found));
                }
                Ok(())
            }
            TableFormat::Csv => {
                if listed == 1 {
                    print_line(terminal, DISAGREEMENT_HEADER)?;
                }
                print_line(terminal, found.fields().each_ref().map(String::as_str))
            }
            TableFormat::Json => {
                let value = serde_json::to_string(found).map_err(|error| Failure::Output(error.into()))?;
                let before = if listed == 1 { "{\"disagreements\":[\n" } else { ",\n" };
                terminal.print_as_is(&format!("{before}{value}"))
            }
        }
    };
    let mut failed = None;
    let reconciled =
        reconcile(&arguments.received, &arguments.own, &options, &Progress::to(terminal), &mut |found| {
            if let Some(device) =
                found.device_id.parse().ok().filter(|device| arguments.dispute.contains(device))
            {
                disputed.insert(device, found.clone());
            }
            if failed.is_none() {
                failed = print(found).err();
            }
            Ok(())
        });
    terminal.end_progress();
    let reconciled = reconciled?;
    failed.map_or(Ok(()), Err)?;
    match arguments.format {
        TableFormat::Text => terminal.print(&text(&reconciled, &first))?,
        TableFormat::Csv if listed == 0 => print_line(terminal, DISAGREEMENT_HEADER)?,
        TableFormat::Csv => {}
        TableFormat::Json => {
            let begin = if listed == 0 { "{\"disagreements\":[" } else { "" };
            let rest = serde_json::to_string(&reconciled).map_err(|error| Failure::Output(error.into()))?;
            let rest = rest.strip_prefix('{').unwrap_or(&rest);
            terminal.print_as_is(&format!(
                "{begin}\n],\"format\":\"dno-audit reconciliation\",\"format_version\":1,{rest}\n"
            ))?;
        }
    }
    packs(arguments, &reconciled, &disputed, terminal)?;
    let refused = reconciled.totals.outcomes.get(Outcome::Refused.name()).is_some_and(|count| *count > 0);
    Ok(match (refused, reconciled.totals.disagreements()) {
        (true, _) => Exit::Incomplete,
        (false, 0) => Exit::Complete,
        (false, _) => Exit::Findings,
    })
}

/// Writes the dispute packs that were asked for.
fn packs(
    arguments: &ReconcileArguments,
    reconciled: &Reconciled,
    disputed: &BTreeMap<Eui64, Disagreement>,
    terminal: &Terminal,
) -> Result<(), Failure> {
    let Some(out) = &arguments.out else { return Ok(()) };
    for device in &arguments.dispute {
        let mut options = DisputeOptions::new(&arguments.received, reconciled);
        options.inputs = arguments.inputs.as_deref();
        options.disagreement = disputed.get(device);
        let written = dispute(*device, &options, &out.join(device.to_string()), &terminal.watched());
        terminal.end_progress();
        let Some(written) = written? else {
            return Err(Failure::Usage(format!("neither view has device {device}")));
        };
        if arguments.format == TableFormat::Text {
            let mut text = Text::default();
            text.blank();
            text.line(&format!("{}: what the report says of {device}", written.place.display()));
            for lacking in &written.not_included {
                text.line(&format!("  without {lacking}"));
            }
            terminal.print(&text)?;
        }
    }
    Ok(())
}

fn print_line<'f>(terminal: &Terminal, fields: impl IntoIterator<Item = &'f str>) -> Result<(), Failure> {
    let octets = table_line(fields).map_err(Failure::Output)?;
    terminal.print_as_is(&String::from_utf8_lossy(&octets))
}

fn text(reconciled: &Reconciled, first: &[String]) -> Text {
    let Reconciled { dno, own, received, totals, .. } = reconciled;
    let mut text = Text::default();
    text.line(&format!(
        "received  {} as of {}, rule set {}, manifest {}",
        plural(received.meters, "meter"),
        short(&received.as_of),
        received.rule_set,
        received.manifest_sha256
    ));
    text.line(&match own {
        OwnIdentity::List { rows, sha256 } => {
            format!("own       a list of {}, sha256 {sha256}", plural(*rows, "row"))
        }
        OwnIdentity::Report(own) => format!(
            "own       {} as of {}, rule set {}, manifest {}",
            plural(own.meters, "meter"),
            short(&own.as_of),
            own.rule_set,
            own.manifest_sha256
        ),
    });
    if let Some(dno) = dno {
        text.line(&format!("meters of {}", short(dno)));
    }
    text.blank();
    for outcome in Outcome::ALL {
        let count = totals.outcomes.get(outcome.name()).copied().unwrap_or_default();
        if count > 0 || matches!(outcome, Outcome::Agree | Outcome::Disagree) {
            text.line(&format!("{count:>9}  {}", outcome.name()));
        }
    }
    if totals.repeated > 0 {
        text.line(&format!("{:>9}  rows of the list repeat another", totals.repeated));
    }
    if totals.disagreements() == 0 {
        return text;
    }
    text.blank();
    text.line("Why");
    let mut causes: Vec<_> = totals.causes.iter().collect();
    causes.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    for (cause, count) in causes {
        text.line(&format!("{count:>9}  {cause}"));
    }
    text.blank();
    text.line("Meters");
    first.iter().for_each(|line| text.line(line));
    let more = totals.disagreements().saturating_sub(u64::try_from(first.len()).unwrap_or(u64::MAX));
    if more > 0 {
        text.line(&format!("  {more} more: --format csv lists all"));
    }
    text
}

fn line(found: &Disagreement) -> String {
    let shown = |view: &Option<View>| {
        view.as_ref().map_or("absent".to_owned(), |view| meaning::verdict(&view.verdict))
    };
    let place = found.line.map_or_else(String::new, |line| format!(" (line {line})"));
    if found.outcome == Outcome::Refused {
        return format!("  refused{place}: {}", found.note.as_deref().unwrap_or_default());
    }
    let newer = match found.newer {
        dno_audit::Newer::NotKnown | dno_audit::Newer::Neither => String::new(),
        newer => format!(", newer: {}", newer.name()),
    };
    let note = found.note.as_ref().map_or_else(String::new, |note| format!("; {note}"));
    format!(
        "  {}{place}  own {}, received {}: {}{newer}{note}",
        short(&found.device_id),
        shown(&found.own),
        shown(&found.received),
        found.cause()
    )
}
