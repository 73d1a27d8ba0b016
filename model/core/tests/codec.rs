//! Properties of the codecs: whatever arrives, nothing panics, and what is sent keeps to its alphabets.

mod bench;

mod codec {
    pub(crate) mod client;
    pub(crate) mod names;
    pub(crate) mod record;
    pub(crate) mod server;
    pub(crate) mod walk;
    pub(crate) mod walker;
    pub(crate) mod wire;
}
