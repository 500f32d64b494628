//! Amounts of money as the reader counts it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::words::numbers::{amount, ratio};

/// Codes that have a sign which stands for nothing else.
const SIGNS: [(&str, &str); 6] =
    [("EUR", "€"), ("USD", "$"), ("GBP", "£"), ("JPY", "¥"), ("INR", "₹"), ("KRW", "₩")];

/// A currency: what is written before an amount; nothing when it is not known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Currency(String);

impl Currency {
    /// A sign (`€`) or a code (`EUR`, `CHF`).
    ///
    /// # Errors
    /// When it holds digits, or more than a few letters: it would be read as a part of the amount.
    pub fn parse(text: &str) -> Result<Currency, String> {
        let text = text.trim();
        let fine = |c: char| c.is_alphabetic() || (!c.is_ascii() && !c.is_control()) || c == '$';
        if text.is_empty() || text.chars().count() > 4 || !text.chars().all(fine) {
            return Err("it must be a sign such as € or a code such as EUR".into());
        }
        let sign = SIGNS.iter().find(|(code, _)| text.eq_ignore_ascii_case(code));
        Ok(Currency(sign.map_or_else(|| text.to_owned(), |(_, sign)| (*sign).to_owned())))
    }

    /// Whether it is known.
    pub fn is_known(&self) -> bool {
        !self.0.is_empty()
    }

    /// Three digits with K, M, B or T: `€1.23M`, `CHF 1.23M`, `−€40K`.
    pub fn amount(&self, value: f64) -> String {
        self.prefixed(value, amount(value.abs()))
    }

    /// The same with its sign.
    pub fn signed(&self, value: f64) -> String {
        if value > 0.0 { format!("+{}", self.amount(value)) } else { self.amount(value) }
    }

    /// Small amounts, to two digits at least: `€0.79`.
    pub fn small(&self, value: f64) -> String {
        self.prefixed(value, ratio(value.abs()))
    }

    /// One unit: `€1`, or in words where the currency is not known.
    pub fn one(&self) -> String {
        if self.is_known() { self.prefixed(1.0, "1".into()) } else { "unit of spend".into() }
    }

    fn prefixed(&self, value: f64, digits: String) -> String {
        let space = if self.0.chars().any(char::is_alphabetic) { "\u{a0}" } else { "" };
        let is_zero = digits.chars().all(|c| matches!(c, '0' | '.'));
        let sign = if value < 0.0 && !is_zero { "−" } else { "" };
        format!("{sign}{}{space}{digits}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_signs_stand_before_the_amount() {
        let told = |text: &str, value: f64| Currency::parse(text).unwrap().amount(value);
        assert_eq!(told("eur", 1_234_567.0), "€1.23M");
        assert_eq!(told("CHF", -40_000.0), "−CHF\u{a0}40.0K");
        assert_eq!((told("$", 0.0), told("$", -0.001)), ("$0".to_owned(), "$0.00".to_owned()));
        assert_eq!(Currency::default().signed(950.0), "+950");
        for bad in ["", "12", "<b>", "euros, net"] {
            assert!(Currency::parse(bad).is_err(), "{bad}");
        }
    }
}
