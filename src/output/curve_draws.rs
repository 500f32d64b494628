//! `curves.parquet`: every draw of the response curves, from which plans are made after the fit.

use std::io::Write;
use std::path::Path;

use ndarray::Array2;
use polars_core::prelude::{DataFrame, PolarsError};

use super::parquet::write_columns;
use super::parquet_io::read_frame;
use super::{Fit, OutputError, ResponseCurve};
use crate::posterior::{ChannelPosterior, Posterior};

/// File name of the curves in the output directory.
pub const CURVES_FILE: &str = "curves.parquet";

/// The response curve of one paid channel, draw by draw.
#[derive(Debug, Clone, PartialEq)]
pub struct CurveDraws {
    /// Channel name.
    pub channel: String,
    /// Spend over the fitted window, currency.
    pub spend: f64,
    /// Multiples of today's spend, M values from 0.
    pub multipliers: Vec<f64>,
    /// Beyond this multiplier the curve is extrapolation.
    pub observed_max_multiplier: f64,
    /// S × M value of the incremental outcome: currency where an outcome's worth is known, else
    /// outcome units.
    pub value: Array2<f64>,
}

/// The curves of the paid channels.
pub fn curve_draws(posterior: &Posterior) -> Vec<CurveDraws> {
    let paid = posterior.channels.iter().filter_map(|c| value(c).map(|v| (c, v)));
    paid.map(|(c, value)| CurveDraws {
        channel: c.name.clone(),
        spend: c.spend,
        multipliers: posterior.multipliers.clone(),
        observed_max_multiplier: c.observed_max_multiplier,
        value,
    })
    .collect()
}

/// The curve times the worth of the channel's outcomes, which is ROI · spend / contribution in each draw.
fn value(channel: &ChannelPosterior) -> Option<Array2<f64>> {
    let roi = channel.roi.as_ref()?;
    let mut value = channel.curve.clone();
    for (s, mut row) in value.rows_mut().into_iter().enumerate() {
        if channel.contribution[s] > 0.0 {
            row *= roi[s] * channel.spend / channel.contribution[s];
        }
    }
    Some(value)
}

fn column_name(channel: &str, multiplier: f64) -> String {
    format!("value[{channel}][{multiplier:?}]")
}

/// Writes `chain`, `draw` and a column `value[CHANNEL][MULTIPLIER]` for every point of every curve.
///
/// # Errors
/// As for [`super::write_draws`].
pub fn write_curves(posterior: &Posterior, out: impl Write, path: &Path) -> Result<(), OutputError> {
    let curves = curve_draws(posterior);
    let owned: Vec<(String, Vec<f64>)> = curves
        .iter()
        .flat_map(|c| {
            let points = c.multipliers.iter().zip(c.value.columns());
            points.map(|(m, v)| (column_name(&c.channel, *m), v.to_vec()))
        })
        .collect();
    let columns: Vec<(String, &[f64])> = owned.iter().map(|(n, d)| (n.clone(), d.as_slice())).collect();
    write_columns(&columns, posterior.n_draws, out, path)
}

impl Fit {
    /// The channels that plans are about: those on which something was spent in the fitted window.
    pub fn planned_channels(&self) -> impl Iterator<Item = &str> {
        self.planned_curves().map(|curve| curve.channel.as_str())
    }

    fn planned_curves(&self) -> impl Iterator<Item = &ResponseCurve> {
        self.response_curves.iter().filter(|curve| curve.marginal_roi.is_some())
    }
}

/// Reads the curves that belong to `fit` from its output directory, or beside its `fit.json`.
///
/// # Errors
/// When the file is missing, cut short, or lacks a curve of the fit; the file is named.
pub fn read_curves(fit_path: &Path, fit: &Fit) -> Result<Vec<CurveDraws>, OutputError> {
    let path =
        if fit_path.is_dir() { fit_path.join(CURVES_FILE) } else { fit_path.with_file_name(CURVES_FILE) };
    let frame = read_frame(&path, fit, None)?;
    let unreadable = |source| OutputError::Unreadable { path: path.clone(), source };
    fit.planned_curves()
        .map(|c| {
            Ok(CurveDraws {
                channel: c.channel.clone(),
                spend: c.current_spend,
                multipliers: c.spend_multiplier.clone(),
                observed_max_multiplier: c.observed_max_multiplier.unwrap_or(1.0),
                value: points(&frame, &c.channel, &c.spend_multiplier).map_err(unreadable)?,
            })
        })
        .collect()
}

fn points(frame: &DataFrame, channel: &str, multipliers: &[f64]) -> Result<Array2<f64>, PolarsError> {
    let mut out = Array2::zeros((frame.height(), multipliers.len()));
    for (m, mut target) in multipliers.iter().zip(out.columns_mut()) {
        let column = frame.column(&column_name(channel, *m))?.f64()?;
        for (cell, draw) in target.iter_mut().zip(column.iter()) {
            *cell = draw.unwrap_or(f64::NAN);
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::testdata::{self, Parts};
    use std::fs::{self, File};

    fn written() -> (tempfile::TempDir, Fit, Posterior) {
        let dir = tempfile::tempdir().unwrap();
        let posterior = testdata::posterior();
        let path = dir.path().join(CURVES_FILE);
        write_curves(&posterior, File::create(&path).unwrap(), &path).unwrap();
        (dir, testdata::fit(), posterior)
    }

    #[test]
    fn curves_come_back_bit_for_bit_from_the_folder_or_the_file() {
        let (dir, fit, posterior) = written();
        let want = curve_draws(&posterior);
        assert_eq!(want.len(), 2, "paid channels only");
        assert_eq!(read_curves(dir.path(), &fit).unwrap(), want);
        assert_eq!(read_curves(&dir.path().join("fit.json"), &fit).unwrap(), want);
    }

    #[test]
    fn value_is_outcome_times_its_worth() {
        let mut posterior = testdata::posterior();
        let tv = &mut posterior.channels[0];
        tv.roi = tv.roi.as_ref().map(|roi| roi.iter().map(|r| 3.0 * r).collect());
        let value = &curve_draws(&posterior)[0].value;
        let curve = &posterior.channels[0].curve;
        for (v, o) in value.iter().zip(curve) {
            assert!((v - 3.0 * o).abs() < 1e-9 * o.abs().max(1.0), "{v} {o}");
        }
    }

    #[test]
    fn a_truncated_or_foreign_file_is_named() {
        let (dir, fit, _) = written();
        let path = dir.path().join(CURVES_FILE);
        let bytes = fs::read(&path).unwrap();
        for length in [0, 3, bytes.len() / 2, bytes.len() - 1] {
            fs::write(&path, &bytes[..length]).unwrap();
            let error = read_curves(dir.path(), &fit).unwrap_err();
            assert!(error.to_string().contains(CURVES_FILE), "{length}: {error}");
            assert!(error.hint().is_some());
        }
        fs::write(&path, &bytes).unwrap();
        let mut parts = Parts::new();
        parts.posterior.channels[0].name = "other".into();
        let error = read_curves(dir.path(), &parts.fit()).unwrap_err();
        assert!(error.to_string().contains("value[other]"), "{error}");
    }
}
