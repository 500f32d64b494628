//! A group of a netCDF file: dimensions with their coordinates, and variables over them.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use netcdf_writer::{DimensionId, NcAttrValue, NcFileBuilder, Result};

/// Deflate level: 4 is what netCDF tools write by default; draws hardly shrink further.
const LEVEL: u8 = 4;

/// Labels along a dimension.
pub enum Coordinate<'a> {
    /// 0, 1, 2, …, or other whole numbers.
    Whole(Vec<i64>),
    /// Names.
    Names(&'a [String]),
    /// Days.
    Days(&'a [NaiveDate]),
}

impl Coordinate<'_> {
    fn len(&self) -> usize {
        match self {
            Coordinate::Whole(labels) => labels.len(),
            Coordinate::Names(labels) => labels.len(),
            Coordinate::Days(labels) => labels.len(),
        }
    }
}

/// A group in the making.
pub struct Group<'a> {
    builder: &'a mut NcFileBuilder,
    name: &'static str,
    dimensions: BTreeMap<String, DimensionId>,
}

impl<'a> Group<'a> {
    /// Begins a group.
    pub fn new(builder: &'a mut NcFileBuilder, name: &'static str, about: &str) -> Result<Group<'a>> {
        builder.add_group_attribute(name, "about", NcAttrValue::Chars(about.to_owned()))?;
        Ok(Group { builder, name, dimensions: BTreeMap::new() })
    }

    /// A dimension with its coordinate, unless the group has it.
    pub fn dimension(&mut self, name: &str, labels: &Coordinate<'_>) -> Result<()> {
        if self.dimensions.contains_key(name) {
            return Ok(());
        }
        let id = self.builder.add_dimension_path(self.path(name), labels.len() as u64)?;
        self.dimensions.insert(name.to_owned(), id);
        self.labels(name, &[name], labels)
    }

    /// Labels beside those of a dimension, such as the date of each observation.
    pub fn labels(&mut self, name: &str, along: &[&str], labels: &Coordinate<'_>) -> Result<()> {
        let (path, along) = (self.path(name), self.ids(along));
        match labels {
            Coordinate::Whole(values) => {
                let id = self.builder.add_variable_path::<i64>(path, &along)?;
                self.builder.write_variable(id, values)
            }
            Coordinate::Names(values) => {
                let id = self.builder.add_string_variable_path(path, &along)?;
                self.builder.write_string_variable(id, values)
            }
            Coordinate::Days(values) => {
                let id = self.builder.add_variable_path::<i64>(path, &along)?;
                let days: Vec<i64> =
                    values.iter().map(|day| (*day - NaiveDate::default()).num_days()).collect();
                self.builder.write_variable(id, &days)?;
                self.builder.add_variable_attribute(
                    id,
                    "units",
                    NcAttrValue::Chars("days since 1970-01-01".into()),
                )?;
                self.builder.add_variable_attribute(id, "calendar", NcAttrValue::Chars("standard".into()))
            }
        }
    }

    /// A variable over named dimensions, row-major; `beside` names the labels that go with it.
    pub fn numbers(
        &mut self,
        name: &str,
        along: &[&str],
        values: &[f64],
        beside: Option<&str>,
    ) -> Result<()> {
        let id = self.builder.add_variable_path::<f64>(self.path(name), &self.ids(along))?;
        self.builder.write_variable(id, values)?;
        if !along.is_empty() {
            self.builder.set_variable_deflate(id, Some(LEVEL), true)?;
        }
        match beside {
            Some(names) => {
                let names = NcAttrValue::Chars(names.to_owned());
                self.builder.add_variable_attribute(id, "coordinates", names)
            }
            None => Ok(()),
        }
    }

    /// True or false over named dimensions, as xarray reads it back.
    pub fn flags(&mut self, name: &str, along: &[&str], values: &[bool]) -> Result<()> {
        let id = self.builder.add_variable_path::<i8>(self.path(name), &self.ids(along))?;
        let bytes: Vec<i8> = values.iter().map(|flag| i8::from(*flag)).collect();
        self.builder.write_variable(id, &bytes)?;
        self.builder.add_variable_attribute(id, "dtype", NcAttrValue::Chars("bool".into()))
    }

    fn path(&self, name: &str) -> String {
        format!("{}/{name}", self.name)
    }

    /// Those of dimensions that were added.
    fn ids(&self, names: &[&str]) -> Vec<DimensionId> {
        names.iter().filter_map(|name| self.dimensions.get(*name).copied()).collect()
    }
}
