//! JSON as every document of mmm is written.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

use crate::report::first_non_finite;
use crate::store::error::OutputError;

/// Refuses a number that JSON cannot carry, by name.
pub(super) fn check_finite<T: Serialize>(value: &T) -> Result<(), OutputError> {
    first_non_finite(value).map_or(Ok(()), |(field, value)| Err(OutputError::NonFinite { field, value }))
}

/// JSON bytes of any value, refusing what JSON cannot carry.
pub(crate) fn to_json<T: Serialize>(value: &T) -> Result<Vec<u8>, OutputError> {
    check_finite(value)?;
    let mut bytes = Vec::new();
    value
        .serialize(&mut Serializer::with_formatter(&mut bytes, Layout { depth: 0, empty: true }))
        .map_err(|source| OutputError::Serialise { source })?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// One key a line, arrays of numbers on one line: short enough to read, and to diff.
struct Layout {
    depth: usize,
    empty: bool,
}

impl Layout {
    fn line<W: ?Sized + Write>(&self, w: &mut W) -> io::Result<()> {
        w.write_all(b"\n")?;
        (0..self.depth).try_for_each(|_| w.write_all(b"  "))
    }
}

impl Formatter for Layout {
    fn begin_array_value<W: ?Sized + Write>(&mut self, w: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { w.write_all(b", ") }
    }
    fn begin_object<W: ?Sized + Write>(&mut self, w: &mut W) -> io::Result<()> {
        self.depth += 1;
        self.empty = true;
        w.write_all(b"{")
    }
    fn begin_object_key<W: ?Sized + Write>(&mut self, w: &mut W, first: bool) -> io::Result<()> {
        if !first {
            w.write_all(b",")?;
        }
        self.line(w)
    }
    fn begin_object_value<W: ?Sized + Write>(&mut self, w: &mut W) -> io::Result<()> {
        w.write_all(b": ")
    }
    fn end_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.empty = false;
        Ok(())
    }
    fn end_object<W: ?Sized + Write>(&mut self, w: &mut W) -> io::Result<()> {
        self.depth -= 1;
        if !self.empty {
            self.line(w)?;
        }
        self.empty = false;
        w.write_all(b"}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_puts_keys_on_lines_and_number_arrays_on_one() {
        let value = serde_json::json!({"a": [1, 2], "b": {}, "c": [{"d": null}]});
        let text = String::from_utf8(to_json(&value).unwrap()).unwrap();
        assert_eq!(text, "{\n  \"a\": [1, 2],\n  \"b\": {},\n  \"c\": [{\n    \"d\": null\n  }]\n}\n");
    }
}
