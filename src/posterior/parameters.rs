//! Names and natural-scale values of the model's parameters at one draw.

use crate::config::Noise;
use crate::data::Dataset;
use crate::model::{ColumnGroup, Density, EffectScale, State, Theta};

/// Names in the order that [`values`] fills; `true` for parameters that NUTS samples.
pub fn names(density: &Density, data: &Dataset) -> Vec<(String, bool)> {
    let (design, layout) = (&density.design, &density.layout);
    let mut names = Vec::new();
    let mut add = |name: String| names.push((name, true));
    for (channel, at) in design.media.channels.iter().zip(&layout.channels) {
        let name = &channel.name;
        if at.retention.is_some() {
            add(format!("retention[{name}]"));
        }
        add(format!("half_saturation[{name}]"));
        if at.slope.is_some() {
            add(format!("slope[{name}]"));
        }
        add(match channel.scale {
            EffectScale::Roi => format!("roi[{name}]"),
            EffectScale::MarginalRoi => format!("marginal_roi[{name}]"),
            EffectScale::Share => format!("outcome_share[{name}]"),
        });
        if at.geo.is_some() {
            add(format!("geo_spread[{name}]"));
            data.geos.iter().for_each(|geo| add(format!("geo_factor[{name},{geo}]")));
        }
    }
    if layout.trend_scale.is_some() {
        add("trend_scale".into());
    }
    if layout.season_scale.is_some() {
        add("season_scale".into());
    }
    for (name, at) in ["trend", "season", "control"].iter().zip(layout.geo_scale) {
        if at.is_some() {
            add(format!("geo_{name}_scale"));
        }
    }
    if design.n_geos > 1 {
        data.geos.iter().for_each(|geo| add(format!("sigma[{geo}]")));
    } else {
        add("sigma".into());
    }
    if design.baseline.noise == Noise::Ar1 {
        add("autocorrelation".into());
    }
    if design.baseline.weekly_effect {
        add("weekly_scale".into());
        data.dates.iter().for_each(|date| add(format!("weekly[{date}]")));
    }
    let mut index = [0; 2];
    for column in &design.baseline.columns {
        let name = match column {
            ColumnGroup::Intercept => "intercept".into(),
            ColumnGroup::Trend => {
                index[0] += 1;
                format!("trend[{}]", index[0])
            }
            ColumnGroup::Season => {
                index[1] += 1;
                format!("season[{}]", index[1])
            }
            ColumnGroup::Control(j) => format!("control[{}]", data.controls[*j].name),
        };
        names.push((name, false));
    }
    names.extend(design.media.channels.iter().map(|c| (format!("coefficient[{}]", c.name), false)));
    names
}

/// Values in the order of [`names`]; `shared` holds the baseline coefficients γ.
pub fn values(density: &Density, state: &State, shared: &[f64], out: &mut Vec<f64>) {
    sampled(density, &state.theta, out);
    out.extend(shared);
    // β where the geo factor is 1: a cell brings outcome scale · coefficient · geo factor · h.
    out.extend(&state.media.unit);
}

/// Values at `q` of the parameters that NUTS samples, which come first in [`names`]: no media are computed.
pub fn sampled_values(density: &Density, state: &mut State, q: &[f64], out: &mut Vec<f64>) {
    state.theta.decode(q, &density.design, &density.layout);
    sampled(density, &state.theta, out);
}

fn sampled(density: &Density, theta: &Theta, out: &mut Vec<f64>) {
    let (design, layout) = (&density.design, &density.layout);
    let n_geos = design.n_geos;
    for (c, at) in layout.channels.iter().enumerate() {
        if at.retention.is_some() {
            out.push(theta.retention[c]);
        }
        out.push(half_saturation(density, theta, c));
        if at.slope.is_some() {
            out.push(theta.slope[c]);
        }
        out.push(theta.ln_effect[c].exp());
        if at.geo.is_some() {
            out.push(theta.geo_spread[c]);
            out.extend(&theta.geo_factor[c * n_geos..(c + 1) * n_geos]);
        }
    }
    if layout.trend_scale.is_some() {
        out.push(theta.trend_scale);
    }
    if layout.season_scale.is_some() {
        out.push(theta.season_scale);
    }
    out.extend(layout.geo_scale.iter().zip(theta.geo_scale).filter(|(at, _)| at.is_some()).map(|(_, s)| s));
    out.extend(&theta.sigma);
    if design.baseline.noise == Noise::Ar1 {
        out.push(theta.phi);
    }
    if design.baseline.weekly_effect {
        out.push(theta.weekly_scale);
        out.extend(&theta.weekly);
    }
}

/// K of channel `c` in exposure units per period (per head when scaled by population), mean over the geos in which
/// it ran.
pub fn half_saturation(density: &Density, theta: &Theta, c: usize) -> f64 {
    theta.ln_half_saturation[c].exp() * density.design.media.channels[c].exposure_scale.mean
}
