//! `mmm init` writes what `mmm fit` would infer, and nothing over what is there.

mod common;

use common::Folder;
use mmm::config::{FitConfig, RawConfig};
use mmm::data::{LoadOptions, load, settle};

const DATA: &str = "week,region,pop,orders,revenue_per_order,tv_cost,tv grps,social_spend,social_clicks,mail_sends,\
\"weather, mean\",event,price_index\n";

fn data() -> String {
    let mut text = DATA.to_owned();
    for t in 0..120_u64 {
        let date = chrono::NaiveDate::from_ymd_opt(2021, 1, 4).expect("a date") + chrono::Days::new(7 * t);
        for (g, geo) in ["Nord", "S\u{fc}d"].iter().enumerate() {
            let wave = |k: u64| (t + 31 * g as u64) * k * 7919 % 101;
            let event = ["na", "na", "sale"][t as usize % 3];
            text += &format!(
                "{date},{geo},{},{},12.5,{},{},{},{},{},{},{event},{}\n",
                1000 + g,
                wave(3),
                wave(5),
                wave(7),
                wave(11),
                wave(13),
                wave(17),
                wave(19),
                wave(23)
            );
        }
    }
    text
}

#[test]
fn the_written_settings_resolve_to_what_is_inferred() {
    let folder = Folder::new().file("data.csv", data());
    let path = folder.path().join("data.csv");
    let flags = [
        "--revenue-per-outcome",
        "revenue_per_order",
        "--organic",
        "mail_sends",
        "--exposure",
        "tv_cost=tv grps",
    ];
    let run = folder.mmm(&[&["init", "data.csv"], &flags[..]].concat());
    run.exits(0).says(&["wrote mmm.toml"]).complains(&["weather, mean"]);

    let told = LoadOptions {
        revenue_per_outcome: Some("revenue_per_order".into()),
        organic: vec!["mail_sends".into()],
        exposure: vec![("tv_cost".into(), "tv grps".into())],
        ..LoadOptions::default()
    };
    let inferred = RawConfig::default().resolve(RawConfig::default()).expect("defaults").fit;
    let (before, _) = load(&path, &told).expect("the data load");
    let written = mmm::config::read(&folder.path().join("mmm.toml")).expect("the file is read");
    let written = written.resolve(RawConfig::default()).expect("the file is in range");
    let (after, _) = load(&path, &written.load).expect("the data load");
    assert_eq!(after.roles, before.roles);
    assert_eq!(after.outcome.kind, before.outcome.kind);
    let names = |d: &mmm::data::Dataset| d.channels.iter().map(|c| c.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&after), ["tv", "social", "mail_sends"]);
    assert_eq!(names(&after), names(&before));
    assert_eq!(written.fit, inferred);
    assert_eq!(settle(written.fit.clone(), &after, &written.load).expect("it fits the data"), inferred);
}

#[test]
fn every_commented_setting_is_one_that_is_read() {
    let folder = Folder::new().file("data.csv", data());
    folder.mmm(&["init", "data.csv"]).exits(0);
    let text = std::fs::read_to_string(folder.path().join("mmm.toml")).expect("the file is there");
    let settings = |line: &&str| line.starts_with("# ") && line.contains(" = ") && !line.contains('…');
    let commented: Vec<&str> = text.lines().filter(settings).collect();
    assert!(commented.len() > 8, "{text}");
    let uncommented: String = text
        .lines()
        .map(|l| if commented.contains(&l) { l.trim_start_matches("# ") } else { l }.to_owned() + "\n")
        .collect();
    mmm::config::parse("mmm.toml", &uncommented).expect("every setting is read");
}

#[test]
fn the_general_belief_of_the_response_is_written_in_the_units_of_another() {
    let folder = Folder::new().file("data.csv", data());
    folder.mmm(&["init", "data.csv"]).exits(0);
    let text = std::fs::read_to_string(folder.path().join("mmm.toml")).expect("the file is there");
    assert!(text.contains("in \"social_clicks\", per head;"), "{text}");
    assert!(text.contains("or prior.share as of organic channels"), "{text}");
    let told: String = text.lines().map(|l| l.replacen("# curve_prior", "curve_prior", 1) + "\n").collect();
    let told = mmm::config::parse("mmm.toml", &told).expect("every setting is read");
    let told = told.resolve(RawConfig::default()).expect("the file is in range");
    let (data, _) = load(&folder.path().join("data.csv"), &told.load).expect("the data load");
    let general = mmm::model::Design::new(&data, &FitConfig::default()).expect("a design");
    let stated = mmm::model::Design::new(&data, &told.fit).expect("a design");
    for (general, stated) in general.media.channels.iter().zip(&stated.media.channels) {
        let parts = |s: &mmm::model::ShapePrior| [s.retention, s.ln_half_saturation, s.ln_slope];
        for (a, b) in parts(&general.shape).into_iter().zip(parts(&stated.shape)) {
            // Three digits are written.
            assert!((a.0 - b.0).abs() < 0.02 && (a.1 - b.1).abs() < 0.02, "{}: {a:?} {b:?}", general.name);
        }
    }
    // Stated as if it were not per head, it is warned of.
    let stated = "curve_prior.half_saturation = { low = 40, high = 80 }\n# general";
    let folder = folder.file("slip.toml", text.replacen("# curve_prior.half_saturation", stated, 1));
    let run = folder.mmm(&["check", "data.csv", "--config", "slip.toml"]);
    run.exits(0)
        .says(&["warning: half-saturation of `tv` is expected at 56.6, far above", "per week, per head"]);
}

#[test]
fn an_existing_file_is_kept_unless_forced() {
    let folder = Folder::new().file("data.csv", data()).file("mmm.toml", "# mine\n");
    folder.mmm(&["init", "data.csv"]).exits(1).complains(&[
        "error: mmm.toml: exists already",
        "hint: ",
        "--force",
    ]);
    let read = || std::fs::read_to_string(folder.path().join("mmm.toml")).expect("the file is there");
    assert_eq!(read(), "# mine\n");
    folder.mmm(&["init", "data.csv", "--force"]).exits(0);
    assert!(read().contains("[sampler]"));
    folder
        .mmm(&["init", "data.csv", "--config-out", "no/where.toml"])
        .exits(1)
        .complains(&["cannot write no/where.toml"]);
}
