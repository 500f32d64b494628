//! Doubt → test → budget, over many simulated markets: does the designed test lower regret more than as much money
//! spent on a channel and geos chosen by chance? And is the error that a design predicts the error that is read?
//!
//! `cargo run --release --example closed_loop -- [MARKETS] [FIRST_SEED]`
//!
//! Panels of 20 geos × 164 weeks × 4 channels. 144 weeks are fitted; the designed test runs in those that follow, then
//! all weeks are fitted with its contrast. Short chains: 2 × (300 + 300).

use mmm::calibration::{Recovery, dataset};
use mmm::config::{FitConfig, LoadOptions};
use mmm::data::{Dataset, Experiments, read_experiments, resolve_experiments, settle};
use mmm::fit::fit_with_tests;
use mmm::readout::{CellRequest, SpendTold, TestRequest, readout};
use mmm::simulate::{Existing, GeoTest, World, simulate};
use mmm::test_design::{Constraints, Design, design};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

type Fault = Box<dyn std::error::Error + Send + Sync>;

/// Weeks known when the test is designed.
const KNOWN: usize = 144;
const WEEKS: usize = 164;
/// Geos that a test leaves untreated at least, as a share.
const LEFT: f64 = 0.5;

/// What became of one market.
struct Market {
    seed: u64,
    /// Regret without a test, with the designed one, with one by chance.
    regret: [f64; 3],
    /// Error of contributions, likewise.
    error: [f64; 3],
    /// Standard error that the design predicted, that was read, and (estimate − truth).
    se: [f64; 3],
    told: String,
}

fn main() -> Result<(), Fault> {
    let mut arguments = std::env::args().skip(1);
    let markets: u64 = arguments.next().map_or(Ok(20), |n| n.parse())?;
    let first: u64 = arguments.next().map_or(Ok(8000), |n| n.parse())?;
    let one = |i| {
        let market = one(first + i);
        match &market {
            Ok(m) => eprintln!("{} {:?} {:?} {}", m.seed, m.regret, m.se, m.told),
            Err(fault) => eprintln!("{}: {fault}", first + i),
        }
        market
    };
    let all = (0..markets).into_par_iter().map(one).collect::<Result<Vec<_>, Fault>>()?;
    println!("| test | regret, mean | median | error of contributions |\n|---|---|---|---|");
    for (k, name) in ["none", "designed", "by chance"].into_iter().enumerate() {
        let regret: Vec<f64> = all.iter().map(|m| m.regret[k]).collect();
        let error: Vec<f64> = all.iter().map(|m| m.error[k]).collect();
        println!("| {name} | {:.2} | {:.2} | {:.3} |", mean(&regret), median(&regret), mean(&error));
    }
    for (name, a, b) in
        [("designed − none", 1, 0), ("by chance − none", 2, 0), ("designed − by chance", 1, 2)]
    {
        let regret: Vec<f64> = all.iter().map(|m| m.regret[a] - m.regret[b]).collect();
        let error: Vec<f64> = all.iter().map(|m| m.error[a] - m.error[b]).collect();
        println!(
            "{name}: regret {:+.3} ± {:.3}, error {:+.3} ± {:.3}",
            mean(&regret),
            standard_error(&regret),
            mean(&error),
            standard_error(&error)
        );
    }
    let ratio: Vec<f64> = all.iter().map(|m| m.se[0] / m.se[1]).collect();
    let z: Vec<f64> = all.iter().map(|m| (m.se[2] / m.se[0]).powi(2)).collect();
    println!(
        "predicted over read standard error: median {:.2}, {:.2} to {:.2}; rms (estimate − truth) / predicted {:.2}",
        median(&ratio),
        ratio.iter().copied().fold(f64::INFINITY, f64::min),
        ratio.iter().copied().fold(0.0, f64::max),
        mean(&z).sqrt()
    );
    Ok(())
}

fn one(seed: u64) -> Result<Market, Fault> {
    let world = World { geos: 20, weeks: WEEKS, channels: 4, seed, ..World::default() };
    let folder = tempfile::tempdir()?;
    let (data, options, truth) = dataset(&world)?;
    simulate(&world)?.write(folder.path(), Existing::Replace)?;
    let known = LoadOptions { to: Some(data.dates[KNOWN - 1]), ..options.clone() };
    let fit = folder.path().join("fit");
    let report = mmm::run(&folder.path().join("data.csv"), &known, short(FitConfig::default())?, &fit)?;
    let limits = Constraints { max_weeks: 8, seed, ..Constraints::default() };
    let best = design((&fit, &report), &limits)?.designs.remove(0);
    let first_week = data.dates.iter().position(|d| *d == best.start).ok_or("the test begins in the data")?;
    let designed = GeoTest {
        channel: best.channel.clone(),
        dose: best.dose[0],
        geos: best.geos.len(),
        named: best.geos.clone(),
        first_week,
        weeks: best.dose.len(),
    };
    let chance = by_chance(&data, &best, &designed, seed);
    let told = format!(
        "{} ×{} {} geos {} weeks, net {:.0}; by chance {} {} geos",
        best.channel, designed.dose, designed.geos, designed.weeks, best.net, chance.channel, chance.geos
    );
    let fitted = |test: Option<GeoTest>| -> Result<Recovery, Fault> {
        let world = World { geo_test: test.clone(), ..world.clone() };
        let (data, options, _) = dataset(&world)?;
        let config = short(settle(FitConfig::default(), &data, &options)?)?;
        let tests = match test {
            Some(_) => {
                let told = folder.path().join("told");
                simulate(&world)?.write(&told, Existing::Replace)?;
                resolve_experiments(&read_experiments(&told.join("contrast.csv"))?, &data, &config)?.0
            }
            None => Experiments::default(),
        };
        let fit = fit_with_tests(&data, &config, &tests, &())?;
        Ok(Recovery::of(&fit.report(&data, &config, Vec::new())?, &truth)?)
    };
    let se = read(&World { geo_test: Some(designed.clone()), ..world.clone() }, &best)?;
    let [none, designed, chance] = [fitted(None)?, fitted(Some(designed))?, fitted(Some(chance))?];
    let regret = |r: &Recovery| r.regret.unwrap_or(f64::NAN);
    Ok(Market {
        seed,
        regret: [regret(&none), regret(&designed), regret(&chance)],
        error: [none.error, designed.error, chance.error],
        se,
        told,
    })
}

/// Another channel and geos, by chance; the same weeks and dose, and as much spend changed as can be.
fn by_chance(data: &Dataset, best: &Design, designed: &GeoTest, seed: u64) -> GeoTest {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut channels: Vec<_> = data.channels.iter().collect();
    channels.shuffle(&mut rng);
    let channel = channels[0];
    let mut geos: Vec<usize> = (0..data.n_geos()).collect();
    geos.shuffle(&mut rng);
    let usual = |g: usize| channel.spend.row(g).mean().unwrap_or(0.0) * designed.weeks as f64;
    let (mut named, mut changed) = (Vec::new(), 0.0);
    for g in geos {
        let full = named.len() as f64 >= LEFT * data.n_geos() as f64;
        if full || changed >= best.spend_change.abs() {
            break;
        }
        named.push(data.geos[g].clone());
        changed += usual(g) * (designed.dose - 1.0).abs();
    }
    GeoTest { channel: channel.name.clone(), geos: named.len(), named, ..designed.clone() }
}

/// Standard error predicted, read, and how far the reading is from the truth.
fn read(world: &World, best: &Design) -> Result<[f64; 3], Fault> {
    let (data, options, truth) = dataset(world)?;
    let truth = truth.geo_test().ok_or("a world with a test")?;
    let config = short(settle(FitConfig::default(), &data, &options)?)?;
    let request = TestRequest {
        channel: best.channel.clone(),
        start: best.start,
        end: best.end,
        readout_end: Some(best.readout_end),
        cells: vec![CellRequest {
            name: None,
            geos: best.geos.clone(),
            spend: SpendTold::Change(truth.spend_change),
        }],
        told_by: "the simulator".into(),
    };
    let lift = readout(&data, &config, (&request, &Experiments::default()), &())?.whole.lift;
    Ok([best.se, lift.sd, lift.mean - truth.lift_to_end])
}

fn short(config: FitConfig) -> Result<FitConfig, Fault> {
    Ok(config.with(|c| (c.sampler.chains, c.sampler.warmup, c.sampler.draws) = (2, Some(300), Some(300)))?)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn standard_error(values: &[f64]) -> f64 {
    let (n, centre) = (values.len() as f64, mean(values));
    (values.iter().map(|v| (v - centre).powi(2)).sum::<f64>() / (n - 1.0) / n).sqrt()
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len();
    (sorted[(n - 1) / 2] + sorted[n / 2]) / 2.0
}
