//! Dynamic registration: what a client is told, and that it then works (RFC 7591, sections 2 and 3).
//!
//! What is refused is in `refusal.rs`, redirect URIs in `redirect_uri.rs`. Clients that a run
//! registers stay: no text gives a way to remove them.

use std::collections::BTreeMap;
use std::sync::Arc;

use oauth_rules::rules;
use serde_json::Value;

use crate::case::{Case, Context, Isolation};
use crate::case_end::{CaseEnd, Checked, EndAs as _, EndKind};
use crate::cases::support::entropy;
use crate::cases::support::honest::{by_get, honest, is_unknown};
use crate::cases::support::refresh::refresh;
use crate::cases::support::registration::without;
use crate::cases::support::spoil;
use crate::expect::{self, Token};
use crate::flow::{self, Authentication, METHODS, Registered};
use crate::subject::{Client, ClientAuthentication, Need};
use crate::wire::{Actor, Exchange, fields};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "registration/answered-201",
        rules: rules!["rfc7591-3.2.1-created-response", "rfc7591-3.2-created-201-json"],
        about: "A registration is answered 201 with a client_id, and the new client finishes a flow.",
        needs: &[Need::Login, Need::Registration],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(answered_201(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "registration/open-to-anyone",
        rules: rules!["rfc7591-3-open-registration"],
        about: "A client registers without an initial access token.",
        needs: &[Need::Registration],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(open_to_anyone(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "registration/redirect-uris-are-kept",
        rules: rules!["rfc7591-2-redirect-uris-supported"],
        about: "The redirect URIs of a registration come back, and the flow leads there.",
        needs: &[Need::Login, Need::Registration],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(redirect_uris_are_kept(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "registration/unknown-members-do-no-harm",
        rules: rules!["rfc7591-2-unknown-metadata-ignored"],
        about: "Metadata that a server does not know does not stop a registration.",
        needs: &[Need::Registration],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(unknown_members_do_no_harm(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "registration/basic-unless-told",
        rules: rules!["rfc7591-2-auth-method-default"],
        about: "A client that names no authentication method is registered for Basic.",
        needs: &[Need::Login, Need::Registration],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(basic_unless_told(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "registration/code-unless-told",
        rules: rules!["rfc7591-2-grant-and-response-defaults"],
        about: "A client that names no grant and response types is registered for the code flow.",
        needs: &[Need::Login, Need::Registration],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(code_unless_told(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "registration/public-client-has-no-secret",
        rules: rules!["rfc7591-2-auth-method-none-no-secret"],
        about: "A client registered with the method none gets no secret and needs none.",
        needs: &[Need::Login, Need::Registration, Need::PublicClient],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(public_client_has_no_secret(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "registration/tells-what-was-registered",
        rules: rules!["rfc7591-3.2.1-registered-metadata-returned"],
        about: "The response tells what was registered: the redirect URIs, and whatever else takes effect.",
        needs: &[Need::Login, Need::Registration],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(tells_what_was_registered(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "registration/secret-has-an-end",
        rules: rules!["rfc7591-3.2.1-secret-expires-at"],
        about: "Beside a client_secret stands a whole client_secret_expires_at.",
        needs: &[Need::Registration],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(secret_has_an_end(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "registration/identifiers-differ",
        rules: rules!["rfc7591-3.2.1-client-id-unique"],
        about: "Two registrations that differ get two client identifiers.",
        needs: &[Need::Registration],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(identifiers_differ(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "registration/identifier-is-not-chosen",
        rules: rules!["rfc9700-4.15.1-client-id-not-chosen-by-client"],
        about: "A client cannot register under an identifier of its choice, least of all a user's.",
        needs: &[Need::Registration],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(identifier_is_not_chosen(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "registration/secrets-differ",
        rules: rules!["rfc7591-3.2.1-secret-unique"],
        about: "No two client identifiers get the same secret, also for equal registrations.",
        needs: &[Need::Registration],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(secrets_differ(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "registration/answer-is-not-stored",
        rules: rules!["rfc7591-3.2.1-response-not-stored"],
        about: "The answer to a registration is kept out of caches.",
        needs: &[Need::Registration],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(answer_is_not_stored(ctx)),
        ..Case::DEFAULT
    },
];

/// A whole flow of a new client.
async fn finishes_a_flow(ctx: &Context, client: &Arc<Client>) -> Checked<Token> {
    let ask = flow::ask(ctx, client);
    let landing = flow::authorize(ctx, &ask).await?;
    let code = by_get(flow::code_from(&ask, &landing));
    let code = honest(code, "an authorization request of the new client")?;
    let answer = flow::token(ctx, &flow::redemption(&code)).await?;
    honest(expect::token(&answer), "a token request of the new client")
}

/// The strings of an array in a response.
fn list<'a>(json: &'a Value, name: &str) -> Option<Vec<&'a str>> {
    Some(json.get(name)?.as_array()?.iter().filter_map(Value::as_str).collect())
}

async fn answered_201(ctx: &Context) -> Checked {
    let answer = flow::register(ctx, &flow::metadata(ctx)?).await?;
    let response = answer.response()?;
    let registered = flow::as_registered(ctx, &answer);
    // One that is refused has no answer of this kind, and other cases say what may be refused.
    let is_answered = (200..300).contains(&response.status);
    let registered = if is_answered {
        registered.under(rules!["rfc7591-3.2.1-created-response"])
    } else {
        registered.control("an honest registration")
    }?;
    if response.status != 201 || response.media_type().as_deref() != Some("application/json") {
        let end = answer.broken("status 201 and a body of type application/json", expect::describe(response));
        ctx.tell(end.under(rules!["rfc7591-3.2-created-201-json"]));
    }
    let mut finished = finishes_a_flow(ctx, &registered.client).await.map(drop);
    if registered.client.redirect_uri != ctx.parties().client()?.redirect_uri {
        finished = finished.control("a flow of a client that is told of another redirect URI than its own");
    }
    finished.when("the new client asks for a token").under(rules!["rfc7591-3.2.1-created-response"])
}

async fn open_to_anyone(ctx: &Context) -> Checked {
    let metadata = flow::metadata(ctx)?;
    // Where a token is known, a refusal without it is for the token's sake.
    if ctx.target().registration_token.is_some() {
        flow::registered(ctx, &metadata).await?;
    }
    let request = flow::registration(ctx, &metadata)?.without_header("Authorization");
    let answer = ctx.send(Actor::OtherClient, request).await?;
    match answer.response()?.status {
        401 | 403 => {
            Err(answer.broken("a registration without a token", expect::describe(answer.response()?)))
        }
        _ => expect::registration(&answer).map(drop).control("an honest registration"),
    }
}

async fn redirect_uris_are_kept(ctx: &Context) -> Checked {
    let Registered { client, json, exchange } = flow::registered(ctx, &flow::metadata(ctx)?).await?;
    let wanted = ctx.parties().client()?.redirect_uri.clone();
    match list(&json, "redirect_uris") {
        Some(uris) if uris.contains(&wanted.as_str()) => {
            if uris.len() > 1 {
                ctx.note(format!("redirect_uris {uris:?}"));
            }
        }
        found => {
            let saw = found.map_or_else(|| "none".into(), |found| format!("{found:?}"));
            ctx.tell(exchange.broken(format!("redirect_uris with {wanted:?}"), saw));
        }
    }
    let ask = flow::ask(ctx, &client).set("redirect_uri", &wanted);
    let landing = flow::authorize(ctx, &ask).await?;
    let location = by_get(expect::code_redirect(&ask, &landing));
    let location = honest(location, "an authorization request of the new client");
    if location.as_ref().is_err_and(|end| end.kind == EndKind::Broken)
        && is_unknown(ctx, &ask, &landing).await?
    {
        let reason = "the new client is not known, so that nothing shows of its redirect URIs";
        return Err(CaseEnd::not_tested(reason).at(landing.exchange()));
    }
    let location = location?;
    if location.is_at(&wanted) {
        return Ok(());
    }
    let bare = wanted.split('?').next().unwrap_or_default();
    Err(location.exchange.broken(format!("a code at {bare}"), format!("one at {}", location.base())))
}

async fn unknown_members_do_no_harm(ctx: &Context) -> Checked {
    flow::registered(ctx, &flow::metadata(ctx)?).await?;
    let mut metadata = flow::metadata(ctx)?;
    metadata["suite_unknown"] = serde_json::json!({ "a": [1, null] });
    let answer = flow::register(ctx, &metadata).await?;
    if expect::registration(&answer)?.get("suite_unknown").is_some() {
        ctx.note("the unknown member comes back");
    }
    Ok(())
}

async fn basic_unless_told(ctx: &Context) -> Checked {
    const BASIC: &str = "client_secret_basic";
    let mut metadata = flow::metadata(ctx)?;
    without(&mut metadata, &["token_endpoint_auth_method"]);
    let answer = flow::register(ctx, &metadata).await?;
    let registered = match honest(flow::as_registered(ctx, &answer), "an honest registration") {
        // What nobody may have may be refused (RFC 7591, section 3.2.1).
        Err(end) if end.kind == EndKind::Broken && ctx.target().metadata_rules_out(METHODS, BASIC) => {
            return Err(
                CaseEnd::not_offered("the server takes no client that authenticates by Basic").at(&answer)
            );
        }
        registered => registered?,
    };
    let told = registered.json.get("token_endpoint_auth_method").and_then(Value::as_str);
    if let Some(other) = told.filter(|told| *told != BASIC) {
        return Err(CaseEnd::not_offered(format!("the server states the method {other} instead")).at(&answer));
    }
    if registered.client.secret.is_none() {
        return Err(registered.exchange.broken("a client_secret for Basic", "no client_secret"));
    }
    finishes_a_flow(ctx, &registered.client).await.map(drop).when("it authenticates by Basic")
}

async fn code_unless_told(ctx: &Context) -> Checked {
    let mut metadata = flow::metadata(ctx)?;
    without(&mut metadata, &["grant_types", "response_types"]);
    let answer = flow::register(ctx, &metadata).await?;
    let registered = honest(flow::as_registered(ctx, &answer), "an honest registration")?;
    for (name, value) in [("grant_types", "authorization_code"), ("response_types", "code")] {
        match list(&registered.json, name) {
            None => {}
            Some(found) if found == [value] => {}
            Some(found) if found.contains(&value) => ctx.note(format!("{name} {found:?}")),
            Some(found) => {
                let expected = format!("{name} with {value:?}");
                return Err(registered.exchange.broken(expected, format!("{found:?}")));
            }
        }
    }
    finishes_a_flow(ctx, &registered.client).await.map(drop)
}

async fn public_client_has_no_secret(ctx: &Context) -> Checked {
    let public = ctx.parties().public()?;
    let mut metadata = flow::metadata(ctx)?;
    metadata["token_endpoint_auth_method"] = "none".into();
    metadata["redirect_uris"] = serde_json::json!([public.redirect_uri]);
    if let Some(scope) = &public.scope {
        metadata["scope"] = scope.as_str().into();
    }
    // A loopback redirect URI is a native application's; OpenID Connect has it said.
    metadata["application_type"] = "native".into();
    let no_such = || CaseEnd::not_offered("the server registers no client with the method none");
    let registered = match flow::as_registered(ctx, &flow::register(ctx, &metadata).await?) {
        // A method that is not listed may be refused (RFC 7591, section 3.2.1).
        Err(end) if end.kind == EndKind::Broken && ctx.target().metadata_rules_out(METHODS, "none") => {
            return Err(no_such());
        }
        registered => registered.control("an honest registration")?,
    };
    if registered.client.authentication != ClientAuthentication::None {
        return Err(no_such());
    }
    let scope = public.scope.as_deref().map(|asked| flow::told_scope(asked, &registered.json));
    let client = Client { secret: None, scope, ..(*registered.client).clone() };
    finishes_a_flow(ctx, &Arc::new(client)).await?;
    if registered.json.get("client_secret").is_some() {
        return Err(registered.exchange.broken("no client_secret", "one")).warn();
    }
    Ok(())
}

/// Whether what takes effect was told: the method POST, and refresh tokens. A server that has no such members in its
/// registrations may treat every client so: both warn. One that refuses these members, as it may (RFC 7591, section 3.2.1), is
/// asked for a plain client.
async fn tells_what_was_registered(ctx: &Context) -> Checked {
    const POST: &str = "client_secret_post";
    let mut metadata = flow::metadata(ctx)?;
    if !ctx.target().metadata_rules_out(METHODS, POST) {
        metadata["token_endpoint_auth_method"] = POST.into();
    }
    if !ctx.target().metadata_rules_out("grant_types_supported", "refresh_token") {
        metadata["grant_types"] = serde_json::json!(["authorization_code", "refresh_token"]);
    }
    let taken = flow::as_registered(ctx, &flow::register(ctx, &metadata).await?);
    let Registered { client, json, exchange } = match taken {
        Ok(registered) => registered,
        Err(_) => {
            metadata = flow::metadata(ctx)?;
            flow::registered(ctx, &metadata).await?
        }
    };
    if json.get("redirect_uris").is_none() {
        return Err(exchange.broken("redirect_uris in the response", expect::describe(exchange.response()?)));
    }
    let (id, secret) = (client.id.clone(), spoil::secret_of(&client).to_owned());
    let code = flow::code(ctx, &client).await?;
    let is_by_post = metadata["token_endpoint_auth_method"] == POST;
    let mut request = flow::redemption(&code);
    if is_by_post {
        request = request.authenticated(Authentication::Body { id, secret });
    }
    let told = json.get("token_endpoint_auth_method").and_then(Value::as_str);
    let answer = flow::token(ctx, &request).await?;
    answer.response()?;
    if let Ok(token) = expect::token(&answer) {
        if is_by_post && told.is_none() {
            let expected = "token_endpoint_auth_method in the response, since the one asked for works";
            return Err(exchange.broken(expected, "the member is absent")).warn();
        }
        let may_refresh = list(&json, "grant_types").is_some_and(|list| list.contains(&"refresh_token"));
        if let Some(refresh_token) = token.refresh_token.filter(|_| !may_refresh) {
            let answer = flow::token(ctx, &refresh(&client, &refresh_token)).await?;
            if expect::token(&answer).is_ok() {
                let expected = "grant_types with refresh_token in the response, since it works";
                return Err(exchange.broken(expected, "it is not among them")).warn();
            }
        }
    }
    for name in ["client_name", "grant_types", "response_types", "scope"] {
        if json.get(name).is_none() && metadata.get(name).is_some() {
            ctx.note(format!("{name} was not registered"));
        }
    }
    Ok(())
}

async fn secret_has_an_end(ctx: &Context) -> Checked {
    let Registered { json, exchange, .. } = flow::registered(ctx, &flow::metadata(ctx)?).await?;
    if json.get("client_secret").is_none() {
        return Err(CaseEnd::not_offered("the server gave no client_secret"));
    }
    let now = ctx.unix_time();
    match json.get("client_secret_expires_at") {
        Some(Value::Number(end)) if end.as_u64().is_some_and(|end| end == 0 || end > now) => Ok(()),
        found => {
            let saw = found.map_or_else(|| "none".into(), ToString::to_string);
            let expected = "client_secret_expires_at as a whole number, 0 or a time to come";
            Err(exchange.broken(expected, saw))
        }
    }
}

async fn identifiers_differ(ctx: &Context) -> Checked {
    let mut ids = Vec::new();
    for number in 1..=3 {
        // Equal registrations may be instances of one client.
        let mut metadata = flow::metadata(ctx)?;
        metadata["client_name"] = format!("suite {number}").into();
        metadata["software_id"] = ctx.fresh().into();
        ids.push(flow::registered(ctx, &metadata).await?.client.id.clone());
    }
    entropy::differ("client identifiers", &ids)
}

async fn secrets_differ(ctx: &Context) -> Checked {
    const SAMPLES: usize = 5;
    let metadata = flow::metadata(ctx)?;
    let mut pairs = Vec::new();
    for _ in 0..SAMPLES {
        let client = flow::registered(ctx, &metadata).await?.client;
        let secret = client.secret.as_ref().map(|secret| secret.expose().to_owned());
        pairs.extend(secret.map(|secret| (client.id.clone(), secret)));
    }
    if pairs.is_empty() {
        return Err(CaseEnd::not_offered("the server gave no client_secret"));
    }
    let of_ids: BTreeMap<_, _> = pairs.iter().cloned().collect();
    entropy::differ("client secrets", &of_ids.into_values().collect::<Vec<_>>())?;
    // Equal registrations may be instances of one client; then other secrets are a SHOULD.
    let secrets: Vec<String> = pairs.into_iter().map(|(_, secret)| secret).collect();
    entropy::differ("client secrets of one client_id", &secrets).warn()
}

async fn identifier_is_not_chosen(ctx: &Context) -> Checked {
    const NOT_CHOSEN: &[&str] = &["invalid_client_metadata", "invalid_request"];
    flow::registered(ctx, &flow::metadata(ctx)?).await?;
    let user = ctx.target().users.values().next().map(|user| user.name.clone());
    let own = ctx.parties().client()?.id.clone();
    let choices = [Some("suite-chosen".to_owned()), user, Some(own)];
    for choice in choices.into_iter().flatten() {
        let mut metadata = flow::metadata(ctx)?;
        metadata["client_id"] = choice.as_str().into();
        let answer = flow::register(ctx, &metadata).await?;
        let when = format!("client_id is {choice:?}");
        let Ok(json) = expect::registration(&answer) else {
            let refused = ctx.trying(&when, |ctx| expect::registration_refused(ctx, &answer, NOT_CHOSEN));
            ctx.told(refused);
            continue;
        };
        if json.get("client_id").and_then(Value::as_str) == Some(choice.as_str()) {
            let saw = format!("the client_id {choice:?} that was asked for");
            ctx.tell(answer.broken("a client_id of the server's own", saw).when(&when));
        }
    }
    Ok(())
}

async fn answer_is_not_stored(ctx: &Context) -> Checked {
    let exchange: Arc<Exchange> = flow::registered(ctx, &flow::metadata(ctx)?).await?.exchange;
    let response = exchange.response()?;
    if fields::has_directive(response, "cache-control", "no-store") {
        return Ok(());
    }
    let saw = response.header("cache-control").unwrap_or("no Cache-Control");
    Err(exchange.broken("Cache-Control: no-store", saw))
}
