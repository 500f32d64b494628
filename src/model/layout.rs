//! Which unconstrained coordinate is which parameter.

use super::design::Design;
use super::learnt::Learnt;
use super::pool::PooledPrior;
use crate::config::{Adstock, Noise};

/// ln σ_g about its centre: sd of the location, and scale of the spread between geos, which is not below
/// what T = 156 periods resolve.
const SIGMA_LOCATION: f64 = 1.0;
const SIGMA_SPREAD: f64 = 0.5;
const LEAST_SIGMA_SPREAD: f64 = 0.05;

/// Positions in the unconstrained vector. Parameters shared by all geos come first.
#[derive(Debug, Clone)]
pub struct Layout {
    /// Dimension of the vector.
    pub dim: usize,
    /// Coordinates shared by all geos; the ones after them belong to one geo or period each.
    pub n_global: usize,
    /// Per channel.
    pub channels: Vec<ChannelLayout>,
    /// Standardised prior scales of trend increments and seasonality; `None` when there is no such column.
    pub trend_scale: Option<usize>,
    /// See `trend_scale`.
    pub season_scale: Option<usize>,
    /// Standardised scales of geo deviations: trend, season, controls (panels only).
    pub geo_scale: [Option<usize>; 3],
    /// σ of the single geo, or of each of many.
    pub sigma: SigmaLayout,
    /// logit of the autocorrelation, bent.
    pub phi: Option<usize>,
    /// The shared level of a panel with a weekly effect.
    pub weekly: Option<WeeklyLayout>,
    /// What is known of good coordinates.
    pub learnt: Learnt,
    /// Prior of ln σ_g, less its centre, over the geos of a panel.
    pub(super) sigma_pool: PooledPrior,
}

/// Coordinates of one channel.
#[derive(Debug, Clone)]
pub struct ChannelLayout {
    /// logit α, bent.
    pub retention: Option<usize>,
    /// ln K less its prior mean, times √(S² + the prior median of S²); standardised ln K when S is fixed.
    pub half_saturation: usize,
    /// Standardised ln S.
    pub slope: Option<usize>,
    /// ln effect: standardised by the channel's own prior, or bent about the centre of the shared one.
    pub effect: usize,
    /// sd of the channel's own prior of ln effect; `None` when pooled.
    pub effect_sd: Option<f64>,
    /// Standardised η and the first of G ln factors, standardised given η (panels only).
    pub geo: Option<(usize, usize)>,
}

/// Coordinates of the shared level, rotated so that the span of the calendar columns comes first: along
/// it geo deviations leave the level uncertain, across it every period is pinned down on its own.
#[derive(Debug, Clone, Copy)]
pub struct WeeklyLayout {
    /// Standardised ln σ_u.
    pub ln_scale: usize,
    /// First coordinate along the span, among those shared by all geos.
    pub span: usize,
    /// First coordinate across it.
    pub rest: usize,
    /// Dimension of the span.
    pub rank: usize,
}

/// Coordinates of the noise scale.
#[derive(Debug, Clone, Copy)]
pub enum SigmaLayout {
    /// Standardised σ.
    Single(usize),
    /// First of G values ln σ_g, less the prior's centre.
    Pooled {
        /// First of G.
        first: usize,
    },
}

impl Layout {
    /// Channels whose effects share the prior of returns.
    pub fn pooled(&self) -> impl Iterator<Item = usize> {
        (0..self.channels.len()).filter(|c| self.channels[*c].effect_sd.is_none())
    }

    /// Numbers the parameters of a design.
    pub fn new(design: &Design) -> Layout {
        let learnt = Learnt::nothing(design);
        let mut next = 0;
        let mut take = |n: usize| {
            next += n;
            next - n
        };
        let panel = design.n_geos > 1;
        let mut channels: Vec<ChannelLayout> = design
            .media
            .channels
            .iter()
            .map(|c| ChannelLayout {
                retention: (c.adstock != Adstock::None).then(|| take(1)),
                half_saturation: take(1),
                slope: c.fixed_slope.is_none().then(|| take(1)),
                effect: take(1),
                effect_sd: c.prior.map(|(_, sd)| sd),
                geo: panel.then(|| (take(1), 0)),
            })
            .collect();
        let has = |group| design.baseline.columns.contains(&group);
        use super::design::ColumnGroup::{Control, Season, Trend};
        let trend_scale = has(Trend).then(|| take(1));
        let season_scale = has(Season).then(|| take(1));
        let geo_scale =
            [has(Trend), has(Season), has(Control(0))].map(|present| (panel && present).then(|| take(1)));
        let sigma = if panel { SigmaLayout::Pooled { first: 0 } } else { SigmaLayout::Single(take(1)) };
        let phi = (design.baseline.noise == Noise::Ar1).then(|| take(1));
        let weekly = learnt.level.as_ref().map(|level| {
            let rank = level.rank();
            WeeklyLayout { ln_scale: take(1), span: take(rank), rest: 0, rank }
        });
        let n_global = take(0);
        let sigma = match sigma {
            SigmaLayout::Pooled { .. } => SigmaLayout::Pooled { first: take(design.n_geos) },
            single => single,
        };
        for channel in &mut channels {
            channel.geo = channel.geo.map(|(eta, _)| (eta, take(design.n_geos)));
        }
        let weekly = weekly.map(|w| WeeklyLayout { rest: take(design.n_periods - w.rank), ..w });
        Layout {
            dim: take(0),
            n_global,
            channels,
            trend_scale,
            season_scale,
            geo_scale,
            sigma,
            phi,
            weekly,
            learnt,
            sigma_pool: PooledPrior::new(design.n_geos, SIGMA_LOCATION, SIGMA_SPREAD, LEAST_SIGMA_SPREAD),
        }
    }
}
