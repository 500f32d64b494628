//! Simulated data sets: the truth agrees with the data and with itself, recomputed here by hand.

mod experiments;
mod worlds;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use mmm::Error;
use mmm::simulate::{
    AdstockShape, BaselineShape, Existing, NoiseLevel, Of, SaturationShape, Simulation, World, simulate,
};
use serde_json::Value;

/// `data.csv` by column, as text.
struct Table(BTreeMap<String, Vec<String>>);

impl Table {
    fn of(simulation: &Simulation) -> Self {
        let mut lines = file(simulation, "data.csv").lines();
        let header: Vec<&str> = lines.next().unwrap().split(',').collect();
        let mut columns = BTreeMap::<String, Vec<String>>::new();
        for line in lines {
            let cells: Vec<&str> = line.split(',').collect();
            assert_eq!(cells.len(), header.len(), "{line}");
            for (name, cell) in header.iter().zip(cells) {
                columns.entry((*name).to_string()).or_default().push(cell.to_string());
            }
        }
        Table(columns)
    }

    fn numbers(&self, name: &str) -> Vec<f64> {
        self.0[name].iter().map(|cell| cell.parse().unwrap()).collect()
    }
}

fn file<'a>(simulation: &'a Simulation, name: &str) -> &'a str {
    simulation.files().find(|(n, _)| *n == name).unwrap().1
}

fn truth(simulation: &Simulation) -> Value {
    serde_json::from_str(file(simulation, "truth.json")).unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is not a number"))
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

fn close(a: f64, b: f64, relative: f64) -> bool {
    (a - b).abs() <= relative * a.abs().max(b.abs())
}

/// Worlds that between them use every option.
fn worlds() -> Vec<World> {
    let base = World { weeks: 104, ..World::default() };
    vec![
        World::default(),
        World { geos: 4, channels: 7, outliers: 9, noise_ar: 0.5, ..base.clone() },
        World {
            seed: 3,
            saturation: SaturationShape::Logistic,
            adstock: AdstockShape::Delayed,
            baseline: BaselineShape::RandomWalk,
            noise: NoiseLevel::Signal(0.8),
            collinear: true,
            media_share: Some(0.25),
            ..base.clone()
        },
        World {
            geos: 3,
            seed: 4,
            adstock: AdstockShape::Delayed,
            noise: NoiseLevel::OfBaseline(0.0),
            confounding: 0.0,
            proxy_reliability: 0.0,
            dominant: true,
            ..base.clone()
        },
        World {
            seed: 5,
            adstock: AdstockShape::Pascal2,
            saturation: SaturationShape::Exponential,
            drift: vec![Of { channel: "social".to_owned(), value: 0.5 }],
            ..base.clone()
        },
        World {
            geos: 2,
            seed: 6,
            adstock: AdstockShape::Pascal3,
            saturation: SaturationShape::Root,
            ..base.clone()
        },
        World {
            seed: 7,
            adstock: AdstockShape::Dual,
            saturation: SaturationShape::MichaelisMenten,
            half_life: vec![Of { channel: "tv".to_owned(), value: 26.0 }],
            ..base.clone()
        },
        World { seed: 8, saturation: SaturationShape::Linear, ..base },
    ]
}

#[test]
fn the_outcome_is_baseline_plus_media_plus_noise_plus_outliers() {
    for world in worlds() {
        let simulation = simulate(&world).unwrap();
        let truth = truth(&simulation);
        let revenue = Table::of(&simulation).numbers("revenue");
        let mut expected = numbers(&truth["baseline"]["weekly"]);
        let mut add = |weekly: Vec<f64>| expected.iter_mut().zip(weekly).for_each(|(y, part)| *y += part);
        add(numbers(&truth["noise"]["weekly"]));
        for channel in truth["channels"].as_object().unwrap().values() {
            add(numbers(&channel["weekly_incremental_outcome"]));
        }
        let weeks = &Table::of(&simulation).0["week"][..world.weeks];
        let mut shocks = vec![0.0; world.weeks];
        let outliers = truth["noise"]["outliers"].as_array().unwrap();
        assert_eq!(outliers.len(), world.outliers);
        for outlier in outliers {
            let week = weeks.iter().position(|w| w == outlier["week"].as_str().unwrap()).unwrap();
            shocks[week] += number(&outlier["amount"]);
        }
        add(shocks);
        // Revenue is rounded to half a unit per geo in a panel, the weekly truth to half a cent per part.
        let rounding = if world.geos > 1 { 0.5 * world.geos as f64 } else { 0.005 } + 0.005 * 70.0;
        for (t, parts) in expected.into_iter().enumerate() {
            let observed: f64 = revenue.iter().skip(t).step_by(world.weeks).sum();
            assert!((observed - parts).abs() < rounding, "week {t}: {observed} and {parts}");
        }
    }
}

#[test]
fn totals_are_the_sums_of_their_parts() {
    for world in worlds() {
        let simulation = simulate(&world).unwrap();
        let truth = truth(&simulation);
        let table = Table::of(&simulation);
        assert!(close(number(&truth["total_outcome"]), table.numbers("revenue").iter().sum(), 1e-12));
        let mut media = 0.0;
        for (name, channel) in truth["channels"].as_object().unwrap() {
            let spend: f64 = table.numbers(&format!("{name}_spend")).iter().sum();
            assert!(close(spend, number(&channel["spend"]), 1e-12), "{name}");
            let total = number(&channel["incremental_outcome"]);
            media += total;
            let weekly: f64 = numbers(&channel["weekly_incremental_outcome"]).iter().sum();
            assert!((weekly - total).abs() < 0.005 * world.weeks as f64, "{name}: {weekly} and {total}");
            assert!(close(number(&channel["roi"]), total / spend, 1e-12), "{name}");
            if world.geos > 1 {
                let by_geo: f64 = numbers(&channel["geo_incremental_outcome"]).iter().sum();
                assert!(close(by_geo, total, 1e-9), "{name}");
            }
            if channel["zero_effect"] == true {
                assert_eq!((total, number(&channel["mroi"])), (0.0, 0.0));
            } else {
                assert!((0.6..=3.0).contains(&(total / spend)), "{name}: ROI {}", total / spend);
            }
        }
        assert!(close(media, number(&truth["total_media_incremental_outcome"]), 1e-9));
        let parts = truth["baseline"]["components_total"].as_object().unwrap();
        let baseline: f64 = parts.values().map(number).sum();
        assert!(close(baseline, number(&truth["baseline"]["total"]), 1e-9));
    }
}

fn geometric(retention: f64, lag: usize) -> f64 {
    (1.0 - retention) * retention.powi(lag as i32)
}

/// Adstock of one geo by the definition, weight by weight.
fn adstock(spec: &Value, x: &[f64]) -> Vec<f64> {
    let retention = number(&spec["retention"]);
    let weight = |lag: usize| match spec["type"].as_str().unwrap() {
        "geometric" => geometric(retention, lag),
        "dual" => {
            let share = number(&spec["slow"]["share"]);
            (1.0 - share) * geometric(retention, lag)
                + share * geometric(number(&spec["slow"]["retention"]), lag)
        }
        "pascal" if spec["order"] == 2 => (lag + 1) as f64 * (1.0 - retention) * geometric(retention, lag),
        "pascal" => {
            let ways = ((lag + 1) * (lag + 2) / 2) as f64;
            ways * (1.0 - retention).powi(2) * geometric(retention, lag)
        }
        _ if lag > 12 => 0.0,
        _ => {
            let raw = |l: usize| retention.powf((l as f64 - number(&spec["peak_lag"])).powi(2));
            raw(lag) / (0..=12).map(raw).sum::<f64>()
        }
    };
    (0..x.len()).map(|t| (0..=t).map(|lag| weight(lag) * x[t - lag]).sum()).collect()
}

fn saturation(spec: &Value, a: f64) -> f64 {
    let half = number(&spec["half_saturation"]);
    match spec["type"].as_str().unwrap() {
        "hill" => {
            let slope = number(&spec["slope"]);
            a.powf(slope) / (a.powf(slope) + half.powf(slope))
        }
        "exponential" => 1.0 - 0.5_f64.powf(a / half),
        "power" => (a / half).powf(number(&spec["power"])),
        _ => {
            let decay = (-number(&spec["rate"]) * a).exp();
            (1.0 - decay) / (1.0 + decay)
        }
    }
}

/// Effect in week `t` over that in the middle of the data.
fn drift(channel: &Value, t: usize, weeks: usize) -> f64 {
    let ratio = channel.get("drift").map_or(1.0, number);
    (ratio.ln() * (t as f64 / (weeks - 1) as f64 - 0.5)).exp()
}

#[test]
fn responses_follow_from_the_written_parameters_and_spends() {
    for world in worlds() {
        let simulation = simulate(&world).unwrap();
        let truth = truth(&simulation);
        let table = Table::of(&simulation);
        let population = if world.geos > 1 { table.numbers("population") } else { vec![1.0; world.weeks] };
        for (name, channel) in truth["channels"].as_object().unwrap() {
            let spend = table.numbers(&format!("{name}_spend"));
            let betas = match channel.get("geo_beta") {
                Some(betas) => numbers(betas),
                None => vec![number(&channel["beta"])],
            };
            let total_at = |multiplier: f64| -> f64 {
                let geo = |g: usize| {
                    let people = population[g * world.weeks];
                    let rows = &spend[g * world.weeks..(g + 1) * world.weeks];
                    let x: Vec<f64> = rows.iter().map(|s| multiplier * s / people).collect();
                    let adstock = adstock(&channel["adstock"], &x);
                    let effect = |(t, a): (usize, &f64)| {
                        drift(channel, t, world.weeks) * saturation(&channel["saturation"], *a)
                    };
                    let sum: f64 = adstock.iter().enumerate().map(effect).sum();
                    people * betas[g] * sum
                };
                (0..world.geos).map(geo).sum()
            };
            let curve = channel["response_curve"].as_array().unwrap();
            assert_eq!(curve.len(), 31);
            for point in [0, 3, 10, 17, 30] {
                let (multiplier, outcome) = (number(&curve[point][0]), number(&curve[point][1]));
                assert!((multiplier - point as f64 / 10.0).abs() < 1e-12);
                assert!(close(outcome, total_at(multiplier), 1e-9), "{name} at {multiplier}");
            }
            assert!(close(number(&channel["incremental_outcome"]), total_at(1.0), 1e-9), "{name}");
            let step = 1e-4;
            let slope =
                (total_at(1.0 + step) - total_at(1.0 - step)) / (2.0 * step * number(&channel["spend"]));
            assert!(close(number(&channel["mroi"]), slope, 1e-6), "{name}: marginal ROI {slope}");
        }
    }
}

#[test]
fn the_best_allocation_keeps_budget_and_bounds_and_beats_any_pairwise_shift() {
    let simulation = simulate(&World { seed: 5, ..World::default() }).unwrap();
    let truth = truth(&simulation);
    let budget = number(&truth["total_spend"]);
    let curve_at = |name: &str, multiplier: f64| {
        let curve = truth["channels"][name]["response_curve"].as_array().unwrap();
        let (i, x) = (((multiplier * 10.0) as usize).min(29), multiplier * 10.0);
        let (low, high) = (number(&curve[i][1]), number(&curve[i + 1][1]));
        low + (high - low) * (x - i as f64)
    };
    for (key, low, high) in [("bounds_0.5_1.5", 0.5, 1.5), ("bounds_0_2", 0.0, 2.0)] {
        let plan = &truth["optimal_allocation"][key];
        let multipliers: BTreeMap<&str, f64> = plan["spend"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, spend)| (name.as_str(), number(spend) / number(&truth["channels"][name]["spend"])))
            .collect();
        assert!(multipliers.values().all(|m| *m >= low - 1e-9 && *m <= high + 1e-9), "{multipliers:?}");
        assert!(close(number(&plan["budget_used"]), budget, 1e-9));
        let best = number(&plan["incremental_outcome"]);
        let now = number(&plan["incremental_outcome_now"]);
        assert!(close(number(&plan["gain"]), best - now, 1e-9) && best > 1.01 * now);
        for (from, to) in multipliers.keys().flat_map(|a| multipliers.keys().map(move |b| (*a, *b))) {
            let spend = |name: &str| number(&truth["channels"][name]["spend"]);
            for money in [0.02, 0.05].map(|share| share * budget) {
                let less = multipliers[from] - money / spend(from);
                let more = multipliers[to] + money / spend(to);
                if from == to || less < low || more > high {
                    continue;
                }
                let change = curve_at(from, less) - curve_at(from, multipliers[from]) + curve_at(to, more)
                    - curve_at(to, multipliers[to]);
                assert!(change < 1e-3 * best, "{key}: {from} to {to} gains {change}");
            }
        }
    }
}

#[test]
fn options_do_what_they_say() {
    let draw = |world: World| truth(&simulate(&world).unwrap());
    let base = World { noise: NoiseLevel::OfBaseline(0.0), ..World::default() };
    let shared = draw(World { media_share: Some(0.3), ..base.clone() });
    assert!(close(number(&shared["media_share_of_outcome"]), 0.3, 1e-6));
    let signal = draw(World { weeks: 1000, noise: NoiseLevel::Signal(0.6), ..World::default() });
    assert!((number(&signal["noise"]["r2_realised_within_geo"]) - 0.6).abs() < 0.03);
    let dominant = draw(World { dominant: true, ..base.clone() });
    assert!(close(
        number(&dominant["channels"]["tv"]["spend"]),
        0.6 * number(&dominant["total_spend"]),
        1e-6
    ));
    let collinear = draw(World { collinear: true, ..base.clone() });
    let correlation = &collinear["diagnostics"]["spend_correlation"]["weekly_national"][0][2];
    assert!(number(correlation) > 0.97, "{correlation}");
    let clean = draw(World { confounding: 0.0, ..base.clone() });
    assert_eq!(number(&clean["baseline"]["components_total"]["latent_demand"]), 0.0);
    assert_eq!(clean["channels"]["search"]["confounded_by_demand"], false);
    let blind = simulate(&World { proxy_reliability: 0.0, ..base.clone() }).unwrap();
    assert!(!Table::of(&blind).0.contains_key("query_index"));
    let late = &draw(base)["channels"]["tiktok"];
    assert_eq!(
        (number(&late["weeks_active"]), late["first_active_week"].as_str()),
        (12.0, Some("2023-10-09"))
    );
}

#[test]
fn unrelated_options_leave_spends_alone() {
    let spends = |world: World| {
        let simulation = simulate(&world).unwrap();
        Table::of(&simulation)
            .0
            .into_iter()
            .filter(|(n, _)| n.ends_with("_spend"))
            .collect::<BTreeMap<_, _>>()
    };
    let base = World::default();
    let other = World { outliers: 6, noise_ar: 0.4, confounding: 0.0, ..base.clone() };
    assert_eq!(spends(base.clone()), spends(other));
    assert_ne!(spends(base.clone()), spends(World { seed: 2, ..base }));
}

#[test]
fn every_size_of_plan_is_finite_and_non_negative() {
    for channels in 1..=60 {
        let world = World { geos: 2, weeks: 20, channels, seed: channels as u64, ..World::default() };
        let simulation = simulate(&world).unwrap();
        let table = Table::of(&simulation);
        assert_eq!(table.0.keys().filter(|n| n.ends_with("_spend")).count(), channels);
        for name in table.0.keys().filter(|n| n.ends_with("_spend") || *n == "revenue") {
            let column = table.numbers(name);
            assert!(column.iter().all(|x| x.is_finite() && *x >= 0.0), "{name}");
            assert!(column.iter().sum::<f64>() > 0.0, "{name} of {channels}");
        }
        // serde_json writes null for what is not finite; only the geometric max_lag may be that.
        let nulls = file(&simulation, "truth.json").matches(": null").count();
        let max_lags = file(&simulation, "truth.json").matches("\"max_lag\": null").count();
        let media_share = file(&simulation, "truth.json").matches("\"media_share\": null").count();
        assert_eq!((nulls, max_lags, media_share), (channels + 1, channels, 1));
    }
}

#[test]
fn a_folder_with_something_in_it_is_left_alone_unless_forced() {
    let scratch = tempfile::tempdir().unwrap();
    let out = scratch.path().join("new/data");
    let first = simulate(&World { weeks: 30, ..World::default() }).unwrap();
    first.write(&out, Existing::Refuse).unwrap();
    fs::write(out.join("notes.txt"), "mine").unwrap();
    let before = fs::read_to_string(out.join("data.csv")).unwrap();
    assert_eq!(before, file(&first, "data.csv"));

    let second = simulate(&World { weeks: 40, ..World::default() }).unwrap();
    let refused = second.write(&out, Existing::Refuse);
    assert!(matches!(refused, Err(Error::OutputExists { .. })), "{refused:?}");
    assert_eq!(fs::read_to_string(out.join("data.csv")).unwrap(), before);

    second.write(&out, Existing::Replace).unwrap();
    assert_eq!(fs::read_to_string(out.join("data.csv")).unwrap(), file(&second, "data.csv"));
    assert_eq!(fs::read_to_string(out.join("notes.txt")).unwrap(), "mine");
    let siblings: Vec<_> = fs::read_dir(out.parent().unwrap()).unwrap().collect();
    assert_eq!(siblings.len(), 1, "temporary folders are gone: {siblings:?}");

    let onto_a_file = second.write(&out.join("notes.txt"), Existing::Replace);
    assert!(matches!(onto_a_file, Err(Error::Io { .. })), "{onto_a_file:?}");
}

/// The command as the binary has it, so that the README's lines are parsed by the real parser.
#[path = "../../src/commands/simulate.rs"]
mod command;

#[derive(clap::Parser)]
enum Cli {
    Simulate(command::SimulateArgs),
}

#[test]
fn the_shipped_examples_are_what_their_commands_make() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("data/README.md")).unwrap();
    let commands: Vec<&str> = readme.lines().filter(|line| line.starts_with("mmm simulate --out")).collect();
    assert_eq!(commands.len(), 2);
    for line in commands {
        let Cli::Simulate(mut args) = clap::Parser::parse_from(line.split_whitespace());
        let shipped = root.join(&args.out);
        let scratch = tempfile::tempdir().unwrap();
        args.out = scratch.path().join("again");
        command::run(args.clone()).unwrap();
        for name in ["data.csv", "roles.json", "experiments.csv", "tests.csv"] {
            let (new, old) = (fs::read(args.out.join(name)).unwrap(), fs::read(shipped.join(name)).unwrap());
            assert!(new == old, "{line}: {name} differs");
        }
        // The last digits of the truth may depend on the system's exp and ln.
        let read = |folder: &Path| -> Value {
            serde_json::from_str(&fs::read_to_string(folder.join("truth.json")).unwrap()).unwrap()
        };
        let (new, old) = (read(&args.out), read(&shipped));
        for (name, channel) in old["channels"].as_object().unwrap() {
            for key in ["roi", "mroi", "incremental_outcome", "beta"] {
                let (a, b) = (number(&new["channels"][name][key]), number(&channel[key]));
                assert!(close(a, b, 1e-9), "{line}: {name} {key} {a} and {b}");
            }
        }
    }
}
