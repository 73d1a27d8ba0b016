//! The challenge to whoever failed to show who it is: the token endpoint's, and that of every 401.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oauth_rules::rules;

use crate::case::{Case, Context, Isolation};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::spoil;
use crate::expect;
use crate::flow::{self, Authentication};
use crate::subject::Need;
use crate::wire::{Actor, Request, Response, fields};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "client-auth/failed-basic-is-challenged",
        rules: rules!["rfc6749-5.2-invalid-client-401-challenge"],
        about: "A client that failed by HTTP Basic is answered 401 with a Basic challenge.",
        needs: &[Need::Login, Need::BasicClient],
        run: |ctx| Box::pin(failed_basic_is_challenged(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "client-auth/challenge-has-a-realm",
        rules: rules!["rfc7617-2-basic-challenge-has-realm"],
        about: "The token endpoint's Basic challenge has a realm.",
        needs: &[Need::Login, Need::BasicClient],
        run: |ctx| Box::pin(challenge_has_a_realm(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "endpoints/each-401-has-a-challenge",
        rules: rules!["rfc9110-15.5.2-401-has-challenge"],
        about: "Of all that was answered in the run, each 401 has a challenge.",
        needs: &[Need::Login],
        isolation: Isolation::Last,
        run: |ctx| Box::pin(each_401_has_a_challenge(ctx)),
        ..Case::DEFAULT
    },
];

/// The Basic challenge of an answer with status 401.
fn basic_challenge(response: &Response) -> Option<fields::AuthChallenge> {
    fields::challenge(response, "Basic").filter(|_| response.status == 401)
}

async fn failed_basic_is_challenged(ctx: &Context) -> Checked {
    let client = ctx.parties().confidential()?;
    flow::access(ctx, &client).await?;
    let wrong = spoil::middle_changed(spoil::secret_of(&client));
    let bytes = STANDARD.encode([client.id.as_bytes(), b":\xff\xfe"].concat());
    let ways = [
        ("the secret is wrong", Authentication::basic(&client.id, &wrong), false),
        ("the client is unknown", Authentication::basic("suite-unknown", &wrong), false),
        ("the credentials are no base64", "Basic !!!".to_owned(), true),
        ("the credentials have no colon", format!("Basic {}", STANDARD.encode(&client.id)), true),
        ("the secret is no UTF-8", format!("Basic {bytes}"), true),
    ];
    let mut challenged = false;
    for (way, header, garbled) in ways {
        let code = flow::code(ctx, &client).await?;
        let request = flow::redemption(&code).authenticated(Authentication::Header(header));
        let answer = flow::token(ctx, &request).await?;
        let errors: &[&str] =
            if garbled { &["invalid_client", "invalid_request"] } else { &["invalid_client"] };
        // What else it is called, and a refusal without error, are matters of other rules.
        let known = expect::token_refused(ctx, &answer, errors).control("the credentials are refused");
        let response = answer.response()?;
        let of_client = expect::token_error(&answer, &["invalid_client"]).is_ok()
            || (!garbled && (400..500).contains(&response.status));
        if of_client && basic_challenge(response).is_none() {
            let saw = expect::describe(response);
            ctx.tell(answer.broken("status 401 with a Basic challenge", saw).when(way));
        }
        challenged |= of_client;
        ctx.tried(way, known);
    }
    if challenged { Ok(()) } else { Err(CaseEnd::not_tested("no refusal is one of the client")) }
}

async fn challenge_has_a_realm(ctx: &Context) -> Checked {
    let client = ctx.parties().confidential()?;
    let wrong = Authentication::Basic {
        id: client.id.clone(),
        secret: spoil::middle_changed(spoil::secret_of(&client)),
    };
    let answer = flow::spoilt_redemption(ctx, &client, |request| request.authenticated(wrong)).await?;
    let response = answer.response()?;
    let Some(challenge) = basic_challenge(response) else {
        return Err(answer.broken("a Basic challenge", "none")).control("a wrong secret is challenged");
    };
    let extra = challenge.params.iter().filter(|(name, _)| !matches!(name.as_str(), "realm" | "charset"));
    let extra: Vec<&str> = extra.map(|(name, _)| name.as_str()).collect();
    if !extra.is_empty() {
        ctx.note(format!("the challenge has further parameters: {}", extra.join(", ")));
    }
    let fields = response.headers("www-authenticate");
    let quoted = fields.iter().any(|field| field.to_ascii_lowercase().replace(' ', "").contains("realm=\""));
    match challenge.param("realm") {
        Some(_) if quoted => Ok(()),
        Some(_) => Err(answer.broken("realm in quotation marks", "realm without them")),
        None => Err(answer.broken("a Basic challenge with a realm", "no realm in it")),
    }
}

async fn each_401_has_a_challenge(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    let proof = spoil::with_secret(&client, &spoil::middle_changed(spoil::secret_of(&client)));
    let proof = proof.unwrap_or_else(|| Authentication::Id("suite-unknown".to_owned()));
    flow::spoilt_redemption(ctx, &client, |request| request.authenticated(proof)).await?;
    if let Ok(resource) = ctx.parties().resource_url() {
        ctx.send(Actor::Suite, Request::get(resource)).await?;
    }
    let all = ctx.live().recording();
    let answers = all.iter().filter(|exchange| exchange.status() == Some(401));
    // Answers of one endpoint to one method have one cause, and are told once.
    let mut told = BTreeSet::new();
    for answer in answers {
        if answer.response()?.header("www-authenticate").is_none() {
            let path = answer.request.url.split('?').next().unwrap_or_default();
            let saw = format!("none from {} {path}", answer.request.method);
            if told.insert(saw.clone()) {
                ctx.tell(answer.broken("status 401 with WWW-Authenticate", saw));
            }
        }
    }
    Ok(())
}
