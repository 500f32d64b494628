//! One change to today's plan: whose spend, where and when, and how much.

use super::amount::{Amount, level, shift_amount};
use super::request_error::{RequestError, malformed};
use super::target::{Names, Target};

/// One change to today's plan.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Change {
    /// The target spends this much.
    Set {
        /// Whose spend.
        target: Target,
        /// Its new spend.
        to: Amount,
    },
    /// Spend goes from one target to another.
    Shift {
        /// Who gives.
        from: Target,
        /// Who gets.
        to: Target,
        /// How much; a multiple is of the giver's spend before any change.
        amount: Amount,
    },
}

/// A change and how it was typed.
#[derive(Debug, Clone, PartialEq)]
pub struct TypedChange {
    /// Which flag.
    pub flag: &'static str,
    /// Its value, or the part of a list that it is.
    pub text: String,
    /// What it says.
    pub change: Change,
}

impl Change {
    /// The targets that it names.
    pub fn targets(&self) -> Vec<Target> {
        match self {
            Change::Set { target, .. } => vec![*target],
            Change::Shift { from, to, .. } => vec![*from, *to],
        }
    }
}

impl TypedChange {
    /// `tv=+20%`, `tv@north@2024-10-01..=0`.
    pub(crate) fn set(text: &str, names: &Names<'_>) -> Result<TypedChange, RequestError> {
        let (target, value) =
            text.rsplit_once('=').ok_or_else(|| malformed("set", text, "there is no `=`"))?;
        let target = Target::parse("set", text, target, names)?;
        Ok(TypedChange::of("set", text, Change::Set { target, to: level("set", text, value)? }))
    }

    /// One name of the list `text`.
    pub(crate) fn pause(text: &str, name: &str, names: &Names<'_>) -> Result<TypedChange, RequestError> {
        let target = Target::parse("pause", text, name, names)?;
        Ok(TypedChange::of("pause", name, Change::Set { target, to: Amount::Multiple(0.0) }))
    }

    /// `search:social:10%`.
    pub(crate) fn shift(text: &str, names: &Names<'_>) -> Result<TypedChange, RequestError> {
        let target = |part: &str| Target::parse("shift", text, part, names);
        let splits = splits(text);
        let known = splits.iter().find_map(|(a, b)| Some((target(a).ok()?, target(b).ok()?)));
        let (from, to) = match (known, splits.first()) {
            (Some(known), _) => known,
            (None, Some((a, b))) => (target(a)?, target(b)?),
            (None, None) => return Err(malformed("shift", text, "three parts with `:` are needed")),
        };
        if from == to {
            return Err(malformed("shift", text, "giver and receiver are the same channel"));
        }
        Ok(TypedChange::of("shift", text, Change::Shift { from, to, amount: shift_amount(text)? }))
    }

    fn of(flag: &'static str, text: &str, change: Change) -> TypedChange {
        TypedChange { flag, text: text.into(), change }
    }
}

/// Every way to read `FROM:TO:AMOUNT`, as names may themselves hold a colon; one that gives two known names
/// wins.
fn splits(text: &str) -> Vec<(&str, &str)> {
    let names = text.rsplit_once(':').map_or("", |(names, _)| names);
    names.match_indices(':').map(|(at, _)| (names[..at].trim(), names[at + 1..].trim())).collect()
}
