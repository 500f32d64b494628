//! Constraints against the fit: what they name, and why nothing meets them.

use std::path::Path;

use super::constraints::Constraints;
use super::geos::UNTREATED;
use super::history::History;
use super::judge::Judged;
use crate::error::Error;
use crate::report::Fit;
use crate::sha256;
use crate::words::numbers::{amount, percent};
use crate::words::quote;

/// Refuses data that are not those of the fit: a test is judged by what the fit leaves of them.
///
/// # Errors
/// A file that cannot be read, or another one.
pub fn refuse_other(path: &Path, fit: &Fit) -> Result<(), Error> {
    let read = |source| Error::Io { action: "cannot read", path: path.into(), source };
    let found = sha256::of(&std::fs::read(path).map_err(read)?);
    if found == fit.run.data.sha256 {
        return Ok(());
    }
    let file = path.display().to_string();
    let problem = format!("is not the file that was fitted, {}", fit.run.data.file);
    Err(Error::data(&file, problem, format!("fit it first: `mmm fit {file}`, then design from that fit")))
}

/// Where a test may be: channels and geos by index.
pub(super) struct Place {
    pub channels: Vec<usize>,
    /// Geos that may be treated.
    pub eligible: Vec<usize>,
    /// Those that must be.
    pub must: Vec<usize>,
}

impl Place {
    /// # Errors
    /// Names that the fit does not have, geos that must and must not be treated, too few geos.
    pub fn of(history: &History, constraints: &Constraints) -> Result<Place, Error> {
        let media = &history.media.history;
        let channels = names(
            "channel",
            &constraints.channels,
            &media.channels.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(),
        )?;
        let geos: Vec<&str> = media.geos.iter().map(String::as_str).collect();
        let must = names("geo", &constraints.treat, &geos)?;
        let spared = names("geo", &constraints.spare, &geos)?;
        if let Some(both) = must.iter().find(|g| spared.contains(g)) {
            let problem = format!("geo {} must be treated and must not be", quote(geos[*both]));
            return Err(Error::config(problem, "name it in one of --treat and --spare"));
        }
        let complete = history.complete();
        if let Some(gap) = must.iter().find(|g| !complete.contains(g)) {
            let problem =
                format!("geo {} must be treated, but periods of it were not fitted", quote(geos[*gap]));
            return Err(Error::config(problem, "a test needs its history: leave it out of --treat"));
        }
        if geos.len() > 1 && complete.len() < UNTREATED + 1 {
            let problem =
                format!("{} geos have no gaps; a geo test needs {} at least", complete.len(), UNTREATED + 1);
            return Err(Error::config(
                problem,
                "fill the gaps of the panel, or fit and test it as one market",
            ));
        }
        if !must.is_empty() && must.len() as f64 > constraints.max_treated * complete.len() as f64 {
            let problem = format!(
                "{} geos must be treated, and no more than {} of {} may be",
                must.len(),
                percent(constraints.max_treated),
                complete.len()
            );
            return Err(Error::config(problem, "raise --max-treated or name fewer geos in --treat"));
        }
        let eligible: Vec<usize> = complete.into_iter().filter(|g| !spared.contains(g)).collect();
        if eligible.is_empty() {
            return Err(Error::config("no geo may be treated", "name fewer geos in --spare"));
        }
        let all = || (0..media.channels.len()).collect();
        Ok(Place { channels: if channels.is_empty() { all() } else { channels }, eligible, must })
    }
}

/// Indices of names.
fn names(what: &str, asked: &[String], known: &[&str]) -> Result<Vec<usize>, Error> {
    let of = |name: &String| {
        known.iter().position(|k| k == name).ok_or_else(|| {
            let shown: Vec<&str> = known.iter().copied().take(12).collect();
            let more = if known.len() > shown.len() { ", …" } else { "" };
            let problem = format!("the fit has no {what} {}", quote(name));
            Error::config(problem, format!("it has {}{more}", shown.join(", ")))
        })
    };
    let mut found = asked.iter().map(of).collect::<Result<Vec<_>, _>>()?;
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// Why no test could even be drawn.
pub(super) fn too_short(history: &History, constraints: &Constraints) -> Error {
    let periods = history.media.history.interval.count(history.outcome.ncols());
    let problem = format!("no test can be judged by {periods} of history within these constraints");
    let hint = if !constraints.blocked.is_empty() || constraints.start.is_some() {
        "block fewer days, or choose an earlier --start: a test must begin within a year of the data"
    } else if constraints.max_treated < 0.1 {
        "raise --max-treated: less than one geo may be treated"
    } else {
        "26 weeks before a test and two windows as long as it are needed, of a channel that was on air lately: fit more \
         history, or lower --max-weeks"
    };
    Error::config(problem, hint)
}

/// Why none of the designs may be run: the constraint that comes nearest, and what would do.
pub(super) fn refusal(judged: &[Judged], constraints: &Constraints) -> Error {
    let least = |of: &dyn Fn(&Judged) -> f64| judged.iter().map(of).fold(f64::INFINITY, f64::min);
    let cheapest = least(&|j| j.design.cost);
    if let Some(budget) = constraints.budget.filter(|budget| cheapest > *budget) {
        let problem = format!(
            "no test costs {} or less: the cheapest of {} costs {}",
            amount(budget),
            judged.len(),
            amount(cheapest)
        );
        return Error::config(problem, format!("raise --budget to {}", cheapest.ceil()));
    }
    let safest = least(&|j| j.design.share_at_risk);
    if let Some(risk) = constraints.max_risk.filter(|risk| safest > *risk) {
        let problem = format!(
            "no test puts {} of the outcome or less at risk: the safest of {} risks {}",
            percent(risk),
            judged.len(),
            percent(safest)
        );
        return Error::config(
            problem,
            format!("raise --max-risk to {:.3}", (safest * 1000.0).ceil() / 1000.0),
        );
    }
    Error::config(
        "no test meets --budget and --max-risk at once",
        format!(
            "the cheapest costs {}, the safest risks {}: relax one of the two",
            amount(cheapest),
            percent(safest)
        ),
    )
}
