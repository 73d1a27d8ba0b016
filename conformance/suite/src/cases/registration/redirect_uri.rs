//! Dynamic registration: which addresses a client can register (RFC 7591, section 5; RFC 9700; RFC 8252).

use std::sync::Arc;

use oauth_rules::rules;
use serde_json::{Value, json};
use url::Url;

use crate::browser::{Decision, Landing};
use crate::case::{Case, Context, Isolation};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::provoke::UNKNOWN;
use crate::cases::support::redirect_uris::refused;
use crate::cases::support::registration::without;
use crate::expect;
use crate::flow::{self, Registered, Until};
use crate::subject::{Client, Need};
use crate::wire::Exchange;

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "registration/needs-a-redirect-uri",
        rules: rules![
            "rfc7591-5-redirect-uris-required-for-redirect-flows",
            "rfc6749-3.1.2.2-every-client-registered-uri",
            "oauth21-2.3.1-complete-redirect-uri-registered"
        ],
        about: "No client comes into being for the code flow without a whole redirect URI.",
        needs: &[Need::Login, Need::Registration],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(needs_a_redirect_uri(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "registration/kinds-of-redirect-uri",
        rules: rules!["rfc7591-5-redirect-uri-kinds"],
        about: "A redirect URI is https, http on the same machine, or an application's, and nothing else.",
        needs: &[Need::Registration],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(kinds_of_redirect_uri(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "registration/no-http-beyond-loopback",
        rules: rules!["rfc9700-2.6-no-http-redirect-uri"],
        about: "No response goes to a plain http redirect URI beyond loopback.",
        needs: &[Need::Login, Need::Registration],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(no_http_beyond_loopback(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "registration/private-scheme-has-a-dot",
        rules: rules!["rfc8252-8.4-private-scheme-needs-period", "oauth21-2.3.1-private-scheme-has-period"],
        about: "A private-use scheme without a dot cannot be registered.",
        needs: &[Need::Registration],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(private_scheme_has_a_dot(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "registration/shown-uris-are-of-one-host",
        rules: rules!["rfc7591-5-displayed-uris-same-host"],
        about: "A logo at another host than the redirect URIs is not taken over from a stranger.",
        needs: &[Need::Registration],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(shown_uris_are_of_one_host(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "registration/strangers-uri-is-asked-about",
        rules: rules!["rfc9700-4.11.2-auto-redirect-only-if-trusted"],
        about: "To the redirect URI of a client that registered itself, an error leads only after a question.",
        needs: &[Need::Login, Need::Registration],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(strangers_uri_is_asked_about(ctx)),
        ..Case::DEFAULT
    },
];

const EITHER: &[&str] = &["invalid_redirect_uri", "invalid_client_metadata"];
/// An https redirect URI of a client that nobody knows.
const STRANGERS_URI: &str = "https://app.suite.example/callback";
/// The same of a client to which no user said yes.
const UNHEARD_URI: &str = "https://unheard.suite.example/callback";

/// A registration of these redirect URIs, as a native application's if it is one.
async fn with_uris(ctx: &Context, uris: &Value, native: bool) -> Checked<Arc<Exchange>> {
    let mut metadata = flow::metadata(ctx)?;
    metadata["redirect_uris"] = uris.clone();
    if native {
        metadata["application_type"] = "native".into();
        metadata["token_endpoint_auth_method"] = "none".into();
    }
    flow::register(ctx, &metadata).await
}

/// Whether a response has this redirect URI; a server that tells none keeps what it was given.
fn keeps(json: &Value, uri: &str) -> bool {
    let uris = json.get("redirect_uris").and_then(Value::as_array);
    uris.is_none_or(|uris| uris.iter().any(|found| found == uri))
}

async fn needs_a_redirect_uri(ctx: &Context) -> Checked {
    flow::registered(ctx, &flow::metadata(ctx)?).await?;
    let mut nothing = flow::metadata(ctx)?;
    without(&mut nothing, &["redirect_uris"]);
    let mut empty = flow::metadata(ctx)?;
    empty["redirect_uris"] = json!([]);
    for (way, metadata) in [("redirect_uris is left out", nothing), ("redirect_uris is empty", empty)] {
        let answer = flow::register(ctx, &metadata).await?;
        let Ok(Registered { client, .. }) = flow::as_registered(ctx, &answer) else {
            ctx.tries(way, |ctx| expect::registration_refused(ctx, &answer, EITHER));
            continue;
        };
        ctx.tried(way, refused(&ctx.when(way), &client, &client.redirect_uri).await);
    }
    Ok(())
}

/// Redirect URIs of no kind that can be registered, each behind what is wrong with it.
const UNREGISTRABLE: &[(&str, &str)] = &[
    ("it is http at another machine", "http://app.suite.example/callback"),
    ("it is http in capitals at another machine", "HTTP://app.suite.example/callback"),
    ("its host begins with localhost", "http://localhost.suite.example/callback"),
    ("its host begins with a loopback address", "http://127.0.0.1.suite.example/callback"),
    ("its user is a loopback address", "http://127.0.0.1@app.suite.example/callback"),
    ("its user is localhost with a port", "http://localhost:80@app.suite.example/callback"),
    ("its user is a loopback address in brackets", "http://[::1]@app.suite.example/callback"),
    ("it is relative", "/callback"),
    ("its scheme is javascript", "javascript:alert(1)"),
    ("its scheme is javascript, with a dot behind it", "javascript:alert(document.domain)"),
    ("its scheme is javascript in capitals", "JavaScript:suite.alert()"),
    ("its scheme is data", "data:text/html,suite"),
    ("its scheme is data, with a dot behind it", "data:text/html;suite.x,suite"),
];

/// The same with schemes to which browsers take no response: one that is registered only warns.
const USELESS: &[(&str, &str)] = &[
    ("its scheme is vbscript", "vbscript:suite.alert"),
    ("its scheme is file", "file:///suite.html"),
    ("its scheme is ftp", "ftp://app.suite.example/callback"),
];

async fn kinds_of_redirect_uri(ctx: &Context) -> Checked {
    let good = with_uris(ctx, &json!([STRANGERS_URI]), false).await?;
    expect::registration(&good).control("a registration with an https redirect URI")?;
    const FRAGMENT: &str = "https://app.suite.example/callback#suite";
    let alone: &[&str] = &[];
    for others in [alone, &[STRANGERS_URI]] {
        for (way, uri) in UNREGISTRABLE {
            ctx.told(not_registered(ctx, way, uri, others).await);
        }
        for (way, uri) in USELESS {
            ctx.told(not_registered(ctx, way, uri, others).await.warn());
        }
        let fragment = not_registered(ctx, "it has a fragment", FRAGMENT, others).await;
        ctx.told(fragment.under(rules!["rfc6749-3.1.2-redirect-no-fragment"]));
    }
    Ok(())
}

/// That a redirect URI is not registered beside these good ones.
async fn not_registered(ctx: &Context, way: &str, uri: &str, others: &[&str]) -> Checked {
    let way = if others.is_empty() { way.to_owned() } else { format!("{way}, beside a good one") };
    let uris: Vec<&str> = others.iter().copied().chain([uri]).collect();
    let answer = with_uris(ctx, &json!(uris), false).await.when(&way)?;
    ctx.trying(&way, |ctx| match expect::registration(&answer) {
        Err(_) => expect::registration_refused(ctx, &answer, EITHER),
        Ok(json) if keeps(&json, uri) => Err(answer.broken("a refusal", "a registration").granted()),
        Ok(_) => Ok(()),
    })
}

async fn no_http_beyond_loopback(ctx: &Context) -> Checked {
    const HTTP: &str = "http://app.suite.example/callback";
    let good = with_uris(ctx, &json!([STRANGERS_URI]), false).await?;
    let registered = flow::as_registered(ctx, &good).control("a registration with an https redirect URI")?;
    let ask = flow::ask(ctx, &registered.client);
    match flow::authorize(ctx, &ask).await? {
        Landing::Foreign(location) if location.base() == STRANGERS_URI && location.params.has("code") => {}
        other => {
            return Err(other.exchange().broken("a code at the https redirect URI", other.describe()))
                .control("an honest flow of the new client");
        }
    }
    let answer = with_uris(ctx, &json!([HTTP]), false).await?;
    let Ok(registered) = flow::as_registered(ctx, &answer) else {
        return expect::registration_refused(ctx, &answer, EITHER);
    };
    if !keeps(&registered.json, HTTP) {
        return Ok(());
    }
    refused(ctx, &registered.client, HTTP).await
}

async fn private_scheme_has_a_dot(ctx: &Context) -> Checked {
    let good = with_uris(ctx, &json!(["com.example.suite:/callback"]), true).await?;
    expect::registration(&good).control("a registration with the scheme com.example.suite")?;
    let uri = "suite:/callback";
    let answer = with_uris(ctx, &json!([uri]), true).await?;
    match expect::registration(&answer) {
        Err(_) => expect::registration_refused(ctx, &answer, EITHER),
        Ok(json) if keeps(&json, uri) => {
            Err(answer.broken("a refusal with invalid_redirect_uri", "a registration of the scheme suite"))
        }
        Ok(_) => Ok(()),
    }
}

async fn shown_uris_are_of_one_host(ctx: &Context) -> Checked {
    const ELSEWHERE: &str = "other.suite.example";
    let logo = format!("https://{ELSEWHERE}/logo.png");
    let mut metadata = flow::metadata(ctx)?;
    metadata["redirect_uris"] = json!([STRANGERS_URI]);
    let open = flow::registration(ctx, &metadata)?.headers.iter().all(|(name, _)| name != "Authorization");
    if !open {
        return Err(CaseEnd::not_offered("registration is not open to everybody"));
    }
    flow::registered(ctx, &metadata).await?;
    metadata["logo_uri"] = logo.as_str().into();
    let answer = flow::register(ctx, &metadata).await?;
    let Ok(registered) = flow::as_registered(ctx, &answer) else {
        return expect::registration_refused(ctx, &answer, EITHER);
    };
    if registered.json.get("logo_uri").and_then(Value::as_str) != Some(&logo) {
        return Ok(());
    }
    let mut browser = flow::browser(ctx);
    let first = flow::open_in(ctx, &mut browser, &flow::ask(ctx, &registered.client)).await?;
    let landing = browser.run_until(first, Until::Consent, Decision::Approve).await?;
    if landing.page().is_some_and(|page| page.text.contains(ELSEWHERE)) {
        ctx.note("the consent page names the other host");
        return Ok(());
    }
    Err(answer.broken("no logo_uri at another host than the redirect URI", "the logo_uri as it was sent"))
}

async fn strangers_uri_is_asked_about(ctx: &Context) -> Checked {
    let mut metadata = flow::metadata(ctx)?;
    metadata["redirect_uris"] = json!([STRANGERS_URI]);
    let registered = flow::registered(ctx, &metadata).await?;
    let ask = flow::ask(ctx, &registered.client);
    let honest = flow::authorize(ctx, &ask).await?;
    if !matches!(&honest, Landing::Foreign(location) if location.params.has("code")) {
        return Err(honest.exchange().broken("a code at the new client", honest.describe()))
            .control("an honest flow of the new client");
    }
    if let Some(landing) = error_at(ctx, &registered.client).await? {
        ctx.note(format!("at the client to which the user said yes: {}", landing.describe()));
    }
    // A yes of the user may be what a server trusts: of this client, and of its host, no user has heard.
    metadata["client_name"] = "suite, unheard of".into();
    metadata["redirect_uris"] = json!([UNHEARD_URI]);
    let unheard = flow::registered(ctx, &metadata).await?;
    match error_at(ctx, &unheard.client).await? {
        Some(landing) => {
            let expected = "a page that says where the browser is about to go, or an error page";
            Err(landing.exchange().broken(expected, landing.describe()))
        }
        None => Ok(()),
    }
}

/// Where an error leads a browser that is logged in, if that is the client's own host.
async fn error_at(ctx: &Context, client: &Arc<Client>) -> Checked<Option<Landing>> {
    let host = |url: &str| Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
    let mut browser = flow::browser(ctx);
    let landing =
        flow::open_in(ctx, &mut browser, &flow::ask(ctx, client).set("response_type", UNKNOWN)).await?;
    let is_there = match &landing {
        Landing::Foreign(location) | Landing::Callback(location) => {
            host(&location.text) == host(&client.redirect_uri)
        }
        Landing::Page(_) => false,
    };
    Ok(is_there.then_some(landing))
}
