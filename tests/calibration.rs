//! The model and its sampler against data drawn from the model itself.

use mmm::calibration::{Fitting, RankSettings, Ranks, Uniformity, dataset, ranks, ranks_told};
use mmm::config::FitConfig;
use mmm::data::{Dataset, Experiments, read_experiments, resolve_experiments, settle};
use mmm::simulate::World;

/// Probability of a false alarm over all quantities and both tests of a run.
const FALSE_ALARM: f64 = 0.01;

fn world(geos: usize, weeks: usize, channels: usize) -> World {
    World { geos, weeks, channels, seed: 11, confounding: 0.0, proxy_reliability: 0.0, ..World::default() }
}

fn market(geos: usize, weeks: usize, channels: usize) -> (Dataset, FitConfig) {
    let (data, options, _) = dataset(&world(geos, weeks, channels)).expect("the market can be simulated");
    let mut config = settle(FitConfig::default(), &data, &options).expect("the defaults suit it");
    // What an outcome says of a proxy's error would make each simulated outcome another model's.
    config = config.with(|c| c.controls.clear()).expect("in range");
    (data, config)
}

/// Every quantity's p-values; fails where one is too small for the number of them, by Bonferroni.
fn expect_uniform(all: &[Ranks]) {
    let judged = Uniformity::of(all);
    let mut found: Vec<(&str, Uniformity)> =
        all.iter().zip(judged).map(|(r, p)| (r.name.as_str(), p)).collect();
    found.sort_by(|a, b| a.1.ecdf.min(a.1.chi_square).total_cmp(&b.1.ecdf.min(b.1.chi_square)));
    for (name, p) in &found {
        println!("{name:<28} ecdf {:.4}  chi-square {:.4}", p.ecdf, p.chi_square);
    }
    let threshold = FALSE_ALARM / (2 * found.len()) as f64;
    let bad: Vec<_> = found.iter().filter(|(_, p)| p.ecdf.min(p.chi_square) < threshold).collect();
    assert!(bad.is_empty(), "not uniform at {threshold:.1e}: {bad:?}");
}

/// A hundred sets of one channel see a wrong Jacobian, prior or draw.
#[test]
fn ranks_of_a_tiny_market_are_uniform() {
    let (data, config) = market(1, 60, 1);
    let settings = RankSettings {
        sets: 100,
        seed: 5,
        kept: 39,
        fitting: Fitting::OneChain { warmup: 200, thin: 8, target_accept: 0.8 },
    };
    expect_uniform(&ranks(&data, &config, &settings).expect("every set can be fitted"));
}

/// Tests of the first channel of a market, which begins on 2021-01-04: a reading of other places and a contrast.
fn told(data: &Dataset, config: &FitConfig, rows: &str) -> Experiments {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("experiments.csv");
    let head = "id,channel,start,end,geos,multiplier,roi,se";
    std::fs::write(&file, format!("{head}\n{}", rows.replace("CH", &data.channels[0].name)))
        .expect("written");
    let file = read_experiments(&file).expect("readable");
    resolve_experiments(&file, data, config).expect("usable").0
}

const TESTS: &str = "read,CH,2021-04-12,2021-05-09,,0,1,0.3\ncontrast,CH,2021-08-09,2021-08-29,,2,,\n";

/// Readings, a contrast and the gap that they make a parameter.
#[test]
fn ranks_of_a_tiny_market_that_is_told_tests_are_uniform() {
    let (data, config) = market(1, 60, 1);
    let tests = told(&data, &config, TESTS);
    let settings = RankSettings {
        sets: 100,
        seed: 6,
        kept: 39,
        fitting: Fitting::OneChain { warmup: 200, thin: 8, target_accept: 0.8 },
    };
    expect_uniform(&ranks_told(&data, &config, &tests, &settings).expect("every set can be fitted"));
}

#[test]
#[ignore = "200 fits: two minutes"]
fn ranks_of_a_national_market_are_uniform() {
    let (data, config) = market(1, 104, 3);
    let settings = RankSettings {
        sets: 200,
        seed: 1,
        kept: 99,
        fitting: Fitting::OneChain { warmup: 400, thin: 10, target_accept: 0.9 },
    };
    expect_uniform(&ranks(&data, &config, &settings).expect("every set can be fitted"));
}

#[test]
#[ignore = "200 fits of a panel: ten minutes"]
fn ranks_of_a_small_panel_are_uniform() {
    let (data, config) = market(4, 52, 2);
    let settings = RankSettings {
        sets: 200,
        seed: 2,
        kept: 99,
        fitting: Fitting::OneChain { warmup: 400, thin: 10, target_accept: 0.9 },
    };
    expect_uniform(&ranks(&data, &config, &settings).expect("every set can be fitted"));
}

#[test]
#[ignore = "200 fits of four chains: two minutes"]
fn ranks_are_uniform_where_a_fit_finds_its_own_length() {
    let (data, config) = market(1, 104, 3);
    let settings = RankSettings { sets: 200, seed: 3, kept: 99, fitting: Fitting::AsUsers };
    expect_uniform(&ranks(&data, &config, &settings).expect("every set can be fitted"));
}
