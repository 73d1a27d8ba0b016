//! What an outsider can see happen, as facts, and what must hold of it, as laws.
//!
//! Facts are read off messages by observers; the checker's worlds and the conformance suite have one each. A law reads
//! facts and nothing else, so that it judges a model and a live server alike.
#![forbid(unsafe_code)]

pub mod fact;
pub mod law;
