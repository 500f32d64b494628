//! Progress of the sampling on stderr, and Ctrl-C.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::Context;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use mmm::sampler::{Progress, Tick};

use super::signals;

/// How much to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// A bar per chain on a terminal, a line every 10 % elsewhere.
    Auto,
    /// Nothing.
    Quiet,
}

/// Ctrl-C was pressed, and everything temporary is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("interrupted; nothing was written")]
pub struct Interrupted;

impl Interrupted {
    /// 128 + SIGINT, what shells report for an interrupted program.
    pub const EXIT_CODE: u8 = 130;
}

/// Set by Ctrl-C; read by the sampler and between the steps of a command.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Takes over Ctrl-C: the first press asks to stop, so that temporary files are removed; the second
    /// ends the process at once.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn install() -> anyhow::Result<Interrupt> {
        let interrupt = Interrupt::default();
        let flag = interrupt.0.clone();
        signals::on_stop(move || {
            if flag.swap(true, Ordering::Relaxed) {
                std::process::exit(Interrupted::EXIT_CODE.into());
            }
            // With stderr closed there is no one left to tell.
            let _ = writeln!(io::stderr(), "\nstopping; press Ctrl-C again to quit at once");
        })
        .context("cannot take over Ctrl-C")?;
        Ok(interrupt)
    }

    /// Whether Ctrl-C was pressed.
    pub fn pressed(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Ends the command when Ctrl-C was pressed.
    ///
    /// # Errors
    /// [`Interrupted`], when it was.
    pub fn check(&self) -> Result<(), Interrupted> {
        if self.pressed() { Err(Interrupted) } else { Ok(()) }
    }
}

/// Shows how far the chains are.
pub struct SamplingProgress {
    display: Display,
    interrupt: Interrupt,
}

enum Display {
    Quiet,
    Bars(Bars),
    Lines(Lines),
}

impl SamplingProgress {
    /// Progress of so many chains, whose lengths the sampler tells.
    pub fn start(chains: usize, detail: Detail, interrupt: Interrupt) -> SamplingProgress {
        let display = match detail {
            Detail::Quiet => Display::Quiet,
            Detail::Auto if io::stderr().is_terminal() => Display::Bars(Bars::new(chains)),
            Detail::Auto => Display::Lines(Lines::new(chains, Box::new(io::stderr()))),
        };
        SamplingProgress { display, interrupt }
    }

    /// Removes the bars; lines stay.
    pub fn finish(&self) {
        if let Display::Bars(bars) = &self.display {
            bars.chains.iter().chain([&bars.beside]).for_each(ProgressBar::finish_and_clear);
        }
    }
}

/// Shows nothing; Ctrl-C ends what is watched.
impl Progress for Interrupt {
    fn cancelled(&self) -> bool {
        self.pressed()
    }
}

impl Progress for SamplingProgress {
    fn stage(&self, stage: &'static str) {
        match &self.display {
            Display::Quiet => {}
            Display::Bars(bars) => bars.stage(stage),
            Display::Lines(lines) => lines.stage(stage),
        }
    }

    fn expect(&self, iterations: usize) {
        match &self.display {
            Display::Quiet => {}
            Display::Bars(bars) => bars.chains.iter().for_each(|bar| bar.set_length(iterations as u64)),
            Display::Lines(lines) => lines.expect(iterations),
        }
    }

    fn advance(&self, tick: Tick) {
        match &self.display {
            Display::Quiet => {}
            Display::Bars(bars) => bars.advance(tick),
            Display::Lines(lines) => lines.advance(tick),
        }
    }

    fn cancelled(&self) -> bool {
        self.interrupt.pressed()
    }
}

/// One bar a chain, and a line for the work beside them.
struct Bars {
    chains: Vec<ProgressBar>,
    beside: ProgressBar,
}

/// Iterations between two texts: the bar itself moves with each one, its text need not.
const TEXT_EVERY: usize = 8;

impl Bars {
    fn new(chains: usize) -> Bars {
        let all = MultiProgress::new();
        let style = ProgressStyle::with_template("{prefix:<9} {bar:25} {pos:>5}/{len} {msg} {eta_precise}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = |chain: usize| {
            let bar = all.add(ProgressBar::new(0));
            bar.set_style(style.clone());
            bar.set_prefix(format!("chain {}", chain + 1));
            bar
        };
        let chains = (0..chains).map(bar).collect();
        let beside = all.add(ProgressBar::new_spinner());
        beside.set_style(
            ProgressStyle::with_template("{msg}").unwrap_or_else(|_| ProgressStyle::default_spinner()),
        );
        Bars { chains, beside }
    }

    fn stage(&self, stage: &'static str) {
        self.beside.set_message(stage);
        self.beside.tick();
    }

    fn advance(&self, tick: Tick) {
        let Some(bar) = self.chains.get(tick.chain) else { return };
        if tick.iteration == 1 {
            self.beside.set_message("");
        }
        bar.set_position(tick.iteration as u64);
        if tick.iteration.is_multiple_of(TEXT_EVERY) {
            bar.set_message(message(tick));
        }
    }
}

fn message(tick: Tick) -> String {
    let phase = if tick.warmup { "warm-up" } else { "draws  " };
    format!("{phase} step {:.3} div {}", tick.step_size, tick.divergences)
}

/// One line each time another tenth of all iterations, as far as their number is known, is done.
struct Lines {
    chains: usize,
    total: AtomicUsize,
    done: AtomicUsize,
    divergences: Vec<AtomicUsize>,
    start: Instant,
    out: Mutex<Box<dyn Write + Send>>,
}

impl Lines {
    fn new(chains: usize, out: Box<dyn Write + Send>) -> Lines {
        Lines {
            chains,
            total: AtomicUsize::new(0),
            done: AtomicUsize::new(0),
            divergences: (0..chains).map(|_| AtomicUsize::new(0)).collect(),
            start: Instant::now(),
            out: Mutex::new(out),
        }
    }

    /// Names a stage that takes its time.
    fn stage(&self, stage: &str) {
        /// A run that is done so soon needs no more lines.
        const SOON: Duration = Duration::from_secs(5);
        let begins = self.done.load(Ordering::Relaxed) == 0;
        if begins || self.start.elapsed() > SOON {
            self.say(stage);
        }
    }

    fn say(&self, line: &str) {
        if let Ok(mut out) = self.out.lock() {
            // Progress that no one can read must not stop a fit.
            let _ = writeln!(out, "{line}");
        }
    }

    fn expect(&self, iterations: usize) {
        self.total.store(self.chains * iterations, Ordering::Relaxed);
    }

    fn advance(&self, tick: Tick) {
        if let Some(count) = self.divergences.get(tick.chain) {
            count.store(tick.divergences, Ordering::Relaxed);
        }
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        let total = self.total.load(Ordering::Relaxed).max(1);
        let tenth = |n: usize| n * 10 / total;
        // fetch_add hands every count to exactly one thread, so each tenth is printed once.
        if tenth(done) > tenth(done - 1) {
            self.say(&self.line((done, total), tick, self.start.elapsed()));
        }
    }

    fn line(&self, (done, total): (usize, usize), tick: Tick, elapsed: Duration) -> String {
        let divergences: usize = self.divergences.iter().map(|d| d.load(Ordering::Relaxed)).sum();
        let left = elapsed.as_secs_f64() * total.saturating_sub(done) as f64 / done as f64;
        let phase = if tick.warmup { "warm-up" } else { "sampling" };
        format!(
            "{phase} {} %: {done} of {total} iterations, {divergences} divergences, step {:.3}, {left:.0} s left",
            done * 100 / total,
            tick.step_size
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);
    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn tick(chain: usize, iteration: usize) -> Tick {
        Tick { chain, iteration, warmup: iteration <= 50, step_size: 0.25, divergences: chain }
    }

    #[test]
    fn ten_lines_however_the_chains_interleave() {
        let out = Shared::default();
        let lines = Lines::new(4, Box::new(out.clone()));
        lines.expect(103);
        std::thread::scope(|scope| {
            for chain in 0..4 {
                let lines = &lines;
                scope.spawn(move || (1..=103).for_each(|i| lines.advance(tick(chain, i))));
            }
        });
        let bytes = out.0.lock().unwrap().clone();
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(text.lines().count(), 10, "{text}");
        assert!(text.contains("sampling 100 %: 412 of 412 iterations, 6 divergences"), "{text}");
    }

    #[test]
    fn time_left_is_in_proportion() {
        let lines = Lines::new(1, Box::new(io::sink()));
        let told = |tick| lines.line((25, 100), tick, Duration::from_secs(10));
        let line = told(tick(0, 25));
        assert!(line.starts_with("warm-up 25 %") && line.ends_with("step 0.250, 30 s left"), "{line}");
        assert!(told(tick(0, 80)).starts_with("sampling"), "{line}");
    }

    #[test]
    fn the_pilot_is_named_and_what_is_soon_done_is_not() {
        let out = Shared::default();
        let lines = Lines::new(1, Box::new(out.clone()));
        lines.stage("pilot");
        lines.expect(10);
        lines.advance(tick(0, 1));
        lines.stage("summaries");
        let text = String::from_utf8(out.0.lock().unwrap().clone()).unwrap();
        assert!(text.starts_with("pilot\nwarm-up 10 %") && !text.contains("summaries"), "{text}");
    }

    #[test]
    fn bars_follow_their_own_chain() {
        let bars = Bars::new(2);
        bars.advance(tick(1, 40));
        bars.advance(tick(9, 1));
        let positions: Vec<u64> = bars.chains.iter().map(ProgressBar::position).collect();
        assert_eq!(positions, [0, 40]);
        assert_eq!(bars.chains[1].message(), "warm-up step 0.250 div 1");
    }

    #[test]
    fn an_interrupt_cancels() {
        let interrupt = Interrupt::default();
        let progress = SamplingProgress::start(1, Detail::Quiet, interrupt.clone());
        assert!(!progress.cancelled());
        assert_eq!(interrupt.check(), Ok(()));
        interrupt.0.store(true, Ordering::Relaxed);
        assert!(progress.cancelled());
        assert_eq!(interrupt.check(), Err(Interrupted));
    }
}
