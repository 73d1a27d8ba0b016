//! A request that names a token: by whom, and which (RFC 7009 2.1, RFC 7662 2.1).
//!
//! A token names its own record, so that a `token_type_hint`, right, wrong or unknown, changes nothing.

use super::Needs;
use super::authenticate::Presented;
use crate::directory::Directory;
use crate::form::Params;
use crate::http::HttpRequest;
use crate::refusal::{Field, Malformed};
use crate::secret::Shown;

/// Somebody names a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IntrospectOrRevoke {
    /// Who.
    pub by: Result<Presented, Malformed>,
    /// The token; none if no token of this server has its form.
    pub token: Result<Option<Shown>, Malformed>,
}

impl IntrospectOrRevoke {
    /// Reads the form.
    #[must_use]
    pub(super) fn parse(request: &HttpRequest, params: &Params, directory: &Directory) -> Self {
        let token = || {
            // rfc7009-2.1-wrong-hint-search-extended, rfc7662-2.1-wrong-hint-search-extended
            params.one(Field::TokenTypeHint)?;
            // rfc7009-2.1-token-parameter-required
            let token = params.one(Field::Token)?.ok_or(Malformed::Missing(Field::Token))?;
            Ok(Shown::parse(token))
        };
        Self { by: Presented::parse(request, params, directory), token: token() }
    }

    pub(super) fn locate(&self) -> Needs {
        Needs {
            client: self.by.ok().and_then(|by| by.client),
            session: None,
            grant: self.token.ok().flatten().map(|token| token.grant),
        }
    }
}
