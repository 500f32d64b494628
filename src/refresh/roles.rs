//! The column roles of an earlier fit, and the refusal of others that nobody asked for.

use std::path::Path;

use crate::config::{RawConfig, RawData};
use crate::data::{Roles, column_names, pattern_fits, unasked_role};
use crate::error::{Error, Problems};
use crate::report::Fit;

const NOUN: &str = "column roles differ from the earlier fit";

/// Refuses a data file that lacks a column of `previous`, or has a new one that by its name would have got
/// a role, unless `flags` speak of it.
///
/// # Errors
/// All such columns at once, or a file that cannot be read.
pub fn check_new_columns(path: &Path, previous: &Fit, flags: &RawData) -> Result<(), Error> {
    let names = column_names(path)?;
    let roles = &previous.run.roles;
    let mut problems = Problems::new(NOUN);
    let mut hints = Vec::new();
    for (role, column) in with_roles(roles).into_iter().filter(|(role, _)| !is_told(flags, role)) {
        if !names.contains(column) {
            problems.push_with(|| format!("column `{column}` ({role}) is gone"));
            hints.push(match role {
                "spend" => format!(
                    "name the channels that are left with --channels {}",
                    left(&roles.channels, &names)
                ),
                "exposure" => other_exposure(roles, column),
                "control" => format!(
                    "name the controls that are left with --controls {}",
                    left(&roles.controls, &names)
                ),
                role => format!("name the column of the {role} by its flag"),
            });
        }
    }
    let known = |name: &String| {
        roles.left_out.contains(name) || with_roles(roles).iter().any(|(_, column)| *column == name)
    };
    for name in names.iter().filter(|name| !known(name) && !is_mentioned(flags, name)) {
        let Some(role) = unasked_role(name) else { continue };
        let flag = if role == "control" { "--controls" } else { "--channels" };
        if !is_told(flags, role) {
            problems.push_with(|| format!("column `{name}` is new and would be a {role} column"));
            let list = if role == "control" { &roles.controls } else { &roles.channels };
            let with_it: Vec<String> = list.iter().chain([name]).cloned().collect();
            hints.push(format!(
                "leave it out with --exclude {name}, or take it in with {flag} {}",
                left(&with_it, &names)
            ));
        }
    }
    refuse(path, problems, hints)
}

/// Those of `columns` that a file with columns `names` still has, as a flag takes them.
fn left(columns: &[String], names: &[String]) -> String {
    let left: Vec<&str> = columns.iter().filter(|c| names.contains(c)).map(String::as_str).collect();
    if left.is_empty() { "A,B".to_owned() } else { left.join(",") }
}

fn other_exposure(roles: &Roles, column: &str) -> String {
    let spend =
        roles.exposure.iter().find(|(_, exposure)| *exposure == column).map_or("SPEND", |(spend, _)| spend);
    format!(
        "name another column with --exposure {spend}=COLUMN, or --exposure {spend}={spend} for the spend itself"
    )
}

/// Columns of `previous` that a file with columns `names` does not have.
pub(super) fn missing_columns<'a>(previous: &'a Fit, names: &[String]) -> Vec<&'a str> {
    let columns = with_roles(&previous.run.roles).into_iter().map(|(_, column)| column);
    columns.filter(|column| !names.contains(column)).map(String::as_str).collect()
}

/// Drops what an earlier fit was told of controls and paid channels that `flags` no longer name.
pub fn forget_left_out(settings: &mut RawConfig, flags: &RawData) {
    let named = |patterns: &[String], name: &str| patterns.iter().any(|pattern| pattern_fits(pattern, name));
    if let Some(patterns) = &flags.controls {
        settings.controls.retain(|name, _| named(patterns, name));
    }
    if let Some(patterns) = &flags.channels {
        settings.channels.retain(|_, own| own.spend.as_ref().is_none_or(|spend| named(patterns, spend)));
    }
}

/// Refuses roles other than those of `previous` where `flags` do not speak of them.
///
/// # Errors
/// All such roles at once.
pub fn check_same_roles(path: &Path, previous: &Fit, now: &Roles, flags: &RawData) -> Result<(), Error> {
    let (before, after) = (with_roles(&previous.run.roles), with_roles(now));
    let mut problems = Problems::new(NOUN);
    for (role, column) in after.iter().filter(|entry| !before.contains(entry)) {
        if !is_told(flags, role) {
            problems.push_with(|| format!("column `{column}` would now be the {role}"));
        }
    }
    for (role, column) in before.iter().filter(|entry| !after.contains(entry)) {
        if !is_told(flags, role) && !is_mentioned(flags, column) {
            problems.push_with(|| format!("column `{column}` would no longer be the {role}"));
        }
    }
    let hint = "say so with the role's flag, or keep the column out with --exclude";
    refuse(path, problems, vec![hint.to_owned()])
}

fn refuse(path: &Path, problems: Problems, mut hints: Vec<String>) -> Result<(), Error> {
    if problems.is_empty() {
        return Ok(());
    }
    hints.dedup();
    Err(Error::Data { file: path.display().to_string(), problems, hint: Some(hints.join("\n")) })
}

/// Every column with a role.
fn with_roles(roles: &Roles) -> Vec<(&'static str, &String)> {
    let mut all = vec![("date", &roles.date), ("outcome", &roles.outcome)];
    let single = [
        ("geo", &roles.geo),
        ("population", &roles.population),
        ("revenue per outcome", &roles.revenue_per_outcome),
    ];
    all.extend(single.into_iter().filter_map(|(role, column)| Some((role, column.as_ref()?))));
    all.extend(roles.channels.iter().map(|c| ("spend", c)));
    all.extend(roles.exposure.values().map(|c| ("exposure", c)));
    all.extend(roles.organic.iter().map(|c| ("organic channel", c)));
    all.extend(roles.controls.iter().map(|c| ("control", c)));
    all
}

/// Whether the flags give the role anew.
fn is_told(flags: &RawData, role: &str) -> bool {
    match role {
        "date" => flags.date.is_some(),
        "outcome" => flags.outcome.is_some(),
        "geo" => flags.geo.is_some(),
        "population" => flags.population.is_some(),
        "revenue per outcome" => flags.revenue_per_outcome.is_some(),
        "spend" => flags.channels.is_some(),
        "exposure" => flags.exposure.is_some() || flags.channels.is_some(),
        "organic channel" => flags.organic.is_some(),
        _ => flags.controls.is_some(),
    }
}

/// Whether a flag names the column itself, or a glob that fits it.
fn is_mentioned(flags: &RawData, column: &str) -> bool {
    let lists = [&flags.channels, &flags.organic, &flags.controls, &flags.exclude];
    let fits = |pattern: &String| pattern_fits(pattern, column);
    let pairs = flags.exposure.iter().flatten().filter_map(|pair| pair.split_once('='));
    lists.into_iter().flatten().flatten().any(fits)
        || pairs.flat_map(|(a, b)| [a, b]).any(|name| name == column)
}
