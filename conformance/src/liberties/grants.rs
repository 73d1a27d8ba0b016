//! Liberties of what codes, tokens and pushed requests are good for, and for how long after something befell them.

use hyper::Uri;
use hyper::http::StatusCode;
use oauth_rules::{RuleId, rules};
use oauth_suite::outcome::Verdict;
use serde_json::{Value, json};

use super::message::{Answered, Asked, encoded};
use super::relay::Memory;
use super::tokens::{UNASKED, change_text, issues, unwrap_tokens, wrap_tokens};
use super::{Act, Liberty, cost, warns};

/// What a replay breaks that ends nothing.
const SPARED: &[RuleId] =
    rules!["rfc6749-4.1.2-code-reuse-revokes-tokens", "rfc9700-4.2.4-code-replay-revokes-tokens"];
const REPLAY: &str = "RFC 6749 4.1.2, RFC 9700 4.2.4: tokens of a code that comes back SHOULD be revoked";

const LASTING: &str = "no access token is revoked";

/// The scope that each grant has without being asked for.
const DEFAULT: &str = "openid";

/// A scope value that nobody may have.
const NO_SCOPE: &str = "no-scope";

/// How references to pushed requests begin, as the server and as the relay writes them.
const REFERENCES: (&str, &str) = ("urn:ietf:params:oauth:request_uri:", "urn:example:pushed:");

pub(super) const LIBERTIES: &[Liberty] = &[
    Liberty {
        name: "replayed-codes-end-nothing",
        about: "a code that comes back is refused as one that nobody knows, and its tokens live on",
        allowed: "RFC 6749 4.1.2: the server MUST deny the request and SHOULD revoke (when possible) the tokens",
        seen_at: None,
        apart: &["codes"],
        acts: &[
            Act::Request(|memory, asked| {
                let Some(code) = asked.parameter("code").filter(|_| issues(asked)) else { return false };
                memory.get(&format!("redeemed {code}")).is_some()
                    && asked.change_form(|name, value| (name == "code").then(|| format!("{value}-gone")))
            }),
            Act::Answer(|memory, asked, answered| {
                let code = asked.parameter("code").filter(|_| issues(asked));
                if let Some(code) = code.filter(|_| answered.status == StatusCode::OK) {
                    memory.keep(format!("redeemed {code}"), "");
                }
                false
            }),
        ],
        costs: &[
            warns("code/replay-ends-its-tokens", SPARED, REPLAY),
            warns("laws/replay-ends-grant", SPARED, REPLAY),
            warns("driven/replay-ends-the-grant", SPARED, REPLAY),
        ],
    },
    Liberty {
        name: "used-refresh-tokens-stay-good",
        about: "a confidential client gets a new refresh token at each refresh, and the older ones stay good",
        allowed: "RFC 6749 6: the server MAY revoke the old refresh token; RFC 9700 2.2.2 asks rotation for public clients",
        seen_at: Some("Keycloak"),
        apart: &["refresh"],
        acts: &[Act::Request(as_newest), Act::Answer(keep_family)],
        costs: &[],
    },
    Liberty {
        name: "access-tokens-cannot-be-revoked",
        about: "to revoke an access token is answered unsupported_token_type, and the token lives on",
        allowed: "RFC 7009 2: the revocation of access tokens is a SHOULD; 2.2.1: unsupported_token_type",
        seen_at: None,
        apart: &["revocation", "access tokens"],
        acts: &[
            Act::Request(|memory, asked| {
                // The server looks at the client all the same.
                if asked.is("POST", "/revoke") {
                    asked.change_form(|name, value| {
                        let is_due = name == "token" && memory.get(&format!("access {value}")).is_some();
                        is_due.then(|| format!("{value}-kept"))
                    });
                }
                false
            }),
            Act::Answer(keep_access_tokens),
        ],
        costs: &[
            cost("revocation/ends-an-access-token", Verdict::NotOffered, LASTING),
            cost("revocation/ends-access-tokens-of-each-grant", Verdict::NotOffered, LASTING),
            cost("revocation/ends-bound-access-tokens", Verdict::NotOffered, LASTING),
            cost("revocation/takes-the-access-tokens-along", Verdict::NotOffered, LASTING),
            cost("revocation/wrong-hint-hides-no-token", Verdict::NotOffered, LASTING),
            cost("revocation/unknown-hint-is-ignored", Verdict::NotOffered, LASTING),
            cost("revocation/by-post-alone", Verdict::NotOffered, LASTING),
            cost("laws/revoked-access-token-is-dead", Verdict::NotOffered, LASTING),
            cost("laws/active-token-not-revoked", Verdict::NotOffered, LASTING),
            cost("introspection/knows-what-was-revoked", Verdict::NotOffered, LASTING),
            cost(
                "laws/revoked-refresh-token-ends-access",
                Verdict::NotOffered,
                "only where access tokens are revoked does the case look at those beside a refresh token",
            ),
        ],
    },
    Liberty {
        name: "self-contained-tokens-outlive-what-ends-them",
        about: "access tokens have three parts, and open the resource after a replay or a revocation too, of which it does not ask",
        allowed: "RFC 7009 3: access tokens may be self-contained, so that the resource server needs no further interaction; RFC 6749 4.1.2: SHOULD revoke (when possible)",
        seen_at: None,
        apart: &["access tokens", "codes", "resource content"],
        acts: &[
            Act::Request(|memory, asked| {
                unwrap_tokens(memory, asked);
                false
            }),
            Act::Answer(|memory, asked, answered| {
                wrap_tokens(memory, asked, answered);
                false
            }),
            Act::Answer(outlive),
        ],
        costs: &[
            warns("laws/replay-ends-grant", SPARED, REPLAY),
            warns("driven/replay-ends-the-grant", SPARED, REPLAY),
            cost("laws/revoked-access-token-is-dead", Verdict::NotOffered, UNASKED),
            cost("laws/revoked-refresh-token-ends-access", Verdict::NotOffered, UNASKED),
        ],
    },
    Liberty {
        name: "introspection-hears-of-a-revocation-late",
        about: "the first question about a token that was revoked is answered as before the revocation",
        allowed: "RFC 7009 2: there could be a propagation delay, in which some servers know about the invalidation while others do not",
        seen_at: None,
        apart: &["introspection", "revocation"],
        acts: &[Act::Answer(tell_late)],
        costs: &[],
    },
    Liberty {
        name: "a-resource-keeps-what-it-was-told",
        about: "for half a minute a resource serves a revoked token that it has served before, and the target file says so",
        allowed: "RFC 7662 4: a protected resource may cache the response of the introspection endpoint",
        seen_at: None,
        apart: &["resource content", "revocation", "access tokens"],
        acts: &[Act::Target(|target| target.revocation_delay = Some(30)), Act::Answer(serve_late)],
        costs: &[],
    },
    Liberty {
        name: "codes-of-two-kilobytes",
        about: "codes are two kilobytes long",
        allowed: "RFC 6749 4.1.2: the authorization code string size is left undefined; clients should avoid assumptions",
        seen_at: None,
        apart: &["codes"],
        acts: &[
            Act::Request(|_, asked| {
                let tail = long_tail();
                issues(asked)
                    && asked.change_form(|name, value| {
                        value.strip_suffix(tail.as_str()).filter(|_| name == "code").map(str::to_owned)
                    })
            }),
            Act::Answer(|_, _, answered| {
                let Some((url, code)) = answered.header("location").zip(answered.located("code")) else {
                    return false;
                };
                let longer = format!("{}{}{}", &url[..code.end], long_tail(), &url[code.end..]);
                answered.set("location", &longer);
                true
            }),
        ],
        costs: &[],
    },
    Liberty {
        name: "a-default-scope-beside-what-was-asked",
        about: "tokens for users are good for `openid` as well, which is told and which nobody asked for",
        allowed: "RFC 6749 3.3: the scope issued may differ by the server's policy, and then MUST be told",
        seen_at: None,
        apart: &["access tokens", "scope"],
        acts: &[Act::Answer(with_default_scope)],
        costs: &[],
    },
    Liberty {
        name: "scope-has-to-be-named",
        about: "an authorization request without a scope is told invalid_scope",
        allowed: "RFC 6749 3.3: the server processes the request by a default, or fails it indicating an invalid scope",
        seen_at: None,
        apart: &["scope", "error redirects"],
        acts: &[Act::Request(name_no_scope)],
        costs: &[],
    },
    Liberty {
        name: "pushed-requests-by-another-name",
        about: "the references to pushed requests begin with `urn:example:pushed:`",
        allowed: "RFC 9126 2.2: the format of the request_uri value is at the discretion of the authorization server",
        seen_at: None,
        apart: &[],
        acts: &[
            Act::Request(|_, asked| {
                let (ours, theirs) = (encoded(REFERENCES.0), encoded(REFERENCES.1));
                let named = asked.target().contains(&theirs).then(|| asked.target().replace(&theirs, &ours));
                if let Some(uri) = named.and_then(|uri| uri.parse::<Uri>().ok()) {
                    asked.head.uri = uri;
                }
                asked.change_form(|name, value| {
                    let rest = value.strip_prefix(REFERENCES.1).filter(|_| name == "request_uri")?;
                    Some(format!("{}{rest}", REFERENCES.0))
                });
                false
            }),
            Act::Answer(|_, asked, answered| {
                let rename = |text: &str| text.replacen(REFERENCES.0, REFERENCES.1, 1);
                asked.is("POST", "/par")
                    && answered.json(|members| change_text(members, "request_uri", rename))
            }),
        ],
        costs: &[],
    },
];

/// What makes codes long.
fn long_tail() -> String {
    format!("-{}", "0123456789abcdef".repeat(128))
}

/// Serves the resource for a token as it did before the token was ended, but not after it expired: remembers what was served,
/// and which tokens a replay or a revocation ended.
fn outlive(memory: &Memory, asked: &Asked, answered: &mut Answered) -> bool {
    if issues(asked) {
        let tokens = |name: &str| {
            let members: Value = serde_json::from_slice(&answered.body).unwrap_or_default();
            members.get(name).and_then(Value::as_str).map(str::to_owned)
        };
        let code = asked.parameter("code");
        if let Some(token) = tokens("access_token") {
            for origin in code.into_iter().chain(tokens("refresh_token")) {
                memory.keep(format!("issued by {origin}"), token.clone());
            }
        } else if let Some(token) = code.and_then(|code| memory.get(&format!("issued by {code}"))) {
            memory.keep(format!("ended {token}"), "");
        }
        return false;
    }
    if asked.is("POST", "/revoke") && answered.status == StatusCode::OK {
        if let Some(named) = asked.parameter("token") {
            let token = memory.get(&format!("issued by {named}")).unwrap_or(named);
            memory.keep(format!("ended {token}"), "");
        }
        return false;
    }
    let shown = asked.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
    let Some(token) = shown.filter(|_| asked.is_for_resource()) else { return false };
    let opened = format!("opened {} {token}", asked.head.uri.path());
    if answered.status == StatusCode::OK {
        memory.keep(opened, answered.text());
        return false;
    }
    let before = memory.get(&opened).filter(|_| memory.get(&format!("ended {token}")).is_some());
    let Some(content) = before.filter(|_| answered.status == StatusCode::UNAUTHORIZED) else { return false };
    *answered = Answered { body: content.into(), ..Answered::default() };
    answered.set("content-type", "application/json");
    true
}

/// Remembers which tokens were revoked.
fn keep_revoked(memory: &Memory, asked: &Asked, answered: &Answered) {
    if asked.is("POST", "/revoke")
        && answered.status == StatusCode::OK
        && let Some(token) = asked.parameter("token")
    {
        memory.keep(format!("revoked {token}"), "");
    }
}

/// Whether this is the first time that something is said late of a token that was revoked.
fn is_late(memory: &Memory, token: &str) -> bool {
    memory.get(&format!("revoked {token}")).is_some() && memory.keep(format!("late {token}"), "").is_none()
}

/// Tells once more what a caller was told of a token before it was revoked: one answer, which the news overtakes.
fn tell_late(memory: &Memory, asked: &Asked, answered: &mut Answered) -> bool {
    keep_revoked(memory, asked, answered);
    if !asked.is("POST", "/introspect") || answered.status != StatusCode::OK {
        return false;
    }
    let Some(token) = asked.parameter("token") else { return false };
    let told = format!("told {} {token}", asked.header("authorization").unwrap_or_default());
    let active = answered.members().and_then(|members| members.get("active")?.as_bool());
    if active == Some(true) {
        memory.keep(told, answered.text());
        return false;
    }
    let Some(before) = memory.get(&told).filter(|_| is_late(memory, &token)) else { return false };
    answered.body = before.into();
    true
}

/// Serves the resource once more for a revoked token that opened it before: what was told of the token is kept for a while.
fn serve_late(memory: &Memory, asked: &Asked, answered: &mut Answered) -> bool {
    keep_revoked(memory, asked, answered);
    let shown = asked.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
    let Some(token) = shown.filter(|_| asked.is_for_resource()) else { return false };
    let opened = format!("opened {} {token}", asked.head.uri.path());
    if answered.status == StatusCode::OK {
        memory.keep(opened, answered.text());
        return false;
    }
    let is_refused = answered.status == StatusCode::UNAUTHORIZED;
    let before = memory.get(&opened).filter(|_| is_refused && is_late(memory, token));
    let Some(content) = before else { return false };
    *answered = Answered { body: content.into(), ..Answered::default() };
    answered.set("content-type", "application/json");
    true
}

/// Shows the server the newest refresh token of a family in place of an older one.
fn as_newest(memory: &Memory, asked: &mut Asked) -> bool {
    asked.change_form(|name, value| {
        let family = memory.get(&format!("family {value}"))?;
        let newest = memory.get(&format!("newest {family}"))?;
        (matches!(name, "refresh_token" | "token") && newest != value).then_some(newest)
    })
}

/// Remembers which refresh tokens of a confidential client follow one another.
fn keep_family(memory: &Memory, asked: &Asked, answered: &mut Answered) -> bool {
    let is_confidential = asked.has_authorization() || asked.parameter("client_secret").is_some();
    if !issues(asked) || !is_confidential || answered.status != StatusCode::OK {
        return false;
    }
    let shown = asked.parameter("refresh_token");
    answered.json(|members| {
        if let Some(Value::String(issued)) = members.get("refresh_token") {
            let before = shown.and_then(|shown| memory.get(&format!("family {shown}")));
            let family = before.unwrap_or_else(|| issued.clone());
            memory.keep(format!("family {issued}"), family.clone());
            memory.keep(format!("newest {family}"), issued.clone());
        }
        false
    })
}

/// Remembers which access tokens there are, and says of them that they cannot be revoked.
fn keep_access_tokens(memory: &Memory, asked: &Asked, answered: &mut Answered) -> bool {
    if issues(asked) && answered.status == StatusCode::OK {
        return answered.json(|members| {
            if let Some(token) = members.get("access_token").and_then(Value::as_str) {
                memory.keep(format!("access {token}"), "");
            }
            false
        });
    }
    let known =
        asked.parameter("token").is_some_and(|token| memory.get(&format!("access {token}")).is_some());
    let is_due = asked.is("POST", "/revoke") && known && answered.status == StatusCode::OK;
    if is_due {
        answered.status = StatusCode::BAD_REQUEST;
        answered.set("content-type", "application/json");
        answered.body = json!({ "error": "unsupported_token_type" }).to_string().into();
    }
    is_due
}

/// Adds the default scope to what is told of a token, where its request named none of its own.
fn with_default_scope(memory: &Memory, asked: &Asked, answered: &mut Answered) -> bool {
    if answered.status != StatusCode::OK {
        return false;
    }
    let for_user = asked.parameter("grant_type").is_some_and(|grant| grant != "client_credentials");
    let is_issued = issues(asked) && for_user && asked.parameter("scope").is_none();
    let has_default =
        asked.parameter("token").is_some_and(|token| memory.get(&format!("default {token}")).is_some());
    if !(is_issued || asked.is("POST", "/introspect") && has_default) {
        return false;
    }
    answered.json(|members| {
        if let Some(token) = members.get("access_token").and_then(Value::as_str) {
            memory.keep(format!("default {token}"), "");
        }
        change_text(members, "scope", |scope| format!("{scope} {DEFAULT}"))
    })
}

/// Asks in the name of who names no scope for one that the server refuses.
fn name_no_scope(_: &Memory, asked: &mut Asked) -> bool {
    let Some(mut pairs) = asked.authorization() else { return false };
    let has = |wanted: &str| pairs.iter().any(|(name, value)| name == wanted && !value.is_empty());
    if !has("response_type") || has("scope") || has("request_uri") {
        return false;
    }
    pairs.retain(|(name, _)| name != "scope");
    pairs.push(("scope".to_owned(), NO_SCOPE.to_owned()));
    asked.set_authorization(&pairs)
}
