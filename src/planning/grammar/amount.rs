//! Quantities of spend as people type them: `+20%`, `1.5x`, `50000/week`, `2600000`, and ranges of them.

use super::request_error::{RequestError, malformed};

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

impl Amount {
    /// Currency over the horizon, `today` being the spend that a multiple is of.
    pub fn currency(self, today: f64, weeks: f64) -> f64 {
        match self {
            Amount::Multiple(m) => m * today,
            Amount::PerWeek(x) => x * weeks,
            Amount::Total(x) => x,
        }
    }
}

/// From the first amount to the second; an end left open does not limit.
pub type AmountRange = (Option<Amount>, Option<Amount>);

/// A level of spend: `+20%`, `1.5x`, `50000/week`, `2600000`.
pub(crate) fn level(flag: &'static str, text: &str, value: &str) -> Result<Amount, RequestError> {
    let value = value.trim();
    let level = if let Some(percent) = value.strip_suffix('%') {
        if !percent.starts_with(['+', '-']) {
            return Err(malformed(flag, text, "a percentage without a sign could be a change or a level"));
        }
        Amount::Multiple(1.0 + number(flag, text, percent)? / 100.0)
    } else if let Some(multiple) = value.strip_suffix('x') {
        Amount::Multiple(number(flag, text, multiple)?)
    } else if value.starts_with('+') {
        return Err(malformed(flag, text, "an amount with a sign could be a change or a level"));
    } else {
        currency(flag, text, value)?
    };
    let (Amount::Multiple(size) | Amount::PerWeek(size) | Amount::Total(size)) = level;
    if size < 0.0 {
        let what = if flag == "min-outcome" { "an outcome" } else { "spend" };
        return Err(malformed(flag, text, format!("{what} cannot be negative")));
    }
    Ok(level)
}

/// The amount at the end of a shift.
pub(crate) fn shift_amount(text: &str) -> Result<Amount, RequestError> {
    let value = text.rsplit_once(':').map_or(text, |(_, value)| value).trim();
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
    Ok(amount)
}

/// `0.5..1.5` and the like; a bare number is a multiple of today's spend here.
pub(crate) fn range(flag: &'static str, text: &str, value: &str) -> Result<AmountRange, RequestError> {
    let (lo, hi) = value.split_once("..").ok_or_else(|| malformed(flag, text, "there is no `..`"))?;
    let end = |part: &str| -> Result<Option<Amount>, RequestError> {
        let part = part.trim();
        if part.is_empty() {
            return Ok(None);
        }
        match level(flag, text, part)? {
            Amount::Total(multiple) => Ok(Some(Amount::Multiple(multiple))),
            other => Ok(Some(other)),
        }
    };
    let (lo, hi) = (end(lo)?, end(hi)?);
    let crossed = match (lo, hi) {
        (Some(Amount::Multiple(a)), Some(Amount::Multiple(b)))
        | (Some(Amount::PerWeek(a)), Some(Amount::PerWeek(b))) => a > b,
        _ => false,
    };
    if crossed {
        return Err(malformed(flag, text, "the lower end must not exceed the upper one"));
    }
    Ok((lo, hi))
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

pub(crate) fn number(flag: &'static str, text: &str, value: &str) -> Result<f64, RequestError> {
    let value = value.trim();
    let parsed = value.parse::<f64>().ok().filter(|x| x.is_finite());
    parsed.ok_or_else(|| malformed(flag, text, format!("`{value}` is not a number")))
}
