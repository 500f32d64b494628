//! A series of a channel whose effect drifts, taken back to one whose effect does not: what the drift multiplies is
//! moved from the effects to what they are weighted with.

/// One series and its weights, the drift moved from one to the others.
pub(super) struct Drifted {
    /// h.
    pub(super) effect: Vec<f64>,
    /// Drift times the derivative by the predicted outcome.
    pub(super) by_media: Vec<f64>,
    /// Drift times the weight.
    pub(super) weight: Vec<f64>,
    /// Drift times what other terms add.
    pub(super) others: Option<Vec<f64>>,
}

impl Drifted {
    /// Of `effect`, which has the `drift` in it.
    pub(super) fn new(
        drift: &[f64],
        effect: &[f64],
        (by_media, weight): (&[f64], &[f64]),
        others: Option<&[f64]>,
    ) -> Drifted {
        Drifted {
            effect: without(drift, effect),
            by_media: times(drift, by_media),
            weight: times(drift, weight),
            others: others.map(|others| times(drift, others)),
        }
    }
}

/// Effects without the drift that is in them.
pub(crate) fn without(drift: &[f64], effect: &[f64]) -> Vec<f64> {
    effect.iter().zip(drift).map(|(h, d)| h / d).collect()
}

/// Values times the drift.
pub(crate) fn times(drift: &[f64], values: &[f64]) -> Vec<f64> {
    values.iter().zip(drift).map(|(x, d)| x * d).collect()
}
