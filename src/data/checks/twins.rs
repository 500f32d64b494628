//! Geos that are no markets of their own: copies of others, in other units too, and sums of others.

use std::collections::HashMap;

use super::finding::{Findings, Severity};
use crate::data::dataset::Dataset;
use crate::data::roles::suggest::listing;
use crate::words::quote;

/// Fewer common periods make no copy of one geo and no total of others.
const FEWEST_PERIODS: usize = 8;
/// Rounding in a file of a total, as a share of it.
const ROUNDING: f64 = 1e-6;
/// A geo named like a total is one when its outcome is within this share of the sum of the others.
const ABOUT: f64 = 0.02;
/// Any geo is one that comes so near to the sum of the others in every row of half a year.
const NEAR: f64 = 0.01;
const TOTAL_WORDS: [&str; 8] = ["total", "totals", "all", "sum", "national", "overall", "gesamt", "grand"];
/// Largest over smallest ratio of two outcomes that are one: two markets differ by more in any quarter.
const PROPORTION: f64 = 1.02;
/// How much the ratio moves at most, of what the outcome itself moves: two that hardly move are alike by that alone.
const OF_MOVEMENT: f64 = 0.05;
/// By how much the ratio may vary where rounding alone makes it: of amounts, or of counts of a thousand. Two markets
/// that grow smoothly may come nearly as close, which is warned of and not refused.
const ROUNDED: f64 = 2e-3;
/// Periods in which two outcomes must keep their proportion.
const KEPT: usize = 26;
/// Beyond so many geos sums of some of them are not looked for.
const MOST_GEOS: usize = 300;

/// All of them.
pub(super) fn counted_twice(data: &Dataset, findings: &mut Findings) {
    copies(data, findings);
    proportional(data, findings);
    let all = totals(data, findings);
    subtotals(data, &all, findings);
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

/// Geos whose outcomes keep one proportion are one market in two units, or a total that was shared out.
fn proportional(data: &Dataset, findings: &mut Findings) {
    let (mut exact, mut close) = (Vec::new(), Vec::new());
    for a in 0..data.n_geos() {
        for b in a + 1..data.n_geos() {
            if let Some((ratio, spread)) = proportion(data, a, b).filter(|(ratio, _)| *ratio != 1.0) {
                let pairs = if spread <= ROUNDED { &mut exact } else { &mut close };
                pairs.push(format!("`{}` and `{}` (1 to {ratio:.3})", data.geos[a], data.geos[b]));
            }
        }
    }
    tell(&exact, Severity::Blocking, findings);
    tell(&close, Severity::Warning, findings);
}

fn tell(pairs: &[String], severity: Severity, findings: &mut Findings) {
    if pairs.is_empty() {
        return;
    }
    /// Longer lists are cut here.
    const SHOWN: usize = 8;
    let more = pairs.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {more} more pairs") } else { String::new() };
    let how = if severity == Severity::Blocking { "one proportion" } else { "nearly one proportion" };
    let message = format!(
        "geos keep {how} of outcomes in every row: {}{more}",
        pairs[..pairs.len().min(SHOWN)].join(", ")
    );
    let hint = "they are one market that is counted several times, and intervals are too narrow: delete the rows of \
                the copies, or sum a total that was shared out into one row a date";
    findings.add(severity, "proportional_geos", message, Some(hint.into()));
}

/// The second outcome over the first, where that is the same throughout, and how much it varies relative to itself.
fn proportion(data: &Dataset, a: usize, b: usize) -> Option<(f64, f64)> {
    let (mut least, mut most) = (f64::INFINITY, 0.0_f64);
    let (mut lowest, mut highest) = (f64::INFINITY, 0.0_f64);
    let (mut n, mut sums) = (0, (0.0, 0.0));
    for t in 0..data.n_periods() {
        if !(data.outcome.observed[[a, t]] && data.outcome.observed[[b, t]]) {
            continue;
        }
        let (x, y) = (data.outcome.values[[a, t]], data.outcome.values[[b, t]]);
        if x == 0.0 && y == 0.0 {
            continue;
        }
        let ratio = y / x;
        (least, most) = (least.min(ratio), most.max(ratio));
        if !(ratio > 0.0 && ratio.is_finite() && most <= PROPORTION * least) {
            return None;
        }
        (lowest, highest) = (lowest.min(x), highest.max(x));
        (n, sums) = (n + 1, (sums.0 + x, sums.1 + y));
    }
    let spread = most / least - 1.0;
    let is_steady = spread <= OF_MOVEMENT * (highest / lowest - 1.0);
    (n >= KEPT && is_steady).then(|| (sums.1 / sums.0, spread))
}

/// Geos that are the sum of all others; they are named.
fn totals(data: &Dataset, findings: &mut Findings) -> Vec<usize> {
    let mut found = Vec::new();
    if data.n_geos() < 3 {
        return found;
    }
    let both = |g: usize, t: usize| data.outcome.observed[[g, t]];
    for g in 0..data.n_geos() {
        let words = data.geos[g].to_lowercase();
        let is_named = words.split(|c: char| !c.is_alphanumeric()).any(|w| TOTAL_WORDS.contains(&w));
        let complete: Vec<usize> =
            (0..data.n_periods()).filter(|t| (0..data.n_geos()).all(|o| both(o, *t))).collect();
        let tolerance = match complete.len() {
            _ if is_named => ABOUT,
            KEPT.. => NEAR,
            _ => ROUNDING,
        };
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
            found.push(g);
        }
    }
    found
}

/// Geos that are the sum of some others, such as a region beside its towns. Smaller geos come first, so that each
/// sum is found in those that it is made of.
fn subtotals(data: &Dataset, known: &[usize], findings: &mut Findings) {
    let n = data.n_geos();
    let complete: Vec<usize> =
        (0..data.n_periods()).filter(|t| data.outcome.observed.column(*t).iter().all(|o| *o)).collect();
    if n > MOST_GEOS || complete.len() < n + FEWEST_PERIODS {
        return;
    }
    let series = |g: usize| complete.iter().map(|t| data.outcome.values[[g, *t]]).collect::<Vec<f64>>();
    let size = |g: usize| series(g).iter().sum::<f64>();
    let mut order: Vec<usize> = (0..n).filter(|g| !known.contains(g)).collect();
    order.sort_by(|a, b| size(*a).total_cmp(&size(*b)));
    let mut basis = Basis::default();
    for g in order {
        let own = series(g);
        let Some(weights) = basis.weights_or_add(g, &own) else { continue };
        let parts: Vec<usize> =
            weights.iter().zip(&basis.geos).filter(|(w, _)| **w > 0.5).map(|(_, part)| *part).collect();
        let is_sum = complete.iter().all(|t| {
            let sum: f64 = parts.iter().map(|part| data.outcome.values[[*part, *t]]).sum();
            (sum - data.outcome.values[[g, *t]]).abs() <= ROUNDING * sum.abs()
        });
        if is_sum && parts.len() > 1 {
            let of = listing(parts.iter().map(|part| data.geos[*part].as_str()));
            let message =
                format!("geo `{}` is the sum of {of}: their outcomes are counted twice", data.geos[g]);
            let hint = format!("delete the rows of geo {}", quote(&data.geos[g]));
            findings.add(Severity::Blocking, "total_geo", message, Some(hint));
        }
    }
}

/// Outcomes none of which is made of the others, as a product of columns at right angles and a triangle.
#[derive(Default)]
struct Basis {
    geos: Vec<usize>,
    units: Vec<Vec<f64>>,
    /// The k-th outcome along the units up to its own.
    triangle: Vec<Vec<f64>>,
}

/// Length that is left of a series beside others, relative to its own, when it is made of them.
const NOTHING: f64 = 1e-6;

impl Basis {
    /// The weights with which the others make up `own`, or, where they do not, `None`, and it is one of them.
    fn weights_or_add(&mut self, geo: usize, own: &[f64]) -> Option<Vec<f64>> {
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let (mut rest, mut along) = (own.to_vec(), vec![0.0; self.units.len()]);
        // Twice, as series that run nearly alike lose their right angles to rounding.
        for _ in 0..2 {
            for (unit, along) in self.units.iter().zip(&mut along) {
                let part = dot(unit, &rest);
                *along += part;
                rest.iter_mut().zip(unit).for_each(|(r, u)| *r -= part * u);
            }
        }
        let left = dot(&rest, &rest).sqrt();
        if left > NOTHING * dot(own, own).sqrt() {
            rest.iter_mut().for_each(|r| *r /= left);
            along.push(left);
            self.units.push(rest);
            self.triangle.push(along);
            self.geos.push(geo);
            return None;
        }
        for k in (0..along.len()).rev() {
            let weight = along[k] / self.triangle[k][k];
            for (j, above) in along.iter_mut().enumerate().take(k) {
                *above -= weight * self.triangle[k][j];
            }
            along[k] = weight;
        }
        Some(along)
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::data::testdata;

    /// An outcome made of those of the markets, in a period.
    type Made<'a> = &'a dyn Fn(&[f64], usize) -> f64;

    /// Markets that move on their own; then the series that `more` makes of them.
    fn codes(more: &[Made<'_>], names: &[&str]) -> Vec<String> {
        let mut data = testdata::dataset();
        let (own, n) = (3, 60);
        let base = |g: usize, t: usize| 1000.0 * (g + 1) as f64 + (t * (7919 + 1237 * g) % 499) as f64;
        let value = |g: usize, t: usize| {
            let markets: Vec<f64> = (0..own).map(|g| base(g, t)).collect();
            if g < own { markets[g] } else { more[g - own](&markets, t) }
        };
        data.geos = (0..own).map(|g| format!("m{g}")).chain(names.iter().map(|s| s.to_string())).collect();
        data.outcome.values = Array2::from_shape_fn((own + more.len(), n), |(g, t)| value(g, t));
        data.outcome.observed = Array2::from_elem((own + more.len(), n), true);
        data.dates = (0..n).map(|t| data.dates[0] + chrono::Days::new(7 * t as u64)).collect();
        let mut findings = Findings::default();
        counted_twice(&data, &mut findings);
        let weak = findings.0.iter().filter(|f| f.severity != Severity::Blocking);
        assert!(weak.clone().all(|f| f.message.contains("nearly")), "{:?}", weak.collect::<Vec<_>>());
        findings.0.into_iter().map(|f| format!("{}: {}", f.code, f.message)).collect()
    }

    #[test]
    fn markets_of_their_own_are_let_be() {
        assert_eq!(codes(&[], &[]), [""; 0]);
        // Half of its own noise, and half of another's.
        assert_eq!(codes(&[&|m, t| m[0] + (t * 6841 % 211) as f64], &["x"]), [""; 0]);
    }

    #[test]
    fn copies_in_any_unit_are_named() {
        assert!(codes(&[&|m, _| m[1]], &["x"])[0].contains("same outcome in every row: `m1` and `x`"));
        assert!(
            codes(&[&|m, _| 1.3 * m[1]], &["x"])[0]
                .contains("one proportion of outcomes in every row: `m1` and `x` (1 to 1.300)")
        );
        assert!(
            codes(&[&|m, t| 2.0 * m[1] * (1.0 + (t % 3) as f64 / 200.0)], &["x"])[0]
                .contains("keep nearly one proportion")
        );
        assert_eq!(codes(&[&|m, t| m[1] * (1.0 + (t % 3) as f64 / 50.0)], &["x"]), [""; 0], "4 % apart");
        assert_eq!(codes(&[&|m, _| m[2] + 250.0], &["x"]), [""; 0], "alike as both hardly move");
    }

    #[test]
    fn totals_are_named_by_what_they_add_up() {
        let all: Made<'_> = &|m, _| m.iter().sum();
        assert_eq!(
            codes(&[all], &["x"]),
            ["total_geo: geo `x` is the sum of the others: every outcome is counted twice"]
        );
        let two = codes(&[&|m, _| m[0] + m[2]], &["x"]);
        assert_eq!(two, ["total_geo: geo `x` is the sum of `m0`, `m2`: their outcomes are counted twice"]);
        let nested = codes(&[&|m, _| m[0] + m[2], all], &["x", "land"]);
        assert_eq!(nested.len(), 2, "{nested:?}");
        assert!(nested[1].contains("`land` is the sum of `m0`, `m1`, `m2`"), "{nested:?}");
    }

    #[test]
    fn a_name_like_a_total_allows_for_two_hundredths_and_no_more() {
        let off = |by: f64| {
            codes(&[&move |m: &[f64], t| m.iter().sum::<f64>() * (1.0 + by * (t % 2) as f64)], &["TOTAL"])
        };
        assert_eq!(off(0.015).len(), 1);
        assert_eq!(off(0.03).len(), 0);
        let unnamed = |by: f64| {
            codes(&[&move |m: &[f64], t| m.iter().sum::<f64>() * (1.0 + by * (t % 2) as f64)], &["x"])
        };
        assert_eq!((unnamed(0.008).len(), unnamed(0.012).len()), (1, 0));
    }
}
