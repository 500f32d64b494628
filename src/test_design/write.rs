//! The folder of a design: `design.json`, `design.html`, `plan.csv`, `geos.csv` and `experiments.csv`.

use std::fmt::Write as _;
use std::path::PathBuf;

use super::report::DesignReport;
use crate::error::Error;
use crate::store::{DESIGN_FILE, DESIGN_GEOS, DESIGN_PAGE, DESIGN_PLAN, DESIGN_ROW, OutputDir};

/// Fills an output directory and puts it in place, with `page` as its HTML; returns where it is.
///
/// # Errors
/// The operating system's; nothing is then half-written.
pub fn write_design(report: &DesignReport, page: &str, dir: OutputDir) -> Result<PathBuf, Error> {
    dir.write_bytes(DESIGN_FILE, &report.to_json()?)?;
    dir.write_bytes(DESIGN_PAGE, page.as_bytes())?;
    dir.write_bytes(DESIGN_PLAN, plan(report).as_bytes())?;
    dir.write_bytes(DESIGN_GEOS, geos(report).as_bytes())?;
    let [header, row] = &report.best.experiments;
    if !row.is_empty() {
        dir.write_bytes(DESIGN_ROW, format!("{header}\n{row}\n").as_bytes())?;
    }
    Ok(dir.commit()?)
}

fn cell(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

/// As `mmm scenario --plan` reads it.
fn plan(report: &DesignReport) -> String {
    let [date, geo, spend] = &report.best.plan_columns;
    let panel = !geo.is_empty();
    let mut text = if panel {
        format!("{},{},{}\n", cell(date), cell(geo), cell(spend))
    } else {
        format!("{},{}\n", cell(date), cell(spend))
    };
    for row in &report.best.plan {
        let geo = if panel { format!("{},", cell(&row.geo)) } else { String::new() };
        let _ = writeln!(text, "{},{geo}{:.2}", row.date, row.spend);
    }
    text
}

fn geos(report: &DesignReport) -> String {
    let mut text = "geo,role,outcome_share,usual_spend,planned_spend\n".to_owned();
    for geo in &report.best.geos {
        let _ = writeln!(
            text,
            "{},{},{:.6},{:.2},{:.2}",
            cell(&geo.geo),
            geo.role,
            geo.outcome_share,
            geo.usual_spend,
            geo.planned_spend
        );
    }
    text
}
