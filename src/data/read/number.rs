//! Strict numbers: what is not plainly a finite decimal number is refused with its reason.

/// Why a cell is not a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotANumber {
    /// Nothing in the cell.
    Blank,
    /// `NA`, `null`, `-` and the like.
    MissingMark,
    /// `NaN` or an infinity, spelled out or by overflow.
    NotFinite,
    /// Beyond any unit of money or people.
    TooLarge,
    /// `3,5`
    DecimalComma,
    /// `1,234.5`, `1 234` or `1.234.567`
    Thousands,
    /// `$12` or `12 EUR`
    Currency,
    /// `12%`
    Percent,
    /// `(12.5)`
    Brackets,
    /// `#DIV/0!`
    SpreadsheetError,
    /// Anything else.
    Text,
}

impl NotANumber {
    /// What is wrong, to follow the cell's text.
    pub(crate) fn describe(self) -> &'static str {
        match self {
            NotANumber::Blank => "the cell is blank",
            NotANumber::MissingMark => "marks a missing value, not a number",
            NotANumber::NotFinite => "is not a finite number",
            NotANumber::TooLarge => "is too large for any unit",
            NotANumber::DecimalComma => "has a decimal comma",
            NotANumber::Thousands => "has a thousands separator",
            NotANumber::Currency => "has a currency sign",
            NotANumber::Percent => "has a percent sign",
            NotANumber::Brackets => "is in brackets",
            NotANumber::SpreadsheetError => "is an error of the spreadsheet, not a number",
            NotANumber::Text => "is not a number",
        }
    }

    /// How to mend it; blanks depend on the column and are the caller's business.
    pub(crate) fn hint(self) -> &'static str {
        match self {
            NotANumber::DecimalComma | NotANumber::Thousands => {
                "write numbers with a decimal point and nothing between thousands: 1234.5"
            }
            NotANumber::Currency | NotANumber::Percent => "write the bare number: 1234.5",
            NotANumber::Brackets => "write what is below nothing with a minus sign: -1234.5",
            _ => "write a plain number: 1234.5",
        }
    }
}

/// Sums of fourth powers of anything smaller stay finite.
const LARGEST: f64 = 1e30;

/// The number in a trimmed cell.
pub(crate) fn parse_number(cell: &str) -> Result<f64, NotANumber> {
    // The standard parser also takes `inf`, `NaN` and `infinity`: letters other than an exponent are barred.
    let plain = cell.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E'));
    if plain && let Ok(value) = cell.parse::<f64>() {
        return match value.abs() {
            f64::INFINITY => Err(NotANumber::NotFinite),
            size if size > LARGEST => Err(NotANumber::TooLarge),
            _ => Ok(value),
        };
    }
    Err(reason(cell))
}

fn reason(cell: &str) -> NotANumber {
    let lower = cell.to_lowercase();
    match lower.as_str() {
        "" => return NotANumber::Blank,
        "na" | "n/a" | "n.a." | "#n/a" | "null" | "none" | "nil" | "-" | "–" | "—" | "." | "?"
        | "missing" | "tbd" | "unknown" => {
            return NotANumber::MissingMark;
        }
        "#div/0!" | "#ref!" | "#value!" | "#name?" | "#num!" | "#null!" | "#spill!" => {
            return NotANumber::SpreadsheetError;
        }
        "nan" | "+nan" | "-nan" => return NotANumber::NotFinite,
        _ => {}
    }
    if matches!(lower.trim_start_matches(['+', '-']), "inf" | "infinity" | "∞") {
        return NotANumber::NotFinite;
    }
    let has_digit = cell.bytes().any(|b| b.is_ascii_digit());
    if has_digit && cell.contains(['$', '€', '£', '¥', '₹', '₽', '¢']) || is_amount_with_code(&lower)
    {
        return NotANumber::Currency;
    }
    if has_digit && cell.ends_with('%') {
        return NotANumber::Percent;
    }
    if has_digit && cell.starts_with('(') && cell.ends_with(')') {
        return NotANumber::Brackets;
    }
    grouped(cell)
}

/// `12.50 eur`, `usd 3`
fn is_amount_with_code(lower: &str) -> bool {
    ["usd", "eur", "gbp", "jpy", "chf", "cad", "aud", "inr", "kr"].iter().any(|code| {
        let rest = lower.strip_prefix(code).or_else(|| lower.strip_suffix(code));
        rest.is_some_and(|r| r.bytes().any(|b| b.is_ascii_digit()) && !r.contains(char::is_alphabetic))
    })
}

/// Tells `3,5` from `1,234.5` and both from text.
fn grouped(cell: &str) -> NotANumber {
    let digits = cell.trim_start_matches(['+', '-']);
    let known =
        |c: char| c.is_ascii_digit() || matches!(c, ',' | '.' | ' ' | '\u{a0}' | '\u{202f}' | '\'' | '’');
    if !digits.starts_with(|c: char| c.is_ascii_digit()) || !digits.chars().all(known) {
        return NotANumber::Text;
    }
    let after_last_comma = digits.rsplit(',').next().map_or(0, str::len);
    let decimal_comma = match (digits.rfind(','), digits.rfind('.')) {
        (Some(comma), Some(point)) => comma > point,
        (Some(_), None) => digits.matches(',').count() == 1 && after_last_comma != 3,
        (None, _) => false,
    };
    if decimal_comma { NotANumber::DecimalComma } else { NotANumber::Thousands }
}

/// At most 40 characters of a cell, control characters spelled out, for use in a message.
pub(crate) fn excerpt(cell: &str) -> String {
    const LENGTH: usize = 40;
    let escaped =
        |c: char| if c.is_control() { c.escape_default().collect::<String>() } else { c.to_string() };
    let mut short: String = cell.chars().take(LENGTH).map(escaped).collect();
    if cell.chars().nth(LENGTH).is_some() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_numbers_are_read() {
        for (cell, value) in [("0", 0.0), ("-3.2", -3.2), ("1e6", 1e6), (".5", 0.5), ("+7.", 7.0)] {
            assert_eq!(parse_number(cell), Ok(value), "{cell}");
        }
    }

    #[test]
    fn everything_else_is_refused_with_its_reason() {
        use NotANumber::*;
        let cases = [
            ("", Blank),
            ("NA", MissingMark),
            ("-", MissingMark),
            ("NaN", NotFinite),
            ("-inf", NotFinite),
            ("Infinity", NotFinite),
            ("1e999", NotFinite),
            ("-1e31", TooLarge),
            ("3,5", DecimalComma),
            ("1.234,56", DecimalComma),
            ("1,234", Thousands),
            ("1,234.5", Thousands),
            ("1 234", Thousands),
            ("1.234.567", Thousands),
            ("$12", Currency),
            ("12.50 EUR", Currency),
            ("12%", Percent),
            ("(12.5)", Brackets),
            ("(tv)", Text),
            ("#DIV/0!", SpreadsheetError),
            ("n.a.", MissingMark),
            ("abc", Text),
            ("0x10", Text),
            ("1-2", Text),
            ("e", Text),
        ];
        for (cell, reason) in cases {
            assert_eq!(parse_number(cell), Err(reason), "{cell}");
        }
    }
}
