//! What a pilot chain learns: the coordinates in which a density is sampled.

use super::coordinates::FactorCoordinates;
use super::coordinates::LevelCoordinates;
use crate::model::design::{ColumnGroup, Design};

/// Coordinates of the parameters whose best ones the data decide. They change how the density is sampled, not
/// what it is.
#[derive(Debug, Clone)]
pub struct Learnt {
    /// Of each channel's geo factors.
    pub factors: Vec<FactorCoordinates>,
    /// Of the shared level, when there is one.
    pub level: Option<LevelCoordinates>,
}

impl Learnt {
    /// Before anything is known.
    pub fn nothing(design: &Design) -> Learnt {
        let (baseline, n) = (&design.baseline, design.n_periods);
        let calendar: &[ColumnGroup] = &baseline.columns[..baseline.n_calendar_columns()];
        let columns = &baseline.all_columns[..calendar.len() * n];
        Learnt {
            factors: vec![FactorCoordinates::unknown(design.n_geos); design.n_channels()],
            level: baseline.weekly_effect.then(|| LevelCoordinates::new(columns, calendar, n)),
        }
    }
}
