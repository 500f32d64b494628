//! The folder that a server's files must lie in.

use std::path::{Component, Path, PathBuf};

use anyhow::{Context, bail};

use super::fault::Fault;

/// A folder; paths that are given are relative to it.
#[derive(Debug, Clone)]
pub struct Root(PathBuf);

impl Root {
    /// An existing folder, its links followed.
    pub fn new(folder: &Path) -> anyhow::Result<Root> {
        let root =
            folder.canonicalize().with_context(|| format!("cannot find the root {}", folder.display()))?;
        if !root.is_dir() {
            bail!("the root {} is no folder", folder.display());
        }
        Ok(Root(root))
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// A file or folder to be read.
    ///
    /// # Errors
    /// What is not there, or lies outside, links followed.
    pub fn existing(&self, given: &str) -> Result<PathBuf, Fault> {
        let path = self.0.join(given);
        let found = path.canonicalize().map_err(|error| {
            // Whether something is there is not told of what lies outside.
            match self.inside(given) {
                Ok(_) => Fault::new("not_found", format!("cannot find {given}: {error}"))
                    .hint("paths are relative to the server's root"),
                Err(fault) => fault,
            }
        })?;
        if found.starts_with(&self.0) { Ok(found) } else { Err(outside(given)) }
    }

    /// A folder to be written, which need not be there yet.
    ///
    /// # Errors
    /// One outside the root, or the root itself, links followed.
    pub fn target(&self, given: &str) -> Result<PathBuf, Fault> {
        let path = self.inside(given)?;
        if path == self.0 { Err(outside(given)) } else { Ok(path) }
    }

    /// The path with the links of what exists of it followed, if it lies inside.
    fn inside(&self, given: &str) -> Result<PathBuf, Fault> {
        let path = self.0.join(given);
        // Of what is not there `..` says nothing that could be checked.
        let plain = |part: Component<'_>| !matches!(part, Component::ParentDir);
        if !Path::new(given).components().all(plain) {
            return Err(outside(given));
        }
        let Some(there) = path.ancestors().find(|path| path.symlink_metadata().is_ok()) else {
            return Err(outside(given));
        };
        let rest = path.strip_prefix(there).map_err(|_| outside(given))?.to_path_buf();
        let found = there.canonicalize().map_err(|_| outside(given))?;
        let whole = if rest.as_os_str().is_empty() { found } else { found.join(rest) };
        if whole.starts_with(&self.0) { Ok(whole) } else { Err(outside(given)) }
    }
}

fn outside(given: &str) -> Fault {
    Fault::new("outside_root", format!("{given} is not below the server's root"))
        .hint("give a path relative to the root, without `..`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn nothing_leads_outside() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path().canonicalize().unwrap();
        fs::create_dir_all(base.join("root/in")).unwrap();
        fs::write(base.join("secret.csv"), "x").unwrap();
        fs::write(base.join("root/data.csv"), "x").unwrap();
        let root = Root::new(&base.join("root")).unwrap();
        assert_eq!(root.existing("data.csv").unwrap(), base.join("root/data.csv"));
        assert_eq!(root.existing("in/../data.csv").unwrap(), base.join("root/data.csv"));
        assert_eq!(root.target("in/new/out").unwrap(), base.join("root/in/new/out"));
        let absolute = base.join("root/data.csv").display().to_string();
        assert_eq!(root.existing(&absolute).unwrap(), base.join("root/data.csv"));
        let secret = base.join("secret.csv").display().to_string();
        for outside in ["../secret.csv", secret.as_str(), "/etc/passwd", "../missing.csv"] {
            assert_eq!(root.existing(outside).unwrap_err().code, "outside_root", "{outside}");
        }
        for outside in ["../out", "in/../../out", "/tmp/out", ".", ""] {
            assert_eq!(root.target(outside).unwrap_err().code, "outside_root", "{outside}");
        }
        assert_eq!(root.existing("missing.csv").unwrap_err().code, "not_found");
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_before_they_are_judged() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path().canonicalize().unwrap();
        fs::create_dir_all(base.join("root")).unwrap();
        fs::create_dir_all(base.join("elsewhere")).unwrap();
        fs::write(base.join("elsewhere/data.csv"), "x").unwrap();
        std::os::unix::fs::symlink(base.join("elsewhere"), base.join("root/link")).unwrap();
        std::os::unix::fs::symlink(base.join("nowhere"), base.join("root/broken")).unwrap();
        let root = Root::new(&base.join("root")).unwrap();
        assert_eq!(root.existing("link/data.csv").unwrap_err().code, "outside_root");
        assert_eq!(root.target("link/out").unwrap_err().code, "outside_root");
        assert_eq!(root.target("broken").unwrap_err().code, "outside_root");
    }
}
