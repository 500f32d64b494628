//! Roles by conventional column names, for what the user left open.

use std::collections::BTreeMap;

use super::assignment::{Desk, Media};
use super::suggest::listing;
use super::words::{self, Words};
use crate::config::NamedChannel;
use crate::error::Error;
use crate::warning::Warning;
use crate::words::quote;

impl Desk<'_> {
    pub(super) fn free(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.names.len()).filter(|i| !self.taken[*i])
    }

    pub(super) fn take(&mut self, column: usize) -> usize {
        self.taken[column] = true;
        column
    }

    /// Names of columns, quoted.
    pub(super) fn quoted(&self, columns: &[usize]) -> String {
        listing(columns.iter().map(|c| self.names[*c].as_str()))
    }

    pub(super) fn infer_date(&mut self, candidates: &[usize]) -> Result<usize, Error> {
        let free: Vec<usize> = candidates.iter().copied().filter(|c| !self.taken[*c]).collect();
        match free.as_slice() {
            [one] => Ok(self.take(*one)),
            [] if !candidates.is_empty() => {
                let held = |(column, _): &&(usize, String)| candidates.contains(column);
                let by = self.claims.iter().find(held).map_or("--exclude", |(_, flag)| flag.as_str());
                let dates = self.quoted(&candidates[..1]);
                Err(Error::data(
                    self.file,
                    format!("column {dates}, which holds the dates, is taken by {by}, and no other does"),
                    format!("leave {dates} out of {by}, or name the column of dates with --date COLUMN"),
                ))
            }
            [] => Err(Error::data(
                self.file,
                "no column holds dates",
                "write dates as yyyy-mm-dd, or name the date column with --date COLUMN",
            )),
            several => Err(Error::data(
                self.file,
                format!("several columns hold dates: {}", self.quoted(several)),
                format!("choose one with --date {}", quote(&self.names[several[0]])),
            )),
        }
    }

    pub(super) fn infer_outcome(&mut self) -> Result<usize, Error> {
        let mut found: Vec<usize> = self.free().filter(|i| words::OUTCOME.fits(&self.names[*i])).collect();
        if found.is_empty() {
            found = self.free().filter(|i| words::is_outcome_by_words(&self.names[*i])).collect();
        }
        match found.as_slice() {
            [one] => Ok(self.take(*one)),
            [] => Err(match self.outcome_in_other_role() {
                Some((column, flag)) => Error::data(
                    self.file,
                    format!("column `{column}`, named like an outcome, is taken by {flag}, and no other is"),
                    format!("leave `{column}` out of {flag}, or name the outcome with --outcome COLUMN"),
                ),
                None => Error::data(
                    self.file,
                    format!("no column is named like an outcome ({})", words::OUTCOME.0.join(", ")),
                    format!(
                        "name it with --outcome COLUMN; columns without a role yet: {}",
                        self.quoted(&self.free().collect::<Vec<_>>())
                    ),
                ),
            }),
            several => Err(Error::data(
                self.file,
                format!("several columns could be the outcome: {}", self.quoted(several)),
                format!("choose one with --outcome {}", quote(&self.names[several[0]])),
            )),
        }
    }

    /// A column named like an outcome that a flag gave another role, and the flag.
    fn outcome_in_other_role(&self) -> Option<(&str, &str)> {
        let claimed = self.claims.iter().map(|(column, flag)| (self.names[*column].as_str(), flag.as_str()));
        claimed.into_iter().find(|(name, _)| words::OUTCOME.fits(name))
    }

    pub(super) fn infer_one(&mut self, what: &str, flag: &str, words: Words) -> Result<Option<usize>, Error> {
        let found: Vec<usize> = self.free().filter(|i| words.fits(&self.names[*i])).collect();
        match found.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(self.take(*one))),
            several => Err(Error::data(
                self.file,
                format!("several columns could be the {what}: {}", self.quoted(several)),
                format!("choose one with {flag} {}", quote(&self.names[several[0]])),
            )),
        }
    }

    pub(super) fn infer_spend(&mut self, mut spend: Vec<usize>) -> Vec<usize> {
        let mut found: Vec<usize> =
            self.free().filter(|i| words::spend_stem(&self.names[*i]).is_some()).collect();
        if found.is_empty() && spend.is_empty() {
            found = self.free().filter(|i| words::spend_stem_by_words(&self.names[*i]).is_some()).collect();
        }
        spend.extend(found.into_iter().map(|column| self.take(column)));
        spend.sort_unstable();
        spend
    }

    /// The channel that the words of a spend column name, where columns are found by them.
    fn stem_by_words(&self, name: &str) -> Option<String> {
        words::spend_stem_by_words(name).filter(|_| self.options.channels.is_empty())
    }

    /// The name that the configuration gives the channel of a column.
    fn given_name(&self, column: usize, is_paid: bool) -> Option<&String> {
        let mut alike = self.options.named.iter().filter(|n| n.spend.is_some() == is_paid);
        let of = |n: &NamedChannel| n.spend.as_ref().or(n.exposure.as_ref()) == Some(&self.names[column]);
        alike.find(|n| of(n)).map(|n| &n.name)
    }

    /// Channels with their names: given, else the spend column's stem where that is unique, else the column.
    pub(super) fn named_media(&self, spend: &[usize], organic: &[usize]) -> Result<Vec<Media>, Error> {
        let paid = spend.iter().map(|c| (*c, true));
        let columns: Vec<(usize, bool)> = paid.chain(organic.iter().map(|c| (*c, false))).collect();
        let short = |&(column, is_paid): &(usize, bool)| {
            let name = &self.names[column];
            let stem = || words::spend_stem(name).map(str::to_owned).or_else(|| self.stem_by_words(name));
            let stem = if is_paid { stem() } else { None };
            self.given_name(column, is_paid).cloned().or(stem).unwrap_or_else(|| name.clone())
        };
        let wanted: Vec<String> = columns.iter().map(short).collect();
        let mut media: Vec<Media> = Vec::with_capacity(columns.len());
        for (&(column, is_paid), short) in columns.iter().zip(&wanted) {
            let is_shared = wanted.iter().filter(|n| *n == short).count() > 1;
            let keeps = !is_shared || self.given_name(column, is_paid).is_some();
            let name = if keeps { short.clone() } else { self.names[column].clone() };
            if media.iter().any(|m| m.name == name) {
                let problem = format!("two channels are called `{name}`");
                let hint = "give one another name: [channels.NAME] with its spend column in mmm.toml";
                return Err(Error::data(self.file, problem, hint));
            }
            media.push(Media { name, spend: is_paid.then_some(column), exposure: column });
        }
        Ok(media)
    }

    pub(super) fn infer_exposure(&mut self, paid: &[Media], exposure: &mut BTreeMap<usize, usize>) {
        for channel in paid {
            let Some(spend) = channel.spend.filter(|s| !exposure.contains_key(s)) else { continue };
            let stem = words::spend_stem(&self.names[spend]).unwrap_or(&self.names[spend]).to_lowercase();
            let by_words = self.stem_by_words(&self.names[spend]);
            let drives = |name: &str| match words::exposure_stem(name) {
                Some(own) if own.to_lowercase() == stem => true,
                _ => by_words.is_some() && words::exposure_stem_by_words(name) == by_words,
            };
            let found: Vec<usize> = self.free().filter(|i| drives(&self.names[*i])).collect();
            match found.as_slice() {
                [] => {}
                [one] => {
                    exposure.insert(spend, self.take(*one));
                }
                several => self.warnings.push(Warning::new(
                    "exposure_ambiguous",
                    format!(
                        "channel `{}` has several exposure columns ({}); its spend is used instead",
                        channel.name,
                        self.quoted(several)
                    ),
                    format!("choose one with --exposure {}", self.exposure_choice(spend, several)),
                )),
            }
        }
    }

    /// `tv_spend=tv_grps`, for each of the columns that could drive a channel.
    fn exposure_choice(&self, spend: usize, columns: &[usize]) -> String {
        let pair = |c: &usize| quote(&format!("{}={}", self.names[spend], self.names[*c]));
        columns.iter().map(pair).collect::<Vec<_>>().join(" or --exposure ")
    }

    pub(super) fn infer_controls(&mut self) -> Vec<usize> {
        let found: Vec<usize> = self.free().filter(|i| words::is_control(&self.names[*i])).collect();
        found.into_iter().map(|column| self.take(column)).collect()
    }

    pub(super) fn no_channels(&self) -> Error {
        let free: Vec<usize> = self.free().collect();
        let likely: Vec<&str> = free
            .iter()
            .map(|c| self.names[*c].as_str())
            .filter(|name| {
                words::looks_like_spend(&name.to_lowercase()) && words::outcome_kind(name).is_none()
            })
            .collect();
        let exposures: Vec<&str> = free
            .iter()
            .map(|c| self.names[*c].as_str())
            .filter(|name| words::looks_like_exposure(&name.to_lowercase()))
            .collect();
        let hint = if likely.is_empty() && !exposures.is_empty() {
            format!(
                "media without spend have an effect and no return: --organic {}; or name the spend columns with \
                 --channels A,B",
                quote(&exposures.join(","))
            )
        } else if likely.is_empty() {
            let free = self.quoted(&free);
            format!("name the spend columns with --channels A,B; columns without a role: {free}")
        } else {
            format!("name the spend columns, such as --channels {}", quote(&likely.join(",")))
        };
        let problem =
            "no media channel: no column is named like `tv_spend`, `spend_tv`, `tv_cost` or `cost_tv`";
        Error::data(self.file, problem, hint)
    }
}
