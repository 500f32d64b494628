//! Which channels follow a control, and are credited with what the control measures badly.

use ndarray::Array2;

use super::credit::relative;
use crate::data::checks::centring::centred;
use crate::data::dataset::Dataset;

/// |r| from which a control may be a proxy of what drives spend too. Chance reaches it once in five hundred
/// pairs of independent series of three years of weeks.
const RELATED: f64 = 0.25;
/// |r| from which a channel is said to follow a control closely: half of the variance in common.
const CLOSE: f64 = 0.707;

/// A channel whose exposure moves with a control that is measured on a scale.
#[derive(Debug, Clone, PartialEq)]
pub struct Follower {
    /// Channel name.
    pub channel: String,
    /// Control name.
    pub control: String,
    /// Pearson correlation of what is left when means by geo are gone, and those by period where the model
    /// compares geos in the same period.
    pub correlation: f64,
}

impl Follower {
    /// Whether the channel follows the control closely.
    pub fn is_close(&self) -> bool {
        self.correlation.abs() >= CLOSE
    }
}

/// Every channel with every control that it follows, in the order of the data; `weekly_effect` tells whether a
/// panel's model has an effect of each period.
pub fn followers(data: &Dataset, weekly_effect: bool) -> Vec<Follower> {
    let vary =
        |values: Array2<f64>| centred(values, &data.outcome.observed, weekly_effect && data.n_geos() > 1);
    let measured = data.controls.iter().filter(|c| !c.binary);
    let controls: Vec<_> = measured.filter_map(|c| Some((&c.name, vary(c.values.clone())?))).collect();
    let mut found = Vec::new();
    for channel in &data.channels {
        let Some(exposure) = vary(relative(data, &channel.exposure)) else { continue };
        for (control, values) in &controls {
            let correlation = (&exposure * values).sum();
            if correlation.abs() >= RELATED {
                let (channel, control) = (channel.name.clone(), (*control).clone());
                found.push(Follower { channel, control, correlation });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::testdata;

    #[test]
    fn a_channel_that_follows_a_measured_control_is_named() {
        let mut data = testdata::dataset();
        assert_eq!(followers(&data, true), []);
        let newsletter = data.channels[2].exposure.clone();
        let mut control = data.controls[0].clone();
        (control.name, control.values) = ("readers".into(), &newsletter * -3.0);
        data.controls.push(control);
        assert_eq!(followers(&data, true), [], "a 0/1 control measures nothing");
        data.controls[1].binary = false;
        let found = followers(&data, true);
        assert_eq!(
            (found.len(), found[0].channel.as_str(), found[0].control.as_str()),
            (1, "newsletter", "readers")
        );
        assert!((found[0].correlation + 1.0).abs() < 1e-12 && found[0].is_close(), "{found:?}");
    }

    /// In two geos of five periods, what moves both alike is no sign; what moves one of them is.
    #[test]
    fn in_a_panel_only_what_differs_between_geos_counts() {
        let mut data = testdata::dataset();
        let (common, local) = ([1.0, 4.0, 2.0, 5.0, 3.0], [2.0, -1.0, 3.0, -1.0, -3.0]);
        let rows = |second: [f64; 5]| {
            let row = |g: usize, t: usize| if g == 0 { common[t] } else { second[t] };
            Array2::from_shape_fn((2, 5), |(g, t)| row(g, t))
        };
        let both = std::array::from_fn(|t| common[t] + 0.5 * local[t]);
        data.outcome.observed = Array2::from_elem((2, 5), true);
        data.channels.truncate(1);
        data.channels[0].exposure = rows(both);
        data.controls.truncate(1);
        data.controls[0].binary = false;
        data.controls[0].values = rows(common);
        assert_eq!(followers(&data, true), [], "the same in both geos");
        assert!(!followers(&data, false).is_empty(), "periods have no effect that would take it");
        data.controls[0].values = rows(both.map(|x| 10.0 + x));
        assert!((followers(&data, true)[0].correlation - 1.0).abs() < 1e-12);
        // A row without an outcome counts for nothing, whatever it holds.
        data.outcome.observed[[1, 4]] = false;
        data.controls[0].values[[1, 4]] = -1e6;
        assert!(followers(&data, true)[0].correlation > 0.8);
    }
}
