//! Families of saturation by name, as files and flags choose them.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::words::nearest;

/// Shape of a channel's diminishing returns. K is the exposure at half of the maximum, where there is one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub enum SaturationFamily {
    /// h = aˢ / (aˢ + Kˢ).
    #[default]
    Hill,
    /// h = a / (a + K): Hill with S = 1, concave throughout.
    MichaelisMenten,
    /// h = tanh(λa/2) with λ = ln 3 / K: concave, and saturated sooner than Michaelis–Menten.
    Logistic,
    /// h = 1 − 2^(−a/K): concave, between those two.
    Exponential,
    /// h = aᵖ without a maximum, 0 < p < 1.
    Root {
        /// Power of the exposure.
        p: f64,
    },
    /// h = a: nothing diminishes.
    Linear,
}

impl SaturationFamily {
    /// What `saturation` may be.
    pub(super) const NAMES: &'static [&'static str] =
        &["hill", "michaelis_menten", "logistic", "exponential", "root:P", "linear"];

    /// Its name, without what follows a colon.
    pub fn name(self) -> &'static str {
        match self {
            SaturationFamily::Hill => "hill",
            SaturationFamily::MichaelisMenten => "michaelis_menten",
            SaturationFamily::Logistic => "logistic",
            SaturationFamily::Exponential => "exponential",
            SaturationFamily::Root { .. } => "root",
            SaturationFamily::Linear => "linear",
        }
    }

    /// Whether its slope S is a parameter, unless fixed.
    pub fn has_slope(self) -> bool {
        self == SaturationFamily::Hill
    }

    /// Whether the effect has a largest value, and with it a half-saturation K.
    pub fn has_maximum(self) -> bool {
        !matches!(self, SaturationFamily::Root { .. } | SaturationFamily::Linear)
    }
}

/// As flags and files say it, such as `root:0.5`.
impl FromStr for SaturationFamily {
    type Err = String;

    fn from_str(text: &str) -> Result<SaturationFamily, String> {
        let root = |p: &str| match p.parse() {
            Ok(p) if p > 0.0 && p < 1.0 => Ok(SaturationFamily::Root { p }),
            _ => Err(format!("`root:{p}` needs a power above 0 and below 1, such as root:0.5")),
        };
        match text.split_once(':').unwrap_or((text, "")) {
            ("hill", "") => Ok(SaturationFamily::Hill),
            ("michaelis_menten", "") => Ok(SaturationFamily::MichaelisMenten),
            ("logistic", "") => Ok(SaturationFamily::Logistic),
            ("exponential", "") => Ok(SaturationFamily::Exponential),
            ("root", p) => root(p),
            ("linear", "") => Ok(SaturationFamily::Linear),
            (name, _) => Err(match nearest(name, Self::NAMES.iter().copied()) {
                Some(near) => format!("`{text}` is no saturation; did you mean `{near}`?"),
                None => format!("`{text}` is no saturation; it must be {}", Self::NAMES.join(", ")),
            }),
        }
    }
}

impl fmt::Display for SaturationFamily {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SaturationFamily::Root { p } => write!(f, "root:{p}"),
            other => f.write_str(other.name()),
        }
    }
}

impl TryFrom<String> for SaturationFamily {
    type Error = String;

    fn try_from(text: String) -> Result<SaturationFamily, String> {
        text.parse()
    }
}

impl From<SaturationFamily> for String {
    fn from(family: SaturationFamily) -> String {
        family.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_family_is_read_as_it_is_written() {
        let power = SaturationFamily::Root { p: 0.35 };
        for (text, family) in [
            ("hill", SaturationFamily::Hill),
            ("michaelis_menten", SaturationFamily::MichaelisMenten),
            ("logistic", SaturationFamily::Logistic),
            ("exponential", SaturationFamily::Exponential),
            ("root:0.35", power),
            ("linear", SaturationFamily::Linear),
        ] {
            assert_eq!(text.parse(), Ok(family));
            assert_eq!(family.to_string(), text);
        }
    }

    #[test]
    fn what_is_no_family_is_refused_with_the_nearest() {
        let says = |text: &str| text.parse::<SaturationFamily>().unwrap_err();
        assert_eq!(says("logistc"), "`logistc` is no saturation; did you mean `logistic`?");
        assert_eq!(says("linear:2"), "`linear:2` is no saturation; did you mean `linear`?");
        assert!(says("quux").contains("hill, michaelis_menten, logistic, exponential, root:P, linear"));
        for p in ["root", "root:", "root:0", "root:1", "root:nan", "root:-0.5", "root:x"] {
            assert!(says(p).contains("needs a power above 0 and below 1"), "{p}: {}", says(p));
        }
    }
}
