//! Dates.

use super::*;

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
    refused(none, &["120 dates cannot be read", "column `date`: `0` is not a date", "--date COLUMN"]);
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

#[test]
fn a_year_of_two_digits_is_refused_wherever_a_day_is_written() {
    for (flag, day) in
        [("--from", "01-06-22"), ("--to", "22-06-01"), ("--from", "0022-06-01"), ("--to", "2201-01-01")]
    {
        sheet().check(&[flag, day]).exits(2).complains(&[day, "is not a date yyyy-mm-dd", flag]);
    }
    for day in ["\"01-06-22\"", "\"1899-12-31\"", "0022-06-01"] {
        let folder = Folder::new()
            .file("data.csv", sheet().text())
            .file("mmm.toml", format!("[data]\nfrom = {day}\n"));
        let run = folder.mmm(&["check", "data.csv", "--config", "mmm.toml"]).exits(1);
        run.complains(&["error: mmm.toml, line 2", day.trim_matches('"'), "is not a date yyyy-mm-dd"]);
    }
    refused(
        sheet().with(6, "date", "0021-02-01").check(&[]),
        &["row 6, column `date`: `0021-02-01` is not a date"],
    );
}
