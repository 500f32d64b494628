//! Simulated markets as data sets.

use crate::Error;
use crate::data::{self, Dataset, LoadOptions};
use crate::simulate::{Existing, Truth, World, simulate};

/// Simulates a market and reads it as a user would, with its controls named.
///
/// # Errors
/// Options out of range, or no room for a temporary file.
pub fn dataset(world: &World) -> Result<(Dataset, LoadOptions, Truth), Error> {
    let simulation = simulate(world)?;
    let folder = tempfile::tempdir().map_err(|source| Error::Io {
        action: "cannot create a folder in",
        path: std::env::temp_dir(),
        source,
    })?;
    simulation.write(folder.path(), Existing::Replace)?;
    let controls = simulation.controls().iter().map(|c| (*c).to_owned()).collect();
    let options = LoadOptions { controls, ..LoadOptions::default() };
    let (dataset, _) = data::load(&folder.path().join("data.csv"), &options)?;
    Ok((dataset, options, simulation.truth().clone()))
}
