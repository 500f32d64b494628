//! Channels and geos of a test, by name.

use super::row::RowReader;
use crate::data::dataset::Dataset;
use crate::data::read::number::excerpt;
use crate::data::roles::suggest::listing;
use crate::words::nearest;

/// Channels of the cell `channel`, by index: one name, or several joined by `+`.
pub(super) fn channels(reader: &mut RowReader, data: &Dataset) -> Option<Vec<usize>> {
    let names: Vec<&str> = data.channels.iter().map(|c| c.name.as_str()).collect();
    let text = reader.text("channel")?;
    resolve(reader, ("channel", '+'), text, &names, "channel")
}

/// Geos of the cell `geos`, by index, ascending; `None` for a blank cell, `Some(None)` when it is at fault.
pub(super) fn geos(reader: &mut RowReader, data: &Dataset) -> Option<Option<Vec<usize>>> {
    let text = reader.row.cell("geos")?;
    if data.roles.geo.is_none() {
        let remedy =
            "leave `geos` blank, and give the share of the people that was treated as `population_share`";
        reader.fault("geos", "names geos, and the data have none", remedy);
        return Some(None);
    }
    let names: Vec<&str> = data.geos.iter().map(String::as_str).collect();
    let found = resolve(reader, ("geos", '|'), text, &names, "geo");
    Some(found.map(|mut geos| {
        geos.sort_unstable();
        geos
    }))
}

/// Indices into `known` of the names in a cell; a name that holds the separator itself is taken whole.
fn resolve(
    reader: &mut RowReader,
    (column, separator): (&str, char),
    text: &str,
    known: &[&str],
    noun: &str,
) -> Option<Vec<usize>> {
    if let Some(whole) = known.iter().position(|name| *name == text) {
        return Some(vec![whole]);
    }
    let before = reader.faults.len();
    let mut found: Vec<usize> = Vec::new();
    for name in text.split(separator).map(str::trim) {
        match known.iter().position(|k| *k == name) {
            Some(index) if found.contains(&index) => {
                reader.fault(column, format!("names `{}` twice", excerpt(name)), "name each once");
            }
            Some(index) => found.push(index),
            None if name.is_empty() => {
                let what = format!("has no name between two `{separator}`");
                reader.fault(column, what, format!("write A{separator}B, without one at the ends"));
            }
            None => {
                let remedy = match nearest(name, known.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("the {noun}s of the data are {}", listing(known.iter().copied())),
                };
                let what = match name == text {
                    true => format!("is no {noun} of the data"),
                    false => format!("names `{}`, which is no {noun} of the data", excerpt(name)),
                };
                reader.fault(column, what, remedy);
            }
        }
    }
    (reader.faults.len() == before).then_some(found)
}
