//! The simulated markets that are timed.

use std::io::Write;

use mmm::data::{self, Dataset, LoadOptions};
use mmm::simulate::{World, simulate};

/// Geos, weeks, channels.
pub const SHAPES: [[usize; 3]; 4] = [[1, 156, 5], [8, 156, 8], [40, 156, 6], [50, 208, 30]];

/// A simulated market of this shape, read as a user's file would be.
pub fn market([geos, weeks, channels]: [usize; 3]) -> Dataset {
    let world = World { geos, weeks, channels, seed: 1, ..World::default() };
    let simulation = simulate(&world).expect("the shape is in range");
    let (_, text) = simulation.files().find(|(name, _)| *name == "data.csv").expect("a market has data");
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file can be made");
    file.write_all(text.as_bytes()).expect("a temporary file can be written");
    let controls = simulation.controls().iter().map(|c| (*c).to_owned()).collect();
    let options = LoadOptions { controls, ..LoadOptions::default() };
    data::load(file.path(), &options).expect("simulated data load").0
}
