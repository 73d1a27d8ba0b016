//! Spans of time.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};

/// A whole number of seconds, from `LEAST` to `MOST`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seconds<const LEAST: u32, const MOST: u32>(u32);

impl<const LEAST: u32, const MOST: u32> Seconds<LEAST, MOST> {
    /// How many.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl<'de, const LEAST: u32, const MOST: u32> Deserialize<'de> for Seconds<LEAST, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_i64(Whole::<LEAST, MOST>)
    }
}

struct Whole<const LEAST: u32, const MOST: u32>;

impl<const LEAST: u32, const MOST: u32> Visitor<'_> for Whole<LEAST, MOST> {
    type Value = Seconds<LEAST, MOST>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a whole number of seconds, {LEAST} to {MOST}, without quotation marks")
    }

    fn visit_i64<E: Error>(self, seconds: i64) -> Result<Self::Value, E> {
        let within = u32::try_from(seconds).ok().filter(|seconds| (LEAST..=MOST).contains(seconds));
        within.map(Seconds).ok_or_else(|| E::invalid_value(Unexpected::Signed(seconds), &self))
    }
}
