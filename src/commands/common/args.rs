//! Flags about data, model and sampling, shared by the commands that read a data file.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use mmm::config::{
    Adstock, CausalGap, Day, DecimalSign, Drift, GapBelief, Noise, OutcomeKind, RawChannel, RawConfig,
    RawControl, RawData, RawLogNormal, RawModel, RawPrior, RawSampler, Resolved, SaturationFamily, Scaling,
    ZeroWeeks,
};
use serde::de::value::{Error as ValueError, StrDeserializer};
use serde::de::{Deserialize, IntoDeserializer};

use crate::commands::BadUsage;

/// Which columns play which role. Lists take names or quoted globs, separated by commas.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Data")]
pub struct DataArgs {
    /// Date column: the first day of each day, week or month [default: the one column of dates]
    #[arg(long, value_name = "COLUMN")]
    date: Option<String>,
    /// Outcome column, in currency or counts [default: the one named revenue, sales, orders, …]
    #[arg(long, value_name = "COLUMN")]
    outcome: Option<String>,
    /// What one unit of the outcome is: revenue (the spend's currency) or count
    #[arg(long, value_name = "KIND", value_parser = named::<OutcomeKind>)]
    outcome_kind: Option<OutcomeKind>,
    /// Geo column [default: geo, region, dma, market, state, country or territory]
    #[arg(long, value_name = "COLUMN")]
    geo: Option<String>,
    /// Population column, people per geo [default: population or pop]
    #[arg(long, value_name = "COLUMN")]
    population: Option<String>,
    /// Column with the currency value of one outcome unit
    #[arg(long, value_name = "COLUMN")]
    revenue_per_outcome: Option<String>,
    /// Spend columns, in currency; no others become channels [default: *_spend, spend_*, *_cost, cost_*]
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    channels: Vec<String>,
    /// Exposure that drives a channel's response: tv_spend=tv_grps [default: *_impressions, *_clicks, *_grps]
    #[arg(long, value_name = "SPEND=EXPOSURE", value_delimiter = ',')]
    exposure: Vec<String>,
    /// Media without spend, such as newsletter sends
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    organic: Vec<String>,
    /// Controls; no others are used [default: control_*, *_control, price, promo, holiday, event, …]
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    controls: Vec<String>,
    /// Columns to leave alone; adds to those of the config
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    exclude: Vec<String>,
    /// First date to read, yyyy-mm-dd
    #[arg(long, value_name = "DATE")]
    from: Option<Day>,
    /// Last date to read, yyyy-mm-dd
    #[arg(long, value_name = "DATE")]
    to: Option<Day>,
    /// Runs of exact zeros beside outcomes that are never near zero: blank (no observation) or keep [default: blank]
    #[arg(long, value_name = "KIND", value_parser = named::<ZeroWeeks>)]
    zero_weeks: Option<ZeroWeeks>,
    /// Decimal sign of all numbers, `,` or `.` [default: told by the cells]
    #[arg(long, value_name = "SIGN", value_parser = named::<DecimalSign>)]
    decimal: Option<DecimalSign>,
    /// Media columns that repeat a national total in every geo, to be split by population, else equally
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    national: Vec<String>,
}

/// The regression.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Model")]
pub struct ModelArgs {
    /// Carry-over.
    #[arg(long, value_name = "[CHANNEL=]KIND", value_parser = adstock, help = Adstock::HELP)]
    adstock: Vec<OfChannel<Adstock>>,
    /// Diminishing returns of all channels or of one (tv=KIND): hill, michaelis_menten, logistic, exponential,
    /// root:POWER or linear [default: hill]
    #[arg(long, value_name = "[CHANNEL=]KIND", value_parser = saturation)]
    saturation: Vec<OfChannel<SaturationFamily>>,
    /// Whether the effect of all channels or of one (tv=KIND) may change over the data: yearly or half_yearly, a path
    /// with a knot every 52 or 26 weeks. The fit tells with what probability it has; plans use its last value
    /// [default: none]
    #[arg(long, value_name = "[CHANNEL=]KIND", value_parser = drift)]
    drift: Vec<OfChannel<Drift>>,
    /// Belief about a channel: tv:roi=0.8..3 or tv:share=0.02..0.1@0.8 (90 % interval, or the mass after @);
    /// scales are roi, marginal_roi (currency per currency) and share (of the outcome)
    #[arg(long, value_name = "CHANNEL:SCALE=LOW..HIGH", value_parser = prior)]
    prior: Vec<(String, RawPrior)>,
    /// Gap between correlation and cause: none, or CHANNEL=MEAN:SD of the logarithm of the share that is caused
    /// (search=-0.5:0.4); by what a channel is and how its spend moves where nothing is told
    #[arg(long, value_name = "none|CHANNEL=MEAN:SD", value_parser = gap, allow_hyphen_values = true)]
    causal_gap: Vec<GapFlag>,
    /// Channels that capture demand which would have come anyway
    #[arg(long, value_name = "CHANNELS", value_delimiter = ',')]
    captures_demand: Vec<String>,
    /// Share of a control's variance that is no error of measurement: query_index=0.9
    /// [default: 1; 0.8 where a channel follows the control]
    #[arg(long, value_name = "CONTROL=SHARE", value_parser = reliability, value_delimiter = ',')]
    reliability: Vec<(String, f64)>,
    /// Last weeks kept out of the fit and predicted, in whole periods of the data [default: 0]
    #[arg(long, value_name = "WEEKS")]
    holdout_weeks: Option<usize>,
    /// Error process of the outcome: white or ar1 [default: ar1]
    #[arg(long, value_name = "KIND", value_parser = named::<Noise>)]
    noise: Option<Noise>,
    /// An effect per period shared by all geos, panels only [default: true]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    weekly_effect: Option<bool>,
    /// Unit of exposure: population (per head), geo (its own typical period) or auto [default: auto]
    #[arg(long, value_name = "KIND", value_parser = named::<Scaling>)]
    scaling: Option<Scaling>,
    /// Weeks between the knots of the trend [default: 13, monthly data 52]
    #[arg(long, value_name = "WEEKS")]
    trend_knot_weeks: Option<f64>,
    /// Pairs of yearly Fourier terms [default: 3]
    #[arg(long, value_name = "PAIRS")]
    seasonality_pairs: Option<usize>,
}

/// Length and seed of the sampling.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Sampling")]
pub struct SamplerArgs {
    /// Seed of every random number; the same seed gives the same result [default: 1]
    #[arg(long)]
    seed: Option<u64>,
    /// Independent chains [default: 4]
    #[arg(long)]
    chains: Option<usize>,
    /// Adaptation iterations per chain, discarded [default: as many as it takes, 200 to 1000]
    #[arg(long)]
    warmup: Option<usize>,
    /// Kept draws per chain [default: as many as it takes, 250 to 2000]
    #[arg(long)]
    draws: Option<usize>,
    /// Transitions from one kept draw to the next [default: 2 with one geo, else 1]
    #[arg(long, value_name = "N")]
    thin: Option<usize>,
    /// Acceptance that the step size aims at, between 0 and 1; higher is slower and safer [default: 0.85, with channels in lockstep 0.95, below 10 geos 0.9, panels 0.8]
    #[arg(long, value_name = "RATE")]
    target_accept: Option<f64>,
    /// Worker threads; changes the time taken, never the result [default: one per core]
    #[arg(long)]
    threads: Option<usize>,
}

/// Lift tests.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Experiments")]
pub struct ExperimentArgs {
    /// CSV file of lift tests, one row a test: channel, start, end, and an estimate with its error, or none for
    /// a contrast of geos of the data; docs/experiments.md tells every column
    #[arg(long, value_name = "FILE")]
    experiments: Option<PathBuf>,
}

impl ExperimentArgs {
    /// These flags put into others.
    pub fn above(self, mut flags: RawConfig) -> RawConfig {
        flags.experiments.file = self.experiments;
        flags
    }
}

/// Settings in a file.
#[derive(Debug, Clone, Default, Args)]
pub struct ConfigArgs {
    /// Settings file, as `mmm init` writes it; flags stand above it
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl ConfigArgs {
    /// The file's settings with those of the flags above them, checked.
    ///
    /// # Errors
    /// When the file cannot be read or any setting is out of range.
    pub fn resolve_flags(&self, flags: RawConfig) -> Result<Resolved, mmm::Error> {
        self.raw(flags)?.resolve(RawConfig::default())
    }

    /// The file's settings with those of the flags above them, unchecked.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn raw(&self, flags: RawConfig) -> Result<RawConfig, mmm::Error> {
        let file = self.config.as_deref().map(mmm::config::read).transpose()?.unwrap_or_default();
        Ok(file.overridden_by(flags))
    }
}

/// What the flags say, judged by itself: what no file and no data could make good is bad usage.
///
/// # Errors
/// Values out of range, and a channel or a control that a flag speaks of twice.
pub fn flags(data: DataArgs, model: ModelArgs, sampler: SamplerArgs) -> Result<RawConfig, BadUsage> {
    let mut channels: BTreeMap<String, RawChannel> = BTreeMap::new();
    for (name, prior) in &model.prior {
        let channel = RawChannel { prior: prior.clone(), ..RawChannel::default() };
        if channels.insert(name.clone(), channel).is_some() {
            return Err(twice("--prior", &format!("channel `{name}` is given two beliefs")));
        }
    }
    for flag in &model.causal_gap {
        if let GapFlag::Of(name, belief) = flag {
            let channel = channels.entry(name.clone()).or_default();
            if channel.causal_gap.replace(*belief).is_some() {
                return Err(twice("--causal-gap", &format!("channel `{name}` is given two")));
            }
        }
    }
    for name in &model.captures_demand {
        channels.entry(name.clone()).or_default().captures_demand = Some(true);
    }
    let adstock =
        of_channels(&model.adstock, &mut channels, ("--adstock", "carry-over"), |c| &mut c.adstock)?;
    let saturation =
        of_channels(&model.saturation, &mut channels, ("--saturation", "saturation"), |c| &mut c.saturation)?;
    let drift = of_channels(&model.drift, &mut channels, ("--drift", "drift"), |c| &mut c.drift)?;
    let mut controls: BTreeMap<String, RawControl> = BTreeMap::new();
    for (name, share) in &model.reliability {
        let control = RawControl { reliability: Some(*share), assumed: false };
        if controls.insert(name.clone(), control).is_some() {
            return Err(twice("--reliability", &format!("control `{name}` is given two")));
        }
    }
    let (data, sampler) = (data.into_raw(), sampler.into_raw());
    let flags = RawConfig {
        data,
        channels,
        controls,
        model: RawModel { adstock, saturation, drift, ..model.into_raw() },
        sampler,
        ..RawConfig::default()
    };
    flags.clone().resolve(RawConfig::default())?;
    Ok(flags)
}

/// Sets what a flag says of single channels; returns what it says of all.
fn of_channels<T: Copy>(
    said: &[OfChannel<T>],
    channels: &mut BTreeMap<String, RawChannel>,
    (flag, what): (&str, &str),
    place: impl Fn(&mut RawChannel) -> &mut Option<T>,
) -> Result<Option<T>, BadUsage> {
    let mut of_all = None;
    for (name, kind) in said {
        let (before, whose) = match name {
            Some(name) => {
                let own = place(channels.entry(name.clone()).or_default());
                (own.replace(*kind), format!("channel `{name}` is"))
            }
            None => (of_all.replace(*kind), "all channels are".to_owned()),
        };
        if before.is_some() {
            return Err(twice(flag, &format!("{whose} given two kinds of {what}")));
        }
    }
    Ok(of_all)
}

fn twice(flag: &str, what: &str) -> BadUsage {
    BadUsage(mmm::Error::Config {
        file: None,
        line: None,
        problem: format!("{flag}: {what}"),
        hint: Some("keep one of them".into()),
    })
}

/// `None` when a list flag was not given.
fn given(list: Vec<String>) -> Option<Vec<String>> {
    (!list.is_empty()).then_some(list)
}

impl DataArgs {
    fn into_raw(self) -> RawData {
        RawData {
            date: self.date,
            outcome: self.outcome,
            outcome_kind: self.outcome_kind,
            geo: self.geo,
            population: self.population,
            revenue_per_outcome: self.revenue_per_outcome,
            channels: given(self.channels),
            exposure: given(self.exposure),
            organic: given(self.organic),
            controls: given(self.controls),
            exclude: given(self.exclude),
            from: self.from,
            to: self.to,
            zero_weeks: self.zero_weeks,
            decimal: self.decimal,
            national: given(self.national),
        }
    }
}

impl ModelArgs {
    /// But for what may be told of one channel.
    fn into_raw(self) -> RawModel {
        RawModel {
            holdout_weeks: self.holdout_weeks,
            noise: self.noise,
            weekly_effect: self.weekly_effect,
            scaling: self.scaling,
            trend_knot_weeks: self.trend_knot_weeks,
            seasonality_pairs: self.seasonality_pairs,
            causal_gap: self.causal_gap.contains(&GapFlag::Off).then_some(CausalGap::None),
            ..RawModel::default()
        }
    }
}

impl SamplerArgs {
    fn into_raw(self) -> RawSampler {
        RawSampler {
            seed: self.seed,
            chains: self.chains,
            warmup: self.warmup,
            draws: self.draws,
            thin: self.thin,
            target_accept: self.target_accept,
            threads: self.threads,
        }
    }
}

/// A number of things of which there must be one.
pub fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("it must be at least 1".into()),
        Ok(n) => Ok(n),
        Err(_) => Err("it is not a number".into()),
    }
}

/// A value by the name that `mmm.toml` gives it.
fn named<T: for<'de> Deserialize<'de>>(text: &str) -> Result<T, String> {
    let deserializer: StrDeserializer<'_, ValueError> = text.into_deserializer();
    T::deserialize(deserializer).map_err(|e| e.to_string())
}

/// What a flag says of one channel, or of all.
type OfChannel<T> = (Option<String>, T);

/// `KIND` or `CHANNEL=KIND`.
fn adstock(text: &str) -> Result<OfChannel<Adstock>, String> {
    match text.rsplit_once('=') {
        Some((channel, kind)) => Ok((Some(channel.to_owned()), kind.parse()?)),
        None => Ok((None, text.parse()?)),
    }
}

fn saturation(text: &str) -> Result<OfChannel<SaturationFamily>, String> {
    match text.rsplit_once('=') {
        Some((channel, kind)) => Ok((Some(channel.to_owned()), kind.parse()?)),
        None => Ok((None, text.parse()?)),
    }
}

fn drift(text: &str) -> Result<OfChannel<Drift>, String> {
    match text.rsplit_once('=') {
        Some((channel, kind)) => Ok((Some(channel.to_owned()), kind.parse()?)),
        None => Ok((None, text.parse()?)),
    }
}

fn reliability(text: &str) -> Result<(String, f64), String> {
    let form = || format!("`{text}` is not of the form CONTROL=SHARE, such as query_index=0.9");
    let (control, share) = text.rsplit_once('=').ok_or_else(form)?;
    Ok((control.to_owned(), share.parse().map_err(|_| form())?))
}

/// What `--causal-gap` says.
#[derive(Debug, Clone, PartialEq)]
enum GapFlag {
    /// `none`
    Off,
    /// `search=-0.5:0.4`
    Of(String, GapBelief),
}

fn gap(text: &str) -> Result<GapFlag, String> {
    if text == "none" {
        return Ok(GapFlag::Off);
    }
    let parts = text.rsplit_once('=').and_then(|(name, belief)| Some((name, belief.split_once(':')?)));
    let Some((name, (mean, sd))) = parts else {
        return Err("write none, or CHANNEL=MEAN:SD, such as search=-0.5:0.4".into());
    };
    let number = |text: &str| text.trim().parse::<f64>().map_err(|_| format!("`{text}` is not a number"));
    Ok(GapFlag::Of(name.trim().to_owned(), GapBelief { mean: number(mean)?, sd: number(sd)? }))
}

fn prior(text: &str) -> Result<(String, RawPrior), String> {
    let form = || format!("`{text}` is not of the form CHANNEL:SCALE=LOW..HIGH, such as tv:roi=0.8..3");
    let (channel, belief) = text.rsplit_once(':').ok_or_else(form)?;
    let (scale, interval) = belief.split_once('=').ok_or_else(form)?;
    let (ends, mass) = match interval.split_once('@') {
        Some((ends, mass)) => (ends, Some(mass.parse().map_err(|_| form())?)),
        None => (interval, None),
    };
    let (low, high) = ends.split_once("..").ok_or_else(form)?;
    let number = |text: &str| text.parse::<f64>().map_err(|_| form());
    let belief = Some(RawLogNormal {
        low: Some(number(low)?),
        high: Some(number(high)?),
        mass,
        ..RawLogNormal::default()
    });
    let prior = match scale {
        "roi" => RawPrior { roi: belief, ..RawPrior::default() },
        "share" => RawPrior { share: belief, ..RawPrior::default() },
        "marginal_roi" => RawPrior { marginal_roi: belief, ..RawPrior::default() },
        _ => return Err(format!("`{scale}` is not a scale of a prior: roi, share or marginal_roi")),
    };
    Ok((channel.to_owned(), prior))
}
