//! What a fit leaves unexplained, geo by geo: the ground that tests are read on.

use std::collections::HashMap;
use std::path::Path;

use ndarray::Array2;

use crate::data::CsvTable;
use crate::error::Error;
use crate::planning::{ChannelCurve, MediaDraws, MediaModel, channel_curves};
use crate::report::Fit;
use crate::store::{WEEKLY_FILE, beside, read_curves, read_media};

/// Draws that a design is valued with: the Monte-Carlo error of an expected gain is then a few per cent.
const DRAWS: usize = 400;

/// A fit as designs see it.
pub(super) struct History {
    /// Media, thinned.
    pub media: MediaModel,
    /// Response curves with the same draws.
    pub curves: Vec<ChannelCurve>,
    /// Outcome less season, controls and media, outcome units; NaN where not fitted. G × T.
    pub unexplained: Array2<f64>,
    /// Outcome; NaN where not fitted.
    pub outcome: Array2<f64>,
    /// Standard deviation of the noise, outcome units; length G.
    pub sigma: Vec<f64>,
    /// Autocorrelation of the noise.
    pub phi: f64,
    /// Variance that a geo's own trend gains in a period, over the square of its outcome scale.
    pub drift: f64,
    /// Weeks of the fitted window.
    pub weeks: f64,
}

impl History {
    /// Reads what `mmm fit` wrote.
    ///
    /// # Errors
    /// Files that are missing or not of this fit.
    pub fn read(path: &Path, fit: &Fit) -> Result<History, Error> {
        let media = read_media(path, fit)?;
        let stride = media.n_draws().div_ceil(DRAWS).max(1);
        let curves = channel_curves(read_curves(path, fit)?)?;
        let curves = curves.into_iter().map(|curve| curve.thinned(stride)).collect();
        let media = thinned(media, stride);
        let (unexplained, outcome) = decomposition(&beside(path, WEEKLY_FILE), &media)?;
        let mean = |name: &str| fit.parameters.iter().find(|p| p.name == name).map(|p| p.mean);
        let one = media.history.n_geos() == 1;
        let sigma = |(geo, scale): (&String, &f64)| {
            scale * mean(&format!("sigma[{geo}]")).or_else(|| mean("sigma")).unwrap_or(f64::NAN)
        };
        let knots =
            fit.run.config.model.trend_knot_weeks.unwrap_or(13.0) * 7.0 / media.history.interval.days();
        let ramp = mean(if one { "trend_scale" } else { "geo_trend_scale" }).unwrap_or(0.0);
        Ok(History {
            sigma: media.history.geos.iter().zip(&media.history.outcome_scale).map(sigma).collect(),
            phi: mean("autocorrelation").unwrap_or(0.0),
            drift: ramp * ramp / knots,
            weeks: fit.run.data.fitted.as_ref().map_or(0.0, |fitted| fitted.weeks),
            media,
            curves,
            unexplained,
            outcome,
        })
    }

    /// Geos whose every period was fitted.
    pub fn complete(&self) -> Vec<usize> {
        (0..self.outcome.nrows()).filter(|g| self.outcome.row(*g).iter().all(|y| y.is_finite())).collect()
    }
}

fn thinned(model: MediaModel, stride: usize) -> MediaModel {
    let of = |draws: &Vec<f64>| draws.iter().copied().step_by(stride).collect::<Vec<f64>>();
    let draws = model.draws.iter().map(|d| MediaDraws {
        adstock: d.adstock,
        retention: of(&d.retention),
        slow: d.slow.iter().copied().step_by(stride).collect(),
        family: d.family,
        half_saturation: of(&d.half_saturation),
        slope: of(&d.slope),
        coefficient: of(&d.coefficient),
        geo_factor: d.geo_factor.iter().map(of).collect(),
    });
    MediaModel { draws: draws.collect(), ..model }
}

/// The outcome, and what `weekly.csv` leaves of it.
fn decomposition(path: &Path, media: &MediaModel) -> Result<(Array2<f64>, Array2<f64>), Error> {
    let table = CsvTable::read(path)?;
    let history = &media.history;
    let (n_geos, n) = (history.n_geos(), history.n_periods());
    let column = |name: &str| table.names.iter().position(|n| n == name);
    let known = |name: &str| {
        column(name).ok_or_else(|| {
            let hint = "fit the data again: the file is not as `mmm fit` wrote it";
            Error::data(&table.file, format!("has no column `{name}`"), hint)
        })
    };
    let (date, outcome) = (known("date")?, known("outcome")?);
    let geo = if n_geos > 1 { Some(known("geo")?) } else { None };
    let explained = |name: &String| {
        name == "seasonality"
            || name == "demand_captured"
            || name.starts_with("control:")
            || name.starts_with("channel:")
    };
    let parts: Vec<usize> = (0..table.names.len()).filter(|c| explained(&table.names[*c])).collect();
    let dates: HashMap<String, usize> =
        history.dates.iter().enumerate().map(|(t, date)| (date.to_string(), t)).collect();
    let geos: HashMap<&str, usize> = history.geos.iter().enumerate().map(|(g, n)| (n.as_str(), g)).collect();
    let mut left = Array2::from_elem((n_geos, n), f64::NAN);
    let mut all = left.clone();
    let cells = |c: usize| table.cells(c).collect::<Vec<&str>>();
    let (date, outcome, geo) = (cells(date), cells(outcome), geo.map(cells));
    let parts: Vec<Vec<&str>> = parts.into_iter().map(cells).collect();
    for r in 0..table.n_rows() {
        let named = |name: &str| geos.get(name).or_else(|| geos.get(name.trim_start_matches('\''))).copied();
        let place = geo.as_ref().map_or(Some(0), |geo| named(geo[r]));
        let (Some(g), Some(t)) = (place, dates.get(date[r]).copied()) else { continue };
        let Ok(y) = outcome[r].parse::<f64>() else { continue };
        if history.fitted[g * n + t] {
            let made: f64 = parts.iter().filter_map(|part| part[r].parse::<f64>().ok()).sum();
            (all[[g, t]], left[[g, t]]) = (y, y - made);
        }
    }
    Ok((left, all))
}
