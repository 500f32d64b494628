//! The groups of ArviZ: posterior, sample_stats, log_likelihood, posterior_predictive, observed_data.

use chrono::NaiveDate;
use netcdf_writer::{NcAttrValue, NcFileBuilder, NcWriteFormat, NcWriteOptions, Result};

use super::writer::{Coordinate, Group};
use crate::export::content::{Computed, Content};
use crate::export::format::labels::{Dimension, Labels};
use crate::posterior::Pointwise;
use crate::sampler::Chain;
use crate::store::Draws;

/// The file's bytes, and what is not in it.
pub fn encode(content: &Content) -> Result<(Vec<u8>, Vec<String>)> {
    let mut builder = NcFileBuilder::new();
    for (key, value) in content.provenance.pairs() {
        builder.add_attribute(key, NcAttrValue::Chars(value))?;
    }
    let mut left_out = Vec::new();
    match &content.draws {
        Some(draws) => posterior(&mut builder, content, draws)?,
        None => left_out.push("posterior: draws.parquet is not beside fit.json".to_owned()),
    }
    let seen = Seen::of(content);
    observed(&mut builder, &seen)?;
    match &content.computed {
        Some(computed) => {
            sample_stats(&mut builder, computed)?;
            pointwise(&mut builder, &computed.pointwise, &seen)?;
        }
        None => left_out.extend(
            ["sample_stats", "log_likelihood", "posterior_predictive"]
                .map(|group| format!("{group}: a fit does not keep it; --data FILE computes it again")),
        ),
    }
    let (_, bytes) = builder.to_vec(NcWriteOptions { format: NcWriteFormat::Nc4 })?;
    Ok((bytes, left_out))
}

fn posterior(builder: &mut NcFileBuilder, content: &Content, draws: &Draws) -> Result<()> {
    let run = &content.fit.run;
    let mut group =
        Group::new(builder, "posterior", "draws of every parameter, and of what each channel did")?;
    group.dimension("chain", &counted(run.chains))?;
    group.dimension("draw", &counted(run.draws))?;
    let n = run.chains * run.draws;
    let names = draws.names().filter(|name| !["chain", "draw"].contains(name));
    for variable in Labels::of(&content.fit).variables(names) {
        let mut along = vec!["chain", "draw"];
        for dimension in &variable.dimensions {
            label(&mut group, dimension)?;
            along.push(&dimension.name);
        }
        let columns: Vec<Option<&[f64]>> =
            variable.columns.iter().map(|column| draws.get(column.as_deref()?)).collect();
        // Draw by draw, the places of each together. A place without draws is NaN, as xarray has it.
        let values: Vec<f64> =
            (0..n).flat_map(|s| columns.iter().map(move |c| c.map_or(f64::NAN, |draws| draws[s]))).collect();
        // A dimension has its labels under its name, so its coefficients need another.
        let of_dimension = variable.dimensions.iter().any(|dimension| dimension.name == variable.name);
        let name = if of_dimension { format!("{}_effect", variable.name) } else { variable.name };
        group.numbers(&name, &along, &values, None)?;
    }
    Ok(())
}

/// A dimension with the kind of labels that it has: days, whole numbers or names.
fn label(group: &mut Group<'_>, dimension: &Dimension) -> Result<()> {
    let labels = &dimension.labels;
    let days: Option<Vec<NaiveDate>> = labels.iter().map(|label| label.parse().ok()).collect();
    let whole: Option<Vec<i64>> = labels.iter().map(|label| label.parse().ok()).collect();
    let generic = ["channel", "control", "geo"].contains(&dimension.name.as_str());
    match (days, whole) {
        (Some(days), _) if !generic => group.dimension(&dimension.name, &Coordinate::Days(&days)),
        (_, Some(whole)) if !generic => group.dimension(&dimension.name, &Coordinate::Whole(whole)),
        _ => group.dimension(&dimension.name, &Coordinate::Names(labels)),
    }
}

fn counted(n: usize) -> Coordinate<'static> {
    Coordinate::Whole((0..n as i64).collect())
}

/// The observations that were fitted, period by period.
struct Seen {
    dates: Vec<NaiveDate>,
    geos: Option<Vec<String>>,
    outcome: Vec<f64>,
}

impl Seen {
    fn of(content: &Content) -> Seen {
        let weekly = &content.weekly;
        let series = |name: &str| weekly.series.iter().find(|(n, _)| n == name).map(|(_, values)| values);
        let held_out = |i: usize| series("held_out").is_some_and(|flags| flags[i] == Some(1.0));
        let value = |i: usize| series("outcome").and_then(|values| values[i]).filter(|_| !held_out(i));
        let rows: Vec<usize> = (0..weekly.dates.len()).filter(|i| value(*i).is_some()).collect();
        Seen {
            dates: rows.iter().map(|i| weekly.dates[*i]).collect(),
            geos: weekly.geos.as_ref().map(|geos| rows.iter().map(|i| geos[*i].clone()).collect()),
            outcome: rows.iter().filter_map(|i| value(*i)).collect(),
        }
    }

    /// Those in the likelihood.
    fn only(&self, fitted: &[bool]) -> Seen {
        let kept = || fitted.iter().enumerate().filter(|(_, f)| **f).map(|(i, _)| i);
        Seen {
            dates: kept().map(|i| self.dates[i]).collect(),
            geos: self.geos.as_ref().map(|geos| kept().map(|i| geos[i].clone()).collect()),
            outcome: kept().map(|i| self.outcome[i]).collect(),
        }
    }

    /// One dimension of observations with their dates and geos: a panel may have holes.
    fn dimension(&self, group: &mut Group<'_>) -> Result<()> {
        group.dimension("obs", &counted(self.outcome.len()))?;
        group.labels("date", &["obs"], &Coordinate::Days(&self.dates))?;
        match &self.geos {
            Some(geos) => group.labels("geo", &["obs"], &Coordinate::Names(geos)),
            None => Ok(()),
        }
    }

    fn beside(&self) -> Option<&'static str> {
        Some(if self.geos.is_some() { "date geo" } else { "date" })
    }
}

fn observed(builder: &mut NcFileBuilder, seen: &Seen) -> Result<()> {
    let mut group = Group::new(builder, "observed_data", "the outcomes that were fitted")?;
    seen.dimension(&mut group)?;
    group.numbers("outcome", &["obs"], &seen.outcome, seen.beside())
}

/// Densities and predictions of every observation, at every so many draws.
fn pointwise(builder: &mut NcFileBuilder, found: &Pointwise, seen: &Seen) -> Result<()> {
    let all = vec![true; found.fitted.len()];
    let groups = [
        (
            "log_likelihood",
            "ln p(y_i | all other outcomes, parameters), outcome units: what leave-one-out needs of outcomes that \
             depend on each other",
            &found.log_likelihood,
            seen.only(&found.fitted),
        ),
        ("posterior_predictive", "outcomes drawn from the model", &found.predictive, seen.only(&all)),
    ];
    for (name, about, values, seen) in groups {
        let mut group = Group::new(builder, name, about)?;
        group.dimension("chain", &counted(found.n_chains))?;
        group.dimension("draw", &Coordinate::Whole(found.draws.iter().map(|d| *d as i64).collect()))?;
        seen.dimension(&mut group)?;
        group.numbers("outcome", &["chain", "draw", "obs"], values, seen.beside())?;
    }
    Ok(())
}

/// Statistics of the transition that led to each kept draw; `diverging` counts those between two kept draws too.
fn sample_stats(builder: &mut NcFileBuilder, computed: &Computed) -> Result<()> {
    let (chains, thin) = (&computed.chains, computed.thin);
    let n = chains.first().map_or(0, |chain| chain.log_density.len());
    let mut group = Group::new(builder, "sample_stats", "statistics of the sampler, NUTS")?;
    group.dimension("chain", &counted(chains.len()))?;
    group.dimension("draw", &counted(n))?;
    let along = ["chain", "draw"];
    let last = |values: &dyn Fn(&Chain, usize) -> f64| -> Vec<f64> {
        chains
            .iter()
            .flat_map(|c| (0..n).map(|s| values(c, s * thin + thin - 1)).collect::<Vec<_>>())
            .collect()
    };
    let lp: Vec<f64> = chains.iter().flat_map(|c| c.log_density.iter().copied()).collect();
    group.numbers("lp", &along, &lp, None)?;
    group.numbers("energy", &along, &last(&|c, i| c.energy[i]), None)?;
    group.numbers("tree_depth", &along, &last(&|c, i| f64::from(c.depth[i])), None)?;
    group.numbers("acceptance_rate", &along, &last(&|c, i| c.accept[i]), None)?;
    group.numbers("step_size", &along, &last(&|c, _| c.step_size), None)?;
    let diverging: Vec<bool> = chains
        .iter()
        .flat_map(|c| c.divergent.chunks(thin).take(n).map(|some| some.iter().any(|d| *d)))
        .collect();
    group.flags("diverging", &along, &diverging)
}
