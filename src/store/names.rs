//! The names of the files in an output directory.

/// File name of the prior's summary in the output directory.
pub const PRIOR_FILE: &str = "prior.json";
/// File name of the prior's draws.
pub const PRIOR_DRAWS_FILE: &str = "prior_draws.parquet";
/// File name of the report in the output directory.
pub const REPORT_FILE: &str = "report.html";
/// Beginning of the name under which a report is written until it is complete.
pub const REPORT_UNFINISHED: &str = ".report.html.tmp-";
/// The comparison with the earlier fit beside a refreshed one.
pub const DIFF_JSON: &str = "diff.json";
/// The same to be read.
pub const DIFF_MARKDOWN: &str = "diff.md";
