//! Roles.

use super::*;

#[test]
fn several_outcomes() {
    let run = sheet().with_column("orders", |i| i.to_string()).check(&[]);
    refused(run, &["several columns could be the outcome: `revenue`, `orders`", "--outcome revenue"]);
}

#[test]
fn no_outcome() {
    let text = sheet().text().replacen("revenue", "result", 1);
    refused(check(&text, &[]), &["no column is named like an outcome", "`result`"]);
    let told = ["--outcome", "result", "--outcome-kind", "revenue"];
    check(&text, &told).exits(0).says(&["result (revenue)"]);
}

#[test]
fn no_channels() {
    let text = sheet().text().replacen("tv_spend", "tv_S", 1).replacen("search_spend", "search_S", 1);
    refused(check(&text, &[]), &["no media channel", "--channels tv_S,search_S"]);
    check(&text, &["--channels", "*_S"]).exits(0).says(&["tv_S", "search_S"]);
}

#[test]
fn unknown_columns() {
    for flag in
        ["--outcome", "--date", "--geo", "--population", "--channels", "--controls", "--organic", "--exclude"]
    {
        let run = sheet().check(&[flag, "serch_spend"]);
        refused(run, &[&format!("{flag}: there is no column `serch_spend`"), "did you mean `search_spend`?"]);
    }
    refused(sheet().check(&["--channels", "radio_*"]), &["--channels: there is no column `radio_*`"]);
    refused(sheet().check(&["--exposure", "tv_spend=tv_grp"]), &["--exposure: there is no column `tv_grp`"]);
}

#[test]
fn two_roles() {
    let run = sheet().check(&["--controls", "price,tv_spend", "--channels", "tv_spend"]);
    refused(run, &["column `tv_spend` has two roles: --channels and --controls"]);
    let run = sheet().check(&["--outcome", "revenue", "--exclude", "revenue"]);
    refused(run, &["column `revenue` is named by --outcome and by --exclude"]);
}

#[test]
fn overlapping_globs() {
    let run = sheet().check(&["--channels", "tv_*,*_spend"]);
    refused(run, &["column `tv_spend`: --channels names it by `tv_*` and `*_spend`"]);
}

#[test]
fn exposure_without_spend() {
    let sheet = sheet().with_column("reach", |i| (i % 9).to_string());
    refused(
        sheet.check(&["--exposure", "price=reach"]),
        &["`price` is not the spend column of a channel", "--channels price"],
    );
    refused(
        sheet.check(&["--channels", "tv_spend", "--exposure", "search_spend=reach"]),
        &["`search_spend` is not"],
    );
    sheet.check(&["--exposure", "tv_spend=reach"]).exits(0).says(&["%         reach\n"]);
}

#[test]
fn population_faults() {
    let geo = |i: usize| ["north", "south"][i / 60].to_owned();
    let people = |i: usize| if i == 70 { "6".to_owned() } else { "5".to_owned() };
    let sheet = sheet().with_column("geo", geo).with_column("population", people);
    let run = sheet.check(&["--json"]).exits(0);
    run.says(&[
        "\"population_changes\"",
        "`population` changes over time in `south`: the mean over its rows is used",
    ]);
    let run = sheet.with_column("population", |i| if i < 60 { "0".into() } else { "5".into() }).check(&[]);
    refused(run, &["row 2 (2021-01-04, north), column `population`: 0 is not positive"]);
}

#[test]
fn names_with_spaces_and_letters_beyond_ascii() {
    let sheet = sheet().with_column("Fernsehen für Kinder_spend", |i| (i % 13).to_string());
    sheet.check(&[]).exits(0).says(&["Fernsehen für Kinder "]);
}

#[test]
fn geos_may_begin_and_end_in_different_weeks() {
    let sheet = sheet().with_column("region", |i| if i < 60 { "a".into() } else { "b".into() });
    sheet.check(&[]).exits(0).says(&["2 geos, 120 weeks"]);
}

#[test]
fn an_outcome_that_a_flag_took_is_named() {
    refused(
        sheet().check(&["--controls", "revenue,price"]),
        &[
            "column `revenue`, named like an outcome, is taken by --controls",
            "leave `revenue` out of --controls",
        ],
    );
}
