//! DPoP at the protected resource (RFC 9449, sections 4.3, 7 and 9).

use std::sync::Arc;

use oauth_rules::rules;

use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _, EndKind};
use crate::cases::support::bearer;
use crate::cases::support::client_credentials::own_token;
use crate::cases::support::dpop::{around, bound, bound_token, says_bound};
use crate::cases::support::dpop_defects::ALL;
use crate::cases::support::refresh::refresh;
use crate::expect;
use crate::flow;
use crate::subject::{ClientRole, Met, Need};
use crate::wire::dpop::{DpopKey, Proof};
use crate::wire::{Actor, Exchange, fields};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "dpop-resource/proof-is-checked",
        rules: rules!["rfc9449-7.1-rs-checks-proof"],
        about: "A bound token opens the resource only with a proof that is right in every respect.",
        needs: &[Need::Login, Need::Dpop, Need::ResourceServer, Need::DpopResource],
        run: |ctx| Box::pin(proof_is_checked(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "dpop-resource/proof-names-the-token",
        rules: rules!["rfc9449-4.3-ath"],
        about: "A proof without the hash of the token, or with that of another, opens nothing.",
        needs: &[Need::Login, Need::Dpop, Need::ResourceServer, Need::DpopResource],
        run: |ctx| Box::pin(proof_names_the_token(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "dpop-resource/key-is-the-tokens",
        rules: rules!["rfc9449-4.3-key-binding"],
        about: "A proof by another key than the token's opens nothing.",
        needs: &[Need::Login, Need::Dpop, Need::ResourceServer, Need::DpopResource],
        run: |ctx| Box::pin(key_is_the_tokens(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "dpop-resource/challenge-says-what",
        rules: rules!["rfc9449-7.1-rs-challenge"],
        about: "The challenge to a bad proof lists the algorithms and has an error.",
        needs: &[Need::Login, Need::Dpop, Need::ResourceServer, Need::DpopResource],
        run: |ctx| Box::pin(challenge_says_what(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "dpop-resource/bound-token-is-no-bearer-token",
        rules: rules!["rfc9449-7.2-bound-token-not-as-bearer", "rfc9700-4.10.1-rs-checks-possession"],
        about: "A bound token behind Bearer opens nothing, with and without a proof.",
        needs: &[Need::Login, Need::Dpop, Need::ResourceServer, Need::DpopResource],
        run: |ctx| Box::pin(bound_token_is_no_bearer_token(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "dpop-resource/unbound-token-is-no-bound-token",
        rules: rules!["rfc9449-7.1-unbound-token-not-as-dpop"],
        about: "A token that is bound to no key opens nothing behind DPoP, with and without a proof.",
        needs: &[Need::Login, Need::Dpop, Need::ResourceServer, Need::DpopResource],
        run: |ctx| Box::pin(unbound_token_is_no_bound_token(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "dpop-resource/no-error-without-a-token",
        rules: rules!["rfc9449-7.2-no-error-without-credentials"],
        about: "No challenge to a request without a token has an error.",
        needs: &[Need::Login, Need::Dpop, Need::ResourceServer, Need::DpopResource],
        run: |ctx| Box::pin(no_error_without_a_token(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "dpop-resource/nonce-asked-for-and-taken",
        rules: rules!["rfc9449-9-rs-use-dpop-nonce"],
        about: "A resource that wants a nonce says use_dpop_nonce in its challenge, gives one, and takes that one next and no other.",
        needs: &[Need::Login, Need::Dpop, Need::ResourceServer, Need::DpopResource],
        run: |ctx| Box::pin(nonce_asked_for_and_taken(ctx)),
        ..Case::DEFAULT
    },
];

/// A bound token that opens the resource with a good proof, and its key. It is a control.
async fn opening(ctx: &Context) -> Checked<(String, DpopKey)> {
    let key = flow::proof_key(ctx);
    let token = bound_token(ctx, &ctx.parties().client()?, &key).await?.access_token;
    let answer = flow::resource_proven(ctx, &token, &key, |proof| proof).await?;
    expect::served(&answer).control("the resource with a bound token and a good proof")?;
    bearer::looks_at_tokens(ctx).await?;
    Ok((token, key))
}

/// The refusal of a bound token whose proof is bad. In what words is a finding of its own: by 401, or 400 for a request
/// that could not be read, and by no other error than those.
fn refused(ctx: &Context, answer: &Arc<Exchange>) -> Checked {
    const ERRORS: &[&str] = &["invalid_dpop_proof", "invalid_token", "use_dpop_nonce", "invalid_request"];
    expect::withheld(answer)?;
    let challenges = fields::challenges(answer.response()?);
    let found = challenges.iter().find_map(|challenge| challenge.param("error"));
    let worded = match found {
        Some(error) if !ERRORS.contains(&error) => Err(answer.broken(
            "a challenge with error invalid_dpop_proof or invalid_token",
            format!("error {error:?}"),
        )),
        _ => expect::not_served(answer, &[400, 401]),
    };
    ctx.told(worded.under(rules!["rfc9449-7.1-rs-challenge"]));
    Ok(())
}

async fn proof_is_checked(ctx: &Context) -> Checked {
    let (token, key) = opening(ctx).await?;
    let around = around(ctx);
    let gives_nonces = ctx.nonce_of(ctx.parties().resource_url()?).is_some();
    for defect in ALL.iter().flat_map(|group| group.iter()) {
        let answer = flow::resource_proven(ctx, &token, &key, |proof| (defect.spoil)(proof, &around)).await?;
        // A nonce of the resource may tell the time in place of the claim.
        if gives_nonces && defect.is_of_age() && expect::served(&answer).is_ok() {
            continue;
        }
        ctx.tries(defect.way, |ctx| refused(ctx, &answer));
    }
    let answer = ctx.send(Actor::Client, flow::bound_request(ctx, &token)?).await?;
    ctx.tries("there is no proof", |ctx| refused(ctx, &answer));
    let answer = flow::resource_proven(ctx, &token, &flow::proof_key(ctx), |proof| proof).await?;
    ctx.tries("it is another key's", |ctx| refused(ctx, &answer));
    let answer = flow::resource_proven(ctx, &token, &key, |proof| proof).await?;
    expect::served(&answer).control("a good proof after the bad ones")
}

async fn proof_names_the_token(ctx: &Context) -> Checked {
    let (token, key) = opening(ctx).await?;
    let (other, _) = opening(ctx).await?;
    let answer = flow::resource_proven(ctx, &token, &key, |proof| proof.without_claim("ath")).await?;
    ctx.tries("there is no ath", |ctx| refused(ctx, &answer));
    let answer = flow::resource_proven(ctx, &token, &key, |proof| proof.for_token(&other)).await?;
    ctx.tries("ath is the hash of another token", |ctx| refused(ctx, &answer));
    let answer = flow::resource_proven(ctx, &token, &key, |proof| proof.claim("ath", token.as_str())).await?;
    ctx.trying("ath is the token itself", |ctx| refused(ctx, &answer))
}

async fn key_is_the_tokens(ctx: &Context) -> Checked {
    let (token, _) = opening(ctx).await?;
    let answer = flow::resource_proven(ctx, &token, &flow::proof_key(ctx), |proof| proof).await?;
    refused(ctx, &answer)
}

async fn challenge_says_what(ctx: &Context) -> Checked {
    let (token, key) = opening(ctx).await?;
    let answer = flow::resource_proven(ctx, &token, &key, Proof::altered).await?;
    refused(ctx, &answer).control("a bad proof is refused")?;
    let challenge = fields::challenge(answer.response()?, "DPoP");
    let Some(challenge) = challenge else {
        return Err(answer.broken("a DPoP challenge with algs and error", "no DPoP challenge"));
    };
    for name in ["error", "algs"] {
        if challenge.param(name).is_none_or(str::is_empty) {
            ctx.tell(answer.broken("a DPoP challenge with algs and error", format!("no {name}")));
        }
    }
    let algs = challenge.param("algs").unwrap_or_default();
    if algs.is_empty() {
        return Ok(());
    }
    if !algs
        .split(' ')
        .all(|name| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'))
    {
        return Err(answer.broken("algorithms with a space between them", format!("algs {algs:?}")));
    }
    Ok(())
}

async fn bound_token_is_no_bearer_token(ctx: &Context) -> Checked {
    bearer::opening_token(ctx).await?;
    let key = flow::proof_key(ctx);
    for (at, (when, token)) in called_bound(ctx, &key).await?.into_iter().enumerate() {
        // Before the good proof: a token that is called bound and opens as a bearer's may be bound to nothing.
        let bare = flow::resource(ctx, &token).await?;
        let request = flow::resource_request(ctx, &token)?;
        let beside =
            flow::send_proven(ctx, Actor::Client, request, &key, |proof| proof.for_token(&token)).await?;
        for (way, answer) in [("there is no proof", bare), ("there is a proof", beside)] {
            let way = format!("{when} and {way}");
            ctx.tries(&way, |ctx| expect::resource_refused(ctx, &answer, &[400, 401]));
        }
        let opened = flow::resource_proven(ctx, &token, &key, |proof| proof).await?;
        let opened = expect::served(&opened).control("the resource with a bound token and a good proof");
        match opened {
            // What other grants are good for at the resource is not known.
            Err(end) if at > 0 && end.kind == EndKind::NotTested => {
                ctx.note(format!("when {when}: the token opens nothing with a proof either"));
            }
            opened => opened?,
        }
    }
    Ok(())
}

/// Tokens that are called bound to this key, of each grant that the target offers, with what was shown for each.
async fn called_bound(ctx: &Context, key: &DpopKey) -> Checked<Vec<(&'static str, String)>> {
    let first = bound_token(ctx, &ctx.parties().client()?, key).await?;
    let mut found = vec![("a code was redeemed", first.access_token)];
    let mut asked = Vec::new();
    if Need::Refresh.met(ctx.target()) == Met::Yes {
        for client in ctx.target().clients.values().filter(|client| client.role != ClientRole::Special) {
            let given = bound(ctx, client, key).await.ok().and_then(|token| token.refresh_token);
            asked.extend(given.map(|given| ("a refresh token was used", refresh(client, &given))));
        }
    }
    if Need::ClientCredentials.met(ctx.target()) == Met::Yes {
        for client in ctx.target().registered().filter(|client| !client.is_public()) {
            asked.push(("a client asked for itself", own_token(client).without("scope")));
        }
    }
    for (when, request) in asked {
        let answer = flow::token_proven(ctx, &request, key).await?;
        if let Ok(token) = expect::token(&answer)
            && says_bound(&token)
        {
            found.push((when, token.access_token));
        }
    }
    Ok(found)
}

async fn unbound_token_is_no_bound_token(ctx: &Context) -> Checked {
    let (_, key) = opening(ctx).await?;
    let unbound = bearer::opening_token(ctx).await?.access_token;
    let answer = flow::resource_proven(ctx, &unbound, &key, |proof| proof).await?;
    ctx.tries("there is a good proof", |ctx| refused(ctx, &answer));
    let answer = ctx.send(Actor::Client, flow::bound_request(ctx, &unbound)?).await?;
    ctx.trying("there is no proof", |ctx| refused(ctx, &answer))
}

async fn no_error_without_a_token(ctx: &Context) -> Checked {
    opening(ctx).await?;
    let answer = bearer::with_header(ctx, None).await?;
    expect::not_served(&answer, &[400, 401]).control("the resource without a token")?;
    for challenge in fields::challenges(answer.response()?) {
        if let Some(error) = challenge.param("error") {
            ctx.tell(
                answer.broken("no error", format!("a challenge {} with error {error:?}", challenge.scheme)),
            );
        }
    }
    Ok(())
}

async fn nonce_asked_for_and_taken(ctx: &Context) -> Checked {
    let key = flow::proof_key(ctx);
    let token = bound_token(ctx, &ctx.parties().client()?, &key).await?.access_token;
    let request = flow::bound_request(ctx, &token)?;
    let bare = flow::proof(ctx, &key, &request).for_token(&token).without_claim("nonce");
    let answer = flow::send_proof(ctx, Actor::Client, &request, &bare).await?;
    if expect::served(&answer).is_ok() {
        return Err(CaseEnd::not_offered("the resource takes proofs without a nonce"));
    }
    let response = answer.response()?;
    let challenges = fields::challenges(response);
    let error = challenges.iter().any(|challenge| challenge.param("error") == Some("use_dpop_nonce"));
    if !error && response.header("dpop-nonce").is_none() {
        // Neither the one nor the other: it was refused for something else.
        expect::served(&answer).control("the resource with a bound token and a good proof")?;
    }
    let good = flow::proof(ctx, &key, &request).for_token(&token);
    if !error || response.status != 401 || response.header("dpop-nonce").is_none() {
        if response.header("dpop-nonce").is_some() {
            // A nonce may come with any answer: that one is wanted shows where it is all that was missing.
            let again = flow::send_proof(ctx, Actor::Client, &request, &good).await?;
            expect::served(&again).control("the resource with a bound token and a good proof")?;
        }
        let expected = "status 401, a DPoP challenge with error use_dpop_nonce, and a DPoP-Nonce header";
        return Err(answer.broken(expected, expect::describe(response)));
    }
    let again = flow::send_proof(ctx, Actor::Client, &request, &good).await?;
    expect::served(&again).when("it comes again with the nonce that was asked for")?;
    let made_up = flow::proof(ctx, &key, &request).for_token(&token).claim("nonce", ctx.fresh());
    let answer = flow::send_proof(ctx, Actor::Client, &request, &made_up).await?;
    ctx.trying("the nonce is made up", |ctx| refused(ctx, &answer)).under(rules!["rfc9449-4.3-nonce"])
}
