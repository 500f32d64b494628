//! Which channels follow a control closely, and are credited with what the control measures badly.

use super::collinearity::{Collinearity, collinearity};
use super::dataset::Dataset;

/// |r| from which a channel is said to follow a control: half of the variance in common.
const CLOSE: f64 = 0.707;

/// A channel whose exposure moves with a control that is measured on a scale.
#[derive(Debug, Clone, PartialEq)]
pub struct Follower {
    /// Channel name.
    pub channel: String,
    /// Control name.
    pub control: String,
    /// Pearson correlation within geos.
    pub correlation: f64,
}

/// Every channel with every control that it follows, in the order of the data.
pub fn followers(data: &Dataset) -> Vec<Follower> {
    among(data, &collinearity(data))
}

/// The same from correlations already known.
pub(super) fn among(data: &Dataset, found: &Collinearity) -> Vec<Follower> {
    let measured = |name: &str| data.controls.iter().any(|c| c.name == name && !c.binary);
    let controls: Vec<usize> =
        (found.n_channels..found.names.len()).filter(|i| measured(&found.names[*i])).collect();
    let pair = |c: usize, i: usize| Follower {
        channel: found.names[c].clone(),
        control: found.names[i].clone(),
        correlation: found.correlation[[c, i]],
    };
    (0..found.n_channels)
        .flat_map(|c| controls.iter().map(move |i| pair(c, *i)))
        .filter(|f| f.correlation.abs() >= CLOSE)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::testdata;

    #[test]
    fn a_channel_that_follows_a_measured_control_is_named() {
        let mut data = testdata::dataset();
        assert_eq!(followers(&data), []);
        let search = data.channels[1].exposure.clone();
        let mut control = data.controls[0].clone();
        (control.name, control.values) = ("query".into(), &search * -3.0);
        data.controls.push(control);
        assert_eq!(followers(&data), [], "a 0/1 control measures nothing");
        data.controls[1].binary = false;
        let found = followers(&data);
        assert_eq!(
            (found.len(), found[0].channel.as_str(), found[0].control.as_str()),
            (1, "search", "query")
        );
        assert!((found[0].correlation + 1.0).abs() < 1e-12, "{found:?}");
    }
}
