//! PKCE at the authorization endpoint: which challenges are taken, and that none comes back.
//!
//! What a challenge is good for at the token endpoint is in `token/pkce.rs`.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use oauth_rules::{RuleId, rules};

use crate::browser::Landing;
use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _, EndKind};
use crate::cases::support::provoke::gives_code;
use crate::expect;
use crate::flow::{self, AuthorizationRequest};
use crate::subject::{Client, Met, Need};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "challenge/needed-of-public-clients",
        rules: rules!["rfc7636-4.4.1-challenge-required"],
        about: "Where public clients have to use PKCE, their request without a challenge is refused.",
        needs: &[Need::Login, Need::PublicClient, Need::Pkce],
        run: |ctx| Box::pin(needed_of_public_clients(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "challenge/plain-refused",
        rules: rules!["rfc7636-7.2-plain-not-used"],
        about: "The method plain is neither taken nor announced.",
        needs: &[Need::Login, Need::Pkce],
        run: |ctx| Box::pin(plain_refused(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "challenge/unknown-method-refused",
        rules: UNKNOWN_METHOD,
        about: "A challenge method that the server does not have is an error at the client.",
        needs: &[Need::Login, Need::Pkce],
        run: |ctx| Box::pin(unknown_method_refused(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "challenge/without-a-method-it-is-plain",
        rules: rules!["rfc7636-4.3-method-defaults-to-plain"],
        about: "A challenge without a method is refused, or compared with the verifier as it stands.",
        needs: &[Need::Login, Need::Pkce],
        run: |ctx| Box::pin(without_a_method_it_is_plain(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "challenge/in-its-grammar",
        rules: rules!["rfc7636-4.2-challenge-syntax-checked"],
        about: "A challenge of the wrong length or with characters that none has is refused.",
        needs: &[Need::Login, Need::Pkce],
        run: |ctx| Box::pin(in_its_grammar(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "challenge/not-given-away",
        rules: rules!["rfc7636-4.4-challenge-not-exposed"],
        about: "The redirect that delivers a code does not contain the challenge, nor does the code.",
        needs: &[Need::Login, Need::Pkce],
        run: |ctx| Box::pin(not_given_away(ctx)),
        ..Case::DEFAULT
    },
];

/// What lays down how a method is refused that the server does not have.
const UNKNOWN_METHOD: &[RuleId] =
    rules!["rfc7636-4.4.1-unknown-method-refused", "oauth21-4.1.2.1-unsupported-challenge-method"];
/// The error for every challenge that is not taken (RFC 7636 4.4.1, RFC 6749 4.1.2.1).
const REFUSED: &[&str] = &["invalid_request"];

async fn needed_of_public_clients(ctx: &Context) -> Checked {
    let first = ctx.parties().public()?;
    flow::access(ctx, &first).await?;
    let whole = challenge_needed(ctx, &first, &first.redirect_uri).await;
    for client in ctx.target().clients.values().filter(|client| client.is_public()) {
        let is_other = |uri: &&str| client.id != first.id || **uri != *first.redirect_uri;
        let others: Vec<&str> = client.redirect_uris().filter(is_other).collect();
        for uri in others {
            let good = flow::ask(ctx, client).set("redirect_uri", uri).with_verifier(&ctx.fresh());
            let landing = flow::authorize(ctx, &good).await?;
            if flow::code_from(&good, &landing).is_err() {
                ctx.note(format!("{} gets no code at {uri}, with a challenge either", client.id));
                continue;
            }
            match challenge_needed(ctx, client, uri).await {
                // One client may be asked for what another is not.
                Err(end) if end.kind == EndKind::NotOffered => {}
                step => {
                    ctx.tried(&format!("{} asks for a code at {uri}", client.id), step);
                }
            }
        }
    }
    whole
}

/// A request of a public client for a code at this redirect URI, without a challenge.
async fn challenge_needed(ctx: &Context, client: &Arc<Client>, uri: &str) -> Checked {
    let ask = flow::ask(ctx, client).set("redirect_uri", uri).without_pkce();
    let landing = flow::authorize(ctx, &ask).await?;
    match Need::PkceRequired.met(ctx.target()) {
        // Who gives a code does not demand a challenge, and nobody said that it does.
        Met::NotOffered { reason, .. } | Met::Missing(reason) if gives_code(&landing) => {
            Err(CaseEnd::not_offered(reason).at(landing.exchange()))
        }
        Met::Yes | Met::NotOffered { .. } | Met::Missing(_) => {
            told_invalid_request(&ask, &landing)?;
            ctx.live().challenge_was_demanded(client);
            Ok(())
        }
    }
}

/// Section 4.4.1 has MUSTs of its own for the error at the client and for its code.
fn told_invalid_request(ask: &AuthorizationRequest, landing: &Landing) -> Checked {
    expect::error_redirect(ask, landing, REFUSED).map(drop)
}

/// That a method which the server does not have brought no code; how it is refused is a finding of its own.
fn method_refused(ctx: &Context, ask: &AuthorizationRequest, landing: &Landing) -> Checked {
    landing.sent()?;
    landing.exchange().response()?;
    if gives_code(landing) {
        return Err(landing.exchange().broken("no code", landing.describe()).granted());
    }
    ctx.told(told_invalid_request(ask, landing).under(UNKNOWN_METHOD));
    Ok(())
}

/// An honest request with S256 works.
async fn control(ctx: &Context) -> Checked {
    let ask = flow::ask(ctx, &ctx.parties().client()?).with_verifier(&ctx.fresh());
    let landing = flow::authorize(ctx, &ask).await?;
    flow::code_from(&ask, &landing).control("a request with an S256 challenge").map(drop)
}

async fn plain_refused(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    control(ctx).await?;
    for (when, method) in
        [("the method is plain", Some("plain")), ("no method is named, which is plain", None)]
    {
        let ask = flow::ask(ctx, &client).without_pkce().set("code_challenge", &ctx.fresh());
        let ask = match method {
            Some(method) => ask.set("code_challenge_method", method),
            None => ask,
        };
        if let Some(landing) = ctx.tried(when, flow::authorize(ctx, &ask).await) {
            ctx.tries(when, |ctx| method_refused(ctx, &ask, &landing));
        }
    }
    if ctx.target().metadata_lists("code_challenge_methods_supported", "plain") {
        return Err(CaseEnd::broken(
            "code_challenge_methods_supported without plain",
            "plain in the metadata",
        ));
    }
    Ok(())
}

async fn unknown_method_refused(ctx: &Context) -> Checked {
    control(ctx).await?;
    let ask = flow::ask(ctx, &ctx.parties().client()?)
        .with_verifier(&ctx.fresh())
        .set("code_challenge_method", "S512");
    told_invalid_request(&ask, &flow::authorize(ctx, &ask).await?)
}

async fn without_a_method_it_is_plain(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    control(ctx).await?;
    let bare = |challenge: &str| flow::ask(ctx, &client).without_pkce().set("code_challenge", challenge);
    let verifier = ctx.fresh();
    let ask = bare(&verifier);
    let landing = flow::authorize(ctx, &ask).await?;
    let Ok(code) = flow::code_from(&ask, &landing) else {
        return method_refused(ctx, &ask, &landing);
    };
    let answer = flow::token(ctx, &flow::redemption(&code).set("code_verifier", &verifier)).await?;
    ctx.tried("the verifier is the challenge", expect::token(&answer));
    let hashed = ctx.fresh();
    let ask = bare(&flow::challenge(&hashed));
    let landing = flow::authorize(ctx, &ask).await?;
    let code = flow::code_from(&ask, &landing).control("a challenge without a method")?;
    let answer = flow::token(ctx, &flow::redemption(&code).set("code_verifier", &hashed)).await?;
    ctx.trying("the challenge is the verifier's hash", |ctx| {
        expect::token_refused(ctx, &answer, &["invalid_grant", "invalid_request"])
    })
}

async fn in_its_grammar(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    control(ctx).await?;
    let good = || flow::challenge(&ctx.fresh());
    let bad = [
        ("the challenge has 42 characters", good()[..42].to_owned()),
        ("the challenge has 129 characters", "a".repeat(129)),
        ("the challenge ends in =", format!("{}=", good())),
        ("the challenge has a +", format!("{}+", &good()[..42])),
        ("the challenge has a /", format!("{}/", &good()[..42])),
    ];
    for (when, challenge) in bad {
        let ask = flow::ask(ctx, &client).with_verifier(&ctx.fresh()).set("code_challenge", &challenge);
        if let Some(landing) = ctx.tried(when, flow::authorize(ctx, &ask).await) {
            ctx.tries(when, |ctx| expect::code_refused(ctx, &ask, &landing, REFUSED));
        }
    }
    Ok(())
}

async fn not_given_away(ctx: &Context) -> Checked {
    let verifier = ctx.fresh();
    let challenge = flow::challenge(&verifier);
    let ask = flow::ask(ctx, &ctx.parties().client()?).with_verifier(&verifier);
    let landing = flow::authorize(ctx, &ask).await?;
    let location = expect::code_redirect(&ask, &landing).control("a request with an S256 challenge")?;
    let mut texts = vec![("the redirect", location.text.clone())];
    for (name, value) in location.params.pairs().chain(location.fragment.pairs()) {
        texts.push(("the redirect", value.to_owned()));
        if name == "code" {
            // Codes that carry data are base64 of some kind, in parts like those of a JWT or as a whole.
            let parts = value.split('.').chain([value]);
            texts.extend(parts.filter_map(decoded).map(|text| ("the code, decoded,", text)));
        }
    }
    match texts.iter().find(|(_, text)| text.contains(&challenge)) {
        Some((place, _)) => {
            let saw = format!("{place} contains it");
            Err(location.exchange.broken("a response without the code_challenge", saw))
        }
        None => Ok(()),
    }
}

fn decoded(text: &str) -> Option<String> {
    let bare = text.trim_end_matches('=');
    let bytes = URL_SAFE_NO_PAD.decode(bare).or_else(|_| STANDARD_NO_PAD.decode(bare)).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
