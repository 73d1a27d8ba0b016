//! Pushed authorization requests: what the endpoint refuses, and how (RFC 9126, sections 2.1, 2.3 and 7.2); `judged.rs`
//! compares it with the authorization endpoint.

use std::sync::Arc;

use oauth_rules::rules;

use crate::case::{Case, Context, Isolation};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::par::refused;
use crate::cases::support::provoke::UNKNOWN;
use crate::cases::support::spoil;
use crate::expect;
use crate::flow::{self, Authentication, AuthorizationRequest, TokenRequest};
use crate::subject::Need;
use crate::wire::{Exchange, Params, Request};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "par/takes-the-clients-credentials",
        rules: rules!["rfc9126-2.1-client-authenticated"],
        about: "A confidential client that does not prove who it is gets no reference.",
        needs: &[Need::PushedRequests, Need::ConfidentialClient],
        run: |ctx| Box::pin(takes_the_clients_credentials(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "par/client-id-is-a-parameter",
        rules: rules!["rfc9126-2.1-client-id-required"],
        about: "A push without client_id is refused.",
        needs: &[Need::PushedRequests, Need::BasicClient],
        run: |ctx| Box::pin(client_id_is_a_parameter(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "par/holds-no-reference-itself",
        rules: rules!["rfc9126-2.1-request-uri-parameter-rejected"],
        about: "A push that has a request_uri of its own is refused.",
        needs: &[Need::PushedRequests],
        run: |ctx| Box::pin(holds_no_reference_itself(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "par/new-redirect-uri-takes-credentials",
        rules: rules!["rfc9126-7.2-new-redirect-uri-only-authenticated"],
        about: "A client that does not authenticate brings no redirect URI that it never registered.",
        needs: &[Need::Login, Need::PushedRequests, Need::PublicClient],
        run: |ctx| Box::pin(new_redirect_uri_takes_credentials(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "par/errors-are-json",
        rules: rules!["rfc9126-2.3-error-like-token-endpoint"],
        about: "A refused push is answered by the endpoint itself, with a JSON error.",
        needs: &[Need::PushedRequests],
        run: |ctx| Box::pin(errors_are_json(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "par/form-in-the-body",
        rules: rules!["rfc9126-2-form-body"],
        about: "Only a form in the body counts: no query, no JSON.",
        needs: &[Need::PushedRequests],
        run: |ctx| Box::pin(form_in_the_body(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "par/other-methods-are-405",
        rules: rules!["rfc9126-2.3-other-method-405"],
        about: "GET and PUT are answered 405.",
        needs: &[Need::PushedRequests],
        run: |ctx| Box::pin(other_methods_are_405(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "par/too-large-is-413",
        rules: rules!["rfc9126-2.3-too-large-413"],
        about: "A push of a mebibyte is answered 413, if it is refused.",
        needs: &[Need::PushedRequests],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(too_large_is_413(ctx)),
        ..Case::DEFAULT
    },
];

/// An authorization request of the usual client whose push was accepted. It is a control.
async fn accepted(ctx: &Context) -> Checked<AuthorizationRequest> {
    let client = ctx.parties().client()?;
    flow::pushed(ctx, &flow::ask(ctx, &client)).await?;
    Ok(flow::ask(ctx, &client))
}

async fn takes_the_clients_credentials(ctx: &Context) -> Checked {
    let client = ctx.parties().confidential()?;
    flow::pushed(ctx, &flow::ask(ctx, &client)).await?;
    let wrong = spoil::middle_changed(spoil::secret_of(&client));
    let ways = [
        ("there is a client_id and nothing else", Some(Authentication::Id(client.id.clone()))),
        ("a character of the secret is another", spoil::with_secret(&client, &wrong)),
    ];
    for (way, authentication) in ways {
        let Some(authentication) = authentication else { continue };
        let answer = flow::send_push(ctx, &flow::push_as(&flow::ask(ctx, &client), authentication)).await?;
        ctx.tries(way, |ctx| expect::refused_by(&expect::PUSHED, ctx, &answer, &["invalid_client"]));
    }
    Ok(())
}

async fn client_id_is_a_parameter(ctx: &Context) -> Checked {
    let ask = accepted(ctx).await?;
    let answer = flow::send_push(ctx, &flow::push(&ask).without("client_id")).await?;
    expect::refused_by(&expect::PUSHED, ctx, &answer, &["invalid_request", "invalid_client"])
}

async fn holds_no_reference_itself(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    let earlier = flow::pushed(ctx, &flow::ask(ctx, &client)).await?;
    let made_up = "urn:ietf:params:oauth:request_uri:suite";
    let elsewhere = "https://suite.invalid/request.jwt";
    let ways = [
        ("it is a good one", earlier.as_str()),
        ("it is made up", made_up),
        ("it is an address elsewhere", elsewhere),
    ];
    for (way, inner) in ways {
        let answer =
            flow::send_push(ctx, &flow::push(&flow::ask(ctx, &client)).add("request_uri", inner)).await?;
        // No text fixes the code.
        ctx.tries(way, |ctx| expect::refused_by(&expect::PUSHED, ctx, &answer, &[]));
    }
    Ok(())
}

/// A fault of an authorization request.
type Fault = (&'static str, fn(AuthorizationRequest) -> AuthorizationRequest);

const FAULTS: &[Fault] = &[
    ("there is no response_type", |ask| ask.without("response_type")),
    ("the response type is unknown", |ask| ask.set("response_type", UNKNOWN)),
    ("the challenge method is unknown", |ask| ask.set("code_challenge_method", "S999")),
    ("the scope is unknown", |ask| ask.set("scope", UNKNOWN)),
];

async fn new_redirect_uri_takes_credentials(ctx: &Context) -> Checked {
    const ERRORS: &[&str] = &["invalid_request", "invalid_redirect_uri"];
    let client = ctx.parties().public()?;
    flow::pushed(ctx, &flow::ask(ctx, &client)).await?;
    let ask = flow::ask(ctx, &client).set("redirect_uri", spoil::FOREIGN_URI);
    let answer = flow::send_push(ctx, &flow::push(&ask)).await?;
    match expect::request_uri(&answer) {
        // No text names a code for it beside invalid_request; that of RFC 7591 says what is wrong as well.
        Err(_) => expect::refused_by(&expect::PUSHED, ctx, &answer, ERRORS),
        Ok(request_uri) => refused(ctx, &flow::authorize(ctx, &ask.by_reference(&request_uri)).await?),
    }
}

async fn errors_are_json(ctx: &Context) -> Checked {
    let ask = accepted(ctx).await?;
    let client = Arc::clone(&ask.client);
    let mut pushes: Vec<(&str, TokenRequest)> =
        FAULTS.iter().map(|(way, fault)| (*way, flow::push(&fault(flow::ask(ctx, &client))))).collect();
    pushes.push((
        "it has a request_uri",
        flow::push(&ask).add("request_uri", "urn:ietf:params:oauth:request_uri:suite"),
    ));
    let wrong = spoil::middle_changed(spoil::secret_of(&client));
    pushes.extend(
        spoil::with_secret(&client, &wrong)
            .map(|wrong| ("the secret is another", flow::push_as(&ask, wrong))),
    );
    let mut refused = 0;
    for (way, push) in pushes {
        let answer = flow::send_push(ctx, &push).await?;
        if expect::request_uri(&answer).is_err() {
            ctx.tried(way, is_json_error(&answer));
            refused += 1;
        }
    }
    if refused == 0 {
        return Err(CaseEnd::not_tested("no push was refused"));
    }
    Ok(())
}

fn is_json_error(answer: &Arc<Exchange>) -> Checked {
    let response = answer.response()?;
    let error =
        response.json().is_some_and(|json| json.get("error").is_some_and(serde_json::Value::is_string));
    if error && matches!(response.status, 400 | 401) {
        return Ok(());
    }
    Err(answer.broken("status 400 or 401 and JSON with error", expect::describe(response)))
}

async fn form_in_the_body(ctx: &Context) -> Checked {
    let ask = accepted(ctx).await?;
    let good = flow::push(&ask);
    let mut in_query = TokenRequest { params: Params::new(), ..good.clone() };
    in_query.query = good.params.clone();
    let answer = flow::send_push(ctx, &in_query).await?;
    ctx.tries("the parameters stand in the query", |ctx| {
        expect::refused_by(
            &expect::PUSHED,
            ctx,
            &answer,
            &["invalid_request", "invalid_client", "unsupported_response_type"],
        )
    });
    let members: serde_json::Map<_, _> =
        good.params.pairs().map(|(name, value)| (name.into(), value.into())).collect();
    let json = good.body("application/json", serde_json::Value::Object(members).to_string());
    let answer = flow::send_push(ctx, &json).await?;
    // Another media type may be refused by a status alone (RFC 9110, section 15.5.16).
    if answer.status() == Some(415) {
        return Ok(());
    }
    ctx.trying("the parameters are JSON", |ctx| expect::refused_by(&expect::PUSHED, ctx, &answer, &[]))
}

async fn other_methods_are_405(ctx: &Context) -> Checked {
    let ask = accepted(ctx).await?;
    let url = flow::push_url(ctx)?.to_owned();
    let answer = ctx.send(flow::push(&ask).who, Request::get(ask.params.append_to(&url))).await?;
    ctx.tried("the method is GET", expect::status(&answer, &[405]));
    let answer = flow::send_push(ctx, &flow::push(&ask).method("PUT")).await?;
    expect::status(&answer, &[405]).when("the method is PUT")
}

async fn too_large_is_413(ctx: &Context) -> Checked {
    const MEBIBYTE: usize = 1 << 20;
    let ask = accepted(ctx).await?;
    let push = flow::push(&ask.set("state", &"s".repeat(MEBIBYTE)));
    let answer = ctx.send_as(push.who, push.request(flow::push_url(ctx)?)).await?;
    match answer.status() {
        Some(413) => Ok(()),
        Some(429 | 502..=504) => answer.response().map(drop),
        Some(200..300) => Err(CaseEnd::not_offered("the server takes a push of a mebibyte")),
        Some(status) => Err(answer.broken("status 413", format!("status {status}"))),
        None => Err(answer.broken("status 413", "a closed connection")),
    }
}
