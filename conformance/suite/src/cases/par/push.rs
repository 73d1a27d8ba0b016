//! Pushed authorization requests: what the endpoint takes, and how it answers (RFC 9126, sections 2 and 5).
//!
//! How a reference is used is in `request_uri.rs`, what the endpoint refuses in `refusal.rs`.

use std::sync::Arc;

use oauth_rules::{RuleId, rules};
use serde_json::Value;
use url::Url;

use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::entropy;
use crate::cases::support::honest::honest;
use crate::expect;
use crate::flow::{self, AuthorizationRequest};
use crate::subject::Need;
use crate::wire::{Exchange, fields};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "par/answered-201",
        rules: rules!["rfc9126-2.2-success-201", "rfc9126-2.2-sent-as-json"],
        about: "A good push is answered 201 in JSON with a request_uri that leads to a code.",
        needs: &[Need::Login, Need::PushedRequests],
        run: |ctx| Box::pin(answered_201(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "par/announced",
        rules: rules!["rfc9126-2-endpoint-advertised"],
        about: "The metadata names the endpoint at which a good push is accepted.",
        needs: &[Need::PushedRequests, Need::Metadata],
        run: |ctx| Box::pin(announced(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "par/demand-is-a-boolean",
        rules: rules!["rfc9126-5-metadata-boolean"],
        about: "Whether requests have to be pushed is true or false in the metadata.",
        needs: &[Need::PushedRequests, Need::Metadata],
        run: |ctx| Box::pin(demand_is_a_boolean(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "par/lifetime-is-a-positive-number",
        rules: rules!["rfc9126-2.2-expires-in-positive"],
        about: "expires_in is a whole number above zero.",
        needs: &[Need::PushedRequests],
        run: |ctx| Box::pin(lifetime_is_a_positive_number(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "par/reference-is-not-guessable",
        rules: rules!["rfc9126-2.2-request-uri-unguessable"],
        about: "No reference can be guessed from others, also for equal requests.",
        needs: &[Need::PushedRequests],
        run: |ctx| Box::pin(reference_is_not_guessable(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "par/answer-is-not-stored",
        rules: rules!["rfc9126-2.2-response-not-stored"],
        about: "The answer with the reference is kept out of caches.",
        needs: &[Need::PushedRequests],
        run: |ctx| Box::pin(answer_is_not_stored(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "par/usable-without-support-for-request-uri",
        rules: rules!["rfc9126-5-usable-without-request-uri-support"],
        about: "A reference works although the metadata denies support for request_uri, or wants those registered.",
        needs: &[Need::Login, Need::PushedRequests, Need::Metadata],
        run: |ctx| Box::pin(usable_without_support_for_request_uri(ctx)),
        ..Case::DEFAULT
    },
];

/// The answer to an honest push, and its JSON. It is a control that there is a reference in it.
async fn push(ctx: &Context) -> Checked<(Arc<Exchange>, Value)> {
    let ask = flow::ask(ctx, &ctx.parties().client()?);
    let answer = flow::send_push(ctx, &flow::push(&ask)).await?;
    expect::request_uri(&answer).control("an honest push")?;
    let json = answer.response()?.json().unwrap_or_default();
    Ok((answer, json))
}

async fn answered_201(ctx: &Context) -> Checked {
    let ask = flow::ask(ctx, &ctx.parties().client()?);
    let answer = flow::send_push(ctx, &flow::push(&ask)).await?;
    let response = answer.response()?;
    if response.media_type().as_deref() != Some("application/json") {
        let saw = response.media_type().unwrap_or_else(|| "no body type".into());
        let end = answer.broken("a body of type application/json", saw);
        ctx.tell(end.under(rules!["rfc9126-2.2-sent-as-json"]));
    }
    leads_to_a_code(ctx, &ask, &answer).await.under(rules!["rfc9126-2.2-success-201"])
}

/// The answer to a push has the status 201, and the reference in it is good.
async fn leads_to_a_code(ctx: &Context, ask: &AuthorizationRequest, answer: &Arc<Exchange>) -> Checked {
    const CREATED: &[RuleId] = rules!["rfc9126-2.2-success-201"];
    let request_uri = honest(expect::request_uri(answer), "an honest push")?;
    ctx.told(expect::status(answer, &[201]).under(CREATED));
    if Url::parse(&request_uri).is_err() {
        ctx.tell(answer.broken("a request_uri that is a URI", "text that is none").under(CREATED));
    }
    let urn = "urn:ietf:params:oauth:request_uri:";
    ctx.note(format!(
        "request_uri {} with {urn}",
        if request_uri.starts_with(urn) { "begins" } else { "does not begin" }
    ));
    let landing = flow::authorize(ctx, &ask.by_reference(&request_uri)).await?;
    let code = honest(flow::code_from(ask, &landing), "an honest pushed request")?;
    honest(expect::token(&flow::token(ctx, &flow::redemption(&code)).await?), "an honest token request")
        .map(drop)
}

async fn announced(ctx: &Context) -> Checked {
    let (answer, _) = push(ctx).await?;
    let url = flow::push_url(ctx)?;
    match ctx.target().metadata("pushed_authorization_request_endpoint").and_then(Value::as_str) {
        Some(found) if found == url => Ok(()),
        found => {
            let saw = found.map_or_else(|| "the member is absent".into(), |found| format!("{found:?}"));
            Err(answer.broken(format!("pushed_authorization_request_endpoint {url:?} in the metadata"), saw))
        }
    }
}

async fn demand_is_a_boolean(ctx: &Context) -> Checked {
    match ctx.target().metadata("require_pushed_authorization_requests") {
        None => Err(CaseEnd::not_offered("the metadata does not say whether requests have to be pushed")),
        Some(Value::Bool(_)) => Ok(()),
        Some(other) => {
            Err(CaseEnd::broken("true or false", format!("require_pushed_authorization_requests: {other}")))
        }
    }
}

async fn lifetime_is_a_positive_number(ctx: &Context) -> Checked {
    const LONG: u64 = 600;
    let (answer, json) = push(ctx).await?;
    match json.get("expires_in") {
        Some(Value::Number(number)) if number.as_u64().is_some_and(|seconds| seconds > 0) => {
            if number.as_u64().is_some_and(|seconds| seconds > LONG) {
                ctx.note(format!("a reference lives for {number} s"));
            }
            Ok(())
        }
        found => {
            let saw = found.map_or_else(|| "no expires_in".into(), |value| format!("expires_in {value}"));
            Err(answer.broken("expires_in as a whole number above zero", saw))
        }
    }
}

async fn reference_is_not_guessable(ctx: &Context) -> Checked {
    const SAMPLES: usize = 40;
    /// Fewer bits than these can be tried out.
    const FEWEST: f64 = 64.0;
    /// What RFC 9101 10.2 gives as guidance.
    const ADVISED: f64 = 128.0;
    let client = ctx.parties().client()?;
    let same = flow::ask(ctx, &client);
    let mut samples = Vec::new();
    for number in 0..SAMPLES {
        // Every other one is the same request.
        let ask = if number % 2 == 0 { same.clone() } else { flow::ask(ctx, &client) };
        samples.push(flow::pushed(ctx, &ask).await?);
    }
    let bits = entropy::upper_bound(&samples);
    ctx.note(format!("references: at most {bits:.0} bits vary"));
    entropy::differ("references", &samples)?;
    let saw = format!("at most {bits:.0} bits vary in {} samples", samples.len());
    if bits < FEWEST {
        return Err(CaseEnd::broken("references that cannot be guessed", saw));
    }
    if bits < ADVISED {
        return Err(CaseEnd::broken("references with 128 random bits", saw)).warn();
    }
    Ok(())
}

async fn answer_is_not_stored(ctx: &Context) -> Checked {
    let (answer, _) = push(ctx).await?;
    let response = answer.response()?;
    if fields::has_directive(response, "cache-control", "no-store") {
        return Ok(());
    }
    let saw = response.header("cache-control").unwrap_or("no Cache-Control");
    Err(answer.broken("Cache-Control: no-store", saw))
}

async fn usable_without_support_for_request_uri(ctx: &Context) -> Checked {
    let says = |name, value: bool| ctx.target().metadata(name).is_some_and(|found| *found == value);
    let denied =
        says("request_uri_parameter_supported", false) || says("require_request_uri_registration", true);
    if !denied {
        return Err(CaseEnd::not_offered("the metadata does not say that the server takes no request_uri parameter of clients' own, nor that such URIs have to be registered"));
    }
    let ask = flow::ask(ctx, &ctx.parties().client()?);
    let request_uri = flow::pushed(ctx, &ask).await?;
    let landing = flow::authorize(ctx, &ask.by_reference(&request_uri)).await?;
    honest(expect::code_redirect(&ask, &landing), "an honest pushed request").map(drop)
}
