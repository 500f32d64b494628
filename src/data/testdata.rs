//! A small data set built by hand for the tests: 2 geos × 20 weeks, two paid channels and an organic one.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use ndarray::Array2;

use super::{Channel, Control, Dataset, Interval, Outcome, OutcomeKind, Roles, Source};

pub(crate) const GEOS: usize = 2;
pub(crate) const WEEKS: usize = 20;

fn dates() -> Vec<NaiveDate> {
    let first = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap();
    (0..WEEKS).map(|t| first + Days::new(7 * t as u64)).collect()
}

fn matrix(f: impl Fn(usize, usize) -> f64) -> Array2<f64> {
    Array2::from_shape_fn((GEOS, WEEKS), |(g, t)| f(g, t))
}

pub(crate) fn dataset() -> Dataset {
    let channel = |name: &str, spend: Option<&str>, exposure: Array2<f64>| Channel {
        name: name.into(),
        spend_column: spend.map(Into::into),
        exposure_column: spend.unwrap_or(name).into(),
        spend: if spend.is_some() { exposure.clone() } else { Array2::zeros((GEOS, WEEKS)) },
        exposure,
    };
    Dataset {
        source: Source {
            file: "data.csv".into(),
            sha256: "ab".repeat(32),
            rows: GEOS * WEEKS,
            ..Source::default()
        },
        dates: dates(),
        interval: Interval::Weekly,
        geos: vec!["north".into(), "south, \"deep\"".into()],
        outcome: Outcome {
            name: "revenue".into(),
            kind: OutcomeKind::Revenue,
            values: matrix(|g, t| 1000.0 * (g + 1) as f64 + 10.0 * t as f64),
            observed: Array2::from_elem((GEOS, WEEKS), true),
            revenue_per_outcome: None,
        },
        present: Array2::from_elem((GEOS, WEEKS), true),
        population: None,
        channels: vec![
            channel("tv", Some("tv_spend"), matrix(|_, t| 60.0 + 40.0 * (t as f64 * 1.3).sin())),
            channel("search", Some("search_spend"), matrix(|_, t| 30.0 + 20.0 * (t as f64 * 0.7).cos())),
            channel("newsletter", None, matrix(|g, t| if (t + g) % 4 == 0 { 5.0 } else { 0.0 })),
        ],
        controls: vec![Control {
            name: "promo".into(),
            values: matrix(|_, t| (t % 5 == 0) as u8 as f64),
            binary: true,
        }],
        unused: Vec::new(),
        roles: Roles {
            date: "date".into(),
            outcome: "revenue".into(),
            geo: Some("geo".into()),
            channels: vec!["tv_spend".into(), "search_spend".into()],
            exposure: BTreeMap::new(),
            organic: vec!["newsletter".into()],
            controls: vec!["promo".into()],
            left_out: vec!["notes".into()],
            ..Roles::default()
        },
    }
}
