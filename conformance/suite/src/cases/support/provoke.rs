//! What several areas of the suite share: errors that come back by redirect, and where an answer leads.
//!
//! Nothing here judges a rule, but for what follows from the user's no and whether a code came; a case says what it expects of
//! what these functions found.

use std::sync::Arc;

use url::Url;

use crate::browser::{Decision, Landing, Location, Page, Submission, by_itself};
use crate::case::Context;
use crate::case_end::{CaseEnd, Checked, EndKind};
use crate::expect;
use crate::flow::{self, AuthorizationRequest, Browser, Until};
use crate::subject::{Account, Client, FileKey, FormHint, Need};
use crate::wire::{Exchange, Params, Request};

/// The host that no honest redirect leads to.
pub(in crate::cases) const ATTACKER: &str = "attacker.example";
/// A redirect URI that is registered for nobody.
pub(in crate::cases) const ATTACKER_URI: &str = "https://attacker.example/cb";
/// A scope value, client or response type that no server has.
pub(in crate::cases) const UNKNOWN: &str = "suite-unknown";

/// An authorization error that came to the client, and the request that led to it.
pub(in crate::cases) struct RedirectedError {
    /// The request.
    pub(in crate::cases) ask: AuthorizationRequest,
    /// Where the error stands.
    pub(in crate::cases) location: Location,
    /// How it was provoked.
    pub(in crate::cases) when: &'static str,
}

/// The errors that this client is told by redirect: for an unknown response type, for an unknown scope, and when
/// the user denies. `prepare` changes each request first.
///
/// # Errors
/// `not-tested` if the honest flow fails or none of them comes by redirect.
pub(in crate::cases) async fn errors_told(
    ctx: &Context,
    client: &Arc<Client>,
    prepare: impl Fn(AuthorizationRequest) -> AuthorizationRequest,
) -> Checked<Vec<RedirectedError>> {
    flow::code(ctx, client).await?;
    let mut told = Vec::new();
    let spoilt = [("the response type is unknown", "response_type"), ("the scope is unknown", "scope")];
    for (when, name) in spoilt {
        let ask = prepare(flow::ask(ctx, client)).set(name, UNKNOWN);
        let landing = flow::authorize(ctx, &ask).await?;
        told.extend(told_by(landing).map(|location| RedirectedError { ask, location, when }));
    }
    let ask = prepare(flow::ask(ctx, client));
    if let Some((mut browser, page)) = consent_page_if_asked(ctx, flow::browser(ctx), &ask).await?
        && let Some(form) = browser.consent_form(&page, Decision::Deny)
    {
        let landing = browser.submit(&form).await?;
        told.extend(told_by(landing).map(|location| RedirectedError {
            ask,
            location,
            when: "the user denies",
        }));
    }
    if told.is_empty() {
        return Err(CaseEnd::not_tested("no error came back to the client by redirect"));
    }
    Ok(told)
}

fn told_by(landing: Landing) -> Option<Location> {
    match landing {
        Landing::Callback(location) if location.params.has("error") => Some(location),
        Landing::Callback(_) | Landing::Foreign(_) | Landing::Page(_) => None,
    }
}

/// Sends an authorization request in `browser` and stops where the user is asked for consent; `None` if it ends
/// without that question.
///
/// # Errors
/// `errored` without a usable answer.
pub(in crate::cases) async fn consent_page_if_asked(
    ctx: &Context,
    mut browser: Browser,
    ask: &AuthorizationRequest,
) -> Checked<Option<(Browser, Page)>> {
    let first = flow::open_in(ctx, &mut browser, ask).await?;
    match browser.run_until(first, Until::Consent, Decision::Approve).await? {
        Landing::Page(page)
            if page.status < 400 && browser.consent_form(&page, Decision::Approve).is_some() =>
        {
            Ok(Some((browser, page)))
        }
        Landing::Page(_) | Landing::Callback(_) | Landing::Foreign(_) => Ok(None),
    }
}

/// As [`consent_page_if_asked`], for cases that are about that page.
///
/// # Errors
/// `not-tested` if the user is not asked.
pub(in crate::cases) async fn consent_page(
    ctx: &Context,
    browser: Browser,
    ask: &AuthorizationRequest,
) -> Checked<(Browser, Page)> {
    consent_page_if_asked(ctx, browser, ask).await?.ok_or_else(|| unasked(ctx))
}

/// Why there is no consent page to look at.
pub(in crate::cases) fn unasked(ctx: &Context) -> CaseEnd {
    let reason = if ctx.live().asked_consent() {
        "no consent page came for any client of the target; if consent is remembered, revoke it, add a client whose user is asked each time, such as a [public_client], or extra_parameters that ask again"
    } else {
        "the suite knew no page of this run for one that asks for consent; if the page that takes the password asks as well, say by deny or deny_has in its [[login.form]] what denies; if none ever asks, say so: [without] consent = \"why\""
    };
    let may_ask_again = || ctx.target().extra_parameters.is_empty().then_some(FileKey::ExtraParameters);
    CaseEnd::not_tested(reason).lacks(Need::PublicClient.missing(ctx.target()).or_else(may_ask_again))
}

/// Whether a form sends a user's password, so that it logs in whatever else it does.
pub(in crate::cases) fn sends_password(ctx: &Context, form: &Submission) -> bool {
    let mut users = ctx.target().users.values();
    users.any(|user| form.field_with(user.password.expose()).is_some())
}

/// Whether a client registered itself, so that the target file does not name it.
pub(in crate::cases) fn registered_itself(ctx: &Context, client: &Client) -> bool {
    !ctx.target().registered().any(|known| known.id == client.id)
}

/// Who may be asked still where an earlier yes of this browser's user to this client stands: the same user for the target's
/// other clients, and another user for each. Public clients come first, whose user is to be asked each time.
pub(in crate::cases) fn others_to_ask(
    ctx: &Context,
    browser: &Browser,
    client: &Client,
) -> Vec<(Browser, Arc<Client>)> {
    let mut clients: Vec<&Arc<Client>> = ctx.target().clients.values().collect();
    clients.sort_by_key(|other| !other.is_public());
    let mut browsers = vec![browser.clone()];
    if browser.who == Some(Account::First) && ctx.target().users.contains_key(&Account::Second) {
        browsers.push(flow::browser_of(ctx, Account::Second));
    }
    let mut others = Vec::new();
    for (at, browser) in browsers.iter().enumerate() {
        let untried = clients.iter().filter(|other| at > 0 || other.id != client.id);
        others.extend(untried.map(|other| (browser.clone(), Arc::clone(other))));
    }
    others
}

/// Whether a request had no answer at all.
pub(in crate::cases) fn unanswered(end: &CaseEnd) -> bool {
    end.kind == EndKind::Errored && end.exchange.as_ref().is_some_and(|exchange| exchange.answer.is_err())
}

/// Whether a browser sent a password in one of these exchanges.
pub(in crate::cases) fn logs_in(ctx: &Context, trail: &[Arc<Exchange>]) -> bool {
    trail.iter().any(|exchange| {
        let sent = Params::decode(&String::from_utf8_lossy(&exchange.request.body));
        let mut users = ctx.target().users.values();
        users.any(|user| sent.pairs().any(|(_, value)| value == user.password.expose()))
    })
}

/// That no page came in these exchanges of a browser on which the user may have been asked without that the suite knew it: what
/// leads on by itself asks nothing, and a login page asks for something else.
///
/// # Errors
/// `not-tested` if one came.
pub(in crate::cases) fn unseen_page(browser: &Browser, trail: &[Arc<Exchange>]) -> Checked {
    let asks = |exchange: &&Arc<Exchange>| {
        let page = Page::read(exchange).ok().filter(|page| page.status < 300);
        page.is_some_and(|page| {
            let leads_on = by_itself(&page).is_some() || browser.login_form(&page).is_some();
            !leads_on && !page.text.trim().is_empty()
        })
    };
    match trail.iter().find(asks) {
        Some(exchange) => {
            let reason = "a page came that may have asked the user, and the suite took it for no consent page; say how it is filled in by [[login.form]]";
            Err(CaseEnd::not_tested(reason).lacks(FileKey::LoginForm).at(exchange))
        }
        None => Ok(()),
    }
}

/// What came of a request by somebody who is to be a stranger: nothing follows from it where every request carries a header
/// that may log in.
///
/// # Errors
/// Those of the step; `not-tested` in the place of a broken one where there is such a header.
pub(in crate::cases) fn of_a_stranger(ctx: &Context, step: Checked) -> Checked {
    let logs_in =
        |name: &str| name.eq_ignore_ascii_case("cookie") || name.eq_ignore_ascii_case("authorization");
    let header = ctx.live().wire.headers().iter().find(|(name, _)| logs_in(name));
    match (step, header) {
        (Err(end), Some((name, _))) if matches!(end.kind, EndKind::Broken | EndKind::Warned) => {
            let reason = format!(
                "{name} goes out with every request and may log in whoever is to be a stranger; leave it out of the headers"
            );
            Err(CaseEnd { kind: EndKind::NotTested, expected: None, saw: reason, granted: false, ..end })
        }
        (step, _) => step,
    }
}

/// The request that sends a form as another site's page would.
pub(in crate::cases) fn from_attackers_site(form: &Submission) -> Request {
    let site = format!("https://{ATTACKER}");
    let request = form.request().without_header("Origin").without_header("Referer");
    request.header("Origin", &site).header("Referer", format!("{site}/"))
}

/// The first user logs in, and the client gets its code.
///
/// # Errors
/// Broken if it gets none; `errored` without a usable answer.
pub(in crate::cases) async fn log_in_as_first(
    ctx: &Context,
    client: &Arc<Client>,
    browser: &mut Browser,
) -> Checked {
    browser.who = Some(Account::First);
    let ask = flow::ask(ctx, client);
    let landing = flow::authorize_in(ctx, browser, &ask, Decision::Approve).await?;
    expect::code_redirect(&ask, &landing).map(drop)
}

/// A login takes at most this many pages.
pub(in crate::cases) const LOGIN_PAGES: usize = 3;

/// Whether a URL is that of the authorization endpoint, whatever its query.
pub(in crate::cases) fn is_authorization_endpoint(ctx: &Context, url: &str) -> bool {
    let place = |url: &str| url.split(['?', '#']).next().map(str::to_owned);
    place(url) == place(&ctx.target().endpoints.authorization)
}

/// Why no login with a password is tried.
pub(in crate::cases) const NO_PASSWORD: &str =
    "no login form with a password was found; add [[login.form]] that says where the password stands";

/// How an authorization request comes to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cases) enum Sent {
    /// In the browser.
    Itself,
    /// Pushed before; the browser brings the reference.
    Pushed,
}

/// A request on which the user is asked for consent, and the browser that shows the page: a request of this client, or, where
/// an earlier yes to that stands, of another client, by another user, for another scope, or of a client that registers itself.
///
/// # Errors
/// `not-tested` if the user is asked for none.
pub(in crate::cases) async fn consent_page_for(
    ctx: &Context,
    browser: Browser,
    client: &Arc<Client>,
    sent: Sent,
) -> Checked<(AuthorizationRequest, Browser, Page)> {
    if let Some(asked) = asked_for(ctx, browser.clone(), flow::ask(ctx, client), sent).await? {
        return Ok(asked);
    }
    for (browser, other) in others_to_ask(ctx, &browser, client) {
        let usual = flow::ask(ctx, &other);
        let second = other.second_scope.as_ref().map(|scope| flow::ask(ctx, &other).set("scope", scope));
        for ask in std::iter::once(usual).chain(second) {
            // Another client may be refused for a reason of its own.
            if let Ok(Some(asked)) = asked_for(ctx, browser.clone(), ask, sent).await {
                return Ok(asked);
            }
        }
    }
    if ctx.target().endpoints.registration.is_none() {
        return Err(unasked(ctx));
    }
    let fresh = flow::registered(ctx, &flow::metadata(ctx)?).await.map_err(|_| unasked(ctx))?;
    let ask = flow::ask(ctx, &fresh.client);
    asked_for(ctx, browser, ask, sent).await?.ok_or_else(|| unasked(ctx))
}

async fn asked_for(
    ctx: &Context,
    browser: Browser,
    ask: AuthorizationRequest,
    sent: Sent,
) -> Checked<Option<(AuthorizationRequest, Browser, Page)>> {
    let shown = match sent {
        Sent::Itself => ask.clone(),
        Sent::Pushed => ask.by_reference(&flow::pushed(ctx, &ask).await?),
    };
    let asked = consent_page_if_asked(ctx, browser, &shown).await?;
    Ok(asked.map(|(browser, page)| (ask, browser, page)))
}

/// What came of the user's no on a consent page: no code, and `access_denied` at the client. Where the suite guessed which
/// answer is the no, another outcome accuses nobody.
///
/// # Errors
/// Broken if something was granted; `not-tested` if the no may have been another answer.
pub(in crate::cases) fn denied(
    ctx: &Context,
    ask: &AuthorizationRequest,
    page: &Page,
    landing: &Landing,
) -> Checked {
    const DENIED: &[&str] = &["access_denied"];
    landing.sent()?;
    let says_no = |hint: &&FormHint| hint.deny.is_some() || hint.deny_has.is_some();
    let mut hints = ctx.target().forms.iter().filter(says_no);
    let is_hinted = hints.any(|hint| page.forms.iter().any(|form| form.has(&hint.has)));
    if is_hinted || expect::error_redirect(ask, landing, DENIED).is_ok() {
        return expect::code_refused(ctx, ask, landing, DENIED);
    }
    let reason = format!(
        "which answer is the user's no was guessed, and it led to {}; say it by deny or deny_has in the [[login.form]] of the consent page",
        landing.describe()
    );
    Err(CaseEnd::not_tested(reason).lacks(FileKey::LoginForm).at(landing.exchange()))
}

/// Whether the browser was given a code.
pub(in crate::cases) fn gives_code(landing: &Landing) -> bool {
    landing.brings("code")
}

/// What is expected of a browser in which nobody is logged in.
pub(in crate::cases) const NO_LOGIN_NO_CODE: &str = "a login page, or any answer without a code";

/// That the browser was given no code.
///
/// # Errors
/// Broken if it was.
pub(in crate::cases) fn no_code(landing: &Landing, expected: &str) -> Checked {
    if gives_code(landing) {
        return Err(landing.exchange().broken(expected, landing.describe()));
    }
    Ok(())
}

/// An answer in its essence, for comparing two: which kind, and which response parameters.
///
/// # Errors
/// `not-tested` if the browser kept something back.
pub(in crate::cases) fn essence(landing: &Landing) -> Checked<String> {
    landing.sent()?;
    Ok(match landing {
        Landing::Callback(location) => {
            let names = ["code", "state"].into_iter().filter(|name| location.params.has(name));
            let names: Vec<&str> = names.collect();
            match location.params.first("error") {
                Some(error) => format!("a redirect to the client with error={error} {}", names.join(" and ")),
                None => format!("a redirect to the client with {}", names.join(" and ")),
            }
        }
        Landing::Foreign(location) => format!("a redirect to {}", location.base()),
        Landing::Page(_) => "a page".into(),
    })
}

/// Where an answer leads, if that is on `host` or below it: of its own accord, or by the action of a form.
pub(in crate::cases) fn way_to(exchange: &Arc<Exchange>, host: &str) -> Option<String> {
    sent_to(exchange, host).or_else(|| form_to(exchange, host))
}

/// Where an answer takes the browser of its own accord, if that is on `host` or below it: by `Location`, by a
/// refresh, or by a form that a script of the page may send.
pub(in crate::cases) fn sent_to(exchange: &Arc<Exchange>, host: &str) -> Option<String> {
    let base = Url::parse(&exchange.request.url).ok()?;
    let location = exchange.answer.as_ref().ok()?.header("location").map(str::to_owned);
    // A page that is not read leads nowhere.
    let refresh = Page::read(exchange).ok().and_then(|page| page.refresh);
    let scripted = exchange.response().is_ok_and(|response| response.text().contains("submit("));
    let forms = if scripted { actions(exchange) } else { Vec::new() };
    location.into_iter().chain(refresh).chain(forms).find(|text| leads_to(&base, text, host))
}

/// The action of a form that takes the browser to `host` or below it once somebody sends it.
pub(in crate::cases) fn form_to(exchange: &Arc<Exchange>, host: &str) -> Option<String> {
    let base = Url::parse(&exchange.request.url).ok()?;
    actions(exchange).into_iter().find(|text| leads_to(&base, text, host))
}

fn actions(exchange: &Arc<Exchange>) -> Vec<String> {
    let forms = Page::read(exchange).map(|page| page.forms).unwrap_or_default();
    forms.into_iter().map(|form| form.action).collect()
}

fn leads_to(base: &Url, text: &str, host: &str) -> bool {
    let url = base.join(text).ok();
    url.is_some_and(|url| url.host_str().is_some_and(|at| at == host || at.ends_with(&format!(".{host}"))))
}
