//! Long names made short enough for a table or a chart, and still told apart.

use std::cmp::Reverse;
use std::collections::HashSet;

/// [`shorten_all`] of a width within which all names stay different, `width` or as little more as that takes.
pub(crate) fn shorten_apart(names: &[String], width: usize) -> Vec<String> {
    let longest = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    let different = |names: &[String]| names.iter().collect::<HashSet<_>>().len();
    let tried = (width..longest.max(width + 1)).map(|width| shorten_all(names, width));
    let mut apart = tried.filter(|short| different(short) == different(names));
    apart.next().unwrap_or_else(|| names.to_vec())
}

/// At most `width` characters each, an ellipsis for what was cut: in the middle, or where it tells most of the
/// names apart.
pub(crate) fn shorten_all(names: &[String], width: usize) -> Vec<String> {
    let kept = width.saturating_sub(1);
    let cut = |name: &String, head: usize| match name.chars().count() {
        length if length <= width => name.clone(),
        length => {
            let tail = name.chars().skip(length - (kept - head));
            name.chars().take(head).chain(['…']).chain(tail).collect()
        }
    };
    let cuts = (0..=kept).map(|head| names.iter().map(|name| cut(name, head)).collect::<Vec<String>>());
    let different = |names: &Vec<String>| names.iter().collect::<HashSet<_>>().len();
    let middle = |head: usize| (2 * head).abs_diff(kept + 1);
    let best = cuts.enumerate().max_by_key(|(head, names)| (different(names), Reverse(middle(*head))));
    best.map_or_else(Vec::new, |(_, names)| names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortened_names_can_be_told_apart() {
        let short = |names: &[&str], width: usize| {
            shorten_apart(&names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>(), width)
        };
        assert_eq!(
            short(&["paid_social_prospecting", "paid_social_retargeting", "tv"], 10),
            ["paid…cting", "paid…eting", "tv"]
        );
        assert_eq!(short(&["search@G001", "search@G002"], 10), ["searc…G001", "searc…G002"]);
        // Where no cut of this width tells them apart, the names take more room.
        let apart = short(&["aaaaaaaxbbbbbbbb", "aaaaaaaybbbbbbbb", "aaaaaaaxbbbbbbbc"], 5);
        assert!(apart[0] != apart[1] && apart[0] != apart[2] && apart[1] != apart[2], "{apart:?}");
        assert_eq!(short(&["same name", "same name"], 5), ["sam…e", "sam…e"]);
        assert_eq!(shorten_all(&["Fernsehwerbung".to_owned()], 6), ["Fer…ng"]);
    }
}
