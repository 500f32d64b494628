//! `mmm init`: a commented settings file with the inferred roles and every default.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use mmm::config::{BetaPrior, FitConfig, LoadOptions};
use mmm::data::{self, Channel, Dataset, knot_weeks};
use mmm::model::{ChannelDesign, Design, ShapePrior};

use super::common::args::{ConfigArgs, DataArgs, ExperimentArgs, ModelArgs, SamplerArgs, flags};
use super::common::documents::{self, INIT_SCHEMA, InitDocument};
use super::common::experiments::Tests;

/// Write a commented mmm.toml with the column roles found in a data file and every default.
/// `mmm fit DATA.csv --config mmm.toml` then does what `mmm fit DATA.csv` would have done.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mmm init data.csv
  mmm init data.csv --controls 'price,promo_*' --config-out market-a.toml
  mmm init data.csv --force && mmm fit data.csv --config mmm.toml")]
pub struct Init {
    /// CSV file: one row per date (and geo), with a header
    #[arg(value_name = "DATA.csv")]
    data_file: PathBuf,
    /// Where to write
    #[arg(long, value_name = "FILE", default_value = "mmm.toml")]
    config_out: PathBuf,
    /// Replace the file if it exists
    #[arg(long)]
    force: bool,
    /// Print where it is and what was found, as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    experiments: ExperimentArgs,
}

impl Init {
    /// Writes the file, whole or not at all.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let flags = flags(self.data.clone(), ModelArgs::default(), SamplerArgs::default())?;
        let resolved = ConfigArgs::default().resolve_flags(self.experiments.clone().above(flags))?;
        let (dataset, mut warnings) = data::load(&self.data_file, &resolved.load)?;
        let mut text = settings(&self, &dataset, &resolved.load, &resolved.fit);
        if let Some(file) = &resolved.experiments {
            Tests::read(Some(file), &dataset, &resolved.fit, &mut warnings)?;
            text.push_str(&experiments_section(file, &self.config_out)?);
        }
        write_whole(&self.config_out, &text, self.force)?;
        if self.json {
            documents::print(&InitDocument {
                schema: INIT_SCHEMA,
                config: self.config_out.display().to_string(),
                file: dataset.source.file.clone(),
                sha256: dataset.source.sha256.clone(),
                roles: dataset.roles.clone(),
                warnings,
            })?;
            return Ok(ExitCode::SUCCESS);
        }
        let mut stderr = std::io::stderr().lock();
        for warning in warnings {
            // With stderr closed there is no one left to tell.
            let _ = writeln!(stderr, "warning: {}", warning.message);
            if let Some(hint) = warning.hint {
                let _ = writeln!(stderr, "hint: {hint}");
            }
        }
        writeln!(std::io::stdout().lock(), "wrote {}", self.config_out.display())?;
        Ok(ExitCode::SUCCESS)
    }
}

fn write_whole(path: &Path, text: &str, force: bool) -> anyhow::Result<()> {
    let cannot = || format!("cannot write {}", path.display());
    if path.exists() && !force {
        return Err(mmm::Error::Config {
            file: Some(path.display().to_string()),
            line: None,
            problem: "exists already".to_owned(),
            hint: Some("name another file with --config-out, or replace it with --force".to_owned()),
        }
        .into());
    }
    let folder = path.parent().filter(|f| !f.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    // As any file the user makes; a temporary one is private.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder).with_context(cannot)?;
    file.write_all(text.as_bytes()).with_context(cannot)?;
    if force {
        file.persist(path).with_context(cannot)?;
    } else {
        file.persist_noclobber(path).with_context(cannot)?;
    }
    Ok(())
}

/// A TOML string. JSON's escapes are a subset of TOML's, but for the delete character.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

/// A TOML key: bare where TOML allows it.
fn key(name: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if !name.is_empty() && name.chars().all(bare) { name.to_owned() } else { quoted(name) }
}

fn list(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|n| quoted(n)).collect();
    match quoted.iter().map(String::len).sum::<usize>() {
        0..=80 => format!("[{}]", quoted.join(", ")),
        _ => format!("[\n  {},\n]", quoted.join(",\n  ")),
    }
}

/// The name of an enum's value as settings spell it.
fn word(value: impl serde::Serialize) -> String {
    serde_json::to_string(&value).unwrap_or_default()
}

/// The text of the settings file.
fn settings(init: &Init, data: &Dataset, load: &LoadOptions, fit: &FitConfig) -> String {
    let shown = |path: &Path| path.display().to_string().replace(char::is_control, " ");
    let (file, own) = (shown(&init.data_file), shown(&init.config_out));
    let mut text = format!("# Settings of `mmm fit {file} --config {own}`. Flags stand above them.\n\n");
    data_section(&mut text, data, load);
    model_section(&mut text, fit, data);
    sampler_section(&mut text, fit, data);
    channel_sections(&mut text, data, fit);
    control_sections(&mut text, data);
    text
}

fn data_section(text: &mut String, data: &Dataset, load: &LoadOptions) {
    let roles = &data.roles;
    let mut say = |line: String| {
        text.push_str(&line);
        text.push('\n');
    };
    say("[data]".to_owned());
    say(format!("date = {}", quoted(&roles.date)));
    say(format!("outcome = {}", quoted(&roles.outcome)));
    say("# revenue: in the currency of the spend; count: orders, sign-ups".to_owned());
    say(format!("outcome_kind = {}", word(data.outcome.kind)));
    let single = [
        ("geo", &roles.geo, "one row per date and geo"),
        ("population", &roles.population, "people per geo"),
        ("revenue_per_outcome", &roles.revenue_per_outcome, "currency per outcome unit"),
    ];
    for (role, column, meaning) in single {
        match column {
            Some(column) => say(format!("{role} = {}", quoted(column))),
            None => say(format!("# {role} = \"…\"  # column: {meaning}")),
        }
    }
    say("# spend columns; names or globs such as \"*_spend\"".to_owned());
    say(format!("channels = {}", list(&roles.channels)));
    say("# media without spend".to_owned());
    say(format!("organic = {}", list(&roles.organic)));
    say("# numbers, 0/1, or text with at most 12 levels".to_owned());
    say(format!("controls = {}", list(&roles.controls)));
    let comment = |names: &[String]| list(names).replace('\n', "\n# ");
    if !roles.left_out.is_empty() {
        say(format!("# columns without a role: {}", comment(&roles.left_out)));
    }
    say(format!("exclude = {}", list(&load.exclude)));
    say("# first and last date to read".to_owned());
    for (name, date, example) in [("from", load.from, data.dates.first()), ("to", load.to, data.dates.last())]
    {
        match (date, example) {
            (Some(date), _) => say(format!("{name} = {date}")),
            (None, Some(example)) => say(format!("# {name} = {example}")),
            (None, None) => {}
        }
    }
    say("# runs of exact zeros beside outcomes that are never near zero: blank (no observation) or keep"
        .to_owned());
    say(format!("zero_weeks = {}", word(load.reading.zero_weeks)));
    match load.reading.decimal {
        Some(sign) => say(format!("decimal = {}", word(sign))),
        None => {
            say("# decimal = \",\"  # decimal sign of all numbers, where the cells do not tell".to_owned())
        }
    }
    if data.n_geos() > 1 {
        say("# media columns that repeat a national total in every geo".to_owned());
        say(format!("national = {}", list(&load.reading.national)));
    }
    say(String::new());
}

fn model_section(text: &mut String, fit: &FitConfig, data: &Dataset) {
    let model = &fit.model;
    let _ = write!(
        text,
        r#"[model]
# last weeks kept out of the fit and predicted, in whole periods of the data
holdout_weeks = {}
# carry-over of channels that name none: geometric (optionally with max_lag, in periods), delayed (with peak
# and max_lag), binomial (with max_lag), pascal (with r), weibull_pdf or weibull_cdf (with shape and max_lag), dual or none
adstock = {{ kind = "geometric" }}
# errors of the outcome around its mean: white or ar1
noise = {}
# an effect per period shared by all geos
weekly_effect = {}
# unit of exposure: population (per head), geo (its own typical period), auto (population when known)
scaling = {}
# weeks between the knots of the trend
{}trend_knot_weeks = {:?}
# pairs of yearly Fourier terms
seasonality_pairs = {}

"#,
        model.holdout_weeks,
        word(model.noise),
        model.weekly_effect,
        word(model.scaling),
        if model.trend_knot_weeks.is_some() { "" } else { "# " },
        knot_weeks(data.interval, model),
        model.seasonality_pairs,
    );
}

fn sampler_section(text: &mut String, fit: &FitConfig, data: &Dataset) {
    let sampler = &fit.sampler;
    let _ = write!(
        text,
        "[sampler]\n# the same seed gives the same result\nseed = {}\nchains = {}\n# per chain: adaptation, discarded; then kept draws; by default as many as it takes\n\
         {}\n{}\n# transitions from one kept draw to the next\n{}thin = {}\n# between 0 and 1; higher is slower and safer\n{}target_accept = {}\n\
         # threads = 4  # changes the time taken, never the result\n",
        sampler.seed,
        sampler.chains,
        sampler.warmup.map_or("# warmup = 400".into(), |n| format!("warmup = {n}")),
        sampler.draws.map_or("# draws = 1000".into(), |n| format!("draws = {n}")),
        if sampler.thin.is_some() { "" } else { "# " },
        sampler.thinning(data.n_geos()),
        if sampler.target_accept.is_some() { "" } else { "# " },
        sampler.acceptance(data.n_geos(), data::in_lockstep(data)),
    );
}

/// The file of tests as seen from the folder of the settings file.
fn experiments_section(file: &Path, config_out: &Path) -> anyhow::Result<String> {
    let beside = config_out.parent().is_none_or(|folder| folder.as_os_str().is_empty());
    let seen = match beside {
        true => file.to_path_buf(),
        false => std::path::absolute(file).with_context(|| format!("cannot find {}", file.display()))?,
    };
    let seen = quoted(&seen.display().to_string());
    Ok(format!("\n[experiments]\n# lift tests, one row a test; relative to this file\nfile = {seen}\n"))
}

fn control_sections(text: &mut String, data: &Dataset) {
    for control in data.controls.iter().filter(|c| !c.binary) {
        let name = key(&control.name);
        let _ = write!(
            text,
            "\n[controls.{name}]\n# reliability = 0.9  # share of its variance that is no error of measurement\n"
        );
    }
}

fn channel_sections(text: &mut String, data: &Dataset, fit: &FitConfig) {
    let design = Design::new(data, fit).ok();
    for (c, channel) in data.channels.iter().enumerate() {
        let _ = write!(text, "\n[channels.{}]\n", key(&channel.name));
        match &channel.spend_column {
            Some(spend) => {
                let _ = writeln!(text, "spend = {}", quoted(spend));
                if *spend == channel.exposure_column {
                    text.push_str(
                        "# exposure = \"…\"  # column that drives the response, such as impressions\n",
                    );
                } else {
                    let _ = writeln!(text, "exposure = {}", quoted(&channel.exposure_column));
                }
                text.push_str("# prior.roi = { low = 0.8, high = 3.0, mass = 0.9 }  # or { median = 1.5, sd_log = 0.4 }, or prior.marginal_roi, or prior.share as of organic channels\n");
            }
            None => {
                let _ = writeln!(text, "exposure = {}", quoted(&channel.exposure_column));
                text.push_str("# prior.share = { median = 0.02, sd_log = 1.0 }  # of the outcome\n");
            }
        }
        text.push_str("# adstock = { kind = \"geometric\", max_lag = 8 }\n# slope = 1  # fixes the Hill slope: no S-shape\n");
        if let Some(design) = &design {
            text.push_str(&curve_prior(data, fit, (channel, &design.media.channels[c])));
        }
    }
}

/// The general belief about a channel's response, in the units in which another can be given.
fn curve_prior(data: &Dataset, fit: &FitConfig, (channel, design): (&Channel, &ChannelDesign)) -> String {
    let ShapePrior { retention, ln_half_saturation, ln_slope, .. } = design.shape;
    let retention = BetaPrior::of_shape(retention.0, retention.1);
    let median = ln_half_saturation.0.exp() * design.exposure_scale.mean;
    let period = data.interval.noun();
    let unit =
        quoted(&channel.exposure_column) + if data.heads(&fit.model).is_some() { ", per head" } else { "" };
    format!(
        "# exposure per {period} that has half of the largest effect, in {unit}; {{ low, high, mass }} will do too, as for the slope\n\
         # curve_prior.half_saturation = {{ median = {:?}, sd_log = {:?} }}\n\
         # curve_prior.slope = {{ median = {:?}, sd_log = {:?} }}\n\
         # share of the effect that lasts to the next {period}\n\
         # curve_prior.retention = {{ mean = {:?}, sd = {:?} }}\n",
        short(median),
        short(ln_half_saturation.1),
        short(ln_slope.0.exp()),
        short(ln_slope.1),
        short(retention.mean),
        short(retention.sd),
    )
}

/// The number with three digits.
fn short(value: f64) -> f64 {
    format!("{value:.2e}").parse().unwrap_or(value)
}
