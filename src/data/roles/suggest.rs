//! Words for messages about columns: the flag that would use one, the name that was meant.

use super::words;
use crate::data::dataset::Roles;
use crate::data::read::number::excerpt;
use crate::words::quote;

/// Longer lists are cut here: nobody reads on.
const FEW: usize = 12;

/// The flags that would give left-out columns their likeliest roles.
///
/// A list flag replaces what was inferred, so it repeats the columns that already have the role.
pub fn suggested_flags(roles: &Roles, columns: &[&str]) -> Vec<String> {
    let (mut flags, mut channels, mut organic, mut controls) = (vec![], vec![], vec![], vec![]);
    let mut driven: Vec<&String> = Vec::new();
    let is_of_use = |c: &&&str| !c.starts_with("(column ") && !words::is_no_role(c);
    for &column in columns.iter().filter(is_of_use) {
        let lower = column.to_lowercase();
        if words::OUTCOME.fits(column) {
            flags.push(format!("--outcome {}", quote(column)));
        } else if roles.revenue_per_outcome.is_none() && words::is_revenue_per_outcome(&lower) {
            flags.push(format!("--revenue-per-outcome {}", quote(column)));
        } else if words::looks_like_spend(&lower) && !words::is_other_spend(column) {
            // The sum of channels beside them counts their spend twice.
            if roles.channels.is_empty() || !words::is_total(column) {
                channels.push(column);
            }
        } else if words::looks_like_exposure(&lower) {
            match spend_of(roles, &lower) {
                // Of several columns one can be used: the warning of the ambiguity offers them all.
                Some(spend) if driven.contains(&spend) => {}
                Some(spend) => {
                    driven.push(spend);
                    flags.push(format!("--exposure {}", quote(&format!("{spend}={column}"))));
                }
                None => organic.push(column),
            }
        } else if words::looks_like_media(column) {
            channels.push(column);
        } else if words::is_outcome_by_words(column) {
            // Another outcome, or the same in other units: it explains this one whatever media do.
        } else {
            controls.push(column);
        }
    }
    let lists = [
        ("--channels", &roles.channels, channels),
        ("--organic", &roles.organic, organic),
        ("--controls", &roles.controls, controls),
    ];
    for (flag, present, new) in lists.into_iter().filter(|(_, _, new)| !new.is_empty()) {
        let all: Vec<&str> = present.iter().map(String::as_str).chain(new).collect();
        let shown = quote(&all[..all.len().min(FEW)].join(","));
        flags.push(format!("{flag} {shown}{}", if all.len() > FEW { ",…" } else { "" }));
    }
    flags
}

/// The channel without exposure whose stem begins or ends a column's lower-case name.
fn spend_of<'r>(roles: &'r Roles, lower: &str) -> Option<&'r String> {
    roles.channels.iter().find(|spend| {
        let stem = words::spend_stem(spend).unwrap_or(spend).to_lowercase();
        let is_of = lower.starts_with(&format!("{stem}_")) || lower.ends_with(&format!("_{stem}"));
        !roles.exposure.contains_key(*spend) && is_of
    })
}

/// Quoted names, the first twelve of them.
pub(crate) fn listing<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let quoted: Vec<String> = names.map(|n| format!("`{}`", excerpt(n))).collect();
    first_few(&quoted, ", ")
}

pub(crate) fn first_few(items: &[String], separator: &str) -> String {
    let mut text = items[..items.len().min(FEW)].join(separator);
    if items.len() > FEW {
        text.push_str(&format!(" … and {} more", items.len() - FEW));
    }
    text
}
