//! Liberties of error answers: other codes where the text leaves them open, pages where no redirect is due, other statuses.

use hyper::Method;
use hyper::header::{HeaderValue, LOCATION, WWW_AUTHENTICATE};
use hyper::http::StatusCode;
use oauth_rules::{RuleId, rules};
use oauth_suite::outcome::Verdict;
use serde_json::Value;

use super::message::Answered;
use super::{Act, Liberty, cost, warns};

/// Where a server that explains errors on a page of their own has that page.
const ERROR_PAGE: &str = "/error?id=42";

const PAGE: &str = "RFC 6749 4.1.2.1 states that the error is told by redirect";
/// What a page breaks in place of a redirect.
const NO_REDIRECT: &[RuleId] =
    rules!["rfc6749-4.1.2.1-other-errors-redirected", "rfc8707-2.1-invalid-target-by-redirect"];

/// What a challenge breaks that does not say what is wrong with a token.
const UNSAID: &[RuleId] = rules!["rfc6750-3-error-attribute", "rfc6750-3.1-invalid-token-401"];
const LITTLE: &str = "RFC 6750 3, 3.1: the challenge SHOULD say what is wrong with a token";

pub(super) const LIBERTIES: &[Liberty] = &[
    Liberty {
        name: "wrong-secret-in-the-body-answered-400",
        about: "failed client authentication is answered 400 where no Authorization header came",
        allowed: "RFC 6749 5.2: 401 is a MAY there; a MUST only with the header",
        seen_at: Some("Authlib"),
        apart: &[],
        acts: &[Act::Answer(|_, asked, answered| {
            let is_due = asked.is("POST", "/token")
                && answered.status == StatusCode::UNAUTHORIZED
                && !asked.has_authorization()
                && answered.error().as_deref() == Some("invalid_client");
            if is_due {
                answered.status = StatusCode::BAD_REQUEST;
                answered.headers.remove(WWW_AUTHENTICATE);
            }
            is_due
        })],
        costs: &[],
    },
    Liberty {
        name: "missing-verifier-is-invalid-request",
        about: "a token request without the code_verifier that is due is answered invalid_request",
        allowed: "RFC 6749 5.2: the request is missing a required parameter; RFC 7636 4.6 fixes a code only for values that differ",
        seen_at: Some("Authlib"),
        apart: &["error members"],
        acts: &[Act::Answer(|_, asked, answered| {
            asked.is("POST", "/token")
                && asked.parameter("code").is_some()
                && asked.parameter("code_verifier").is_none()
                && answered.text().contains("code_verifier")
                && other_code(answered, "invalid_grant", "invalid_request")
        })],
        costs: &[],
    },
    Liberty {
        name: "missing-redirect-uri-is-invalid-request",
        about: "a token request without the redirect_uri that is due is answered invalid_request",
        allowed: "RFC 6749 5.2: the request is missing a required parameter; 4.1.3: redirect_uri is REQUIRED where the authorization request had one",
        seen_at: None,
        apart: &["error members"],
        acts: &[Act::Answer(|_, asked, answered| {
            asked.is("POST", "/token")
                && asked.parameter("code").is_some_and(|code| !code.is_empty())
                && asked.parameter("redirect_uri").unwrap_or_default().is_empty()
                && other_code(answered, "invalid_grant", "invalid_request")
        })],
        costs: &[],
    },
    Liberty {
        name: "implicit-requests-are-of-an-unauthorized-client",
        about: "a request for a token from the authorization endpoint is told unauthorized_client",
        allowed: "RFC 6749 4.2.2.1: the client is not authorized to request an access token using this method",
        seen_at: None,
        apart: &["error redirects"],
        acts: &[Act::Answer(|_, asked, answered| {
            let query = asked.head.uri.query().unwrap_or_default();
            let mut pairs = url::form_urlencoded::parse(query.as_bytes());
            let is_implicit = pairs.any(|(name, value)| name == "response_type" && value == "token");
            let Some((url, at)) = answered.header("location").zip(answered.located("error")) else {
                return false;
            };
            if !is_implicit || &url[at.clone()] != "unsupported_response_type" {
                return false;
            }
            let told = format!("{}unauthorized_client{}", &url[..at.start], &url[at.end..]);
            answered.set("location", &told);
            true
        })],
        costs: &[],
    },
    Liberty {
        name: "json-requests-are-415",
        about: "a token request or a push in JSON is answered by status 415 alone",
        allowed: "RFC 9110 15.5.16: the content is in a format not supported; RFC 6749 3.2, RFC 9126 2 have forms alone",
        seen_at: None,
        apart: &[],
        acts: &[Act::Instead(|_, asked| {
            let kind = asked.header("content-type").unwrap_or_default().to_ascii_lowercase();
            let is_due = kind.starts_with("application/json")
                && (asked.is("POST", "/token") || asked.is("POST", "/par"));
            is_due.then(|| Answered { status: StatusCode::UNSUPPORTED_MEDIA_TYPE, ..Answered::default() })
        })],
        costs: &[],
    },
    Liberty {
        name: "foreign-token-answered-200",
        about: "another client's token at the revocation endpoint is treated as unknown: 200, and nothing happens",
        allowed: "RFC 7009 2.1 states the refusal without a keyword; 2.2: 200 for an invalid token, as which it is treated",
        seen_at: Some("oidc-provider, for public clients"),
        apart: &["revocation"],
        acts: &[Act::Answer(|_, asked, answered| {
            let is_due = asked.is("POST", "/revoke") && answered.error().as_deref() == Some("invalid_grant");
            if is_due {
                answered.status = StatusCode::OK;
                answered.body = "".into();
                answered.headers.remove("content-type");
            }
            is_due
        })],
        costs: &[],
    },
    Liberty {
        name: "a-page-in-place-of-the-error-redirect",
        about: "a bad scope, a repeated parameter and the like end on a page of the server",
        allowed: "RFC 6749 4.1.2.1 has no keyword for these",
        seen_at: Some("Doorkeeper"),
        apart: &["error redirects"],
        acts: &[Act::Answer(|_, asked, answered| {
            let query = asked.head.uri.query().unwrap_or_default();
            let types: Vec<_> = url::form_urlencoded::parse(query.as_bytes())
                .filter(|(name, _)| name == "response_type")
                .collect();
            let is_code = matches!(types.as_slice(), [(_, value)] if value == "code");
            let is_due = answered.header("location").is_some_and(|url| {
                let has = |code: &str| url.contains(&format!("error={code}"));
                // What a MUST sends back by redirect stays: RFC 6749 3.1.1, RFC 7636 4.4.1, and the user's no.
                let has_challenge = url.contains("challenge");
                url.contains("error=") && is_code && !has_challenge && !has("access_denied")
            });
            if is_due {
                *answered = error_page(StatusCode::BAD_REQUEST);
            }
            is_due
        })],
        costs: &[
            warns("authorize/repeated-parameter-refused", NO_REDIRECT, PAGE),
            warns("errors/told-to-the-client", NO_REDIRECT, PAGE),
            warns("errors/invalid-request", NO_REDIRECT, PAGE),
            warns("errors/invalid-scope", NO_REDIRECT, PAGE),
            warns("errors/unauthorized-client", NO_REDIRECT, PAGE),
            warns("resource-indicator/absolute-without-fragment", NO_REDIRECT, PAGE),
            warns("resource-indicator/unknown-is-told-by-redirect", NO_REDIRECT, PAGE),
        ],
    },
    Liberty {
        name: "errors-on-a-page-of-their-own",
        about: "a page of refusal with status 400 comes by a redirect to another address, and has status 200",
        allowed: "RFC 6749 3.1.2.4: the server informs the resource owner of the error",
        seen_at: None,
        apart: &[],
        acts: &[
            Act::Answer(|_, asked, answered| {
                let is_due = asked.head.uri.path() == "/authorize"
                    && answered.is_page()
                    && answered.status == StatusCode::BAD_REQUEST;
                if is_due {
                    answered.status = StatusCode::SEE_OTHER;
                    answered.body = "".into();
                    answered.headers.remove("content-type");
                    answered.headers.insert(LOCATION, HeaderValue::from_static(ERROR_PAGE));
                }
                is_due
            }),
            Act::Instead(|_, asked| (asked.head.uri.path() == "/error").then(|| error_page(StatusCode::OK))),
        ],
        costs: &[],
    },
    Liberty {
        name: "get-at-the-token-endpoint-is-unknown",
        about: "nothing is found by a GET at the token endpoint",
        allowed: "RFC 6749 3.2: the client MUST use POST, and no answer to a GET is fixed; RFC 9110 9.1: 405 is a SHOULD",
        seen_at: None,
        apart: &[],
        acts: &[Act::Instead(|_, asked| {
            let is_due = asked.head.method == Method::GET && asked.head.uri.path() == "/token";
            is_due.then(|| {
                let mut missing = error_page(StatusCode::NOT_FOUND);
                missing.body = "404 page not found".into();
                missing.set("content-type", "text/plain");
                missing
            })
        })],
        costs: &[],
    },
    Liberty {
        name: "no-post-at-the-authorization-endpoint",
        about: "authorization requests are taken by GET alone",
        allowed: "RFC 6749 3.1: POST is a MAY",
        seen_at: None,
        apart: &[],
        acts: &[Act::Instead(|_, asked| {
            let is_due = asked.is("POST", "/authorize") && asked.parameter("client_id").is_some();
            is_due.then(|| {
                let mut refused = error_page(StatusCode::METHOD_NOT_ALLOWED);
                refused.set("allow", "GET, HEAD");
                refused
            })
        })],
        costs: &[],
    },
    Liberty {
        name: "too-little-scope-is-401",
        about: "a resource answers a token of too little scope by 401 invalid_token",
        allowed: "RFC 6750 3.1: SHOULD respond with 403",
        seen_at: None,
        apart: &["challenge"],
        acts: &[Act::Answer(|_, asked, answered| {
            let is_due = asked.is_for_resource() && answered.status == StatusCode::FORBIDDEN;
            if is_due {
                answered.status = StatusCode::UNAUTHORIZED;
                answered.set("www-authenticate", "Bearer realm=\"resource\", error=\"invalid_token\"");
            }
            is_due
        })],
        costs: &[warns(
            "resource/small-scope-is-told-so",
            rules!["rfc6750-3.1-insufficient-scope-403"],
            "RFC 6750 3.1: SHOULD respond with 403",
        )],
    },
    Liberty {
        name: "challenges-that-say-little",
        about: "a resource answers a 401 to a request without a proof by `Bearer realm` alone",
        allowed: "RFC 6750 3: SHOULD include the error attribute; nothing demands resource_metadata (RFC 9728 5.1)",
        seen_at: None,
        apart: &["challenge"],
        acts: &[Act::Answer(|_, asked, answered| {
            let is_due = asked.is_for_resource()
                && answered.status == StatusCode::UNAUTHORIZED
                && !asked.head.headers.contains_key("dpop");
            if is_due {
                answered.set("www-authenticate", "Bearer realm=\"resource\"");
                answered.body = "".into();
                answered.headers.remove("content-type");
            }
            is_due
        })],
        costs: &[
            warns("resource/bad-token-is-told-so", UNSAID, LITTLE),
            warns("resource-challenge/says-what-is-wrong", UNSAID, LITTLE),
            warns("resource-indicator/token-is-for-it", UNSAID, LITTLE),
            warns("resource-indicator/bounds-the-grant", UNSAID, LITTLE),
            warns("resource-indicator/fewer-than-allowed", UNSAID, LITTLE),
            warns("resource-metadata/tokens-for-one-resource", UNSAID, LITTLE),
            warns("audience/another-resource-refuses", UNSAID, LITTLE),
            warns("audience/told-and-kept", UNSAID, LITTLE),
            cost(
                "resource-metadata/named-by-the-challenge",
                Verdict::NotOffered,
                "RFC 9728 5.1: nothing demands it",
            ),
        ],
    },
];

fn error_page(status: StatusCode) -> Answered {
    let html = "<!DOCTYPE html><html lang=\"en\"><title>Error</title><h1>This did not work</h1></html>";
    Answered::page(status, html.to_owned())
}

/// Changes an error code of JSON.
fn other_code(answered: &mut Answered, from: &str, to: &str) -> bool {
    answered.json(|members| {
        let is_due = members.get("error").and_then(Value::as_str) == Some(from);
        if is_due {
            members.insert("error".into(), Value::from(to));
        }
        is_due
    })
}
