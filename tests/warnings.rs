//! What should make a reader careful is said, each under its code, and not where nothing is wrong.

use mmm::config::FitConfig;
use mmm::data::{Finding, LoadOptions, check, load};

const WEEKS: usize = 150;

/// Deterministic noise in [0, 1), different for every `k`.
fn wave(t: usize, k: usize) -> f64 {
    let mut x =
        (t as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (k as u64).wrapping_mul(0xD1B5_4A32_D192_ED03);
    x ^= x >> 31;
    x = x.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x ^= x >> 29;
    (x >> 11) as f64 / (1_u64 << 53) as f64
}

/// Two sound channels and a price index that varies by 1.5 %.
fn column(name: &str, t: usize) -> f64 {
    match name {
        "revenue" => 1000.0 + 100.0 * wave(t, 1),
        "tv_spend" if wave(t / 3, 2) > 0.4 => 50.0 + 50.0 * wave(t, 3),
        "tv_spend" => 0.0,
        "search_spend" => 20.0 + 20.0 * wave(t, 4),
        "price_index" => 1.0 + 0.05 * (wave(t, 5) - 0.5),
        other => panic!("no column {other}"),
    }
}

/// What is found when the named columns are added or replaced, with the last weeks held out.
fn found(extra: &[(&str, &dyn Fn(usize) -> f64)], controls: &[&str], holdout: usize) -> Vec<Finding> {
    let mut names = vec!["revenue", "tv_spend", "search_spend", "price_index"];
    names.extend(extra.iter().map(|(n, _)| *n).filter(|n| !column_exists(n)));
    let mut text = format!("date,{}\n", names.join(","));
    for t in 0..WEEKS {
        let date =
            chrono::NaiveDate::from_ymd_opt(2021, 1, 4).expect("a date") + chrono::Days::new(7 * t as u64);
        let value = |n: &&str| extra.iter().find(|(e, _)| e == n).map_or_else(|| column(n, t), |(_, f)| f(t));
        let cells: Vec<String> = names.iter().map(|n| value(n).to_string()).collect();
        text += &format!("{date},{}\n", cells.join(","));
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("data.csv");
    std::fs::write(&path, text).expect("the file can be written");
    let mut all: Vec<String> = controls.iter().map(|c| (*c).to_owned()).collect();
    all.push("price_index".into());
    let options = LoadOptions { controls: all, ..LoadOptions::default() };
    let (data, _) = load(&path, &options).expect("sound data");
    let mut config = FitConfig::default();
    config = config.with(|c| c.model.holdout_weeks = holdout).expect("in range");
    check(&data, &config)
}

fn column_exists(name: &str) -> bool {
    ["revenue", "tv_spend", "search_spend", "price_index"].contains(&name)
}

/// Expects the code once, with every word in its message.
fn expect(findings: &[Finding], code: &str, words: &[&str]) {
    let own: Vec<&Finding> = findings.iter().filter(|f| f.code == code).collect();
    let [finding] = own[..] else { panic!("not one {code} in {findings:#?}") };
    assert!(words.iter().all(|w| finding.message.contains(w)), "{finding:?}");
    assert!(finding.hint.is_some(), "{finding:?}");
}

#[test]
fn sound_data_give_no_warning() {
    assert_eq!(found(&[], &[], 0), []);
}

#[test]
fn a_channel_that_never_varies_is_named_and_a_steady_control_is_not() {
    let steady = |t: usize| 100.0 + 0.5 * wave(t, 6);
    let findings = found(&[("tv_spend", &steady), ("price_index", &|t| 7.0 + 0.001 * wave(t, 7))], &[], 0);
    expect(&findings, "near_constant", &["tv_spend"]);
}

#[test]
fn a_late_channel_is_named() {
    let late = |t: usize| if t >= WEEKS - 12 { 5.0 + wave(t, 8) } else { 0.0 };
    expect(&found(&[("tiktok_spend", &late)], &[], 0), "late_channel", &["tiktok", "12 weeks"]);
}

#[test]
fn a_flighted_channel_is_not_late_and_one_that_hardly_ran_is_named_for_that() {
    let every = |k: usize| move |t: usize| if t.is_multiple_of(k) { 5.0 + wave(t, 8) } else { 0.0 };
    // 25 weeks over three years.
    assert_eq!(found(&[("radio_spend", &every(6))], &[], 0), []);
    let findings = found(&[("radio_spend", &every(15))], &[], 0);
    expect(&findings, "rarely_active", &["`radio` was active in 10 of 150 weeks"]);
    assert!(findings.iter().all(|f| f.code != "late_channel"), "{findings:?}");
}

#[test]
fn a_channel_that_has_ended_is_named() {
    let year = |t: usize| if t < WEEKS - 52 { 5.0 + wave(t, 8) } else { 0.0 };
    expect(
        &found(&[("radio_spend", &year)], &[], 0),
        "channel_ended",
        &["`radio` has ended", "52 weeks before"],
    );
    let paused = |t: usize| if t < WEEKS - 12 { 5.0 + wave(t, 8) } else { 0.0 };
    assert_eq!(found(&[("radio_spend", &paused)], &[], 0), []);
}

#[test]
fn a_channel_that_ran_only_in_held_out_weeks_is_named_for_that_alone() {
    let late = |t: usize| if t >= WEEKS - 12 { 5.0 + wave(t, 8) } else { 0.0 };
    let findings = found(&[("tiktok_spend", &late)], &[], 13);
    expect(&findings, "channel_not_fitted", &["tiktok", "held out"]);
    assert!(findings.iter().all(|f| f.code != "late_channel"), "{findings:?}");
}

#[test]
fn history_is_counted_without_the_weeks_held_out() {
    expect(&found(&[], &[], 60), "short_history", &["90 weeks"]);
}

#[test]
fn pairs_are_named_whatever_they_are() {
    let near = |name: &'static str, noise: f64| move |t: usize| 2.0 * column(name, t) + noise * wave(t, 9);
    let twin = near("search_spend", 4.0);
    let findings = found(&[("social_spend", &twin)], &[], 0);
    expect(&findings, "collinear_pair", &["channel `search`", "channel `social`", "r = 1.00"]);
    let proxy = near("tv_spend", 20.0);
    let findings = found(&[("queries", &proxy)], &["queries"], 0);
    expect(&findings, "collinear_pair", &["channel `tv`", "control `queries`"]);
    let second = |t: usize| column("price_index", t) + 0.001 * wave(t, 11);
    let findings = found(&[("list_price", &second)], &["list_price"], 0);
    expect(&findings, "collinear_controls", &["`price_index`", "`list_price`"]);
    let copy = |t: usize| 3.0 - column("price_index", t);
    expect(
        &found(&[("rebate", &copy)], &["rebate"], 0),
        "identical_controls",
        &["`price_index`", "`rebate`"],
    );
}

#[test]
fn a_channel_that_runs_with_a_promotion_is_named() {
    let promo = |t: usize| f64::from(u8::from(column("tv_spend", t) > 0.0));
    expect(&found(&[("promo", &promo)], &["promo"], 0), "switched_with_control", &["tv", "promo", "on only"]);
    let pause = |t: usize| 1.0 - promo(t);
    expect(&found(&[("pause", &pause)], &["pause"], 0), "switched_with_control", &["off only"]);
    let apart = |t: usize| f64::from(u8::from(wave(t, 12) > 0.5));
    assert_eq!(found(&[("promo", &apart)], &["promo"], 0), []);
}

#[test]
fn a_control_that_follows_a_channel_may_be_its_effect() {
    let before = |t: usize, k: usize| if t >= k { column("tv_spend", t - k) } else { 0.0 };
    let follower = |t: usize| before(t, 1) + 0.5 * before(t, 2) + 20.0 * wave(t, 13);
    let findings = found(&[("interest", &follower)], &["interest"], 0);
    expect(&findings, "possible_mediator", &["`interest`", "follows channel `tv`"]);
    // A day in the calendar comes after the campaign for it.
    let holiday = |t: usize| f64::from(u8::from(before(t, 1) > 0.0));
    assert_eq!(found(&[("holiday", &holiday)], &["holiday"], 0), []);
    // Demand that drives the channel is no effect of it, but what it measures badly goes to the channel.
    let demand = |t: usize| column("tv_spend", t) + 120.0 * wave(t, 14);
    let findings = found(&[("demand", &demand)], &["demand"], 0);
    assert!(findings.iter().all(|f| f.code != "possible_mediator"), "{findings:?}");
    expect(&findings, "spend_follows_control", &["channel `tv` follows control `demand`", "without error"]);
    let visits = |t: usize| wave(t, 15);
    let findings = found(&[("site_visits", &visits)], &["site_visits"], 0);
    expect(&findings, "possible_mediator", &["`site_visits`", "name"]);
}
