//! Columns without information.

use super::*;

#[test]
fn all_zero_and_constant_columns_are_told_in_one_go() {
    let sheet = sheet().with_column("ooh_spend", |_| "0".into()).with_column("radio_spend", |_| "500".into());
    let expected = [
        "2 columns cannot be used",
        "column `ooh_spend` is all zero",
        "column `radio_spend` is 500 in every row",
        "--exclude \"ooh_spend,radio_spend\"",
    ];
    refused(sheet.check(&[]), &expected);
    sheet.check(&["--exclude", "ooh_spend,radio_spend"]).exits(0);
}

#[test]
fn constant_outcome() {
    refused(
        sheet().with_column("revenue", |_| "7".into()).check(&[]),
        &["the outcome `revenue` is 7 in every row"],
    );
    refused(
        sheet().with_column("revenue", |_| String::new()).check(&[]),
        &["the outcome `revenue` is blank in every row"],
    );
}

#[test]
fn a_constant_control_is_left_out() {
    let run = sheet().with_column("promo", |_| "0".into()).check(&[]);
    run.exits(0).says(&["control `promo` is 0 in every row and was left out", "--exclude \"promo\""]);
    let run = sheet().with_column("promo", |_| "no".into()).check(&[]);
    run.exits(0).says(&["control `promo` is `no` in every row and was left out"]);
}

#[test]
fn the_roles_tell_controls_in_use_from_constant_ones() {
    let sheet = || sheet().with_column("promo", |_| "0".into()).with_column("event", |_| "no".into());
    let run = sheet().check(&[]).exits(0);
    run.says(&["controls in use      price\n", "constant, left out   promo, event\n"]);
    let roles = |flags: &[&str]| {
        let report = sheet().check(&[&["--json"], flags].concat()).exits(0).stdout();
        serde_json::from_str::<serde_json::Value>(&report).expect("JSON")["roles"].clone()
    };
    assert_eq!(roles(&[])["controls"], serde_json::json!(["price", "promo", "event"]));
    assert_eq!(roles(&[])["constant_controls"], serde_json::json!(["promo", "event"]));
    assert!(roles(&["--controls", "price"]).get("constant_controls").is_none(), "none is constant");
}
