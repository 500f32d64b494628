//! Where trajectories diverged, in the user's parameters.

use super::Fit;
use crate::posterior::{mean_sd, sampled_values};
use crate::sampler::Divergence;
use crate::store::{DivergenceLog, ParameterAt};

/// Parameters that are told of a divergence: those farthest out when its step began.
const TOLD: usize = 12;

impl Fit {
    /// Where the first divergences of each chain happened, for `log.json`.
    pub fn divergences(&self) -> Vec<DivergenceLog> {
        let found = self
            .chains
            .iter()
            .enumerate()
            .flat_map(|(chain, of)| of.divergences.iter().map(move |d| (chain, d)));
        let mut found = found.peekable();
        if found.peek().is_none() {
            return Vec::new();
        }
        let sampled = self.posterior.parameters.iter().filter(|p| p.sampled);
        let scales: Vec<Scale<'_>> = sampled.map(|p| Scale::of(&p.name, &p.draws)).collect();
        found
            .map(|(chain, (transition, divergence))| self.located(chain, *transition, divergence, &scales))
            .collect()
    }

    fn located(
        &self,
        chain: usize,
        transition: usize,
        divergence: &Divergence,
        scales: &[Scale<'_>],
    ) -> DivergenceLog {
        let at = |q: &[f64]| {
            let (mut state, mut values) = (self.density.state(), Vec::new());
            sampled_values(&self.density, &mut state, q, &mut values);
            values
        };
        let (start, end) = (at(&divergence.start), at(&divergence.end));
        // The parameter that the coordinate to blame moved most: coordinates have no names of their own.
        let mut moved = divergence.start.clone();
        moved[divergence.coordinate] = divergence.end[divergence.coordinate];
        let by = |i: usize, values: &[f64]| scales[i].units(values[i] - start[i]);
        let moved = at(&moved);
        let worst = (0..scales.len()).rev().max_by(|a, b| by(*a, &moved).total_cmp(&by(*b, &moved)));
        let out = |i: &usize| scales[*i].units(start[*i] - scales[*i].mean);
        let mut order: Vec<usize> = (0..scales.len()).collect();
        order.sort_by(|a, b| out(b).total_cmp(&out(a)));
        let told = order.iter().take(TOLD).map(|i| ParameterAt {
            parameter: scales[*i].name.to_owned(),
            start: finite(start[*i]),
            end: finite(end[*i]),
        });
        DivergenceLog {
            chain,
            transition,
            energy_error: divergence.energy_error,
            not_finite: divergence.not_finite.map(|what| what.to_string()),
            worst: worst.map(|i| scales[i].name.to_owned()).unwrap_or_default(),
            parameters: told.collect(),
        }
    }
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

/// What a parameter's values are measured by.
struct Scale<'a> {
    name: &'a str,
    mean: f64,
    sd: f64,
}

impl<'a> Scale<'a> {
    fn of(name: &'a str, draws: &[f64]) -> Scale<'a> {
        let (mean, sd) = mean_sd(draws);
        Scale { name, mean, sd }
    }

    /// A distance in posterior standard deviations, without its sign; 0 where there is none.
    fn units(&self, distance: f64) -> f64 {
        let units = (distance / self.sd).abs();
        if units.is_nan() { 0.0 } else { units }
    }
}
