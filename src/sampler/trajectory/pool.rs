//! A fixed set of reusable phase-space points, shared by reference count.

use super::hamiltonian::PhasePoint;

/// Index of a point in its pool.
pub(crate) type Slot = usize;

/// Points handed out and taken back without allocation. A piece of trajectory is a few slots; a point goes back
/// to the pool when no piece refers to it any more.
pub(crate) struct Pool {
    points: Vec<PhasePoint>,
    references: Vec<u32>,
    free: Vec<Slot>,
}

impl Pool {
    pub(crate) fn new(size: usize, dim: usize) -> Pool {
        Pool {
            points: (0..size).map(|_| PhasePoint::new(dim)).collect(),
            references: vec![0; size],
            free: (0..size).rev().collect(),
        }
    }

    /// A point with unspecified content and one reference.
    pub(crate) fn take(&mut self) -> Slot {
        let slot = self.free.pop().expect("the pool holds more points than a tree of maximal depth");
        self.references[slot] = 1;
        slot
    }

    /// Adds a reference.
    pub(crate) fn retain(&mut self, slot: Slot) -> Slot {
        self.references[slot] += 1;
        slot
    }

    /// Drops a reference.
    pub(crate) fn release(&mut self, slot: Slot) {
        self.references[slot] -= 1;
        if self.references[slot] == 0 {
            self.free.push(slot);
        }
    }

    /// Points not handed out.
    #[cfg(test)]
    pub(crate) fn available(&self) -> usize {
        self.free.len()
    }

    pub(crate) fn point(&self, slot: Slot) -> &PhasePoint {
        &self.points[slot]
    }

    pub(crate) fn point_mut(&mut self, slot: Slot) -> &mut PhasePoint {
        &mut self.points[slot]
    }

    /// Two different points, the second to be written.
    pub(crate) fn pair(&mut self, from: Slot, to: Slot) -> (&PhasePoint, &mut PhasePoint) {
        let [from, to] =
            self.points.get_disjoint_mut([from, to]).expect("a slot just taken differs from one in use");
        (from, to)
    }
}
