//! What a series of spend brings at one draw: carried in, within the horizon, carried out.

use crate::config::Adstock;
use crate::data::Interval;
use crate::transform::adstock::{CarryShape, lag_weights};
use crate::transform::saturation::Saturation;
use crate::transform::simd::{InstructionSet, Kernel, dispatch, mul_add};

/// Carry-over of one channel at one draw.
#[derive(Debug, Clone)]
pub(crate) enum CarryOver {
    /// aₜ = (1 − α) xₜ + α aₜ₋₁.
    Untruncated(f64),
    /// Weights of the lags.
    Truncated(Vec<f64>),
}

/// Periods in two years, which no carry-over outlasts.
pub(crate) fn longest_reach(interval: Interval) -> usize {
    (2.0 * 365.25 / interval.days()).round() as usize
}

impl CarryOver {
    pub(crate) fn new(adstock: Adstock, shape: impl Into<CarryShape>) -> CarryOver {
        let shape = shape.into();
        lag_weights(adstock, shape).map_or(CarryOver::Untruncated(shape.retention), CarryOver::Truncated)
    }

    /// Periods after which spend no longer works: where the effect of an untruncated kernel, which falls by
    /// α^slope a period at small exposure, is down to 1e-4; `longest` at most.
    pub(crate) fn reach(&self, slope: f64, longest: usize) -> usize {
        match self {
            CarryOver::Untruncated(alpha) if *alpha <= 0.0 => 0,
            CarryOver::Untruncated(alpha) => {
                ((1e-4_f64.ln() / (alpha.ln() * slope.min(1.0))).ceil() as usize).min(longest)
            }
            CarryOver::Truncated(weights) => weights.len() - 1,
        }
    }

    /// Adstocked exposure of `exposure` alone over the periods of `out`, which begin with it.
    #[inline(always)]
    pub(crate) fn apply<const FMA: bool>(&self, exposure: &[f64], out: &mut [f64]) {
        match self {
            CarryOver::Untruncated(alpha) => {
                let mut a = 0.0;
                for (t, out) in out.iter_mut().enumerate() {
                    let x = exposure.get(t).copied().unwrap_or(0.0);
                    a = mul_add::<FMA>(*alpha, a - x, x);
                    *out = a;
                }
            }
            CarryOver::Truncated(weights) => {
                out.fill(0.0);
                for (l, w) in weights.iter().enumerate().take(out.len()) {
                    let n = exposure.len().min(out.len() - l);
                    out[l..l + n].iter_mut().zip(exposure).for_each(|(o, x)| *o = mul_add::<FMA>(*w, *x, *o));
                }
            }
        }
    }

    /// What is left of `history` in the periods after it.
    #[inline(always)]
    pub(crate) fn carried<const FMA: bool>(&self, history: &[f64], out: &mut [f64]) {
        match self {
            CarryOver::Untruncated(alpha) => {
                let mut a = history.iter().fold(0.0, |a, x| mul_add::<FMA>(*alpha, a - x, *x));
                for out in out {
                    a *= alpha;
                    *out = a;
                }
            }
            CarryOver::Truncated(weights) => {
                for (t, out) in out.iter_mut().enumerate() {
                    let lags = weights.iter().skip(t + 1).zip(history.iter().rev());
                    *out = lags.map(|(w, x)| w * x).sum();
                }
            }
        }
    }
}

/// Value of one plan, or of one channel and geo of it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Split {
    /// In the horizon, from spend before it.
    pub(crate) carry_in: f64,
    /// In the horizon, from spend in it.
    pub(crate) within: f64,
    /// After the horizon, from spend in it, when nothing is spent afterwards.
    pub(crate) carry_out: f64,
}

impl Split {
    /// What the horizon's own spend brings.
    pub(crate) fn own(&self) -> f64 {
        self.within + self.carry_out
    }

    pub(crate) fn add(&mut self, scale: f64, other: Split) {
        self.carry_in += scale * other.carry_in;
        self.within += scale * other.within;
        self.carry_out += scale * other.carry_out;
    }
}

/// One channel in one geo at one draw, to be valued per unit of its ceiling.
#[derive(Debug)]
pub(crate) struct Series<'a> {
    pub(crate) carry: &'a CarryOver,
    pub(crate) saturation: Saturation,
    /// Exposure before the horizon.
    pub(crate) history: &'a [f64],
    /// Exposure in the horizon, by plan; N periods each.
    pub(crate) plans: &'a [&'a [f64]],
    /// Worth of an outcome in each of the N periods; after them the last one holds.
    pub(crate) worth: &'a [f64],
    /// Periods that untruncated carry-over lasts at most.
    pub(crate) longest: usize,
}

/// Room for the series of one valuation.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    carried: Vec<f64>,
    adstocked: Vec<f64>,
    base: Vec<f64>,
    effect: Vec<f64>,
}

impl Series<'_> {
    /// One split a plan, written to `out`.
    pub(crate) fn value(&self, set: InstructionSet, scratch: &mut Scratch, out: &mut [Split]) {
        dispatch(set, Valuation { series: self, scratch, out });
    }
}

struct Valuation<'a, 'b> {
    series: &'a Series<'a>,
    scratch: &'b mut Scratch,
    out: &'b mut [Split],
}

impl Kernel for Valuation<'_, '_> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let Valuation { series, scratch, out } = self;
        let (n, reach) =
            (series.worth.len(), series.carry.reach(series.saturation.order_at_zero(), series.longest));
        let total = n + reach;
        for buffer in [&mut scratch.carried, &mut scratch.adstocked, &mut scratch.base, &mut scratch.effect] {
            buffer.clear();
            buffer.resize(total, 0.0);
        }
        // Older history has no effect left, and neither has any of it later in the horizon.
        let recent = &series.history[series.history.len().saturating_sub(2 * reach)..];
        series.carry.carried::<FMA>(recent, &mut scratch.carried[..reach]);
        series.saturation.effects::<FMA>(&scratch.carried[..reach], &mut scratch.base);
        let last = series.worth.last().copied().unwrap_or(0.0);
        let carry_in = weighted(series.worth, &scratch.base[..n]);
        for (plan, out) in series.plans.iter().zip(out) {
            series.carry.apply::<FMA>(plan, &mut scratch.adstocked);
            scratch.adstocked.iter_mut().zip(&scratch.carried).for_each(|(a, c)| *a += c);
            series.saturation.effects::<FMA>(&scratch.adstocked, &mut scratch.effect);
            scratch.effect.iter_mut().zip(&scratch.base).for_each(|(h, base)| *h -= base);
            *out = Split {
                carry_in,
                within: weighted(series.worth, &scratch.effect[..n]),
                carry_out: last * scratch.effect[n..].iter().sum::<f64>(),
            };
        }
    }
}

#[inline(always)]
fn weighted(worth: &[f64], effect: &[f64]) -> f64 {
    worth.iter().zip(effect).map(|(w, h)| w * h).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(adstock: Adstock, alpha: f64, history: &[f64], plans: &[&[f64]], worth: &[f64]) -> Vec<Split> {
        let carry = CarryOver::new(adstock, alpha);
        let saturation = Saturation::hill(1.0, 1.0);
        let mut out = vec![Split::default(); plans.len()];
        for set in InstructionSet::available() {
            let series = Series { carry: &carry, saturation, history, plans, worth, longest: 104 };
            series.value(set, &mut Scratch::default(), &mut out);
        }
        out
    }

    #[test]
    fn two_lags_by_hand() {
        // Weights ⅔ and ⅓, K = 1, S = 1. History 3: carried 1 into the first period, h = ½.
        // Plan 3, 0: a = 1 + 2 = 3 → ¾, then 1 → ½. Plan 0, 3: a = 1 → ½, 2 → ⅔, then 1 → ½ after the end.
        let kind = Adstock::Geometric { max_lag: Some(1) };
        let splits = value(kind, 0.5, &[9.0, 3.0], &[&[3.0, 0.0], &[0.0, 3.0]], &[10.0, 20.0]);
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
        near(splits[0].carry_in, 5.0);
        near(splits[0].within, 10.0 * 0.25 + 20.0 * 0.5);
        near(splits[0].carry_out, 0.0);
        near(splits[1].within, 20.0 * 2.0 / 3.0);
        near(splits[1].carry_out, 20.0 * 0.5);
    }

    #[test]
    fn the_parts_add_up_to_one_long_series() {
        // History, horizon and tail valued as one series of adstock and Hill, less history alone.
        let alpha = 0.6;
        let history: Vec<f64> = (0..90).map(|t| (1.0 + (t as f64).sin()).max(0.0)).collect();
        let plan: Vec<f64> = (0..30).map(|t| (1.0 + (0.7 * t as f64).cos()).max(0.0)).collect();
        let long = |plan: &[f64]| {
            let mut a = 0.0;
            let tail = vec![0.0; 60];
            let h: Vec<f64> = history
                .iter()
                .chain(plan)
                .chain(&tail)
                .map(|x| {
                    a = (1.0 - alpha) * x + alpha * a;
                    a / (1.0 + a)
                })
                .collect();
            (h[90..120].iter().sum::<f64>(), h[120..].iter().sum::<f64>())
        };
        let (with, without) = (long(&plan), long(&[0.0; 30]));
        let split = value(Adstock::default(), alpha, &history, &[&plan], &[1.0; 30])[0];
        assert!((split.carry_in - without.0).abs() < 1e-3);
        assert!((split.carry_in + split.within - with.0).abs() < 1e-3);
        assert!((split.carry_out - (with.1 - without.1)).abs() < 1e-3);
        assert!(split.carry_in > 0.3 && split.carry_out > 0.3);
    }

    #[test]
    fn carry_over_lasts_two_years_at_most_whatever_a_period_is() {
        let days = CarryOver::new(Adstock::default(), 0.98);
        // ln 1e-4 / ln 0.98 = 455.9 days, which 104 weeks leave room for and 104 days do not.
        assert_eq!(days.reach(1.0, longest_reach(Interval::Daily)), 456);
        let forever = CarryOver::new(Adstock::default(), 0.9999);
        let reach = |interval| forever.reach(1.0, longest_reach(interval));
        assert_eq!([Interval::Daily, Interval::Weekly, Interval::Monthly].map(reach), [731, 104, 24]);
    }

    #[test]
    fn no_carry_over_carries_nothing() {
        let split = value(Adstock::None, 0.0, &[5.0], &[&[1.0, 3.0]], &[1.0, 1.0])[0];
        assert_eq!(split, Split { carry_in: 0.0, within: 0.5 + 0.75, carry_out: 0.0 });
    }
}
