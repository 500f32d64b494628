//! Bayesian media mix models: CSV → checked data set → model → NUTS → posterior → JSON.
//!
//! A media mix model splits an outcome (revenue, orders, sign-ups) into a baseline and what each
//! media channel brought, with carry-over ([`transform::adstock`]) and diminishing returns
//! ([`transform::saturation`]), and says how sure it is. The `mmm` program is a thin shell over this
//! library; everything it does can be done from code:
//!
//! ```
//! use std::path::Path;
//! use mmm::config::{FitConfig, LoadOptions};
//! use mmm::run::Checked;
//!
//! # fn main() -> Result<(), mmm::Error> {
//! let config = FitConfig::default().with(|c| c.sampler.seed = 7)?;
//! # let config = config.with(|c| (c.sampler.chains, c.sampler.warmup, c.sampler.draws) = (2, Some(100), Some(50)))?;
//! let checked = Checked::read(Path::new("data/national/data.csv"), &LoadOptions::default(), config)?;
//! let fit = checked.fit(&())?;
//! let report = checked.report(&fit)?;
//! assert_eq!(report.channels[0].name, "tv");
//! assert!(report.channels[0].roi.is_some_and(|roi| roi.q05 < roi.mean));
//! # Ok(())
//! # }
//! ```
//!
//! # The pipeline
//! [`run()`] goes all the way from a data file to an output directory, [`run::Checked`] step by step:
//! 1. [`data::load`] reads the file, finds the role of each column and refuses what it cannot
//!    read; [`data::settle`] checks the settings against the data; [`data::vet`] stops data from
//!    which nothing can be learnt and lists what will be weak.
//! 2. [`fit()`] scales the data into a [`model::Design`], samples the parameters of its
//!    [`model::Density`] with NUTS on the present rayon pool, draws the baseline exactly, and
//!    turns the draws into a [`posterior::Posterior`] in original units. The same seed gives the
//!    same bytes on any number of threads.
//! 3. [`Fit::report`] summarises it as a [`report::Fit`], what `fit.json` holds, with the
//!    scenarios of [`planning::default_scenarios`]. [`store::OutputDir`] and
//!    [`store::write_results`] write the output directory.
//!
//! [`mod@compare`] fits several models of the same data. [`ask::ask`] answers budget questions from what was written. [`validation`] repeats this on earlier data to
//! see whether it would have forecast what came, and
//! [`calibration`] on simulated data whose truth is known.
//!
//! # Modules in reading order
//! Data flow down this list: a module uses those above it. Only [`error`] looks down, to gather
//! what each of them can refuse.

pub mod error;

mod day;
mod words;

pub mod config;
pub mod warning;

mod sha256;

pub mod data;

pub mod transform;

mod linalg;

pub mod model;

pub mod sampler;

pub mod diagnostics;

pub mod posterior;

pub mod planning;

pub mod report;

pub mod store;

pub mod fit;

pub mod run;

pub mod ask;

pub mod prior_only;

pub mod sensitivity;

pub mod test_design;

pub mod previous;

pub mod validation;

pub mod readout;

pub mod compare;

pub mod diff;

pub mod refresh;

pub mod export;

pub mod simulate;

pub mod calibration;

pub mod page;

pub mod show;

pub use error::Error;
pub use fit::{Fit, fit, fit_with_tests, leave_one_test_out};
pub use prior_only::prior_only;
pub use run::run;
pub use sensitivity::sensitivity;
pub use warning::Warning;

/// The Rust in docs/rust.md compiles.
#[cfg(doctest)]
#[doc = include_str!("../docs/rust.md")]
struct Readme;
