//! From the diagnostics of every parameter and chain to one verdict with its reasons.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ParameterDiagnostics;

/// Largest R-hat of a run that is fine. Vehtari et al. (2021), § 4.1.
const RHAT_OK: f64 = 1.01;
/// Largest R-hat of a run that is usable with care: Gelman's older 1.1 lets plain disagreement pass.
const RHAT_USABLE: f64 = 1.05;
/// Least ESS per chain of a run that is fine. Vehtari et al. (2021), § 4.
const ESS_OK: f64 = 100.0;
/// Least bulk ESS per chain of a usable run: below it the ESS estimate itself is not to be relied on.
const ESS_USABLE: f64 = 50.0;
/// Least E-BFMI of a run that is fine. Betancourt, arXiv:1604.00695, and Stan's threshold.
const EBFMI_OK: f64 = 0.3;
/// Divergent share of the draws up to which a run is usable: a handful near a boundary, not a region
/// that the chains cannot enter.
const DIVERGENT_USABLE: f64 = 0.005;
/// Share of trajectories cut off at the maximal depth up to which nothing is said: they cost time, not validity.
const DEPTH_HITS_OK: f64 = 0.01;
/// Length of [`Diagnostics::worst`].
const WORST: usize = 5;

/// Whether a run can be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing to complain of.
    Ok,
    /// Usable with care.
    Warn,
    /// Not converged.
    Fail,
}

/// What a run reports beside its draws.
#[derive(Debug, Clone, PartialEq)]
pub struct RunCounts {
    /// Number of chains.
    pub n_chains: usize,
    /// Transitions of all chains, warm-up excluded.
    pub n_transitions: usize,
    /// Those of them that diverged.
    pub divergences: usize,
    /// Those whose trajectory was cut off at the maximal depth.
    pub max_depth_hits: usize,
    /// E-BFMI per chain.
    pub ebfmi: Vec<Option<f64>>,
}

/// The `diagnostics` object of `fit.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Diagnostics {
    /// ok: R-hat ≤ 1.01, bulk and tail ESS ≥ 100 per chain, E-BFMI ≥ 0.3, no divergence;
    /// fail: R-hat > 1.05, bulk ESS < 50 per chain, divergences in 0.5 % of the draws or more, or a
    /// chain that went elsewhere; warn: between.
    pub verdict: Verdict,
    /// Why the verdict is not ok, one sentence each.
    pub reasons: Vec<String>,
    /// Largest R-hat; null when no parameter has one. At most 10⁶, which stands for every larger value.
    pub max_rhat: Option<f64>,
    /// Smallest bulk ESS, all chains together; null when no parameter has one.
    pub min_ess_bulk: Option<f64>,
    /// Smallest tail ESS, all chains together; null when no parameter has one.
    pub min_ess_tail: Option<f64>,
    /// Divergent transitions after warm-up, those between kept draws included.
    pub divergences: usize,
    /// Trajectories cut off at the maximal depth among them.
    pub max_depth_hits: usize,
    /// E-BFMI per chain; null for a chain whose energy never changed.
    pub ebfmi: Vec<Option<f64>>,
    /// Chains (counted from 0) that are far from the others, which agree.
    pub stray_chains: Vec<usize>,
    /// The parameters that mixed worst, at most five, largest R-hat first.
    pub worst: Vec<WorstParameter>,
}

/// One entry of [`Diagnostics::worst`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WorstParameter {
    /// Such as `roi[tv]`.
    pub parameter: String,
    /// Rank-normalised split R-hat.
    pub rhat: Option<f64>,
    /// Effective sample size in the bulk.
    pub ess_bulk: Option<f64>,
    /// Effective sample size in the tails.
    pub ess_tail: Option<f64>,
}

impl Diagnostics {
    /// Judges a run by its sampled parameters.
    pub fn judge(parameters: &[ParameterDiagnostics], run: &RunCounts) -> Diagnostics {
        let rhats = parameters.iter().filter_map(|p| p.rhat);
        let mut diagnostics = Diagnostics {
            verdict: Verdict::Ok,
            reasons: Vec::new(),
            max_rhat: rhats.max_by(f64::total_cmp),
            min_ess_bulk: parameters.iter().filter_map(|p| p.ess_bulk).min_by(f64::total_cmp),
            min_ess_tail: parameters.iter().filter_map(|p| p.ess_tail).min_by(f64::total_cmp),
            divergences: run.divergences,
            max_depth_hits: run.max_depth_hits,
            ebfmi: run.ebfmi.clone(),
            stray_chains: stray_chains(parameters, run.n_chains),
            worst: worst(parameters),
        };
        diagnostics.judge_chains();
        diagnostics.judge_mixing(run.n_chains as f64);
        diagnostics.judge_transitions(run.n_transitions as f64);
        diagnostics
    }

    fn blame(&mut self, verdict: Verdict, reason: String) {
        self.verdict = self.verdict.max(verdict);
        self.reasons.push(reason);
    }

    fn judge_chains(&mut self) {
        for chain in self.stray_chains.clone() {
            let reason =
                format!("chain {chain} is far from the others, which agree: it is stuck or in another mode");
            self.blame(Verdict::Fail, reason);
        }
        for chain in 0..self.ebfmi.len() {
            match self.ebfmi[chain] {
                None => self.blame(Verdict::Fail, format!("chain {chain} never moved")),
                Some(value) if value < EBFMI_OK => {
                    let reason = format!("chain {chain}: E-BFMI {value:.2} is below {EBFMI_OK}");
                    self.blame(Verdict::Warn, reason);
                }
                Some(_) => {}
            }
        }
    }

    fn judge_mixing(&mut self, n_chains: f64) {
        let (Some(max_rhat), Some(bulk), Some(tail)) = (self.max_rhat, self.min_ess_bulk, self.min_ess_tail)
        else {
            let reason = "there are too few draws, or none that differ, to judge convergence";
            return self.blame(Verdict::Fail, reason.to_string());
        };
        if max_rhat > RHAT_OK {
            let verdict = if max_rhat > RHAT_USABLE { Verdict::Fail } else { Verdict::Warn };
            self.blame(verdict, format!("R-hat reaches {max_rhat:.3} (at most {RHAT_OK} is wanted)"));
        }
        for (name, ess, usable) in [("bulk", bulk, ESS_USABLE), ("tail", tail, 0.0)] {
            let per_chain = ess / n_chains;
            if per_chain < ESS_OK {
                let verdict = if per_chain < usable { Verdict::Fail } else { Verdict::Warn };
                let reason =
                    format!("{name} ESS falls to {per_chain:.0} per chain (at least {ESS_OK} is wanted)");
                self.blame(verdict, reason);
            }
        }
    }

    fn judge_transitions(&mut self, n: f64) {
        if self.divergences > 0 {
            let share = self.divergences as f64 / n;
            let verdict = if share < DIVERGENT_USABLE { Verdict::Warn } else { Verdict::Fail };
            let reason = format!("{} of {n} transitions diverged", self.divergences);
            self.blame(verdict, reason);
        }
        if self.max_depth_hits as f64 > DEPTH_HITS_OK * n {
            let reason =
                format!("{} of {n} trajectories were cut off at the maximal depth", self.max_depth_hits);
            self.blame(Verdict::Warn, reason);
        }
    }
}

fn stray_chains(parameters: &[ParameterDiagnostics], n_chains: usize) -> Vec<usize> {
    (0..n_chains).filter(|chain| parameters.iter().any(|p| p.odd_chain == Some(*chain))).collect()
}

fn worst(parameters: &[ParameterDiagnostics]) -> Vec<WorstParameter> {
    let mut judged: Vec<&ParameterDiagnostics> = parameters.iter().filter(|p| p.rhat.is_some()).collect();
    // Stable, so that ties keep the order of the parameters.
    judged.sort_by(|a, b| b.rhat.unwrap_or(0.0).total_cmp(&a.rhat.unwrap_or(0.0)));
    let entry = |p: &&ParameterDiagnostics| WorstParameter {
        parameter: p.parameter.clone(),
        rhat: p.rhat,
        ess_bulk: p.ess_bulk,
        ess_tail: p.ess_tail,
    };
    judged.iter().take(WORST).map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::super::chains::views;
    use super::super::reference::example;
    use super::*;

    fn parameter(rhat: f64, ess_bulk: f64, ess_tail: f64) -> ParameterDiagnostics {
        ParameterDiagnostics {
            parameter: "roi[tv]".to_string(),
            rhat: Some(rhat),
            ess_bulk: Some(ess_bulk),
            ess_tail: Some(ess_tail),
            mcse_mean: None,
            odd_chain: None,
        }
    }

    fn run(divergences: usize) -> RunCounts {
        RunCounts {
            n_chains: 4,
            n_transitions: 4000,
            divergences,
            max_depth_hits: 0,
            ebfmi: vec![Some(0.9); 4],
        }
    }

    #[test]
    fn thresholds_are_where_they_are_documented() {
        let cases = [
            (parameter(1.01, 400.0, 400.0), 0, Verdict::Ok),
            (parameter(1.011, 400.0, 400.0), 0, Verdict::Warn),
            (parameter(1.051, 400.0, 400.0), 0, Verdict::Fail),
            (parameter(1.0, 399.0, 400.0), 0, Verdict::Warn),
            (parameter(1.0, 199.0, 400.0), 0, Verdict::Fail),
            (parameter(1.0, 400.0, 100.0), 0, Verdict::Warn),
            (parameter(1.0, 400.0, 400.0), 19, Verdict::Warn),
            (parameter(1.0, 400.0, 400.0), 20, Verdict::Fail),
        ];
        for (parameter, divergences, want) in cases {
            let got = Diagnostics::judge(std::slice::from_ref(&parameter), &run(divergences));
            assert_eq!(got.verdict, want, "{parameter:?}, {divergences} divergences: {:?}", got.reasons);
            assert_eq!(got.reasons.is_empty(), want == Verdict::Ok);
        }
        let slow = RunCounts { ebfmi: vec![Some(0.9), Some(0.29)], ..run(0) };
        assert_eq!(Diagnostics::judge(&[parameter(1.0, 900.0, 900.0)], &slow).verdict, Verdict::Warn);
        let deep = RunCounts { max_depth_hits: 41, ..run(0) };
        assert_eq!(Diagnostics::judge(&[parameter(1.0, 900.0, 900.0)], &deep).verdict, Verdict::Warn);
    }

    #[test]
    fn a_stray_chain_is_named() {
        let mut chains = example(4, 500);
        chains[1].iter_mut().for_each(|x| *x += 1000.0);
        let judged = Diagnostics::judge(&[ParameterDiagnostics::of("sigma", &views(&chains))], &run(0));
        assert_eq!((judged.verdict, judged.stray_chains), (Verdict::Fail, vec![1]));
        assert!(judged.reasons[0].contains("chain 1"), "{:?}", judged.reasons);
    }

    #[test]
    fn worst_come_first_and_constants_do_not_count() {
        let mut parameters: Vec<_> =
            (0..9).map(|i| parameter(1.0 + 0.001 * f64::from(i), 500.0, 500.0)).collect();
        let constant = [2.0; 100];
        parameters.push(ParameterDiagnostics::of("fixed", &[&constant, &constant]));
        let judged = Diagnostics::judge(&parameters, &run(0));
        assert_eq!((judged.verdict, judged.max_rhat), (Verdict::Ok, Some(1.008)));
        let order: Vec<_> = judged.worst.iter().map(|w| w.rhat).collect();
        assert_eq!(order, [1.008, 1.007, 1.006, 1.005, 1.004].map(Some));
    }

    #[test]
    fn nothing_to_judge_by_is_not_convergence() {
        assert_eq!(Diagnostics::judge(&[], &run(0)).verdict, Verdict::Fail);
    }

    #[test]
    fn json_has_the_documented_keys() {
        let judged = Diagnostics::judge(&[parameter(1.0, 500.0, 500.0)], &run(0));
        let json = serde_json::to_value(&judged).expect("plain data");
        assert_eq!(json["verdict"], "ok");
        assert_eq!(json["worst"][0]["parameter"], "roi[tv]");
        assert_eq!(serde_json::from_value::<Diagnostics>(json).expect("same shape"), judged);
    }
}
