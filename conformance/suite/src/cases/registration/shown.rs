//! Dynamic registration: what a stranger says of itself is text on the pages that users see (RFC 6749, section
//! 10.14), and its name is shown as it was registered (RFC 7591, section 2.2).

use std::sync::Arc;

use oauth_rules::rules;
use serde_json::Value;

use crate::browser::Page;
use crate::case::{Case, Context, Isolation};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::markup;
use crate::cases::support::provoke::{UNKNOWN, consent_page_if_asked, unasked};
use crate::flow;
use crate::subject::{Client, Need};
use crate::wire::Exchange;

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "registration/name-is-no-markup",
        rules: rules!["rfc6749-10.14-as-sanitizes-input"],
        about: "Neither the name nor an address of a client that registered itself turns up as markup on a page.",
        needs: &[Need::Login, Need::Consent, Need::Registration],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(name_is_no_markup(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "registration/name-is-shown-as-it-is",
        rules: rules!["rfc7591-2.2-name-shown-as-is"],
        about: "Where the consent page shows the name of a client, it shows the very name that was registered.",
        needs: &[Need::Login, Need::Consent, Need::Registration],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(name_is_shown_as_it_is(ctx)),
        ..Case::DEFAULT
    },
];

/// What a browser saw on the way to a client.
struct Shown {
    /// Every answer.
    answers: Vec<Arc<Exchange>>,
    /// The page that asked for consent, if one came.
    consent: Option<Page>,
}

/// The login, consent and error pages of a client.
async fn shown(ctx: &Context, client: &Arc<Client>) -> Checked<Shown> {
    let mut stranger = flow::stranger(ctx);
    flow::open_in(ctx, &mut stranger, &flow::ask(ctx, client)).await?;
    let mut answers = stranger.trail;
    let mut browser = flow::browser(ctx);
    flow::open_in(ctx, &mut browser, &flow::ask(ctx, client).set("response_type", UNKNOWN)).await?;
    answers.append(&mut browser.trail);
    let asked = consent_page_if_asked(ctx, browser, &flow::ask(ctx, client)).await?;
    let consent = asked.map(|(browser, page)| {
        answers.extend(browser.trail);
        page
    });
    Ok(Shown { answers, consent })
}

async fn name_is_no_markup(ctx: &Context) -> Checked {
    const NAMES: [&str; 3] =
        ["<script>suite()</script>", "\"><img src=x>", "suite & <i>s\u{f6}hne</i> \"a\""];
    const RAW: &[&str] = &["<script>suite()</script>", "\"><img src=x>", "<i>s\u{f6}hne</i>"];
    const SCRIPT: &str = "javascript:suite()";
    const ADDRESSES: [&str; 4] = ["client_uri", "logo_uri", "policy_uri", "tos_uri"];
    let plain = flow::registered(ctx, &flow::metadata(ctx)?).await?;
    if shown(ctx, &plain.client).await?.consent.is_none() {
        return Err(unasked(ctx));
    }
    for name in NAMES {
        let mut metadata = flow::metadata(ctx)?;
        metadata["client_name"] = name.into();
        let answer = flow::register(ctx, &metadata).await?;
        let Ok(registered) = flow::as_registered(ctx, &answer) else {
            answer.response()?;
            ctx.note(format!("no client is registered with the name {name:?}"));
            continue;
        };
        if registered.json.get("client_name").and_then(Value::as_str) != Some(name) {
            ctx.note(format!("the client that asked for the name {name:?} has another"));
        }
        for exchange in &shown(ctx, &registered.client).await?.answers {
            ctx.tried(&format!("client_name is {name:?}"), markup::untouched(exchange, RAW));
        }
    }
    for member in ADDRESSES {
        let mut metadata = flow::metadata(ctx)?;
        metadata[member] = SCRIPT.into();
        let answer = flow::register(ctx, &metadata).await?;
        let Ok(registered) = flow::as_registered(ctx, &answer) else {
            answer.response()?;
            continue;
        };
        let Some(page) = shown(ctx, &registered.client).await?.consent else { continue };
        if markup::references(&page).iter().any(|url| url.as_str() == SCRIPT) {
            let saw = format!("{SCRIPT} on the consent page");
            let end = page.exchange.broken("no address that is a script", saw);
            // No browser runs an image's address.
            let end = if member == "logo_uri" { end.warn() } else { end };
            ctx.tell(end.when(&format!("{member} is {SCRIPT}")));
        }
    }
    Ok(())
}

async fn name_is_shown_as_it_is(ctx: &Context) -> Checked {
    // A word that stands on no page by chance, with letters of both cases and such as a reader may get wrong.
    const WORD: &str = "zirkelwort";
    const NAMES: [&str; 2] =
        ["Zirkelwort & S\u{f6}hne, seit 1900", "zIRKELWORT \u{65e5}\u{672c}\u{8a9e} a.b"];
    let plain = flow::registered(ctx, &flow::metadata(ctx)?).await?;
    let ask = flow::ask(ctx, &plain.client);
    if consent_page_if_asked(ctx, flow::browser(ctx), &ask).await?.is_none() {
        return Err(unasked(ctx));
    }
    let mut is_shown = false;
    for name in NAMES {
        let mut metadata = flow::metadata(ctx)?;
        metadata["client_name"] = name.into();
        let answer = flow::register(ctx, &metadata).await?;
        let Ok(registered) = flow::as_registered(ctx, &answer) else {
            answer.response()?;
            ctx.note(format!("no client is registered with the name {name:?}"));
            continue;
        };
        let ask = flow::ask(ctx, &registered.client);
        let asked = consent_page_if_asked(ctx, flow::browser(ctx), &ask).await?;
        let Some((_, page)) = asked else { continue };
        // A server may register another name, and says so.
        let own = registered.json.get("client_name").and_then(Value::as_str).unwrap_or(name);
        let told = if page.text.contains(own) {
            Ok(())
        } else if page.text.to_lowercase().contains(WORD) {
            Err(page.exchange.broken(format!("the name {own:?}"), "a part of it, or in other letters"))
        } else {
            continue;
        };
        is_shown = true;
        ctx.tried(&format!("client_name is {name:?}"), told);
    }
    if is_shown { Ok(()) } else { Err(CaseEnd::not_offered("the consent page shows no name of a client")) }
}
