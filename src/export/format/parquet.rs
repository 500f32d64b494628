//! A Parquet file a table, with where it comes from in its metadata.
//!
//! Written through Arrow arrays: the frames of polars have dates only with a feature that costs every build more than
//! these lines.

use std::sync::Arc;

use chrono::NaiveDate;
use polars_arrow::array::{Array, BooleanArray, PrimitiveArray, Utf8ViewArray};
use polars_arrow::datatypes::{ArrowDataType, ArrowSchema, Field};
use polars_arrow::record_batch::RecordBatchT;
use polars_core::prelude::PolarsError;
use polars_parquet::write::{
    CompressionOptions, Encoding, FileWriter, KeyValue, RowGroupIterator, StatisticsOptions, Version,
    WriteOptions, schema_to_metadata_key,
};

use crate::error::Error;
use crate::export::content::Content;
use crate::export::format::{Exporter, Written};
use crate::export::manifest::ExportFile;
use crate::export::provenance::Provenance;
use crate::export::table::{Table, Values};
use crate::export::tables;
use crate::store::{OutputDir, OutputError};

/// Writes `NAME.parquet` for every table. The last column of each, `converged`, is for readers that show no metadata.
pub(crate) struct Parquet;

impl Exporter for Parquet {
    fn write(&self, content: &Content, folder: &OutputDir) -> Result<Written, Error> {
        let mut files = Vec::new();
        for table in tables::tidy(&content.fit, &content.weekly) {
            let name = format!("{}.parquet", table.name);
            let failed = |source| OutputError::Parquet { path: folder.target().join(&name), source };
            let bytes = encode(&table, &content.provenance).map_err(failed)?;
            folder.write_bytes(&name, &bytes)?;
            files.push(ExportFile::of(name, table.about, &bytes));
        }
        Ok(Written { files, left_out: Vec::new() })
    }
}

type Batch = RecordBatchT<Box<dyn Array>>;

fn encode(table: &Table, provenance: &Provenance) -> Result<Vec<u8>, PolarsError> {
    let height = table.height();
    let mut fields: Vec<Field> = Vec::new();
    let mut arrays: Vec<Box<dyn Array>> = Vec::new();
    let converged = Values::Flag(vec![provenance.converged(); height]);
    let columns = table.columns.iter().map(|c| (c.name.as_str(), &c.values));
    for (name, values) in columns.chain([("converged", &converged)]) {
        let array = array(values);
        fields.push(Field::new(name.into(), array.dtype().clone(), true));
        arrays.push(array);
    }
    let schema: ArrowSchema = fields.into_iter().map(|field| (field.name.clone(), field)).collect();
    let options = WriteOptions {
        statistics: StatisticsOptions::empty(),
        version: Version::V1,
        compression: CompressionOptions::Zstd(None),
        data_page_size: None,
    };
    let encodings = vec![vec![Encoding::Plain]; arrays.len()];
    let batch: Batch = RecordBatchT::try_new(height, Arc::new(schema.clone()), arrays)?;
    let groups = RowGroupIterator::try_new([Ok(batch)].into_iter(), &schema, options, encodings.into())?;
    let mut bytes = Vec::new();
    let mut writer = FileWriter::try_new(&mut bytes, schema.clone(), options)?;
    for group in groups {
        writer.write(height as u64, group?)?;
    }
    let pairs = provenance.pairs().into_iter().chain([("table", table.name.to_owned())]);
    let said = pairs.map(|(key, value)| KeyValue { key: key.to_owned(), value: Some(value) });
    writer.end(Some(said.chain([schema_to_metadata_key(&schema)]).collect()))?;
    Ok(bytes)
}

fn array(values: &Values) -> Box<dyn Array> {
    match values {
        Values::Text(cells) => Box::new(Utf8ViewArray::from_slice(cells)),
        Values::Number(cells) => Box::new(PrimitiveArray::<f64>::from(cells)),
        Values::Flag(cells) => {
            Box::new(BooleanArray::from(cells.iter().map(|flag| Some(*flag)).collect::<Vec<_>>()))
        }
        Values::Date(cells) => {
            let days: Vec<Option<i32>> = cells.iter().map(|day| day.map(days_since_1970)).collect();
            Box::new(PrimitiveArray::<i32>::from(days).to(ArrowDataType::Date32))
        }
    }
}

fn days_since_1970(day: NaiveDate) -> i32 {
    (day - NaiveDate::default()).num_days() as i32
}
