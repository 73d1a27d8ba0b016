//! The wire: requests and responses as they are, how they travel, and what else is written and read by hand.
//!
//! Nothing here knows what is tested, and nothing judges.

pub(crate) mod burst;
mod clock;
pub mod dpop;
mod exchange;
pub mod fields;
pub mod http;
mod params;
mod sync;

pub use clock::Clock;
pub(crate) use clock::since_1970;
pub use exchange::{Actor, Exchange, Moment, NoAnswer, Request, Response, Whole, is_breakdown};
pub use params::Params;
pub use sync::lock;
