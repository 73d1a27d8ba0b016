//! Native clients (RFC 8252): PKCE in the place of a secret, the three kinds of redirect URIs, and a user who is
//! asked each time.
//!
//! The port of a loopback redirect URI is in `authorization/loopback.rs`.

use std::sync::Arc;

use oauth_rules::rules;
use url::Url;

use crate::browser::{Decision, Landing};
use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::honest::{honest, honest_code};
use crate::cases::support::provoke::{consent_page_if_asked, gives_code, logs_in, unseen_page};
use crate::cases::support::redirect_uris::{refused, refuses_other_uris};
use crate::expect;
use crate::flow::{self, Authentication, AuthorizationRequest};
use crate::subject::{Client, Need, is_loopback};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "native/verifier-decides",
        rules: rules!["rfc8252-6-as-pkce"],
        about: "A native client gets its token for the right verifier and for no other.",
        needs: &[Need::Login, Need::LoopbackClient, Need::Pkce],
        run: |ctx| Box::pin(verifier_decides(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "native/challenge-is-needed",
        rules: rules!["rfc8252-8.1-no-pkce-refused"],
        about: "A native client's request without a challenge is refused.",
        needs: &[Need::Login, Need::LoopbackClient, Need::Pkce],
        run: |ctx| Box::pin(challenge_is_needed(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "native/no-secret-is-needed",
        rules: rules![
            "rfc8252-8.5-public-client-no-secret-needed",
            "oauth21-8.1-no-secret-of-native-clients"
        ],
        about: "A native client redeems its code with its identifier and no secret.",
        needs: &[Need::Login, Need::LoopbackClient],
        run: |ctx| Box::pin(no_secret_is_needed(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "native/no-token-from-the-authorization-endpoint",
        rules: rules!["rfc8252-8.2-no-implicit"],
        about: "A native client that asks for a token in the authorization response gets none.",
        needs: &[Need::Login, Need::LoopbackClient],
        run: |ctx| Box::pin(no_token_from_the_authorization_endpoint(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "native/redirect-uri-as-registered",
        rules: rules!["rfc8252-8.4-exact-match-except-loopback-port"],
        about: "Apart from its port, a native client's redirect URI is taken in no other spelling.",
        needs: &[Need::Login, Need::LoopbackClient],
        run: |ctx| Box::pin(redirect_uri_as_registered(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "native/private-scheme",
        rules: rules!["rfc8252-7.1-private-use-scheme-supported"],
        about: "A redirect to a registered private-use scheme goes to just that URI.",
        needs: &[Need::Login, Need::PrivateSchemeClient],
        run: |ctx| Box::pin(private_scheme(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "native/https-makes-no-client-confidential",
        rules: rules!["rfc8252-7.2-https-redirect-for-public-client"],
        about: "A public client with an https redirect URI needs no secret for its code.",
        needs: &[Need::Login, Need::HttpsPublicClient],
        run: |ctx| Box::pin(https_makes_no_client_confidential(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "consent/asked-of-each-request-without-proof",
        rules: rules!["rfc6749-10.2-no-automatic-repeat"],
        about: "A public client that asks again gets its next code only after the user was asked again.",
        needs: &[Need::Login, Need::Consent, Need::PublicClient],
        run: |ctx| Box::pin(asked_again(ctx, |_| true)),
        ..Case::DEFAULT
    },
    Case {
        id: "native/user-is-asked-each-time",
        rules: rules!["rfc8252-8.6-no-silent-consent"],
        about: "A native client that asks again gets its next code only after the user was asked again.",
        needs: &[Need::Login, Need::Consent, Need::PublicClient],
        run: |ctx| Box::pin(asked_again(ctx, |client| !is_https(&client.redirect_uri))),
        ..Case::DEFAULT
    },
];

async fn verifier_decides(ctx: &Context) -> Checked {
    let client = ctx.parties().public()?;
    flow::access(ctx, &client).await?;
    let code = flow::code(ctx, &client).await?;
    let wrong = flow::redemption(&code).set("code_verifier", &ctx.fresh());
    let answer = flow::token(ctx, &wrong).await?;
    ctx.tries("the verifier is another", |ctx| {
        expect::token_refused(ctx, &answer, &["invalid_grant", "invalid_request"])
    });
    let code = flow::code(ctx, &client).await?;
    let none = flow::redemption(&code).without("code_verifier");
    let answer = flow::token(ctx, &none).await?;
    ctx.trying("there is no verifier", |ctx| {
        expect::token_refused(ctx, &answer, &["invalid_grant", "invalid_request"])
    })
}

async fn challenge_is_needed(ctx: &Context) -> Checked {
    let client = ctx.parties().public()?;
    let (ask, landing) = flow::spoilt_authorization(ctx, &client, AuthorizationRequest::without_pkce).await?;
    expect::code_refused(ctx, &ask, &landing, &["invalid_request"])?;
    // Apps are reached by a scheme of their own as well.
    let mut others = Vec::new();
    for other in ctx.target().clients.values().filter(|other| other.is_public() && other.id != client.id) {
        others.extend(other.redirect_uris().filter(|uri| !is_https(uri)).map(|uri| (other, uri)));
    }
    for (other, uri) in others {
        let good = flow::ask(ctx, other).set("redirect_uri", uri);
        if flow::code_from(&good, &flow::authorize(ctx, &good).await?).is_err() {
            ctx.note(format!("{} gets no code at {uri}, with a challenge either", other.id));
            continue;
        }
        let ask = flow::ask(ctx, other).set("redirect_uri", uri).without_pkce();
        let landing = flow::authorize(ctx, &ask).await?;
        ctx.tries(&format!("{} asks for a code at {uri}", other.id), |ctx| {
            expect::code_refused(ctx, &ask, &landing, &["invalid_request"])
        });
    }
    Ok(())
}

async fn no_secret_is_needed(ctx: &Context) -> Checked {
    let client = ctx.parties().public()?;
    let code = flow::code(ctx, &client).await?;
    let request = flow::redemption(&code).authenticated(Authentication::Id(client.id.clone()));
    honest(expect::token(&flow::token(ctx, &request).await?), "an honest token request").map(drop)
}

async fn no_token_from_the_authorization_endpoint(ctx: &Context) -> Checked {
    const ERRORS: &[&str] = &["unsupported_response_type", "unauthorized_client"];
    let client = ctx.parties().public()?;
    let (ask, landing) =
        flow::spoilt_authorization(ctx, &client, |ask| ask.set("response_type", "token")).await?;
    // A server that knows the response type answers in the fragment.
    let in_fragment = landing.callback().filter(|location| !location.fragment.has("access_token"));
    let error = in_fragment.and_then(|location| location.fragment.first("error"));
    if error.is_some_and(|error| ERRORS.contains(&error)) {
        return Ok(());
    }
    expect::code_refused(ctx, &ask, &landing, ERRORS)
}

async fn redirect_uri_as_registered(ctx: &Context) -> Checked {
    for client in ctx.target().clients.values().filter(|client| client.is_public()) {
        let whose = format!("the client is {}", client.id);
        ctx.tried(&whose, refuses_other_uris(&ctx.when(&whose), client).await);
    }
    let Ok((client, uri)) = with_private_scheme(ctx) else { return Ok(()) };
    flow::code(ctx, &client).await?;
    let spoilt = [format!("{uri}/suite"), format!("{uri}?suite=1"), uri.to_ascii_uppercase()];
    for spoilt in spoilt.iter().filter(|spoilt| **spoilt != uri) {
        ctx.told(refused(ctx, &client, spoilt).await);
    }
    Ok(())
}

fn is_https(uri: &str) -> bool {
    uri.starts_with("https:")
}

/// The first public client with such a redirect URI, and that URI.
fn public_with(ctx: &Context, need: Need, fits: fn(&str) -> bool) -> Checked<(Arc<Client>, String)> {
    let has = |client: &Client| client.redirect_uris().find(|uri| fits(uri)).map(str::to_owned);
    let client = ctx.parties().client_where(need, |client| client.is_public() && has(client).is_some())?;
    let uri = has(&client).unwrap_or_default();
    Ok((client, uri))
}

fn with_private_scheme(ctx: &Context) -> Checked<(Arc<Client>, String)> {
    public_with(ctx, Need::PrivateSchemeClient, |uri| !uri.starts_with("http"))
}

async fn private_scheme(ctx: &Context) -> Checked {
    let (client, uri) = with_private_scheme(ctx)?;
    let ask = flow::ask(ctx, &client).set("redirect_uri", &uri);
    let landing = flow::authorize(ctx, &ask).await?;
    let code = honest_code(ctx, &ask, &landing).await?;
    let text = landing.callback().map(|location| location.text.as_str()).unwrap_or_default();
    let added = text.strip_prefix(uri.as_str()).filter(|rest| rest.starts_with(['?', '&']));
    if added.is_none() {
        let saw = text.split(['?', '#']).next().unwrap_or_default();
        return Err(code.exchange.broken(format!("a redirect to {uri}, with the response behind it"), saw));
    }
    // What becomes of the code is no matter of the scheme.
    flow::redeem(ctx, &code).await.map(drop)
}

async fn https_makes_no_client_confidential(ctx: &Context) -> Checked {
    let (client, uri) = public_with(ctx, Need::HttpsPublicClient, is_https)?;
    let ask = flow::ask(ctx, &client).set("redirect_uri", &uri);
    let landing = flow::authorize(ctx, &ask).await?;
    let code = honest_code(ctx, &ask, &landing).await?;
    honest(expect::token(&flow::token(ctx, &flow::redemption(&code)).await?), "an honest token request")
        .map(drop)
}

/// Whether a redirect URI is one that a single app can have, which may count as proof of who asks.
fn is_claimed(uri: &str) -> bool {
    Url::parse(uri).is_ok_and(|url| is_https(url.as_str()) && !is_loopback(&url))
}

/// The first public client of this kind is not given a second code without a question.
async fn asked_again(ctx: &Context, fits: fn(&Client) -> bool) -> Checked {
    let fits = |client: &Client| client.is_public() && fits(client);
    let unproven = |client: &Client| fits(client) && !is_claimed(&client.redirect_uri);
    let client = ctx
        .parties()
        .client_where(Need::PublicClient, unproven)
        .or_else(|_| ctx.parties().client_where(Need::PublicClient, fits))?;
    // A client may demand the question itself; here it does not.
    let ask = || flow::ask(ctx, &client).without("prompt");
    let (mut browser, first) = (flow::browser(ctx), ask());
    let landing = flow::authorize_in(ctx, &mut browser, &first, Decision::Approve).await?;
    flow::code_from(&first, &landing).control("an honest authorization request")?;
    let again = ask();
    if let Some((mut browser, page)) = consent_page_if_asked(ctx, browser.clone(), &again).await? {
        let landing = browser.run(Landing::Page(page), Decision::Approve).await?;
        flow::code_from(&again, &landing).control("the consent page, approved once more")?;
        return Ok(());
    }
    let before = browser.trail.len();
    let landing = flow::authorize_in(ctx, &mut browser, &again, Decision::Approve).await?;
    if !gives_code(&landing) {
        return Err(CaseEnd::not_tested("the second request came to no code").at(landing.exchange()));
    }
    // Whoever types a password for a request takes part in it.
    if logs_in(ctx, &browser.trail[before..]) {
        ctx.note("the user is not asked again, but logs in for each request");
        return Ok(());
    }
    if is_claimed(&client.redirect_uri) {
        let reason = "an https redirect URI that an app has claimed may count as proof of who it is; another [public_client] would be asked";
        return Err(CaseEnd::not_offered(reason).at(landing.exchange()));
    }
    unseen_page(&browser, &browser.trail[before..])?;
    Err(landing.exchange().broken("a page that asks the user again", "a code without a question"))
}
