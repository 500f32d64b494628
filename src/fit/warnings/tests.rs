use super::*;
use crate::posterior::EvidenceVerdict;
use crate::report::testdata;

/// A fit that gives no reason for care.
fn sound() -> Fit {
    let mut fit = testdata::fit();
    fit.diagnostics.verdict = Verdict::Ok;
    fit.outcome.p_negative_baseline = 0.01;
    fit.run.config = fit.run.config.with(|c| c.model.noise = Noise::Ar1).unwrap();
    fit.fit_quality.fitted.residual_lag1_autocorrelation = Some(0.69);
    fit.fit_quality.fitted.interval_coverage_90 = Some(0.91);
    if let Some(loo) = &mut fit.fit_quality.loo {
        loo.max_pareto_k = 0.69;
    }
    fit.scenarios.iter_mut().flat_map(|s| &mut s.allocation).for_each(|p| p.extrapolated = false);
    fit.channels.iter_mut().for_each(|c| c.evidence.verdict = EvidenceVerdict::Mixed);
    fit
}

/// Cells over which a coverage of 0.84 is no chance.
const MANY: usize = 1000;

fn only(change: impl Fn(&mut Fit)) -> Warning {
    let mut fit = sound();
    change(&mut fit);
    let mut found = warnings(&fit, MANY);
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

#[test]
fn a_raised_reliability_says_what_raised_it() {
    let told = |contradicted: bool| {
        let calibration = Calibration { control: 0, asked: 0.8, used: 0.93, contradicted, conditional: 0.5 };
        changed_reliability("query", &calibration, true).message
    };
    assert!(told(true).contains("the outcome contradicts") && !told(true).contains("columns"));
    assert!(told(false).contains("the other columns predict") && !told(false).contains("outcome"));
}

#[test]
fn a_sound_fit_gives_none() {
    assert_eq!(warnings(&sound(), MANY), []);
}

#[test]
fn each_reason_has_its_code_and_names_a_flag() {
    type Change = fn(&mut Fit);
    let cases: [(&str, &str, Change); 9] = [
        ("not_converged", "--", |f| f.diagnostics.verdict = Verdict::Fail),
        ("negative_baseline", "--controls", |f| f.outcome.p_negative_baseline = 0.06),
        ("autocorrelated_residuals", "--noise ar1", |f| {
            f.run.config = f.run.config.with(|c| c.model.noise = Noise::White).unwrap();
            f.fit_quality.fitted.residual_lag1_autocorrelation = Some(0.31);
        }),
        ("interval_coverage", "--controls", |f| {
            f.fit_quality.fitted.interval_coverage_90 = Some(0.84);
        }),
        ("plan_beyond_observed_spend", "--bound", |f| {
            f.scenarios[0].kind = ScenarioKind::OptimalSameBudget;
            f.scenarios[0].allocation[0].extrapolated = true;
            f.scenarios[0].allocation[0].change = Some(0.2);
        }),
        ("pareto_k", "--holdout-weeks", |f| {
            f.fit_quality.loo.as_mut().unwrap().max_pareto_k = 0.71;
        }),
        ("above_expectation", "--controls", |f| {
            f.channels[0].evidence.expected.as_mut().unwrap().shift = 3.0;
        }),
        ("against_prior", "--prior", |f| {
            let expected = f.channels[0].evidence.expected.as_mut().unwrap();
            (expected.own, expected.shift) = (true, -3.0);
        }),
        ("mostly_prior", "--prior", |f| f.channels[0].evidence.verdict = EvidenceVerdict::Prior),
    ];
    for (code, flag, change) in cases {
        let warning = only(change);
        assert_eq!(warning.code, code);
        assert!(warning.hint.as_ref().unwrap().contains(flag), "{warning:?}");
    }
}

#[test]
fn a_channel_that_never_ran_is_not_called_prior() {
    let mut fit = sound();
    fit.channels[0].evidence.verdict = EvidenceVerdict::Prior;
    assert_eq!(warnings(&fit, MANY).len(), 1);
    fit.channels[0].contribution.mean = 0.0;
    assert_eq!(warnings(&fit, MANY), []);
}

#[test]
fn a_prior_that_was_given_is_no_assumption() {
    let mut fit = sound();
    let evidence = &mut fit.channels[0].evidence;
    evidence.verdict = EvidenceVerdict::Prior;
    evidence.expected.as_mut().unwrap().own = true;
    assert_eq!(warnings(&fit, MANY), []);
}

#[test]
fn the_hint_does_not_repeat_what_was_tried() {
    let warning = only(|f| {
        f.run.config = f.run.config.with(|c| c.model.noise = Noise::Ar1).unwrap();
        f.fit_quality.fitted.residual_lag1_autocorrelation = Some(0.75);
    });
    assert!(!warning.hint.unwrap().contains("--noise"));
    let divergent = |n| {
        only(move |f: &mut Fit| {
            f.diagnostics.verdict = Verdict::Fail;
            f.diagnostics.divergences = n;
        })
    };
    assert!(divergent(0).hint.unwrap().contains("--warmup"));
    assert!(divergent(9).hint.unwrap().contains("--target-accept"));
    let mut fit = sound();
    fit.diagnostics.verdict = Verdict::Fail;
    fit.run.warnings.push(Warning::new("collinear_pair", "", ""));
    assert!(warnings(&fit, MANY)[0].hint.as_ref().unwrap().contains("merge"));
}

#[test]
fn coverage_by_chance_is_not_reported() {
    // 104 rows: 4 standard errors are 0.118.
    assert!(!coverage_is_off(0.79, 104) && coverage_is_off(0.77, 104));
    // Many rows: 0.05 is what matters.
    assert!(!coverage_is_off(0.86, 10_000) && coverage_is_off(0.96, 10_000));
    // What counts is what was fitted, not how long the file is.
    let mut fit = sound();
    fit.fit_quality.fitted.interval_coverage_90 = Some(0.84);
    fit.run.data.rows = 1000;
    assert_eq!(warnings(&fit, 104), []);
    assert_eq!(warnings(&fit, MANY).len(), 1);
}
