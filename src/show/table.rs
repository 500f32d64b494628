//! Plain-text tables and paragraphs of a fixed width.

use crate::show::shorten::shorten_all;

/// Columns a terminal is sure to have.
pub(crate) const WIDTH: usize = 100;
const GAP: usize = 2;

/// Lines of a table: the first column to the left and shortened to fit, the others to the right.
/// `rows` include the header and have equal lengths.
pub(crate) fn layout(rows: &[Vec<String>]) -> Vec<String> {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |c: usize| rows.iter().map(|r| r[c].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let others: usize = widths.iter().skip(1).map(|w| w + GAP).sum();
    let first = widths.first().copied().unwrap_or(0).min(WIDTH.saturating_sub(others).max(8));
    let names: Vec<String> = rows.iter().map(|row| row[0].clone()).collect();
    rows.iter()
        .zip(shorten_all(&names, first))
        .map(|(row, name)| {
            let mut line = format!("{name:<first$}");
            for (cell, width) in row.iter().zip(&widths).skip(1) {
                line.push_str(&format!("{:>w$}", cell, w = width + GAP));
            }
            line.trim_end().to_owned()
        })
        .collect()
}

/// Breaks a text at spaces; the first line gets `first`, the others as many blanks as `indent`.
pub(crate) fn wrap(first: &str, indent: usize, text: &str) -> Vec<String> {
    wrap_to(WIDTH, first, indent, text)
}

/// The same for a page of another width.
pub(crate) fn wrap_to(width: usize, first: &str, indent: usize, text: &str) -> Vec<String> {
    let mut lines = vec![first.to_owned()];
    let mut filled = first.chars().count();
    let mut at_start = true;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if !at_start && filled + 1 + length > width {
            lines.push(" ".repeat(indent));
            filled = indent;
            at_start = true;
        }
        let line = lines.last_mut().expect("the list starts with one line");
        if !at_start {
            line.push(' ');
            filled += 1;
        }
        line.push_str(word);
        filled += length;
        at_start = false;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_long_names_give_way() {
        let row = |a: &str, b: &str| vec![a.to_string(), b.to_string()];
        assert_eq!(layout(&[row("Channel", "ROI"), row("tv", "12.5")]), ["Channel   ROI", "tv       12.5"]);
        let lines = layout(&[row(&"x".repeat(150), &"y".repeat(60))]);
        assert_eq!(lines[0].chars().count(), WIDTH);
        assert!(lines[0].contains('…'));
    }

    #[test]
    fn wrapping_keeps_every_word_within_the_width() {
        let text = "word ".repeat(60);
        let lines = wrap("- ", 2, &text);
        assert!(lines.len() > 1 && lines.iter().all(|l| l.chars().count() <= WIDTH), "{lines:?}");
        let words: usize = lines.iter().map(|l| l.split_whitespace().filter(|w| *w == "word").count()).sum();
        assert_eq!(words, 60);
        assert!(lines[1].starts_with("  word"));
    }
}
