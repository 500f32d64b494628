//! Which column plays which role: what the user says first, conventional names for the rest.

use std::collections::{BTreeMap, BTreeSet};

use globset::Glob;

use super::suggest::{first_few, listing, suggested_flags};
use super::words;
use crate::config::LoadOptions;
use crate::data::dataset::Roles;
use crate::error::{Error, Problems};
use crate::warning::Warning;
use crate::words::nearest;

/// A channel by its columns.
#[derive(Debug, Clone)]
pub(crate) struct Media {
    pub(crate) name: String,
    /// `None` for an organic channel.
    pub(crate) spend: Option<usize>,
    pub(crate) exposure: usize,
}

/// Columns by role, as indices into the file's columns.
#[derive(Debug)]
pub(crate) struct Assignment {
    pub(crate) date: usize,
    pub(crate) outcome: usize,
    pub(crate) geo: Option<usize>,
    pub(crate) population: Option<usize>,
    pub(crate) revenue_per_outcome: Option<usize>,
    /// Paid channels in file order, then organic ones.
    pub(crate) media: Vec<Media>,
    pub(crate) controls: Vec<usize>,
    /// Columns that nothing was said of.
    pub(crate) unused: Vec<usize>,
    pub(crate) roles: Roles,
    pub(crate) warnings: Vec<Warning>,
}

/// Assigns every column a role or none. `date_candidates` are the columns that hold dates.
///
/// # Errors
/// When a name is unknown, a column has two roles, or an inferred role has several candidates.
pub(crate) fn assign(
    file: &str,
    names: &[String],
    options: &LoadOptions,
    date_candidates: &[usize],
) -> Result<Assignment, Error> {
    let mut desk = Desk::new(file, names, options)?;
    let date = desk.single("--date", options.date.as_deref())?;
    let outcome = desk.single("--outcome", options.outcome.as_deref())?;
    let geo = desk.single("--geo", options.geo.as_deref())?;
    let population = desk.single("--population", options.population.as_deref())?;
    let revenue_per_outcome = desk.single("--revenue-per-outcome", options.revenue_per_outcome.as_deref())?;
    let spend = desk.listed_spend()?;
    let mut exposure = desk.listed_exposure(&spend)?;
    let organic = desk.listed_organic()?;
    let controls = desk.list("--controls", &options.controls)?;
    desk.refuse_two_roles()?;

    let date = match date {
        Some(date) => date,
        None => desk.infer_date(date_candidates)?,
    };
    let spend = if options.channels.is_empty() { desk.infer_spend(spend) } else { spend };
    let outcome = match outcome {
        Some(outcome) => outcome,
        None => desk.infer_outcome()?,
    };
    let geo = match geo {
        Some(geo) => Some(geo),
        None => desk.infer_one("geo", "--geo", words::GEO)?,
    };
    let population = match population {
        Some(population) => Some(population),
        None => desk.infer_one("population", "--population", words::POPULATION)?,
    };
    let paid = desk.named_media(&spend, &organic)?;
    desk.infer_exposure(&paid, &mut exposure);
    let controls = if options.controls.is_empty() { desk.infer_controls() } else { controls };

    let mut media = paid;
    for channel in media.iter_mut().filter(|m| m.spend.is_some()) {
        channel.exposure = exposure.get(&channel.exposure).copied().unwrap_or(channel.exposure);
    }
    if media.is_empty() {
        return Err(desk.no_channels());
    }
    Ok(desk.finish(Assignment {
        date,
        outcome,
        geo,
        population,
        revenue_per_outcome,
        media,
        controls,
        unused: Vec::new(),
        roles: Roles::default(),
        warnings: Vec::new(),
    }))
}

/// The columns while roles are handed out.
pub(super) struct Desk<'a> {
    pub(super) file: &'a str,
    pub(super) names: &'a [String],
    pub(super) options: &'a LoadOptions,
    /// Every claim on a column, in the order made: (column, flag).
    pub(super) claims: Vec<(usize, String)>,
    pub(super) taken: Vec<bool>,
    pub(super) excluded: BTreeSet<usize>,
    pub(super) warnings: Vec<Warning>,
}

impl<'a> Desk<'a> {
    fn new(file: &'a str, names: &'a [String], options: &'a LoadOptions) -> Result<Self, Error> {
        let mut desk = Desk {
            file,
            names,
            options,
            claims: Vec::new(),
            taken: vec![false; names.len()],
            excluded: BTreeSet::new(),
            warnings: Vec::new(),
        };
        for pattern in &options.exclude {
            desk.excluded.extend(desk.matches("--exclude", pattern)?);
        }
        for column in &desk.excluded {
            desk.taken[*column] = true;
        }
        Ok(desk)
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|n| n == name)
    }

    fn unknown(&self, flag: &str, name: &str) -> Error {
        let hint = match nearest(name, self.names.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the columns are {}", listing(self.names.iter().map(String::as_str))),
        };
        Error::data(self.file, format!("{flag}: there is no column `{name}`"), hint)
    }

    fn claim(&mut self, flag: &str, column: usize) {
        self.claims.push((column, flag.to_owned()));
        self.taken[column] = true;
    }

    /// A role of one column, by its exact name.
    fn single(&mut self, flag: &str, name: Option<&str>) -> Result<Option<usize>, Error> {
        let Some(name) = name else { return Ok(None) };
        let column = self.position(name).ok_or_else(|| self.unknown(flag, name))?;
        if self.excluded.contains(&column) {
            let problem = format!("column `{name}` is named by {flag} and by --exclude");
            return Err(Error::data(self.file, problem, "drop one of the two"));
        }
        self.claim(flag, column);
        Ok(Some(column))
    }

    /// Columns that a name or glob stands for.
    fn matches(&self, flag: &str, pattern: &str) -> Result<Vec<usize>, Error> {
        if let Some(column) = self.position(pattern) {
            return Ok(vec![column]);
        }
        if !pattern.contains(['*', '?', '[', '{']) {
            return Err(self.unknown(flag, pattern));
        }
        let glob = Glob::new(pattern)
            .map_err(|e| Error::config(format!("{flag}: {e}"), "quote a glob like 'tv_*'"))?
            .compile_matcher();
        let found: Vec<usize> = (0..self.names.len()).filter(|i| glob.is_match(&self.names[*i])).collect();
        if found.is_empty() {
            return Err(self.unknown(flag, pattern));
        }
        Ok(found)
    }

    /// A role of many columns, by names and globs, without the excluded ones.
    fn list(&mut self, flag: &str, patterns: &[String]) -> Result<Vec<usize>, Error> {
        let mut by: BTreeMap<usize, &String> = BTreeMap::new();
        let mut problems = Problems::new("columns are named twice by one flag");
        for pattern in patterns {
            for column in self.matches(flag, pattern)? {
                if self.excluded.contains(&column) {
                    continue;
                }
                if let Some(first) = by.insert(column, pattern) {
                    let name = &self.names[column];
                    problems.push_with(|| {
                        format!("column `{name}`: {flag} names it by `{first}` and `{pattern}`")
                    });
                }
            }
        }
        if !problems.is_empty() {
            let hint = Some("make the names and globs of a flag not overlap".to_owned());
            return Err(Error::Data { file: self.file.to_owned(), problems, hint });
        }
        for column in by.keys() {
            self.claim(flag, *column);
        }
        Ok(by.into_keys().collect())
    }

    /// Spend columns of `--channels`, and of `[channels.NAME]` unless the flag says which ones count.
    fn listed_spend(&mut self) -> Result<Vec<usize>, Error> {
        let mut spend = self.list("--channels", &self.options.channels)?;
        for named in &self.options.named {
            let (Some(column), true) = (&named.spend, self.options.channels.is_empty()) else { continue };
            let flag = format!("[channels.{}] spend", named.name);
            let column = self.position(column).ok_or_else(|| self.unknown(&flag, column))?;
            if !self.excluded.contains(&column) {
                self.claim(&flag, column);
                spend.push(column);
            }
        }
        Ok(spend)
    }

    /// Exposure column by spend column, as listed.
    fn listed_exposure(&mut self, spend: &[usize]) -> Result<BTreeMap<usize, usize>, Error> {
        let mut exposure = BTreeMap::new();
        let listed = self.options.exposure.iter().map(|(s, e)| ("--exposure".to_owned(), s, e));
        let named = self.options.named.iter().filter_map(|n| {
            let (spend, exposure) = (n.spend.as_ref()?, n.exposure.as_ref()?);
            Some((format!("[channels.{}] exposure", n.name), spend, exposure))
        });
        for (flag, of, by) in listed.chain(named).collect::<Vec<_>>() {
            let of_column = self.position(of).ok_or_else(|| self.unknown(&flag, of))?;
            let by_column = self.position(by).ok_or_else(|| self.unknown(&flag, by))?;
            if self.excluded.contains(&of_column)
                || (flag != "--exposure" && !self.may_be_spend(spend, of_column))
            {
                continue;
            }
            if !self.may_be_spend(spend, of_column) {
                let problem = format!("{flag}: `{of}` is not the spend column of a channel");
                return Err(Error::data(self.file, problem, format!("add it with --channels {of}")));
            }
            if of_column == by_column {
                continue;
            }
            match exposure.insert(of_column, by_column) {
                None => self.claim(&flag, by_column),
                Some(earlier) if earlier == by_column => {}
                Some(earlier) => {
                    let (first, second) = (&self.names[earlier], &self.names[by_column]);
                    let problem =
                        format!("{flag}: `{of}` is given two exposure columns: `{first}` and `{second}`");
                    return Err(Error::data(self.file, problem, "keep one of them"));
                }
            }
        }
        Ok(exposure)
    }

    fn may_be_spend(&self, spend: &[usize], column: usize) -> bool {
        let inferred = self.options.channels.is_empty() && words::spend_stem(&self.names[column]).is_some();
        spend.contains(&column) || inferred
    }

    fn listed_organic(&mut self) -> Result<Vec<usize>, Error> {
        let mut organic = self.list("--organic", &self.options.organic)?;
        for named in self.options.named.iter().filter(|n| n.spend.is_none()) {
            let Some(column) = &named.exposure else { continue };
            let flag = format!("[channels.{}] exposure", named.name);
            let column = self.position(column).ok_or_else(|| self.unknown(&flag, column))?;
            if !self.excluded.contains(&column) && !organic.contains(&column) {
                self.claim(&flag, column);
                organic.push(column);
            }
        }
        Ok(organic)
    }

    fn refuse_two_roles(&self) -> Result<(), Error> {
        let mut problems = Problems::new("columns have two roles");
        for (i, (column, flag)) in self.claims.iter().enumerate() {
            for (_, earlier) in self.claims[..i].iter().filter(|(c, _)| c == column) {
                let name = &self.names[*column];
                problems.push_with(|| format!("column `{name}` has two roles: {earlier} and {flag}"));
            }
        }
        if problems.is_empty() {
            return Ok(());
        }
        let hint = Some("give each column one role; a glob takes every column it matches".to_owned());
        Err(Error::Data { file: self.file.to_owned(), problems, hint })
    }

    fn finish(mut self, mut done: Assignment) -> Assignment {
        let name = |column: usize| self.names[column].clone();
        let paid = || done.media.iter().filter_map(|m| m.spend.map(|s| (s, m.exposure)));
        let roles = Roles {
            date: name(done.date),
            outcome: name(done.outcome),
            geo: done.geo.map(name),
            population: done.population.map(name),
            revenue_per_outcome: done.revenue_per_outcome.map(name),
            channels: paid().map(|(spend, _)| name(spend)).collect(),
            exposure: paid().filter(|(s, e)| s != e).map(|(s, e)| (name(s), name(e))).collect(),
            organic: done.media.iter().filter(|m| m.spend.is_none()).map(|m| name(m.exposure)).collect(),
            controls: done.controls.iter().map(|c| name(*c)).collect(),
            constant_controls: Vec::new(),
            left_out: (0..self.names.len())
                .filter(|c| !self.taken[*c] || self.excluded.contains(c))
                .map(name)
                .collect(),
        };
        // A column without a name is an index that some tool wrote; nobody misses it.
        let unasked: Vec<&str> =
            self.free().map(|c| self.names[c].as_str()).filter(|n| !n.starts_with("(column ")).collect();
        if !unasked.is_empty() {
            let flags = suggested_flags(&roles, &unasked);
            self.warnings.push(Warning {
                code: "columns_left_out".to_owned(),
                message: format!("columns without a role are left out: {}", listing(unasked.iter().copied())),
                hint: (!flags.is_empty()).then(|| format!("to use them: {}", first_few(&flags, " "))),
            });
        }
        done.unused = self.free().collect();
        done.roles = roles;
        done.warnings = self.warnings;
        done
    }
}
