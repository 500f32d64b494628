//! `media.parquet`: what each paid channel spent and ran in each geo and period.

use std::io::Write;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use polars_core::prelude::{Column, DataFrame, PlSmallStr, PolarsError};
use polars_io::parquet::write::{ParquetCompression, ParquetWriter, StatisticsOptions};

use crate::config::Adstock;
use crate::data::paces;
use crate::model::{
    factor_column, gap_column, half_saturation_column, retention_column, slope_column, slow_columns,
};
use crate::planning::{MediaDraws, MediaModel};
use crate::posterior::{ChannelMedia, MediaHistory, coefficient_column};
use crate::report::Fit;
use crate::store::error::OutputError;
use crate::store::fit::beside;
use crate::store::frame::read_frame;
use crate::store::names::{DRAWS_FILE, MEDIA_FILE};
use crate::transform::adstock::SlowPart;

/// Writes one row a geo and period, geo by geo: `date` (ISO), `geo`, `fitted`, `outcome_scale`,
/// `value_per_outcome`, then `spend[CHANNEL]` and `exposure[CHANNEL]` of every paid channel, the exposure in
/// the unit of the draws' `half_saturation[CHANNEL]`.
///
/// # Errors
/// [`OutputError::Parquet`] when encoding or the writer fails.
pub fn write_media(history: &MediaHistory, out: impl Write, path: &Path) -> Result<(), OutputError> {
    encode(history, out).map_err(|source| OutputError::Parquet { path: path.into(), source })
}

fn encode(history: &MediaHistory, out: impl Write) -> Result<(), PolarsError> {
    let (n, n_geos) = (history.n_periods(), history.n_geos());
    let dates: Vec<String> = history.dates.iter().map(NaiveDate::to_string).collect();
    let of_cell =
        |f: &dyn Fn(usize, usize) -> f64| -> Vec<f64> { (0..n_geos * n).map(|i| f(i / n, i % n)).collect() };
    let text = |name: &'static str, f: &dyn Fn(usize, usize) -> String| {
        let values: Vec<String> = (0..n_geos * n).map(|i| f(i / n, i % n)).collect();
        Column::new(PlSmallStr::from_static(name), values)
    };
    let mut columns = vec![
        text("date", &|_, t| dates[t].clone()),
        text("geo", &|g, _| history.geos[g].clone()),
        Column::new("fitted".into(), history.fitted.as_slice()),
        Column::new("outcome_scale".into(), of_cell(&|g, _| history.outcome_scale[g])),
        Column::new("value_per_outcome".into(), history.value_per_outcome.as_slice()),
    ];
    for channel in &history.channels {
        columns.push(Column::new(format!("spend[{}]", channel.name).into(), channel.spend.as_slice()));
        columns.push(Column::new(format!("exposure[{}]", channel.name).into(), channel.exposure.as_slice()));
    }
    ParquetWriter::new(out)
        .with_compression(ParquetCompression::Zstd(None))
        .with_statistics(StatisticsOptions::empty())
        .set_parallel(false)
        .finish(&mut DataFrame::new(n_geos * n, columns)?)
        .map(|_| ())
}

/// Reads history and media parameters that belong to `fit` from its output directory, or beside its
/// `fit.json`.
///
/// # Errors
/// When `media.parquet` or `draws.parquet` is missing, cut short, or of another fit; the file is named.
pub fn read_media(fit_path: &Path, fit: &Fit) -> Result<MediaModel, OutputError> {
    let media = beside(fit_path, MEDIA_FILE);
    let history = history(&read_frame(&media, fit, None)?, fit).map_err(unreadable(&media))?;
    let path = beside(fit_path, DRAWS_FILE);
    let names: Vec<Vec<String>> = history.channels.iter().map(|c| wanted(fit, &history, &c.name)).collect();
    let frame = read_frame(&path, fit, Some(names.concat()))?;
    let draws: Result<Vec<MediaDraws>, PolarsError> =
        history.channels.iter().map(|c| draws(&frame, fit, &history, &c.name)).collect();
    Ok(MediaModel { draws: draws.map_err(unreadable(&path))?, history })
}

fn unreadable(path: &Path) -> impl Fn(PolarsError) -> OutputError + use<> {
    let path: PathBuf = path.into();
    move |source| OutputError::Unreadable { path: path.clone(), source }
}

fn history(frame: &DataFrame, fit: &Fit) -> Result<MediaHistory, PolarsError> {
    let geos = fit.run.data.geo_names.clone();
    let n = frame.height() / geos.len().max(1);
    let text = |name: &str| -> Result<Vec<String>, PolarsError> {
        Ok(frame.column(name)?.str()?.iter().map(|v| v.unwrap_or_default().to_owned()).collect())
    };
    let foreign = |what: &str| PolarsError::ComputeError(format!("{what} are not those of the fit").into());
    let rows = text("geo")?;
    if n * geos.len() != rows.len() || n == 0 || !rows.iter().step_by(n).eq(&geos) {
        return Err(foreign("geos"));
    }
    let dates: Result<Vec<NaiveDate>, _> = text("date")?[..n].iter().map(|d| d.parse()).collect();
    let paid = fit.channels.iter().filter_map(|c| Some((c, c.spend_column.clone()?)));
    let channels = paid.map(|(c, spend_column)| {
        let spend = numbers(frame, &format!("spend[{}]", c.name))?;
        let exposure = numbers(frame, &format!("exposure[{}]", c.name))?;
        let ended = fit.has_ended(&c.name);
        Ok::<_, PolarsError>(ChannelMedia { name: c.name.clone(), spend_column, ended, spend, exposure })
    });
    let interval = fit.run.data.interval();
    let fitted: Vec<bool> = frame.column("fitted")?.bool()?.iter().map(|v| v.unwrap_or_default()).collect();
    Ok(MediaHistory {
        dates: dates.map_err(|_| foreign("dates"))?,
        interval,
        geos,
        outcome_scale: numbers(frame, "outcome_scale")?.into_iter().step_by(n).collect(),
        value_per_outcome: numbers(frame, "value_per_outcome")?,
        pace: paces(&fitted, n, interval),
        fitted,
        channels: channels.collect::<Result<_, _>>()?,
    })
}

fn numbers(frame: &DataFrame, name: &str) -> Result<Vec<f64>, PolarsError> {
    Ok(frame.column(name)?.f64()?.iter().map(|v| v.unwrap_or(f64::NAN)).collect())
}

/// Carry-over and fixed slope of a channel as configured.
fn shape(fit: &Fit, channel: &str) -> (Adstock, Option<f64>) {
    let config = &fit.run.config;
    (config.adstock_of(channel), config.fixed_slope_of(channel))
}

/// The columns of the draws that describe a channel.
fn wanted(fit: &Fit, history: &MediaHistory, channel: &str) -> Vec<String> {
    let (adstock, slope) = shape(fit, channel);
    let family = fit.run.config.saturation_of(channel);
    let mut names = vec![half_saturation_column(family, channel), coefficient_column(channel)];
    names.extend(retention_column(adstock, channel));
    names.extend(slow_columns(adstock, channel).into_iter().flatten());
    names.extend(slope_column(slope, channel));
    names.extend(gap_name(fit, channel));
    if history.n_geos() > 1 {
        names.extend(history.geos.iter().map(|geo| factor_column(channel, geo)));
    }
    names
}

/// The column with the draws of a channel's causal gap, where the fit has one.
fn gap_name(fit: &Fit, channel: &str) -> Option<String> {
    let name = gap_column(channel);
    fit.parameters.iter().any(|p| p.name == name).then_some(name)
}

fn draws(
    frame: &DataFrame,
    fit: &Fit,
    history: &MediaHistory,
    channel: &str,
) -> Result<MediaDraws, PolarsError> {
    let (adstock, slope) = shape(fit, channel);
    let family = fit.run.config.saturation_of(channel);
    let n = frame.height();
    let of = |column: Option<String>, fixed: f64| match column {
        Some(column) => numbers(frame, &column),
        None => Ok(vec![fixed; n]),
    };
    let factor = |geo: &String| numbers(frame, &factor_column(channel, geo));
    let slow = match slow_columns(adstock, channel) {
        Some([retention, share]) => numbers(frame, &retention)?
            .into_iter()
            .zip(numbers(frame, &share)?)
            .map(|(retention, share)| SlowPart { retention, share })
            .collect(),
        None => Vec::new(),
    };
    // Plans are about what is caused.
    let mut caused = numbers(frame, &coefficient_column(channel))?;
    for (x, gap) in caused.iter_mut().zip(of(gap_name(fit, channel), 0.0)?) {
        *x *= gap.exp();
    }
    Ok(MediaDraws {
        adstock,
        retention: of(retention_column(adstock, channel), 0.0)?,
        slow,
        family,
        half_saturation: numbers(frame, &half_saturation_column(family, channel))?,
        slope: of(slope_column(slope, channel), slope.unwrap_or(1.0))?,
        coefficient: caused,
        geo_factor: match history.n_geos() {
            1 => vec![vec![1.0; n]],
            _ => history.geos.iter().map(factor).collect::<Result<_, _>>()?,
        },
    })
}
