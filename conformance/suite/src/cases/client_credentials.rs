//! The client credentials grant (RFC 6749, section 4.4), and what a client is told that may not use a grant.

use std::collections::BTreeMap;

use oauth_rules::rules;
use serde_json::Value;

use crate::case::{Case, Context, Isolation, Severity};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::client_credentials::{Served, own_token, served_client};
use crate::cases::support::honest::ELSEWHERE;
use crate::cases::support::introspection::{Activity, activity, introspect, query, told_token};
use crate::cases::support::spoil;
use crate::expect::{self, Token};
use crate::flow::{self, Authentication};
use crate::subject::{ClientRole, Need};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "client-credentials/for-proven-clients",
        rules: rules!["rfc6749-4.4-client-credentials-confidential-only"],
        about: "No client gets a token of its own without proving who it is.",
        needs: &[Need::ClientCredentials, Need::ConfidentialClient],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(for_proven_clients(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "client-credentials/no-refresh-token",
        rules: rules!["rfc6749-4.4.3-client-credentials-no-refresh-token"],
        about: "A client that can ask again at any time gets no refresh token.",
        needs: &[Need::ClientCredentials, Need::ConfidentialClient],
        run: |ctx| Box::pin(no_refresh_token(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "client-credentials/told-from-a-users-token",
        rules: rules!["rfc9700-4.15.1-token-kinds-distinguishable"],
        // The MUST has a condition that no exchange shows.
        severity: Severity::Warns,
        about: "From what introspection says, a client's own token can be told from a user's.",
        needs: &[Need::ClientCredentials, Need::Introspection, Need::Login, Need::ConfidentialClient],
        run: |ctx| Box::pin(told_from_a_users_token(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "token-errors/unauthorized-client",
        rules: rules!["rfc6749-5.2-unauthorized-client"],
        about: "A client that proved who it is and may not use the grant is told unauthorized_client.",
        needs: &[Need::ClientCredentials, Need::ConfidentialClient],
        run: |ctx| Box::pin(unauthorized_at_token_endpoint(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "errors/unauthorized-client",
        rules: rules!["rfc6749-4.1.2.1-unauthorized-client"],
        about: "A client that is not registered for the code grant gets no code, and is told unauthorized_client.",
        needs: &[Need::Login, Need::ServiceClient],
        run: |ctx| Box::pin(unauthorized_at_authorization_endpoint(ctx)),
        ..Case::DEFAULT
    },
];

async fn for_proven_clients(ctx: &Context) -> Checked {
    let Served { client, request, .. } = served_client(ctx).await?;
    let wrong = spoil::middle_changed(spoil::secret_of(&client));
    let ways: [(_, _, &[&str]); 3] = [
        (
            "there is a client_id and nothing else",
            Some(Authentication::Id(client.id.clone())),
            &["invalid_client", "unauthorized_client"],
        ),
        ("a character of the secret is another", spoil::with_secret(&client, &wrong), &["invalid_client"]),
        (
            "there is no client_id either",
            Some(Authentication::Nothing),
            &["invalid_client", "unauthorized_client", "invalid_request"],
        ),
    ];
    for (way, authentication, errors) in ways {
        let Some(authentication) = authentication else { continue };
        let answer = flow::token(ctx, &request.clone().authenticated(authentication)).await?;
        ctx.tries(way, |ctx| expect::token_refused(ctx, &answer, errors));
    }
    if let Ok(public) = ctx.parties().public() {
        const ERRORS: &[&str] = &["invalid_client", "unauthorized_client", "invalid_request"];
        let answer = flow::token(ctx, &request.as_client(&public)).await?;
        ctx.trying("the client has no secret", |ctx| expect::token_refused(ctx, &answer, ERRORS))?;
    }
    Ok(())
}

async fn no_refresh_token(ctx: &Context) -> Checked {
    let token = served_client(ctx).await?.token;
    // No value is no token.
    if token.json.get("refresh_token").is_some_and(|value| !value.is_null()) {
        return Err(token.exchange.broken("a token response without refresh_token", "one with it"));
    }
    Ok(())
}

/// What does not differ from one token to the next of the same kind, or is a matter of what was asked for; nor, where two clients
/// are compared, what names the client.
fn essence(told: &Activity, are_two_clients: bool) -> BTreeMap<&str, &Value> {
    const VARYING: &[&str] = &["exp", "iat", "nbf", "jti", "scope", "aud", "cnf", "auth_time", "sid"];
    const OF_CLIENT: &[&str] = &["client_id", "azp", "client_name"];
    let varies = |name: &str| VARYING.contains(&name) || (are_two_clients && OF_CLIENT.contains(&name));
    let members = told.json.as_object().into_iter().flatten();
    members.map(|(name, value)| (name.as_str(), value)).filter(|(name, _)| !varies(name)).collect()
}

async fn told_from_a_users_token(ctx: &Context) -> Checked {
    let Served { client, token: own, .. } = served_client(ctx).await?;
    // Where no client may use both grants, the user's token is another client's.
    let are_two = client.role == ClientRole::Service;
    let of_users = if are_two { ctx.parties().confidential()? } else { client };
    let (of_user, caller) = told_token(ctx, &of_users).await?;
    let about = async |token: &Token| {
        let told = activity(&introspect(ctx, &query(&caller, &token.access_token)).await?);
        told.control("introspection of a live token")
    };
    let (own, of_user) = (about(&own).await?, about(&of_user).await?);
    if !own.active {
        let reason = "the control failed: the client's own token is not active for who is told of a user's";
        return Err(CaseEnd::not_tested(reason).at(&own.exchange));
    }
    if own.text("sub").is_some() && own.text("sub") == of_user.text("sub") {
        return Err(own.exchange.broken("another sub than that of a user's token", "the same sub"));
    }
    let told = essence(&own, are_two);
    if told.keys().all(|name| *name == "active") {
        let reason = "introspection tells of a token that it is active and nothing else";
        return Err(CaseEnd::not_offered(reason).at(&own.exchange));
    }
    if told == essence(&of_user, are_two) {
        let expected = "a member by which it can be told from a user's token";
        return Err(own.exchange.broken(expected, "the same members"));
    }
    Ok(())
}

async fn unauthorized_at_token_endpoint(ctx: &Context) -> Checked {
    let served = served_client(ctx).await?.client;
    let (mut unlike, mut granted, mut judged) = (None, false, false);
    let others = ctx.target().registered().filter(|other| !other.is_public() && other.id != served.id);
    let key = flow::proof_key(ctx);
    for other in others {
        let request = own_token(other);
        // One that is registered for bound tokens is refused without a proof, whatever else it may not do.
        let answer = if other.role == ClientRole::Dpop {
            flow::token_proven(ctx, &request, &key).await?
        } else {
            flow::token(ctx, &request).await?
        };
        if expect::token(&answer).is_ok() {
            granted = true;
            continue;
        }
        let json = answer.response()?.json().unwrap_or_default();
        // A client may be registered for the grant, with another scope, or for bound tokens alone.
        let told = json.get("error").and_then(Value::as_str);
        if told.is_some_and(|error| ELSEWHERE.contains(&error)) {
            unlike = Some(answer);
            continue;
        }
        if told == Some("invalid_client") && flow::access(ctx, other).await.is_err() {
            ctx.note(format!(
                "{} gets no token for a code either, so that it may not have proved who it is",
                other.id
            ));
            unlike = Some(answer);
            continue;
        }
        judged = true;
        let way = format!("{} asks for a token of its own", other.id);
        let told = ctx.trying(&way, |ctx| expect::token_code(ctx, &answer, &["unauthorized_client"]));
        ctx.told(told);
    }
    if judged {
        return Ok(());
    }
    match unlike {
        Some(answer) => {
            let reason = "no client is refused for the grant alone: each that is refused may be for its scope, its proof or its secret";
            Err(CaseEnd::not_tested(reason).at(&answer))
        }
        // A server may know no clients without it.
        None if granted => {
            Err(CaseEnd::not_offered("every client of the target may use the client credentials grant"))
        }
        None => {
            let reason = "no other client has a secret; add [second_client]";
            Err(ctx.parties().lacking(Need::SecondClient, reason))
        }
    }
}

async fn unauthorized_at_authorization_endpoint(ctx: &Context) -> Checked {
    flow::code(ctx, &ctx.parties().client()?).await?;
    let ask = flow::ask(ctx, &ctx.parties().client_of(ClientRole::Service)?);
    let ask = if ask.client.redirect_uri.is_empty() { ask.without("redirect_uri") } else { ask };
    let landing = flow::authorize(ctx, &ask).await?;
    // A page is right for a client that has no redirect URI on record.
    if landing.page().is_some() && ask.client.redirect_uri.is_empty() {
        return expect::error_page(ctx, &landing, expect::OWNER_INFORMED);
    }
    if let Some(location) = landing.callback().filter(|at| at.params.has("error")) {
        let state = expect::same_state(&ask, location);
        ctx.told(state.under(rules!["rfc6749-4.1.2.1-state-on-error"]));
    }
    expect::code_refused(ctx, &ask, &landing, &["unauthorized_client"])
}
