//! Which gap between correlation and cause is believed of each channel.

use crate::config::{CausalGap, FitConfig};
use crate::data::{Channel, Dataset, Suspicion, followers, suspects};
use crate::model::gap::GapPrior;

/// Why a channel has the gap that it has.
#[derive(Debug, Clone, PartialEq)]
pub enum GapReason {
    /// Correlation is taken for cause: `causal_gap = "none"`.
    Off,
    /// What differs between any regression and an experiment.
    Usual,
    /// Told: `channels.NAME.causal_gap`.
    Told,
    /// Said to capture demand: `channels.NAME.captures_demand`.
    Declared,
    /// Its name is of the kinds that follow demand (search, brand, shopping, retargeting, affiliate).
    Named,
    /// The same, and a control stands for the demand.
    NamedWithControl,
    /// What the data show of its spend.
    Found(Vec<Suspicion>),
}

impl GapReason {
    /// Whether the outcome sets the spend, so that the two move together whatever the spend does.
    pub fn is_feedback(&self) -> bool {
        matches!(self, GapReason::Found(why) if why.iter().any(is_feedback))
    }

    /// Whether the data show that something else moves both the spend and the outcome.
    pub fn is_found(&self) -> bool {
        matches!(self, GapReason::Found(_))
    }

    /// Whether the effect by correlation is in doubt: the channel may be credited with demand that it captures, and
    /// nothing in the model stands for that.
    pub fn is_doubt(&self) -> bool {
        matches!(self, GapReason::Declared | GapReason::Named | GapReason::Found(_))
    }
}

/// Parts (weight, logarithm of E e^δ, sd) of a channel that captures demand: most of the effect is its own, or next to
/// nothing of it, as of branded search.
const CAPTURES: [(f64, f64, f64); 2] = [(0.8, -0.5, 0.4), (0.2, -1.5, 1.0)];
/// Of a name alone: branded search and plain search are called alike.
const NAMED: [(f64, f64, f64); 2] = [(0.85, -0.05, 0.25), (0.15, -1.2, 0.8)];
/// The same where a control stands for the demand.
const NAMED_WITH_CONTROL: [(f64, f64, f64); 2] = [(0.95, -0.02, USUAL), (0.05, -1.2, 0.8)];
/// Weight, ln E e^δ beside what the column left out explains, and sd, where a regression shows what it credits
/// falsely. 116 channels of 200 markets, fitted with correlation taken for cause, had gaps with a mean within 0.3 of
/// that and an sd of 0.4 to 0.8.
const CREDITED: (f64, f64, f64) = (0.9, 0.1, 0.7);
/// ln E e^δ and sd where that is chance.
const CHANCE: (f64, f64) = (-0.05, 0.25);
/// sd of the gap where spend is set by the outcome: all that is believed of a return without looking.
const FOLLOWS_OUTCOME: f64 = 0.5;
/// Spend along trend and season, which hold what the channel does as well.
const ALONG_CALENDAR: [(f64, f64, f64); 2] = [(0.7, -0.1, 0.3), (0.3, -1.0, 0.8)];
/// sd of the usual gap. Corrections by geo tests are about 15 % on the published average.
const USUAL: f64 = 0.15;

/// Weight, ln E e^δ and sd of what else is believed of a channel without a sign of doubt that is tested in a panel. A
/// panel's regression is so precise that the usual gap would outvote the test, which is there to tell the gap. In one
/// market the regression's own error is the larger, and the test is heard as it is.
const TESTED: (f64, f64, f64) = (0.5, -0.7, 1.2);

/// Words in the names of channels that follow demand.
const FOLLOWS_DEMAND: [&str; 7] = ["search", "sem", "brand", "shopping", "retarget", "remarket", "affiliate"];

/// The gap of a channel that a test in a panel speaks of.
pub(super) fn tested_gap(prior: GapPrior, reason: &GapReason) -> GapPrior {
    match reason {
        GapReason::Usual | GapReason::Named | GapReason::NamedWithControl => prior.or_else(TESTED),
        GapReason::Off | GapReason::Told | GapReason::Declared | GapReason::Found(_) => prior,
    }
}

/// The prior of δ of every channel, and why; `believed` is the share of the outcome that each is believed to bring.
pub(super) fn gaps(data: &Dataset, config: &FitConfig, believed: &[f64]) -> Vec<(GapPrior, GapReason)> {
    if config.model.causal_gap == CausalGap::None {
        return data.channels.iter().map(|_| (GapPrior::none(), GapReason::Off)).collect();
    }
    let found = suspects(data, config.model.weekly_effect);
    let followed = followers(data, config.model.weekly_effect);
    let of = |(channel, &believed): (&Channel, &f64)| {
        let own = config.channels.get(&channel.name);
        if let Some(told) = own.and_then(|own| own.causal_gap) {
            return (GapPrior::around(told.mean, told.sd), GapReason::Told);
        }
        let captures = own.and_then(|own| own.captures_demand);
        if captures == Some(false) {
            return (GapPrior::around(0.0, USUAL), GapReason::Usual);
        }
        if let Some(suspect) = found.iter().find(|suspect| suspect.channel == channel.name) {
            return (by_suspicion(&suspect.why, believed), GapReason::Found(suspect.why.clone()));
        }
        if captures == Some(true) {
            return (GapPrior::mixture(&CAPTURES), GapReason::Declared);
        }
        let name = channel.name.to_lowercase();
        if !FOLLOWS_DEMAND.iter().any(|word| name.contains(word)) {
            return (GapPrior::around(0.0, USUAL), GapReason::Usual);
        }
        if followed.iter().any(|follower| follower.channel == channel.name) {
            return (GapPrior::mixture(&NAMED_WITH_CONTROL), GapReason::NamedWithControl);
        }
        (GapPrior::mixture(&NAMED), GapReason::Named)
    };
    data.channels.iter().zip(believed).map(of).collect()
}

fn is_feedback(why: &Suspicion) -> bool {
    use Suspicion::{IsOutcome, LinearInOutcome, ShareOfOutcome};
    matches!(why, IsOutcome { .. } | LinearInOutcome { .. } | ShareOfOutcome { .. })
}

fn by_suspicion(why: &[Suspicion], believed: f64) -> GapPrior {
    if why.iter().any(is_feedback) {
        return GapPrior::around(0.0, FOLLOWS_OUTCOME);
    }
    let credited = why.iter().filter_map(|why| match why {
        Suspicion::LeftOut { credited, .. } => Some(*credited),
        _ => None,
    });
    match credited.reduce(f64::max) {
        None => GapPrior::mixture(&ALONG_CALENDAR),
        Some(0.0) => GapPrior::mixture(&CAPTURES),
        Some(share) => credited_gap(share, believed),
    }
}

/// The gap of a channel that is credited with a `credited` share of the outcome too much, where `own` is believed.
fn credited_gap(credited: f64, own: f64) -> GapPrior {
    let (weight, mean, sd) = CREDITED;
    let mean = (mean - (credited / own).ln_1p()).min(0.0);
    GapPrior::mixture(&[(weight, mean, sd), (1.0 - weight, CHANCE.0, CHANCE.1)])
}
