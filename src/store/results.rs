//! All files of a fit, written into an output directory in the making.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::data::Dataset;
use crate::posterior::Posterior;
use crate::report::{FileReport, Fit, PriorReport};
use crate::sha256;
use crate::store::curves::write_curves;
use crate::store::error::OutputError;
use crate::store::folder::OutputDir;
use crate::store::media::write_media;
use crate::store::names::{
    CURVES_FILE, DRAWS_FILE, FIT_FILE, MEDIA_FILE, PRIOR_DRAWS_FILE, PRIOR_FILE, WEEKLY_FILE,
};
use crate::store::parquet::write_draws;
use crate::store::weekly::write_weekly;

/// Writes `draws.parquet`, `curves.parquet`, `media.parquet`, `weekly.csv` and, with the hashes of the
/// Parquet files put into it, `fit.json`; `log.json` and `report.html` are added with
/// [`OutputDir::write_bytes`].
///
/// # Errors
/// When a number is not finite, the disk is full, or another write fails.
pub fn write_results(
    dir: &OutputDir,
    fit: &mut Fit,
    dataset: &Dataset,
    posterior: &Posterior,
) -> Result<(), OutputError> {
    // A number that JSON cannot carry is found before anything large is written.
    fit.check_finite()?;
    let media = || hashed(dir, MEDIA_FILE, |out, path| write_media(&posterior.history, out, path));
    let weekly = || {
        dir.write(WEEKLY_FILE, |out, path| {
            write_weekly(dataset, posterior, out).map_err(OutputError::io("cannot write", path))
        })
    };
    let ((draws, curves), (media, weekly)) = rayon::join(
        || {
            rayon::join(
                || hashed(dir, DRAWS_FILE, |out, path| write_draws(posterior, out, path)),
                || hashed(dir, CURVES_FILE, |out, path| write_curves(posterior, out, path)),
            )
        },
        || rayon::join(media, weekly),
    );
    fit.files = vec![draws?, curves?, media?];
    weekly?;
    dir.write_bytes(FIT_FILE, &fit.to_json()?)
}

/// Writes `prior.json` and `prior_draws.parquet`.
///
/// # Errors
/// As [`write_results`].
pub fn write_prior(dir: &OutputDir, report: &PriorReport, draws: &Posterior) -> Result<(), OutputError> {
    dir.write_bytes(PRIOR_FILE, &report.to_json()?)?;
    dir.write(PRIOR_DRAWS_FILE, |out, path| write_draws(draws, out, path))
}

/// Writes a file and tells its hash.
fn hashed(
    dir: &OutputDir,
    name: &str,
    write: impl FnOnce(&mut Hashing<'_>, &Path) -> Result<(), OutputError>,
) -> Result<FileReport, OutputError> {
    let mut hash = Sha256::new();
    dir.write(name, |out, path| write(&mut Hashing { out, hash: &mut hash }, path))?;
    Ok(FileReport { name: name.to_owned(), sha256: sha256::hex(hash) })
}

/// Passes bytes on and hashes them.
struct Hashing<'a> {
    out: &'a mut BufWriter<File>,
    hash: &'a mut Sha256,
}

impl Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.out.write(bytes)?;
        self.hash.update(&bytes[..n]);
        Ok(n)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::posterior::curve_draws;
    use crate::report::testdata::Parts;
    use crate::store::curves::read_curves;
    use std::fs;

    #[test]
    fn two_runs_leave_the_same_bytes_and_can_be_read_back() {
        let root = tempfile::tempdir().unwrap();
        let parts = Parts::new();
        let run = |name: &str| {
            let dir = OutputDir::create(&root.path().join(name)).unwrap();
            write_results(&dir, &mut parts.fit(), &parts.dataset, &parts.posterior).unwrap();
            dir.commit().unwrap()
        };
        let (a, b) = (run("a"), run("b"));
        for file in [FIT_FILE, DRAWS_FILE, CURVES_FILE, MEDIA_FILE, WEEKLY_FILE] {
            assert_eq!(fs::read(a.join(file)).unwrap(), fs::read(b.join(file)).unwrap(), "{file}");
        }
        let fit = Fit::read(&a).unwrap();
        let written = Fit { files: Vec::new(), values_sha256: parts.fit().values_sha256, ..fit.clone() };
        assert_eq!(written, parts.fit());
        assert_eq!(read_curves(&a, &fit).unwrap(), curve_draws(&parts.posterior));
        let mut bytes = fs::read(a.join(CURVES_FILE)).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(a.join(CURVES_FILE), bytes).unwrap();
        let error = read_curves(&a, &fit).unwrap_err().to_string();
        assert!(error.contains("not the bytes that fit.json speaks of"), "{error}");
    }

    #[test]
    fn a_number_that_is_not_finite_leaves_nothing() {
        let root = tempfile::tempdir().unwrap();
        let mut parts = Parts::new();
        parts.posterior.channels[0].slope[0] = f64::NAN;
        let dir = OutputDir::create(&root.path().join("out")).unwrap();
        let error = write_results(&dir, &mut parts.fit(), &parts.dataset, &parts.posterior).unwrap_err();
        assert!(error.to_string().contains("channels[0].saturation.slope"), "{error}");
        drop(dir);
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);
    }
}
