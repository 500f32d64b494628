//! What the saturation of one series leaves for the reverse sweep, and what that brings.

use crate::transform::adstock::SlowPart;

/// Values that the reverse sweep needs, one entry per period.
#[derive(Debug)]
pub struct Response<'a> {
    /// h in [0, 1).
    pub effect: &'a mut [f64],
    /// What the family needs of the way in; Hill: z = S (ln a − ln K), so that h = 1/(1 + e⁻ᶻ). 0 where off.
    pub logit: &'a mut [f64],
    /// dh/dθ = dh/da · da/dθ; 0 where off.
    pub by_parameter: &'a mut [f64],
}

/// Derivatives of a sum by the parameters of one channel's shape.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct ShapeGradient {
    /// By the retention α.
    pub retention: f64,
    /// By ln K.
    pub ln_half_saturation: f64,
    /// By ln S.
    pub ln_slope: f64,
    /// By the slow part of the carry-over.
    pub slow: SlowPart,
}

impl ShapeGradient {
    /// Adds another.
    pub fn add(&mut self, other: &ShapeGradient) {
        self.retention += other.retention;
        self.ln_half_saturation += other.ln_half_saturation;
        self.ln_slope += other.ln_slope;
        self.slow.add(&other.slow);
    }
}
