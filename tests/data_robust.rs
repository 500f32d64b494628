//! Whatever the bytes, loading ends in a data set or an error; and a million rows load in seconds.

use std::io::Write;
use std::time::Instant;

use mmm::config::RawConfig;
use mmm::data::{LoadOptions, load};
use proptest::prelude::*;

fn load_bytes(bytes: &[u8]) -> Result<mmm::data::Dataset, mmm::Error> {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file can be made");
    file.write_all(bytes).expect("the file can be written");
    load(file.path(), &LoadOptions::default()).map(|(data, _)| data)
}

/// Text built from the pieces that CSV files break on.
fn csv_like() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => Just(",".to_owned()),
        2 => Just("\n".to_owned()),
        1 => Just("\"".to_owned()),
        1 => Just("\"\"".to_owned()),
        1 => Just("\r\n".to_owned()),
        1 => Just(";".to_owned()),
        1 => Just("\t".to_owned()),
        1 => Just("2021-01-04".to_owned()),
        1 => Just("2021-01-11".to_owned()),
        1 => Just("-1e999".to_owned()),
        1 => Just("3.5".to_owned()),
        1 => ".{0,6}",
    ];
    let body = prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat());
    let header =
        prop_oneof![Just(""), Just("date,revenue,tv_spend\n"), Just("date,geo,revenue,tv_spend,event\n")];
    (header, body).prop_map(|(header, body)| header.to_owned() + &body)
}

/// A sound header with rows of odd cells.
fn odd_rows() -> impl Strategy<Value = String> {
    let cell = prop_oneof![
        "[0-9]{1,3}",
        Just("".to_owned()),
        "-?[0-9]{1,2}e[0-9]{1,3}",
        Just("na".to_owned()),
        "\\PC{0,4}".prop_map(|t| format!("\"{}\"", t.replace('"', "\"\""))),
    ];
    let date = prop_oneof![
        6 => (0_u64..400).prop_map(|t| {
            (chrono::NaiveDate::from_ymd_opt(2021, 1, 4).expect("a date") + chrono::Days::new(t)).to_string()
        }),
        1 => "[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}",
        1 => "[0-9]{1,2}/[0-9]{1,2}/[0-9]{2,4}",
        1 => "[0-9]{6}-01-01",
    ];
    let row = (date, prop::collection::vec(cell, 4))
        .prop_map(|(date, cells)| format!("{date},{}\n", cells.join(",")));
    prop::collection::vec(row, 0..12)
        .prop_map(|rows| "date,geo,revenue,tv_spend,event\n".to_owned() + &rows.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_as_csv(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = load_bytes(&bytes);
    }

    #[test]
    fn any_csv_like_text(text in csv_like()) {
        let _ = load_bytes(text.as_bytes());
    }

    #[test]
    fn any_odd_rows(text in odd_rows()) {
        if let Ok(data) = load_bytes(text.as_bytes()) {
            prop_assert!(data.channels.iter().all(|c| c.spend.iter().all(|s| s.is_finite() && *s >= 0.0)));
            prop_assert!(data.outcome.values.iter().all(|y| y.is_finite()));
            mmm::data::check(&data, &mmm::config::FitConfig::default());
        }
    }

    #[test]
    fn any_text_as_config(text in "(\\[(data|channels\\.tv|model|sampler)\\]\n)?(([a-z_.]{1,8}|seed|prior\\.roi|adstock|from) = \\PC{0,12}\n){0,4}") {
        if let Ok(raw) = mmm::config::parse("mmm.toml", &text) {
            let _ = raw.resolve(RawConfig::default());
        }
    }
}

#[test]
fn a_million_rows_load_in_seconds() {
    let mut text = String::from("date,geo,revenue,tv_spend,search_spend,price\n");
    let monday = chrono::NaiveDate::from_ymd_opt(2018, 1, 1).expect("a date");
    let dates: Vec<String> = (0..250).map(|t| (monday + chrono::Days::new(7 * t)).to_string()).collect();
    for geo in 0..4000_u64 {
        for (t, date) in dates.iter().enumerate() {
            let wave = (geo * 31 + t as u64) * 7919 % 10_007;
            text += &format!("{date},G{geo},{},{}.5,{},{}\n", 10 + wave, wave / 2, wave % 97, wave % 13);
        }
    }
    let start = Instant::now();
    let data = load_bytes(text.as_bytes()).expect("sound data");
    assert_eq!((data.n_geos(), data.n_periods(), data.source.rows), (4000, 250, 1_000_000));
    let seconds = start.elapsed().as_secs_f64();
    println!("10⁶ rows in {seconds:.2} s");
    assert!(seconds < 20.0, "{seconds} s");
}
