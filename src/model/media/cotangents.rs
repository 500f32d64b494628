//! What terms of the likelihood other than the observation add to the gradient through the media.

use crate::transform::saturation::ShapeGradient;

/// Derivatives of the log likelihood by the parameters of one channel.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ChannelGradient {
    pub(super) shape: ShapeGradient,
    pub(super) ln_effect: f64,
}

/// One entry per channel that such terms speak of.
#[derive(Debug, Clone, Default)]
pub struct Cotangents {
    channels: Vec<Option<ChannelCotangents>>,
}

impl Cotangents {
    /// Room for the channels in `spoken_of`, of so many geos and periods.
    pub fn new(spoken_of: &[usize], n_geos: usize, n_periods: usize) -> Cotangents {
        let n = spoken_of.iter().max().map_or(0, |last| last + 1);
        let mut channels = vec![None; n];
        for c in spoken_of {
            channels[*c] = Some(ChannelCotangents::new(n_geos, n_periods));
        }
        Cotangents { channels }
    }

    /// Of channel `c`, if any term speaks of it.
    pub fn of(&self, c: usize) -> Option<&ChannelCotangents> {
        self.channels.get(c)?.as_ref()
    }

    /// The same, to be added to.
    pub fn of_mut(&mut self, c: usize) -> Option<&mut ChannelCotangents> {
        self.channels.get_mut(c)?.as_mut()
    }

    /// Back to zero.
    pub fn clear(&mut self) {
        self.channels.iter_mut().flatten().for_each(ChannelCotangents::clear);
    }
}

/// Of one channel.
#[derive(Debug, Clone)]
pub struct ChannelCotangents {
    /// By β of each geo, whatever β depends on: what that brings is worked out in the reverse sweep.
    pub by_beta: Vec<f64>,
    /// By the parameters of the shape, directly, as a [`super::Counterfactual`] gives them.
    pub shape: ShapeGradient,
    /// By the logarithm of the drift in each period, directly.
    pub by_ln_drift: Vec<f64>,
    by_effect: Vec<f64>,
    touched: Vec<bool>,
    n_periods: usize,
}

impl ChannelCotangents {
    fn new(n_geos: usize, n_periods: usize) -> ChannelCotangents {
        ChannelCotangents {
            by_beta: vec![0.0; n_geos],
            shape: ShapeGradient::default(),
            by_ln_drift: vec![0.0; n_periods],
            by_effect: vec![0.0; n_geos * n_periods],
            touched: vec![false; n_geos],
            n_periods,
        }
    }

    /// By the effects h of geo `g` in all periods, to be added to.
    pub fn by_effect_mut(&mut self, g: usize) -> &mut [f64] {
        self.touched[g] = true;
        &mut self.by_effect[g * self.n_periods..(g + 1) * self.n_periods]
    }

    /// By the effects h of geo `g`, where any term added some.
    pub(super) fn by_effect(&self, g: usize) -> Option<&[f64]> {
        self.touched[g].then(|| &self.by_effect[g * self.n_periods..(g + 1) * self.n_periods])
    }

    fn clear(&mut self) {
        self.by_beta.fill(0.0);
        self.shape = ShapeGradient::default();
        self.by_ln_drift.fill(0.0);
        for (g, series) in self.by_effect.chunks_exact_mut(self.n_periods).enumerate() {
            if std::mem::take(&mut self.touched[g]) {
                series.fill(0.0);
            }
        }
    }
}
