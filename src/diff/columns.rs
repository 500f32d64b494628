//! Columns that came, went, or began to spend after they had been left out.

use std::path::Path;

use chrono::NaiveDate;

use crate::config::LoadOptions;
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
    /// Whether it spends in periods that the earlier fit had, in whose file it did not vary.
    pub restated: bool,
}

impl Woken {
    /// What happened, in words.
    pub fn message(&self) -> String {
        let Woken { column, since, total, restated } = self;
        if *restated {
            return format!(
                "column `{column}` was left out while it did not vary, and its history was restated: it spends since \
                 {since}, {total:.0} in all"
            );
        }
        format!("column `{column}` was left out while it was 0 and spends since {since}, {total:.0} in all")
    }
}

/// Columns of `data` that by their names would be spend, were left out of `old`, were zero in all its periods,
/// and spend afterwards; or that did not vary in its file, where that is still at hand, and do now. A column that
/// cannot be read as spend is none.
pub fn woken(old: &Fit, data: &Path) -> Vec<Woken> {
    let left_out = old.run.roles.left_out.iter().filter(|name| data::unasked_role(name) == Some("spend"));
    left_out.filter_map(|name| spends_since(old, data, name)).collect()
}

fn spends_since(old: &Fit, data: &Path, name: &str) -> Option<Woken> {
    let mut options = including(old, name);
    options.to = None;
    options.channels.push(name.to_owned());
    let (dataset, _) = data::load(data, &options).ok()?;
    let channel = dataset.channels.iter().find(|c| c.spend_column.as_deref() == Some(name))?;
    let spend = channel.spend.sum_axis(ndarray::Axis(0));
    let first = spend.iter().position(|spend| *spend != 0.0)?;
    let since = *dataset.dates.get(first)?;
    let restated = since <= old.run.data.last;
    let woke = !restated || did_not_vary(old, name);
    woke.then(|| Woken { column: name.to_owned(), since, total: spend.sum(), restated })
}

/// Whether a column held one number in the file of the earlier fit; `false` where that file is gone or another.
fn did_not_vary(old: &Fit, name: &str) -> bool {
    let options = LoadOptions { controls: vec![name.to_owned()], ..including(old, name) };
    data::load(Path::new(&old.run.data.file), &options).is_ok_and(|(dataset, _)| {
        let is_constant = dataset.roles.constant_controls.iter().any(|column| column == name);
        dataset.source.sha256 == old.run.data.sha256 && is_constant
    })
}

/// How the earlier fit read its file, but for having left out a column.
fn including(old: &Fit, name: &str) -> LoadOptions {
    let mut options = load_options(old);
    options.exclude.retain(|pattern| !data::pattern_fits(pattern, name));
    options
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
