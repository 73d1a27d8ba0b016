//! Faults of what a client can do with what it registered: odd redirect URIs, several of them, a binding, a name
//! (RFC 7591 2, 3.2.1, 5).

use oauth_core::http::{Body, HttpRequest};
use oauth_core::page::Page;
use oauth_core::server::Request;
use oauth_core::server::authenticate::Credentials;
use oauth_core::server::authorize::Authorize;
use oauth_core::server::redeem::{TokenAsk, TokenRequest};
use oauth_rules::rules;
use serde_json::{Value, json};

use super::Lie::{Before, Client, Http, Reply, Told};
use super::client_authentication::presented;
use super::code::redeemed;
use super::register::{PLACEHOLDER, edit_asked, tell_as_asked};
use super::{AUTHORIZE, REGISTER};
use crate::edit::{Members, change, edit_json};
use crate::entry::{Entry, Lies::OfServer};

/// In reading order.
pub(crate) const FAULTS: &[Entry] = &[
    Entry {
        name: "names-told-in-latin-1",
        about: "the bytes of a registered name are told as if each were a letter",
        rules: rules!["rfc7591-3.2.1-registered-metadata-returned"],
        lies: OfServer(&[Told(REGISTER, |_, told| {
            change(told, "client_name", |name| name.bytes().map(char::from).collect());
        })]),
    },
    Entry {
        name: "registration-of-look-alikes",
        about: "a redirect URI is registered whose host only begins like this machine's",
        rules: rules!["rfc7591-5-redirect-uri-kinds"],
        lies: OfServer(&[
            Http(REGISTER, |request| hide_uris(request, is_look_alike)),
            Told(REGISTER, |request, told| tell_as_asked(request, told, "redirect_uris")),
        ]),
    },
    Entry {
        name: "registration-of-dotted-scripts",
        about: "a scheme counts as private if there is a dot anywhere in the redirect URI",
        rules: rules!["rfc7591-5-redirect-uri-kinds"],
        lies: OfServer(&[
            Http(REGISTER, |request| hide_uris(request, is_dotted_script)),
            Told(REGISTER, |request, told| tell_as_asked(request, told, "redirect_uris")),
        ]),
    },
    Entry {
        name: "registration-uris-forgotten",
        about: "of several redirect URIs that a client registers only the first is taken",
        rules: rules!["rfc7591-3.2.1-registered-metadata-returned"],
        lies: OfServer(&[Client(|client, _| {
            if client.self_registered {
                client.redirects.truncate(1);
            }
        })]),
    },
    Entry {
        name: "registration-binding-forgotten",
        about: "a client that registers for bound tokens alone gets others too",
        rules: rules!["rfc9449-5.2-bound-client-needs-proof"],
        lies: OfServer(&[Client(|client, _| client.dpop_bound &= !client.self_registered)]),
    },
    Entry {
        name: "registration-binding-forgotten-in-refreshes",
        about: "a client that registers for bound tokens alone refreshes without a proof",
        rules: rules!["rfc9449-5.2-bound-client-needs-proof"],
        lies: OfServer(&[Client(|client, request| {
            if client.self_registered
                && let Request::Token(TokenRequest { ask: Ok(TokenAsk::Refresh(_)), .. }) = request
            {
                client.dpop_bound = false;
            }
        })]),
    },
    Entry {
        name: "registration-grants-untold",
        about: "a client is not told which grants it may use",
        rules: rules!["rfc7591-3.2.1-registered-metadata-returned"],
        lies: OfServer(&[Told(REGISTER, |_, told| {
            told.remove("grant_types");
        })]),
    },
    Entry {
        name: "registration-scope-untold",
        about: "a client is not told which scope it may have",
        rules: rules!["rfc7591-3.2.1-registered-metadata-returned"],
        lies: OfServer(&[Told(REGISTER, |_, told| {
            told.remove("scope");
        })]),
    },
    Entry {
        name: "registration-scope-told-wider",
        about: "a client is told all scope values there are, whatever it may have",
        rules: rules!["rfc7591-3.2.1-registered-metadata-returned"],
        lies: OfServer(&[Reply(REGISTER, |_, reply, directory| {
            if reply.status == 201 {
                edit_json(reply, |told| {
                    told.insert("scope".to_owned(), json!(directory.scopes.join(" ")));
                });
            }
        })]),
    },
    Entry {
        name: "registered-public-clients-own-tokens",
        about: "a client that registers without a secret may have the client credentials grant, and gets tokens by it",
        rules: rules!["rfc6749-4.4-client-credentials-confidential-only"],
        lies: OfServer(&[
            Http(REGISTER, |request| {
                edit_asked(request, |asked| {
                    if asks_for_own_tokens(asked) {
                        asked.insert("grant_types".to_owned(), json!(["authorization_code"]));
                        asked.insert("response_types".to_owned(), json!(["code"]));
                    }
                });
            }),
            Client(|client, _| {
                client.client_credentials_grant |= client.self_registered && client.is_public();
            }),
        ]),
    },
    Entry {
        name: "registration-push-demand-forgotten",
        about: "a client that registers to push its requests may ask through the browser alone",
        rules: rules!["rfc9126-6-client-policy-enforced"],
        lies: OfServer(&[Client(|client, _| client.pushed_only &= !client.self_registered)]),
    },
    Entry {
        name: "registered-secrets-unchecked",
        about: "any secret of a client that registered itself is right",
        rules: rules!["rfc6749-4.1.3-client-auth-checked-if-included"],
        lies: OfServer(&[Before(|found, request| {
            let registered = found.client.is_some_and(|client| client.self_registered);
            if let Some((by, secret)) = presented(found, request)
                && registered
            {
                by.credentials = match by.credentials {
                    Credentials::Basic(_) => Credentials::Basic(secret),
                    Credentials::Post(_) => Credentials::Post(secret),
                    Credentials::None => Credentials::None,
                };
            }
        })]),
    },
    Entry {
        name: "registered-uris-uncompared",
        about: "a client that registered itself gets codes at any redirect URI",
        rules: rules!["rfc6749-3.1.2.3-registered-uris-compared"],
        lies: OfServer(&[Client(|client, request| {
            if client.self_registered
                && let Request::Authorize(Authorize { redirect: Ok(Some(uri)), .. }) = request
                && !client.knows(uri)
            {
                client.redirects.push(*uri);
            }
        })]),
    },
    Entry {
        name: "registered-clients-codes-for-any",
        about: "a code of a client that registered itself is redeemed for any client",
        rules: rules!["rfc6749-4.1.3-code-bound-to-client"],
        lies: OfServer(&[Before(|found, request| {
            if let Some((_, grant, Some(client))) = redeemed(found, request)
                && grant.terms.self_registered
            {
                grant.terms.client = client.no;
            }
        })]),
    },
    Entry {
        name: "registered-clients-unproven",
        about: "a client that registered itself needs no secret, whatever it was told",
        rules: rules!["rfc6749-4.1.3-client-auth-required"],
        lies: OfServer(&[Before(|found, request| {
            let registered = found.client.is_some_and(|client| client.self_registered);
            if let Some((by, secret)) = presented(found, request)
                && registered
                && by.credentials == Credentials::None
            {
                by.credentials = Credentials::Basic(secret);
            }
        })]),
    },
    Entry {
        name: "name-in-capitals",
        about: "the consent page shows a client's name in capitals",
        rules: rules!["rfc7591-2.2-name-shown-as-is"],
        lies: OfServer(&[Reply(AUTHORIZE, |_, reply, _| {
            if let Body::Page(Page::Consent { client_name, .. }) = &mut reply.body {
                *client_name = client_name.to_uppercase();
            }
        })]),
    },
    Entry {
        name: "name-as-markup",
        about: "the consent page shows a client's name as markup",
        rules: rules!["rfc6749-10.14-as-sanitizes-input"],
        lies: OfServer(&[Reply(AUTHORIZE, |_, reply, _| {
            if let Body::Page(Page::Consent { ask, client_name, .. }) = &reply.body
                && client_name.contains('<')
            {
                let form = format!(
                    "<form method=\"post\"><input type=\"hidden\" name=\"ask\" value=\"{ask}\">\
                     <button name=\"confirm\" value=\"yes\">Allow</button></form>"
                );
                reply.body = Body::Text(format!("<!doctype html><p>{client_name} asks for access</p>{form}"));
            }
        })]),
    },
];

/// Puts others in the place of these redirect URIs, which no check finds then.
fn hide_uris(request: &mut HttpRequest, is_hidden: fn(&str) -> bool) {
    edit_asked(request, |asked| {
        for uri in asked.get_mut("redirect_uris").and_then(Value::as_array_mut).into_iter().flatten() {
            if uri.as_str().is_some_and(is_hidden) {
                *uri = json!(PLACEHOLDER);
            }
        }
    });
}

/// Whether a client wants tokens for itself and no secret.
fn asks_for_own_tokens(asked: &Members) -> bool {
    let has_no_secret = asked.get("token_endpoint_auth_method").is_some_and(|method| method == "none");
    let grants = asked.get("grant_types").and_then(Value::as_array);
    has_no_secret && grants.is_some_and(|grants| grants.iter().any(|grant| grant == "client_credentials"))
}

/// Whether a redirect URI has more behind the name of this machine than a port, a path or a query.
fn is_look_alike(uri: &str) -> bool {
    ["http://127.0.0.1", "http://localhost", "http://[::1]"].iter().any(|start| {
        let rest = uri.strip_prefix(*start);
        rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['/', ':', '?']))
    })
}

/// Whether a redirect URI of another scheme than https and http has a dot, and none in its scheme.
fn is_dotted_script(uri: &str) -> bool {
    uri.split_once(':').is_some_and(|(scheme, rest)| {
        !["https", "http"].iter().any(|web| scheme.eq_ignore_ascii_case(web))
            && !scheme.contains('.')
            && rest.contains('.')
    })
}
