//! All parameters: the list of blocks, in the order of their coordinates.

use rand_distr::{Distribution, StandardNormal};

use super::accumulator::Accumulator;
use super::baseline_scales::BaselineScales;
use super::carry_over::CarryOver;
use super::drawing::Drawing;
use super::effect::{DriftBlock, EffectBlock};
use super::gap::GapBlock;
use super::geo_factors::GeoFactors;
use super::label::Visit;
use super::learnt::Learnt;
use super::level::LevelBlock;
use super::noise::NoiseBlock;
use super::numbering::Numbering;
use super::saturation::SaturationBlock;
use crate::model::design::{ChannelDesign, Design};
use crate::model::returns::Returns;
use crate::model::theta::{LikelihoodGradient, Theta};

/// Blocks of parameters. Coordinates shared by all geos come first.
#[derive(Debug, Clone)]
pub struct Layout {
    /// Dimension of the vector.
    pub dim: usize,
    /// Coordinates shared by all geos; the ones after them belong to one geo or period each.
    pub n_global: usize,
    /// Per channel.
    pub channels: Vec<ChannelBlocks>,
    /// Of the baseline's coefficients.
    pub scales: BaselineScales,
    /// Of the noise.
    pub noise: NoiseBlock,
    /// The shared level of a panel with a weekly effect.
    pub level: Option<LevelBlock>,
    /// What is known of good coordinates.
    pub learnt: Learnt,
}

/// Blocks of one channel.
#[derive(Debug, Clone, Copy)]
pub struct ChannelBlocks {
    /// α.
    pub carry_over: CarryOver,
    /// K and S.
    pub saturation: SaturationBlock,
    /// ROI or what stands for it.
    pub effect: EffectBlock,
    /// How it changes over the data.
    pub drift: DriftBlock,
    /// δ, where an experiment speaks of the channel.
    pub gap: GapBlock,
    /// Panels only.
    pub geo: Option<GeoFactors>,
}

impl ChannelBlocks {
    fn number(channel: &ChannelDesign, n_geos: usize, next: &mut Numbering) -> ChannelBlocks {
        ChannelBlocks {
            carry_over: CarryOver::number(channel, next),
            saturation: SaturationBlock::number(channel, next),
            effect: EffectBlock::number(channel, next),
            drift: DriftBlock::number(channel, next),
            gap: GapBlock::number(channel, next),
            geo: (n_geos > 1).then(|| GeoFactors::number(n_geos, next)),
        }
    }
}

impl Layout {
    /// Numbers the parameters of a design.
    pub fn new(design: &Design) -> Layout {
        let learnt = Learnt::nothing(design);
        let (n_geos, mut next) = (design.n_geos, Numbering::default());
        let mut channels: Vec<ChannelBlocks> =
            design.media.channels.iter().map(|c| ChannelBlocks::number(c, n_geos, &mut next)).collect();
        let scales = BaselineScales::number(&design.baseline, &mut next);
        let mut noise = NoiseBlock::number(&design.baseline, &mut next);
        let mut level = learnt.level.as_ref().map(|level| LevelBlock::number(level, &mut next));
        let n_global = next.take(0);
        noise.number_geos(n_geos, &mut next);
        channels.iter_mut().filter_map(|c| c.geo.as_mut()).for_each(|geo| geo.number_geos(&mut next));
        if let Some(level) = &mut level {
            level.number_periods(design.n_periods, &mut next);
        }
        Layout { dim: next.take(0), n_global, channels, scales, noise, level, learnt }
    }

    /// Channels whose effects share the prior of returns.
    pub fn pooled(&self) -> impl Iterator<Item = usize> {
        (0..self.channels.len()).filter(|c| self.channels[*c].effect.is_pooled())
    }

    fn of_channels<'a>(
        &'a self,
        design: &'a Design,
    ) -> impl Iterator<Item = (&'a ChannelBlocks, (usize, &'a ChannelDesign))> {
        self.channels.iter().zip(design.media.channels.iter().enumerate())
    }

    /// Fills in the parameters at an unconstrained point.
    pub fn decode(&self, q: &[f64], design: &Design, theta: &mut Theta) {
        for (blocks, channel) in self.of_channels(design) {
            blocks.carry_over.decode(q, channel.0, theta);
            blocks.saturation.decode(q, channel, theta);
            blocks.effect.decode(q, channel.0, &design.media.pool, theta);
            blocks.drift.decode(q, channel, theta);
            blocks.gap.decode(q, channel.0, theta);
            if let Some(geo) = blocks.geo {
                geo.decode(q, channel.0, &self.learnt.factors[channel.0], theta);
            }
        }
        self.scales.decode(q, theta);
        self.noise.decode(q, theta);
        if let (Some(level), Some(coordinates)) = (self.level, &self.learnt.level) {
            level.decode(q, coordinates, theta);
        }
    }

    /// Log prior at `q`, whose parameters are `theta`, with the Jacobian of the transforms, up to a constant. `grad`
    /// receives the gradient of the prior plus that of the likelihood carried through the transforms; `returns` is
    /// the shared prior at `q`.
    pub fn prior_and_chain_rule(
        &self,
        (q, theta): (&[f64], &Theta),
        design: &Design,
        by: &LikelihoodGradient,
        returns: &Returns,
        grad: &mut [f64],
    ) -> f64 {
        let mut p = Accumulator { q, grad, log_density: 0.0 };
        // The shared prior is of the causal effects: its derivative is that by δ, too.
        let mut by_causal = returns.gradient.iter();
        for (blocks, channel) in self.of_channels(design) {
            blocks.carry_over.prior(&mut p, channel, theta, by);
            blocks.saturation.prior(&mut p, channel, theta, by);
            let mut of_causal = blocks.effect.prior(&mut p, channel.0, theta, by);
            if blocks.effect.is_pooled() {
                of_causal = by_causal.next().copied().unwrap_or(0.0);
            }
            blocks.drift.prior(&mut p, channel, theta, by);
            blocks.gap.prior(&mut p, channel, theta, by, of_causal);
            if let Some(geo) = blocks.geo {
                geo.prior(&mut p, (channel.0, &self.learnt.factors[channel.0]), theta, by);
            }
        }
        EffectBlock::shared_prior(&mut p, self.pooled().map(|c| self.channels[c].effect), returns);
        let of_level = match (self.level, &self.learnt.level) {
            (Some(level), Some(coordinates)) => level.prior(&mut p, coordinates, theta, by),
            _ => [0.0; 2],
        };
        self.scales.prior(&mut p, theta, by, of_level);
        self.noise.prior(&mut p, theta, by);
        p.log_density
    }

    /// Draws the parameters from their prior but the shared level, which depends on the baseline; returns the scales
    /// of the calendar and of the geos' deviations.
    pub(crate) fn draw<R: rand::Rng>(&self, design: &Design, draw: &mut Drawing<R>) -> ([f64; 2], [f64; 3]) {
        let pool = &design.media.pool;
        let mut pooled = pool.draw(draw.rng).into_iter();
        for (blocks, (c, channel)) in self.of_channels(design) {
            blocks.carry_over.draw(channel, draw);
            blocks.saturation.draw(channel, draw);
            blocks.drift.draw(channel, draw);
            let gap = blocks.gap.draw(channel, draw);
            blocks.effect.draw(pool, &mut pooled, gap, draw);
            if let Some(geo) = blocks.geo {
                geo.draw(&self.learnt.factors[c], draw);
            }
        }
        let scales = self.scales.draw(draw);
        self.noise.draw(draw);
        scales
    }

    /// Draws the shared level given the coefficients γ in `shared` and the scales of the calendar; returns uₜ, empty
    /// without a weekly effect.
    pub(crate) fn draw_level<R: rand::Rng>(
        &self,
        design: &Design,
        given: (&[f64], [f64; 2]),
        draw: &mut Drawing<R>,
    ) -> Vec<f64> {
        match (self.level, &self.learnt.level) {
            (Some(level), Some(coordinates)) => level.draw(design, coordinates, given, draw),
            _ => Vec::new(),
        }
    }

    /// A starting point near the middle of the prior, jittered so that chains differ.
    pub fn start<R: rand::Rng>(&self, design: &Design, rng: &mut R) -> Vec<f64> {
        let mut q: Vec<f64> = (0..self.dim)
            .map(|_| {
                let jitter: f64 = StandardNormal.sample(rng);
                0.2 * jitter
            })
            .collect();
        for (blocks, (_, channel)) in self.of_channels(design) {
            blocks.carry_over.start(channel, &mut q);
        }
        self.noise.start(&mut q);
        if let (Some(level), Some(coordinates)) = (self.level, &self.learnt.level) {
            level.start(design, coordinates, self.scales.calendar(&q), &mut q);
        }
        q
    }

    /// Names and natural-scale values of all parameters, one after the other.
    pub fn visit<'a>(&self, design: &'a Design, theta: &Theta, visit: &mut impl Visit<'a>) {
        for (blocks, channel) in self.channels.iter().zip(design.media.channels.iter().enumerate()) {
            let (c, name) = (channel.0, channel.1.name.as_str());
            blocks.carry_over.visit(name, c, theta, visit);
            blocks.saturation.visit(channel, theta, visit);
            blocks.effect.visit(channel, theta, visit);
            blocks.drift.visit(name, c, theta, visit);
            blocks.gap.visit(name, c, theta, visit);
            if let Some(geo) = blocks.geo {
                geo.visit(name, c, theta, visit);
            }
        }
        self.scales.visit(theta, visit);
        self.noise.visit(theta, visit);
        if let Some(level) = self.level {
            level.visit(theta, visit);
        }
    }
}
