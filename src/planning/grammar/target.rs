//! What a change is aimed at: `tv`, `tv@north`, `tv@2024-10-01..2024-12-31`, `tv@north@2024-10-01..`.

use chrono::NaiveDate;

use super::request_error::{RequestError, malformed};
use crate::day::parse_day;
use crate::words::nearest;

/// The channels and geos that a plan may speak of.
#[derive(Debug, Clone, PartialEq)]
pub struct Names<'a> {
    /// Paid channels.
    pub channels: Vec<&'a str>,
    /// Geos; none where there is one market.
    pub geos: Vec<&'a str>,
}

impl<'a> Names<'a> {
    /// For channels and geos of a fit; one geo is none.
    pub fn new(channels: Vec<&'a str>, geos: &'a [String]) -> Names<'a> {
        let geos = if geos.len() > 1 { geos.iter().map(String::as_str).collect() } else { Vec::new() };
        Names { channels, geos }
    }

    /// A target as it is written, but for its period.
    pub fn label(&self, target: &Target) -> String {
        let channel = self.channels[target.channel];
        target.geo.map_or_else(|| channel.to_owned(), |g| format!("{channel}@{}", self.geos[g]))
    }
}

/// Some of a plan's spend.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Target {
    /// Whose.
    pub channel: usize,
    /// Where; everywhere when `None`.
    pub geo: Option<usize>,
    /// When; always when `None`.
    pub period: Option<DateRange>,
}

/// Days from the first to the last, both included; an end left open does not limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateRange {
    /// First day.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub to: Option<NaiveDate>,
}

impl DateRange {
    /// Reads `2024-10-01..2024-12-31` with either end left out, or one day; `None` when it is no date.
    pub fn parse(text: &str) -> Option<DateRange> {
        let day = |text: &str| parse_day(text).ok();
        let Some((from, to)) = text.split_once("..") else {
            return day(text).map(|d| DateRange { from: Some(d), to: Some(d) });
        };
        let end = |text: &str| if text.trim().is_empty() { Some(None) } else { day(text).map(Some) };
        Some(DateRange { from: end(from)?, to: end(to)? })
    }

    /// Whether a day lies in it.
    pub fn contains(&self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }

    /// Whether some of the days from `first` to `last` lie in it.
    pub(crate) fn touches(&self, first: NaiveDate, last: NaiveDate) -> bool {
        self.overlaps(&DateRange { from: Some(first), to: Some(last) })
    }

    fn overlaps(&self, other: &DateRange) -> bool {
        let before =
            |a: &DateRange, b: &DateRange| matches!((a.to, b.from), (Some(to), Some(from)) if to < from);
        !before(self, other) && !before(other, self)
    }
}

impl Target {
    /// Reads a target that may name a geo and a period after `@`.
    ///
    /// # Errors
    /// A channel or geo that does not exist, a period whose end comes before its start.
    pub fn parse(
        flag: &'static str,
        text: &str,
        target: &str,
        Names { channels, geos }: &Names<'_>,
    ) -> Result<Target, RequestError> {
        let (mut name, mut period) = (target.trim(), None);
        if !channels.contains(&name)
            && let Some((before, range)) = name.rsplit_once('@')
            && let Some(range) = DateRange::parse(range)
        {
            (name, period) = (before.trim(), Some(range));
        }
        if matches!(period, Some(DateRange { from: Some(a), to: Some(b) }) if b < a) {
            return Err(malformed(flag, text, "the period ends before it starts"));
        }
        if let Some(channel) = channels.iter().position(|c| *c == name) {
            return Ok(Target { channel, geo: None, period });
        }
        // A name may itself hold an @: the split that gives a known channel wins.
        let mut splits = name.match_indices('@').map(|(at, _)| (name[..at].trim(), name[at + 1..].trim()));
        let known = splits.find_map(|(c, g)| Some((channels.iter().position(|n| *n == c)?, g)));
        let Some((channel, geo)) = known else {
            let bare = name.split('@').next().unwrap_or(name);
            return Err(RequestError::UnknownChannel {
                flag,
                text: text.into(),
                name: bare.into(),
                nearest: nearest(bare, channels.iter().copied()).map(str::to_owned),
                known: channels.iter().map(|c| (*c).to_owned()).collect(),
            });
        };
        if looks_like_period(geo) && !geos.contains(&geo) {
            return Err(no_period(flag, text, geo));
        }
        match geos.iter().position(|g| *g == geo) {
            Some(geo) => Ok(Target { channel, geo: Some(geo), period }),
            None => Err(RequestError::UnknownGeo {
                flag,
                text: text.into(),
                name: geo.into(),
                nearest: nearest(geo, geos.iter().copied()).map(str::to_owned),
                known: geos.iter().map(|g| (*g).to_owned()).collect(),
            }),
        }
    }

    /// Whether two targets share spend.
    pub fn overlaps(&self, other: &Target) -> bool {
        let geos = match (self.geo, other.geo) {
            (Some(a), Some(b)) => a == b,
            _ => true,
        };
        let periods = match (self.period, other.period) {
            (Some(a), Some(b)) => a.overlaps(&b),
            _ => true,
        };
        self.channel == other.channel && geos && periods
    }
}

/// The index of a channel that a flag takes whole.
///
/// # Errors
/// A channel that does not exist, and one named with a geo or a period.
pub fn whole_channel(flag: &'static str, text: &str, channels: &[&str]) -> Result<usize, RequestError> {
    let name = text.trim();
    let part = |(at, _): (usize, &str)| channels.contains(&name[..at].trim());
    if !channels.contains(&name) && name.match_indices('@').any(part) {
        let reason =
            "it takes a channel's spend in all geos and over the whole horizon: name the channel alone";
        return Err(RequestError::Malformed {
            flag,
            text: text.into(),
            reason: reason.into(),
            example: "tv",
        });
    }
    Target::parse(flag, text, name, &Names::new(channels.to_vec(), &[])).map(|target| target.channel)
}

/// Whether what stands for a geo was meant as days that do not exist, such as `2024-02-30..`.
fn looks_like_period(text: &str) -> bool {
    let last = text.rsplit('@').next().unwrap_or(text).trim();
    let digits = last.trim_start_matches('.').chars().take_while(char::is_ascii_digit).count();
    digits > 0 && (last.contains("..") || last.contains('-'))
}

/// The error for such a period.
fn no_period(flag: &'static str, text: &str, period: &str) -> RequestError {
    let last = period.rsplit('@').next().unwrap_or(period).trim();
    malformed(
        flag,
        text,
        format!("`{last}` is no period; write days as yyyy-mm-dd, such as 2024-10-01..2024-12-31"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHANNELS: [&str; 3] = ["tv", "search", "mail@work"];
    const GEOS: [&str; 2] = ["north", "south@sea"];

    fn parse(target: &str) -> Result<Target, RequestError> {
        Target::parse("set", "text", target, &Names { channels: CHANNELS.to_vec(), geos: GEOS.to_vec() })
    }

    #[test]
    fn channel_geo_and_period_in_every_combination() {
        let day = |m, d| NaiveDate::from_ymd_opt(2024, m, d);
        let range = |from, to| Some(DateRange { from, to });
        let target = |channel, geo, period| Target { channel, geo, period };
        assert_eq!(parse("tv"), Ok(target(0, None, None)));
        assert_eq!(parse("search@north"), Ok(target(1, Some(0), None)));
        assert_eq!(parse("mail@work@south@sea"), Ok(target(2, Some(1), None)));
        assert_eq!(parse("tv@2024-10-01.."), Ok(target(0, None, range(day(10, 1), None))));
        assert_eq!(parse("tv@..2024-10-01"), Ok(target(0, None, range(None, day(10, 1)))));
        assert_eq!(
            parse("tv@north@2024-10-01..2024-12-31"),
            Ok(target(0, Some(0), range(day(10, 1), day(12, 31))))
        );
        assert_eq!(parse("tv@2024-10-02"), Ok(target(0, None, range(day(10, 2), day(10, 2)))));
    }

    #[test]
    fn what_does_not_exist_is_named() {
        let error = parse("serch@north").unwrap_err();
        assert!(error.hint().unwrap().contains("`search`"), "{error:?}");
        let error = parse("tv@nort").unwrap_err();
        assert!(error.to_string().contains("no geo `nort`") && error.hint().unwrap().contains("`north`"));
        assert!(parse("tv@2024-12-31..2024-10-01").unwrap_err().to_string().contains("ends before"));
        for period in ["tv@2024-02-30..", "tv@..2024-13-01", "tv@north@2024-1..2", "tv@2024-10-01...."] {
            assert!(parse(period).unwrap_err().to_string().contains("is no period"), "{period}");
        }
        let geo = ["national".to_owned()];
        let national = Names::new(CHANNELS.to_vec(), &geo);
        let national = Target::parse("set", "text", "tv@north", &national).unwrap_err();
        assert!(national.hint().unwrap().contains("one market"), "{national:?}");
    }

    #[test]
    fn a_whole_channel_has_no_part() {
        let whole = |text: &str| whole_channel("flight", text, &CHANNELS);
        assert_eq!((whole("search"), whole("mail@work")), (Ok(1), Ok(2)));
        for part in ["tv@north", "tv@nowhere", "mail@work@north", "tv@2024-10-01..2024-12-31"] {
            assert!(whole(part).unwrap_err().to_string().contains("name the channel alone"), "{part}");
        }
        assert!(whole("serch").unwrap_err().hint().unwrap().contains("`search`"));
    }

    #[test]
    fn targets_overlap_where_they_share_spend() {
        let overlap = |a: &str, b: &str| parse(a).unwrap().overlaps(&parse(b).unwrap());
        assert!(overlap("tv", "tv@north") && overlap("tv@north", "tv@2024-01-01.."));
        assert!(!overlap("tv@north", "tv@south@sea") && !overlap("tv", "search"));
        assert!(!overlap("tv@..2024-03-31", "tv@2024-04-01.."));
        assert!(overlap("tv@..2024-04-01", "tv@2024-04-01.."));
    }
}
