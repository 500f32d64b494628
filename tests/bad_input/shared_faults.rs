//! The reported files themselves, where they are at hand: each is named, read or refused as its kind is.

use super::*;

/// Folder and file, flags, exit code of `mmm check`, and what it must say on either stream.
const CASES: [(&str, &[&str], i32, &str); 25] = [
    (
        "budget_share_of_sales/5pct_of_sales_0.csv",
        &[],
        0,
        "budget of channel `pct` follows `revenue`: about 5.1 %",
    ),
    (
        "budget_share_of_sales/5pct_of_sales_1.csv",
        &[],
        0,
        "budget of channel `pct` follows `revenue`: about 5.0 %",
    ),
    ("calendar_shaped_spend/19_spend_is_season.csv", &[], 0, "channel `ch9` runs along trend and season"),
    ("calendar_shaped_spend/ramp_growth3.csv", &[], 0, "channel `ch9` runs along trend and season"),
    ("count_outcome_as_revenue/installs.csv", &[], 0, "installs (count)"),
    ("count_outcome_as_revenue/ok_lead_created_count.csv", &[], 0, "lead_created_count (count)"),
    (
        "duplicate_geo/g4x3.csv",
        &[],
        1,
        "blocking: geos have the same outcome in every row: `g000` and `g000_c0`",
    ),
    ("leak/leak_noise0.01.csv", &[], 0, "channel `leak` is `revenue` in other units"),
    ("level_shift/07_break_x3.csv", &[], 0, "the outcome shifts on 2021-07-05"),
    ("month_labels/excelserial.csv", &[], 0, "104 weeks from 2021-01-04"),
    ("month_labels/m_my.csv", &[], 0, "30 months from 2021-01-01"),
    ("month_labels/monyear.csv", &[], 0, "36 months from 2021-01-01"),
    ("month_labels/yyyymm.csv", &[], 0, "36 months from 2021-01-01"),
    ("month_labels/quarterly.csv", &[], 1, "rows are quarters"),
    ("national_repeated/repeated.csv", &[], 0, "--national tv_spend splits it equally"),
    ("nearly_constant/23_nearly_constant.csv", &[], 1, "blocking: the outcome `revenue` hardly varies"),
    ("newline_in_name/data.csv", &[], 1, "tv mobile"),
    (
        "signed_outcome/sg_1000.csv",
        &[],
        0,
        "note: the outcome is negative in 50 of 120 rows: it is measured by its spread",
    ),
    ("trailing_blank_rows/trailing.csv", &[], 0, "ends in 300 rows of empty cells"),
    ("two_exposures_hint/data.csv", &["--exposure", "social_spend=social_clicks"], 0, "%  social_clicks"),
    ("unfitted_rows_controls/pad_pblank.csv", &[], 0, "control `price` moves with `tv` (r = 0.30)"),
    ("unfitted_rows_controls/pad_p0.csv", &[], 0, "control `price` moves with `tv` (r = 0.30)"),
    ("unit_mismatch/data.csv", &[], 0, "is the spend in thousands?"),
    ("zero_lead_value/data.csv", &["--revenue-per-outcome", "avg_value"], 0, "conversions (count)"),
    ("zero_weeks/shut.csv", &[], 0, "2021-10-11 to 2021-11-15 (rows 42 to 47)"),
];

#[test]
fn reported_files_are_named_read_or_refused() {
    let root = std::env::var_os("MMM_BENCHMARK_DATA").map(std::path::PathBuf::from);
    let root =
        root.unwrap_or_else(|| std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"));
    if !root.join("faults").exists() {
        println!("skipped: no reported files at {}", root.join("faults").display());
        return;
    }
    for (file, flags, code, text) in CASES {
        let path = root.join("faults").join(file);
        let path = path.to_str().expect("a path in UTF-8");
        let run = Folder::new().mmm(&[&["check", path][..], flags].concat()).exits(code);
        let both = run.stdout() + &run.stderr();
        assert!(both.contains(text), "{file}: no {text:?} in\n{both}");
    }
}
