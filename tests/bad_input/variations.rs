//! More of the kinds of real files: written in other ways, with other faults of the same sort.

use serde_json::Value;

use super::*;

/// The findings of a check, as `code: message`.
fn told(run: Run) -> Vec<String> {
    let report: Value = serde_json::from_str(&run.stdout()).expect("stdout is JSON");
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    let list = report["findings"].as_array().expect("a list").clone();
    list.iter().map(|f| format!("{}: {}", text(&f["code"]), text(&f["message"]))).collect()
}

fn has(run: Run, code: &str, words: &str) {
    let all = told(run);
    assert!(all.iter().any(|f| f.starts_with(code) && f.contains(words)), "no {code} {words:?} in {all:#?}");
}

fn numbers(sheet: &Sheet, column: &str) -> Vec<f64> {
    let column = sheet.column(column);
    sheet.rows.iter().map(|row| row[column].parse().expect("a number")).collect()
}

/// A column with every number changed.
fn with(sheet: Sheet, column: &str, change: impl Fn(usize, f64) -> String) -> Sheet {
    let values = numbers(&sheet, column);
    sheet.with_column(column, |i| change(i, values[i]))
}

/// Geos of different sizes, each of which goes its own way; `change` is told geo, row and outcome.
fn panel(geos: &[&str], change: impl Fn(usize, usize, f64) -> f64) -> Vec<Vec<f64>> {
    let own = |g: usize, i: usize| 1000.0 * (g + 1) as f64 + (i * (31 + 7 * g) * 7919 % 397) as f64;
    (0..geos.len()).map(|g| (0..120).map(|i| change(g, i, own(g, i))).collect()).collect()
}

fn file_of(geos: &[&str], outcome: &[Vec<f64>]) -> String {
    let sheet = sheet();
    let mut text = format!("geo,{}\n", sheet.header.join(","));
    for (g, geo) in geos.iter().enumerate() {
        for (i, row) in sheet.rows.iter().enumerate() {
            let media = (i * (5 + g) * 7919 % 101) as f64 * (1.0 + g as f64 / 3.0);
            let search = 10 + i * (11 + 3 * g) * 7919 % 101;
            text += &format!("{geo},{},{},{media},{search},{}\n", row[0], outcome[g][i], row[4]);
        }
    }
    text
}

#[test]
fn a_sheet_as_a_spreadsheet_leaves_it() {
    let told_separator = format!("sep=;\r\n{}", sheet().text_with(";", "\r\n"));
    check(told_separator, &[]).exits(0).says(&["120 rows"]);
    let text = sheet().text();
    refused(check(format!("Weekly report\n\n{text}"), &[]), &["where the header has 1", "above the header"]);
    refused(
        check(format!("Weekly report,,,,\n{text}"), &[]),
        &["looks like a title", "must be the first row"],
    );
    refused(
        check(format!("{text}* preliminary\n"), &[]),
        &["row 122: 1 cell", "delete the notes below the table"],
    );
    refused(
        check(format!("{text}Total,1,2,3,4\n"), &[]),
        &["row 122, column `date`: `Total`", "delete totals and notes"],
    );
    let header = text.lines().next().expect("a header").to_owned();
    let (above, below) = text.split_at(text.find("2022-01-10").expect("a row"));
    refused(
        check(format!("{above}{header}\n{below}"), &[]),
        &["`date` is not a date", "the header is repeated"],
    );
    for cell in ["#DIV/0!", "#REF!", "#VALUE!"] {
        refused(
            sheet().with(9, "tv_spend", cell).check(&[]),
            &["is an error of the spreadsheet", "write 0 where"],
        );
    }
    refused(
        sheet().with(9, "revenue", "n.a.").check(&[]),
        &["marks a missing value", "leave the cell empty"],
    );
    refused(
        sheet().with(9, "revenue", "(12.5)").check(&[]),
        &["is in brackets", "with a minus sign: -1234.5"],
    );
}

#[test]
fn numbers_of_accounts_and_of_india() {
    let spend = |run: &Run| {
        let report: Value = serde_json::from_str(&run.stdout()).expect("JSON");
        report["channels"][0]["spend"].as_f64().expect("a number")
    };
    let plain = spend(&sheet().check(&["--json"]));
    // 1,23,456.5 for each, 120 times.
    let lakh = sheet().with_column("tv_spend", |i| format!("\"1,23,4{:02}.5\"", i % 100));
    assert!((spend(&lakh.check(&["--json"])) / 120.0 - 123_448.0).abs() < 10.0);
    let dollars = with(sheet(), "tv_spend", |_, x| format!("US${x}"));
    assert!((spend(&dollars.check(&["--json"]).exits(0)) - plain).abs() < 1e-6);
    // One column by the local rules, the others as programs write them.
    let mixed = with(sheet(), "tv_spend", |_, x| format!("{:.2}", x).replace('.', ","));
    let mixed = check(mixed.text_with(";", "\n"), &["--json"]).exits(0);
    assert!((spend(&mixed) - plain).abs() < 1e-6);
    has(mixed, "numbers_undressed", "`tv_spend` (decimal commas)");
    let refunds = with(sheet(), "revenue", |i, y| if i % 30 == 0 { format!("({y})") } else { y.to_string() });
    has(refunds.check(&["--json"]), "numbers_undressed", "brackets or long dashes for a minus");
    has(refunds.check(&["--json"]), "signed_outcome", "negative in 4 of 120 rows");
}

#[test]
fn dates_that_are_none_are_quoted() {
    let dated = |label: &dyn Fn(NaiveDate) -> String| {
        let monday = NaiveDate::from_ymd_opt(2021, 1, 4).expect("a date");
        sheet().with_column("date", |i| label(monday + Days::new(7 * i as u64)))
    };
    dated(&|d| format!("{} 12:00:00 AM", d.format("%m/%d/%Y"))).check(&[]).exits(0).says(&["120 weeks"]);
    refused(dated(&|d| d.format("%a %d %b %Y").to_string()).check(&[]), &["`Mon 04 Jan 2021` is not a date"]);
    refused(
        dated(&|d| format!("{d} to {}", d + Days::new(6))).check(&[]),
        &["`2021-01-04 to 2021-01-10` is not a date"],
    );
    let monday = NaiveDate::from_ymd_opt(2021, 1, 4).expect("a date");
    let four = sheet().with_column("date", |i| (monday + Days::new(28 * i as u64)).to_string());
    refused(four.check(&[]), &["periods of four or five weeks", "by week, or by calendar month"]);
    let quarters = |label: &dyn Fn(usize) -> String| sheet().with_column("date", label).check(&[]);
    for label in [
        &(|i: usize| format!("{}Q{}", 1990 + i / 4, i % 4 + 1)) as &dyn Fn(usize) -> String,
        &|i: usize| format!("Q{} {}", i % 4 + 1, 1990 + i / 4),
        &|i: usize| format!("{}-Q{}", 1990 + i / 4, i % 4 + 1),
        &|i: usize| format!("{}Q{}", i % 4 + 1, 1990 + i / 4),
    ] {
        refused(quarters(label), &["rows are quarters", "by week or by month"]);
    }
    for flag in ["--channels", "--controls", "--exclude"] {
        let run = sheet().check(&[flag, "date"]);
        refused(run, &["column `date`, which holds the dates, is taken by", flag]);
    }
}

#[test]
fn weeks_of_next_to_nothing_are_named_and_not_those_beside_them() {
    let low =
        with(sheet(), "revenue", |i, y| if (40..46).contains(&i) { "0.5".into() } else { y.to_string() });
    has(low.check(&["--json"]), "outcome_spikes", "the outcome jumps on 2021-10-11 (0.500 where");
    let all = told(low.check(&["--json"])).join("\n");
    assert!(!all.contains("2021-10-04") && !all.contains("2021-11-22"), "{all}");
}

#[test]
fn steps_and_markets_that_are_none() {
    let geos = ["north", "south", "west", "east"];
    let step = panel(&geos, |g, i, y| if g == 1 && i >= 60 { 2.5 * y } else { y });
    has(
        check(file_of(&geos, &step), &["--json"]),
        "level_shift",
        "the outcome of geo `south` shifts on 2022-02-28",
    );
    let twice = with(sheet(), "revenue", |i, y| if (30..80).contains(&i) { 2.0 * y } else { y }.to_string());
    for date in ["2021-08-02", "2022-07-18"] {
        has(twice.check(&["--json"]), "level_shift", &format!("shifts on {date}"));
    }
    let scaled = |by: f64| {
        let mut outcome = panel(&geos, |_, _, y| y);
        outcome[3] = outcome[0].iter().map(|y| y * by).collect();
        check(file_of(&geos, &outcome), &["--json"])
    };
    has(scaled(1.0).exits(1), "duplicate_geos", "`north` and `east`");
    has(scaled(1.7).exits(1), "proportional_geos", "`north` and `east` (1 to 1.700)");
    let mut region = panel(&geos, |_, _, y| y);
    region[3] = region[0].iter().zip(&region[2]).map(|(a, b)| a + b).collect();
    has(
        check(file_of(&geos, &region), &["--json"]).exits(1),
        "total_geo",
        "`east` is the sum of `north`, `west`",
    );
    let constant = panel(&geos, |g, _, y| if g == 2 { 5000.0 } else { y });
    has(check(file_of(&geos, &constant), &["--json"]).exits(0), "constant_geo", "`west`");
    let sound = told(check(file_of(&geos, &panel(&geos, |_, _, y| y)), &["--json"]).exits(0)).join("\n");
    assert!(!sound.contains("geo"), "{sound}");
}

#[test]
fn what_is_made_of_the_outcome_is_named() {
    let revenue = numbers(&sheet(), "revenue");
    let linear = sheet().with_column("aff_spend", |i| (0.2 * revenue[i] - 150.0).to_string());
    has(
        linear.check(&["--json"]),
        "spend_is_outcome",
        "channel `aff` is `revenue` in other units, and an amount",
    );
    let control = sheet().with_column("price", |i| (50.0 - 0.01 * revenue[i]).to_string());
    has(control.check(&["--json"]), "control_is_outcome", "control `price`");
    let other = sheet().with_column("gross_revenue", |i| (1.19 * revenue[i]).to_string()).check(&[]).exits(0);
    assert!(!other.stdout().contains("--controls price,gross_revenue"), "{}", other.stdout());
    let sum = |i: usize| revenue[..=i].iter().sum::<f64>().to_string();
    has(sheet().with_column("revenue", sum).check(&["--json"]), "running_total", "`revenue` never falls");
}

#[test]
fn media_by_their_exposure_alone() {
    let mut bare = sheet();
    (bare.header[2], bare.header[3]) = ("tv_impressions".into(), "search_clicks".into());
    refused(bare.check(&[]), &["no media channel", "--organic tv_impressions,search_clicks"]);
    bare.check(&["--organic", "tv_impressions,search_clicks"]).exits(0);
    // The exposure of a channel is named before or behind what it is of.
    let mut cost = sheet().with_column("impression_tv", |i| (100 + i * 7 % 31).to_string());
    cost.header[2] = "cost_tv".into();
    let text = cost.check(&[]).exits(0).stdout();
    assert!(text.contains("--exposure cost_tv=impression_tv") && !text.contains("--organic"), "{text}");
}

#[test]
fn units_that_change_on_the_way() {
    let half =
        |column: &'static str| with(sheet(), column, |i, x| if i < 60 { x } else { x / 1000.0 }.to_string());
    has(half("search_spend").check(&["--json"]), "unit_changes", "`search_spend` is about");
    has(half("revenue").check(&["--json"]), "level_shift", "is it in another unit from then on?");
    assert!(!told(half("revenue").check(&["--json"])).join("\n").contains("outcome_spikes"));
    // Whole numbers called sales may be pieces.
    let mut sales = sheet();
    sales.header[1] = "sales".into();
    has(sales.check(&["--json"]), "outcome_kind_assumed", "`sales` is taken for money");
    assert!(
        !told(sales.check(&["--json", "--outcome-kind", "revenue"])).join("\n").contains("taken for money")
    );
}
