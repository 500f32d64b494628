//! What is asked: which test, told as a person would, resolved against the data.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::usual::{Guess, guess};
use crate::config::FitConfig;
use crate::data::{Dataset, Experiment, ExperimentFile, ExperimentRow, resolve_experiments};
use crate::error::Problems;
use crate::report::SpendSource;
use crate::words::numbers::amount;
use crate::words::numbers::signed_percent;
use crate::words::percent;
use crate::{Error, Warning};

/// Untreated geos of a panel without which nothing can be compared.
const LEAST_UNTREATED: usize = 3;
/// Days before the test from which the usual course is learnt: half a year.
const LEAST_DAYS: i64 = 7 * 26;
/// A change of spend below this share of the usual is none that outcomes could show.
const UNCHANGED: f64 = 0.05;
/// Errors of the guessed usual spend beyond which a change of spend is one.
const SURE: f64 = 2.0;
/// Told and guessed usual spend further apart than this factor are worth a look.
const APART: f64 = 2.0;

/// A test as it is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct TestRequest {
    /// Channel, or several joined by `+`.
    pub channel: String,
    /// First day of the treatment.
    pub start: NaiveDate,
    /// Last day of the treatment.
    pub end: NaiveDate,
    /// Last day whose outcome counts; until the carry-over is gone where none is told.
    pub readout_end: Option<NaiveDate>,
    /// Groups of geos that were treated alike, at least one.
    pub cells: Vec<CellRequest>,
    /// Where the cells were told: a file, or flags.
    pub told_by: String,
}

/// Geos that were treated alike.
#[derive(Debug, Clone, PartialEq)]
pub struct CellRequest {
    /// Name of the cell; `None` where there is one alone.
    pub name: Option<String>,
    /// Names of the geos; none for data of one market.
    pub geos: Vec<String>,
    /// What is known of the spend.
    pub spend: SpendTold,
}

/// What is known of the spend without the test.
#[derive(Debug, Clone, PartialEq)]
pub enum SpendTold {
    /// Actual less usual spend over the treatment, currency.
    Change(f64),
    /// Usual spend over the treatment, currency.
    Usual(f64),
    /// A column of the data that holds the usual spend, cell by cell.
    Column(String),
    /// Nothing: by the spend of untreated geos.
    Nothing,
}

/// A test against the data.
#[derive(Debug, Clone)]
pub(super) struct Trial {
    /// One entry per cell.
    pub(super) cells: Vec<TrialCell>,
    /// What to know of it.
    pub(super) warnings: Vec<Warning>,
}

/// One cell of it.
#[derive(Debug, Clone)]
pub(super) struct TrialCell {
    /// Name of the cell.
    pub(super) name: Option<String>,
    /// As a contrast, with its exposure without the test.
    pub(super) test: Experiment,
    /// Where the usual spend is from.
    pub(super) source: SpendSource,
}

impl TestRequest {
    /// Checks the request against data.
    ///
    /// # Errors
    /// Unknown channels and geos, days outside the data, a change that cannot be, fewer than three untreated geos,
    /// less than half a year before the test, and spend that did not change.
    pub(super) fn resolve(&self, data: &Dataset, config: &FitConfig) -> Result<Trial, Error> {
        self.check_geos(data)?;
        self.check_days(data)?;
        self.check_history(data)?;
        let mut warnings = Vec::new();
        let mut sources = Vec::new();
        let mut rows = Vec::new();
        // Names are judged first, by a contrast whose change may be anything.
        let probe =
            |dose: (&str, f64)| self.cells.iter().map(|cell| self.row(cell, dose)).collect::<Vec<_>>();
        let named = self.read(probe(("spend_change", -1e-6)), data, config)?;
        let treated: Vec<usize> = named.iter().flat_map(|test| test.geos.iter().copied()).collect();
        check_untreated(data, &treated)?;
        for (cell, test) in self.cells.iter().zip(&named) {
            let (dose, source) = self.dose(cell, test, (data, &treated), &mut warnings)?;
            rows.push(self.row(cell, dose));
            sources.push(source);
        }
        let tests = self.read(rows, data, config)?;
        let cells: Vec<TrialCell> = tests
            .into_iter()
            .zip(&self.cells)
            .zip(sources)
            .map(|((test, cell), source)| TrialCell { name: cell.name.clone(), test, source })
            .collect();
        for cell in &cells {
            self.check_change(data, cell)?;
        }
        if data.n_geos() == 1 {
            warnings.push(Warning::new(
                "readout_of_one_market",
                format!(
                    "one market has nothing untreated beside it: what it would have done is the model's forecast \
                     from before and after, and anything else that happened in those {}s counts as effect",
                    data.interval.noun()
                ),
                "repeat the change in weeks chosen by chance, or test in some regions only",
            ));
        }
        Ok(Trial { cells, warnings })
    }

    /// A row of a file of experiments.
    fn row(&self, cell: &CellRequest, (column, value): (&str, f64)) -> ExperimentRow {
        let mut cells = BTreeMap::from([
            ("channel".to_owned(), self.channel.clone()),
            ("start".to_owned(), self.start.to_string()),
            ("end".to_owned(), self.end.to_string()),
            (column.to_owned(), format!("{value}")),
        ]);
        if !cell.geos.is_empty() {
            cells.insert("geos".to_owned(), cell.geos.join("|"));
        }
        cells.extend(cell.name.iter().map(|name| ("id".to_owned(), name.clone())));
        ExperimentRow { row: 0, cells }
    }

    fn read(
        &self,
        rows: Vec<ExperimentRow>,
        data: &Dataset,
        config: &FitConfig,
    ) -> Result<Vec<Experiment>, Error> {
        let columns = ["channel", "start", "end", "geos", "spend_change", "usual_spend", "id"]
            .map(str::to_owned)
            .to_vec();
        let number = |(i, row): (usize, ExperimentRow)| ExperimentRow { row: i as u32 + 1, ..row };
        let rows = rows.into_iter().enumerate().map(number).collect();
        let file = ExperimentFile { file: self.told_by.clone(), columns, rows, ..ExperimentFile::default() };
        let (tests, _) = resolve_experiments(&file, data, config).map_err(|error| self.in_flags(error))?;
        Ok(tests.tests)
    }

    /// Faults of a row as faults of the flags, or of the cell.
    fn in_flags(&self, error: Error) -> Error {
        let Error::Data { file, mut problems, hint } = error else { return error };
        let reworded = |text: &String| {
            let mut text = text.clone();
            for (i, cell) in self.cells.iter().enumerate() {
                let place = format!("row {}, column ", i + 1);
                let cell = cell.name.as_ref().map_or(String::new(), |name| format!("cell `{name}`, "));
                text = text.replace(&place, &cell);
            }
            for column in ["channel", "start", "end", "geos", "spend_change", "usual_spend"] {
                text = text.replace(&format!("`{column}`: "), &format!("{}: ", column.replace('_', "-")));
            }
            text
        };
        problems.shown = problems.shown.iter().map(reworded).collect();
        Error::Data { file, problems, hint }
    }

    /// Refuses a panel without treated geos: the words of a file's row would not help.
    fn check_geos(&self, data: &Dataset) -> Result<(), Error> {
        if data.n_geos() == 1 || self.cells.iter().all(|cell| !cell.geos.is_empty()) {
            return Ok(());
        }
        let what = "geos: none are named; what was treated everywhere has nothing to be compared with";
        Err(self.refused(data, what.into(), "name the treated geos with --geos or --cells"))
    }

    /// Refuses outcomes that are to be counted until a day within the treatment, or outside the data.
    fn check_days(&self, data: &Dataset) -> Result<(), Error> {
        let Some(day) = self.readout_end else { return Ok(()) };
        if day < self.end {
            let what = format!("readout-end: `{day}` is before the end of the treatment ({})", self.end);
            return Err(self.refused(data, what, "count outcomes to the end of the treatment at least"));
        }
        let last = data.dates.last().map(|first| data.interval.last_day(*first));
        match last.filter(|last| day > *last) {
            None => Ok(()),
            Some(last) => {
                let what = format!("readout-end: `{day}` is after the data, which end on {last}");
                Err(self.refused(data, what, "take in more data, or count until their end"))
            }
        }
    }

    fn check_history(&self, data: &Dataset) -> Result<(), Error> {
        let first = data.dates.first().copied().unwrap_or_default();
        let days = (self.start - first).num_days();
        // Days outside the data are told with the rest.
        if !(0..LEAST_DAYS).contains(&days) {
            return Ok(());
        }
        Err(self.refused(
            data,
            format!("start: only {} weeks of data lie before the test ({first} to {})", days / 7, self.start),
            "give at least 26 weeks of history: without it the usual course is not known",
        ))
    }

    fn refused(&self, data: &Dataset, what: String, remedy: &str) -> Error {
        Error::Data {
            file: data.source.file.clone(),
            problems: Problems::one(what),
            hint: Some(remedy.to_owned()),
        }
    }

    /// The dose of a cell as a column of the file, and where it is from.
    fn dose(
        &self,
        cell: &CellRequest,
        test: &Experiment,
        (data, treated): (&Dataset, &[usize]),
        warnings: &mut Vec<Warning>,
    ) -> Result<((&'static str, f64), SpendSource), Error> {
        let guessed = guess(data, test, treated);
        let of = cell.name.as_ref().map_or(String::new(), |name| format!("cell {name}: "));
        let usual = match &cell.spend {
            SpendTold::Change(change) => {
                let spent = spent(test);
                return Ok((("spend_change", *change), {
                    warn_apart(spent - change, guessed, &of, warnings);
                    SpendSource::Told
                }));
            }
            SpendTold::Usual(usual) => (*usual, SpendSource::Told),
            SpendTold::Column(name) => (column_sum(data, test, name)?, SpendSource::Column),
            SpendTold::Nothing => {
                let Some(Guess { usual, periods, off }) = guessed else {
                    return Err(self.refused(
                        data,
                        format!("{of}the usual spend of the treated geos cannot be guessed"),
                        "give --spend-change (actual less usual; negative for a hold-out) or --usual-spend",
                    ));
                };
                warnings.push(Warning::new(
                    "usual_spend_guessed",
                    format!(
                        "{of}the usual spend, {}, is a guess: what untreated geos spent, times the ratio of the {} \
                         before the test",
                        amount(usual),
                        data.interval.count(periods)
                    ),
                    "say --usual-spend or --spend-change: return on spend is as uncertain as this guess",
                ));
                warnings.extend(not_told_apart(spent(test), (usual, off), &of));
                return Ok((("usual_spend", usual), SpendSource::Guessed));
            }
        };
        warn_apart(usual.0, guessed, &of, warnings);
        Ok((("usual_spend", usual.0), usual.1))
    }

    /// Refuses treated geos that spent what they usually do.
    fn check_change(&self, data: &Dataset, cell: &TrialCell) -> Result<(), Error> {
        let spent = spent(&cell.test);
        let usual = spent - cell.test.spend_change;
        if cell.test.spend_change.abs() >= UNCHANGED * usual.max(spent) && spent.max(usual) > 0.0 {
            return Ok(());
        }
        let of = cell.name.as_ref().map_or(String::new(), |name| format!("cell {name}: "));
        let what = format!(
            "{of}the treated geos did not change their spend on {}: {} were spent, {} are usual ({} apart)",
            self.channel,
            amount(spent),
            amount(usual),
            percent(cell.test.spend_change.abs() / usual.max(spent).max(f64::MIN_POSITIVE)),
        );
        Err(self.refused(
            data,
            what,
            "correct the geos, the dates or the channel; or tell the usual spend if it is another",
        ))
    }
}

/// Spend of the tested channels in the treated cells over the treatment.
pub(super) fn spent(test: &Experiment) -> f64 {
    let usual = |spend: &ndarray::Array2<f64>| spend.slice(ndarray::s![.., test.treated.clone()]).sum();
    test.counterfactual_spend.iter().map(usual).sum::<f64>() + test.spend_change
}

fn check_untreated(data: &Dataset, treated: &[usize]) -> Result<(), Error> {
    let untreated = data.n_geos() - treated.len().min(data.n_geos());
    if data.n_geos() == 1 || untreated >= LEAST_UNTREATED {
        return Ok(());
    }
    let what = format!(
        "geos: {} of {} geos are treated, which leaves {untreated} untreated; at least {LEAST_UNTREATED} are needed",
        treated.len(),
        data.n_geos()
    );
    Err(Error::Data {
        file: data.source.file.clone(),
        problems: Problems::one(what),
        hint: Some("add untreated geos to the data, or read fewer cells at once".into()),
    })
}

/// Σ of a column without a role over the treated cells, by the share of their days.
fn column_sum(data: &Dataset, test: &Experiment, name: &str) -> Result<f64, Error> {
    let Some(column) = data.unused.iter().find(|column| column.name == name) else {
        let known: Vec<&str> = data.unused.iter().map(|c| c.name.as_str()).collect();
        let hint = match known.is_empty() {
            true => "a column of numbers without a role can be read: keep its name clear of `_spend`, or give the sum".to_owned(),
            false => format!("columns of numbers without a role are {}", known.join(", ")),
        };
        return Err(Error::Data {
            file: data.source.file.clone(),
            problems: Problems::one(format!(
                "usual-spend: `{name}` is no number and no column without a role"
            )),
            hint: Some(hint),
        });
    };
    let cells = test.geos.iter().flat_map(|g| test.treated.clone().map(move |t| (*g, t)));
    Ok(cells.map(|(g, t)| column.values[[g, t]]).sum())
}

/// A change that the guess of the usual spend alone could make.
fn not_told_apart(spent: f64, (usual, off): (f64, Option<f64>), of: &str) -> Option<Warning> {
    let (off, change) = (off?, spent / usual - 1.0);
    (change.abs() < SURE * off).then(|| {
        Warning::new(
            "change_of_spend_doubtful",
            format!(
                "{of}these geos may not have changed their spend: {} were spent, {} are guessed ({}), and before the \
                 test such guesses were {} off",
                amount(spent),
                amount(usual),
                signed_percent(change),
                percent(off)
            ),
            "check the geos and the dates; say --usual-spend or --spend-change if there was a test",
        )
    })
}

fn warn_apart(usual: f64, guessed: Option<Guess>, of: &str, warnings: &mut Vec<Warning>) {
    let Some(Guess { usual: guess, .. }) = guessed.filter(|g| g.usual > 0.0) else { return };
    if usual > 0.0 && (1.0 / APART..=APART).contains(&(usual / guess)) {
        return;
    }
    warnings.push(Warning::new(
        "usual_spend_far_from_guess",
        format!(
            "{of}told that {} are usual, while untreated geos and the ratio before the test give {}",
            amount(usual),
            amount(guess)
        ),
        "check the unit and the sign of --spend-change or --usual-spend",
    ));
}
