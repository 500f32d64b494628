//! How to run a design and how to read it.

use std::path::Path;

use statrs::distribution::{ContinuousCDF, StudentsT};

use super::constraints::Constraints;
use super::history::History;
use super::judge::power;
use super::report::{Design, GeoRole, Instructions, Kind, PlanCell, PowerPoint};
use crate::planning::FutureWeeks;
use crate::report::Fit;
use crate::words::quote;

/// Points of the power curve.
const POINTS: usize = 25;

pub(super) fn instructions(
    (path, fit): (&Path, &Fit),
    history: &History,
    design: &Design,
    constraints: &Constraints,
) -> Instructions {
    // A contrast of the panel's own cells is told; of one market a fit holds all of it already.
    let is_contrast = history.media.history.n_geos() > 1;
    let refit = refit(path, is_contrast);
    Instructions {
        readout: readout(path, is_contrast, design).unwrap_or_else(|| refit.clone()),
        refit: Some(refit),
        experiments: if is_contrast { row(design) } else { [String::new(), String::new()] },
        power_curve: power_curve(design, constraints),
        geos: geos(fit, history, design),
        plan_columns: plan_columns(fit, history, design),
        plan: plan(history, design),
    }
}

fn plan_columns(fit: &Fit, history: &History, design: &Design) -> [String; 3] {
    let spend = history.media.history.channels.iter().find(|c| c.name == design.channel);
    let roles = &fit.run.roles;
    [
        roles.date.clone(),
        roles.geo.clone().unwrap_or_default(),
        spend.map_or_else(String::new, |channel| channel.spend_column.clone()),
    ]
}

/// What the treated geos spend until the readout ends, so that a plan of as many periods repeats the same usual ones.
fn plan(history: &History, design: &Design) -> Vec<PlanCell> {
    let media = &history.media.history;
    let Some(channel) = media.channels.iter().find(|c| c.name == design.channel) else { return Vec::new() };
    let weeks = FutureWeeks::of_length(&history.media, periods_until(history, design));
    let lead = weeks.dates.iter().position(|d| *d == design.start).unwrap_or(0);
    let of_geo = |g: usize| {
        let usual = weeks.repeated(&channel.spend, g);
        let dose = |k: usize| k.checked_sub(lead).and_then(|k| design.dose.get(k)).copied().unwrap_or(1.0);
        (0..weeks.len()).map(|k| (k, usual[k] * dose(k))).collect::<Vec<_>>()
    };
    let treated = (0..media.n_geos()).filter(|g| design.geos.contains(&media.geos[*g]));
    let cell = |(g, (k, spend)): (usize, (usize, f64))| PlanCell {
        date: weeks.dates[k],
        geo: media.geos[g].clone(),
        spend,
    };
    treated.flat_map(|g| of_geo(g).into_iter().map(move |cell| (g, cell))).map(cell).collect()
}

/// `None` of pulses: what is added and what is left out cancel, and a reading has no one change to divide by.
fn readout(path: &Path, is_contrast: bool, design: &Design) -> Option<String> {
    if design.kind == Kind::Pulses {
        return None;
    }
    let separator = if design.geos.iter().any(|geo| geo.contains(',')) { "|" } else { "," };
    let geos =
        if is_contrast { format!(" --geos {}", quote(&design.geos.join(separator))) } else { String::new() };
    Some(format!(
        "mmm readout DATA.csv --since-last {} --channel {}{geos} --start {} --end {} --readout-end {} --usual-spend {:.0}",
        quote(&path.display().to_string()),
        quote(&design.channel),
        design.start,
        design.end,
        design.readout_end,
        design.usual_spend
    ))
}

fn refit(path: &Path, is_contrast: bool) -> String {
    let told = if is_contrast { " --experiments experiments.csv" } else { "" };
    format!("mmm fit DATA.csv --since-last {}{told}", quote(&path.display().to_string()))
}

/// Header and row of the file of experiments.
fn row(design: &Design) -> [String; 2] {
    let cell = |text: &str| {
        if text.contains([',', '"', '\n']) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text.to_owned()
        }
    };
    let row = format!(
        "{},{},{},{},{:.0}",
        cell(&design.channel),
        design.start,
        design.end,
        cell(&design.geos.join("|")),
        design.usual_spend
    );
    ["channel,start,end,geos,usual_spend".into(), row]
}

fn power_curve(design: &Design, constraints: &Constraints) -> Vec<PowerPoint> {
    let t = StudentsT::new(0.0, 1.0, 4.0 + design.placebo_windows as f64);
    let critical = t.map_or(1.645, |t| t.inverse_cdf(1.0 - constraints.alpha / 2.0));
    let most = design.lift.q05.abs().max(design.lift.q95.abs()).max(1.5 * design.mde);
    let at = |k: usize| {
        let lift = most * k as f64 / (POINTS - 1) as f64;
        PowerPoint { lift, power: power(lift, design.se, critical) }
    };
    (0..POINTS).map(at).collect()
}

fn geos(fit: &Fit, history: &History, design: &Design) -> Vec<GeoRole> {
    let media = &history.media.history;
    let complete = history.complete();
    let channel = media.channels.iter().position(|c| c.name == design.channel).unwrap_or(0);
    let weeks = FutureWeeks::of_length(&history.media, periods_until(history, design));
    let lead = weeks.dates.iter().position(|d| *d == design.start).unwrap_or(0);
    let total: f64 = history.outcome.iter().filter(|y| y.is_finite()).sum();
    debug_assert_eq!(fit.run.data.geo_names.len(), media.n_geos());
    let role = |g: usize| {
        let treated = design.geos.contains(&media.geos[g]);
        let spend = weeks.repeated(&media.channels[channel].spend, g);
        let usual: Vec<f64> = spend[lead..(lead + design.dose.len()).min(spend.len())].to_vec();
        let planned = usual.iter().zip(&design.dose).map(|(x, dose)| if treated { x * dose } else { *x });
        let own: f64 = history.outcome.row(g).iter().filter(|y| y.is_finite()).sum();
        let role = if treated {
            "treated"
        } else if complete.contains(&g) {
            "control"
        } else {
            "unused"
        };
        GeoRole {
            geo: media.geos[g].clone(),
            role: role.into(),
            outcome_share: own / total,
            usual_spend: usual.iter().sum(),
            planned_spend: planned.sum(),
        }
    };
    (0..media.n_geos()).map(role).collect()
}

/// Periods from the end of the data to that of the readout.
pub(super) fn periods_until(history: &History, design: &Design) -> usize {
    let year = history.media.history.interval.per_year().ceil() as usize;
    let weeks = FutureWeeks::of_length(&history.media, 2 * year);
    (0..weeks.len()).find(|k| weeks.end(*k) >= design.readout_end).map_or(weeks.len(), |k| k + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_design::judge::{history, judged};

    #[test]
    fn a_plan_has_the_dose_in_the_weeks_of_the_test_alone() {
        let (history, design) = (history(), judged(2.0, 1.0));
        // It begins a week after the data, which end 1, 5, 1, and is read for a week more.
        let usual =
            FutureWeeks::of_length(&history.media, 4).repeated(&history.media.history.channels[0].spend, 0);
        let spend: Vec<f64> = plan(&history, &design).iter().map(|cell| cell.spend).collect();
        assert_eq!(spend, [usual[0], 2.0 * usual[1], 2.0 * usual[2], usual[3]]);
    }

    #[test]
    fn a_power_curve_begins_at_the_rate_of_false_alarms_and_passes_the_mde() {
        let (design, constraints) = (judged(0.0, -1.0), Constraints::default());
        let curve = power_curve(&design, &constraints);
        assert_eq!((curve.len(), curve[0].lift), (POINTS, 0.0));
        assert!((curve[0].power - constraints.alpha).abs() < 1e-3, "{:?}", curve[0]);
        let at_mde =
            curve.iter().min_by(|a, b| (a.lift - design.mde).abs().total_cmp(&(b.lift - design.mde).abs()));
        assert!((at_mde.unwrap().power - constraints.power).abs() < 0.05, "{at_mde:?}");
    }

    #[test]
    fn untreated_geos_spend_as_usual() {
        let (mut history, mut design) = (history(), judged(0.0, -1.0));
        history.media.history.geos.push("south".into());
        history.media.history.pace.push(1.0);
        for channel in &mut history.media.history.channels {
            channel.spend.extend_from_within(..);
            channel.exposure.extend_from_within(..);
        }
        history.outcome = ndarray::Array2::from_shape_fn((2, 20), |(g, _)| 100.0 * (1 + 2 * g) as f64);
        let mut fit = crate::report::testdata::fit();
        fit.run.data.geo_names = history.media.history.geos.clone();
        design.geos = vec!["south".into()];
        let [north, south] = &geos(&fit, &history, &design)[..] else { panic!("two geos") };
        assert_eq!((north.role.as_str(), south.role.as_str()), ("control", "treated"));
        assert_eq!((north.outcome_share, south.outcome_share), (0.25, 0.75));
        assert!(north.usual_spend > 0.0 && north.planned_spend == north.usual_spend, "{north:?}");
        assert_eq!((south.usual_spend, south.planned_spend), (north.usual_spend, 0.0));
    }
}
