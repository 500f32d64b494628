//! How often intervals hold the truth, over data sets whose truth is known.

use crate::Fit;
use crate::posterior::{ChannelPosterior, quantile_sorted};
use crate::simulate::{ChannelTruth, Truth};

/// Central probabilities of the intervals.
pub const LEVELS: [f64; 3] = [0.5, 0.8, 0.9];

/// What an interval is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// Incremental outcome per spend.
    Roi,
    /// Incremental outcome.
    Contribution,
    /// Derivative of the incremental outcome by spend, today.
    MarginalRoi,
}

impl Subject {
    /// All of them.
    pub const ALL: [Subject; 3] = [Subject::Roi, Subject::Contribution, Subject::MarginalRoi];

    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Subject::Roi => "ROI",
            Subject::Contribution => "contribution",
            Subject::MarginalRoi => "marginal ROI",
        }
    }

    fn draws(self, channel: &ChannelPosterior) -> Option<&[f64]> {
        match self {
            Subject::Roi => channel.roi.as_deref(),
            Subject::Contribution => Some(&channel.contribution),
            Subject::MarginalRoi => channel.marginal_roi.as_deref(),
        }
    }

    fn truth(self, channel: &ChannelTruth) -> f64 {
        match self {
            Subject::Roi => channel.roi,
            Subject::Contribution => channel.incremental_outcome,
            Subject::MarginalRoi => channel.mroi,
        }
    }
}

/// Whether one channel's intervals held one truth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// What the intervals are about.
    pub subject: Subject,
    /// The channel has an effect and no unseen driver shared with the outcome: the model can be right.
    pub identifiable: bool,
    /// One per level of [`LEVELS`].
    pub inside: [bool; 3],
}

/// Compares a fit with the truth of its data, channel by channel.
pub fn hits(fit: &Fit, truth: &Truth) -> Vec<Hit> {
    let mut hits = Vec::new();
    for channel in &fit.posterior.channels {
        let Some(truth) = truth.channel(&channel.name) else { continue };
        for subject in Subject::ALL {
            let Some(draws) = subject.draws(channel) else { continue };
            hits.push(Hit {
                subject,
                identifiable: truth.is_identifiable(),
                inside: inside(draws, subject.truth(truth)),
            });
        }
    }
    hits
}

fn inside(draws: &[f64], truth: f64) -> [bool; 3] {
    let mut sorted = draws.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    LEVELS.map(|level| {
        let end = |p| quantile_sorted(&sorted, p);
        (end(0.5 - 0.5 * level)..=end(0.5 + 0.5 * level)).contains(&truth)
    })
}

/// Shares of intervals that held their truth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coverage {
    /// What the intervals are about.
    pub subject: Subject,
    /// Whether channels without effect and confounded ones are left out.
    pub identifiable_only: bool,
    /// Intervals counted at each level.
    pub n: usize,
    /// One share per level of [`LEVELS`].
    pub share: [f64; 3],
}

/// Counts hits by subject, over all channels and over the identifiable ones.
pub fn coverage(hits: &[Hit]) -> Vec<Coverage> {
    let count = |subject, identifiable_only: bool| {
        let of =
            || hits.iter().filter(move |h| h.subject == subject && (h.identifiable || !identifiable_only));
        let n = of().count();
        let share = std::array::from_fn(|l| of().filter(|h| h.inside[l]).count() as f64 / n.max(1) as f64);
        Coverage { subject, identifiable_only, n, share }
    };
    [false, true].into_iter().flat_map(|only| Subject::ALL.map(|subject| count(subject, only))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_central_and_counted_by_group() {
        let draws: Vec<f64> = (0..=100).map(f64::from).collect();
        assert_eq!(inside(&draws, 30.0), [true; 3]);
        assert_eq!(inside(&draws, 80.0), [false, true, true]);
        assert_eq!(inside(&draws, 5.0), [false, false, true]);
        assert_eq!(inside(&draws, 4.9), [false; 3]);
        let hit =
            |identifiable, truth| Hit { subject: Subject::Roi, identifiable, inside: inside(&draws, truth) };
        let table = coverage(&[hit(true, 30.0), hit(true, 80.0), hit(false, 4.9), hit(false, 5.0)]);
        assert_eq!((table[0].n, table[0].share), (4, [0.25, 0.5, 0.75]));
        let only = table.iter().find(|c| c.identifiable_only && c.subject == Subject::Roi).unwrap();
        assert_eq!((only.n, only.share), (2, [0.5, 1.0, 1.0]));
    }
}
