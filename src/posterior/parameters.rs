//! Names and natural-scale values of the model's parameters at one draw.

use crate::data::Dataset;
use crate::model::{
    ChannelDesign, ColumnGroup, Density, Label, State, gap_label, half_saturation, reference_label,
};

/// Every parameter with its value at the point of the last evaluation in `state`, in the order of the files: those
/// that NUTS samples, then the baseline coefficients γ in `shared`, the channels' coefficients and the `gaps` δ that
/// are drawn afterwards.
fn visit<'a>(
    density: &'a Density,
    state: &State,
    (shared, gaps): (&[f64], &[f64]),
    sampled: &mut impl FnMut(Label<'a>, f64),
    computed: &mut impl FnMut(Label<'a>, f64),
) {
    let design = &density.design;
    density.layout.visit(design, &state.theta, sampled);
    let (mut trends, mut seasons) = (0, 0);
    for (column, gamma) in design.baseline.columns.iter().zip(shared) {
        let label = match column {
            ColumnGroup::Intercept => Label::One("intercept"),
            ColumnGroup::Trend => {
                trends += 1;
                Label::Numbered("trend", trends)
            }
            ColumnGroup::Season => {
                seasons += 1;
                Label::Numbered("season", seasons)
            }
            ColumnGroup::Control(j) => Label::OfControl("control", *j),
        };
        computed(label, *gamma);
    }
    // β where the geo factor is 1: a cell brings outcome scale · coefficient · geo factor · h.
    for (channel, beta) in design.media.channels.iter().zip(&state.media.unit) {
        computed(coefficient(&channel.name), *beta);
    }
    for (c, channel) in design.media.channels.iter().enumerate() {
        if let Some(label) = reference_label(channel) {
            computed(label, half_saturation(channel, &state.theta, c));
        }
    }
    let drawn = |channel: &ChannelDesign| !channel.gap.is_none() && !channel.samples_gap();
    for (channel, gap) in design.media.channels.iter().zip(gaps).filter(|(channel, _)| drawn(channel)) {
        computed(gap_label(&channel.name), *gap);
    }
}

fn coefficient(channel: &str) -> Label<'_> {
    Label::OfChannel("coefficient", channel)
}

/// The column of a stored fit with the draws of a channel's coefficient.
pub fn coefficient_column(channel: &str) -> String {
    format!("coefficient[{channel}]")
}

/// Names in the order of [`values`]; `true` for parameters that NUTS samples.
pub fn names(density: &Density, data: &Dataset) -> Vec<(String, bool)> {
    let shared = vec![0.0; density.design.baseline.n_columns()];
    let (mut sampled, mut computed) = (Vec::new(), Vec::new());
    visit(
        density,
        &density.state(),
        (&shared, &vec![0.0; density.design.n_channels()]),
        &mut |label, _| sampled.push((label.text(data), true)),
        &mut |label, _| computed.push((label.text(data), false)),
    );
    sampled.into_iter().chain(computed).collect()
}

/// Values; `shared` holds the baseline coefficients γ, `gaps` δ of every channel.
pub fn values(density: &Density, state: &State, (shared, gaps): (&[f64], &[f64]), out: &mut Vec<f64>) {
    let mut computed = Vec::with_capacity(shared.len());
    visit(density, state, (shared, gaps), &mut |_, x| out.push(x), &mut |_, x| computed.push(x));
    out.extend(computed);
}

/// Values at `q` of the parameters that NUTS samples, which come first in [`names`]: no media are computed.
pub fn sampled_values(density: &Density, state: &mut State, q: &[f64], out: &mut Vec<f64>) {
    density.layout.decode(q, &density.design, &mut state.theta);
    density.layout.visit(&density.design, &state.theta, &mut |_, x| out.push(x));
}
