//! The signals that ask a command to stop: Ctrl-C, `kill` and the end of the terminal session.

/// Calls `stop` at each such signal, on a thread of its own. Those that the process was started to ignore,
/// as by `nohup` or as a script's background job, stay ignored.
///
/// # Errors
/// When the system refuses.
#[cfg(unix)]
pub fn on_stop(mut stop: impl FnMut() + Send + 'static) -> std::io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let ignored = Ignored::inherited();
    let heard = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| !ignored.contains(*signal));
    let mut signals = signal_hook::iterator::Signals::new(heard)?;
    std::thread::Builder::new().spawn(move || signals.forever().for_each(|_| stop()))?;
    Ok(())
}

/// Elsewhere there is Ctrl-C alone.
#[cfg(not(unix))]
pub fn on_stop(stop: impl FnMut() + Send + 'static) -> std::io::Result<()> {
    ctrlc::set_handler(stop).map_err(std::io::Error::other)
}

/// Bit n − 1 for signal n.
#[cfg(unix)]
struct Ignored(u64);

#[cfg(unix)]
impl Ignored {
    /// What Linux tells in `/proc`. Elsewhere only unsafe code could ask; what matters there is that the
    /// hang-up, which `nohup` ignores, is left alone: at worst a hidden folder stays until the next fit.
    fn inherited() -> Ignored {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        Ignored::told_by(&status).unwrap_or(Ignored(1 << (signal_hook::consts::SIGHUP - 1)))
    }

    fn told_by(status: &str) -> Option<Ignored> {
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
        u64::from_str_radix(mask.trim(), 16).ok().map(Ignored)
    }

    fn contains(&self, signal: i32) -> bool {
        self.0 >> (signal - 1) & 1 == 1
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_mask_counts_signals_from_one() {
        let ignored =
            Ignored::told_by("Name:\tmmm\nSigIgn:\t0000000000001001\nSigCgt:\t2\n").expect("a mask");
        assert_eq!([1, 2, 13, 15].map(|signal| ignored.contains(signal)), [true, false, true, false]);
        assert!(Ignored::told_by("Name:\tmmm\n").is_none());
    }
}
