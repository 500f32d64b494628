//! What fits that were killed left beside the output directory, told by a lock that died with them.

use std::ffi::OsStr;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::Path;

/// File in an unfinished output that its process keeps locked.
const LOCK_FILE: &str = ".lock";

/// Marks an unfinished output as in work. Without locks (some network drives) it is only never cleaned up.
///
/// The lock is taken before the file has its name: a sweep never sees it unlocked.
pub(crate) fn claim(folder: &Path) -> io::Result<File> {
    let unnamed = folder.join(".lock-new");
    let lock = File::create(&unnamed)?;
    let _ = lock.try_lock();
    fs::rename(unnamed, folder.join(LOCK_FILE))?;
    Ok(lock)
}

/// Takes the mark away from an output that is finished.
pub(crate) fn release(folder: &Path) -> io::Result<()> {
    fs::remove_file(folder.join(LOCK_FILE))
}

/// Removes the unfinished outputs in `parent` whose names begin with `prefix` and whose process is gone.
/// What is in work, what has no lock and what cannot be removed stays.
pub(crate) fn sweep(parent: &Path, prefix: &OsStr) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        if !name.as_encoded_bytes().starts_with(prefix.as_encoded_bytes()) {
            continue;
        }
        let Ok(lock) = File::open(entry.path().join(LOCK_FILE)) else { continue };
        match lock.try_lock() {
            Ok(()) => {
                // It is hidden and nobody's; should this fail, the next fit tries again.
                let _ = fs::remove_dir_all(entry.path());
            }
            Err(TryLockError::WouldBlock | TryLockError::Error(_)) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_nobody_works_on_is_removed() {
        let root = tempfile::tempdir().unwrap();
        let folder = |name: &str| {
            fs::create_dir(root.path().join(name)).unwrap();
            root.path().join(name)
        };
        let [dead, alive, unmarked, other] =
            [".out.tmp-a", ".out.tmp-b", ".out.tmp-c", ".output.tmp-d"].map(folder);
        drop(claim(&dead).unwrap());
        drop(claim(&other).unwrap());
        let lock = claim(&alive).unwrap();
        sweep(root.path(), OsStr::new(".out.tmp-"));
        assert_eq!([&dead, &alive, &unmarked, &other].map(|f| f.exists()), [false, true, true, true]);
        drop(lock);
        sweep(root.path(), OsStr::new(".out.tmp-"));
        assert!(!alive.exists());
    }
}
