//! Which geos a test treated alike, from a CSV file: one row a geo.

use std::path::Path;

use super::csv::Table;
use super::number::parse_number;
use crate::error::{Error, Problems};

/// Geos that were treated alike.
#[derive(Debug, Clone, PartialEq)]
pub struct TreatedCell {
    /// Name of the cell.
    pub name: String,
    /// Geos in the order of the file.
    pub geos: Vec<String>,
    /// Σ of the changes of spend that its rows tell, currency; `None` where all are blank.
    pub spend_change: Option<f64>,
}

/// Reads columns `geo` and `cell`, and `spend_change` (actual less usual spend of the row's geo) when there is one.
/// Rows without a cell are of untreated geos.
///
/// # Errors
/// A file that is no CSV, a missing column, a geo twice, cells that are no numbers, and a file without a cell.
pub fn read_treated(path: &Path) -> Result<Vec<TreatedCell>, Error> {
    let table = Table::read(path)?;
    let position = |name: &str| table.names.iter().position(|n| n.eq_ignore_ascii_case(name));
    let (Some(geo), Some(cell)) = (position("geo"), position("cell")) else {
        let problem = format!("needs columns `geo` and `cell`, has {}", table.names.join(", "));
        return Err(Error::data(&table.file, problem, "rename the columns; `spend_change` may be added"));
    };
    let changes: Option<Vec<&str>> = position("spend_change").map(|c| table.cells(c).collect());
    let mut problems = Problems::new("cells cannot be used");
    let mut cells: Vec<TreatedCell> = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for (r, ((geo, name), line)) in table.cells(geo).zip(table.cells(cell)).zip(&table.lines).enumerate() {
        if name.is_empty() {
            continue;
        }
        if geo.is_empty() || seen.contains(&geo) {
            let what = if geo.is_empty() { "is blank" } else { "stands in an earlier row too" };
            problems.push_with(|| format!("row {line}, column `geo`: `{geo}` {what}"));
            continue;
        }
        seen.push(geo);
        let change = match changes.as_ref().map(|c| c[r]).filter(|text| !text.is_empty()) {
            None => None,
            Some(text) => match parse_number(text) {
                Ok(value) => Some(value),
                Err(reason) => {
                    let what = reason.describe();
                    problems.push_with(|| format!("row {line}, column `spend_change`: `{text}` {what}"));
                    continue;
                }
            },
        };
        let at = cells.iter().position(|c| c.name == name).unwrap_or_else(|| {
            cells.push(TreatedCell { name: name.to_owned(), geos: Vec::new(), spend_change: None });
            cells.len() - 1
        });
        cells[at].geos.push(geo.to_owned());
        if let Some(change) = change {
            *cells[at].spend_change.get_or_insert(0.0) += change;
        }
    }
    if !problems.is_empty() {
        let hint = "one row a geo; plain numbers (-1234.5), negative where less was spent".to_owned();
        return Err(Error::Data { file: table.file, problems, hint: Some(hint) });
    }
    if cells.is_empty() {
        let hint = "name the cell of each treated geo in the column `cell`";
        return Err(Error::data(&table.file, "has no treated geo: `cell` is blank in every row", hint));
    }
    Ok(cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<TreatedCell>, Error> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cells.csv");
        std::fs::write(&path, text).unwrap();
        read_treated(&path)
    }

    #[test]
    fn geos_are_gathered_by_cell_and_their_changes_summed() {
        let found = read("geo,cell,spend_change\nA,dark,-5\nB,heavy,3\nC,,\nD,dark,-2.5\n").unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].geos.join("+"), found[0].spend_change), ("A+D".to_owned(), Some(-7.5)));
        assert_eq!((found[1].name.as_str(), found[1].spend_change), ("heavy", Some(3.0)));
        assert_eq!(read("geo,cell\nA,dark\n").unwrap()[0].spend_change, None);
    }

    #[test]
    fn faults_name_their_rows() {
        let of = |text: &str| read(text).unwrap_err().to_string();
        assert!(of("geo,cell,spend_change\nA,x,much\n").contains("row 2, column `spend_change`: `much`"));
        assert!(of("geo,cell\nA,x\nA,y\n").contains("row 3, column `geo`: `A` stands in an earlier row too"));
        assert!(of("region,cell\nA,x\n").contains("needs columns `geo` and `cell`"));
        assert!(of("geo,cell\nA,\n").contains("no treated geo"));
    }
}
