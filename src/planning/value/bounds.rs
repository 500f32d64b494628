//! How far one channel may move.

/// Spend allowed to a channel, as multipliers of today's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// Smallest multiplier.
    pub lo: f64,
    /// Largest multiplier.
    pub hi: f64,
}
