//! `design.html`: the designs, the power of the first, and what each geo does.

use super::charts::power_chart;
use super::escape::escape;
use super::page::{HEAD, STYLE, paragraph, section, table};
use crate::show::lift_tests::{TITLES, cells};
use crate::test_design::DesignReport;
use crate::words::numbers::{amount, percent};

/// The page; `text` is what the terminal says of it. The same design gives the same bytes.
pub fn design_page(report: &DesignReport) -> String {
    let best = &report.designs[0];
    let title = format!("What to test next: {} by {}", best.channel, best.kind.name());
    let title = escape(&title);
    let body = [summary(report), designs(report), power(report), geos(report)].concat();
    format!(
        "{HEAD}<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n\
         {body}</body>\n</html>\n"
    )
}

fn summary(report: &DesignReport) -> String {
    let best = &report.designs[0];
    let when = format!(
        "{} to {}, outcomes counted until {}; {} of {} geos treated; spend changes by {}. A reading has a standard error \
         of {}; the smallest lift found with probability {} is {}.",
        best.start,
        best.end,
        best.readout_end,
        best.geos.len(),
        report.best.geos.len(),
        amount(best.spend_change),
        amount(best.se),
        percent(report.power),
        amount(best.mde)
    );
    let worth = if best.net > 0.0 {
        format!(
            "Over {:.0} weeks it is worth {} and costs {}.",
            report.horizon_weeks,
            amount(best.value),
            amount(best.counted_cost())
        )
    } else {
        format!(
            "No test is worth its price over {:.0} weeks; this one is worth {} and costs {}.",
            report.horizon_weeks,
            amount(best.value),
            amount(best.counted_cost())
        )
    };
    let mut body = format!("<p class=\"advice\">{}</p>\n", escape(&worth)) + &paragraph(&when);
    let commands: Vec<&str> = [Some(&report.best.readout), report.best.refit.as_ref()]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    body += &format!(
        "<p>Read it, and fit with it, by</p>\n<div class=\"wide\"><pre>{}</pre></div>\n",
        escape(&commands.join("\n"))
    );
    if !report.best.experiments[1].is_empty() {
        let rows = report.best.experiments.join("\n");
        body += &format!(
            "<p>where experiments.csv is</p>\n<div class=\"wide\"><pre>{}</pre></div>\n",
            escape(&rows)
        );
    }
    body
}

fn designs(report: &DesignReport) -> String {
    let rows: Vec<Vec<String>> = report.designs.iter().map(cells).collect();
    let note = format!(
        "Of {} tests the best of each channel and kind. Cost is the outcome forgone less what the spend \
         saved brings elsewhere, or the other way round; value is what the plan is expected to gain once the reading is known, by what the fit believes today.",
        report.compared
    );
    section("Tests", &(paragraph(&note) + &table(&TITLES, &rows)))
}

fn power(report: &DesignReport) -> String {
    let best = &report.designs[0];
    let points: Vec<(f64, f64)> = report.best.power_curve.iter().map(|p| (p.lift, p.power)).collect();
    let believed =
        (best.lift.q05.abs().min(best.lift.q95.abs()), best.lift.q05.abs().max(best.lift.q95.abs()));
    let note = format!(
        "Probability of a significant reading (α {}) by the size of the true lift. Shaded: where 90 % of what is \
         believed of it lies. Dot: the smallest lift found with probability {}.",
        report.alpha,
        percent(report.power)
    );
    section("Power", &(paragraph(&note) + &power_chart(&points, believed, (best.mde, report.power))))
}

fn geos(report: &DesignReport) -> String {
    let header = ["Geo", "Role", "Share of outcome", "Usual spend", "Planned spend"];
    let row = |geo: &crate::test_design::GeoRole| {
        vec![
            geo.geo.clone(),
            geo.role.clone(),
            percent(geo.outcome_share),
            amount(geo.usual_spend),
            amount(geo.planned_spend),
        ]
    };
    let mut geos: Vec<_> = report.best.geos.iter().collect();
    geos.sort_by_key(|geo| geo.role != "treated");
    section("Geos", &table(&header, &geos.into_iter().map(row).collect::<Vec<_>>()))
}
