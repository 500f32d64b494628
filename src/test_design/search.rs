//! All designs that the constraints allow, valued and ranked.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use rayon::prelude::*;

use super::candidates::{
    Candidate, Change, Span, changes, mean_rows, of_market, of_panel, readout, usual_spend,
};
use super::constraints::Constraints;
use super::geos::{Chosen, Ground, Reads, UNTREATED};
use super::history::History;
use super::judge::{Judged, Money, judge};
use super::refuse::{Place, refusal, too_short};
use super::report::{DESIGN_SCHEMA, Design, DesignReport, Kind};
use super::steps::instructions;
use crate::diagnostics::Verdict;
use crate::error::Error;
use crate::planning::{ChannelCurve, DEFAULT_STEP, Limits, signal_values};
use crate::report::{Fit, RoiUnit, Tool};
use crate::warning::Warning;

/// Weeks of treatment that are tried.
const WEEKS: [usize; 5] = [2, 4, 6, 8, 12];
/// Shares of the geos that are treated, beside the largest that is allowed.
const SHARES: [f64; 2] = [0.1, 0.2];

/// Designs tests of the fit in `path` and ranks them by what their reading is worth less what they cost.
///
/// # Errors
/// A fit whose files cannot be read; names that it does not have; constraints that no test meets.
pub fn design((path, fit): (&Path, &Fit), constraints: &Constraints) -> Result<DesignReport, Error> {
    let history = History::read(path, fit)?;
    let place = Place::of(&history, constraints)?;
    let money = Money::of(&history, fit.outcome.roi_unit == RoiUnit::CurrencyPerCurrency, constraints);
    let ground = Ground { usable: history.complete(), history: &history };
    let search = Search { history: &history, constraints, place: &place, ground };
    let drawn = search.candidates();
    if drawn.is_empty() {
        return Err(too_short(&history, constraints));
    }
    let judged: Vec<Judged> = drawn.par_iter().map(|candidate| judge(&history, candidate, &money)).collect();
    let compared = judged.len();
    let allowed: Vec<Judged> = judged.iter().filter(|j| j.meets(constraints)).cloned().collect();
    if allowed.is_empty() {
        return Err(refusal(&judged, constraints));
    }
    let mut designs = valued(&history, allowed, constraints)?;
    designs.sort_by(|a, b| b.net.total_cmp(&a.net));
    let mut seen: HashSet<(String, Kind)> = HashSet::new();
    designs.retain(|design| seen.insert((design.channel.clone(), design.kind)));
    let best = instructions((path, fit), &history, &designs[0], constraints);
    Ok(DesignReport {
        schema: DESIGN_SCHEMA.into(),
        tool: Tool { name: "mmm".into(), version: env!("CARGO_PKG_VERSION").into() },
        data: (fit.run.data.file.clone(), fit.run.data.sha256.clone()),
        outcome: fit.outcome.name.clone(),
        in_currency: money.in_currency,
        horizon_weeks: constraints.horizon,
        alpha: constraints.alpha,
        power: constraints.power,
        seed: constraints.seed,
        designs,
        compared,
        best,
        warnings: doubts(fit),
    })
}

/// What is wrong with the fit that the designs rest on.
fn doubts(fit: &Fit) -> Vec<Warning> {
    let failed = fit.diagnostics.verdict == Verdict::Fail;
    let warning = || {
        Warning::new(
            "not_converged",
            "the fit did not converge: do not act on these designs",
            "fit again with more draws (--warmup, --draws)",
        )
    };
    failed.then(warning).into_iter().collect()
}

struct Search<'a> {
    history: &'a History,
    constraints: &'a Constraints,
    place: &'a Place,
    ground: Ground<'a>,
}

/// Sets of geos that were drawn, by channel, number and periods counted.
type Sets = HashMap<(usize, usize, usize), Option<Chosen>>;

impl Search<'_> {
    fn candidates(&self) -> Vec<Candidate> {
        let of = |channel: &usize| {
            let mut sets = Sets::new();
            self.lengths().iter().flat_map(|n| self.of_length(*channel, *n, &mut sets)).collect::<Vec<_>>()
        };
        self.place.channels.par_iter().flat_map_iter(of).collect()
    }

    /// Periods of treatment that are tried.
    fn lengths(&self) -> Vec<usize> {
        let interval = self.history.media.history.interval;
        let most = interval.periods_in(self.constraints.max_weeks);
        let mut lengths: Vec<usize> =
            WEEKS.iter().map(|weeks| interval.periods_in(*weeks)).filter(|n| *n <= most).collect();
        if lengths.is_empty() {
            lengths.push(most);
        }
        lengths.dedup();
        lengths
    }

    fn of_length(&self, channel: usize, treated: usize, sets: &mut Sets) -> Vec<Candidate> {
        let (h, c) = (self.history, self.constraints);
        let lengths = (treated, readout(h, channel));
        let Some(span) = Span::first(h, lengths, c.start, &c.blocked) else { return Vec::new() };
        let one_market = h.media.history.n_geos() == 1;
        let kinds = if one_market { of_market(treated) } else { of_panel(treated) };
        let spends = |g: &usize| usual_spend(h, (channel, *g), span).iter().sum::<f64>() > 0.0;
        let eligible: Vec<usize> = self.place.eligible.iter().copied().filter(spends).collect();
        if eligible.is_empty() || !self.place.must.iter().all(|g| eligible.contains(g)) {
            return Vec::new();
        }
        let mut found = Vec::new();
        for change in kinds {
            let mut by_geo: HashMap<usize, Vec<Vec<f64>>> = HashMap::new();
            for n in self.sizes(&eligible) {
                let chosen = if one_market {
                    self.national((channel, &change), span)
                } else {
                    let key = (channel, n, span.counted());
                    let draw = || {
                        let reads = Reads::Sum(span.counted());
                        self.ground.choose((&eligible, &self.place.must), n, reads, c.seed)
                    };
                    sets.entry(key).or_insert_with(draw).clone()
                };
                let Some(chosen) = chosen else { continue };
                let mut effect = Vec::new();
                let mut usual = vec![0.0; treated];
                for g in &chosen.treated {
                    let of_geo = by_geo.entry(*g).or_insert_with(|| changes(h, (channel, *g), &change, span));
                    add_rows(&mut effect, of_geo);
                    let spend = usual_spend(h, (channel, *g), span);
                    usual.iter_mut().zip(spend).for_each(|(sum, x)| *sum += x);
                }
                found.push(Candidate { channel, change: change.clone(), span, chosen, effect, usual });
            }
        }
        found
    }

    /// Numbers of geos that are treated.
    fn sizes(&self, eligible: &[usize]) -> Vec<usize> {
        let all = self.ground.usable.len();
        if self.history.media.history.n_geos() == 1 {
            return vec![1];
        }
        let most = ((self.constraints.max_treated * all as f64 + 1e-9).floor() as usize)
            .min(all.saturating_sub(UNTREATED))
            .min(eligible.len());
        let shares = SHARES.map(|share| (share * all as f64).round() as usize);
        let mut sizes: Vec<usize> = shares
            .into_iter()
            .chain([most])
            .filter(|n| *n <= most && *n >= self.place.must.len().max(1))
            .collect();
        sizes.sort_unstable();
        sizes.dedup();
        sizes
    }

    fn national(&self, (channel, change): (usize, &Change), span: Span) -> Option<Chosen> {
        let effect = changes(self.history, (channel, 0), change, span);
        let expected = mean_rows(&effect);
        self.ground.choose((&[0], &[0]), 1, Reads::Pattern(&expected), self.constraints.seed)
    }
}

fn add_rows(sum: &mut Vec<Vec<f64>>, rows: &[Vec<f64>]) {
    if sum.is_empty() {
        *sum = rows.to_vec();
        return;
    }
    for (sum, row) in sum.iter_mut().zip(rows) {
        sum.iter_mut().zip(row).for_each(|(a, b)| *a += b);
    }
}

/// Designs with what their readings are worth over the horizon.
fn valued(history: &History, judged: Vec<Judged>, constraints: &Constraints) -> Result<Vec<Design>, Error> {
    let factor = if history.weeks > 0.0 { constraints.horizon / history.weeks } else { 1.0 };
    let curves: Vec<ChannelCurve> =
        history.curves.iter().cloned().map(|curve| curve.scaled(factor)).collect();
    let budget: f64 = curves.iter().map(ChannelCurve::spend).sum();
    let limits = Limits::around_today(curves.len(), DEFAULT_STEP);
    let signals: Vec<_> = judged.iter().map(Judged::signal).collect();
    let values = signal_values(&curves, budget, &limits, &signals)?;
    let with_value = |(judged, value): (Judged, crate::planning::SignalValue)| {
        let mut design = judged.design;
        (design.value, design.p_plan_changes) = (value.expected_gain, value.p_plan_changes);
        design.net = design.value - design.counted_cost();
        design
    };
    Ok(judged.into_iter().zip(values).map(with_value).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_design::judge;

    #[test]
    fn at_most_the_share_that_is_allowed_is_treated_and_all_that_must_be() {
        let mut history = judge::history();
        history.media.history.geos = (0..20).map(|g| format!("g{g}")).collect();
        let sizes = |max_treated: f64, must: usize, eligible: usize| {
            let place =
                Place { channels: vec![0], eligible: (0..eligible).collect(), must: (0..must).collect() };
            let constraints = Constraints { max_treated, ..Constraints::default() };
            let ground = Ground { usable: (0..20).collect(), history: &history };
            let search = Search { history: &history, constraints: &constraints, place: &place, ground };
            search.sizes(&place.eligible)
        };
        assert_eq!(sizes(0.3, 0, 20), [2, 4, 6]);
        assert_eq!(sizes(0.15, 0, 20), [2, 3]);
        assert_eq!(sizes(0.3, 5, 20), [6], "five must be");
        assert_eq!(sizes(0.3, 0, 3), [2, 3], "three may be");
        assert_eq!(sizes(1.0, 0, 20), [2, 4, 17], "three are left to compare with");
    }
}
