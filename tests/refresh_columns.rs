//! What a comparison makes of other random numbers, and of columns that came, went or woke.

mod common;

use common::Folder;

const SHORT: [&str; 7] = ["--warmup", "150", "--draws", "200", "--chains", "2", "--quiet"];

/// Weeks of a market; `ooh_spend` and `notes` as told of each week.
fn csv(weeks: u64, ooh: impl Fn(u64) -> u64, last: &str) -> String {
    let mut text = format!("week,revenue,tv_spend,mail_spend,ooh_spend,{last}\n");
    for t in 0..weeks {
        let date = chrono::NaiveDate::from_ymd_opt(2021, 1, 4).expect("a date") + chrono::Days::new(7 * t);
        let wave = |k: u64| t * k * 7919 % 101;
        let revenue = 900 + wave(3) + 2 * wave(5);
        text += &format!("{date},{revenue},{},{},{},{}\n", wave(5), wave(7), ooh(t), t % 5);
    }
    text
}

#[test]
fn a_left_out_column_that_spends_is_told_to_those_who_refresh_and_compare() {
    let folder = Folder::new()
        .file("old.csv", csv(80, |_| 0, "notes"))
        .file("new.csv", csv(86, |t| if t < 83 { 0 } else { 40 }, "remarks"))
        .file("same.csv", csv(86, |_| 0, "notes"));
    let first = ["fit", "old.csv", "--exclude", "ooh_spend", "--controls", "mail_spend", "--channels"];
    folder.mmm(&[&first[..], &["tv_spend", "--out", "old"], &SHORT].concat()).finishes();
    let woke = "column `ooh_spend` was left out while it was 0 and spends since 2022-08-08, 120 in all";
    let refresh = ["fit", "new.csv", "--since-last", "old", "--out", "new"];
    let run = folder.mmm(&[&refresh[..], &SHORT[..6]].concat()).finishes();
    let told = format!("{}{}", run.stdout(), run.stderr()).split_whitespace().collect::<Vec<_>>().join(" ");
    for words in
        [woke, "without --since-last", "column `remarks` is new and has no role", "column `notes` is gone"]
    {
        assert!(told.contains(words), "{words}: {told}");
    }
    let diff = ["diff", "old", "new", "--new-data", "new.csv", "--fail-on", "columns"];
    let said = folder.mmm(&diff).exits(1).stdout().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains(woke), "{said}");
    // The history says otherwise now, and the earlier file is there to tell.
    let restated = csv(86, |t| if (40..43).contains(&t) { 40 } else { 0 }, "notes");
    let folder = folder.file("restated.csv", restated);
    let compare = ["diff", "old", "same", "--new-data", "restated.csv", "--fail-on", "columns"];
    let refresh = ["fit", "same.csv", "--since-last", "old", "--out", "same"];
    folder.mmm(&[&refresh[..], &SHORT].concat()).finishes();
    folder.mmm(&["diff", "old", "same", "--new-data", "same.csv", "--fail-on", "columns"]).exits(0);
    let told = folder.mmm(&compare).exits(1).stdout().split_whitespace().collect::<Vec<_>>().join(" ");
    let woke = "was left out while it did not vary, and its history was restated: it spends since 2021-10-11, 120 in all";
    assert!(told.contains(woke), "{told}");
    std::fs::remove_file(folder.path().join("old.csv")).expect("it was there");
    folder.mmm(&compare).exits(0);
}

#[test]
fn other_random_numbers_make_no_other_plan() {
    let data = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data/national/data.csv");
    let folder = Folder::new().file("data.csv", std::fs::read(data).expect("the example"));
    for seed in ["1", "2", "3"] {
        folder.mmm(&[&["fit", "data.csv", "--seed", seed, "--out", seed], &SHORT[..]].concat()).finishes();
    }
    for pair in [["1", "2"], ["2", "3"], ["1", "3"]] {
        folder.mmm(&["diff", pair[0], pair[1], "--fail-on", "allocation"]).exits(0);
    }
    folder.mmm(&["diff", "1", "1"]).exits(0).says(&["The two fits are identical."]);
    // Without curves only the plans themselves can be compared.
    for seed in ["1", "2"] {
        std::fs::remove_file(folder.path().join(seed).join("curves.parquet")).expect("it was there");
    }
    let run = folder.mmm(&["diff", "1", "2", "--json"]);
    assert!(matches!(run.code(), Some(0 | 1)) && !run.stdout().contains("p_old_is_worse"));
}
