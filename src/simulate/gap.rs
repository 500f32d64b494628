//! The gap between what a channel causes and what a regression would credit it with.

use super::baseline::{Baseline, Panel};
use super::channel::Channel;
use super::outcome::Outcome;
use super::world::{SpendRule, World};

/// Parts of the baseline that columns or the calendar show.
const SEEN: [&str; 5] = ["trend", "season", "holiday", "price", "promo"];

/// ROI that least squares gives each channel when it knows everything but the unseen: the true shape of
/// every channel's response and of every part of the baseline that is seen.
///
/// The outcome is then media + seen + unseen, and regressing only the unseen part tells what it adds to each
/// channel. It holds for these data, chance correlations included. `None` where a channel's response is a
/// combination of the other columns.
pub(super) fn roi_by_regression(
    world: &World,
    panel: &Panel,
    base: &Baseline,
    channels: &[Channel],
    outcome: &Outcome,
    proxy: Option<&[f64]>,
) -> Vec<Option<f64>> {
    let relative = |rows: &[f64]| panel.rows(|g, t| rows[g * panel.weeks + t] / panel.intercept(g));
    let responses: Vec<Vec<f64>> = channels.iter().map(|c| c.unit_response(panel)).collect();
    // Seen parts first: a channel in line with them is the one that cannot be told.
    let mut columns: Vec<Vec<f64>> = Vec::new();
    columns.extend(base.parts.iter().filter(|(name, _)| SEEN.contains(name)).map(|(_, rows)| rows.clone()));
    columns.extend(proxy.map(<[f64]>::to_vec));
    let first = columns.len();
    columns.extend(responses.iter().map(|rows| relative(rows)));
    let mut unseen = vec![0.0; world.rows()];
    let mut add = |rows: &[f64]| unseen.iter_mut().zip(rows).for_each(|(y, x)| *y += x);
    let hidden = base.parts.iter().filter(|(name, _)| ["latent_demand", "unseen_driver"].contains(name));
    hidden.for_each(|(_, rows)| add(rows));
    // Spend that follows sales follows their noise, too; elsewhere noise is chance and no gap.
    if channels.iter().any(|c| world.spend_rule(c.member) == Some(SpendRule::SalesShare)) {
        add(&relative(&outcome.noise));
    }
    columns.iter_mut().for_each(|rows| centre(panel, rows));
    centre(panel, &mut unseen);
    let bias = least_squares(&columns, &unseen);
    let roi = |(i, channel): (usize, &Channel)| {
        let response: f64 = responses[i].iter().sum();
        bias[first + i].map(|b| (channel.beta + b) * response / channel.total_spend())
    };
    channels.iter().enumerate().map(roi).collect()
}

/// Takes each geo's mean away.
fn centre(panel: &Panel, rows: &mut [f64]) {
    for geo in rows.chunks_mut(panel.weeks) {
        let mean = geo.iter().sum::<f64>() / geo.len() as f64;
        geo.iter_mut().for_each(|x| *x -= mean);
    }
}

/// Coefficients of `y` on `columns`; `None` for a column that those before it make up.
fn least_squares(columns: &[Vec<f64>], y: &[f64]) -> Vec<Option<f64>> {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
    // Gram and Schmidt, each column made orthogonal to those kept; weights[j] holds what was taken away.
    let mut kept: Vec<(usize, Vec<f64>, f64)> = Vec::new();
    let mut weights: Vec<Vec<f64>> = Vec::new();
    for (j, column) in columns.iter().enumerate() {
        let size = dot(column, column);
        let mut rest = column.clone();
        let mut taken = Vec::with_capacity(kept.len());
        for (_, q, square) in &kept {
            let weight = dot(q, &rest) / square;
            rest.iter_mut().zip(q).for_each(|(x, q)| *x -= weight * q);
            taken.push(weight);
        }
        let square = dot(&rest, &rest);
        if square > 1e-10 * size {
            kept.push((j, rest, square));
            weights.push(taken);
        }
    }
    let mut on_kept: Vec<f64> = kept.iter().map(|(_, q, square)| dot(q, y) / square).collect();
    let mut coefficients = vec![None; columns.len()];
    for k in (0..kept.len()).rev() {
        let own = on_kept[k];
        weights[k].iter().zip(&mut on_kept).for_each(|(weight, other)| *other -= weight * own);
        coefficients[kept[k].0] = Some(own);
    }
    coefficients
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn least_squares_by_hand() {
        // y = 2a − b, and c = a + b says nothing new.
        let (a, b) = (vec![1.0, 0.0, 2.0, 1.0], vec![0.0, 1.0, 1.0, -1.0]);
        let c: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a + b).collect();
        let y: Vec<f64> = a.iter().zip(&b).map(|(a, b)| 2.0 * a - b).collect();
        let found = least_squares(&[a, b, c], &y);
        assert!((found[0].expect("kept") - 2.0).abs() < 1e-12);
        assert!((found[1].expect("kept") + 1.0).abs() < 1e-12);
        assert_eq!(found[2], None);
    }
}
