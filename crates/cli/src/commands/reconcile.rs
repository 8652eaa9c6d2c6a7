//! `dnoaudit reconcile`: an own view against a report that was received.

use std::collections::BTreeMap;

use dno_audit::{
    DISAGREEMENT_HEADER, Disagreement, DisputeOptions, Eui64, Outcome, OwnIdentity, Progress,
    ReconcileOptions, Reconciled, View, ZonelessTimes, dispute, reconcile, table_line,
};

use crate::args::{ReconcileArguments, TableFormat};
use crate::exit::{Exit, Failure};
use crate::terminal::{Terminal, plural, safe};

/// Most meters that are listed for people; there is no end of them in the other formats.
const SHOWN: usize = 20;

pub(crate) fn run(arguments: &ReconcileArguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let zoneless = if arguments.zoneless_utc { ZonelessTimes::Utc } else { ZonelessTimes::Refuse };
    let options = ReconcileOptions { dno: arguments.dno.clone(), zoneless };
    let show = |message: &str| terminal.progress(message);
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
                terminal.print_json(&format!("{before}{value}"))
            }
        }
    };
    let mut failed = None;
    let reconciled =
        reconcile(&arguments.received, &arguments.own, &options, &Progress::to(&show), &mut |found| {
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
            terminal.print_json(&format!(
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
    let show = |message: &str| terminal.progress(message);
    for device in &arguments.dispute {
        let options = DisputeOptions {
            received: &arguments.received,
            inputs: arguments.inputs.as_deref(),
            reconciled,
            disagreement: disputed.get(device),
        };
        let written = dispute(*device, &options, &out.join(device.to_string()), &Progress::to(&show));
        terminal.end_progress();
        let Some(written) = written? else {
            return Err(Failure::Usage(format!("neither view has device {device}")));
        };
        if arguments.format == TableFormat::Text {
            let mut text = format!("\n{}: what the report says of {device}\n", written.place.display());
            for lacking in &written.not_included {
                text.push_str(&format!("  without {lacking}\n"));
            }
            terminal.print(&text)?;
        }
    }
    Ok(())
}

fn print_line<'f>(terminal: &Terminal, fields: impl IntoIterator<Item = &'f str>) -> Result<(), Failure> {
    let octets = table_line(fields).map_err(Failure::Output)?;
    terminal.print_json(&String::from_utf8_lossy(&octets))
}

fn text(reconciled: &Reconciled, first: &[String]) -> String {
    let Reconciled { dno, own, received, totals } = reconciled;
    let mut text = format!(
        "received  {} as of {}, rule set {}, manifest {}\n",
        plural(received.meters, "meter"),
        safe(&received.as_of),
        received.rule_set,
        received.manifest_sha256
    );
    text.push_str(&match own {
        OwnIdentity::List { rows, sha256 } => {
            format!("own       a list of {}, sha256 {sha256}\n", plural(*rows, "row"))
        }
        OwnIdentity::Report(own) => format!(
            "own       {} as of {}, rule set {}, manifest {}\n",
            plural(own.meters, "meter"),
            safe(&own.as_of),
            own.rule_set,
            own.manifest_sha256
        ),
    });
    if let Some(dno) = dno {
        text.push_str(&format!("meters of {}\n", safe(dno)));
    }
    text.push('\n');
    for outcome in Outcome::ALL {
        let count = totals.outcomes.get(outcome.name()).copied().unwrap_or_default();
        if count > 0 || matches!(outcome, Outcome::Agree | Outcome::Disagree) {
            text.push_str(&format!("{count:>9}  {}\n", outcome.name()));
        }
    }
    if totals.repeated > 0 {
        text.push_str(&format!("{:>9}  rows of the list repeat another\n", totals.repeated));
    }
    if totals.disagreements() == 0 {
        return text;
    }
    text.push_str("\nWhy\n");
    let mut causes: Vec<_> = totals.causes.iter().collect();
    causes.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    for (cause, count) in causes {
        text.push_str(&format!("{count:>9}  {cause}\n"));
    }
    text.push_str("\nMeters\n");
    first.iter().for_each(|line| text.push_str(line));
    let more = totals.disagreements().saturating_sub(u64::try_from(first.len()).unwrap_or(u64::MAX));
    if more > 0 {
        text.push_str(&format!("  {more} more: --format csv lists all\n"));
    }
    text
}

fn line(found: &Disagreement) -> String {
    let shown = |view: &Option<View>| view.as_ref().map_or("absent".to_owned(), |view| view.verdict.clone());
    let place = found.line.map_or_else(String::new, |line| format!(" (line {line})"));
    if found.outcome == Outcome::Refused {
        return format!("  refused{place}: {}\n", found.note.as_deref().unwrap_or_default());
    }
    let newer = match found.newer {
        dno_audit::Newer::NotKnown | dno_audit::Newer::Neither => String::new(),
        newer => format!(", newer: {}", newer.name()),
    };
    let note = found.note.as_ref().map_or_else(String::new, |note| format!("; {note}"));
    format!(
        "  {}{place}  own {}, received {}: {}{newer}{note}\n",
        safe(&found.device_id),
        shown(&found.own),
        shown(&found.received),
        found.cause()
    )
}
