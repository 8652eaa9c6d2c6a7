//! `report.html`: a report as one page for people.
//!
//! In: an [`Edition`] and the [`Overview`] of its rows. Out: one HTML document that needs no script and loads nothing: its
//! own policy forbids both. Whatever comes from an input is escaped by the template and set on one line. Long tables are cut
//! at a number of rows that the page states; the package has the rest.

mod chart;
mod sections;
mod table;

use maud::{DOCTYPE, PreEscaped, html};

use crate::edition::Edition;
use crate::overview::Overview;

const STYLE: &str = include_str!("page.css");

/// What a browser may load for this page: nothing but the style within it.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// Why there is no page.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// A chart can't be drawn.
    #[error("chart: {message}")]
    Chart {
        /// What the library of charts says.
        message: String,
    },
}

/// The page of a report.
///
/// # Errors
///
/// A chart can't be drawn.
pub fn page(edition: &Edition, overview: &Overview) -> Result<String, PageError> {
    let mut body = Vec::new();
    for section in sections::ALL {
        body.push((section, (section.body)(edition, overview)?));
    }
    let title = sections::title(edition);
    let document = html! {
        (DOCTYPE)
        html lang="en-GB" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="generator" content="dnoaudit";
                meta name="referrer" content="no-referrer";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    h1 { (title) }
                    (sections::head(edition, overview))
                }
                nav aria-label="Contents" {
                    ul {
                        @for (section, _) in &body {
                            li { a href={ "#" (section.id) } { (section.title) } }
                        }
                    }
                }
                main {
                    @for (section, body) in &body {
                        section aria-labelledby=(section.id) {
                            h2 id=(section.id) tabindex="-1" { (section.title) }
                            (body)
                        }
                    }
                }
                footer {
                    p.note {
                        "Made by " (edition.manifest.tool.name) " from the package alone: the same package gives the same \
                         octets. Figures are meters unless another thing is named."
                    }
                }
            }
        }
    };
    Ok(document.into_string())
}
