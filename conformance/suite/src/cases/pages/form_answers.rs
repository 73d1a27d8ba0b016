//! What answers the login and consent forms: redirects that do not carry the form on (RFC 9700 4.12).

use std::sync::Arc;

use oauth_rules::rules;

use crate::browser::{Decision, Landing};
use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::provoke::{Sent, consent_page_for, log_in_as_first};
use crate::flow;
use crate::subject::{Account, Need};
use crate::wire::{Exchange, Params};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "pages/forms-are-not-sent-on",
        rules: rules!["rfc9700-4.12-no-307"],
        about: "No answer to a login form makes the browser post it again elsewhere, nor one to a consent form.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(forms_are_not_sent_on(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "pages/forms-are-answered-by-303",
        rules: rules!["rfc9700-4.12-use-303"],
        about: "Redirects that answer a login or consent form have status 303.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(forms_are_answered_by_303(ctx)),
        ..Case::DEFAULT
    },
];

/// The redirects that answer posted forms, on the way of a user who logs in and approves.
async fn answers_to_forms(ctx: &Context) -> Checked<Vec<Arc<Exchange>>> {
    let client = ctx.parties().client()?;
    let mut browser = flow::stranger(ctx);
    log_in_as_first(ctx, &client, &mut browser).await.control("a login and a consent in a fresh browser")?;
    let mut posted = browser.trail;
    posted.retain(|exchange| exchange.request.method == "POST");
    // Where an earlier yes stands, that way had no consent form.
    if ctx.live().asked_consent() && posted.iter().all(|exchange| has_password(ctx, exchange)) {
        match consent_page_for(ctx, flow::browser(ctx), &client, Sent::Itself).await {
            Ok((_, mut browser, page)) => {
                let before = browser.trail.len();
                browser.run(Landing::Page(page), Decision::Approve).await?;
                posted.extend(browser.trail.into_iter().skip(before));
                posted.retain(|exchange| exchange.request.method == "POST");
            }
            Err(end) => ctx.note(format!("not seen, what answers a consent form: {}", end.saw)),
        }
    }
    posted.retain(|exchange| exchange.status().is_some_and(|status| (300..400).contains(&status)));
    if posted.is_empty() {
        let reason = "no form that was posted here, neither for a login nor for a consent, is answered by a redirect";
        return Err(CaseEnd::not_offered(reason));
    }
    Ok(posted)
}

fn saw_status(exchange: &Exchange) -> String {
    exchange.status().map_or_else(|| "no answer".into(), |status| format!("status {status}"))
}

async fn forms_are_not_sent_on(ctx: &Context) -> Checked {
    for exchange in answers_to_forms(ctx).await? {
        if matches!(exchange.status(), Some(307 | 308)) {
            let expected = "a redirect that the browser follows by GET, such as 303";
            let broken = exchange.broken(expected, saw_status(&exchange));
            // The rule is about credentials, which a consent form need not have.
            if has_password(ctx, &exchange) {
                ctx.tell(broken);
            } else {
                ctx.tell(broken.when("the form has no password").warn());
            }
        }
    }
    Ok(())
}

/// Whether the form that was posted has the user's password in it.
fn has_password(ctx: &Context, exchange: &Exchange) -> bool {
    let posted = Params::decode(&String::from_utf8_lossy(&exchange.request.body));
    let user = ctx.target().users.get(&Account::First);
    user.is_some_and(|user| posted.pairs().any(|(_, value)| value == user.password.expose()))
}

async fn forms_are_answered_by_303(ctx: &Context) -> Checked {
    for exchange in answers_to_forms(ctx).await? {
        if exchange.status() != Some(303) {
            ctx.tell(exchange.broken("status 303", saw_status(&exchange)));
        }
    }
    Ok(())
}
