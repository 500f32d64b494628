//! Numbers coordinates in the order in which blocks ask for them.

/// The next free coordinate.
#[derive(Debug, Clone, Copy, Default)]
pub struct Numbering(usize);

impl Numbering {
    /// Takes `n` coordinates; returns the first.
    pub fn take(&mut self, n: usize) -> usize {
        self.0 += n;
        self.0 - n
    }

    /// Takes one if `wanted`.
    pub fn take_if(&mut self, wanted: bool) -> Option<usize> {
        wanted.then(|| self.take(1))
    }
}
