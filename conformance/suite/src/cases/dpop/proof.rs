//! DPoP at the token endpoint: which proofs are good (RFC 9449, section 4.3).
//!
//! What a good one is worth is in `token.rs`, nonces in `nonce.rs`.

use oauth_rules::rules;
use serde_json::Value;
use url::Url;

use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::dpop::{around, bound, bound_token, proof_refused, redeemed, says_bound};
use crate::cases::support::dpop_defects::{
    AGE, ALGORITHM, ALL, CLAIMS, Defect, MALFORMED, METHOD, PRIVATE_KEY, SIGNATURE, TWICE, TYPE, URL,
};
use crate::expect;
use crate::flow;
use crate::subject::{Met, Need};
use crate::wire::dpop::{DpopKey, Proof};
use crate::wire::{Actor, Request};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
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
        id: "dpop/errors-say-so",
        rules: rules!["rfc9449-5-invalid-dpop-proof-error"],
        about: "A bad proof is answered by 400 with invalid_dpop_proof.",
        needs: &[Need::Login, Need::Dpop],
        run: |ctx| Box::pin(errors_say_so(ctx)),
        ..Case::DEFAULT
    },
];

async fn refuses(ctx: &Context, defects: &[Defect]) -> Checked {
    let (client, key, around) = (ctx.parties().client()?, flow::proof_key(ctx), around(ctx));
    // Where a good proof binds nothing, nobody looks at bad ones.
    bound_token(ctx, &client, &key).await?;
    for defect in defects {
        let answer = redeemed(ctx, &client, &key, |proof| (defect.spoil)(proof, &around)).await;
        let Some(answer) = ctx.tried(defect.way, answer) else { continue };
        if is_timed_by_nonce(ctx, defect) && expect::token(&answer).is_ok() {
            ctx.note(format!("a proof is taken though {}: its nonce tells the time", defect.way));
            continue;
        }
        ctx.tries(defect.way, |ctx| proof_refused(ctx, &answer));
    }
    Ok(())
}

/// Whether a proof's time is told by a nonce of the server, so that its own claim need not be looked at.
fn is_timed_by_nonce(ctx: &Context, defect: &Defect) -> bool {
    let gives_nonces = ctx.nonce_of(&ctx.target().endpoints.token).is_some();
    gives_nonces && defect.is_of_age()
}

async fn bad_proof_gets_no_token(ctx: &Context) -> Checked {
    let (client, key, around) = (ctx.parties().client()?, flow::proof_key(ctx), around(ctx));
    bound_token(ctx, &client, &key).await?;
    // One of each group; the others have cases of their own.
    for defect in ALL.iter().filter_map(|group| group.first()) {
        let answer = redeemed(ctx, &client, &key, |proof| (defect.spoil)(proof, &around)).await;
        let Some(answer) = ctx.tried(defect.way, answer) else { continue };
        if is_timed_by_nonce(ctx, defect) && expect::token(&answer).is_ok() {
            continue;
        }
        ctx.tries(defect.way, |ctx| proof_refused(ctx, &answer));
    }
    Ok(())
}

async fn query_does_not_count(ctx: &Context) -> Checked {
    let (client, key) = (ctx.parties().client()?, flow::proof_key(ctx));
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
    let good =
        async || Ok::<_, CaseEnd>(flow::redemption(&flow::code(ctx, &client).await?).in_query("suite", "1"));
    let bare = flow::token(ctx, &good().await?).await?;
    bare.response()?;
    if expect::token(&bare).is_err() {
        return Err(CaseEnd::not_offered("the token endpoint takes no query"));
    }
    let answer = flow::token_proven(ctx, &good().await?, &key).await?;
    expect::token(&answer).map(drop).when("the request has a query")
}

/// The resource with a query in its URL and none in the proof.
async fn resource_with_query(ctx: &Context, access_token: &str, key: &DpopKey) -> Checked {
    let request = flow::bound_request(ctx, access_token)?;
    let good = |proof: Proof| proof.for_token(access_token);
    let bare = flow::send_proven(ctx, Actor::Client, request.clone(), key, good).await?;
    expect::served(&bare).control("the resource with a bound token and a good proof")?;
    let separator = if request.url.contains('?') { '&' } else { '?' };
    let with_query = Request { url: format!("{}{separator}suite=1", request.url), ..request };
    let answer = flow::send_proven(ctx, Actor::Client, with_query.clone(), key, good).await?;
    answer.response()?;
    if expect::served(&answer).is_err() && !takes_query(ctx, &with_query, access_token, key).await? {
        return Err(CaseEnd::not_offered("the resource takes no query that it does not know").at(&answer));
    }
    expect::served(&answer).when("the request has a query")
}

/// Whether the query of a request for the resource does no harm by itself: the request is served with a proof that names the query,
/// or with a token that needs no proof.
async fn takes_query(ctx: &Context, request: &Request, access_token: &str, key: &DpopKey) -> Checked<bool> {
    let whole = |proof: Proof| proof.for_token(access_token).claim("htu", request.url.clone());
    let named = flow::send_proven(ctx, Actor::Client, request.clone(), key, whole).await?;
    named.response()?;
    if expect::served(&named).is_ok() {
        return Ok(true);
    }
    let bearer = flow::access(ctx, &ctx.parties().client()?).await?.access_token;
    let request = request.clone().without_header("Authorization");
    let bare = ctx.send(Actor::Client, request.header("Authorization", format!("Bearer {bearer}"))).await?;
    bare.response()?;
    Ok(expect::served(&bare).is_ok())
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
    let (client, key) = (ctx.parties().client()?, flow::proof_key(ctx));
    bound_token(ctx, &client, &key).await?;
    let url = Url::parse(&ctx.target().endpoints.token)
        .map_err(|fault| CaseEnd::not_tested(format!("the token endpoint is no URL: {fault}")))?;
    for (way, spelling) in spellings(&url) {
        let answer = redeemed(ctx, &client, &key, |proof| proof.claim("htu", spelling.clone())).await?;
        ctx.tried(way, expect::token(&answer));
    }
    Ok(())
}

async fn errors_say_so(ctx: &Context) -> Checked {
    let (client, key, around) = (ctx.parties().client()?, flow::proof_key(ctx), around(ctx));
    bound_token(ctx, &client, &key).await?;
    // With the nonce that it asked for, a server has nothing else to say of these.
    for defect in [SIGNATURE, METHOD, URL, TYPE].iter().filter_map(|group| group.first()) {
        let answer = redeemed(ctx, &client, &key, |proof| (defect.spoil)(proof, &around)).await?;
        ctx.tries(defect.way, |ctx| {
            expect::refused_by(&expect::PROOF, ctx, &answer, &["invalid_dpop_proof"])
        });
    }
    Ok(())
}
