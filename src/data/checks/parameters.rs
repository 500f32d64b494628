//! How many parameters a regression has, counted before it is built, and whether the data are enough for them.

use crate::config::{Adstock, ChannelConfig, CurvePrior, Drift, FitConfig, ModelConfig, Noise};
use crate::data::dataset::{Channel, Dataset, Interval};
use crate::error::Error;

/// Weeks between the knots of the trend. Three years of months have rows for one a year beside five channels.
pub fn knot_weeks(interval: Interval, model: &ModelConfig) -> f64 {
    model.trend_knot_weeks.unwrap_or(if interval == Interval::Monthly { 52.0 } else { 13.0 })
}

/// Segments of the trend over `n_periods`, about `knot_weeks` long each.
pub(crate) fn trend_segments(n_periods: usize, interval: Interval, knot_weeks: f64) -> usize {
    let weeks = n_periods.saturating_sub(1) as f64 * interval.days() / 7.0;
    (weeks / knot_weeks).round().max(1.0) as usize
}

/// Pairs of yearly and of weekly Fourier terms when `pairs` yearly ones are asked for: less than a year of
/// data has its share of them, and only daily data know the day of the week.
pub(crate) fn fourier_pairs(n_periods: usize, interval: Interval, pairs: usize) -> (usize, usize) {
    // 52 weeks are a year.
    let years = n_periods as f64 / interval.per_year().floor();
    let yearly = if years >= 1.0 { pairs } else { (years * pairs as f64).floor() as usize };
    (yearly, if interval == Interval::Daily { 3 } else { 0 })
}

/// Whether the fitted window has a row for every parameter of the regression.
///
/// Counted are intercept, trend, seasonality, controls and noise, and of each channel return, retention,
/// half-saturation and slope, each as far as nobody gave it a prior of its own or fixed it; what varies by
/// geo is pooled and not counted.
///
/// # Errors
/// When there are fewer known outcomes than parameters, or a drift has not two knots' worth of periods.
pub fn enough_rows(data: &Dataset, config: &FitConfig) -> Result<(), Error> {
    let fitted = data.n_periods().saturating_sub(data.held_out(&config.model));
    enough_for_drift(data, config, fitted)?;
    let known = data.outcome.observed.columns().into_iter().take(fitted);
    let rows = known.flat_map(|c| c.to_vec()).filter(|o| *o).count();
    let baseline = of_baseline(data, config);
    let media: usize = data.channels.iter().map(|channel| of_channel(channel, config)).sum();
    if rows >= baseline + media {
        return Ok(());
    }
    let problem = format!(
        "fewer rows than parameters: {rows} rows with an outcome to fit {} parameters ({media} of {} channels, {baseline} of the baseline)",
        baseline + media,
        data.n_channels()
    );
    let leaner = |flag: &str, now: usize, then: usize| match now.saturating_sub(then) {
        0 => String::new(),
        saved => format!("; {flag} saves {saved}"),
    };
    let (pairs, knots) = (config.model.seasonality_pairs, knot_weeks(data.interval, &config.model));
    let of_trend = |knots| trend_segments(data.n_periods(), data.interval, knots);
    let season = leaner("--seasonality-pairs 1", of_season(data, pairs), of_season(data, 1));
    let slower = format!("--trend-knot-weeks {}", 2.0 * knots);
    let trend = leaner(&slower, of_trend(knots), of_trend(2.0 * knots));
    let hint = format!(
        "give more history, merge channels, drop controls with --exclude, or give channels priors of their own{season}{trend}"
    );
    Err(Error::data(&data.source.file, problem, hint))
}

/// Over less than two pieces of a path a change of the effect is what season and trend are.
fn enough_for_drift(data: &Dataset, config: &FitConfig, fitted: usize) -> Result<(), Error> {
    // Two years of months are 103 weeks, and rounding must not refuse them.
    let weeks = (fitted as f64 * data.interval.days() / 7.0).round() + 1.0;
    let short = |channel: &&Channel| {
        config.drift_of(&channel.name).knot_weeks().is_some_and(|knot| weeks < 2.0 * knot)
    };
    let Some(channel) = data.channels.iter().find(short) else { return Ok(()) };
    let kind = config.drift_of(&channel.name);
    let least = 2.0 * kind.knot_weeks().unwrap_or_default();
    let shorter = match kind {
        Drift::Yearly if weeks >= 52.0 => format!("--drift {}=half_yearly, or ", channel.name),
        _ => String::new(),
    };
    Err(Error::data(
        &data.source.file,
        format!(
            "a {kind} drift of channel `{}` needs {least} weeks to be told from season and trend; {fitted} periods are fitted",
            channel.name
        ),
        format!(
            "give more history, {shorter}leave its effect the same throughout (--drift {}=none)",
            channel.name
        ),
    ))
}

/// Intercept and standard deviation of the noise, and what else there is.
fn of_baseline(data: &Dataset, config: &FitConfig) -> usize {
    let model = &config.model;
    2 + trend_segments(data.n_periods(), data.interval, knot_weeks(data.interval, model))
        + of_season(data, model.seasonality_pairs)
        + data.controls.len()
        + usize::from(model.noise == Noise::Ar1)
}

fn of_season(data: &Dataset, pairs: usize) -> usize {
    let (yearly, weekly) = fourier_pairs(data.n_periods(), data.interval, pairs);
    2 * (yearly + weekly)
}

/// A parameter with a prior of its own is known before the data, and one that is fixed is none.
fn of_channel(channel: &Channel, config: &FitConfig) -> usize {
    let default = ChannelConfig::default();
    let own = config.channels.get(&channel.name).unwrap_or(&default);
    let CurvePrior { half_saturation, slope, retention } = own.curve_prior.unwrap_or_default();
    let no_carry_over = config.adstock_of(&channel.name) == Adstock::None;
    let family = config.saturation_of(&channel.name);
    let unknown = [
        own.prior.is_none(),
        half_saturation.is_none() && family.has_maximum(),
        slope.is_none() && config.fixed_slope_of(&channel.name).is_none(),
        retention.is_none() && !no_carry_over,
    ];
    let slow = if config.adstock_of(&channel.name).has_slow_part() { 2 } else { 0 };
    unknown.into_iter().filter(|unknown| *unknown).count() + slow
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{BetaPrior, EffectPrior, LogNormalPrior};
    use crate::data::testdata;
    use crate::model::{ColumnGroup, Design};

    #[test]
    fn the_baseline_has_the_columns_of_the_design() {
        let data = testdata::dataset();
        for (interval, knots, noise) in
            [(Interval::Weekly, None, Noise::Ar1), (Interval::Daily, Some(1.0), Noise::White)]
        {
            let data = Dataset { interval, ..data.clone() };
            let mut config = FitConfig::default();
            config = config.with(|c| (c.model.trend_knot_weeks, c.model.noise) = (knots, noise)).unwrap();
            let design = Design::new(&data, &config).unwrap();
            assert!(design.baseline.columns.contains(&ColumnGroup::Trend));
            let scales = if noise == Noise::Ar1 { 2 } else { 1 };
            assert_eq!(of_baseline(&data, &config), design.baseline.n_columns() + scales, "{interval:?}");
        }
    }

    #[test]
    fn a_year_of_any_interval_has_all_its_pairs() {
        for (n, interval) in [(365, Interval::Daily), (52, Interval::Weekly), (12, Interval::Monthly)] {
            assert_eq!(fourier_pairs(n, interval, 3).0, 3, "{interval:?}");
            assert!(fourier_pairs(n - 1, interval, 3).0 < 3, "{interval:?}");
        }
    }

    #[test]
    fn a_trend_of_months_has_a_knot_a_year() {
        let model = ModelConfig::default();
        let columns = |interval, n| trend_segments(n, interval, knot_weeks(interval, &model));
        assert_eq!([columns(Interval::Monthly, 36), columns(Interval::Weekly, 156)], [3, 12]);
        let told = ModelConfig { trend_knot_weeks: Some(13.0), ..model };
        assert_eq!(knot_weeks(Interval::Monthly, &told), 13.0);
    }

    #[test]
    fn too_few_rows_are_told_with_what_would_save_parameters() {
        let (data, mut config) = (testdata::dataset(), FitConfig::default());
        config =
            config.with(|c| (c.model.trend_knot_weeks, c.model.seasonality_pairs) = (Some(4.0), 6)).unwrap();
        let mut short = data.clone();
        short.outcome.observed.slice_mut(ndarray::s![1.., ..]).fill(false);
        assert!(enough_rows(&data, &config).is_ok());
        let told = format!("{:?}", enough_rows(&short, &config).unwrap_err());
        let saved = |flag: &str| -> usize {
            let (_, saves) = told.split_once(&format!("{flag} saves ")).unwrap_or_else(|| panic!("{told}"));
            saves.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap()
        };
        let leaner = config.with(|c| c.model.seasonality_pairs = 1).unwrap();
        assert_eq!(of_baseline(&data, &config) - of_baseline(&data, &leaner), saved("--seasonality-pairs 1"));
        let leaner = config.with(|c| c.model.trend_knot_weeks = Some(8.0)).unwrap();
        assert_eq!(of_baseline(&data, &config) - of_baseline(&data, &leaner), saved("--trend-knot-weeks 8"));
    }

    #[test]
    fn what_is_known_beforehand_is_not_counted_part_by_part() {
        let (data, mut config) = (testdata::dataset(), FitConfig::default());
        let channel = &data.channels[0];
        let belief = LogNormalPrior::Median { median: 1.0, sd_log: 0.5 };
        let count = |config: &FitConfig| of_channel(channel, config);
        assert_eq!(count(&config), 4);
        let own = |config: &FitConfig, change: &dyn Fn(&mut ChannelConfig)| {
            config.with(|c| change(c.channels.entry(channel.name.clone()).or_default())).unwrap()
        };
        config = own(&config, &|own| {
            own.prior = Some(EffectPrior::Roi(belief));
            own.curve_prior =
                Some(CurvePrior { half_saturation: Some(belief), slope: None, retention: None });
        });
        assert_eq!(count(&config), 2);
        config = own(&config, &|own| own.slope = Some(1.0));
        assert_eq!(count(&config), 1);
        let retention = Some(BetaPrior { mean: 0.5, sd: 0.1 });
        let curve = CurvePrior { half_saturation: Some(belief), slope: None, retention };
        config = own(&config, &|own| own.curve_prior = Some(curve));
        assert_eq!(count(&config), 0);
        config = FitConfig::default();
        config = config.with(|c| c.model.adstock = Adstock::None).unwrap();
        assert_eq!(count(&config), 3);
    }
}
