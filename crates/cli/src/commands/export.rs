use crate::args::{ExportArguments, ExportFormat};
use crate::exit::{Exit, Failure};
use crate::terminal::{Terminal, Text, plural};

pub(crate) fn run(arguments: &ExportArguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let format = match arguments.format {
        ExportFormat::Xlsx => dno_audit::ExportFormat::Xlsx,
        ExportFormat::Sarif => dno_audit::ExportFormat::Sarif,
        #[cfg(feature = "parquet")]
        ExportFormat::Parquet => dno_audit::ExportFormat::Parquet,
    };
    let exported = dno_audit::export(&arguments.package, format, &arguments.out, &terminal.watched());
    terminal.end_progress();
    let exported = exported?;
    let mut text = Text::default();
    text.line(&format!("{} in {}", plural(exported.meters, "meter"), arguments.out.display()));
    if exported.left_out > 0 {
        let left_out = plural(exported.left_out, "row");
        text.line(&format!("{left_out} found no place in the sheets, which say so; the package has all"));
    }
    terminal.print(&text)?;
    Ok(Exit::Complete)
}
