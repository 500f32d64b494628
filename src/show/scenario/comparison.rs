//! Several plans of `mmm scenario` side by side as plain text.

use crate::planning::Answer;
use crate::show::plan;
use crate::show::plan::Counted;
use crate::show::scenario::cells::{plan_change, row};
use crate::show::shorten::shorten_apart;
use crate::show::table::{layout, width as columns, wrap};
use crate::words::numbers::{amount, clean, percent, signed};

/// Characters of a plan's name above its column, where that is enough to tell it from the others.
const PLAN_NAME: usize = 16;
/// Characters that the channels' names may take before the plans' columns do.
const CHANNEL_NAME: usize = 30;

/// The answers by what they are compared with, in their order: plans without a date, and those of each horizon
/// after the data.
pub(crate) fn groups(answers: &[Answer]) -> Vec<Vec<&Answer>> {
    let basis = |answer: &Answer| answer.dated.as_ref().map(|dated| (dated.first, dated.last));
    let mut groups: Vec<Vec<&Answer>> = Vec::new();
    for answer in answers {
        match groups.iter_mut().find(|group| basis(group[0]) == basis(answer)) {
            Some(group) => group.push(answer),
            None => groups.push(vec![answer]),
        }
    }
    groups
}

/// What today's plan is called beside an answer, which may be one of `several` groups.
fn todays_name(answer: &Answer, several: bool) -> String {
    match &answer.dated {
        _ if !several => "today".into(),
        Some(dated) => format!("today to {}", dated.last),
        None => "today, undated".into(),
    }
}

/// What each plan costs and brings, below what today's plan does.
pub(crate) fn comparison(answers: &[Answer], counted: &Counted) -> Vec<String> {
    let mut rows = vec![row(["Plan", "Spend", "Outcome", "Gain", "90 % interval", "P(gain)", "If wrong"])];
    let with_profit = answers.iter().any(|a| a.profit.is_some());
    let other_budgets = answers.iter().any(|a| a.scenario.changes_budget());
    let with_net = other_budgets && counted.is_money && !with_profit;
    if with_profit {
        rows[0].extend(row(["Profit gain", "P"]));
    } else if with_net {
        rows[0].extend(row(["Net", "P(pays)"]));
    }
    for group in groups(answers) {
        let Some(now) = group.first().map(|answer| &answer.scenario) else { continue };
        let several = group.len() < answers.len();
        let (spend, outcome) = (amount(now.today()), amount(now.current_outcome.mean));
        let mut cells = row([&todays_name(group[0], several), &spend, &outcome]);
        cells.resize(rows[0].len(), "–".to_owned());
        rows.push(cells);
    }
    rows.extend(answers.iter().map(|answer| {
        let s = &answer.scenario;
        let loss = s.mean_loss.filter(|_| !s.changes_budget());
        let mut cells = vec![
            clean(&s.name),
            amount(s.budget),
            amount(s.proposed_outcome.mean),
            signed(s.gain.mean),
            format!("{} to {}", signed(s.gain.q05), signed(s.gain.q95)),
            percent(s.p_gain),
            loss.map_or("–".into(), amount),
        ];
        if with_profit {
            let profit = answer.profit.as_ref();
            cells.push(profit.map_or("–".into(), |p| signed(p.gain.mean)));
            cells.push(profit.map_or("–".into(), |p| percent(p.p_gain)));
        } else if with_net {
            cells.extend([signed(plan::net(s).mean), percent(s.p_pays.unwrap_or(s.p_gain))]);
        }
        cells
    }));
    let mut lines = layout(&rows);
    lines.push(String::new());
    let mut notes = vec!["If wrong is the mean gain of the draws in which the plan loses."];
    if other_budgets {
        notes.push("More spend brings more in any case: P(gain) does not say that it pays.");
    }
    if with_net {
        notes.push("Net is the gain, of a best plan beyond that of the best plan of today's budget, less what is spent more than \
             today; P(pays) that it is above 0.");
    }
    lines.extend(wrap("", 0, &notes.join(" ")));
    lines
}

/// Each channel's change in each plan: tables of plans that today's plan is the same for.
pub(crate) fn side_by_side(answers: &[Answer]) -> Vec<Vec<String>> {
    let names: Vec<String> = answers.iter().map(|answer| clean(&answer.scenario.name)).collect();
    let short = shorten_apart(&names, PLAN_NAME);
    let named = |group: Vec<&Answer>| {
        let name = |answer: &&Answer| clean(&answer.scenario.name);
        let at = |name: String| names.iter().position(|n| *n == name).map_or(name, |i| short[i].clone());
        side_by_side_group(&group, &group.iter().map(|answer| at(name(answer))).collect::<Vec<_>>())
    };
    groups(answers).into_iter().flat_map(named).collect()
}

fn side_by_side_group(group: &[&Answer], names: &[String]) -> Vec<Vec<String>> {
    let Some(first) = group.first() else { return vec![] };
    let plans = &first.scenario.allocation;
    let width = |cells: &mut dyn Iterator<Item = String>| cells.map(|c| c.chars().count()).max().unwrap_or(0);
    let channel = width(&mut plans.iter().map(|plan| clean(&plan.channel))).min(CHANNEL_NAME);
    // `as today` is the widest change.
    let column = 2 + width(&mut names.iter().cloned()).max(8);
    let fit = (columns().saturating_sub(channel + 9) / column).max(1);
    let table = |(answers, names): (&[&Answer], &[String])| {
        let mut rows = vec![row(["Channel", "Today"])];
        rows[0].extend(names.iter().cloned());
        rows.extend(plans.iter().enumerate().map(|(c, plan)| {
            let changes = answers.iter().map(|answer| plan_change(&answer.scenario.allocation[c]));
            [clean(&plan.channel), amount(plan.current)].into_iter().chain(changes).collect()
        }));
        layout(&rows)
    };
    group.chunks(fit).zip(names.chunks(fit)).map(table).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planning::{Carry, Dated};
    use crate::posterior::Summary;
    use crate::report::{RoiUnit, testdata};

    fn answer(name: &str, until: Option<&str>) -> Answer {
        let mut scenario = testdata::fit().scenarios[0].clone();
        scenario.name = name.into();
        let none = Summary::of(&[0.0]);
        let carry = Carry { within: none, carry_out: none };
        let dated = |last: &str| Dated {
            first: "2024-05-20".parse().unwrap(),
            last: last.parse().unwrap(),
            periods: 2,
            today: "today's plan repeats".into(),
            carry_in: none,
            current: carry,
            proposed: carry,
            changed: Vec::new(),
            draws: 1,
            draws_of_fit: 1,
        };
        if until.is_some() {
            // Plans by date have the channels as they are, and another spend today.
            scenario.allocation.truncate(1);
            scenario.allocation[0].current = 9.9e6;
        }
        Answer {
            scenario,
            roi: None,
            marginal_return: None,
            objective: None,
            profit: None,
            groups: Vec::new(),
            outcome_target: None,
            dated: until.map(dated),
        }
    }

    #[test]
    fn each_plan_stands_beside_its_own_today() {
        let answers = [
            answer("a", None),
            answer("spring", Some("2024-06-02")),
            answer("b", None),
            answer("c", Some("2024-06-09")),
        ];
        let counted = Counted::new("revenue".into(), RoiUnit::CurrencyPerCurrency, "media");
        let text = comparison(&answers, &counted).join("\n");
        for (today, spend) in
            [("today, undated", "3.60K"), ("today to 2024-06-02", "9.90M"), ("today to 2024-06-09", "9.90M")]
        {
            let line = text.lines().find(|line| line.starts_with(today)).unwrap_or_else(|| panic!("{text}"));
            assert!(line.contains(spend), "{line}");
        }
        let tables = side_by_side(&answers);
        assert_eq!(tables.len(), 3);
        assert!(
            tables[0][0].contains('a') && tables[0][0].contains('b') && tables[0].len() == 3,
            "{tables:#?}"
        );
        assert!(tables[1][0].contains("spring") && tables[1].len() == 2, "{tables:#?}");
        let alike = comparison(&answers[..1], &counted).join("\n");
        assert!(alike.contains("\ntoday ") && !alike.contains("undated"), "{alike}");
    }

    #[test]
    fn plans_of_long_names_can_be_told_apart() {
        let names: Vec<String> = (0..7).map(|i| format!("more social in quarter {i} of next year")).collect();
        let answers: Vec<Answer> = names.iter().map(|name| answer(name, None)).collect();
        let tables = side_by_side(&answers);
        assert!(tables.iter().flatten().all(|line| line.chars().count() <= 100), "{tables:#?}");
        let heads: String = tables.iter().map(|table| table[0].clone() + " ").collect();
        for i in 0..7 {
            assert!(heads.contains(&i.to_string()), "{heads}");
        }
    }
}
