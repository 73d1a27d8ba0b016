//! Dynamic registration: what a client is told that it may have is what it gets, and no client gets a token of its own without
//! a secret (RFC 6749, section 4.4; RFC 7591, section 3.2.1).

use std::sync::Arc;

use oauth_rules::rules;
use serde_json::{Value, json};

use crate::case::{Case, Context, Isolation};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::client_credentials::{own_token, served_client};
use crate::cases::support::scope::{has_value, stated};
use crate::expect;
use crate::flow::{self, Authentication, Registered};
use crate::subject::{Client, Need};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "registration/no-own-tokens-without-a-secret",
        rules: rules!["rfc6749-4.4-client-credentials-confidential-only"],
        about: "Whoever registers without a secret and asks for the client credentials grant gets no token by it.",
        needs: &[Need::Registration, Need::ClientCredentials, Need::ConfidentialClient],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(no_own_tokens_without_a_secret(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "registration/told-scope-is-what-it-may-have",
        rules: rules!["rfc7591-3.2.1-registered-metadata-returned"],
        about: "The scope that a new client is told is what it may have: no value of it is refused, and no other granted.",
        needs: &[Need::Login, Need::Registration, Need::SecondScope],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(told_scope_is_what_it_may_have(ctx)),
        ..Case::DEFAULT
    },
];

async fn no_own_tokens_without_a_secret(ctx: &Context) -> Checked {
    const REFUSED: &[&str] = &["invalid_client", "unauthorized_client", "invalid_request", "invalid_scope"];
    const GRANT: &str = "client_credentials";
    served_client(ctx).await?;
    flow::registered(ctx, &flow::metadata(ctx)?).await?;
    for (when, grants, responses) in [
        ("it is the one grant that is asked for", json!([GRANT]), json!([])),
        ("the code grant is asked for as well", json!(["authorization_code", GRANT]), json!(["code"])),
    ] {
        let mut metadata = flow::metadata(ctx)?;
        metadata["token_endpoint_auth_method"] = "none".into();
        metadata["grant_types"] = grants;
        metadata["response_types"] = responses;
        let answer = flow::register(ctx, &metadata).await?;
        let Ok(Registered { client, .. }) = flow::as_registered(ctx, &answer) else {
            // How a registration is refused is asked elsewhere.
            ctx.tried(when, expect::judged(&answer).control("a registration without a secret"));
            continue;
        };
        // A secret that came all the same proves something, and is not shown.
        let shown = Authentication::Id(client.id.clone());
        for request in [own_token(&client), own_token(&client).without("scope")] {
            let answer = flow::token(ctx, &request.authenticated(shown.clone())).await?;
            ctx.tries(when, |ctx| expect::token_refused(ctx, &answer, REFUSED));
        }
    }
    Ok(())
}

async fn told_scope_is_what_it_may_have(ctx: &Context) -> Checked {
    let known = ctx.parties().client_where(Need::SecondScope, |client| client.scopes().len() > 1)?;
    let words = known.scopes();
    // What nobody is granted says nothing of the new client.
    for word in &words {
        if !gets(ctx, &known, word).await? {
            let reason = format!("{} does not get scope {word:?}, which the target names", known.id);
            return Err(CaseEnd::not_tested(reason));
        }
    }
    for word in &words {
        let when = format!("{word} is registered");
        ctx.tried(&when, told_scope(&ctx.when(&when), word, &words).await);
    }
    Ok(())
}

/// A client that registers for this scope value is told of what it gets out of all of them.
async fn told_scope(ctx: &Context, word: &str, words: &[&str]) -> Checked {
    let Some(Registered { client, json, exchange }) = registered_for(ctx, word).await? else {
        return Err(CaseEnd::not_offered(format!("no client is registered with scope {word:?}")));
    };
    if !gets(ctx, &client, word).await? {
        let reason =
            format!("the control failed: a client that registered for scope {word:?} does not get it");
        return Err(CaseEnd::not_tested(reason).at(&exchange));
    }
    let told = json.get("scope").and_then(Value::as_str);
    for other in words.iter().filter(|other| **other != word) {
        let is_told = told.map(|told| has_value(told, other));
        let end = match (is_told, gets(ctx, &client, other).await?) {
            // A server may have one scope for all of its clients.
            (None | Some(true), true) | (Some(false), false) => continue,
            (None, false) => {
                exchange.broken(format!("scope in the response, since {other:?} is refused"), "no scope")
            }
            (Some(true), false) => {
                let saw = format!("{other:?} in the scope that is told, and a refusal of it");
                exchange.broken("a scope of which the client may have each value", saw)
            }
            // What is told may be what was registered, and the user the one who decides.
            (Some(false), true) => {
                let saw = format!("scope {other:?}, which is not in the scope that was told");
                ctx.tell(exchange.broken("no scope beyond what was told", saw).warn());
                continue;
            }
        };
        // Whom the server never gives the value, it may have refused for another reason.
        let is_given = match registered_for(ctx, other).await? {
            Some(registered) => gets(ctx, &registered.client, other).await?,
            None => false,
        };
        if is_given {
            ctx.tell(end);
        } else {
            ctx.note(format!("no new client gets scope {other:?}, whatever it registers for"));
        }
    }
    Ok(())
}

/// A new client that asks to be registered for this scope value, if the server takes it.
async fn registered_for(ctx: &Context, word: &str) -> Checked<Option<Registered>> {
    let mut metadata = flow::metadata(ctx)?;
    metadata["scope"] = word.into();
    let answer = flow::register(ctx, &metadata).await?;
    expect::judged(&answer).control("a registration")?;
    Ok(flow::as_registered(ctx, &answer).ok())
}

/// Whether a client gets a token for this scope value, as far as anything says.
async fn gets(ctx: &Context, client: &Arc<Client>, word: &str) -> Checked<bool> {
    let ask = flow::ask(ctx, client).set("scope", word);
    let Some(landing) = flow::landing(ctx, &ask).await? else { return Ok(false) };
    landing.sent()?;
    landing.exchange().response()?;
    let Ok(code) = flow::code_from(&ask, &landing) else { return Ok(false) };
    let token = flow::redeem(ctx, &code).await?;
    let stated = stated(ctx, &token)?;
    Ok(stated.is_none_or(|stated| stated.contains(word)))
}
