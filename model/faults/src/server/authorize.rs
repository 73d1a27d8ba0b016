//! Faults of how an authorization request is read and judged (RFC 6749 3.1, 4.1.1).

use oauth_core::directory::{ClientNo, Directory};
use oauth_core::form::Params;
use oauth_core::http::{HttpReply, HttpRequest};
use oauth_core::refusal::{Field, Malformed};
use oauth_core::server::Request;
use oauth_core::server::authorize::{Ask, Authorize};
use oauth_core::server::received::Received;
use oauth_rules::rules;

use super::Lie::{Before, Client, Http, Policy, Query, Read, Reply};
use super::{AUTHORIZE, TOKEN};
use crate::edit::Pairs;
use crate::entry::{Entry, Lies::OfServer};

const PARAMETERS: &[&str] = &[
    "client_id",
    "code_challenge",
    "code_challenge_method",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
];

/// In reading order.
pub(crate) const FAULTS: &[Entry] = &[
    Entry {
        name: "redirect-uri-unchecked",
        about: "any redirect URI is taken",
        rules: rules![
            "rfc6749-3.1.2.3-registered-uris-compared",
            "rfc6749-3.1.2.2-public-client-registered-uri",
            "rfc6749-3.1.2.4-no-redirect-to-invalid-uri",
            "rfc9126-7.2-new-redirect-uri-only-authenticated"
        ],
        lies: OfServer(&[Client(|client, request| {
            let asked = match request {
                Request::Authorize(authorize) => authorize.redirect,
                Request::Push(push) => push.request.redirect,
                Request::Home
                | Request::LogInPage(_)
                | Request::LogIn(_)
                | Request::AuthorizePushed(_)
                | Request::Decide(_)
                | Request::Token(_)
                | Request::Register(_)
                | Request::Revoke(_)
                | Request::Introspect(_)
                | Request::Resource(_)
                | Request::Metadata
                | Request::ResourceMetadata(_)
                | Request::Malformed(..) => return,
            };
            if let Ok(Some(uri)) = asked
                && !client.knows(&uri)
            {
                client.redirects.push(uri);
            }
        })]),
    },
    Entry {
        name: "redirect-uri-prefix",
        about: "a redirect URI that begins with a registered one is taken",
        rules: rules![
            "rfc6749-3.1.2.3-simple-string-comparison",
            "rfc9700-2.1-redirect-uri-exact-match",
            "rfc9700-4.1.3-simple-string-comparison",
            "rfc6749-3.1.2.2-complete-uri-registered",
            "rfc8252-8.4-exact-match-except-loopback-port"
        ],
        lies: OfServer(&[Read(|request, received, directory| {
            take_as_registered(request, received, directory, |text, texts, _| {
                texts.iter().any(|have| text.starts_with(have.as_str()) && !text.contains('#'))
            });
        })]),
    },
    Entry {
        name: "relative-redirect-uri",
        about: "a redirect URI without scheme and host is taken",
        rules: rules!["rfc6749-3.1.2-redirect-uri-absolute"],
        lies: OfServer(&[Read(|request, received, directory| {
            take_as_registered(request, received, directory, |text, _, _| text.starts_with('/'));
        })]),
    },
    Entry {
        name: "redirect-uri-fragment",
        about: "a redirect URI with a fragment is taken",
        rules: rules!["rfc6749-3.1.2-redirect-no-fragment"],
        lies: OfServer(&[Read(|request, received, directory| {
            take_as_registered(request, received, directory, |text, _, _| text.contains('#'));
        })]),
    },
    Entry {
        name: "redirect-uri-guessed",
        about: "without a redirect URI the first of several registered ones is taken",
        rules: rules![
            "rfc6749-3.1.2.3-redirect-uri-required-if-many",
            "oauth21-2.3.2-redirect-uri-required-when-several"
        ],
        lies: OfServer(&[Read(|request, received, directory| {
            take_as_registered(request, received, directory, |_, texts, authorize| {
                authorize.redirect == Ok(None) && texts.len() > 1
            });
        })]),
    },
    Entry {
        name: "loopback-port-fixed",
        about: "a loopback redirect URI has to have the registered port",
        rules: rules!["rfc9700-4.1.3-loopback-variable-port", "rfc8252-7.3-loopback-any-port"],
        lies: OfServer(&[Read(|_, received, _| {
            if let Some(Authorize { redirect: Ok(Some(uri)), .. }) = authorization(received) {
                uri.portless = None;
            }
        })]),
    },
    Entry {
        name: "empty-parameters-kept",
        about: "an empty authorization parameter counts as one",
        rules: rules!["rfc6749-3.1-empty-parameter-as-omitted"],
        lies: OfServer(&[Read(|request, received, _| {
            if let Received::Authorize { response_target, .. } = received
                && Pairs::query(request).value("state") == Some("")
            {
                response_target.state = Some(String::new());
            }
        })]),
    },
    Entry {
        name: "unknown-parameters-refused",
        about: "an authorization request with an unknown parameter is refused",
        rules: rules!["rfc6749-3.1-unknown-parameter-ignored"],
        lies: OfServer(&[Read(|request, received, _| {
            let pairs = Pairs::query(request);
            // One that is empty counts as left out.
            let has_value = |name: &str| pairs.value(name).is_some_and(|value| !value.is_empty());
            if let Some(authorize) = authorization(received)
                && pairs.names().any(|name| !PARAMETERS.contains(&name) && has_value(name))
            {
                authorize.ask = Err(Malformed::Syntax(Field::State));
            }
        })]),
    },
    Entry {
        name: "repeated-parameters-taken",
        about: "of a repeated authorization parameter the first is taken",
        rules: rules!["rfc6749-3.1-duplicate-parameter-refused"],
        lies: OfServer(&[Query(Pairs::keep_first_of_each)]),
    },
    Entry {
        name: "response-type-assumed",
        about: "a missing response_type counts as code",
        rules: rules!["rfc6749-3.1.1-response-type-missing"],
        lies: OfServer(&[Query(|pairs| {
            if pairs.value("response_type").is_none_or(str::is_empty) {
                pairs.remove("response_type");
                pairs.push("response_type", "code");
            }
        })]),
    },
    Entry {
        name: "response-type-unchecked",
        about: "any response_type counts as code",
        rules: rules![
            "rfc6749-3.1.1-response-type-unknown",
            "rfc8252-8.2-no-implicit",
            "oauth21-10.1-no-implicit-grant"
        ],
        lies: OfServer(&[Before(|_, request| {
            if let Some(ask) = asked(request) {
                ask.response_type_is_code = true;
            }
        })]),
    },
    Entry {
        name: "values-case-folded",
        about: "response_type and grant_type are compared without regard to case",
        rules: rules!["rfc6749-1.9-names-and-values-case-sensitive"],
        lies: OfServer(&[
            Query(|pairs| pairs.replace("response_type", str::to_ascii_lowercase)),
            Http(TOKEN, |request| {
                Pairs::edit_body(request, |pairs| pairs.replace("grant_type", str::to_ascii_lowercase));
            }),
        ]),
    },
    Entry {
        name: "errors-before-login",
        about: "a bad request is answered by redirect before anybody logged in",
        rules: rules!["rfc9700-4.11.2-authenticate-before-redirect"],
        lies: OfServer(&[Policy(|policy| policy.redirect_errors_before_login = true)]),
    },
    Entry {
        name: "scope-case-folded",
        about: "scope is compared without regard to case",
        rules: rules!["rfc6749-3.3-scope-case-sensitive"],
        lies: OfServer(&[Query(|pairs| pairs.replace("scope", str::to_ascii_lowercase))]),
    },
    Entry {
        name: "scope-order-matters",
        about: "a scope whose values stand in another order is refused",
        rules: rules!["rfc6749-3.3-scope-order-irrelevant"],
        lies: OfServer(&[Read(|request, received, directory| {
            let text = Pairs::query(request).value("scope").unwrap_or_default().replace("%20", "+");
            let bits: Vec<u64> =
                text.split('+').filter_map(|value| directory.find_scope(value).map(|set| set.0)).collect();
            if let Some(Authorize { ask: Ok(Ask { scope: Some(scope), .. }), .. }) = authorization(received) {
                scope.has_unknown |= !bits.is_sorted();
            }
        })]),
    },
    Entry {
        name: "scope-demanded",
        about: "a request without scope is refused as malformed",
        rules: rules!["rfc6749-3.3-scope-omitted-handled"],
        lies: OfServer(&[Read(|_, received, _| {
            if let Some(authorize) = authorization(received)
                && authorize.ask.is_ok_and(|ask| ask.scope.is_none())
            {
                authorize.ask = Err(Malformed::Missing(Field::Scope));
            }
        })]),
    },
    Entry {
        name: "get-refused",
        about: "an authorization request by GET is taken from the first client alone",
        rules: rules!["rfc6749-3.1-get-supported"],
        lies: OfServer(&[Reply(AUTHORIZE, |request, reply, directory| {
            let first = directory.client(ClientNo(0)).map(|entry| entry.id.as_str());
            if request.method == "GET"
                && Pairs::query(request).value("client_id").is_some_and(|id| Some(id) != first)
            {
                *reply = HttpReply::status(405).with("Allow", "POST");
            }
        })]),
    },
];

/// The authorization request that was read, if it is one.
pub(super) fn authorization(received: &mut Received) -> Option<&mut Authorize> {
    if let Received::Authorize { request, .. } = received { Some(request) } else { None }
}

/// What an authorization request asks for.
pub(super) fn asked(request: &mut Request) -> Option<&mut Ask> {
    if let Request::Authorize(Authorize { ask: Ok(ask), .. }) = request { Some(ask) } else { None }
}

/// Takes a redirect URI that the client may not name for its first one, if it has this form. Other defects stay refused: what
/// cannot stand in a header, and a parameter that stands there twice.
pub(super) fn take_as_registered(
    request: &HttpRequest,
    received: &mut Received,
    directory: &Directory,
    is_taken: impl Fn(&str, &[String], &Authorize) -> bool,
) {
    let Some(authorize) = authorization(received) else { return };
    let entry = authorize.client.ok().flatten().and_then(|no| directory.client(no));
    let Some((entry, registered)) = entry.and_then(|entry| Some((entry, *entry.client.redirects.first()?)))
    else {
        return;
    };
    let params = Params::decode(request.query.as_deref().unwrap_or_default().as_bytes());
    let text = params.as_ref().ok().and_then(|params| params.all("redirect_uri").next()).unwrap_or_default();
    let is_its_own = matches!(authorize.redirect, Ok(Some(uri)) if entry.client.knows(&uri));
    if !is_its_own
        && is_taken(text, &entry.redirect_uris, authorize)
        && text.bytes().all(|byte| byte.is_ascii_graphic())
        && !matches!(authorize.redirect, Err(Malformed::Repeated(_)))
    {
        authorize.redirect = Ok(Some(registered));
    }
}
