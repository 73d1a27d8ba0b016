//! The login: no code before it, and no way from it to somewhere else.

use std::sync::Arc;

use oauth_rules::rules;
use url::Url;

use crate::browser::{Decision, Landing, Page, Submission};
use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _, EndKind};
use crate::cases::support::own_values::{alter, unguessable, with_changed};
use crate::cases::support::provoke::{
    ATTACKER, ATTACKER_URI, LOGIN_PAGES, NO_LOGIN_NO_CODE, Sent, UNKNOWN, consent_page_for, gives_code,
    no_code, of_a_stranger, sends_password, way_to,
};
use crate::cases::support::redirect_uris::has_to_be_registered;
use crate::expect;
use crate::flow::{self, AuthorizationRequest, Browser};
use crate::subject::{Account, Client, Need};
use crate::wire::Params;

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "login/before-any-code",
        rules: rules!["rfc6749-3.1-owner-authenticated-first"],
        about: "A browser in which nobody is logged in gets no code.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(before_any_code(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "login/leads-to-no-stranger",
        rules: rules!["rfc6749-10.15-no-open-redirector"],
        about: "The login's return parameter takes the browser to no place of a stranger's choice.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(leads_to_no_stranger(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "login/is-no-open-redirector",
        rules: rules!["rfc9700-2.1-as-no-open-redirector"],
        about: "Neither the authorization endpoint nor the login takes the browser wherever a parameter says.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(is_no_open_redirector(ctx)),
        ..Case::DEFAULT
    },
];
/// Ways to write an address of somebody else's.
const AWAY: [&str; 3] = ["https://attacker.example/", "//attacker.example/", "/\\attacker.example/"];

async fn before_any_code(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    flow::code(ctx, &client).await?;
    let mut stranger = flow::stranger(ctx);
    let landing = flow::authorize_in(ctx, &mut stranger, &flow::ask(ctx, &client), Decision::Approve).await?;
    ctx.tried("nobody is logged in", stays_out(ctx, &landing));
    consents_for_another(ctx, &client).await
}

/// A consent form that a user was shown, sent by a browser in which nobody is logged in. Whoever has a value of that page that
/// nobody can guess may have the login by it, since no text demands that a cookie keeps it (section 3.1).
async fn consents_for_another(ctx: &Context, client: &Arc<Client>) -> Checked {
    let Some((ask, form)) = users_form(ctx, client).await? else { return Ok(()) };
    if unguessable(ctx, &form, &ask).is_empty() {
        let step = sent_by_a_stranger(ctx, &form).await.and_then(|landing| stays_out(ctx, &landing));
        ctx.tried(
            "a consent form that anybody can write comes from a browser where nobody is logged in",
            step,
        );
        return Ok(());
    }
    let bare = with_changed(ctx, &form, &ask, |_, _| None);
    let altered = with_changed(ctx, &form, &ask, |_, value| Some(alter(value)));
    for (when, spoilt) in [
        ("a user's consent form comes without its own values from a browser where nobody is logged in", bare),
        ("a user's consent form comes with altered values from a browser where nobody is logged in", altered),
    ] {
        let step = sent_by_a_stranger(ctx, &spoilt).await.and_then(|landing| stays_out(ctx, &landing));
        ctx.tried(when, step);
    }
    if gives_code(&sent_by_a_stranger(ctx, &form).await?) {
        ctx.note(
            "a user's consent form gives a code in any browser that has it: its own values carry the login",
        );
    }
    Ok(())
}

/// A request and the consent form that a user was shown for it, as the user would approve it: of this client, or of one for which
/// no earlier yes stands. `None` if none came, or one that takes the password.
async fn users_form(
    ctx: &Context,
    client: &Arc<Client>,
) -> Checked<Option<(AuthorizationRequest, Submission)>> {
    if ctx.target().without.contains_key(Need::Consent.key()) {
        return Ok(None);
    }
    let (ask, user, page) = match consent_page_for(ctx, flow::browser(ctx), client, Sent::Itself).await {
        Err(end) if end.kind == EndKind::NotTested => {
            ctx.note(format!("no consent form was sent where nobody is logged in: {}", end.saw));
            return Ok(None);
        }
        asked => asked?,
    };
    // Whoever sends a password with the yes logs in by that.
    let form = user.consent_form(&page, Decision::Approve).filter(|form| !sends_password(ctx, form));
    Ok(form.map(|form| (ask, form)))
}

/// Sends a form in a browser without cookies, and goes on to the end.
async fn sent_by_a_stranger(ctx: &Context, form: &Submission) -> Checked<Landing> {
    let mut stranger = flow::stranger(ctx);
    let landing = stranger.submit(form).await?;
    stranger.run(landing, Decision::Approve).await
}

fn stays_out(ctx: &Context, landing: &Landing) -> Checked {
    of_a_stranger(ctx, no_code(landing, NO_LOGIN_NO_CODE))
}

async fn is_no_open_redirector(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    flow::code(ctx, &client).await?;
    for client_id in [UNKNOWN, &client.id] {
        let when = format!("{client_id} asks with redirect_uri {ATTACKER_URI}");
        if client_id == client.id
            && let Err(end) = has_to_be_registered(ctx, &client)
        {
            ctx.note(format!("not tried: {when}: {}", end.saw));
            continue;
        }
        let mut browser = flow::browser(ctx);
        let ask = flow::ask(ctx, &client).set("client_id", client_id).set("redirect_uri", ATTACKER_URI);
        let asked = flow::authorize_in(ctx, &mut browser, &ask, Decision::Approve).await;
        ctx.tried(&when, asked.and_then(|_| nowhere_else(&browser)));
    }
    let way = return_way(ctx, &AWAY).await?;
    if way == ReturnWay::None {
        ctx.note(NO_WAY);
    }
    Ok(())
}

async fn leads_to_no_stranger(ctx: &Context) -> Checked {
    match return_way(ctx, &AWAY[..1]).await? {
        ReturnWay::Tried => Ok(()),
        ReturnWay::None => Err(CaseEnd::not_offered(NO_WAY)),
    }
}

/// Why the way behind a login is not tried.
const NO_WAY: &str = "the login page has no parameter that says where it leads";

/// Whether a login page has a parameter that says where it leads.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ReturnWay {
    /// It has, and it was tried.
    Tried,
    /// It has none.
    None,
}

/// Tells of each of these places to which the login's return parameter takes the browser.
async fn return_way(ctx: &Context, places: &[&str]) -> Checked<ReturnWay> {
    let client = ctx.parties().client()?;
    let ask = flow::ask(ctx, &client);
    let mut browser = flow::stranger(ctx);
    let landing = flow::open_in(ctx, &mut browser, &ask).await?;
    let Some((page, form)) = landing.page().and_then(|page| Some((page, browser.login_form(page)?))) else {
        return Err(CaseEnd::not_tested("no login page came").at(landing.exchange()));
    };
    let Some(way) = Return::find(ctx, page, &form) else {
        return Ok(ReturnWay::None);
    };
    // The same login, unspoilt.
    browser.who = Some(Account::First);
    let end = browser.run(landing.clone(), Decision::Approve).await?;
    expect::code_redirect(&ask, &end).control("a login in a fresh browser")?;

    for place in places {
        let mut browser = flow::stranger(ctx);
        browser.who = Some(Account::First);
        let walked = way.walk(&mut browser, &page.url, place).await;
        let when = format!("{} is {place:?}", way.name);
        ctx.tried(&when, walked.and_then(|()| nowhere_else(&browser)));
    }
    Ok(ReturnWay::Tried)
}

/// No exchange of this browser leads to the attacker.
fn nowhere_else(browser: &Browser) -> Checked {
    for exchange in &browser.trail {
        if let Some(way) = way_to(exchange, ATTACKER) {
            return Err(exchange.broken(
                "no way off the server but to a registered redirect URI",
                format!("a way to {way}"),
            ));
        }
    }
    Ok(())
}

/// The parameter that says where the login leads.
struct Return {
    name: String,
    in_url: bool,
}

impl Return {
    /// Finds it by its value, which is the authorization request.
    fn find(ctx: &Context, page: &Page, form: &Submission) -> Option<Self> {
        let path = Url::parse(&ctx.target().endpoints.authorization).ok()?.path().to_owned();
        let leads_back = |value: &str| {
            value.contains("client_id=") || (value.contains(&path) && value.starts_with(['/', 'h']))
        };
        let query = page.url.split_once('?').map_or("", |(_, query)| query);
        let named = |params: &Params| {
            let pair = params.pairs().find(|(_, value)| leads_back(value));
            pair.map(|(name, _)| name.to_owned())
        };
        let in_url = named(&Params::decode(query)).map(|name| Self { name, in_url: true });
        in_url.or_else(|| named(&form.params).map(|name| Self { name, in_url: false }))
    }

    fn url(&self, url: &str, place: &str) -> String {
        let Some((base, query)) = url.split_once('?').filter(|_| self.in_url) else { return url.into() };
        let mut params = Params::decode(query);
        params.set(&self.name, place);
        params.append_to(base)
    }

    /// Logs in, with this place where the login is to lead.
    async fn walk(&self, browser: &mut Browser, url: &str, place: &str) -> Checked {
        let mut landing = browser.open(&self.url(url, place)).await?;
        for _ in 0..LOGIN_PAGES {
            let Some(mut form) = landing.page().and_then(|page| browser.login_form(page)) else { break };
            self.spoil(&mut form, place);
            landing = browser.submit(&form).await?;
        }
        Ok(())
    }

    fn spoil(&self, form: &mut Submission, place: &str) {
        if form.params.has(&self.name) {
            form.params.set(&self.name, place);
        }
    }
}
