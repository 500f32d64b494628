//! Cells.

use super::*;

#[test]
fn negative_spend() {
    let run = sheet().with(17, "tv_spend", "-3.2").check(&[]);
    let run = run.exits(1);
    assert_eq!(
        run.stderr(),
        "error: data.csv, row 17 (2021-04-19), column `tv_spend`: -3.2 is negative; spend must be ≥ 0\n\
         hint: correct the value, or drop the column with --exclude tv_spend\n"
    );
}

#[test]
fn all_bad_cells_are_told_in_one_go() {
    let mut sheet = sheet().with(5, "tv_spend", "-1").with(7, "revenue", "abc");
    for line in 20..32 {
        sheet = sheet.with(line, "price", "NaN");
    }
    let expected = [
        "14 cells cannot be used",
        "row 5 (2021-01-25), column `tv_spend`: -1 is negative",
        "row 7 (2021-02-08), column `revenue`: `abc` is not a number",
        "row 20 (2021-05-10), column `price`: `NaN` is not a finite number",
        "… and 4 more",
        "hint: correct the value, or drop the column with --exclude tv_spend",
        "hint: write a plain number",
    ];
    refused(sheet.check(&[]), &expected);
}

#[test]
fn cells_that_are_no_numbers() {
    let cases = [
        ("3,5", "`3,5` has a decimal comma", "1234.5"),
        ("1,234", "`1,234` has a thousands separator", "1234.5"),
        ("1.234,56", "`1.234,56` has a decimal comma", "1234.5"),
        ("1 234", "`1 234` has a thousands separator", "1234.5"),
        ("$12", "`$12` has a currency sign", "bare number"),
        ("12 €", "`12 €` has a currency sign", "bare number"),
        ("12%", "`12%` has a percent sign", "bare number"),
        ("NaN", "`NaN` is not a finite number", "write 0 where"),
        ("inf", "`inf` is not a finite number", "write 0 where"),
        ("-Infinity", "`-Infinity` is not a finite number", "write 0 where"),
        ("1e999", "`1e999` is not a finite number", "write 0 where"),
        ("NA", "`NA` marks a missing value", "write 0 where"),
        ("n/a", "`n/a` marks a missing value", "write 0 where"),
        ("", "the cell is blank", "never taken for zero"),
        ("twelve", "`twelve` is not a number", "plain number"),
    ];
    for (cell, problem, hint) in cases {
        let quoted = format!("\"{cell}\"");
        let run = sheet().with(9, "search_spend", &quoted).check(&[]);
        refused(run, &["row 9 (2021-02-22), column `search_spend`", problem, hint]);
    }
}

#[test]
fn decimal_commas_between_semicolons() {
    let text = sheet().with(4, "tv_spend", "1,5").text_with(";", "\n");
    refused(check(text, &[]), &["row 4 (2021-01-18), column `tv_spend`: `1,5` has a decimal comma"]);
}

#[test]
fn numbers_beyond_any_unit() {
    let run = sheet().with(4, "tv_spend", "1e31").check(&[]);
    refused(run, &["row 4 (2021-01-18), column `tv_spend`: `1e31` is too large"]);
}

#[test]
fn blank_outcome_is_a_row_for_carry_over() {
    sheet().with(2, "revenue", "").with(3, "revenue", "").check(&[]).exits(0).says(&["blank in 2 rows"]);
}

#[test]
fn marked_missing_outcome() {
    refused(
        sheet().with(4, "revenue", "NA").check(&[]),
        &["row 4", "`NA` marks a missing value", "leave the cell empty"],
    );
}

#[test]
fn negative_exposure() {
    let sheet = sheet().with_column("tv_grps", |i| if i == 3 { "-4".into() } else { i.to_string() });
    refused(
        sheet.check(&[]),
        &["row 5 (2021-01-25), column `tv_grps`: -4 is negative; exposure must be ≥ 0"],
    );
}

#[test]
fn numbers_mixed_with_text_in_a_control() {
    let mostly_text = sheet().with_column("promo", |i| if i == 3 { "7".into() } else { "none".into() });
    refused(
        mostly_text.check(&[]),
        &["row 2 (2021-01-04), column `promo`: `none` is text where row 5 has the number 7"],
    );
    let mostly_numbers =
        sheet().with_column("promo", |i| if i == 3 { "none yet".into() } else { i.to_string() });
    refused(mostly_numbers.check(&[]), &["row 5 (2021-01-25), column `promo`: `none yet` is not a number"]);
}

#[test]
fn text_control_becomes_columns_by_level() {
    let level = |i: usize| ["na", "na", "easter", "sale"][i % 4].to_owned();
    sheet().with_column("event", level).check(&["--json"]).exits(0).says(&["\"event\""]);
}

#[test]
fn text_control_with_too_many_levels() {
    let run = sheet().with_column("event", |i| format!("event {}", i % 13)).check(&[]);
    refused(run, &["control `event` is text with 13 levels", "at most 12", "--exclude \"event\""]);
}
