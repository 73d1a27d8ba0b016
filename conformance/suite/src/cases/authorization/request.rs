//! What an authorization request may look like: its parameters, and what becomes of odd ones.

use std::sync::Arc;

use oauth_rules::rules;

use crate::browser::Decision;
use crate::browser::Landing;
use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::provoke::{ATTACKER_URI, UNKNOWN, essence};
use crate::expect;
use crate::flow::{self, AuthorizationRequest};
use crate::subject::{Client, Need};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "authorize/by-get",
        rules: rules!["rfc6749-3.1-get-supported"],
        about: "An authorization request by GET comes to its code.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(by_get(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "authorize/empty-parameter-counts-as-absent",
        rules: rules!["rfc6749-3.1-empty-parameter-as-omitted"],
        about: "An authorization request with an empty parameter is answered like one without it.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(empty_counts_as_absent(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "authorize/unknown-parameter-ignored",
        rules: rules!["rfc6749-3.1-unknown-parameter-ignored"],
        about: "Parameters that nobody defined neither stop an authorization request nor come back.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(unknown_parameter_ignored(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "authorize/repeated-parameter-refused",
        rules: rules!["rfc6749-3.1-duplicate-parameter-refused"],
        about: "An authorization request with a parameter twice is refused, be the values equal or not.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(repeated_parameter_refused(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "authorize/response-type-needed",
        rules: rules!["rfc6749-3.1.1-response-type-missing"],
        about: "A request without response_type is an error, not a request for a code.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(response_type_needed(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "authorize/unknown-response-type-refused",
        rules: rules!["rfc6749-3.1.1-response-type-unknown"],
        about: "A response_type that the server does not understand is an error at the client, without code or token.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(unknown_response_type_refused(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "authorize/response-type-case-matters",
        rules: rules!["rfc6749-1.9-names-and-values-case-sensitive"],
        about: "response_type=Code is not response_type=code.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(response_type_case_matters(ctx)),
        ..Case::DEFAULT
    },
];

async fn by_get(ctx: &Context) -> Checked {
    for client in ctx.target().clients.values() {
        ctx.tried(&format!("the client is {}", client.id), code_by_get(ctx, client).await);
    }
    Ok(())
}

async fn code_by_get(ctx: &Context, client: &Arc<Client>) -> Checked {
    const NOT_ALLOWED: u16 = 405;
    let ask = flow::ask(ctx, client);
    let landing = flow::authorize(ctx, &ask).await?;
    let Err(end) = expect::code_redirect(&ask, &landing) else { return Ok(()) };
    if landing.exchange().status() == Some(NOT_ALLOWED) {
        return Err(end);
    }
    // What is refused by POST as well is not refused for its method.
    let posted = flow::ask(ctx, client).by_post();
    let landing = flow::authorize(ctx, &posted).await?;
    expect::code_redirect(&posted, &landing).control("the same request by POST")?;
    Err(end)
}

async fn empty_counts_as_absent(ctx: &Context) -> Checked {
    const NAMES: [&str; 8] = [
        "state",
        "response_type",
        "redirect_uri",
        "scope",
        "code_challenge",
        "code_challenge_method",
        "resource",
        "request_uri",
    ];
    let client = ctx.parties().client()?;
    flow::code(ctx, &client).await?;
    for name in NAMES {
        // Where requests are pushed, one with a request_uri is sent as it stands.
        if name == "request_uri" && flow::pushes_only(ctx) {
            continue;
        }
        ctx.tried(&format!("{name} is empty"), empty_as_absent(ctx, &client, name).await);
    }
    Ok(())
}

/// A request with this parameter empty is answered like one without it.
async fn empty_as_absent(ctx: &Context, client: &Arc<Client>, name: &str) -> Checked {
    let bare = || {
        let ask = flow::ask(ctx, client);
        if name == "code_challenge" { ask.without_pkce() } else { ask.without(name) }
    };
    let absent = flow::authorize(ctx, &bare()).await?;
    let empty = flow::authorize(ctx, &bare().add(name, "")).await?;
    let (expected, saw) = (essence(&absent)?, essence(&empty)?);
    if expected == saw {
        return Ok(());
    }
    let again = flow::authorize(ctx, &bare()).await?;
    if essence(&again)? == expected {
        let expected = format!("{expected}, as without {name}");
        return Err(empty.exchange().broken(expected, saw));
    }
    let reason = format!("two requests without {name} are answered differently");
    Err(CaseEnd::not_tested(reason).at(again.exchange()))
}

async fn unknown_parameter_ignored(ctx: &Context) -> Checked {
    const NAMES: [&str; 2] = ["suite_unknown", "x.y"];
    let client = ctx.parties().client()?;
    let add = |ask: AuthorizationRequest| NAMES.into_iter().fold(ask, |ask, name| ask.add(name, "1"));
    let (ask, landing) = flow::spoilt_authorization(ctx, &client, add).await?;
    let location = expect::code_redirect(&ask, &landing)?;
    match NAMES.into_iter().find(|name| location.params.has(name)) {
        Some(name) => {
            Err(location.exchange.broken("a response without the unknown parameter", format!("{name} in it")))
        }
        None => Ok(()),
    }
}

async fn repeated_parameter_refused(ctx: &Context) -> Checked {
    const NAMES: [&str; 7] = [
        "state",
        "scope",
        "response_type",
        "code_challenge",
        "code_challenge_method",
        "client_id",
        "redirect_uri",
    ];
    let client = ctx.parties().client()?;
    flow::code(ctx, &client).await?;
    for name in NAMES {
        let other = match name {
            "state" => ctx.fresh(),
            "code_challenge" => flow::challenge(&ctx.fresh()),
            "redirect_uri" => ATTACKER_URI.to_owned(),
            _ => UNKNOWN.to_owned(),
        };
        for (which, second) in [("with the same value", None), ("with another value", Some(other))] {
            let ask = flow::ask(ctx, &client);
            let Some(first) = ask.params.first(name).map(str::to_owned) else { continue };
            let ask = ask.add(name, second.as_ref().unwrap_or(&first));
            let when = format!("{name} stands there twice {which}");
            // The way over the login may lose what was wrong.
            if matches!(name, "state" | "scope") {
                let when = format!("{when}, and the browser has to log in first");
                let mut stranger = flow::stranger(ctx);
                stranger.who = flow::browser(ctx).who;
                let landing = flow::authorize_in(ctx, &mut stranger, &ask, Decision::Approve).await;
                if let Some(landing) = ctx.tried(&when, landing) {
                    ctx.tries(&when, |ctx| expect::code_refused(ctx, &ask, &landing, &["invalid_request"]));
                }
            }
            let Some(landing) = ctx.tried(&when, flow::authorize(ctx, &ask).await) else { continue };
            let step = ctx.trying(&when, |ctx| {
                // Which client or redirect URI is meant is in doubt, so that no redirect is owed.
                if matches!(name, "client_id" | "redirect_uri") {
                    expect::refused(ctx, &ask, &landing, &["invalid_request"])
                } else {
                    expect::code_refused(ctx, &ask, &landing, &["invalid_request"])
                }
            });
            ctx.told(step);
        }
    }
    Ok(())
}

async fn response_type_needed(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    let (ask, landing) = flow::spoilt_authorization(ctx, &client, |ask| ask.without("response_type")).await?;
    // Section 3.1.1 has a MUST of its own for this answer; which error it is, is laid down apart.
    expect::error_redirect(&ask, &landing, &[error_told(&landing)])?;
    let code = expect::error_redirect(&ask, &landing, &["invalid_request", "unsupported_response_type"]);
    ctx.told(code.under(rules!["rfc6749-4.1.2.1-invalid-request"]));
    Ok(())
}

async fn unknown_response_type_refused(ctx: &Context) -> Checked {
    const UNSUPPORTED: &[&str] = &["unsupported_response_type"];
    let client = ctx.parties().client()?;
    flow::code(ctx, &client).await?;
    for kind in [UNKNOWN, "code suite-unknown"] {
        let ask = flow::ask(ctx, &client).set("response_type", kind);
        let when = format!("response_type is {kind:?}");
        let Some(landing) = ctx.tried(&when, flow::authorize(ctx, &ask).await) else { continue };
        let step = ctx.trying(&when, |ctx| {
            // The section's own MUST is that an error comes; which one it is, is laid down apart.
            expect::error_redirect(&ask, &landing, &[error_told(&landing)])?;
            let code = expect::error_redirect(&ask, &landing, UNSUPPORTED);
            ctx.told(code.under(rules!["rfc6749-4.1.2.1-unsupported-response-type"]));
            Ok(())
        });
        ctx.told(step);
    }
    let ask = flow::ask(ctx, &client).set("response_type", "token");
    let landing = flow::authorize(ctx, &ask).await?;
    ctx.trying("response_type is \"token\"", |ctx| implicit_served_or_refused(ctx, &ask, &landing))
}

/// The error that the client is told, if it is one of RFC 6749 4.1.2.1; else the one that is due for a response type.
fn error_told(landing: &Landing) -> &str {
    const DEFINED: &[&str] = &[
        "invalid_request",
        "unauthorized_client",
        "access_denied",
        "unsupported_response_type",
        "invalid_scope",
        "server_error",
        "temporarily_unavailable",
    ];
    let told = landing.callback().and_then(|location| location.params.first("error"));
    told.filter(|told| DEFINED.contains(told)).unwrap_or("unsupported_response_type")
}

/// A server may serve `token`, to this client or to others, and then answers in the fragment (RFC 6749 4.2.2).
fn implicit_served_or_refused(ctx: &Context, ask: &AuthorizationRequest, landing: &Landing) -> Checked {
    const ERRORS: &[&str] = &["unsupported_response_type", "unauthorized_client"];
    if let Some(location) = landing.callback().filter(|at| !at.brings("code")) {
        if location.fragment.has("access_token") {
            ctx.note("the server serves response_type=token");
            return Ok(());
        }
        if location.fragment.first("error").is_some_and(|error| ERRORS.contains(&error)) {
            return Ok(());
        }
    }
    // The MUST is about what is not understood, which `token` may be; which error it is, is laid down apart.
    let refused = expect::error_redirect(ask, landing, &[error_told(landing)]).map(drop);
    if landing.page().is_some() {
        return refused.warn();
    }
    refused?;
    let code = expect::error_redirect(ask, landing, ERRORS);
    ctx.told(code.under(rules!["rfc6749-4.1.2.1-unsupported-response-type"]));
    Ok(())
}

async fn response_type_case_matters(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    let (ask, landing) =
        flow::spoilt_authorization(ctx, &client, |ask| ask.set("response_type", "Code")).await?;
    // Which error it is, is another case's matter.
    expect::refused(ctx, &ask, &landing, &[error_told(&landing)])
}
