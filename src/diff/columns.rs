//! Columns that came, went, or began to spend after they had been left out.

use std::path::Path;

use chrono::NaiveDate;

use crate::data;
use crate::previous::load_options;
use crate::report::Fit;

/// A column that was left out while it was zero.
#[derive(Debug, Clone, PartialEq)]
pub struct Woken {
    /// Its name.
    pub column: String,
    /// First period in which it spends.
    pub since: NaiveDate,
    /// All that it spends.
    pub total: f64,
}

impl Woken {
    /// What happened, in words.
    pub fn message(&self) -> String {
        let Woken { column, since, total } = self;
        format!("column `{column}` was left out while it was 0 and spends since {since}, {total:.0} in all")
    }
}

/// Columns of `data` that by their names would be spend, were left out of `old`, were zero in all its periods,
/// and spend afterwards. A column that cannot be read as spend is none.
pub fn woken(old: &Fit, data: &Path) -> Vec<Woken> {
    let left_out = old.run.roles.left_out.iter().filter(|name| data::unasked_role(name) == Some("spend"));
    left_out.filter_map(|name| spends_since(old, data, name)).collect()
}

fn spends_since(old: &Fit, data: &Path, name: &str) -> Option<Woken> {
    let mut options = load_options(old);
    options.to = None;
    options.exclude.retain(|pattern| !data::pattern_fits(pattern, name));
    options.channels.push(name.to_owned());
    let (dataset, _) = data::load(data, &options).ok()?;
    let channel = dataset.channels.iter().find(|c| c.spend_column.as_deref() == Some(name))?;
    let spend = channel.spend.sum_axis(ndarray::Axis(0));
    let first = spend.iter().position(|spend| *spend != 0.0)?;
    let since = *dataset.dates.get(first)?;
    (since > old.run.data.last).then(|| Woken { column: name.to_owned(), since, total: spend.sum() })
}

/// Columns of the second fit's file that the first one's had not.
pub(super) fn only_in(with: &Fit, without: &Fit) -> Vec<String> {
    let known = columns(without);
    columns(with).into_iter().filter(|name| !known.contains(name)).cloned().collect()
}

/// Every column of the file that a fit was made from.
fn columns(fit: &Fit) -> Vec<&String> {
    let roles = &fit.run.roles;
    let single = [&roles.geo, &roles.population, &roles.revenue_per_outcome].into_iter().flatten();
    [&roles.date, &roles.outcome]
        .into_iter()
        .chain(single)
        .chain(&roles.channels)
        .chain(roles.exposure.values())
        .chain(&roles.organic)
        .chain(&roles.controls)
        .chain(&roles.constant_controls)
        .chain(&roles.left_out)
        .collect()
}
