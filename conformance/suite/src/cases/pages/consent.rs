//! The consent page: that it is asked, and what it says.

use std::sync::Arc;

use oauth_rules::rules;

use crate::browser::{Decision, Landing};
use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::markup::names;
use crate::cases::support::provoke::{
    Sent, UNKNOWN, consent_page, consent_page_for, consent_page_if_asked, gives_code, logs_in, unseen_page,
};
use crate::expect;
use crate::flow;
use crate::subject::{Client, ClientRole, Need};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "consent/asked-before-a-code",
        rules: rules!["rfc6749-4.1.1-owner-decision-obtained", "rfc6749-10.12-explicit-consent"],
        about: "The user is asked before a client gets its first code.",
        needs: &[Need::Login, Need::Consent],
        run: |ctx| Box::pin(asked_before_a_code(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "consent/names-client-and-scope",
        rules: rules!["rfc6749-10.2-consent-shows-client-and-scope"],
        about: "The consent page says which client asks, and for what.",
        needs: &[Need::Login, Need::Consent],
        run: |ctx| Box::pin(names_client_and_scope(ctx)),
        ..Case::DEFAULT
    },
];

async fn asked_before_a_code(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    let ask = flow::ask(ctx, &client);
    if let Some((mut browser, page)) = consent_page_if_asked(ctx, flow::browser(ctx), &ask).await? {
        let end = browser.run(Landing::Page(page), Decision::Approve).await?;
        expect::code_redirect(&ask, &end).control("the consent page, approved")?;
        return Ok(());
    }
    let mut browser = flow::browser(ctx);
    let landing = flow::authorize_in(ctx, &mut browser, &ask, Decision::Approve).await?;
    expect::code_redirect(&ask, &landing).control("an honest authorization request")?;
    // An earlier yes may be remembered.
    if ctx.live().asked_consent() {
        ctx.note("the user was asked once in this run and not again");
        return Ok(());
    }
    let again = flow::ask(ctx, &client).set("prompt", "consent");
    if consent_page_if_asked(ctx, flow::browser(ctx), &again).await?.is_some() {
        ctx.note("the user is asked when the client demands it; an earlier yes is remembered");
        return Ok(());
    }
    unseen_page(&browser, &browser.trail)?;
    let mut unasked = landing.exchange().broken(
        "a page that asks the user, before the first code of the run; waive consent if it was settled before",
        landing.describe(),
    );
    if !client.is_public() {
        // A yes from before this run may stand, though not for a client that nobody knew then, nor for one that cannot
        // prove who it is (section 10.2).
        match without_question(ctx).await? {
            Some(end) => unasked = end,
            None => return Ok(()),
        }
    }
    let broken: Checked = Err(unasked);
    // Whoever reads which client asks, and types the password for it, may be said to have been asked.
    if logs_in(ctx, &browser.trail) && login_page_names(ctx, &client).await? {
        ctx.note("the page that asks for the password says which client asks: the two questions are one");
        return broken.warn();
    }
    broken
}

/// What shows that a client which no yes from before can stand for gets its code without a question: one that registers
/// itself, or a public one. `None` if the user is asked.
async fn without_question(ctx: &Context) -> Checked<Option<CaseEnd>> {
    let fresh = if ctx.target().endpoints.registration.is_some() {
        flow::registered(ctx, &flow::metadata(ctx)?).await.ok()
    } else {
        None
    };
    let client = fresh.map_or_else(|| ctx.parties().public(), |fresh| Ok(fresh.client));
    let client = client.map_err(|_| {
        let reason = "no page asked the user, and an earlier yes to this client may be remembered; add [public_client], or say why none asks: [without] consent = \"why\"";
        ctx.parties().lacking(Need::PublicClient, reason)
    })?;
    let ask = flow::ask(ctx, &client);
    if consent_page_if_asked(ctx, flow::browser(ctx), &ask).await?.is_some() {
        ctx.note("an earlier yes to the first client is remembered");
        return Ok(None);
    }
    let mut browser = flow::browser(ctx);
    let landing = flow::authorize_in(ctx, &mut browser, &flow::ask(ctx, &client), Decision::Approve).await?;
    if !gives_code(&landing) {
        let reason = "a client that nobody said yes to gets no code, and no question comes";
        return Err(CaseEnd::not_tested(reason).at(landing.exchange()));
    }
    unseen_page(&browser, &browser.trail)?;
    let expected = "a page that asks the user; waive consent if it was settled before";
    Ok(Some(landing.exchange().broken(expected, landing.describe())))
}

/// Whether the page that asks for the password says for which client: by its id, or in words that are others for another one.
async fn login_page_names(ctx: &Context, client: &Arc<Client>) -> Checked<bool> {
    let Some(own) = login_page_of(ctx, client).await? else { return Ok(false) };
    if names(&own, &client.id) {
        return Ok(true);
    }
    let Ok(second) = ctx.parties().second() else { return Ok(false) };
    let (again, other) = (login_page_of(ctx, client).await?, login_page_of(ctx, &second).await?);
    Ok(again.as_ref() == Some(&own) && other.is_some_and(|other| other != own))
}

/// The text of the login page that a client's request leads to, where nobody is logged in.
async fn login_page_of(ctx: &Context, client: &Arc<Client>) -> Checked<Option<String>> {
    let mut stranger = flow::stranger(ctx);
    let landing = flow::open_in(ctx, &mut stranger, &flow::ask(ctx, client)).await?;
    let page = landing.page().filter(|page| stranger.login_form(page).is_some());
    Ok(page.map(|page| page.text.clone()))
}

async fn names_client_and_scope(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    let (ask, _, page) = consent_page_for(ctx, flow::browser(ctx), &client, Sent::Itself).await?;
    let client = ask.client;
    let text = page.text.to_lowercase();
    if !names(&text, &client.id) {
        // It may have a name that the suite does not know; then another client's page reads otherwise.
        let others = [ClientRole::Second, ClientRole::First].map(|role| ctx.parties().client_of(role));
        let Some(second) = others.into_iter().flatten().find(|other| other.id != client.id) else {
            let reason =
                "the page does not show the client's id, and there is no second client to compare with";
            return Err(CaseEnd::not_tested(reason).at(&page.exchange));
        };
        let mut ask = flow::ask(ctx, &second);
        if let Some(scope) = &client.scope {
            ask = ask.set("scope", scope);
        }
        let (_, other) = consent_page(ctx, flow::browser(ctx), &ask).await?;
        if other.text == page.text {
            let saw = "the same text for two clients";
            ctx.tell(page.exchange.broken("the client's name or id on the page", saw));
        }
    }
    let unsaid = |value: &&str| {
        // Descriptions mostly repeat a part of the word; these two words have none that would.
        let mut parts = value.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| part.len() > 2);
        !parts.any(|part| text.contains(&part.to_lowercase()))
            && !matches!(*value, "openid" | "offline_access")
    };
    match client.scope.iter().flat_map(|scope| scope.split(' ')).find(unsaid) {
        Some(value) => told_in_words(ctx, value).await,
        None => Ok(()),
    }
}

/// The page tells a scope in words that the suite does not know: then it reads otherwise for another scope, such as the client
/// may ask for, or for any word at a server that takes any.
async fn told_in_words(ctx: &Context, value: &str) -> Checked {
    let mut clients = ctx.target().clients.values();
    let several = clients.find(|client| client.scope.is_some() && client.second_scope.is_some()).cloned();
    let (client, other) = match several {
        Some(client) => {
            let other = client.second_scope.clone().unwrap_or_default();
            (client, other)
        }
        None => (ctx.parties().client()?, UNKNOWN.to_owned()),
    };
    let scope = client.scope.clone().unwrap_or_default();
    let mut pages = Vec::new();
    for scope in [&scope, &other] {
        let ask = flow::ask(ctx, &client).set("scope", scope);
        pages.extend(consent_page_if_asked(ctx, flow::browser(ctx), &ask).await?.map(|(_, page)| page));
    }
    match pages.as_slice() {
        [first, second] if first.text == second.text => {
            let expected = format!("the scope {value} on the page, or words that describe it");
            Err(second.exchange.broken(expected, "the same text for two scopes"))
        }
        [_, _] => Ok(()),
        _ => {
            let reason = format!(
                "the page does not show the scope {value}; with a second_scope two pages could be compared, to see whether it is told in words"
            );
            Err(CaseEnd::not_tested(reason))
        }
    }
}
