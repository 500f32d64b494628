//! What a stored fit has for an export: its report, its tables, its draws, and what only its data can bring back.

use std::path::Path;

use crate::error::Error;
use crate::export::provenance::Provenance;
use crate::fit::Fit as Fitted;
use crate::posterior::{Pointwise, pointwise};
use crate::refresh;
use crate::report::Fit;
use crate::sampler::{Chain, Progress};
use crate::store::{Draws, Weekly, read_draws, read_weekly};

/// The fitted data, from which the same fit can be made again.
pub struct Again<'a> {
    /// The data file.
    pub data: &'a Path,
    /// Shows how far the chains are.
    pub progress: &'a dyn Progress,
}

/// What is exported.
#[cfg_attr(not(feature = "netcdf"), allow(dead_code, reason = "netCDF alone reads all of it"))]
pub(crate) struct Content {
    /// `fit.json`.
    pub fit: Fit,
    /// `weekly.csv`.
    pub weekly: Weekly,
    /// `draws.parquet`; read only for the formats that hold draws.
    pub draws: Option<Draws>,
    /// What is computed from data and draws together; absent without the data.
    pub computed: Option<Computed>,
    /// Where all of it comes from.
    pub provenance: Provenance,
}

/// What a fit does not keep.
#[cfg_attr(not(feature = "netcdf"), allow(dead_code, reason = "netCDF alone reads it"))]
pub(crate) struct Computed {
    /// Cell by cell: log densities and predictions.
    pub pointwise: Pointwise,
    /// The sampler's statistics.
    pub chains: Vec<Chain>,
    /// Transitions from one kept draw to the next.
    pub thin: usize,
}

impl Content {
    /// Reads what tables are made from.
    ///
    /// # Errors
    /// A file that is missing, damaged or of another fit.
    pub fn read(path: &Path, fit: Fit) -> Result<Content, Error> {
        let weekly = read_weekly(path)?;
        let provenance = Provenance::of(&fit);
        Ok(Content { fit, weekly, draws: None, computed: None, provenance })
    }

    /// Adds the draws, and with the data what only they can bring back.
    ///
    /// # Errors
    /// As [`Content::read`]; data that are not those of the fit, or from which other draws come.
    pub fn with_draws(mut self, path: &Path, again: Option<Again<'_>>) -> Result<Content, Error> {
        self.draws = read_draws(path, &self.fit)?;
        if let Some(again) = again {
            let repeated = refresh::repeat(&self.fit, again.data, again.progress)?;
            refuse_other_data(&self.fit, again.data, &repeated.dataset.source.sha256)?;
            let fitted = repeated.fitted;
            if !self.draws.as_ref().is_some_and(|draws| same_draws(draws, &fitted)) {
                return Err(other_draws(again.data));
            }
            let pointwise = pointwise(&fitted.density, &fitted.chains, self.fit.run.seed);
            self.computed = Some(Computed { pointwise, chains: fitted.chains, thin: self.fit.run.thin });
        }
        Ok(self)
    }
}

/// Whether the repetition gave the draws that are stored.
fn same_draws(stored: &Draws, fitted: &Fitted) -> bool {
    let sampled = fitted.posterior.parameters.iter().filter(|p| p.sampled);
    // The return of a channel is stored as what is caused, which its parameter is not.
    let mut comparable = sampled.filter(|p| !p.name.starts_with("roi["));
    comparable.all(|p| stored.get(&p.name).is_none_or(|draws| draws == p.draws))
}

fn refuse_other_data(fit: &Fit, data: &Path, sha256: &str) -> Result<(), Error> {
    if sha256 == fit.run.data.sha256 {
        return Ok(());
    }
    Err(Error::data(
        &data.display().to_string(),
        format!("is not the file that was fitted: its SHA-256 is {sha256}, not {}", fit.run.data.sha256),
        format!("give the file that was fitted, which was {}, or leave --data out", fit.run.data.file),
    ))
}

fn other_draws(data: &Path) -> Error {
    Error::data(
        &data.display().to_string(),
        "the fit made again from it has other draws than the stored one: another version or machine made that"
            .to_owned(),
        "run `mmm fit` again here and export that, or leave --data out".to_owned(),
    )
}
