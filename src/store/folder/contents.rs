//! What an output directory may hold, so that a file of the user's own is told from one of mmm's.

use std::fs;
use std::io;
use std::path::Path;

use crate::store::names::{
    CURVES_FILE, DESIGN_FILE, DESIGN_GEOS, DESIGN_PAGE, DESIGN_PLAN, DESIGN_ROW, DIFF_JSON, DIFF_MARKDOWN,
    DRAWS_FILE, EXPORT_FILE, FIT_FILE, LOG_FILE, MEDIA_FILE, PRIOR_DRAWS_FILE, PRIOR_FILE, READOUT_FILE,
    READOUT_PAGE, REPORT_FILE, REPORT_UNFINISHED, VALIDATE_JSON, WEEKLY_FILE,
};

/// Every file that any version of mmm wrote into the directory of a fit.
const OF_FIT: [&str; 10] = [
    FIT_FILE,
    DRAWS_FILE,
    CURVES_FILE,
    MEDIA_FILE,
    WEEKLY_FILE,
    LOG_FILE,
    REPORT_FILE,
    DIFF_JSON,
    DIFF_MARKDOWN,
    VALIDATE_JSON,
];
/// The same of a prior.
const OF_PRIOR: [&str; 2] = [PRIOR_FILE, PRIOR_DRAWS_FILE];
/// The same of a readout.
const OF_READOUT: [&str; 2] = [READOUT_FILE, READOUT_PAGE];
/// The same of a design.
const OF_DESIGN: [&str; 5] = [DESIGN_FILE, DESIGN_PAGE, DESIGN_PLAN, DESIGN_GEOS, DESIGN_ROW];
/// The same of an export, beside its tables.
const OF_EXPORT: [&str; 3] = [EXPORT_FILE, "fit.xlsx", "fit.nc"];

/// `weekly.csv`, `curves.parquet` and such.
fn is_exported_table(name: &str) -> bool {
    let tables = [
        "summary",
        "channels",
        "curves",
        "weekly",
        "plans",
        "geos",
        "experiments",
        "next_tests",
        "parameters",
    ];
    name.rsplit_once('.')
        .is_some_and(|(stem, end)| tables.contains(&stem) && ["csv", "parquet"].contains(&end))
}
/// What file managers leave in a folder that somebody looked at: nobody's work.
const LITTER: [&str; 3] = [".DS_Store", "Thumbs.db", "desktop.ini"];

/// What an output directory is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputKind {
    /// `mmm fit`.
    Fit,
    /// `mmm fit --prior-only`.
    Prior,
    /// `mmm readout`.
    Readout,
    /// `mmm design`.
    Design,
    /// `mmm export`.
    Export,
}

impl OutputKind {
    /// File by which an earlier output is known.
    pub(crate) fn marker(self) -> &'static str {
        match self {
            OutputKind::Fit => FIT_FILE,
            OutputKind::Prior => PRIOR_FILE,
            OutputKind::Readout => READOUT_FILE,
            OutputKind::Design => DESIGN_FILE,
            OutputKind::Export => EXPORT_FILE,
        }
    }

    fn writes(self, name: &str) -> bool {
        match self {
            OutputKind::Fit => OF_FIT.contains(&name) || name.starts_with(REPORT_UNFINISHED),
            OutputKind::Prior => OF_PRIOR.contains(&name),
            OutputKind::Readout => OF_READOUT.contains(&name),
            OutputKind::Design => OF_DESIGN.contains(&name),
            OutputKind::Export => OF_EXPORT.contains(&name) || is_exported_table(name),
        }
    }
}

/// What is in a folder that may be an earlier output.
pub(crate) struct Contents {
    /// Whether the file is there that makes it one.
    pub is_output: bool,
    /// Names that mmm does not write into one, sorted, folders with a final `/`; all of them when it is none.
    pub strangers: Vec<String>,
}

impl Contents {
    /// Looks into `folder`.
    pub fn of(folder: &Path, kind: OutputKind) -> io::Result<Contents> {
        let mut names = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            names.push(if entry.file_type()?.is_dir() { name + "/" } else { name });
        }
        // Asked again, as another process may have swapped its output in while the old one was listed.
        let is_output =
            names.iter().any(|name| name == kind.marker()) || folder.join(kind.marker()).is_file();
        let is_nobodys = |name: &String| LITTER.contains(&name.as_str());
        names.retain(|name| !is_nobodys(name) && (!is_output || !kind.writes(name)));
        names.sort();
        Ok(Contents { is_output, strangers: names })
    }
}
