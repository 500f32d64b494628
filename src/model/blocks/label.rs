//! Names of parameters in the files, written out only where they are wanted.

use crate::data::Dataset;

/// A parameter's name; indices are those of the data set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Label<'a> {
    /// `sigma`
    One(&'static str),
    /// `retention[tv]`
    OfChannel(&'static str, &'a str),
    /// `drift_step[tv,1]`
    OfChannelNumbered(&'static str, &'a str, usize),
    /// `geo_factor[tv,north]`
    OfChannelAndGeo(&'static str, &'a str, usize),
    /// `sigma[north]`
    OfGeo(&'static str, usize),
    /// `weekly[2024-01-01]`
    OfPeriod(&'static str, usize),
    /// `control[price]`
    OfControl(&'static str, usize),
    /// `trend[1]`
    Numbered(&'static str, usize),
}

impl Label<'_> {
    /// The name for a data set.
    pub fn text(&self, data: &Dataset) -> String {
        match self {
            Label::One(what) => (*what).to_owned(),
            Label::OfChannel(what, channel) => format!("{what}[{channel}]"),
            Label::OfChannelNumbered(what, channel, i) => format!("{what}[{channel},{i}]"),
            Label::OfChannelAndGeo(what, channel, g) => of_channel_and_geo(what, channel, &data.geos[*g]),
            Label::OfGeo(what, g) => format!("{what}[{}]", data.geos[*g]),
            Label::OfPeriod(what, t) => format!("{what}[{}]", data.dates[*t]),
            Label::OfControl(what, j) => format!("{what}[{}]", data.controls[*j].name),
            Label::Numbered(what, i) => format!("{what}[{i}]"),
        }
    }
}

/// `geo_factor[tv,north]`
pub fn of_channel_and_geo(what: &str, channel: &str, geo: &str) -> String {
    format!("{what}[{channel},{geo}]")
}

/// What takes the names and values of parameters, one at a time.
pub trait Visit<'a>: FnMut(Label<'a>, f64) {}
impl<'a, F: FnMut(Label<'a>, f64)> Visit<'a> for F {}
