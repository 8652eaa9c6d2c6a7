use dno_audit::{PlanOptions, Planned};

use crate::args::{Audience, PlanArguments};
use crate::exit::{Exit, Failure};
use crate::terminal::{Rows, Terminal, Text, plural, short};

pub(crate) fn run(arguments: &PlanArguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let mut options = PlanOptions::new(match arguments.audience {
        Audience::Supplier => dno_audit::Audience::Supplier,
        Audience::Dno => dno_audit::Audience::Dno,
    });
    options.party.clone_from(&arguments.party);
    options.batch = arguments.batch;
    options.requests = arguments.requests;
    options.previous.clone_from(&arguments.previous);
    let planned = dno_audit::plan(&arguments.package, &options, &arguments.out, &terminal.watched());
    terminal.end_progress();
    terminal.print(&text(&planned?, &arguments.out.display().to_string()))?;
    Ok(Exit::Complete)
}

/// Most parties that are listed one by one.
const SHOWN: usize = 40;

const TASKS: [&str; 4] = ["read", "hand-over", "replace", "other"];

fn text(planned: &Planned, out: &str) -> Text {
    let mut text = Text::default();
    if planned.parties.is_empty() {
        text.line("nobody of these has to act");
    } else {
        let mut table = Rows::new(["party", "meters", "read", "hand over", "replace", "other"]);
        for party in planned.parties.iter().take(SHOWN) {
            let of = |task: &&str| party.steps.get(*task).copied().unwrap_or_default().to_string();
            let counts = std::iter::once(party.meters.to_string()).chain(TASKS.iter().map(of));
            table.push(std::iter::once(short(&party.who)).chain(counts));
        }
        text.table(table.of_numbers());
        let more = planned.parties.len().saturating_sub(SHOWN);
        if more > 0 {
            text.line(&format!("{more} more: see index.csv"));
        }
    }
    text.blank();
    if planned.elsewhere > 0 {
        let meters = plural(planned.elsewhere, "meter");
        text.line(&format!("{meters} more with a remedy that is for others: see index.csv"));
    }
    if let Some(progress) = &planned.progress {
        let counts: Vec<String> =
            progress.iter().map(|(status, count)| format!("{count} {status}")).collect();
        text.line(&format!("of the earlier plan: {}", counts.join(", ")));
    }
    text.line(&format!("plan in {out}; what is to be read stands first"));
    text
}
