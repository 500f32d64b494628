//! What the defaults recover of markets that break the model's assumptions, one row of a table each.
//!
//! `cargo run --release --example assumptions -- [SETS]`

use mmm::calibration::{Recovery, dataset};
use mmm::config::FitConfig;
use mmm::data::settle;
use mmm::simulate::{AdstockShape, BaselineShape, SaturationShape, World};
use rayon::prelude::*;

/// First seed: far from those on which the defaults were chosen.
const FIRST_SEED: u64 = 7000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sets: u64 = std::env::args().nth(1).map_or(Ok(40), |n| n.parse())?;
    println!("| market ({sets} sets each) | error | covered | marginal ROI off by | regret | harmful |");
    println!("|---|---|---|---|---|---|");
    for (name, world) in worlds() {
        let recovered = (0..sets)
            .into_par_iter()
            .map(|i| recover(&World { seed: FIRST_SEED + i, ..world.clone() }))
            .collect::<Result<Vec<_>, mmm::Error>>()?;
        let mean = |of: fn(&Recovery) -> f64| recovered.iter().map(of).sum::<f64>() / sets as f64;
        let regrets: Vec<f64> = recovered.iter().filter_map(|r| r.regret).collect();
        let covered: usize = recovered.iter().map(|r| r.covered).sum();
        let identifiable: usize = recovered.iter().map(|r| r.identifiable).sum();
        println!(
            "| {name} | {:.2} | {:.0} % | {:.2} | {:.2} | {:.0} % |",
            mean(|r| r.error),
            100.0 * covered as f64 / identifiable as f64,
            mean(|r| r.marginal_error),
            regrets.iter().sum::<f64>() / regrets.len() as f64,
            100.0 * regrets.iter().filter(|r| **r > 1.0).count() as f64 / regrets.len() as f64,
        );
    }
    Ok(())
}

fn recover(world: &World) -> Result<Recovery, mmm::Error> {
    let (data, options, truth) = dataset(world)?;
    let config = settle(FitConfig::default(), &data, &options)?;
    let report = mmm::fit(&data, &config, &())?.report(&data, &config, Vec::new())?;
    Recovery::of(&report, &truth)
}

/// The default market, and what is changed in it.
fn worlds() -> Vec<(&'static str, World)> {
    let usual = World::default;
    vec![
        ("default", usual()),
        ("`--confounding 0`", World { confounding: 0.0, ..usual() }),
        ("`--saturation logistic`", World { saturation: SaturationShape::Logistic, ..usual() }),
        ("`--adstock delayed`", World { adstock: AdstockShape::Delayed, ..usual() }),
        ("`--baseline random-walk`", World { baseline: BaselineShape::RandomWalk, ..usual() }),
        ("`--outliers 6`", World { outliers: 6, ..usual() }),
        ("`--noise-ar 0.6`", World { noise_ar: 0.6, ..usual() }),
        ("`--weeks 78`", World { weeks: 78, ..usual() }),
        ("`--channels 15`", World { channels: 15, ..usual() }),
        ("`--collinear`", World { collinear: true, ..usual() }),
        ("`--dominant`", World { dominant: true, ..usual() }),
        ("`--confounding 1`", World { confounding: 1.0, ..usual() }),
        (
            "`--confounding 1 --proxy-reliability 0`",
            World { confounding: 1.0, proxy_reliability: 0.0, ..usual() },
        ),
        ("`--geos 8`", World { geos: 8, ..usual() }),
    ]
}
