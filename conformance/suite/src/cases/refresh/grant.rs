//! Refresh tokens: what is taken as one, where, and for how long.
//!
//! Whose they are and how much they may ask for is in `binding.rs`, what a second use of one means in
//! `replay.rs`. A server need give no client a refresh token, and need not change that of a confidential
//! client: each case takes a client that is given one, and a fresh one wherever it may have been spent.

use oauth_rules::rules;

use crate::case::{Case, Context, Isolation};
use crate::case_end::{Checked, EndAs as _};
use crate::cases::support::refresh::{allowed, refresh, refreshing_client};
use crate::cases::support::token_status::{out_wait, refresh_token_lifetime};
use crate::cases::support::{bearer, spoil};
use crate::expect;
use crate::flow;
use crate::subject::{ClientRole, Need};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "refresh/opens-no-resource",
        rules: rules!["rfc6749-1.5-refresh-token-not-for-rs"],
        about: "A refresh token does not open the resource.",
        needs: &[Need::Login, Need::Refresh, Need::ResourceServer],
        run: |ctx| Box::pin(opens_no_resource(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "refresh/something-else-is-refused",
        rules: rules!["rfc6749-6-refresh-token-validated"],
        about: "Only the very text that was issued as a refresh token is taken as one.",
        needs: &[Need::Login, Need::Refresh],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(something_else_is_refused(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "refresh/altered-anywhere-is-refused",
        rules: rules!["rfc6749-10.4-refresh-token-not-forgeable", "rfc9700-4.14.2-refresh-token-integrity"],
        about: "No part of a live refresh token can be altered.",
        needs: &[Need::Login, Need::Refresh],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(altered_anywhere_is_refused(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "refresh/refused-after-lying-idle",
        rules: rules!["rfc9700-4.14.2-refresh-expires-when-idle"],
        about: "A refresh token that nobody used is refused once its lifetime is over.",
        needs: &[Need::Login, Need::Refresh, Need::RefreshTokenLifetime],
        isolation: Isolation::Alone,
        slow: true,
        run: |ctx| Box::pin(refused_after_lying_idle(ctx)),
        ..Case::DEFAULT
    },
];

async fn opens_no_resource(ctx: &Context) -> Checked {
    let client = refreshing_client(ctx, |client| client.role != ClientRole::Special).await?;
    let allowed = allowed(ctx, &client, None).await?;
    let opened = flow::resource(ctx, &allowed.token.access_token).await?;
    expect::served(&opened).control("the resource with the access token")?;
    bearer::looks_at_tokens(ctx).await?;
    // The status is a SHOULD of its own: here any refusal will do.
    expect::resource_refused(ctx, &flow::resource(ctx, &allowed.refresh_token).await?, &[400, 401, 403])
}

async fn something_else_is_refused(ctx: &Context) -> Checked {
    type Alter = fn(&str) -> String;
    const WAYS: &[(&str, Alter)] = &[
        ("its first character is another", spoil::first_changed),
        ("a character in its middle is another", spoil::middle_changed),
        // Padding at the end may go without a loss.
        ("its last character is gone", |token| spoil::shortened(token.trim_end_matches('='))),
        ("it goes on", |token| format!("{token}A")),
        ("it stands there twice in one value", |token| format!("{token}{token}")),
    ];
    let client = refreshing_client(ctx, |_| true).await?;
    for (way, alter) in WAYS {
        let good = allowed(ctx, &client, None).await?.refresh_token;
        let answer = flow::token(ctx, &refresh(&client, &alter(&good))).await?;
        ctx.tries(way, |ctx| expect::token_refused(ctx, &answer, &["invalid_grant"]));
    }
    let access_token = allowed(ctx, &client, None).await?.token.access_token;
    let code = flow::code(ctx, &client).await?.value;
    for (way, other) in
        [("it is made up", ctx.fresh()), ("it is an access token", access_token), ("it is a code", code)]
    {
        let answer = flow::token(ctx, &refresh(&client, &other)).await?;
        ctx.tries(way, |ctx| expect::token_refused(ctx, &answer, &["invalid_grant"]));
    }
    Ok(())
}

async fn altered_anywhere_is_refused(ctx: &Context) -> Checked {
    let client = refreshing_client(ctx, |_| true).await?;
    let allowed = allowed(ctx, &client, None).await?;
    for (way, altered) in alterations(&allowed.refresh_token) {
        let answer = flow::token(ctx, &refresh(&client, &altered)).await?;
        let refused = ctx.trying(&way, |ctx| expect::token_refused(ctx, &answer, &["invalid_grant"]));
        // What was taken is spent, and so the next refusal would say nothing.
        if ctx.told(refused).is_none() && expect::token(&answer).is_ok() {
            return Ok(());
        }
    }
    // The refusals mean something only if the token was good all the while.
    let answer = flow::token(ctx, &allowed.refresh()).await?;
    expect::token(&answer).control("the unaltered refresh token after the altered ones")?;
    Ok(())
}

/// The token with a character changed at three places of each part that a dot ends, and without its signature.
fn alterations(token: &str) -> Vec<(String, String)> {
    let parts: Vec<&str> = token.split('.').collect();
    let mut ways = Vec::new();
    for (at, part) in parts.iter().enumerate().filter(|(_, part)| !part.is_empty()) {
        let (front, back) = part.split_at_checked(part.len() / 2).unwrap_or((*part, ""));
        let places = [
            ("at its start", spoil::first_changed(part)),
            ("in its first half", format!("{}{back}", spoil::middle_changed(front))),
            ("in its second half", format!("{front}{}", spoil::middle_changed(back))),
        ];
        for (place, changed) in places {
            let mut all = parts.clone();
            all[at] = &changed;
            let way = format!("a character of part {} of {} is another, {place}", at + 1, parts.len());
            ways.push((way, all.join(".")));
        }
    }
    let unsigned = bearer::unsigned(token);
    ways.extend(unsigned.map(|text| ("its signature is gone and its algorithm is none".to_owned(), text)));
    ways
}

async fn refused_after_lying_idle(ctx: &Context) -> Checked {
    let lifetime = refresh_token_lifetime(ctx)?;
    let client = refreshing_client(ctx, |_| true).await?;
    let allowed = allowed(ctx, &client, None).await?;
    let when = out_wait(ctx, lifetime).await?;
    let answer = flow::token(ctx, &allowed.refresh()).await?;
    ctx.trying(&when, |ctx| expect::token_refused(ctx, &answer, &["invalid_grant"]))?;
    Ok(())
}
