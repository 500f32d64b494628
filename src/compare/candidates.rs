//! The models that are compared: the usual ones, or those of a file.

use std::path::Path;

use crate::config::{
    Adstock, Drift, FitConfig, LoadOptions, RawConfig, RawData, RawExperiments, SaturationFamily,
    UncheckedConfig, parse_models,
};
use crate::data::{Dataset, settle};
use crate::error::Error;

/// A model by its name.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// For people; short.
    pub name: String,
    /// All of its settings.
    pub config: FitConfig,
}

/// Weeks between the knots of the calmer trend.
const CALM_KNOTS: f64 = 26.0;

/// Weeks that tell a yearly drift from season and trend even where the last year is forecast.
const DRIFT_WEEKS: f64 = 156.0;

impl Candidate {
    /// The model of these settings, named by what channels do that say nothing of their own.
    fn told(config: &FitConfig) -> Candidate {
        let model = &config.model;
        Candidate { name: format!("{}, {}", model.adstock, model.saturation), config: config.clone() }
    }

    /// The same with another shape of all channels that say nothing of their own.
    fn with_shape(
        told: &FitConfig,
        adstock: Adstock,
        saturation: SaturationFamily,
    ) -> Result<Candidate, Error> {
        let change = |c: &mut UncheckedConfig| {
            (c.model.adstock, c.model.saturation) = (adstock, saturation);
            for own in c.channels.values_mut().filter(|own| own.saturation.is_none()) {
                own.slope = own.slope.filter(|_| saturation.has_slope());
            }
        };
        Ok(Candidate::told(&told.with(change)?))
    }
}

/// The model as it is told, then the usual others: carry-over that peaks late, saturation that is concave throughout,
/// both, a part that lasts for months, a calmer trend,
/// and effects that change from year to year where the data have `weeks` enough to tell. No two are alike.
///
/// # Errors
/// Settings of a channel that another family cannot have.
pub fn default_candidates(told: &FitConfig, weeks: f64) -> Result<Vec<Candidate>, Error> {
    let (late, geometric) = (Adstock::Pascal { r: 2 }, Adstock::default());
    let (hill, logistic) = (SaturationFamily::Hill, SaturationFamily::Logistic);
    let dual = (Adstock::Dual, hill);
    let calm = told.with(|c| c.model.trend_knot_weeks = Some(CALM_KNOTS))?;
    let mut candidates = vec![Candidate::told(told)];
    for (adstock, saturation) in
        [(geometric, hill), (late, hill), (geometric, logistic), (late, logistic), dual]
    {
        candidates.push(Candidate::with_shape(told, adstock, saturation)?);
    }
    let named = Candidate::told(&calm);
    candidates.push(Candidate { name: format!("{}, calm trend", named.name), ..named });
    if weeks >= DRIFT_WEEKS {
        let drifting = told.with(|c| c.model.drift = Drift::Yearly)?;
        let named = Candidate::told(&drifting);
        candidates.push(Candidate { name: format!("{}, yearly drift", named.name), ..named });
    }
    let mut different: Vec<Candidate> = Vec::with_capacity(candidates.len());
    for candidate in candidates {
        if different.iter().all(|other| other.config != candidate.config) {
            different.push(candidate);
        }
    }
    Ok(different)
}

/// The model as it is told, then those of a file: a table a model, `[NAME]`, with the keys of settings files that
/// differ, such as `[late.model]` with `adstock = { kind = "pascal", r = 2 }`.
///
/// # Errors
/// A file that cannot be read, is empty, or says what no settings file may, and roles of columns, which all models
/// share.
pub fn read_candidates(
    path: &Path,
    told: (&RawConfig, &FitConfig),
    (data, load): (&Dataset, &LoadOptions),
) -> Result<Vec<Candidate>, Error> {
    let file = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|source| Error::Io {
        action: "cannot read",
        path: path.to_owned(),
        source,
    })?;
    let wrong = |problem: String, hint: &str| Error::Config {
        file: Some(file.clone()),
        line: None,
        problem,
        hint: Some(hint.to_owned()),
    };
    let mut candidates = vec![Candidate { name: "as told".to_owned(), config: told.1.clone() }];
    for (name, own) in parse_models(&file, &text)? {
        if own.data != RawData::default() || own.experiments != RawExperiments::default() {
            let problem = format!("model `{name}` speaks of data or experiments");
            return Err(wrong(problem, "all models share them: say it with flags or --config"));
        }
        let resolved = told.0.clone().overridden_by(own).resolve(RawConfig::default())?;
        candidates.push(Candidate { name, config: settle(resolved.fit, data, load)? });
    }
    if candidates.len() == 1 {
        return Err(wrong("it holds no model".to_owned(), "add a table a model, or leave --models out"));
    }
    Ok(candidates)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_models_are_all_different_and_the_told_one_is_first() {
        let usual = default_candidates(&FitConfig::default(), 156.0).unwrap();
        let names: Vec<&str> = usual.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "geometric, hill",
                "pascal:2, hill",
                "geometric, logistic",
                "pascal:2, logistic",
                "dual, hill",
                "geometric, hill, calm trend",
                "geometric, hill, yearly drift"
            ]
        );
        let told = FitConfig::default().with(|c| c.model.saturation = SaturationFamily::Logistic).unwrap();
        let usual = default_candidates(&told, 100.0).unwrap();
        assert_eq!((usual.len(), usual[0].name.as_str()), (6, "geometric, logistic"));
        assert_eq!(usual[0].config, told);
    }

    #[test]
    fn a_fixed_slope_stays_where_there_is_one() {
        let told =
            FitConfig::default().with(|c| c.channels.entry("tv".into()).or_default().slope = Some(1.0));
        for candidate in default_candidates(&told.unwrap(), 156.0).unwrap() {
            let slope = candidate.config.channels["tv"].slope;
            assert_eq!(slope.is_some(), candidate.config.model.saturation.has_slope(), "{}", candidate.name);
        }
    }
}
