//! Monotone cubic interpolation between the nodes of a response curve.
//!
//! A piecewise cubic Hermite interpolant is linear in (node values, node slopes). So the mean over
//! draws of the draws' interpolants is the interpolant of their mean values and mean slopes: the
//! optimiser, which sees only the mean, and the reported gains, which see every draw, agree exactly.

/// Slopes that keep the interpolant monotone wherever the values are: zero at local extremes, the
/// weighted harmonic mean of the neighbouring secants elsewhere, three-point at the ends.
///
/// `nodes` ascending, at least two; `slopes` gets one entry a node.
///
/// # Source
/// Fritsch & Carlson (1980) for the condition, Fritsch & Butland (1984) for the mean, Moler (2004),
/// *Numerical Computing with MATLAB*, § 3.4, for the ends; as SciPy's `PchipInterpolator`.
pub(crate) fn monotone_slopes(nodes: &[f64], values: &[f64], slopes: &mut [f64]) {
    let last = nodes.len() - 1;
    for (k, slope) in slopes.iter_mut().enumerate() {
        *slope = slope_at(nodes, values, k.min(last));
    }
}

/// The slope of [`monotone_slopes`] at node `k` alone.
pub(crate) fn slope_at(nodes: &[f64], values: &[f64], k: usize) -> f64 {
    let last = nodes.len() - 1;
    let width = |i: usize| nodes[i + 1] - nodes[i];
    let secant = |i: usize| (values[i + 1] - values[i]) / width(i);
    if last == 1 {
        return secant(0);
    }
    if k == 0 {
        return end_slope(width(0), width(1), secant(0), secant(1));
    }
    if k == last {
        return end_slope(width(last - 1), width(last - 2), secant(last - 1), secant(last - 2));
    }
    let (before, after) = (secant(k - 1), secant(k));
    if before * after <= 0.0 {
        return 0.0;
    }
    let w_before = 2.0 * width(k) + width(k - 1);
    let w_after = width(k) + 2.0 * width(k - 1);
    (w_before + w_after) / (w_before / before + w_after / after)
}

fn end_slope(near_width: f64, far_width: f64, near: f64, far: f64) -> f64 {
    let slope = ((2.0 * near_width + far_width) * near - near_width * far) / (near_width + far_width);
    if slope * near <= 0.0 {
        0.0
    } else if near * far <= 0.0 && slope.abs() > 3.0 * near.abs() {
        3.0 * near
    } else {
        slope
    }
}

/// Index of the interval that holds `x`, for `x` within the nodes.
pub(crate) fn interval(nodes: &[f64], x: f64) -> usize {
    nodes[1..nodes.len() - 1].partition_point(|&node| node <= x)
}

/// One cubic Hermite piece in the local coordinate t = (x − left) / width.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Piece {
    width: f64,
    c: [f64; 4],
}

impl Piece {
    /// From the values and slopes (per unit of x) at both ends.
    pub(crate) fn new(width: f64, values: [f64; 2], slopes: [f64; 2]) -> Piece {
        let rise = values[1] - values[0];
        let (a, b) = (slopes[0] * width, slopes[1] * width);
        Piece { width, c: [values[0], a, 3.0 * rise - 2.0 * a - b, a + b - 2.0 * rise] }
    }

    /// Value at t.
    pub(crate) fn value(&self, t: f64) -> f64 {
        self.c[0] + t * (self.c[1] + t * (self.c[2] + t * self.c[3]))
    }

    /// Derivative with respect to x at t.
    pub(crate) fn slope(&self, t: f64) -> f64 {
        (self.c[1] + t * (2.0 * self.c[2] + t * 3.0 * self.c[3])) / self.width
    }
}

/// A cubic Hermite curve.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Hermite {
    nodes: Vec<f64>,
    values: Vec<f64>,
    slopes: Vec<f64>,
}

impl Hermite {
    /// From ascending nodes (at least two) with a value and a slope each.
    pub(crate) fn new(nodes: Vec<f64>, values: Vec<f64>, slopes: Vec<f64>) -> Hermite {
        debug_assert!(nodes.len() > 1 && nodes.len() == values.len() && nodes.len() == slopes.len());
        Hermite { nodes, values, slopes }
    }

    /// The same curve over x · `factor`.
    pub(crate) fn stretched(&self, factor: f64) -> Hermite {
        Hermite {
            nodes: self.nodes.iter().map(|x| x * factor).collect(),
            values: self.values.clone(),
            slopes: self.slopes.iter().map(|d| d / factor).collect(),
        }
    }

    /// The same curve with every value times `factor`.
    pub(crate) fn scaled(self, factor: f64) -> Hermite {
        let times = |values: Vec<f64>| values.into_iter().map(|v| v * factor).collect();
        Hermite { nodes: self.nodes, values: times(self.values), slopes: times(self.slopes) }
    }

    /// The curve `share` of the way from this one to another over the same nodes.
    pub(crate) fn towards(&self, other: &Hermite, share: f64) -> Hermite {
        let mix =
            |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (1.0 - share) * a + share * b).collect();
        Hermite {
            nodes: self.nodes.clone(),
            values: mix(&self.values, &other.values),
            slopes: mix(&self.slopes, &other.slopes),
        }
    }

    fn locate(&self, x: f64) -> (Piece, f64) {
        let k = interval(&self.nodes, x);
        let piece = self.piece(k);
        (piece, (x - self.nodes[k]) / piece.width)
    }

    fn piece(&self, k: usize) -> Piece {
        let width = self.nodes[k + 1] - self.nodes[k];
        Piece::new(width, [self.values[k], self.values[k + 1]], [self.slopes[k], self.slopes[k + 1]])
    }

    /// Value at x, which must lie within the nodes.
    pub(crate) fn value(&self, x: f64) -> f64 {
        let (piece, t) = self.locate(x);
        piece.value(t)
    }

    /// Derivative at x, which must lie within the nodes.
    pub(crate) fn slope(&self, x: f64) -> f64 {
        let (piece, t) = self.locate(x);
        piece.slope(t)
    }

    /// Largest |slope| of a line between neighbouring nodes; a monotone cubic is at most three times as steep.
    pub(crate) fn steepest_secant(&self) -> f64 {
        let secants = (0..self.nodes.len() - 1)
            .map(|k| (self.values[k + 1] - self.values[k]) / (self.nodes[k + 1] - self.nodes[k]));
        secants.fold(0.0, |steepest: f64, s| steepest.max(s.abs()))
    }

    /// The largest value of f(x) − price · x on [lo, hi], and the largest x that attains it.
    ///
    /// Exact: each piece is tried at its ends and at the roots of its derivative.
    pub(crate) fn best_at_price(&self, price: f64, lo: f64, hi: f64) -> (f64, f64) {
        let mut best = (self.value(lo) - price * lo, lo);
        let mut offer = |value: f64, x: f64| {
            if value >= best.0 {
                best = (value, x);
            }
        };
        for k in interval(&self.nodes, lo)..=interval(&self.nodes, hi) {
            let piece = self.piece(k);
            let (left, width) = (self.nodes[k], piece.width);
            let [_, c1, c2, c3] = piece.c;
            for t in quadratic_roots(3.0 * c3, 2.0 * c2, c1 - price * width).into_iter().flatten() {
                let x = left + t * width;
                if (0.0..=1.0).contains(&t) && x > lo && x < hi {
                    offer(piece.value(t) - price * x, x);
                }
            }
            let right = self.nodes[k + 1].min(hi);
            offer(piece.value((right - left) / width) - price * right, right);
        }
        best
    }
}

/// Real roots of a t² + b t + c, computed without cancellation.
fn quadratic_roots(a: f64, b: f64, c: f64) -> [Option<f64>; 2] {
    let discriminant = b * b - 4.0 * a * c;
    if discriminant < 0.0 {
        return [None, None];
    }
    let q = -0.5 * (b + discriminant.sqrt().copysign(b));
    [(a != 0.0).then(|| q / a), (q != 0.0).then(|| c / q)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn curve(nodes: &[f64], values: &[f64]) -> Hermite {
        let mut slopes = vec![0.0; nodes.len()];
        monotone_slopes(nodes, values, &mut slopes);
        Hermite::new(nodes.to_vec(), values.to_vec(), slopes)
    }

    #[test]
    fn between_two_curves_lie_their_means() {
        let (low, high) =
            (curve(&[0.0, 1.0, 3.0], &[0.0, 2.0, 3.0]), curve(&[0.0, 1.0, 3.0], &[0.0, 1.0, 8.0]));
        let between = low.towards(&high, 0.25);
        for x in [0.0, 0.4, 1.0, 2.2, 3.0] {
            assert!((between.value(x) - 0.75 * low.value(x) - 0.25 * high.value(x)).abs() < 1e-12);
        }
        assert_eq!((low.towards(&high, 0.0), low.towards(&high, 1.0)), (low.clone(), high));
    }

    #[test]
    fn agrees_with_scipy() {
        // By hand, and as scipy.interpolate.PchipInterpolator
        // ([0, 1, 3, 4], [0, 2, 3, 3]): slopes 2.5, (5 + 4) / (5/2 + 4/0.5), 0 (flat neighbour), 0.
        let c = curve(&[0.0, 1.0, 3.0, 4.0], &[0.0, 2.0, 3.0, 3.0]);
        for (got, want) in c.slopes.iter().zip([2.5, 6.0 / 7.0, 0.0, 0.0]) {
            assert!((got - want).abs() < 1e-12, "{:?}", c.slopes);
        }
        for (x, want) in [(0.0, 0.0), (1.0, 2.0), (3.0, 3.0), (4.0, 3.0)] {
            assert_eq!(c.value(x), want);
        }
    }

    #[test]
    fn slope_is_the_derivative_of_value() {
        let c = curve(&[0.0, 0.4, 1.0, 1.1, 2.0], &[0.0, 0.1, 0.9, 1.2, 1.3]);
        for x in [0.05, 0.39, 0.7, 1.05, 1.5, 1.99] {
            let h = 1e-6;
            let central = (c.value(x + h) - c.value(x - h)) / (2.0 * h);
            assert!((c.slope(x) - central).abs() < 1e-7, "{x}: {} {central}", c.slope(x));
        }
    }

    proptest! {
        #[test]
        fn monotone_values_give_a_monotone_curve(
            steps in prop::collection::vec((0.01..1.0f64, 0.0..1.0f64), 2..20)
        ) {
            let (mut nodes, mut values) = (vec![0.0], vec![0.0]);
            for (dx, dy) in steps {
                nodes.push(nodes[nodes.len() - 1] + dx);
                values.push(values[values.len() - 1] + dy * dy);
            }
            let c = curve(&nodes, &values);
            let end = nodes[nodes.len() - 1];
            let mut before = c.value(0.0);
            for i in 1..=500 {
                let now = c.value(end * i as f64 / 500.0);
                prop_assert!(now >= before - 1e-12);
                before = now;
            }
        }

        #[test]
        fn best_at_price_beats_a_dense_scan(
            ys in prop::collection::vec(0.0..1.0f64, 5), price in -1.0..3.0f64, a in 0.0..2.0f64, b in 2.0..4.0f64
        ) {
            let c = curve(&[0.0, 0.5, 1.5, 3.0, 4.0], &ys);
            let (value, x) = c.best_at_price(price, a, b);
            prop_assert!((a..=b).contains(&x));
            prop_assert!((c.value(x) - price * x - value).abs() < 1e-9);
            for i in 0..=1000 {
                let x = a + (b - a) * i as f64 / 1000.0;
                prop_assert!(c.value(x) - price * x <= value + 1e-9);
            }
        }
    }
}
