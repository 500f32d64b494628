//! The parameters of a carry-over at one point.

/// α, and of a dual carry-over what its slow part adds.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct CarryShape {
    /// α.
    pub retention: f64,
    /// α of the slow part, and its share π of the effect.
    pub slow: SlowPart,
}

/// The slow part of a dual carry-over; nothing of any other.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct SlowPart {
    /// α.
    pub retention: f64,
    /// π.
    pub share: f64,
}

impl SlowPart {
    /// Adds another, where these are derivatives.
    pub fn add(&mut self, other: &SlowPart) {
        self.retention += other.retention;
        self.share += other.share;
    }
}

impl CarryShape {
    /// Adds another, where these are derivatives.
    pub fn add(&mut self, other: &CarryShape) {
        self.retention += other.retention;
        self.slow.add(&other.slow);
    }
}

/// A carry-over without a slow part.
impl From<f64> for CarryShape {
    fn from(retention: f64) -> CarryShape {
        CarryShape { retention, slow: SlowPart::default() }
    }
}
