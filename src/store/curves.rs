//! `curves.parquet`: every draw of the response curves, from which plans are made after the fit.

use std::io::Write;
use std::path::Path;

use ndarray::Array2;
use polars_core::prelude::{DataFrame, PolarsError};

use crate::posterior::{CurveDraws, Posterior, curve_draws};
use crate::report::Fit;
use crate::store::error::OutputError;
use crate::store::fit::beside;
use crate::store::frame::read_frame;
use crate::store::names::CURVES_FILE;
use crate::store::parquet::write_columns;

fn column_name(channel: &str, multiplier: f64) -> String {
    format!("value[{channel}][{multiplier:?}]")
}

/// Writes `chain`, `draw` and a column `value[CHANNEL][MULTIPLIER]` for every point of every curve.
///
/// # Errors
/// As for [`crate::store::parquet::write_draws`].
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

/// Reads the curves that belong to `fit` from its output directory, or beside its `fit.json`.
///
/// # Errors
/// When the file is missing, cut short, or lacks a curve of the fit; the file is named.
pub fn read_curves(fit_path: &Path, fit: &Fit) -> Result<Vec<CurveDraws>, OutputError> {
    let path = beside(fit_path, CURVES_FILE);
    let frame = read_frame(&path, fit, None)?;
    let unreadable = |source| OutputError::Unreadable { path: path.clone(), source };
    fit.planned_curves()
        .map(|c| {
            Ok(CurveDraws {
                channel: c.channel.clone(),
                spend: c.planned_spend.unwrap_or(c.current_spend),
                multipliers: c.spend_multiplier.clone(),
                observed_max_multiplier: c.observed_max_multiplier.unwrap_or(1.0),
                held: fit.holds(&c.channel),
                doubted: fit.doubts(&c.channel),
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
    use crate::report::testdata;
    use crate::report::testdata::Parts;
    use std::fs::{self, File};

    fn written() -> (tempfile::TempDir, Fit, Posterior) {
        let dir = tempfile::tempdir().unwrap();
        let posterior = testdata::posterior();
        let path = dir.path().join(CURVES_FILE);
        write_curves(&posterior, File::create(&path).unwrap(), &path).unwrap();
        (dir, testdata::without_hashes(testdata::fit()), posterior)
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
    fn plans_are_made_from_the_curve_of_todays_plan() {
        let mut posterior = testdata::posterior();
        let tv = &mut posterior.channels[0];
        assert_eq!(curve_draws(&testdata::posterior())[0].value, tv.value_curve);
        tv.plan_curve = Some(&tv.value_curve * 2.0);
        tv.plan_spend = 2.0 * tv.spend;
        let (dir, path) = (tempfile::tempdir().unwrap(), Path::new(CURVES_FILE));
        write_curves(&posterior, File::create(dir.path().join(path)).unwrap(), path).unwrap();
        let fit = testdata::without_hashes(Parts { posterior, ..Parts::new() }.fit());
        let tv = &read_curves(dir.path(), &fit).unwrap()[0];
        let expected = &testdata::posterior().channels[0];
        assert_eq!((tv.spend, &tv.value), (2.0 * expected.spend, &(&expected.value_curve * 2.0)));
        assert_eq!(fit.response_curves[0].current_spend, expected.spend);
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
        let error = read_curves(dir.path(), &testdata::without_hashes(parts.fit())).unwrap_err();
        assert!(error.to_string().contains("value[other]"), "{error}");
    }
}
