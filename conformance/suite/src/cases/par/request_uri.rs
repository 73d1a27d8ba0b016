//! Pushed authorization requests: what a reference is good for, for whom, how often, how long (RFC 9126, section 4).

use std::time::Duration;

use oauth_rules::rules;
use serde_json::Value;

use crate::browser::{Decision, Landing};
use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::clients::others_that_work;
use crate::cases::support::par::{code_by_push, pushed_only, refused};
use crate::cases::support::provoke::{
    Sent, consent_page_for, denied, gives_code, of_a_stranger, registered_itself,
};
use crate::cases::support::token_status::{wait_until_its_end, within_patience};
use crate::cases::support::{scope, spoil};
use crate::expect;
use crate::flow::{self, AuthorizationRequest, Browser, Until, challenge};
use crate::subject::{ClientRole, FileKey, Need};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "par/bound-to-its-client",
        rules: rules!["rfc9126-2.2-bound-to-client"],
        about: "Under another client's identifier a reference leads to no code.",
        needs: &[Need::Login, Need::PushedRequests, Need::SecondClient],
        run: |ctx| Box::pin(bound_to_its_client(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "par/used-once",
        rules: rules!["rfc9126-4-one-time-use"],
        about: "A reference that has led to a code leads to no second one.",
        needs: &[Need::Login, Need::PushedRequests],
        run: |ctx| Box::pin(used_once(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "par/refused-when-expired",
        rules: rules!["rfc9126-4-expired-rejected"],
        about: "After its lifetime a reference starts no flow.",
        needs: &[Need::Login, Need::PushedRequests],
        slow: true,
        run: |ctx| Box::pin(refused_when_expired(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "par/good-until-its-end",
        rules: rules!["rfc9126-2.2-expires-in-positive"],
        about: "A reference starts a flow until shortly before the end that it was given.",
        needs: &[Need::Login, Need::PushedRequests],
        slow: true,
        run: |ctx| Box::pin(good_until_its_end(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "par/client-id-stands-beside-it",
        rules: rules!["rfc9126-4-client-id-beside-request-uri"],
        about: "An authorization request with request_uri and no client_id gets no code.",
        needs: &[Need::Login, Need::PushedRequests],
        run: |ctx| Box::pin(client_id_stands_beside_it(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "par/what-was-pushed-counts",
        rules: rules!["rfc9126-4-other-parameters-ignored"],
        about: "Parameters beside the reference neither replace nor add to what was pushed.",
        needs: &[Need::Login, Need::PushedRequests],
        run: |ctx| Box::pin(what_was_pushed_counts(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "par/user-decides-all-the-same",
        rules: rules!["rfc9126-4-validated-at-use"],
        about: "Nobody who is not logged in gets a code by a reference, and the user can still deny.",
        needs: &[Need::Login, Need::PushedRequests],
        run: |ctx| Box::pin(user_decides_all_the_same(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "par/demanded-of-clients-that-push",
        rules: rules!["rfc9126-6-client-policy-enforced"],
        about: "A client that is registered to push its requests gets no code for a plain one.",
        needs: &[Need::Login, Need::PushedRequests, Need::PushClient],
        run: |ctx| Box::pin(demanded_of_clients_that_push(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "par/demanded-where-announced",
        rules: rules!["rfc9126-4-par-required-enforced"],
        about: "A server that announces pushed requests as the only ones refuses plain ones.",
        needs: &[Need::Login, Need::PushedRequests, Need::Metadata],
        run: |ctx| Box::pin(demanded_where_announced(ctx)),
        ..Case::DEFAULT
    },
];

/// A pushed request that led to a code, and its reference. It is a control.
async fn used(ctx: &Context) -> Checked<(AuthorizationRequest, String)> {
    let ask = flow::ask(ctx, &ctx.parties().client()?);
    let request_uri = flow::pushed(ctx, &ask).await?;
    let landing = flow::authorize(ctx, &ask.by_reference(&request_uri)).await?;
    flow::code_from(&ask, &landing).control("an honest pushed request")?;
    Ok((ask, request_uri))
}

async fn bound_to_its_client(ctx: &Context) -> Checked {
    used(ctx).await?;
    let (first, second) = (ctx.parties().confidential()?, ctx.parties().second()?);
    flow::code(ctx, &second).await?;
    for (owner, other) in [(&first, &second), (&second, &first)] {
        let way = format!("what {} pushed is used by {}", owner.id, other.id);
        let request_uri = flow::pushed(ctx, &flow::ask(ctx, owner)).await?;
        let landing = flow::authorize(ctx, &flow::ask(ctx, other).by_reference(&request_uri)).await;
        let own = ctx.when(&way);
        ctx.tried(&way, landing.and_then(|landing| refused(&own, &landing)));
    }
    // Which of the others may push, is the server's to say.
    for other in others_that_work(ctx, &first, |client| client.role != ClientRole::Second).await? {
        for (owner, other) in [(&first, &other), (&other, &first)] {
            let way = format!("what {} pushed is used by {}", owner.id, other.id);
            let Ok(request_uri) = flow::pushed(ctx, &flow::ask(ctx, owner)).await else {
                ctx.note(format!("{} pushes nothing", owner.id));
                continue;
            };
            let landing = flow::authorize(ctx, &flow::ask(ctx, other).by_reference(&request_uri)).await?;
            ctx.tried(&way, refused(&ctx.when(&way), &landing));
        }
    }
    Ok(())
}

async fn used_once(ctx: &Context) -> Checked {
    let (ask, request_uri) = used(ctx).await?;
    let landing = flow::authorize(ctx, &ask.by_reference(&request_uri)).await?;
    ctx.tries("the same browser comes with it again", |ctx| refused(ctx, &landing));
    let (ask, request_uri) = used(ctx).await?;
    let mut stranger = flow::stranger(ctx);
    stranger.who = flow::browser(ctx).who;
    let landing =
        flow::authorize_in(ctx, &mut stranger, &ask.by_reference(&request_uri), Decision::Approve).await?;
    ctx.trying("another browser comes with it", |ctx| refused(ctx, &landing))
}

/// A request that was pushed, the request with its reference, and for how many seconds that counts.
async fn pushed_for(ctx: &Context) -> Checked<(AuthorizationRequest, AuthorizationRequest, u64)> {
    let ask = flow::ask(ctx, &ctx.parties().client()?);
    let answer = flow::send_push(ctx, &flow::push(&ask)).await?;
    let request_uri = expect::request_uri(&answer).control("an honest push")?;
    let json = answer.response()?.json().unwrap_or_default();
    let Some(lifetime) = json.get("expires_in").and_then(Value::as_u64) else {
        return Err(CaseEnd::not_tested("the answer to the push does not say how long it counts"));
    };
    within_patience(ctx, "a reference", lifetime)?;
    let by_reference = ask.by_reference(&request_uri);
    Ok((ask, by_reference, lifetime))
}

async fn refused_when_expired(ctx: &Context) -> Checked {
    const GRACE: u64 = 5;
    used(ctx).await?;
    let (_, by_reference, lifetime) = pushed_for(ctx).await?;
    ctx.wait(Duration::from_secs(lifetime + GRACE)).await?;
    let when = format!("{} s after it was pushed", lifetime + GRACE);
    let landing = flow::authorize(ctx, &by_reference).await?;
    ctx.tries(&when, |ctx| refused(ctx, &landing));
    // The first time may have ended at a login, which had grown old as well.
    let (_, by_reference, lifetime) = pushed_for(ctx).await?;
    ctx.wait(Duration::from_secs(lifetime + GRACE)).await?;
    let mut browser = flow::browser(ctx);
    let ask = flow::ask(ctx, &ctx.parties().client()?);
    let landing = flow::authorize_in(ctx, &mut browser, &ask, Decision::Approve).await?;
    flow::code_from(&ask, &landing).control("an honest authorization request")?;
    let landing = flow::authorize_in(ctx, &mut browser, &by_reference, Decision::Approve).await?;
    ctx.trying(&format!("{when}, in a browser that has just logged in"), |ctx| refused(ctx, &landing))
}

async fn good_until_its_end(ctx: &Context) -> Checked {
    used(ctx).await?;
    // Who is logged in already loses no time when it counts.
    let mut browser = flow::browser(ctx);
    let ask = flow::ask(ctx, &ctx.parties().client()?);
    let landing = flow::authorize_in(ctx, &mut browser, &ask, Decision::Approve).await?;
    flow::code_from(&ask, &landing).control("an honest authorization request")?;
    let (ask, by_reference, lifetime) = pushed_for(ctx).await?;
    let when = wait_until_its_end(ctx, lifetime).await?;
    let landing = flow::authorize_in(ctx, &mut browser, &by_reference, Decision::Approve).await?;
    landing.sent()?;
    expect::code_redirect(&ask, &landing).when(&when)?;
    Ok(())
}

async fn client_id_stands_beside_it(ctx: &Context) -> Checked {
    used(ctx).await?;
    let ask = flow::ask(ctx, &ctx.parties().client()?);
    let request_uri = flow::pushed(ctx, &ask).await?;
    let landing = flow::authorize(ctx, &ask.by_reference(&request_uri).without("client_id")).await?;
    refused(ctx, &landing)
}

async fn what_was_pushed_counts(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    flow::redeem(ctx, &code_by_push(ctx, &client).await?).await?;
    let other_scope = client.second_scope.as_deref();
    let (verifier, state) = (ctx.fresh(), ctx.fresh());
    let challenge = challenge(&verifier);
    let mut extra = vec![("state", state.as_str()), ("redirect_uri", spoil::FOREIGN_URI)];
    extra.extend(other_scope.map(|scope| ("scope", scope)));
    if flow::ask(ctx, &client).verifier.is_some() {
        extra.push(("code_challenge", &challenge));
    }
    for (name, value) in extra {
        let way = format!("{name} stands beside it");
        ctx.tried(&way, changes_nothing(&ctx.when(&way), (name, value), &verifier).await);
    }
    Ok(())
}

/// A parameter beside the reference changes nothing, or the request is refused.
async fn changes_nothing(ctx: &Context, (name, value): (&str, &str), other_verifier: &str) -> Checked {
    if name == "code_challenge" {
        let ask = flow::ask(ctx, &ctx.parties().client()?);
        let landing = flow::authorize(ctx, &ask.by_reference(&flow::pushed(ctx, &ask).await?)).await?;
        let code = flow::code_from(&ask, &landing).control("an honest pushed request")?;
        let answer = flow::token(ctx, &flow::redemption(&code).set("code_verifier", other_verifier)).await?;
        expect::withheld(&answer).control("a verifier that is not that of the pushed challenge")?;
    }
    let ask = flow::ask(ctx, &ctx.parties().client()?);
    let request_uri = flow::pushed(ctx, &ask).await?;
    let by_reference = ask.by_reference(&request_uri).set(name, value);
    let landing = flow::authorize(ctx, &by_reference).await?;
    if matches!(&landing, Landing::Foreign(location) if location.base() == spoil::FOREIGN_URI) {
        return Err(landing.exchange().broken("no redirect to it", landing.describe()).granted());
    }
    if landing.callback().is_none_or(|location| !location.params.has("code")) {
        return refused(ctx, &landing);
    }
    as_pushed(ctx, (&ask, &landing), (name, value), other_verifier).await
}

/// The response and the code are those of the pushed request.
async fn as_pushed(
    ctx: &Context,
    (ask, landing): (&AuthorizationRequest, &Landing),
    (name, beside): (&str, &str),
    other_verifier: &str,
) -> Checked {
    let location = expect::code_redirect(ask, landing)?;
    if let Err(end) = expect::same_state(ask, location) {
        // A state that is lost, or of the server's invention, is not that of the request's address.
        let is_beside = name == "state" && location.params.all("state").contains(&beside);
        let other = "the response has neither the state that was pushed nor the one beside it";
        return Err(if is_beside { end } else { CaseEnd::not_tested(other).at(&location.exchange) });
    }
    let code = flow::code_from(ask, landing)?;
    let good = flow::redemption(&code);
    if name == "code_challenge" {
        let answer = flow::token(ctx, &good.set("code_verifier", other_verifier)).await?;
        return expect::token_refused(ctx, &answer, &["invalid_grant", "invalid_request"]);
    }
    let answer = flow::token(ctx, &good).await?;
    let token = expect::token(&answer)?;
    let pushed = ask.params.first("scope").unwrap_or_default();
    let has = |scope: &str, value: &str| scope.split(' ').any(|own| own == value);
    match scope::stated(ctx, &token)? {
        // What was in neither is the server's own to give (RFC 6749, section 3.3).
        Some(stated)
            if name == "scope" && stated.iter().any(|value| has(beside, value) && !has(pushed, value)) =>
        {
            Err(answer.broken(format!("scope {pushed:?} as it was pushed"), format!("scope {stated:?}")))
        }
        _ => Ok(()),
    }
}

async fn user_decides_all_the_same(ctx: &Context) -> Checked {
    used(ctx).await?;
    let ask = flow::ask(ctx, &ctx.parties().client()?);
    let request_uri = flow::pushed(ctx, &ask).await?;
    let mut stranger = flow::stranger(ctx);
    let first = flow::open_in(ctx, &mut stranger, &ask.by_reference(&request_uri)).await?;
    let landing = stranger.run_until(first, Until::Login, Decision::Approve).await?;
    let step = of_a_stranger(ctx, stopped(&stranger, &landing));
    ctx.tried("nobody is logged in", step);
    if ctx.target().without.contains_key(Need::Consent.key()) {
        return Ok(());
    }
    let client = ctx.parties().client()?;
    let (ask, mut browser, page) = consent_page_for(ctx, flow::browser(ctx), &client, Sent::Pushed).await?;
    let landing = browser.run(Landing::Page(page.clone()), Decision::Deny).await?;
    if registered_itself(ctx, &ask.client) && !gives_code(&landing) {
        // How a client that registered itself is told is the server's to say (RFC 9700, section 4.11.2).
        return Ok(());
    }
    ctx.trying("the user denies", |ctx| denied(ctx, &ask, &page, &landing))
}

/// Where nobody is logged in, there is no code, and a page on which to log in.
fn stopped(stranger: &Browser, landing: &Landing) -> Checked {
    landing.sent()?;
    if gives_code(landing) {
        return Err(landing.exchange().broken("a page on which to log in", landing.describe()).granted());
    }
    if landing.page().is_some_and(|page| stranger.login_form(page).is_some()) {
        return Ok(());
    }
    let reason = format!(
        "nobody was asked to log in, as far as is known, but there was {}; if that is the login page, add its [[login.form]]",
        landing.describe()
    );
    Err(CaseEnd::not_tested(reason).lacks(FileKey::LoginForm).at(landing.exchange()))
}

async fn demanded_where_announced(ctx: &Context) -> Checked {
    if !flow::pushes_only(ctx) {
        return Err(CaseEnd::not_offered("the metadata does not say that requests have to be pushed"));
    }
    used(ctx).await?;
    let ask = flow::ask(ctx, &ctx.parties().client()?);
    let mut browser = flow::browser(ctx);
    let first = flow::open_unpushed_in(ctx, &mut browser, &ask).await?;
    expect::refused(ctx, &ask, &browser.run(first, Decision::Approve).await?, &["invalid_request"])
}

async fn demanded_of_clients_that_push(ctx: &Context) -> Checked {
    pushed_only(ctx, &ctx.parties().client_of(ClientRole::Push)?).await
}
