//! Input that must be refused, each with the culprit and the remedy; and odd input that must be taken.

mod cells;
mod columns;
#[path = "../common/mod.rs"]
mod common;
mod dates;
mod files;
mod findings;
mod hints;
mod kinds;
mod roles;
mod settings;
mod shared_faults;
mod variations;

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
