//! Liberties of the token endpoint and of authorization responses: members, values, error answers.

use hyper::header::HeaderValue;
use hyper::http::StatusCode;
use oauth_rules::rules;
use oauth_suite::outcome::Verdict;
use serde_json::{Map, Value};

use super::message::{Answered, Asked};
use super::relay::Memory;
use super::{Act, Liberty, cost, warns};

/// Why no law judges what a resource says of a token of three parts after its end.
pub(super) const UNASKED: &str = "a resource need not ask about tokens that it can read by itself";

const NO_REFRESH: &str = "there are no refresh tokens";

/// What stands around an access token of three parts. The relay takes it off again.
const AROUND: (&str, &str) = ("dG9rZW4tb2YtdGhpcy1zZXJ2ZXI.", ".c2lnbmF0dXJl-_c2lnbmF0dXJl");

/// What stands behind a code that has every unreserved character.
const CODE_TAIL: &str = "~tail-of_a.code";

pub(super) const LIBERTIES: &[Liberty] = &[
    Liberty {
        name: "token-type-in-lower-case",
        about: "token_type is `bearer` or `dpop`",
        allowed: "RFC 6749 5.1: the value is case insensitive",
        seen_at: Some("Hydra, GitHub"),
        apart: &[],
        acts: &[Act::Answer(|_, asked, answered| {
            issues(asked) && answered.json(|members| change_text(members, "token_type", str::to_lowercase))
        })],
        costs: &[],
    },
    Liberty {
        name: "token-response-with-more-members",
        about: "the token response has members of the server's own",
        allowed: "RFC 6749 5.1: the client MUST ignore unrecognized value names; 8.2: a prefix is a SHOULD",
        seen_at: Some("Doorkeeper"),
        apart: &[],
        acts: &[Act::Answer(|_, asked, answered| {
            issues(asked)
                && answered.status == StatusCode::OK
                && answered.json(|members| {
                    members.insert("not-before-policy".into(), Value::from(0));
                    members.insert("session_state".into(), Value::from("3f8e-4b1c"));
                    members.insert("ext_expires_in".into(), Value::from(3599));
                    true
                })
        })],
        costs: &[],
    },
    Liberty {
        name: "refresh-token-lifetime-told",
        about: "the token response says how long the refresh token lives",
        allowed: "RFC 6749 5.1: the client MUST ignore unrecognized value names",
        seen_at: None,
        apart: &["refresh"],
        acts: &[Act::Answer(|_, asked, answered| {
            issues(asked)
                && answered.json(|members| {
                    let is_due = members.contains_key("refresh_token");
                    if is_due {
                        members.insert("refresh_expires_in".into(), Value::from(1_209_600));
                        members.insert("refresh_token_expires_in".into(), Value::from(1_209_600));
                    }
                    is_due
                })
        })],
        costs: &[],
    },
    Liberty {
        name: "expiry-not-told",
        about: "the token response has no expires_in",
        allowed: "RFC 6749 5.1: RECOMMENDED; if omitted, the time SHOULD be told by other means or documented",
        seen_at: None,
        apart: &["expiry"],
        acts: &[Act::Answer(|_, asked, answered| {
            issues(asked) && answered.json(|members| members.remove("expires_in").is_some())
        })],
        costs: &[
            warns(
                "token-response/expires-in",
                rules!["rfc6749-5.1-expires-in"],
                "RFC 6749 5.1: expires_in is RECOMMENDED",
            ),
            cost("introspection/expiry-as-promised", Verdict::NotOffered, "nothing was promised"),
            cost("laws/served-token-in-time", Verdict::NotOffered, "nothing was promised"),
            cost("laws/active-token-in-time", Verdict::NotOffered, "nothing was promised"),
        ],
    },
    Liberty {
        name: "errors-without-description",
        about: "error answers in JSON have the code alone",
        allowed: "RFC 6749 5.2: error_description is OPTIONAL",
        seen_at: None,
        apart: &["error members"],
        acts: &[Act::Answer(|_, _, answered| {
            answered.json(|members| {
                members.contains_key("error") && members.remove("error_description").is_some()
            })
        })],
        costs: &[],
    },
    Liberty {
        name: "errors-with-uri-and-more-members",
        about: "error answers in JSON have error_uri and members of the server's own",
        allowed: "RFC 6749 5.2: error_uri is OPTIONAL; parameters are added to the top level",
        seen_at: None,
        apart: &["error members"],
        acts: &[Act::Answer(|_, _, answered| {
            answered.json(|members| {
                let is_error = members.contains_key("error");
                if is_error {
                    members.insert("error_uri".into(), Value::from("https://as.example/errors#70008"));
                    members.insert("error_codes".into(), Value::from(vec![70008]));
                    members.insert("trace_id".into(), Value::from("6d1f"));
                }
                is_error
            })
        })],
        costs: &[],
    },
    Liberty {
        name: "error-redirects-with-more-parameters",
        about: "error responses carry error_uri and a parameter of the server's own",
        allowed: "RFC 6749 4.1.2.1: error_uri is OPTIONAL; 8.2: parameters of a vendor's own, with a prefix",
        seen_at: None,
        apart: &["error redirects"],
        acts: &[Act::Answer(|_, _, answered| {
            extend_location(
                answered,
                "error",
                "&error_uri=https%3A%2F%2Fas.example%2Ferrors&example_subcode=1",
            )
        })],
        costs: &[],
    },
    Liberty {
        name: "code-responses-with-more-parameters",
        about: "authorization responses carry a parameter of the server's own",
        allowed: "RFC 6749 4.1.2: unrecognized response parameters are ignored",
        seen_at: None,
        apart: &[],
        acts: &[Act::Answer(|_, _, answered| {
            extend_location(answered, "code", "&session_state=3f8e.4b1c&authuser=0")
        })],
        costs: &[],
    },
    Liberty {
        name: "access-tokens-of-three-parts",
        about: "bearer tokens have three parts with periods between them",
        allowed: "RFC 6749 1.4: access tokens can have different formats and structures",
        seen_at: Some("Keycloak"),
        apart: &["access tokens"],
        acts: &[Act::Request(unwrap_tokens), Act::Answer(wrap_tokens)],
        costs: &[
            cost("laws/revoked-access-token-is-dead", Verdict::NotOffered, UNASKED),
            cost("laws/revoked-refresh-token-ends-access", Verdict::NotOffered, UNASKED),
        ],
    },
    Liberty {
        name: "codes-with-every-unreserved-character",
        about: "codes are long and have periods, tildes, hyphens and underscores",
        allowed: "RFC 6749 A.11: code is 1*VSCHAR; 4.1.2: its size is left undefined",
        seen_at: None,
        apart: &["codes"],
        acts: &[
            Act::Request(|_, asked| {
                issues(asked)
                    && asked.change_form(|name, value| {
                        value.strip_suffix(CODE_TAIL).filter(|_| name == "code").map(str::to_owned)
                    })
            }),
            Act::Answer(|_, _, answered| {
                let Some((url, code)) = answered.header("location").zip(answered.located("code")) else {
                    return false;
                };
                let longer = format!("{}{CODE_TAIL}{}", &url[..code.end], &url[code.end..]);
                answered.set("location", &longer);
                true
            }),
        ],
        costs: &[],
    },
    Liberty {
        name: "no-iss-and-none-advertised",
        about: "authorization responses have no iss, and the metadata does not promise one",
        allowed: "RFC 9207 3: the metadata member is false if omitted; RFC 9700 2.1 asks clients for the defence against mix-up",
        seen_at: None,
        apart: &["metadata"],
        acts: &[
            Act::Answer(|_, _, answered| {
                let Some((url, iss)) = answered.header("location").zip(answered.located("iss")) else {
                    return false;
                };
                let begin = iss.start - "&iss=".len();
                let without = format!("{}{}", &url[..begin], &url[iss.end..]);
                answered.set("location", &without);
                true
            }),
            Act::Answer(|_, asked, answered| {
                asked.is_for_metadata()
                    && answered.json(|members| {
                        members.remove("authorization_response_iss_parameter_supported").is_some()
                    })
            }),
        ],
        costs: &[cost("issuer/", Verdict::NotOffered, "RFC 9207 is not offered")],
    },
    Liberty {
        name: "confidential-clients-keep-their-refresh-token",
        about: "a refresh token of a confidential client is not rotated",
        allowed: "RFC 9700 4.14.2: rotation or sender-constraining is asked for public clients",
        seen_at: Some("Authlib, Spring Authorization Server"),
        apart: &["refresh"],
        acts: &[Act::Request(as_current), Act::Answer(as_first)],
        costs: &[],
    },
    Liberty {
        name: "no-refresh-tokens",
        about: "no refresh token is issued, and the metadata names no such grant",
        allowed: "RFC 6749 1.5: issuing a refresh token is optional",
        seen_at: Some("Spring Authorization Server, for public clients"),
        apart: &["refresh"],
        acts: &[
            Act::Target(|target| {
                target.refresh = Some(false);
                target.refresh_token_lifetime = None;
            }),
            Act::Answer(|_, asked, answered| {
                issues(asked) && answered.json(|members| members.remove("refresh_token").is_some())
            }),
            Act::Answer(|_, asked, answered| {
                asked.is_for_metadata()
                    && answered.json(|members| {
                        let grants = members.get_mut("grant_types_supported").and_then(Value::as_array_mut);
                        grants.is_some_and(|grants| {
                            let before = grants.len();
                            grants.retain(|grant| grant != "refresh_token");
                            grants.len() < before
                        })
                    })
            }),
        ],
        costs: &[
            cost("refresh/", Verdict::NotOffered, NO_REFRESH),
            cost("introspection/knows-which-refresh-token-expired", Verdict::NotOffered, NO_REFRESH),
            cost("introspection/no-refresh-token-for-a-resource", Verdict::NotOffered, NO_REFRESH),
            cost("revocation/ends-a-refresh-token", Verdict::NotOffered, NO_REFRESH),
            cost("revocation/ends-bound-refresh-tokens", Verdict::NotOffered, NO_REFRESH),
            cost("revocation/takes-the-access-tokens-along", Verdict::NotOffered, NO_REFRESH),
            cost("revocation/can-be-repeated", Verdict::NotOffered, NO_REFRESH),
            cost("resource-indicator/fewer-than-allowed", Verdict::NotOffered, NO_REFRESH),
            cost("dpop/public-refresh-token-has-a-key", Verdict::NotOffered, NO_REFRESH),
            cost("dpop/confidential-client-changes-its-key", Verdict::NotOffered, NO_REFRESH),
            cost("laws/refresh-", Verdict::NotOffered, NO_REFRESH),
            cost("laws/token-within-consent", Verdict::NotOffered, NO_REFRESH),
            cost("laws/public-refresh-", Verdict::NotOffered, NO_REFRESH),
            cost("laws/revoked-refresh-token-", Verdict::NotOffered, NO_REFRESH),
        ],
    },
    Liberty {
        name: "any-refusal-spends-the-code",
        about: "the first token request that shows a code spends it, a refused one too",
        allowed: "RFC 9700 4.2.4: codes MUST be invalidated after their first use at the token endpoint; no text says that a refused request is none",
        seen_at: Some("Keycloak"),
        apart: &["codes"],
        acts: &[
            Act::Request(|memory, asked| {
                let Some(code) = asked.parameter("code").filter(|_| issues(asked)) else { return false };
                memory.get(&format!("spent {code}")).is_some()
                    && asked.change_form(|name, value| (name == "code").then(|| format!("{value}-spent")))
            }),
            Act::Answer(|memory, asked, answered| {
                let is_refused = answered.status.is_client_error()
                    && answered.error().as_deref() != Some("use_dpop_nonce");
                if let Some(code) = asked.parameter("code").filter(|_| issues(asked)) {
                    if answered.status == StatusCode::OK {
                        memory.keep(format!("redeemed {code}"), "");
                    } else if is_refused && memory.get(&format!("redeemed {code}")).is_none() {
                        memory.keep(format!("spent {code}"), "");
                    }
                }
                false
            }),
        ],
        costs: &[],
    },
    Liberty {
        name: "scope-left-out-where-equal",
        about: "a refresh or client credentials response has no scope where that is the one which was asked for",
        allowed: "RFC 6749 5.1: OPTIONAL, if identical to the scope requested by the client",
        seen_at: None,
        apart: &[],
        acts: &[Act::Answer(|_, asked, answered| {
            // A refresh or client credentials request that names a scope gets that or less.
            let Some(named) =
                asked.parameter("scope").filter(|_| issues(asked) && asked.parameter("code").is_none())
            else {
                return false;
            };
            answered.json(|members| {
                let is_equal = members.get("scope").and_then(Value::as_str) == Some(&named);
                is_equal && members.remove("scope").is_some()
            })
        })],
        costs: &[],
    },
];

/// Whether an exchange is about the issuing of tokens.
pub(super) fn issues(asked: &Asked) -> bool {
    asked.is("POST", "/token")
}

/// Changes a member that is a string; whether it is another now.
pub(super) fn change_text(
    members: &mut Map<String, Value>,
    name: &str,
    change: impl FnOnce(&str) -> String,
) -> bool {
    let Some(Value::String(text)) = members.get_mut(name) else { return false };
    let changed = change(text);
    let is_other = changed != *text;
    *text = changed;
    is_other
}

/// Takes off what stands around tokens before the server sees them.
pub(super) fn unwrap_tokens(_: &Memory, asked: &mut Asked) -> bool {
    let bare = asked.header("authorization").and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        Some(format!("{scheme} {}", unwrapped(token)?))
    });
    if let Some(Ok(bare)) = bare.map(HeaderValue::try_from) {
        asked.head.headers.insert("authorization", bare);
        return true;
    }
    asked.change_form(|_, value| unwrapped(value).map(str::to_owned))
}

/// Puts two more parts around a bearer token.
pub(super) fn wrap_tokens(_: &Memory, asked: &Asked, answered: &mut Answered) -> bool {
    issues(asked)
        && answered.json(|members| {
            let is_bearer = members
                .get("token_type")
                .and_then(Value::as_str)
                .is_some_and(|kind| kind.eq_ignore_ascii_case("bearer"));
            is_bearer
                && change_text(members, "access_token", |token| format!("{}{token}{}", AROUND.0, AROUND.1))
        })
}

fn unwrapped(token: &str) -> Option<&str> {
    token.strip_prefix(AROUND.0)?.strip_suffix(AROUND.1)
}

/// Adds to the query of a redirect that has this parameter.
fn extend_location(answered: &mut Answered, having: &str, more: &str) -> bool {
    let Some((url, _)) = answered.header("location").zip(answered.located(having)) else { return false };
    let end = url.find('#').unwrap_or(url.len());
    let longer = format!("{}{more}{}", &url[..end], &url[end..]);
    answered.set("location", &longer);
    true
}

/// Shows the server the newest refresh token of a grant in place of the first, which the client keeps.
fn as_current(memory: &Memory, asked: &mut Asked) -> bool {
    asked.change_form(|name, value| {
        let current = memory.get(&format!("current {value}")).filter(|current| current != value)?;
        matches!(name, "refresh_token" | "token").then_some(current)
    })
}

/// Remembers the newest refresh token of a confidential client's grant, and tells the client of the first.
fn as_first(memory: &Memory, asked: &Asked, answered: &mut Answered) -> bool {
    let is_confidential = asked.has_authorization() || asked.parameter("client_secret").is_some();
    if !issues(asked) || !is_confidential || answered.status != StatusCode::OK {
        return false;
    }
    let shown = asked.parameter("refresh_token");
    answered.json(|members| {
        let Some(Value::String(issued)) = members.get("refresh_token") else { return false };
        let Some(first) = shown else { return false };
        memory.keep(format!("current {first}"), issued.clone());
        members.insert("refresh_token".into(), Value::from(first));
        true
    })
}
