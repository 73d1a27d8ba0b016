//! Dynamic registration: what is refused, and how (RFC 7591, sections 2, 3 and 3.2.2).

use std::sync::Arc;

use oauth_rules::rules;
use serde_json::{Value, json};

use crate::case::{Case, Context, Isolation};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::par::pushed_only;
use crate::cases::support::registration::without;
use crate::expect;
use crate::flow;
use crate::subject::Need;
use crate::wire::{Actor, Exchange, Params, fields};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "registration/takes-json-by-post",
        rules: rules!["rfc7591-3-post-json"],
        about: "The endpoint takes a JSON object by POST.",
        needs: &[Need::Registration],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(takes_json_by_post(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "registration/takes-nothing-but-a-json-object",
        rules: rules!["rfc7591-3.1-body-is-a-json-object"],
        about: "A form, an array and broken JSON register nobody.",
        needs: &[Need::Registration],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(takes_nothing_but_a_json_object(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "registration/keys-by-one-way",
        rules: rules!["rfc7591-2-jwks-or-jwks-uri"],
        about: "No response has both jwks and jwks_uri, even if the request had both.",
        needs: &[Need::Registration],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(keys_by_one_way(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "registration/grants-fit-response-types",
        rules: rules!["rfc7591-2.1-grants-fit-response-types"],
        about: "Nobody registers grant types and response types that contradict each other.",
        needs: &[Need::Registration],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(grants_fit_response_types(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "registration/errors-say-what",
        rules: rules!["rfc7591-3.2.2-error-response", "rfc7591-3.2.2-error-member"],
        about: "A refused registration is answered 400 with a JSON error that says what was wrong.",
        needs: &[Need::Registration],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(errors_say_what(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "registration/bad-token-is-challenged",
        rules: rules!["rfc7591-3.2.2-bad-token-as-its-type-demands"],
        about: "A registration with a bad initial access token is answered 401 with a challenge.",
        needs: &[Need::Registration],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(bad_token_is_challenged(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "registration/pushing-alone-is-enforced",
        rules: rules!["rfc9126-6-client-policy-enforced"],
        about: "A client registered to push its requests gets no code for a plain one.",
        needs: &[Need::Login, Need::Registration, Need::PushedRequests],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(pushing_alone_is_enforced(ctx)),
        ..Case::DEFAULT
    },
];
/// What a refused registration may be called.
const EITHER: &[&str] = &["invalid_client_metadata", "invalid_redirect_uri"];

/// Metadata with both ways to name keys.
fn with_two_ways(metadata: &Value) -> Value {
    let mut both = metadata.clone();
    both["jwks"] = json!({ "keys": [] });
    both["jwks_uri"] = "https://app.suite.example/jwks".into();
    both
}

async fn takes_json_by_post(ctx: &Context) -> Checked {
    let answer = flow::register(ctx, &flow::metadata(ctx)?).await?;
    let registered = expect::registration(&answer).map(drop);
    match answer.response()?.status {
        405 | 415 => registered,
        // It may be refused for what it says, or for want of a token.
        _ => registered.control("an honest registration"),
    }
}

async fn takes_nothing_but_a_json_object(ctx: &Context) -> Checked {
    let metadata = flow::metadata(ctx)?;
    flow::registered(ctx, &metadata).await?;
    let good = flow::registration(ctx, &metadata)?;
    let form = Params::from([
        ("client_name", "suite"),
        ("redirect_uris", ctx.parties().client()?.redirect_uri.as_str()),
    ]);
    let mut as_form = good.clone().without_header("Content-Type");
    as_form.body = form.encode().into_bytes();
    let as_form = as_form.header("Content-Type", "application/x-www-form-urlencoded");
    let mut broken = good.clone();
    broken.body.pop();
    let mut array = good;
    array.body = format!("[{metadata}]").into_bytes();
    for (way, request) in
        [("it is a form", as_form), ("its last brace is missing", broken), ("it is an array", array)]
    {
        let answer = ctx.send(Actor::OtherClient, request).await?;
        ctx.tried(way, registers_nobody(&ctx.when(way), &answer));
    }
    Ok(())
}

/// No client comes of a request, and the server says so with a status 4xx.
fn registers_nobody(ctx: &Context, answer: &Arc<Exchange>) -> Checked {
    let response = answer.response()?;
    let end = answer.broken("a refusal with a status 4xx", expect::describe(response));
    if expect::registration(answer).is_ok() {
        return Err(end.granted());
    }
    if !(400..500).contains(&response.status) {
        ctx.tell(end.under(rules!["rfc7591-3.2.2-error-response"]));
    }
    Ok(())
}

async fn keys_by_one_way(ctx: &Context) -> Checked {
    let metadata = flow::metadata(ctx)?;
    flow::registered(ctx, &metadata).await?;
    let answer = flow::register(ctx, &with_two_ways(&metadata)).await?;
    match expect::registration(&answer) {
        Err(_) => expect::registration_refused(ctx, &answer, EITHER),
        Ok(json) if json.get("jwks").is_some() && json.get("jwks_uri").is_some() => {
            Err(answer.broken("a refusal, or a response with one of jwks and jwks_uri", "both"))
        }
        Ok(_) => Ok(()),
    }
}

async fn grants_fit_response_types(ctx: &Context) -> Checked {
    let mut metadata = flow::metadata(ctx)?;
    flow::registered(ctx, &metadata).await?;
    metadata["grant_types"] = json!(["refresh_token"]);
    let answer = flow::register(ctx, &metadata).await?;
    let Ok(json) = expect::registration(&answer) else {
        return expect::registration_refused(ctx, &answer, EITHER);
    };
    let has = |name: &str, value: &str| {
        json.get(name).and_then(Value::as_array).is_some_and(|list| list.iter().any(|found| found == value))
    };
    if has("response_types", "code")
        && json.get("grant_types").is_some()
        && !has("grant_types", "authorization_code")
    {
        let expected = "a refusal, or grant types and response types that agree";
        return Err(answer.broken(expected, "the response type code without the grant authorization_code"));
    }
    Ok(())
}

async fn errors_say_what(ctx: &Context) -> Checked {
    let metadata = flow::metadata(ctx)?;
    flow::registered(ctx, &metadata).await?;
    let mut relative = metadata.clone();
    relative["redirect_uris"] = json!(["/callback"]);
    let mut number = metadata.clone();
    number["grant_types"] = 7.into();
    let ways: [(&str, &Value, &[&str]); 3] = [
        ("the redirect URI is relative", &relative, &["invalid_redirect_uri"]),
        ("grant_types is a number", &number, &["invalid_client_metadata"]),
        ("there are jwks and jwks_uri", &with_two_ways(&metadata), &["invalid_client_metadata"]),
    ];
    let mut refused = 0;
    for (way, metadata, errors) in ways {
        let answer: Arc<Exchange> = flow::register(ctx, metadata).await?;
        if expect::registration(&answer).is_err() {
            refused += 1;
            ctx.tried(way, has_error(&answer));
            let error = expect::registration_error(&answer, errors);
            ctx.tried(way, error.under(rules!["rfc7591-3.2.2-error-response"]));
        }
    }
    if refused == 0 {
        return Err(CaseEnd::not_tested("no registration was refused"));
    }
    Ok(())
}

/// An error in JSON has the member that says so.
fn has_error(answer: &Arc<Exchange>) -> Checked {
    let response = answer.response()?;
    let members = response.json().filter(|json| response.status == 400 && json.is_object());
    if members.is_some_and(|members| !members.get("error").is_some_and(Value::is_string)) {
        let end = answer.broken("JSON with error, a string", expect::describe(response));
        return Err(end.under(rules!["rfc7591-3.2.2-error-member"]));
    }
    Ok(())
}

async fn bad_token_is_challenged(ctx: &Context) -> Checked {
    let metadata = flow::metadata(ctx)?;
    flow::registered(ctx, &metadata).await?;
    let request = flow::registration(ctx, &metadata)?
        .without_header("Authorization")
        .header("Authorization", format!("Bearer {}", ctx.fresh()));
    let answer = ctx.send(Actor::OtherClient, request).await?;
    if expect::registration(&answer).is_ok() {
        return Err(CaseEnd::not_offered("the server does not look at initial access tokens"));
    }
    expect::status(&answer, &[401])?;
    if fields::challenges(answer.response()?).is_empty() {
        return Err(answer.broken("a challenge", "no WWW-Authenticate"));
    }
    Ok(())
}

async fn pushing_alone_is_enforced(ctx: &Context) -> Checked {
    const MEMBER: &str = "require_pushed_authorization_requests";
    let mut metadata = flow::metadata(ctx)?;
    without(&mut metadata, &[MEMBER]);
    metadata[MEMBER] = true.into();
    let answer = flow::register(ctx, &metadata).await?;
    expect::judged(&answer).control("a registration")?;
    let registered = flow::as_registered(ctx, &answer);
    let registered = registered.map_err(|_| CaseEnd::not_offered("no client can register to push only"))?;
    if registered.json.get(MEMBER) != Some(&Value::Bool(true)) {
        return Err(CaseEnd::not_offered("the server does not register clients to push only"));
    }
    pushed_only(ctx, &registered.client).await
}
