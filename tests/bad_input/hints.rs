//! Every hint with a flag in it is run: the flag exists, its value is taken, and what was said is not said again.

use super::*;
use serde_json::Value;

/// Values that stand for one the user chooses, and flags that need more than a check.
const PLACEHOLDERS: [&str; 6] = ["COLUMN", "CHANNEL", "FILE", "NAME", "COLUMNS", "DATA"];
const OF_FIT: [&str; 6] = ["--sensitivity", "--experiments", "--prior", "--from", "--to", "--bound"];

/// What a check says: message and hint of every finding.
fn findings(run: &Run) -> Vec<(String, String)> {
    let report: Value = serde_json::from_str(&run.stdout()).expect("stdout is JSON");
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    let list = report["findings"].as_array().expect("a list").clone();
    list.iter().map(|f| (text(&f["message"]), text(&f["hint"]))).collect()
}

/// Words as a shell splits them.
fn words(text: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    for c in text.chars() {
        match (quote, c) {
            (Some(sign), c) if c == sign => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, c) if c.is_whitespace() => words.push(std::mem::take(&mut word)),
            (_, c) => word.push(c),
        }
    }
    words.push(word);
    words.into_iter().filter(|w| !w.is_empty()).collect()
}

/// The flags of a hint with their values.
fn flags(hint: &str) -> Vec<(String, Option<String>)> {
    let plain = |word: &String| word.trim_end_matches([';', ',', ':', ')', '.']).to_owned();
    let words: Vec<String> = words(&hint.replace('(', " ")).iter().map(plain).collect();
    let named = |w: &String| w.starts_with("--") && w.len() > 2;
    let value = |i: usize| words.get(i + 1).filter(|w| !named(w)).cloned();
    (0..words.len()).filter(|i| named(&words[*i])).map(|i| (words[i].clone(), value(i))).collect()
}

/// Runs every flag that the checks of a file offer; returns how many.
fn run_all(name: &str, content: &str) -> usize {
    let help = Folder::new().mmm(&["fit", "--help"]).stdout();
    let mut run = 0;
    for (message, hint) in findings(&check(content, &["--json"])) {
        for (flag, value) in flags(&hint) {
            assert!(help.contains(&flag), "{name}: no flag {flag}, which {hint:?} names");
            let Some(value) = value.filter(|v| !PLACEHOLDERS.iter().any(|p| v.contains(p))) else { continue };
            if OF_FIT.contains(&flag.as_str()) {
                continue;
            }
            let again = check(content, &["--json", &flag, &value]);
            assert!(matches!(again.code(), Some(0 | 1)), "{name}: {flag} {value}: {}", again.stderr());
            let said = findings(&again);
            assert!(said.iter().all(|(m, _)| *m != message), "{name}: {flag} {value} leaves {message:?}");
            run += 1;
        }
    }
    run
}

#[test]
fn every_flag_that_a_hint_names_mends_what_it_hints_at() {
    let number = |cell: &String| -> f64 { cell.parse().expect("a number") };
    let tv: Vec<f64> = sheet().rows.iter().map(|r| number(&r[2])).collect();
    let revenue: Vec<f64> = sheet().rows.iter().map(|r| number(&r[1])).collect();
    let closed = (42..48).fold(sheet(), |s, line| s.with(line, "revenue", "0"));
    let panel = |sheet: Sheet| {
        let mut text = format!("geo,{}\n", sheet.header.join(","));
        for (geo, size) in [("north", 1.0), ("south", 1.4)] {
            for row in &sheet.rows {
                let mut row = row.clone();
                row[1] = (size * number(&row[1])).to_string();
                row[3] = (size * number(&row[3])).to_string();
                text += &format!("{geo},{}\n", row.join(","));
            }
        }
        text
    };
    let texts = [
        ("two outcomes", sheet().with_column("sales", |i| (900.5 + tv[i]).to_string()).text()),
        (
            "two dates",
            sheet().with_column("until", |i| format!("20{:02}-01-{:02}", 21 + i / 28, 1 + i % 28)).text(),
        ),
        ("nothing spent", sheet().with_column("radio_spend", |_| "0".into()).text()),
        ("always the same", sheet().with_column("search_spend", |_| "10".into()).text()),
        ("a copy", sheet().with_column("social_spend", |i| (2.0 * tv[i]).to_string()).text()),
        (
            "two exposures",
            sheet()
                .with_column("tv_impressions", |i| (100 + i * 7 % 31).to_string())
                .with_column("tv_clicks", |i| (10 + i * 5 % 17).to_string())
                .text(),
        ),
        ("a name of words", sheet().with_column("Query Index", |i| (100 + i * 3 % 41).to_string()).text()),
        ("a budget", sheet().with_column("Radio budget", |i| (100 + i * 3 % 41).to_string()).text()),
        ("a list of mails", sheet().with_column("newsletter", |i| (i * 3 % 41).to_string()).text()),
        (
            "a control that moves along",
            sheet()
                .with_column("price", |i| (5.0 + tv[i] / 90.0 + (i * 31 % 17) as f64 / 9.0).to_string())
                .text(),
        ),
        ("closed", closed.text()),
        (
            "counted or money",
            sheet()
                .with_column("revenue", |i| format!("{:.0}", revenue[i]))
                .text()
                .replacen("revenue", "kpi", 1),
        ),
        ("a national total", panel(sheet())),
        ("a leak", sheet().with_column("leak_spend", |i| (revenue[i] * 0.05).to_string()).text()),
        (
            "a driver",
            sheet()
                .with_column("weather", |i| (tv[i] + (i * 31 % 97) as f64).to_string())
                .with_column("revenue", |i| (revenue[i] + 2.0 * tv[i]).to_string())
                .text(),
        ),
    ];
    let silent: Vec<&str> =
        texts.iter().filter(|(name, text)| run_all(name, text) == 0).map(|(name, _)| *name).collect();
    assert_eq!(silent, [""; 0], "no hint of these could be run");
}
