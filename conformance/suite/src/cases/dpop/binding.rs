//! What is bound to the key of a DPoP proof: refresh tokens, codes, clients, and what introspection says of it
//! (RFC 9449, sections 5, 5.2, 6.2 and 10).

use std::sync::Arc;

use oauth_rules::rules;
use serde_json::Value;

use crate::case::{Case, Context, Isolation};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::dpop::{around, bound, bound_token, proof_refused};
use crate::cases::support::dpop_defects::ALL;
use crate::cases::support::honest::honest;
use crate::cases::support::introspection::{Activity, activity, callers, introspect, query};
use crate::cases::support::refresh::refresh;
use crate::expect::{self, Token};
use crate::flow::{self, AuthorizationRequest, Code};
use crate::subject::{Client, ClientRole, Met, Need};
use crate::wire::Exchange;
use crate::wire::dpop::{DpopKey, Proof};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "dpop/public-refresh-token-has-a-key",
        rules: rules!["rfc9449-5-public-refresh-token-bound"],
        about: "A public client's refresh token works only with a proof by the key that it was issued to.",
        needs: &[Need::Login, Need::Dpop, Need::Refresh, Need::PublicClient],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(public_refresh_token_has_a_key(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "dpop/confidential-client-changes-its-key",
        rules: rules!["rfc9449-5-confidential-refresh-not-bound"],
        about: "A confidential client refreshes with a proof by a new key.",
        needs: &[Need::Login, Need::Dpop, Need::Refresh, Need::ConfidentialClient],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(confidential_client_changes_its_key(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "dpop/bound-client-needs-a-proof",
        rules: rules!["rfc9449-5.2-bound-client-needs-proof"],
        about: "A client that is registered for bound tokens gets none without a proof.",
        needs: &[Need::Login, Need::Dpop, Need::DpopClient],
        run: |ctx| Box::pin(bound_client_needs_a_proof(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "dpop/code-has-a-key",
        rules: rules!["rfc9449-10-dpop-jkt-enforced"],
        about: "A code that was asked for with dpop_jkt is redeemed only with a proof by that key.",
        needs: &[Need::Login, Need::Dpop],
        run: |ctx| Box::pin(code_has_a_key(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "dpop/pushed-key-counts",
        rules: rules!["rfc9449-10.1-par-both-ways"],
        about: "A pushed dpop_jkt ties the code to its key, and so does a pushed proof.",
        needs: &[Need::Login, Need::Dpop, Need::PushedRequests],
        run: |ctx| Box::pin(pushed_key_counts(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "dpop/pushed-proof-is-checked",
        rules: rules!["rfc9449-10.1-par-proof-checked"],
        about: "A bad proof beside a push is refused as at the token endpoint.",
        needs: &[Need::Dpop, Need::PushedRequests],
        run: |ctx| Box::pin(pushed_proof_is_checked(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "dpop/pushed-keys-agree",
        rules: rules!["rfc9449-10.1-par-mismatch-refused"],
        about: "A push whose dpop_jkt is not the thumbprint of its proof's key is refused.",
        needs: &[Need::Dpop, Need::PushedRequests],
        run: |ctx| Box::pin(pushed_keys_agree(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "dpop/introspection-names-the-key",
        rules: rules!["rfc9449-6.2-introspection-jkt"],
        about: "Introspection of a bound token shows the thumbprint of its key.",
        needs: &[Need::Login, Need::Dpop, Need::Introspection, Need::ConfidentialClient],
        run: |ctx| Box::pin(introspection_names_the_key(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "dpop/introspection-names-the-type",
        rules: rules!["rfc9449-6.2-introspection-token-type"],
        about: "Where introspection of a bound token has a token_type, it is DPoP.",
        needs: &[Need::Login, Need::Dpop, Need::Introspection, Need::ConfidentialClient],
        run: |ctx| Box::pin(introspection_names_the_type(ctx)),
        ..Case::DEFAULT
    },
];
/// What a code or refresh token that belongs to another key is refused with.
const WRONG_KEY: &[&str] = &["invalid_dpop_proof", "invalid_grant", "invalid_request"];
/// What a request without a proof is refused with; the server may ask for its nonce in the same breath.
const NO_PROOF: &[&str] = &["invalid_dpop_proof", "invalid_grant", "invalid_request", "use_dpop_nonce"];

/// The refresh token that came with a bound token. It is a control.
async fn refresh_token(ctx: &Context, client: &Arc<Client>, key: &DpopKey) -> Checked<String> {
    let token = bound_token(ctx, client, key).await?;
    token
        .refresh_token
        .ok_or_else(|| CaseEnd::not_offered(format!("the server gives no refresh token to {}", client.id)))
}

async fn public_refresh_token_has_a_key(ctx: &Context) -> Checked {
    let (client, key, other) = (ctx.parties().public()?, flow::proof_key(ctx), flow::proof_key(ctx));
    let good = refresh(&client, &refresh_token(ctx, &client, &key).await?);
    expect::token(&flow::token_proven(ctx, &good, &key).await?).control("an honest refresh with a proof")?;
    let request = refresh(&client, &refresh_token(ctx, &client, &key).await?);
    let answer = flow::token_proven(ctx, &request, &other).await?;
    ctx.tries("the proof is another key's", |ctx| {
        expect::refused_by(&expect::PROOF, ctx, &answer, WRONG_KEY)
    });
    let request = refresh(&client, &refresh_token(ctx, &client, &key).await?);
    let answer = flow::token(ctx, &request).await?;
    ctx.tries("there is no proof", |ctx| expect::refused_by(&expect::PROOF, ctx, &answer, NO_PROOF));
    for by in [Some(&other), None] {
        let first = refresh(&client, &refresh_token(ctx, &client, &key).await?);
        let renewed = flow::token_proven(ctx, &first, &key).await?;
        let renewed = expect::token(&renewed).control("an honest refresh with a proof")?;
        let Some(next) = renewed.refresh_token else { break };
        let request = refresh(&client, &next);
        let (way, answer, errors) = match by {
            Some(other) => {
                let answer = flow::token_proven(ctx, &request, other).await?;
                ("the proof is another key's", answer, WRONG_KEY)
            }
            None => ("there is no proof", flow::token(ctx, &request).await?, NO_PROOF),
        };
        ctx.tries(&format!("a refresh brought it and {way}"), |ctx| {
            expect::refused_by(&expect::PROOF, ctx, &answer, errors)
        });
    }
    Ok(())
}

async fn confidential_client_changes_its_key(ctx: &Context) -> Checked {
    let (key, other) = (flow::proof_key(ctx), flow::proof_key(ctx));
    let mut without = Vec::new();
    for client in ctx.target().clients.values() {
        if client.is_public() || client.role == ClientRole::Special {
            continue;
        }
        let token = bound_token(ctx, client, &key).await?;
        let Some(first) = token.refresh_token else {
            without.push(client.id.as_str());
            continue;
        };
        // A resource that takes no bound token at all says nothing of whose key this one has.
        let opens = opens_with(ctx, &token.access_token, &key).await?;
        let same = flow::token_proven(ctx, &refresh(client, &first), &key).await?;
        expect::token(&same).control("an honest refresh with the same key")?;
        let fresh = refresh_token(ctx, client, &key).await?;
        let answer = flow::token_proven(ctx, &refresh(client, &fresh), &other).await?;
        let token = honest(expect::token(&answer), "an honest refresh").when("the proof is a new key's")?;
        if opens {
            let opened = flow::resource_proven(ctx, &token.access_token, &other, |proof| proof).await?;
            honest(expect::served(&opened), "the resource with a bound token and a good proof")
                .when("the new access token comes with the new key")?;
        }
        return Ok(());
    }
    Err(CaseEnd::not_offered(format!("the server gives no refresh token to {}", without.join(", "))))
}

/// Whether the target's resource takes bound tokens, and is served for this one with its key.
async fn opens_with(ctx: &Context, access_token: &str, key: &DpopKey) -> Checked<bool> {
    if Need::DpopResource.met(ctx.target()) != Met::Yes {
        return Ok(false);
    }
    let opened = flow::resource_proven(ctx, access_token, key, |proof| proof).await?;
    opened.response()?;
    let opens = expect::served(&opened).is_ok();
    if !opens {
        ctx.note("the resource is not served for a bound token, so that the new key is not tried there");
    }
    Ok(opens)
}

async fn bound_client_needs_a_proof(ctx: &Context) -> Checked {
    let (client, key) = (ctx.parties().client_of(ClientRole::Dpop)?, flow::proof_key(ctx));
    bound(ctx, &client, &key).await?;
    let code = flow::code(ctx, &client).await?;
    let answer = flow::token(ctx, &flow::redemption(&code)).await?;
    // Section 5.2 names no code.
    expect::refused_by(&expect::PROOF, ctx, &answer, NO_PROOF)
}

/// A code of a request that was made in some way, several times over.
async fn code_of(ctx: &Context, ask: &AuthorizationRequest, sent: &AuthorizationRequest) -> Checked<Code> {
    let landing = flow::authorize(ctx, sent).await?;
    flow::code_from(ask, &landing).control("an authorization request that names a key")
}

/// The code goes to its key and to no other, with three codes that were got in the same way.
async fn goes_to_its_key(ctx: &Context, codes: [Code; 3], key: &DpopKey, other: &DpopKey) -> Checked {
    let [first, second, third] = codes;
    let answer = flow::token_proven(ctx, &flow::redemption(&first), key).await?;
    expect::token(&answer).control("the redemption with a proof by the named key")?;
    let answer = flow::token_proven(ctx, &flow::redemption(&second), other).await?;
    ctx.tries("the proof is another key's", |ctx| {
        expect::refused_by(&expect::PROOF, ctx, &answer, WRONG_KEY)
    });
    let answer = flow::token(ctx, &flow::redemption(&third)).await?;
    ctx.trying("there is no proof", |ctx| expect::refused_by(&expect::PROOF, ctx, &answer, NO_PROOF))
}

async fn code_has_a_key(ctx: &Context) -> Checked {
    let (client, key, other) = (ctx.parties().client()?, flow::proof_key(ctx), flow::proof_key(ctx));
    bound_token(ctx, &client, &key).await?;
    let code = async || {
        let ask = flow::ask(ctx, &client).set("dpop_jkt", &key.thumbprint());
        code_of(ctx, &ask, &ask).await
    };
    goes_to_its_key(ctx, [code().await?, code().await?, code().await?], &key, &other).await
}

/// The answer to a push with a proof that was spoilt in some way.
async fn pushed_with(
    ctx: &Context,
    ask: &AuthorizationRequest,
    key: &DpopKey,
    spoil: impl Fn(Proof) -> Proof + Send + Sync,
) -> Checked<Arc<Exchange>> {
    let push = flow::push(ask);
    flow::send_proven(ctx, push.who, push.request(flow::push_url(ctx)?), key, spoil).await
}

async fn pushed_key_counts(ctx: &Context) -> Checked {
    let (client, key, other) = (ctx.parties().client()?, flow::proof_key(ctx), flow::proof_key(ctx));
    bound_token(ctx, &client, &key).await?;
    let by_parameter = async || {
        let ask = flow::ask(ctx, &client).set("dpop_jkt", &key.thumbprint());
        let request_uri = flow::pushed(ctx, &ask).await?;
        code_of(ctx, &ask, &ask.by_reference(&request_uri)).await
    };
    let codes = [by_parameter().await?, by_parameter().await?, by_parameter().await?];
    const PARAMETER: &str = "dpop_jkt was pushed";
    ctx.tried(PARAMETER, goes_to_its_key(&ctx.when(PARAMETER), codes, &key, &other).await);
    let by_proof = async || {
        let ask = flow::ask(ctx, &client);
        let answer = pushed_with(ctx, &ask, &key, |proof| proof).await?;
        let request_uri = expect::request_uri(&answer).control("an honest push with a proof")?;
        code_of(ctx, &ask, &ask.by_reference(&request_uri)).await
    };
    let codes = [by_proof().await?, by_proof().await?, by_proof().await?];
    const PROOF: &str = "a proof was pushed";
    goes_to_its_key(&ctx.when(PROOF), codes, &key, &other).await.when(PROOF)
}

async fn pushed_proof_is_checked(ctx: &Context) -> Checked {
    let (client, key, around) = (ctx.parties().client()?, flow::proof_key(ctx), around(ctx));
    let good = pushed_with(ctx, &flow::ask(ctx, &client), &key, |proof| proof).await?;
    expect::request_uri(&good).control("an honest push with a proof")?;
    let gives_nonces = ctx.nonce_of(flow::push_url(ctx)?).is_some();
    for defect in ALL.iter().filter_map(|group| group.first()) {
        let spoil = |proof| (defect.spoil)(proof, &around);
        let answer = pushed_with(ctx, &flow::ask(ctx, &client), &key, spoil).await?;
        // A nonce of the server may tell the time in place of the claim.
        if gives_nonces && defect.is_of_age() && expect::request_uri(&answer).is_ok() {
            continue;
        }
        ctx.tries(defect.way, |ctx| proof_refused(ctx, &answer));
    }
    let token_endpoint = ctx.target().endpoints.token.clone();
    let spoil = |proof: Proof| proof.claim("htu", token_endpoint.clone());
    let answer = pushed_with(ctx, &flow::ask(ctx, &client), &key, spoil).await?;
    ctx.trying("it is for the token endpoint", |ctx| proof_refused(ctx, &answer))
}

async fn pushed_keys_agree(ctx: &Context) -> Checked {
    let (client, key, other) = (ctx.parties().client()?, flow::proof_key(ctx), flow::proof_key(ctx));
    let good = flow::ask(ctx, &client).set("dpop_jkt", &key.thumbprint());
    expect::request_uri(&pushed_with(ctx, &good, &key, |proof| proof).await?)
        .control("a push whose dpop_jkt is that of its proof")?;
    let ask = flow::ask(ctx, &client).set("dpop_jkt", &other.thumbprint());
    let answer = pushed_with(ctx, &ask, &key, |proof| proof).await?;
    expect::refused_by(&expect::PROOF, ctx, &answer, &["invalid_dpop_proof", "invalid_request"])
}

/// What introspection says of a bound token, and to whom. It is a control that the token is active.
struct Told {
    token: Token,
    activity: Activity,
    /// Whether it was told to the resource's own server, and not to the client.
    to_resource: bool,
}

async fn introspected(ctx: &Context, key: &DpopKey) -> Checked<Told> {
    let client = ctx.parties().confidential()?;
    let token = bound_token(ctx, &client, key).await?;
    let reason = "introspection tells nobody of a bound token; add [resource_client]";
    let mut stop = ctx.parties().lacking(Need::ResourceClient, reason);
    for caller in callers(ctx, &client) {
        let answer = introspect(ctx, &query(&caller, &token.access_token)).await?;
        match activity(&answer) {
            Ok(activity) if activity.active => {
                return Ok(Told { token, activity, to_resource: caller.role == ClientRole::Resource });
            }
            Ok(_) | Err(_) => stop = stop.at(&answer),
        }
    }
    Err(stop)
}

/// That a token which is announced as bound does not open the resource as a bearer's: of one that does, introspection tells the
/// truth if it names no key. It is a control.
async fn bound_in_truth(ctx: &Context, token: &Token) -> Checked {
    if Need::ResourceServer.met(ctx.target()) != Met::Yes {
        return Ok(());
    }
    let bare = flow::resource(ctx, &token.access_token).await?;
    expect::withheld(&bare).control("the resource without a proof, for a token that is announced as bound")
}

async fn introspection_names_the_key(ctx: &Context) -> Checked {
    let key = flow::proof_key(ctx);
    let Told { token, activity, to_resource } = introspected(ctx, &key).await?;
    let jkt = activity.json.get("cnf").and_then(|cnf| cnf.get("jkt")).and_then(Value::as_str);
    match jkt {
        Some(found) if found == key.thumbprint() => Ok(()),
        // What the token says itself, introspection need not repeat.
        None if token.access_token.split('.').count() == 3 => {
            Err(CaseEnd::not_offered("the access token is a JWT, which names its key itself"))
        }
        found => {
            bound_in_truth(ctx, &token).await?;
            let broken = Err(activity.exchange.broken(
                format!("cnf with jkt {:?}", key.thumbprint()),
                found.map_or_else(|| "no jkt".into(), |found| format!("jkt {found:?}")),
            ));
            // A server may answer the client otherwise than the resource (RFC 7662, section 2.2).
            if to_resource { broken } else { broken.warn() }
        }
    }
}

async fn introspection_names_the_type(ctx: &Context) -> Checked {
    let Told { token, activity, .. } = introspected(ctx, &flow::proof_key(ctx)).await?;
    let Activity { json, exchange, .. } = activity;
    match json.get("token_type").map(|kind| kind.as_str().unwrap_or_default()) {
        None => Err(CaseEnd::not_offered("introspection says nothing of the type")),
        Some("DPoP") => Ok(()),
        Some(kind) if kind.eq_ignore_ascii_case("dpop") => {
            ctx.note(format!("introspection spells the type {kind:?}"));
            Ok(())
        }
        Some(kind) => {
            bound_in_truth(ctx, &token).await?;
            Err(exchange.broken("token_type DPoP", format!("token_type {kind:?}")))
        }
    }
}
