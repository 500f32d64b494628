//! Experiments as terms of the likelihood: readings and contrasts.

mod contrast;
mod exposures;
mod lift;
mod reading;

use std::sync::Arc;

use self::contrast::contrasts;
pub use self::lift::TestLifts;
pub(crate) use self::reading::ELSEWHERE;
pub use self::reading::reading_density;
use self::reading::readings;
use super::design::Design;
use super::terms::Term;
use crate::data::{Dataset, Experiment};

/// The terms that `tests` add to the likelihood of a design of the same data.
pub fn experiment_terms(tests: &[Experiment], design: &Design, data: &Dataset) -> Vec<Arc<dyn Term>> {
    let mut terms: Vec<Arc<dyn Term>> = Vec::new();
    if let Some(readings) = readings(tests, design, data) {
        terms.push(Arc::new(readings));
    }
    if let Some(contrasts) = contrasts(tests, design) {
        terms.push(Arc::new(contrasts));
    }
    terms
}

#[cfg(test)]
mod tests;
