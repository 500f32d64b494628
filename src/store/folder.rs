//! The output directory: filled beside its target and swapped in when complete.

pub(crate) mod contents;
mod leftovers;

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::store::error::OutputError;
use crate::store::folder::contents::{Contents, OutputKind};

/// Attempts at the swap when other processes write to the same target; each lost race means that
/// another complete output went in, so a handful is plenty.
const SWAP_ATTEMPTS: usize = 20;

/// A directory in the making. Dropped without [`OutputDir::commit`], it leaves nothing behind.
#[derive(Debug)]
pub struct OutputDir {
    target: PathBuf,
    kind: OutputKind,
    temporary: TempDir,
    /// Held as long as the folder is in the making.
    _lock: File,
    /// Parents that did not exist before, outermost first; removed again when nothing is committed.
    new_parents: Vec<PathBuf>,
}

impl OutputDir {
    /// Checks the target and opens a temporary sibling, so that an unwritable place is found before the
    /// slow work starts. Missing parents are created.
    ///
    /// # Errors
    /// When the target is a file, the current folder, or a folder with something in it that mmm does not
    /// write, and when its parent cannot be written.
    pub fn create(target: &Path) -> Result<OutputDir, OutputError> {
        OutputDir::create_with(target, OutputKind::Fit)
    }

    /// The same for an output of another kind: only one like it is replaced.
    ///
    /// # Errors
    /// As [`OutputDir::create`].
    pub fn create_with(target: &Path, kind: OutputKind) -> Result<OutputDir, OutputError> {
        let target = resolve(target)?;
        check_replaceable(&target, kind)?;
        let (parent, name) = split(&target)?;
        let new_parents = create_parents(parent)?;
        leftovers::sweep(parent, &prefix(&name, "tmp"));
        let made = temporary_in(parent, &name, "tmp");
        match made.and_then(|temporary| Ok((leftovers::claim(temporary.path())?, temporary))) {
            Ok((lock, temporary)) => Ok(OutputDir { target, kind, temporary, _lock: lock, new_parents }),
            Err(e) => {
                remove_empty(&new_parents);
                Err(OutputError::io("cannot write to", parent)(e))
            }
        }
    }

    /// Where the files will be.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Where the files are until then.
    pub fn working_path(&self) -> &Path {
        self.temporary.path()
    }

    /// Writes one file and forces it to disk. `write` gets a buffered writer and the final path, for errors.
    ///
    /// # Errors
    /// Those of `write`, and the operating system's.
    pub fn write<E: From<OutputError>>(
        &self,
        name: &str,
        write: impl FnOnce(&mut BufWriter<File>, &Path) -> Result<(), E>,
    ) -> Result<(), E> {
        let shown = self.target.join(name);
        let failed = || OutputError::io("cannot write", &shown);
        let file = File::create(self.temporary.path().join(name)).map_err(failed())?;
        let mut out = BufWriter::new(file);
        write(&mut out, &shown)?;
        let file = out.into_inner().map_err(|e| failed()(e.into_error()))?;
        file.sync_all().map_err(failed())?;
        Ok(())
    }

    /// Writes one file from bytes.
    ///
    /// # Errors
    /// The operating system's.
    pub fn write_bytes(&self, name: &str, bytes: &[u8]) -> Result<(), OutputError> {
        self.write(name, |out, path| out.write_all(bytes).map_err(OutputError::io("cannot write", path)))
    }

    /// Puts the directory in place of the target; an earlier output goes away only once this one is in.
    ///
    /// # Errors
    /// When the target has meanwhile become something else than an mmm output, or cannot be renamed; it is
    /// then as it was.
    pub fn commit(mut self) -> Result<PathBuf, OutputError> {
        let failed = || OutputError::io("cannot write results to", &self.target);
        leftovers::release(self.temporary.path()).map_err(failed())?;
        sync_dir(self.temporary.path()).map_err(failed())?;
        let (parent, name) = split(&self.target)?;
        let mut last = None;
        for _ in 0..SWAP_ATTEMPTS {
            check_replaceable(&self.target, self.kind)?;
            // The old output waits in here and is removed with it.
            let mut aside = temporary_in(parent, &name, "old").map_err(failed())?;
            match swap(self.temporary.path(), &self.target, &mut aside).map_err(failed())? {
                None => {
                    sync_dir(parent).map_err(failed())?;
                    self.temporary.disable_cleanup(true);
                    self.new_parents.clear();
                    return Ok(self.target.clone());
                }
                raced => last = raced,
            }
        }
        Err(failed()(last.unwrap_or_else(|| io::ErrorKind::ResourceBusy.into())))
    }
}

impl Drop for OutputDir {
    fn drop(&mut self) {
        if !self.new_parents.is_empty() {
            // The temporary folder is in the innermost of them and must go first; a failure to remove
            // it has no one to be told to and leaves a hidden folder.
            let _ = fs::remove_dir_all(self.temporary.path());
            remove_empty(&self.new_parents);
        }
    }
}

/// Puts `new` in the place of an output that is there, in one step, so that at no moment there is none; the
/// old one is then where `new` was. `false` where the system cannot, or there is none.
#[cfg(any(target_os = "linux", target_vendor = "apple"))]
fn exchange(new: &Path, target: &Path) -> bool {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    renameat_with(CWD, new, CWD, target, RenameFlags::EXCHANGE).is_ok()
}

#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
fn exchange(_: &Path, _: &Path) -> bool {
    false
}

/// Moves what is at `target` to `aside` and `new` to its place. `Ok(Some(_))`: another process was faster,
/// try again.
fn swap(new: &Path, target: &Path, aside: &mut TempDir) -> io::Result<Option<io::Error>> {
    let kept = aside.path().join("old");
    if exchange(new, target) {
        // The new output is in; what becomes of the old one, now hidden, is no reason to call it failed.
        if fs::rename(new, &kept).is_err() {
            let _ = fs::remove_dir_all(new);
        }
        return Ok(None);
    }
    let moved = match fs::symlink_metadata(target) {
        Ok(_) => match fs::rename(target, &kept) {
            Ok(()) => true,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Some(e)),
            Err(e) => return Err(e),
        },
        Err(e) if e.kind() == io::ErrorKind::NotFound => false,
        Err(e) => return Err(e),
    };
    let Err(error) = fs::rename(new, target) else { return Ok(None) };
    if fs::symlink_metadata(target).is_ok() {
        return Ok(Some(error));
    }
    if moved && fs::rename(&kept, target).is_err() {
        // Better a stray folder than a lost result.
        aside.disable_cleanup(true);
    }
    Err(error)
}

/// Absolute path, through a link when the target is one, so that the link stays.
fn resolve(target: &Path) -> Result<PathBuf, OutputError> {
    let failed = || OutputError::io("cannot write results to", target);
    if fs::metadata(target).is_ok() {
        return fs::canonicalize(target).map_err(failed());
    }
    if fs::symlink_metadata(target).is_ok_and(|m| m.is_symlink()) {
        return Err(OutputError::NotOurs {
            path: target.into(),
            reason: "it is a link to what does not exist",
        });
    }
    std::path::absolute(target).map_err(failed())
}

fn split(target: &Path) -> Result<(&Path, OsString), OutputError> {
    match (target.parent(), target.file_name()) {
        (Some(parent), Some(name)) => Ok((parent, name.to_owned())),
        _ => Err(OutputError::NotOurs { path: target.into(), reason: "it has no parent folder" }),
    }
}

/// Refuses what is not an earlier output of the same kind, and one that somebody put files of his own into.
fn check_replaceable(target: &Path, kind: OutputKind) -> Result<(), OutputError> {
    let refuse = |reason| Err(OutputError::NotOurs { path: target.into(), reason });
    match fs::metadata(target) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(OutputError::io("cannot write results to", target)(e)),
        Ok(m) if !m.is_dir() => return refuse("it is a file"),
        Ok(_) if std::env::current_dir().is_ok_and(|d| d.starts_with(target)) => {
            return refuse("it is or contains the current folder");
        }
        Ok(_) => {}
    }
    let Contents { is_output, strangers } = match Contents::of(target, kind) {
        Ok(contents) => contents,
        // Gone since: another process is swapping its own output in.
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(OutputError::io("cannot read", target)(e)),
    };
    if strangers.is_empty() {
        return Ok(());
    }
    if is_output {
        return Err(OutputError::HoldsOthers { path: target.into(), names: strangers });
    }
    refuse(match kind {
        OutputKind::Fit => "the folder is not an mmm output: it holds other files and no fit.json",
        OutputKind::Prior => {
            "the folder holds other files and no prior.json; a fit is not replaced by its prior"
        }
        OutputKind::Readout => "the folder holds other files and no readout.json",
        OutputKind::Design => "the folder is not that of a design: it holds other files and no design.json",
        OutputKind::Export => "the folder holds other files and no export.json",
    })
}

/// Creates the missing folders down to `parent`; returns them, outermost first.
fn create_parents(parent: &Path) -> Result<Vec<PathBuf>, OutputError> {
    let mut missing: Vec<PathBuf> =
        parent.ancestors().take_while(|p| !p.exists()).map(Path::to_path_buf).collect();
    missing.reverse();
    fs::create_dir_all(parent).map_err(|e| {
        remove_empty(&missing);
        OutputError::io("cannot create folder", parent)(e)
    })?;
    Ok(missing)
}

/// Removes folders this process made, innermost first, where they are empty.
fn remove_empty(folders: &[PathBuf]) {
    for folder in folders.iter().rev() {
        // A folder that is not empty now holds someone else's work.
        let _ = fs::remove_dir(folder);
    }
}

fn prefix(name: &OsString, what: &str) -> OsString {
    let mut prefix = OsString::from(".");
    prefix.push(name);
    prefix.push(format!(".{what}-"));
    prefix
}

/// A hidden sibling with the permissions an ordinary folder gets (a plain [`TempDir`] is private).
fn temporary_in(parent: &Path, name: &OsString, what: &str) -> io::Result<TempDir> {
    let prefix = prefix(name, what);
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o777));
    }
    builder.tempdir_in(parent)
}

#[cfg(unix)]
fn sync_dir(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Only Unix can open a folder to force it to disk.
#[cfg(not(unix))]
fn sync_dir(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests;
