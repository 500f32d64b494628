//! Builds the [`PriorReport`] of `prior.json` from draws of the prior.

use crate::config::FitConfig;
use crate::data::Dataset;
use crate::posterior::EvidenceVerdict;
use crate::posterior::{Parameter, Posterior};
use crate::report::build::{channel, curves, outcome, parameter, run, tool};
use crate::report::channel::EvidenceReport;
use crate::report::fit::{ParameterReport, Run};
use crate::report::prior::{PRIOR_SCHEMA, PriorReport};
use crate::warning::Warning;
use crate::words::numbers::clean;

/// Summarises draws of the prior.
pub fn build_prior(
    dataset: &Dataset,
    config: &FitConfig,
    posterior: &Posterior,
    warnings: Vec<Warning>,
) -> PriorReport {
    let channel = |c: usize| {
        let evidence = EvidenceReport {
            roi_contraction: None,
            roi_data_weight: None,
            expected: None,
            saturation_contraction: None,
            carryover_contraction: None,
            contraction_reason: Some("the outcome was not used".into()),
            verdict: EvidenceVerdict::Prior,
            sentence: format!("This is the prior of {} alone.", clean(&dataset.channels[c].name)),
        };
        channel(dataset, config, posterior, (c, evidence))
    };
    let parameter = |p: &Parameter| ParameterReport {
        reason: Some("drawn from the prior, independently".into()),
        ..parameter(p, None)
    };
    PriorReport {
        schema: PRIOR_SCHEMA.into(),
        tool: tool(),
        run: Run { prior_only: true, ..run((dataset, config), (0, posterior.n_draws), warnings) },
        outcome: outcome(dataset, posterior),
        channels: (0..posterior.channels.len()).map(channel).collect(),
        response_curves: curves(posterior),
        parameters: posterior.parameters.iter().map(parameter).collect(),
    }
}
