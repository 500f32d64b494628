//! A fit repeated: with the settings and column roles of an earlier one, on the same data or on newer ones.

mod carry;
mod experiments;
mod repeat;
mod roles;
mod verify;

pub use carry::{carry_forward, other_periods};
pub use experiments::{changed_experiments, tests_carried};
pub use repeat::{Repeated, repeat};
pub use roles::{check_new_columns, check_same_roles, forget_left_out};
pub use verify::{Verification, verify};
