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

    /// Whether the effect by correlation is in doubt: the channel may be credited with demand that it captures, and
    /// nothing in the model stands for that.
    pub fn is_doubt(&self) -> bool {
        matches!(self, GapReason::Declared | GapReason::Named | GapReason::Found(_))
    }
}

/// Parts (weight, logarithm of E e^δ, sd) of a channel that captures demand: most of the effect is its own, or next to
/// nothing of it, as of branded search.
const CAPTURES: [(f64, f64, f64); 2] = [(0.8, -0.5, 0.4), (0.2, -1.5, 1.0)];
/// The same where a control stands for the demand.
const CAPTURES_WITH_CONTROL: [(f64, f64, f64); 2] = [(0.85, -0.05, 0.25), (0.15, -1.2, 0.8)];
/// sd of the gap where spend is set by the outcome: all that is believed of a return without looking.
const FOLLOWS_OUTCOME: f64 = 0.5;
/// Spend along trend and season, which hold what the channel does as well.
const ALONG_CALENDAR: [(f64, f64, f64); 2] = [(0.7, -0.1, 0.3), (0.3, -1.0, 0.8)];
/// sd of the usual gap.
const USUAL: f64 = 0.2;

/// Words in the names of channels that follow demand.
const FOLLOWS_DEMAND: [&str; 7] = ["search", "sem", "brand", "shopping", "retarget", "remarket", "affiliate"];

/// The prior of δ of every channel, and why.
pub(super) fn gaps(data: &Dataset, config: &FitConfig) -> Vec<(GapPrior, GapReason)> {
    if config.model.causal_gap == CausalGap::None {
        return data.channels.iter().map(|_| (GapPrior::none(), GapReason::Off)).collect();
    }
    let found = suspects(data, config.model.weekly_effect);
    let followed = followers(data, config.model.weekly_effect);
    let of = |channel: &Channel| {
        let own = config.channels.get(&channel.name);
        if let Some(told) = own.and_then(|own| own.causal_gap) {
            return (GapPrior::around(told.mean, told.sd), GapReason::Told);
        }
        let captures = own.and_then(|own| own.captures_demand);
        if captures == Some(false) {
            return (GapPrior::around(0.0, USUAL), GapReason::Usual);
        }
        if let Some(suspect) = found.iter().find(|suspect| suspect.channel == channel.name) {
            return (by_suspicion(&suspect.why), GapReason::Found(suspect.why.clone()));
        }
        if captures == Some(true) {
            return (GapPrior::mixture(&CAPTURES), GapReason::Declared);
        }
        let name = channel.name.to_lowercase();
        if !FOLLOWS_DEMAND.iter().any(|word| name.contains(word)) {
            return (GapPrior::around(0.0, USUAL), GapReason::Usual);
        }
        if followed.iter().any(|follower| follower.channel == channel.name) {
            return (GapPrior::mixture(&CAPTURES_WITH_CONTROL), GapReason::NamedWithControl);
        }
        (GapPrior::mixture(&CAPTURES), GapReason::Named)
    };
    data.channels.iter().map(of).collect()
}

fn is_feedback(why: &Suspicion) -> bool {
    matches!(why, Suspicion::IsOutcome { .. } | Suspicion::ShareOfOutcome { .. })
}

fn by_suspicion(why: &[Suspicion]) -> GapPrior {
    if why.iter().any(is_feedback) {
        GapPrior::around(0.0, FOLLOWS_OUTCOME)
    } else if why.iter().any(|why| matches!(why, Suspicion::LeftOut { .. })) {
        GapPrior::mixture(&CAPTURES)
    } else {
        GapPrior::mixture(&ALONG_CALENDAR)
    }
}
