//! Numbers and names as people read them.

pub(crate) use crate::words::percent;
use crate::words::without_negative_zero;

/// What the columns of the channels' table mean.
pub(crate) const TERMS: &str = "A 90 % interval holds the true value with 90 % probability, if the model describes how the outcome comes \
     about. Marginal is the ROI of the next unit of spend; Saturated is the share of the largest possible \
     effect already reached; Evidence tells whether the ROI is read from the data or mostly assumed beforehand \
     (prior).";

/// A name without control characters: a column name must not be able to steer a terminal.
pub(crate) fn clean(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// Three significant digits with K, M, B or T: `950`, `12.3K`, `1.23M`.
pub(crate) fn amount(value: f64) -> String {
    // 999.5 rounds to 1000 at three digits, hence to 1.00 of the next unit.
    let units = [(1.0, ""), (1e3, "K"), (1e6, "M"), (1e9, "B"), (1e12, "T")];
    let fits = |(scale, _): &&(f64, &str)| value.abs() < 999.5 * scale;
    let (scale, suffix) = units.iter().find(fits).copied().unwrap_or((1e12, "T"));
    let digits = if scale == 1.0 && value == value.trunc() {
        format!("{value:.0}")
    } else {
        three_digits(value / scale)
    };
    format!("{}{suffix}", without_negative_zero(digits))
}

/// [`amount`] with its sign.
pub(crate) fn signed(value: f64) -> String {
    if value > 0.0 { format!("+{}", amount(value)) } else { amount(value) }
}

/// [`percent`] with its sign.
pub(crate) fn signed_percent(share: f64) -> String {
    if share > 0.0 { format!("+{}", percent(share)) } else { percent(share) }
}

/// A ratio such as ROI, below 1 with two significant digits: `0.0042`, `0.026`, `2.31`, `12.3`, `123`.
pub(crate) fn ratio(value: f64) -> String {
    let size = value.abs();
    if size > 0.0 && size < 0.0995 {
        // Rounding may lift it into the next decade; below 1e-9 it is zero for every purpose here.
        let rounded = format!("{size:.1e}");
        let decade = rounded.rsplit('e').next().and_then(|e| e.parse::<i32>().ok()).unwrap_or(0);
        let decimals = (1 - decade).min(10) as usize;
        return without_negative_zero(format!("{value:.decimals$}"));
    }
    if size >= 999.5 { amount(value) } else { without_negative_zero(three_digits(value)) }
}

fn three_digits(value: f64) -> String {
    match value.abs() {
        x if x < 9.995 => format!("{value:.2}"),
        x if x < 99.95 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_round_into_the_next_unit() {
        let cases = [
            (0.0, "0"),
            (950.0, "950"),
            (3.456, "3.46"),
            (999.6, "1.00K"),
            (12_345.0, "12.3K"),
            (999_499.0, "999K"),
            (999_500.0, "1.00M"),
            (-1_234_567.0, "-1.23M"),
            (-0.001, "0.00"),
            (2e15, "2000T"),
        ];
        for (value, want) in cases {
            assert_eq!(amount(value), want, "{value}");
        }
    }

    #[test]
    fn ratios_keep_two_digits_when_small() {
        let cases = [
            (0.0042, "0.0042"),
            (0.00996, "0.010"),
            (0.0262, "0.026"),
            (-0.0214, "-0.021"),
            (0.0996, "0.10"),
            (0.786, "0.79"),
            (1.6, "1.60"),
            (2.312, "2.31"),
            (12.34, "12.3"),
            (123.4, "123"),
            (0.0, "0.00"),
        ];
        for (value, want) in cases {
            assert_eq!(ratio(value), want, "{value}");
        }
    }

    #[test]
    fn percentages() {
        let cases = [(0.004, "0.4 %"), (0.0996, "10 %"), (0.123, "12 %"), (0.0, "0 %"), (-0.0001, "0.0 %")];
        for (value, want) in cases {
            assert_eq!(percent(value), want, "{value}");
        }
    }

    #[test]
    fn names_are_made_harmless() {
        assert_eq!(clean("tv\u{1b}[31m"), "tv\u{fffd}[31m");
    }
}
