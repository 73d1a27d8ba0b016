//! The login session: it belongs to the browser that logged in, and to no other that has a cookie from before or one like it;
//! and it ends.

use std::sync::Arc;
use std::time::Duration;

use oauth_rules::rules;

use crate::browser::{Decision, Landing};
use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _, EndKind};
use crate::cases::support::provoke::{
    NO_LOGIN_NO_CODE, consent_page_if_asked, log_in_as_first, no_code, of_a_stranger,
};
use crate::cases::support::spoil;
use crate::cases::support::token_status::within_patience;
use crate::flow::{self, Browser};
use crate::subject::{Client, Need};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "login/session-is-its-own",
        rules: rules!["rfc6749-3.1-owner-authenticated-first"],
        about: "Cookies from before a login, cookies that somebody planted, and nearly right ones are no login.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(session_is_its_own(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "login/ends",
        rules: rules!["rfc6749-3.1-owner-authenticated-first"],
        about: "A login that has ended gives no code, neither to a new request nor to a consent page from before.",
        needs: &[Need::Login, Need::SessionLifetime],
        slow: true,
        run: |ctx| Box::pin(ends(ctx)),
        ..Case::DEFAULT
    },
];

/// How long before the end of a login its consent page is opened, and how long after it the answer is given, in seconds.
const AROUND: u64 = 60;

/// What no other host can set (RFC 6265bis, section 4.1.3.2).
const HOST_ONLY: &str = "__Host-";

/// What is done to cookies, and how.
type Way = (&'static str, fn(&str) -> String);

/// How the cookies of a login are spoilt.
const WAYS: &[Way] = &[
    ("a character of the login's cookies is another", spoil::middle_changed),
    ("the login's cookies are cut in half", half),
];

async fn session_is_its_own(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    let nobody = of_a_stranger(ctx, stays_out(ctx, &client, &mut flow::stranger(ctx)).await);
    if let Err(end) = nobody
        && end.kind != EndKind::Broken
    {
        return Err(end);
    }
    let mut before = flow::stranger(ctx);
    flow::open_in(ctx, &mut before, &flow::ask(ctx, &client)).await?;
    let mut user = before.clone();
    log_in_as_first(ctx, &client, &mut user).await.control("a login in a fresh browser")?;
    let known: Vec<_> = before.jar.pairs().collect();
    let fresh = user.jar.pairs().filter(|pair| !known.contains(pair));
    let mut names: Vec<String> = fresh.map(|(name, _)| name.to_owned()).collect();
    if names.is_empty() {
        // The login goes by what the browser had before it.
        names = user.jar.pairs().map(|(name, _)| name.to_owned()).collect();
    }
    let mut again = user.clone();
    again.who = None;
    match stays_out(ctx, &client, &mut again).await {
        Err(end) if matches!(end.kind, EndKind::Broken) && !names.is_empty() => {}
        Err(end) if !matches!(end.kind, EndKind::Broken) => return Err(end),
        Ok(()) | Err(_) => return Err(CaseEnd::not_offered("the login is kept in no cookie")),
    }

    let mut earlier = before.clone();
    let earlier_names: Vec<&str> = before.jar.pairs().map(|(name, _)| name).collect();
    let mut end = stays_out(ctx, &client, &mut earlier).await;
    let taken = end.as_ref().is_err_and(|end| end.kind == EndKind::Broken);
    if taken && !earlier_names.is_empty() && earlier_names.iter().all(|name| name.starts_with(HOST_ONLY)) {
        // Nobody brings such cookies into another's browser.
        end = Ok(());
    }
    ctx.tried("the cookies are from before the login", end);

    planted(ctx, &client, &user, &names).await?;

    for (way, change) in WAYS {
        let mut other = flow::stranger(ctx);
        other.jar = user.jar.changed(&names, change);
        ctx.tried(way, stays_out(ctx, &client, &mut other).await);
    }
    Ok(())
}

async fn ends(ctx: &Context) -> Checked {
    let lifetime = ctx.target().session_lifetime;
    let lifetime = lifetime.ok_or_else(|| CaseEnd::not_tested("session_lifetime is not known"))?;
    within_patience(ctx, "a login", lifetime)?;
    let client = ctx.parties().client()?;
    let mut user = flow::stranger(ctx);
    log_in_as_first(ctx, &client, &mut user).await.control("a login in a fresh browser")?;
    // From here on nobody logs in, and no cookie is forgotten.
    user.who = None;
    user.jar = user.jar.unending();
    match stays_out(ctx, &client, &mut user.clone()).await {
        Err(end) if matches!(end.kind, EndKind::Broken) => {}
        Err(end) => return Err(end),
        Ok(()) => return Err(CaseEnd::not_offered("the login is kept in no cookie")),
    }
    // A page that was opened long before would have ended by itself.
    ctx.wait(Duration::from_secs(lifetime.saturating_sub(AROUND))).await?;
    let asked = consent_page_if_asked(ctx, user.clone(), &flow::ask(ctx, &client)).await?;
    ctx.wait(Duration::from_secs(lifetime.min(AROUND) + AROUND)).await?;

    match asked {
        Some((mut browser, page)) => {
            let landing = browser.run(Landing::Page(page), Decision::Approve).await?;
            ctx.tried("the consent page was opened before the login ended", without_code(&landing));
        }
        None => ctx.note("no consent page came, so that none was open when the login ended"),
    }
    let after = stays_out(ctx, &client, &mut user).await;
    ctx.tried("the request comes after the login ended", after);
    Ok(())
}

fn half(value: &str) -> String {
    value.chars().take(value.chars().count() / 2).collect()
}

/// How a login is kept is beyond the scope of the text (RFC 6749, section 3.1), so that cookies of somebody's making warn; such
/// as nobody can plant hold. A code without any cookie is one without a login.
fn weighed(names: &[&str], end: Checked) -> Checked {
    match end {
        Err(end) if end.kind == EndKind::Broken && !names.is_empty() => {
            if names.iter().all(|name| name.starts_with(HOST_ONLY)) { Ok(()) } else { Err(end.warn()) }
        }
        end => end,
    }
}

/// Two browsers have the same cookies of somebody's making, and one of them logs in.
async fn planted(ctx: &Context, client: &Arc<Client>, user: &Browser, names: &[String]) -> Checked {
    let value = ctx.fresh();
    let mut victim = flow::stranger(ctx);
    victim.jar = user.jar.only(names).changed(names, |_| value.clone());
    let mut other = flow::stranger(ctx);
    other.jar = victim.jar.clone();
    if log_in_as_first(ctx, client, &mut victim).await.is_err() {
        ctx.note("nobody logs in with cookies that the server did not make");
        return Ok(());
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let end = weighed(&names, stays_out(ctx, client, &mut other).await);
    ctx.tried("the login's cookies were planted in both browsers before", end);
    Ok(())
}

/// That a request in this browser brings no code.
async fn stays_out(ctx: &Context, client: &Arc<Client>, browser: &mut Browser) -> Checked {
    without_code(&flow::authorize_in(ctx, browser, &flow::ask(ctx, client), Decision::Approve).await?)
}

fn without_code(landing: &Landing) -> Checked {
    landing.sent()?;
    no_code(landing, NO_LOGIN_NO_CODE)
}
