//! Findings.

use super::*;

#[test]
fn findings_are_graded() {
    let twin = sheet();
    let tv: Vec<String> = twin.rows.iter().map(|r| r[2].clone()).collect();
    let sheet = twin
        .with(50, "revenue", "9000")
        .with_column("late_spend", |i| if i < 110 { "0".into() } else { (i % 7 + 1).to_string() })
        .with_column("promo", |i| tv[i].clone());
    sheet.check(&[]).exits(1).says(&[
        "blocking: channel `tv` moves identically with control `promo` (r = 1.0000)",
        "warning: channel `late` was active for 10 weeks (first on 2023-02-13)",
        "warning: the outcome jumps on 2021-12-06",
        "1 blocking",
    ]);
}

#[test]
fn a_file_that_cannot_be_loaded_is_a_finding_in_json() {
    let twice = sheet().with(4, "date", "2021-01-11");
    let two = sheet().with_column("sales", |i| (1000 + i % 7).to_string());
    let unfit = sheet().check(&["--json", "--prior", "radio:roi=1..2"]);
    for (run, code, words) in [
        (twice.check(&["--json"]), "cannot_load", "2021-01-11"),
        (two.check(&["--json"]), "cannot_load", "`sales`"),
        (Folder::new().mmm(&["check", "data.csv", "--json"]), "cannot_load", "cannot read data.csv"),
        (unfit, "unsuitable_settings", "there is no channel `radio`"),
    ] {
        let run = run.exits(1);
        assert_eq!(run.stderr(), "");
        let report: serde_json::Value = serde_json::from_str(&run.stdout()).expect("stdout is JSON");
        let sound: serde_json::Value =
            serde_json::from_str(&sheet().check(&["--json"]).exits(0).stdout()).expect("stdout is JSON");
        let keys =
            |v: &serde_json::Value| v.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&report), keys(&sound));
        let finding = &report["findings"][0];
        assert_eq!((&finding["severity"], &finding["code"]), (&"blocking".into(), &code.into()));
        assert!(finding["message"].as_str().is_some_and(|m| m.contains(words)), "{finding}");
        assert!(finding["hint"].is_string(), "{finding}");
    }
}

/// A panel of two geos whose second has the given outcome.
fn panel(outcome: impl Fn(usize) -> String) -> String {
    let sheet = sheet();
    let mut text = format!("geo,{}\n", sheet.header.join(","));
    for (geo, i) in ["north", "south"].into_iter().flat_map(|geo| (0..120).map(move |i| (geo, i))) {
        let mut row = sheet.rows[i].clone();
        if geo == "south" {
            row[1] = outcome(i);
        }
        text += &format!("{geo},{}\n", row.join(","));
    }
    text
}

#[test]
fn an_outcome_that_cannot_be_measured_by_blocks_check_and_fit_alike() {
    let negative = sheet().with_column("revenue", |i| format!("-{}", 2_500_000 + i * 7919 % 101));
    for (text, message, hint) in [
        (
            negative.text(),
            "the mean outcome of 120 rows to be fitted is -2500049; it must be positive",
            "--outcome",
        ),
        (
            panel(|_| "0".into()),
            "geo `south`: the outcome is 0 on average over 120 rows to be fitted; it must be positive",
            "drop the geo's rows",
        ),
        (
            panel(|_| String::new()),
            "geo `south`: the outcome is blank in every row to be fitted",
            "drop the geo's rows",
        ),
    ] {
        let run = check(&text, &[]).exits(1).says(&["blocking: ", message, hint, "1 blocking"]);
        assert!(!run.stdout().contains("`national`"), "{}", run.stdout());
        let folder = Folder::new().file("data.csv", &text);
        for flag in ["--quiet", "--prior-only"] {
            folder.mmm(&["fit", "data.csv", flag]).exits(1).complains(&["error: data.csv: ", message, hint]);
        }
    }
}
