//! A geo test in a panel → what it brought, with its error.

pub mod synthetic;
