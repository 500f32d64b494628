//! What was changed: the cells `multiplier`, `spend_change` and `usual_spend`.

use super::row::RowReader;

/// The spend that there would have been without the test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Dose {
    /// Counterfactual over actual spend, at least 0 and not 1.
    Multiplier(f64),
    /// Actual less counterfactual spend over the treatment, currency, not 0.
    SpendChange(f64),
    /// Counterfactual spend over the treatment, currency, at least 0.
    UsualSpend(f64),
}

impl Dose {
    /// The column that tells it.
    pub(super) fn column(self) -> &'static str {
        match self {
            Dose::Multiplier(_) => "multiplier",
            Dose::SpendChange(_) => "spend_change",
            Dose::UsualSpend(_) => "usual_spend",
        }
    }
}

/// The dose of a row: one of the three, a multiplier of 0 where none is given; `None` when it is at fault.
pub(super) fn dose(reader: &mut RowReader) -> Option<Dose> {
    let given = reader.filled(&["multiplier", "spend_change", "usual_spend"]);
    if let [first, second, ..] = given[..] {
        let what = format!("stands beside `{first}`: both tell the spend without the test");
        reader.fault(second, what, format!("keep one of `{}`", given.join("`, `")));
        return None;
    }
    let not_negative = |column| {
        (
            if column == "multiplier" {
                "is negative; it must be ≥ 0"
            } else {
                "is negative; spend must be ≥ 0"
            },
            "it is what there would have been without the test, 0 or more",
        )
    };
    match given.first().copied() {
        None => Some(Dose::Multiplier(0.0)),
        Some(column @ "multiplier") => {
            let multiplier = reader.number_that(column, |m| m >= 0.0, not_negative(column))?;
            let remedy = "it is counterfactual over actual spend: 0 for all that was spent, 0.5 for a doubled, 2 for a halved spend";
            reader.number_that(column, |m| m != 1.0, ("means that nothing was changed", remedy))?;
            Some(Dose::Multiplier(multiplier))
        }
        Some(column @ "spend_change") => {
            let remedy = "write actual less usual spend: negative for a hold-out, positive for a heavy-up";
            let change =
                reader.number_that(column, |c| c != 0.0, ("means that nothing was changed", remedy))?;
            Some(Dose::SpendChange(change))
        }
        Some(column) => {
            let usual = reader.number_that(column, |u| u >= 0.0, not_negative(column))?;
            Some(Dose::UsualSpend(usual))
        }
    }
}
