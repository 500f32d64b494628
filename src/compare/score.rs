//! Scores of the models on the same points, against the best of them.

use super::report::Score;

/// Each model's Σ ln p with its standard error, and its difference from the best; `None` for a model without.
pub(super) fn scores(points: &[Option<&[f64]>]) -> Vec<Option<Score>> {
    let total = |of: &&[f64]| of.iter().sum::<f64>();
    let best = points.iter().flatten().max_by(|a, b| total(a).total_cmp(&total(b)));
    points
        .iter()
        .map(|own| {
            let (own, best) = (own.as_ref()?, best?);
            let difference: Vec<f64> = own.iter().zip(*best).map(|(a, b)| a - b).collect();
            Some(Score {
                elpd: total(own),
                se: standard_error(own),
                difference: total(&difference.as_slice()),
                se_difference: standard_error(&difference),
            })
        })
        .collect()
}

/// Of the sum of independent points: √n times their standard deviation.
fn standard_error(points: &[f64]) -> f64 {
    let n = points.len() as f64;
    let mean = points.iter().sum::<f64>() / n;
    let squares: f64 = points.iter().map(|x| (x - mean).powi(2)).sum();
    if n > 1.0 { (squares * n / (n - 1.0)).sqrt() } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_known_better_than_either_score() {
        let (a, b) = ([-1.0, -3.0, -2.0], [-1.5, -3.5, -2.2]);
        let found = scores(&[Some(&b), Some(&a), None]);
        let (b, a) = (found[0].unwrap(), found[1].unwrap());
        assert_eq!((a.elpd, a.difference, a.se_difference, found[2]), (-6.0, 0.0, 0.0, None));
        // Differences −0.5, −0.5, −0.2: sd √0.03, times √3.
        assert!((b.difference + 1.2).abs() < 1e-12 && (b.se_difference - 0.3).abs() < 1e-12, "{b:?}");
        assert!((a.se - 3f64.sqrt()).abs() < 1e-12);
    }
}
