//! DPoP (RFC 9449): what proofs say, that they are signed, and where they are sent.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oauth_reference_client::Registration;
use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{Signature, VerifyingKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::nonce;
use crate::server::{Answer, Received, Server};
use crate::wire;
use crate::world::{Browser, Departure, Held, Host, METADATA, Stop, TOKEN, World, control, demand, metadata};

crate::checks! {
    form "proof/it-is-a-signed-jwt-of-its-request" ["rfc9449-4.2-client-proof-form"];
    no_private_key "proof/its-key-is-public" ["rfc9449-4.2-client-no-private-key"];
    jti_unique "proof/no-two-are-alike" ["rfc9449-4.2-client-jti-unique"];
    token_hash "proof/a-token-is-hashed-into-it" ["rfc9449-4.2-client-ath"];
    at_token_requests "proof/each-token-request-has-one" ["rfc9449-5-client-proof-on-token-request"];
    at_resources "proof/a-bound-token-is-shown-with-one" ["rfc9449-7-client-proof-and-token"];
    token_type "proof/an-unbound-token-is-put-aside" ["rfc9449-5-client-checks-token-type"];
}

/// A moment at which the token of these tests is refreshed.
pub(crate) const SHORTLY_BEFORE: Duration = Duration::from_secs(3599);

pub(crate) fn tokens() -> Value {
    json!({ "access_token": TOKEN, "token_type": "DPoP", "expires_in": 3600, "refresh_token": "refresh-1" })
}

pub(crate) fn profile() -> Value {
    json!({ "name": "Ada" })
}

/// A client that wants bound tokens, at a server whose endpoints have queries.
pub(crate) async fn world(host: &Host, configure: impl FnOnce(&mut Registration)) -> World {
    let script = |server: &Server| {
        let mut document = metadata(&server.origin);
        document["token_endpoint"] = json!(format!("{}/token?tenant=1", server.origin));
        document["dpop_signing_alg_values_supported"] = json!(["ES256"]);
        server.answer(METADATA, Answer::json(200, &document));
        server.answer("/token", Answer::json(200, &tokens()));
    };
    let bound = |config: &mut Registration| {
        config.dpop = true;
        config.endpoints.resource = Some(format!("{}/api/me?view=full", config.issuer));
        configure(config);
    };
    host.world_with(script, bound).await
}

pub(crate) async fn log_in(world: &World) -> Result<(Browser, Departure), Stop> {
    let mut browser = world.browser();
    let departure = browser.depart().await?;
    let reply = browser.callback(&world.response(&departure, "code")?).await;
    control(reply.status == 303, format!("an honest login ended in {}", reply.status))?;
    Ok((browser, departure))
}

/// Logs in, fetches the resource, refreshes, and fetches it again.
async fn whole_way(host: &Host) -> Result<(World, Departure), Stop> {
    let world = world(host, |_| {}).await;
    let (mut browser, departure) = log_in(&world).await?;
    control(browser.is_logged_in().await, "the profile is not shown")?;
    world.clock.advance(SHORTLY_BEFORE);
    control(browser.is_logged_in().await, "the profile is not shown after a refresh")?;
    let counts = ["/token", "/api/me"].map(|path| world.server.seen_at(path).len());
    control(counts == [2, 2], format!("{counts:?} requests instead of two each"))?;
    Ok((world, departure))
}

/// The requests that have to have a proof.
fn proved(world: &World) -> Vec<Received> {
    world
        .server
        .seen()
        .into_iter()
        .filter(|seen| ["/token", "/api/me"].contains(&seen.path.as_str()))
        .collect()
}

/// A proof as it arrived.
pub(crate) struct Proof {
    header: Value,
    claims: Value,
    signed: bool,
}

impl Proof {
    fn read(text: &str) -> Option<Self> {
        let (input, signature) = text.rsplit_once('.')?;
        let (header, claims) = input.split_once('.')?;
        let json = |part: &str| -> Option<Value> {
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
        };
        let (header, claims) = (json(header)?, json(claims)?);
        let mut point = vec![4];
        for name in ["x", "y"] {
            point.extend(URL_SAFE_NO_PAD.decode(header["jwk"][name].as_str()?).ok()?);
        }
        let key = VerifyingKey::from_sec1_bytes(&point).ok()?;
        let signature = Signature::from_slice(&URL_SAFE_NO_PAD.decode(signature).ok()?).ok()?;
        let signed = key.verify(input.as_bytes(), &signature).is_ok();
        Some(Self { header, claims, signed })
    }

    /// The proof of a request, which has to be there once.
    pub(crate) fn of(request: &Received) -> Result<Self, Stop> {
        let shown = request.header("dpop");
        let [proof] = shown.as_slice() else {
            let (path, times) = (&request.path, shown.len());
            return Err(Stop::Control(format!("{times} proofs at {path}")));
        };
        Self::read(proof).ok_or_else(|| Stop::Control(format!("no proof can be read at {}", request.path)))
    }

    pub(crate) fn claim(&self, name: &str) -> Option<&str> {
        self.claims[name].as_str()
    }

    /// The thumbprint of its key (RFC 7638).
    fn thumbprint(&self) -> String {
        let member = |name: &str| self.header["jwk"][name].as_str().unwrap_or_default().to_owned();
        let text = format!(
            r#"{{"crv":"{}","kty":"{}","x":"{}","y":"{}"}}"#,
            member("crv"),
            member("kty"),
            member("x"),
            member("y")
        );
        URL_SAFE_NO_PAD.encode(Sha256::digest(text.as_bytes()))
    }
}

async fn form(host: &Host) -> Held {
    let (world, _) = whole_way(host).await?;
    let now = world.clock.now().0;
    for request in proved(&world) {
        let proof = Proof::of(&request)?;
        let at = &request.path;
        demand(proof.header["typ"] == "dpop+jwt", format!("typ is {} at {at}", proof.header["typ"]))?;
        demand(proof.header["alg"] == "ES256", format!("alg is {} at {at}", proof.header["alg"]))?;
        let kind = (&proof.header["jwk"]["kty"], &proof.header["jwk"]["crv"]);
        demand(kind.0 == "EC" && kind.1 == "P-256", format!("the key is {kind:?} at {at}"))?;
        demand(proof.signed, format!("the signature is wrong at {at}"))?;
        demand(
            proof.claim("htm") == Some(&request.method),
            format!("htm is {:?} at {at}", proof.claim("htm")),
        )?;
        let url = format!("{}{at}", world.server.origin);
        demand(proof.claim("htu") == Some(&url), format!("htu is {:?} at {at}", proof.claim("htu")))?;
        demand(proof.claim("jti").is_some_and(|jti| jti.len() >= 16), format!("no jti at {at}"))?;
        let made = proof.claims["iat"].as_u64().unwrap_or_default();
        demand((now - 3700..=now).contains(&made), format!("iat is {made} and not {now} at {at}"))?;
    }
    Ok(())
}

async fn no_private_key(host: &Host) -> Held {
    let (world, _) = whole_way(host).await?;
    for request in proved(&world) {
        let proof = Proof::of(&request)?;
        for name in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
            demand(proof.header["jwk"][name].is_null(), format!("the key has {name:?} at {}", request.path))?;
        }
    }
    Ok(())
}

async fn jti_unique(host: &Host) -> Held {
    let (world, _) = whole_way(host).await?;
    // Sent again, a request has a proof of its own too.
    world.server.answer("/token", nonce::wants_nonce("n1").first_of(Answer::json(200, &tokens())));
    log_in(&world).await?;
    let mut seen: Vec<String> = Vec::new();
    for request in proved(&world) {
        let jti = Proof::of(&request)?.claim("jti").unwrap_or_default().to_owned();
        demand(!seen.contains(&jti), format!("two proofs have the jti {jti:?}"))?;
        seen.push(jti);
    }
    control(seen.len() == 6, format!("{} proofs instead of six", seen.len()))
}

async fn token_hash(host: &Host) -> Held {
    let (world, _) = whole_way(host).await?;
    for request in world.server.seen_at("/api/me") {
        let proof = Proof::of(&request)?;
        let expected = wire::s256(TOKEN);
        demand(proof.claim("ath") == Some(&expected), format!("ath is {:?}", proof.claim("ath")))?;
    }
    for request in world.token_requests() {
        control(Proof::of(&request)?.claims["ath"].is_null(), "a token request has a token's hash")?;
    }
    Ok(())
}

async fn at_token_requests(host: &Host) -> Held {
    let (world, departure) = whole_way(host).await?;
    let mut keys = Vec::new();
    for request in world.token_requests() {
        let form = request.form();
        let kind = wire::once(&form, "grant_type").unwrap_or_default().to_owned();
        let shown = request.header("dpop").len();
        demand(shown == 1, format!("{shown} proofs at a token request for {kind}"))?;
        keys.push(Proof::of(&request)?.thumbprint());
    }
    demand(keys[0] == keys[1], "the refresh is proved by another key than the login")?;
    // The code is bound to that key before it exists.
    let announced = departure.param("dpop_jkt");
    control(announced.as_ref() == keys.first(), format!("dpop_jkt is {announced:?}"))?;
    // Another login has another key.
    let (_, other) = log_in(&world).await?;
    control(other.param("dpop_jkt") != announced, "two logins have one key")
}

async fn at_resources(host: &Host) -> Held {
    let (world, _) = whole_way(host).await?;
    let expected = format!("DPoP {TOKEN}");
    let mut keys = vec![Proof::of(&world.token_requests()[0])?.thumbprint()];
    for request in world.server.seen_at("/api/me") {
        let shown = request.header("authorization");
        let scheme = shown.join(", ").split(' ').next().unwrap_or_default().to_owned();
        demand(shown == [expected.as_str()], format!("a bound token is shown by the scheme {scheme:?}"))?;
        demand(request.header("dpop").len() == 1, "a bound token is shown without one proof")?;
        keys.push(Proof::of(&request)?.thumbprint());
    }
    keys.dedup();
    demand(keys.len() == 1, "a token is shown with a proof of another key than its own")
}

async fn token_type(host: &Host) -> Held {
    whole_way(host).await?;
    for kind in [json!("Bearer"), json!("bearer"), json!("N_A"), Value::Null] {
        let world = world(host, |_| {}).await;
        let mut answer = tokens();
        answer["token_type"] = kind.clone();
        world.server.answer("/token", Answer::json(200, &answer));
        let mut browser = world.browser();
        let departure = browser.depart().await?;
        browser.callback(&world.response(&departure, "code")?).await;
        control(world.token_requests().len() == 1, "the response was not taken")?;
        browser.get("/profile").await;
        let used = world.server.seen_at("/api/me").len();
        demand(used == 0, format!("a token of type {kind} is used where a bound one was asked for"))?;
    }
    // In any case it is known.
    let world = world(host, |_| {}).await;
    let mut answer = tokens();
    answer["token_type"] = json!("dpop");
    world.server.answer("/token", Answer::json(200, &answer));
    let (mut browser, _) = log_in(&world).await?;
    control(browser.is_logged_in().await, "a token of type dpop is not used")
}

#[tokio::test]
async fn without_dpop_no_proof_is_sent_and_no_key_announced() {
    let world = Host::default().world().await;
    let mut browser = world.browser();
    let departure = browser.depart().await.expect("a login starts");
    browser.callback(&world.response(&departure, "code").expect("it has a state")).await;
    assert!(browser.is_logged_in().await && departure.param("dpop_jkt").is_none());
    assert!(world.server.seen().iter().all(|seen| seen.header("dpop").is_empty()));
}
