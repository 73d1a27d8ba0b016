//! Proofs of possession at the token endpoint, at `/par` and at the resource, and what is bound to a key (RFC 9449).

use super::dpop_signature::THUMBPRINT;
use super::stage::{Stage, coded, logged_in, nobody};
use super::table::{Table, check};

const REDEEM: &str = "POST /token";
const REFRESH: &str = "POST /token (refresh)";
const ITSELF: &str = "POST /token (for itself)";
const ME: &str = "GET /api/me";
const BOUND: &str = "GET /api/me (bound)";
const PUSH: &str = "POST /par";
const INTROSPECT: &str = "POST /introspect";
const REVOKE: &str = "POST /revoke";
const AUTHORIZE: &str = "GET /authorize";
const DECIDE: &str = "POST /authorize";

const NONCE: &str = " [DPoP-Nonce: nonce-now]";
const PUBLIC: &str = "-authorization client_id=public_1";
const OWN: &str = "-authorization client_id=public_1 redirect_uri=http://127.0.0.1:5/callback";

fn tokens(kind: &str, refresh: bool) -> String {
    let refresh = if refresh { "\"refresh_token\":\"<handle>\"," } else { "" };
    format!(
        "200 {{\"access_token\":\"<handle>\",\"expires_in\":3600,{refresh}\"scope\":\"profile\",\"token_type\":\"{kind}\"}}"
    )
}

fn bound(refresh: bool) -> String {
    format!("{}{NONCE}", tokens("DPoP", refresh))
}

fn refused(says: &str) -> String {
    format!("400 invalid_dpop_proof ({says})")
}

/// A refused request with a proof brings a nonce; one that the codec refused is as good.
fn refused_with_nonce(says: &str) -> String {
    format!("{}{NONCE}", refused(says))
}

const INVALID_REFRESH: &str = "400 invalid_grant (the refresh token is not valid for this request)";

const WANTED: &str =
    "400 use_dpop_nonce (the DPoP proof has to carry the nonce of this answer) [DPoP-Nonce: nonce-now]";

fn challenged(code: &str, says: &str) -> String {
    format!("401 {code} ({says}){NONCE} [WWW-Authenticate: DPoP algs=\"ES256 Ed25519 EdDSA PS256 RS256\", …]")
}

/// A public client has tokens that are bound to the first key.
fn bound_tokens(stage: &mut Stage) {
    logged_in(stage);
    stage.send(AUTHORIZE, "client_id=public_1 redirect_uri=http://127.0.0.1:5/callback");
    stage.send(DECIDE, "");
    stage.send(REDEEM, &format!("{OWN} proof:"));
}

/// A public client has tokens that are bound to no key.
fn unbound_tokens(stage: &mut Stage) {
    logged_in(stage);
    stage.send(AUTHORIZE, "client_id=public_1 redirect_uri=http://127.0.0.1:5/callback");
    stage.send(DECIDE, "");
    stage.send(REDEEM, OWN);
}

/// A code that is bound to the first key.
fn bound_code(stage: &mut Stage) {
    logged_in(stage);
    stage.send(AUTHORIZE, &format!("dpop_jkt={THUMBPRINT}"));
    stage.send(DECIDE, "");
}

/// Proofs without nonce are taken.
fn without_nonces(stage: &mut Stage) {
    coded(stage);
    stage.bench.policy.dpop_nonce = false;
}

/// The rows.
pub(crate) fn table() -> Table {
    let mut t = Table::of(REDEEM);
    proofs(&mut t);
    resource(&mut t);
    bindings(&mut t);
    pushed(&mut t);
    t
}

/// The defects of a proof, and what each is told.
const DEFECTS: &[(&str, &str)] = &[
    ("dpop:x", "the DPoP proof is no JWT"),
    ("dpop:", "the DPoP proof is no JWT"),
    ("dpop:a.b.c", "the DPoP proof is no JWT"),
    ("dpop:é", "the DPoP proof is no JWT"),
    ("proof:typ=JWT", "typ of the DPoP proof has to be dpop+jwt"),
    ("proof:-typ", "typ of the DPoP proof has to be dpop+jwt"),
    ("proof:alg=none", "alg of the DPoP proof is not known here"),
    ("proof:alg=HS256", "alg of the DPoP proof is not known here"),
    ("proof:-alg", "alg of the DPoP proof is not known here"),
    ("proof:key=private", "jwk of the DPoP proof holds a private key; please forget that key"),
    ("proof:key=none", "jwk of the DPoP proof is no public key for its alg"),
    ("proof:key=small", "jwk of the DPoP proof is no public key for its alg"),
    ("proof:alg=EdDSA", "jwk of the DPoP proof is no public key for its alg"),
    ("proof:-jwk", "jwk of the DPoP proof is no public key for its alg"),
    ("proof:-jti", "the DPoP proof lacks jti, htm, htu or iat, or a claim has a wrong type"),
    ("proof:-htm", "the DPoP proof lacks jti, htm, htu or iat, or a claim has a wrong type"),
    ("proof:-htu", "the DPoP proof lacks jti, htm, htu or iat, or a claim has a wrong type"),
    ("proof:-iat", "the DPoP proof lacks jti, htm, htu or iat, or a claim has a wrong type"),
    ("proof:number=jti", "the DPoP proof lacks jti, htm, htu or iat, or a claim has a wrong type"),
    ("proof:number=nonce", "the DPoP proof lacks jti, htm, htu or iat, or a claim has a wrong type"),
    ("proof: +proof:", "there is more than one DPoP header field"),
    ("proof:crit=x", "the DPoP proof is no JWT"),
    ("proof:sig=AAAA", "the DPoP proof is not signed by its own key"),
    ("proof:alg=Ed25519,key=ed,sig=AAAA", "the DPoP proof is not signed by its own key"),
    ("proof:htm=PUT", "the DPoP proof was made for another method or address"),
    ("proof:htm=post", "the DPoP proof was made for another method or address"),
    ("proof:htu=http://127.0.0.1:9000/other", "the DPoP proof was made for another method or address"),
    ("proof:htu=https://127.0.0.1:9000/token", "the DPoP proof was made for another method or address"),
    ("proof:htu=http://127.0.0.1:9001/token", "the DPoP proof was made for another method or address"),
    ("proof:htu=/token", "the DPoP proof was made for another method or address"),
    ("proof:iat=-300", "the DPoP proof is too old, or dated ahead"),
    ("proof:iat=61", "the DPoP proof is too old, or dated ahead"),
];

fn proofs(t: &mut Table) {
    t.from(coded);
    t.row("proof:", bound(false));
    t.row("proof:alg=RS256,key=rsa", bound(false));
    t.row("", tokens("Bearer", false));
    for (edits, says) in DEFECTS {
        t.row(*edits, refused_with_nonce(says));
    }
    for good in [
        "proof:htu=HTTP://127.0.0.1:9000/token?x#y",
        "proof:htu=http://127.0.0.1:9000/%74oken",
        "proof:iat=-299",
        "proof:iat=60",
        "proof:half=iat",
        "proof:nonce=nonce-before",
        "proof:key=2",
        "proof:alg=Ed25519,key=ed",
        "proof:alg=EdDSA,key=ed",
        "proof:-ath",
        "proof:unknown=1",
    ] {
        t.row(good, bound(false));
    }
    for wrong in ["proof:-nonce", "proof:nonce=x"] {
        t.row(wrong, WANTED);
    }
    // A refused proof redeems nothing; used once is used.
    t.story(&[(REDEEM, "proof:-nonce", WANTED), (REDEEM, "proof:", &bound(false))]);
    t.story(&[
        (
            REDEEM,
            "proof:jti=a code=x",
            &format!("400 invalid_grant (the code is not valid for this request){NONCE}"),
        ),
        (REDEEM, "proof:jti=a", &refused_with_nonce("the DPoP proof was used before")),
        (REDEEM, "proof:jti=b", &bound(false)),
    ]);
    // A used proof is remembered for as long as it would be good.
    t.story(&[
        (REDEEM, "proof:jti=a", &bound(false)),
        (REDEEM, "wait:299 proof:jti=a,iat=-299", &refused_with_nonce("the DPoP proof was used before")),
        (
            REDEEM,
            "wait:1 proof:jti=a,iat=-300",
            &refused_with_nonce("the DPoP proof is too old, or dated ahead"),
        ),
    ]);
    // Who is refused anyway has used nothing up.
    t.story(&[(REDEEM, "proof:jti=a,nonce=x", WANTED), (REDEEM, "proof:jti=a", &bound(false))]);
    // No key makes a code good once more.
    let used = format!("400 invalid_grant (the code is not valid for this request){NONCE}");
    t.story(&[(REDEEM, "proof:", &bound(false)), (REDEEM, "proof:", &used)]);
    t.from(without_nonces);
    for good in ["proof:-nonce", "proof:nonce=x"] {
        t.row(good, tokens("DPoP", false));
    }
    t.door(ITSELF);
    t.from(nobody);
    t.row("proof:", bound(false));
    let own = "basic:bound:bound_secret";
    t.row(format!("{own} grant_type=refresh_token"), refused("a DPoP proof is required"));
}

fn resource(t: &mut Table) {
    let served = "200 {\"client_id\":\"public_1\",\"scope\":\"profile\",\"user_id\":\"id001\"} [DPoP-Nonce: nonce-now]";
    t.from(bound_tokens);
    t.door(BOUND);
    t.row("proof:", served);
    t.row("authorization:dpop␣$token proof:", served);
    for (edits, says) in DEFECTS.iter().filter(|(edits, _)| !edits.contains("token")) {
        t.row(*edits, challenged("invalid_dpop_proof", says));
    }
    let missing = challenged("invalid_dpop_proof", "a DPoP proof is required").replace(NONCE, "");
    t.row("", missing);
    for wrong in ["proof:-ath", "proof:ath=x", "proof:ath=fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"] {
        t.row(wrong, challenged("invalid_dpop_proof", "the DPoP proof was not made for this access token"));
    }
    let nonce = challenged("use_dpop_nonce", "the DPoP proof has to carry the nonce of this answer");
    t.row("proof:-nonce", nonce.clone());
    t.row("proof:nonce=x", nonce);
    t.row("proof:key=2", challenged("invalid_token", "the DPoP proof is by another key"));
    t.story(&[
        (BOUND, "proof:jti=a", served),
        (BOUND, "proof:jti=a", &challenged("invalid_dpop_proof", "the DPoP proof was used before")),
    ]);
    // Behind Bearer a bound token opens nothing, with a proof or without.
    let as_bearer = "401 invalid_token (the access token needs a DPoP proof)";
    let bearer = "[WWW-Authenticate: Bearer realm=\"resource\", …]";
    t.story(&[
        (ME, "", &format!("{as_bearer} {bearer}")),
        (ME, "proof:", &format!("{as_bearer}{NONCE} {bearer}")),
    ]);
    t.from(coded);
    t.story(&[(REDEEM, "proof:", &bound(false)), (ME, "", &format!("{as_bearer} {bearer}"))]);
    t.from(bound_tokens);
    t.row("wait:3600 proof:", challenged("invalid_token", "the access token is not valid"));
    t.row(
        "authorization:DPoP␣abc proof:ath=ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0",
        challenged("invalid_token", "the access token is not valid"),
    );
    t.from(super::stage::redeemed);
    t.row("proof:", challenged("invalid_token", "the access token is not valid"));
    // A bound token is revoked by its client, with a proof or without.
    t.from(bound_tokens);
    let ended = challenged("invalid_token", "the access token is not valid");
    t.story(&[(REVOKE, &format!("{PUBLIC} token=$token"), "200"), (BOUND, "proof:", &ended)]);
    t.story(&[
        (REVOKE, PUBLIC, "200"),
        (REFRESH, &format!("{PUBLIC} proof:"), &format!("{INVALID_REFRESH}{NONCE}")),
    ]);
    t.door(INTROSPECT);
    t.row(
        "",
        format!(
            "200 {{\"active\":true,\"aud\":[\"http://127.0.0.1:9000/api/me\"],\"client_id\":\"public_1\",\
             \"cnf\":{{\"jkt\":\"{THUMBPRINT}\"}},\"exp\":1003600,\"iss\":\"http://127.0.0.1:9000\",\"scope\":\"profile\",\
             \"sub\":\"id001\",\"token_type\":\"DPoP\",\"username\":\"id001\"}}"
        ),
    );
}

fn bindings(t: &mut Table) {
    let missing = refused("a DPoP proof is required");
    let another = refused_with_nonce("the DPoP proof is by another key");
    // A public client's refresh token is bound to the key; a refusal spends nothing.
    t.from(bound_tokens);
    t.story(&[
        (REFRESH, PUBLIC, &missing),
        (REFRESH, &format!("{PUBLIC} proof:key=2"), &another),
        (REFRESH, &format!("{PUBLIC} proof:"), &bound(true)),
        // So is the one that it brings.
        (REFRESH, PUBLIC, &missing),
        (REFRESH, &format!("{PUBLIC} proof:key=2"), &another),
        (REFRESH, &format!("{PUBLIC} proof:"), &bound(true)),
    ]);
    // Who refreshes first with a key of his own shuts nobody up: the token before it, shown again, ends both.
    t.from(unbound_tokens);
    t.story(&[
        (REFRESH, &format!("{PUBLIC} proof:key=2"), &bound(true)),
        (REFRESH, &format!("{PUBLIC} refresh_token=$refresh1"), INVALID_REFRESH),
        (
            REFRESH,
            &format!("{PUBLIC} refresh_token=$refresh2 proof:key=2"),
            &format!("{INVALID_REFRESH}{NONCE}"),
        ),
    ]);
    // A confidential client's is not: its secret does.
    t.from(super::stage::refreshable);
    let all = |kind: &str| tokens(kind, true).replace("\"profile\"", "\"profile email\"");
    t.story(&[
        (REFRESH, "proof:", &format!("{}{NONCE}", all("DPoP"))),
        (REFRESH, "proof:key=2", &format!("{}{NONCE}", all("DPoP"))),
        (REFRESH, "", &all("Bearer")),
    ]);
    t.from(bound_code);
    t.story(&[(REDEEM, "", &missing), (REDEEM, "proof:key=2", &another), (REDEEM, "proof:", &bound(false))]);
    t.door(AUTHORIZE);
    t.from(logged_in);
    for wrong in ["x", "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I=", "AAAA"] {
        t.row(
            format!("dpop_jkt={wrong}"),
            "303 CB error=invalid_request (dpop_jkt has a wrong form) state=xyz",
        );
    }
}

fn pushed(t: &mut Table) {
    let taken = format!(
        "201 {{\"expires_in\":300,\"request_uri\":\"urn:ietf:params:oauth:request_uri:<handle>\"}}{NONCE}"
    );
    let consent = "200 consent <handle> id001: client_1 wants profile at CB";
    let code = "303 CB code=<handle> state=xyz";
    let mine = "GET /authorize (pushed)";
    t.from(logged_in);
    for (pushes, key) in [("proof:", ""), ("proof: dpop_jkt=$jkt", "")] {
        let pushes = format!("{}{key}", pushes.replace("$jkt", THUMBPRINT));
        t.story(&[
            (PUSH, &pushes, &taken),
            (mine, "", consent),
            (DECIDE, "", code),
            (REDEEM, "proof:key=2", &refused_with_nonce("the DPoP proof is by another key")),
            (REDEEM, "proof:", &bound(false)),
        ]);
    }
    t.door(PUSH);
    let differs = format!("proof:key=2 dpop_jkt={THUMBPRINT}");
    t.row(differs, refused_with_nonce("the DPoP proof is by another key"));
    t.row(
        "proof:htu=http://127.0.0.1:9000/token",
        refused_with_nonce("the DPoP proof was made for another method or address"),
    );
    t.row("proof:typ=JWT", refused_with_nonce("typ of the DPoP proof has to be dpop+jwt"));
    t.row("proof:-nonce", WANTED);
}

#[test]
fn every_proof_is_judged_as_the_table_says() {
    check(&table().rows);
}
