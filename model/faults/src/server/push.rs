//! Faults of pushed requests (RFC 9126).

use oauth_core::directory::ClientNo;
use oauth_core::form;
use oauth_core::grant::{Grant, Phase, Pushed};
use oauth_core::http::Body;
use oauth_core::page::Page;
use oauth_core::policy::Lifetime;
use oauth_core::secret::Digest;
use oauth_core::server::authenticate::Credentials;
use oauth_core::server::push::AuthorizePushed;
use oauth_core::server::received::Received;
use oauth_core::server::{Found, Request};
use oauth_core::text::{ChallengeMethod, CodeChallenge};
use oauth_rules::rules;
use serde_json::json;

use super::Lie::{Before, Client, Form, Http, Policy, Query, Read, Reply, Told};
use super::{AUTHORIZE, METADATA, NEVER, PAR};
use crate::edit::{Pairs, edit_location};
use crate::entry::{Entry, Lies::OfServer};

/// What stands between the value of a consent page and a `state` that was not pushed; forms do not escape it.
const BESIDE: char = '*';

const DEMAND: &str = "require_pushed_authorization_requests";

/// In reading order.
pub(crate) const FAULTS: &[Entry] = &[
    Entry {
        name: "request-uri-of-any-client",
        about: "a pushed request is taken under any client's name",
        rules: rules!["rfc9126-2.2-bound-to-client"],
        lies: OfServer(&[Before(|found, request| {
            let client = found.client;
            if let Some((_, grant @ Grant { phase: Phase::Pushed(_), .. })) = brought(found, request)
                && let Some(client) = client
            {
                grant.terms.client = client.no;
            }
        })]),
    },
    Entry {
        name: "request-uri-reusable",
        about: "a pushed request is taken as often as it is brought",
        rules: rules!["rfc9126-4-one-time-use"],
        lies: OfServer(&[Before(|found, request| {
            if let Some((AuthorizePushed { pushed: Some(shown), .. }, grant)) = brought(found, request)
                && matches!(grant.phase, Phase::Coded(_) | Phase::Live(_))
            {
                grant.phase = Phase::Pushed(Pushed { secret: shown.digest, until: NEVER });
            }
        })]),
    },
    Entry {
        name: "request-uri-unexpiring",
        about: "a pushed request is taken however old it is",
        rules: rules!["rfc9126-4-expired-rejected"],
        lies: OfServer(&[Before(|found, request| {
            if let Some((_, Grant { phase: Phase::Pushed(pushed), .. })) = brought(found, request) {
                pushed.until = NEVER;
            }
        })]),
    },
    Entry {
        name: "push-optional",
        about: "a client that is registered to push only may ask through the browser alone",
        rules: rules!["rfc9126-6-client-policy-enforced"],
        lies: OfServer(&[Client(|client, _| client.pushed_only = false)]),
    },
    Entry {
        name: "push-unauthenticated",
        about: "whoever names a client may push for it",
        rules: rules!["rfc9126-2.1-client-authenticated"],
        lies: OfServer(&[Before(|found, request| {
            if let Request::Push(push) = request
                && let (Ok(by), Some(secret)) = (&mut push.by, found.client.and_then(|client| client.secret))
            {
                by.credentials = Credentials::Basic(secret);
            }
        })]),
    },
    Entry {
        name: "push-client-assumed",
        about: "a push without client_id is that of the client that authenticated",
        rules: rules!["rfc9126-2.1-client-id-required"],
        lies: OfServer(&[Before(|found, request| {
            if let (Request::Push(push), Some(client)) = (request, found.client)
                && push.request.client.is_err()
            {
                push.request.client = Ok(Some(client.no));
            }
        })]),
    },
    Entry {
        name: "push-nested-taken",
        about: "a push may have a request_uri, which is left out",
        rules: rules!["rfc9126-2.1-request-uri-parameter-rejected"],
        lies: OfServer(&[Form(PAR, |pairs| pairs.remove("request_uri"))]),
    },
    Entry {
        name: "push-unjudged",
        about: "a push may ask for any response type",
        rules: rules!["rfc9126-2.1-validated-like-authorization-request"],
        lies: OfServer(&[Before(|found, request| {
            if let Request::Push(push) = request
                && let (Ok(ask), Some(_)) = (&mut push.request.ask, found.client)
            {
                ask.response_type_is_code = true;
            }
        })]),
    },
    Entry {
        name: "push-challenge-not-required",
        about: "a push of a client without a secret needs no challenge",
        rules: rules!["rfc9126-2.1-validated-like-authorization-request"],
        lies: OfServer(&[Before(|found, request| {
            if let Request::Push(push) = request
                && let (Ok(ask), Some(client)) = (&mut push.request.ask, found.client)
                && client.is_public()
            {
                // Nobody has its verifier, but the code comes.
                let none = CodeChallenge { method: ChallengeMethod::S256, digest: Digest::of("no verifier") };
                ask.challenge.get_or_insert(none);
            }
        })]),
    },
    Entry {
        name: "push-of-any-grant",
        about: "a client that may not use the code grant pushes requests for codes",
        rules: rules!["rfc9126-2.1-validated-like-authorization-request"],
        lies: OfServer(&[Client(|client, request| {
            client.code_grant |= matches!(request, Request::Push(_));
        })]),
    },
    Entry {
        name: "push-repeats-taken",
        about: "of a parameter that a push has twice the first is taken",
        rules: rules!["rfc9126-2.1-validated-like-authorization-request"],
        lies: OfServer(&[Form(PAR, Pairs::keep_first_of_each)]),
    },
    Entry {
        name: "push-parameters-in-uri",
        about: "a push is also read from the query",
        rules: rules!["rfc9126-2-form-body"],
        lies: OfServer(&[Http(PAR, |request| {
            let query = request.query.take().unwrap_or_default();
            if request.body.is_empty() {
                request.body = query.into_bytes();
            }
        })]),
    },
    Entry {
        name: "push-unannounced",
        about: "the metadata does not say where requests are pushed",
        rules: rules!["rfc9126-2-endpoint-advertised"],
        lies: OfServer(&[Told(METADATA, |_, told| {
            told.insert("pushed_authorization_request_endpoint".to_owned(), json!(null));
        })]),
    },
    Entry {
        name: "push-200",
        about: "a push is answered 200",
        rules: rules!["rfc9126-2.2-success-201"],
        lies: OfServer(&[Reply(PAR, |_, reply, _| {
            if reply.status == 201 {
                reply.status = 200;
            }
        })]),
    },
    Entry {
        name: "push-as-text",
        about: "the answer to a push is sent as text/html",
        rules: rules!["rfc9126-2.2-sent-as-json"],
        lies: OfServer(&[Reply(PAR, |_, reply, _| {
            if reply.status == 201 {
                reply.set("Content-Type", "text/html");
            }
        })]),
    },
    Entry {
        name: "push-lifetime-text",
        about: "the lifetime of a pushed request is text",
        rules: rules!["rfc9126-2.2-expires-in-positive"],
        lies: OfServer(&[Told(PAR, |_, told| {
            told.insert("expires_in".to_owned(), json!("300"));
        })]),
    },
    Entry {
        name: "push-lifetime-too-long",
        about: "a pushed request counts for a minute of the four that are told",
        rules: rules!["rfc9126-2.2-expires-in-positive"],
        lies: OfServer(&[
            Policy(|policy| policy.push_lifetime = Lifetime(60)),
            Told(PAR, |_, told| {
                told.insert("expires_in".to_owned(), json!(240));
            }),
        ]),
    },
    Entry {
        name: "push-stored",
        about: "the answer to a push may be cached",
        rules: rules!["rfc9126-2.2-response-not-stored"],
        lies: OfServer(&[Reply(PAR, |_, reply, _| reply.remove("Cache-Control"))]),
    },
    Entry {
        name: "push-errors-on-page",
        about: "a refused push is answered by a page",
        rules: rules!["rfc9126-2.3-error-like-token-endpoint"],
        lies: OfServer(&[Reply(PAR, |_, reply, _| {
            if matches!(reply.status, 400 | 401) {
                reply.set("Content-Type", "text/html; charset=utf-8");
                reply.body = Body::Page(Page::Refused { text: "the request was refused".to_owned() });
            }
        })]),
    },
    Entry {
        name: "push-methods-404",
        about: "other methods are answered as if nothing were there",
        rules: rules!["rfc9126-2.3-other-method-405"],
        lies: OfServer(&[Reply(PAR, |_, reply, _| {
            if reply.status == 405 {
                reply.status = 404;
            }
        })]),
    },
    Entry {
        name: "push-too-large-400",
        about: "a push that is too large is answered 400",
        rules: rules!["rfc9126-2.3-too-large-413"],
        lies: OfServer(&[Reply(PAR, |_, reply, _| {
            if reply.status == 413 {
                reply.status = 400;
            }
        })]),
    },
    Entry {
        name: "push-demand-unenforced",
        about: "the metadata demands pushed requests, and plain ones are taken",
        rules: rules!["rfc9126-4-par-required-enforced"],
        lies: OfServer(&[Told(METADATA, |_, told| {
            told.insert(DEMAND.to_owned(), json!(true));
        })]),
    },
    Entry {
        name: "push-demand-text",
        about: "the metadata says by text whether requests have to be pushed",
        rules: rules!["rfc9126-5-metadata-boolean"],
        lies: OfServer(&[Told(METADATA, |_, told| {
            told.insert(DEMAND.to_owned(), json!("false"));
        })]),
    },
    Entry {
        name: "pushed-unusable",
        about: "the metadata denies request_uri, and none is taken",
        rules: rules!["rfc9126-5-usable-without-request-uri-support"],
        lies: OfServer(&[
            Query(|pairs| {
                pairs.replace("request_uri", |uri| {
                    if uri.is_empty() { String::new() } else { "urn%3Anone".to_owned() }
                });
            }),
            Told(METADATA, |_, told| {
                told.insert("request_uri_parameter_supported".to_owned(), json!(false));
            }),
        ]),
    },
    Entry {
        name: "pushed-client-assumed",
        about: "a request_uri without client_id is the first client's",
        rules: rules!["rfc9126-4-client-id-beside-request-uri"],
        lies: OfServer(&[Read(|_, received, directory| {
            if let Received::AuthorizePushed { request: pushed, .. } = received
                && pushed.client.is_err()
            {
                pushed.client = Ok(directory.client(ClientNo(0)).map(|entry| entry.client.no));
            }
        })]),
    },
    Entry {
        name: "pushed-parameters-merged",
        about: "a state beside a request_uri replaces the one that was pushed",
        rules: rules!["rfc9126-4-other-parameters-ignored"],
        lies: OfServer(&[
            Http(AUTHORIZE, |request| {
                if request.method == "POST" {
                    Pairs::edit_body(request, |pairs| {
                        pairs.replace("ask", |ask| ask.split(BESIDE).next().unwrap_or_default().to_owned());
                    });
                }
            }),
            Reply(AUTHORIZE, |request, reply, _| {
                let query = Pairs::query(request);
                if let (Some(_), Some(state)) = (query.value("request_uri"), query.value("state"))
                    && let Body::Page(Page::Consent { ask, .. }) = &mut reply.body
                {
                    *ask = format!("{ask}{BESIDE}{state}");
                }
                let body = form::decode(&request.body).unwrap_or_default();
                if let Some((_, state)) = Pairs::of(&body).value("ask").and_then(|ask| ask.split_once(BESIDE))
                {
                    edit_location(reply, |pairs| pairs.replace("state", |_| state.to_owned()));
                }
            }),
        ]),
    },
];

/// A `request_uri` that a browser brings, with its grant.
pub(super) fn brought<'a>(
    found: &'a mut Found<'_>,
    request: &'a Request,
) -> Option<(&'a AuthorizePushed, &'a mut Grant)> {
    if let (Request::AuthorizePushed(pushed), Some(grant)) = (request, &mut found.grant)
        && pushed.pushed.is_some()
    {
        Some((pushed, grant))
    } else {
        None
    }
}
