//! The untruncated geometric recurrence aₜ = (1 − α) xₜ + α aₜ₋₁.

use super::super::simd::mul_add;

/// Series that the untruncated recurrence advances together: one alone waits for each multiply-add.
pub const LANES: usize = 4;

/// aₜ = (1 − α) xₜ + α aₜ₋₁ and dₜ = ∂aₜ/∂α for [`LANES`] series with a retention each.
///
/// `exposure`, `adstocked` and `tangent` hold the series one after the other, equally long.
#[inline(always)]
pub fn geometric<const FMA: bool>(
    retention: [f64; LANES],
    exposure: &[f64],
    adstocked: &mut [f64],
    tangent: &mut [f64],
) {
    let n = exposure.len() / LANES;
    let (x0, x) = exposure.split_at(n);
    let (x1, x) = x.split_at(n);
    let (x2, x3) = x.split_at(n);
    let (a0, a) = adstocked[..LANES * n].split_at_mut(n);
    let (a1, a) = a.split_at_mut(n);
    let (a2, a3) = a.split_at_mut(n);
    let (d0, d) = tangent[..LANES * n].split_at_mut(n);
    let (d1, d) = d.split_at_mut(n);
    let (d2, d3) = d.split_at_mut(n);
    let (mut a_last, mut d_last) = ([0.0; LANES], [0.0; LANES]);
    for t in 0..n {
        let x = [x0[t], x1[t], x2[t], x3[t]];
        for l in 0..LANES {
            let gap = a_last[l] - x[l];
            d_last[l] = mul_add::<FMA>(retention[l], d_last[l], gap);
            a_last[l] = mul_add::<FMA>(retention[l], gap, x[l]);
        }
        [a0[t], a1[t], a2[t], a3[t]] = a_last;
        [d0[t], d1[t], d2[t], d3[t]] = d_last;
    }
}

/// [`geometric`] of a single series.
#[inline(always)]
pub fn one_series<const FMA: bool>(
    retention: f64,
    exposure: &[f64],
    adstocked: &mut [f64],
    tangent: &mut [f64],
) {
    let (mut a, mut d) = (0.0, 0.0);
    for ((x, to_a), to_d) in exposure.iter().zip(adstocked).zip(tangent) {
        let gap = a - x;
        d = mul_add::<FMA>(retention, d, gap);
        a = mul_add::<FMA>(retention, gap, *x);
        (*to_a, *to_d) = (a, d);
    }
}
