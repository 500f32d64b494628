//! The market to simulate: its size, the shapes of its responses and how hard it is to read.

mod asked;
mod wishes;

use clap::ValueEnum;
use serde::Serialize;

use crate::Error;

pub use wishes::{GeoTest, Names, Of, SpendRule};

/// Everything that decides a simulated data set.
///
/// Each part of the market draws from a random stream of its own, so changing one option (say
/// `outliers`) leaves all draws that do not depend on it as they were.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct World {
    /// Regions; 1 is a national series without geo and population columns.
    pub geos: usize,
    /// Weeks, from Monday 2021-01-04.
    pub weeks: usize,
    /// Paid channels.
    pub channels: usize,
    /// Seed of every random stream.
    pub seed: u64,
    /// Shape of diminishing returns.
    pub saturation: SaturationShape,
    /// Shape of the carry-over.
    pub adstock: AdstockShape,
    /// How the level of the outcome moves without media.
    pub baseline: BaselineShape,
    /// Size of the noise.
    pub noise: NoiseLevel,
    /// First-order autocorrelation of the noise, in [0, 1).
    pub noise_ar: f64,
    /// Rows (geo × week) hit by a one-off shock that no column explains.
    pub outliers: usize,
    /// Strength in [0, 1] with which the latent demand that drives search spend also drives the
    /// outcome: its standard deviation is a tenth of this share of the baseline; 0 is clean.
    pub confounding: f64,
    /// Squared correlation in [0, 1] of the query column with latent demand (its seasonal part
    /// aside); 0 leaves the column out.
    pub proxy_reliability: f64,
    /// Whether the third channel is bought in near lockstep with the first.
    pub collinear: bool,
    /// Whether the first channel takes 60 % of all spend.
    pub dominant: bool,
    /// Share of the outcome that media cause, noise aside, in (0, 0.8]; `None` spends 11 % of the
    /// intercept and lets the share follow from the drawn ROIs, mostly 0.10 to 0.16.
    pub media_share: Option<f64>,
    /// What the channels are called in the data; wishes about channels use the usual names.
    pub names: Names,
    /// Channels whose spend follows latent demand; `None`: search and what is like it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confounded: Option<Vec<String>>,
    /// Channels whose spend a driver moves that moves the outcome, too (by 7 % of the baseline), and is no column.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unseen_driver: Vec<String>,
    /// Standard deviation by which the log of a spend that follows demand or an unseen driver varies by itself
    /// besides, in [0, 1].
    #[serde(skip_serializing_if = "is_zero")]
    pub spend_noise: f64,
    /// Budgets set by a rule.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub spend_rules: Vec<Of<SpendRule>>,
    /// True ROIs that are not drawn.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roi: Vec<Of<f64>>,
    /// Half-lives of the carry-over that are not drawn, in weeks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub half_life: Vec<Of<f64>>,
    /// Channels whose return at the end of the data is this multiple of that at the start.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub drift: Vec<Of<f64>>,
    /// Channels with a row in `tests.csv`; `None`: all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tests: Option<Vec<String>>,
    /// Standard error of each test as a share of its true effect; `None`: the usual ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test_se: Option<f64>,
    /// A randomised test inside the panel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub geo_test: Option<GeoTest>,
}

/// Shape of diminishing returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum SaturationShape {
    /// a^S / (a^S + K^S)
    Hill,
    /// (1 − e^(−λa)) / (1 + e^(−λa)), PyMC-Marketing's default
    Logistic,
    /// a / (a + K)
    MichaelisMenten,
    /// 1 − 2^(−a/K)
    Exponential,
    /// (a/K)^p with p below 1: no maximum
    Root,
    /// a/K: no diminishing returns
    Linear,
}

/// Shape of the carry-over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum AdstockShape {
    /// Strongest in the week of the spend, then falling by a constant factor.
    Geometric,
    /// Strongest some weeks after the spend.
    Delayed,
    /// The geometric one applied twice.
    #[value(name = "pascal:2")]
    #[serde(rename = "pascal:2")]
    Pascal2,
    /// The geometric one applied three times.
    #[value(name = "pascal:3")]
    #[serde(rename = "pascal:3")]
    Pascal3,
    /// Part of it a memory that fades over months: a half-life of twelve weeks, if none is asked for.
    Dual,
}

/// How the level of the outcome moves without media.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum BaselineShape {
    /// Steady growth and one slow wave.
    Smooth,
    /// Unpredictable steps every week.
    RandomWalk,
}

/// Size of the noise, as a standard deviation relative to the baseline's intercept.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoiseLevel {
    /// Drawn between 0.04 and 0.08.
    Drawn,
    /// This share of the intercept, in [0, 0.5].
    OfBaseline(f64),
    /// Such that the noise-free outcome explains this share of the variance within geos, in [0.1, 1].
    Signal(f64),
}

impl Default for World {
    fn default() -> Self {
        World {
            geos: 1,
            weeks: 156,
            channels: 5,
            seed: 1,
            saturation: SaturationShape::Hill,
            adstock: AdstockShape::Geometric,
            baseline: BaselineShape::Smooth,
            noise: NoiseLevel::Drawn,
            noise_ar: 0.0,
            outliers: 0,
            confounding: 0.7,
            proxy_reliability: 0.93,
            collinear: false,
            dominant: false,
            media_share: None,
            names: Names::Usual,
            confounded: None,
            unseen_driver: Vec::new(),
            spend_noise: 0.0,
            spend_rules: Vec::new(),
            roi: Vec::new(),
            half_life: Vec::new(),
            drift: Vec::new(),
            tests: None,
            test_se: None,
            geo_test: None,
        }
    }
}

/// Whether an option says nothing, by reference as serde asks.
fn is_zero(value: &f64) -> bool {
    *value == 0.0
}

/// Largest number of cells (geos × weeks × channels): 10⁸ of them need some 5 GB.
const MAX_CELLS: usize = 100_000_000;

impl World {
    /// Rows of the data set.
    pub fn rows(&self) -> usize {
        self.geos * self.weeks
    }

    /// All options in range, or every one that is not.
    ///
    /// # Errors
    /// [`Error::InvalidOptions`] with a line for each.
    pub fn check(&self) -> Result<(), Error> {
        let mut problems = Vec::new();
        let mut demand = |ok: bool, option: &str, value: String, range: &str| {
            if !ok {
                problems.push(format!("{option} is {value}; it must be {range}"));
            }
        };
        demand((1..=10_000).contains(&self.geos), "--geos", self.geos.to_string(), "1 to 10000");
        demand((20..=5_000).contains(&self.weeks), "--weeks", self.weeks.to_string(), "20 to 5000");
        demand((1..=60).contains(&self.channels), "--channels", self.channels.to_string(), "1 to 60");
        let mut share = |option, value: f64, low: f64, high: f64| {
            let range = format!("{low} to {high}");
            demand((low..=high).contains(&value), option, value.to_string(), &range);
        };
        share("--noise-ar", self.noise_ar, 0.0, 0.99);
        share("--confounding", self.confounding, 0.0, 1.0);
        share("--proxy-reliability", self.proxy_reliability, 0.0, 1.0);
        share("--spend-noise", self.spend_noise, 0.0, 1.0);
        match self.noise {
            NoiseLevel::Drawn => {}
            NoiseLevel::OfBaseline(sd) => share("--noise", sd, 0.0, 0.5),
            NoiseLevel::Signal(r2) => share("--signal", r2, 0.1, 1.0),
        }
        if let Some(media) = self.media_share {
            share("--media-share", media, 0.001, 0.8);
        }
        let collinear = !self.collinear || self.channels >= 3;
        demand(collinear, "--channels", self.channels.to_string(), "3 or more with --collinear");
        let dominant = !self.dominant || self.channels >= 2;
        demand(dominant, "--channels", self.channels.to_string(), "2 or more with --dominant");
        let rows = self.geos.saturating_mul(self.weeks);
        let cells = rows.saturating_mul(self.channels);
        demand(cells <= MAX_CELLS, "geos × weeks × channels", cells.to_string(), "at most 100000000");
        demand(
            self.outliers <= rows / 5,
            "--outliers",
            self.outliers.to_string(),
            "at most a fifth of the rows (geos × weeks)",
        );
        problems.extend(self.problems_of_wishes());
        if problems.is_empty() { Ok(()) } else { Err(Error::InvalidOptions { problems }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_world_is_valid() {
        assert!(World::default().check().is_ok());
    }

    #[test]
    fn every_problem_is_named_at_once() {
        let world = World { geos: 0, weeks: 3, noise_ar: f64::NAN, confounding: -0.1, ..World::default() };
        let Err(Error::InvalidOptions { problems }) = world.check() else { unreachable!("must be refused") };
        assert_eq!(problems.len(), 4, "{problems:?}");
        for option in ["--geos", "--weeks", "--noise-ar", "--confounding"] {
            assert!(problems.iter().any(|p| p.starts_with(option)), "{option} not in {problems:?}");
        }
    }
}
