//! Plans: today against the plan, and the best plan of other budgets.

use maud::{Markup, html};

use super::returns::names;
use super::view::View;
use crate::page::Frontier;
use crate::planning::{FrontierPoint, Grade, Recommendation, Scenario, ScenarioKind};
use crate::show::frame::svg::{Axis, WIDTH, columns, levels, line, n, path, svg, text};
use crate::show::frame::{capital, figure, table};
use crate::words::numbers::{clean, percent, signed_percent};

const LEFT: f64 = 118.0;
const RIGHT: f64 = WIDTH - 56.0;

/// The plan of today's budget.
pub(super) fn same_budget(view: View<'_>) -> Option<&Scenario> {
    view.fit.scenarios.iter().find(|s| s.kind == ScenarioKind::OptimalSameBudget)
}

/// What each channel spends today and in the plan.
pub(super) fn before_and_after(view: View<'_>) -> Markup {
    const ROW: f64 = 28.0;
    const TOP: f64 = 6.0;
    let Some(plan) = same_budget(view) else { return html! {} };
    let by = view.page.span.weeks / plan.horizon_weeks;
    let mut rows: Vec<_> = plan.allocation.iter().filter(|p| p.current + p.proposed > 0.0).collect();
    rows.sort_by(|a, b| b.current.total_cmp(&a.current));
    if rows.is_empty() {
        return html! {};
    }
    let x = Axis::new(
        (0.0, by * rows.iter().map(|p| p.current.max(p.proposed)).fold(0.0, f64::max)),
        // The diamond of the largest stays clear of its change.
        (LEFT, RIGHT - 12.0),
    );
    let bottom = TOP + ROW * rows.len() as f64;
    let chart = html! {
        (columns(&x, (TOP, bottom), &|v| view.spend(v)))
        @for (i, (p, name)) in rows.iter().zip(names(rows.iter().map(|p| p.channel.as_str()))).enumerate() {
            @let y = TOP + ROW * (i as f64 + 0.5);
            @let (now, then) = (x.at(by * p.current), x.at(by * p.proposed));
            g.roi {
                title { (format!("{}: {} today, {} in the plan", clean(&p.channel), view.spend(by * p.current), view.spend(by * p.proposed))) }
                (text("name", (LEFT - 10.0, y + 4.0), "end", &name))
                (line("bar", (now, y), (then, y)))
                circle class="hollow" cx=(n(now)) cy=(n(y)) r="4.5" {}
                path.diamond d=(path(&[(then, y - 6.0), (then + 6.0, y), (then, y + 6.0), (then - 6.0, y)])) {}
                (text("value", (WIDTH - 4.0, y + 4.0), "end", &p.change.map_or("new".into(), signed_percent)))
            }
        }
    };
    let key = html! { ul.key aria-hidden="true" {
        li { span.swatch.s-hollow {} "today" } li { span.swatch.s-diamond {} "plan" }
    } };
    let says = format!(
        "Spend {} today and in the best split of the same budget, counted cautiously, each channel within {}.{}",
        view.page.span.words,
        bounds(plan),
        unless_recommended(view, plan)
    );
    let drawn = svg("Spend by channel today and in the plan", (WIDTH, bottom + 24.0), chart);
    figure("What does the plan change?", &says, html! { (drawn) (key) })
}

/// What keeps a plan that is not recommended from being read as one that is.
fn unless_recommended(view: View<'_>, plan: &Scenario) -> &'static str {
    let is_assumed = |name: &str| view.fit.channels.iter().any(|c| c.name == name && c.evidence.is_assumed());
    match Recommendation::of(plan, &is_assumed) {
        Recommendation::Move { grade: Grade::Strong, .. } => "",
        Recommendation::Move { grade: Grade::Lean, .. } => " Some of it goes by assumption.",
        Recommendation::Move { grade: Grade::None, .. } => " It is not recommended before a test.",
        _ => " It is not recommended: keep today's split.",
    }
}

/// The bounds that most channels have.
fn bounds(plan: &Scenario) -> String {
    let widest = plan.allocation.iter().filter(|p| !p.held).map(|p| p.bounds);
    let (low, high) = widest.fold((1.0, 1.0), |(low, high): (f64, f64), [a, b]| (low.min(a), high.max(b)));
    format!("{} to {}", signed_percent(low - 1.0).replace('-', "−"), signed_percent(high - 1.0))
}

/// Every stored plan with what it brings against today's, and what that of today's budget gives each channel.
pub(super) fn stored(view: View<'_>) -> Markup {
    let none = || "–".to_owned();
    let told = |plan: &Scenario| {
        let by = view.page.span.weeks / plan.horizon_weeks;
        let gain = |value: f64| view.gain(by * value);
        vec![
            clean(&plan.name),
            view.spend(by * plan.budget),
            format!("{} ({} to {})", gain(plan.gain.mean), gain(plan.gain.q05), gain(plan.gain.q95)),
            percent(plan.p_gain),
            plan.return_on_budget_change.map_or_else(none, |r| view.rates(&r)),
            plan.p_pays.map_or_else(none, percent),
        ]
    };
    let all: Vec<Vec<String>> = view.fit.scenarios.iter().map(told).collect();
    let spend = format!("Spend {}", view.page.span.words);
    let against = format!("{} against today (90 %)", capital(&view.fit.unit()));
    let header = ["Plan", &spend, &against, "P more", "Each unit of budget changed", "P pays"];
    html! {
        (table("The plans that were tried", &header, &all))
        p.soft {
            "P more: that it brings more than today's plan, whatever it costs. P pays: that a change of budget is worth its \
             cost in revenue. Both by what the fit believes."
        }
        @if let Some(plan) = same_budget(view) {
            (table("The plan of today's budget", &["Channel", "Today", "Plan", "Change", "Note"], &rows(view, plan)))
        }
    }
}

fn rows(view: View<'_>, plan: &Scenario) -> Vec<Vec<String>> {
    let by = view.page.span.weeks / plan.horizon_weeks;
    let row = |p: &crate::planning::ChannelPlan| {
        let mut note = Vec::new();
        note.extend(p.bound_hit.map(|_| "at its bound"));
        note.extend(p.held.then_some("held"));
        note.extend(p.extrapolated.then_some("beyond the data"));
        vec![
            clean(&p.channel),
            view.spend(by * p.current),
            view.spend(by * p.proposed),
            p.change.map_or("–".into(), signed_percent),
            note.join(", "),
        ]
    };
    plan.allocation.iter().map(row).collect()
}

/// The best plan of each of several budgets: a curve, a table, and one of them to choose.
pub(super) fn frontier(view: View<'_>) -> Markup {
    let Some(frontier) = view.page.frontier.as_ref().filter(|f| f.plans.len() > 1) else { return html! {} };
    let today: f64 = frontier.today.iter().sum();
    let nearest = |budget: f64| {
        let near = |(_, p): &(usize, &FrontierPoint)| (p.budget - budget).abs();
        let found = frontier.plans.iter().enumerate().min_by(|a, b| near(a).total_cmp(&near(b)));
        found.map_or(0, |(i, _)| i)
    };
    let chosen = nearest(today);
    let label = |p: &FrontierPoint| {
        if today > 0.0 {
            signed_percent(p.budget / today - 1.0).replace('-', "−")
        } else {
            view.spend(p.budget)
        }
    };
    let label = |p: &FrontierPoint| match label(p) {
        zero if zero == "0 %" || zero.trim_start_matches(['+', '−']) == "0.0 %" => "today".to_owned(),
        other => other,
    };
    let rows: Vec<Vec<String>> = frontier
        .plans
        .iter()
        .map(|p| {
            vec![
                label(p),
                view.spend(p.budget),
                view.gain(p.outcome),
                p.roi.map_or("–".into(), |r| view.rate(r)),
                p.marginal_return.map_or("–".into(), |r| view.rate(r)),
            ]
        })
        .collect();
    let brings = format!("Brings ({})", view.fit.unit());
    html! {
        div.pair.frontier {
            (curve(view, frontier))
            div.chooser {
                h3 id="budget-title" { "How would another budget be split?" }
                p { "The best plan of each budget " (view.page.span.words) ". Choose one." }
                div.choice role="radiogroup" aria-labelledby="budget-title" {
                    @for (i, plan) in frontier.plans.iter().enumerate() {
                        input type="radio" name="budget" id=(format!("budget-{i}")) checked[i == chosen];
                        label for=(format!("budget-{i}")) { (label(plan)) }
                    }
                    div.split { @for (i, plan) in frontier.plans.iter().enumerate() {
                        div class=(format!("plan plan-{i}")) { (split(view, frontier, plan)) }
                    } }
                }
            }
            div.whole { (table("The best plan of each budget", &["Budget", "Spend", &brings, "Per unit", "Next unit"], &rows)) }
        }
    }
}

/// The rules by which the chosen plan alone is seen: a choice needs no script.
pub(super) fn choosing(view: View<'_>) -> String {
    let n = view.page.frontier.as_ref().map_or(0, |f| f.plans.len());
    (0..n).map(|i| format!("#budget-{i}:checked~.split .plan-{i}{{display:block}}\n")).collect()
}

/// What a plan brings and how it is split.
fn split(view: View<'_>, frontier: &Frontier, plan: &FrontierPoint) -> Markup {
    let most =
        frontier.plans.iter().flat_map(|p| &p.spend).copied().fold(0.0, f64::max).max(f64::MIN_POSITIVE);
    let next = plan
        .marginal_return
        .map_or(String::new(), |m| format!(" The next unit would bring {}.", view.rate(m)));
    html! {
        p { b { (view.spend(plan.budget)) } " would bring about " b { (view.gain(plan.outcome)) } ", " (plan.roi.map_or("–".into(), |r| view.rate(r))) (if view.per_words().is_empty() { " per unit" } else { view.per_words() }) "." (next) }
        table.bars {
            caption.unseen { "Spend by channel" }
            tbody { @for ((channel, spend), now) in frontier.channels.iter().zip(&plan.spend).zip(&frontier.today) {
                tr {
                    th scope="row" { (clean(channel)) }
                    td.meter { svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" {
                        rect.accent x="0" y="1" width=(n(100.0 * spend / most)) height="8" {}
                    } }
                    td { (view.spend(*spend)) }
                    td.soft { @if *now > 0.0 { (signed_percent(spend / now - 1.0).replace('-', "−")) } }
                }
            } }
        }
    }
}

/// Outcome against budget.
fn curve(view: View<'_>, frontier: &Frontier) -> Markup {
    const BOTTOM: f64 = 196.0;
    const X: (f64, f64) = (60.0, WIDTH - 12.0);
    let ends = |f: &dyn Fn(&FrontierPoint) -> f64| {
        frontier.plans.iter().fold((f64::MAX, f64::MIN), |(low, high), p| (low.min(f(p)), high.max(f(p))))
    };
    let today: f64 = frontier.today.iter().sum();
    let now = same_budget(view).map(|s| s.current_outcome.mean * view.page.span.weeks / s.horizon_weeks);
    let (low, high) = ends(&|p| p.outcome);
    let (low, high) = now.map_or((low, high), |v| (low.min(v), high.max(v)));
    let (x, y) =
        (Axis::new(ends(&|p| p.budget), X), Axis::new((low - 0.1 * (high - low), high), (BOTTOM, 12.0)));
    let points: Vec<(f64, f64)> = frontier.plans.iter().map(|p| (x.at(p.budget), y.at(p.outcome))).collect();
    let chart = html! {
        (levels(&y, X, &|v| view.gain(v)))
        (columns(&x, (12.0, BOTTOM), &|v| view.spend(v)))
        path.fitted d=(path(&points)) {}
        @for (plan, (px, py)) in frontier.plans.iter().zip(&points) {
            circle class="dot small" cx=(n(*px)) cy=(n(*py)) r="3" { title { (format!("{} brings {}", view.spend(plan.budget), view.gain(plan.outcome))) } }
        }
        @if let Some(now) = now {
            circle class="hollow" cx=(n(x.within(today))) cy=(n(y.within(now))) r="5" { title { (format!("today: {} brings {}", view.spend(today), view.gain(now))) } }
            (text("name", (x.within(today) + 9.0, y.within(now) + 14.0), "start", "today"))
        }
        (text("tick", (0.5 * (X.0 + X.1), BOTTOM + 32.0), "middle", "budget"))
    };
    let says = format!(
        "{} that media would bring with the best split of each budget {}: means, whose intervals are as wide as those of \
         the returns. Above today is what the split alone would bring. The axes do not begin at zero.",
        capital(&view.fit.unit()),
        view.page.span.words
    );
    figure(
        "What would another budget bring?",
        &says,
        svg("Outcome of the best plan by budget", (WIDTH, 236.0), chart),
    )
}
