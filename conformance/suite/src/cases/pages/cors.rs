//! Scripts of other sites: the authorization endpoint lets none of them read its answers (RFC 9700, section 2.6).

use std::sync::Arc;

use oauth_rules::rules;
use url::Url;

use crate::browser::Decision;
use crate::case::{Case, Context};
use crate::case_end::{Checked, EndAs as _};
use crate::cases::support::provoke::{ATTACKER, UNKNOWN, consent_page_if_asked, is_authorization_endpoint};
use crate::flow::{self, AuthorizationRequest};
use crate::subject::{Client, Need};
use crate::wire::{Exchange, Request};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[Case {
    id: "pages/not-readable-by-other-sites",
    rules: rules!["rfc9700-2.6-no-cors-at-authorization-endpoint"],
    about: "The authorization endpoint lets no script of another site read its answers, not of its clients' either.",
    needs: &[Need::Login],
    run: |ctx| Box::pin(not_readable_by_other_sites(ctx)),
    ..Case::DEFAULT
}];

async fn not_readable_by_other_sites(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    for (origin, client) in sites(ctx, &client) {
        let way = format!("a script of {origin} asks");
        ctx.tried(&way, unreadable(&ctx.when(&way), &client, &origin).await);
    }
    // The answer to the user's yes has the code.
    let ask = flow::ask(ctx, &client);
    if let Some((mut browser, page)) = consent_page_if_asked(ctx, flow::browser(ctx), &ask).await?
        && let Some(form) = browser.consent_form(&page, Decision::Approve)
        && let Some(origin) = origin_of(&client.redirect_uri)
    {
        let request = form.request().without_header("Origin").without_header("Referer");
        let answer = browser.send_one(request.header("Origin", &origin)).await?;
        let step = closed(ctx, &answer).when(&format!("a script of {origin} sends the consent form"));
        // The text speaks of the authorization endpoint alone; the form may go elsewhere.
        return if is_authorization_endpoint(ctx, &form.url) { step } else { step.warn() };
    }
    Ok(())
}

/// The origins that ask, each with the client that it is tried with: those of the clients' redirect URIs, and strangers'.
fn sites(ctx: &Context, client: &Arc<Client>) -> Vec<(String, Arc<Client>)> {
    let own = origin_of(&ctx.target().endpoints.authorization);
    let mut sites =
        vec![("https://spa.example".to_owned(), Arc::clone(client)), ("null".to_owned(), Arc::clone(client))];
    if let Some(own) = &own {
        sites.push((format!("{own}.{ATTACKER}"), Arc::clone(client)));
    }
    for client in ctx.target().clients.values() {
        for origin in client.redirect_uris().filter_map(origin_of) {
            let is_known = sites.iter().any(|(known, _)| *known == origin);
            if !is_known && own.as_ref() != Some(&origin) {
                sites.push((origin, Arc::clone(client)));
            }
        }
    }
    sites
}

/// The origin of an http or https URL, as browsers send it.
fn origin_of(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let origin = url.origin();
    (matches!(url.scheme(), "http" | "https") && origin.is_tuple()).then(|| origin.ascii_serialization())
}

/// No answer to this origin may be read there.
async fn unreadable(ctx: &Context, client: &Arc<Client>, origin: &str) -> Checked {
    let endpoint = &ctx.target().endpoints.authorization;
    let request = |ask: AuthorizationRequest| ask.request(endpoint).header("Origin", origin);
    let preflight = |method: &str| {
        let asked = Request::get(flow::ask(ctx, client).request(endpoint).url).method("OPTIONS");
        asked.header("Origin", origin).header("Access-Control-Request-Method", method)
    };
    let good = || request(flow::ask(ctx, client));
    let unknown = |name: &str| request(flow::ask(ctx, client).set(name, UNKNOWN));
    let (mut stranger, mut user) = (flow::stranger(ctx), flow::browser(ctx));
    let answers = [
        ("nobody is logged in", stranger.send_one(good()).await?),
        ("a user is logged in", user.send_one(good()).await?),
        ("the request comes by POST", user.send_one(request(flow::ask(ctx, client).by_post())).await?),
        ("the client is unknown", user.send_one(unknown("client_id")).await?),
        ("the response type is unknown", user.send_one(unknown("response_type")).await?),
        ("a browser asks beforehand for GET", stranger.send_one(preflight("GET")).await?),
        ("a browser asks beforehand for POST", stranger.send_one(preflight("POST")).await?),
    ];
    for (when, answer) in answers {
        ctx.tried(when, closed(ctx, &answer));
    }
    Ok(())
}

/// An answer names no origin that may read it; the server's own may anyway.
fn closed(ctx: &Context, answer: &Arc<Exchange>) -> Checked {
    match answer.response()?.header("access-control-allow-origin") {
        Some(origin) if origin_of(&ctx.target().endpoints.authorization).as_deref() != Some(origin) => {
            let saw = format!("Access-Control-Allow-Origin: {origin}");
            Err(answer.broken("no Access-Control-Allow-Origin", saw))
        }
        Some(_) | None => Ok(()),
    }
}
