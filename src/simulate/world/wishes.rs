//! What a world can be asked for channel by channel: who follows what, true returns, tests.

use std::str::FromStr;

use clap::ValueEnum;
use serde::Serialize;

/// What the channels are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Names {
    /// tv, search, social, …
    Usual,
    /// ch1, ch2, … in a random order, so that neither name nor place tells what a channel is.
    Plain,
}

/// How the budget of a channel is set, instead of the plan typical of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum SpendRule {
    /// A share of the same week's sales, give or take 10 %.
    SalesShare,
    /// Up and down with the season of sales.
    Season,
    /// The same amount more every week.
    Trend,
}

/// A wish about one channel, written `CHANNEL=VALUE`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Of<T> {
    /// Usual name of the channel.
    pub channel: String,
    /// What it shall be.
    pub value: T,
}

impl FromStr for Of<f64> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (channel, value) = halves(text)?;
        let value = value.parse().map_err(|_| format!("`{value}` is not a number"))?;
        Ok(Of { channel, value })
    }
}

impl FromStr for Of<SpendRule> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (channel, value) = halves(text)?;
        let value = SpendRule::from_str(value, false)
            .map_err(|_| format!("`{value}` is no rule; sales-share, season and trend are"))?;
        Ok(Of { channel, value })
    }
}

fn halves(text: &str) -> Result<(String, &str), String> {
    let (channel, value) = text.split_once('=').ok_or("write CHANNEL=VALUE")?;
    Ok((channel.trim().to_owned(), value.trim()))
}

/// A test inside a panel, written `CHANNEL:DOSE:GEOS:FIRST_WEEK:WEEKS`; GEOS is a number, or names separated by `|`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GeoTest {
    /// Usual name of the channel.
    pub channel: String,
    /// Spend of the treated geos over what they would have spent.
    pub dose: f64,
    /// Treated geos: drawn at random, but for those in `named`.
    pub geos: usize,
    /// Names of all of them, where chance does not choose.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub named: Vec<String>,
    /// First week of the treatment, counted from 0.
    pub first_week: usize,
    /// Its length.
    pub weeks: usize,
}

impl FromStr for GeoTest {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split(':').map(str::trim).collect();
        let [channel, dose, geos, first_week, weeks] = parts[..] else {
            return Err("write CHANNEL:DOSE:GEOS:FIRST_WEEK:WEEKS, as tv:0:12:140:8 or tv:0:G001|G007:140:8"
                .to_owned());
        };
        let whole = |what: &str, text: &str| {
            text.parse::<usize>().map_err(|_| format!("{what} `{text}` is not a whole number"))
        };
        let named: Vec<String> = match geos.contains('|') || geos.starts_with(char::is_alphabetic) {
            true => geos.split('|').map(|name| name.trim().to_owned()).collect(),
            false => Vec::new(),
        };
        Ok(GeoTest {
            channel: channel.to_owned(),
            dose: dose.parse().map_err(|_| format!("dose `{dose}` is not a number"))?,
            geos: if named.is_empty() { whole("number of geos", geos)? } else { named.len() },
            named,
            first_week: whole("first week", first_week)?,
            weeks: whole("number of weeks", weeks)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wishes_are_read_or_refused() {
        let roi: Of<f64> = "search=3".parse().expect("a number");
        assert_eq!((roi.channel.as_str(), roi.value), ("search", 3.0));
        let rule: Of<SpendRule> = "tv=sales-share".parse().expect("a rule");
        assert_eq!(rule.value, SpendRule::SalesShare);
        assert!("tv".parse::<Of<f64>>().is_err() && "tv=much".parse::<Of<f64>>().is_err());
        assert!("tv=sales".parse::<Of<SpendRule>>().is_err());
        let test: GeoTest = "tv:0.5:12:140:8".parse().expect("a test");
        assert_eq!((test.dose, test.geos, test.first_week, test.weeks), (0.5, 12, 140, 8));
        let named: GeoTest = "tv:2:G001|G007:140:8".parse().expect("a test");
        assert_eq!((named.geos, named.named), (2, vec!["G001".to_owned(), "G007".to_owned()]));
        assert!("tv:0:12:140".parse::<GeoTest>().is_err() && "tv:0:-1:1:8".parse::<GeoTest>().is_err());
    }
}
