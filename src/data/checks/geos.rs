//! Geos that are written in two ways, short or ended, or hold what all others hold.

use std::collections::HashMap;

use super::finding::Findings;
use super::fitted::paces;
use super::history::{HALF_YEAR, weeks};
use super::twins::counted_twice;
use crate::data::dataset::{Channel, Dataset};
use crate::data::national::is_same;
use crate::data::roles::suggest::listing;
use crate::words::quote;

/// Everything of geos.
pub(super) fn geos(data: &Dataset, findings: &mut Findings) {
    if data.n_geos() < 2 {
        return;
    }
    counted_twice(data, findings);
    alike(data, findings);
    short_and_ended(data, findings);
    for channel in &data.channels {
        national(data, channel, findings);
    }
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
        known.next().is_none_or(|first| known.all(|x| is_same(*x, *first)))
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
