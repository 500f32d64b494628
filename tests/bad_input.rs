//! Input that must be refused, each with the culprit and the remedy; and odd input that must be taken.

mod common;

use chrono::{Days, NaiveDate};
use common::{Folder, Run};

/// 120 weeks of sound data; a cell, row or column is then spoiled.
struct Sheet {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// Row 2 is 2021-01-04; row r is r − 2 weeks later.
fn sheet() -> Sheet {
    let monday = NaiveDate::from_ymd_opt(2021, 1, 4).expect("a date");
    let header = ["date", "revenue", "tv_spend", "search_spend", "price"].map(str::to_owned).to_vec();
    let rows = (0..120_u64).map(|t| {
        let wave = |k: u64| (t * k * 7919 % 101) as f64;
        vec![
            (monday + Days::new(7 * t)).to_string(),
            format!("{}", 1000.0 + wave(3)),
            format!("{}", wave(5) * 2.5),
            format!("{}", 10.0 + wave(11)),
            format!("{}", 5.0 + wave(13) / 50.0),
        ]
    });
    Sheet { header, rows: rows.collect() }
}

impl Sheet {
    fn column(&self, name: &str) -> usize {
        self.header.iter().position(|h| h == name).expect("the column exists")
    }

    /// Sets the cell on a line of the file.
    fn with(mut self, line: usize, column: &str, value: &str) -> Self {
        let column = self.column(column);
        self.rows[line - 2][column] = value.to_owned();
        self
    }

    /// Sets every cell of a column, which is added when it does not exist.
    fn with_column(mut self, name: &str, value: impl Fn(usize) -> String) -> Self {
        if !self.header.iter().any(|h| h == name) {
            self.header.push(name.to_owned());
            self.rows.iter_mut().for_each(|r| r.push(String::new()));
        }
        let column = self.column(name);
        self.rows.iter_mut().enumerate().for_each(|(i, row)| row[column] = value(i));
        self
    }

    fn without_lines(mut self, lines: &[usize]) -> Self {
        let mut line = 1;
        self.rows.retain(|_| {
            line += 1;
            !lines.contains(&line)
        });
        self
    }

    fn text_with(&self, separator: &str, end: &str) -> String {
        let rows = std::iter::once(&self.header).chain(&self.rows);
        rows.map(|row| row.join(separator) + end).collect()
    }

    fn text(&self) -> String {
        self.text_with(",", "\n")
    }

    fn check(&self, flags: &[&str]) -> Run {
        check(self.text(), flags)
    }
}

/// `mmm check data.csv FLAGS` on a file of this content.
fn check(content: impl AsRef<[u8]>, flags: &[&str]) -> Run {
    Folder::new().file("data.csv", content).mmm(&[&["check", "data.csv"], flags].concat())
}

/// A refusal: exit code 1, nothing on stdout, the texts and a hint on stderr.
fn refused(run: Run, texts: &[&str]) {
    let run = run.exits(1).complains(&["error: data.csv", "hint: "]).complains(texts);
    assert_eq!(run.stdout(), "");
}

#[test]
fn sound_data_pass() {
    sheet().check(&[]).exits(0).says(&["120 rows", "2021-01-04 to 2023-04-17", "0 blocking"]);
}

// The file as a whole.

#[test]
fn missing_file() {
    Folder::new()
        .mmm(&["check", "no.csv"])
        .exits(1)
        .complains(&["error: cannot read no.csv", "hint: check the path"]);
}

#[test]
fn directory() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path().join("data.csv")).expect("a folder can be made");
    refused(folder.mmm(&["check", "data.csv"]), &["is a directory"]);
}

#[test]
fn empty_file() {
    refused(check("", &[]), &["the file is empty"]);
    refused(check(" \n\r\n\n", &[]), &["the file is empty"]);
    refused(check("\u{feff}", &[]), &["the file is empty"]);
}

#[test]
fn header_only() {
    refused(check("date,revenue,tv_spend\n", &[]), &["a header but no rows"]);
}

#[test]
fn one_row() {
    refused(check("date,revenue,tv_spend\n2021-01-04,1,2\n", &[]), &["has one row"]);
}

#[test]
fn no_header() {
    refused(check("1,2,3\n4,5,6\n", &[]), &["`1,2,3…` is not a header"]);
}

#[test]
fn not_utf8() {
    let mut bytes = sheet().with_column("région", |_| "1".into()).text().replace('\u{e9}', "#").into_bytes();
    let at = bytes.iter().position(|b| *b == b'#').expect("the letter is there");
    bytes[at] = 0xe9;
    refused(check(bytes, &[]), &["row 1: is not UTF-8 (byte 0xe9"]);
    refused(check(b"\xff\xfed\0a\0", &[]), &["UTF-16"]);
    refused(check(b"PK\x03\x04\xff\xff", &[]), &["spreadsheet"]);
}

#[test]
fn zero_byte() {
    refused(check("date,revenue\n2021-01-04,\0\n", &[]), &["row 2: holds a zero byte"]);
}

#[test]
fn one_column() {
    refused(check("date\n2021-01-04\n", &[]), &["has one column, `date`"]);
}

#[test]
fn ragged_rows() {
    let text = sheet().text().replace("2021-01-18,", "2021-01-18,1,").replace("2021-02-01,", "");
    refused(
        check(text, &[]),
        &["2 rows do not have", "row 4: 6 cells where the header has 5", "row 6: 4 cells"],
    );
}

#[test]
fn unclosed_quote() {
    let text = sheet().text().replace("2021-01-18,", "\"2021-01-18,");
    refused(check(text, &[]), &["row 4: a quotation mark is opened and never closed"]);
}

#[test]
fn duplicate_header() {
    let text = sheet().text().replacen("search_spend", "tv_spend", 1);
    refused(check(text, &[]), &["duplicate header: columns 3 and 4 are both `tv_spend`"]);
}

#[test]
fn byte_order_mark_carriage_returns_and_quotes_are_read() {
    let sheet = sheet().with_column("\"price, net\"", |i| format!("\"{}\"", i % 7));
    let text = "\u{feff}".to_owned() + &sheet.text_with(",", "\r\n");
    check(text, &["--from", "2021-01-04"]).exits(0).says(&["date                 date", "price, net"]);
}

#[test]
fn semicolons_and_tabs_are_read_and_said() {
    for (separator, name) in [(";", "semicolons"), ("\t", "tabs"), ("|", "vertical bars")] {
        let run = check(sheet().text_with(separator, "\n"), &[]);
        run.exits(0).says(&[&format!("separated by {name}"), "120 rows"]);
    }
}

// Cells.

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

// Columns without information.

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
fn constant_control() {
    let run = sheet().with_column("promo", |_| "1".into()).check(&[]);
    refused(run, &["control `promo` is 1 in every row", "--exclude \"promo\""]);
}

// Dates.

#[test]
fn missing_weeks() {
    let run = sheet().without_lines(&[10, 11, 30]).check(&[]);
    refused(
        run,
        &[
            "3 weeks are missing",
            "the week of 2021-03-01 is missing (after row 9)",
            "2021-03-08",
            "2021-07-19",
        ],
    );
}

#[test]
fn duplicate_date() {
    let run = sheet().with(8, "date", "2021-02-08").check(&[]);
    refused(run, &["row 8: 2021-02-08 is in row 7 already", "--geo COLUMN"]);
}

#[test]
fn duplicate_date_in_a_geo() {
    let text = "date,geo,revenue,tv_spend\n2021-01-04,north,1,2\n2021-01-04,south,1,2\n2021-01-04,north,3,4\n2021-01-11,north,3,4\n";
    refused(check(text, &[]), &["row 4: 2021-01-04 of geo `north` is in row 2 already"]);
}

#[test]
fn missing_weeks_of_a_geo() {
    let mut text = String::from("date,geo,revenue,tv_spend\n");
    for (t, week) in ["2021-01-04", "2021-01-11", "2021-01-18", "2021-01-25"].iter().enumerate() {
        for geo in ["north", "south"] {
            if !(geo == "south" && t == 2) {
                text += &format!("{week},{geo},{t},{}\n", t * 2);
            }
        }
    }
    refused(check(text, &[]), &["geo `south`, the week of 2021-01-18 is missing (after row 5)", "spend 0"]);
}

#[test]
fn uneven_interval() {
    refused(
        sheet().with(20, "date", "2021-05-12").check(&[]),
        &["row 20: 2021-05-12 is a Wednesday", "begin on a Monday"],
    );
}

#[test]
fn mixed_intervals() {
    let mut sheet = sheet();
    let monday = NaiveDate::from_ymd_opt(2021, 1, 4).expect("a date");
    for (i, row) in sheet.rows.iter_mut().enumerate() {
        let days = if i < 60 { 7 * i as u64 } else { 420 + i as u64 };
        row[0] = (monday + Days::new(days)).to_string();
    }
    refused(sheet.check(&[]), &["uneven or mixed intervals", "59 × 7 days", "59 × 1 days"]);
}

#[test]
fn fortnights() {
    let odd: Vec<usize> = (3..122).step_by(2).collect();
    refused(sheet().without_lines(&odd).check(&[]), &["rows are 14 days apart"]);
}

#[test]
fn ambiguous_dates() {
    let text = "date,revenue,tv_spend\n03/04/2021,1,2\n05/04/2021,2,3\n06/05/2021,3,1\n";
    refused(
        check(text, &[]),
        &["row 2, column `date`: `03/04/2021` may be day/month or month/day", "yyyy-mm-dd"],
    );
}

#[test]
fn day_first_dates_are_read_when_only_so_they_are_regular() {
    let mut sheet = sheet();
    for row in &mut sheet.rows {
        let date: NaiveDate = row[0].parse().expect("a date");
        row[0] = date.format("%d/%m/%Y").to_string();
    }
    sheet.check(&[]).exits(0).says(&["120 weeks from 2021-01-04"]);
}

#[test]
fn bad_dates() {
    let run = sheet().with(6, "date", "soon").with(7, "date", "").check(&[]);
    refused(
        run,
        &[
            "2 dates cannot be read",
            "row 6, column `date`: `soon` is not a date like `2021-01-04`",
            "row 7, column `date`: the date is blank",
        ],
    );
    let none = sheet().with_column("date", |i| i.to_string()).check(&[]);
    refused(none, &["no column holds dates", "--date COLUMN"]);
    let two = sheet().with_column("end", |i| format!("2021-01-{:02}", i % 28 + 1)).check(&[]);
    refused(two, &["several columns hold dates: `date`, `end`", "--date date"]);
}

#[test]
fn nothing_between_from_and_to() {
    let run = sheet().check(&["--from", "2030-01-01"]);
    refused(run, &["no row lies between --from and --to", "2021-01-04 to 2023-04-17"]);
}

#[test]
fn daily_and_monthly_data_are_read() {
    let first = NaiveDate::from_ymd_opt(2010, 1, 1).expect("a date");
    let dated = |make: &dyn Fn(u32) -> NaiveDate| sheet().with_column("date", |i| make(i as u32).to_string());
    let days = dated(&|t| first + Days::new(t.into()));
    days.check(&[]).exits(0).says(&["120 days from 2010-01-01 to 2010-04-30"]);
    let months = dated(&|t| first + chrono::Months::new(t));
    months.check(&[]).exits(0).says(&["120 months from 2010-01-01 to 2019-12-01"]);
}

// Roles.

#[test]
fn several_outcomes() {
    let run = sheet().with_column("orders", |i| i.to_string()).check(&[]);
    refused(run, &["several columns could be the outcome: `revenue`, `orders`", "--outcome revenue"]);
}

#[test]
fn no_outcome() {
    let text = sheet().text().replacen("revenue", "turnover", 1);
    refused(check(&text, &[]), &["no column is named like an outcome", "`turnover`"]);
    check(&text, &["--outcome", "turnover"]).exits(0).says(&["taken for revenue"]);
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
    sheet.check(&["--exposure", "tv_spend=reach"]).exits(0).says(&["%  reach"]);
}

#[test]
fn population_faults() {
    let geo = |i: usize| ["north", "south"][i / 60].to_owned();
    let people = |i: usize| if i == 70 { "6".to_owned() } else { "5".to_owned() };
    let sheet = sheet().with_column("geo", geo).with_column("population", people);
    refused(sheet.check(&[]), &["row 72 (2022-05-09, south), column `population`: 6 where row 62 has 5"]);
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

// Settings.

#[test]
fn fewer_rows_than_parameters() {
    let lines: Vec<usize> = (16..122).collect();
    let run = sheet().without_lines(&lines).check(&[]);
    run.exits(1).says(&["blocking: data.csv: fewer rows than parameters: 14 rows with an outcome", "hint: "]);
}

#[test]
fn unknown_key_of_the_config() {
    let folder =
        Folder::new().file("data.csv", sheet().text()).file("mmm.toml", "[data]\noutcme = 'revenue'\n");
    let run = folder.mmm(&["check", "data.csv", "--config", "mmm.toml"]).exits(1);
    assert_eq!(
        run.stderr(),
        "error: mmm.toml, line 2: unknown key `outcme` in [data]\nhint: did you mean `outcome`?\n"
    );
}

#[test]
fn settings_that_do_not_fit_the_data() {
    let toml = "[channels.telly]\nslope = 1\n[channels.serch]\nslope = 1\n[model]\nscaling = 'population'\nholdout_weeks = 119\n";
    let folder = Folder::new().file("data.csv", sheet().text()).file("mmm.toml", toml);
    folder.mmm(&["check", "data.csv", "--config", "mmm.toml"]).exits(1).complains(&[
        "4 settings do not fit the data",
        "there is no channel `telly`",
        "the channels are `tv`, `search`",
        "did you mean `search`?",
        "no column gives the population",
        "holdout_weeks is 119 of 120 periods",
    ]);
}

#[test]
fn settings_of_a_channel_left_out_on_purpose_are_dropped() {
    let toml = "[channels.tv]\nspend = 'tv_spend'\nslope = 1\n";
    let folder = Folder::new().file("data.csv", sheet().text()).file("mmm.toml", toml);
    folder.mmm(&["check", "data.csv", "--config", "mmm.toml", "--exclude", "tv_spend"]).exits(0);
}

#[test]
fn values_out_of_range() {
    let run = sheet().check(&["--prior", "tv:roi=3..1"]).exits(1);
    run.complains(&["error: channels.tv.prior.roi: high is 1; it must be above low (3)", "hint: "]);
}

#[test]
fn usage_errors_exit_2() {
    sheet().check(&["--outcom", "revenue"]).exits(2).complains(&["--outcome"]);
    sheet().check(&["--prior", "tv=3"]).exits(2).complains(&["CHANNEL:SCALE=LOW..HIGH"]);
    sheet().check(&["--noise", "pink"]).exits(2).complains(&["expected `white` or `ar1`"]);
    sheet().check(&["--from", "04/01/2021"]).exits(2).complains(&["--from"]);
}

#[test]
fn names_given_to_channels_are_unique() {
    let toml = "[channels.a]\nspend = 'tv_spend'\n[channels.b]\nspend = 'tv_spend'\n[data]\nchannels = ['*_spend']\n";
    let folder = Folder::new().file("data.csv", sheet().text()).file("mmm.toml", toml);
    let run = folder.mmm(&["check", "data.csv", "--config", "mmm.toml"]).exits(1);
    run.complains(&["error: channels.a and channels.b both have the column `tv_spend`", "hint: "]);
    let toml = "[channels.search]\nspend = 'tv_spend'\n";
    let folder = Folder::new().file("data.csv", sheet().text()).file("mmm.toml", toml);
    let run = folder.mmm(&["check", "data.csv", "--config", "mmm.toml"]).exits(0);
    run.says(&["search                 13908    2021-01-11", "search_spend            7217"]);
}

// Findings.

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
