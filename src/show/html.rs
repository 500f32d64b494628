//! `report.html`: one self-contained page without scripts, readable in light and dark.

mod charts;
mod design;
mod escape;
mod page;
mod readout;
mod readout_charts;

use crate::data::OutcomeKind;
use crate::diagnostics::Verdict;
use crate::planning::Scenario;
use crate::report::{ChannelReport, Fit, OutcomeReport, RoiUnit};
use crate::show::advice::{next_test, recommendation};
use crate::show::html::charts::{interval_chart, response_chart};
use crate::show::html::escape::escape;
use crate::show::html::page::{HEAD, STYLE, paragraph, section, table};
use crate::show::plan;
use crate::show::plan::Counted;
use crate::show::sensitivity_table::{Block, blocks};
use crate::show::terminal::{brought, by_roi, cost_per_outcome, quality, split, verdict, window, word};
use crate::words::numbers::{TERMS, amount, percent, ratio, signed_percent};
use crate::words::one_of;

pub use design::design_page;
pub use readout::readout_page;

/// The page. The same fit gives the same bytes.
pub fn report(fit: &Fit) -> String {
    let title = format!("What media brought: {}", escape(&fit.outcome.name));
    let body: String = [
        summary(fit),
        returns(fit),
        shares(fit),
        curves(fit),
        plans(fit),
        evidence(fit),
        sensitivity(fit),
        warnings(fit),
        diagnostics(fit),
        provenance(fit),
    ]
    .concat();
    format!(
        "{HEAD}<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n\
         {body}</body>\n</html>\n"
    )
}

fn summary(fit: &Fit) -> String {
    let class = match fit.diagnostics.verdict {
        Verdict::Ok => "ok",
        Verdict::Warn => "warn",
        Verdict::Fail => "fail",
    };
    let mut out = format!("<p class=\"verdict {class}\">{}</p>\n", escape(&verdict(&fit.diagnostics)));
    let reasons = fit.diagnostics.reasons.iter().map(|r| format!("<li>{}</li>\n", escape(r)));
    let reasons: String = reasons.collect();
    if !reasons.is_empty() {
        out.push_str(&format!("<ul>\n{reasons}</ul>\n"));
    }
    out.push_str(&paragraph(&format!("{}. {}.", window(fit), split(fit))));
    if let Some(text) = recommendation(fit) {
        out.push_str(&format!(
            "<p class=\"advice\"><strong>Recommendation:</strong> {}</p>\n",
            escape(&text)
        ));
    }
    if let Some(text) = next_test(fit) {
        out.push_str(&format!("<p><strong>What to test next:</strong> {}</p>\n", escape(&text)));
    }
    out
}

fn returns(fit: &Fit) -> String {
    let sorted = by_roi(&fit.channels);
    let rows: Vec<_> = sorted.iter().filter_map(|c| c.roi.map(|r| (c.name.as_str(), r))).collect();
    // Money back equals money spent at 1 only where the outcome is money.
    let mark = (fit.outcome.roi_unit == RoiUnit::CurrencyPerCurrency).then_some(1.0);
    let note = match fit.outcome.roi_unit {
        RoiUnit::CurrencyPerCurrency => {
            "Value per unit of spend; the dashed line is break-even on revenue.".into()
        }
        RoiUnit::OutcomePerCurrency => format!("{} per unit of spend.", fit.outcome.name),
    };
    let mut lines: Vec<_> = sorted.iter().map(|c| channel_row(c, &fit.outcome)).collect();
    let mut header = vec![
        "Channel",
        "Spend",
        "Outcome",
        "ROI",
        "90 % interval",
        "Marginal ROI",
        "Saturated",
        "Half-life",
        "Evidence",
    ];
    let cost = format!("Cost per {} (90 % interval)", one_of(&fit.outcome.name));
    if fit.outcome.kind == OutcomeKind::Count {
        header.push(&cost);
        let costs = sorted.iter().map(|c| cost_per_outcome(c).unwrap_or_else(|| "–".into()));
        lines.iter_mut().zip(costs).for_each(|(line, cost)| line.push(cost));
    }
    let body = paragraph(&format!("{note} Dots are means, bars 90 % intervals."))
        + &interval_chart("ROI by channel", &rows, mark, ratio)
        + &table(&header, &lines)
        + &paragraph(TERMS);
    section("Return on spend", &body)
}

fn channel_row(c: &ChannelReport, outcome: &OutcomeReport) -> Vec<String> {
    let none = || "–".to_owned();
    vec![
        c.name.clone(),
        c.spend_column.as_ref().map_or_else(none, |_| amount(c.spend)),
        brought(c, outcome),
        c.roi.map_or_else(none, |r| ratio(r.mean)),
        c.roi.map_or_else(none, |r| format!("{} to {}", ratio(r.q05), ratio(r.q95))),
        c.marginal_roi.map_or_else(none, |r| ratio(r.mean)),
        c.saturation.saturation_at_current_spend.map_or_else(none, |s| percent(s.mean)),
        c.adstock.half_life_weeks.map_or_else(none, |h| format!("{:.1} weeks", h.mean)),
        word(c.evidence.verdict).into(),
    ]
}

/// The baseline is in the text only: beside it the channels' bars would all look alike.
fn shares(fit: &Fit) -> String {
    let mut channels: Vec<_> = fit.channels.iter().collect();
    channels.sort_by(|a, b| b.outcome_share.mean.total_cmp(&a.outcome_share.mean));
    let rows: Vec<_> = channels.iter().map(|c| (c.name.as_str(), c.outcome_share)).collect();
    // Of what changes its sign there are no shares.
    let chart = match fit.outcome.share_of {
        Some(_) => String::new(),
        None => interval_chart("Share of the outcome", &rows, None, percent),
    };
    let body = paragraph(&format!("{}.", split(fit))) + &chart;
    section("Where the outcome came from", &body)
}

fn curves(fit: &Fit) -> String {
    let note = "Incremental outcome against spend, with its 90 % interval. The dot is today's spend; the shaded \
                part is where more than 5 % of the spend lies above the largest period in the data.";
    let charts: String = fit.response_curves.iter().map(response_chart).collect();
    section("Diminishing returns", &format!("{}<div class=\"grid\">\n{charts}</div>\n", paragraph(note)))
}

fn plans(fit: &Fit) -> String {
    if fit.scenarios.is_empty() {
        return String::new();
    }
    if fit.diagnostics.verdict == Verdict::Fail {
        return section("Plans", &paragraph("None, because the chains did not converge."));
    }
    let counted = Counted::new(fit.unit(), fit.outcome.roi_unit, fit.planned_media());
    section("Plans", &fit.scenarios.iter().map(|scenario| plan(scenario, &counted)).collect::<String>())
}

fn plan(scenario: &Scenario, counted: &Counted) -> String {
    let rows: Vec<Vec<String>> = scenario
        .allocation
        .iter()
        .map(|a| {
            let mut note = Vec::new();
            note.extend(a.bound_hit.map(|_| "at its bound"));
            note.extend(a.extrapolated.then_some("over 5 % of it above the data's largest period"));
            vec![
                a.channel.clone(),
                amount(a.current),
                amount(a.proposed),
                a.change.map_or("–".into(), signed_percent),
                note.join(", "),
            ]
        })
        .collect();
    let sentences = plan::sentences(scenario, None, counted).join(" ");
    let gain = format!("Over {} weeks. {sentences}", scenario.horizon_weeks.round());
    let header = ["Channel", "Today", "Plan", "Change", "Note"];
    format!("<h3>{}</h3>\n{}{}", escape(&scenario.name), paragraph(&gain), table(&header, &rows))
}

fn evidence(fit: &Fit) -> String {
    let items: String = by_roi(&fit.channels)
        .into_iter()
        .map(|c| format!("<li>{}</li>\n", escape(&c.evidence.sentence)))
        .collect();
    section("How much is data, how much is assumption", &format!("<ul>\n{items}</ul>\n"))
}

fn sensitivity(fit: &Fit) -> String {
    let Some(found) = &fit.sensitivity else { return String::new() };
    let block = |block: Block| {
        let rows = block.rows.split_first().map_or(String::new(), |(header, rows)| {
            table(&header.iter().map(String::as_str).collect::<Vec<_>>(), rows)
        });
        paragraph(&block.title) + &rows + &block.note.map_or(String::new(), |note| paragraph(&note))
    };
    section("What hangs on the unseen", &blocks(found).into_iter().map(block).collect::<String>())
}

fn warnings(fit: &Fit) -> String {
    if fit.run.warnings.is_empty() {
        return String::new();
    }
    let item = |w: &crate::warning::Warning| {
        let hint = w.hint.as_ref().map_or(String::new(), |h| format!("<br><em>{}</em>", escape(h)));
        format!("<li><code>{}</code> {}{hint}</li>\n", escape(&w.code), escape(&w.message))
    };
    let items: String = fit.run.warnings.iter().map(item).collect();
    section("Warnings", &format!("<ul>\n{items}</ul>\n"))
}

fn diagnostics(fit: &Fit) -> String {
    let number = |v: Option<f64>, digits: usize| v.map_or("–".into(), |x| format!("{x:.digits$}"));
    let rows: Vec<Vec<String>> = fit
        .diagnostics
        .worst
        .iter()
        .map(|w| vec![w.parameter.clone(), number(w.rhat, 3), number(w.ess_bulk, 0), number(w.ess_tail, 0)])
        .collect();
    let body = paragraph(&format!("{}.", verdict(&fit.diagnostics)))
        + &paragraph(&format!("{}.", quality(fit)))
        + &table(&["Slowest parameters", "R-hat", "ESS (bulk)", "ESS (tail)"], &rows);
    section("Diagnostics", &body)
}

fn provenance(fit: &Fit) -> String {
    let (run, data) = (&fit.run, &fit.run.data);
    let text = format!(
        "Made by {} {} from {} (sha256 {}), seed {}, {} chains of {} draws after {} of warm-up.",
        fit.tool.name, fit.tool.version, data.file, data.sha256, run.seed, run.chains, run.draws, run.warmup
    );
    format!("<footer>{}</footer>\n", paragraph(&text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testdata;
    use crate::report::testdata::Parts;

    /// Every opened element is closed in order; void elements and comments do not occur in pairs.
    fn assert_balanced(html: &str) {
        let mut open: Vec<&str> = Vec::new();
        for tag in html.split('<').skip(1).filter_map(|t| t.split_once('>')).map(|(t, _)| t) {
            let name = tag.trim_start_matches('/').split([' ', '\n']).next().unwrap();
            if tag.starts_with('!') || tag.ends_with('/') || ["meta", "br"].contains(&name) {
                continue;
            }
            if tag.starts_with('/') {
                assert_eq!(open.pop(), Some(name), "closing {tag}");
            } else {
                open.push(name);
            }
        }
        assert!(open.is_empty(), "{open:?}");
    }

    #[test]
    fn the_page_is_whole_and_needs_nothing_from_outside() {
        let html = report(&testdata::fit());
        assert_balanced(&html);
        for part in
            ["Return on spend", "Diminishing returns", "Plans", "short_history", "prefers-color-scheme"]
        {
            assert!(html.contains(part), "{part} is missing");
        }
        for outside in ["<script", "src=", "@import", "url(", "href="] {
            assert!(!html.contains(outside), "{outside} found");
        }
        assert!(!html.contains("NaN") && !html.contains("inf\""), "a number is not finite");
        assert_eq!(html.matches("class=\"curve\"").count(), 3, "one curve a channel");
    }

    #[test]
    fn names_cannot_become_markup() {
        let evil = "<img src=x onerror=alert(1)>\"'&";
        let mut parts = Parts::new();
        parts.dataset.channels[0].name = evil.into();
        parts.posterior.channels[0].name = evil.into();
        parts.dataset.outcome.name = evil.into();
        parts.warnings[0].message = evil.into();
        parts.scenarios[0].allocation[0].channel = evil.into();
        parts.diagnostics.worst[0].parameter = evil.into();
        let html = report(&parts.fit());
        assert!(!html.contains("<img") && html.contains("&lt;img"), "unescaped");
        assert_balanced(&html);
    }

    #[test]
    fn a_sensitivity_is_shown_as_in_the_terminal() {
        let mut fit = testdata::fit();
        assert!(!report(&fit).contains("unseen"), "nothing was asked");
        let mut found = testdata::sensitivity();
        found.reliability[0].control = "<b>promo</b>".into();
        fit.sensitivity = Some(found);
        let html = report(&fit);
        assert_balanced(&html);
        assert!(!html.contains("<b>") && html.contains("ROI by the reliability of &lt;b&gt;promo&lt;/b&gt;"));
        let rows = [
            "<tr><th>Channel</th><th>1*</th><th>0.8</th><th>0.7</th></tr>",
            "<tr><td>search</td><td>2.40 (1.20 to 3.60)</td><td>1.80 (0.90 to 2.70)</td><td>unconverged</td></tr>",
            "<tr><td>the move</td><td>holds, 97 %</td><td>falls, 55 %</td><td>–</td></tr>",
            "<tr><th>Channel</th><th>ROI</th><th>5.0 %</th><th>Move falls at</th><th>Strongest control</th></tr>",
            "<tr><td>search</td><td>2.40</td><td>1.90</td><td>12 %</td><td>promo 30 %/20 %</td></tr>",
            "<p>The other columns predict 75 % of",
            "(*) is what the outcome left of a lower one that was assumed",
            "<p>Strongest control is there to compare with",
            "<p>The move is the recommended split of today&#39;s budget, all its changes at once (most is taken from \
             tv, most goes to search). It holds where it would still be recommended: it gains on average, and with a \
             probability, shown beside it, of at least 60 %. Else it falls.</p>",
        ];
        assert_holds(&html, &rows);
    }

    fn assert_holds(html: &str, parts: &[&str]) {
        let missing: Vec<_> = parts.iter().filter(|part| !html.contains(**part)).collect();
        assert!(missing.is_empty(), "{missing:?} in {html}");
    }

    #[test]
    fn what_the_terminal_says_of_plans_and_tests_is_in_the_report() {
        let html = report(&testdata::fit());
        let said = [
            "<strong>What to test next:</strong> search (+45)",
            "Saturated is the share of the largest possible effect",
            "Over 20 weeks. Spend 3.60K, as today; paid media bring 5.",
            ": +288 (90 % interval +31.3 to +526), a gain with probability 97 %",
            "<td>+30 %</td><td>at its bound</td>",
        ];
        assert_holds(&html, &said);
    }

    #[test]
    fn counted_outcomes_have_a_cost_each() {
        let mut parts = Parts::new();
        assert!(!report(&parts.fit()).contains("Cost per"));
        parts.dataset.outcome.kind = OutcomeKind::Count;
        parts.dataset.outcome.name = "orders".into();
        let html = report(&parts.fit());
        assert_balanced(&html);
        assert_holds(&html, &["<th>Cost per order (90 % interval)</th>", "<td>0.90 (0.70 to 1.29)</td>"]);
    }

    #[test]
    fn a_failed_fit_says_so_first_and_plans_nothing() {
        let mut parts = Parts::new();
        parts.diagnostics.verdict = Verdict::Fail;
        let html = report(&parts.fit());
        assert!(html.contains("None, because the chains did not converge."));
        assert!(!html.contains("same budget, best allocation") && !html.contains("What to test next"));
        assert!(html.find("NOT CONVERGED").unwrap() < html.find("Return on spend").unwrap());
    }
}
