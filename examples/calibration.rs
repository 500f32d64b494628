//! Simulation-based calibration of the default model: p-values on stdout, the ECDF picture as SVG.
//!
//! Each set is fitted by one chain of fixed length, or with `as-users` as a user's data are, by chains that find
//! their own length.
//!
//! `cargo run --release --example calibration -- calibration.svg [SETS] [SEED] [as-users]`

use mmm::calibration::{Fitting, RankSettings, Ranks, Uniformity, dataset, picture, ranks_told};
use mmm::config::FitConfig;
use mmm::data::{Dataset, Experiments, read_experiments, resolve_experiments, settle};
use mmm::simulate::World;

/// A reading of two channels and a contrast of the third: the estimate is drawn anew with each set.
const TESTS: &str = "tv,2021-04-12,2021-05-09,0,1,0.3\nsearch,2021-06-07,2021-08-01,0,1,0.3\n\
                     social,2021-08-02,2021-09-26,2,,\n";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().unwrap_or("calibration.svg".into());
    let sets = arguments.next().map_or(Ok(200), |n| n.parse())?;
    let seed = arguments.next().map_or(Ok(1), |n| n.parse())?;
    let as_users = arguments.next().is_some_and(|word| word == "as-users");
    let mut sections = Vec::new();
    for (name, geos, weeks, channels, tests) in [
        ("National, 104 weeks × 3 channels", 1, 104, 3, ""),
        ("The same, told tests", 1, 104, 3, TESTS),
        ("Panel, 4 geos × 52 weeks × 2 channels", 4, 52, 2, ""),
    ] {
        let (data, options, _) = dataset(&world(geos, weeks, channels))?;
        let mut config = settle(FitConfig::default(), &data, &options)?;
        // What an outcome says of a proxy's error would make each simulated outcome another model's.
        config = config.with(|c| c.controls.clear())?;
        let told = told(&data, &config, tests)?;
        let one = Fitting::OneChain { warmup: 400, thin: 10, target_accept: 0.9 };
        let fitting = if as_users { Fitting::AsUsers } else { one };
        let settings = RankSettings { sets, seed, kept: 99, fitting };
        let all = ranks_told(&data, &config, &told, &settings)?;
        println!("{name}, {sets} sets");
        table(&all);
        sections.push((format!("{name}, {sets} sets"), all));
        // Written after each section: the panel takes its time.
        std::fs::write(&path, picture(&sections))?;
    }
    println!("{path}");
    Ok(())
}

/// The tests of some rows, none of no rows.
fn told(data: &Dataset, config: &FitConfig, rows: &str) -> Result<Experiments, Box<dyn std::error::Error>> {
    if rows.is_empty() {
        return Ok(Experiments::default());
    }
    let file = std::env::temp_dir().join(format!("mmm-calibration-{}.csv", std::process::id()));
    std::fs::write(&file, format!("channel,start,end,multiplier,roi,se\n{rows}"))?;
    let read = read_experiments(&file);
    std::fs::remove_file(&file)?;
    Ok(resolve_experiments(&read?, data, config)?.0)
}

/// The ten least uniform quantities, and how many are below 5 %.
fn table(all: &[Ranks]) {
    let judged = Uniformity::of(all);
    let mut found: Vec<(&str, Uniformity)> =
        all.iter().zip(judged).map(|(r, p)| (r.name.as_str(), p)).collect();
    let below = |f: fn(&Uniformity) -> f64| found.iter().filter(|(_, p)| f(p) < 0.05).count();
    let (ecdf, chi_square) = (below(|p| p.ecdf), below(|p| p.chi_square));
    println!("  {} quantities; p < 0.05: {ecdf} by ECDF, {chi_square} by chi-square", found.len());
    found.sort_by(|a, b| a.1.ecdf.min(a.1.chi_square).total_cmp(&b.1.ecdf.min(b.1.chi_square)));
    for (name, p) in found.iter().take(10) {
        println!("  {name:<28} ecdf {:.4}  chi-square {:.4}", p.ecdf, p.chi_square);
    }
}

fn world(geos: usize, weeks: usize, channels: usize) -> World {
    World { geos, weeks, channels, seed: 11, confounding: 0.0, proxy_reliability: 0.0, ..World::default() }
}
