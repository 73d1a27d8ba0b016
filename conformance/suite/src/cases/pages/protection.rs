//! The pages that the server shows: what frames and markup can make of them, and what they tell other sites.

use std::sync::Arc;

use oauth_rules::{RuleId, rules};

use crate::browser::{Landing, Page};
use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _, EndKind};
use crate::cases::support::markup;
use crate::cases::support::provoke::{Sent, UNKNOWN, consent_page_for, unanswered};
use crate::expect;
use crate::flow;
use crate::subject::Need;
use crate::wire::{Exchange, is_breakdown};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "pages/login-and-consent-not-framed",
        rules: rules!["rfc6749-10.13-consent-not-framed"],
        about: "Login and consent pages tell browsers not to show them inside other sites' frames.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(not_framed(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "pages/clickjacking-prevented",
        rules: rules!["rfc9700-4.16-clickjacking-prevented"],
        about: "No page on which a user decides can be shown inside another site's frame.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(clickjacking_prevented(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "pages/not-framed-in-any-browser",
        rules: rules!["rfc9700-4.16-csp-and-legacy-header"],
        about: "Pages forbid framing both by frame-ancestors and by X-Frame-Options.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(not_framed_in_any_browser(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "pages/input-is-no-markup",
        rules: rules!["rfc6749-10.14-as-sanitizes-input"],
        about: "Nothing in an authorization request turns up as markup or as a header.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(input_is_no_markup(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "pages/keep-their-address",
        rules: rules!["rfc9700-4.2.4-referrer-policy"],
        about: "Pages keep their address out of the Referer header towards other sites.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(keep_their_address(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "pages/refer-to-no-third-party",
        rules: rules!["rfc9700-4.2.4-as-page-no-third-party"],
        about: "Pages load nothing from other sites and do not link there.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(refer_to_no_third_party(ctx)),
        ..Case::DEFAULT
    },
];

/// The pages that an authorization request can lead to.
struct Shown {
    /// Login and consent.
    decisive: Vec<(&'static str, Page)>,
    /// What a request of an unknown client gets.
    error: Option<Page>,
}

impl Shown {
    /// All of them, with their names.
    fn all(&self) -> impl Iterator<Item = (&'static str, &Page)> {
        let decisive = self.decisive.iter().map(|(name, page)| (*name, page));
        decisive.chain(self.error.iter().map(|page| ("the error page", page)))
    }
}

async fn shown(ctx: &Context) -> Checked<Shown> {
    let client = ctx.parties().client()?;
    let mut decisive = Vec::new();
    if let Landing::Page(page) =
        flow::open_in(ctx, &mut flow::stranger(ctx), &flow::ask(ctx, &client)).await?
        && page.status == 200
    {
        decisive.push(("the login page", page));
    }
    match consent_page_for(ctx, flow::browser(ctx), &client, Sent::Itself).await {
        Ok((_, _, page)) => decisive.push(("the consent page", page)),
        Err(end) if end.kind == EndKind::NotTested => ctx.note(format!("not seen: {}", end.saw)),
        Err(end) => return Err(end),
    }
    if decisive.is_empty() {
        return Err(CaseEnd::not_tested("neither a login page nor a consent page came"));
    }
    let ask = flow::ask(ctx, &client).set("client_id", UNKNOWN);
    let error = match flow::open_unpushed_in(ctx, &mut flow::browser(ctx), &ask).await? {
        Landing::Page(page) if is_html(&page) => Some(page),
        Landing::Page(_) | Landing::Callback(_) | Landing::Foreign(_) => None,
    };
    Ok(Shown { decisive, error })
}

fn is_html(page: &Page) -> bool {
    let media_type = page.exchange.answer.as_ref().ok().and_then(crate::wire::Response::media_type);
    media_type.is_some_and(|media_type| media_type.contains("html"))
}

async fn not_framed(ctx: &Context) -> Checked {
    for (name, page) in &shown(ctx).await?.decisive {
        ctx.tried(&format!("{name} is shown"), markup::unframed(page));
    }
    Ok(())
}

async fn clickjacking_prevented(ctx: &Context) -> Checked {
    let shown = shown(ctx).await?;
    for (name, page) in &shown.decisive {
        ctx.tried(&format!("{name} is shown"), markup::unframed(page));
    }
    // Nothing can be clicked away on it, but it is a page of the authorization endpoint.
    match &shown.error {
        Some(page) => markup::unframed(page).when("an error page is shown").warn(),
        None => Ok(()),
    }
}

async fn not_framed_in_any_browser(ctx: &Context) -> Checked {
    for (name, page) in &shown(ctx).await?.decisive {
        let response = page.exchange.response()?;
        let saw = match (markup::has_frame_ancestors(response), markup::has_frame_options(response)) {
            (true, true) => continue,
            (true, false) => "frame-ancestors alone",
            (false, true) => "X-Frame-Options alone",
            (false, false) => "neither",
        };
        let end = page.exchange.broken("frame-ancestors and X-Frame-Options", saw);
        ctx.tell(end.when(&format!("{name} is shown")));
    }
    Ok(())
}

async fn input_is_no_markup(ctx: &Context) -> Checked {
    const SCRIPT: &str = "<script>suite()</script>";
    const BREAK: &str = "\"><img src=x>";
    const PARAMETERS: [&str; 7] =
        ["client_id", "redirect_uri", "response_type", "scope", "state", "code_challenge", "suite_unknown"];
    let client = ctx.parties().client()?;
    flow::code(ctx, &client).await?;
    let long = "a".repeat(8192);
    let payloads = [
        ("markup", SCRIPT),
        ("the end of an attribute", BREAK),
        ("a line break and a header", "suite\r\nX-Suite: 1"),
        ("a zero byte", "suite\u{0}"),
        ("8 KiB of text", &long),
    ];
    let mut seen = false;
    for name in PARAMETERS {
        for (what, payload) in payloads {
            let ask = flow::ask(ctx, &client).set(name, payload);
            let mut browsers = vec![flow::browser(ctx)];
            // A login page may show the request as well.
            browsers.extend([SCRIPT, BREAK].contains(&payload).then(|| flow::stranger(ctx)));
            for mut browser in browsers {
                let when = format!("{name} is {what}");
                let mut opened = flow::open_in(ctx, &mut browser, &ask).await;
                if opened.as_ref().is_err_and(unanswered) {
                    opened = flow::open_in(ctx, &mut browser, &ask).await;
                }
                if let Err(end) = opened {
                    if end.kind == EndKind::NotOffered {
                        // It was refused where it was pushed, and no browser saw an answer.
                        continue;
                    }
                    let Some(exchange) = end.exchange.clone().filter(|_| unanswered(&end)) else {
                        ctx.tell(end.when(&when));
                        continue;
                    };
                    // Others are answered: it is this request that the server has no answer to.
                    flow::code(ctx, &client).await?;
                    let none = exchange.broken("any answer", "none, and none the second time");
                    ctx.tell(none.under(owed(name)).when(&when));
                    continue;
                }
                seen = true;
                for exchange in browser.trail.iter().filter(|exchange| exchange.answer.is_ok()) {
                    ctx.tried(&when, markup::untouched(exchange, &[SCRIPT, BREAK]));
                    ctx.tried(&when, no_server_error(exchange).under(owed(name)));
                }
            }
        }
    }
    if seen { Ok(()) } else { Err(CaseEnd::not_offered("only pushed requests are taken, and none of these")) }
}

/// What a server error breaks where this parameter is odd: without a good client and redirect URI the user is told.
fn owed(name: &str) -> &'static [RuleId] {
    match name {
        "client_id" => rules!["rfc6749-4.1.2.1-bad-client-owner-informed"],
        "redirect_uri" => expect::OWNER_INFORMED,
        _ => expect::NO_SERVER_ERROR,
    }
}

fn no_server_error(exchange: &Arc<Exchange>) -> Checked {
    match exchange.response()?.status {
        status if is_breakdown(status) => {
            Err(exchange.broken("any answer but a server error", format!("status {status}")))
        }
        _ => Ok(()),
    }
}

async fn keep_their_address(ctx: &Context) -> Checked {
    for (name, page) in shown(ctx).await?.all() {
        if !markup::hides_its_address(page)? {
            let end = page.exchange.broken("Referrer-Policy: no-referrer", "a page without such a policy");
            ctx.tell(end.when(&format!("{name} is shown")));
        }
    }
    Ok(())
}

async fn refer_to_no_third_party(ctx: &Context) -> Checked {
    for (name, page) in shown(ctx).await?.all() {
        let target = ctx.target();
        let foreign = |url: &&url::Url| {
            matches!(url.scheme(), "http" | "https") && !target.is_own(url) && !target.is_callback(url)
        };
        let references = markup::references(page);
        let found: Vec<&str> = references.iter().filter(foreign).map(url::Url::as_str).collect();
        if !found.is_empty() {
            let end = page.exchange.broken("a page that refers to its own origin alone", found.join(", "));
            ctx.tell(end.when(&format!("{name} is shown")));
        }
    }
    Ok(())
}
