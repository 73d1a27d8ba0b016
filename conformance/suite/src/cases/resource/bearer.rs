//! The protected resource: which tokens open it, and how it says no (RFC 6750, sections 2.1 and 3).

use oauth_rules::rules;

use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::bearer::{
    in_query, looks_at_tokens, opening_token, seen_in_header, told, unsigned, with_header, with_narrow_scope,
};
use crate::cases::support::spoil;
use crate::cases::support::token_status::outlive;
use crate::expect;
use crate::flow;
use crate::subject::Need;
use crate::wire::{Actor, fields};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "resource/token-in-the-header",
        rules: rules!["rfc6750-2.1-header-supported"],
        about: "A live token in the Authorization header opens the resource.",
        needs: &[Need::Login, Need::ResourceServer],
        run: |ctx| Box::pin(token_in_the_header(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "resource/scheme-in-any-case",
        rules: rules!["rfc9110-11.1-scheme-case-insensitive-rs", "oauth21-5.1.1-bearer-case-insensitive"],
        about: "The scheme Bearer is known in small and in capital letters.",
        needs: &[Need::Login, Need::ResourceServer],
        run: |ctx| Box::pin(scheme_in_any_case(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "resource/answer-to-a-query-token-is-private",
        rules: rules!["rfc6750-2.3-query-response-private"],
        about: "A resource that takes a token in its query keeps the answer from shared caches.",
        needs: &[Need::Login, Need::ResourceServer],
        run: |ctx| Box::pin(answer_to_a_query_token_is_private(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "resource/altered-token-opens-nothing",
        rules: rules!["rfc6749-10.3-access-token-not-forgeable"],
        about: "A token that was changed or made up opens nothing.",
        needs: &[Need::Login, Need::ResourceServer],
        run: |ctx| Box::pin(altered_token_opens_nothing(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "resource/bad-token-is-told-so",
        rules: rules!["rfc6750-3.1-invalid-token-401"],
        about: "A token that is not or no longer good is answered 401 with invalid_token.",
        needs: &[Need::Login, Need::ResourceServer],
        run: |ctx| Box::pin(bad_token_is_told_so(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "resource/expired-token-opens-nothing",
        rules: rules!["rfc6749-7-expired-token-refused", "rfc6750-5.2-token-lifetime-limited"],
        about: "A token opens nothing once its lifetime is over.",
        needs: &[Need::Login, Need::ResourceServer, Need::AccessTokenLifetime],
        slow: true,
        run: |ctx| Box::pin(expired_token_opens_nothing(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "resource/scope-has-to-cover-it",
        rules: rules!["rfc6749-7-scope-covers-resource"],
        about: "A token of a scope that is not the resource's does not open it.",
        needs: &[Need::Login, Need::ResourceServer, Need::NarrowScope],
        run: |ctx| Box::pin(scope_has_to_cover_it(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "resource/small-scope-is-told-so",
        rules: rules!["rfc6750-3.1-insufficient-scope-403", "rfc9700-2.3-rs-refuses-insufficient-privilege"],
        about: "A token of too small a scope is answered 403 with insufficient_scope.",
        needs: &[Need::Login, Need::ResourceServer, Need::NarrowScope],
        run: |ctx| Box::pin(small_scope_is_told_so(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "resource/malformed-request-is-told-so",
        rules: rules!["rfc6750-3.1-invalid-request-400"],
        about: "A request with a garbled token, or one in each of two places, is answered 400 with invalid_request.",
        needs: &[Need::Login, Need::ResourceServer],
        run: |ctx| Box::pin(malformed_request_is_told_so(ctx)),
        ..Case::DEFAULT
    },
];

async fn token_in_the_header(ctx: &Context) -> Checked {
    let token = flow::access(ctx, &ctx.parties().client()?).await?;
    let answer = flow::resource(ctx, &token.access_token).await?;
    seen_in_header(&answer)?;
    looks_at_tokens(ctx).await
}

async fn scheme_in_any_case(ctx: &Context) -> Checked {
    let token = opening_token(ctx).await?;
    for scheme in ["bearer", "BEARER"] {
        let answer = with_header(ctx, Some(&format!("{scheme} {}", token.access_token))).await?;
        ctx.tried(&format!("the scheme is written {scheme}"), expect::served(&answer));
    }
    Ok(())
}

async fn answer_to_a_query_token_is_private(ctx: &Context) -> Checked {
    let token = opening_token(ctx).await?.access_token;
    let bare = flow::resource_request(ctx, "")?.without_header("Authorization");
    let answer = ctx.send(Actor::Client, in_query(bare, &token)).await?;
    let response = answer.response()?;
    if expect::served(&answer).is_err() {
        return Err(CaseEnd::not_offered("the resource takes no token in its query").at(&answer));
    }
    if ["private", "no-store"].into_iter().any(|word| fields::has_directive(response, "cache-control", word))
    {
        return Ok(());
    }
    let saw = response.header("cache-control").map_or_else(|| "none".to_owned(), |text| format!("{text:?}"));
    Err(answer.broken("Cache-Control with private or no-store", saw))
}

async fn altered_token_opens_nothing(ctx: &Context) -> Checked {
    let good = opening_token(ctx).await?.access_token;
    let ways = [
        ("its first character is another", Some(spoil::first_changed(&good))),
        ("a character in its middle is another", Some(spoil::middle_changed(&good))),
        ("its last character is gone", Some(spoil::shortened(&good))),
        ("it goes on", Some(format!("{good}A"))),
        ("small and capital letters are exchanged", spoil::mixed_case_swapped(&good)),
        ("its signature is gone and its algorithm is none", unsigned(&good)),
        ("it is made up", Some(ctx.fresh())),
    ];
    for (way, token) in ways {
        let Some(token) = token else { continue };
        // The status is a SHOULD of its own: here any refusal will do.
        let answer = flow::resource(ctx, &token).await?;
        ctx.tries(way, |ctx| expect::resource_refused(ctx, &answer, &[400, 401, 403]));
    }
    Ok(())
}

async fn bad_token_is_told_so(ctx: &Context) -> Checked {
    let good = opening_token(ctx).await?.access_token;
    for (way, token) in
        [("it is made up", ctx.fresh()), ("a character is another", spoil::middle_changed(&good))]
    {
        ctx.tried(way, told(&flow::resource(ctx, &token).await?, 401, "invalid_token"));
    }
    Ok(())
}

async fn expired_token_opens_nothing(ctx: &Context) -> Checked {
    let token = opening_token(ctx).await?;
    let when = outlive(ctx, &token).await?;
    let answer = flow::resource(ctx, &token.access_token).await?;
    ctx.trying(&when, |ctx| expect::resource_refused(ctx, &answer, &[401]))
}

async fn scope_has_to_cover_it(ctx: &Context) -> Checked {
    expect::withheld(&with_narrow_scope(ctx).await?)
}

async fn small_scope_is_told_so(ctx: &Context) -> Checked {
    let answer = with_narrow_scope(ctx).await?;
    if expect::served(&answer).is_ok() {
        return Err(answer.broken("a refusal", "the resource").granted())
            .under(rules!["rfc9700-2.3-rs-refuses-insufficient-privilege"]);
    }
    told(&answer, 403, "insufficient_scope").under(rules!["rfc6750-3.1-insufficient-scope-403"])
}

async fn malformed_request_is_told_so(ctx: &Context) -> Checked {
    let good = opening_token(ctx).await?.access_token;
    let headers = [
        ("there is no token behind the scheme", "Bearer".to_owned()),
        ("two words stand behind the scheme", format!("Bearer {} suite", ctx.fresh())),
    ];
    for (way, header) in headers {
        ctx.tried(way, told(&with_header(ctx, Some(&header)).await?, 400, "invalid_request"));
    }
    let both = ctx.send(Actor::Client, in_query(flow::resource_request(ctx, &good)?, &good)).await?;
    if expect::served(&both).is_err() {
        return told(&both, 400, "invalid_request").when("the token stands in the header and in the query");
    }
    // A server that does not read the query sees one token only.
    let alone = in_query(flow::resource_request(ctx, &good)?.without_header("Authorization"), &good);
    if expect::served(&ctx.send(Actor::Client, alone).await?).is_ok() {
        let saw = "the resource, though each place alone is read";
        return Err(both.broken("status 400 with invalid_request", saw))
            .when("the token stands in the header and in the query");
    }
    ctx.note("a token in the query is not read, beside one in the header neither");
    Ok(())
}
