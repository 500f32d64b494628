//! What tests tell of each other and of the model: left out one at a time, in two ways; and those that say nothing.

use std::path::Path;

use mmm::config::{FitConfig, LoadOptions};
use mmm::data::{Dataset, Experiments, read_experiments, resolve_experiments};
use mmm::report::{ExperimentReport, LeftOutMethod, TestKind};
use mmm::{Fit, fit, fit_with_tests, leave_one_test_out};

/// The example market.
fn market() -> (Dataset, FitConfig) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/national/data.csv");
    let options = LoadOptions {
        controls: ["price_index", "promo", "holiday", "query_index"].map(String::from).to_vec(),
        ..LoadOptions::default()
    };
    let (data, _) = mmm::data::load(&file, &options).expect("the example loads");
    let config = mmm::data::settle(FitConfig::default(), &data, &options).expect("its settings hold");
    (
        data,
        config
            .with(|c| {
                c.sampler.chains = 4;
                c.sampler.draws = Some(2500);
                c.sampler.warmup = Some(800);
            })
            .expect("two chains are allowed"),
    )
}

fn tests(rows: &str, (data, config): (&Dataset, &FitConfig)) -> Experiments {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("experiments.csv");
    let head = "id,channel,start,end,readout_end,multiplier,spend_change,roi,se";
    std::fs::write(&file, format!("{head}\n{rows}")).expect("written");
    let file = read_experiments(&file).expect("readable");
    resolve_experiments(&file, data, config).expect("usable").0
}

const TV: &str = "tv,tv,2022-03-07,2022-05-01,2022-06-05,0,,1.9,0.5\n";
const SEARCH: &str = "search,search,2022-09-05,2022-10-30,2022-12-04,0,,0.6,0.3\n";

fn told(fit: &Fit, channel: usize) -> [f64; 4] {
    // Median and half of the middle half: a return that may be next to nothing, as one in five may, has a long lower
    // tail, which decides the standard deviation and the quantiles near one in five.
    let moments = |draws: &[f64]| {
        let mut sorted = draws.to_vec();
        sorted.sort_by(f64::total_cmp);
        let at = |p: f64| sorted[(p * (sorted.len() - 1) as f64) as usize];
        [at(0.5), 0.5 * (at(0.75) - at(0.25))]
    };
    let channel = &fit.posterior.channels[channel];
    let ln_roi: Vec<f64> = channel.roi.as_ref().expect("paid").iter().map(|roi| roi.ln().max(-3.0)).collect();
    let ([a, b], [c, d]) = (moments(&ln_roi), moments(&channel.gap.draws));
    [a, b, c, d]
}

/// A reading whose error is beyond all bounds changes nothing; and as it makes the gap a parameter, what is sampled is
/// what is drawn exactly without it.
#[test]
fn a_vague_test_changes_nothing_and_the_sampled_gap_is_the_drawn_one() {
    let (data, config) = market();
    let vague = tests("x,search,2022-09-05,2022-10-30,2022-12-04,0,,1,1e7\n", (&data, &config));
    let (without, with) = (
        fit(&data, &config, &()).expect("a fit"),
        fit_with_tests(&data, &config, &vague, &()).expect("a fit with tests"),
    );
    for c in 0..data.n_channels() {
        let (a, b) = (told(&without, c), told(&with, c));
        // Monte-Carlo errors of some 1,000 effective draws, four of them.
        assert!((a[0] - b[0]).abs() < 0.15 * a[1], "ln ROI of {c}: {a:?} {b:?}");
        assert!((a[1] / b[1] - 1.0).abs() < 0.15, "its spread {c}: {a:?} {b:?}");
        assert!((a[2] - b[2]).abs() < 0.15 * a[3], "gap of {c}: {a:?} {b:?}");
        assert!((a[3] / b[3] - 1.0).abs() < 0.15, "its spread {c}: {a:?} {b:?}");
    }
    let entry = &with.tests[0];
    assert!(entry.information.expect("known") < 0.02 && !entry.contradicted, "{entry:?}");
}

fn close(a: &ExperimentReport, b: &ExperimentReport) {
    let (x, y) = (a.predicted.expect("known"), b.predicted.expect("known"));
    assert!((x.mean - y.mean).abs() < 0.2 * y.sd, "{}: {x:?} {y:?}", a.label);
    assert!((x.sd / y.sd - 1.0).abs() < 0.25, "{}: {x:?} {y:?}", a.label);
    assert!((a.z.expect("known") - b.z.expect("known")).abs() < 0.25, "{a:?} {b:?}");
    assert!((a.pit.expect("known") - b.pit.expect("known")).abs() < 0.07, "{a:?} {b:?}");
}

#[test]
fn weights_and_refits_leave_out_the_same() {
    let (data, config) = market();
    let both = tests(&format!("{TV}{SEARCH}"), (&data, &config));
    let weighted = fit_with_tests(&data, &config, &both, &()).expect("a fit").tests;
    let refitted = leave_one_test_out(&data, &config, &both, &()).expect("refits");
    assert!(weighted.iter().any(|t| t.left_out_by == LeftOutMethod::Importance), "{weighted:?}");
    for (a, b) in weighted.iter().zip(&refitted) {
        assert_eq!((b.left_out_by, b.kind), (LeftOutMethod::Refit, TestKind::Reading));
        close(a, b);
        assert!(b.information.expect("known") > 0.1, "{b:?}");
    }
}

/// The rest of the model expects nothing like a return of 9, and says so; told it, the channel rests on the test.
#[test]
fn a_test_against_everything_is_warned_of() {
    let (data, config) = market();
    let odd = tests("odd,tv,2022-03-07,2022-05-01,2022-06-05,0,,9,0.4\n", (&data, &config));
    let fitted = fit_with_tests(&data, &config, &odd, &()).expect("a fit");
    let report = fitted.report(&data, &config, Vec::new()).expect("a report");
    let test = &report.experiments[0];
    assert!(test.contradicted && test.pit.expect("known") > 0.98, "{test:?}");
    let warning = report.run.warnings.iter().find(|w| w.code == "test_contradicted").expect("warned of");
    assert!(warning.message.contains("`odd`"), "{warning:?}");
    let tv = report.channels.iter().find(|c| c.name == "tv").expect("a channel");
    assert_eq!(tv.evidence.sentence, "The return of tv rests on experiment odd (ROI 9.00 ± 0.40).");
}
