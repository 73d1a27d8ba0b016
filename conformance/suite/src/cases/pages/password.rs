//! The login's check of name and password: what is near them is as wrong as what is far.

use oauth_rules::rules;

use crate::browser::{Decision, Landing};
use crate::case::{Case, Context, Isolation};
use crate::case_end::{CaseEnd, Checked, EndAs as _, EndKind};
use crate::cases::support::provoke::{LOGIN_PAGES, NO_PASSWORD, log_in_as_first, no_code, of_a_stranger};
use crate::cases::support::spoil;
use crate::flow::{self, Browser};
use crate::subject::{Account, FileKey, Need, User};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[Case {
    id: "login/wrong-password-refused",
    rules: rules!["rfc6749-3.1-owner-wrong-password-refused"],
    about: "A name and a password that are not one user's log nobody in, however near they are.",
    needs: &[Need::Login],
    isolation: Isolation::Alone,
    run: |ctx| Box::pin(wrong_password_refused(ctx)),
    ..Case::DEFAULT
}];

/// What is expected where name and password are wrong.
const NO_CODE: &str = "the login page again, or any answer without a code";

/// A name and a password that are not one user's.
struct Wrong {
    way: &'static str,
    name: String,
    password: String,
}

async fn wrong_password_refused(ctx: &Context) -> Checked {
    let Some(user) = ctx.target().users.get(&Account::First) else {
        return Err(CaseEnd::not_tested("the target names no [user]"));
    };
    right(ctx).await?;
    for wrong in near(ctx, user) {
        let step = of_a_stranger(ctx, refused(ctx, user, &wrong).await);
        if step.is_err() && wrong.name != user.name && signs_up(ctx, user).await {
            ctx.note("whoever gives a name that nobody has is signed up with it");
        } else {
            ctx.tried(wrong.way, step);
        }
        // A server that locks out whoever erred too often refuses the rest for that.
        if let Err(end) = right(ctx).await {
            let saw =
                format!("no more was tried, as the right password fails after a wrong one: {}", end.saw);
            return Err(CaseEnd { saw, ..end });
        }
    }
    Ok(())
}

/// The right name and password, in a fresh browser, lead to a code. It is a control.
async fn right(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    log_in_as_first(ctx, &client, &mut flow::stranger(ctx)).await.control("a login in a fresh browser")
}

/// The most telling first, for servers that lock.
fn near(ctx: &Context, user: &User) -> Vec<Wrong> {
    let password = user.password.expose();
    let with = |way, password: String| Wrong { way, name: user.name.clone(), password };
    let mut all = vec![with("the password is drawn by lot", ctx.fresh())];
    all.extend(
        other_case(password).map(|other| with("one letter of the password has the other case", other)),
    );
    all.push(with("the password lacks its last character", spoil::shortened(password)));
    all.push(with("a letter follows the password", format!("{password}A")));
    let stranger = ctx.fresh()[..16].to_owned();
    all.push(Wrong { way: "nobody has the name", name: stranger, password: password.to_owned() });
    if let Some(other) = ctx.target().users.get(&Account::Second)
        && other.password.expose() != password
    {
        all.push(with("the password is another user's", other.password.expose().to_owned()));
    }
    all.push(with("the password is empty", String::new()));
    all
}

/// The text with the other case of one letter in its middle or behind. Some servers forgive that of the first letter, or of
/// all letters at once, which a pressed key brings about.
fn other_case(text: &str) -> Option<String> {
    if text.chars().filter(char::is_ascii_alphabetic).count() < 2 {
        return None;
    }
    let middle = text.len() / 2;
    let at = text.char_indices().find(|(at, c)| *at >= middle.max(1) && c.is_ascii_alphabetic())?.0;
    let letter = &text[at..=at];
    let (small, capital) = (letter.to_ascii_lowercase(), letter.to_ascii_uppercase());
    let other = if letter == small { capital } else { small };
    Some(format!("{}{other}{}", &text[..at], &text[at + 1..]))
}

/// No code follows from these, neither at once nor when the client asks again in the same browser.
async fn refused(ctx: &Context, user: &User, wrong: &Wrong) -> Checked {
    let client = ctx.parties().client()?;
    let mut browser = flow::stranger(ctx);
    let landing = flow::open_in(ctx, &mut browser, &flow::ask(ctx, &client)).await?;
    let landing = log_in(&mut browser, landing, user, wrong).await?;
    landing.sent()?;
    let landing = browser.run(landing, Decision::Approve).await?;
    no_code(&landing, NO_CODE)?;
    let landing = flow::authorize_in(ctx, &mut browser, &flow::ask(ctx, &client), Decision::Approve).await?;
    no_code(&landing, NO_CODE).when("the client asks again after that")
}

/// Whether any password goes with a name that nobody has: then it makes a user, where passwords of others are refused.
async fn signs_up(ctx: &Context, user: &User) -> bool {
    let name = ctx.fresh()[..16].to_owned();
    let unheard = Wrong { way: "nobody has name and password", name, password: ctx.fresh() };
    refused(ctx, user, &unheard).await.is_err_and(|end| end.kind == EndKind::Broken)
}

/// Sends the login forms, one after the other, with the wrong name and password; stops behind the one with the password. A
/// name that is refused before a password was asked for is refused as well.
async fn log_in(browser: &mut Browser, landing: Landing, user: &User, wrong: &Wrong) -> Checked<Landing> {
    let mut landing = landing;
    let mut named = false;
    for _ in 0..LOGIN_PAGES {
        let Some(mut form) = landing.page().and_then(|page| browser.login_form(page)) else { break };
        let (name, password) = (form.field_with(&user.name), form.field_with(user.password.expose()));
        if let Some(field) = &name {
            form.params.set(field, &wrong.name);
            named |= wrong.name != user.name;
        }
        if let Some(field) = &password {
            form.params.set(field, &wrong.password);
        }
        landing = browser.submit(&form).await?;
        if password.is_some() {
            return Ok(landing);
        }
    }
    if named {
        return Ok(landing);
    }
    Err(CaseEnd::not_tested(NO_PASSWORD).lacks(FileKey::LoginForm).at(landing.exchange()))
}

#[cfg(test)]
mod tests {
    use super::other_case;

    #[test]
    fn one_letter_changes_its_case_and_never_the_first() {
        for (text, expected) in [
            ("mypassword", Some("mypasSword")),
            ("ABCD", Some("ABcD")),
            ("a", None),
            ("1234", None),
            ("12a4", None),
            ("1a2b", Some("1a2B")),
        ] {
            assert_eq!(other_case(text).as_deref(), expected, "{text}");
        }
    }
}
