//! `draws.parquet`: every kept draw, one row a draw, one column a quantity.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;

use polars_core::prelude::{Column, DataFrame, DataType, Field, PlSmallStr, PolarsError, Schema};
use polars_io::parquet::write::{ParquetCompression, ParquetWriter, StatisticsOptions};

use crate::posterior::Posterior;
use crate::store::error::OutputError;

/// Values in a row group: 16 MB of them are copied at a time, and each column chunk still holds enough
/// rows for its ~100 bytes of metadata not to matter.
const GROUP_VALUES: usize = 2_000_000;

/// Writes `chain`, `draw` (Int32, from 0), then a Float64 column for every parameter, and
/// `contribution[ch]`, `roi[ch]`, `marginal_roi[ch]` for every channel that has them. The same draws give
/// the same bytes. `path` is named in errors.
///
/// # Errors
/// [`OutputError::Io`] when the writer fails, [`OutputError::Parquet`] when encoding does.
pub fn write_draws(posterior: &Posterior, out: impl Write, path: &Path) -> Result<(), OutputError> {
    write_columns(&columns(posterior), posterior.n_draws, out, path)
}

/// Writes `chain`, `draw` and the columns, all chain-major and of equal length.
pub(crate) fn write_columns(
    columns: &[(String, &[f64])],
    n_draws: usize,
    out: impl Write,
    path: &Path,
) -> Result<(), OutputError> {
    let mut failure = None;
    let recorder = Recorder { inner: out, failure: &mut failure };
    encode(columns, n_draws, recorder, GROUP_VALUES).map_err(|source| match (failure, source) {
        (Some(source), _) => OutputError::Io { action: "cannot write", path: path.into(), source },
        (None, source) => OutputError::Parquet { path: path.into(), source },
    })
}

fn encode(
    columns: &[(String, &[f64])],
    n_draws: usize,
    out: impl Write,
    group_values: usize,
) -> Result<(), PolarsError> {
    let rows = columns.first().map_or(0, |(_, draws)| draws.len());
    let index = ["chain", "draw"].map(|n| Field::new(n.into(), DataType::Int32));
    let values = columns.iter().map(|(n, _)| Field::new(n.as_str().into(), DataType::Float64));
    let schema: Schema = index.into_iter().chain(values).collect();
    let mut writer = ParquetWriter::new(out)
        // Level 3, the default: draws are nearly incompressible and higher levels only cost time.
        .with_compression(ParquetCompression::Zstd(None))
        .with_statistics(StatisticsOptions::empty())
        .set_parallel(false)
        .batched(&schema)?;
    let step = (group_values / (columns.len() + 2)).max(1);
    for start in (0..rows).step_by(step) {
        let end = (start + step).min(rows);
        let of_row = |f: fn(usize, usize) -> usize| -> Vec<i32> {
            (start..end).map(|s| f(s, n_draws) as i32).collect()
        };
        let mut batch = vec![
            Column::new(PlSmallStr::from_static("chain"), of_row(|s, n| s / n)),
            Column::new(PlSmallStr::from_static("draw"), of_row(|s, n| s % n)),
        ];
        batch.extend(columns.iter().map(|(n, d)| Column::new(n.as_str().into(), &d[start..end])));
        writer.write_batch(&DataFrame::new(end - start, batch)?)?;
    }
    writer.finish().map(|_| ())
}

/// Names and draws in file order, without repeats. Where a parameter has the name of what is told of a channel, that
/// is written: the return of the regression is not the return that `fit.json` tells, where a causal gap lies between.
fn columns(posterior: &Posterior) -> Vec<(String, &[f64])> {
    let mut told: Vec<(String, &[f64])> = Vec::new();
    for c in &posterior.channels {
        told.push((format!("contribution[{}]", c.name), c.contribution.as_slice()));
        for (quantity, draws) in [("roi", &c.roi), ("marginal_roi", &c.marginal_roi)] {
            told.extend(draws.as_deref().map(|d| (format!("{quantity}[{}]", c.name), d)));
        }
    }
    let parameters = posterior.parameters.iter().map(|p| {
        let of_channel = told.iter().find(|(name, _)| *name == p.name);
        (p.name.clone(), of_channel.map_or(p.draws.as_slice(), |(_, draws)| *draws))
    });
    let mut seen = BTreeSet::from(["chain".to_owned(), "draw".to_owned()]);
    let all: Vec<(String, &[f64])> = parameters.chain(told.iter().cloned()).collect();
    all.into_iter().filter(|(name, _)| seen.insert(name.clone())).collect()
}

/// Keeps the operating system's error, which the encoder turns into text.
struct Recorder<'a, W> {
    inner: W,
    failure: &'a mut Option<io::Error>,
}

impl<W: Write> Recorder<'_, W> {
    fn keep<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        result.inspect_err(|e| {
            let copy = match e.raw_os_error() {
                Some(code) => io::Error::from_raw_os_error(code),
                None => io::Error::new(e.kind(), e.to_string()),
            };
            self.failure.get_or_insert(copy);
        })
    }
}

impl<W: Write> Write for Recorder<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let result = self.inner.write(bytes);
        self.keep(result)
    }
    fn flush(&mut self) -> io::Result<()> {
        let result = self.inner.flush();
        self.keep(result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testdata::posterior;
    use crate::store::names::DRAWS_FILE;
    use polars_io::SerReader;
    use polars_io::parquet::read::ParquetReader;
    use std::io::Cursor;

    fn bytes(posterior: &Posterior) -> Vec<u8> {
        let mut out = Vec::new();
        write_draws(posterior, &mut out, Path::new(DRAWS_FILE)).unwrap();
        out
    }

    fn values(frame: &DataFrame, name: &str) -> Vec<f64> {
        frame.column(name).unwrap().f64().unwrap().into_no_null_iter().collect()
    }

    #[test]
    fn every_draw_comes_back_bit_for_bit() {
        let posterior = posterior();
        let frame = ParquetReader::new(Cursor::new(bytes(&posterior))).finish().unwrap();
        let names: Vec<&str> = frame.get_column_names().iter().map(|n| n.as_str()).collect();
        assert_eq!(
            names,
            [
                "chain",
                "draw",
                "roi[tv]",
                "sigma[north]",
                "contribution[tv]",
                "marginal_roi[tv]",
                "contribution[search]",
                "roi[search]",
                "marginal_roi[search]",
                "contribution[newsletter]"
            ]
        );
        assert_eq!(values(&frame, "sigma[north]"), posterior.parameters[1].draws);
        assert_eq!(values(&frame, "contribution[search]"), posterior.channels[1].contribution);
        let chain: Vec<i32> = frame.column("chain").unwrap().i32().unwrap().into_no_null_iter().collect();
        let draw: Vec<i32> = frame.column("draw").unwrap().i32().unwrap().into_no_null_iter().collect();
        assert_eq!((chain[49], draw[49], chain[50], draw[50]), (0, 49, 1, 0));
    }

    #[test]
    fn many_row_groups_lose_nothing() {
        let posterior = posterior();
        let mut out = Vec::new();
        // 10 columns: 7 rows a group, the last group shorter.
        encode(&columns(&posterior), posterior.n_draws, &mut out, 70).unwrap();
        let frame = ParquetReader::new(Cursor::new(out)).finish().unwrap();
        assert_eq!(frame.height(), 100);
        assert_eq!(values(&frame, "roi[tv]"), posterior.channels[0].roi.clone().unwrap());
    }

    #[test]
    fn bytes_are_the_same_each_time() {
        assert_eq!(bytes(&posterior()), bytes(&posterior()));
    }

    #[test]
    fn a_full_disk_is_reported_as_such() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let error = write_draws(&posterior(), Full, Path::new(DRAWS_FILE)).unwrap_err();
        assert!(error.hint().unwrap().contains("disk is full"), "{error}");
        assert!(error.to_string().contains(DRAWS_FILE), "{error}");
    }
}
