//! The names of the files in an output directory.

/// File name of the fit in the output directory.
pub const FIT_FILE: &str = "fit.json";
/// File name of the draws in the output directory.
pub const DRAWS_FILE: &str = "draws.parquet";
/// File name of the curves in the output directory.
pub const CURVES_FILE: &str = "curves.parquet";
/// File name of the media history in the output directory.
pub const MEDIA_FILE: &str = "media.parquet";
/// File name of the table in the output directory.
pub const WEEKLY_FILE: &str = "weekly.csv";
/// File name of the log in the output directory.
pub const LOG_FILE: &str = "log.json";
/// File name of the prior's summary in the output directory.
pub const PRIOR_FILE: &str = "prior.json";
/// File name of the prior's draws.
pub const PRIOR_DRAWS_FILE: &str = "prior_draws.parquet";
/// File name of the report in the output directory.
pub const REPORT_FILE: &str = "report.html";
/// Beginning of the name under which a report is written until it is complete.
pub const REPORT_UNFINISHED: &str = ".report.html.tmp-";
/// What `mmm validate --json` printed, where somebody kept it beside the fit.
pub const VALIDATE_JSON: &str = "validate.json";
/// The comparison with the earlier fit beside a refreshed one.
pub const DIFF_JSON: &str = "diff.json";
/// The same to be read.
pub const DIFF_MARKDOWN: &str = "diff.md";
/// The reading of a test.
pub const READOUT_FILE: &str = "readout.json";
/// The same to be looked at.
pub const READOUT_PAGE: &str = "readout.html";
/// File name of a design in its output directory.
pub const DESIGN_FILE: &str = "design.json";
/// The same as a page.
pub const DESIGN_PAGE: &str = "design.html";
/// What its treated geos spend, as `mmm scenario --plan` reads it.
pub const DESIGN_PLAN: &str = "plan.csv";
/// What each geo does in it.
pub const DESIGN_GEOS: &str = "geos.csv";
/// The row that tells a fit of the test of a design.
pub const DESIGN_ROW: &str = "experiments.csv";
/// What an export holds and where it comes from; in the folder of the export.
pub const EXPORT_FILE: &str = "export.json";
