//! Exposure and spend without a test.
//!
//! In a cell whose period the treatment covers by a share f of its days, x⁰ = x + k f b and s⁰ = s + k f b_s. The
//! base b is the cell's own exposure, so that k = m − 1 for a multiplier m and x⁰ = x (1 − f (1 − m)). Where a channel
//! was dark in a geo, without exposure in the periods wholly within the treatment, its usual exposure there is the
//! base, a guess, up and down as in an untreated geo in the same periods: where returns diminish, even spend would be
//! worth more than any that was ever seen. As that geo's course is not the treated one's own, there are as many guesses as
//! there are untreated geos, up to eight. What a partly covered period then holds belongs to its other days. A change
//! of spend Δ is spread with the same k over all cells: k = −Δ / Σ f b_s.

use ndarray::Array2;

use super::dose::Dose;
use crate::data::dataset::{Channel, Dataset};

/// Where and when a test changed what.
pub(super) struct Treatment<'a> {
    pub(super) data: &'a Dataset,
    /// Tested channels.
    pub(super) channels: &'a [usize],
    /// Treated geos.
    pub(super) geos: &'a [usize],
    /// Share of each period's days that the treatment covers; length T.
    pub(super) covered: &'a [f64],
    /// Share of the people that was treated.
    pub(super) people: f64,
}

/// What there would have been, and what that rests on.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Counterfactual {
    /// x⁰ for each channel, geos × T.
    pub(super) exposure: Vec<Array2<f64>>,
    /// The same by other guesses of a dark channel's course.
    pub(super) alike: Vec<Vec<Array2<f64>>>,
    /// Spend alike.
    pub(super) spend: Vec<Array2<f64>>,
    /// Actual less counterfactual spend of those treated, currency.
    pub(super) spend_change: f64,
    /// Actual less counterfactual exposure, by which the sign of the change of organic channels is known.
    pub(super) exposure_change: f64,
    /// Whether some cells had no exposure and took the usual one.
    pub(super) guessed: bool,
    /// Counterfactual spend over what is usual in as many days; `None` where nothing is usual.
    pub(super) over_usual: Option<f64>,
}

/// Why there is none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum NoCounterfactual {
    /// A multiple of nothing.
    NothingSpent,
    /// More was changed than was spent, currency.
    MoreThanSpent {
        /// What was spent by those treated.
        spent: f64,
    },
    /// Spend has nowhere to go: the channel never ran in the treated geos.
    NeverRan,
    /// The usual spend is what was spent.
    NoChange,
}

/// Spend that a rounded `spend_change` may exceed what was spent by.
const ROUNDING: f64 = 1e-3;

/// Most guesses of a dark channel's course.
const COURSES: usize = 8;

/// The base of one channel in one geo.
struct Base {
    /// Index into the channels and the geos of the treatment.
    at: (usize, usize),
    /// Whether the channel was without exposure there.
    dark: bool,
    /// f b for each period.
    exposure: Vec<f64>,
    /// f b_s for each period.
    spend: Vec<f64>,
}

impl Treatment<'_> {
    /// What there would have been under a dose.
    pub(super) fn without(&self, dose: Dose) -> Result<Counterfactual, NoCounterfactual> {
        let first = self.by_course(dose, 0)?;
        if !first.guessed {
            return Ok(first);
        }
        let others = self.channels.iter().map(|c| self.untreated(&self.data.channels[*c]).len());
        let courses = 1..others.max().unwrap_or(0).min(COURSES);
        let alike: Result<_, _> =
            courses.map(|course| self.by_course(dose, course).map(|without| without.exposure)).collect();
        Ok(Counterfactual { alike: alike?, ..first })
    }

    /// By one guess of the course of dark channels.
    fn by_course(&self, dose: Dose, course: usize) -> Result<Counterfactual, NoCounterfactual> {
        let bases: Vec<Base> = (0..self.channels.len())
            .flat_map(|i| (0..self.geos.len()).map(move |j| (i, j)))
            .map(|at| self.base(at, course))
            .collect();
        let lit = || bases.iter().filter(|base| !base.dark);
        let spent: f64 = lit().flat_map(|base| &base.spend).sum();
        let (k, only_lit) = match dose {
            Dose::Multiplier(m) if lit().next().is_some() => (m - 1.0, true),
            Dose::Multiplier(_) => return Err(NoCounterfactual::NothingSpent),
            Dose::SpendChange(change) => self.spread(&bases, spent, change / self.people)?,
            Dose::UsualSpend(usual) => self.spread(&bases, spent, spent - usual / self.people)?,
        };
        Ok(self.apply(&bases, k, only_lit))
    }

    /// The k of a change over the cells, and whether only those with exposure take it.
    fn spread(&self, bases: &[Base], spent: f64, change: f64) -> Result<(f64, bool), NoCounterfactual> {
        let usual: f64 = bases.iter().flat_map(|base| &base.spend).sum();
        if change == 0.0 {
            return Err(NoCounterfactual::NoChange);
        }
        if change > 0.0 {
            if change > spent * (1.0 + ROUNDING) {
                return Err(NoCounterfactual::MoreThanSpent { spent: spent * self.people });
            }
            return Ok((-(change / spent).min(1.0), true));
        }
        if usual <= 0.0 {
            return Err(NoCounterfactual::NeverRan);
        }
        Ok((-change / usual, false))
    }

    fn base(&self, at: (usize, usize), course: usize) -> Base {
        let (channel, g) = (&self.data.channels[self.channels[at.0]], self.geos[at.1]);
        let (exposure, spend) = (channel.exposure.row(g), channel.spend.row(g));
        let present = self.data.present.row(g);
        let covered = self.covered;
        let treated = || (0..covered.len()).filter(|t| covered[*t] > 0.0 && present[*t]);
        // A test shorter than a period covers none wholly: then the partly covered ones tell.
        let wholly = treated().any(|t| covered[t] >= 1.0);
        let tells = |t: &usize| !wholly || covered[*t] >= 1.0;
        let dark = !treated().filter(tells).any(|t| exposure[t] > 0.0);
        let unbilled = !treated().any(|t| spend[t] > 0.0);
        // Another for each treated geo as long as there are, and for each course.
        let others = self.untreated(channel);
        let untreated = (!others.is_empty()).then(|| others[(at.1 + course) % others.len()]);
        let base = |of: &Array2<f64>, guess: bool| -> Vec<f64> {
            let values = of.row(g);
            let usual = self.usual(values, g);
            let pattern = untreated.map(|other| (of.row(other), self.usual(of.row(other), other)));
            let of = |t: usize| match pattern {
                _ if !guess => values[t],
                Some((other, mean)) if mean > 0.0 => usual * other[t] / mean,
                _ => usual,
            };
            (0..covered.len()).map(|t| if present[t] { covered[t] * of(t) } else { 0.0 }).collect()
        };
        Base {
            at,
            dark,
            exposure: base(&channel.exposure, dark),
            spend: base(&channel.spend, dark || unbilled),
        }
    }

    /// Mean of a geo's values over the periods that the treatment does not cover.
    fn usual(&self, values: ndarray::ArrayView1<f64>, g: usize) -> f64 {
        let (covered, present) = (self.covered, self.data.present.row(g));
        let others = || (0..covered.len()).filter(|t| covered[*t] == 0.0 && present[*t]);
        others().map(|t| values[t]).sum::<f64>() / others().count().max(1) as f64
    }

    /// The untreated geos after whose spend a treated one's may be shaped: in the data throughout the treatment, with
    /// the channel running then.
    fn untreated(&self, channel: &Channel) -> Vec<usize> {
        let treated = || (0..self.covered.len()).filter(|t| self.covered[*t] > 0.0);
        let tells = |g: &usize| {
            !self.geos.contains(g)
                && treated().all(|t| self.data.present[[*g, t]])
                && treated().any(|t| channel.exposure[[*g, t]] > 0.0)
        };
        (0..self.data.n_geos()).filter(tells).collect()
    }

    fn apply(&self, bases: &[Base], k: f64, only_lit: bool) -> Counterfactual {
        let matrix = |values: &dyn Fn(usize, usize, usize) -> f64| -> Vec<Array2<f64>> {
            let dim = (self.geos.len(), self.covered.len());
            let of = |i: usize| Array2::from_shape_fn(dim, |(j, t)| values(i, j, t));
            (0..self.channels.len()).map(of).collect()
        };
        let channel = |i: usize| &self.data.channels[self.channels[i]];
        let mut exposure = matrix(&|i, j, t| channel(i).exposure[[self.geos[j], t]]);
        let mut spend = matrix(&|i, j, t| channel(i).spend[[self.geos[j], t]]);
        let (mut spend_change, mut exposure_change, mut guessed) = (0.0, 0.0, false);
        for base in bases.iter().filter(|base| !(only_lit && base.dark)) {
            let (i, j) = base.at;
            guessed |= base.dark && base.exposure.iter().any(|b| *b > 0.0);
            spend_change -= k * base.spend.iter().sum::<f64>();
            for t in (0..self.covered.len()).filter(|t| self.covered[*t] > 0.0) {
                let (x, s) = (exposure[i][[j, t]], spend[i][[j, t]]);
                exposure[i][[j, t]] = (x + k * base.exposure[t]).max(0.0);
                spend[i][[j, t]] = (s + k * base.spend[t]).max(0.0);
                exposure_change += x - exposure[i][[j, t]];
            }
        }
        Counterfactual {
            over_usual: self.over_usual(&spend),
            exposure,
            alike: Vec::new(),
            spend,
            spend_change: self.people * spend_change,
            exposure_change,
            guessed,
        }
    }

    /// Spend over the treated periods against what the same channels and geos spend on average in the others.
    fn over_usual(&self, spend: &[Array2<f64>]) -> Option<f64> {
        let treated = |t: &usize| self.covered[*t] > 0.0;
        let periods = self.covered.len();
        let n = (0..periods).filter(treated).count();
        let (mut with, mut usual) = (0.0, 0.0);
        for (i, &c) in self.channels.iter().enumerate() {
            for (j, &g) in self.geos.iter().enumerate() {
                with += (0..periods).filter(treated).map(|t| spend[i][[j, t]]).sum::<f64>();
                let actual = self.data.channels[c].spend.row(g);
                let others = (0..periods).filter(|t| !treated(t));
                usual += others.map(|t| actual[t]).sum::<f64>() * n as f64 / (periods - n).max(1) as f64;
            }
        }
        (usual > 0.0).then_some(with / usual)
    }
}
