//! Whose a grant is: of the user who logged in, and of no other who has an account.

use std::sync::Arc;

use oauth_rules::rules;

use crate::browser::Decision;
use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::introspection::told_text;
use crate::expect::{self, Token};
use crate::flow;
use crate::subject::{Account, Client, Met, Need};
use crate::wire::Exchange;

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[Case {
    id: "login/token-is-the-users-own",
    rules: rules!["rfc6749-3.1-owner-authenticated-first"],
    about: "The tokens of two users are told as those of two.",
    needs: &[Need::Login, Need::SecondUser, Need::Introspection],
    run: |ctx| Box::pin(token_is_the_users_own(ctx)),
    ..Case::DEFAULT
}];

async fn token_is_the_users_own(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    let first = token_of(ctx, &client, Account::First).await?;
    let again = token_of(ctx, &client, Account::First).await?;
    let second = token_of(ctx, &client, Account::Second).await?;
    let of_first = subject(ctx, &client, &first).await?;
    let of_second = subject(ctx, &client, &second).await?;
    if of_first.is_none() || of_second.is_none() {
        return Err(CaseEnd::not_offered("nobody is told whose a token is").at(&second.exchange));
    }
    // Usually sub is the owner's, but it need not be (RFC 7662, section 2.2).
    if of_first.as_deref() == Some(client.id.as_str()) {
        let reason = "sub is the client's identifier, and says nothing of users";
        return Err(CaseEnd::not_offered(reason).at(&first.exchange));
    }
    if of_first != subject(ctx, &client, &again).await? {
        let reason = "two tokens of one user are told as those of two";
        return Err(CaseEnd::not_offered(reason).at(&again.exchange));
    }
    if of_first == of_second {
        if let Some(answer) = opens_as_anothers(ctx, [&first, &again, &second]).await? {
            let reason = "the resource has another answer for the second user, so that sub says nothing of whose a token is";
            return Err(CaseEnd::not_tested(reason).at(&answer));
        }
        let expected = "another sub than that of the first user's token";
        return Err(second.exchange.broken(expected, "the same sub")).when("the second user logs in");
    }
    Ok(())
}

/// A token that this user allowed, in the browser where that user is logged in. It is a control.
async fn token_of(ctx: &Context, client: &Arc<Client>, user: Account) -> Checked<Token> {
    let ask = flow::ask(ctx, client);
    let mut browser = flow::browser_of(ctx, user);
    let landing = flow::authorize_in(ctx, &mut browser, &ask, Decision::Approve).await?;
    let code = flow::code_from(&ask, &landing).control("an honest authorization request")?;
    flow::redeem(ctx, &code).await
}

/// The resource's answer to the last of these tokens, where it is of another user's things than its answer to the first two, which
/// are of one user.
async fn opens_as_anothers(ctx: &Context, tokens: [&Token; 3]) -> Checked<Option<Arc<Exchange>>> {
    if Need::ResourceServer.met(ctx.target()) != Met::Yes {
        return Ok(None);
    }
    let mut answers = Vec::new();
    for token in tokens {
        let answer = flow::resource(ctx, &token.access_token).await?;
        answer.response()?;
        if expect::served(&answer).is_err() {
            return Ok(None);
        }
        answers.push(answer);
    }
    let shown = |at: usize| answers[at].response().map(|response| response.body.as_slice());
    let differs = shown(0)? == shown(1)? && shown(0)? != shown(2)?;
    Ok(answers.pop().filter(|_| differs))
}

/// Whose a token is, as introspection tells it.
async fn subject(ctx: &Context, client: &Arc<Client>, token: &Token) -> Checked<Option<String>> {
    told_text(ctx, client, token, "sub").await
}
