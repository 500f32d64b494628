//! Families of carry-over and drift by name, as files and flags choose them.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::words::nearest;

/// Carry-over kernel of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Adstock {
    /// w_l ∝ α^l, untruncated unless `max_lag` is given.
    Geometric {
        /// Last lag with weight, in periods.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max_lag: Option<usize>,
    },
    /// w_l ∝ α^((l − peak)²), l = 0..=max_lag: the effect builds up first.
    Delayed {
        /// Periods until the effect is largest.
        peak: f64,
        /// Last lag with weight, in periods.
        max_lag: usize,
    },
    /// w_l ∝ (1 − l/(max_lag+1))^(1/α − 1).
    Binomial {
        /// Last lag with weight, in periods.
        max_lag: usize,
    },
    /// w_l = C(l + r − 1, l) (1 − α)^r α^l: the geometric recursion r times, which peaks late for α ≥ 1/r.
    Pascal {
        /// How often; 1 is geometric.
        r: usize,
    },
    /// The density of a Weibull distribution at the lags 1, 2, … after its scale: a peak, then a fall. α sets the scale,
    /// 1 + α max_lag.
    WeibullPdf {
        /// Above 1 it peaks late; the larger, the narrower.
        shape: f64,
        /// Last lag with weight, in periods.
        max_lag: usize,
    },
    /// What is left of each period is the share that outlives it by a Weibull distribution: w_l = w_{l−1} (1 − F(l)). α sets
    /// the scale, 1 + α max_lag.
    WeibullCdf {
        /// Above 1 it falls late, below 1 at once and then slowly.
        shape: f64,
        /// Last lag with weight, in periods.
        max_lag: usize,
    },
    /// (1 − π) geometric(α) + π geometric(α_slow): an activation that fades in days beside a memory that fades in
    /// months.
    Dual,
    /// No carry-over.
    None,
}

impl Default for Adstock {
    fn default() -> Self {
        Adstock::Geometric { max_lag: None }
    }
}

impl Adstock {
    /// What `kind` may be.
    pub(super) const KINDS: &'static [&'static str] =
        &["geometric", "delayed", "binomial", "pascal", "weibull_pdf", "weibull_cdf", "dual", "none"];
    /// Keys of the table.
    pub(super) const KEYS: &'static [&'static str] = &["kind", "peak", "max_lag", "r", "shape"];
    /// How a flag says it.
    pub const FORMS: &'static str = "geometric, geometric:MAX_LAG, delayed:PEAK:MAX_LAG, binomial:MAX_LAG, pascal:R, weibull_pdf:SHAPE:MAX_LAG, \
         weibull_cdf:SHAPE:MAX_LAG, dual or none";
    /// What a flag says of it.
    pub const HELP: &'static str = "Carry-over of all channels or of one (tv=KIND): geometric, geometric:MAX_LAG \
        (periods), delayed:PEAK:MAX_LAG, binomial:MAX_LAG, pascal:R (1 to 3: later peaks), weibull_pdf:SHAPE:MAX_LAG, \
        weibull_cdf:SHAPE:MAX_LAG, dual (a part lasts for months) or none [default: geometric]";

    /// Its `kind`.
    pub fn name(self) -> &'static str {
        match self {
            Adstock::Geometric { .. } => "geometric",
            Adstock::Delayed { .. } => "delayed",
            Adstock::Binomial { .. } => "binomial",
            Adstock::Pascal { .. } => "pascal",
            Adstock::WeibullPdf { .. } => "weibull_pdf",
            Adstock::WeibullCdf { .. } => "weibull_cdf",
            Adstock::Dual => "dual",
            Adstock::None => "none",
        }
    }

    /// Whether it has a slow part beside its retention.
    pub fn has_slow_part(self) -> bool {
        self == Adstock::Dual
    }

    /// The numbers of its table but for a peak, whose range is that of its lags.
    pub(super) fn numbers(self) -> impl Iterator<Item = (&'static str, f64)> {
        let (r, shape) = match self {
            Adstock::Pascal { r } => (Some(r as f64), None),
            Adstock::WeibullPdf { shape, .. } | Adstock::WeibullCdf { shape, .. } => (None, Some(shape)),
            _ => (None, None),
        };
        let max_lag = self.max_lag().map(|lag| lag as f64);
        [("max_lag", max_lag), ("r", r), ("shape", shape)]
            .into_iter()
            .filter_map(|(key, value)| Some((key, value?)))
    }

    /// Last lag with weight, in periods, where there is a last one.
    pub fn max_lag(self) -> Option<usize> {
        match self {
            Adstock::Geometric { max_lag } => max_lag,
            Adstock::Delayed { max_lag, .. }
            | Adstock::Binomial { max_lag }
            | Adstock::WeibullPdf { max_lag, .. }
            | Adstock::WeibullCdf { max_lag, .. } => Some(max_lag),
            _ => None,
        }
    }
}

/// As flags say it, such as `delayed:2:8`.
impl fmt::Display for Adstock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self {
            Adstock::Geometric { max_lag: Some(lag) } | Adstock::Binomial { max_lag: lag } => {
                write!(f, ":{lag}")
            }
            Adstock::Delayed { peak, max_lag } => write!(f, ":{peak}:{max_lag}"),
            Adstock::Pascal { r } => write!(f, ":{r}"),
            Adstock::WeibullPdf { shape, max_lag } | Adstock::WeibullCdf { shape, max_lag } => {
                write!(f, ":{shape}:{max_lag}")
            }
            Adstock::Geometric { max_lag: None } | Adstock::Dual | Adstock::None => Ok(()),
        }
    }
}

/// As flags say it, such as `delayed:2:8`.
impl std::str::FromStr for Adstock {
    type Err = String;

    fn from_str(text: &str) -> Result<Adstock, String> {
        let periods = |lag: &str| match lag.parse() {
            Ok(max_lag) if max_lag > 0 => Ok(max_lag),
            _ => Err(format!("`{lag}` is not a number of periods")),
        };
        let shape = |shape: &str| match shape.parse() {
            Ok(number) if number > 0.0 => Ok(number),
            _ => Err(format!("`{shape}` is not a shape, a number above 0")),
        };
        match text.split(':').collect::<Vec<_>>()[..] {
            ["none"] => Ok(Adstock::None),
            ["dual"] => Ok(Adstock::Dual),
            ["geometric"] => Ok(Adstock::Geometric { max_lag: None }),
            ["geometric", lag] => Ok(Adstock::Geometric { max_lag: Some(periods(lag)?) }),
            ["delayed", peak, lag] => {
                let peak = peak.parse().map_err(|_| format!("`{peak}` is not a number of periods"))?;
                Ok(Adstock::Delayed { peak, max_lag: periods(lag)? })
            }
            ["binomial", lag] => Ok(Adstock::Binomial { max_lag: periods(lag)? }),
            ["pascal", r] => match r.parse() {
                Ok(r @ 1..=3) => Ok(Adstock::Pascal { r }),
                _ => Err(format!("`{r}` is not 1, 2 or 3, the times that the carry-over is applied")),
            },
            ["weibull_pdf", of, lag] => Ok(Adstock::WeibullPdf { shape: shape(of)?, max_lag: periods(lag)? }),
            ["weibull_cdf", of, lag] => Ok(Adstock::WeibullCdf { shape: shape(of)?, max_lag: periods(lag)? }),
            _ => Err(format!("expected {}", Adstock::FORMS)),
        }
    }
}

/// Whether a channel's effect may change over the data: the logarithm of its coefficient is a path that is straight
/// between knots.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Drift {
    /// It does not.
    #[default]
    None,
    /// A knot every 52 weeks.
    Yearly,
    /// A knot every 26 weeks.
    HalfYearly,
}

impl Drift {
    /// What it may be.
    pub(super) const NAMES: &'static [&'static str] = &["none", "yearly", "half_yearly"];

    /// Weeks from knot to knot.
    pub fn knot_weeks(self) -> Option<f64> {
        match self {
            Drift::None => None,
            Drift::Yearly => Some(52.0),
            Drift::HalfYearly => Some(26.0),
        }
    }
}

/// As files say it.
impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Drift::None => "none",
            Drift::Yearly => "yearly",
            Drift::HalfYearly => "half_yearly",
        })
    }
}

impl std::str::FromStr for Drift {
    type Err = String;

    fn from_str(text: &str) -> Result<Drift, String> {
        match text {
            "none" => Ok(Drift::None),
            "yearly" => Ok(Drift::Yearly),
            "half_yearly" => Ok(Drift::HalfYearly),
            _ => Err(match nearest(text, Drift::NAMES.iter().copied()) {
                Some(near) => format!("`{text}` is no drift; did you mean `{near}`?"),
                None => format!("`{text}` is no drift; none, yearly and half_yearly are"),
            }),
        }
    }
}
