//! One run of this program as a child.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::fault::Fault;

/// A run that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// Its exit code; none after a signal.
    pub code: Option<i32>,
    /// Its stdout.
    pub output: String,
    /// Lines of its stderr.
    pub errors: Vec<String>,
}

/// A run that may be waited for; dropped, it is ended.
pub struct Running {
    child: Child,
    lines: UnboundedReceiver<String>,
    output: UnboundedReceiver<String>,
}

impl Running {
    /// Starts `mmm ARGS` in a folder.
    ///
    /// # Errors
    /// When the system does not start it.
    pub fn start(args: &[String], folder: &Path) -> Result<Running, Fault> {
        let failed = |error: std::io::Error| Fault::new("internal", format!("cannot run mmm: {error}"));
        let program = std::env::current_exe().map_err(failed)?;
        let mut child = Command::new(program)
            .args(args)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        let ((say, lines), (print, output)) = (unbounded_channel(), unbounded_channel());
        // Threads, since reading a pipe blocks; each ends when the child closes its end. A receiver that has gone
        // means that nobody waits any longer.
        if let Some(stderr) = child.stderr.take() {
            thread::spawn(move || {
                for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                    let _ = say.send(line);
                }
            });
        }
        if let Some(mut stdout) = child.stdout.take() {
            thread::spawn(move || {
                let mut bytes = Vec::new();
                let _ = stdout.read_to_end(&mut bytes);
                let _ = print.send(String::from_utf8_lossy(&bytes).into_owned());
            });
        }
        Ok(Running { child, lines, output })
    }

    /// The next line on stderr; none when there will be no more.
    pub async fn line(&mut self) -> Option<String> {
        self.lines.recv().await
    }

    /// The end, once stderr is closed.
    ///
    /// # Errors
    /// When the system cannot tell how it ended.
    pub async fn finish(mut self, errors: Vec<String>) -> Result<Finished, Fault> {
        let output = self.output.recv().await.unwrap_or_default();
        // Both pipes are closed, so this does not take long.
        let status = self.child.wait().map_err(|e| Fault::new("internal", e.to_string()))?;
        Ok(Finished { code: status.code(), output, errors })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // One that has ended is no failure; a folder it left is swept by the next run.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
