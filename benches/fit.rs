//! Time of whole fits under the default settings, of one transition, and what a draw is worth.
//!
//! `cargo bench --bench fit [GEOS×WEEKS×CHANNELS]`. The effective sample size is the smallest of any
//! parameter; a gradient is one leapfrog step, those of the warm-up are counted in `gradients/ESS` too.
//! `ns/element` is a core's time per gradient and cell of the media tensor, the sampler's own work included.
//! The peak of memory is the process's so far: give a shape to see its own.

mod common;

use std::time::Instant;

use common::{SHAPES, market};
use mmm::config::FitConfig;

fn main() {
    // Cargo hands its own flags to a bench.
    let only = std::env::args().skip(1).find(|a| !a.starts_with('-'));
    println!(
        "{:>12} {:>7} {:>9} {:>10} {:>8} {:>6} {:>6} {:>7} {:>8} {:>4} {:>8} {:>10} {:>8} {:>13} {:>8}",
        "geo×week×ch",
        "fit s",
        "sampling",
        "summaries",
        "warm-up",
        "draw",
        "R-hat",
        "min ESS",
        "tail ESS",
        "div",
        "draw ms",
        "ns/element",
        "ESS/s",
        "gradients/ESS",
        "peak MB"
    );
    for shape in SHAPES {
        let name = shape.map(|n| n.to_string()).join("×");
        if only.as_ref().is_none_or(|only| *only == name) {
            report(&name, shape);
        }
    }
}

fn report(name: &str, shape: [usize; 3]) {
    let dataset = market(shape);
    let config = FitConfig::default();
    let start = Instant::now();
    let fit = mmm::fit(&dataset, &config, &()).expect("a simulated market can be fitted");
    let seconds = start.elapsed().as_secs_f64();
    let transitions: usize = fit.chains.iter().map(|c| c.energy.len()).sum();
    let iterations = transitions + fit.warmup * fit.chains.len();
    let warmup: u64 = fit.chains.iter().map(|c| c.leapfrogs_warmup).sum();
    let kept: u64 = fit.chains.iter().map(|c| c.leapfrogs).sum();
    let diagnostics = &fit.diagnostics;
    let ess = diagnostics.min_ess_bulk.unwrap_or(f64::NAN);
    // Chains share the cores: a core's time on one transition, warm-up and kept alike.
    let cores = rayon::current_num_threads().min(fit.chains.len()) as f64;
    let core_seconds = cores * (fit.cost.warmup + fit.cost.sampling).as_secs_f64();
    let elements = shape.iter().product::<usize>() as f64;
    println!(
        "{name:>12} {seconds:>7.2} {:>9.2} {:>10.2} {:>8.1} {:>6.1} {:>6.3} {ess:>7.0} {:>8.0} {:>4} {:>8.3} {:>10.1} \
         {:>8.0} {:>13.0} {:>8.0}",
        (fit.cost.warmup + fit.cost.sampling).as_secs_f64(),
        fit.cost.summaries.as_secs_f64(),
        warmup as f64 / (iterations - transitions) as f64,
        kept as f64 / transitions as f64,
        diagnostics.max_rhat.unwrap_or(f64::NAN),
        diagnostics.min_ess_tail.unwrap_or(f64::NAN),
        diagnostics.divergences,
        1e3 * core_seconds / iterations as f64,
        1e9 * core_seconds / ((warmup + kept) as f64 * elements),
        ess / seconds,
        (warmup + kept) as f64 / ess,
        peak_megabytes().unwrap_or(f64::NAN),
    );
}

/// Largest resident memory of the process so far, where the system tells it (Linux).
fn peak_megabytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse::<f64>().ok().map(|kilobytes| kilobytes / 1024.0)
}
