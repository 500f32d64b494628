//! Tests of channels: their truths by hand from the written curves, their noise, the test inside a panel.

use mmm::simulate::{AdstockShape, GeoTest, SaturationShape, Simulation, World, simulate};
use serde_json::Value;

use super::{Table, adstock, close, file, number, numbers, saturation, truth};

/// A CSV file as rows of cells, the header first.
fn rows(simulation: &Simulation, name: &str) -> Vec<Vec<String>> {
    file(simulation, name).lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

/// Weeks of the data whose days lie between two dates of the form of the data, which sort as text.
fn weeks_between(table: &Table, weeks: usize, start: &str, end: &str) -> Vec<usize> {
    (0..weeks).filter(|t| (start..=end).contains(&table.0["week"][*t].as_str())).collect()
}

/// Outcome of one channel per geo-week, from the written parameters, when it spends `spend`.
fn response(channel: &Value, world: &World, population: &[f64], spend: &[f64]) -> Vec<f64> {
    let betas = match channel.get("geo_beta") {
        Some(betas) => numbers(betas),
        None => vec![number(&channel["beta"])],
    };
    let geo = |g: usize| {
        let people = population[g * world.weeks];
        let x: Vec<f64> = spend[g * world.weeks..(g + 1) * world.weeks].iter().map(|s| s / people).collect();
        let value = |a: f64| people * betas[g] * saturation(&channel["saturation"], a);
        adstock(&channel["adstock"], &x).into_iter().map(value).collect::<Vec<f64>>()
    };
    (0..world.geos).flat_map(geo).collect()
}

fn population(table: &Table, world: &World) -> Vec<f64> {
    if world.geos > 1 { table.numbers("population") } else { vec![1.0; world.weeks] }
}

#[test]
fn the_truth_of_a_test_is_what_switching_off_loses_until_its_readout_ends() {
    let base = World { seed: 21, ..World::default() };
    let delayed =
        World { adstock: AdstockShape::Delayed, saturation: SaturationShape::Logistic, ..base.clone() };
    for world in [base.clone(), World { geos: 3, weeks: 90, ..base }, delayed] {
        let simulation = simulate(&world).unwrap();
        let (truth, table) = (truth(&simulation), Table::of(&simulation));
        let population = population(&table, &world);
        for (name, key) in [("experiments.csv", "experiment"), ("tests.csv", "test")] {
            let rows = rows(&simulation, name);
            assert_eq!(rows[0].join(","), "channel,start,end,readout_end,multiplier,roi,se");
            assert_eq!(rows.len() - 1, if key == "test" { world.channels } else { 2 });
            for row in &rows[1..] {
                let channel = &truth["channels"][&row[0]];
                let off = weeks_between(&table, world.weeks, &row[1], &row[2]);
                let counted = weeks_between(&table, world.weeks, &row[1], &row[3]);
                assert_eq!((off.len(), row[4].as_str()), (8, "0"));
                let last = off[7];
                assert_eq!(counted.last(), Some(&(last + 4).min(world.weeks - 1)), "{row:?}");
                let spend = table.numbers(&format!("{}_spend", row[0]));
                let without: Vec<f64> = (0..spend.len())
                    .map(|r| if off.contains(&(r % world.weeks)) { 0.0 } else { spend[r] })
                    .collect();
                let saved = spend.iter().sum::<f64>() - without.iter().sum::<f64>();
                let with = response(channel, &world, &population, &spend);
                let less = response(channel, &world, &population, &without);
                let lost: f64 = (0..spend.len())
                    .filter(|r| counted.contains(&(r % world.weeks)))
                    .map(|r| with[r] - less[r])
                    .sum();
                let test = &channel[key];
                let true_roi = number(&test["true_roi"]);
                assert!(
                    (true_roi - lost / saved).abs() < 1e-9 * (1.0 + true_roi),
                    "{row:?}: {}",
                    lost / saved
                );
                assert_eq!(row[5..], [test["roi"].to_string(), test["se"].to_string()].map(|x| shortest(&x)));
                let share = if key == "experiment" && row[0] == "search" { 0.3 } else { 0.25 };
                let se = number(&test["se"]);
                assert!((se - share * true_roi.max(0.2)).abs() <= 0.5001e-4, "{row:?}");
            }
        }
    }
}

/// As the files write numbers: 1, not 1.0.
fn shortest(number: &str) -> String {
    number.parse::<f64>().unwrap().to_string()
}

#[test]
fn estimates_scatter_around_their_truths_as_their_standard_errors_say() {
    let mut z = Vec::new();
    for seed in 0..60 {
        let world = World { seed, weeks: 60, test_se: Some(0.4), ..World::default() };
        let truth = truth(&simulate(&world).unwrap());
        for channel in truth["channels"].as_object().unwrap().values() {
            let test = &channel["test"];
            z.push((number(&test["roi"]) - number(&test["true_roi"])) / number(&test["se"]));
        }
    }
    // 300 draws: standard error 0.058 of the mean, 0.041 of the standard deviation.
    let mean = z.iter().sum::<f64>() / z.len() as f64;
    let sd = (z.iter().map(|z| (z - mean).powi(2)).sum::<f64>() / z.len() as f64).sqrt();
    assert!(mean.abs() < 0.2 && (sd - 1.0).abs() < 0.14, "mean {mean}, sd {sd}");
}

#[test]
fn tests_are_of_the_channels_asked_for_and_leave_the_data_alone() {
    let base = World::default();
    let all = simulate(&base).unwrap();
    let some =
        World { tests: Some(vec!["tiktok".to_owned(), "tv".to_owned()]), test_se: Some(0.1), ..base.clone() };
    let some = simulate(&some).unwrap();
    assert_eq!(file(&some, "data.csv"), file(&all, "data.csv"));
    let tested: Vec<String> =
        rows(&some, "tests.csv").into_iter().skip(1).map(|row| row[0].clone()).collect();
    assert_eq!(tested, ["tv", "tiktok"]);
    let test = &truth(&some)["channels"]["tv"]["test"];
    assert!((number(&test["se"]) - 0.1 * number(&test["true_roi"])).abs() <= 0.5001e-4);
    let none = simulate(&World { tests: Some(Vec::new()), ..base }).unwrap();
    assert_eq!(rows(&none, "tests.csv").len(), 1);
}

fn panel(dose: f64) -> World {
    let test =
        GeoTest { channel: "social".to_owned(), dose, geos: 5, named: Vec::new(), first_week: 60, weeks: 8 };
    World { geos: 11, weeks: 90, seed: 6, geo_test: Some(test), ..World::default() }
}

#[test]
fn a_geo_test_changes_spend_of_its_cells_and_the_outcome_that_they_cause() {
    for dose in [0.0, 0.5, 2.0] {
        let world = panel(dose);
        let tested = simulate(&world).unwrap();
        let usual = simulate(&World { geo_test: None, ..world.clone() }).unwrap();
        let (truth, now, before) = (truth(&tested), Table::of(&tested), Table::of(&usual));
        let told = &truth["geo_test"];
        assert_eq!((number(&told["dose"]), &told["channel"]), (dose, &Value::from("social")));
        let geos: Vec<&str> = told["geos"].as_array().unwrap().iter().map(|g| g.as_str().unwrap()).collect();
        assert_eq!(geos.len(), 5);
        let weeks: Vec<usize> =
            weeks_between(&now, world.weeks, told["start"].as_str().unwrap(), told["end"].as_str().unwrap());
        assert_eq!(weeks, (60..68).collect::<Vec<usize>>());
        let (spend, usual_spend) = (now.numbers("social_spend"), before.numbers("social_spend"));
        let treated = |r: usize| geos.contains(&now.0["geo"][r].as_str());
        for r in 0..spend.len() {
            let inside = treated(r) && weeks.contains(&(r % world.weeks));
            let expected = if inside { (dose * usual_spend[r]).round() } else { usual_spend[r] };
            assert_eq!(spend[r], expected, "row {r}");
        }
        for name in now.0.keys().filter(|n| !["social_spend", "revenue"].contains(&n.as_str())) {
            assert_eq!(now.0[name], before.0[name], "{name}");
        }
        let change = spend.iter().sum::<f64>() - usual_spend.iter().sum::<f64>();
        assert!(close(number(&told["spend_change"]), change, 1e-12));
        let population = population(&now, &world);
        let channel = &truth["channels"]["social"];
        let with = response(channel, &world, &population, &spend);
        let without = response(channel, &world, &population, &usual_spend);
        let (revenue, usual_revenue) = (now.numbers("revenue"), before.numbers("revenue"));
        for r in 0..spend.len() {
            // Each revenue is rounded to a whole unit.
            let moved = revenue[r] - usual_revenue[r];
            assert!((moved - (with[r] - without[r])).abs() <= 1.0 + 1e-6, "row {r}: {moved}");
        }
        for (key, end) in [("lift_in_window", 68), ("lift_to_readout_end", 72), ("lift_to_end", 90)] {
            let lift: f64 = (0..spend.len()).filter(|r| r % 90 < end).map(|r| with[r] - without[r]).sum();
            assert!(close(number(&told[key]), lift, 1e-8), "{key}: {lift}");
        }
        let (start, end, geos) = (now.0["week"][60].as_str(), "2022-04-24", geos.join("|"));
        assert_eq!(
            file(&tested, "contrast.csv"),
            format!("channel,start,end,geos,spend_change\nsocial,{start},{end},{geos},{change}\n")
        );
        let (lift, se) = (number(&told["lift"]), number(&told["se"]));
        assert_eq!(
            file(&tested, "geo_test.csv"),
            format!(
                "channel,start,end,readout_end,geos,spend_change,lift,se\nsocial,{start},{end},2022-05-22,{geos},{change},{lift},{se}\n"
            )
        );
        let true_lift = number(&told["lift_to_readout_end"]);
        assert!((se - 0.25 * true_lift.abs()).abs() <= 0.51 && (lift - true_lift).abs() < 5.0 * se);
    }
}

#[test]
fn treated_geos_are_drawn_at_random() {
    let mut times = [0; 11];
    for seed in 0..66 {
        let truth = truth(&simulate(&World { seed, ..panel(0.0) }).unwrap());
        for geo in truth["geo_test"]["geos"].as_array().unwrap() {
            times[geo.as_str().unwrap()[1..].parse::<usize>().unwrap() - 1] += 1;
        }
    }
    // 30 expected of each, standard deviation 4.
    assert!(times.iter().all(|n| (16..=44).contains(n)), "{times:?}");
}
