//! How right the readings of simulated geo tests are: against their truth, and against a method without a model.
//!
//! `cargo run --release --example readouts -- [TESTS] [FIRST_SEED]`
//!
//! Panels of 40 geos × 156 weeks, 12 geos treated for 8 weeks: four channels, switched off, halved and doubled.

use mmm::calibration::dataset;
use mmm::config::FitConfig;
use mmm::data::{Experiments, settle};
use mmm::readout::{CellRequest, SpendTold, TestRequest, readout};
use mmm::report::ReadoutReport;
use mmm::simulate::World;

const CHANNELS: [&str; 4] = ["tv", "search", "social", "display"];
const DOSES: [f64; 3] = [0.0, 0.5, 2.0];
/// Standard errors to the end of a 90 % interval.
const NINETY: f64 = 1.645;

/// One test: what it was, its true lift, and what was read.
struct Reading {
    channel: &'static str,
    dose: f64,
    truth: f64,
    report: ReadoutReport,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let tests: u64 = arguments.next().map_or(Ok(48), |n| n.parse())?;
    let first: u64 = arguments.next().map_or(Ok(7000), |n| n.parse())?;
    // One after the other: each takes all cores.
    let all = (0..tests).map(|i| one(first + i, i)).collect::<Result<Vec<_>, mmm::Error>>()?;
    println!(
        "| tests | n | estimate / truth | 90 % interval holds it | rms z | … of SDID | se / SDID's, median | placebo windows at 10 % |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    row("all", &all.iter().collect::<Vec<_>>());
    for channel in CHANNELS {
        row(channel, &all.iter().filter(|r| r.channel == channel).collect::<Vec<_>>());
    }
    for dose in DOSES {
        row(&format!("× {dose}"), &all.iter().filter(|r| r.dose == dose).collect::<Vec<_>>());
    }
    Ok(())
}

fn one(seed: u64, i: u64) -> Result<Reading, mmm::Error> {
    let (channel, dose) = (CHANNELS[i as usize % 4], DOSES[i as usize / 4 % 3]);
    let test = format!("{channel}:{dose}:12:130:8").parse().expect("a test");
    let world = World { geos: 40, seed, geo_test: Some(test), ..World::default() };
    let (data, options, truth) = dataset(&world)?;
    let truth = truth.geo_test().expect("a world with a geo test");
    let mut config = settle(FitConfig::default(), &data, &options)?;
    // Half the chains and fewer draws than a default fit: a sum of cells needs no more.
    config =
        config.with(|c| (c.sampler.chains, c.sampler.warmup, c.sampler.draws) = (2, Some(250), Some(250)))?;
    let request = TestRequest {
        channel: channel.into(),
        start: truth.start.parse().expect("the simulator writes dates"),
        end: truth.end.parse().expect("the simulator writes dates"),
        readout_end: None,
        cells: vec![CellRequest {
            name: None,
            geos: truth.geos.clone(),
            spend: SpendTold::Change(truth.spend_change),
        }],
        told_by: "the simulator".into(),
    };
    let report = readout(&data, &config, (&request, &Experiments::default()), &())?;
    let reading = Reading { channel, dose, truth: truth.lift_to_end, report };
    // A long run may be ended early.
    let lift = &reading.report.whole.lift;
    eprintln!(
        "{seed} {channel} × {dose}: truth {:.0}, read {:.0} ± {:.0} ({:.0} to {:.0})",
        reading.truth, lift.mean, lift.sd, lift.q05, lift.q95
    );
    Ok(reading)
}

fn row(name: &str, tests: &[&Reading]) {
    let n = tests.len() as f64;
    let lift = |r: &Reading| r.report.whole.lift;
    let total: f64 = tests.iter().map(|r| r.truth.abs()).sum();
    let read: f64 = tests.iter().map(|r| lift(r).mean * r.truth.signum()).sum();
    let inside = tests.iter().filter(|r| (lift(r).q05..=lift(r).q95).contains(&r.truth)).count() as f64;
    let squares: f64 = tests.iter().map(|r| ((lift(r).mean - r.truth) / lift(r).sd).powi(2)).sum();
    let second = |r: &Reading| Some((r.report.whole.second_opinion.lift?, r.report.whole.second_opinion.se?));
    let of_second: Vec<bool> = tests
        .iter()
        .filter_map(|r| second(r).map(|(lift, se)| (lift - r.truth).abs() <= NINETY * se))
        .collect();
    let held = of_second.iter().filter(|held| **held).count() as f64 / of_second.len().max(1) as f64;
    let mut ratios: Vec<f64> = tests.iter().filter_map(|r| Some(lift(r).sd / second(r)?.1)).collect();
    ratios.sort_by(f64::total_cmp);
    let windows: Vec<f64> = tests
        .iter()
        .flat_map(|r| r.report.whole.placebo.windows.iter().map(|w| (w.error / w.se).abs()))
        .collect();
    let called = windows.iter().filter(|z| **z > NINETY).count() as f64 / windows.len().max(1) as f64;
    println!(
        "| {name} | {} | {:.2} | {:.0} % | {:.2} | {:.0} % | {:.2} | {:.1} % of {} |",
        tests.len(),
        read / total,
        100.0 * inside / n,
        (squares / n).sqrt(),
        100.0 * held,
        ratios.get(ratios.len() / 2).copied().unwrap_or(f64::NAN),
        100.0 * called,
        windows.len()
    );
}
