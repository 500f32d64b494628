//! Refits with one control's reliability falling.

use super::moves::{Move, best_changes, outcome};
use crate::config::{ControlConfig, FitConfig};
use crate::data::{Dataset, Experiments, Follower};
use crate::error::Error;
use crate::fit::{Fit, sampled};
use crate::model::{Calibration, Design};
use crate::planning::channel_curves;
use crate::posterior;
use crate::posterior::Summary;
use crate::report::{ChannelSensitivity, RefitLength, ReliabilityLevel, ReliabilitySweep};
use crate::sampler::Progress;

/// Reliabilities that every sweep has: 0.7 is what psychometrics calls barely acceptable (Nunnally 1978).
const LEVELS: [f64; 4] = [1.0, 0.9, 0.8, 0.7];

/// Reliabilities in use that differ by less are the same but for rounding.
const SAME: f64 = 1e-9;

/// What all sweeps share.
pub struct Task<'a> {
    /// The fit itself.
    pub fit: &'a Fit,
    /// Its data.
    pub data: &'a Dataset,
    /// Its settings.
    pub config: &'a FitConfig,
    /// The tests it was told, which the refits are told too.
    pub tests: &'a Experiments,
    /// The move that it recommends.
    pub recommended: Option<&'a Move>,
    /// Length of the refits.
    pub length: RefitLength,
}

impl Task<'_> {
    /// The sweep of one control.
    ///
    /// # Errors
    /// As a fit.
    pub fn run(
        &self,
        control: &str,
        followers: &[Follower],
        progress: &dyn Progress,
    ) -> Result<ReliabilitySweep, Error> {
        let config = self.config.controls.get(control).copied().unwrap_or_default();
        let used_by_fit = self.used(&self.fit.density.design, control).unwrap_or(config.reliability);
        // What the fit made of an assumption is the reliability that it has.
        let own = if config.assumed { used_by_fit } else { config.reliability };
        let same = |a: f64, b: f64| (a - b).abs() < SAME;
        let mut levels = LEVELS.to_vec();
        levels.retain(|level| !same(*level, own));
        levels.push(own);
        levels.sort_by(|a, b| b.total_cmp(a));
        let mut found: Vec<ReliabilityLevel> = Vec::with_capacity(levels.len());
        for level in levels {
            if level == own {
                found.push(ReliabilityLevel { is_the_fit: true, ..self.level(self.fit, control, level)? });
                continue;
            }
            let settings = self.settings(control, level)?;
            let used = self.used(&Design::new(self.data, &settings)?, control).unwrap_or(level);
            // Below what the other columns predict, one reliability is as good as another.
            let refit = match found.last() {
                _ if same(used, used_by_fit) => self.level(self.fit, control, level)?,
                Some(last) if same(used, last.used) => {
                    ReliabilityLevel { reliability: level, ..last.clone() }
                }
                _ => self.level(&sampled(self.data, &settings, self.tests, progress)?, control, level)?,
            };
            found.push(ReliabilityLevel { is_the_fit: false, ..refit });
        }
        let following = followers.iter().filter(|f| f.control == control);
        Ok(ReliabilitySweep {
            control: control.into(),
            followed_by: following.map(|f| f.channel.clone()).collect(),
            contradicted: self.calibration(&self.fit.density.design, control).is_some_and(|c| c.contradicted),
            levels: found,
        })
    }

    fn settings(&self, control: &str, reliability: f64) -> Result<FitConfig, Error> {
        self.config.with(|config| {
            config.controls.insert(control.into(), ControlConfig::told(reliability));
            let sampler = &mut config.sampler;
            (sampler.chains, sampler.warmup, sampler.draws) =
                (self.length.chains, Some(self.length.warmup), Some(self.length.draws));
        })
    }

    /// Reliability in use; `None` for a control that is taken as it is.
    fn used(&self, design: &Design, control: &str) -> Option<f64> {
        self.calibration(design, control).map(|c| c.used)
    }

    fn calibration<'d>(&self, design: &'d Design, control: &str) -> Option<&'d Calibration> {
        design.baseline.calibrations.iter().find(|c| self.data.controls[c.control].name == control)
    }

    fn level(&self, fit: &Fit, control: &str, reliability: f64) -> Result<ReliabilityLevel, Error> {
        let curves = channel_curves(posterior::curve_draws(&fit.posterior))?;
        let paid = fit.posterior.channels.iter().filter_map(|c| Some((c, c.roi.as_ref()?)));
        let channels = paid.zip(best_changes(&curves)?).map(|((c, roi), change)| ChannelSensitivity {
            name: c.name.clone(),
            roi: Summary::of(roi),
            change,
        });
        Ok(ReliabilityLevel {
            reliability,
            used: self.used(&fit.density.design, control).unwrap_or(reliability),
            is_the_fit: false,
            verdict: fit.diagnostics.verdict,
            channels: channels.collect(),
            recommended_move: self.recommended.map(|m| m.gain(&curves)).transpose()?.as_deref().map(outcome),
        })
    }
}
