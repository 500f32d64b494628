//! Rows resolved against small data sets whose counterfactuals are computed by hand.

use super::*;
use crate::config::FitConfig;
use crate::data::{Dataset, Interval, testdata};
use crate::warning::Warning;

/// Twenty weeks from Monday 2024-01-01 in two geos; television spends 70 a week in `north`, 140 in `south`.
fn weekly() -> Dataset {
    let mut data = testdata::dataset();
    data.geos[1] = "south".into();
    let tv = &mut data.channels[0];
    tv.spend.row_mut(0).fill(70.0);
    tv.spend.row_mut(1).fill(140.0);
    tv.exposure = tv.spend.clone();
    data
}

/// A file of rows of `column=cell` words.
fn file(rows: &[&str]) -> ExperimentFile {
    let cells = |text: &&str| -> std::collections::BTreeMap<String, String> {
        let pairs = text.split("; ").map(|pair| pair.split_once('=').unwrap());
        pairs.map(|(column, cell)| (column.to_owned(), cell.to_owned())).collect()
    };
    let rows: Vec<_> =
        rows.iter().enumerate().map(|(i, r)| ExperimentRow { row: i as u32 + 2, cells: cells(r) }).collect();
    let mut columns: Vec<String> = rows.iter().flat_map(|r| r.cells.keys().cloned()).collect();
    columns.sort();
    columns.dedup();
    ExperimentFile { file: "experiments.csv".into(), sha256: String::new(), columns, rows }
}

fn resolved(data: &Dataset, row: &str) -> (Experiment, Vec<Warning>) {
    let (tests, warnings) = resolve_experiments(&file(&[row]), data, &FitConfig::default()).unwrap();
    (tests.tests.into_iter().next().unwrap(), warnings)
}

fn refused(data: &Dataset, rows: &[&str]) -> String {
    let error = resolve_experiments(&file(rows), data, &FitConfig::default()).unwrap_err();
    assert!(error.hint().is_some_and(|hint| !hint.is_empty()));
    error.to_string()
}

fn close(a: f64, b: f64) {
    assert!((a - b).abs() < 1e-9 * b.abs().max(1.0), "{a} is not {b}");
}

const TWO_WEEKS: &str = "channel=tv; start=2024-01-08; end=2024-01-21; readout_end=2024-02-04";

#[test]
fn a_multiplier_scales_whole_weeks_and_parts_of_weeks() {
    let data = weekly();
    let (test, warnings) = resolved(&data, &format!("{TWO_WEEKS}; geos=south; lift=100; se=10"));
    assert_eq!((test.treated.clone(), test.counted.clone()), (1..3, 1..5));
    assert_eq!((&test.channels[..], &test.geos[..]), (&[0][..], &[1][..]));
    assert_eq!(test.counterfactual[0].row(0).to_vec()[..4], [140.0, 0.0, 0.0, 140.0]);
    close(test.spend_change, 280.0);
    assert_eq!(test.cells, [(1, 1), (1, 2), (1, 3), (1, 4)]);
    assert!(test.in_data && warnings[0].code == "experiment_cells_in_data", "{warnings:?}");
    // Wednesday of the second week to Tuesday of the third: 5 of 7 and 2 of 7 days.
    let part =
        "channel=tv; start=2024-01-10; end=2024-01-16; readout_end=2024-01-21; multiplier=0.4; lift=9; se=3";
    let (test, _) = resolved(&data, part);
    let north = test.counterfactual[0].row(0).to_vec();
    close(north[1], 70.0 * (1.0 - 5.0 / 7.0 * 0.6));
    close(north[2], 70.0 * (1.0 - 2.0 / 7.0 * 0.6));
    assert_eq!((north[0], north[3]), (70.0, 70.0));
    close(test.spend_change, (70.0 + 140.0) * 0.6);
    assert!(!test.in_data, "a study of everywhere is not of cells of the data");
    assert_eq!(test.counted, 1..3, "both Thursdays");
}

#[test]
fn changes_of_spend_are_spread_in_proportion() {
    let mut data = weekly();
    data.channels[0].spend[[1, 2]] = 420.0;
    data.channels[0].exposure[[1, 2]] = 1260.0;
    // 140 + 420 were spent; 56 more than without the test: a tenth.
    let south = format!("{TWO_WEEKS}; geos=south; lift=9; se=3");
    let (test, _) = resolved(&data, &format!("{south}; spend_change=56"));
    assert_eq!(test.counterfactual[0].row(0).to_vec()[1..3], [126.0, 1134.0], "exposure scales alike");
    assert_eq!(test.counterfactual_spend[0].row(0).to_vec()[1..3], [126.0, 378.0]);
    close(test.spend_change, 56.0);
    let (same, _) = resolved(&data, &format!("{south}; usual_spend=504"));
    assert_eq!(same.counterfactual, test.counterfactual);
    close(same.spend_change, 56.0);
    // Half was held out: twice the spend without the test.
    let less = format!("{TWO_WEEKS}; geos=south; lift=-9; se=3");
    let (half, _) = resolved(&data, &format!("{less}; spend_change=-560"));
    let (twice, _) = resolved(&data, &format!("{less}; multiplier=2"));
    assert_eq!(half.counterfactual, twice.counterfactual);
    assert_eq!(half.counterfactual[0].row(0).to_vec()[1..3], [280.0, 2520.0]);
    close(twice.spend_change, -560.0);
    let text = refused(&data, &[&format!("{south}; spend_change=561")]);
    assert!(text.contains("row 2, column `spend_change`: `561` is more than the 560 spent"), "{text}");
}

#[test]
fn a_dark_channel_takes_its_usual_spend() {
    let mut data = weekly();
    for t in 1..3 {
        data.channels[0].spend[[1, t]] = 0.0;
        data.channels[0].exposure[[1, t]] = 0.0;
    }
    let dark = format!("{TWO_WEEKS}; geos=south; lift=-9; se=3");
    let text = refused(&data, &[&format!("{dark}; multiplier=0.5")]);
    assert!(text.contains("nothing was spent"), "{text}");
    let (test, warnings) = resolved(&data, &format!("{dark}; usual_spend=300"));
    assert_eq!(test.counterfactual[0].row(0).to_vec()[..4], [140.0, 150.0, 150.0, 140.0]);
    close(test.spend_change, -300.0);
    assert!(warnings.iter().any(|w| w.code == "experiment_spread_guessed"), "{warnings:?}");
    // Where the untreated geo spent three times as much in the first week, so would the treated one have.
    let even = data.channels[0].clone();
    for (t, x) in [(1, 105.0), (2, 35.0)] {
        (data.channels[0].spend[[0, t]], data.channels[0].exposure[[0, t]]) = (x, x);
    }
    let (test, _) = resolved(&data, &format!("{dark}; usual_spend=300"));
    assert_eq!(test.counterfactual[0].row(0).to_vec()[..4], [140.0, 225.0, 75.0, 140.0]);
    data.channels[0] = even;
    // From Wednesday: the 40 of Monday and Tuesday are no part of the test.
    data.channels[0].spend[[1, 1]] = 40.0;
    data.channels[0].exposure[[1, 1]] = 40.0;
    let part =
        "channel=tv; start=2024-01-10; end=2024-01-21; readout_end=2024-01-21; geos=south; lift=-9; se=3";
    let (test, _) = resolved(&data, &format!("{part}; spend_change=-240"));
    let south = test.counterfactual[0].row(0).to_vec();
    // 5 of 12 days are in the first week.
    close(south[1], 40.0 + 100.0);
    close(south[2], 140.0);
    close(test.spend_change, -240.0);
}

#[test]
fn days_and_months_are_counted_by_their_own_length() {
    let mut data = weekly();
    data.interval = Interval::Daily;
    let first = data.dates[0];
    data.dates = (0..20).map(|t| first + chrono::Days::new(t)).collect();
    let (test, _) =
        resolved(&data, "channel=tv; start=2024-01-03; end=2024-01-05; readout_end=2024-01-08; lift=9; se=3");
    assert_eq!((test.treated, test.counted), (2..5, 2..8));
    close(test.spend_change, 3.0 * 210.0);

    data.interval = Interval::Monthly;
    data.dates = (0..20).map(|t| first + chrono::Months::new(t)).collect();
    let row = "channel=tv; start=2024-01-15; end=2024-02-10; readout_end=2024-03-20; roi=9; se=3";
    let (test, _) = resolved(&data, row);
    // 17 of January's 31 days, 10 of February's 29.
    let north = test.counterfactual[0].row(0).to_vec();
    close(north[0], 70.0 * (1.0 - 17.0 / 31.0));
    close(north[1], 70.0 * (1.0 - 10.0 / 29.0));
    assert_eq!((north[2], test.counted), (70.0, 0..3));
    close(test.spend_change, 210.0 * (17.0 / 31.0 + 10.0 / 29.0));
}

#[test]
fn the_share_of_the_people_scales_what_was_changed() {
    let mut data = weekly().as_of(20, 20);
    data.roles.geo = None;
    data.geos.truncate(1);
    let data = {
        let mut one = data;
        for channel in &mut one.channels {
            channel.spend = channel.spend.slice(ndarray::s![..1, ..]).to_owned();
            channel.exposure = channel.exposure.slice(ndarray::s![..1, ..]).to_owned();
        }
        one.present = one.present.slice(ndarray::s![..1, ..]).to_owned();
        one
    };
    // A fifth of the people: 28 of 140 are all that was spent on them.
    let row = format!("{TWO_WEEKS}; lift=9; se=3; population_share=0.2");
    let (all, _) = resolved(&data, &format!("{row}; multiplier=0"));
    let (told, _) = resolved(&data, &format!("{row}; spend_change=28"));
    assert_eq!(all.counterfactual, told.counterfactual);
    close(all.spend_change, 28.0);
    close(told.spend_change, 28.0);
    assert!(refused(&data, &[&format!("{row}; spend_change=29")]).contains("more than the 28 spent"));
    assert!(refused(&data, &[&format!("{TWO_WEEKS}; lift=9; se=3; geos=north")]).contains("have none"));
}

#[test]
fn organic_channels_and_joint_tests_have_a_lift() {
    let data = weekly();
    let mail = "start=2024-01-08; end=2024-02-04; readout_end=2024-02-04";
    let (test, _) = resolved(&data, &format!("channel=newsletter; {mail}; multiplier=0.5; lift=9; se=3"));
    // North sends 5 in periods 0, 4, …; south in 3, 7, ….
    assert_eq!(
        (test.counterfactual[0][[0, 4]], test.counterfactual[0][[1, 3]], test.spend_change),
        (2.5, 2.5, 0.0)
    );
    let text = refused(&data, &[&format!("channel=newsletter; {mail}; roi=1; se=3")]);
    assert!(text.contains("`newsletter` has no spend"), "{text}");
    let text = refused(&data, &[&format!("channel=tv+newsletter; {mail}; spend_change=5; lift=1; se=3")]);
    assert!(text.contains("column `spend_change`: `5` is a spend, and `newsletter` has none"), "{text}");
    let (both, _) = resolved(&data, &format!("channel=tv + search; {mail}; roi=1; se=3"));
    assert_eq!((both.channels.len(), both.counterfactual.len()), (2, 2));
    close(both.spend_change, 4.0 * 210.0 + data.channels[1].spend.slice(ndarray::s![.., 1..5]).sum());
}

#[test]
fn geos_without_rows_are_left_out_unless_they_were_named() {
    let mut data = weekly();
    data.present.row_mut(1).iter_mut().take(4).for_each(|p| *p = false);
    data.channels[0].spend.row_mut(1).iter_mut().take(4).for_each(|s| *s = 0.0);
    data.channels[0].exposure = data.channels[0].spend.clone();
    let (test, warnings) = resolved(&data, &format!("{TWO_WEEKS}; lift=9; se=3"));
    assert_eq!((&test.geos[..], warnings.len()), (&[0][..], 0), "{warnings:?}");
    close(test.spend_change, 140.0);
    let text = refused(&data, &[&format!("{TWO_WEEKS}; geos=south; lift=9; se=3")]);
    assert!(text.contains("names `south`, of which the data have no row"), "{text}");
    let later =
        "channel=tv; start=2024-01-22; end=2024-02-04; readout_end=2024-02-04; geos=south; lift=9; se=3";
    let (test, warnings) = resolved(&data, later);
    assert_eq!(test.cells, [(1, 4)], "the week of 2024-01-22 has no row");
    assert!(warnings.iter().any(|w| w.message.contains("lack 50 %")), "{warnings:?}");
}

#[test]
fn own_cells_leave_the_fit_until_the_carry_over_is_gone() {
    let data = weekly();
    let (own, _) = resolved(&data, &format!("{TWO_WEEKS}; geos=north; lift=9; se=3"));
    // α = 0.5: 0.5^5 is the first power below 0.05.
    assert_eq!(own.leaving(4), 1..7);
    assert_eq!(own.leaving(1000), 1..20);
    let (contrast, _) = resolved(&data, &format!("{TWO_WEEKS}; geos=north; multiplier=2"));
    assert_eq!((contrast.kind, contrast.leaving(4)), (ExperimentKind::Contrast, 0..0));
    assert!(contrast.cells.is_empty());
}

#[test]
fn intervals_become_standard_errors() {
    let data = weekly();
    let se = |error: &str| resolved(&data, &format!("{TWO_WEEKS}; lift=10; {error}")).0.reading().unwrap().se;
    close(se("se=2.5"), 2.5);
    // z of 0.95 and of 0.9.
    assert!((se("low=2; high=20") - 18.0 / (2.0 * 1.644_853_627)).abs() < 1e-8);
    assert!((se("low=2; high=20; level=0.8") - 18.0 / (2.0 * 1.281_551_566)).abs() < 1e-8);
}

#[test]
fn one_run_tells_every_fault() {
    let data = weekly();
    let rows = [
        "channel=tvv; start=2023-12-31; end=2024-06-01; lift=1; se=0",
        "channel=tv; start=soon; end=2024-02-01; readout_end=2024-01-20; geos=nort; lift=1; population_share=20",
        "channel=tv; start=2024-01-08; end=2024-01-21; roi=1; low=2; high=1; multiplier=1",
    ];
    let text = refused(&data, &rows);
    for expected in [
        "row 2, column `channel`: `tvv` is no channel of the data",
        "row 2, column `start`: `2023-12-31` is before the data, which begin on 2024-01-01",
        "row 2, column `end`: `2024-06-01` is after the data, which end on 2024-05-19",
        "row 2, column `se`: `0` must be above 0",
        "row 3, column `start`: `soon` is not a date",
        "row 3, column `readout_end`: `2024-01-20` is before the end of the treatment (2024-02-01)",
        "row 3, column `geos`: `nort` is no geo of the data",
        "row 3, column `lift`: `1` has no error",
        "row 4, column `multiplier`: `1` means that nothing was changed",
        "… and 1 more",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
}

#[test]
fn signs_go_with_the_change() {
    let data = weekly();
    let south = format!("{TWO_WEEKS}; geos=south");
    let text = refused(&data, &[&format!("{south}; spend_change=-280; lift=50; se=10")]);
    assert!(
        text.contains("row 2, column `lift`: `50` has the sign against the change: less was spent (-280)"),
        "{text}"
    );
    let text = refused(&data, &[&format!("{south}; spend_change=-280; roi=-5; se=1")]);
    assert!(text.contains("column `roi`: `-5` is negative beyond any error"), "{text}");
    let (_, warnings) = resolved(&data, &format!("{south}; spend_change=-280; lift=5; se=10"));
    assert!(warnings.iter().any(|w| w.code == "experiment_sign"), "{warnings:?}");
    resolved(&data, &format!("{TWO_WEEKS}; roi=-0.003; se=0.05"));
    // A channel without effect reads this in one test of a hundred.
    let (_, warnings) = resolved(&data, &format!("{TWO_WEEKS}; roi=-0.115; se=0.05"));
    assert!(warnings.iter().any(|w| w.code == "experiment_sign"), "{warnings:?}");
}

#[test]
fn a_test_of_everywhere_at_once_is_no_experiment() {
    let data = weekly();
    for row in [
        format!("{TWO_WEEKS}; spend_change=-20; lift=-9; se=3"),
        format!("{TWO_WEEKS}; geos=north|south; multiplier=2; lift=-9; se=3"),
        format!("{TWO_WEEKS}; lift=9; se=3; method=pre/post"),
    ] {
        let text = refused(&data, &[&row]);
        assert!(text.contains("all geos were treated at once"), "{text}");
    }
    let text = refused(&data, &[&format!("{TWO_WEEKS}; multiplier=2")]);
    assert!(text.contains("a contrast of all geos has nothing to be compared with"), "{text}");
}

#[test]
fn nothing_counts_twice() {
    let data = weekly();
    let north = format!("{TWO_WEEKS}; geos=north");
    let (contrast, reading) = (format!("{north}; multiplier=2"), format!("{north}; lift=9; se=3"));
    let text = refused(&data, &[&reading, &reading]);
    assert!(text.contains("row 3 repeats row 2 (duplicate)"), "{text}");
    let text = refused(&data, &[&contrast, &format!("{reading}; id=a")]);
    assert!(text.contains("one as contrast, one as reading"), "{text}");
    let text = refused(&data, &[&contrast, &format!("{north}; multiplier=0.5")]);
    assert!(text.contains("row 2 contrasts already"), "{text}");
    let text = refused(
        &data,
        &[&format!("{reading}; id=a"), &format!("{TWO_WEEKS}; id=a; geos=south; lift=1; se=3")],
    );
    assert!(text.contains("row 3, column `id`: `a` is that of row 2 too"), "{text}");
}

#[test]
fn tests_are_known_by_their_id_or_by_all_their_cells() {
    let earlier = file(&["id=a; channel=tv; lift=1", "channel=search; lift=2"]);
    let newer = file(&["id=a; channel=tv; lift=3", "channel=search; lift=2", "channel=search; lift=4"]);
    let (new, held) = newer.without(&earlier);
    assert_eq!((new.rows.len(), new.rows[0].cell("lift")), (1, Some("4")));
    assert_eq!(held, ["a", "row 3"]);
    let (added, dropped) = earlier.changes(&newer);
    assert_eq!((added, dropped), (vec!["a".to_owned(), "row 4".to_owned()], vec!["a".to_owned()]));
}

#[test]
fn the_header_may_stand_below_other_rows_and_blank_rows_are_none() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("experiments.csv");
    let text = "Our tests,,,\n,,,\nChannel,start,end,LIFT\ntv,2024-01-08,2024-01-21,3\n,,,\n\nsearch,2024-01-08,,4\n";
    std::fs::write(&path, text).unwrap();
    let read = read_experiments(&path).unwrap();
    assert_eq!(read.columns, ["channel", "start", "end", "lift"]);
    assert_eq!(read.rows.iter().map(|r| r.row).collect::<Vec<_>>(), [4, 7]);
    assert_eq!((read.rows[0].cell("lift"), read.rows[1].cell("end")), (Some("3"), None));
}
