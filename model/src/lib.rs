//! The scenarios in the checker: what they hold and reach, which attacks are found, which mitigations stop which, as text,
//! JSON and pages. `oauth-model` is its program.
#![forbid(unsafe_code)]

mod checked;
mod packed;

pub mod run;

pub mod document;
pub mod matrix;
pub mod report;

pub use checked::Checked;
pub use packed::{Packed, Worlds};
