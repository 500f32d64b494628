//! Half-saturations that are stated far from any exposure in the data, mostly by a slip of the unit.

use super::finding::{Finding, Severity};
use crate::config::FitConfig;
use crate::data::dataset::{Channel, Dataset};

/// With a slope of 1 an exposure of this many half-saturations has 95 % of the largest effect, and one of this
/// fraction of it 5 %: beyond, nothing in the data is on the bend of the curve.
const FAR: f64 = 20.0;

/// One finding a channel whose stated half-saturation is below a twentieth of its mean active exposure or above
/// twenty times its largest.
pub(super) fn half_saturations(data: &Dataset, config: &FitConfig) -> Vec<Finding> {
    let of = |channel: &Channel| {
        let stated = config.channels.get(&channel.name)?.curve_prior?.half_saturation?;
        let median = stated.log_mean_sd().0.exp();
        let heads = data.heads(&config.model);
        let per_head = |g: usize, x: f64| x / heads.map_or(1.0, |heads| heads[g]);
        let all = channel.exposure.indexed_iter().map(|((g, _), x)| per_head(g, *x));
        let active: Vec<f64> = all.filter(|x| *x > 0.0).collect();
        let largest = active.iter().copied().fold(0.0, f64::max);
        let mean = active.iter().sum::<f64>() / active.len() as f64;
        let (period, name) = (data.interval.noun(), &channel.name);
        let seen = if median * FAR < mean {
            format!(
                "far below the {} of its average active {period}: all of its effect is saturated",
                amount(mean)
            )
        } else if median > largest * FAR && largest > 0.0 {
            format!(
                "far above the {} of its largest {period}: none of its effect is saturated",
                amount(largest)
            )
        } else {
            return None;
        };
        let unit = if heads.is_some() { ", per head" } else { "" };
        Some(Finding {
            severity: Severity::Warning,
            code: "half_saturation_far".into(),
            message: format!("half-saturation of `{name}` is expected at {}, {seen}", amount(median)),
            hint: Some(format!("give it in `{}` per {period}{unit}", channel.exposure_column)),
        })
    };
    data.channels.iter().filter_map(of).collect()
}

/// Three digits, for numbers of any size.
fn amount(value: f64) -> String {
    if (0.01..1e6).contains(&value) {
        let decimals = (2.0 - value.log10().floor()).max(0.0) as usize;
        format!("{value:.decimals$}")
    } else {
        format!("{value:.2e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{ChannelConfig, CurvePrior, LogNormalPrior};
    use crate::data::testdata;

    fn found(median: f64, population: Option<Vec<f64>>) -> Vec<Finding> {
        let data = Dataset { population, ..testdata::dataset() };
        let half_saturation = Some(LogNormalPrior::Median { median, sd_log: 0.3 });
        let curve_prior = Some(CurvePrior { half_saturation, ..CurvePrior::default() });
        let mut config = FitConfig::default();
        config = config
            .with(|c| {
                c.channels.insert("tv".into(), ChannelConfig { curve_prior, ..ChannelConfig::default() });
            })
            .unwrap();
        half_saturations(&data, &config)
    }

    #[test]
    fn a_half_saturation_in_another_unit_is_noticed() {
        // tv averages about 60 a week and reaches 100.
        assert_eq!(found(90.0, None), []);
        let low = found(0.14, None).remove(0);
        assert!(
            low.message.starts_with("half-saturation of `tv` is expected at 0.140, far below the 59.7"),
            "{low:?}"
        );
        assert_eq!(low.hint.as_deref(), Some("give it in `tv_spend` per week"));
        let high = found(1e5, None).remove(0);
        assert!(high.message.contains("100000, far above the 99.9 of its largest week"), "{high:?}");
    }

    #[test]
    fn it_is_per_head_where_exposure_is() {
        let heads = || Some(vec![1000.0, 2000.0]);
        assert_eq!(found(0.06, heads()), []);
        let total = found(90.0, heads()).remove(0);
        assert_eq!(total.hint.as_deref(), Some("give it in `tv_spend` per week, per head"));
    }
}
