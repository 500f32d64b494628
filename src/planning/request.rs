//! Planning requests as people type them, turned into checked changes and bounds.

use super::curve::ChannelCurve;
use super::limits::{Bounds, Limits};

/// The strings of a request, flag by flag.
#[derive(Debug, Clone, Copy, Default)]
pub struct RawRequest<'a> {
    /// `tv=+100%`, `tv=-20%`, `tv=1.5x`, `tv=50000/week`, `tv=2600000` (over the horizon).
    pub set: &'a [String],
    /// `search:social:10%`, `search:social:5000/week`, `search:social:260000`.
    pub shift: &'a [String],
    /// `print`.
    pub pause: &'a [String],
    /// `tv=0.5..1.5`, multiples of today's spend.
    pub bound: &'a [String],
}

/// A quantity of spend.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Amount {
    /// A multiple of the channel's spend today.
    Multiple(f64),
    /// Currency a week.
    PerWeek(f64),
    /// Currency over the horizon.
    Total(f64),
}

/// One change to today's plan; channels by index.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Change {
    /// The channel spends this much.
    Set {
        /// Whose spend.
        channel: usize,
        /// Its new spend.
        to: Amount,
    },
    /// Spend goes from one channel to another.
    Shift {
        /// Who gives.
        from: usize,
        /// Who gets.
        to: usize,
        /// How much; a multiple is of the giver's spend before any change.
        amount: Amount,
    },
}

/// A request whose every channel exists and every number makes sense.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PlanRequest {
    /// In the order set, pause, shift.
    pub changes: Vec<Change>,
    /// Bounds asked for, by channel.
    pub bounds: Vec<(usize, Bounds)>,
}

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
    #[error("`{channel}` is given twice by --set, --pause or --bound")]
    Twice {
        /// Channel name.
        channel: String,
    },
    /// A channel without spend today has no response curve to move on.
    #[error("`{channel}` has no spend today, so nothing is known of what more would bring")]
    NoSpend {
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
    /// How to mend it, when there is something to say.
    pub fn hint(&self) -> Option<String> {
        match self {
            RequestError::UnknownChannel { nearest: Some(name), .. } => {
                Some(format!("did you mean `{name}`?"))
            }
            RequestError::UnknownChannel { known, .. } => {
                Some(format!("the channels are {}", known.join(", ")))
            }
            RequestError::Malformed { flag, example, .. } => Some(format!("such as --{flag} {example}")),
            RequestError::Twice { .. } => Some("keep one of them".into()),
            RequestError::NoSpend { .. } | RequestError::Overdrawn { .. } => None,
        }
    }
}

impl PlanRequest {
    /// Checks every string against the channels' names.
    ///
    /// # Errors
    /// All that is wrong, in the order of the flags.
    pub fn parse(raw: &RawRequest, channels: &[&str]) -> Result<PlanRequest, Vec<RequestError>> {
        let mut request = PlanRequest::default();
        let mut errors = Vec::new();
        let mut keep = |parsed: Result<Change, RequestError>| match parsed {
            Ok(change) => request.changes.push(change),
            Err(error) => errors.push(error),
        };
        raw.set.iter().for_each(|text| keep(parse_set(text, channels)));
        raw.pause.iter().for_each(|text| {
            keep(
                find("pause", text, text.trim(), channels)
                    .map(|channel| Change::Set { channel, to: Amount::Multiple(0.0) }),
            );
        });
        raw.shift.iter().for_each(|text| keep(parse_shift(text, channels)));
        for text in raw.bound {
            match parse_bound(text, channels) {
                Ok(bound) => request.bounds.push(bound),
                Err(error) => errors.push(error),
            }
        }
        let set = request.changes.iter().filter_map(|change| match change {
            Change::Set { channel, .. } => Some(*channel),
            Change::Shift { .. } => None,
        });
        errors.extend(repeated(set, channels));
        errors.extend(repeated(request.bounds.iter().map(|b| b.0), channels));
        if errors.is_empty() { Ok(request) } else { Err(errors) }
    }

    /// The plan as one multiple of today's spend per channel, `curves` being in the order of the names
    /// that were parsed and over a window of `weeks`.
    ///
    /// # Errors
    /// [`RequestError::NoSpend`], [`RequestError::Overdrawn`].
    pub fn multipliers(&self, curves: &[ChannelCurve], weeks: f64) -> Result<Vec<f64>, RequestError> {
        let currency = |c: usize, amount: Amount| match amount {
            Amount::Multiple(m) => m * curves[c].spend(),
            Amount::PerWeek(x) => x * weeks,
            Amount::Total(x) => x,
        };
        let mut spend: Vec<f64> = curves.iter().map(ChannelCurve::spend).collect();
        for &change in &self.changes {
            match change {
                Change::Set { channel, to } => spend[channel] = currency(channel, to),
                Change::Shift { from, to, amount } => {
                    let amount = currency(from, amount);
                    spend[from] -= amount;
                    spend[to] += amount;
                }
            }
        }
        curves.iter().zip(&spend).map(|(curve, &x)| multiplier(curve, x)).collect()
    }

    /// The bounds asked for, over those that hold where nothing was asked.
    pub fn limits(&self, mut otherwise: Limits) -> Limits {
        for &(channel, bounds) in &self.bounds {
            otherwise.bounds[channel] = bounds;
        }
        otherwise
    }
}

fn multiplier(curve: &ChannelCurve, spend: f64) -> Result<f64, RequestError> {
    let today = curve.spend();
    let channel = || curve.name().to_owned();
    if today == 0.0 {
        return if spend == 0.0 { Ok(1.0) } else { Err(RequestError::NoSpend { channel: channel() }) };
    }
    // A shift of all a channel has may leave a rounding error below nothing.
    if spend < -1e-9 * today {
        return Err(RequestError::Overdrawn { channel: channel() });
    }
    Ok(spend.max(0.0) / today)
}

const SET: &str = "tv=+20%, tv=-20%, tv=1.5x, tv=50000/week or tv=2600000";
const SHIFT: &str = "search:social:10% or search:social:5000/week";
const BOUND: &str = "tv=0.5..1.5";

fn malformed(flag: &'static str, text: &str, reason: impl Into<String>) -> RequestError {
    let example = match flag {
        "set" => SET,
        "shift" => SHIFT,
        _ => BOUND,
    };
    RequestError::Malformed { flag, text: text.into(), reason: reason.into(), example }
}

fn parse_set(text: &str, channels: &[&str]) -> Result<Change, RequestError> {
    let (name, value) = text.rsplit_once('=').ok_or_else(|| malformed("set", text, "there is no `=`"))?;
    let channel = find("set", text, name.trim(), channels)?;
    let value = value.trim();
    let to = if let Some(percent) = value.strip_suffix('%') {
        if !percent.starts_with(['+', '-']) {
            return Err(malformed("set", text, "a percentage without a sign could be a change or a level"));
        }
        Amount::Multiple(1.0 + number("set", text, percent)? / 100.0)
    } else if let Some(multiple) = value.strip_suffix('x') {
        Amount::Multiple(number("set", text, multiple)?)
    } else if value.starts_with('+') {
        return Err(malformed("set", text, "an amount with a sign could be a change or a level"));
    } else {
        currency("set", text, value)?
    };
    let (Amount::Multiple(level) | Amount::PerWeek(level) | Amount::Total(level)) = to;
    if level < 0.0 {
        return Err(malformed("set", text, "spend cannot be negative"));
    }
    Ok(Change::Set { channel, to })
}

fn parse_shift(text: &str, channels: &[&str]) -> Result<Change, RequestError> {
    let (names, value) =
        text.rsplit_once(':').ok_or_else(|| malformed("shift", text, "three parts with `:` are needed"))?;
    // A name may itself hold a colon: the split that gives two known names wins.
    let splits: Vec<(&str, &str)> =
        names.match_indices(':').map(|(at, _)| (names[..at].trim(), names[at + 1..].trim())).collect();
    let known = |split: &&(&str, &str)| channels.contains(&split.0) && channels.contains(&split.1);
    let (from, to) = *splits
        .iter()
        .find(known)
        .or(splits.first())
        .ok_or_else(|| malformed("shift", text, "three parts with `:` are needed"))?;
    let (from, to) = (find("shift", text, from, channels)?, find("shift", text, to, channels)?);
    if from == to {
        return Err(malformed("shift", text, "giver and receiver are the same channel"));
    }
    let value = value.trim();
    let amount = match value.strip_suffix('%') {
        Some(percent) => Amount::Multiple(number("shift", text, percent)? / 100.0),
        None => currency("shift", text, value)?,
    };
    let (Amount::Multiple(size) | Amount::PerWeek(size) | Amount::Total(size)) = amount;
    if size < 0.0 || matches!(amount, Amount::Multiple(share) if share > 1.0) {
        return Err(malformed(
            "shift",
            text,
            "the amount must lie between nothing and all the channel spends",
        ));
    }
    Ok(Change::Shift { from, to, amount })
}

fn parse_bound(text: &str, channels: &[&str]) -> Result<(usize, Bounds), RequestError> {
    let (name, value) = text.rsplit_once('=').ok_or_else(|| malformed("bound", text, "there is no `=`"))?;
    let channel = find("bound", text, name.trim(), channels)?;
    let (lo, hi) = value.split_once("..").ok_or_else(|| malformed("bound", text, "there is no `..`"))?;
    let (lo, hi) = (number("bound", text, lo)?, number("bound", text, hi)?);
    if lo < 0.0 || lo > hi {
        return Err(malformed("bound", text, "bounds must satisfy 0 ≤ lower ≤ upper"));
    }
    Ok((channel, Bounds { lo, hi }))
}

fn currency(flag: &'static str, text: &str, value: &str) -> Result<Amount, RequestError> {
    let Some((amount, period)) = value.split_once('/') else {
        return number(flag, text, value).map(Amount::Total);
    };
    if period.trim() != "week" {
        return Err(malformed(flag, text, format!("`/{}` is not `/week`", period.trim())));
    }
    number(flag, text, amount).map(Amount::PerWeek)
}

fn number(flag: &'static str, text: &str, value: &str) -> Result<f64, RequestError> {
    let value = value.trim();
    let parsed = value.parse::<f64>().ok().filter(|x| x.is_finite());
    parsed.ok_or_else(|| malformed(flag, text, format!("`{value}` is not a number")))
}

fn find(flag: &'static str, text: &str, name: &str, channels: &[&str]) -> Result<usize, RequestError> {
    let found = channels.iter().position(|c| *c == name);
    found.ok_or_else(|| RequestError::UnknownChannel {
        flag,
        text: text.into(),
        name: name.into(),
        nearest: nearest(name, channels),
        known: channels.iter().map(|c| (*c).to_owned()).collect(),
    })
}

fn nearest(name: &str, channels: &[&str]) -> Option<String> {
    let name = name.to_lowercase();
    let alike = |c: &str| strsim::jaro_winkler(&name, &c.to_lowercase());
    // 0.75 lets a typo or a swapped letter through and keeps unrelated names out.
    let scored = channels.iter().map(|c| (alike(c), *c)).filter(|(score, _)| *score >= 0.75);
    scored.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, c)| c.to_owned())
}

fn repeated(indices: impl Iterator<Item = usize>, channels: &[&str]) -> Vec<RequestError> {
    let mut count = vec![0; channels.len()];
    indices.for_each(|c| count[c] += 1);
    let twice = channels.iter().zip(count).filter(|(_, n)| *n > 1);
    twice.map(|(channel, _)| RequestError::Twice { channel: (*channel).to_owned() }).collect()
}
