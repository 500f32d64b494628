//! How a file writes its numbers where it does not write them plainly: decimal commas, separators of thousands,
//! currency signs. Such cells are read when every cell of the column agrees.

use super::number::{NotANumber, parse_number};
use crate::config::DecimalSign;

/// Cells that must show a way of writing before a file is read by it: one or two are slips.
const ENOUGH: usize = 3;
/// A longer one before the sign that it ends in.
const CURRENCIES: [&str; 14] =
    ["US$", "HK$", "NZ$", "A$", "C$", "R$", "S$", "$", "€", "£", "¥", "₹", "₽", "¢"];
const CODES: [&str; 9] = ["usd", "eur", "gbp", "jpy", "chf", "cad", "aud", "inr", "kr"];
/// What may stand between thousands beside the sign that is not the decimal one.
const SPACES: [char; 5] = [' ', '\u{a0}', '\u{202f}', '\'', '’'];

/// What a column's numbers wear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dress {
    pub(crate) sign: DecimalSign,
    /// Whether a separator stands between thousands.
    pub(crate) grouped: bool,
    /// Whether negative amounts stand in brackets, or have a printed minus sign.
    pub(crate) negatives: bool,
    /// The currency sign, if any.
    pub(crate) currency: Option<String>,
}

impl Dress {
    /// In words, to follow the column's name.
    pub(crate) fn describe(&self) -> String {
        let mut parts = Vec::new();
        if self.sign == DecimalSign::Comma {
            parts.push("decimal commas".to_owned());
        }
        if self.grouped {
            parts.push("separators between thousands".to_owned());
        }
        if self.negatives {
            parts.push("brackets or long dashes for a minus".to_owned());
        }
        if let Some(currency) = &self.currency {
            parts.push(format!("the currency sign {currency}"));
        }
        if parts.is_empty() { "(decimal points)".to_owned() } else { format!("({})", parts.join(", ")) }
    }
}

/// How the cells of one column are read; plainly when `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct ColumnStyle(pub(crate) Option<Dress>);

impl ColumnStyle {
    /// The number in a trimmed cell.
    pub(crate) fn parse(&self, cell: &str) -> Result<f64, NotANumber> {
        match &self.0 {
            None => parse_number(cell),
            Some(dress) => {
                undress(cell, dress.sign).map_or_else(|| parse_number(cell), |bare| Ok(bare.value))
            }
        }
    }
}

/// The decimal sign of a whole file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NumberStyle {
    /// `None` when cells contradict each other or nothing tells.
    sign: Option<DecimalSign>,
    told: bool,
    /// Some cells can only be read with a decimal point.
    has_points: bool,
}

impl NumberStyle {
    /// By what the user said, else by the cells of the columns that hold numbers.
    pub(crate) fn of<'a>(
        told: Option<DecimalSign>,
        columns: impl Iterator<Item = Vec<&'a str>>,
    ) -> NumberStyle {
        if told.is_some() {
            return NumberStyle { sign: told, told: true, has_points: false };
        }
        let (mut commas, mut points) = (0, 0);
        for cell in columns.flatten().filter(|cell| cell.contains([',', '.'])) {
            match (undress(cell, DecimalSign::Comma), undress(cell, DecimalSign::Point)) {
                (Some(_), None) => commas += 1,
                (None, Some(_)) => points += 1,
                _ => {}
            }
        }
        let sign = match (commas, points) {
            (0, 0) => None,
            (0, _) => Some(DecimalSign::Point),
            (ENOUGH.., 0) => Some(DecimalSign::Comma),
            _ => None,
        };
        NumberStyle { sign, told: false, has_points: points > 0 }
    }

    /// How a column with these cells is read.
    pub(crate) fn column(self, cells: &[&str]) -> ColumnStyle {
        if !self.told && cells.iter().all(|cell| cell.is_empty() || parse_number(cell).is_ok()) {
            return self.plain(cells);
        }
        let wears_groups = cells.iter().any(|cell| cell.contains([',', '.']));
        let sign = match self.sign {
            Some(sign) => sign,
            // Of a file that writes columns in two ways, each is read by itself.
            None if wears_groups => match NumberStyle::of(None, std::iter::once(cells.to_vec())).sign {
                Some(sign) => sign,
                None => return ColumnStyle(None),
            },
            None => DecimalSign::Point,
        };
        let bare: Option<Vec<Bare>> =
            cells.iter().filter(|c| !c.is_empty()).map(|cell| undress(cell, sign)).collect();
        let Some(bare) = bare else { return self.partly(sign) };
        let dressed = cells.iter().filter(|c| !c.is_empty() && parse_number(c).is_err()).count();
        let grouped = bare.iter().any(|b| b.grouped);
        let agrees = |b: &Bare| !grouped || b.grouped || b.value.abs() < 1000.0;
        let currency = bare.iter().find_map(|b| b.currency.clone());
        let same = |b: &Bare| currency.is_none() || b.currency == currency || b.value == 0.0;
        let consistent = dressed >= ENOUGH && bare.iter().all(|b| agrees(b) && same(b));
        if self.told || consistent {
            let negatives = bare.iter().any(|b| b.negative);
            return ColumnStyle(Some(Dress { sign, grouped, negatives, currency }));
        }
        ColumnStyle(None)
    }

    /// A column that has a faulty cell still has the decimal sign that was told.
    fn partly(self, sign: DecimalSign) -> ColumnStyle {
        ColumnStyle(self.told.then_some(Dress { sign, grouped: false, negatives: false, currency: None }))
    }

    /// A plain column with decimal commas elsewhere may hold points between thousands.
    fn plain(self, cells: &[&str]) -> ColumnStyle {
        let comma = self.sign == Some(DecimalSign::Comma);
        let dressed = comma && cells.iter().any(|cell| cell.contains('.'));
        let points = Dress { sign: DecimalSign::Comma, grouped: true, negatives: false, currency: None };
        ColumnStyle(dressed.then_some(points))
    }

    /// Whether every fraction of a plain column has three digits, so that its points may stand between thousands.
    pub(crate) fn is_ambiguous(self, cells: &[&str]) -> bool {
        let three = |cell: &str| {
            let digits = cell.trim_start_matches(['+', '-']);
            digits.split_once('.').is_some_and(|(whole, rest)| {
                (1..=3).contains(&whole.len()) && !whole.starts_with('0') && rest.len() == 3
            })
        };
        let small = |cell: &str| !cell.contains('.') && parse_number(cell).is_ok_and(|x| x.abs() < 1000.0);
        let known = || cells.iter().filter(|cell| !cell.is_empty());
        let n = known().filter(|cell| three(cell)).count();
        !self.told && !self.has_points && n >= ENOUGH && known().all(|cell| three(cell) || small(cell))
    }
}

struct Bare {
    value: f64,
    grouped: bool,
    /// In brackets, or with another minus than that of plain numbers.
    negative: bool,
    currency: Option<String>,
}

/// The number in a cell whose decimal sign is known, with what it wears; `None` when it is no number so written.
fn undress(cell: &str, sign: DecimalSign) -> Option<Bare> {
    let (mut rest, mut negative, mut currency) = (cell.trim(), false, None);
    let (mut sign_seen, mut printed) = (false, false);
    loop {
        rest = rest.trim();
        if let Some(after) = rest.strip_prefix(['-', '−', '+']).filter(|_| !sign_seen) {
            (negative, sign_seen, printed) = (!rest.starts_with('+'), true, rest.starts_with('−'));
            rest = after;
        } else if let Some(inner) = in_brackets(rest).filter(|_| !sign_seen) {
            (negative, sign_seen, printed) = (true, true, true);
            rest = inner;
        } else if let Some((mark, after)) = currency_mark(rest).filter(|_| currency.is_none()) {
            (currency, rest) = (Some(mark), after);
        } else {
            break;
        }
    }
    let (decimal, other) = match sign {
        DecimalSign::Point => ('.', ','),
        DecimalSign::Comma => (',', '.'),
    };
    let (whole, fraction) = rest.split_once(decimal).map_or((rest, None), |(w, f)| (w, Some(f)));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let between = whole.chars().find(|c| *c == other || SPACES.contains(c));
    let plain: String = match between {
        None => whole.to_owned(),
        Some(separator) => {
            let groups: Vec<&str> = whole.split(separator).collect();
            let first = groups.first().is_some_and(|g| (1..=3).contains(&g.len()) && digits(g));
            let others = groups.iter().skip(1).all(|g| g.len() == 3 && digits(g));
            (first && (others || is_lakh(&groups))).then(|| groups.concat())?
        }
    };
    let sound = digits(&plain) || (plain.is_empty() && fraction.is_some_and(digits));
    if !sound || fraction.is_some_and(|f| !f.is_empty() && !digits(f)) {
        return None;
    }
    let value = parse_number(&format!("{plain}.{}", fraction.unwrap_or("0"))).ok()?;
    let value = if negative { -value } else { value };
    Some(Bare { value, grouped: between.is_some(), negative: printed, currency })
}

/// What stands in brackets, as accounts write what is below nothing.
fn in_brackets(text: &str) -> Option<&str> {
    text.strip_prefix('(')?.strip_suffix(')')
}

/// `4,00,000`: after the first group, pairs of digits up to the last three, as in India.
fn is_lakh(groups: &[&str]) -> bool {
    let digits = |group: &str, n: usize| group.len() == n && group.bytes().all(|b| b.is_ascii_digit());
    let [first, pairs @ .., last] = groups else { return false };
    first.len() <= 2 && digits(last, 3) && pairs.iter().all(|group| digits(group, 2))
}

/// A currency sign or code at either end, and what is left without it.
fn currency_mark(text: &str) -> Option<(String, &str)> {
    for mark in CURRENCIES {
        if let Some(rest) = text.strip_prefix(mark).or_else(|| text.strip_suffix(mark)) {
            return Some((mark.to_owned(), rest));
        }
    }
    CODES.iter().find_map(|code| {
        let n = code.len();
        let starts = text.get(..n).is_some_and(|t| t.eq_ignore_ascii_case(code));
        let from = text.len().checked_sub(n)?;
        let ends = text.get(from..).is_some_and(|t| t.eq_ignore_ascii_case(code));
        match (starts, ends) {
            (true, _) => Some((code.to_uppercase(), &text[n..])),
            (_, true) => Some((code.to_uppercase(), &text[..from])),
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(cells: &[&str]) -> Vec<Option<f64>> {
        let style = NumberStyle::of(None, std::iter::once(cells.to_vec())).column(cells);
        cells.iter().map(|cell| style.parse(cell).ok()).collect()
    }

    #[test]
    fn columns_that_agree_are_read() {
        let cases: [(&[&str], [f64; 4]); 11] = [
            (&["3,5", "12,25", "-0,5", "7"], [3.5, 12.25, -0.5, 7.0]),
            (&["1.234,5", "999,0", "1.000.000,25", "2.000"], [1234.5, 999.0, 1_000_000.25, 2000.0]),
            (&["1,234.5", "999.5", "-1,000,000.25", "1,000.0"], [1234.5, 999.5, -1_000_000.25, 1000.0]),
            (&["$1,234.50", "$0.50", "-$3.00", "$7"], [1234.5, 0.5, -3.0, 7.0]),
            (&["12,50 €", "3,00 €", "1 200,00 €", "0"], [12.5, 3.0, 1200.0, 0.0]),
            (&["1 234", "5 678", "999", "9 000"], [1234.0, 5678.0, 999.0, 9000.0]),
            (&["EUR 12", "EUR 3", "0", "7 EUR"], [12.0, 3.0, 0.0, 7.0]),
            (&["($12.50)", "($3)", "$(1,000.25)", "−$7"], [-12.5, -3.0, -1000.25, -7.0]),
            (&["US$1,200", "US$3.50", "US$7", "US$0"], [1200.0, 3.5, 7.0, 0.0]),
            (&["4,00,000.5", "12,34,56,789", "99.5", "1,000"], [400_000.5, 123_456_789.0, 99.5, 1000.0]),
            (&["44\u{a0}806,98", "1\u{202f}200,50", "7,5", "3,25"], [44_806.98, 1200.5, 7.5, 3.25]),
        ];
        for (cells, values) in cases {
            assert_eq!(read(cells), values.map(Some), "{cells:?}");
        }
        assert_eq!(read(&["1 234", "5 678", "999"])[0], None, "two cells are slips");
    }

    #[test]
    fn a_file_that_writes_columns_in_two_ways_is_read_column_by_column() {
        let (commas, points) = (vec!["44 806,98", "1 200,50", "7,5", "3,25"], vec!["9.618", "10.9", "10.27"]);
        let both = NumberStyle::of(None, [commas.clone(), points.clone()].into_iter());
        assert_eq!(both.column(&commas).parse(commas[0]), Ok(44_806.98));
        assert_eq!(both.column(&points).parse(points[0]), Ok(9.618));
        // What fits both readings is settled by nothing.
        let unsettled = ["1,234", "5,678", "9,999"];
        assert!(both.column(&unsettled).parse(unsettled[0]).is_err());
    }

    #[test]
    fn columns_that_do_not_agree_are_left_to_their_faults() {
        for cells in [
            ["3,5", "12.25", "0,5", "7,5"],
            ["1,234", "5,678", "9,999", "1,000"],
            ["$12", "€13", "$14", "$15"],
            ["1,234.5", "5678.5", "2,222.5", "1,111.5"],
            ["12%", "13%", "14%", "15%"],
        ] {
            assert!(read(&cells).contains(&None), "{cells:?}");
        }
    }

    #[test]
    fn what_was_told_settles_what_fits_both() {
        let cells = ["1,234", "5,678", "9,999"];
        for (sign, first) in [(DecimalSign::Comma, 1.234), (DecimalSign::Point, 1234.0)] {
            let style = NumberStyle::of(Some(sign), std::iter::empty()).column(&cells);
            assert_eq!(style.parse(cells[0]), Ok(first));
        }
        let style = NumberStyle::of(None, std::iter::once(vec!["1.234", "5.678", "9.999", "12"]));
        assert!(style.is_ambiguous(&["1.234", "5.678", "9.999", "12"]));
        assert!(!style.is_ambiguous(&["1.234", "5.678", "0.999", "12"]));
        assert_eq!(style.column(&["1.234"]).parse("1.234"), Ok(1.234));
    }
}
