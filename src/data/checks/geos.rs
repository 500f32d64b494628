//! Geos that are no markets of their own, ended, or hold what all others hold.

use std::collections::HashMap;

use super::finding::{Findings, Severity};
use super::fitted::paces;
use super::history::{HALF_YEAR, weeks};
use crate::data::dataset::{Channel, Dataset};
use crate::data::roles::suggest::listing;
use crate::words::quote;

/// Fewer common periods make no copy of one geo and no total of others.
const FEWEST_PERIODS: usize = 8;
/// Rounding in a file of a total, as a share of it.
const ROUNDING: f64 = 1e-6;
/// A geo named like a total is one when its outcome is within this share of the sum of the others.
const ABOUT: f64 = 0.02;
const TOTAL_WORDS: [&str; 8] = ["total", "totals", "all", "sum", "national", "overall", "gesamt", "grand"];

/// Everything of geos.
pub(super) fn geos(data: &Dataset, findings: &mut Findings) {
    if data.n_geos() < 2 {
        return;
    }
    copies(data, findings);
    alike(data, findings);
    totals(data, findings);
    short_and_ended(data, findings);
    for channel in &data.channels {
        national(data, channel, findings);
    }
}

/// Geos with the same outcome in every period are one market counted twice.
fn copies(data: &Dataset, findings: &mut Findings) {
    let mut first_of: HashMap<Vec<u64>, usize> = HashMap::new();
    let mut pairs = Vec::new();
    for g in 0..data.n_geos() {
        let known = || (0..data.n_periods()).filter(|t| data.outcome.observed[[g, *t]]);
        let values: Vec<f64> = known().map(|t| data.outcome.values[[g, t]]).collect();
        if values.len() < FEWEST_PERIODS || values.iter().all(|y| *y == values[0]) {
            continue;
        }
        let key = known().zip(&values).flat_map(|(t, y)| [t as u64, y.to_bits()]).collect();
        let first = *first_of.entry(key).or_insert(g);
        if first != g {
            pairs.push(format!("`{}` and `{}`", data.geos[first], data.geos[g]));
        }
    }
    if pairs.is_empty() {
        return;
    }
    /// Longer lists are cut here.
    const SHOWN: usize = 8;
    let more = pairs.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {more} more pairs") } else { String::new() };
    let message = format!(
        "geos have the same outcome in every row: {}{more}",
        pairs[..pairs.len().min(SHOWN)].join(", ")
    );
    let hint = "a market counted twice makes intervals too narrow: delete the rows of the copies";
    findings.add(Severity::Blocking, "duplicate_geos", message, Some(hint.into()));
}

/// Geos that differ in case or blanks only are likely one, written in two ways.
fn alike(data: &Dataset, findings: &mut Findings) {
    let mut first_of: HashMap<String, &str> = HashMap::new();
    let mut pairs = Vec::new();
    for geo in &data.geos {
        let plain = geo.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        match first_of.get(&plain) {
            Some(first) => pairs.push(format!("`{first}` and `{geo}`")),
            None => drop(first_of.insert(plain, geo)),
        }
    }
    if !pairs.is_empty() {
        let message = format!(
            "geos differ in case or blanks only, and count as different markets: {}",
            pairs.join(", ")
        );
        findings.warn("geos_alike", message, "write one name in all rows if they are one market");
    }
}

/// A geo that is the sum of the others.
fn totals(data: &Dataset, findings: &mut Findings) {
    if data.n_geos() < 3 {
        return;
    }
    let both = |g: usize, t: usize| data.outcome.observed[[g, t]];
    for g in 0..data.n_geos() {
        let words = data.geos[g].to_lowercase();
        let is_named = words.split(|c: char| !c.is_alphanumeric()).any(|w| TOTAL_WORDS.contains(&w));
        let tolerance = if is_named { ABOUT } else { ROUNDING };
        let complete: Vec<usize> =
            (0..data.n_periods()).filter(|t| (0..data.n_geos()).all(|o| both(o, *t))).collect();
        let is_sum = |t: &usize| {
            let own = data.outcome.values[[g, *t]];
            let others = data.outcome.values.column(*t).sum() - own;
            (own - others).abs() <= tolerance * own.abs() && own != 0.0
        };
        if complete.len() >= FEWEST_PERIODS && complete.iter().all(is_sum) {
            let message =
                format!("geo `{}` is the sum of the others: every outcome is counted twice", data.geos[g]);
            let hint = format!("delete the rows of geo {}", quote(&data.geos[g]));
            findings.add(Severity::Blocking, "total_geo", message, Some(hint));
        }
    }
}

fn short_and_ended(data: &Dataset, findings: &mut Findings) {
    let short: Vec<&str> = (0..data.n_geos())
        .filter(|g| weeks(data, data.present.row(*g).iter().filter(|p| **p).count()) < HALF_YEAR)
        .map(|g| data.geos[g].as_str())
        .collect();
    if !short.is_empty() {
        let message = format!("geos with under half a year of rows: {}", listing(short.into_iter()));
        findings.note("short_geos", message, "their own levels will be pulled towards the others'");
    }
    let observed: Vec<bool> = data.outcome.observed.iter().copied().collect();
    let pace = paces(&observed, data.n_periods(), data.interval);
    let ended = data.geos.iter().zip(&pace).filter(|(_, pace)| **pace == 0.0);
    let ended: Vec<&str> = ended.map(|(geo, _)| geo.as_str()).collect();
    if !ended.is_empty() {
        let message = format!("geos without an outcome in the last quarter: {}", listing(ended.into_iter()));
        findings.warn("ended_geos", message, "their history counts, plans leave them out");
    }
}

/// A channel with the same value in every geo: a national total that is counted once a geo, or media that are the
/// same everywhere.
fn national(data: &Dataset, channel: &Channel, findings: &mut Findings) {
    let same = channel.exposure.columns().into_iter().zip(data.present.columns()).all(|(x, here)| {
        let mut known = x.iter().zip(here).filter(|(_, p)| **p).map(|(x, _)| x);
        known.next().is_none_or(|first| known.all(|x| x == first))
    });
    let ran = channel.exposure.iter().any(|x| *x > 0.0);
    let is_split = |column: &String| data.source.reading.national.contains(column);
    let Some(column) = channel.spend_column.as_ref().filter(|c| same && ran && !is_split(c)) else {
        if same {
            let message = format!("channel `{}` runs identically in every geo", channel.name);
            findings.note("national_channel", message, "differences between geos say nothing about it");
        }
        return;
    };
    let n = data.n_geos();
    let how = if data.population.is_some() { "by population" } else { "equally" };
    let mut columns = vec![column.as_str()];
    if channel.exposure_column != *column {
        columns.push(&channel.exposure_column);
    }
    let message = format!(
        "`{column}` is the same in every geo: it looks like a national total, which counts {n} times so, and its \
         return is {n} times too low"
    );
    let hint = format!(
        "--national {} splits it {how}; differences between geos say nothing about it",
        quote(&columns.join(","))
    );
    findings.warn("national_channel", message, hint);
}
