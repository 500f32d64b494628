//! Branch-free exp and ln that vectorise: range reduction and a polynomial, within 2 ulp.

use super::simd::mul_add;

const LN2_HI: f64 = 6.931_471_803_691_238e-1;
const LN2_LO: f64 = 1.908_214_929_270_587_7e-10;
/// Adding and subtracting it rounds to the nearest integer, which then sits in the low bits.
const ROUND: f64 = 6_755_399_441_055_744.0; // 1.5 · 2^52
const MANTISSA: u64 = 0x000f_ffff_ffff_ffff;
const SQRT_HALF_BITS: u64 = 0x3fe6_a09e_667f_3bcd;
const ONE_BITS: u64 = 0x3ff0_0000_0000_0000;

/// 1/k! for k = 13 down to 2: |r| ≤ ln 2 / 2 leaves r¹⁴/14! < 2⁻⁵⁷ of the sum.
const EXP: [f64; 12] = [
    1.0 / 6_227_020_800.0,
    1.0 / 479_001_600.0,
    1.0 / 39_916_800.0,
    1.0 / 3_628_800.0,
    1.0 / 362_880.0,
    1.0 / 40_320.0,
    1.0 / 5_040.0,
    1.0 / 720.0,
    1.0 / 120.0,
    1.0 / 24.0,
    1.0 / 6.0,
    0.5,
];

/// eˣ for any x: 0 below −745.2, infinity above 709.8, gradual underflow between.
#[inline(always)]
pub fn exp<const FMA: bool>(x: f64) -> f64 {
    // The clamp keeps the integer part inside two exponent fields; 2^±1100 is out of range anyway.
    let (p, n) = exp_parts::<FMA>(x.clamp(-760.0, 760.0));
    // 2ⁿ in two steps, so that neither the scale nor the product leaves the range too early.
    let half = n >> 1;
    p * power_of_two(half) * power_of_two(n - half)
}

/// eˣ for |x| ≤ 700, where nothing overflows or underflows.
#[inline(always)]
pub fn exp_within<const FMA: bool>(x: f64) -> f64 {
    let (p, n) = exp_parts::<FMA>(x);
    p * power_of_two(n)
}

#[inline(always)]
fn power_of_two(n: i64) -> f64 {
    f64::from_bits(((n + 1023) as u64) << 52)
}

/// (eʳ, n) with eˣ = 2ⁿ eʳ.
///
/// # Source
/// x = n ln 2 + r, eʳ by its Taylor polynomial of degree 13; Cody & Waite's two-part ln 2.
#[inline(always)]
fn exp_parts<const FMA: bool>(x: f64) -> (f64, i64) {
    let shifted = mul_add::<FMA>(x, std::f64::consts::LOG2_E, ROUND);
    let n = shifted - ROUND;
    let r = mul_add::<FMA>(n, -LN2_LO, mul_add::<FMA>(n, -LN2_HI, x));
    let mut p = EXP[0];
    for &c in &EXP[1..] {
        p = mul_add::<FMA>(p, r, c);
    }
    let p = mul_add::<FMA>(mul_add::<FMA>(p, r, 1.0), r, 1.0);
    (p, (shifted.to_bits() as i64).wrapping_sub(ROUND.to_bits() as i64))
}

/// Coefficients of (ln(1+s) − ln(1−s) − 2s)/s in powers of s², |s| ≤ 0.1716.
///
/// # Source
/// Sun's fdlibm, `e_log.c`.
const LG: [f64; 7] = [
    6.666_666_666_666_735e-1,
    3.999_999_999_940_942e-1,
    2.857_142_874_366_239e-1,
    2.222_219_843_214_978_4e-1,
    1.818_357_216_161_805e-1,
    1.531_383_769_920_937_3e-1,
    1.479_819_860_511_658_6e-1,
];

/// ln x for finite x ≥ 0, subnormal numbers included; −∞ at 0. Not defined for negative x.
#[inline(always)]
pub fn ln<const FMA: bool>(x: f64) -> f64 {
    let tiny = x < f64::MIN_POSITIVE;
    let scaled = if tiny { x * (1u64 << 54) as f64 } else { x };
    let shift = if tiny { 54.0 } else { 0.0 };
    let value = ln_shifted::<FMA>(scaled, shift);
    if x == 0.0 { f64::NEG_INFINITY } else { value }
}

/// ln x for finite x that is positive and not subnormal.
#[inline(always)]
pub fn ln_normal<const FMA: bool>(x: f64) -> f64 {
    ln_shifted::<FMA>(x, 0.0)
}

/// ln(x 2⁻ˢ) for a normal x.
///
/// # Source
/// x = 2ᵏ m, m in [√½, √2); ln m by fdlibm's polynomial in s = (m − 1)/(m + 1).
#[inline(always)]
fn ln_shifted<const FMA: bool>(x: f64, shift: f64) -> f64 {
    let bits = x.to_bits().wrapping_add(ONE_BITS - SQRT_HALF_BITS);
    // The exponent field read as a double without an integer conversion, which AVX2 lacks.
    let k = f64::from_bits((bits >> 52) | 0x4330_0000_0000_0000) - 4_503_599_627_371_519.0 - shift;
    let m = f64::from_bits((bits & MANTISSA) + SQRT_HALF_BITS);
    let f = m - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let mut p = LG[6];
    for i in (0..6).rev() {
        p = mul_add::<FMA>(p, z, LG[i]);
    }
    let half_square = 0.5 * f * f;
    let tail = mul_add::<FMA>(s, mul_add::<FMA>(p, z, half_square), k * LN2_LO);
    mul_add::<FMA>(k, LN2_HI, f - (half_square - tail))
}

#[cfg(test)]
mod tests {
    use super::super::simd::{InstructionSet, Kernel, dispatch};
    use super::*;

    struct Map<'a> {
        x: &'a [f64],
        out: &'a mut [f64],
        of: Function,
    }

    #[derive(Clone, Copy)]
    enum Function {
        Exp,
        ExpWithin,
        Ln,
        LnNormal,
    }

    impl Kernel for Map<'_> {
        type Output = ();
        #[inline(always)]
        fn run<const FMA: bool>(self) {
            for (o, &x) in self.out.iter_mut().zip(self.x) {
                *o = match self.of {
                    Function::Exp => exp::<FMA>(x),
                    Function::ExpWithin => exp_within::<FMA>(x),
                    Function::Ln => ln::<FMA>(x),
                    Function::LnNormal => ln_normal::<FMA>(x),
                };
            }
        }
    }

    /// Units in the last place between two finite numbers of one sign.
    fn ulps(a: f64, b: f64) -> u64 {
        if a == b { 0 } else { a.to_bits().abs_diff(b.to_bits()) }
    }

    fn check(of: Function, x: &[f64]) {
        let which: fn(f64) -> f64 = match of {
            Function::Exp | Function::ExpWithin => f64::exp,
            Function::Ln | Function::LnNormal => f64::ln,
        };
        for set in InstructionSet::available() {
            let mut out = vec![0.0; x.len()];
            dispatch(set, Map { x, out: &mut out, of });
            for (&x, &got) in x.iter().zip(&out) {
                let want = which(x);
                assert!(ulps(got, want) <= 2, "{set:?} at {x:e}: {got:e}, libm {want:e}");
            }
        }
    }

    #[test]
    fn exp_is_within_two_ulp_of_libm_over_its_whole_range() {
        let mut x: Vec<f64> = (0..400_003).map(|i| -750.0 + 1465.0 * i as f64 / 400_003.0).collect();
        x.extend([0.0, -0.0, 1e-300, -1e-300, 5e-324, 709.78, 709.79, -745.1, -746.0, 1e6, -1e6]);
        x.extend([f64::INFINITY, f64::NEG_INFINITY]);
        check(Function::Exp, &x);
        x.retain(|x| x.abs() <= 700.0);
        check(Function::ExpWithin, &x);
    }

    #[test]
    fn ln_is_within_two_ulp_of_libm_over_its_whole_range() {
        let mut x: Vec<f64> =
            (0..200_003).map(|i| (-1074.0 + 2098.0 * i as f64 / 200_003.0).exp2()).collect();
        x.extend((0..100_003).map(|i| 0.5 + 1.5 * i as f64 / 100_003.0));
        x.extend([
            0.0,
            5e-324,
            1e-310,
            f64::MIN_POSITIVE,
            f64::MAX,
            1.0,
            1.0 + f64::EPSILON,
            1.0 - f64::EPSILON,
        ]);
        check(Function::Ln, &x);
        x.retain(|x| x.is_normal());
        check(Function::LnNormal, &x);
    }
}
