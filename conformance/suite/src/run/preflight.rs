//! Before the first case: does the target answer, can its users log in, does the honest flow work.
//!
//! What goes wrong here is most often the target file; each refusal says what to look at.

use super::error::RunError;
use crate::browser::{Decision, Landing};
use crate::case::Context;
use crate::case_end::{CaseEnd, EndKind};
use crate::expect;
use crate::flow;
use crate::subject::Account;

/// The longest advice, in characters.
const LONGEST: usize = 600;

/// Logs each of these users in, once for the run, and keeps their cookies.
///
/// # Errors
/// When the target does not answer, or an honest flow does not end as it should.
pub(crate) async fn log_in(context: &Context, users: &[Account]) -> Result<(), RunError> {
    for who in users {
        log_in_one(context, *who).await?;
    }
    Ok(())
}

async fn log_in_one(context: &Context, who: Account) -> Result<(), RunError> {
    let target = context.target();
    let (true, Some(client)) = (target.users.contains_key(&who), target.client()) else { return Ok(()) };
    let ask = flow::ask(context, client);
    let mut browser = flow::browser_of(context, who);
    let landing = match flow::authorize_in(context, &mut browser, &ask, Decision::Approve).await {
        Ok(landing) => landing,
        Err(stop) => return Err(unanswered(context, &stop)),
    };
    let code = flow::code_from(&ask, &landing).map_err(|_| {
        let advice = match landing.sent() {
            Ok(()) => advice(context, &landing, who),
            Err(unsent) => unsent.saw,
        };
        RunError::incomplete(advice)
    })?;
    browser.who = None;
    context.live().keep_jar(who, browser.jar);
    if who == Account::First {
        let exchange = flow::token(context, &flow::redemption(&code))
            .await
            .map_err(|stop| unanswered(context, &stop))?;
        // What a granted answer lacks is for the cases to judge.
        expect::status(&exchange, &[200]).map_err(|stop| {
            let advice = format!(
                "the honest code was not redeemed at {}: {}; check [client] secret, authentication and redirect_uri",
                target.endpoints.token, stop.saw
            );
            RunError::incomplete(context.live().vault.text(&advice))
        })?;
    }
    Ok(())
}

fn unanswered(context: &Context, stop: &CaseEnd) -> RunError {
    if stop.kind == EndKind::NotTested {
        return RunError::incomplete(context.live().vault.text(&stop.saw));
    }
    let url = stop.exchange.as_ref().map_or("", |exchange| exchange.request.url.as_str());
    let url = url.split('?').next().unwrap_or_default();
    let advice = match stop.kind {
        EndKind::Errored => crate::subject::advice(&stop.saw),
        EndKind::Broken | EndKind::Warned | EndKind::NotOffered | EndKind::NotTested | EndKind::Unlisted => {
            "see [[login.form]]"
        }
    };
    RunError::incomplete(context.live().vault.text(&format!("{url}: {}; {advice}", stop.saw)))
}

fn advice(context: &Context, landing: &Landing, who: Account) -> String {
    // Not the name, which is a secret where the password is the same.
    let user = match who {
        Account::First => "[user]",
        Account::Second => "[second_user]",
    };
    let saw = landing.describe();
    let advice = match landing {
        Landing::Callback(location) if location.params.has("error") => format!(
            "the server answered the honest authorization request with {saw}; check [client] id, redirect_uri and scope"
        ),
        Landing::Callback(_) => format!("the honest authorization request ended in {saw}, without a code"),
        Landing::Foreign(location) => {
            let origin = url::Url::parse(location.base()).map(|url| url.origin().ascii_serialization());
            format!(
                "the server sent the browser to {}, which is neither its own nor a client's; if it belongs to the \
                 server, add it to origins, else check redirect_uri",
                origin.unwrap_or_else(|_| location.base().into())
            )
        }
        Landing::Page(page) if page.forms.iter().any(crate::browser::Form::asks_password) => format!(
            "the login of {user} did not get past {}: {saw}; check its name and password, or say how the form is filled: [[login.form]]",
            page.url.split('?').next().unwrap_or_default()
        ),
        Landing::Page(page) if !page.forms.is_empty() => format!(
            "no way past the form at {} was found: {saw}; say how it is filled: [[login.form]] with has and fill",
            page.url.split('?').next().unwrap_or_default()
        ),
        Landing::Page(page) if page.exchange.request.method == "POST" => format!(
            "the form that logs {user} in or consents was not taken at {}: {saw}; check its name and password, or \
             say how it is filled: [[login.form]]",
            page.url.split('?').next().unwrap_or_default()
        ),
        Landing::Page(page) => format!(
            "the honest authorization request ended at {}: {saw}; check [client] id, redirect_uri and scope",
            page.url.split('?').next().unwrap_or_default()
        ),
    };
    // Cut last: what was cut before it is covered is found by its beginning alone.
    let covered = context.live().vault.text(&advice.replace('\n', " "));
    let cut: String = covered.chars().take(LONGEST).collect();
    cut.trim_end().to_owned() + if context.target().users.is_empty() { "; there is no [user]" } else { "" }
}
