//! All worlds of a recovery, and those of what could be done about it.

use ndarray::Array2;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;

use super::judge::{Told, judged, not_converged, recovered};
use super::longer::Cells;
use super::point::{Point, World, kept};
use super::refit::refit;
use crate::Error;
use crate::config::FitConfig;
use crate::data::{Dataset, Estimand, Experiment, ExperimentKind, Reading};
use crate::fit::Fit;
use crate::planning::USUAL_PRECISION;
use crate::posterior::mean_sd;
use crate::report::{Recovery, WhatIf, WhatIfKind};
use crate::sampler::Progress;

/// What to find out.
#[derive(Debug, Clone, Copy)]
pub struct RecoverySettings {
    /// Worlds to draw.
    pub worlds: usize,
    /// Whether to ask what more years, more geos or a test would change.
    pub what_if: bool,
}

/// Random streams of the worlds; those of chains, draws and gaps lie elsewhere.
const STREAM: u64 = 1 << 42;

/// Draws worlds from a fit of `data`, refits each, and holds what was true against what was found.
///
/// # Errors
/// Those of a fit of any world, or `progress` asking to stop.
pub fn recovery(
    fit: &Fit,
    data: &Dataset,
    config: &FitConfig,
    settings: RecoverySettings,
    progress: &dyn Progress,
) -> Result<Recovery, Error> {
    let desk = Desk { fit, data, config, worlds: settings.worlds, progress };
    let names: Vec<String> = data.channels.iter().map(|c| c.name.clone()).collect();
    let own = desk.told(&Cells::own(data), None)?;
    let mut all = judged(&names, &own);
    if !settings.what_if {
        return Ok(all);
    }
    let what_if = |kind, worlds: &[Told]| WhatIf {
        kind,
        channel: None,
        not_converged: not_converged(worlds),
        channels: recovered(&names, worlds),
    };
    if let Some(cells) = Cells::two_more_years(data) {
        all.what_ifs.push(what_if(WhatIfKind::TwoMoreYears, &desk.told(&cells, None)?));
    }
    if let Some(cells) = Cells::twice_the_geos(data) {
        all.what_ifs.push(what_if(WhatIfKind::TwiceTheGeos, &desk.told(&cells, None)?));
    }
    if let Some(channel) = most_doubted(fit) {
        let tested = desk.told(&Cells::own(data), Some(channel))?;
        let of = what_if(WhatIfKind::OneTest, &tested);
        all.what_ifs.push(WhatIf { channel: Some(names[channel].clone()), ..of });
    }
    Ok(all)
}

/// The channel whose value is known least, in money.
fn most_doubted(fit: &Fit) -> Option<usize> {
    let doubt = |c: usize| {
        let channel = &fit.posterior.channels[c];
        channel.roi.as_ref().map(|roi| mean_sd(roi).1 * channel.spend)
    };
    let doubts = (0..fit.posterior.channels.len()).filter_map(|c| doubt(c).map(|d| (c, d)));
    doubts.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(c, _)| c)
}

struct Desk<'a> {
    fit: &'a Fit,
    data: &'a Dataset,
    config: &'a FitConfig,
    worlds: usize,
    progress: &'a dyn Progress,
}

impl Desk<'_> {
    /// Worlds of these cells, refitted. World `i` has the same truth whatever its cells.
    fn told(&self, cells: &Cells, tested: Option<usize>) -> Result<Vec<Told>, Error> {
        (0..self.worlds).into_par_iter().map(|i| self.one(i, cells, tested)).collect()
    }

    fn one(&self, i: usize, cells: &Cells, tested: Option<usize>) -> Result<Told, Error> {
        let seed = self.config.sampler.seed;
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(STREAM + i as u64);
        let n_draws = kept(&self.fit.chains);
        let point = Point::of(self.fit, (2 * i + 1) * n_draws / (2 * self.worlds), &mut rng);
        let world = point.world(self.fit, self.data, cells, &mut rng);
        let test = tested.map(|c| self.test(c, &world, &mut rng));
        let refit = refit(&world, self.config, test, seed.wrapping_add(1 + i as u64), self.progress)?;
        Ok((world, refit))
    }

    /// A lift test of channel `c` that reads its ROI as well as tests usually do. It differs from the window as the
    /// likelihood supposes tests to.
    fn test(&self, c: usize, world: &World, rng: &mut ChaCha8Rng) -> Experiment {
        let data = &world.data;
        let shape = (data.n_geos(), data.n_periods());
        let known = self.fit.posterior.channels[c].roi.as_ref().map_or(0.0, |roi| mean_sd(roi).0);
        let se = USUAL_PRECISION * known;
        let [elsewhere, error]: [f64; 2] = std::array::from_fn(|_| StandardNormal.sample(rng));
        let estimate = world.truth[c] * (1.0 + crate::model::ELSEWHERE * elsewhere) + se * error;
        let counted =
            |(at, spend): ((usize, usize), &f64)| if data.outcome.observed[at] { *spend } else { 0.0 };
        let last = data.dates[shape.1 - 1];
        let end = data.interval.last_day(last);
        Experiment {
            label: "what if".into(),
            row: 0,
            channels: vec![c],
            geos: (0..shape.0).collect(),
            start: data.dates[0],
            end,
            readout_end: end,
            treated: 0..shape.1,
            counted: 0..shape.1,
            cells: data.outcome.observed.indexed_iter().filter(|(_, o)| **o).map(|(at, _)| at).collect(),
            kind: ExperimentKind::Reading(Reading { what: Estimand::Roi, estimate, se }),
            counterfactual: vec![Array2::zeros(shape)],
            counterfactual_spend: vec![Array2::zeros(shape)],
            alike: Vec::new(),
            spend_change: data.channels[c].spend.indexed_iter().map(counted).sum(),
            population_share: None,
            in_data: false,
            other: Vec::new(),
        }
    }
}
