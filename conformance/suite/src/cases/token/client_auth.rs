//! How a client shows who it is at the token endpoint (RFC 6749, section 2.3).

use std::sync::Arc;

use oauth_rules::rules;
use url::form_urlencoded;

use crate::case::{Case, Context, Isolation};
use crate::case_end::{Checked, EndAs as _};
use crate::cases::support::clients::others_that_work;
use crate::cases::support::honest::refusal;
use crate::cases::support::spoil;
use crate::expect;
use crate::flow::{self, Authentication};
use crate::subject::{Client, ClientAuthentication, ClientRole, Need};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "client-auth/basic-is-supported",
        rules: rules!["rfc6749-2.3.1-basic-supported"],
        about: "A client with a password is known by HTTP Basic.",
        needs: &[Need::Login, Need::BasicClient],
        run: |ctx| Box::pin(basic_is_supported(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "client-auth/basic-is-form-decoded",
        rules: rules!["rfc6749-2.3.1-basic-form-decoding"],
        about: "Identifier and secret in HTTP Basic are form-decoded before they are compared.",
        needs: &[Need::Login, Need::BasicClient],
        run: |ctx| Box::pin(basic_is_form_decoded(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "client-auth/scheme-in-any-case",
        rules: rules!["rfc9110-11.1-scheme-case-insensitive-as"],
        about: "The scheme Basic is known in small and in capital letters.",
        needs: &[Need::Login, Need::BasicClient],
        run: |ctx| Box::pin(scheme_in_any_case(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "client-auth/wrong-secret-is-refused",
        rules: rules!["rfc6749-4.1.3-client-auth-checked-if-included"],
        about: "Credentials that differ in one character, or belong to another client, are refused.",
        needs: &[Need::Login, Need::ConfidentialClient],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(wrong_secret_is_refused(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "client-auth/demanded-of-confidential-clients",
        rules: rules!["rfc6749-4.1.3-client-auth-required"],
        about: "A confidential client's code is refused to a request without credentials.",
        needs: &[Need::Login, Need::ConfidentialClient],
        run: |ctx| Box::pin(demanded_of_confidential_clients(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "client-auth/identifier-proves-nothing",
        rules: rules!["rfc6749-2.2-client-id-alone-no-auth"],
        about: "A confidential client's identifier, alone or with an empty secret, does not authenticate it.",
        needs: &[Need::Login, Need::ConfidentialClient],
        run: |ctx| Box::pin(identifier_proves_nothing(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "client-auth/verifier-proves-no-client",
        rules: rules!["rfc9700-2.5-client-authentication-enforced"],
        about: "The right verifier does not stand in for a confidential client's credentials.",
        needs: &[Need::Login, Need::ConfidentialClient],
        run: |ctx| Box::pin(verifier_proves_no_client(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "client-auth/not-in-the-uri",
        rules: rules!["rfc6749-2.3.1-no-credentials-in-uri", "oauth21-2.4.1-secret-not-in-uri"],
        about: "Credentials in the token request's URI are not taken.",
        needs: &[Need::Login, Need::ConfidentialClient],
        run: |ctx| Box::pin(not_in_the_uri(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "client-auth/one-way-at-a-time",
        rules: rules!["rfc6749-5.2-multiple-client-auth-refused", "oauth21-3.2.4-one-authentication-method"],
        about: "A request that authenticates its client by header and body is refused.",
        needs: &[Need::Login, Need::BasicClient],
        run: |ctx| Box::pin(one_way_at_a_time(ctx)),
        ..Case::DEFAULT
    },
];

/// What speaks of something else than the client's credentials.
const ELSEWHERE: &[&str] = &["invalid_scope", "use_dpop_nonce", "invalid_dpop_proof", "invalid_target"];

async fn basic_is_supported(ctx: &Context) -> Checked {
    let basic = |client: &&Arc<Client>| client.authentication == ClientAuthentication::ClientSecretBasic;
    for client in ctx.target().clients.values().filter(basic) {
        let way = format!("the client is {}", client.id);
        let Some(code) = ctx.tried(&way, flow::code(ctx, client).await) else { continue };
        let answer = flow::token(ctx, &flow::redemption(&code)).await?;
        // Another error than that of the client says nothing of how it showed who it is.
        let refused = refusal(&answer, "an honest token request", ELSEWHERE);
        ctx.tried(&way, refused.and_then(|refused| refused.map_or(Ok(()), Err)));
    }
    Ok(())
}

async fn basic_is_form_decoded(ctx: &Context) -> Checked {
    let client = ctx.parties().confidential()?;
    let (id, secret) = (client.id.as_str(), spoil::secret_of(&client));
    let escaped = [
        ("a plain character of the secret is escaped", Authentication::raw_basic(id, &escape_one(secret))),
        (
            "a plain character of the identifier is escaped",
            Authentication::raw_basic(&escape_one(id), secret),
        ),
    ];
    flow::access(ctx, &client).await?;
    for (way, header) in escaped {
        let code = flow::code(ctx, &client).await?;
        let request = flow::redemption(&code).authenticated(Authentication::Header(header));
        ctx.tried(way, expect::token(&flow::token(ctx, &request).await?));
    }
    // A client that needs the encoding, if the target has one and it is registered for Basic.
    let special = ctx.target().clients.get(&ClientRole::Special);
    if let Some(special) =
        special.filter(|client| client.authentication == ClientAuthentication::ClientSecretBasic)
    {
        let code = flow::code(ctx, special).await?;
        let answer = flow::token(ctx, &flow::redemption(&code)).await?;
        ctx.tried(&format!("{} authenticates", special.id), expect::token(&answer));
    }
    for special in others_that_work(ctx, &client, |other| other.role == ClientRole::Special).await? {
        spaces_are_plus_signs(ctx, &special).await?;
    }
    Ok(())
}

/// A client that is known by Basic with each character of its secret escaped is known with the form's own spelling as well, in
/// which a space is a plus sign (RFC 6749, appendix B).
async fn spaces_are_plus_signs(ctx: &Context, client: &Arc<Client>) -> Checked {
    let secret = spoil::secret_of(client);
    if !secret.contains(' ') {
        return Ok(());
    }
    let escaped: String = secret.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let by = async |header: String| {
        let code = flow::code(ctx, client).await?;
        let request = flow::redemption(&code).authenticated(Authentication::Header(header));
        flow::token(ctx, &request).await
    };
    let plain: String = form_urlencoded::byte_serialize(client.id.as_bytes()).collect();
    if expect::token(&by(Authentication::raw_basic(&plain, &escaped)).await?).is_err() {
        ctx.note(format!("{} is not known by Basic, for which it is not registered", client.id));
        return Ok(());
    }
    let answer = by(Authentication::basic(&client.id, secret)).await?;
    expect::token(&answer).map(drop).when("a space of the secret is a plus sign")
}

/// The text with its first letter or digit as a percent escape.
fn escape_one(text: &str) -> String {
    match text.find(|c: char| c.is_ascii_alphanumeric()) {
        Some(at) => format!("{}%{:02X}{}", &text[..at], text.as_bytes()[at], &text[at + 1..]),
        None => text.to_owned(),
    }
}

async fn scheme_in_any_case(ctx: &Context) -> Checked {
    let client = ctx.parties().confidential()?;
    flow::access(ctx, &client).await?;
    for scheme in ["basic", "BASIC"] {
        let header =
            Authentication::basic(&client.id, spoil::secret_of(&client)).replacen("Basic", scheme, 1);
        let code = flow::code(ctx, &client).await?;
        let request = flow::redemption(&code).authenticated(Authentication::Header(header));
        let granted = expect::token(&flow::token(ctx, &request).await?);
        ctx.tried(&format!("the scheme is written {scheme}"), granted);
    }
    Ok(())
}

async fn wrong_secret_is_refused(ctx: &Context) -> Checked {
    let client = ctx.parties().confidential()?;
    flow::access(ctx, &client).await?;
    ctx.told(near_secrets_refused(ctx, &client).await);
    for other in others_that_work(ctx, &client, |client| !client.is_public()).await? {
        let when = format!("the client is {}", other.id);
        ctx.tried(&when, near_secrets_refused(&ctx.when(&when), &other).await);
    }
    let Some(other) = ctx.target().clients.get(&ClientRole::Second).filter(|other| !other.is_public()) else {
        return Ok(());
    };
    flow::access(ctx, other).await?;
    if other.authentication == ClientAuthentication::ClientSecretBasic {
        let code = flow::code(ctx, &client).await?;
        let request = flow::redemption(&code).as_client(other).set("client_id", &client.id);
        let answer = flow::token(ctx, &request).await?;
        ctx.tries("another client's credentials stand beside this client_id", |ctx| {
            expect::token_refused(ctx, &answer, &["invalid_client", "invalid_request", "invalid_grant"])
        });
    }
    if let Some(foreign) = spoil::with_secret(&client, spoil::secret_of(other)) {
        let code = flow::code(ctx, &client).await?;
        let answer = flow::token(ctx, &flow::redemption(&code).authenticated(foreign)).await?;
        ctx.trying("the secret is another client's", |ctx| {
            expect::token_refused(ctx, &answer, &["invalid_client"])
        })?;
    }
    Ok(())
}

/// Secrets that are nearly a client's, shown in the way that it is registered for, bring it nothing.
async fn near_secrets_refused(ctx: &Context, client: &Arc<Client>) -> Checked {
    let secret = spoil::secret_of(client);
    let ways = [
        ("a character of the secret is another", Some(spoil::middle_changed(secret))),
        ("the last character of the secret is gone", Some(spoil::shortened(secret))),
        ("the secret goes on", Some(format!("{secret}A"))),
        ("small and capital letters are exchanged", spoil::case_swapped(secret)),
    ];
    for (way, wrong) in ways {
        let Some(wrong) = wrong.and_then(|wrong| spoil::with_secret(client, &wrong)) else { continue };
        let code = flow::code(ctx, client).await?;
        let answer = flow::token(ctx, &flow::redemption(&code).authenticated(wrong)).await?;
        ctx.tries(way, |ctx| expect::token_refused(ctx, &answer, &["invalid_client"]));
    }
    Ok(())
}

async fn demanded_of_confidential_clients(ctx: &Context) -> Checked {
    let client = ctx.parties().confidential()?;
    flow::access(ctx, &client).await?;
    ctx.told(credentials_demanded(ctx, &client).await);
    for other in others_that_work(ctx, &client, |client| !client.is_public()).await? {
        let when = format!("the client is {}", other.id);
        ctx.tried(&when, credentials_demanded(&ctx.when(&when), &other).await);
    }
    Ok(())
}

/// A client's code brings nothing to a request that shows no credentials.
async fn credentials_demanded(ctx: &Context, client: &Arc<Client>) -> Checked {
    let code = flow::code(ctx, client).await?;
    let named = flow::redemption(&code).authenticated(Authentication::Id(client.id.clone()));
    let answer = flow::token(ctx, &named).await?;
    ctx.tries("there is a client_id and nothing else", |ctx| {
        expect::token_refused(ctx, &answer, &["invalid_client"])
    });
    let code = flow::code(ctx, client).await?;
    let nameless = flow::redemption(&code).authenticated(Authentication::Nothing);
    let answer = flow::token(ctx, &nameless).await?;
    ctx.trying("there is no client_id either", |ctx| {
        expect::token_refused(ctx, &answer, &["invalid_client", "invalid_request"])
    })
}

async fn identifier_proves_nothing(ctx: &Context) -> Checked {
    let client = ctx.parties().confidential()?;
    flow::access(ctx, &client).await?;
    let (id, secret) = (client.id.clone(), String::new());
    let mut ways = vec![
        ("the identifier stands alone", Authentication::Id(id.clone())),
        ("the secret in the body is empty", Authentication::Body { id: id.clone(), secret: secret.clone() }),
    ];
    if client.authentication == ClientAuthentication::ClientSecretBasic {
        ways.push(("the password in Basic is empty", Authentication::Basic { id, secret }));
    }
    for (at, (way, authentication)) in ways.into_iter().enumerate() {
        let code = flow::code(ctx, &client).await?;
        let answer = flow::token(ctx, &flow::redemption(&code).authenticated(authentication)).await?;
        // An empty secret may count as a malformed request.
        let errors: &[&str] =
            if at == 0 { &["invalid_client"] } else { &["invalid_client", "invalid_request"] };
        ctx.tries(way, |ctx| expect::token_refused(ctx, &answer, errors));
    }
    Ok(())
}

async fn verifier_proves_no_client(ctx: &Context) -> Checked {
    let client = ctx.parties().confidential()?;
    let mut codes = Vec::new();
    for _ in 0..2 {
        let ask = flow::ask(ctx, &client).with_verifier(&ctx.fresh());
        let landing = flow::authorize(ctx, &ask).await?;
        codes.push(flow::code_from(&ask, &landing).control("an authorization request with a challenge")?);
    }
    flow::redeem(ctx, &codes[0]).await?;
    let request = flow::redemption(&codes[1]).authenticated(Authentication::Id(client.id.clone()));
    expect::token_refused(ctx, &flow::token(ctx, &request).await?, &["invalid_client"])?;
    Ok(())
}

async fn not_in_the_uri(ctx: &Context) -> Checked {
    let client = ctx.parties().confidential()?;
    let answer = flow::spoilt_redemption(ctx, &client, |request| {
        let bare = request.authenticated(Authentication::Nothing);
        bare.in_query("client_id", &client.id).in_query("client_secret", spoil::secret_of(&client))
    })
    .await?;
    expect::token_refused(ctx, &answer, &["invalid_request", "invalid_client"])?;
    Ok(())
}

async fn one_way_at_a_time(ctx: &Context) -> Checked {
    let client = ctx.parties().confidential()?;
    let secret = spoil::secret_of(&client);
    let wrong = spoil::middle_changed(secret);
    flow::access(ctx, &client).await?;
    let ways = [
        ("the same credentials stand in both places", secret, secret),
        ("those in the body are wrong", secret, wrong.as_str()),
        ("those in the header are wrong", wrong.as_str(), secret),
    ];
    for (way, header, body) in ways {
        let code = flow::code(ctx, &client).await?;
        let basic = Authentication::Header(Authentication::basic(&client.id, header));
        let request = flow::redemption(&code).authenticated(basic);
        let request = request.set("client_id", &client.id).set("client_secret", body);
        let answer = flow::token(ctx, &request).await?;
        let refused = ctx
            .trying(way, |ctx| expect::token_refused(ctx, &answer, &["invalid_request", "invalid_client"]));
        if header == body {
            ctx.told(refused);
        } else {
            // The client has shown who it is; whether the other pair had to be looked at as well, the text leaves open.
            ctx.told(refused.under(rules!["rfc6749-4.1.3-client-auth-checked-if-included"]).warn());
        }
    }
    let code = flow::code(ctx, &client).await?;
    let request = flow::redemption(&code).set("client_id", &client.id);
    expect::token(&flow::token(ctx, &request).await?)
        .when("client_id alone, which proves nothing, stands beside the header")
        .warn()?;
    Ok(())
}
