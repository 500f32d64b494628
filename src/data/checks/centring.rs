//! Columns less their means, for correlations within geos.

use ndarray::{Array2, Axis};

/// Rounds in which means by geo and by period are taken out; one is exact when every geo has every period.
const ROUNDS: usize = 3;

/// G × T values at unit length without their means by geo and, when asked, by period; 0 where there is no
/// row, `None` when nothing is left.
pub(super) fn centred(values: Array2<f64>, present: &Array2<bool>, by_period: bool) -> Option<Array2<f64>> {
    without_means(values, present, by_period).map(|(values, length)| values / length)
}

/// As [`centred`], at their own scale, with their length.
pub(super) fn without_means(
    mut values: Array2<f64>,
    present: &Array2<bool>,
    by_period: bool,
) -> Option<(Array2<f64>, f64)> {
    values.zip_mut_with(present, |x, here| *x = if *here { *x } else { 0.0 });
    let scale = values.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
    if by_period {
        for _ in 0..ROUNDS {
            subtract_means(&mut values, present, Axis(1));
            subtract_means(&mut values, present, Axis(0));
        }
    } else {
        subtract_means(&mut values, present, Axis(1));
    }
    let length = values.iter().map(|x| x * x).sum::<f64>().sqrt();
    let rows = present.iter().filter(|here| **here).count();
    // A spread within the rounding of the means is none.
    (length > 1e-12 * scale * (rows as f64).sqrt()).then_some((values, length))
}

/// Takes the mean of the rows there are out of every lane along `axis`.
fn subtract_means(values: &mut Array2<f64>, present: &Array2<bool>, axis: Axis) {
    for (mut lane, here) in values.lanes_mut(axis).into_iter().zip(present.lanes(axis)) {
        let n = here.iter().filter(|p| **p).count().max(1);
        let mean = lane.sum() / n as f64;
        lane.zip_mut_with(&here, |x, here| *x -= if *here { mean } else { 0.0 });
    }
}
