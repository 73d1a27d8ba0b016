//! Authorization errors: that the client learns of them, by which code, and in which characters.

use std::sync::Arc;

use oauth_rules::rules;

use crate::browser::{Decision, Landing};
use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _, EndKind};
use crate::cases::support::provoke::{
    RedirectedError, Sent, UNKNOWN, consent_page_for, denied, errors_told, gives_code, registered_itself,
};
use crate::cases::support::scope::closed_list;
use crate::expect;
use crate::flow::{self, AuthorizationRequest};
use crate::subject::{Client, Need};
use crate::wire::{Exchange, is_breakdown};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "errors/told-to-the-client",
        rules: rules!["rfc6749-4.1.2.1-other-errors-redirected"],
        about: "Whatever is wrong with a request of a good client at a good redirect URI, the client is told there.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(told_to_the_client(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "errors/invalid-request",
        rules: rules!["rfc6749-4.1.2.1-invalid-request"],
        about: "A request with an absent, repeated or impossible parameter gets invalid_request.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(invalid_request(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "errors/unsupported-response-type",
        rules: rules!["rfc6749-4.1.2.1-unsupported-response-type"],
        about: "A response type that the server offers to nobody gets unsupported_response_type.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(unsupported_response_type(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "errors/invalid-scope",
        rules: rules!["rfc6749-4.1.2.1-invalid-scope"],
        about: "A scope that nobody defined gets invalid_scope, or a token that states what it is good for instead.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(invalid_scope(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "errors/access-denied",
        rules: rules!["rfc6749-4.1.2.1-access-denied"],
        about: "The user's no brings the client no code, and is told by access_denied.",
        needs: &[Need::Login, Need::Consent],
        run: |ctx| Box::pin(access_denied(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "errors/text-in-its-alphabet",
        rules: rules!["rfc6749-4.1.2.1-error-charset"],
        about: "error, error_description and error_uri hold no quote, no backslash and nothing outside ASCII.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(text_in_its_alphabet(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "errors/no-server-error-for-odd-requests",
        rules: rules!["rfc6749-4.1.2.1-server-error-redirected"],
        about: "No request of a good client at a good redirect URI is answered with a server error.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(no_server_error(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "errors/not-told-before-the-login",
        rules: rules!["rfc9700-4.11.2-authenticate-before-redirect"],
        about: "A faulty request from a browser in which nobody is logged in is not bounced to the client.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(not_told_before_the_login(ctx)),
        ..Case::DEFAULT
    },
];

/// The codes of RFC 6749 4.1.2.1, and those that the registry has for the authorization endpoint.
const REGISTERED: &[&str] = &[
    "invalid_request",
    "unauthorized_client",
    "access_denied",
    "unsupported_response_type",
    "invalid_scope",
    "server_error",
    "temporarily_unavailable",
    "interaction_required",
    "login_required",
    "account_selection_required",
    "consent_required",
    "invalid_request_uri",
    "invalid_request_object",
    "request_not_supported",
    "request_uri_not_supported",
    "registration_not_supported",
    "unmet_authentication_requirements",
    "invalid_target",
    "invalid_authorization_details",
    "invalid_dpop_proof",
];

/// A request of a good client at a good redirect URI with one thing wrong.
struct Faulty {
    when: &'static str,
    ask: AuthorizationRequest,
    error: &'static str,
}

fn faulty(ctx: &Context) -> Checked<Vec<Faulty>> {
    Ok(faulty_of(ctx, &ctx.parties().client()?))
}

fn faulty_of(ctx: &Context, client: &Arc<Client>) -> Vec<Faulty> {
    let ask = || flow::ask(ctx, client);
    let mut faulty = vec![
        Faulty {
            when: "response_type is left out",
            ask: ask().without("response_type"),
            error: "invalid_request",
        },
        Faulty {
            when: "response_type is unknown",
            ask: ask().set("response_type", UNKNOWN),
            error: "unsupported_response_type",
        },
        Faulty { when: "the scope is unknown", ask: ask().set("scope", UNKNOWN), error: "invalid_scope" },
        Faulty {
            when: "state stands there twice",
            ask: ask().add("state", &ctx.fresh()),
            error: "invalid_request",
        },
    ];
    if ctx.target().claims_pkce() {
        faulty.push(Faulty {
            when: "code_challenge_method is unknown",
            ask: ask().with_verifier(&ctx.fresh()).set("code_challenge_method", "none"),
            error: "invalid_request",
        });
    }
    faulty
}

/// Sends each of these requests, and tells what `judge` finds amiss in the answer to each that brings no code.
///
/// # Errors
/// `not-tested` if none was refused; `not-offered` if only pushed requests are taken and each fault was found there.
async fn each_refused(
    ctx: &Context,
    requests: Vec<Faulty>,
    judge: fn(&Context, &Faulty, &Landing) -> Checked,
) -> Checked {
    let (mut some_refused, mut unsent) = (false, None);
    for request in requests {
        let landing = match flow::authorize(ctx, &request.ask).await {
            // It was refused where it was pushed.
            Err(end) if end.kind == EndKind::NotOffered => {
                unsent = Some(end);
                continue;
            }
            asked => ctx.tried(request.when, asked),
        };
        let Some(landing) = landing else { continue };
        // A fault that is overlooked, or a scope that is narrowed, is another case's matter.
        if !gives_code(&landing) {
            some_refused = true;
            ctx.tries(request.when, |ctx| judge(ctx, &request, &landing));
        }
    }
    match unsent {
        _ if some_refused => Ok(()),
        Some(end) => Err(end),
        None => Err(CaseEnd::not_tested("none of the faulty requests was refused")),
    }
}

async fn told_to_the_client(ctx: &Context) -> Checked {
    flow::code(ctx, &ctx.parties().client()?).await?;
    each_refused(ctx, faulty(ctx)?, |_, request, landing| {
        // Which code it is, is another case's matter as well, if only it is one.
        let told = landing.callback().and_then(|location| location.params.first("error"));
        let told = told.filter(|told| REGISTERED.contains(told)).unwrap_or(request.error);
        expect::error_redirect(&request.ask, landing, &[told]).map(drop)
    })
    .await
}

async fn invalid_request(ctx: &Context) -> Checked {
    flow::code(ctx, &ctx.parties().client()?).await?;
    let mut requests = faulty(ctx)?;
    requests.retain(|request| request.error == "invalid_request");
    each_refused(ctx, requests, |ctx, request, landing| {
        expect::code_refused(ctx, &request.ask, landing, &[request.error])
    })
    .await
}

async fn unsupported_response_type(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    let (ask, landing) =
        flow::spoilt_authorization(ctx, &client, |ask| ask.set("response_type", UNKNOWN)).await?;
    // What is granted breaks no rule about the error's name.
    let granted = rules!["rfc6749-3.1.1-response-type-unknown"];
    expect::code_refused(ctx, &ask, &landing, &["unsupported_response_type"]).under(granted)
}

async fn invalid_scope(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    let (ask, landing) = flow::spoilt_authorization(ctx, &client, |ask| ask.set("scope", UNKNOWN)).await?;
    let Ok(code) = flow::code_from(&ask, &landing) else {
        return expect::code_refused(ctx, &ask, &landing, &["invalid_scope"]);
    };
    let exchange = flow::token(ctx, &flow::redemption(&code)).await?;
    let Ok(token) = expect::token(&exchange) else {
        return expect::token_refused(ctx, &exchange, &["invalid_scope"]);
    };
    let stated = token.text("scope").unwrap_or_default();
    if stated.is_empty() || stated.split(' ').any(|value| value == UNKNOWN) {
        closed_list(ctx, &token)?;
        let expected = "a redirect with error=invalid_scope, or a token that states another scope";
        let saw = match token.json.get("scope") {
            Some(scope) => format!("a token with scope {scope}"),
            None => "a token without scope, which stands for the one that was asked for".into(),
        };
        let end = exchange.broken(expected, saw);
        // Whoever leaves the word out owes the scope that was granted, and no error.
        let left_out = rules!["rfc6749-3.3-scope-returned-if-different"];
        return Err(if stated.is_empty() { end.under(left_out) } else { end });
    }
    Ok(())
}

async fn access_denied(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    flow::code(ctx, &client).await?;
    let (ask, mut browser, page) = consent_page_for(ctx, flow::browser(ctx), &client, Sent::Itself).await?;
    let landing = browser.run(Landing::Page(page.clone()), Decision::Deny).await?;
    if registered_itself(ctx, &ask.client) && !gives_code(&landing) {
        // A server need not send browsers to a client that it does not trust (RFC 9700, section 4.11.2).
        let reason =
            "the user is asked for clients alone that registered themselves, whom the server need not tell";
        return Err(CaseEnd::not_tested(reason).at(landing.exchange()));
    }
    denied(ctx, &ask, &page, &landing)
}

async fn text_in_its_alphabet(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    let mut seen = errors_told(ctx, &client, |ask| ask).await?;
    // Servers like to repeat what they did not understand.
    for (name, when) in
        [("response_type", "an odd response_type is refused"), ("scope", "an odd scope is refused")]
    {
        for odd in ["suite\"quoted\"", "suite\\slashed", "suite\nbroken", "suité"] {
            let ask = flow::ask(ctx, &client).set(name, odd);
            if let Some(Landing::Callback(location)) = ctx.tried(when, flow::authorize(ctx, &ask).await) {
                seen.push(RedirectedError { ask, location, when });
            }
        }
    }
    for told in &seen {
        for name in ["error", "error_description", "error_uri"] {
            for value in told.location.params.all(name) {
                if !is_legal(name, value) {
                    let expected = format!("{name} without quotes, backslashes and characters outside ASCII");
                    let end = told.location.exchange.broken(expected, format!("{value:?}"));
                    ctx.tell(end.when(told.when));
                }
            }
        }
    }
    Ok(())
}

fn is_legal(name: &str, value: &str) -> bool {
    let space = name != "error_uri";
    value.bytes().all(|byte| match byte {
        b' ' => space,
        b'"' | b'\\' => false,
        _ => byte.is_ascii_graphic(),
    })
}

async fn no_server_error(ctx: &Context) -> Checked {
    const ODD: &str = "a\"b\\c\u{0}<d>é漢";
    let client = ctx.parties().client()?;
    flow::code(ctx, &client).await?;
    let ask = || flow::ask(ctx, &client);
    let requests = [
        ("scope is left out", ask().without("scope")),
        ("scope has odd characters", ask().set("scope", ODD)),
        ("state has odd characters", ask().set("state", ODD)),
        ("state has 8 KiB", ask().set("state", &"s".repeat(8192))),
        ("response_type has odd characters", ask().set("response_type", ODD)),
        ("code_challenge has odd characters", ask().set("code_challenge", ODD)),
        ("an unknown parameter has odd characters", ask().add("suite_unknown", ODD)),
        ("it comes by POST without scope", ask().without("scope").by_post()),
        ("it comes by POST with an odd response_type", ask().set("response_type", ODD).by_post()),
    ];
    for (when, ask) in requests {
        let mut browser = flow::browser(ctx);
        ctx.tried(when, flow::authorize_in(ctx, &mut browser, &ask, Decision::Approve).await.map(drop));
        // What could not be judged was told of.
        let judged = |exchange: &&Arc<Exchange>| exchange.response().is_ok();
        let mut trail = browser.trail.iter().filter(judged);
        if let Some(exchange) = trail.find(|exchange| exchange.status().is_some_and(is_breakdown)) {
            let saw = exchange.status().map_or_else(String::new, |status| format!("status {status}"));
            ctx.tell(exchange.broken("any answer but a server error", saw).when(when));
        }
    }
    Ok(())
}

async fn not_told_before_the_login(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    let away = |landing: &Landing| match landing {
        Landing::Callback(_) => Err(landing
            .exchange()
            .broken("a login page or an error page, and no redirect to the client", landing.describe())),
        Landing::Foreign(_) | Landing::Page(_) => Ok(()),
    };
    let landing = flow::open_in(ctx, &mut flow::stranger(ctx), &flow::ask(ctx, &client)).await?;
    away(&landing).control("a good request from a browser in which nobody is logged in")?;
    for Faulty { when, ask, .. } in faulty(ctx)? {
        let landing = flow::open_in(ctx, &mut flow::stranger(ctx), &ask).await;
        ctx.tried(when, landing.and_then(|landing| away(&landing)));
    }
    // What is a fault may depend on the client.
    for other in ctx.target().registered().filter(|other| !other.redirect_uri.is_empty()) {
        let mut asks = Vec::new();
        if other.id != client.id {
            asks.extend(faulty_of(ctx, other).into_iter().map(|faulty| (faulty.when, faulty.ask)));
        }
        // Whether these are faults at all, the client's registration says; where they are none, the login page comes.
        asks.push(("the request is plain and good", flow::ask(ctx, other)));
        asks.push(("the request is plain and has no challenge", flow::ask(ctx, other).without_pkce()));
        for (when, ask) in asks {
            let when = format!("{} asks and {when}", other.id);
            let landing = flow::open_unpushed_in(ctx, &mut flow::stranger(ctx), &ask).await;
            ctx.tried(&when, landing.and_then(|landing| away(&landing)));
        }
    }
    Ok(())
}
