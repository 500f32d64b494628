//! `fit.nc`: netCDF-4 with the groups and dimensions of ArviZ.

#[cfg(feature = "netcdf")]
mod groups;
#[cfg(feature = "netcdf")]
mod writer;

use crate::error::Error;
use crate::export::content::Content;
use crate::export::format::{Exporter, Written};
use crate::store::OutputDir;

/// Writes what `arviz.from_netcdf` opens.
pub(crate) struct Netcdf;

impl Exporter for Netcdf {
    fn holds_draws(&self) -> bool {
        cfg!(feature = "netcdf")
    }

    #[cfg(feature = "netcdf")]
    fn write(&self, content: &Content, folder: &OutputDir) -> Result<Written, Error> {
        use crate::export::manifest::ExportFile;
        use crate::store::OutputError;

        let path = folder.target().join("fit.nc");
        let failed = |source| OutputError::Format { path, source };
        let (bytes, left_out) = groups::encode(content).map_err(|e| failed(Box::new(e)))?;
        folder.write_bytes("fit.nc", &bytes)?;
        let about = "posterior, and what goes with it, for ArviZ and xarray";
        Ok(Written { files: vec![ExportFile::of("fit.nc", about, &bytes)], left_out })
    }

    #[cfg(not(feature = "netcdf"))]
    fn write(&self, _: &Content, _: &OutputDir) -> Result<Written, Error> {
        Err(crate::store::OutputError::NotBuilt { format: "netcdf" }.into())
    }
}
