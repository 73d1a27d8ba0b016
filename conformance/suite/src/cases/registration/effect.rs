//! Dynamic registration: what a client is told of itself holds where it matters (RFC 7591, section 3.2.1).

use std::sync::Arc;

use oauth_rules::{RuleId, rules};
use serde_json::{Value, json};

use crate::browser::Landing;
use crate::case::{Case, Context, Isolation, Severity};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::dpop::{bound, misnamed, says_bound};
use crate::cases::support::refresh::refresh;
use crate::cases::support::spoil;
use crate::cases::support::token_status::{out_wait, within_patience};
use crate::expect;
use crate::flow::{self, Authentication, Registered};
use crate::subject::{Client, Met, Need};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "registration/each-told-uri-is-taken",
        rules: rules!["rfc7591-3.2.1-registered-metadata-returned"],
        about: "Of several redirect URIs that a client registers, a code comes to each that it is told.",
        needs: &[Need::Login, Need::Registration],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(each_told_uri_is_taken(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "registration/told-binding-holds",
        rules: rules!["rfc9449-5.2-bound-client-needs-proof"],
        about: "A client that registers for bound tokens, and is told so, gets none without a proof.",
        needs: &[Need::Login, Need::Registration, Need::Dpop],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(told_binding_holds(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "registration/secret-ends-when-told",
        rules: rules!["rfc7591-3.2.1-secret-expires-at"],
        about: "A client secret that is told to end opens nothing after that.",
        needs: &[Need::Login, Need::Registration],
        isolation: Isolation::Alone,
        slow: true,
        // The text says when a secret ends, and not that it is refused then.
        severity: Severity::Warns,
        run: |ctx| Box::pin(secret_ends_when_told(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "registration/told-secret-is-needed",
        rules: rules!["rfc6749-4.1.3-client-auth-checked-if-included", "rfc6749-4.1.3-client-auth-required"],
        about: "A client that registered itself and was told a secret gets its tokens for that one alone.",
        needs: &[Need::Login, Need::Registration],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(told_secret_is_needed(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "registration/what-takes-effect-is-told",
        rules: rules!["rfc7591-3.2.1-registered-metadata-returned"],
        about: "A client is told of each of its members without which the server treats clients otherwise.",
        needs: &[Need::Login, Need::Registration],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(what_takes_effect_is_told(ctx)),
        ..Case::DEFAULT
    },
];

/// The client of metadata that a server may refuse although it takes plain ones (RFC 7591, section 2); none if it does.
async fn registered_if_taken(ctx: &Context, metadata: &Value) -> Checked<Option<Registered>> {
    flow::registered(ctx, &flow::metadata(ctx)?).await?;
    let answer = flow::register(ctx, metadata).await?;
    expect::judged(&answer).control("a registration")?;
    Ok(flow::as_registered(ctx, &answer).ok())
}

/// That a code came to this redirect URI.
fn code_at(landing: &Landing, uri: &str) -> Checked {
    landing.sent()?;
    let bare = uri.split('?').next().unwrap_or_default();
    match landing {
        Landing::Callback(location) | Landing::Foreign(location)
            if location.is_at(uri) && location.params.has("code") =>
        {
            Ok(())
        }
        Landing::Callback(_) | Landing::Foreign(_) | Landing::Page(_) => {
            Err(landing.exchange().broken(format!("a code at {bare}"), landing.describe()))
        }
    }
}

async fn each_told_uri_is_taken(ctx: &Context) -> Checked {
    let own = ctx.parties().client()?.redirect_uri.clone();
    let mut metadata = flow::metadata(ctx)?;
    metadata["redirect_uris"] = json!([own, "https://app.suite.example/callback"]);
    let Some(registered) = registered_if_taken(ctx, &metadata).await? else {
        return Err(CaseEnd::not_offered("no client is registered with these two redirect URIs"));
    };
    let told = registered.json.get("redirect_uris").and_then(Value::as_array);
    let told: Vec<&str> = told.into_iter().flatten().filter_map(Value::as_str).collect();
    if told.len() < 2 {
        return Err(CaseEnd::not_offered("the answer tells no more than one of two redirect URIs"));
    }
    let mut works = false;
    let mut broken = Vec::new();
    for uri in told {
        let ask = flow::ask(ctx, &registered.client).set("redirect_uri", uri);
        let landing = flow::authorize(ctx, &ask).await?;
        match code_at(&landing, uri).when(&format!("redirect_uri is {uri}")) {
            Ok(()) => works = true,
            Err(end) => broken.push(end),
        }
    }
    if !works {
        // Then it is not about which of them.
        return broken.into_iter().next().map_or(Ok(()), Err).control("an honest flow of the new client");
    }
    for end in broken {
        ctx.tell(end);
    }
    Ok(())
}

async fn told_binding_holds(ctx: &Context) -> Checked {
    const NO_PROOF: &[&str] = &["invalid_dpop_proof", "invalid_grant", "invalid_request", "use_dpop_nonce"];
    const MEMBER: &str = "dpop_bound_access_tokens";
    let mut metadata = flow::metadata(ctx)?;
    metadata[MEMBER] = true.into();
    let mut taken = None;
    if Need::Refresh.met(ctx.target()) == Met::Yes {
        let mut refreshing = metadata.clone();
        refreshing["grant_types"] = json!(["authorization_code", "refresh_token"]);
        taken = registered_if_taken(ctx, &refreshing).await?;
    }
    if taken.is_none() {
        // A server may refuse the grant, and take the member all the same.
        taken = registered_if_taken(ctx, &metadata).await?;
    }
    let Some(registered) = taken else {
        return Err(CaseEnd::not_offered(format!("no client is registered with {MEMBER}")));
    };
    if registered.json.get(MEMBER) != Some(&Value::Bool(true)) {
        return Err(CaseEnd::not_offered(format!("the answer does not tell {MEMBER}")));
    }
    let key = flow::proof_key(ctx);
    let token = bound(ctx, &registered.client, &key).await?;
    if !says_bound(&token) {
        let Some(end) = misnamed(ctx, &token, &key).await? else {
            let end = token.exchange.broken("token_type DPoP", "another token_type");
            return Err(end.control("an honest token request with a proof"));
        };
        // It is bound all the same, and what it is called is another rule's matter.
        ctx.tell(end.under(rules!["rfc9449-5-token-type-dpop"]));
    }
    let code = flow::code(ctx, &registered.client).await?;
    let answer = flow::token(ctx, &flow::redemption(&code)).await?;
    let step =
        ctx.trying("there is no proof", |ctx| expect::refused_by(&expect::PROOF, ctx, &answer, NO_PROOF));
    ctx.told(step);
    let Some(refresh_token) = token.refresh_token else { return Ok(()) };
    let answer = flow::token(ctx, &refresh(&registered.client, &refresh_token)).await?;
    ctx.trying("there is no proof beside its refresh token", |ctx| {
        expect::refused_by(&expect::PROOF, ctx, &answer, NO_PROOF)
    })
}

async fn told_secret_is_needed(ctx: &Context) -> Checked {
    const CHECKED: &[RuleId] = rules!["rfc6749-4.1.3-client-auth-checked-if-included"];
    const REQUIRED: &[RuleId] = rules!["rfc6749-4.1.3-client-auth-required"];
    let client = flow::registered(ctx, &flow::metadata(ctx)?).await?.client;
    let another = flow::registered(ctx, &flow::metadata(ctx)?).await?.client;
    let secret = spoil::secret_of(&client);
    if client.is_public() || secret.is_empty() {
        return Err(CaseEnd::not_offered("the server gave no client_secret"));
    }
    flow::access(ctx, &client).await?;
    let mut wrong = vec![
        ("a character of the secret is another", spoil::middle_changed(secret)),
        ("the last character of the secret is gone", spoil::shortened(secret)),
    ];
    // Equal registrations may be instances of one client.
    if another.id != client.id && spoil::secret_of(&another) != secret {
        wrong.push(("the secret is another new client's", spoil::secret_of(&another).to_owned()));
    }
    let named = Authentication::Id(client.id.clone());
    let mut ways = vec![("there is a client_id and nothing else", named, REQUIRED)];
    for (way, wrong) in wrong {
        ways.extend(spoil::with_secret(&client, &wrong).map(|shown| (way, shown, CHECKED)));
    }
    for (way, authentication, rules) in ways {
        let code = flow::code(ctx, &client).await?;
        let answer = flow::token(ctx, &flow::redemption(&code).authenticated(authentication)).await?;
        let refused = ctx.trying(way, |ctx| expect::token_refused(ctx, &answer, &["invalid_client"]));
        ctx.told(refused.under(rules));
    }
    Ok(())
}

/// A member of a registration that shows in how the server treats the client.
struct Member {
    name: &'static str,
    value: Value,
    /// Whether an answer says so.
    is_told: fn(&Value) -> bool,
}

async fn what_takes_effect_is_told(ctx: &Context) -> Checked {
    let members = [
        Member {
            name: "grant_types",
            value: json!(["authorization_code", "refresh_token"]),
            is_told: |told| {
                told.as_array().is_some_and(|grants| grants.iter().any(|grant| grant == "refresh_token"))
            },
        },
        Member { name: "dpop_bound_access_tokens", value: true.into(), is_told: |told| *told == true },
    ];
    let plain = flow::registered(ctx, &flow::metadata(ctx)?).await?;
    let without = treated(ctx, &plain.client).await?;
    if without == Treated::Refused {
        let reason = "the control failed: the code of a new client is refused";
        return Err(CaseEnd::not_tested(reason).at(&plain.exchange));
    }
    let mut seen = false;
    for Member { name, value, is_told } in members {
        let mut metadata = flow::metadata(ctx)?;
        metadata[name] = value;
        let answer = flow::register(ctx, &metadata).await?;
        answer.response()?;
        let Ok(registered) = flow::as_registered(ctx, &answer) else {
            ctx.note(format!("no client registers with {name}"));
            continue;
        };
        let with = treated(ctx, &registered.client).await?;
        // A server that treats all clients alike has no such member.
        if with == without {
            continue;
        }
        seen = true;
        if !registered.json.get(name).is_some_and(is_told) {
            let expected = format!("{name} as it was registered, since the client is treated by it");
            let saw = registered.json.get(name).map_or_else(|| "no such member".to_owned(), Value::to_string);
            ctx.tell(registered.exchange.broken(expected, saw).when(&format!("{name} is registered")));
        }
    }
    if seen { Ok(()) } else { Err(CaseEnd::not_offered("no member that was tried takes effect")) }
}

/// How the token endpoint answers the plain redemption of a new client's code.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Treated {
    /// By an access token.
    Token,
    /// By an access token and a refresh token.
    TokenAndRefresh,
    /// By a refusal.
    Refused,
}

async fn treated(ctx: &Context, client: &Arc<Client>) -> Checked<Treated> {
    let code = flow::code(ctx, client).await?;
    let answer = flow::token(ctx, &flow::redemption(&code)).await?;
    expect::judged(&answer).control("a token request of a new client")?;
    Ok(match expect::token(&answer) {
        Ok(token) if token.refresh_token.is_some() => Treated::TokenAndRefresh,
        Ok(_) => Treated::Token,
        Err(_) => Treated::Refused,
    })
}

async fn secret_ends_when_told(ctx: &Context) -> Checked {
    let registered = flow::registered(ctx, &flow::metadata(ctx)?).await?;
    let told = registered.json.get("client_secret_expires_at").and_then(Value::as_u64);
    let Some(end) = told.filter(|end| *end > 0) else {
        return Err(CaseEnd::not_offered("the secrets of clients do not end").at(&registered.exchange));
    };
    let lifetime = end.saturating_sub(ctx.unix_time());
    within_patience(ctx, "the client's secret", lifetime)?;
    flow::access(ctx, &registered.client).await?;
    let when = out_wait(ctx, lifetime).await?;
    let ask = flow::ask(ctx, &registered.client);
    let Ok(code) = flow::code_from(&ask, &flow::authorize(ctx, &ask).await?) else {
        ctx.note("a client whose secret has ended is given no code");
        return Ok(());
    };
    let answer = flow::token(ctx, &flow::redemption(&code)).await?;
    ctx.trying(&when, |ctx| expect::token_refused(ctx, &answer, &["invalid_client"]))?;
    Ok(())
}
