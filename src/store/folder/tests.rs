//! Tests of the output directory on real folders.

use super::*;
use crate::store::names::{FIT_FILE, PRIOR_FILE, REPORT_FILE, REPORT_UNFINISHED, WEEKLY_FILE};

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(dir).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn complete(target: &Path, content: &str) -> Result<PathBuf, OutputError> {
    let dir = OutputDir::create(target)?;
    dir.write_bytes(FIT_FILE, content.as_bytes())?;
    dir.write_bytes(WEEKLY_FILE, content.as_bytes())?;
    dir.commit()
}

fn content(target: &Path) -> String {
    fs::read_to_string(target.join(FIT_FILE)).unwrap()
}

#[test]
fn a_new_output_appears_whole_and_alone() {
    let root = tempfile::tempdir().unwrap();
    let target = root.path().join("out");
    let dir = OutputDir::create(&target).unwrap();
    dir.write_bytes(FIT_FILE, b"1").unwrap();
    assert!(!target.exists(), "visible before it is complete");
    dir.commit().unwrap();
    assert_eq!((names(root.path()), content(&target)), (vec!["out".to_string()], "1".into()));
}

#[cfg(unix)]
#[test]
fn others_may_read_what_the_umask_lets_them() {
    use std::os::unix::fs::PermissionsExt;
    let root = tempfile::tempdir().unwrap();
    let plain = root.path().join("plain");
    fs::create_dir(&plain).unwrap();
    let target = complete(&root.path().join("out"), "1").unwrap();
    let mode = |p: &Path| fs::metadata(p).unwrap().permissions().mode();
    assert_eq!(mode(&target), mode(&plain));
}

#[cfg(unix)]
#[test]
fn a_link_to_nowhere_is_no_target() {
    let root = tempfile::tempdir().unwrap();
    let link = root.path().join("out");
    std::os::unix::fs::symlink("nowhere", &link).unwrap();
    let refused = complete(&link, "1").unwrap_err().to_string();
    assert!(refused.ends_with("it is a link to what does not exist"), "{refused}");
    assert_eq!(names(root.path()), ["out"]);
}

#[test]
fn an_earlier_output_is_replaced_completely() {
    let root = tempfile::tempdir().unwrap();
    let target = root.path().join("out");
    complete(&target, "1").unwrap();
    for name in [REPORT_FILE, &format!("{REPORT_UNFINISHED}x1"), ".DS_Store"] {
        fs::write(target.join(name), "old").unwrap();
    }
    complete(&target, "2").unwrap();
    assert_eq!(names(&target), [FIT_FILE, WEEKLY_FILE]);
    assert_eq!((names(root.path()), content(&target)), (vec!["out".to_string()], "2".into()));
}

#[test]
fn dropping_leaves_the_old_output_and_nothing_else() {
    let root = tempfile::tempdir().unwrap();
    let target = root.path().join("out");
    complete(&target, "1").unwrap();
    let dir = OutputDir::create(&target).unwrap();
    dir.write_bytes(FIT_FILE, b"2").unwrap();
    drop(dir);
    assert_eq!((names(root.path()), content(&target)), (vec!["out".to_string()], "1".into()));
}

#[test]
fn parents_are_created_and_taken_back_when_nothing_comes_of_it() {
    let root = tempfile::tempdir().unwrap();
    let target = root.path().join("a/b/out");
    drop(OutputDir::create(&target).unwrap());
    assert_eq!(names(root.path()), Vec::<String>::new());
    complete(&target, "1").unwrap();
    assert_eq!(content(&target), "1");
}

#[test]
fn what_is_not_ours_is_not_replaced() {
    let root = tempfile::tempdir().unwrap();
    let target = root.path().join("out");
    fs::create_dir(&target).unwrap();
    fs::write(target.join("thesis.tex"), "years of work").unwrap();
    let error = OutputDir::create(&target).unwrap_err();
    assert!(error.to_string().contains("not an mmm output"), "{error}");
    assert!(error.hint().unwrap().contains("--out"));
    let file = target.join("thesis.tex");
    assert!(OutputDir::create(&file).unwrap_err().to_string().contains("it is a file"));
    assert!(OutputDir::create(Path::new(".")).unwrap_err().to_string().contains("current folder"));
    assert_eq!(names(&target), ["thesis.tex"]);
    assert_eq!(names(root.path()), ["out"]);
}

#[test]
fn files_put_into_an_output_are_named_and_kept() {
    let root = tempfile::tempdir().unwrap();
    let target = root.path().join("out");
    complete(&target, "1").unwrap();
    let early = OutputDir::create(&target).unwrap();
    fs::create_dir(target.join("notes")).unwrap();
    // A folder is never ours, whatever its name.
    fs::create_dir(target.join("log.json")).unwrap();
    for name in ["data.csv", "mmm.toml", PRIOR_FILE] {
        fs::write(target.join(name), "years of work").unwrap();
    }
    early.write_bytes(FIT_FILE, b"2").unwrap();
    for refused in [early.commit().unwrap_err(), OutputDir::create(&target).unwrap_err()] {
        let text = refused.to_string();
        assert!(text.ends_with("did not write: data.csv, log.json/, mmm.toml, notes/, prior.json"), "{text}");
        assert!(refused.hint().unwrap().contains("--out"));
    }
    assert!(OutputDir::create_with(&target, OutputKind::Prior).is_err(), "a fit is not replaced by a prior");
    let kept = ["data.csv", FIT_FILE, "log.json", "mmm.toml", "notes", PRIOR_FILE, WEEKLY_FILE];
    assert_eq!((names(root.path()), content(&target)), (vec!["out".to_string()], "1".into()));
    assert_eq!(names(&target), kept);
}

#[test]
fn a_target_that_stops_being_ours_meanwhile_is_kept() {
    let root = tempfile::tempdir().unwrap();
    let target = root.path().join("out");
    let dir = OutputDir::create(&target).unwrap();
    fs::create_dir(&target).unwrap();
    fs::write(target.join("thesis.tex"), "years of work").unwrap();
    assert!(matches!(dir.commit(), Err(OutputError::NotOurs { .. })));
    assert_eq!((names(root.path()), names(&target)), (vec!["out".to_string()], vec!["thesis.tex".into()]));
}

#[test]
fn an_empty_folder_may_be_filled() {
    let root = tempfile::tempdir().unwrap();
    let target = root.path().join("out");
    fs::create_dir(&target).unwrap();
    complete(&target, "1").unwrap();
    assert_eq!(content(&target), "1");
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link() {
    let root = tempfile::tempdir().unwrap();
    let (real, link) = (root.path().join("real"), root.path().join("link"));
    complete(&real, "1").unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    complete(&link, "2").unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(content(&real), "2");
}

#[cfg(target_os = "linux")]
#[test]
fn an_unwritable_place_fails_before_the_work() {
    // Root ignores permissions, but no one can make folders here.
    let error = OutputDir::create(Path::new("/proc/mmm-out")).unwrap_err();
    assert!(error.to_string().contains("/proc"), "{error}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_named_with_the_final_path() {
    let root = tempfile::tempdir().unwrap();
    let target = root.path().join("out");
    let dir = OutputDir::create(&target).unwrap();
    std::os::unix::fs::symlink("/dev/full", dir.temporary.path().join(FIT_FILE)).unwrap();
    let error = dir.write_bytes(FIT_FILE, &[0; 100_000]).unwrap_err();
    assert!(error.to_string().contains("out/fit.json"), "{error}");
    assert!(error.hint().unwrap().contains("disk is full"), "{error:?}");
    drop(dir);
    assert_eq!(names(root.path()), Vec::<String>::new());
}

#[test]
fn concurrent_writers_end_with_one_complete_output() {
    let root = tempfile::tempdir().unwrap();
    let target = root.path().join("out");
    std::thread::scope(|scope| {
        for i in 0..8 {
            let target = &target;
            scope.spawn(move || complete(target, &"x".repeat(i + 1)).unwrap());
        }
    });
    assert_eq!(names(root.path()), ["out"]);
    assert_eq!(names(&target), [FIT_FILE, WEEKLY_FILE]);
    assert_eq!(content(&target), fs::read_to_string(target.join(WEEKLY_FILE)).unwrap(), "mixed outputs");
}
