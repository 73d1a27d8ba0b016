//! Faults of which resources a grant is for (RFC 8707).

use oauth_core::server::audience::AskedResources;
use oauth_core::server::authorize::{Ask, Authorize};
use oauth_core::server::received::Received;
use oauth_core::server::redeem::{Redeem, TokenAsk, TokenRequest};
use oauth_rules::rules;

use super::Lie::Read;
use super::authorize::authorization;
use crate::entry::{Entry, Lies::OfServer};

/// In reading order.
pub(crate) const FAULTS: &[Entry] = &[
    Entry {
        name: "unknown-resources-ignored",
        about: "a resource that is not known is as good as none",
        rules: rules![
            "rfc8707-2-resource-absolute-no-fragment",
            "rfc8707-2.1-invalid-target-by-redirect",
            "rfc8707-2.2-invalid-target-at-token-endpoint"
        ],
        lies: OfServer(&[Read(|_, received, _| {
            if let Received::Authorize { request: Authorize { ask: Ok(Ask { resources, .. }), .. }, .. }
            | Received::Token {
                request: TokenRequest { ask: Ok(TokenAsk::Redeem(Redeem { resources, .. })), .. },
                ..
            } = received
                && resources.is_some_and(|asked| asked.has_unknown)
            {
                *resources = None;
            }
        })]),
    },
    Entry {
        name: "grant-for-every-resource",
        about: "every grant is for all resources, whatever was asked for",
        rules: rules!["rfc9700-2.3-access-token-audience-restricted", "rfc8707-2.1-resource-covers-grant"],
        lies: OfServer(&[Read(|_, received, directory| {
            if let Some(Authorize { ask: Ok(ask), .. }) = authorization(received)
                && ask.resources.is_none_or(|asked| !asked.has_unknown)
            {
                ask.resources = Some(AskedResources { known: directory.all_resources(), has_unknown: false });
            }
        })]),
    },
];
