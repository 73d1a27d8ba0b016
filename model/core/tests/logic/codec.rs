//! Properties of the codecs: whatever arrives, nothing panics, and what is sent keeps to its alphabets.

mod client;
mod names;
mod record;
mod server;
mod walk;
mod walker;
mod wire;
