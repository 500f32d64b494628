//! Runs the real binary in a fresh folder; a failed expectation shows command, status and both streams.

use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// A fresh folder with the files of one test.
pub struct Folder(TempDir);

impl Folder {
    pub fn new() -> Self {
        Folder(tempfile::tempdir().expect("a temporary folder can be made"))
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file into the folder.
    #[allow(dead_code, reason = "each test binary uses its own part of this module")]
    pub fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        std::fs::write(self.path().join(name), content).expect("the file can be written");
        self
    }

    /// Runs `mmm` in the folder.
    pub fn mmm(&self, args: &[&str]) -> Run {
        self.run(args, None)
    }

    /// The same as in a terminal of so many columns.
    #[allow(dead_code, reason = "each test binary uses its own part of this module")]
    pub fn mmm_within(&self, columns: usize, args: &[&str]) -> Run {
        self.run(args, Some(columns))
    }

    fn run(&self, args: &[&str], columns: Option<usize>) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mmm"));
        command.args(args).current_dir(self.path()).env_remove("COLUMNS");
        command.envs(columns.map(|columns| ("COLUMNS", columns.to_string())));
        let output = command.output().expect("the binary starts");
        Run { command: format!("mmm {}", args.join(" ")), output }
    }
}

/// A finished run.
pub struct Run {
    command: String,
    output: Output,
}

#[allow(dead_code, reason = "each test binary uses its own part of this module")]
impl Run {
    pub fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.output.stdout).into_owned()
    }

    /// The exit code; none after a signal.
    pub fn code(&self) -> Option<i32> {
        self.output.status.code()
    }

    pub fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.output.stderr).into_owned()
    }

    /// Command, status and both streams.
    fn dump(&self) -> String {
        let (status, out, err) = (self.output.status, self.stdout(), self.stderr());
        format!("{}\n{status}\n--- stdout\n{out}--- stderr\n{err}", self.command)
    }

    /// Expects an exit code.
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.output.status.code(), Some(code), "{}", self.dump());
        self
    }

    /// Expects a fit that ended; with few draws it may well be called unconverged.
    pub fn finishes(self) -> Self {
        assert!(matches!(self.output.status.code(), Some(0 | 3)), "{}", self.dump());
        self
    }

    /// Expects every text on stderr.
    pub fn complains(self, texts: &[&str]) -> Self {
        let stderr = self.stderr();
        for text in texts {
            assert!(stderr.contains(text), "no {text:?} in stderr of\n{}", self.dump());
        }
        self
    }

    /// Expects every text on stdout.
    pub fn says(self, texts: &[&str]) -> Self {
        let stdout = self.stdout();
        for text in texts {
            assert!(stdout.contains(text), "no {text:?} in stdout of\n{}", self.dump());
        }
        self
    }
}
