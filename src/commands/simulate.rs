//! `mmm simulate`: a data set whose truth is known, to try a fit on or to judge it by.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use mmm::simulate::{
    AdstockShape, BaselineShape, Existing, GeoTest, MarketReport, Names, NoiseLevel, Of, SaturationShape,
    Simulation, SpendRule, World, simulate,
};

/// Draw a marketing data set whose true effects are known.
///
/// Writes data.csv, truth.json (what a perfect fit would say), roles.json, experiments.csv (two lift
/// tests) and tests.csv (one of each channel); with --geo-test also contrast.csv and geo_test.csv. The default market has a trend, a yearly season, price, promotion and holiday
/// effects, television in flights, search spend driven by the same latent demand as sales (seen only
/// through query_index), display without any effect bought along with television, and a channel
/// that started twelve weeks ago. The same options and seed give the same data. Takes well under a
/// second for a national series, a few seconds for hundreds of geos,
/// half a minute for a million rows.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:
  mmm simulate
  mmm simulate --geos 20 --weeks 104 --channels 8 --seed 7 --out panel
  mmm simulate --confounding 1 --proxy-reliability 0 --out worst-case
  mmm simulate --confounded social --names plain --out hidden
  mmm simulate --confounded none --roi search=3 --out search-pays
  mmm simulate --spend-rule tv=sales-share --unseen-driver social,display --out steered
  mmm simulate --geos 40 --geo-test tv:0:12:140:8 --out panel-with-test")]
pub struct SimulateArgs {
    /// Folder to write; it must be new or empty
    #[arg(long, value_name = "DIR", default_value = "mmm-simulated")]
    pub out: PathBuf,
    /// Replace the files of an earlier run in --out; other files there are kept
    #[arg(long)]
    pub force: bool,
    /// Print what is in it as JSON
    #[arg(long)]
    pub json: bool,
    /// Regions, 1 for a national series; with more, each has a population and its own effects
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub geos: usize,
    /// Weeks of history
    #[arg(long, value_name = "N", default_value_t = 156)]
    pub weeks: usize,
    /// Paid channels, 1 to 60; a longer list keeps the first ones and thins their budgets
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub channels: usize,
    /// Seed of all random draws
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Shape of diminishing returns
    #[arg(long, value_enum, default_value_t = SaturationShape::Hill)]
    pub saturation: SaturationShape,
    /// Shape of the carry-over: at once and falling, with its peak some weeks later, or with a long memory
    #[arg(long, value_enum, default_value_t = AdstockShape::Geometric)]
    pub adstock: AdstockShape,
    /// How sales move without media: growth and a slow wave, or a random step every week
    #[arg(long, value_enum, default_value_t = BaselineShape::Smooth)]
    pub baseline: BaselineShape,
    /// Noise as a share of the baseline, 0 to 0.5 [default: drawn between 0.04 and 0.08]
    #[arg(long, value_name = "SHARE")]
    pub noise: Option<f64>,
    /// Instead of --noise: share of the variance of sales that is not noise, 0.1 to 1
    #[arg(long, value_name = "R2", conflicts_with = "noise")]
    pub signal: Option<f64>,
    /// Correlation of the noise of one week with that of the week before, 0 to 0.99
    #[arg(long, value_name = "PHI", default_value_t = 0.0)]
    pub noise_ar: f64,
    /// Number of rows with a shock of a fifth to a half of the baseline that nothing explains
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub outliers: usize,
    /// How strongly the demand behind search spend also moves sales, 0 (not at all) to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.7)]
    pub confounding: f64,
    /// Share of query_index's variance (season aside) that is that demand, 0 (no such column) to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.93)]
    pub proxy_reliability: f64,
    /// Buy the third channel in near lockstep with the first
    #[arg(long)]
    pub collinear: bool,
    /// Give the first channel 60 % of all spend
    #[arg(long)]
    pub dominant: bool,
    /// Share of sales that media cause, up to 0.8 [default: what the drawn returns give, 0.10 to 0.16]
    #[arg(long, value_name = "SHARE")]
    pub media_share: Option<f64>,
    /// What the channels are called; options that name channels always use the usual names
    #[arg(long, value_enum, default_value_t = Names::Usual)]
    pub names: Names,
    /// Channels whose spend follows the demand that drives sales, or none [default: search]
    #[arg(long, value_name = "CH,…", value_delimiter = ',')]
    pub confounded: Vec<String>,
    /// Channels whose spend a driver moves that also moves sales and is no column
    #[arg(long, value_name = "CH,CH,…", value_delimiter = ',')]
    pub unseen_driver: Vec<String>,
    /// Variation of its own, as sd of its log, that spend has besides following demand or an unseen driver
    #[arg(long, value_name = "SD", default_value_t = 0.0)]
    pub spend_noise: f64,
    /// Budgets set by a rule: sales-share, season or trend
    #[arg(long, value_name = "CH=RULE,…", value_delimiter = ',')]
    pub spend_rule: Vec<Of<SpendRule>>,
    /// True ROIs, instead of drawn ones
    #[arg(long, value_name = "CH=ROI,…", value_delimiter = ',')]
    pub roi: Vec<Of<f64>>,
    /// Half-lives of the carry-over, instead of drawn ones
    #[arg(long, value_name = "CH=WEEKS,…", value_delimiter = ',')]
    pub half_life: Vec<Of<f64>>,
    /// Channels whose return drifts: that at the end of the data over that at the start
    #[arg(long, value_name = "CH=RATIO,…", value_delimiter = ',')]
    pub drift: Vec<Of<f64>>,
    /// Channels with a test in tests.csv: all, none or a list
    #[arg(long, value_name = "CH,…", value_delimiter = ',', default_value = "all")]
    pub tests: Vec<String>,
    /// Standard error of a test as a share of its true effect [default: 0.25, of search's in experiments.csv 0.3]
    #[arg(long, value_name = "SHARE")]
    pub test_se: Option<f64>,
    /// Test inside a panel: spend over usual (0: none) of so many geos drawn at random, or of those named
    /// (G001|G007), from a week counted from 0
    #[arg(long, value_name = "CH:DOSE:GEOS:FIRST_WEEK:WEEKS")]
    pub geo_test: Option<GeoTest>,
}

impl SimulateArgs {
    /// The market that the options describe.
    pub fn world(&self) -> World {
        let noise = match (self.noise, self.signal) {
            (Some(sd), _) => NoiseLevel::OfBaseline(sd),
            (None, Some(r2)) => NoiseLevel::Signal(r2),
            (None, None) => NoiseLevel::Drawn,
        };
        World {
            geos: self.geos,
            weeks: self.weeks,
            channels: self.channels,
            seed: self.seed,
            saturation: self.saturation,
            adstock: self.adstock,
            baseline: self.baseline,
            noise,
            noise_ar: self.noise_ar,
            outliers: self.outliers,
            confounding: self.confounding,
            proxy_reliability: self.proxy_reliability,
            collinear: self.collinear,
            dominant: self.dominant,
            media_share: self.media_share,
            names: self.names,
            confounded: match &self.confounded[..] {
                [] => None,
                list => Some(none_or(list)),
            },
            unseen_driver: self.unseen_driver.clone(),
            spend_noise: self.spend_noise,
            spend_rules: self.spend_rule.clone(),
            roi: self.roi.clone(),
            half_life: self.half_life.clone(),
            drift: self.drift.clone(),
            tests: match &self.tests[..] {
                [all] if all == "all" => None,
                list => Some(none_or(list)),
            },
            test_se: self.test_se,
            geo_test: self.geo_test.clone(),
        }
    }
}

/// The listed channels; the word `none` alone stands for an empty list.
fn none_or(list: &[String]) -> Vec<String> {
    if list == ["none"] { Vec::new() } else { list.to_vec() }
}

/// Draws the data set, writes it and says on stdout what is in it.
///
/// # Errors
/// Options out of range, a folder that is not empty, or a disk that does not take the files.
pub fn run(args: SimulateArgs) -> anyhow::Result<()> {
    let existing = if args.force { Existing::Replace } else { Existing::Refuse };
    mmm::simulate::check_target(&args.out, existing)?;
    let simulation = simulate(&args.world())?;
    simulation.write(&args.out, existing)?;
    if args.json {
        let report = MarketReport::of(&args.world(), &simulation, args.out.display().to_string());
        let text = serde_json::to_string_pretty(&report)? + "\n";
        return Ok(std::io::stdout().write_all(text.as_bytes())?);
    }
    std::io::stdout().write_all(summary(&args, &simulation).as_bytes())?;
    Ok(())
}

fn summary(args: &SimulateArgs, simulation: &Simulation) -> String {
    let truth = simulation.truth();
    let mut lines = vec![
        format!(
            "{}: {} × {} weeks × {}, media cause {:.1} % of revenue",
            args.out.display(),
            counted(args.geos, "geo"),
            args.weeks,
            counted(args.channels, "channel"),
            100.0 * truth.media_share_of_outcome
        ),
        format!("{:<14} {:>14} {:>9} {:>13}", "channel", "spend", "true ROI", "marginal ROI"),
    ];
    lines.extend(truth.channels().map(|(name, channel)| {
        format!("{name:<14} {:>14.0} {:>9.2} {:>13.2}", channel.spend, channel.roi, channel.mroi)
    }));
    let data = args.out.join("data.csv");
    lines.push(format!("next: mmm fit {} --controls {}\n", data.display(), simulation.controls().join(",")));
    lines.join("\n")
}

fn counted(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}
