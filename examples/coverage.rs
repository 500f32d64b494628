//! How often the default fit's intervals hold the truth, over simulated markets.
//!
//! `cargo run --release --example coverage -- [SETS] [GEOS]`

use mmm::calibration::{LEVELS, coverage, dataset, hits};
use mmm::config::FitConfig;
use mmm::data::settle;
use mmm::simulate::World;
use rayon::prelude::*;

/// First seed: far from those on which the defaults were chosen.
const FIRST_SEED: u64 = 5000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let sets = arguments.next().map_or(Ok(120), |n| n.parse())?;
    let geos = arguments.next().map_or(Ok(1), |n| n.parse())?;
    let all = (0..sets)
        .into_par_iter()
        .map(|i| {
            let (data, options, truth) = dataset(&world(geos, FIRST_SEED + i))?;
            let mut config = settle(FitConfig::default(), &data, &options)?;
            // Half the chains and draws of a default fit: intervals need no more.
            config = config.with(|c| {
                (c.sampler.chains, c.sampler.warmup, c.sampler.draws) = (2, Some(600), Some(600))
            })?;
            Ok(hits(&mmm::fit(&data, &config, &())?, &truth))
        })
        .collect::<Result<Vec<_>, mmm::Error>>()?;
    let levels: Vec<String> = LEVELS.iter().map(|l| format!("{:.0} %", 100.0 * l)).collect();
    println!("| {sets} sets, {geos} geo(s) | intervals | {} |\n|---|---|---|---|---|", levels.join(" | "));
    for row in coverage(&all.concat()) {
        let channels = if row.identifiable_only { "identifiable channels" } else { "all channels" };
        let shares: Vec<String> = row.share.iter().map(|s| format!("{:.0} %", 100.0 * s)).collect();
        println!("| {}, {channels} | {} | {} |", row.subject.name(), row.n, shares.join(" | "));
    }
    Ok(())
}

/// Every other market is confounded, every third has autocorrelated noise.
fn world(geos: usize, seed: u64) -> World {
    World {
        geos,
        seed,
        noise_ar: if seed.is_multiple_of(3) { 0.5 } else { 0.0 },
        confounding: if seed.is_multiple_of(2) { 0.7 } else { 0.0 },
        ..World::default()
    }
}
