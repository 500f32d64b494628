//! How sure the posterior is that a channel should grow: the best plan of each draw on its own.

use super::limits::Problem;
use crate::planning::value::curve::ChannelCurve;

/// Draws used, evenly spaced: the standard error of a probability is then at most 0.016.
const MAX_DRAWS: usize = 1000;

/// A straight piece of a draw's concave envelope.
#[derive(Debug, Clone, Copy)]
struct Segment {
    channel: usize,
    slope: f64,
    width: f64,
}

/// Share of the draws whose own best plan, for the problem's budget and bounds, gives each active
/// channel more than today's spend; a channel left where it is counts as growing when its marginal
/// return exceeds the value of the last unit of budget.
///
/// Each draw's curve is replaced by its concave envelope over the multipliers of the grid, for which
/// filling the steepest pieces first is optimal; limits of groups are not applied.
pub(crate) fn p_grow(curves: &[ChannelCurve], problem: &Problem) -> Vec<f64> {
    let n = problem.channels.len();
    let n_draws = problem.channels.first().map_or(0, |&c| curves[c].n_draws());
    let stride = n_draws.div_ceil(MAX_DRAWS).max(1);
    let grids: Vec<Vec<(f64, usize, f64)>> =
        (0..n).map(|i| grid_within(&curves[problem.channels[i]], problem.lo[i], problem.hi[i])).collect();
    let mut grown = vec![0.0; n];
    let mut used = 0.0;
    let mut segments: Vec<Segment> = Vec::new();
    for s in (0..n_draws).step_by(stride) {
        segments.clear();
        for (i, grid) in grids.iter().enumerate() {
            let values = curves[problem.channels[i]].draw(s);
            let points = grid.iter().map(|&(x, k, t)| {
                let above = if t > 0.0 { values[k + 1] } else { values[k] };
                (x, values[k] + t * (above - values[k]))
            });
            envelope(i, points, &mut segments);
        }
        let growing = growing(problem, &mut segments);
        grown.iter_mut().zip(growing).for_each(|(count, up)| *count += f64::from(u8::from(up)));
        used += 1.0;
    }
    grown.iter().map(|count| count / used).collect()
}

/// Spend at the bounds and at the multipliers between them, each with where it lies on the curve's
/// grid: the multiplier's index and how far towards the next.
fn grid_within(curve: &ChannelCurve, lo: f64, hi: f64) -> Vec<(f64, usize, f64)> {
    let nodes = curve.multipliers();
    let near = 1e-9 * curve.spend();
    let at = |x: f64| {
        let k = crate::planning::value::interpolate::interval(nodes, x / curve.spend());
        let t = (x / curve.spend() - nodes[k]) / (nodes[k + 1] - nodes[k]);
        (x, k, t.clamp(0.0, 1.0))
    };
    let inside = nodes.iter().map(|m| m * curve.spend()).filter(|x| *x > lo + near && *x < hi - near);
    std::iter::once(lo).chain(inside).chain((hi > lo).then_some(hi)).map(at).collect()
}

/// Appends the pieces of the smallest concave function above the points (ascending in x).
fn envelope(channel: usize, points: impl Iterator<Item = (f64, f64)>, segments: &mut Vec<Segment>) {
    let start = segments.len();
    let mut before: Option<(f64, f64)> = None;
    for (x, y) in points {
        let Some((x0, y0)) = before.replace((x, y)) else { continue };
        let mut last = Segment { channel, slope: (y - y0) / (x - x0), width: x - x0 };
        while let Some(piece) = segments[start..].last().copied().filter(|p| p.slope < last.slope) {
            let width = piece.width + last.width;
            let rise = piece.slope * piece.width + last.slope * last.width;
            last = Segment { channel, slope: rise / width, width };
            segments.pop();
        }
        segments.push(last);
    }
}

/// Fills the steepest pieces first and tells which channels end above today.
fn growing(problem: &Problem, segments: &mut [Segment]) -> Vec<bool> {
    let mut x = problem.lo.clone();
    let mut left = problem.budget - x.iter().sum::<f64>();
    let (mut full, mut next) = (vec![f64::INFINITY; x.len()], vec![f64::NEG_INFINITY; x.len()]);
    let mut price = f64::NEG_INFINITY;
    segments.sort_by(|a, b| b.slope.total_cmp(&a.slope));
    for piece in segments.iter() {
        let amount = piece.width.min(left.max(0.0));
        if amount > 0.0 {
            x[piece.channel] += amount;
            left -= amount;
            full[piece.channel] = piece.slope;
            price = piece.slope;
        } else if next[piece.channel] == f64::NEG_INFINITY {
            next[piece.channel] = piece.slope;
        }
    }
    (0..x.len())
        .map(|i| {
            let (today, near) = (problem.today[i], 1e-9 * problem.today[i]);
            let here = (x[i] - today).abs() <= near && full[i].is_finite() && next[i].is_finite();
            x[i] > today + near || (here && 0.5 * (full[i] + next[i]) > price)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planning::search::limits::Limits;
    use crate::planning::value::bounds::Bounds;
    use ndarray::array;

    #[test]
    fn the_envelope_bridges_a_dent() {
        let mut segments = Vec::new();
        let points = [(0.0, 0.0), (1.0, 0.1), (2.0, 2.0), (3.0, 2.5)];
        envelope(0, points.into_iter(), &mut segments);
        let shape: Vec<(f64, f64)> = segments.iter().map(|s| (s.slope, s.width)).collect();
        assert_eq!(shape, [(1.0, 2.0), (0.5, 1.0)]);
    }

    #[test]
    fn each_draw_votes() {
        // In two of three draws the first channel returns more at every spend.
        let grid = [0.0, 0.5, 1.0, 1.5, 2.0];
        let strong = [0.0, 3.0, 5.0, 6.0, 6.5];
        let weak = [0.0, 0.3, 0.5, 0.6, 0.65];
        let rows = |a: [f64; 5], b: [f64; 5], c: [f64; 5]| array![a, b, c];
        let tv = ChannelCurve::new("tv", 10.0, &grid, rows(strong, strong, weak), 2.0).unwrap();
        let radio = ChannelCurve::new("radio", 10.0, &grid, rows(weak, weak, strong), 2.0).unwrap();
        let curves = [tv, radio];
        let limits = Limits { bounds: vec![Bounds { lo: 0.7, hi: 1.3 }; 2], groups: vec![] };
        let problem = Problem::new(&curves, 20.0, &limits).unwrap();
        let p = p_grow(&curves, &problem);
        assert!((p[0] - 2.0 / 3.0).abs() < 1e-12 && (p[1] - 1.0 / 3.0).abs() < 1e-12, "{p:?}");
    }
}
