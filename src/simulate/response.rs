//! Carry-over and saturation as the simulated market has them, with exact derivatives.

use std::f64::consts::LN_2;

use super::world::{AdstockShape, SaturationShape};

/// How the effect of a week's spend spreads over the weeks that follow; weights sum to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Carryover {
    /// w_l ∝ retention^l, untruncated.
    Geometric { retention: f64 },
    /// w_l ∝ retention^((l − peak)²) for l = 0..=MAX_LAG.
    Delayed { retention: f64, peak: f64 },
    /// The geometric carry-over applied `order` times: w_l = C(l+r−1, l) (1 − α)^r α^l.
    Pascal { retention: f64, order: usize },
    /// Two geometric ones, the slow one with weight [`SLOW_SHARE`].
    Dual { retention: f64, slow: f64 },
}

/// Last lag of the delayed kernel, in weeks: a quarter.
pub(super) const MAX_LAG: usize = 12;

/// Part of the effect that the slow memory of a dual carry-over holds: our own choice, as the next.
pub(super) const SLOW_SHARE: f64 = 0.3;

/// Half-life of that memory in weeks, when none is asked for.
pub(super) const SLOW_HALF_LIFE: f64 = 12.0;

impl Carryover {
    /// `slow` is the retention of a dual carry-over's memory.
    pub(super) fn new(shape: AdstockShape, retention: f64, peak: f64, slow: f64) -> Self {
        match shape {
            AdstockShape::Geometric => Carryover::Geometric { retention },
            AdstockShape::Delayed => Carryover::Delayed { retention, peak },
            AdstockShape::Pascal2 => Carryover::Pascal { retention, order: 2 },
            AdstockShape::Pascal3 => Carryover::Pascal { retention, order: 3 },
            AdstockShape::Dual => Carryover::Dual { retention, slow },
        }
    }

    /// Adstock of one geo's exposure, in the exposure's unit; nothing carries into its first week.
    pub(super) fn apply(self, exposure: &[f64]) -> Vec<f64> {
        match self {
            Carryover::Geometric { retention } => geometric(retention, exposure),
            Carryover::Pascal { retention, order } => {
                (1..order).fold(geometric(retention, exposure), |a, _| geometric(retention, &a))
            }
            Carryover::Dual { retention, slow } => {
                let (fast, slow) = (geometric(retention, exposure), geometric(slow, exposure));
                fast.iter().zip(slow).map(|(f, s)| (1.0 - SLOW_SHARE) * f + SLOW_SHARE * s).collect()
            }
            Carryover::Delayed { retention, peak } => {
                let raw: Vec<f64> =
                    (0..=MAX_LAG).map(|l| retention.powf((l as f64 - peak).powi(2))).collect();
                let total: f64 = raw.iter().sum();
                let lagged = |t: usize| {
                    raw.iter().enumerate().take(t + 1).map(|(l, w)| w / total * exposure[t - l]).sum()
                };
                (0..exposure.len()).map(lagged).collect()
            }
        }
    }
}

fn geometric(retention: f64, exposure: &[f64]) -> Vec<f64> {
    let mut state = 0.0;
    let step = |x: &f64| {
        state = (1.0 - retention) * x + retention * state;
        state
    };
    exposure.iter().map(step).collect()
}

/// Diminishing returns: 0 at 0, rising to 1, or without a maximum to 1 at K.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Saturation {
    /// a^S / (a^S + K^S)
    Hill { slope: f64, half: f64 },
    /// (1 − e^(−λa)) / (1 + e^(−λa)) with λ = ln 3 / K, so that K is again where half is reached.
    Logistic { half: f64 },
    /// 1 − 2^(−a/K)
    Exponential { half: f64 },
    /// (a/K)^p; the straight line has p = 1.
    Power { power: f64, scale: f64 },
}

impl Saturation {
    pub(super) fn new(shape: SaturationShape, slope: f64, half: f64) -> Self {
        match shape {
            SaturationShape::Hill => Saturation::Hill { slope, half },
            SaturationShape::Logistic => Saturation::Logistic { half },
            SaturationShape::MichaelisMenten => Saturation::Hill { slope: 1.0, half },
            SaturationShape::Exponential => Saturation::Exponential { half },
            // Slopes are drawn between 0.8 and 1.6, so powers are between 0.4 and 0.8.
            SaturationShape::Root => Saturation::Power { power: 0.5 * slope, scale: half },
            SaturationShape::Linear => Saturation::Power { power: 1.0, scale: half },
        }
    }

    /// λ of the logistic shape.
    pub(super) fn rate(half: f64) -> f64 {
        3.0_f64.ln() / half
    }

    /// Share of the ceiling reached at adstock `a`.
    pub(super) fn value(self, a: f64) -> f64 {
        match self {
            _ if a <= 0.0 => 0.0,
            Saturation::Hill { slope, half } => 1.0 / (1.0 + (half / a).powf(slope)),
            Saturation::Logistic { half } => (0.5 * Self::rate(half) * a).tanh(),
            Saturation::Exponential { half } => -(-LN_2 * a / half).exp_m1(),
            Saturation::Power { power, scale } => (a / scale).powf(power),
        }
    }

    /// a · h′(a): how the value grows when all spend is scaled up; finite at 0 for every slope.
    pub(super) fn elasticity(self, a: f64) -> f64 {
        let h = self.value(a);
        match self {
            _ if a <= 0.0 => 0.0,
            Saturation::Hill { slope, .. } => slope * h * (1.0 - h),
            Saturation::Logistic { half } => 0.5 * Self::rate(half) * a * (1.0 - h * h),
            Saturation::Exponential { half } => LN_2 * a / half * (1.0 - h),
            Saturation::Power { power, .. } => power * h,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn geometric_carryover_by_hand() {
        let a = Carryover::Geometric { retention: 0.5 }.apply(&[8.0, 0.0, 4.0]);
        assert_eq!(a, [4.0, 2.0, 3.0]);
    }

    #[test]
    fn delayed_carryover_peaks_late_and_keeps_the_total() {
        let mut pulse = vec![0.0; 30];
        pulse[0] = 1.0;
        let a = Carryover::Delayed { retention: 0.5, peak: 2.0 }.apply(&pulse);
        // 0.5^4, 0.5^1, 0.5^0, 0.5^1, 0.5^4 … over their sum.
        assert!((a[1] / a[2] - 0.5).abs() < 1e-15 && (a[0] / a[2] - 0.0625).abs() < 1e-15);
        assert!((a[4] / a[0] - 1.0).abs() < 1e-12, "symmetric around its peak");
        assert!((a.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert_eq!(a[MAX_LAG + 1], 0.0);
    }

    #[test]
    fn pascal_and_dual_carryover_by_hand() {
        let pulse = [1.0, 0.0, 0.0, 0.0];
        // C(l + 1, l) (1 − α)² α^l and C(l + 2, l) (1 − α)³ α^l at α = 0.5.
        let twice = Carryover::Pascal { retention: 0.5, order: 2 }.apply(&pulse);
        assert_eq!(twice, [0.25, 0.25, 0.1875, 0.125]);
        let thrice = Carryover::Pascal { retention: 0.5, order: 3 }.apply(&pulse);
        assert_eq!(thrice, [0.125, 0.1875, 0.1875, 0.15625]);
        let dual = Carryover::Dual { retention: 0.0, slow: 0.5 }.apply(&pulse);
        let by_hand = [0.7 + 0.15, 0.075, 0.0375, 0.01875];
        assert!(dual.iter().zip(by_hand).all(|(a, b)| (a - b).abs() < 1e-15), "{dual:?}");
    }

    #[test]
    fn curves_without_a_maximum_by_hand() {
        // √(4/16) and 4/16.
        assert_eq!(Saturation::Power { power: 0.5, scale: 16.0 }.value(4.0), 0.5);
        assert_eq!(Saturation::Power { power: 1.0, scale: 16.0 }.value(4.0), 0.25);
        // 1 − 2^−2
        assert!((Saturation::Exponential { half: 2.0 }.value(4.0) - 0.75).abs() < 1e-15);
    }

    #[test]
    fn saturations_are_half_at_their_half_saturation() {
        let exponential = Saturation::Exponential { half: 7.0 };
        for s in [Saturation::Hill { slope: 1.3, half: 7.0 }, Saturation::Logistic { half: 7.0 }, exponential]
        {
            assert!((s.value(7.0) - 0.5).abs() < 1e-15, "{s:?}");
            assert_eq!(s.value(0.0), 0.0);
            assert_eq!(s.elasticity(0.0), 0.0);
        }
        // 3² / (3² + 6²)
        assert!((Saturation::Hill { slope: 2.0, half: 6.0 }.value(3.0) - 0.2).abs() < 1e-15);
    }

    #[test]
    fn elasticity_is_the_derivative() {
        for s in [
            Saturation::Hill { slope: 0.8, half: 2.0 },
            Saturation::Logistic { half: 2.0 },
            Saturation::Exponential { half: 2.0 },
            Saturation::Power { power: 0.6, scale: 2.0 },
        ] {
            for a in [0.01, 0.7, 2.0, 9.0] {
                let step = 1e-5 * a;
                let slope = (s.value(a + step) - s.value(a - step)) / (2.0 * step);
                assert!((s.elasticity(a) - a * slope).abs() < 1e-8, "{s:?} at {a}");
            }
        }
    }
}
