//! What a planning request as typed can be refused for.

use std::fmt;

use crate::words::one_of;

/// What is wrong with a request.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// No channel of that name.
    #[error("--{flag} {text}: there is no paid channel `{name}`")]
    UnknownChannel {
        /// Which flag.
        flag: &'static str,
        /// Its value.
        text: String,
        /// The name in it.
        name: String,
        /// The channel that was probably meant.
        nearest: Option<String>,
        /// All there are.
        known: Vec<String>,
    },
    /// No geo of that name.
    #[error("--{flag} {text}: there is no geo `{name}`")]
    UnknownGeo {
        /// Which flag.
        flag: &'static str,
        /// Its value.
        text: String,
        /// The name in it.
        name: String,
        /// The geo that was probably meant.
        nearest: Option<String>,
        /// All there are.
        known: Vec<String>,
    },
    /// A period that no week of the horizon belongs to.
    #[error("--{flag} {text}: no period of the horizon lies there; it goes from {first} to {last}")]
    OutsideHorizon {
        /// Which flag.
        flag: &'static str,
        /// Its value.
        text: String,
        /// First day of the horizon.
        first: chrono::NaiveDate,
        /// Last day of the horizon.
        last: chrono::NaiveDate,
    },
    /// Days of the horizon that hold the middle of no period.
    #[error("--{flag} {text}: no {noun} has its middle day there; near it are {}", near.join(" and "))]
    BetweenPeriods {
        /// Which flag.
        flag: &'static str,
        /// Its value.
        text: String,
        /// What one period is called.
        noun: &'static str,
        /// The periods next to it: first, middle and last day.
        near: Vec<String>,
    },
    /// A margin as a share of what one outcome is worth, which the fit does not know.
    #[error(
        "--margin {text}: what one {} is worth is not known, so that a percentage of it means nothing",
        one_of(outcome)
    )]
    MarginOfNothing {
        /// Its value.
        text: String,
        /// The outcome column.
        outcome: String,
    },
    /// The value does not have the form of its flag.
    #[error("--{flag} {text}: {reason}")]
    Malformed {
        /// Which flag.
        flag: &'static str,
        /// Its value.
        text: String,
        /// What is wrong.
        reason: String,
        /// How it should look.
        example: &'static str,
    },
    /// A channel is set, paused or bounded twice.
    #[error("`{channel}` is given twice by {flags}")]
    Twice {
        /// Channel name.
        channel: String,
        /// The flags that may name it once.
        flags: &'static str,
    },
    /// Two parts of a request that exclude each other.
    #[error("{first} and {second} cannot be combined: {reason}")]
    Conflict {
        /// One of them.
        first: String,
        /// The other.
        second: String,
        /// Why.
        reason: &'static str,
    },
    /// A channel without spend today has no response curve to move on.
    #[error("`{channel}` has no spend today, so nothing is known of what more would bring")]
    NoSpend {
        /// Channel name.
        channel: String,
    },
    /// A multiple of what today's plan does not spend.
    #[error(
        "--{flag} {text}: today's plan spends nothing on `{channel}` there, and a multiple of nothing is nothing"
    )]
    MultipleOfNothing {
        /// Flag without its dashes.
        flag: &'static str,
        /// Its value as typed.
        text: String,
        /// Channel name.
        channel: String,
    },
    /// A shift takes more than there is.
    #[error("the shifts take more from `{channel}` than it spends")]
    Overdrawn {
        /// Channel name.
        channel: String,
    },
}

impl RequestError {
    /// Whether it is wrong whatever the fit holds.
    fn is_bad_usage(&self) -> bool {
        match self {
            RequestError::Malformed { .. }
            | RequestError::MarginOfNothing { .. }
            | RequestError::Twice { .. }
            | RequestError::Conflict { .. } => true,
            RequestError::UnknownChannel { .. }
            | RequestError::UnknownGeo { .. }
            | RequestError::OutsideHorizon { .. }
            | RequestError::BetweenPeriods { .. }
            | RequestError::NoSpend { .. }
            | RequestError::MultipleOfNothing { .. }
            | RequestError::Overdrawn { .. } => false,
        }
    }

    /// How to mend it, when there is something to say.
    pub fn hint(&self) -> Option<String> {
        match self {
            RequestError::UnknownChannel { nearest: Some(name), .. } => {
                Some(format!("did you mean `{name}`?"))
            }
            RequestError::UnknownChannel { known, .. } => {
                Some(format!("the channels are {}", known.join(", ")))
            }
            RequestError::UnknownGeo { known, .. } if known.len() < 2 => {
                Some("the fit is of one market; name a channel alone, or with a period".into())
            }
            RequestError::UnknownGeo { nearest: Some(name), .. } => Some(format!("did you mean `{name}`?")),
            RequestError::UnknownGeo { known, .. } => {
                let some: Vec<&str> = known.iter().take(12).map(String::as_str).collect();
                Some(format!("the geos are {}{}", some.join(", "), if known.len() > 12 { ", …" } else { "" }))
            }
            RequestError::OutsideHorizon { .. } => {
                Some("the horizon follows the data; make it longer with --weeks".into())
            }
            RequestError::BetweenPeriods { noun, .. } => {
                Some(format!("a {noun} belongs to a period when its middle day does: widen the period"))
            }
            RequestError::MarginOfNothing { outcome, .. } => Some(format!(
                "give the margin of one {} as a number (--margin 12.50), or fit with --revenue-per-outcome",
                one_of(outcome)
            )),
            RequestError::Malformed { flag, example, .. } => Some(format!("such as --{flag} {example}")),
            RequestError::Twice { .. } => Some("keep one of them".into()),
            RequestError::Conflict { first, .. } => Some(format!("leave one out, such as {first}")),
            RequestError::NoSpend { channel } => Some(format!(
                "where it has run before, --dated --set {channel}=500/week plans it in the weeks after the data"
            )),
            RequestError::MultipleOfNothing { text, .. } => {
                let place = text.split('=').next().unwrap_or(text);
                Some(format!("give an amount, such as --set {place}=500/week"))
            }
            RequestError::Overdrawn { .. } => None,
        }
    }
}

/// Everything that is wrong with a request.
#[derive(Debug, Clone, PartialEq)]
pub struct RequestErrors(pub Vec<RequestError>);

impl RequestErrors {
    /// Whether some of it is wrong whatever the fit holds.
    pub fn is_bad_usage(&self) -> bool {
        self.0.iter().any(RequestError::is_bad_usage)
    }

    /// How to mend them, a line each and none twice.
    pub fn hint(&self) -> Option<String> {
        let mut hints: Vec<String> = Vec::new();
        for hint in self.0.iter().filter_map(RequestError::hint) {
            if !hints.contains(&hint) {
                hints.push(hint);
            }
        }
        (!hints.is_empty()).then(|| hints.join("\n"))
    }
}

impl fmt::Display for RequestErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(RequestError::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for RequestErrors {}

impl From<RequestError> for RequestErrors {
    fn from(error: RequestError) -> Self {
        RequestErrors(vec![error])
    }
}

const SET: &str = "tv=+20%, tv=-20%, tv=1.5x, tv=50000/week or tv=2600000";
const SHIFT: &str = "search:social:10% or search:social:5000/week";
const BOUND: &str = "tv=0.5..1.5, tv=-20%..+50% or tv=30000/week..";
const GROUP: &str = "video:tv,youtube=0.8..1.2";

pub(crate) fn malformed(flag: &'static str, text: &str, reason: impl Into<String>) -> RequestError {
    let example = match flag {
        "set" => SET,
        "shift" => SHIFT,
        "bound" => BOUND,
        "group" => GROUP,
        "max-step" => "20%",
        "risk" => "cautious, mean, q25 or cvar",
        "margin" => "0.35 (35 %)",
        "target-mroi" | "target-roi" => "1.5",
        "min-outcome" => "+10% or 2600000",
        _ => "+10%, 50000/week or 2600000",
    };
    RequestError::Malformed { flag, text: text.into(), reason: reason.into(), example }
}
