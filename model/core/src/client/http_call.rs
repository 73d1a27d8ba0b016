//! A request of the back channel, before an edge sends it.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

/// A request that a client sends.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpCall {
    /// The method.
    pub method: &'static str,
    /// The URL.
    pub url: String,
    /// Header fields in order.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
}

impl HttpCall {
    /// A request for a JSON document.
    #[must_use]
    pub fn get(url: String) -> Self {
        let headers = vec![("Accept", "application/json".to_owned())];
        Self { method: "GET", url, headers, body: String::new() }
    }
}

impl core::fmt::Debug for HttpCall {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("HttpCall").field("method", &self.method).finish_non_exhaustive()
    }
}
