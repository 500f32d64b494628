//! Finds the first NaN or infinity in anything serialisable: serde_json would write it as null, silently.

use std::fmt::{self, Display};

use serde::Serialize;
use serde::ser::{
    self, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant,
};

/// The value, or `None` when JSON could not carry it.
pub(crate) fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

/// Path and value of the first number that JSON cannot carry, such as `("channels[2].roi.mean", NaN)`.
pub fn first_non_finite<T: Serialize + ?Sized>(value: &T) -> Option<(String, f64)> {
    let mut walker = Walker { path: Vec::new() };
    match value.serialize(&mut walker) {
        Err(Stop::NonFinite(v)) => Some((walker.path_text(), v)),
        Ok(()) | Err(Stop::Other) => None,
    }
}

enum Step {
    Key(String),
    Index(usize),
}

struct Walker {
    path: Vec<Step>,
}

/// Why the walk ended early.
#[derive(Debug)]
enum Stop {
    NonFinite(f64),
    /// A type's own serialiser failed; the real serialiser will report it.
    Other,
}

impl Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a finite number")
    }
}
impl std::error::Error for Stop {}
impl ser::Error for Stop {
    fn custom<T: Display>(_: T) -> Self {
        Stop::Other
    }
}

impl Walker {
    fn path_text(&self) -> String {
        let mut text = String::new();
        for step in &self.path {
            match step {
                Step::Key(k) if text.is_empty() => text.push_str(k),
                Step::Key(k) => text.extend([".", k]),
                Step::Index(i) => text.push_str(&format!("[{i}]")),
            }
        }
        text
    }

    /// Visits a child; its step stays on the path when the walk stops inside it.
    fn inside<T: Serialize + ?Sized>(&mut self, step: Step, value: &T) -> Result<(), Stop> {
        self.path.push(step);
        value.serialize(&mut *self)?;
        self.path.pop();
        Ok(())
    }
}

/// An array or object on the way.
struct Inner<'a> {
    walker: &'a mut Walker,
    next: usize,
    key: String,
}

impl<'a> Inner<'a> {
    fn new(walker: &'a mut Walker) -> Self {
        Inner { walker, next: 0, key: String::new() }
    }
    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Stop> {
        self.next += 1;
        self.walker.inside(Step::Index(self.next - 1), value)
    }
    fn field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Stop> {
        self.walker.inside(Step::Key(key.into()), value)
    }
}

macro_rules! finite_leaves {
    ($($name:ident: $t:ty),*) => { $(fn $name(self, _: $t) -> Result<(), Stop> { Ok(()) })* };
}

impl<'a> ser::Serializer for &'a mut Walker {
    type Ok = ();
    type Error = Stop;
    type SerializeSeq = Inner<'a>;
    type SerializeTuple = Inner<'a>;
    type SerializeTupleStruct = Inner<'a>;
    type SerializeTupleVariant = Inner<'a>;
    type SerializeMap = Inner<'a>;
    type SerializeStruct = Inner<'a>;
    type SerializeStructVariant = Inner<'a>;

    finite_leaves!(serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32,
        serialize_i64: i64, serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64,
        serialize_char: char, serialize_str: &str, serialize_bytes: &[u8], serialize_unit_struct: &'static str);

    fn serialize_f64(self, v: f64) -> Result<(), Stop> {
        if v.is_finite() { Ok(()) } else { Err(Stop::NonFinite(v)) }
    }
    fn serialize_f32(self, v: f32) -> Result<(), Stop> {
        self.serialize_f64(v.into())
    }
    fn serialize_none(self) -> Result<(), Stop> {
        Ok(())
    }
    fn serialize_unit(self) -> Result<(), Stop> {
        Ok(())
    }
    fn serialize_some<T: Serialize + ?Sized>(self, v: &T) -> Result<(), Stop> {
        v.serialize(self)
    }
    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Result<(), Stop> {
        Ok(())
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, v: &T) -> Result<(), Stop> {
        v.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        v: &T,
    ) -> Result<(), Stop> {
        self.inside(Step::Key(variant.into()), v)
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<Inner<'a>, Stop> {
        Ok(Inner::new(self))
    }
    fn serialize_tuple(self, _: usize) -> Result<Inner<'a>, Stop> {
        Ok(Inner::new(self))
    }
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Inner<'a>, Stop> {
        Ok(Inner::new(self))
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Inner<'a>, Stop> {
        Ok(Inner::new(self))
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Inner<'a>, Stop> {
        Ok(Inner::new(self))
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Inner<'a>, Stop> {
        Ok(Inner::new(self))
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Inner<'a>, Stop> {
        Ok(Inner::new(self))
    }
}

macro_rules! elements {
    ($($trait:ident::$method:ident),*) => { $(impl $trait for Inner<'_> {
        type Ok = ();
        type Error = Stop;
        fn $method<T: Serialize + ?Sized>(&mut self, v: &T) -> Result<(), Stop> {
            self.element(v)
        }
        fn end(self) -> Result<(), Stop> {
            Ok(())
        }
    })* };
}
elements!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
);

macro_rules! fields {
    ($($trait:ident),*) => { $(impl $trait for Inner<'_> {
        type Ok = ();
        type Error = Stop;
        fn serialize_field<T: Serialize + ?Sized>(&mut self, k: &'static str, v: &T) -> Result<(), Stop> {
            self.field(k, v)
        }
        fn end(self) -> Result<(), Stop> {
            Ok(())
        }
    })* };
}
fields!(SerializeStruct, SerializeStructVariant);

impl SerializeMap for Inner<'_> {
    type Ok = ();
    type Error = Stop;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Stop> {
        // Keys of a JSON object are strings, so this cannot fail for anything serde_json accepts.
        let key = serde_json::to_value(key).map_err(|_| Stop::Other)?;
        self.key = key.as_str().map_or_else(|| key.to_string(), str::to_owned);
        Ok(())
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Stop> {
        let key = std::mem::take(&mut self.key);
        self.walker.inside(Step::Key(key), value)
    }
    fn end(self) -> Result<(), Stop> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[derive(Serialize)]
    struct Deep {
        ok: f64,
        list: Vec<Option<BTreeMap<String, f64>>>,
    }

    #[test]
    fn names_the_place_of_the_first_bad_number() {
        let map = BTreeMap::from([("a".to_string(), 1.0), ("b".to_string(), f64::NEG_INFINITY)]);
        let deep = Deep { ok: 0.0, list: vec![None, Some(map)] };
        assert_eq!(first_non_finite(&deep), Some(("list[1].b".into(), f64::NEG_INFINITY)));
        let (path, value) = first_non_finite(&(1.0, f32::NAN)).unwrap();
        assert!(path == "[1]" && value.is_nan());
    }

    #[test]
    fn finite_values_pass() {
        assert_eq!(first_non_finite(&Deep { ok: f64::MAX, list: vec![None] }), None);
    }
}
