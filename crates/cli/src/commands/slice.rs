//! `dnoaudit slice`.

use dno_audit::Tree;

use crate::args::SliceArguments;
use crate::exit::{Exit, Failure};
use crate::terminal::{Terminal, Text};

pub(crate) fn run(arguments: &SliceArguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let (tree, party) = match (&arguments.dno, &arguments.supplier) {
        (Some(party), _) => (Tree::Dno, party),
        (None, Some(party)) => (Tree::Supplier, party),
        (None, None) => return Err(Failure::Usage("name a party with --dno or --supplier".to_owned())),
    };
    let cut = dno_audit::slice(&arguments.package, tree, party, &arguments.out, &terminal.watched());
    terminal.end_progress();
    let rows = cut?.party.map_or(0, |party| party.rows);
    let (tree, out) = (tree.name(), arguments.out.display());
    let mut text = Text::default();
    text.line(&format!(
        "{rows} rows of {tree} {party} in {out}; `dnoaudit verify {out}` proves them complete"
    ));
    terminal.print(&text)?;
    Ok(Exit::Complete)
}
