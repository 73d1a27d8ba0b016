//! The client's tables: what a browser sends and what servers answer, one line each.

mod client {
    pub(crate) mod browser;
    pub(crate) mod dpop;
    pub(crate) mod push;
    pub(crate) mod refresh;
    pub(crate) mod resource;
    pub(crate) mod revoke;
    pub(crate) mod sessions;
    pub(crate) mod wire;
}
