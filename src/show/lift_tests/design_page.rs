//! `design.html`: which test to run, what it costs and is worth, what it can find, and what each geo does.

use maud::{Markup, html};

use super::design::{TITLES, cells, dose, doubts, price, terms};
use super::of_designs::{power, worth_and_cost};
use crate::show::frame::{Document, card, first, minus, section, table, verbatim};
use crate::test_design::{DesignReport, GeoRole};
use crate::words::numbers::{amount, clean, percent, signed};

/// Geos whose spend is listed; `geos.csv` has all.
const GEOS: usize = 40;
/// Untreated geos that are named.
const NAMED: usize = 60;

/// The page. The same design gives the same bytes.
pub fn design_page(report: &DesignReport) -> String {
    let design = &report.designs[0];
    let title = format!("What to test next: {}", clean(&design.channel));
    let under = format!(
        "{} by {}; {} to {}, of {} tests compared.",
        clean(&design.channel),
        design.kind.name(),
        design.start,
        design.end,
        report.compared
    );
    let body = html! {
        (first(&cautions(report)))
        section.answers aria-label="Answers" {
            (what(report)) (worth(report)) (found(report)) (how(report))
        }
        div.pair { (power(report)) (worth_and_cost(report)) }
        (section("tests", "The tests compared", html! {
            p { "The best of each channel and kind. " @for term in terms(report) { (term) " " } }
            (table("Tests by what they are worth beyond their cost", &TITLES, &designs(report)))
        }))
        @if report.best.geos.len() > 1 { (section("geos", "What each geo does", geos(report))) }
        (section("read", "How to read it", commands(report)))
    };
    let (tool, data) = (&report.tool, &report.data);
    let footer = html! {
        p {
            "Made by " (tool.name) " " (tool.version) " from " (clean(&data.0)) " (sha256 "
            code { (data.1.chars().take(12).collect::<String>()) } "…), seed " (report.seed) "."
        }
    };
    Document { title: &title, generator: "mmm design", rules: "", under: &under, body, footer }.page()
}

/// What would make the numbers misleading, first.
fn cautions(report: &DesignReport) -> Vec<String> {
    let mut cautions: Vec<String> = report.warnings.iter().map(|warning| clean(&warning.message)).collect();
    if report.designs[0].net <= 0.0 {
        cautions.push(format!(
            "No test is worth its price over {:.0} weeks. This is the least bad one.",
            report.horizon_weeks
        ));
    }
    cautions.push(
        "What a test forgoes or adds is nearly certain. What it is worth rests on what the fit believes today, which is \
         what the test is to check."
            .into(),
    );
    cautions.extend(doubts(report));
    cautions
}

fn what(report: &DesignReport) -> Markup {
    let design = &report.designs[0];
    let (all, treated) = (report.best.geos.len(), design.geos.len());
    let place = if all > 1 {
        format!("in {treated} of {all} geos, drawn at random")
    } else {
        "in the one market".into()
    };
    let periods = design.dose.len();
    let sentences = [
        format!(
            "{periods} periods {place}: spend {} of usually {}, {} of it. Outcomes count until {}, when the carry-over has \
             passed.",
            minus(&signed(design.spend_change)),
            amount(design.usual_spend),
            dose(design),
            design.readout_end
        ),
        "Change nothing else in these geos, and nothing because of the test in the others.".to_owned(),
    ];
    let headline = format!(
        "{}: a {} from {} to {}.",
        clean(&design.channel),
        design.kind.name(),
        design.start,
        design.end
    );
    card("What should be done?", &headline, &sentences)
}

fn worth(report: &DesignReport) -> Markup {
    let design = &report.designs[0];
    let unit = if report.in_currency { String::new() } else { format!(" {}", clean(&report.outcome)) };
    let cost = match design.counted_cost() {
        cost if cost > 0.0 => format!("{}{unit}", amount(cost)),
        _ => "nothing".to_owned(),
    };
    let headline = format!("Worth {}{unit}; it forgoes {cost} on balance.", amount(design.value));
    let sentences = [
        format!(
            "Worth: what the best plan is expected to gain over {:.0} weeks once the reading is known. It changes the plan \
             with probability {}.",
            report.horizon_weeks,
            percent(design.p_plan_changes)
        ),
        format!(
            "{} On balance: with the budget of all channels unchanged, by what the fit believes of their returns.",
            minus(&price(design))
        ),
    ];
    card("What does it cost, and what is it worth?", &headline, &sentences)
}

fn found(report: &DesignReport) -> Markup {
    let design = &report.designs[0];
    let headline = format!("An effect is found with probability {}.", percent(design.assurance));
    let sentences = [
        format!(
            "Believed lift {} (90 % interval {} to {}); a reading has a standard error of {}.",
            minus(&signed(design.lift.mean)),
            minus(&signed(design.lift.q05)),
            minus(&signed(design.lift.q95)),
            amount(design.se)
        ),
        "A reading that cannot be told from nothing is no proof that there is nothing.".to_owned(),
    ];
    card("Will it tell?", &headline, &sentences)
}

fn how(report: &DesignReport) -> Markup {
    let design = &report.designs[0];
    let sentence = if report.best.geos.len() > 1 {
        "plan.csv holds the spend of each geo and period, geos.csv what each geo does. Once the data reach that day, the \
         commands below read the test and tell the next fit of it."
    } else {
        "plan.csv holds the spend of each period. Once the data reach that day, the command below fits with it."
    };
    card("Then what?", &format!("Read it after {}.", design.readout_end), &[sentence.to_owned()])
}

fn designs(report: &DesignReport) -> Vec<Vec<String>> {
    report.designs.iter().map(cells).collect()
}

fn geos(report: &DesignReport) -> Markup {
    let of =
        |role: &str| -> Vec<&GeoRole> { report.best.geos.iter().filter(|geo| geo.role == role).collect() };
    let treated = of("treated");
    let row = |geo: &&GeoRole| {
        vec![clean(&geo.geo), percent(geo.outcome_share), amount(geo.usual_spend), amount(geo.planned_spend)]
    };
    let rows: Vec<Vec<String>> = treated.iter().take(GEOS).map(row).collect();
    let share = |geos: &[&GeoRole]| percent(geos.iter().map(|geo| geo.outcome_share).sum());
    html! {
        (table("Treated geos", &["Geo", "Share of outcome", "Usual spend", "Spend in the test"], &rows))
        @if treated.len() > GEOS { p { "And " (treated.len() - GEOS) " more in geos.csv." } }
        @for (role, what) in [("control", "go on as usual"), ("unused", "are left out, as their data have gaps")] {
            @let geos = of(role);
            @if !geos.is_empty() {
                p { (geos.len()) " geos " (what) " (" (share(&geos)) " of the outcome): " (named(&geos)) "." }
            }
        }
    }
}

fn named(geos: &[&GeoRole]) -> String {
    let names: Vec<String> = geos.iter().take(NAMED).map(|geo| clean(&geo.geo)).collect();
    let more = if geos.len() > NAMED { format!(" and {} more", geos.len() - NAMED) } else { String::new() };
    names.join(", ") + &more
}

fn commands(report: &DesignReport) -> Markup {
    let best = &report.best;
    let refit = best.refit.iter().filter(|refit| **refit != best.readout);
    let lines: Vec<String> = std::iter::once(&best.readout).chain(refit).map(|line| clean(line)).collect();
    html! {
        p { "Once the data hold it:" }
        (verbatim("Commands", &lines.join("\n")))
        @if !best.experiments[1].is_empty() {
            p { "with experiments.csv, which is written beside this page:" }
            (verbatim("The row of the test", &best.experiments.each_ref().map(|line| clean(line)).join("\n")))
        }
    }
}
