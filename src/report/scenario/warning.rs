//! What the reader of an answer should know.

use chrono::NaiveDate;

use crate::warning::Warning;

/// One reason for care.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum AnswerWarning {
    /// The fit's chains hardly converged.
    Doubtful,
    /// The fit's chains did not converge.
    NotConverged,
    /// Curves by geo rest on some of the draws.
    DrawsThinned { used: usize, all: usize },
    /// A plan file leaves channels out.
    PlanIncomplete { channels: Vec<String> },
    /// A plan stops at the end of a response curve.
    CurveEnds { channel: String, multiplier: f64 },
    /// Paid channels that spent nothing in the fitted window.
    NothingSpent { channels: Vec<String> },
    /// Paid channels that run no more.
    Ended { channels: Vec<String> },
    /// Columns of a report that say nothing here.
    ReportedNotRead { columns: Vec<String> },
    /// Rows of a report about nothing that was fitted.
    ReportedOutside { left_out: usize, rows: usize, window: (NaiveDate, NaiveDate), period: &'static str },
    /// A report by geo beside a fit of one market.
    ReportedGeos,
    /// An organic channel is reported for a part of the window.
    ReportedOrganic { channel: String },
    /// Channels without rows that others have.
    ReportedUnevenly { channels: Vec<String> },
}

impl AnswerWarning {
    fn code(&self) -> &'static str {
        match self {
            AnswerWarning::Doubtful | AnswerWarning::NotConverged => "not_converged",
            AnswerWarning::DrawsThinned { .. } => "draws_thinned",
            AnswerWarning::PlanIncomplete { .. } => "plan_incomplete",
            AnswerWarning::CurveEnds { .. } => "curve_ends",
            AnswerWarning::NothingSpent { .. } => "channel_not_fitted",
            AnswerWarning::Ended { .. } => "channel_ended",
            AnswerWarning::ReportedNotRead { .. } => "reported_not_read",
            AnswerWarning::ReportedOutside { .. } => "reported_outside",
            AnswerWarning::ReportedGeos => "reported_geos",
            AnswerWarning::ReportedOrganic { .. } => "reported_organic",
            AnswerWarning::ReportedUnevenly { .. } => "reported_unevenly",
        }
    }

    fn message(&self) -> String {
        match self {
            AnswerWarning::Doubtful => {
                "the fit's convergence is doubtful, and so is every probability here".into()
            }
            AnswerWarning::NotConverged => "the fit did not converge: do not act on these numbers".into(),
            AnswerWarning::DrawsThinned { used, all } => {
                format!("curves by geo use {used} of the {all} draws, evenly spaced")
            }
            AnswerWarning::PlanIncomplete { channels } => {
                format!("the plan does not mention {}: today's spend is kept", channels.join(", "))
            }
            AnswerWarning::CurveEnds { channel, multiplier } => format!(
                "the plan stops `{channel}` at {multiplier} times today's spend, where its response curve ends: \
                 nothing is known of more"
            ),
            AnswerWarning::NothingSpent { channels } => format!(
                "nothing was spent on {} in the fitted window: plans without a date leave it out",
                listing(channels)
            ),
            AnswerWarning::Ended { channels } => {
                format!(
                    "{} ran no more at the end of the data: plans have nothing of it unless asked",
                    listing(channels)
                )
            }
            AnswerWarning::ReportedNotRead { columns } => {
                format!("of the report {} is not read: rows that differ in it are added up", listing(columns))
            }
            AnswerWarning::ReportedOutside { left_out, rows, window: (first, last), period } => format!(
                "{left_out} of {rows} reported rows are about nothing that was fitted, {first} to {last}, or about \
                 {period}s that the report has only a part of: they are left out"
            ),
            AnswerWarning::ReportedGeos => {
                "the fit is of one market: the geos of the report are added up, and taken for all of it"
                    .into()
            }
            AnswerWarning::ReportedOrganic { channel } => format!(
                "organic channel `{channel}` is known over the whole fitted window alone, and the report is about \
                 a part of it: it is not compared"
            ),
            AnswerWarning::ReportedUnevenly { channels } => format!(
                "{} {} rows that other channels have: each channel is compared where it has rows of its own",
                listing(channels),
                if channels.len() == 1 { "lacks" } else { "lack" }
            ),
        }
    }

    fn hint(&self) -> Option<&'static str> {
        match self {
            AnswerWarning::Doubtful | AnswerWarning::NotConverged => {
                Some("fit again with more draws (--warmup, --draws)")
            }
            AnswerWarning::Ended { .. } => {
                Some("--dated --set CHANNEL=500/week plans it in the weeks after the data")
            }
            AnswerWarning::ReportedOrganic { .. } => Some("report it over the whole window"),
            AnswerWarning::ReportedUnevenly { .. } => {
                Some("where a tool credits nothing, write a row with 0")
            }
            _ => None,
        }
    }
}

impl From<AnswerWarning> for Warning {
    fn from(warning: AnswerWarning) -> Warning {
        Warning {
            code: warning.code().to_owned(),
            message: warning.message(),
            hint: warning.hint().map(str::to_owned),
        }
    }
}

/// `tv`, `search`.
fn listing(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
