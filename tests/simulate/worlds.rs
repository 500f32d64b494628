//! Worlds that mislead a regression: who follows whom, budgets set by rules, names that tell nothing.

use std::collections::{BTreeMap, BTreeSet};

use mmm::Error;
use mmm::simulate::{AdstockShape, GeoTest, Names, NoiseLevel, Of, SpendRule, World, simulate};
use serde_json::Value;

use super::{Table, close, file, number, numbers, truth};

fn names(list: &[&str]) -> Vec<String> {
    list.iter().map(|name| (*name).to_owned()).collect()
}

fn of<T>(channel: &str, value: T) -> Vec<Of<T>> {
    vec![Of { channel: channel.to_owned(), value }]
}

fn draw(world: &World) -> (Value, Table) {
    let simulation = simulate(world).unwrap();
    (truth(&simulation), Table::of(&simulation))
}

/// What `world` adds to the baseline of `other`, week by week.
fn added_to_baseline(world: &World, other: &World) -> Vec<f64> {
    let weekly = |world: &World| numbers(&draw(world).0["baseline"]["weekly"]);
    weekly(world).iter().zip(weekly(other)).map(|(a, b)| a - b).collect()
}

fn correlation(x: &[f64], y: &[f64]) -> f64 {
    let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
    let (mx, my) = (mean(x), mean(y));
    let cov = |a: &[f64], ma: f64, b: &[f64], mb: f64| {
        a.iter().zip(b).map(|(p, q)| (p - ma) * (q - mb)).sum::<f64>()
    };
    cov(x, mx, y, my) / (cov(x, mx, x, mx) * cov(y, my, y, my)).sqrt()
}

/// Correlation of `driver` with the log of one spend over another, in the weeks in which both are positive.
fn follows(driver: &[f64], spend: &[f64], other: &[f64]) -> f64 {
    let both = (0..spend.len()).filter(|t| spend[*t] > 0.0 && other[*t] > 0.0);
    let (x, y): (Vec<f64>, Vec<f64>) = both.map(|t| (driver[t], (spend[t] / other[t]).ln())).unzip();
    correlation(&x, &y)
}

#[test]
fn spend_of_a_confounded_channel_follows_the_demand_that_drives_sales() {
    let free = World { seed: 8, confounded: Some(Vec::new()), ..World::default() };
    let demand = added_to_baseline(&free, &World { confounding: 0.0, ..free.clone() });
    let (free_truth, free_data) = draw(&free);
    for channel in ["tv", "search", "social", "display", "tiktok"] {
        let world = World { confounded: Some(names(&[channel])), ..free.clone() };
        let (truth, data) = draw(&world);
        for other in ["tv", "search", "social", "display", "tiktok"] {
            let column = format!("{other}_spend");
            let (spend, usual) = (data.numbers(&column), free_data.numbers(&column));
            let confounded = other == channel;
            assert_eq!(truth["channels"][other]["confounded_by_demand"], confounded);
            assert_eq!(free_truth["channels"][other]["confounded_by_demand"], false);
            if !confounded {
                assert_eq!(spend, usual, "{other} while {channel} is confounded");
            } else if other == "search" {
                let season = vec![1.0; spend.len()];
                assert!(follows(&demand, &spend, &season) > 0.6 && follows(&demand, &usual, &season) < 0.5);
            } else {
                assert!(follows(&demand, &spend, &usual) > 0.999, "{other}");
            }
        }
    }
    let usual = World { confounded: None, ..free.clone() };
    let search = World { confounded: Some(names(&["search"])), ..free };
    assert_eq!(file(&simulate(&usual).unwrap(), "data.csv"), file(&simulate(&search).unwrap(), "data.csv"));
}

#[test]
fn spend_noise_loosens_only_what_follows_something() {
    let tight = World { seed: 13, unseen_driver: names(&["tv", "social"]), ..World::default() };
    let ((_, loose), (_, tight)) = (draw(&World { spend_noise: 0.3, ..tight.clone() }), draw(&tight));
    for channel in ["tv", "search", "social", "display", "tiktok"] {
        let column = format!("{channel}_spend");
        let (now, before) = (loose.numbers(&column), tight.numbers(&column));
        let both = (0..now.len()).filter(|t| before[*t] > 0.0);
        let ratio: Vec<f64> = both.map(|t| (now[t] / before[t]).ln()).collect();
        let mean = ratio.iter().sum::<f64>() / ratio.len() as f64;
        let sd = (ratio.iter().map(|r| (r - mean).powi(2)).sum::<f64>() / ratio.len() as f64).sqrt();
        let asked = if ["display", "tiktok"].contains(&channel) { 0.0 } else { 0.3 };
        assert!((sd - asked).abs() < 0.15 * asked + 1e-9, "{channel}: {sd}");
    }
}

#[test]
fn an_unseen_driver_moves_its_channels_and_sales_and_is_no_column() {
    let usual = World { seed: 9, ..World::default() };
    let world = World { unseen_driver: names(&["tv", "social"]), ..usual.clone() };
    let driver = added_to_baseline(&world, &usual);
    let sd = (driver.iter().map(|d| d * d).sum::<f64>() / driver.len() as f64).sqrt();
    assert!((0.04..0.10).contains(&(sd / 2e6)), "{sd}");
    let ((truth, data), (_, before)) = (draw(&world), draw(&usual));
    assert_eq!(data.0.keys().collect::<Vec<_>>(), before.0.keys().collect::<Vec<_>>());
    for name in ["tv", "search", "social", "display", "tiktok"] {
        let column = format!("{name}_spend");
        let (spend, usual) = (data.numbers(&column), before.numbers(&column));
        if name == "tv" || name == "social" {
            assert!(follows(&driver, &spend, &usual) > 0.999, "{name}");
            assert_eq!(truth["channels"][name]["confounded_by_demand"], true);
        } else {
            assert_eq!(spend, usual, "{name}");
        }
    }
}

#[test]
fn budgets_follow_their_rules() {
    let ruled = |channel: &str, rule| World { seed: 10, spend_rules: of(channel, rule), ..World::default() };
    for channel in ["tv", "search"] {
        let (truth, data) = draw(&ruled(channel, SpendRule::SalesShare));
        let own = numbers(&truth["channels"][channel]["weekly_incremental_outcome"]);
        let (revenue, spend) = (data.numbers("revenue"), data.numbers(&format!("{channel}_spend")));
        let share: Vec<f64> = (0..156).map(|t| (spend[t] / (revenue[t] - own[t])).ln()).collect();
        let mean = share.iter().sum::<f64>() / 156.0;
        let sd = (share.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / 156.0).sqrt();
        // 10 %, drawn 156 times: standard error 0.6 %.
        assert!((sd - 0.1).abs() < 0.02, "{channel}: share of sales varies by {sd}");
        assert_eq!(truth["channels"][channel]["confounded_by_demand"], true);
        assert_eq!(truth["channels"][channel]["spend_rule"], "sales-share");
    }
    let (truth, data) = draw(&ruled("social", SpendRule::Season));
    let spend = data.numbers("social_spend");
    // Twelve months later the same, but for the plan's own 5 %, and half a year later not.
    assert!(correlation(&spend[..104], &spend[52..]) > 0.95);
    assert!(correlation(&spend[..130], &spend[26..]) < 0.5);
    assert_eq!(truth["channels"]["social"]["confounded_by_demand"], false);
    let (_, data) = draw(&ruled("social", SpendRule::Trend));
    let spend = data.numbers("social_spend");
    let weeks: Vec<f64> = (0..156).map(f64::from).collect();
    assert!(correlation(&spend, &weeks) > 0.99 && spend[155] > 50.0 * spend[0]);
}

#[test]
fn plain_names_carry_no_order() {
    let mut places = BTreeMap::<String, BTreeSet<String>>::new();
    for seed in 0..30 {
        let usual = World { seed, confounded: Some(names(&["social"])), ..World::default() };
        let simulation = simulate(&World { names: Names::Plain, ..usual.clone() }).unwrap();
        let (truth, data) = (truth(&simulation), Table::of(&simulation));
        let header = file(&simulation, "data.csv").lines().next().unwrap();
        assert!(header.starts_with("week,revenue,ch1_spend,ch2_spend,ch3_spend,ch4_spend,ch5_spend,price"));
        let (before, usual_data) = draw(&usual);
        assert_eq!(data.0["revenue"], usual_data.0["revenue"]);
        for (name, channel) in truth["channels"].as_object().unwrap() {
            let usual_name = channel["usual_name"].as_str().unwrap();
            assert_eq!(data.0[&format!("{name}_spend")], usual_data.0[&format!("{usual_name}_spend")]);
            for key in ["roi", "confounded_by_demand", "test", "experiment", "unseen_demand"] {
                let (now, then) = (channel.get(key), before["channels"][usual_name].get(key));
                match key {
                    // Its columns come in another order, which the last digits may show.
                    "unseen_demand" => {
                        let [now, then] = [now, then].map(|u| number(&u.unwrap()["roi_by_regression"]));
                        assert!((now - then).abs() < 1e-6, "{usual_name}: {now} and {then}");
                    }
                    _ => assert_eq!(now, then, "{usual_name} {key}"),
                }
            }
            places.entry(usual_name.to_owned()).or_default().insert(name.clone());
        }
        let tests = file(&simulation, "tests.csv");
        let tested: Vec<&str> = tests.lines().skip(1).map(|line| &line[..3]).collect();
        assert_eq!(tested, ["ch1", "ch2", "ch3", "ch4", "ch5"]);
    }
    assert!(places.values().all(|of_one| of_one.len() == 5), "{places:?}");
}

#[test]
fn returns_and_half_lives_are_those_asked_for() {
    let world = World {
        roi: [of("search", 3.5), of("tv", 0.0)].concat(),
        half_life: of("social", 12.0),
        ..World::default()
    };
    let (truth, _) = draw(&world);
    assert!(close(number(&truth["channels"]["search"]["roi"]), 3.5, 1e-9));
    assert_eq!(truth["channels"]["tv"]["zero_effect"], true);
    let retention = number(&truth["channels"]["social"]["adstock"]["retention"]);
    assert!(close(retention.powi(12), 0.5, 1e-12));
    let dual = World { adstock: AdstockShape::Dual, half_life: of("tv", 26.0), ..World::default() };
    let slow = &draw(&dual).0["channels"]["tv"]["adstock"]["slow"];
    assert!(close(number(&slow["retention"]).powi(26), 0.5, 1e-12));
}

#[test]
fn a_return_drifts_as_asked_and_keeps_its_total() {
    let usual = World { seed: 12, ..World::default() };
    let world = World { drift: of("social", 0.5), ..usual.clone() };
    let ((truth, _), (before, _)) = (draw(&world), draw(&usual));
    let (now, then) = (&truth["channels"]["social"], &before["channels"]["social"]);
    assert!(close(number(&now["roi"]), number(&then["roi"]), 1e-9));
    assert!(close(number(&now["drift"]), 0.5, 1e-12) && then.get("drift").is_none());
    let weekly = |channel: &Value| numbers(&channel["weekly_incremental_outcome"]);
    let ratio: Vec<f64> = weekly(now).iter().zip(weekly(then)).map(|(a, b)| a / b).collect();
    assert!(close(ratio[155] / ratio[0], 0.5, 1e-5), "{}", ratio[155] / ratio[0]);
}

#[test]
fn the_gap_is_what_unseen_demand_adds_to_a_regression() {
    let excess = |confounding: f64, seed: u64, channel: &str| {
        let world = World {
            seed,
            confounding,
            confounded: Some(names(&[channel])),
            noise: NoiseLevel::OfBaseline(0.0),
            ..World::default()
        };
        let channel = &draw(&world).0["channels"][channel];
        let (causal, unseen) = (number(&channel["roi"]), &channel["unseen_demand"]);
        let by_regression = number(&unseen["roi_by_regression"]);
        if by_regression > 0.0 {
            assert!(close(number(&unseen["causal_gap"]), (causal / by_regression).ln(), 1e-9));
        }
        (by_regression - causal, number(&unseen["with_query_index"]["roi_by_regression"]) - causal)
    };
    for seed in 0..8 {
        for channel in ["social", "search"] {
            let (all, seen) = excess(1.0, seed, channel);
            let (half, _) = excess(0.5, seed, channel);
            assert!(close(all, 2.0 * half, 1e-6), "least squares are linear in what is unseen");
            assert!(all > 0.5, "{channel} of {seed}: demand adds {all}");
            assert!(seen.abs() < 0.5 * all, "{channel} of {seed}: a good proxy leaves {seen} of {all}");
            assert!(excess(0.0, seed, channel).0.abs() < 1e-9);
        }
    }
}

#[test]
fn impossible_wishes_are_named() {
    let refused = |world: World, words: &[&str]| {
        let Err(Error::InvalidOptions { problems }) = simulate(&world) else {
            panic!("must be refused: {world:?}");
        };
        let text = problems.join("\n");
        words.iter().for_each(|word| assert!(text.contains(word), "{word} not in {text}"));
    };
    let base = World::default();
    refused(
        World { confounded: Some(names(&["serach"])), ..base.clone() },
        &["--confounded", "`serach`", "did you mean `search`?"],
    );
    refused(
        World { tests: Some(names(&["zzz"])), ..base.clone() },
        &["--tests", "the channels are tv, search"],
    );
    refused(World { unseen_driver: names(&["tv"]), ..base.clone() }, &["--unseen-driver", "two or more"]);
    refused(World { roi: of("tv", -1.0), ..base.clone() }, &["--roi of tv is -1", "0 to 100"]);
    refused(World { half_life: of("tv", f64::NAN), ..base.clone() }, &["--half-life of tv is NaN"]);
    refused(
        World {
            spend_rules: of("tv", SpendRule::Trend),
            confounded: Some(names(&["tv", "tv"])),
            ..base.clone()
        },
        &["twice", "choose one"],
    );
    refused(
        World {
            spend_rules: of("tv", SpendRule::SalesShare),
            noise: NoiseLevel::Signal(0.8),
            ..base.clone()
        },
        &["--signal"],
    );
    let test: GeoTest = "tv:0:4:140:8".parse().expect("a test");
    let panel = |test: GeoTest| World { geos: 7, geo_test: Some(test), ..base.clone() };
    assert!(simulate(&panel(test.clone())).is_ok());
    refused(panel(GeoTest { geos: 5, ..test.clone() }), &["treats 5 of 7 geos", "leave 3 untreated"]);
    let named = GeoTest { named: names(&["G001", "G009", "G002", "G002"]), ..test.clone() };
    refused(panel(named), &["names geo `G009`; they are G001 to G007", "names geo `G002` twice"]);
    let named: GeoTest = "tv:0:G002|G005:140:8".parse().expect("a test");
    let simulated = simulate(&panel(named)).expect("a world");
    assert_eq!(simulated.truth().geo_test().expect("its test").geos, ["G002", "G005"]);
    refused(World { geo_test: Some(test.clone()), ..base.clone() }, &["treats 4 of 1 geos"]);
    refused(panel(GeoTest { first_week: 149, ..test.clone() }), &["8 weeks from week 149", "156 weeks"]);
    refused(panel(GeoTest { dose: 1.0, ..test.clone() }), &["dose 1", "not 1"]);
    refused(panel(GeoTest { channel: "tvv".to_owned(), ..test.clone() }), &["did you mean `tv`?"]);
    refused(
        panel(GeoTest { channel: "tiktok".to_owned(), first_week: 3, ..test }),
        &["changes no spend", "choose other weeks"],
    );
}
