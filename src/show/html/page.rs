//! What every page is made of: its frame, sections, paragraphs and tables.

use crate::show::html::escape::escape;

/// Nothing may be fetched from anywhere: the page says so itself.
pub(crate) const HEAD: &str = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n";

pub(crate) const STYLE: &str = include_str!("report.css");

/// What a readout adds to the style.
const OF_READOUT: &str = ".course { max-width: 46rem; } .seen { fill: var(--ink); } .treated { fill: var(--shade); }\n\
.carried { fill: var(--shade); opacity: 0.5; } pre { overflow-x: auto; font-size: 0.85rem; }\n\
@media print { :root { --ink: #000000; --soft: #444444; --line: #bbbbbb; --page: #ffffff; --mark: #0b57d0; --band: #0b57d033; }\n\
body { max-width: none; margin: 0; } section, svg, table { break-inside: avoid; } pre { white-space: pre-wrap; } }\n";

/// A whole page; the title is escaped here.
pub(crate) fn page(title: &str, body: &str) -> String {
    let title = escape(title);
    format!(
        "{HEAD}<title>{title}</title>\n<style>\n{STYLE}{OF_READOUT}</style>\n</head>\n<body>\n<h1>{title}</h1>\n\
         {body}</body>\n</html>\n"
    )
}

pub(crate) fn section(title: &str, body: &str) -> String {
    format!("<section>\n<h2>{title}</h2>\n{body}</section>\n")
}

pub(crate) fn paragraph(text: &str) -> String {
    format!("<p>{}</p>\n", escape(text))
}

/// A table; the first column holds names. Cells are escaped here.
pub(crate) fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let cells = |tag: &str, row: &mut dyn Iterator<Item = &str>| {
        row.map(|c| format!("<{tag}>{}</{tag}>", escape(c))).collect::<String>()
    };
    let head = cells("th", &mut header.iter().copied());
    let body: String = rows
        .iter()
        .map(|r| format!("<tr>{}</tr>\n", cells("td", &mut r.iter().map(String::as_str))))
        .collect();
    format!(
        "<div class=\"wide\"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table></div>\n"
    )
}
