//! Outcome, fit and decomposition by period: one column a series, or one row a value.

use crate::export::table::Table;
use crate::store::Weekly;

/// One row a geo and period.
#[cfg(feature = "xlsx")]
pub fn weekly_wide(weekly: &Weekly) -> Table {
    let rows: Vec<usize> = (0..weekly.dates.len()).collect();
    let mut table = Table::of("weekly", "one row a period (and geo): outcome, fit and what made it", &rows)
        .date("date", |i| Some(weekly.dates[*i]));
    if let Some(geos) = &weekly.geos {
        table = table.text("geo", |i| Some(geos[*i].clone()));
    }
    for (name, values) in &weekly.series {
        table = table.number(name.clone(), |i| values[*i]);
    }
    table.done()
}

/// One row a geo, period and series; `part` is the kind of a series, `name` the channel or control it is of.
pub fn weekly_long(weekly: &Weekly) -> Table {
    let rows: Vec<(usize, usize)> =
        (0..weekly.series.len()).flat_map(|s| (0..weekly.dates.len()).map(move |i| (s, i))).collect();
    let split = |s: usize| weekly.series[s].0.split_once(':');
    let mut table = Table::of("weekly", "one row a period, (geo) and series", &rows)
        .date("date", |(_, i)| Some(weekly.dates[*i]));
    if let Some(geos) = &weekly.geos {
        table = table.text("geo", |(_, i)| Some(geos[*i].clone()));
    }
    table
        .text("series", |(s, _)| {
            Some(split(*s).map_or(weekly.series[*s].0.as_str(), |(part, _)| part).to_owned())
        })
        .text("name", |(s, _)| split(*s).map(|(_, name)| name.to_owned()))
        .number("value", |(s, i)| weekly.series[*s].1[*i])
        .done()
}

/// One row a period, the geos of a panel together: of what may be added up, which interval ends may not.
#[cfg(feature = "xlsx")]
pub fn weekly_total(weekly: &Weekly) -> Table {
    let mut periods = weekly.dates.clone();
    periods.sort_unstable();
    periods.dedup();
    let total = |values: &[Option<f64>], period| {
        let of_period = weekly.dates.iter().zip(values).filter(|(date, _)| **date == period);
        let seen: Vec<f64> = of_period.filter_map(|(_, value)| *value).collect();
        (!seen.is_empty()).then(|| seen.iter().sum())
    };
    let mut table = Table::of("weekly_total", "one row a period, all geos together", &periods)
        .date("date", |day| Some(*day));
    let added = |name: &str| !["fitted_q05", "fitted_q95", "held_out"].contains(&name);
    for (name, values) in weekly.series.iter().filter(|(name, _)| added(name)) {
        table = table.number(name.clone(), |day| total(values, *day));
    }
    table.done()
}
