//! What a run shows: text for people, JSON for programs. No secret leaves here unless asked for, and nothing that a
//! terminal would obey.

mod curl;
mod json;
#[cfg(test)]
mod tests;
mod text;

pub use json::json;
pub use json::level_word;
pub use text::{Style, text};

use crate::case::RunState;
use crate::secrets::{Kind, Vault};
use crate::wire::{Request, Response};

/// The run's secrets, covered or not.
#[derive(Clone, Copy)]
pub struct Veil<'r> {
    vault: &'r Vault,
    open: bool,
}

impl<'r> Veil<'r> {
    /// Covers the secrets of a run; `unmask` leaves them as they are.
    #[must_use]
    pub fn new(live: &'r RunState, unmask: bool) -> Self {
        Self { vault: &live.vault, open: unmask }
    }

    fn text(self, text: &str) -> String {
        if self.open { text.into() } else { self.vault.text(text) }
    }

    fn secret(self, kind: Kind, secret: &str) -> String {
        if self.open { secret.into() } else { self.vault.secret(kind, secret) }
    }

    fn request(self, request: &Request) -> Request {
        if self.open { request.clone() } else { self.vault.request(request) }
    }

    fn response(self, response: &Response) -> Response {
        if self.open { response.clone() } else { self.vault.response(response) }
    }
}
