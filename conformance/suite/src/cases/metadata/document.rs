//! The authorization server's metadata (RFC 8414): what stands in it, and that it is true.
//!
//! Where it lies and how it is sent is in `address.rs`.

use std::sync::Arc;

use oauth_rules::rules;
use serde_json::Value;
use url::Url;

use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::metadata::{document, https_fault};
use crate::expect;
use crate::flow::{self, AuthorizationRequest, TokenRequest};
use crate::subject::{FileKey, Need};
use crate::wire::{Actor, Exchange, Params, Request};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "metadata/issuer-is-an-https-url",
        rules: rules!["rfc8414-2-issuer-form"],
        about: "The metadata has an issuer, which is an https URL without query and fragment.",
        needs: &[Need::Metadata],
        run: |ctx| Box::pin(issuer_is_an_https_url(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "metadata/names-the-endpoints",
        rules: rules!["rfc8414-2-required-members"],
        about: "The metadata has response types and the addresses of both endpoints, and something answers there.",
        needs: &[Need::Metadata],
        run: |ctx| Box::pin(names_the_endpoints(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "metadata/authorization-endpoint-has-no-fragment",
        rules: rules!["rfc6749-3.1-authorization-endpoint-no-fragment"],
        about: "The published address of the authorization endpoint has no fragment.",
        needs: &[Need::Metadata],
        run: |ctx| Box::pin(authorization_endpoint_has_no_fragment(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "metadata/revocation-endpoint-by-https",
        rules: rules!["rfc7009-2-endpoint-https"],
        about: "The published address of the revocation endpoint is an https URL without fragment.",
        needs: &[Need::Metadata, Need::Revocation],
        run: |ctx| Box::pin(revocation_endpoint_by_https(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "metadata/lists-are-lists",
        rules: rules!["rfc8414-3.2-no-empty-arrays", "rfc8414-3.2-lists-are-arrays"],
        about: "Lists in the metadata are arrays of strings, and none is empty.",
        needs: &[Need::Metadata],
        run: |ctx| Box::pin(lists_are_lists(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "metadata/says-how-assertions-are-signed",
        rules: rules!["rfc8414-2-auth-signing-alg-values"],
        about: "Where clients may authenticate by JWT, the algorithms are listed, and none is not among them.",
        needs: &[Need::Metadata],
        run: |ctx| Box::pin(says_how_assertions_are_signed(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "metadata/keys-are-public",
        rules: rules!["rfc8414-2-jwks-uri"],
        about: "The key set is fetched by https and has no private keys.",
        needs: &[Need::Metadata],
        run: |ctx| Box::pin(keys_are_public(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "metadata/challenge-methods-are-true",
        rules: rules!["rfc8414-2-pkce-omitted-means-unsupported"],
        about: "The server enforces the challenge methods that its metadata lists, and no others.",
        needs: &[Need::Metadata, Need::Login],
        run: |ctx| Box::pin(challenge_methods_are_true(ctx)),
        ..Case::DEFAULT
    },
];

/// The document, fetched once more, as an object.
async fn fetched(ctx: &Context) -> Checked<(Arc<Exchange>, Value)> {
    let exchange = document(ctx).await?;
    let json = exchange.response()?.json().filter(Value::is_object);
    let json = json.ok_or_else(|| exchange.broken("a JSON object", "something else"));
    let json = json.control("the metadata, once more")?;
    Ok((exchange, json))
}

async fn issuer_is_an_https_url(ctx: &Context) -> Checked {
    let (exchange, json) = fetched(ctx).await?;
    let expected = "issuer as an https URL without query and fragment";
    match json.get("issuer").and_then(Value::as_str) {
        None => Err(exchange.broken(expected, "no issuer")),
        Some(issuer) => match https_fault(issuer, false) {
            Some(fault) => Err(exchange.broken(expected, format!("{issuer:?}, {fault}"))),
            None => Ok(()),
        },
    }
}

/// An endpoint's address in the metadata.
async fn endpoint(ctx: &Context, member: &'static str) -> Checked<(Arc<Exchange>, String)> {
    let (exchange, json) = fetched(ctx).await?;
    match json.get(member).and_then(Value::as_str) {
        Some(text) => Ok((exchange, text.to_owned())),
        None => Err(CaseEnd::not_offered(format!("the metadata has no {member}")).at(&exchange)),
    }
}

async fn authorization_endpoint_has_no_fragment(ctx: &Context) -> Checked {
    let (exchange, text) = endpoint(ctx, "authorization_endpoint").await?;
    if text.contains('#') {
        return Err(exchange.broken("authorization_endpoint without a fragment", text));
    }
    Ok(())
}

async fn revocation_endpoint_by_https(ctx: &Context) -> Checked {
    let (exchange, text) = endpoint(ctx, "revocation_endpoint").await?;
    match https_fault(&text, true) {
        Some(fault) => {
            let expected = "revocation_endpoint as an https URL without fragment";
            Err(exchange.broken(expected, format!("{text:?}, {fault}")))
        }
        None => Ok(()),
    }
}

async fn names_the_endpoints(ctx: &Context) -> Checked {
    let (exchange, json) = fetched(ctx).await?;
    let types = json.get("response_types_supported").and_then(Value::as_array);
    if !types.is_some_and(|types| !types.is_empty() && types.iter().all(Value::is_string)) {
        let saw = json.get("response_types_supported").map_or_else(|| "none".into(), ToString::to_string);
        ctx.tell(exchange.broken("response_types_supported as an array of strings", saw));
    }
    let client = ctx.parties().client()?;
    if let Some(url) = ctx.told(named(&exchange, &json, "authorization_endpoint")) {
        let ask: AuthorizationRequest = flow::ask(ctx, &client);
        if let Some(answer) = ctx.told(ctx.send(Actor::Suite, ask.request(url)).await) {
            ctx.told(expect::judged(&answer).control("an honest authorization request"));
            ctx.told(is_there(&answer, "authorization_endpoint"));
        }
    }
    if let Some(url) = ctx.told(named(&exchange, &json, "token_endpoint")) {
        let params = Params::from([("grant_type", "authorization_code"), ("code", &ctx.fresh())]);
        let request = TokenRequest::new(&client, params).set("redirect_uri", &client.redirect_uri);
        is_there(&ctx.send(Actor::Suite, request.request(url)).await?, "token_endpoint")?;
    }
    Ok(())
}

/// The absolute URL that the metadata has for an endpoint.
fn named<'j>(exchange: &Arc<Exchange>, json: &'j Value, member: &str) -> Checked<&'j str> {
    let text = json.get(member).and_then(Value::as_str).unwrap_or_default();
    if !Url::parse(text).is_ok_and(|url| url.has_host()) {
        return Err(exchange.broken(format!("{member} as an absolute URL"), format!("{text:?}")));
    }
    Ok(text)
}

/// Something is at an endpoint's address.
fn is_there(answer: &Arc<Exchange>, member: &str) -> Checked {
    const NOT_FOUND: u16 = 404;
    if answer.response()?.status == NOT_FOUND {
        return Err(answer.broken(format!("an answer at {member}"), "status 404"));
    }
    Ok(())
}

/// The members that RFC 8414 and its extensions define as lists.
const LISTS: &[&str] = &[
    "scopes_supported",
    "response_types_supported",
    "response_modes_supported",
    "grant_types_supported",
    "token_endpoint_auth_methods_supported",
    "token_endpoint_auth_signing_alg_values_supported",
    "ui_locales_supported",
    "revocation_endpoint_auth_methods_supported",
    "revocation_endpoint_auth_signing_alg_values_supported",
    "introspection_endpoint_auth_methods_supported",
    "introspection_endpoint_auth_signing_alg_values_supported",
    "code_challenge_methods_supported",
    "dpop_signing_alg_values_supported",
    "protected_resources",
];

async fn lists_are_lists(ctx: &Context) -> Checked {
    let (exchange, json) = fetched(ctx).await?;
    for (name, value) in json.as_object().into_iter().flatten() {
        let list = value.as_array();
        if list.is_some_and(Vec::is_empty) {
            let end = exchange.broken(format!("no {name}, as it has no members"), "an empty list");
            ctx.tell(end.under(rules!["rfc8414-3.2-no-empty-arrays"]));
        }
        if LISTS.contains(&name.as_str()) && !list.is_some_and(|list| list.iter().all(Value::is_string)) {
            let end = exchange.broken(format!("{name} as a list of strings"), value.to_string());
            ctx.tell(end.under(rules!["rfc8414-3.2-lists-are-arrays"]));
        }
    }
    Ok(())
}

async fn says_how_assertions_are_signed(ctx: &Context) -> Checked {
    let (exchange, json) = fetched(ctx).await?;
    let listed = |name: &str, value: &str| {
        let list = json.get(name).and_then(Value::as_array);
        list.is_some_and(|list| list.iter().any(|member| member == value))
    };
    let mut offered = false;
    for endpoint in ["token", "revocation", "introspection"] {
        let methods = format!("{endpoint}_endpoint_auth_methods_supported");
        let algorithms = format!("{endpoint}_endpoint_auth_signing_alg_values_supported");
        if listed(&algorithms, "none") {
            ctx.tell(exchange.broken(format!("{algorithms} without none"), "none in it"));
        }
        if listed(&methods, "private_key_jwt") || listed(&methods, "client_secret_jwt") {
            offered = true;
            if !json.get(&algorithms).is_some_and(Value::is_array) {
                ctx.tell(exchange.broken(format!("{algorithms} beside {methods}"), "none"));
            }
        }
    }
    if offered { Ok(()) } else { Err(CaseEnd::not_offered("no endpoint offers authentication by JWT")) }
}

async fn keys_are_public(ctx: &Context) -> Checked {
    let (exchange, url) = endpoint(ctx, "jwks_uri").await?;
    if let Some(fault) = https_fault(&url, true) {
        return Err(exchange.broken("jwks_uri as an https URL", format!("{url:?}, {fault}")));
    }
    if !Url::parse(&url).is_ok_and(|url| ctx.target().is_own(&url)) {
        return Err(
            CaseEnd::not_tested("the keys are on another host; add it to origins").lacks(FileKey::Origins)
        );
    }
    let exchange = ctx.send(Actor::Suite, Request::get(url)).await?;
    let json = exchange.response()?.json().unwrap_or_default();
    let Some(keys) = json.get("keys").and_then(Value::as_array) else {
        return Err(exchange.broken("a JWK set", expect::describe(exchange.response()?)));
    };
    for key in keys {
        let private = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"].into_iter();
        if let Some(member) = private.into_iter().find(|member| key.get(member).is_some()) {
            ctx.tell(exchange.broken("public keys", format!("a key with the member {member}")));
        }
    }
    let uses: Vec<Option<&str>> = keys.iter().map(|key| key.get("use").and_then(Value::as_str)).collect();
    if uses.contains(&Some("enc")) && uses.iter().any(Option::is_none) {
        return Err(exchange.broken("use on each key, as there are keys for encryption", "a key without use"));
    }
    Ok(())
}

/// What the server does about a challenge of this method.
#[derive(PartialEq, Eq)]
enum Enforcement {
    /// It takes no such challenge.
    Refused,
    /// The right verifier redeems the code, another does not.
    Enforced,
    /// Any verifier redeems the code.
    Ignored,
    /// Not even the right verifier does.
    Broken,
}

async fn enforcement(ctx: &Context, method: &str) -> Checked<Enforcement> {
    let client = ctx.parties().client()?;
    let mut redeemed = Vec::new();
    for right in [true, false] {
        let verifier = ctx.fresh();
        let ask = flow::ask(ctx, &client).with_verifier(&verifier);
        let ask = match method {
            "plain" => ask.set("code_challenge", &verifier).set("code_challenge_method", "plain"),
            _ => ask,
        };
        let landing = flow::authorize(ctx, &ask).await?;
        expect::judged(landing.exchange()).control("an authorization request with a challenge")?;
        let Ok(code) = flow::code_from(&ask, &landing) else { return Ok(Enforcement::Refused) };
        let verifier = if right { verifier } else { ctx.fresh() };
        let answer = flow::token(ctx, &flow::redemption(&code).set("code_verifier", &verifier)).await?;
        answer.response()?;
        if right {
            expect::judged(&answer).control("a token request with the right verifier")?;
        }
        redeemed.push(expect::token(&answer).is_ok());
    }
    Ok(match redeemed.as_slice() {
        [true, false] => Enforcement::Enforced,
        [true, true] => Enforcement::Ignored,
        _ => Enforcement::Broken,
    })
}

async fn challenge_methods_are_true(ctx: &Context) -> Checked {
    flow::access(ctx, &ctx.parties().client()?).await?;
    let (exchange, json) = fetched(ctx).await?;
    let list = json.get("code_challenge_methods_supported").and_then(Value::as_array);
    for method in ["S256", "plain"] {
        let listed = list.is_some_and(|list| list.iter().any(|member| member == method));
        let when = format!("the method is {method}");
        let Some(found) = ctx.tried(&when, enforcement(ctx, method).await) else { continue };
        let does = match found {
            Enforcement::Refused => "refuses such challenges",
            Enforcement::Enforced => "enforces it",
            Enforcement::Ignored => "takes any verifier",
            Enforcement::Broken => "takes no verifier",
        };
        let says = if listed { "lists" } else { "does not list" };
        if listed && found == Enforcement::Refused && method == "plain" {
            ctx.note("the metadata lists plain, which is refused, if not by the server then for this client");
        } else if listed != (found == Enforcement::Enforced) {
            let expected = format!("{method} listed if it is enforced, and only then");
            let end = exchange.broken(expected, format!("the metadata {says} it, and the server {does}"));
            let unchecked = listed && found == Enforcement::Ignored;
            ctx.tell(if unchecked { end.under(rules!["rfc7636-4.6-mismatch-invalid-grant"]) } else { end });
        }
    }
    Ok(())
}
