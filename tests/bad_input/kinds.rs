//! Kinds of real files that once gave wrong numbers, no word or a refusal: each on the real binary.

use super::*;
use serde_json::Value;

/// The findings of a check, by code.
fn findings(run: Run) -> Vec<(String, String)> {
    let report: Value = serde_json::from_str(&run.stdout()).expect("stdout is JSON");
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    let list = report["findings"].as_array().expect("a list").clone();
    list.iter().map(|f| (text(&f["code"]), text(&f["message"]))).collect()
}

fn message(run: Run, code: &str) -> String {
    let all = findings(run);
    let found = all.iter().find(|(c, _)| c == code);
    found.unwrap_or_else(|| panic!("no {code} in {all:?}")).1.clone()
}

fn lacks(run: Run, codes: &[&str]) {
    let all = findings(run);
    assert!(!all.iter().any(|(code, _)| codes.contains(&code.as_str())), "{codes:?} in {all:?}");
}

/// Outcome and spend 0 on lines 42 to 47.
fn closed() -> Sheet {
    (42..48).fold(sheet(), |s, line| {
        s.with(line, "revenue", "0").with(line, "tv_spend", "0").with(line, "search_spend", "0")
    })
}

/// A panel of three geos over the rows of the sheet; a geo's column values come from `cell`.
fn panel(sheet: &Sheet, cell: impl Fn(usize, &str, &str) -> String) -> String {
    let mut text = format!("geo,{}\n", sheet.header.join(","));
    for (g, geo) in ["north", "south", "west"].iter().enumerate() {
        for row in &sheet.rows {
            let cells: Vec<String> =
                sheet.header.iter().zip(row).map(|(name, value)| cell(g, name, value)).collect();
            text += &format!("{geo},{}\n", cells.join(","));
        }
    }
    text
}

fn times(value: &str, by: f64) -> String {
    value.parse::<f64>().map_or(value.to_owned(), |x| (x * by).to_string())
}

#[test]
fn closed_weeks_are_no_observation() {
    let found = message(closed().check(&["--json"]), "zero_weeks");
    assert!(
        found.contains("6 weeks")
            && found.contains("(rows 42 to 47)")
            && found.contains("2021-10-11 to 2021-11-15"),
        "{found}"
    );
    lacks(closed().check(&["--json"]), &["outcome_spikes", "level_shift"]);
    let kept = closed().check(&["--json", "--zero-weeks", "keep"]);
    assert!(message(kept, "zero_weeks_kept").contains("fitted as they are"));
    lacks(closed().check(&["--json", "--zero-weeks", "keep"]), &["outcome_spikes", "level_shift"]);
    let folder =
        Folder::new().file("data.csv", closed().text()).file("mmm.toml", "[data]\nzero_weeks = 'keep'\n");
    folder.mmm(&["check", "data.csv", "--config", "mmm.toml", "--json"]).exits(0).says(&["zero_weeks_kept"]);
}

#[test]
fn a_fit_of_closed_weeks_is_that_of_blank_ones() {
    let blank = (42..48).fold(closed(), |s, line| s.with(line, "revenue", ""));
    let folder = Folder::new().file("zero.csv", closed().text()).file("blank.csv", blank.text());
    let fit = |file: &str, out: &str, flags: &[&str]| {
        let short = ["--chains", "1", "--warmup", "60", "--draws", "30", "--quiet", "--out", out];
        folder.mmm(&[&["fit", file][..], &short, flags].concat()).finishes();
        let text = std::fs::read(folder.path().join(out).join("fit.json")).expect("fit.json");
        serde_json::from_slice::<Value>(&text).expect("JSON")
    };
    let (zero, blank) = (fit("zero.csv", "a", &[]), fit("blank.csv", "b", &[]));
    assert_eq!(zero["channels"], blank["channels"]);
    assert!(zero["run"]["warnings"].to_string().contains("zero_weeks"));
    let kept = fit("zero.csv", "c", &["--zero-weeks", "keep"]);
    assert_ne!(kept["channels"], blank["channels"]);
    assert_eq!(kept["run"]["data"]["reading"]["zero_weeks"], "keep");
}

#[test]
fn zeros_before_a_launch_and_in_one_geo_of_a_panel() {
    let late = (2..30).fold(sheet(), |s, line| s.with(line, "revenue", "0"));
    assert!(message(late.check(&["--json"]), "zero_weeks").contains("28 weeks"));
    let sheet = sheet();
    let text = panel(&sheet, |g, name, value| match name {
        "revenue" if g == 1 && (sheet.rows[40..46].iter().any(|r| r[1] == value)) => "0".into(),
        "revenue" => times(value, 1.0 + g as f64),
        _ => value.into(),
    });
    let found = message(check(text, &["--json"]), "zero_weeks");
    assert!(found.contains("geo `south`") && !found.contains("`north`"), "{found}");
}

#[test]
fn usual_zeros_stay_outcomes() {
    let sundays = sheet()
        .with_column("revenue", |i| if i % 7 == 6 { "0".into() } else { (900 + i * 31 % 97).to_string() });
    lacks(sundays.check(&["--json"]), &["zero_weeks"]);
    let counts = sheet().with_column("revenue", |i| (i * 7919 % 5).to_string());
    lacks(counts.check(&["--json"]), &["zero_weeks"]);
}

#[test]
fn numbers_are_read_as_the_file_writes_them() {
    let plain = sheet().check(&["--json"]).stdout();
    let channels = |text: &str| serde_json::from_str::<Value>(text).expect("JSON")["channels"].clone();
    let money = |x: f64, thousands: &str, decimal: &str| {
        let (whole, cents) = (x.trunc() as i64, (x.fract() * 100.0).round() as i64);
        let whole = if whole >= 1000 {
            format!("{}{thousands}{:03}", whole / 1000, whole % 1000)
        } else {
            whole.to_string()
        };
        format!("{whole}{decimal}{cents:02}")
    };
    let dressed = |thousands: &str, decimal: &str, after: &str| {
        let mut sheet = sheet();
        for row in &mut sheet.rows {
            for cell in &mut row[1..] {
                *cell = money(cell.parse().expect("a number"), thousands, decimal) + after;
            }
        }
        sheet
    };
    let european = check(dressed(".", ",", "").text_with(";", "\n"), &["--json"]).exits(0);
    assert_eq!(channels(&european.stdout()), channels(&plain));
    assert!(
        message(european, "numbers_undressed")
            .contains("`revenue` (decimal commas, separators between thousands)")
    );
    let euros = check(dressed(" ", ",", " €").text_with(";", "\n"), &["--json"]).exits(0);
    assert_eq!(channels(&euros.stdout()), channels(&plain));
    euros.says(&["the currency sign €"]);
}

#[test]
fn a_point_in_every_cell_is_a_decimal_point_unless_told() {
    let sheet = || {
        sheet()
            .with_column("tv_spend", |i| format!("{}.{:03}", 1 + i % 9, i * 37 % 1000))
            .with_column("price", |i| (5 + i % 7).to_string())
            .with_column("search_spend", |i| (10 + i * 11 % 101).to_string())
    };
    assert!(message(sheet().check(&["--json"]), "decimal_point_assumed").contains("`tv_spend`"));
    let told = sheet().check(&["--json", "--decimal", ","]).exits(0);
    let report: Value = serde_json::from_str(&told.stdout()).expect("JSON");
    assert!(report["channels"][0]["spend"].as_f64().expect("a number") > 1e5, "{report}");
    sheet().check(&["--decimal", ";"]).exits(2).complains(&["--decimal"]);
}

#[test]
fn months_by_every_label() {
    let months = |label: &dyn Fn(NaiveDate) -> String| {
        let first = NaiveDate::from_ymd_opt(2015, 1, 1).expect("a date");
        sheet().with_column("date", |i| label(first + chrono::Months::new(i as u32)))
    };
    for format in ["%b-%Y", "%m/%Y", "%Y%m", "%B %Y", "%Y-%m"] {
        let run = months(&|d| d.format(format).to_string()).check(&[]);
        run.exits(0).says(&["120 months from 2015-01-01 to 2024-12-01"]);
    }
    let monday = NaiveDate::from_ymd_opt(2021, 1, 4).expect("a date");
    let week = |i: usize| monday + Days::new(7 * i as u64);
    let zoned = sheet().with_column("date", |i| format!("{}T00:00:00+02:00", week(i)));
    zoned.check(&[]).exits(0).says(&["120 weeks from 2021-01-04"]);
    let serial = sheet().with_column("date", |i| (44200 + 7 * i).to_string()).check(&["--json"]).exits(0);
    assert!(message(serial, "date_format_assumed").contains("day numbers of a spreadsheet"));
    let quarters =
        months(&|d| d.to_string()).without_lines(&(2..122).filter(|l| l % 3 != 2).collect::<Vec<_>>());
    refused(quarters.check(&[]), &["rows are quarters", "by week or by month"]);
}

#[test]
fn empty_rows_at_the_end_are_left_out() {
    let text = sheet().text() + ",,,,\n,,,,\n , , ,,\n";
    assert!(message(check(&text, &["--json"]).exits(0), "empty_rows_left_out").contains("3 rows"));
    refused(check(sheet().text() + ",,,,\n2023-04-24,1,2,3,4\n", &[]), &["row 122", "the date is blank"]);
}

#[test]
fn control_characters_never_reach_the_terminal() {
    let text = sheet().text().replacen("tv_spend", "\"tv\n mobile_spend\"", 1);
    check(text, &[]).exits(0).says(&["tv mobile"]);
    let geo = |_: usize| "no\u{1b}[31mrth".to_owned();
    let text = sheet().with_column("geo", geo).text().replacen("tv_spend", "\u{1b}[31mtv_spend", 1);
    let run = check(text, &["--json"]).exits(0).says(&["[31mtv"]);
    assert!(!run.stdout().contains('\u{1b}') && !run.stderr().contains('\u{1b}'), "{}", run.stdout());
}

#[test]
fn a_worth_is_needed_where_something_was_counted() {
    let zeros = |i: usize| i % 15 == 7;
    let count = sheet()
        .with_column("revenue", |i| if zeros(i) { "0".into() } else { (30 + i * 7 % 11).to_string() })
        .with_column("aov", |i| if zeros(i) { "0".into() } else { "120".into() });
    let flags = ["--outcome-kind", "count", "--revenue-per-outcome", "aov"];
    count.check(&flags).exits(0);
    refused(
        count.with(2, "aov", "0").check(&flags),
        &["row 2 (2021-01-04), column `aov`: 0 is not positive"],
    );
}

#[test]
fn rows_without_outcome_say_nothing_of_controls() {
    let padded = |price: &str| {
        let blank = (0..40).map(|i| {
            let day = NaiveDate::from_ymd_opt(2021, 1, 4).expect("a date") - Days::new(7 * (40 - i));
            format!("{day},,0,0,{price}\n")
        });
        let text = sheet().text();
        let (header, rows) = text.split_once('\n').expect("a header");
        format!("{header}\n{}{rows}", blank.collect::<String>())
    };
    let of = |price: &str| findings(check(padded(price), &["--json"]).exits(0));
    assert_eq!(of(""), of("0"));
    assert_eq!(of(""), of("99"));
    assert!(
        !of("99").iter().any(|(code, _)| code.contains("follows") || code.contains("collinear")),
        "{:?}",
        of("99")
    );
}

#[test]
fn money_or_count() {
    let named = |name: &str| {
        let mut sheet = sheet();
        sheet.header[1] = name.to_owned();
        sheet.check(&["--outcome", name])
    };
    for name in [
        "installs",
        "leads",
        "bookings",
        "units",
        "customers",
        "transactions",
        "app_downloads",
        "lead_created_count",
    ] {
        named(name).exits(0).says(&[&format!("outcome              {name} (count)")]);
    }
    named("Net Sales").exits(0).says(&["Net Sales (revenue)"]);
    refused(named("target"), &["money or a count?", "--outcome-kind revenue", "--outcome-kind count"]);
    let mut cents = sheet().with(5, "revenue", "1000.5");
    cents.header[1] = "target".into();
    cents.check(&["--outcome", "target"]).exits(0).says(&["is taken for revenue"]);
}

#[test]
fn amounts_in_another_unit() {
    let by = |name: &'static str, by: f64| {
        let sheet = sheet();
        let cells: Vec<String> = sheet.rows.iter().map(|r| times(&r[sheet.column(name)], by)).collect();
        sheet.with_column(name, |i| cells[i].clone())
    };
    lacks(sheet().check(&["--json"]), &["units_apart", "channel_units_apart", "cell_apart"]);
    assert!(message(by("revenue", 1000.0).check(&["--json"]), "units_apart").contains("in thousands?"));
    assert!(message(by("tv_spend", 1e-5).check(&["--json"]), "channel_units_apart").contains("channel `tv`"));
    let cell = sheet().with(30, "search_spend", "3100");
    assert!(message(cell.check(&["--json"]), "cell_apart").contains("`search_spend` is 3100 on 2021-07-19"));
}

#[test]
fn a_national_total_in_every_geo() {
    let text = panel(&sheet(), |g, name, value| match name {
        "revenue" => times(value, 1.0 + g as f64 + value.len() as f64 * 0.1),
        "search_spend" => times(value, 1.0 + g as f64),
        _ => value.into(),
    });
    let found = message(check(&text, &["--json"]), "national_channel");
    assert!(found.contains("`tv_spend`") && found.contains("counts 3 times"), "{found}");
    let spend = |flags: &[&str]| {
        let run = check(&text, &[&["--json"], flags].concat());
        let report: Value = serde_json::from_str(&run.stdout()).expect("JSON");
        report["channels"][0]["spend"].as_f64().expect("a number")
    };
    let (whole, split) = (spend(&[]), spend(&["--national", "tv_spend"]));
    assert!((whole / split - 3.0).abs() < 1e-9, "{whole} {split}");
    refused(
        check(&text, &["--national", "radio"]),
        &["--national: `radio` is no column of media", "`tv_spend`"],
    );
    refused(
        check(&text, &["--national", "search_spend"]),
        &["`search_spend` differs between geos on 2021-01-04"],
    );
}

#[test]
fn a_market_that_is_counted_twice() {
    let copies = panel(&sheet(), |_, _, value| value.into());
    check(copies, &[])
        .exits(1)
        .says(&["blocking: geos have the same outcome in every row: `north` and `south`"]);
    let text = panel(&sheet(), |g, name, value| match (name, g) {
        ("revenue", 1) => times(value, 2.0),
        ("revenue", 2) => times(value, 3.0),
        _ => value.into(),
    });
    check(text.replace("west", "TOTAL"), &[])
        .exits(1)
        .says(&["blocking: geo `TOTAL` is the sum of the others"]);
}

#[test]
fn what_is_not_of_one_kind_is_named() {
    // Two currencies, a market written in two ways, a competitor's spend, a row counter and a total.
    let spend: Vec<String> = sheet().rows.iter().map(|r| r[2].clone()).collect();
    let two = sheet()
        .with_column("tv_spend", |i| format!("€{}", spend[i]))
        .with_column("search_spend", |i| format!("${}", 10 + i % 7));
    let found = message(two.check(&["--json"]), "several_currencies");
    assert!(found.contains("$ in `search_spend`, € in `tv_spend`"), "{found}");
    let size = |g: usize| 1.0 + 0.3 * g as f64;
    let text = panel(&sheet(), |g, name, cell| match name {
        "date" => cell.to_owned(),
        _ => times(cell, size(g)),
    });
    let run = check(text.replace("west,", "North ,"), &["--json"]);
    assert!(message(run, "geos_alike").contains("`north` and `North"), "{text}");
    let others = sheet()
        .with_column("competitor_spend", |i| (i * 7 % 31).to_string())
        .with_column("shipping_cost", |i| (100 + i * 5 % 37).to_string())
        .with_column("Unnamed: 0", |i| i.to_string())
        .with_column("total_spend", |i| (i * 3 % 29 + 5).to_string());
    let text = others.check(&[]).exits(0).stdout();
    for part in [
        "controls in use      price, competitor_spend",
        "`shipping_cost`, `Unnamed: 0`, `total_spend`",
        "to use them: --controls price,competitor_spend,shipping_cost\n",
    ] {
        assert!(text.contains(part), "no {part:?} in {text}");
    }
}

#[test]
fn leaks_constants_and_shifts() {
    let revenue: Vec<f64> = sheet().rows.iter().map(|r| r[1].parse().expect("a number")).collect();
    let leak = sheet().with_column("leak_spend", |i| (revenue[i] * 0.05 + (i % 3) as f64 * 0.1).to_string());
    assert!(message(leak.check(&["--json"]), "spend_is_outcome").contains("channel `leak`"));
    let constant = sheet().with_column("revenue", |i| (1e6 + (i % 2) as f64 * 1e-3).to_string());
    constant.check(&[]).exits(1).says(&["blocking: the outcome `revenue` hardly varies"]);
    let shifted =
        sheet().with_column("revenue", |i| (revenue[i] * if i < 60 { 1.0 } else { 3.0 }).to_string());
    let run = shifted.check(&["--json"]);
    run.exits(0).says(&["the outcome shifts on 2022-02-28", "shift_202202_event", "0 before 2022-02-28"]);
    lacks(shifted.check(&["--json"]), &["outcome_spikes"]);
    let marked = shifted.with_column("shift_event", |i| u8::from(i >= 60).to_string());
    lacks(marked.check(&["--json"]), &["level_shift", "outcome_spikes"]);
}

#[test]
fn a_constant_taken_from_an_outcome_that_changes_its_sign_changes_no_return() {
    let number = |cell: &String| -> f64 { cell.parse().expect("a number") };
    let revenue: Vec<f64> =
        sheet().rows.iter().map(|r| number(&r[1]) + 0.8 * number(&r[2]) + 1.5 * number(&r[3])).collect();
    let less = |by: f64| sheet().with_column("revenue", |i| (revenue[i] - by).to_string());
    less(1200.0).check(&[]).exits(0).says(&["note: the outcome is negative in", "measured by its spread"]);
    let short = ["--chains", "2", "--warmup", "200", "--draws", "250", "--seed", "3", "--out", "out"];
    let returns = |by: f64| {
        let folder = Folder::new().file("data.csv", less(by).text());
        let run = folder.mmm(&[&["fit", "data.csv"][..], &short].concat()).finishes();
        let fit = std::fs::read(folder.path().join("out/fit.json")).expect("a fit was written");
        let fit: Value = serde_json::from_slice(&fit).expect("JSON");
        let channels = fit["channels"].as_array().expect("a list");
        let roi = |c: &Value| c["roi"]["mean"].as_f64().expect("a number");
        (run, fit["outcome"]["share_of"].is_number(), channels.iter().map(roi).collect::<Vec<f64>>())
    };
    let (plain, near, far) = (returns(0.0), returns(1200.0), returns(1290.0));
    near.0.says(&["which is no share of a total whose sign changes"]);
    assert!(!plain.1 && near.1 && far.1);
    for ((plain, near), far) in plain.2.iter().zip(&near.2).zip(&far.2) {
        // The two are one model; the third has another prior of the baseline.
        assert!((near / far - 1.0).abs() < 0.1, "{near} {far}");
        assert!((near / plain - 1.0).abs() < 0.25, "{near} {plain}");
    }
}

#[test]
fn what_drives_the_outcome_drives_the_spend() {
    let season = |i: usize| (i as f64 * std::f64::consts::TAU / 52.18).sin();
    let noise = |i: usize, k: usize| (i * k * 7919 % 101) as f64 / 50.0 - 1.0;
    let demand = |i: usize| 1000.0 * (1.0 + 0.15 * noise(i, 3) + 0.1 * season(i));
    let sheet = || sheet().with_column("revenue", |i| demand(i).to_string());
    lacks(
        sheet().check(&["--json"]),
        &["spend_share_of_outcome", "spend_follows_calendar", "driver_left_out"],
    );
    let share =
        sheet().with_column("pct_spend", |i| (0.05 * demand(i) * (1.0 + 0.1 * noise(i, 29))).to_string());
    assert!(message(share.check(&["--json"]), "spend_share_of_outcome").contains("channel `pct`"));
    // By correlation 5 % of the outcome would return some 20: it is held at what is believed, and known no better.
    let folder = Folder::new().file("data.csv", share.text());
    let short = ["--chains", "1", "--warmup", "100", "--draws", "100", "--quiet", "--out", "o"];
    folder.mmm(&[&["fit", "data.csv"][..], &short].concat()).finishes();
    let text = std::fs::read(folder.path().join("o/fit.json")).expect("fit.json");
    let fit: Value = serde_json::from_slice(&text).expect("JSON");
    let channels = fit["channels"].as_array().expect("a list");
    let pct = &channels.iter().find(|c| c["name"] == "pct").expect("a channel")["causal_gap"];
    let by_correlation = pct["roi_by_correlation"]["q95"].as_f64().expect("a number");
    assert!(by_correlation < 5.0 && pct["reason"] == "follows_outcome", "{pct}");
    assert!(pct["gap"]["sd"].as_f64().expect("a number") > 0.3, "{pct}");
    let calendar = sheet().with_column("xmas_spend", |i| (100.0 + 90.0 * season(i)).to_string());
    assert!(message(calendar.check(&["--json"]), "spend_follows_calendar").contains("channel `xmas`"));
    let driver = sheet()
        .with_column("query_index", |i| (100.0 + 20.0 * noise(i, 3)).to_string())
        .with_column("brand_spend", |i| (500.0 + 300.0 * noise(i, 3) + 100.0 * noise(i, 17)).to_string());
    let run = driver.check(&["--json"]);
    run.exits(0).says(&["--controls price,query_index"]);
    let found = message(driver.check(&["--json"]), "driver_left_out");
    assert!(found.contains("column `query_index`") && found.contains("channel `brand`"), "{found}");
}

#[test]
fn roles_by_words() {
    let text = sheet().text().replacen(
        "date,revenue,tv_spend,search_spend,price",
        "Week,Net Sales,TV Spend (EUR),Google Ads Cost,Price",
        1,
    );
    let run = check(text, &["--json"]).exits(0);
    let report: Value = serde_json::from_str(&run.stdout()).expect("JSON");
    let names: Vec<&str> =
        report["channels"].as_array().expect("a list").iter().filter_map(|c| c["name"].as_str()).collect();
    assert_eq!((report["roles"]["outcome"].as_str(), names), (Some("Net Sales"), vec!["tv", "google_ads"]));
}

#[test]
fn hints_can_be_run_as_they_stand() {
    // Two exposures for one spend: each of the choices works.
    let two = sheet()
        .with_column("tv_impressions", |i| (100 + i * 7 % 31).to_string())
        .with_column("tv_clicks", |i| (10 + i * 5 % 17).to_string());
    let hint = two.check(&[]).exits(0).stdout();
    let choices: Vec<&str> = hint
        .lines()
        .find(|l| l.contains("--exposure"))
        .expect("a hint")
        .split("--exposure ")
        .skip(1)
        .map(|c| c.trim_end_matches(" or ").trim())
        .collect();
    assert_eq!(choices, ["tv_spend=tv_impressions", "tv_spend=tv_clicks"]);
    for choice in choices {
        let run = two.check(&["--exposure", choice]).exits(0);
        assert!(!run.stdout().contains("several exposure columns"), "{}", run.stdout());
    }
    // Names with spaces come quoted, and the flags of a hint change nothing else.
    let spaced = sheet().with_column("Query Index", |i| (100 + i * 3 % 41).to_string());
    let text = spaced.check(&[]).exits(0).stdout();
    let flag = text.lines().find_map(|l| l.split("to use them: ").nth(1)).expect("a hint");
    assert_eq!(flag, "--controls \"price,Query Index\"");
    spaced
        .check(&["--controls", "price,Query Index"])
        .exits(0)
        .says(&["controls in use      price, Query Index"]);
}

#[test]
fn files_without_end_and_without_width_are_refused() {
    let run = Folder::new().mmm(&["check", "/dev/zero"]).exits(1);
    run.complains(&["error: /dev/zero", "zero byte"]);
    let wide = "a,".repeat(1_000_000) + "b\n" + &"1,".repeat(1_000_000) + "1\n";
    refused(check(wide, &[]), &["has 1000001 columns; at most 10000 are read"]);
}

#[test]
fn all_that_is_wrong_with_a_file_is_told_in_one_run() {
    let run = sheet().with(6, "date", "soon").with(9, "tv_spend", "abc").with(12, "revenue", "-").check(&[]);
    let places = [
        "3 faults",
        "row 6, column `date`: `soon`",
        "row 9 (2021-02-22), column `tv_spend`: `abc`",
        "row 12 (2021-03-15), column `revenue`",
    ];
    refused(run, &places);
    let mut gap = sheet().without_lines(&[50]).with(9, "tv_spend", "abc");
    gap.header[1] = "target".into();
    refused(
        gap.check(&["--outcome", "target"]),
        &["3 faults", "the week of", "money or a count?", "`abc` is not a number"],
    );
}
