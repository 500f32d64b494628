//! Rows of the file → checked experiments of a data set.

use chrono::NaiveDate;

use super::calendar::{belonging, covered, span, touched};
use super::counterfactual::{Counterfactual, NoCounterfactual, Treatment};
use super::dose::{self, Dose};
use super::estimate;
use super::experiment::{Estimand, Experiment, ExperimentKind, Experiments};
use super::faults::Faults;
use super::file::{ExperimentFile, ExperimentRow};
use super::row::RowReader;
use super::{columns, header, names, overlap, warnings};
use crate::config::{Adstock, FitConfig};
use crate::data::dataset::Dataset;
use crate::error::Error;
use crate::warning::Warning;

/// Checks every row of `file` against `data`, with what to know of tests that can be used.
///
/// # Errors
/// Everything that is wrong with the file, at once: row, column, value and remedy.
pub fn resolve_experiments(
    file: &ExperimentFile,
    data: &Dataset,
    config: &FitConfig,
) -> Result<(Experiments, Vec<Warning>), Error> {
    let mut faults = Faults::default();
    let mut warnings = header::check(&file.columns, &mut faults);
    overlap::repeated_rows(file, &mut faults);
    let mut tests = Vec::with_capacity(file.rows.len());
    if ["channel", "start", "end"].iter().all(|needed| file.columns.iter().any(|c| c == needed)) {
        for row in &file.rows {
            let desk = Desk { data, config, row, warnings: &mut warnings };
            tests.extend(desk.test(&mut faults));
        }
        overlap::shared_cells(file, &tests, &mut faults);
    }
    faults.finish(&file.file)?;
    Ok((Experiments { tests }, warnings))
}

/// The tests of a stored fit against data, none where it kept no file; what there is to know was said when it was made.
///
/// # Errors
/// As [`resolve_experiments`].
pub fn stored_experiments(
    file: Option<&ExperimentFile>,
    data: &Dataset,
    config: &FitConfig,
) -> Result<Experiments, Error> {
    let resolved = file.map(|file| resolve_experiments(file, data, config)).transpose()?;
    Ok(resolved.map(|(tests, _)| tests).unwrap_or_default())
}

/// One row while it is checked.
struct Desk<'a> {
    data: &'a Dataset,
    config: &'a FitConfig,
    row: &'a ExperimentRow,
    warnings: &'a mut Vec<Warning>,
}

/// First and last day of the treatment, and the last day that a reading counts.
#[derive(Clone, Copy)]
struct Days {
    start: NaiveDate,
    end: NaiveDate,
    readout_end: NaiveDate,
}

/// Where a test was.
struct Place {
    /// Treated geos with rows in the treatment.
    geos: Vec<usize>,
    /// Whether no geo of the data was left untreated.
    everywhere: bool,
}

impl Desk<'_> {
    /// The test, unless something is wrong with it.
    fn test(mut self, faults: &mut Faults) -> Option<Experiment> {
        let before = faults.len();
        let mut reader = RowReader { row: self.row, faults };
        let channels = names::channels(&mut reader, self.data);
        let days = self.days(&mut reader);
        let place = self.place(&mut reader, days);
        let dose = dose::dose(&mut reader);
        let kind = estimate::kind(&mut reader);
        let share = reader.number_that(
            "population_share",
            |p| p > 0.0 && p <= 1.0,
            ("must be above 0 and at most 1", "write the share of the people who were treated: 0.3 for 30 %"),
        );
        let (channels, days, place, dose, kind) = (channels?, days?, place?, dose?, kind?);
        self.check_design(&mut reader, &channels, (&place, dose, kind, share));
        let covered = covered(self.data, days.start, days.end);
        let treatment = Treatment {
            data: self.data,
            channels: &channels,
            geos: &place.geos,
            covered: &covered,
            people: share.unwrap_or(1.0),
        };
        let without = match treatment.without(dose) {
            Ok(without) => without,
            Err(reason) => {
                self.refuse_dose(&mut reader, dose, reason);
                return None;
            }
        };
        let in_data = self.is_in_data(&place, kind, share, &without);
        self.check_change(&mut reader, &place, (kind, dose, share), &without);
        let counted = self.counted(&mut reader, days, kind);
        let cells = self.cells(&place, counted.clone());
        if reader.faults.len() > before {
            return None;
        }
        self.tell(&channels, &place, (days, dose, kind), (&without, in_data));
        Some(Experiment {
            label: self.row.label(),
            row: self.row.row,
            channels,
            geos: place.geos,
            start: days.start,
            end: days.end,
            readout_end: days.readout_end,
            treated: touched(&covered),
            counted,
            cells,
            kind,
            counterfactual: without.exposure,
            alike: without.alike,
            counterfactual_spend: without.spend,
            spend_change: without.spend_change,
            population_share: share,
            in_data,
            other: self.other(),
        })
    }

    /// The days, in order and within the data.
    fn days(&self, reader: &mut RowReader) -> Option<Days> {
        let (start, end) = (reader.day("start"), reader.day("end"));
        let readout = reader.day_or_blank("readout_end");
        let before = reader.faults.len();
        let (first, last) = span(self.data);
        let within =
            format!("the data span {first} to {last}: take in more of them (--from, --to), or drop the row");
        for (column, day) in [("start", start), ("end", end), ("readout_end", readout)] {
            match day {
                Some(day) if day < first => {
                    reader.fault(column, format!("is before the data, which begin on {first}"), &within);
                }
                Some(day) if day > last => {
                    reader.fault(column, format!("is after the data, which end on {last}"), &within);
                }
                _ => {}
            }
        }
        if let (Some(start), Some(end)) = (start, end)
            && end < start
        {
            reader.fault(
                "end",
                format!("is before the start ({start})"),
                "write the first day as `start`, the last as `end`",
            );
        }
        if let (Some(end), Some(readout)) = (end, readout)
            && readout < end
        {
            let remedy =
                "outcomes are counted until the treatment ends or longer: drop `readout_end`, or correct it";
            reader.fault("readout_end", format!("is before the end of the treatment ({end})"), remedy);
        }
        let (start, end) = (start?, end?);
        let readout_end = if reader.has("readout_end") { readout? } else { end };
        (reader.faults.len() == before).then_some(Days { start, end, readout_end })
    }

    /// The treated geos; those without rows in the treatment are a fault where they were named.
    fn place(&self, reader: &mut RowReader, days: Option<Days>) -> Option<Place> {
        let named = names::geos(reader, self.data);
        let all: Vec<usize> = (0..self.data.n_geos()).collect();
        let (geos, is_named) = match named {
            None => (all, false),
            Some(geos) => (geos?, true),
        };
        let everywhere = geos.len() == self.data.n_geos();
        let days = days?;
        let covered = covered(self.data, days.start, days.end);
        let has_rows = |g: &usize| (0..covered.len()).any(|t| covered[t] > 0.0 && self.data.present[[*g, t]]);
        let (geos, without): (Vec<usize>, Vec<usize>) = geos.into_iter().partition(has_rows);
        let Some(first) = without.first().filter(|_| is_named || geos.is_empty()) else {
            return Some(Place { geos, everywhere });
        };
        let what =
            format!("names `{}`, of which the data have no row in the treatment", self.data.geos[*first]);
        reader.fault("geos", what, "leave the geo out, or correct the dates");
        None
    }

    /// What cannot go together.
    fn check_design(
        &self,
        reader: &mut RowReader,
        channels: &[usize],
        (place, dose, kind, share): (&Place, Dose, ExperimentKind, Option<f64>),
    ) {
        if let Some(organic) = channels.iter().map(|c| &self.data.channels[*c]).find(|c| c.is_organic()) {
            let name = &organic.name;
            if matches!(kind, ExperimentKind::Reading(r) if r.what == Estimand::Roi) {
                let what = format!("is a return on spend, and `{name}` has no spend");
                reader.fault("roi", what, "give the `lift` of organic channels, in outcome units");
            }
            if !matches!(dose, Dose::Multiplier(_)) {
                let what = format!("is a spend, and `{name}` has none");
                reader.fault(dose.column(), what, "tell the change of organic channels by `multiplier`");
            }
        }
        let is_panel = self.data.n_geos() > 1;
        if kind == ExperimentKind::Contrast {
            if is_panel && place.everywhere {
                let remedy = "name the treated geos; where all were treated at once the regression holds the test already: drop the row";
                reader.fault("geos", "a contrast of all geos has nothing to be compared with", remedy);
            }
            if share.is_some() {
                let remedy = "give what was read as `lift` with its error, or drop `population_share`";
                reader.fault(
                    "population_share",
                    "is of no use to a contrast, whose cells are in the data",
                    remedy,
                );
            }
        }
        let method = self.row.cell("method").unwrap_or_default().to_lowercase();
        let method: String = method.chars().filter(|c| c.is_alphanumeric()).collect();
        if place.everywhere
            && share.is_none()
            && ["prepost", "beforeafter", "prepostcomparison"].contains(&method.as_str())
        {
            reader.fault("method", PRE_POST, DROP_IT);
        }
    }

    fn refuse_dose(&self, reader: &mut RowReader, dose: Dose, reason: NoCounterfactual) {
        match reason {
            NoCounterfactual::NothingSpent => {
                let column = if reader.has("multiplier") { "multiplier" } else { "start" };
                let remedy = "give `spend_change` (negative for a hold-out) or `usual_spend`, the spend without the test; or correct the dates and geos";
                reader.fault(
                    column,
                    "is of a time in which nothing was spent: a multiple of nothing is nothing",
                    remedy,
                );
            }
            NoCounterfactual::MoreThanSpent { spent } => {
                let what =
                    format!("is more than the {:.0} spent in its geos and weeks", spent.max(0.0) + 0.0);
                let remedy = "write actual less counterfactual spend, at most what was spent; it is negative for a hold-out";
                reader.fault(dose.column(), what, remedy);
            }
            NoCounterfactual::NeverRan => {
                let remedy = "correct the dates, geos and channel: there is no spend to tell how it would have been spread";
                reader.fault(dose.column(), "cannot be spread: the channel never ran in these geos", remedy);
            }
            NoCounterfactual::NoChange => {
                reader.fault(
                    dose.column(),
                    "is what was spent: nothing was changed",
                    "give the spend without the test",
                );
            }
        }
    }

    /// What the change rules out.
    fn check_change(
        &mut self,
        reader: &mut RowReader,
        place: &Place,
        (kind, dose, share): (ExperimentKind, Dose, Option<f64>),
        without: &Counterfactual,
    ) {
        let ExperimentKind::Reading(reading) = kind else { return };
        let change = if without.spend_change == 0.0 { without.exposure_change } else { without.spend_change };
        if self.data.n_geos() > 1 && place.everywhere && share.is_none() && change < 0.0 {
            reader.fault(if reader.has("geos") { "geos" } else { dose.column() }, PRE_POST, DROP_IT);
        }
        if reading.what == Estimand::Roi && without.spend_change == 0.0 && self.row.cell("roi").is_some() {
            reader.fault(
                "roi",
                "is a return on a change of spend, and none was spent",
                "give the `lift` instead",
            );
            return;
        }
        let signed = if reading.what == Estimand::Lift {
            reading.estimate * change.signum()
        } else {
            reading.estimate
        };
        if signed < -SURELY * reading.se {
            let column = if reading.what == Estimand::Lift { "lift" } else { "roi" };
            let words = if change < 0.0 { "less" } else { "more" };
            let (what, remedy) = match reading.what {
                Estimand::Lift => (
                    format!(
                        "has the sign against the change: {words} was spent ({:.0})",
                        without.spend_change
                    ),
                    "a lift has the sign of the change: negative where less was spent and sales fell",
                ),
                Estimand::Roi => (
                    "is negative beyond any error".to_owned(),
                    "a return is value per unit of spend changed: positive where less was spent and sales fell",
                ),
            };
            reader.fault(column, what, remedy);
        } else if signed < -NINETY * reading.se || (signed < 0.0 && reading.what == Estimand::Lift) {
            self.warnings.push(warnings::sign_within_error(self.row, reading.estimate, change));
        }
    }

    /// Whether the outcomes that a reading speaks of are cells of the data: those of named geos are; of a whole
    /// market those of a change that the data hold too, where less was spent than usual.
    fn is_in_data(
        &self,
        place: &Place,
        kind: ExperimentKind,
        share: Option<f64>,
        without: &Counterfactual,
    ) -> bool {
        let reading = kind != ExperimentKind::Contrast && share.is_none();
        reading && (!place.everywhere || without.spend_change < 0.0)
    }

    /// Periods that a reading counts.
    fn counted(&self, reader: &mut RowReader, days: Days, kind: ExperimentKind) -> std::ops::Range<usize> {
        if kind == ExperimentKind::Contrast {
            return 0..0;
        }
        let counted = belonging(self.data, days.start, days.readout_end);
        if counted.is_empty() {
            let noun = self.data.interval.noun();
            let column = if reader.has("readout_end") { "readout_end" } else { "end" };
            let what =
                format!("leaves no {noun} to be counted: none has its middle day from {} on", days.start);
            reader.fault(
                column,
                what,
                format!("a {noun} counts when its middle day does: give a later `readout_end`"),
            );
        }
        counted
    }

    fn cells(&self, place: &Place, counted: std::ops::Range<usize>) -> Vec<(usize, usize)> {
        let all = place.geos.iter().flat_map(|g| counted.clone().map(move |t| (*g, t)));
        all.filter(|(g, t)| self.data.present[[*g, *t]]).collect()
    }

    /// Warnings of a test that can be used.
    fn tell(
        &mut self,
        channels: &[usize],
        place: &Place,
        (days, dose, kind): (Days, Dose, ExperimentKind),
        (without, in_data): (&Counterfactual, bool),
    ) {
        /// More than any test adds to what is usual: rather a wrong unit.
        const BEYOND_USUAL: f64 = 5.0;
        let row = self.row;
        let is_told = |column: &str| row.cell(column).is_some();
        let mut found = Vec::new();
        if kind == ExperimentKind::Contrast {
            if self.data.n_geos() == 1 {
                found.push(warnings::contrast_of_one_market(row, self.data.interval));
            }
            if !["multiplier", "spend_change", "usual_spend"].into_iter().any(is_told) {
                found.push(warnings::contrast_of_all(row));
            }
            if is_told("readout_end") {
                found.push(warnings::readout_of_contrast(row));
            }
        } else {
            if !is_told("readout_end") && channels.iter().any(|c| self.carries_over(*c)) {
                found.push(warnings::default_readout(row));
            }
            let counted = belonging(self.data, days.start, days.readout_end);
            let all = counted.len() * place.geos.len();
            let there = self.cells(place, counted).len();
            if there < all {
                found.push(warnings::rows_missing(row, 1.0 - there as f64 / all as f64));
            }
        }
        if in_data {
            found.push(warnings::reading_of_own_cells(row));
        }
        if without.guessed {
            found.push(warnings::spread_guessed(row));
        }
        if let Some(times) = without.over_usual.filter(|times| *times > BEYOND_USUAL) {
            found.push(warnings::beyond_usual(row, dose.column(), times));
        }
        self.warnings.extend(found);
    }

    fn carries_over(&self, c: usize) -> bool {
        let own = self.config.channels.get(&self.data.channels[c].name).and_then(|own| own.adstock);
        own.unwrap_or(self.config.model.adstock) != Adstock::None
    }

    /// Cells that mean nothing here.
    fn other(&self) -> Vec<(String, String)> {
        let own = self
            .row
            .cells
            .iter()
            .filter(|(name, _)| *name == "method" || !columns::KNOWN.contains(&name.as_str()));
        own.map(|(name, text)| (name.clone(), text.clone())).collect()
    }
}

/// Standard errors to the end of a 90 % interval: beyond it a channel without effect reads one time in twenty.
const NINETY: f64 = 1.645;
/// Standard errors beyond which chance does it once in thirty thousand tests: the sign is mistaken.
const SURELY: f64 = 4.0;

/// What is wrong with a test of everything at once.
const PRE_POST: &str =
    "all geos were treated at once, which only before and after can tell: the regression holds that already";
const DROP_IT: &str = "drop the row, or name the treated geos; of a study of single people tell the spend by `multiplier`, of other places their `population_share`";
