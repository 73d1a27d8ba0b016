//! Liberties of introspection, revocation, registration, metadata, pushed requests and protected resources.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hyper::header::{HeaderValue, WWW_AUTHENTICATE};
use hyper::http::StatusCode;
use oauth_rules::rules;
use oauth_suite::outcome::Verdict;
use serde_json::{Map, Value};

use super::message::{Answered, Asked, encoded};
use super::{Act, Liberty, cost, warns};

/// What opens registration where it is closed.
const INITIAL_TOKEN: &str = "initial-access-token-7";

const OPTIONAL: &str = "RFC 7662 2.2: the members that the case reads are OPTIONAL";

pub(super) const LIBERTIES: &[Liberty] = &[
    Liberty {
        name: "introspection-says-active-alone",
        about: "an introspection response has no member but active, and the key of a bound token",
        allowed: "RFC 7662 2.2: all other members are OPTIONAL",
        seen_at: None,
        apart: &["introspection"],
        acts: &[Act::Answer(|_, asked, answered| {
            asked.is("POST", "/introspect")
                && answered.status == StatusCode::OK
                && answered.json(|members| {
                    let before = members.len();
                    members.retain(|name, _| matches!(name.as_str(), "active" | "cnf"));
                    members.len() < before
                })
        })],
        costs: &[
            cost("introspection/expiry-as-promised", Verdict::NotOffered, OPTIONAL),
            cost("introspection/scope-of-the-token", Verdict::NotOffered, OPTIONAL),
            cost("introspection/client-of-the-token", Verdict::NotOffered, OPTIONAL),
            cost("introspection/type-of-the-token", Verdict::NotOffered, OPTIONAL),
            cost("introspection/texts-are-strings", Verdict::NotOffered, OPTIONAL),
            cost("introspection/times-in-seconds", Verdict::NotOffered, OPTIONAL),
            cost("dpop/introspection-names-the-type", Verdict::NotOffered, OPTIONAL),
            cost("audience/named-by-the-token", Verdict::NotOffered, OPTIONAL),
            cost("client-credentials/told-from-a-users-token", Verdict::NotOffered, OPTIONAL),
            cost("login/token-is-the-users-own", Verdict::NotOffered, OPTIONAL),
            warns(
                "resource-indicator/introspection-names-it",
                rules!["rfc8707-2-introspection-aud"],
                "RFC 8707 2 states that introspection tells the audience of a restricted token",
            ),
        ],
    },
    Liberty {
        name: "introspection-with-more-members",
        about: "an introspection response has members of the server's own",
        allowed: "RFC 7662 2.2: service-specific response names",
        seen_at: None,
        apart: &["introspection"],
        acts: &[Act::Answer(|_, asked, answered| {
            asked.is("POST", "/introspect")
                && answered.json(|members| {
                    let is_active = members.get("active") == Some(&Value::Bool(true));
                    if is_active {
                        members.insert("acr".into(), Value::from("1"));
                        members.insert(
                            "realm_access".into(),
                            serde_json::json!({ "roles": ["offline_access"] }),
                        );
                        members.insert("auth_time".into(), Value::from(0));
                    }
                    is_active
                })
        })],
        costs: &[],
    },
    Liberty {
        name: "revocation-with-a-body",
        about: "a revocation is answered by 200 with a JSON object",
        allowed: "RFC 7009 2.2: the content of the response body is ignored",
        seen_at: Some("Authlib, Doorkeeper"),
        apart: &["revocation"],
        acts: &[Act::Answer(|_, asked, answered| {
            let is_due = asked.is("POST", "/revoke") && answered.status == StatusCode::OK;
            if is_due {
                answered.set("content-type", "application/json");
                answered.body = "{}".into();
            }
            is_due
        })],
        costs: &[],
    },
    Liberty {
        name: "metadata-with-more-members",
        about: "the metadata has OpenID Connect's members and some of the server's own",
        allowed: "RFC 8414 2: additional metadata parameters may be used",
        seen_at: None,
        apart: &["metadata"],
        acts: &[Act::Answer(|_, asked, answered| {
            asked.is_for_metadata()
                && answered.json(|members| {
                    members
                        .insert("subject_types_supported".into(), serde_json::json!(["public", "pairwise"]));
                    members.insert("claims_parameter_supported".into(), Value::from(false));
                    members.insert("service_documentation".into(), Value::from("https://as.example/docs"));
                    members.insert("x_vendor".into(), serde_json::json!({ "nested": [1, 2, { "a": null }] }));
                    true
                })
        })],
        costs: &[],
    },
    Liberty {
        name: "metadata-with-what-is-needed",
        about: "the metadata leaves out scopes_supported, protected_resources and require_pushed_authorization_requests",
        allowed: "RFC 8414 2: scopes_supported is RECOMMENDED; RFC 9126 5, RFC 9728 4: the others may be absent",
        seen_at: None,
        apart: &["metadata"],
        acts: &[Act::Answer(|_, asked, answered| {
            asked.is_for_metadata()
                && answered.json(|members| {
                    let before = members.len();
                    for name in
                        ["scopes_supported", "protected_resources", "require_pushed_authorization_requests"]
                    {
                        members.remove(name);
                    }
                    members.len() < before
                })
        })],
        costs: &[cost("par/demand-is-a-boolean", Verdict::NotOffered, "RFC 9126 5: false if omitted")],
    },
    Liberty {
        name: "registration-with-more-members",
        about: "a registration response has members of the server's own and a management URI",
        allowed: "RFC 7591 3.2.1; RFC 7592 3",
        seen_at: None,
        apart: &["registration"],
        acts: &[Act::Answer(|_, asked, answered| {
            asked.is("POST", "/register")
                && answered.status == StatusCode::CREATED
                && answered.json(|members| {
                    members.insert(
                        "registration_client_uri".into(),
                        Value::from("http://127.0.0.1:9/register/x"),
                    );
                    members.insert("registration_access_token".into(), Value::from("rat-3f8e4b1c"));
                    members.insert("require_auth_time".into(), Value::from(false));
                    members.insert("application_type".into(), Value::from("web"));
                    true
                })
        })],
        costs: &[],
    },
    Liberty {
        name: "pushed-requests-answered-with-more-members",
        about: "the answer to a pushed request has a member of the server's own",
        allowed: "RFC 9126 2.2: the listed members are included; none is excluded",
        seen_at: None,
        apart: &[],
        acts: &[Act::Answer(|_, asked, answered| {
            asked.is("POST", "/par")
                && answered.status == StatusCode::CREATED
                && answered.json(|members| members.insert("x_queue".into(), Value::from("a")).is_none())
        })],
        costs: &[],
    },
    Liberty {
        name: "a-further-challenge-before",
        about: "another scheme's challenge stands before that for Bearer, in a field of its own",
        allowed: "RFC 9110 11.6.1: more than one challenge",
        seen_at: None,
        apart: &["challenge"],
        acts: &[Act::Answer(|_, asked, answered| {
            let Some(fields) = challenges(asked, answered) else { return false };
            answered.headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Negotiate"));
            for field in fields {
                answered.headers.append(WWW_AUTHENTICATE, field);
            }
            true
        })],
        costs: &[],
    },
    Liberty {
        name: "challenges-in-one-field",
        about: "all challenges stand in one header field, with another scheme's before",
        allowed: "RFC 9110 11.6.1: a comma-separated list of challenges",
        seen_at: None,
        apart: &["challenge"],
        acts: &[Act::Answer(|_, asked, answered| {
            let Some(fields) = challenges(asked, answered) else { return false };
            let texts: Vec<&str> = fields.iter().filter_map(|field| field.to_str().ok()).collect();
            let joined = format!("Custom realm=\"a, b\" , {}", texts.join(", "));
            let Ok(joined) = HeaderValue::try_from(joined) else { return false };
            answered.headers.insert(WWW_AUTHENTICATE, joined);
            true
        })],
        costs: &[],
    },
    Liberty {
        name: "challenge-scheme-in-lower-case",
        about: "the challenge's scheme is written `bearer`",
        allowed: "RFC 9110 11.1: the scheme is case insensitive",
        seen_at: None,
        apart: &["challenge"],
        acts: &[Act::Answer(|_, asked, answered| {
            let Some(fields) = challenges(asked, answered) else { return false };
            answered.headers.remove(WWW_AUTHENTICATE);
            let mut acted = false;
            for field in fields {
                let text = field.to_str().unwrap_or_default();
                let lower = text.strip_prefix("Bearer").map(|rest| format!("bearer{rest}"));
                acted |= lower.is_some();
                let field = lower.and_then(|text| HeaderValue::try_from(text).ok()).unwrap_or(field);
                answered.headers.append(WWW_AUTHENTICATE, field);
            }
            acted
        })],
        costs: &[],
    },
    Liberty {
        name: "resource-errors-are-pages",
        about: "the resource explains an error in HTML rather than in JSON",
        allowed: "RFC 6750 3: the challenge tells of the error; no body is fixed",
        seen_at: None,
        apart: &["challenge"],
        acts: &[Act::Answer(|_, asked, answered| {
            let is_due = asked.is_for_resource() && answered.status.is_client_error();
            if is_due {
                answered.set("content-type", "text/html;charset=utf-8");
                answered.body = "<html><title>Error</title><h1>Not allowed</h1></html>".into();
            }
            is_due
        })],
        costs: &[],
    },
    Liberty {
        name: "introspection-for-resources-alone",
        about: "a client that is no resource server is told of every token that it is not active",
        allowed: "RFC 7662 2.2: the protected resource is not allowed to introspect this particular token",
        seen_at: None,
        apart: &["introspection"],
        acts: &[Act::Answer(|_, asked, answered| {
            let is_due =
                asked.is("POST", "/introspect") && answered.status == StatusCode::OK && !by_a_resource(asked);
            is_due
                && answered.json(|members| {
                    let is_active = members.get("active") == Some(&Value::Bool(true));
                    if is_active {
                        members.clear();
                        members.insert("active".into(), Value::Bool(false));
                    }
                    is_active
                })
        })],
        costs: &[cost(
            "introspection/knows-which-refresh-token-expired",
            Verdict::NotOffered,
            "a client is told of no token",
        )],
    },
    Liberty {
        name: "audience-by-a-name",
        about: "introspection tells the audience by an abstract name",
        allowed: "RFC 8707 2: the server may map the resource to an abstract identifier",
        seen_at: None,
        apart: &["introspection"],
        acts: &[Act::Answer(|_, asked, answered| {
            asked.is("POST", "/introspect") && {
                let mut acted = false;
                for (path, name) in [("/api/me", "api://me"), ("/api/notes", "api://notes")] {
                    if let Some(origin) = asked.origin() {
                        acted |= answered.replace(&format!("\"{origin}{path}\""), &format!("\"{name}\""));
                    }
                }
                acted
            }
        })],
        costs: &[],
    },
    Liberty {
        name: "metadata-says-more-than-a-client-may",
        about: "the metadata lists grants, response types and methods that none of the suite's clients may use",
        allowed: "RFC 8414 2: a list says what the server supports",
        seen_at: None,
        apart: &["metadata"],
        acts: &[Act::Answer(|_, asked, answered| {
            asked.is_for_metadata()
                && answered.json(|members| {
                    extend(
                        members,
                        "grant_types_supported",
                        &[
                            "urn:ietf:params:oauth:grant-type:device_code",
                            "urn:ietf:params:oauth:grant-type:token-exchange",
                        ],
                    );
                    extend(members, "response_types_supported", &["code id_token"]);
                    extend(members, "token_endpoint_auth_methods_supported", &["tls_client_auth"]);
                    extend(members, "scopes_supported", &["openid", "offline_access"]);
                    extend(members, "response_modes_supported", &["form_post"]);
                    true
                })
        })],
        costs: &[],
    },
    Liberty {
        name: "a-resource-that-says-nothing",
        about: "the resource answers a good token by 200 with a line of text",
        allowed: "RFC 6749 1.2 (F): the resource server serves the request; no text fixes what it serves",
        seen_at: None,
        apart: &["resource content"],
        acts: &[Act::Answer(|_, asked, answered| {
            let is_due = asked.is_for_resource() && answered.status == StatusCode::OK;
            if is_due {
                answered.set("content-type", "text/plain; charset=utf-8");
                answered.body = "hello".into();
            }
            is_due
        })],
        costs: &[],
    },
    Liberty {
        name: "a-resource-without-content",
        about: "the resource answers a good token by 204 and no body",
        allowed: "RFC 6749 1.2 (F): the resource server serves the request; RFC 9110 15.3.5: it was fulfilled, and there is no content to send",
        seen_at: None,
        apart: &["resource content"],
        acts: &[Act::Answer(|_, asked, answered| {
            let is_due = asked.is_for_resource() && answered.status == StatusCode::OK;
            if is_due {
                answered.status = StatusCode::NO_CONTENT;
                answered.headers.remove("content-type");
                answered.body = "".into();
            }
            is_due
        })],
        costs: &[],
    },
    Liberty {
        name: "registration-needs-a-token",
        about: "registration is refused without an initial access token, which the target file has",
        allowed: "RFC 7591 3: an initial access token may be demanded",
        seen_at: Some("oidc-provider"),
        apart: &["registration"],
        acts: &[
            Act::Target(|target| target.registration_token = Some(INITIAL_TOKEN.into())),
            Act::Instead(|_, asked| {
                let shown = asked.header("authorization");
                let is_good = shown == Some(&format!("Bearer {INITIAL_TOKEN}"));
                (asked.is("POST", "/register") && !is_good).then(|| {
                    let mut refused = Answered { status: StatusCode::UNAUTHORIZED, ..Answered::default() };
                    let error = if shown.is_some() { ", error=\"invalid_token\"" } else { "" };
                    refused.set("www-authenticate", &format!("Bearer realm=\"registration\"{error}"));
                    refused
                })
            }),
            Act::Sign(|_, asked, answered| {
                asked.is("POST", "/register") && answered.status == StatusCode::CREATED
            }),
        ],
        costs: &[
            warns(
                "registration/open-to-anyone",
                rules!["rfc7591-3-open-registration"],
                "RFC 7591 3: SHOULD allow requests without one",
            ),
            cost(
                "registration/shown-uris-are-of-one-host",
                Verdict::NotOffered,
                "RFC 7591 5 speaks of registration that is open to everybody",
            ),
        ],
    },
    Liberty {
        name: "issuer-ends-in-a-slash",
        about: "the issuer is the server's origin with a slash behind, wherever it is told",
        allowed: "RFC 8414 3.1: a terminating slash is removed before the well-known path is inserted",
        seen_at: None,
        apart: &["metadata", "introspection"],
        acts: &[
            Act::Target(|target| target.issuer = target.issuer.as_ref().map(|issuer| format!("{issuer}/"))),
            Act::Answer(|_, asked, answered| {
                let Some(origin) = asked.origin() else { return false };
                let written = encoded(&origin);
                let in_url = answered.header("location").and_then(|url| {
                    let told = format!("iss={written}");
                    url.contains(&told).then(|| url.replace(&told, &format!("{told}%2F")))
                });
                if let Some(url) = in_url {
                    answered.set("location", &url);
                    return true;
                }
                answered.replace(&format!("\"{origin}\""), &format!("\"{origin}/\""))
            }),
        ],
        costs: &[],
    },
];

/// Whether the caller authenticates as one of the resource servers.
fn by_a_resource(asked: &Asked) -> bool {
    let basic = asked
        .header("authorization")
        .and_then(|value| value.strip_prefix("Basic "))
        .and_then(|text| BASE64_STANDARD.decode(text).ok());
    let named = asked.parameter("client_id");
    basic.is_some_and(|pair| pair.starts_with(b"resource_"))
        || named.is_some_and(|id| id.starts_with("resource_"))
}

fn extend(members: &mut Map<String, Value>, name: &str, more: &[&str]) {
    if let Some(Value::Array(list)) = members.get_mut(name) {
        list.extend(more.iter().map(|text| Value::from(*text)));
    }
}

/// The challenges of a resource's answer, if it has one.
fn challenges(asked: &Asked, answered: &Answered) -> Option<Vec<HeaderValue>> {
    let fields: Vec<HeaderValue> = answered.headers.get_all(WWW_AUTHENTICATE).iter().cloned().collect();
    (asked.is_for_resource() && !fields.is_empty()).then_some(fields)
}
