//! What `fit.json` says of the gap between how the outcome moves with a channel and what the channel causes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::data::Suspicion;
use crate::model::{GapPrior, GapReason};
use crate::posterior::{ChannelPosterior, Summary};
use crate::words::numbers::{clean, percent};

/// The causal gap of one channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GapReport {
    /// Why the gap is believed to be what it is.
    pub reason: GapReasonKind,
    /// The same in words.
    pub sentence: String,
    /// Whether the effect by correlation is in doubt: the channel may be credited with demand that it captures.
    pub doubted: bool,
    /// Whether an experiment speaks of the channel.
    pub tested: bool,
    /// Prior of δ = ln(causal effect / effect by correlation): a mixture of normals.
    pub prior: GapPrior,
    /// δ as the posterior has it.
    pub gap: Summary,
    /// Contribution by correlation, outcome units.
    pub contribution_by_correlation: Summary,
    /// ROI by correlation; null for an organic channel.
    pub roi_by_correlation: Option<Summary>,
}

/// Why a channel has the gap that it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GapReasonKind {
    /// Correlation is taken for cause.
    None,
    /// What differs between any regression and an experiment.
    Usual,
    /// Told in the settings.
    Told,
    /// Said to capture demand.
    Declared,
    /// Its name is of the kinds that follow demand.
    Named,
    /// The same, and a control stands for the demand.
    NamedWithControl,
    /// Its spend is set by the outcome, or is the outcome.
    FollowsOutcome,
    /// A column without a role moves with it and with the outcome.
    LeftOutColumn,
    /// Its spend runs along trend and season.
    AlongCalendar,
}

impl GapReport {
    /// That of a channel; `None` where correlation is taken for cause.
    pub(crate) fn of(draws: &ChannelPosterior) -> Option<GapReport> {
        let gap = &draws.gap;
        if gap.prior.is_none() {
            return None;
        }
        let by_correlation = |values: &[f64]| -> Vec<f64> {
            values.iter().zip(&gap.draws).map(|(caused, gap)| caused / gap.exp()).collect()
        };
        Some(GapReport {
            reason: kind(&gap.reason),
            sentence: sentence(&clean(&draws.name), &gap.reason),
            doubted: gap.is_doubted(),
            tested: gap.tested,
            prior: gap.prior.clone(),
            gap: Summary::of(&gap.draws),
            contribution_by_correlation: Summary::of(&by_correlation(&draws.contribution)),
            roi_by_correlation: draws.roi.as_ref().map(|roi| Summary::of(&by_correlation(roi))),
        })
    }
}

impl GapReasonKind {
    /// Whether the data show that something else moves both the spend and the outcome.
    pub fn is_found(self) -> bool {
        matches!(
            self,
            GapReasonKind::FollowsOutcome | GapReasonKind::LeftOutColumn | GapReasonKind::AlongCalendar
        )
    }
}

fn kind(reason: &GapReason) -> GapReasonKind {
    match reason {
        GapReason::Off => GapReasonKind::None,
        GapReason::Usual => GapReasonKind::Usual,
        GapReason::Told => GapReasonKind::Told,
        GapReason::Declared => GapReasonKind::Declared,
        GapReason::Named => GapReasonKind::Named,
        GapReason::NamedWithControl => GapReasonKind::NamedWithControl,
        GapReason::Found(_) if reason.is_feedback() => GapReasonKind::FollowsOutcome,
        GapReason::Found(why) if why.iter().any(|why| matches!(why, Suspicion::LeftOut { .. })) => {
            GapReasonKind::LeftOutColumn
        }
        GapReason::Found(_) => GapReasonKind::AlongCalendar,
    }
}

fn sentence(name: &str, reason: &GapReason) -> String {
    match reason {
        GapReason::Off => "correlation is taken for cause".into(),
        GapReason::Usual => format!("{name}: what differs between any regression and an experiment"),
        GapReason::Told => format!("{name}: as the settings tell"),
        GapReason::Declared => format!("{name} is said to capture demand that would have come anyway"),
        GapReason::Named => {
            format!(
                "channels like {name} often capture demand that would have come anyway, and no control stands for it"
            )
        }
        GapReason::NamedWithControl => format!(
            "channels like {name} often capture demand that would have come anyway, for which a control stands here"
        ),
        GapReason::Found(why) => why.iter().map(|why| found(name, why)).collect::<Vec<_>>().join("; "),
    }
}

fn found(name: &str, why: &Suspicion) -> String {
    match why {
        Suspicion::IsOutcome { .. } | Suspicion::LinearInOutcome { .. } => {
            format!("spend on {name} is the outcome in other units")
        }
        Suspicion::ShareOfOutcome { share, .. } => {
            format!("spend on {name} is set as a share of the outcome ({} of it)", percent(*share))
        }
        Suspicion::Calendar { explained } => {
            format!("spend on {name} runs along trend and season ({} of its variance)", percent(*explained))
        }
        Suspicion::LeftOut { column, credited, .. } if *credited > 0.0 => format!(
            "column {} has no role, moves the outcome and moves with {name}, which is credited with about {} of the \
             outcome in its place",
            clean(column),
            percent(*credited)
        ),
        Suspicion::LeftOut { column, with_channel, with_outcome, .. } => format!(
            "column {} has no role and moves with {name} (r = {with_channel:.2}) and with the outcome (r = {with_outcome:.2})",
            clean(column)
        ),
    }
}
