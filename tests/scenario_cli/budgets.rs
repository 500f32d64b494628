//! Best plans: of a budget, within limits, by a measure, along the frontier.

use super::*;

#[test]
fn the_best_plan_is_no_worse_than_today_and_keeps_its_limits() {
    let answer = json(&["--lock", "tv", "--bound", "search=0.9..1.1", "--max-step", "20%"]);
    let s = &answer["scenarios"][0];
    assert!(number(&s["gain"]["mean"]) >= 0.0);
    assert_eq!(proposed(&answer, 0, "tv"), current(&answer, "tv"));
    for (channel, step) in [("search", 0.1), ("social", 0.2), ("display", 0.2)] {
        let moved = proposed(&answer, 0, channel) / current(&answer, channel) - 1.0;
        assert!(moved.abs() <= step + 1e-9, "{channel}: {moved}");
        assert!(plan(&answer, 0, channel)["p_grow"].is_number());
    }
    assert!(number(&s["gap"]) < 1e-3);
    let grouped = json(&["--group", "paid:search,social=..1.05"]);
    let group = |f: &dyn Fn(&str) -> f64| f("search") + f("social");
    let (now, then) = (group(&|c| current(&grouped, c)), group(&|c| proposed(&grouped, 0, c)));
    assert!(then <= 1.05 * now * (1.0 + 1e-9));
}

#[test]
fn targets_are_met() {
    let more = json(&["--budget", "+10%", "--risk", "mean"]);
    let s = &more["scenarios"][0];
    let today = number(&s["budget"]) / 1.1;
    assert!((spent(s) / today - 1.1).abs() < 1e-9);
    let outcome = 1.02 * number(&s["current_outcome"]["mean"]);
    let cheapest = json(&["--min-outcome", "+2%"]);
    assert!(number(&cheapest["scenarios"][0]["proposed_outcome"]["mean"]) >= outcome * (1.0 - 1e-9));
    let roi = number(&cheapest["scenarios"][0]["roi"]);
    let within = json(&["--target-roi", &roi.to_string()]);
    assert!(number(&within["scenarios"][0]["roi"]) >= roi * (1.0 - 1e-6));
    let marginal = number(&s["marginal_return"]);
    let paying = json(&["--target-mroi", &marginal.to_string()]);
    // The return itself is compared, not the budget: where a curve is nearly straight, budgets that differ
    // by several percent have the same marginal return.
    let reached = |answer: &Value| number(&answer["scenarios"][0]["marginal_return"]) / marginal - 1.0;
    assert!(reached(&paying).abs() < 0.01, "{}", reached(&paying));
    // The same as the marginal target 1 / margin.
    let wide = |flag: &str, value: &str| json(&[flag, value, "--max-step", "100%"]);
    let (profitable, paying) = (wide("--margin", "80%"), wide("--target-mroi", "1.25"));
    assert!((reached(&profitable) - reached(&paying)).abs() < 0.01, "{}", reached(&profitable));
    assert!(number(&profitable["scenarios"][0]["profit"]["gain"]["mean"]) >= 0.0);
}

#[test]
fn a_lower_bound_alone_does_not_lift_the_upper_one() {
    let usual = json(&[]);
    for plan in usual["scenarios"][0]["allocation"].as_array().unwrap() {
        let channel = plan["channel"].as_str().unwrap();
        let answer = json(&["--bound", &format!("{channel}=0.9..")]);
        let of = answer["scenarios"][0]["allocation"].as_array().unwrap();
        let bounds = &of.iter().find(|p| p["channel"] == channel).unwrap()["bounds"];
        assert!(
            (number(&bounds[0]) - 0.9).abs() < 1e-9 && bounds[1] == plan["bounds"][1],
            "{channel}: {bounds}"
        );
    }
}

/// Moving today's budget within the bounds gains too; that is not what the added budget brings.
#[test]
fn an_added_budget_is_not_credited_with_what_moving_todays_brings() {
    let same = json(&["--optimise"]);
    let moving = number(&same["scenarios"][0]["gain"]["mean"]);
    assert_eq!(same["scenarios"][0]["budget_change"], Value::Null);
    for (budget, sign) in [("+10%", 1.0), ("-10%", -1.0)] {
        let s = &json(&["--budget", budget])["scenarios"][0];
        let part = |key: &str| number(&s["budget_change"][key]["mean"]);
        assert!((part("moving") / moving - 1.0).abs() < 1e-9, "{s}");
        assert!(((part("moving") + part("budget")) / number(&s["gain"]["mean"]) - 1.0).abs() < 1e-9, "{s}");
        let change = number(&s["budget_change"]["spend"]);
        assert!(change * sign > 0.0 && (part("net") - (part("budget") - change)).abs() < 1e-6 * change.abs());
        assert!((number(&s["return_on_budget_change"]["mean"]) * change / part("budget") - 1.0).abs() < 1e-9);
    }
    let plans = same["scenarios"][0]["allocation"].as_array().unwrap();
    let today: f64 = plans.iter().map(|plan| number(&plan["current"])).sum();
    let hardly = (1.0005 * today).to_string();
    let s = &json(&["--budget", &hardly])["scenarios"][0];
    assert_eq!(s["return_on_budget_change"], Value::Null, "nothing is divided by a small difference");
    let text =
        scenario(&["--budget", "+10%"]).exits(0).says(&["moving today's budget within the same"]).stdout();
    assert!(text.contains("Each unit of spend added"), "{text}");
    let text = scenario(&["--budget", &hardly]).exits(0).stdout();
    assert!(!text.contains("Each unit of spend"), "{text}");
}

#[test]
fn another_budget_is_told_by_what_it_costs_and_whether_it_pays() {
    let answer = json(&["--set", "tv=+50%"]);
    let s = &answer["scenarios"][0];
    let (more, gain) = (0.5 * current(&answer, "tv"), number(&s["gain"]["mean"]));
    assert_eq!((number(&s["p_gain"]), &s["mean_loss"]), (1.0, &Value::Null));
    let p_pays = number(&s["p_pays"]);
    assert!(p_pays < 1.0 && (p_pays > 0.5) == (number(&s["gain"]["q50"]) > more), "{s}");
    assert!((number(&s["return_on_budget_change"]["mean"]) * more / gain - 1.0).abs() < 1e-9);
    let text =
        scenario(&["--set", "tv=+50%"]).exits(0).says(&["It costs", "net", "pays for itself"]).stdout();
    assert!(!text.contains("a gain with probability"), "{text}");
    let text = words(&scenario(&["--budget", "-10%"]).exits(0).stdout());
    for part in ["cut give up", "It saves", "it saves more than it gives up"] {
        assert!(text.contains(part), "no {part:?} in {text}");
    }
    // With a margin, profit comes first and says it.
    let text = scenario(&["--set", "tv=+50%", "--margin", "35%"]).exits(0).stdout();
    assert!(text.find("Profit at a margin of 0.35").unwrap() < text.find("Spend").unwrap(), "{text}");
    assert!(!text.contains("pays for itself"), "{text}");
    let kept = &json(&["--shift", "tv:search:10%"])["scenarios"][0];
    assert_eq!(kept["p_pays"], Value::Null);
    // The mean of min(gain, 0) is the mean loss times the probability of one.
    let weighted = number(&kept["mean_loss"]) * (1.0 - number(&kept["p_gain"]));
    assert!((weighted / number(&kept["expected_loss_if_wrong"]) - 1.0).abs() < 1e-9, "{kept}");
}

#[test]
fn profit_is_margin_times_outcome_less_spend() {
    let answer = json(&["--margin", "0.4", "--set", "tv=+10%"]);
    let (s, profit) = (&answer["scenarios"][0], &answer["scenarios"][0]["profit"]);
    let more = number(&s["budget"]) - (number(&s["budget"]) - 0.1 * current(&answer, "tv"));
    let want = 0.4 * number(&s["gain"]["mean"]) - more;
    assert!((number(&profit["gain"]["mean"]) - want).abs() < 1e-6 * more);
}

#[test]
fn the_frontier_rises() {
    let answer = json(&["--frontier", "6"]);
    let points = answer["frontier"].as_array().unwrap();
    assert_eq!((points.len(), answer["scenarios"].as_array().unwrap().len()), (6, 0));
    for pair in points.windows(2) {
        assert!(number(&pair[1]["budget"]) > number(&pair[0]["budget"]));
        assert!(number(&pair[1]["outcome"]) >= number(&pair[0]["outcome"]));
    }
    scenario(&["--frontier", "6"]).exits(0).says(&["Efficient frontier", "display", "counted cautiously"]);
}

/// The returns of the next unit add up to what all the budget between the ends of the frontier brings.
#[test]
fn what_the_next_unit_returns_is_the_slope_of_the_frontier() {
    for risk in ["cautious", "mean", "cvar"] {
        let answer = json(&["--frontier", "40", "--risk", risk]);
        let points = answer["frontier"].as_array().unwrap();
        let of = |key: &str| -> Vec<f64> { points.iter().map(|p| p[key].as_f64().unwrap_or(0.0)).collect() };
        let (budget, outcome, returns) = (of("budget"), of("outcome"), of("marginal_return"));
        let told = |i: usize| 0.5 * (returns[i] + returns[i + 1]) * (budget[i + 1] - budget[i]);
        let told: f64 = (0..38).map(told).sum();
        let brought = outcome[38] - outcome[0];
        assert!((told / brought - 1.0).abs() < 0.03, "{risk}: {told} {brought}");
        assert!(points[39]["marginal_return"].is_null(), "{risk}");
    }
    // The plan of a budget says what the frontier says of it.
    for risk in ["cautious", "cvar"] {
        let answer = json(&["--frontier", "3", "--risk", risk]);
        let (plan, point) = (&answer["scenarios"][0], &answer["frontier"][1]);
        let returns = |of: &Value| number(&of["marginal_return"]);
        assert!((returns(plan) / returns(point) - 1.0).abs() < 1e-6, "{risk}");
    }
}

/// A budget of the frontier has the plan that is the best of that budget.
#[test]
fn the_frontier_maximises_what_the_best_plan_does() {
    for risk in ["cautious", "mean", "q25"] {
        let frontier = json(&["--frontier", "3", "--risk", risk]);
        assert_eq!(frontier["frontier_maximised"], risk);
        // The bounds are the same on both sides, so that the middle budget is today's.
        let (best, point) = (&frontier["scenarios"][0], &frontier["frontier"][1]);
        for (plan, spend) in
            best["allocation"].as_array().unwrap().iter().zip(point["spend"].as_array().unwrap())
        {
            // Of means, the best plan is settled nearer today's for as much as 1 % of its gain.
            let near = if risk == "mean" { 0.1 } else { 1e-3 };
            let (a, b) = (number(&plan["proposed"]), number(spend));
            assert!((a / b - 1.0).abs() < near, "{risk}: {a} {b}");
        }
        assert_eq!(point["gap"].is_null(), risk == "q25");
    }
    assert_eq!(json(&["--frontier", "3"])["frontier_maximised"], "cautious");
}

#[test]
fn caution_raises_the_lower_quantile() {
    let bold = json(&["--risk", "mean"]);
    let careful = json(&["--risk", "q25"]);
    let q25 = |answer: &Value| number(&answer["scenarios"][0]["gain"]["q25"]);
    assert!(q25(&careful) >= q25(&bold) && q25(&careful) >= 0.0);
    let objective = &careful["scenarios"][0]["objective"];
    assert!((number(&objective["value"]) - q25(&careful)).abs() < 1e-6 * q25(&careful).abs().max(1.0));
    assert!(number(&objective["value"]) >= number(&objective["at_best_mean_plan"]));
    scenario(&["--risk", "cvar"]).exits(0).says(&["mean of the worst 10 %", "without a proven gap"]);
}

/// Without a word about risk the plan is the cautious one, as in the fit's own scenarios.
#[test]
fn the_default_plan_is_the_cautious_one_of_the_fit() {
    let answer = json(&["--weeks", "80"]);
    let same = json(&["--weeks", "80", "--risk", "cautious"]);
    assert_eq!(answer["scenarios"][0], same["scenarios"][0]);
    assert_eq!(answer["scenarios"][0]["maximised"], "cautious");
    let fit_json: Value = serde_json::from_slice(&std::fs::read(fit().join("fit.json")).unwrap()).unwrap();
    let own = &fit_json["scenarios"][0];
    assert_eq!((&own["kind"], &own["maximised"]), (&"optimal_same_budget".into(), &"cautious".into()));
    for channel in own["allocation"].as_array().unwrap() {
        let name = channel["channel"].as_str().unwrap();
        assert!((number(&channel["proposed"]) / proposed(&answer, 0, name) - 1.0).abs() < 1e-6, "{name}");
    }
    assert_eq!(json(&["--risk", "mean"])["scenarios"][0]["maximised"], "mean");
    scenario(&[]).exits(0).says(&["counted cautiously (--risk mean for means)"]);
}

#[test]
fn commitments_capacity_and_group_limits_bind_and_are_named() {
    let free = json(&["--risk", "mean"]);
    let most = free["scenarios"][0]["allocation"]
        .as_array()
        .unwrap()
        .iter()
        .max_by(|a, b| number(&a["change"]).total_cmp(&number(&b["change"])))
        .unwrap()
        .clone();
    let name = most["channel"].as_str().unwrap();
    assert!(number(&most["change"]) > 0.05, "{most}");
    // A capacity in currency, below what the free plan would spend.
    let weekly = number(&most["current"]) * (1.0 + 0.5 * number(&most["change"])) / 52.0;
    let capped = json(&["--risk", "mean", "--bound", &format!("{name}=..{weekly}/week")]);
    assert_eq!(plan(&capped, 0, name)["bound_hit"], "upper");
    assert!((proposed(&capped, 0, name) / (52.0 * weekly) - 1.0).abs() < 1e-6);
    scenario(&["--risk", "mean", "--bound", &format!("{name}=..{weekly}/week")])
        .exits(0)
        .says(&["At the upper bound, would take more"]);
    // A commitment above it.
    let least = number(&most["proposed"]) * 1.1 / 52.0;
    let committed = json(&["--risk", "mean", "--bound", &format!("{name}={least}/week..")]);
    assert_eq!(plan(&committed, 0, name)["bound_hit"], "lower");
    // A group in currency: together no more than today.
    let others: Vec<&str> =
        ["tv", "search", "social", "display"].into_iter().filter(|c| *c != name).take(1).collect();
    let together = (number(&most["current"]) + current(&free, others[0])) / 52.0;
    let group = format!("pair:{name},{}=..{together}/week", others[0]);
    let grouped = json(&["--risk", "mean", "--group", &group]);
    assert!(proposed(&grouped, 0, name) + proposed(&grouped, 0, others[0]) <= 52.0 * together * (1.0 + 1e-9));
}
