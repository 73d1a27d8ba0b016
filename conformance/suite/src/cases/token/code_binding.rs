//! Whose a code is: of one client, and of one redirect URI.

use std::sync::Arc;

use oauth_rules::rules;

use crate::case::{Case, Context, Profile, Severity};
use crate::case_end::{CaseEnd, Checked, EndAs as _, EndKind};
use crate::cases::support::clients::others_that_work;
use crate::cases::support::honest::{ELSEWHERE, refusal};
use crate::cases::support::par::code_by_push;
use crate::cases::support::redirect_uris::Parts;
use crate::cases::support::spoil::FOREIGN_URI;
use crate::expect;
use crate::flow::{self, Authentication, Code};
use crate::subject::{Client, ClientRole, Met, Need};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "code/bound-to-its-client",
        rules: rules!["rfc6749-4.1.3-code-bound-to-client"],
        about: "A code that was issued to one client is refused to another.",
        needs: &[Need::Login, Need::ConfidentialClient, Need::SecondClient],
        run: |ctx| Box::pin(bound_to_its_client(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "code/bound-to-its-public-client",
        rules: rules!["rfc6749-4.1.3-code-bound-to-public-client-id"],
        about: "The code of a public client is refused under another client's name and under none.",
        needs: &[Need::Login, Need::PublicClient],
        run: |ctx| Box::pin(bound_to_its_public_client(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "code/bound-to-its-redirect-uri",
        rules: rules!["rfc6749-4.1.3-redirect-uri-identical", "oauth21-10.2-redirect-uri-enforced-when-sent"],
        about: "A token request with another redirect URI than the authorization request's is refused.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(bound_to_its_redirect_uri(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "code/redirect-uri-is-repeated",
        rules: rules!["rfc6749-4.1.3-redirect-uri-present"],
        about: "A token request without the authorization request's redirect URI is refused.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(redirect_uri_is_repeated(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "code/redirect-uri-is-not-brought-in-later",
        rules: rules!["rfc6749-4.1.3-redirect-uri-identical"],
        about: "Where the authorization request named no redirect URI, an unregistered one is refused later.",
        needs: &[Need::Login],
        // The text binds a redirect URI that the authorization request had; of one that it had not it is silent.
        severity: Severity::Warns,
        run: |ctx| Box::pin(redirect_uri_is_not_brought_in_later(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "code/redeemed-without-a-redirect-uri",
        rules: rules!["rfc6749-4.1.3-redirect-uri-only-if-sent"],
        about: "Where the authorization request named no redirect URI, the token request need not name one.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(redeemed_without_a_redirect_uri(ctx)),
        ..Case::DEFAULT
    },
];

async fn bound_to_its_client(ctx: &Context) -> Checked {
    let (first, second) = (ctx.parties().confidential()?, ctx.parties().second()?);
    flow::access(ctx, &first).await?;
    flow::access(ctx, &second).await?;
    let code = flow::code(ctx, &first).await?;
    let answer = flow::token(ctx, &flow::redemption(&code).as_client(&second)).await?;
    expect::token_refused(ctx, &answer, &["invalid_grant"])?;
    Ok(())
}

async fn bound_to_its_public_client(ctx: &Context) -> Checked {
    let public = ctx.parties().public()?;
    flow::access(ctx, &public).await?;
    let code = flow::code(ctx, &public).await?;
    let nameless = flow::redemption(&code).authenticated(Authentication::Nothing);
    let answer = flow::token(ctx, &nameless).await?;
    ctx.tries("there is no client_id", |ctx| {
        expect::token_refused(ctx, &answer, &["invalid_request", "invalid_client"])
    });

    let others: Vec<Arc<Client>> = [ClientRole::SecondPublic, ClientRole::First]
        .iter()
        .filter_map(|role| ctx.target().clients.get(role).cloned())
        .collect();
    let lacks = Need::SecondPublicClient.missing(ctx.target());
    if others.is_empty() {
        let reason = "the target names no second client; add [second_public_client] or [client]";
        return Err(CaseEnd::not_tested(reason).lacks(lacks));
    }
    if lacks.is_some() {
        // What is refused to who has to show a secret says less of whose the code is.
        let reason = "the target names no other public client; add [second_public_client]";
        ctx.tell(CaseEnd::not_offered(reason).lacks(lacks));
    }
    for other in others {
        let way = format!("the client is {} instead of {}", other.id, public.id);
        // A client that gets no token for a code of its own shows nothing of whose this one is.
        if ctx.tried(&way, flow::access(ctx, &other).await).is_none() {
            continue;
        }
        let code = flow::code(ctx, &public).await?;
        let answer = flow::token(ctx, &flow::redemption(&code).as_client(&other)).await?;
        ctx.tries(&way, |ctx| expect::token_refused(ctx, &answer, &["invalid_grant"]));
    }
    Ok(())
}

async fn bound_to_its_redirect_uri(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    flow::access(ctx, &client).await?;
    let own = &client.redirect_uri;
    let appended = |text: &str| (format!("it has {text} at its end"), format!("{own}{text}"));
    let query = if own.contains('?') { "&suite=1" } else { "?suite=1" };
    let mut others =
        vec![appended("/"), appended(query), ("it is on another host".to_owned(), FOREIGN_URI.to_owned())];
    if let Some(capital) = Parts::of(own).and_then(|parts| parts.with_capital_host()) {
        others.push(("its host is in capital letters".to_owned(), capital));
    }
    for (way, other) in &others {
        let code = flow::code(ctx, &client).await?;
        let answer = flow::token(ctx, &flow::redemption(&code).set("redirect_uri", other)).await?;
        let refused = ctx.trying(way, |ctx| expect::token_refused(ctx, &answer, &["invalid_grant"]));
        if refused.is_err() && !reads_the_redirect_uri(ctx, &client).await? {
            return Err(CaseEnd::not_offered("the token endpoint does not read redirect_uri").at(&answer));
        }
        ctx.told(refused);
    }
    let two =
        ctx.parties().client_where(Need::OtherRedirectUri, |client| client.other_redirect_uri.is_some());
    if let Ok(client) = two {
        flow::access(ctx, &client).await?;
        let code = flow::code(ctx, &client).await?;
        let other = client.other_redirect_uri.as_deref().unwrap_or_default();
        let answer = flow::token(ctx, &flow::redemption(&code).set("redirect_uri", other)).await?;
        let way = format!("it is another one of those registered for {}", client.id);
        ctx.tries(&way, |ctx| expect::token_refused(ctx, &answer, &["invalid_grant"]));
    }
    for other in others_that_work(ctx, &client, |_| true).await? {
        let when = format!("the client is {}", other.id);
        ctx.tried(&when, near_uris_refused(&ctx.when(&when), &other).await);
    }
    if let Some(code) = pushed_code(ctx, &client).await? {
        let elsewhere = format!("{own}/");
        let answer = flow::token(ctx, &flow::redemption(&code).set("redirect_uri", &elsewhere)).await?;
        ctx.trying("the request was pushed, and it has / at its end", |ctx| {
            expect::token_refused(ctx, &answer, &["invalid_grant"])
        })?;
    }
    Ok(())
}

/// A client's code is refused with redirect URIs that are nearly the one it was asked for with. The authorization request may
/// name another port of a native client's (RFC 8252, section 7.3), the token request none but that one.
async fn near_uris_refused(ctx: &Context, client: &Arc<Client>) -> Checked {
    const PORT: u16 = 49_321;
    let own = &client.redirect_uri;
    let mut others = vec![format!("{own}/")];
    others.extend(Parts::of(own).map(|parts| parts.with_port(PORT).text()));
    for other in others {
        let code = flow::code(ctx, client).await?;
        let answer = flow::token(ctx, &flow::redemption(&code).set("redirect_uri", &other)).await?;
        let way = format!("it is {other}");
        ctx.tries(&way, |ctx| expect::token_refused(ctx, &answer, &["invalid_grant"]));
    }
    Ok(())
}

/// A code that a pushed request led to, after another such code was redeemed; none where pushed requests lead to none.
async fn pushed_code(ctx: &Context, client: &Arc<Client>) -> Checked<Option<Code>> {
    if Need::PushedRequests.met(ctx.target()) != Met::Yes {
        return Ok(None);
    }
    match second_pushed_code(ctx, client).await {
        Ok(code) => Ok(Some(code)),
        Err(end) if end.kind == EndKind::NotTested => {
            ctx.note(format!("no pushed request was tried: {}", end.saw));
            Ok(None)
        }
        Err(end) => Err(end),
    }
}

async fn second_pushed_code(ctx: &Context, client: &Arc<Client>) -> Checked<Code> {
    let good = code_by_push(ctx, client).await?;
    flow::redeem(ctx, &good).await?;
    code_by_push(ctx, client).await
}

/// Whether the token endpoint shows that it reads `redirect_uri`: RFC 6749 has it do so, the OAuth 2.1 draft (section
/// 10.2) a server that serves clients of RFC 6749 as well.
async fn reads_the_redirect_uri(ctx: &Context, client: &Arc<Client>) -> Checked<bool> {
    if ctx.profile() != Profile::Oauth21 {
        return Ok(true);
    }
    let code = flow::code(ctx, client).await?;
    let without = flow::token(ctx, &flow::redemption(&code).without("redirect_uri")).await?;
    without.response()?;
    Ok(expect::token(&without).is_err())
}

async fn redirect_uri_is_repeated(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    flow::access(ctx, &client).await?;
    let code = flow::code(ctx, &client).await?;
    ctx.told(unrepeated(ctx, &code).await);
    for other in others_that_work(ctx, &client, |_| true).await? {
        let code = flow::code(ctx, &other).await?;
        let when = format!("the client is {}", other.id);
        ctx.tried(&when, unrepeated(&ctx.when(&when), &code).await);
    }
    if let Some(code) = pushed_code(ctx, &client).await? {
        const WHEN: &str = "the request was pushed";
        ctx.tried(WHEN, unrepeated(&ctx.when(WHEN), &code).await);
    }
    Ok(())
}

/// A code that was asked for with a redirect URI is refused without one.
async fn unrepeated(ctx: &Context, code: &Code) -> Checked {
    let answer = flow::token(ctx, &flow::redemption(code).without("redirect_uri")).await?;
    expect::token_refused(ctx, &answer, &["invalid_grant", "invalid_request"])
}

async fn redirect_uri_is_not_brought_in_later(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    flow::access(ctx, &client).await?;
    let mut codes = Vec::new();
    for _ in 0..2 {
        let ask = flow::ask(ctx, &client).without("redirect_uri");
        let landing = flow::authorize(ctx, &ask).await?;
        landing.exchange().response()?;
        let code = flow::code_from(&ask, &landing);
        codes.push(
            code.map_err(|_| CaseEnd::not_offered("each authorization request has to name a redirect URI"))?,
        );
    }
    let [good, spoilt] = codes.as_slice() else { return Err(CaseEnd::not_tested("there are not two codes")) };
    let honest = flow::token(ctx, &flow::redemption(good)).await?;
    expect::token(&honest).control(
        "a token request without redirect_uri, which code/redeemed-without-a-redirect-uri is about",
    )?;
    let request = flow::redemption(spoilt).set("redirect_uri", FOREIGN_URI);
    let answer = flow::token(ctx, &request).await?;
    expect::token_refused(ctx, &answer, &["invalid_grant", "invalid_request"])?;
    Ok(())
}

async fn redeemed_without_a_redirect_uri(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    flow::access(ctx, &client).await?;
    let mut refused = None;
    // One refusal may be chance.
    for _ in 0..2 {
        let ask = flow::ask(ctx, &client).without("redirect_uri");
        let landing = flow::authorize(ctx, &ask).await?;
        landing.exchange().response()?;
        let Ok(code) = flow::code_from(&ask, &landing) else {
            return Err(CaseEnd::not_offered("each authorization request has to name a redirect URI"));
        };
        let answer = flow::token(ctx, &flow::redemption(&code)).await?;
        refused = refusal(&answer, "an honest token request", ELSEWHERE)?;
        if refused.is_none() {
            return Ok(());
        }
    }
    refused.map_or(Ok(()), Err)
}
