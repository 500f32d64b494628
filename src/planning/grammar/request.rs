//! Planning requests as people type them, turned into checked changes and bounds.

use super::request_error::{RequestError, malformed};
use super::target::{looks_like_period, no_period};
use crate::planning::search::limits::{GroupLimit, Limits};
use crate::planning::value::bounds::Bounds;
use crate::planning::value::curve::ChannelCurve;

/// The strings of a request, flag by flag.
#[derive(Debug, Clone, Copy, Default)]
pub struct RawRequest<'a> {
    /// `tv=+100%`, `tv=-20%`, `tv=1.5x`, `tv=50000/week`, `tv=2600000` (over the horizon).
    pub set: &'a [String],
    /// `search:social:10%`, `search:social:5000/week`, `search:social:260000`.
    pub shift: &'a [String],
    /// `print`, or `print,radio`.
    pub pause: &'a [String],
    /// `tv=0.5..1.5` or `tv=-20%..+50%` of today's spend, `tv=30000/week..60000/week`; either end may
    /// be left out.
    pub bound: &'a [String],
    /// `video:tv,youtube=0.8..1.2`: limits of several channels together, in the same forms.
    pub group: &'a [String],
    /// `tv`, or `tv,search`: keeps today's spend.
    pub lock: &'a [String],
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

/// Limits of several channels together.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupRange {
    /// What the group is called.
    pub name: String,
    /// Its channels, by index.
    pub channels: Vec<usize>,
    /// What they may spend together.
    pub range: AmountRange,
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
    /// Bounds asked for, by channel; a locked channel has equal ones.
    pub bounds: Vec<(usize, AmountRange)>,
    /// Groups with limits of their own.
    pub groups: Vec<GroupRange>,
}

impl PlanRequest {
    /// Checks every string against the channels' names.
    ///
    /// # Errors
    /// All that is wrong, in the order of the flags.
    pub fn parse<'a>(raw: &RawRequest<'a>, channels: &[&str]) -> Result<PlanRequest, Vec<RequestError>> {
        let mut request = PlanRequest::default();
        let mut errors = Vec::new();
        let mut keep = |parsed: Result<Change, RequestError>| match parsed {
            Ok(change) => request.changes.push(change),
            Err(error) => errors.push(error),
        };
        raw.set.iter().for_each(|text| keep(parse_set(text, channels)));
        let listed = |flag: &'static str, text: &'a str| {
            let names = names_in(text, |name| channels.contains(&name));
            names.into_iter().map(move |name| find(flag, text, name, channels))
        };
        raw.pause.iter().flat_map(|text| listed("pause", text)).for_each(|found| {
            keep(found.map(|channel| Change::Set { channel, to: Amount::Multiple(0.0) }));
        });
        raw.shift.iter().for_each(|text| keep(parse_shift(text, channels)));
        let locked = (Some(Amount::Multiple(1.0)), Some(Amount::Multiple(1.0)));
        let bounds = raw.bound.iter().map(|text| parse_bound(text, channels));
        let locks = raw.lock.iter().flat_map(|text| listed("lock", text)).map(|found| Ok((found?, locked)));
        for bound in bounds.chain(locks) {
            match bound {
                Ok(bound) => request.bounds.push(bound),
                Err(error) => errors.push(error),
            }
        }
        for group in raw.group.iter().map(|text| parse_group(text, channels)) {
            match group {
                Ok(group) => request.groups.push(group),
                Err(error) => errors.push(error),
            }
        }
        let set = request.changes.iter().filter_map(|change| match change {
            Change::Set { channel, .. } => Some(*channel),
            Change::Shift { .. } => None,
        });
        errors.extend(repeated(set, channels, "--set or --pause"));
        errors.extend(repeated(request.bounds.iter().map(|b| b.0), channels, "--bound or --lock"));
        if errors.is_empty() { Ok(request) } else { Err(errors) }
    }

    /// The plan as one multiple of today's spend per channel, `curves` being in the order of the names
    /// that were parsed and over a window of `weeks`.
    ///
    /// # Errors
    /// [`RequestError::NoSpend`], [`RequestError::Overdrawn`].
    pub fn multipliers(&self, curves: &[ChannelCurve], weeks: f64) -> Result<Vec<f64>, RequestError> {
        let currency = |c: usize, amount: Amount| amount.currency(curves[c].spend(), weeks);
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

    /// The bounds asked for, and ± `step` of today's spend within the response curve for the channels
    /// that nothing was said about.
    pub fn limits(&self, curves: &[ChannelCurve], weeks: f64, step: f64) -> Limits {
        let around = |curve: &ChannelCurve| {
            let (first, last) = curve.range();
            let Bounds { lo, hi } = curve.around_today(step);
            Bounds { lo: lo.max(first), hi: hi.min(last) }
        };
        let mut bounds: Vec<Bounds> = curves.iter().map(around).collect();
        for &(c, (lo, hi)) in &self.bounds {
            let ((first, last), today) = (curves[c].range(), curves[c].spend());
            // Multiples of no spend are no spend, whatever the bounds.
            let multiple = |end: Amount| if today > 0.0 { end.currency(today, weeks) / today } else { 1.0 };
            bounds[c] = Bounds { lo: lo.map_or(first, multiple), hi: hi.map_or(last, multiple) };
        }
        let limit = |group: &GroupRange| {
            let today: f64 = group.channels.iter().map(|&c| curves[c].spend()).sum();
            let end = |amount: Option<Amount>, open: f64| amount.map_or(open, |a| a.currency(today, weeks));
            let (lo, hi) = (end(group.range.0, 0.0), end(group.range.1, f64::INFINITY));
            GroupLimit { name: group.name.clone(), channels: group.channels.clone(), lo, hi }
        };
        Limits { bounds, groups: self.groups.iter().map(limit).collect() }
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

fn parse_set(text: &str, channels: &[&str]) -> Result<Change, RequestError> {
    let (name, value) = text.rsplit_once('=').ok_or_else(|| malformed("set", text, "there is no `=`"))?;
    let channel = find("set", text, name.trim(), channels)?;
    Ok(Change::Set { channel, to: level("set", text, value)? })
}

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

fn parse_shift(text: &str, channels: &[&str]) -> Result<Change, RequestError> {
    let splits = split_shift(text);
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
    Ok(Change::Shift { from, to, amount: shift_amount(text)? })
}

/// Every way to read `FROM:TO:AMOUNT`, as names may themselves hold a colon; one that gives two known names
/// wins.
pub(crate) fn split_shift(text: &str) -> Vec<(&str, &str)> {
    let names = text.rsplit_once(':').map_or("", |(names, _)| names);
    names.match_indices(':').map(|(at, _)| (names[..at].trim(), names[at + 1..].trim())).collect()
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

fn parse_bound(text: &str, channels: &[&str]) -> Result<(usize, AmountRange), RequestError> {
    let (name, value) = text.rsplit_once('=').ok_or_else(|| malformed("bound", text, "there is no `=`"))?;
    let channel = find("bound", text, name.trim(), channels)?;
    Ok((channel, range("bound", text, value)?))
}

fn parse_group(text: &str, channels: &[&str]) -> Result<GroupRange, RequestError> {
    let (members, value) =
        text.rsplit_once('=').ok_or_else(|| malformed("group", text, "there is no `=`"))?;
    let (name, members) =
        members.split_once(':').ok_or_else(|| malformed("group", text, "there is no `:`"))?;
    let channels: Result<Vec<usize>, RequestError> =
        members.split(',').map(|member| find("group", text, member.trim(), channels)).collect();
    Ok(GroupRange { name: name.trim().into(), channels: channels?, range: range("group", text, value)? })
}

/// `0.5..1.5` and the like; a bare number is a multiple of today's spend here.
fn range(flag: &'static str, text: &str, value: &str) -> Result<AmountRange, RequestError> {
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

/// The names of a comma list; a text that is itself a name is one.
pub(crate) fn names_in(text: &str, is_name: impl Fn(&str) -> bool) -> Vec<&str> {
    if is_name(text.trim()) { vec![text.trim()] } else { text.split(',').map(str::trim).collect() }
}

pub(crate) fn find(
    flag: &'static str,
    text: &str,
    name: &str,
    channels: &[&str],
) -> Result<usize, RequestError> {
    if let Some(found) = channels.iter().position(|c| *c == name) {
        return Ok(found);
    }
    // The names of a panel hold `tv` and `tv@north`.
    let cell =
        |name: &'_ str| name.match_indices('@').find(|(at, _)| channels.contains(&&name[..*at])).map(|x| x.0);
    if let Some(at) = cell(name) {
        if looks_like_period(&name[at + 1..]) {
            return Err(no_period(flag, text, &name[at + 1..]));
        }
        let of_channel = channels.iter().filter_map(|c| c.strip_prefix(&name[..=at]));
        return Err(RequestError::UnknownGeo {
            flag,
            text: text.into(),
            name: name[at + 1..].into(),
            nearest: crate::words::nearest(&name[at + 1..], of_channel.clone()).map(str::to_owned),
            known: of_channel.map(str::to_owned).collect(),
        });
    }
    Err(RequestError::UnknownChannel {
        flag,
        text: text.into(),
        name: name.into(),
        nearest: crate::words::nearest(name, channels.iter().copied()).map(str::to_owned),
        known: channels.iter().filter(|c| cell(c).is_none()).map(|c| (*c).to_owned()).collect(),
    })
}

fn repeated(
    indices: impl Iterator<Item = usize>,
    channels: &[&str],
    flags: &'static str,
) -> Vec<RequestError> {
    let mut count = vec![0; channels.len()];
    indices.for_each(|c| count[c] += 1);
    let twice = channels.iter().zip(count).filter(|(_, n)| *n > 1);
    twice.map(|(channel, _)| RequestError::Twice { channel: (*channel).to_owned(), flags }).collect()
}
