//! The second opinion: synthetic difference-in-differences of the same geos and periods.

use ndarray::Array2;

use super::reading::Span;
use super::synthetic::Comparison;
use crate::data::Dataset;
use crate::report::SecondOpinion;

/// Placebo treatments behind its error.
const PLACEBOS: usize = 200;

/// The estimate, or why there is none.
pub(super) fn second_opinion(
    data: &Dataset,
    counted: &[usize],
    treated: &[usize],
    (span, seed): (&Span, u64),
) -> SecondOpinion {
    let whole = |g: &usize| (0..span.counted.end).all(|t| data.outcome.observed[[*g, t]]);
    let none = |reason: &str| SecondOpinion { reason: Some(reason.into()), ..SecondOpinion::default() };
    if data.n_geos() == 1 {
        return none("one market has no untreated geos");
    }
    if !counted.iter().all(whole) {
        return none("treated geos have blank outcomes");
    }
    let donors: Vec<usize> = (0..data.n_geos()).filter(|g| !treated.contains(g) && whole(g)).collect();
    if donors.len() < 2 {
        return none("fewer than two untreated geos have every outcome");
    }
    let units: Vec<usize> = counted.iter().chain(&donors).copied().collect();
    let before = 0..span.treated.start;
    let size =
        |g: &usize| before.clone().map(|t| data.outcome.values[[*g, t]]).sum::<f64>() / before.len() as f64;
    let sizes: Vec<f64> = units.iter().map(size).collect();
    if sizes.iter().any(|s| *s <= 0.0) {
        return none("a geo sold nothing before the test");
    }
    let outcome = Array2::from_shape_fn((units.len(), span.counted.end), |(i, t)| {
        data.outcome.values[[units[i], t]] / sizes[i]
    });
    let comparison = Comparison {
        outcome: outcome.view(),
        sizes: &sizes,
        treated: (0..counted.len()).collect(),
        donors: (counted.len()..units.len()).collect(),
        before,
        after: span.counted.clone(),
    };
    let found = comparison.estimate();
    let placebos = comparison.placebos(&found, PLACEBOS, seed);
    let reason = placebos
        .is_none()
        .then(|| "its error needs more untreated than treated geos, at least two to compare with".to_owned());
    let used = found.unit_weights.iter().filter(|w| **w > 1e-3).count();
    SecondOpinion {
        lift: Some(found.lift),
        se: placebos.map(|p| p.se),
        donors: donors.len(),
        donors_used: used,
        reason,
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::data::testdata;

    #[test]
    fn geos_of_other_cells_are_no_donors() {
        let (mut data, n) = (testdata::dataset(), 40);
        // Geos that move alike; the first two gained a tenth from week 32 on.
        let common = |t: usize| 100.0 + 10.0 * (t as f64 / 3.0).sin();
        let gain = |g: usize, t: usize| if g < 2 && t >= 32 { 1.1 } else { 1.0 };
        data.geos = (0..6).map(|g| format!("g{g}")).collect();
        data.outcome.values = Array2::from_shape_fn((6, n), |(g, t)| (g + 1) as f64 * common(t) * gain(g, t));
        data.outcome.observed = Array2::from_elem((6, n), true);
        let span = Span { treated: 32..36, hidden: 32..40, counted: 32..40 };
        let found = second_opinion(&data, &[0], &[0, 1], (&span, 1));
        let lift: f64 = (32..40).map(|t| 0.1 * common(t)).sum();
        assert!((found.lift.unwrap() / lift - 1.0).abs() < 0.02, "{found:?} {lift}");
        assert_eq!(found.donors, 4);
    }
}
