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
use crate::wording::name;

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
                        "Made by " (name(&edition.manifest.tool.name)) " from the package alone: the same package gives the same \
                         octets. Figures are meters unless another thing is named."
                    }
                }
            }
        }
    };
    Ok(document.into_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::overview::VERDICTS;
    use crate::sample::{edition, hostile, overview, row};

    fn page_of(name: &str) -> String {
        let rows: Vec<_> =
            (1..).zip(VERDICTS).map(|(number, (verdict, _))| row(number, verdict, name)).collect();
        let overview = overview(&rows);
        page(&edition(&overview, name), &overview).unwrap()
    }

    /// The tags of a page: whatever stands between angle brackets.
    fn tags(page: &str) -> Vec<&str> {
        page.split('<').skip(1).map(|tag| tag.split('>').next().unwrap()).collect()
    }

    #[test]
    fn no_name_of_an_input_is_more_than_text() {
        let plain = page_of("x");
        let names = |page: &str| -> Vec<String> {
            tags(page).iter().map(|tag| tag.split([' ', '/']).next().unwrap().to_owned()).collect()
        };
        for name in hostile() {
            let page = page_of(&name);
            // Not one element is there that the page of a plain name does not have. Bars of charts may differ by a label.
            assert_eq!(names(&page), names(&plain), "{name:?}");
            for tag in tags(&page) {
                assert!(!tag.contains("onerror=\"") && !tag.contains("onmouseover=\""), "{tag}");
            }
            for hidden in ['\u{202e}', '\u{200b}', '\u{2066}', '\u{85}', '\u{2028}', '\u{0}', '\r'] {
                assert!(!page.contains(hidden), "{name:?}");
            }
        }
        assert!(page_of("<script>alert(1)</script>").contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    }

    #[test]
    fn a_long_name_is_cut_and_says_so() {
        let page = page_of(&"y".repeat(10_000));
        assert!(page.contains("… (10,000 characters)"));
        assert!(page.len() < 200_000, "{}", page.len());
        assert!(!page.contains(&"y".repeat(401)));
    }

    #[test]
    fn a_long_table_ends_where_it_says() {
        let rows: Vec<_> = (0..45).map(|number| row(number, "missing", &format!("P{number:02}"))).collect();
        let overview = overview(&rows);
        let page = page(&edition(&overview, "x"), &overview).unwrap();
        assert!(page.contains("5 more rows are not shown: this table ends at 40."), "{page}");
        assert!(page.contains("25 more are in the table and have no bar."), "{page}");
    }
}
