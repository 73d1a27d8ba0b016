//! Where the OAuth 2.1 draft asks for something else than RFC 6749 and RFC 9700: these cases belong to the profile
//! `oauth21` alone. Where it asks for the same, its rules stand beside theirs in the other files.

use std::sync::Arc;

use oauth_rules::rules;
use serde_json::Value;

use crate::browser::Landing;
use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::clients::others_that_work;
use crate::cases::support::honest::honest;
use crate::cases::support::provoke::UNKNOWN;
use crate::cases::support::{bearer, spoil};
use crate::expect;
use crate::flow::{self, Authentication, TokenRequest};
use crate::subject::{Client, ClientAuthentication, Need};
use crate::wire::{Actor, Exchange};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "challenge/needed-of-every-public-client",
        rules: rules!["oauth21-4.1.2.1-no-challenge-public-rejected"],
        about: "A public client's authorization request without a challenge gets no code.",
        needs: &[Need::Login, Need::PublicClient],
        run: |ctx| Box::pin(needed_of_every_public_client(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "challenge/needed-of-confidential-clients",
        rules: rules!["oauth21-4.1.2.1-no-challenge-confidential-rejected"],
        about: "A confidential client's authorization request without a challenge gets no code either.",
        needs: &[Need::Login, Need::ConfidentialClient],
        run: |ctx| Box::pin(needed_of_confidential_clients(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "errors/no-token-from-here",
        rules: rules!["oauth21-10.1-no-implicit-grant"],
        about: "A request for a token from the authorization endpoint gets none.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(no_token_from_here(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "client-auth/secret-in-the-body",
        rules: rules!["oauth21-2.4.1-secret-in-body-supported"],
        about: "A client authenticates with its identifier and secret in the form.",
        needs: &[Need::Login, Need::ConfidentialClient],
        run: |ctx| Box::pin(secret_in_the_body(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "code/redeemed-without-redirect-uri",
        rules: rules!["oauth21-10.2-redirect-uri-not-needed-in-token-request"],
        about: "A code with a challenge is redeemed by its verifier, without a redirect URI.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(redeemed_without_redirect_uri(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "code/invalid-replay-ends-nothing",
        rules: rules!["oauth21-7.5.2-invalid-replay-does-not-revoke"],
        about: "A used code with a wrong verifier, or from another client, leaves its tokens alive.",
        needs: &[Need::Login, Need::ResourceServer],
        run: |ctx| Box::pin(invalid_replay_ends_nothing(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "pkce/verifier-if-and-only-if-challenged",
        rules: rules!["oauth21-4.1.3-verifier-iff-challenge"],
        about: "A code is redeemed with a verifier if it had a challenge, and without one if it had none.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(verifier_if_and_only_if_challenged(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "resource/token-in-the-query-is-ignored",
        rules: rules!["oauth21-5.1-rs-ignores-query-token"],
        about: "A token in the query opens nothing, and does not spoil one in the header.",
        needs: &[Need::Login, Need::ResourceServer],
        run: |ctx| Box::pin(token_in_the_query_is_ignored(ctx)),
        ..Case::DEFAULT
    },
];

/// A redemption with a fresh challenge, and its verifier. It is a control that such a code is given.
async fn challenged(ctx: &Context, client: &Arc<Client>) -> Checked<TokenRequest> {
    let ask = flow::ask(ctx, client).with_verifier(&ctx.fresh());
    let landing = flow::authorize(ctx, &ask).await?;
    let code = flow::code_from(&ask, &landing).control("an authorization request with a challenge")?;
    Ok(flow::redemption(&code))
}

async fn no_code_without_challenge(ctx: &Context, client: &Arc<Client>) -> Checked {
    expect::token(&flow::token(ctx, &challenged(ctx, client).await?).await?)
        .control("an honest flow with a challenge")?;
    let ask = flow::ask(ctx, client).without_pkce();
    let landing = flow::authorize(ctx, &ask).await?;
    match landing.callback() {
        Some(location) if location.params.has("error") => {
            let state = expect::same_state(&ask, location);
            ctx.told(state.under(rules!["rfc6749-4.1.2.1-state-on-error"]));
            expect::code_refused(ctx, &ask, &landing, &["invalid_request"])?;
        }
        Some(_) | None => expect::refused(ctx, &ask, &landing, &["invalid_request"])?,
    }
    ctx.live().challenge_was_demanded(client);
    Ok(())
}

/// This client, and the others that fit and are given a token.
async fn all_that_work(
    ctx: &Context,
    first: Arc<Client>,
    fits: fn(&Client) -> bool,
) -> Checked<Vec<Arc<Client>>> {
    let mut all = others_that_work(ctx, &first, fits).await?;
    all.insert(0, first);
    Ok(all)
}

async fn needed_of_every_public_client(ctx: &Context) -> Checked {
    for client in all_that_work(ctx, ctx.parties().public()?, Client::is_public).await? {
        let way = format!("the client is {}", client.id);
        ctx.tried(&way, no_code_without_challenge(&ctx.when(&way), &client).await);
    }
    Ok(())
}

async fn needed_of_confidential_clients(ctx: &Context) -> Checked {
    for client in all_that_work(ctx, ctx.parties().confidential()?, |client| !client.is_public()).await? {
        let way = format!("the client is {}", client.id);
        if ctx.tried(&way, no_code_without_challenge(&ctx.when(&way), &client).await).is_none() {
            ctx.note_once("whoever deploys the server may vouch for another defence (OAuth 2.1, section 4.1.2.1); then --skip this case");
        }
    }
    Ok(())
}

async fn no_token_from_here(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    flow::code(ctx, &client).await?;
    for kind in ["token", "code token"] {
        let ask = flow::ask(ctx, &client).set("response_type", kind);
        let landing = flow::authorize(ctx, &ask).await?;
        if let Landing::Callback(location) | Landing::Foreign(location) = &landing
            && location.brings("access_token")
        {
            let way = format!("the response type is {kind}");
            ctx.tell(location.exchange.broken("no access token", landing.describe()).when(&way));
            continue;
        }
        // Errors of other response types than code may come in the fragment.
        let in_fragment = |location: &crate::browser::Location| {
            let error = location.fragment.first("error");
            error.is_some_and(|error| matches!(error, "unsupported_response_type" | "unauthorized_client"))
        };
        if landing.callback().is_some_and(in_fragment) {
            continue;
        }
        ctx.tries(&format!("the response type is {kind}"), |ctx| {
            expect::refused(
                ctx,
                &ask,
                &landing,
                &["unsupported_response_type", "unauthorized_client", "invalid_request"],
            )
        });
    }
    let listed = ctx.target().metadata("response_types_supported").and_then(Value::as_array);
    let with_token = listed
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .find(|kind| kind.split(' ').any(|word| word == "token"));
    if let Some(kind) = with_token {
        // It may be there for clients of OAuth 2.0.
        let saw = format!("{kind:?}");
        return Err(CaseEnd::broken("response types without token in the metadata", saw)).warn();
    }
    Ok(())
}

async fn secret_in_the_body(ctx: &Context) -> Checked {
    let clients: Vec<&Arc<Client>> = ctx
        .target()
        .clients
        .values()
        .filter(|client| client.authentication == ClientAuthentication::ClientSecretPost)
        .collect();
    if clients.is_empty() {
        let listed =
            ctx.target().metadata_lists("token_endpoint_auth_methods_supported", "client_secret_post");
        if listed {
            return Err(CaseEnd::not_tested(
                "no client of the target has authentication = \"client_secret_post\"",
            ));
        }
        let client = ctx.parties().confidential()?;
        flow::access(ctx, &client).await?;
        if ctx.target().metadata.is_none() {
            return Err(CaseEnd::not_tested(
                "no client of the target has authentication = \"client_secret_post\", and no metadata say who may",
            ));
        }
        let (id, secret) = (client.id.clone(), spoil::secret_of(&client).to_owned());
        let request = challenged(ctx, &client).await?.authenticated(Authentication::Body { id, secret });
        return expect::token(&flow::token(ctx, &request).await?).map(drop);
    }
    for client in clients {
        let way = format!("the client is {}", client.id);
        let request = challenged(ctx, client).await?;
        let granted = honest(expect::token(&flow::token(ctx, &request).await?), "an honest token request");
        if ctx.tried(&way, granted).is_none() {
            continue;
        }
        let wrong = spoil::with_secret(client, &spoil::middle_changed(spoil::secret_of(client)));
        let Some(wrong) = wrong else { continue };
        let request = challenged(ctx, client).await?.authenticated(wrong);
        let answer = flow::token(ctx, &request).await?;
        let ctx = &ctx.when(&way);
        let refused = ctx
            .trying("the secret is another", |ctx| expect::token_refused(ctx, &answer, &["invalid_client"]));
        ctx.told(refused);
    }
    Ok(())
}

async fn redeemed_without_redirect_uri(ctx: &Context) -> Checked {
    let first = ctx.parties().client()?;
    expect::token(&flow::token(ctx, &challenged(ctx, &first).await?).await?)
        .control("an honest flow with a challenge")?;
    for client in all_that_work(ctx, first, |_| true).await? {
        let request = challenged(ctx, &client).await?.without("redirect_uri");
        let granted = honest(expect::token(&flow::token(ctx, &request).await?), "an honest token request");
        ctx.tried(&format!("the client is {}", client.id), granted);
    }
    Ok(())
}

async fn invalid_replay_ends_nothing(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    let other = ctx.target().clients.values().find(|other| other.id != client.id).cloned();
    let own = invalid_replay(ctx, &client, |good| good.set("code_verifier", &ctx.fresh())).await;
    ctx.tried("the verifier is another", own);
    match other {
        Some(other) => invalid_replay(ctx, &client, |good| good.as_client(&other))
            .await
            .when("another client replays it"),
        None => Ok(()),
    }
}

/// A replay that is spoilt in some way beside is refused, and leaves the token alive.
async fn invalid_replay(
    ctx: &Context,
    client: &Arc<Client>,
    spoil: impl FnOnce(TokenRequest) -> TokenRequest + Send,
) -> Checked {
    const REFUSED: &[&str] = &["invalid_grant", "invalid_client", "invalid_request"];
    let good = challenged(ctx, client).await?;
    let token = expect::token(&flow::token(ctx, &good).await?).control("an honest token request")?;
    let before = flow::resource(ctx, &token.access_token).await?;
    expect::served(&before).control("the resource before the replay")?;
    let refusal = flow::token(ctx, &spoil(good)).await?;
    expect::token_refused(ctx, &refusal, REFUSED).control("the replay is refused")?;
    let after = flow::resource(ctx, &token.access_token).await?;
    honest(expect::served(&after), "the resource after the replay")
}

async fn verifier_if_and_only_if_challenged(ctx: &Context) -> Checked {
    let first = ctx.parties().client()?;
    expect::token(&flow::token(ctx, &challenged(ctx, &first).await?).await?)
        .control("an honest flow with a challenge")?;
    for client in all_that_work(ctx, first, |_| true).await? {
        let way = format!("the client is {}", client.id);
        ctx.tried(&way, verifier_iff_challenged(&ctx.when(&way), &client).await);
    }
    Ok(())
}

async fn verifier_iff_challenged(ctx: &Context, client: &Arc<Client>) -> Checked {
    let request = challenged(ctx, client).await?.without("code_verifier");
    let answer = flow::token(ctx, &request).await?;
    ctx.tries("the verifier is left out", |ctx| {
        expect::token_refused(ctx, &answer, &["invalid_grant", "invalid_request"])
    });
    let ask = flow::ask(ctx, client).without_pkce();
    let landing = flow::authorize(ctx, &ask).await?;
    let Ok(code) = flow::code_from(&ask, &landing) else {
        // Refusing the request without a challenge holds too.
        return expect::refused(ctx, &ask, &landing, &["invalid_request"]);
    };
    let answer = flow::token(ctx, &flow::redemption(&code).set("code_verifier", &ctx.fresh())).await?;
    ctx.trying("there was no challenge", |ctx| {
        expect::token_refused(ctx, &answer, &["invalid_request", "invalid_grant"])
    })?;
    if expect::token_error(&answer, &["invalid_grant"]).is_ok() {
        ctx.note_once(
            "a verifier without a challenge is invalid_grant, where the draft names invalid_request",
        );
    }
    Ok(())
}

async fn token_in_the_query_is_ignored(ctx: &Context) -> Checked {
    let good = bearer::opening_token(ctx).await?.access_token;
    let alone = bearer::in_query(flow::resource_request(ctx, &good)?.without_header("Authorization"), &good);
    let answer: Arc<Exchange> = ctx.send(Actor::Client, alone).await?;
    // Whoever says that it does not belong there has not ignored it, and has not let it in either.
    ctx.tried("it stands in the query alone", expect::withheld(&answer));
    let beside =
        ctx.send(Actor::Client, bearer::in_query(flow::resource_request(ctx, &good)?, &good)).await?;
    if beside.status() == Some(400) {
        ctx.note("a token in both places is answered 400, as RFC 6750 asks");
        return Ok(());
    }
    ctx.tried("it stands in the header too", expect::served(&beside));
    let other =
        ctx.send(Actor::Client, bearer::in_query(flow::resource_request(ctx, &good)?, UNKNOWN)).await?;
    expect::served(&other).when("a bad one stands in the query")
}
