//! Media that are bought once for all geos: a national total in every row is split among them.

use ndarray::Array2;

use super::roles::Media;
use super::roles::suggest::listing;
use crate::error::Error;

/// Whether two geos hold the same total, but for how it was rounded on its way into the file.
pub(crate) fn is_same(a: f64, b: f64) -> bool {
    /// A cent of ten units.
    const ROUNDING: f64 = 1e-3;
    (a - b).abs() <= ROUNDING * a.abs().max(b.abs())
}

/// Divides each period's value among the geos that have a row in it: by population, else equally; G × T. A column
/// that does not hold the same in every geo of a period is no national total: the first such period is the error.
pub(crate) fn split(
    values: &mut Array2<f64>,
    present: &Array2<bool>,
    population: Option<&[f64]>,
) -> Result<(), usize> {
    let heads = |g: usize| population.map_or(1.0, |heads| heads[g]);
    for t in 0..values.ncols() {
        let here: Vec<usize> = (0..values.nrows()).filter(|g| present[[*g, t]]).collect();
        let Some(&first) = here.first() else { continue };
        let total = values[[first, t]];
        if here.iter().any(|g| !is_same(values[[*g, t]], total)) {
            return Err(t);
        }
        let all: f64 = here.iter().map(|g| heads(*g)).sum();
        here.iter().for_each(|g| values[[*g, t]] = total * heads(*g) / all);
    }
    Ok(())
}

/// Refuses `--national` without geos or of a column that is no media.
///
/// # Errors
/// The column and what could have been meant.
pub(crate) fn check(
    file: &str,
    national: &[String],
    (names, media, has_geos): (&[String], &[Media], bool),
) -> Result<(), Error> {
    let Some(first) = national.first() else { return Ok(()) };
    if !has_geos {
        let problem = format!("--national {first}: the file has one market, no geo column");
        return Err(Error::data(file, problem, "drop --national, or name the geo column with --geo COLUMN"));
    }
    let columns: Vec<usize> = media.iter().flat_map(|m| m.spend.into_iter().chain([m.exposure])).collect();
    match national.iter().find(|name| !columns.iter().any(|c| names[*c] == **name)) {
        None => Ok(()),
        Some(unknown) => {
            let mut known: Vec<&str> = columns.iter().map(|c| names[*c].as_str()).collect();
            known.dedup();
            let problem = format!("--national: `{unknown}` is no column of media");
            Err(Error::data(file, problem, format!("columns of media: {}", listing(known.into_iter()))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn a_total_is_split_among_the_geos_that_are_there() {
        let present = array![[true, true], [true, false], [true, true]];
        let mut values = array![[60.0, 30.0], [60.0, 0.0], [60.0, 30.0]];
        split(&mut values, &present, None).unwrap();
        assert_eq!(values, array![[20.0, 15.0], [20.0, 0.0], [20.0, 15.0]]);
        let mut values = array![[60.0, 30.0], [60.0, 0.0], [60.0, 30.0]];
        split(&mut values, &present, Some(&[1.0, 2.0, 3.0])).unwrap();
        assert_eq!(values, array![[10.0, 7.5], [20.0, 0.0], [30.0, 22.5]]);
        let mut rounded = array![[60.001, 30.0], [59.999, 0.0], [60.0, 30.0]];
        assert_eq!(split(&mut rounded, &present, None), Ok(()));
        assert_eq!(
            split(&mut array![[1.0, 2.0], [1.0, 3.0]], &array![[true, true], [true, true]], None),
            Err(1)
        );
    }
}
