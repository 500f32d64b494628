//! What the sampler needs to know of a model: its log density and gradient.

use std::error::Error;

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
    /// [`DensityError`] where the density or its gradient is not finite, or cannot be evaluated at all.
    fn value_and_gradient(
        &self,
        q: &[f64],
        grad: &mut [f64],
        workspace: &mut Self::Workspace,
    ) -> Result<f64, DensityError>;
}

/// Why a density has no value at a point.
#[derive(Debug, thiserror::Error)]
pub enum DensityError {
    /// The point lies where there is no density: the trajectory ends there, and the chain goes on.
    #[error(transparent)]
    NotFinite(#[from] NotFinite),
    /// No other point would help: the run ends.
    #[error("the log density cannot be evaluated")]
    Failed(#[source] Box<dyn Error + Send + Sync>),
}

impl DensityError {
    /// Whether a chain may go on elsewhere.
    pub fn is_recoverable(&self) -> bool {
        matches!(self, DensityError::NotFinite(_))
    }

    /// What is not finite, or the error where that is not the cause.
    pub(crate) fn recover(self) -> Result<NotFinite, DensityError> {
        match self {
            DensityError::NotFinite(what) => Ok(what),
            failed => Err(failed),
        }
    }
}

/// What is not a finite number.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum NotFinite {
    /// The log density.
    #[error("the log density is {value}")]
    Value {
        /// NaN or infinite.
        value: f64,
    },
    /// An entry of its gradient; the first of them.
    #[error("the derivative of the log density by coordinate {coordinate} is {value}")]
    Gradient {
        /// Index of the coordinate.
        coordinate: usize,
        /// NaN or infinite.
        value: f64,
    },
}

impl NotFinite {
    /// What is not finite of a log density and its gradient.
    pub fn of(value: f64, gradient: &[f64]) -> Option<NotFinite> {
        if !value.is_finite() {
            return Some(NotFinite::Value { value });
        }
        let coordinate = gradient.iter().position(|g| !g.is_finite())?;
        Some(NotFinite::Gradient { coordinate, value: gradient[coordinate] })
    }
}
