//! Who is told of a token (RFC 7662, sections 2.1 and 4): whom the server knows, and of what is meant for it.

use std::sync::Arc;

use oauth_rules::rules;

use crate::case::{Case, Context, Isolation};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::introspection::{
    Activity, activity, introspect, not_active, nothing_else, query, says_active, told_token,
};
use crate::cases::support::resource_indicators::{open, token_for};
use crate::cases::support::{resource_indicators, spoil};
use crate::expect;
use crate::flow::{self, Authentication};
use crate::subject::{ClientAuthentication, ClientRole, Need};
use crate::wire::Exchange;

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "introspection/not-for-everybody",
        rules: rules!["rfc7662-2.1-authorization-required"],
        about: "Account shows no credentials is told nothing of a live token.",
        needs: &[Need::Introspection, Need::Login],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(not_for_everybody(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "introspection/wrong-credentials-are-told-so",
        rules: rules!["rfc7662-2.3-bad-credentials-401"],
        about: "Wrong credentials are answered 401 with a challenge, and with invalid_client.",
        needs: &[Need::Introspection, Need::Login],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(wrong_credentials_are_told_so(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "introspection/not-of-other-clients-tokens",
        rules: rules!["rfc7662-4-callers-specifically-authorized"],
        about: "A client that is no resource server is told nothing of another client's token.",
        needs: &[Need::Introspection, Need::Login, Need::SecondClient],
        run: |ctx| Box::pin(not_of_other_clients_tokens(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "introspection/of-tokens-for-the-caller",
        rules: rules!["rfc7662-4-audience-of-caller-checked", "rfc7662-2.2-foreign-token-inactive"],
        about: "A resource server is told that a token is active only if the token is for it.",
        needs: &[
            Need::Introspection,
            Need::Login,
            Need::ResourceServer,
            Need::ResourceClient,
            Need::SecondResourceClient,
        ],
        run: |ctx| Box::pin(of_tokens_for_the_caller(ctx)),
        ..Case::DEFAULT
    },
];

/// It was not told that the token is active.
fn untold(answer: &Arc<Exchange>) -> Checked {
    if says_active(answer)? { Err(answer.broken("a refusal", "active: true").granted()) } else { Ok(()) }
}

/// Who shows no credentials learned nothing: by 401, by 400, or by an answer as if there were no such token. Another refusal is
/// a finding of its own, by the rule of what a caller is told who may not ask.
fn learned_nothing(ctx: &Context, answer: &Arc<Exchange>) -> Checked {
    untold(answer)?;
    ctx.told(expect::status(answer, &[200, 400, 401, 403]).under(rules!["rfc7662-2.3-bad-credentials-401"]));
    if answer.response()?.status == 200 {
        not_active(ctx, answer)?;
        ctx.note("who shows no credentials is told active: false, and not that they are missing");
    }
    Ok(())
}

async fn not_for_everybody(ctx: &Context) -> Checked {
    let (token, caller) = told_token(ctx, &ctx.parties().client()?).await?;
    let good = || query(&caller, &token.access_token);
    let wrong = spoil::middle_changed(spoil::secret_of(&caller));
    let ways = [
        ("there are no credentials", Some(Authentication::Nothing)),
        ("there is a client_id and nothing else", Some(Authentication::Id(caller.id.clone()))),
        ("a character of the secret is another", spoil::with_secret(&caller, &wrong)),
    ];
    for (way, authentication) in ways {
        let Some(authentication) = authentication else { continue };
        let answer = introspect(ctx, &good().authenticated(authentication)).await?;
        ctx.tries(way, |ctx| learned_nothing(ctx, &answer));
    }
    if let Ok(public) = ctx.parties().public() {
        let own = flow::access(ctx, &public).await?.access_token;
        let answer = introspect(ctx, &query(&public, &own)).await?;
        // An identifier proves nothing, but somebody who guesses tokens has to know whose they are.
        ctx.trying("a client without a secret asks about its own token", |ctx| learned_nothing(ctx, &answer))
            .warn()?;
    }
    Ok(())
}

async fn wrong_credentials_are_told_so(ctx: &Context) -> Checked {
    let (token, caller) = told_token(ctx, &ctx.parties().client()?).await?;
    let secret = spoil::secret_of(&caller);
    let ways = [
        ("a character of the secret is another", spoil::middle_changed(secret)),
        ("the last character of the secret is gone", spoil::shortened(secret)),
    ];
    for (way, wrong) in ways {
        let Some(wrong) = spoil::with_secret(&caller, &wrong) else { continue };
        let answer = introspect(ctx, &query(&caller, &token.access_token).authenticated(wrong)).await?;
        let basic = caller.authentication == ClientAuthentication::ClientSecretBasic;
        ctx.tried(way, told_so(&answer, basic));
    }
    Ok(())
}

/// Status 401 with `invalid_client`, and a challenge for who used HTTP Basic.
fn told_so(answer: &Arc<Exchange>, basic: bool) -> Checked {
    untold(answer).under(rules!["rfc7662-2.1-authorization-required", "rfc7662-2.3-bad-credentials-401"])?;
    expect::token_error(answer, &["invalid_client"])?;
    let response = answer.response()?;
    if response.status == 401 && (!basic || response.header("www-authenticate").is_some()) {
        return Ok(());
    }
    Err(answer.broken("status 401 with a challenge", format!("status {} without one", response.status)))
}

async fn not_of_other_clients_tokens(ctx: &Context) -> Checked {
    let (client, other) = (ctx.parties().client()?, ctx.parties().second()?);
    if other.is_public() {
        return Err(CaseEnd::not_tested("[second_client] has no secret to show; give it one"));
    }
    let (token, _) = told_token(ctx, &client).await?;
    let plain = query(&other, &token.access_token);
    let answer = introspect(ctx, &plain).await?;
    ctx.told(told_nothing(ctx, &answer));
    if other.authentication == ClientAuthentication::ClientSecretBasic {
        let answer = introspect(ctx, &plain.set("client_id", &client.id)).await?;
        ctx.trying("the client's own client_id stands beside the other's secret", |ctx| {
            told_nothing(ctx, &answer)
        })?;
    }
    Ok(())
}

/// The caller is turned away, or told that the token is not active.
fn told_nothing(ctx: &Context, answer: &Arc<Exchange>) -> Checked {
    if (400..500).contains(&answer.response()?.status) {
        return untold(answer);
    }
    not_active(ctx, answer)?;
    nothing_else(ctx, answer)
}

async fn of_tokens_for_the_caller(ctx: &Context) -> Checked {
    let (first, second) = (
        ctx.parties().client_of(ClientRole::Resource)?,
        ctx.parties().client_of(ClientRole::SecondResource)?,
    );
    let resource = ctx.parties().first_resource()?;
    let client = ctx.parties().client()?;
    let fresh = flow::access(ctx, &client).await?;
    let token = fresh.access_token.clone();
    let told = activity(&introspect(ctx, &query(&first, &token)).await?);
    let told = told.control("introspection of a token by its resource's server")?;
    if !told.active {
        let reason =
            "the control failed: [resource_client] is not told that a token of its resource is active";
        return Err(CaseEnd::not_tested(reason).at(&told.exchange));
    }
    // What is told of the audience may be wrong: then the second resource's refusal says more.
    let refused = match ctx.parties().second_resource() {
        Ok(second) => expect::not_served(&open(ctx, &second, &fresh).await?, &[401]).is_ok(),
        Err(_) => false,
    };
    if !refused && !is_for_it_alone(ctx, &told, &resource.identifier) {
        return Err(CaseEnd::not_offered("the token is for no certain resource server").at(&told.exchange));
    }
    // Who is turned away whatever the question learns nothing of this token either.
    let unknown = introspect(ctx, &query(&second, &ctx.fresh())).await?;
    if unknown.response()?.status == 401 {
        let reason = "the control failed: [second_resource_client] is turned away whatever it asks about";
        return Err(CaseEnd::not_tested(reason).at(&unknown));
    }
    let answer = introspect(ctx, &query(&second, &token)).await?;
    let when = "the token is for the first resource and the second one's server asks";
    ctx.tries(when, |ctx| foreign(ctx, &answer));
    // The other way round shows that the second server is told anything at all.
    let Ok(other) = ctx.parties().second_resource() else { return Ok(()) };
    let Ok(token) = token_for(ctx, &client, &other.identifier).await else { return Ok(()) };
    let told = activity(&introspect(ctx, &query(&second, &token.access_token)).await?);
    let told = told.control("introspection of a token by its resource's server")?;
    if !told.active {
        let reason =
            "the control failed: [second_resource_client] is not told that a token of its resource is active";
        return Err(CaseEnd::not_tested(reason).at(&told.exchange));
    }
    let answer = introspect(ctx, &query(&first, &token.access_token)).await?;
    let when = "the token is for the second resource and the first one's server asks";
    ctx.tries(when, |ctx| foreign(ctx, &answer));
    let both = [resource.identifier.as_str(), other.identifier.as_str()];
    for (narrowed, asks, which) in [(both[0], &second, "first"), (both[1], &first, "second")] {
        // A server may allow one resource at a time.
        let Ok(token) = resource_indicators::token(ctx, &client, &both, &[narrowed]).await else { break };
        let answer = introspect(ctx, &query(asks, &token.access_token)).await?;
        let when =
            format!("both resources were allowed, the token is for the {which}, and the other's server asks");
        ctx.tries(&when, |ctx| foreign(ctx, &answer));
    }
    Ok(())
}

/// It is told of a token for another resource that it is not active. An error in place of that breaks the rule that says in
/// what words, and that alone.
fn foreign(ctx: &Context, answer: &Arc<Exchange>) -> Checked {
    if says_active(answer)? {
        let told = answer.broken("active: false", "active: true").granted();
        return Err(told.under(rules!["rfc7662-4-audience-of-caller-checked"]));
    }
    ctx.told(activity(answer).under(rules!["rfc7662-2.2-foreign-token-inactive"]));
    nothing_else(ctx, answer)
}

/// Whether the token names this resource (by its identifier or its server's id) and not the second.
fn is_for_it_alone(ctx: &Context, told: &Activity, identifier: &str) -> bool {
    let target = ctx.target();
    let names = |role: ClientRole, identifier: Option<&str>| {
        let id = target.others.get(&role).map(|client| client.id.as_str());
        told.audience().into_iter().any(|audience| Some(audience) == id || Some(audience) == identifier)
    };
    let second = target.second_resource.as_ref().map(|resource| resource.identifier.as_str());
    names(ClientRole::Resource, Some(identifier)) && !names(ClientRole::SecondResource, second)
}
