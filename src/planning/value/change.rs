//! What another exposure of one channel in one geo changes, period by period.

use super::effect::CarryOver;
use super::media::MediaModel;
use super::weeks::FutureWeeks;

/// A change of what a channel spends in a geo: a multiple of the usual spend in each period after the data.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dosed<'a> {
    /// Channel, by index into the history's.
    pub channel: usize,
    /// Geo.
    pub geo: usize,
    /// Actual over usual spend; 1 in the periods after it.
    pub dose: &'a [f64],
}

/// The change of the outcome at draw `s` in each of the periods, outcome units; the spend before them is carried in.
pub(crate) fn effect_change(model: &MediaModel, weeks: &FutureWeeks, of: Dosed<'_>, s: usize) -> Vec<f64> {
    let Dosed { channel: c, geo: g, dose } = of;
    let draws = &model.draws[c];
    let usual = weeks.repeated(&model.history.channels[c].exposure, g);
    let (saturation, ceiling) = (draws.saturation(s), model.ceiling(c, g, s));
    let carry = CarryOver::new(draws.adstock, draws.retention[s]);
    let history = &model.history.channels[c].exposure[g * model.history.n_periods()..];
    let mut carried = vec![0.0; usual.len()];
    carry.carried::<false>(&history[..model.history.n_periods()], &mut carried);
    let effect = |exposure: &[f64]| {
        let mut a = vec![0.0; exposure.len()];
        carry.apply::<false>(exposure, &mut a);
        a.iter_mut().zip(&carried).for_each(|(a, c)| *a += c);
        let mut h = vec![0.0; exposure.len()];
        saturation.effects::<false>(&a, &mut h);
        h
    };
    let dose = |t: usize| dose.get(t).copied().unwrap_or(1.0);
    let changed: Vec<f64> = usual.iter().enumerate().map(|(t, x)| x * dose(t)).collect();
    effect(&changed).iter().zip(effect(&usual)).map(|(with, without)| ceiling * (with - without)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planning::testdata;

    #[test]
    fn what_a_pause_takes_away_comes_later_too() {
        let model = testdata::model(&[(0.5, 2.0, 1.0)]);
        let weeks = FutureWeeks::of_length(&model, 6);
        let of = |dose: &[f64]| effect_change(&model, &weeks, Dosed { channel: 0, geo: 0, dose }, 0);
        let usual = weeks.repeated(&model.history.channels[0].exposure, 0);
        assert!(usual[0] > 0.0);
        let pause = of(&[0.0, 0.0]);
        assert!(pause[..4].iter().all(|change| *change < 0.0), "{pause:?}");
        assert!(pause[3].abs() < pause[2].abs() && pause[2].abs() < pause[1].abs(), "{pause:?}");
        assert!(of(&[1.0, 1.0]).iter().all(|change| change.abs() < 1e-12));
        assert!(of(&[2.0]).iter().all(|change| *change > 0.0));
    }
}
