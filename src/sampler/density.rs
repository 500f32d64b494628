//! What the sampler needs to know of a model: its log density and gradient.

/// A log density on ℝᵈ, up to a constant, with its gradient.
pub trait LogDensity: Sync {
    /// Scratch space of one chain, so that an evaluation allocates nothing.
    type Workspace: Send;

    /// Dimension d.
    fn dim(&self) -> usize;

    /// How many leading coordinates get a dense block in the metric; the others get a diagonal one.
    fn dense_block(&self) -> usize {
        self.dim().min(100)
    }

    /// Fresh scratch space.
    fn workspace(&self) -> Self::Workspace;

    /// Log density at `q` (length d); its gradient is written to `grad` (length d).
    ///
    /// # Errors
    /// [`DensityError`] where the density or its gradient is not finite.
    fn value_and_gradient(
        &self,
        q: &[f64],
        grad: &mut [f64],
        workspace: &mut Self::Workspace,
    ) -> Result<f64, DensityError>;
}

/// The density could not be evaluated at a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the log density is not finite")]
pub struct DensityError;
