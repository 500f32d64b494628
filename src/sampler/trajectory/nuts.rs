//! One transition of the multinomial no-U-turn sampler.
//!
//! # Source
//! Hoffman & Gelman (2014); multinomial and biased progressive sampling: Betancourt,
//! arXiv:1701.02434, appendix A; U-turn checks across the halves: Stan, pull request 2800.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::divergence::Divergence;
use super::hamiltonian::{Hamiltonian, PhasePoint};
use super::pool::{Pool, Slot};
use crate::sampler::density::{DensityError, LogDensity};

/// An energy this far above the start means that the integrator has left the level set: no step of a
/// usable size does so. One-sided, since a fall is how a chain reaches the bulk.
const MAX_ENERGY_RISE: f64 = 1000.0;

/// What one transition did.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Transition {
    /// Doublings kept; the trajectory has 2^depth points.
    pub(crate) depth: u8,
    /// Mean over the new points of min(1, exp(H₀ − H)), those of a discarded subtree included.
    pub(crate) accept: f64,
    /// Leapfrog steps, that is gradients.
    pub(crate) leapfrogs: u32,
    /// Why the trajectory grew no further.
    pub(crate) end: End,
}

/// Why a trajectory ended.
#[derive(Debug, Clone, PartialEq)]
pub enum End {
    /// It turned back.
    Turned,
    /// It left its level set.
    Diverged(Divergence),
    /// It reached the maximal depth before it turned.
    MaxDepth,
}

impl End {
    /// Whether it left its level set.
    pub fn is_divergence(&self) -> bool {
        matches!(self, End::Diverged(_))
    }
}

/// Which way in time a trajectory grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Forward,
    Backward,
}

impl Direction {
    /// Either, with the same probability.
    fn draw(rng: &mut ChaCha8Rng) -> Direction {
        if rng.random() { Direction::Forward } else { Direction::Backward }
    }

    /// A length in this direction: negative when backward.
    fn signed(self, length: f64) -> f64 {
        match self {
            Direction::Forward => length,
            Direction::Backward => -length,
        }
    }
}

/// One leapfrog step, as it is repeated while a trajectory grows.
#[derive(Debug, Clone, Copy)]
struct Stride {
    length: f64,
    direction: Direction,
}

/// A piece of trajectory of 2^depth points, oriented along the direction of its growth.
#[derive(Debug)]
struct Piece {
    depth: usize,
    first: Slot,
    last: Slot,
    /// The point that represents the piece, chosen with probability ∝ exp(H₀ − H).
    proposal: Slot,
    /// ln Σ exp(H₀ − H)
    ln_weight: f64,
}

impl Piece {
    /// From orientation along time to one along `direction`, or back.
    fn face(&mut self, direction: Direction) {
        if direction == Direction::Backward {
            std::mem::swap(&mut self.first, &mut self.last);
        }
    }
}

/// How the growth of a subtree ended.
#[derive(Debug)]
enum Growth {
    /// All its points are there and no part of it turned.
    Complete(Piece),
    /// Some part turned: the whole subtree is discarded.
    Turning,
    /// A point left the level set: the whole subtree is discarded.
    Diverging(Divergence),
}

/// Sums over the new points of one transition.
#[derive(Debug, Clone, Copy)]
struct Tally {
    start_energy: f64,
    accept: f64,
    leapfrogs: u32,
}

/// The sampler's state: the present point and the buffers of a tree.
pub(crate) struct Nuts<'a, D: LogDensity> {
    pub(crate) hamiltonian: Hamiltonian<'a, D>,
    pool: Pool,
    stack: Vec<Piece>,
    current: Slot,
    max_depth: usize,
}

impl<'a, D: LogDensity> Nuts<'a, D> {
    /// The present point is not usable before [`Nuts::set_position`].
    pub(crate) fn new(hamiltonian: Hamiltonian<'a, D>, max_depth: usize) -> Self {
        // A subtree's stack has one piece of each depth below its own and one being merged, the
        // trajectory one more, each with three slots; one slot for the leaf under way.
        let mut pool = Pool::new(3 * (max_depth + 3) + 1, hamiltonian.dim());
        let current = pool.take();
        Nuts { hamiltonian, pool, stack: Vec::with_capacity(max_depth + 1), current, max_depth }
    }

    /// Moves to `q`.
    ///
    /// # Errors
    /// Where the density has no value.
    pub(crate) fn set_position(&mut self, q: &[f64]) -> Result<(), DensityError> {
        let point = self.pool.point_mut(self.current);
        point.q.copy_from_slice(q);
        self.hamiltonian.evaluate(point)
    }

    /// The present point; after a transition its energy is that of the point drawn.
    pub(crate) fn current(&self) -> &PhasePoint {
        self.pool.point(self.current)
    }

    /// H₀ − H after one leapfrog step from the present point with a fresh momentum; −∞ when the step
    /// diverges. The present position stays.
    ///
    /// # Errors
    /// When the density cannot be evaluated.
    pub(crate) fn trial_step(&mut self, rng: &mut ChaCha8Rng, step: f64) -> Result<f64, DensityError> {
        self.hamiltonian.refresh_momentum(self.pool.point_mut(self.current), rng);
        let slot = self.pool.take();
        let (from, to) = self.pool.pair(self.current, slot);
        let gain = match self.hamiltonian.leapfrog(from, to, step) {
            Ok(()) => from.energy - to.energy,
            Err(error) => error.recover().map(|_| f64::NEG_INFINITY)?,
        };
        self.pool.release(slot);
        Ok(if gain.is_nan() { f64::NEG_INFINITY } else { gain })
    }

    /// Draws a momentum, grows a trajectory until it turns, and moves to a point of it.
    ///
    /// # Errors
    /// When the density cannot be evaluated; there is no going on from there.
    pub(crate) fn transition(&mut self, rng: &mut ChaCha8Rng, step: f64) -> Result<Transition, DensityError> {
        self.hamiltonian.refresh_momentum(self.pool.point_mut(self.current), rng);
        let mut tally = Tally { start_energy: self.current().energy, accept: 0.0, leapfrogs: 0 };
        let mut trajectory = self.leaf(self.current, 0.0);
        let mut end = End::MaxDepth;
        while trajectory.depth < self.max_depth {
            let stride = Stride { length: step, direction: Direction::draw(rng) };
            trajectory.face(stride.direction);
            let subtree = match self.grow(trajectory.last, trajectory.depth, stride, &mut tally, rng)? {
                Growth::Complete(subtree) => subtree,
                Growth::Turning => {
                    end = End::Turned;
                    break;
                }
                Growth::Diverging(divergence) => {
                    end = End::Diverged(divergence);
                    break;
                }
            };
            let turning = self.turns(&trajectory, &subtree, stride.direction);
            let take_new = rng.random::<f64>() < (subtree.ln_weight - trajectory.ln_weight).exp();
            trajectory = self.join(trajectory, subtree, take_new);
            trajectory.face(stride.direction);
            if turning {
                end = End::Turned;
                break;
            }
        }
        let depth = trajectory.depth as u8;
        self.current = self.pool.retain(trajectory.proposal);
        self.discard(trajectory);
        Ok(Transition {
            depth,
            accept: tally.accept / f64::from(tally.leapfrogs.max(1)),
            leapfrogs: tally.leapfrogs,
            end,
        })
    }

    /// Grows a subtree of 2^depth points from `from` on, merging equal neighbours like the carries of a
    /// binary counter.
    fn grow(
        &mut self,
        from: Slot,
        depth: usize,
        stride: Stride,
        tally: &mut Tally,
        rng: &mut ChaCha8Rng,
    ) -> Result<Growth, DensityError> {
        let mut at = from;
        for _ in 0..1u64 << depth {
            let slot = self.pool.take();
            let (previous, next) = self.pool.pair(at, slot);
            let step = stride.direction.signed(stride.length);
            let not_finite = match self.hamiltonian.leapfrog(previous, next, step) {
                Ok(()) => None,
                Err(error) => Some(error.recover()?),
            };
            let gain = if not_finite.is_none() { tally.start_energy - next.energy } else { f64::NAN };
            tally.leapfrogs += 1;
            if gain.is_nan() || gain < -MAX_ENERGY_RISE {
                let metric = &self.hamiltonian.metric;
                let divergence = Divergence::between(previous, next, tally.start_energy, not_finite, metric);
                self.pool.release(slot);
                self.discard_stack();
                return Ok(Growth::Diverging(divergence));
            }
            tally.accept += gain.exp().min(1.0);
            at = slot;
            let mut piece = self.leaf(slot, gain);
            while self.stack.last().is_some_and(|top| top.depth == piece.depth) {
                let left = self.stack.pop().expect("just seen");
                if self.turns(&left, &piece, stride.direction) {
                    self.discard(left);
                    self.discard(piece);
                    self.discard_stack();
                    return Ok(Growth::Turning);
                }
                let total = ln_add(left.ln_weight, piece.ln_weight);
                let take_new = rng.random::<f64>() < (piece.ln_weight - total).exp();
                piece = self.join(left, piece, take_new);
            }
            self.stack.push(piece);
        }
        Ok(Growth::Complete(self.stack.pop().expect("2^depth leaves merge to one piece")))
    }

    /// A piece of one point; takes over the caller's reference to it.
    fn leaf(&mut self, slot: Slot, ln_weight: f64) -> Piece {
        let (last, proposal) = (self.pool.retain(slot), self.pool.retain(slot));
        Piece { depth: 0, first: slot, last, proposal, ln_weight }
    }

    /// The piece `old` then `new`, represented by the proposal of one of them.
    fn join(&mut self, old: Piece, new: Piece, take_new: bool) -> Piece {
        let (kept, dropped) =
            if take_new { (new.proposal, old.proposal) } else { (old.proposal, new.proposal) };
        self.pool.release(old.last);
        self.pool.release(new.first);
        self.pool.release(dropped);
        Piece {
            depth: old.depth + 1,
            first: old.first,
            last: new.last,
            proposal: kept,
            ln_weight: ln_add(old.ln_weight, new.ln_weight),
        }
    }

    fn discard(&mut self, piece: Piece) {
        self.pool.release(piece.first);
        self.pool.release(piece.last);
        self.pool.release(piece.proposal);
    }

    fn discard_stack(&mut self) {
        while let Some(piece) = self.stack.pop() {
            self.discard(piece);
        }
    }

    /// Whether the piece `old` then `new` turns back: over its whole length, or from either half to the
    /// nearest point of the other, without which trajectories on iid normals resonate.
    fn turns(&self, old: &Piece, new: &Piece, direction: Direction) -> bool {
        self.turns_between(old.first, new.last, direction)
            || self.turns_between(old.first, new.first, direction)
            || self.turns_between(old.last, new.last, direction)
    }

    /// Whether the distance between two points, the second reached from the first by steps in the given
    /// direction, is about to shrink at either of them: p·Δq ≤ 0, the whitened v·Δz ≤ 0. NaN counts as turning.
    fn turns_between(&self, from: Slot, to: Slot, direction: Direction) -> bool {
        let (from, to) = (self.pool.point(from), self.pool.point(to));
        let (at_from, at_to) = projections(from, to);
        !(direction.signed(at_from) > 0.0 && direction.signed(at_to) > 0.0)
    }
}

/// p₀·Δq and p₁·Δq with Δq = q₁ − q₀, in lanes so that they vectorise.
fn projections(from: &PhasePoint, to: &PhasePoint) -> (f64, f64) {
    const LANES: usize = 4;
    let d = from.q.len();
    let (q0, p0, q1, p1) = (&from.q[..d], &from.p[..d], &to.q[..d], &to.p[..d]);
    let mut at_from = [0.0; LANES];
    let mut at_to = [0.0; LANES];
    let blocked = d - d % LANES;
    for i in (0..blocked).step_by(LANES) {
        for k in 0..LANES {
            let delta = q1[i + k] - q0[i + k];
            at_from[k] += p0[i + k] * delta;
            at_to[k] += p1[i + k] * delta;
        }
    }
    for i in blocked..d {
        let delta = q1[i] - q0[i];
        at_from[0] += p0[i] * delta;
        at_to[0] += p1[i] * delta;
    }
    (at_from.iter().sum(), at_to.iter().sum())
}

/// ln(eᵃ + eᵇ)
fn ln_add(a: f64, b: f64) -> f64 {
    let high = a.max(b);
    high + (a.min(b) - high).exp().ln_1p()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::super::metric::Metric;
    use super::*;
    use crate::sampler::density::NotFinite;
    use crate::sampler::targets::{Target, iid_normal, student};

    #[test]
    fn a_subtree_weighs_and_draws_its_points_exactly() {
        let density = student();
        let mut nuts = Nuts::new(Hamiltonian::new(&density, Metric::diagonal(&[1.0; 3], 2)), 5);
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        nuts.set_position(&[3.0, -2.0, 0.5]).expect("finite");
        nuts.hamiltonian.refresh_momentum(nuts.pool.point_mut(nuts.current), &mut rng);
        // Large enough that the weights differ, small enough that four points do not turn.
        let step = 0.7;
        let stride = Stride { length: step, direction: Direction::Forward };
        let (mut at, mut weights, mut places) = (nuts.current().clone(), Vec::new(), Vec::new());
        for _ in 0..4 {
            let mut next = PhasePoint::new(3);
            nuts.hamiltonian.leapfrog(&at, &mut next, step).expect("finite");
            weights.push((nuts.current().energy - next.energy).exp());
            places.push(next.q[0]);
            at = next;
        }
        let total: f64 = weights.iter().sum();
        let n = 100_000;
        let mut counts = [0.0; 4];
        for _ in 0..n {
            let mut tally = Tally { start_energy: nuts.current().energy, accept: 0.0, leapfrogs: 0 };
            let Ok(Growth::Complete(piece)) = nuts.grow(nuts.current, 2, stride, &mut tally, &mut rng) else {
                panic!("four short steps do not turn")
            };
            assert!((piece.ln_weight - total.ln()).abs() < 1e-12);
            assert_eq!((piece.depth, tally.leapfrogs), (2, 4));
            let drawn = nuts.pool.point(piece.proposal).q[0];
            counts[places.iter().position(|x| *x == drawn).expect("one of the four")] += 1.0;
            nuts.discard(piece);
        }
        for (count, weight) in counts.iter().zip(&weights) {
            let p = weight / total;
            let z = (count / f64::from(n) - p) / (p * (1.0 - p) / f64::from(n)).sqrt();
            assert!(z.abs() < 4.5, "{counts:?} for weights {weights:?}");
        }
    }

    #[test]
    fn every_point_returns_to_the_pool() {
        let wall = |q: &[f64], g: &mut [f64]| {
            g[0] = -q[0];
            if q[0] > 0.4 { f64::NAN } else { -0.5 * q[0] * q[0] }
        };
        let density = Target { dim: 1, order: 0, function: wall };
        let mut nuts = Nuts::new(Hamiltonian::new(&density, Metric::diagonal(&[1.0], 0)), 4);
        nuts.set_position(&[0.0]).expect("finite");
        let mut rng = ChaCha8Rng::seed_from_u64(9);
        let (available, mut ends) = (nuts.pool.available(), [0; 3]);
        for i in 0..3000 {
            let step = if i % 2 == 0 { 0.3 } else { 0.01 };
            let which = match nuts.transition(&mut rng, step).expect("recoverable").end {
                End::Turned => 0,
                End::Diverged(divergence) => {
                    assert!(divergence.start[0] <= 0.4 && divergence.end[0] > 0.4, "{divergence:?}");
                    assert!(matches!(divergence.not_finite, Some(NotFinite::Value { .. })));
                    assert_eq!((divergence.energy_error, divergence.coordinate), (None, 0));
                    1
                }
                End::MaxDepth => 2,
            };
            ends[which] += 1;
            assert_eq!(nuts.pool.available(), available);
            assert!(nuts.current().q[0] <= 0.4 && nuts.current().log_density.is_finite());
        }
        assert!(ends.iter().all(|count| *count > 100), "turned, diverged, cut off: {ends:?}");
    }

    #[test]
    fn depth_and_gradients_are_counted() {
        let density = iid_normal(2, 0);
        let mut nuts = Nuts::new(Hamiltonian::new(&density, Metric::diagonal(&[1.0; 2], 0)), 3);
        nuts.set_position(&[1.0, 0.0]).expect("finite");
        let transition = nuts.transition(&mut ChaCha8Rng::seed_from_u64(4), 1e-3).expect("finite");
        assert_eq!((transition.depth, transition.leapfrogs, transition.end), (3, 7, End::MaxDepth));
        assert!(transition.accept > 0.999);
    }

    #[test]
    fn energy_that_falls_far_is_no_divergence() {
        let density = iid_normal(1, 0);
        let mut nuts = Nuts::new(Hamiltonian::new(&density, Metric::diagonal(&[1.0], 0)), 10);
        nuts.set_position(&[1e4]).expect("finite");
        let mut rng = ChaCha8Rng::seed_from_u64(6);
        for _ in 0..20 {
            assert_eq!(nuts.transition(&mut rng, 0.5).expect("finite").end, End::Turned);
        }
        assert!(nuts.current().q[0].abs() < 1e4);
    }

    /// A step far too long for one narrow coordinate of three.
    #[test]
    fn a_divergence_tells_the_step_and_the_coordinate_to_blame() {
        let function = |q: &[f64], g: &mut [f64]| {
            (g[0], g[1], g[2]) = (-q[0], -1e4 * q[1], -q[2]);
            -0.5 * (q[0] * q[0] + 1e4 * q[1] * q[1] + q[2] * q[2])
        };
        let density = Target { dim: 3, order: 1, function };
        let mut nuts = Nuts::new(Hamiltonian::new(&density, Metric::diagonal(&[1.0; 3], 1)), 10);
        nuts.set_position(&[0.5, 0.01, -0.5]).expect("finite");
        let transition = nuts.transition(&mut ChaCha8Rng::seed_from_u64(8), 1.0).expect("finite");
        let End::Diverged(divergence) = transition.end else { panic!("{transition:?}") };
        assert_eq!((divergence.coordinate, divergence.not_finite), (1, None));
        assert!(divergence.energy_error.is_some_and(|error| error > MAX_ENERGY_RISE), "{divergence:?}");
        assert_eq!(divergence.start, [0.5, 0.01, -0.5], "the first step did it");
        assert!(divergence.end[1].abs() > 1.0, "{divergence:?}");
    }

    #[test]
    fn a_density_that_cannot_be_evaluated_ends_the_run() {
        struct Broken;
        impl LogDensity for Broken {
            type Workspace = ();
            fn dim(&self) -> usize {
                1
            }
            fn workspace(&self) {}
            fn value_and_gradient(&self, q: &[f64], g: &mut [f64], (): &mut ()) -> Result<f64, DensityError> {
                g[0] = -q[0];
                if q[0] == 0.0 { Ok(0.0) } else { Err(DensityError::Failed("out of reach".into())) }
            }
        }
        let mut nuts = Nuts::new(Hamiltonian::new(&Broken, Metric::diagonal(&[1.0], 1)), 10);
        nuts.set_position(&[0.0]).expect("finite");
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        assert!(nuts.trial_step(&mut rng, 0.1).is_err_and(|error| !error.is_recoverable()));
        assert!(nuts.transition(&mut rng, 0.1).is_err_and(|error| !error.is_recoverable()));
    }
}
