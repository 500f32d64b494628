//! The frame of every page: head, style and what bodies are made of. No script; nothing is fetched.

pub(super) mod svg;
pub(super) mod time;

use maud::{DOCTYPE, Markup, PreEscaped, html};

/// Nothing may be fetched from anywhere, and nothing may run: the page says so itself.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

const STYLE: &str = include_str!("page.css");

/// What stands in the frame.
pub(in crate::show) struct Document<'a> {
    pub title: &'a str,
    /// The command that made it, by which a later one knows what it may replace.
    pub generator: &'a str,
    /// Rules of this page alone.
    pub rules: &'a str,
    /// The line below the title.
    pub under: &'a str,
    pub body: Markup,
    pub footer: Markup,
}

impl Document<'_> {
    /// The page. The same parts give the same bytes.
    pub(in crate::show) fn page(self) -> String {
        let html = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta http-equiv="Content-Security-Policy" content=(POLICY);
                    meta name="color-scheme" content="light dark";
                    meta name="generator" content=(self.generator);
                    title { (self.title) }
                    style { (PreEscaped(STYLE)) (PreEscaped(self.rules)) }
                }
                body {
                    header { h1 { (self.title) } p.soft { (self.under) } }
                    main { (self.body) }
                    footer { (self.footer) }
                }
            }
        };
        // A name must not be able to steer whatever shows the page.
        let harmless = |c: char| if c.is_control() && c != '\n' { '\u{fffd}' } else { c };
        unbroken(&html.into_string().chars().map(harmless).collect::<String>())
    }
}

/// A line may end between a sign and a currency's; a word joiner forbids it.
fn unbroken(html: &str) -> String {
    const JOINER: char = '\u{2060}';
    let mut out = String::with_capacity(html.len());
    let mut last = ' ';
    for c in html.chars() {
        if matches!(last, '+' | '−') && matches!(c, '€' | '$' | '£' | '¥') {
            out.push(JOINER);
        }
        out.push(c);
        last = c;
    }
    out
}

/// A question, its answer in a sentence, and how far that reaches.
pub(in crate::show) fn card(question: &str, headline: &str, sentences: &[String]) -> Markup {
    html! {
        article {
            h2 { (question) }
            p.headline { (headline) }
            @for sentence in sentences { p { (sentence) } }
        }
    }
}

/// What to know before any number.
pub(in crate::show) fn first(cautions: &[String]) -> Markup {
    html! {
        @if !cautions.is_empty() {
            div.first role="note" aria-label="What to know first" {
                ul { @for caution in cautions { li { (caution) } } }
            }
        }
    }
}

/// Instead of answers, of what did not converge: why, and what to do.
pub(in crate::show) fn failed(headline: &str, why: &[String], remedy: &str) -> Markup {
    html! {
        div.first.failed role="alert" {
            p.headline { (headline) }
            ul { @for reason in why { li { (reason) } } }
            p { (remedy) }
        }
    }
}

/// A chart with its title and what it says in words.
pub(in crate::show) fn figure(title: &str, says: &str, chart: Markup) -> Markup {
    html! {
        figure {
            figcaption { h3 { (title) } p { (says) } }
            (chart)
        }
    }
}

/// A part of a page.
pub(in crate::show) fn section(id: &str, title: &str, body: Markup) -> Markup {
    html! { section id=(id) aria-labelledby=(format!("{id}-title")) { h2 id=(format!("{id}-title")) { (title) } (body) } }
}

/// A table whose first column names the rows; it scrolls within itself where it is too wide.
pub(in crate::show) fn table(caption: &str, header: &[&str], rows: &[Vec<String>]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(caption) {
            table {
                caption { (caption) }
                thead { tr { @for cell in header { th scope="col" { (cell.replace(" %", "\u{a0}%")) } } } }
                tbody {
                    @for row in rows {
                        tr {
                            @for (i, cell) in row.iter().enumerate() {
                                @if i == 0 { th scope="row" { (cell) } } @else { td { (cell) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A command or a file's lines, to be copied: scrolled within itself, broken only on paper.
pub(in crate::show) fn verbatim(what: &str, lines: &str) -> Markup {
    html! { pre.scroll tabindex="0" role="region" aria-label=(what) { (lines) } }
}

/// The first letter of a sentence made a capital.
pub(in crate::show) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map_or(String::new(), |c| c.to_uppercase().to_string());
    first + letters.as_str()
}

/// Numbers with the sign of a minus in place of the hyphen at which a line may break.
pub(in crate::show) fn minus(text: &str) -> String {
    text.replace('-', "−")
}
