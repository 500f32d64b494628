//! A media model built by hand for the tests.

use chrono::{Days, NaiveDate};

use crate::config::{Adstock, SaturationFamily};
use crate::data::Interval;
use crate::planning::value::media::{MediaDraws, MediaModel};
use crate::posterior::{ChannelMedia, MediaHistory};

/// Two channels, `tv` and `search`, in one market over 20 weeks from 2024-01-01; each draw is
/// (retention, K, slope) of both, with ceilings 10 and 20.
pub(crate) fn model(draws: &[(f64, f64, f64)]) -> MediaModel {
    let first = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap_or_default();
    let channel = |name: &str, high: f64| {
        let spend: Vec<f64> = (0..20).map(|t| if t % 3 == 0 { high } else { 1.0 }).collect();
        let spend_column = format!("{name}_spend");
        ChannelMedia { name: name.into(), spend_column, ended: false, exposure: spend.clone(), spend }
    };
    let of = |coefficient: f64| MediaDraws {
        adstock: Adstock::default(),
        retention: draws.iter().map(|d| d.0).collect(),
        slow: Vec::new(),
        family: SaturationFamily::Hill,
        half_saturation: draws.iter().map(|d| d.1).collect(),
        slope: draws.iter().map(|d| d.2).collect(),
        coefficient: vec![coefficient; draws.len()],
        geo_factor: vec![vec![1.0; draws.len()]],
    };
    MediaModel {
        history: MediaHistory {
            dates: (0..20).map(|t| first + Days::new(7 * t)).collect(),
            interval: Interval::Weekly,
            geos: vec!["national".into()],
            outcome_scale: vec![10.0],
            value_per_outcome: vec![1.0; 20],
            fitted: vec![true; 20],
            pace: vec![1.0],
            channels: vec![channel("tv", 5.0), channel("search", 2.0)],
        },
        draws: vec![of(1.0), of(2.0)],
    }
}
