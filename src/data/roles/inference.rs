//! Roles by conventional column names, for what the user left open.

use std::collections::BTreeMap;

use super::{Desk, Media};
use crate::config::NamedChannel;
use crate::data::infer::{self, Words};
use crate::data::suggest::{listing, quote};
use crate::error::Error;
use crate::warning::Warning;

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
            [] => Err(Error::data(
                self.file,
                "no column holds dates",
                "write dates as yyyy-mm-dd, or name the date column with --date COLUMN",
            )),
            several => Err(Error::data(
                self.file,
                format!("several columns hold dates: {}", self.quoted(several)),
                format!("choose one with --date {}", self.names[several[0]]),
            )),
        }
    }

    pub(super) fn infer_outcome(&mut self) -> Result<usize, Error> {
        let found: Vec<usize> = self.free().filter(|i| infer::OUTCOME.fits(&self.names[*i])).collect();
        match found.as_slice() {
            [one] => Ok(self.take(*one)),
            [] => Err(Error::data(
                self.file,
                format!("no column is named like an outcome ({})", infer::OUTCOME.0.join(", ")),
                format!(
                    "name it with --outcome COLUMN; columns without a role yet: {}",
                    self.quoted(&self.free().collect::<Vec<_>>())
                ),
            )),
            several => Err(Error::data(
                self.file,
                format!("several columns could be the outcome: {}", self.quoted(several)),
                format!("choose one with --outcome {}", self.names[several[0]]),
            )),
        }
    }

    pub(super) fn infer_one(&mut self, what: &str, flag: &str, words: Words) -> Result<Option<usize>, Error> {
        let found: Vec<usize> = self.free().filter(|i| words.fits(&self.names[*i])).collect();
        match found.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(self.take(*one))),
            several => Err(Error::data(
                self.file,
                format!("several columns could be the {what}: {}", self.quoted(several)),
                format!("choose one with {flag} {}", self.names[several[0]]),
            )),
        }
    }

    pub(super) fn infer_spend(&mut self, mut spend: Vec<usize>) -> Vec<usize> {
        let found: Vec<usize> =
            self.free().filter(|i| infer::spend_stem(&self.names[*i]).is_some()).collect();
        spend.extend(found.into_iter().map(|column| self.take(column)));
        spend.sort_unstable();
        spend
    }

    /// Channels with their names: given, else the spend column's stem where that is unique.
    pub(super) fn named_media(&self, spend: &[usize], organic: &[usize]) -> Vec<Media> {
        let given = |column: usize, of: fn(&NamedChannel) -> Option<&String>| {
            let named = self.options.named.iter().find(|n| of(n) == Some(&self.names[column]));
            named.map(|n| n.name.clone())
        };
        let short = |column: usize| {
            given(column, |n| n.spend.as_ref()).unwrap_or_else(|| {
                infer::spend_stem(&self.names[column]).unwrap_or(&self.names[column]).to_owned()
            })
        };
        let mut media: Vec<Media> = spend
            .iter()
            .map(|&column| Media { name: short(column), spend: Some(column), exposure: column })
            .collect();
        media.extend(organic.iter().map(|&column| {
            let mut unpaid = self.options.named.iter().filter(|n| n.spend.is_none());
            let named = unpaid.find(|n| n.exposure.as_ref() == Some(&self.names[column]));
            let name = named.map_or_else(|| self.names[column].clone(), |n| n.name.clone());
            Media { name, spend: None, exposure: column }
        }));
        let shared: Vec<String> = media.iter().map(|m| m.name.clone()).collect();
        for channel in &mut media {
            if shared.iter().filter(|n| **n == channel.name).count() > 1 {
                channel.name = self.names[channel.spend.unwrap_or(channel.exposure)].clone();
            }
        }
        media
    }

    pub(super) fn infer_exposure(&mut self, paid: &[Media], exposure: &mut BTreeMap<usize, usize>) {
        for channel in paid {
            let Some(spend) = channel.spend.filter(|s| !exposure.contains_key(s)) else { continue };
            let stem = infer::spend_stem(&self.names[spend]).unwrap_or(&self.names[spend]).to_lowercase();
            let found: Vec<usize> = self
                .free()
                .filter(|i| infer::exposure_stem(&self.names[*i]).is_some_and(|s| s.to_lowercase() == stem))
                .collect();
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
                    format!("choose one with --exposure {}={}", self.names[spend], self.names[several[0]]),
                )),
            }
        }
    }

    pub(super) fn infer_controls(&mut self) -> Vec<usize> {
        let found: Vec<usize> = self.free().filter(|i| infer::is_control(&self.names[*i])).collect();
        found.into_iter().map(|column| self.take(column)).collect()
    }

    pub(super) fn no_channels(&self) -> Error {
        let free: Vec<usize> = self.free().collect();
        let likely: Vec<&str> = free
            .iter()
            .map(|c| self.names[*c].as_str())
            .filter(|name| infer::looks_like_spend(&name.to_lowercase()))
            .collect();
        let hint = if likely.is_empty() {
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
