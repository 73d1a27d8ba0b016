//! What stands in the resource's `WWW-Authenticate` when it says no (RFC 6750, section 3).

use std::sync::Arc;

use oauth_rules::rules;

use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::bearer::{opening_token, with_header, with_narrow_scope};
use crate::expect;
use crate::subject::{Met, Need};
use crate::wire::Exchange;
use crate::wire::fields::{self, AuthChallenge};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "resource-challenge/without-a-token",
        rules: rules!["rfc6750-3-challenge-without-token"],
        about: "A request without a token is answered 401 with WWW-Authenticate.",
        needs: &[Need::Login, Need::ResourceServer],
        run: |ctx| Box::pin(without_a_token(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "resource-challenge/with-a-bad-token",
        rules: rules!["rfc6750-3-challenge-with-bad-token"],
        about: "Each refusal of a token has WWW-Authenticate.",
        needs: &[Need::Login, Need::ResourceServer],
        run: |ctx| Box::pin(with_a_bad_token(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "resource-challenge/bearer-and-a-parameter",
        rules: rules!["rfc6750-3-challenge-scheme-and-parameters"],
        about: "The challenge names Bearer and has a parameter.",
        needs: &[Need::Login, Need::ResourceServer],
        run: |ctx| Box::pin(bearer_and_a_parameter(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "resource-challenge/says-what-is-wrong",
        rules: rules!["rfc6750-3-error-attribute"],
        about: "The challenge that refuses a token has error.",
        needs: &[Need::Login, Need::ResourceServer],
        run: |ctx| Box::pin(says_what_is_wrong(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "resource-challenge/no-error-without-a-token",
        rules: rules!["rfc6750-3.1-no-error-without-token"],
        about: "Account showed no token is told no error.",
        needs: &[Need::Login, Need::ResourceServer],
        run: |ctx| Box::pin(no_error_without_a_token(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "resource-challenge/each-parameter-once",
        rules: rules!["rfc6750-3-challenge-attributes-once"],
        about: "No parameter of the Bearer challenge is there twice.",
        needs: &[Need::Login, Need::ResourceServer],
        run: |ctx| Box::pin(each_parameter_once(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "resource-challenge/plain-characters",
        rules: rules!["rfc6750-3-challenge-charset"],
        about: "The challenge's values are made of the characters that they may have.",
        needs: &[Need::Login, Need::ResourceServer],
        run: |ctx| Box::pin(plain_characters(ctx)),
        ..Case::DEFAULT
    },
];

/// What is shown in place of a token.
const BASIC: &str = "Basic credentials are shown";

/// An answer of the resource, and to what.
type Refusal = (&'static str, Arc<Exchange>);

/// The resource's answers to requests with a token that does not open it, while another token opens it.
async fn refused_tokens(ctx: &Context) -> Checked<Vec<Refusal>> {
    opening_token(ctx).await?;
    let unknown = with_header(ctx, Some(&format!("Bearer {}", ctx.fresh()))).await?;
    let mut refusals = vec![("the token is unknown", unknown)];
    const NARROW: &str = "the token has too small a scope";
    if Need::NarrowScope.met(ctx.target()) == Met::Yes
        && let Some(answer) = ctx.tried(NARROW, with_narrow_scope(ctx).await)
    {
        refusals.push((NARROW, answer));
    }
    refused(ctx, refusals)
}

/// The resource's answers to requests in which there is no token.
async fn refused_without_token(ctx: &Context) -> Checked<Vec<Refusal>> {
    opening_token(ctx).await?;
    let none = with_header(ctx, None).await?;
    let basic = with_header(ctx, Some("Basic c3VpdGU6c3VpdGU=")).await?;
    refused(ctx, vec![("nothing is shown", none), (BASIC, basic)])
}

/// Whether they are refusals is for other cases: here it is the control, and those that are none are not looked at.
fn refused(ctx: &Context, answers: Vec<Refusal>) -> Checked<Vec<Refusal>> {
    let is_refusal = |(way, answer): &Refusal| {
        ctx.tried(way, expect::status(answer, &[400, 401, 403]).control("a refusal")).is_some()
    };
    Ok(answers.into_iter().filter(is_refusal).collect())
}

/// All refusals that have a Bearer challenge, with it.
async fn challenges(ctx: &Context) -> Checked<Vec<(Refusal, AuthChallenge)>> {
    let mut refusals = refused_without_token(ctx).await?;
    refusals.extend(refused_tokens(ctx).await?);
    let garbled = with_header(ctx, Some("Bearer suite\"quote\\backslash")).await?;
    refusals.push(("the token has a quotation mark and a backslash", garbled));
    let mut found = Vec::new();
    for (way, answer) in refusals {
        if let Some(challenge) = fields::challenge(answer.response()?, "Bearer") {
            found.push(((way, answer), challenge));
        }
    }
    match found.as_slice() {
        [] => Err(no_challenge()),
        _ => Ok(found),
    }
}

fn has_challenge((way, answer): &Refusal) -> Checked {
    let response = answer.response()?;
    if response.header("www-authenticate").is_some() {
        return Ok(());
    }
    let saw = format!("status {} without it", response.status);
    Err(answer.broken("WWW-Authenticate", saw)).when(way)
}

async fn without_a_token(ctx: &Context) -> Checked {
    opening_token(ctx).await?;
    let answer = with_header(ctx, None).await?;
    expect::resource_refused(ctx, &answer, &[401, 400, 403])?;
    ctx.told(expect::status(&answer, &[401]).warn());
    has_challenge(&("nothing is shown", answer))
}

async fn with_a_bad_token(ctx: &Context) -> Checked {
    let mut refusals = refused_tokens(ctx).await?;
    refusals.extend(refused_without_token(ctx).await?.pop());
    for refusal in &refusals {
        ctx.told(has_challenge(refusal));
    }
    Ok(())
}

async fn bearer_and_a_parameter(ctx: &Context) -> Checked {
    let mut refusals = refused_without_token(ctx).await?;
    refusals.extend(refused_tokens(ctx).await?);
    let mut looked = false;
    for (way, answer) in refusals {
        let response = answer.response()?;
        let saw = match fields::challenge(response, "Bearer") {
            Some(challenge) if !challenge.params.is_empty() => "",
            Some(_) => "one without parameters",
            // Where Basic opens the resource as well, its challenge is not one of RFC 6750.
            None if way == BASIC && fields::challenge(response, "Basic").is_some() => continue,
            None if response.header("www-authenticate").is_some() => "none",
            // That there has to be one is another rule's matter.
            None => continue,
        };
        looked = true;
        if !saw.is_empty() {
            ctx.tell(answer.broken("a Bearer challenge with a parameter", saw).when(way));
        }
    }
    if looked { Ok(()) } else { Err(no_challenge()) }
}

async fn says_what_is_wrong(ctx: &Context) -> Checked {
    let mut looked = false;
    for (way, answer) in refused_tokens(ctx).await? {
        let Some(challenge) = fields::challenge(answer.response()?, "Bearer") else { continue };
        looked = true;
        if challenge.param("error").is_none() {
            ctx.tell(answer.broken("a Bearer challenge with error", "none").when(way));
        }
    }
    if looked { Ok(()) } else { Err(no_challenge()) }
}

/// For cases about what stands in a challenge: that there has to be one is another rule's matter.
fn no_challenge() -> CaseEnd {
    CaseEnd::not_tested("the control failed: no refusal has a Bearer challenge")
}

async fn no_error_without_a_token(ctx: &Context) -> Checked {
    let mut looked = false;
    for (way, answer) in refused_without_token(ctx).await? {
        let Some(challenge) = fields::challenge(answer.response()?, "Bearer") else { continue };
        looked = true;
        let names = ["error", "error_description", "error_uri"];
        if let Some(name) = names.into_iter().find(|name| challenge.param(name).is_some()) {
            ctx.tell(answer.broken("a Bearer challenge without error", format!("{name} in it")).when(way));
        }
    }
    if looked { Ok(()) } else { Err(no_challenge()) }
}

async fn each_parameter_once(ctx: &Context) -> Checked {
    for ((way, answer), challenge) in challenges(ctx).await? {
        for name in ["realm", "scope", "error", "error_description", "error_uri"] {
            let count = challenge.params.iter().filter(|(have, _)| have == name).count();
            if count > 1 {
                ctx.tell(answer.broken(format!("{name} at most once"), format!("{count} times")).when(way));
            }
        }
    }
    Ok(())
}

async fn plain_characters(ctx: &Context) -> Checked {
    let mut looked = false;
    for ((way, answer), challenge) in challenges(ctx).await? {
        for (name, value) in &challenge.params {
            let legal = match name.as_str() {
                "error" | "error_description" => value.chars().all(plain),
                "error_uri" => value.chars().all(|c| plain(c) && c != ' '),
                "scope" => value.chars().all(plain),
                _ => continue,
            };
            looked = true;
            if name == "scope" && value.split(' ').any(str::is_empty) {
                let stop = answer.broken("scope of words with single spaces", format!("{value:?}"));
                ctx.tell(stop.when(way).warn());
            }
            if !legal {
                let expected = format!("{name} of printable ASCII without quotation mark and backslash");
                ctx.tell(answer.broken(expected, format!("{value:?}")).when(way));
            }
        }
    }
    if looked { Ok(()) } else { Err(CaseEnd::not_offered("no challenge has error or scope")) }
}

fn plain(c: char) -> bool {
    matches!(c, ' '..='~') && c != '"' && c != '\\'
}
