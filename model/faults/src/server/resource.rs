//! Faults of the protected resource (RFC 6749 7, RFC 6750).

use oauth_core::grant::{Live, Phase};
use oauth_core::http::{HttpReply, HttpRequest};
use oauth_core::secret::Digest;
use oauth_core::server::resource::{Bearer, ResourceRequest};
use oauth_core::server::{Found, Request};
use oauth_core::text::{ResourceSet, ScopeSet};
use oauth_rules::rules;

use super::Lie::{Before, Http, Reply};
use super::{ME, NEVER};
use crate::edit::Pairs;
use crate::entry::{Entry, Lies::OfServer};

/// In reading order.
pub(crate) const FAULTS: &[Entry] = &[
    Entry {
        name: "token-unchecked",
        about: "only the grant id of an access token is compared",
        rules: rules!["rfc6749-10.3-access-token-not-forgeable", "rfc6750-3.1-invalid-token-401"],
        lies: OfServer(&[Before(|found, request| {
            if let Some((digest, live)) = shown(found, request) {
                *digest = live.access.token;
            }
        })]),
    },
    Entry {
        name: "token-unexpiring",
        about: "an access token is served however old it is",
        rules: rules!["rfc6749-7-expired-token-refused", "rfc6750-5.2-token-lifetime-limited"],
        lies: OfServer(&[Before(|found, request| {
            if let Some((_, live)) = shown(found, request) {
                live.access.until = NEVER;
            }
        })]),
    },
    Entry {
        name: "resource-scope-unchecked",
        about: "a token of any scope opens the resource",
        rules: rules!["rfc6749-7-scope-covers-resource", "rfc9700-2.3-rs-refuses-insufficient-privilege"],
        lies: OfServer(&[Before(|_, request| {
            if let Request::Resource(resource) = request {
                resource.need.scope = ScopeSet::EMPTY;
            }
        })]),
    },
    Entry {
        name: "second-resource-of-any-scope",
        about: "a token of any scope opens the resources behind the first",
        rules: rules!["rfc6749-7-scope-covers-resource"],
        lies: OfServer(&[Before(|_, request| {
            if let Request::Resource(resource) = request
                && resource.need.resource != ResourceSet::FIRST
            {
                resource.need.scope = ScopeSet::EMPTY;
            }
        })]),
    },
    Entry {
        name: "small-scope-401",
        about: "a token of too small a scope is answered 401",
        rules: rules!["rfc6750-3.1-insufficient-scope-403"],
        lies: OfServer(&[Reply(ME, |_, reply, _| {
            if reply.status == 403 {
                reply.status = 401;
            }
        })]),
    },
    Entry {
        name: "audience-unchecked",
        about: "a resource takes tokens for other resources",
        rules: rules![
            "rfc9700-2.3-rs-refuses-wrong-audience",
            "rfc8707-2-token-audience-restricted",
            "rfc6750-5.3-audience-restriction",
            "rfc9728-7.4-as-audience-restricted"
        ],
        lies: OfServer(&[Before(|_, request| {
            if let Request::Resource(resource) = request {
                resource.need.resource = ResourceSet::EMPTY;
            }
        })]),
    },
    Entry {
        name: "bearer-refused",
        about: "a token in the Authorization header is not seen",
        rules: rules!["rfc6750-2.1-header-supported"],
        lies: OfServer(&[Http(ME, |request| request.headers.retain(|(name, _)| name != "authorization"))]),
    },
    Entry {
        name: "bearer-case-sensitive",
        about: "the scheme Bearer is compared with regard to case",
        rules: rules!["rfc9110-11.1-scheme-case-insensitive-rs", "oauth21-5.1.1-bearer-case-insensitive"],
        lies: OfServer(&[Http(ME, |request| {
            request.headers.retain(|(name, value)| name != "authorization" || value.starts_with(b"Bearer"));
        })]),
    },
    Entry {
        name: "query-token-taken",
        about: "the resource takes a token in its query, and lets the answer be kept",
        rules: rules!["rfc6750-2.3-query-response-private", "oauth21-5.1-rs-ignores-query-token"],
        lies: OfServer(&[
            Http(ME, |request| {
                let pairs = Pairs::query(request);
                let bare = request.header("authorization").next().is_none();
                if let Some(token) = pairs.value("access_token").filter(|_| bare) {
                    let header = format!("Bearer {token}").into_bytes();
                    request.headers.push(("authorization".to_owned(), header));
                    request.query = None;
                }
            }),
            Reply(ME, |request, reply, _| {
                if request.query.is_some() {
                    reply.remove("Cache-Control");
                }
            }),
        ]),
    },
    Entry {
        name: "resource-challenge-missing",
        about: "401 and 403 of the resource have no WWW-Authenticate",
        rules: rules!["rfc6750-3-challenge-without-token", "rfc6750-3-challenge-with-bad-token"],
        lies: OfServer(&[Reply(ME, |_, reply, _| reply.remove("WWW-Authenticate"))]),
    },
    Entry {
        name: "resource-challenge-bare",
        about: "the Bearer challenge has no parameter",
        rules: rules!["rfc6750-3-challenge-scheme-and-parameters", "rfc6750-3-error-attribute"],
        lies: OfServer(&[Reply(ME, |_, reply, _| {
            edit_bearer(reply, |_| "Bearer".to_owned());
        })]),
    },
    Entry {
        name: "challenge-attribute-twice",
        about: "the Bearer challenge has a parameter twice",
        rules: rules!["rfc6750-3-challenge-attributes-once"],
        lies: OfServer(&[Reply(ME, |_, reply, _| {
            edit_bearer(reply, |challenge| format!("{challenge}, realm=\"resource\""));
        })]),
    },
    Entry {
        name: "challenge-unclean",
        about: "error_description of the Bearer challenge holds a backslash",
        rules: rules!["rfc6750-3-challenge-charset"],
        lies: OfServer(&[Reply(ME, |_, reply, _| {
            if reply.header("WWW-Authenticate").is_some_and(|challenge| challenge.contains("error=")) {
                let unclean = "Bearer error=\"invalid_token\", error_description=\"back\\\\slash\"";
                reply.set("WWW-Authenticate", unclean);
            }
        })]),
    },
    Entry {
        name: "error-without-token",
        about: "a request without token is told an error code",
        rules: rules!["rfc6750-3.1-no-error-without-token", "rfc9449-7.2-no-error-without-credentials"],
        lies: OfServer(&[Reply(ME, |request, reply, _| {
            if shows_no_token(request) {
                edit_bearer(reply, |challenge| format!("{challenge}, error=\"invalid_token\""));
            }
        })]),
    },
    Entry {
        name: "malformed-bearer-unknown",
        about: "a malformed request for the resource is told that its token is invalid",
        rules: rules!["rfc6750-3.1-invalid-request-400"],
        lies: OfServer(&[Reply(ME, |_, reply, _| {
            if reply.status == 400 {
                reply.status = 401;
                reply.set("WWW-Authenticate", "Bearer realm=\"resource\", error=\"invalid_token\"");
            }
        })]),
    },
];

/// Changes the challenges to bring a bearer's token.
fn edit_bearer(reply: &mut HttpReply, edit: impl Fn(&str) -> String) {
    for (_, value) in reply.headers.iter_mut().filter(|(name, _)| *name == "WWW-Authenticate") {
        if value.starts_with("Bearer") {
            *value = edit(value);
        }
    }
}

/// Whether there is no token in the header of a request: nothing, or credentials of another kind.
fn shows_no_token(request: &HttpRequest) -> bool {
    let is_token = |value: &[u8]| {
        let scheme = value.split(|byte| *byte == b' ').next().unwrap_or_default();
        scheme.eq_ignore_ascii_case(b"bearer") || scheme.eq_ignore_ascii_case(b"dpop")
    };
    !request.header("authorization").any(is_token)
}

/// The digest of a token that is shown to a resource, with its live grant.
pub(super) fn shown<'a>(
    found: &'a mut Found<'_>,
    request: &'a mut Request,
) -> Option<(&'a mut Digest, &'a mut Live)> {
    if let Request::Resource(ResourceRequest { bearer: Bearer::Shown(shown), .. }) = request
        && let Phase::Live(live) = &mut found.grant.as_mut()?.phase
    {
        Some((&mut shown.digest, live))
    } else {
        None
    }
}
