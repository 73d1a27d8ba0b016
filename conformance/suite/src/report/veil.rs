//! The one door into a report: what was seen goes in, and comes out with pseudonyms for its secrets.

use crate::case::RunState;
use crate::secrets::{Kind, Vault};
use crate::wire::{Request, Response};

/// Whether a report has the secrets of its run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Secrets {
    /// Pseudonyms stand for them.
    #[default]
    Covered,
    /// They stand there as they are, as whoever started the run asked.
    Shown,
}

/// The run's secrets, covered or not.
#[derive(Clone, Copy)]
pub(super) struct Veil<'r> {
    pub(super) vault: &'r Vault,
    secrets: Secrets,
}

impl<'r> Veil<'r> {
    pub(super) fn new(live: &'r RunState, secrets: Secrets) -> Self {
        Self { vault: &live.vault, secrets }
    }

    pub(super) fn text(self, text: &str) -> String {
        match self.secrets {
            Secrets::Covered => self.vault.text(text),
            Secrets::Shown => text.into(),
        }
    }

    pub(super) fn secret(self, kind: Kind, secret: &str) -> String {
        match self.secrets {
            Secrets::Covered => self.vault.secret(kind, secret),
            Secrets::Shown => secret.into(),
        }
    }

    pub(super) fn request(self, request: &Request) -> Request {
        match self.secrets {
            Secrets::Covered => self.vault.request(request),
            Secrets::Shown => request.clone(),
        }
    }

    pub(super) fn response(self, response: &Response) -> Response {
        match self.secrets {
            Secrets::Covered => self.vault.response(response),
            Secrets::Shown => response.clone(),
        }
    }
}
