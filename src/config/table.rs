//! Every setting of a fit with its default, purpose and range: the one place that says what a value may be.
//!
//! `docs/settings.md` is made from it.

use super::range::Range;

/// A group of settings that share their keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// `[model]`
    Model,
    /// `model.adstock` and `channels.NAME.adstock`
    Adstock,
    /// `[channels.NAME]`
    Channel,
    /// A log-normal belief: `channels.NAME.prior.roi`, `.share`, `.marginal_roi`,
    /// `channels.NAME.curve_prior.half_saturation`, `.slope`
    Belief,
    /// `channels.NAME.curve_prior.retention`
    Retention,
    /// `channels.NAME.causal_gap`
    Gap,
    /// `[controls.NAME]`
    Control,
    /// `[sampler]`
    Sampler,
}

impl Section {
    /// All of them, in the order of the table.
    pub const ALL: [Section; 8] = [
        Section::Model,
        Section::Adstock,
        Section::Channel,
        Section::Belief,
        Section::Retention,
        Section::Gap,
        Section::Control,
        Section::Sampler,
    ];

    /// Where its keys stand in a settings file.
    pub fn place(self) -> &'static str {
        match self {
            Section::Model => "model",
            Section::Adstock => "model.adstock, channels.NAME.adstock",
            Section::Channel => "channels.NAME",
            Section::Belief => {
                "channels.NAME.prior.roi (or .share, .marginal_roi), channels.NAME.curve_prior.half_saturation (or .slope)"
            }
            Section::Retention => "channels.NAME.curve_prior.retention",
            Section::Gap => "channels.NAME.causal_gap",
            Section::Control => "controls.NAME",
            Section::Sampler => "sampler",
        }
    }

    /// The section whose keys stand in the table at `path`.
    pub(super) fn at(path: &[&str]) -> Option<Section> {
        match path {
            ["model"] => Some(Section::Model),
            ["model", "adstock"] | ["channels", _, "adstock"] => Some(Section::Adstock),
            ["channels", _] => Some(Section::Channel),
            ["channels", _, "prior", _] | ["channels", _, "curve_prior", "half_saturation" | "slope"] => {
                Some(Section::Belief)
            }
            ["channels", _, "curve_prior", "retention"] => Some(Section::Retention),
            ["channels", _, "causal_gap"] => Some(Section::Gap),
            ["controls", _] => Some(Section::Control),
            ["sampler"] => Some(Section::Sampler),
            _ => None,
        }
    }
}

/// One setting.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Where its key stands.
    pub section: Section,
    /// Its key there.
    pub key: &'static str,
    /// What holds when it is not given.
    pub default: &'static str,
    /// What it does.
    pub purpose: &'static str,
    /// What it may be.
    pub range: Range,
    /// Whether a stored fit may have null in its place.
    pub optional: bool,
}

/// Draws of all chains together beyond any use; those of two thousand parameters take 1.6 GB.
pub const MOST_DRAWS: usize = 100_000;

const fn row(
    section: Section,
    key: &'static str,
    default: &'static str,
    purpose: &'static str,
    range: Range,
) -> Setting {
    Setting { section, key, default, purpose, range, optional: false }
}

/// A setting that a fit may be without.
const fn optional(setting: Setting) -> Setting {
    Setting { optional: true, ..setting }
}

const fn whole(least: u64, most: u64) -> Range {
    Range::Whole { least, most }
}

use Range::{Above, Between, Inside, Truth, Words};
use Section::{Adstock, Belief, Channel, Control, Gap, Model, Retention, Sampler};

/// All of them, by section.
#[rustfmt::skip]
pub const SETTINGS: &[Setting] = &[
    row(Model, "holdout_weeks", "0", "last weeks kept out of the fit and predicted, in whole periods of the data", whole(0, 5200)),
    row(Model, "noise", "\"ar1\"", "errors of the outcome around its mean: independent, or first-order autoregressive", Words(&["white", "ar1"])),
    row(Model, "weekly_effect", "true", "an effect per period shared by all geos; a single market has none", Truth),
    row(Model, "scaling", "\"auto\"", "unit of exposure: per head, each geo's own typical period, or per head where the population is known", Words(&["auto", "population", "geo"])),
    optional(row(Model, "trend_knot_weeks", "13, monthly data 52", "weeks between the knots of the trend", Between(1.0, 1e6))),
    // 26 pairs are the Nyquist limit of a year of weeks.
    row(Model, "seasonality_pairs", "3", "pairs of yearly Fourier terms", whole(0, 26)),
    row(Model, "causal_gap", "\"auto\"", "gap between correlation and cause of channels that say nothing of their own: by what they are and how their spend moves, or none", Words(&["auto", "none"])),
    optional(row(Model, "saturation", "\"hill\"", "shape of diminishing returns of channels that name none", Words(super::SaturationFamily::NAMES))),
    optional(row(Model, "drift", "\"none\"", "whether the effects of channels that say nothing may change over the data: a path with a knot every 52 or every 26 weeks", Words(super::Drift::NAMES))),
    row(Adstock, "kind", "\"geometric\"", "shape of the carry-over", Words(super::Adstock::KINDS)),
    optional(row(Adstock, "max_lag", "no end (geometric); must be given (delayed, binomial, weibull_pdf, weibull_cdf)", "last period in which an exposure has an effect; fewer than the data have", whole(1, 5000))),
    optional(row(Adstock, "r", "must be given (pascal)", "times that the geometric carry-over is applied; 1 is geometric, more peak later", whole(1, 3))),
    optional(row(Adstock, "shape", "must be given (weibull_pdf, weibull_cdf)", "of the Weibull distribution: the larger, the later and narrower the peak or fall", Between(0.1, 10.0))),
    row(Adstock, "peak", "must be given (delayed)", "periods until the effect is largest, at most max_lag", Between(0.0, 5000.0)),
    optional(row(Channel, "saturation", "as [model] says", "shape of diminishing returns", Words(super::SaturationFamily::NAMES))),
    optional(row(Channel, "drift", "as [model] says", "whether the effect may change over the data", Words(super::Drift::NAMES))),
    optional(row(Channel, "slope", "learnt", "fixes the Hill slope; 1 is no S-shape", Between(0.01, 100.0))),
    optional(row(Channel, "captures_demand", "found by name and data", "whether the channel captures demand that would have come anyway", Truth)),
    row(Belief, "median", "", "50 % quantile; below 1 for a share", Between(1e-15, 1e15)),
    row(Belief, "sd_log", "", "standard deviation of the logarithm", Between(1e-6, 100.0)),
    row(Belief, "low", "", "lower end, in place of median and sd_log", Between(1e-15, 1e15)),
    row(Belief, "high", "", "upper end, above low; below 1 for a share", Between(1e-15, 1e15)),
    row(Belief, "mass", "0.9", "probability between the ends", Between(0.01, 0.9999)),
    row(Retention, "mean", "", "share of the effect that lasts to the next period, on average", Inside(0.0, 1.0)),
    row(Retention, "sd", "", "its standard deviation, below √(mean (1 − mean))", Inside(0.0, 0.5)),
    row(Gap, "mean", "", "logarithm of the expected share of the effect by correlation that is caused; -0.3 for three quarters", Between(-5.0, 2.0)),
    row(Gap, "sd", "", "standard deviation of that logarithm", Between(0.01, 5.0)),
    row(Control, "reliability", "1; 0.8 where a channel follows the control", "share of its variance that is no error of measurement", Above(0.0, 1.0)),
    row(Control, "assumed", "false", "in stored fits only: whether the reliability is a default", Truth),
    row(Sampler, "seed", "1", "seed of every random number; the same seed gives the same result", whole(0, u64::MAX)),
    row(Sampler, "chains", "4", "independent chains", whole(1, 128)),
    // Below that nothing of the metric and little of the step size is learnt.
    optional(row(Sampler, "warmup", "as many as it takes, 200 to 1000", "iterations of adaptation per chain, discarded", whole(20, 100_000))),
    // Split chains of fewer than two draws each have no variance.
    optional(row(Sampler, "draws", "as many as it takes, 250 to 2000", "kept draws per chain; times chains at most 100000", whole(4, 100_000))),
    optional(row(Sampler, "thin", "2 with one geo, else 1", "transitions from one kept draw to the next", whole(1, 100))),
    optional(row(Sampler, "target_accept", "0.85; in lockstep 0.95, below 10 geos 0.9, panels 0.8", "acceptance that the step size aims at; higher is slower and safer", Between(0.5, 0.999))),
    optional(row(Sampler, "threads", "one per core", "worker threads; changes the time taken, never the result", whole(1, 1024))),
];

/// The row of a key; every key that the code asks for has one, which the tests hold.
pub(super) fn find(section: Section, key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.section == section && setting.key == key)
}

/// The table as `docs/settings.md` has it.
pub fn markdown() -> String {
    let mut text = String::from(
        "# Settings\n\nEvery number and word that a fit can be told, in `mmm.toml`, by a flag, or from Rust \
         (`mmm::config`). Whatever is out of its range is refused with its name, value and range, also in a \
         stored `fit.json`. Made from `src/config/table.rs`; columns of the data file are in `mmm init`.\n",
    );
    for section in Section::ALL {
        text.push_str(&format!(
            "\n## `{}`\n\n| key | default | what it does | range |\n|---|---|---|---|\n",
            section.place()
        ));
        for setting in SETTINGS.iter().filter(|setting| setting.section == section) {
            let Setting { key, default, purpose, range, .. } = setting;
            text.push_str(&format!("| `{key}` | {default} | {purpose} | {range} |\n"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::FitConfig;

    #[test]
    fn the_page_of_the_docs_is_this_table() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/settings.md");
        if std::env::var_os("MMM_WRITE_DOCS").is_some() {
            std::fs::write(path, markdown()).unwrap();
        }
        let page = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            page == markdown(),
            "write docs/settings.md anew: MMM_WRITE_DOCS=1 cargo test --lib config::"
        );
    }

    #[test]
    fn the_defaults_are_those_of_the_code() {
        let config = serde_json::to_value(FitConfig::default()).unwrap();
        for setting in SETTINGS {
            let place = match setting.section {
                Section::Model => &config["model"],
                Section::Adstock => &config["model"]["adstock"],
                Section::Sampler => &config["sampler"],
                _ => continue,
            };
            let value = &place[setting.key];
            if value.is_null() {
                assert!(setting.optional || setting.key == "peak", "{setting:?}");
            } else {
                assert_eq!(setting.default, value.to_string(), "{setting:?}");
            }
        }
    }

    #[test]
    fn no_key_stands_twice() {
        for (i, a) in SETTINGS.iter().enumerate() {
            assert!(SETTINGS[..i].iter().all(|b| (a.section, a.key) != (b.section, b.key)), "{a:?}");
        }
    }
}
