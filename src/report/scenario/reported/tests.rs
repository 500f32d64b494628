use chrono::Days;

use super::*;
use crate::config::Adstock;
use crate::planning::{CreditVerdict, MediaDraws};
use crate::report::scenario::Horizon;
use crate::report::testdata;
use crate::report::testdata::Parts;
use crate::show::scenario_text;

/// The media model of the test fit: no carry-over, K = 20, S = 1, and a south that responds twice as much.
fn media() -> MediaModel {
    let history = Parts::new().posterior.history;
    let n = 100;
    let draws = |scale: f64| MediaDraws {
        adstock: Adstock::None,
        retention: vec![0.0; n],
        slow: Vec::new(),
        family: crate::config::SaturationFamily::Hill,
        half_saturation: vec![20.0; n],
        slope: vec![1.0; n],
        coefficient: (0..n).map(|s| scale * (1.0 + 0.001 * s as f64)).collect(),
        geo_factor: vec![vec![1.0; n], vec![2.0; n]],
    };
    MediaModel { draws: vec![draws(0.1), draws(0.2)], history }
}

/// Median of what tv caused in some weeks of some geos.
fn caused(weeks: std::ops::Range<usize>, geos: std::ops::Range<usize>) -> f64 {
    let cells: Vec<bool> = (0..40).map(|i| weeks.contains(&(i % 20)) && geos.contains(&(i / 20))).collect();
    Summary::of(&media().caused(0, &cells)).q50
}

fn report(csv: &str) -> Result<ScenarioReport, Error> {
    let fit = testdata::fit();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("attribution.csv");
    std::fs::write(&path, csv).unwrap();
    let mut report = ScenarioReport::new(&fit, Horizon::of(&fit, 20.0));
    report.add_reported(&fit, &path, || Ok(media()))?;
    Ok(report)
}

fn day(n: u64) -> NaiveDate {
    testdata::fit().run.data.first + Days::new(n)
}

fn codes(report: &ScenarioReport) -> Vec<&str> {
    report.warnings.iter().map(|w| w.code.as_str()).collect()
}

#[test]
fn what_a_part_of_the_window_caused_is_what_its_report_is_set_against() {
    let weekly: String = (14..20)
        .map(|t| format!("{},tv,{}\n", day(7 * t), caused(t as usize..t as usize + 1, 0..2)))
        .collect();
    let report = report(&format!("date,channel,reported\n{weekly}")).unwrap();
    let credit = &report.reported[0];
    assert_eq!((credit.verdict, codes(&report).len()), (CreditVerdict::Consistent, 0));
    assert!((credit.ratio.unwrap().q50 - 1.0).abs() < 1e-3, "{credit:?}");
    let compared = &credit.compared;
    assert_eq!((compared.first, compared.last), (day(7 * 14), day(7 * 20 - 1)));
    assert_eq!((compared.periods, compared.periods_fitted, compared.whole_window), (6, 20, false));
    let text = scenario_text(&report);
    let said = format!("revenue over 6 of the 20 fitted weeks ({} to {})", compared.first, compared.last);
    assert!(text.contains(&said), "{text}");
}

#[test]
fn a_report_of_one_geo_is_set_against_that_geo() {
    let both = "geo,channel,reported\nnorth,tv,100\n\"south, \"\"deep\"\"\",tv,200\n";
    let all = report(both).unwrap();
    assert_eq!(all.reported[0].modelled, testdata::fit().channels[0].contribution);
    assert!(all.reported[0].compared.whole_window);
    let north = report("geo,channel,reported\nnorth,tv,100\n").unwrap();
    assert!((north.reported[0].modelled.q50 - caused(0..20, 0..1)).abs() < 1e-9);
    assert_eq!(north.reported[0].compared.geos, ["north"]);
    let text = scenario_text(&north).replace("\n  ", " ");
    assert!(
        text.contains("over the 20 fitted weeks (2024-01-01 to 2024-05-19) in 1 of 2 geos (north)"),
        "{text}"
    );
    let week = report(&format!("date,geo,channel,reported\n{},north,tv,100\n", day(9))).unwrap();
    assert!((week.reported[0].modelled.q50 - caused(1..2, 0..1)).abs() < 1e-9);
    let error = report("geo,channel,reported\nnorht,tv,100\n").unwrap_err();
    assert!(error.to_string().contains("there is no geo `norht`"), "{error}");
    assert!(error.hint().unwrap().contains("did you mean `north`?"));
}

#[test]
fn a_report_without_dates_is_of_the_whole_window() {
    let report = report("channel,reported,clicks\ntv,10,3\nnewsletter,5,1\ntv_spend,20,1\n").unwrap();
    let of: Vec<(&str, f64)> = report.reported.iter().map(|c| (c.channel.as_str(), c.reported)).collect();
    assert_eq!(of, [("tv", 30.0), ("newsletter", 5.0)]);
    assert_eq!(codes(&report), ["reported_not_read"]);
    assert!(scenario_text(&report).contains("over the fitted window (2024-01-01 to 2024-05-19)"));
}

#[test]
fn reports_count_until_the_last_day_that_was_fitted_and_tell_of_the_rest() {
    let last = 7 * 19;
    let add = |days: &[u64]| {
        let rows: String = days.iter().map(|n| format!("{},tv,10\n", day(last + n))).collect();
        report(&format!("date,channel,reported\n{rows}"))
    };
    let all = add(&[0, 3, 6]).unwrap();
    assert_eq!((all.reported[0].reported, all.warnings.len()), (30.0, 0));
    let some = add(&[0, 6, 7, 8]).unwrap();
    assert_eq!((some.reported[0].reported, codes(&some)), (20.0, vec!["reported_outside"]));
    assert!(some.warnings[0].message.starts_with("2 of 4 reported rows are about nothing that was fitted"));
    assert!(add(&[7]).unwrap_err().to_string().contains("no row is about what was fitted"));
}

#[test]
fn a_week_of_which_only_some_days_are_reported_is_left_out() {
    let daily: String = (10..28).map(|n| format!("{},tv,1\n", day(n))).collect();
    let report = report(&format!("date,channel,reported\n{daily}")).unwrap();
    let credit = &report.reported[0];
    assert_eq!((credit.reported, credit.compared.first, credit.compared.periods), (14.0, day(14), 2));
    assert!(report.warnings[0].message.starts_with("4 of 18 reported rows"), "{:?}", report.warnings);
}

#[test]
fn months_are_not_taken_for_the_weeks_they_begin_in() {
    let error = report("date,channel,reported\n2024-02-01,tv,9\n2024-03-01,tv,9\n").unwrap_err();
    assert!(error.to_string().contains("days apart, and the fit is of weeks"), "{error}");
    assert!(error.hint().unwrap().contains("leave the dates out"));
    // Another channel dated by the last days of months does not make them days.
    let both =
        "date,channel,reported\n2024-02-01,tv,9\n2024-03-01,tv,9\n2024-02-29,search,9\n2024-03-31,search,9\n";
    assert!(report(both).unwrap_err().to_string().contains("are mostly"));
}

#[test]
fn channels_are_compared_where_they_have_rows() {
    let csv = format!(
        "date,channel,reported\n{0},tv,1\n{1},tv,1\n{0},search,1\n{0},newsletter,1\n",
        day(0),
        day(7)
    );
    let report = report(&csv).unwrap();
    let periods: Vec<usize> = report.reported.iter().map(|c| c.compared.periods).collect();
    assert_eq!(periods, [2, 1]);
    assert_eq!(codes(&report), ["reported_organic", "reported_unevenly"]);
    let text = scenario_text(&report);
    assert!(text.contains("2 weeks") && text.contains("1 week,"), "{text}");
}
