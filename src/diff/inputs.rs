//! What went into two fits: which of data, roles, settings, version and seed differ.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::units::Units;
use crate::data::{Dataset, ExperimentFile};
use crate::report::{DataReport, Fit};

/// Every way in which the inputs of two fits differ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InputDiff {
    /// The data.
    pub data: DataDiff,
    /// Column roles that differ.
    pub roles: Vec<Difference>,
    /// Settings that differ, the seed apart.
    pub config: Vec<Difference>,
    /// Lift tests that differ; absent when they do not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub experiments: Option<ExperimentDiff>,
    /// Seeds, when they differ: old and new.
    pub seed: Option<[u64; 2]>,
    /// Versions of mmm, when they differ: old and new.
    pub version: Option<[String; 2]>,
}

/// Lift tests before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExperimentDiff {
    /// File names as given, old and new; null where there was none.
    pub file: [Option<String>; 2],
    /// SHA-256 of the files.
    pub sha256: [Option<String>; 2],
    /// Tests only in the new fit, or told otherwise there.
    pub added: Vec<String>,
    /// Tests only in the old fit, or told otherwise there.
    pub dropped: Vec<String>,
}

impl ExperimentDiff {
    fn of(old: Option<&ExperimentFile>, new: Option<&ExperimentFile>) -> Option<ExperimentDiff> {
        let none = ExperimentFile::default();
        let sides = [old, new];
        let (added, dropped) = old.unwrap_or(&none).changes(new.unwrap_or(&none));
        let sha256 = sides.map(|side| side.map(|file| file.sha256.clone()));
        let file = sides.map(|side| side.map(|file| file.file.clone()));
        (sha256[0] != sha256[1] || !(added.is_empty() && dropped.is_empty())).then_some(ExperimentDiff {
            file,
            sha256,
            added,
            dropped,
        })
    }
}

/// One setting before and after, in words; null where it was not set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Difference {
    /// Its name, such as `model.noise`.
    pub key: String,
    /// In the old fit.
    pub old: Option<String>,
    /// In the new fit.
    pub new: Option<String>,
}

/// The data before and after; pairs are old and new.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DataDiff {
    /// File names as given.
    pub file: [String; 2],
    /// SHA-256 of the files.
    pub sha256: [String; 2],
    /// Data rows in the files.
    pub rows: [usize; 2],
    /// First day of the first period.
    #[schemars(with = "[String; 2]")]
    pub first: [NaiveDate; 2],
    /// First day of the last period.
    #[schemars(with = "[String; 2]")]
    pub last: [NaiveDate; 2],
    /// Days in a period, when they differ: 1, 7, or 30.4375 for months.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval_days: Option<[f64; 2]>,
    /// Periods only in the new fit; null when the periods are of different length.
    pub periods_added: Option<usize>,
    /// Periods only in the old fit; null when the periods are of different length.
    pub periods_dropped: Option<usize>,
    /// Geos only in the new fit.
    pub geos_added: Vec<String>,
    /// Geos only in the old fit.
    pub geos_dropped: Vec<String>,
    /// Periods of both fits whose numbers differ.
    pub restated: Restated,
}

/// Periods of both fits whose numbers differ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Restated {
    /// How many; null when it cannot be told.
    pub periods: Option<usize>,
    /// Why it cannot be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The earliest of them.
    #[schemars(with = "Option<String>")]
    pub first: Option<NaiveDate>,
    /// The latest of them.
    #[schemars(with = "Option<String>")]
    pub last: Option<NaiveDate>,
    /// By column; filled in when both data files are at hand.
    pub columns: Vec<ColumnRestated>,
}

/// Restated cells of one column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ColumnRestated {
    /// What it is, such as `spend of tv`.
    pub column: String,
    /// Cells that differ.
    pub cells: usize,
    /// First day of the earliest of them.
    #[schemars(with = "String")]
    pub first: NaiveDate,
    /// Sum over the cells that differ: old and new.
    pub total: [f64; 2],
}

impl InputDiff {
    /// Compares what two fits say of their inputs.
    pub(super) fn of(old: &Fit, new: &Fit) -> InputDiff {
        let (o, n) = (&old.run, &new.run);
        let mut config = differences(&o.config, &n.config);
        config.retain(|d| d.key != "sampler.seed");
        let mut roles = differences(&o.roles, &n.roles);
        // A column without a role decides nothing.
        roles.retain(|d| d.key != "left_out");
        InputDiff {
            data: DataDiff::of(old, new, roles.is_empty()),
            roles,
            config,
            experiments: ExperimentDiff::of(o.experiments.as_ref(), n.experiments.as_ref()),
            seed: (o.seed != n.seed).then_some([o.seed, n.seed]),
            version: (old.tool.version != new.tool.version)
                .then(|| [old.tool.version.clone(), new.tool.version.clone()]),
        }
    }
}

impl DataDiff {
    fn of(old: &Fit, new: &Fit, same_roles: bool) -> DataDiff {
        let other_periods = Units::of_fit(old).other_periods(&Units::of_fit(new));
        let (old, new) = (&old.run.data, &new.run.data);
        let (before, after) = (periods(old), periods(new));
        let only = |a: &[NaiveDate], b: &[NaiveDate]| {
            let b: BTreeSet<_> = b.iter().collect();
            other_periods.is_none().then(|| a.iter().filter(|d| !b.contains(d)).count())
        };
        let missing = |a: &[String], b: &[String]| a.iter().filter(|g| !b.contains(g)).cloned().collect();
        DataDiff {
            file: [old.file.clone(), new.file.clone()],
            sha256: [old.sha256.clone(), new.sha256.clone()],
            rows: [old.rows, new.rows],
            first: [old.first, new.first],
            last: [old.last, new.last],
            interval_days: other_periods.is_some().then_some([old.interval_days, new.interval_days]),
            periods_added: only(&after, &before),
            periods_dropped: only(&before, &after),
            geos_added: missing(&new.geo_names, &old.geo_names),
            geos_dropped: missing(&old.geo_names, &new.geo_names),
            restated: match other_periods {
                Some(reason) => Restated::unknown(&reason),
                None => restated((old, &before), (new, &after), same_roles),
            },
        }
    }
}

/// Calendar dates of a fit's periods.
fn periods(data: &DataReport) -> Vec<NaiveDate> {
    // No fit has more; a file that claims so is damaged.
    let n = data.periods.min(100_000) as u32;
    (0..n).filter_map(|i| data.interval().later(data.first, i)).collect()
}

impl Restated {
    fn nothing() -> Restated {
        Restated { periods: Some(0), reason: None, first: None, last: None, columns: Vec::new() }
    }

    fn unknown(reason: &str) -> Restated {
        Restated { periods: None, reason: Some(reason.into()), ..Restated::nothing() }
    }
}

fn restated(
    (old, before): (&DataReport, &[NaiveDate]),
    (new, after): (&DataReport, &[NaiveDate]),
    same_roles: bool,
) -> Restated {
    if old.sha256 == new.sha256 && same_roles {
        return Restated::nothing();
    }
    if !same_roles {
        return Restated::unknown("the fits read different columns");
    }
    if old.period_digests.len() != before.len() || new.period_digests.len() != after.len() {
        return Restated::unknown("a fit was written by a version that kept no fingerprints");
    }
    let known: BTreeMap<_, _> = before.iter().zip(&old.period_digests).collect();
    let differ = |(date, digest): &(&NaiveDate, &String)| known.get(date).is_some_and(|d| d != digest);
    let dates: Vec<NaiveDate> =
        after.iter().zip(&new.period_digests).filter(differ).map(|(d, _)| *d).collect();
    Restated {
        periods: Some(dates.len()),
        first: dates.first().copied(),
        last: dates.last().copied(),
        ..Restated::nothing()
    }
}

/// Leaves of two JSON objects that differ.
fn differences(old: &impl Serialize, new: &impl Serialize) -> Vec<Difference> {
    let (mut before, mut after) = (BTreeMap::new(), BTreeMap::new());
    leaves("", &serde_json::to_value(old).unwrap_or_default(), &mut before);
    leaves("", &serde_json::to_value(new).unwrap_or_default(), &mut after);
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let differ = keys.into_iter().filter(|k| before.get(*k) != after.get(*k));
    differ
        .map(|k| Difference { key: k.clone(), old: before.get(k).cloned(), new: after.get(k).cloned() })
        .collect()
}

fn leaves(path: &str, value: &Value, out: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            leaves(&path, value, out);
        }),
        Value::Null => {}
        Value::Array(items) => {
            let words: Vec<String> = items.iter().map(word).collect();
            out.insert(path.into(), if words.is_empty() { "none".into() } else { words.join(", ") });
        }
        leaf => {
            out.insert(path.into(), word(leaf));
        }
    }
}

fn word(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Cells in the periods and geos of both data sets that differ, by column.
pub fn restated_columns(old: &Dataset, new: &Dataset) -> Vec<ColumnRestated> {
    let place = |names: &[NaiveDate], d: &NaiveDate| names.binary_search(d).ok();
    let cells: Vec<([usize; 2], [usize; 2])> = (0..old.n_geos())
        .filter_map(|g| Some((g, new.geos.iter().position(|name| *name == old.geos[g])?)))
        .flat_map(|(g, h)| {
            let both = move |t: usize| Some(([g, t], [h, place(&new.dates, &old.dates[t])?]));
            (0..old.n_periods()).filter_map(both).collect::<Vec<_>>()
        })
        .collect();
    let mut found = Vec::new();
    let mut compare = |column: String, a: &dyn Fn([usize; 2]) -> f64, b: &dyn Fn([usize; 2]) -> f64| {
        let differ = cells.iter().filter(|(i, j)| a(*i).to_bits() != b(*j).to_bits() && a(*i) != b(*j));
        let differ: Vec<_> = differ.collect();
        let Some(first) = differ.iter().map(|(i, _)| old.dates[i[1]]).min() else { return };
        let known = |x: f64| if x.is_nan() { 0.0 } else { x };
        let total =
            [differ.iter().map(|(i, _)| known(a(*i))).sum(), differ.iter().map(|(_, j)| known(b(*j))).sum()];
        found.push(ColumnRestated { column, cells: differ.len(), first, total });
    };
    let outcome = |data: &Dataset, at: [usize; 2]| {
        if data.outcome.observed[at] { data.outcome.values[at] } else { f64::NAN }
    };
    compare(format!("outcome {}", old.outcome.name), &|i| outcome(old, i), &|j| outcome(new, j));
    for channel in &old.channels {
        let Some(twin) = new.channels.iter().find(|c| c.name == channel.name) else { continue };
        if !channel.is_organic() && !twin.is_organic() {
            let column = format!("spend of {}", channel.name);
            compare(column, &|i| channel.spend[i], &|j| twin.spend[j]);
        }
        if channel.spend != channel.exposure {
            let column = format!("exposure of {}", channel.name);
            compare(column, &|i| channel.exposure[i], &|j| twin.exposure[j]);
        }
    }
    for control in &old.controls {
        let Some(twin) = new.controls.iter().find(|c| c.name == control.name) else { continue };
        compare(format!("control {}", control.name), &|i| control.values[i], &|j| twin.values[j]);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Noise;
    use crate::data::ExperimentRow;
    use crate::report::testdata;
    use crate::report::testdata::Parts;

    #[test]
    fn every_kind_of_difference_is_named() {
        let old = testdata::fit();
        assert_eq!(InputDiff::of(&old, &old).config, []);
        let mut new = old.clone();
        new.run.config = new.run.config.with(|c| c.model.noise = Noise::White).unwrap();
        new.run.config = new.run.config.with(|c| c.sampler.seed += 1).unwrap();
        new.run.seed += 1;
        new.tool.version = "9.0.0".into();
        new.run.data.sha256 = "cd".repeat(32);
        new.run.data.periods += 2;
        new.run.data.period_digests.extend(["a".into(), "b".into()]);
        new.run.data.period_digests[3] = "restated".into();
        let diff = InputDiff::of(&old, &new);
        assert_eq!(diff.config.len(), 1);
        let noise = &diff.config[0];
        assert_eq!(
            (noise.key.as_str(), noise.old.as_deref(), noise.new.as_deref()),
            ("model.noise", Some("ar1"), Some("white"))
        );
        assert_eq!((diff.data.periods_added, diff.data.periods_dropped), (Some(2), Some(0)));
        assert_eq!(diff.data.restated.periods, Some(1));
        assert_eq!(diff.data.restated.first, Some(old.run.data.first + chrono::Days::new(21)));
        assert!(diff.seed.is_some() && diff.version.is_some());
        new.run.roles.controls.push("promo".into());
        let diff = InputDiff::of(&old, &new);
        assert_eq!(diff.roles[0].key, "controls");
        assert_eq!(diff.data.restated.periods, None);
    }

    #[test]
    fn tests_added_and_dropped_are_named() {
        let mut old = testdata::fit();
        let row = |id: &str| ExperimentRow {
            row: 2,
            cells: [("id".to_owned(), id.to_owned())].into_iter().collect(),
        };
        let file = |sha256: &str, ids: &[&str]| ExperimentFile {
            file: "experiments.csv".into(),
            sha256: sha256.into(),
            rows: ids.iter().map(|id| row(id)).collect(),
            ..ExperimentFile::default()
        };
        old.run.experiments = Some(file("a", &["one", "two"]));
        assert_eq!(InputDiff::of(&old, &old).experiments, None);
        let mut new = old.clone();
        new.run.experiments = Some(file("b", &["two", "three"]));
        let found = InputDiff::of(&old, &new).experiments.unwrap();
        assert_eq!(
            (&found.added[..], &found.dropped[..]),
            (&["three".to_owned()][..], &["one".to_owned()][..])
        );
        new.run.experiments = None;
        let found = InputDiff::of(&old, &new).experiments.unwrap();
        assert_eq!((found.file[1].clone(), found.dropped.len()), (None, 2));
    }

    #[test]
    fn days_are_no_periods_of_months() {
        let old = testdata::fit();
        let mut new = old.clone();
        (new.run.data.interval_days, new.run.data.sha256) = (30.4375, "cd".repeat(32));
        let data = InputDiff::of(&old, &new).data;
        assert_eq!((data.periods_added, data.periods_dropped), (None, None));
        assert_eq!((data.restated.periods, data.interval_days), (None, Some([7.0, 30.4375])));
        assert_eq!(data.restated.reason.as_deref(), Some("the periods were weeks and are months now"));
    }

    #[test]
    fn restated_cells_are_counted_by_column() {
        let old = Parts::new().dataset;
        let mut new = old.clone();
        assert_eq!(restated_columns(&old, &new), []);
        new.channels[0].spend[[0, 2]] += 5.0;
        new.outcome.values[[0, 1]] += 1.0;
        new.outcome.values[[0, 4]] += 1.0;
        let found = restated_columns(&old, &new);
        assert_eq!((found[0].cells, found[0].first), (2, old.dates[1]));
        let spend = found.iter().find(|c| c.column.starts_with("spend")).unwrap();
        assert!((spend.total[1] - spend.total[0] - 5.0).abs() < 1e-9);
    }
}
