//! The lift tests of an earlier fit.

use std::path::Path;

use crate::data::{ExperimentFile, read_experiments};
use crate::warning::Warning;

/// Says that the file of tests is no longer what the earlier fit read; a repetition takes its rows from the fit.
pub fn changed_experiments(earlier: &ExperimentFile) -> Option<Warning> {
    let now = read_experiments(Path::new(&earlier.file)).ok()?;
    (now.sha256 != earlier.sha256).then(|| {
        Warning::new(
            "experiments_changed",
            format!("{} has changed since the earlier fit, whose tests are used again", earlier.file),
            format!("use the file as it is now with --experiments {}", earlier.file),
        )
    })
}

/// Says which tests count already in the posterior that is carried forward.
pub fn tests_carried(held: &[String]) -> Option<Warning> {
    let names: Vec<String> = held.iter().map(|label| format!("`{label}`")).collect();
    (!held.is_empty()).then(|| {
        Warning::new(
            "tests_carried",
            format!("tests that the earlier fit held are skipped: {}", names.join(", ")),
            "they count in the posterior that is carried forward; without --carry-forward they are used again",
        )
    })
}

/// Why the tests cannot be read again as they were; their rows are in the fit.
pub(super) fn other_experiments(before: &ExperimentFile) -> Option<String> {
    match read_experiments(Path::new(&before.file)) {
        Ok(now) if now.sha256 == before.sha256 => None,
        Ok(now) => Some(format!(
            "the experiments: SHA-256 of {} is {}, of the fitted file {}; the rows kept in the fit are used",
            before.file, now.sha256, before.sha256
        )),
        Err(_) => Some(format!(
            "the experiments: {} cannot be read; the rows kept in the fit are used",
            before.file
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_file_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("experiments.csv");
        assert_eq!(tests_carried(&[]), None);
        std::fs::write(&path, "channel,start,end\ntv,2024-01-01,2024-01-07\n").unwrap();
        let before = read_experiments(&path).unwrap();
        assert_eq!((changed_experiments(&before), other_experiments(&before)), (None, None));
        std::fs::write(&path, "channel,start,end\ntv,2024-01-01,2024-01-14\n").unwrap();
        assert_eq!(changed_experiments(&before).unwrap().code, "experiments_changed");
        assert!(other_experiments(&before).unwrap().contains("SHA-256"));
        std::fs::remove_file(&path).unwrap();
        assert!(changed_experiments(&before).is_none(), "the rows kept in the fit do");
        assert!(other_experiments(&before).unwrap().contains("cannot be read"));
    }
}
