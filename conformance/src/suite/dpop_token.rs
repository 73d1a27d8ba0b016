//! DPoP at the token endpoint: which proofs are good, and what a good one is worth (RFC 9449, sections 4.3 and 5).
//!
//! Nonces are in `dpop_nonce.rs`, what is bound to a key in `dpop_binding.rs`, the resource in `dpop_resource.rs`.

use std::sync::Arc;
use std::time::Duration;

use oauth_model::rules;
use serde_json::Value;
use url::Url;

use super::dpop_defects::{
    AGE, ALGORITHM, ALL, Around, CLAIMS, Defect, MALFORMED, METHOD, PRIVATE_KEY, SIGNATURE, TWICE, TYPE, URL,
};
use crate::case::Case;
use crate::context::Context;
use crate::exchange::{Actor, Exchange, Request};
use crate::expect::{self, Token};
use crate::need::{Met, Need};
use crate::proof::{Proof, ProofKey};
use crate::stop::{Checked, Ending as _, Stop};
use crate::target::Client;

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "dpop/token-is-bound",
        rules: rules!["rfc9449-5-token-type-dpop"],
        about: "A token that is bound to the key of a good proof is announced as DPoP.",
        needs: &[Need::Login, Need::Dpop],
        run: |ctx| Box::pin(token_is_bound(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "dpop/bad-proof-gets-no-token",
        rules: rules!["rfc9449-4.3-proof-checked-at-token-endpoint"],
        about: "A proof that is wrong in any one respect gets no token.",
        needs: &[Need::Login, Need::Dpop],
        run: |ctx| Box::pin(bad_proof_gets_no_token(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "dpop/one-proof-a-request",
        rules: rules!["rfc9449-4.3-one-header-field"],
        about: "Two proofs in one request are refused, even if both are right.",
        needs: &[Need::Login, Need::Dpop],
        run: |ctx| Box::pin(refuses(ctx, TWICE)),
        ..Case::DEFAULT
    },
    Case {
        id: "dpop/proof-is-a-jwt",
        rules: rules!["rfc9449-4.3-well-formed-jwt"],
        about: "What is no JWT is no proof.",
        needs: &[Need::Login, Need::Dpop],
        run: |ctx| Box::pin(refuses(ctx, MALFORMED)),
        ..Case::DEFAULT
    },
    Case {
        id: "dpop/claims-are-required",
        rules: rules!["rfc9449-4.3-required-claims"],
        about: "A proof that lacks jti, htm, htu or iat is refused.",
        needs: &[Need::Login, Need::Dpop],
        run: |ctx| Box::pin(refuses(ctx, CLAIMS)),
        ..Case::DEFAULT
    },
    Case {
        id: "dpop/type-is-checked",
        rules: rules!["rfc9449-4.3-typ"],
        about: "A JWT of another type is no proof.",
        needs: &[Need::Login, Need::Dpop],
        run: |ctx| Box::pin(refuses(ctx, TYPE)),
        ..Case::DEFAULT
    },
    Case {
        id: "dpop/algorithm-is-asymmetric",
        rules: rules!["rfc9449-4.3-alg-asymmetric"],
        about: "A proof without a signature, or with a MAC, is refused.",
        needs: &[Need::Login, Need::Dpop],
        run: |ctx| Box::pin(refuses(ctx, ALGORITHM)),
        ..Case::DEFAULT
    },
    Case {
        id: "dpop/signature-is-checked",
        rules: rules!["rfc9449-4.3-signature"],
        about: "A proof whose signature is not that of its own key is refused.",
        needs: &[Need::Login, Need::Dpop],
        run: |ctx| Box::pin(refuses(ctx, SIGNATURE)),
        ..Case::DEFAULT
    },
    Case {
        id: "dpop/private-key-is-refused",
        rules: rules!["rfc9449-4.3-no-private-key"],
        about: "A proof that gives its private key away is refused.",
        needs: &[Need::Login, Need::Dpop],
        run: |ctx| Box::pin(refuses(ctx, PRIVATE_KEY)),
        ..Case::DEFAULT
    },
    Case {
        id: "dpop/method-is-checked",
        rules: rules!["rfc9449-4.3-htm"],
        about: "A proof for another method is refused.",
        needs: &[Need::Login, Need::Dpop],
        run: |ctx| Box::pin(refuses(ctx, METHOD)),
        ..Case::DEFAULT
    },
    Case {
        id: "dpop/url-is-checked",
        rules: rules!["rfc9449-4.3-htu"],
        about: "A proof for another URL is refused.",
        needs: &[Need::Login, Need::Dpop],
        run: |ctx| Box::pin(refuses(ctx, URL)),
        ..Case::DEFAULT
    },
    Case {
        id: "dpop/query-does-not-count",
        rules: rules!["rfc9449-4.3-htu-query-ignored"],
        about: "A proof for the bare URL is good where the request has a query.",
        needs: &[Need::Login, Need::Dpop],
        run: |ctx| Box::pin(query_does_not_count(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "dpop/url-is-normalised",
        rules: rules!["rfc9449-4.3-htu-normalised"],
        about: "A URL that is only spelt in another way is the same.",
        needs: &[Need::Login, Need::Dpop],
        run: |ctx| Box::pin(url_is_normalised(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "dpop/time-is-checked",
        rules: rules!["rfc9449-4.3-iat-window"],
        about: "A proof from long ago, or from far ahead, is refused.",
        needs: &[Need::Login, Need::Dpop],
        run: |ctx| Box::pin(refuses(ctx, AGE)),
        ..Case::DEFAULT
    },
    Case {
        id: "dpop/refused-when-grown-old",
        rules: rules!["rfc9449-11.1-proof-time-limited"],
        about: "A proof that was good is refused when it has grown old.",
        needs: &[Need::Login, Need::Dpop],
        slow: true,
        run: |ctx| Box::pin(refused_when_grown_old(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "dpop/errors-say-so",
        rules: rules!["rfc9449-5-invalid-dpop-proof-error"],
        about: "A bad proof is answered by 400 with invalid_dpop_proof.",
        needs: &[Need::Login, Need::Dpop],
        run: |ctx| Box::pin(errors_say_so(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "dpop/algorithms-are-announced",
        rules: rules!["rfc9449-5.1-metadata-algorithms"],
        about: "The metadata lists the algorithms of proofs, none of them symmetric.",
        needs: &[Need::Dpop, Need::Metadata],
        run: |ctx| Box::pin(algorithms_are_announced(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "dpop/short-lived-without-nonces",
        rules: rules!["rfc9449-11.2-short-lived-without-nonce"],
        about: "A server that gives no nonces issues bound tokens for an hour or less.",
        needs: &[Need::Login, Need::Dpop],
        run: |ctx| Box::pin(short_lived_without_nonces(ctx)),
        ..Case::DEFAULT
    },
];

/// The token that an honest flow gives for a good proof. It is a control.
pub(super) async fn bound(ctx: &Context, client: &Arc<Client>, key: &ProofKey) -> Checked<Token> {
    let code = ctx.code(client).await?;
    let answer = ctx.token_proven(&ctx.redemption(&code), key).await?;
    expect::token(&answer).control("an honest token request with a proof")
}

/// Whether a token response says that its token is bound.
pub(super) fn says_bound(token: &Token) -> bool {
    token.text("token_type").is_some_and(|kind| kind.eq_ignore_ascii_case("dpop"))
}

/// A bound token by an honest flow; `not-offered` where the server binds none. It is a control.
pub(super) async fn bound_token(ctx: &Context, client: &Arc<Client>, key: &ProofKey) -> Checked<Token> {
    let token = bound(ctx, client, key).await?;
    if says_bound(&token) {
        return Ok(token);
    }
    Err(Stop::not_offered("the server binds no token to the key of a proof").at(&token.exchange))
}

/// A redemption's answer to a proof that was spoilt in some way.
pub(super) async fn redeemed(
    ctx: &Context,
    client: &Arc<Client>,
    key: &ProofKey,
    spoil: impl Fn(Proof) -> Proof + Send + Sync,
) -> Checked<Arc<Exchange>> {
    let code = ctx.code(client).await?;
    ctx.token_spoilt(&ctx.redemption(&code), key, spoil).await
}

/// What a defect may need.
pub(super) fn around(ctx: &Context) -> Around {
    Around { other: ctx.proof_key(), now: ctx.live().unix_time() }
}

/// The refusal of a bad proof. A server that asks for a nonce may do so first where the proof has none that it could
/// read, or where the nonce is what tells it the time. What the error is called is a rule of its own.
pub(super) fn proof_refused(answer: &Arc<Exchange>) -> Checked {
    expect::token_error(answer, &["invalid_dpop_proof", "use_dpop_nonce", "invalid_request"]).map(drop)
}

async fn refuses(ctx: &Context, defects: &[Defect]) -> Checked {
    let (client, key, around) = (ctx.client()?, ctx.proof_key(), around(ctx));
    bound(ctx, &client, &key).await?;
    for defect in defects {
        let answer = redeemed(ctx, &client, &key, |proof| (defect.spoil)(proof, &around)).await?;
        if is_timed_by_nonce(ctx, defect) && expect::token(&answer).is_ok() {
            ctx.note(format!("a proof is taken though {}: its nonce tells the time", defect.way));
            continue;
        }
        proof_refused(&answer).when(defect.way)?;
    }
    Ok(())
}

/// Whether a proof's time is told by a nonce of the server, so that its own claim need not be looked at.
fn is_timed_by_nonce(ctx: &Context, defect: &Defect) -> bool {
    let gives_nonces = ctx.nonce_of(&ctx.target().endpoints.token).is_some();
    gives_nonces && defect.is_of_age()
}

async fn token_is_bound(ctx: &Context) -> Checked {
    let (client, key) = (ctx.client()?, ctx.proof_key());
    ctx.access(&client).await?;
    let code = ctx.code(&client).await?;
    let answer = ctx.token_proven(&ctx.redemption(&code), &key).await?;
    let token = expect::token(&answer)?;
    if says_bound(&token) {
        return Ok(());
    }
    // A token that is said to be a bearer's has to be one.
    let has_resource = ctx.target().endpoints.resource.is_some();
    if has_resource && expect::served(&ctx.resource(&token.access_token).await?).is_err() {
        let saw = token.text("token_type").map_or_else(|| "none".into(), |kind| format!("{kind:?}"));
        let expected = "token_type DPoP for a token that does not open the resource as a bearer's";
        return Err(answer.broken(expected, format!("token_type {saw}")));
    }
    Err(Stop::not_offered("the server binds no token to the key of a proof").at(&answer))
}

async fn bad_proof_gets_no_token(ctx: &Context) -> Checked {
    let (client, key, around) = (ctx.client()?, ctx.proof_key(), around(ctx));
    bound(ctx, &client, &key).await?;
    // One of each group; the others have cases of their own.
    for defect in ALL.iter().filter_map(|group| group.first()) {
        let answer = redeemed(ctx, &client, &key, |proof| (defect.spoil)(proof, &around)).await?;
        if is_timed_by_nonce(ctx, defect) && expect::token(&answer).is_ok() {
            continue;
        }
        proof_refused(&answer).when(defect.way)?;
    }
    Ok(())
}

async fn query_does_not_count(ctx: &Context) -> Checked {
    let (client, key) = (ctx.client()?, ctx.proof_key());
    let token = bound(ctx, &client, &key).await?;
    let in_claim = |proof: Proof| {
        let htu = proof.claimed("htu").and_then(Value::as_str).unwrap_or_default().to_owned();
        proof.claim("htu", format!("{htu}?suite=1#suite"))
    };
    if expect::token(&redeemed(ctx, &client, &key, in_claim).await?).is_err() {
        ctx.note("a proof whose htu has a query and a fragment is refused");
    }
    let takes_bound = Need::DpopResource.met(ctx.target()) == Met::Yes;
    if takes_bound && says_bound(&token) {
        return resource_with_query(ctx, &token.access_token, &key).await;
    }
    // A token endpoint need take no query, but if it does, the proof is none the worse.
    let good = async || Ok::<_, Stop>(ctx.redemption(&ctx.code(&client).await?).in_query("suite", "1"));
    if expect::token(&ctx.token(&good().await?).await?).is_err() {
        return Err(Stop::not_offered("the token endpoint takes no query"));
    }
    let answer = ctx.token_proven(&good().await?, &key).await?;
    expect::token(&answer).map(drop).when("the request has a query")
}

/// The resource with a query in its URL and none in the proof.
async fn resource_with_query(ctx: &Context, access_token: &str, key: &ProofKey) -> Checked {
    let request = ctx.bound_request(access_token)?;
    let good = |proof: Proof| proof.for_token(access_token);
    let bare = ctx.send_proven(Actor::Client, request.clone(), key, good).await?;
    expect::served(&bare).control("the resource with a bound token and a good proof")?;
    let separator = if request.url.contains('?') { '&' } else { '?' };
    let with_query = Request { url: format!("{}{separator}suite=1", request.url), ..request };
    let answer = ctx.send_proven(Actor::Client, with_query, key, good).await?;
    expect::served(&answer).when("the request has a query")
}

/// Other spellings of a URL, by what is other in each (RFC 3986, section 6.2).
fn spellings(url: &Url) -> Vec<(&'static str, String)> {
    let (scheme, host, path) = (url.scheme(), url.host_str().unwrap_or_default(), url.path());
    let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
    let mut found =
        vec![("the scheme is in capital letters", format!("{}://{host}{port}{path}", scheme.to_uppercase()))];
    if host.chars().any(|c| c.is_ascii_lowercase()) {
        found.push((
            "the host is in capital letters",
            format!("{scheme}://{}{port}{path}", host.to_uppercase()),
        ));
    }
    if let (None, Some(default)) = (url.port(), url.port_or_known_default()) {
        found.push(("the default port is named", format!("{scheme}://{host}:{default}{path}")));
    }
    let letter = path.char_indices().rev().find(|(_, c)| c.is_ascii_alphabetic());
    if let Some((at, c)) = letter {
        let escaped = format!("{}%{:02X}{}", &path[..at], u32::from(c), &path[at + 1..]);
        found.push(("a letter is escaped needlessly", format!("{scheme}://{host}{port}{escaped}")));
    }
    found
}

async fn url_is_normalised(ctx: &Context) -> Checked {
    let (client, key) = (ctx.client()?, ctx.proof_key());
    bound(ctx, &client, &key).await?;
    let url = Url::parse(&ctx.target().endpoints.token)
        .map_err(|fault| Stop::not_tested(format!("the token endpoint is no URL: {fault}")))?;
    for (way, spelling) in spellings(&url) {
        let answer = redeemed(ctx, &client, &key, |proof| proof.claim("htu", spelling.clone())).await?;
        expect::token(&answer).when(way)?;
    }
    Ok(())
}

async fn refused_when_grown_old(ctx: &Context) -> Checked {
    const LONG: u64 = 3600;
    let (client, key) = (ctx.client()?, ctx.proof_key());
    bound(ctx, &client, &key).await?;
    if ctx.live().clock.is_real() {
        return Err(Stop::not_tested("an hour is too long to wait"));
    }
    let request = ctx.redemption(&ctx.code(&client).await?).request(&ctx.target().endpoints.token);
    let old = ctx.proof(&key, &request);
    ctx.wait(Duration::from_secs(LONG)).await;
    let fresh = ctx.redemption(&ctx.code(&client).await?);
    let answer = ctx.send_proof(fresh.who, &fresh.request(&ctx.target().endpoints.token), &old).await?;
    proof_refused(&answer).when("it is an hour old")
}

async fn errors_say_so(ctx: &Context) -> Checked {
    let (client, key, around) = (ctx.client()?, ctx.proof_key(), around(ctx));
    bound(ctx, &client, &key).await?;
    // With the nonce that it asked for, a server has nothing else to say of these.
    for defect in [SIGNATURE, METHOD, URL, TYPE].iter().filter_map(|group| group.first()) {
        let answer = redeemed(ctx, &client, &key, |proof| (defect.spoil)(proof, &around)).await?;
        expect::token_error(&answer, &["invalid_dpop_proof"]).when(defect.way)?;
    }
    Ok(())
}

async fn algorithms_are_announced(ctx: &Context) -> Checked {
    const MEMBER: &str = "dpop_signing_alg_values_supported";
    let is_symmetric = |name: &str| name.eq_ignore_ascii_case("none") || name.starts_with("HS");
    match ctx.target().metadata(MEMBER) {
        Some(Value::Array(names))
            if !names.is_empty()
                && names.iter().all(|name| name.as_str().is_some_and(|name| !is_symmetric(name))) =>
        {
            Ok(())
        }
        None => Err(Stop::broken(format!("{MEMBER} in the metadata"), "the member is absent")).warn(),
        Some(found) => Err(Stop::broken("an array of asymmetric algorithms", format!("{MEMBER}: {found}"))),
    }
}

async fn short_lived_without_nonces(ctx: &Context) -> Checked {
    const HOUR: u64 = 3600;
    let token = bound_token(ctx, &ctx.client()?, &ctx.proof_key()).await?;
    if ctx.nonce_of(&ctx.target().endpoints.token).is_some() {
        return Err(Stop::not_offered("the server gives nonces"));
    }
    let stated = token.json.get("expires_in").and_then(Value::as_u64);
    match stated.or(ctx.target().access_token_lifetime) {
        None => Err(Stop::not_tested("access_token_lifetime is not known")),
        Some(seconds) if seconds <= HOUR => Ok(()),
        Some(seconds) => {
            Err(token.exchange.broken("a bound token for an hour or less", format!("one for {seconds} s")))
        }
    }
}
