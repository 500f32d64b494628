//! What one value may be, and how that is said.

use std::fmt;

use serde_json::Value;

/// The values that a setting may have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Range {
    /// A whole number, both ends included.
    Whole {
        /// The smallest.
        least: u64,
        /// The largest.
        most: u64,
    },
    /// A number, both ends included.
    Between(f64, f64),
    /// A number above the first, at most the second.
    Above(f64, f64),
    /// A number strictly between the two.
    Inside(f64, f64),
    /// True or false.
    Truth,
    /// One of these words; `root:P` stands for the word with a number.
    Words(&'static [&'static str]),
}

impl Range {
    /// Whether a number is in it; never NaN, and never where words are asked for.
    pub fn holds(self, value: f64) -> bool {
        match self {
            Range::Whole { least, most } => (least as f64..=most as f64).contains(&value),
            Range::Between(low, high) => (low..=high).contains(&value),
            Range::Above(low, high) => value > low && value <= high,
            Range::Inside(low, high) => value > low && value < high,
            Range::Truth | Range::Words(_) => false,
        }
    }

    /// Whether a value of JSON is of the kind and in the range.
    pub(super) fn holds_json(self, value: &Value) -> bool {
        match self {
            Range::Whole { least, most } => value.as_u64().is_some_and(|n| (least..=most).contains(&n)),
            Range::Truth => value.is_boolean(),
            Range::Words(words) => {
                value.as_str().is_some_and(|word| words.iter().any(|known| matches(known, word)))
            }
            _ => value.is_number() && value.as_f64().is_some_and(|number| self.holds(number)),
        }
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Range::Whole { least, most } if *most == u64::MAX => {
                write!(f, "a whole number of at least {least}")
            }
            Range::Whole { least, most } => write!(f, "a whole number from {least} to {most}"),
            Range::Between(low, high) => write!(f, "between {} and {}", short(*low), short(*high)),
            Range::Above(low, high) => write!(f, "above {} and at most {}", short(*low), short(*high)),
            Range::Inside(low, high) => write!(f, "above {} and below {}", short(*low), short(*high)),
            Range::Truth => f.write_str("true or false"),
            Range::Words(words) => f.write_str(&words.join(", ")),
        }
    }
}

/// Whether a word is the known one, or, of one like `root:P`, with a number in the place of the last letter.
fn matches(known: &str, word: &str) -> bool {
    known == word
        || known
            .split_once(':')
            .zip(word.split_once(':'))
            .is_some_and(|((name, _), (told, number))| name == told && number.parse::<f64>().is_ok())
}

/// A bound without a train of zeros.
fn short(bound: f64) -> String {
    let plain = bound.abs() < 1e7 && (bound == 0.0 || bound.abs() >= 1e-4);
    if plain { format!("{bound}") } else { format!("{bound:e}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_belong_to_it_or_not_as_it_says() {
        assert!(Range::Between(0.0, 1.0).holds(0.0) && Range::Between(0.0, 1.0).holds(1.0));
        assert!(!Range::Above(0.0, 1.0).holds(0.0) && Range::Above(0.0, 1.0).holds(1.0));
        assert!(!Range::Inside(0.0, 1.0).holds(0.0) && !Range::Inside(0.0, 1.0).holds(1.0));
        for range in [Range::Between(0.0, 1.0), Range::Above(0.0, 1.0), Range::Inside(0.0, 1.0)] {
            assert!(range.holds(0.5) && !range.holds(f64::NAN) && !range.holds(1.1) && !range.holds(-0.1));
        }
    }

    #[test]
    fn json_of_another_kind_is_out_of_range() {
        let whole = Range::Whole { least: 1, most: 9 };
        for (text, holds) in [("3", true), ("3.5", false), ("-3", false), ("\"3\"", false), ("10", false)] {
            assert_eq!(whole.holds_json(&serde_json::from_str(text).unwrap()), holds, "{text}");
        }
        assert!(Range::Between(0.0, 1.0).holds_json(&Value::from(1)));
        assert!(!Range::Truth.holds_json(&Value::from(1)));
        assert!(!Range::Words(&["white", "ar1"]).holds_json(&Value::from("pink")));
    }
}
