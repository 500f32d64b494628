//! All files of a fit, written into an output directory in the making.

use super::{
    CURVES_FILE, DRAWS_FILE, FIT_FILE, Fit, OutputDir, OutputError, PRIOR_DRAWS_FILE, PRIOR_FILE,
    PriorReport, WEEKLY_FILE, write_curves, write_draws, write_weekly,
};
use crate::data::Dataset;
use crate::posterior::Posterior;

/// Writes `fit.json`, `draws.parquet`, `curves.parquet` and `weekly.csv`; `log.json` and `report.html` are
/// added with [`OutputDir::write_bytes`].
///
/// # Errors
/// When a number is not finite, the disk is full, or another write fails.
pub fn write_results(
    dir: &OutputDir,
    fit: &Fit,
    dataset: &Dataset,
    posterior: &Posterior,
) -> Result<(), OutputError> {
    dir.write_bytes(FIT_FILE, &fit.to_json()?)?;
    dir.write(DRAWS_FILE, |out, path| write_draws(posterior, out, path))?;
    dir.write(CURVES_FILE, |out, path| write_curves(posterior, out, path))?;
    dir.write(WEEKLY_FILE, |out, path| {
        write_weekly(dataset, posterior, out).map_err(OutputError::io("cannot write", path))
    })
}

/// Writes `prior.json` and `prior_draws.parquet`.
///
/// # Errors
/// As [`write_results`].
pub fn write_prior(dir: &OutputDir, report: &PriorReport, draws: &Posterior) -> Result<(), OutputError> {
    dir.write_bytes(PRIOR_FILE, &report.to_json()?)?;
    dir.write(PRIOR_DRAWS_FILE, |out, path| write_draws(draws, out, path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::testdata::Parts;
    use crate::output::{curve_draws, read_curves};
    use std::fs;

    #[test]
    fn two_runs_leave_the_same_bytes_and_can_be_read_back() {
        let root = tempfile::tempdir().unwrap();
        let parts = Parts::new();
        let run = |name: &str| {
            let dir = OutputDir::create(&root.path().join(name)).unwrap();
            write_results(&dir, &parts.fit(), &parts.dataset, &parts.posterior).unwrap();
            dir.commit().unwrap()
        };
        let (a, b) = (run("a"), run("b"));
        for file in [FIT_FILE, DRAWS_FILE, CURVES_FILE, WEEKLY_FILE] {
            assert_eq!(fs::read(a.join(file)).unwrap(), fs::read(b.join(file)).unwrap(), "{file}");
        }
        let fit = Fit::read(&a).unwrap();
        assert_eq!(fit, parts.fit());
        assert_eq!(read_curves(&a, &fit).unwrap(), curve_draws(&parts.posterior));
    }

    #[test]
    fn a_number_that_is_not_finite_leaves_nothing() {
        let root = tempfile::tempdir().unwrap();
        let mut parts = Parts::new();
        parts.posterior.channels[0].slope[0] = f64::NAN;
        let dir = OutputDir::create(&root.path().join("out")).unwrap();
        let error = write_results(&dir, &parts.fit(), &parts.dataset, &parts.posterior).unwrap_err();
        assert!(error.to_string().contains("channels[0].saturation.slope"), "{error}");
        drop(dir);
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);
    }
}
