//! Pareto-smoothed importance-sampling leave-one-out cross-validation.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Leave-one-out predictive accuracy.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Loo {
    /// Expected log pointwise predictive density.
    pub elpd: f64,
    /// Its standard error.
    pub se: f64,
    /// Effective number of parameters.
    pub p_loo: f64,
    /// Largest Pareto shape; above 0.7 the estimate is not reliable.
    pub max_pareto_k: f64,
}
