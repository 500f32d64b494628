//! A simulated data set as files: the data, their truth, their roles and the tests.

pub(super) mod report;

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use serde::Serialize;

use super::baseline::{Baseline, Panel};
use super::channel::Channel;
use super::outcome::Outcome;
use super::truth::{ExperimentTruth, GeoTestTruth, Ordered, Truth};
use super::world::World;
use crate::Error;

/// What to do with a folder that holds something already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// Leave it alone and fail.
    Refuse,
    /// Replace the files of the same names; others stay.
    Replace,
}

/// A drawn data set, ready to be written.
#[derive(Debug, Clone)]
pub struct Simulation {
    truth: Truth,
    controls: Vec<&'static str>,
    files: Vec<(&'static str, String)>,
}

impl Simulation {
    pub(super) fn new(
        world: &World,
        panel: &Panel,
        base: &Baseline,
        channels: &[Channel],
        outcome: &Outcome,
        truth: Truth,
    ) -> Self {
        let mut columns: Vec<(String, &[f64])> = vec![("revenue".to_string(), outcome.observed.as_slice())];
        columns.extend(channels.iter().map(|c| (format!("{}_spend", c.name), c.spend.as_slice())));
        let mut controls: Vec<(&'static str, &[f64])> =
            vec![("price_index", &base.price_index), ("promo", &base.promo), ("holiday", &base.holiday)];
        controls.extend(base.query_index.as_deref().map(|q| ("query_index", q)));
        columns.extend(controls.iter().map(|(name, rows)| ((*name).to_string(), *rows)));
        let controls: Vec<&'static str> = controls.into_iter().map(|(name, _)| name).collect();
        let mut files = vec![
            ("data.csv", data_csv(world, panel, &columns)),
            ("roles.json", pretty(&roles(panel, channels, &controls))),
            ("truth.json", pretty(&truth)),
            ("experiments.csv", readings_csv(truth.experiments())),
            ("tests.csv", readings_csv(truth.tests())),
        ];
        if let Some(test) = &truth.geo_test {
            files.push(("geo_test.csv", geo_test_csv(test)));
            files.push(("contrast.csv", contrast_csv(test)));
        }
        Simulation { truth, controls, files }
    }

    /// What a perfect fit would say.
    pub fn truth(&self) -> &Truth {
        &self.truth
    }

    /// Columns of `data.csv` that are controls.
    pub fn controls(&self) -> &[&'static str] {
        &self.controls
    }

    /// Name and content of each file.
    pub fn files(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.files.iter().map(|(name, text)| (*name, text.as_str()))
    }

    /// Stores the files in `folder`: all of them, or on an error none.
    ///
    /// They are first written to a temporary sibling. A folder that is new or empty is then put in
    /// place by one rename; with [`Existing::Replace`] each file is renamed into the one there.
    ///
    /// # Errors
    /// As [`check_target`], and [`Error::Io`] when a file cannot be written.
    pub fn write(&self, folder: &Path, existing: Existing) -> Result<(), Error> {
        check_target(folder, existing)?;
        let parent = match folder.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        fs::create_dir_all(parent).map_err(cannot("cannot create", parent))?;
        let scratch = tempfile::Builder::new()
            .prefix(".mmm-simulate-")
            .tempdir_in(parent)
            .map_err(cannot("cannot create a folder in", parent))?;
        // A folder inside the scratch one: that is private to the user, this has usual permissions.
        let staged = scratch.path().join("data");
        fs::create_dir(&staged).map_err(cannot("cannot create", &staged))?;
        for (name, text) in self.files() {
            let path = staged.join(name);
            fs::write(&path, text).map_err(cannot("cannot write", &path))?;
        }
        if is_missing_or_empty(folder)? {
            // Some systems do not rename onto an empty folder; a missing one is no error.
            let _ = fs::remove_dir(folder);
            return fs::rename(&staged, folder).map_err(cannot("cannot create", folder));
        }
        for (name, _) in self.files() {
            let path = folder.join(name);
            fs::rename(staged.join(name), &path).map_err(cannot("cannot replace", &path))?;
        }
        Ok(())
    }
}

/// Whether `folder` may be written to, asked before the work.
///
/// # Errors
/// [`Error::OutputExists`] when it is not empty and may not be touched; [`Error::Io`] when it is a
/// file or cannot be read.
pub fn check_target(folder: &Path, existing: Existing) -> Result<(), Error> {
    if existing == Existing::Refuse && !is_missing_or_empty(folder)? {
        return Err(Error::OutputExists { path: folder.to_path_buf() });
    }
    Ok(())
}

fn is_missing_or_empty(folder: &Path) -> Result<bool, Error> {
    match fs::read_dir(folder) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(e) => Err(cannot("cannot use as a folder", folder)(e)),
    }
}

fn cannot(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.to_path_buf();
    move |source| Error::Io { action, path, source }
}

/// One row per geo and week; numbers in their shortest form.
fn data_csv(world: &World, panel: &Panel, columns: &[(String, &[f64])]) -> String {
    let mut text = String::with_capacity(world.rows() * (columns.len() + 3) * 9);
    text.push_str(if panel.is_panel() { "week,geo,population" } else { "week" });
    for (name, _) in columns {
        text.push(',');
        text.push_str(name);
    }
    text.push('\n');
    for row in 0..world.rows() {
        let (g, t) = (row / panel.weeks, row % panel.weeks);
        push(&mut text, panel.dates[t]);
        if panel.is_panel() {
            text.push(',');
            push(&mut text, panel.geo_name(g));
            text.push(',');
            push(&mut text, panel.population[g]);
        }
        for (_, rows) in columns {
            text.push(',');
            push(&mut text, rows[row]);
        }
        text.push('\n');
    }
    text
}

fn push(text: &mut String, value: impl std::fmt::Display) {
    write!(text, "{value}").expect("a string takes any text");
}

/// Which column is what.
#[derive(Serialize)]
struct Roles<'a> {
    date: &'static str,
    outcome: &'static str,
    outcome_kind: &'static str,
    channels: Ordered<ChannelRoles>,
    controls: &'a [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    geo: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    population: Option<&'static str>,
}

#[derive(Serialize)]
struct ChannelRoles {
    spend: String,
}

fn roles<'a>(panel: &Panel, channels: &[Channel], controls: &'a [&'static str]) -> Roles<'a> {
    let spend = |c: &Channel| (c.name.clone(), ChannelRoles { spend: format!("{}_spend", c.name) });
    Roles {
        date: "week",
        outcome: "revenue",
        outcome_kind: "revenue",
        channels: Ordered(channels.iter().map(spend).collect()),
        controls,
        geo: panel.is_panel().then_some("geo"),
        population: panel.is_panel().then_some("population"),
    }
}

/// Tests as a study beside the data reads them.
fn readings_csv<'t>(tests: impl Iterator<Item = (&'t str, &'t ExperimentTruth)>) -> String {
    let mut text = "channel,start,end,readout_end,multiplier,roi,se\n".to_string();
    for (name, test) in tests {
        let ExperimentTruth { start, end, readout_end, multiplier, roi, se, .. } = test;
        push(&mut text, format_args!("{name},{start},{end},{readout_end},{multiplier},{roi},{se}\n"));
    }
    text
}

/// A reading of a test whose cells are in the data.
fn geo_test_csv(test: &GeoTestTruth) -> String {
    let GeoTestTruth { channel, start, end, readout_end, spend_change, lift, se, .. } = test;
    let geos = test.geos.join("|");
    format!(
        "channel,start,end,readout_end,geos,spend_change,lift,se\n{channel},{start},{end},{readout_end},{geos},{spend_change},{lift},{se}\n"
    )
}

/// The same test without a reading: the data tell.
fn contrast_csv(test: &GeoTestTruth) -> String {
    let GeoTestTruth { channel, start, end, spend_change, .. } = test;
    let geos = test.geos.join("|");
    format!("channel,start,end,geos,spend_change\n{channel},{start},{end},{geos},{spend_change}\n")
}

fn pretty(value: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(value).expect("numbers and text only");
    text.push('\n');
    text
}
