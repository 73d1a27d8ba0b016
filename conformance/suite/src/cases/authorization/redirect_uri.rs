//! Where an answer may go: the redirect URIs on record for the client, and nowhere else.
//!
//! How two redirect URIs are compared is in `redirect_match.rs`.

use std::sync::Arc;

use oauth_rules::rules;
use url::{Position, Url};

use crate::browser::{Decision, Location};
use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _, EndKind};
use crate::cases::support::markup::readable;
use crate::cases::support::provoke::{ATTACKER, ATTACKER_URI, errors_told, form_to, sent_to};
use crate::cases::support::redirect_uris::{has_to_be_registered, refused, without_code};
use crate::expect;
use crate::flow::{self, Browser};
use crate::subject::{Account, Client, Need, is_loopback};
use crate::wire::Params;

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "redirect-uri/only-registered-ones",
        rules: rules!["rfc6749-3.1.2.3-registered-uris-compared"],
        about: "A request that names a stranger's redirect URI, or another client's, ends on an error page.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(only_registered_ones(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "redirect-uri/only-registered-ones-of-public-clients",
        rules: rules!["rfc6749-3.1.2.2-public-client-registered-uri"],
        about: "A public client's request that names a redirect URI not on record for it ends on an error page.",
        needs: &[Need::Login, Need::PublicClient],
        run: |ctx| Box::pin(only_registered_ones_of_public_clients(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "redirect-uri/bad-one-is-never-gone-to",
        rules: rules!["rfc6749-3.1.2.4-no-redirect-to-invalid-uri"],
        about: "No page of the server leads to a redirect URI that was not accepted, whatever the user does.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(bad_one_is_never_gone_to(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "redirect-uri/bad-one-is-told-to-the-user",
        rules: rules!["rfc6749-3.1.2.4-owner-informed"],
        about: "For a redirect URI that is not accepted the user gets a page to read.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(bad_one_is_told_to_the_user(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "redirect-uri/absolute",
        rules: rules!["rfc6749-3.1.2-redirect-uri-absolute"],
        about: "A redirect URI without scheme or host is refused on an error page.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(absolute(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "redirect-uri/without-fragment",
        rules: rules!["rfc6749-3.1.2-redirect-no-fragment"],
        about: "A redirect URI with a fragment is refused on an error page.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(without_fragment(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "redirect-uri/named-if-several-are-registered",
        rules: rules![
            "rfc6749-3.1.2.3-redirect-uri-required-if-many",
            "oauth21-2.3.2-redirect-uri-required-when-several"
        ],
        about: "A client with several redirect URIs has to say which one it wants.",
        needs: &[Need::Login, Need::OtherRedirectUri],
        run: |ctx| Box::pin(named_if_several_are_registered(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "redirect-uri/keeps-its-query",
        rules: rules!["rfc6749-3.1.2-redirect-query-retained"],
        about: "Codes and errors are appended to the query of a redirect URI, which stays as it was registered.",
        needs: &[Need::Login, Need::RedirectWithQuery],
        run: |ctx| Box::pin(keeps_its_query(ctx)),
        ..Case::DEFAULT
    },
];

async fn only_registered_ones(ctx: &Context) -> Checked {
    no_others(ctx, &ctx.parties().client()?).await
}

async fn only_registered_ones_of_public_clients(ctx: &Context) -> Checked {
    no_others(ctx, &ctx.parties().public()?).await
}

/// A client gets no code at a stranger's redirect URI, nor at another client's.
async fn no_others(ctx: &Context, client: &Arc<Client>) -> Checked {
    flow::code(ctx, client).await?;
    has_to_be_registered(ctx, client)?;
    let (ports, others): (Vec<_>, Vec<_>) =
        uris_of_others(ctx, client).into_iter().partition(|uri| differs_in_its_port(client, uri));
    let mut unregistered = vec![ATTACKER_URI.to_owned()];
    unregistered.extend(others);
    all_refused(ctx, client, &unregistered).await;
    for uri in ports {
        match refused(ctx, client, &uri).await {
            // A native app may have a secret, and any port of this machine then (RFC 8252, section 8.4).
            Err(end) if end.kind == EndKind::Broken => {
                ctx.note(format!(
                    "{} is given codes at another port of this machine, as at {uri}",
                    client.id
                ));
            }
            step => {
                ctx.told(step);
            }
        }
    }
    Ok(())
}

/// Whether a redirect URI is one of this client's on this machine, but for its port.
fn differs_in_its_port(client: &Client, uri: &str) -> bool {
    let without_port = |text: &str| {
        let mut url = Url::parse(text).ok().filter(is_loopback)?;
        url.set_port(None).ok()?;
        Some(url)
    };
    let bare = without_port(uri);
    bare.is_some() && client.redirect_uris().any(|own| without_port(own) == bare)
}

/// The redirect URIs of other clients, as far as this one does not share their place.
fn uris_of_others(ctx: &Context, client: &Client) -> Vec<String> {
    let place = |text: &str| {
        Url::parse(text).map(|url| (url.host_str().map(str::to_owned), url.path().to_owned(), url.port()))
    };
    let own = place(&client.redirect_uri);
    let others = ctx.target().clients.values().filter(|other| other.id != client.id);
    let foreign = others.filter(|other| place(&other.redirect_uri) != own);
    foreign
        .map(|other| other.redirect_uri.clone())
        .filter(|uri| Some(uri) != client.other_redirect_uri.as_ref())
        .collect()
}

async fn all_refused(ctx: &Context, client: &Arc<Client>, redirect_uris: &[String]) {
    for redirect_uri in redirect_uris {
        ctx.told(refused(ctx, client, redirect_uri).await);
    }
}

async fn bad_one_is_never_gone_to(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    flow::code(ctx, &client).await?;
    has_to_be_registered(ctx, &client)?;
    let stranger = || {
        let mut browser = flow::stranger(ctx);
        browser.who = Some(Account::First);
        browser
    };
    let walks: [(&str, Browser, Decision); 3] = [
        ("the user is logged in and approves", flow::browser(ctx), Decision::Approve),
        ("the user is logged in and denies", flow::browser(ctx), Decision::Deny),
        ("the user logs in on the way", stranger(), Decision::Approve),
    ];
    for (when, mut browser, decision) in walks {
        let ask = flow::ask(ctx, &client).set("redirect_uri", ATTACKER_URI);
        let opened = flow::open_in(ctx, &mut browser, &ask).await;
        if let Some(landing) = ctx.tried(when, opened) {
            // A page that cannot be answered is where this walk ends.
            let _ = browser.run(landing, decision).await;
        }
        ctx.tried(when, leads_to_no_attacker(ctx, when, &browser));
    }
    Ok(())
}

/// Nothing that a browser was answered leads to the attacker.
fn leads_to_no_attacker(ctx: &Context, when: &str, browser: &Browser) -> Checked {
    for exchange in &browser.trail {
        if let Some(way) = sent_to(exchange, ATTACKER) {
            return Err(exchange.broken("no way to the redirect URI that was not accepted", way));
        }
        if let Some(way) = form_to(exchange, ATTACKER) {
            ctx.note(format!("when {when}: a form leads to {way} once it is sent"));
        }
    }
    Ok(())
}

async fn bad_one_is_told_to_the_user(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    has_to_be_registered(ctx, &client)?;
    let (_, landing) =
        flow::spoilt_authorization(ctx, &client, |ask| ask.set("redirect_uri", ATTACKER_URI)).await?;
    readable(&landing)
}

async fn absolute(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    flow::code(ctx, &client).await?;
    let Some(url) = Url::parse(&client.redirect_uri).ok().filter(Url::has_host) else {
        return Err(CaseEnd::not_offered("the client's redirect URI has no host"));
    };
    let (path, rest) = (&url[Position::BeforePath..], &url[Position::BeforeUsername..]);
    let relative =
        [path.to_owned(), format!("//{rest}"), path.trim_start_matches('/').to_owned(), rest.to_owned()];
    // Whatever the server leads to on its own origin begins with a slash.
    for redirect_uri in relative.iter().filter(|text| !matches!(text.as_str(), "" | "/")) {
        let when = format!("redirect_uri is {redirect_uri}");
        ctx.tried(&when, not_relative(&ctx.when(&when), &client, redirect_uri).await);
    }
    Ok(())
}

/// A relative redirect URI brings no code, and is not gone to.
async fn not_relative(ctx: &Context, client: &Arc<Client>, redirect_uri: &str) -> Checked {
    let mut browser = flow::browser(ctx);
    let ask = flow::ask(ctx, client).set("redirect_uri", redirect_uri);
    let landing = flow::authorize_in(ctx, &mut browser, &ask, Decision::Approve).await?;
    // On the server's own origin a browser follows such a Location, and the page there is no error page.
    for exchange in &browser.trail {
        let location = exchange.response()?.header("location").unwrap_or_default();
        let marks = ['?', '#', '&'];
        let answer = location.strip_prefix(redirect_uri);
        if let Some(answer) = answer.filter(|answer| answer.is_empty() || answer.starts_with(marks)) {
            let end = exchange.broken("an error page", "a redirect to the relative URI");
            let gives = answer.split(marks).any(|pair| Params::decode(pair).has("code"));
            let gone_to = rules!["rfc6749-3.1.2.4-no-redirect-to-invalid-uri"];
            return Err(if gives { end.granted() } else { end.under(gone_to) });
        }
    }
    without_code(ctx, client, redirect_uri, &landing)
}

async fn without_fragment(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    flow::code(ctx, &client).await?;
    let texts = [format!("{}#suite", client.redirect_uri), format!("{}#", client.redirect_uri)];
    all_refused(ctx, &client, &texts).await;
    Ok(())
}

async fn named_if_several_are_registered(ctx: &Context) -> Checked {
    let several = ctx.target().clients.values().find(|client| client.other_redirect_uri.is_some());
    let client = several.ok_or_else(|| CaseEnd::not_tested("no client has two redirect URIs"))?;
    flow::code(ctx, client).await?;
    let other = client.other_redirect_uri.as_deref().unwrap_or_default();
    let ask = flow::ask(ctx, client).set("redirect_uri", other);
    let landing = flow::authorize(ctx, &ask).await?;
    flow::code_from(&ask, &landing).control("a request with the other redirect URI")?;

    let landing = flow::authorize(ctx, &flow::ask(ctx, client).without("redirect_uri")).await?;
    without_code(ctx, client, "", &landing)
}

async fn keeps_its_query(ctx: &Context) -> Checked {
    let with_query = ctx.target().clients.values().find(|client| client.redirect_uri.contains('?'));
    let client =
        with_query.ok_or_else(|| CaseEnd::not_tested("no client has a redirect URI with a query"))?;
    let expected = format!("a redirect to {}, with the response added to its query", client.redirect_uri);
    let ask = flow::ask(ctx, client);
    let landing = flow::authorize(ctx, &ask).await?;
    // In which order the parameters stand, no text says.
    let judge = |location: &Location, when: &str| {
        if lost(client, location) {
            let saw = format!("a redirect to {}", shown(&location.text));
            return Err(location.exchange.broken(expected.as_str(), saw)).when(when);
        }
        Ok(())
    };
    // A query that runs into the code leaves neither to be read.
    if let Some(answered) = landing.callback().filter(|location| !location.params.has("error")) {
        judge(answered, "a code is issued")?;
    }
    expect::code_redirect(&ask, &landing).control("an honest authorization request")?;
    for told in errors_told(ctx, client, |ask| ask).await? {
        ctx.told(judge(&told.location, told.when));
    }
    Ok(())
}

/// Whether a pair of the registered query is not in the response, or another redirect URI was used.
fn lost(client: &Client, location: &Location) -> bool {
    let query = client.redirect_uri.split_once('?').map_or("", |(_, query)| query);
    let registered = Params::decode(query);
    !location.is_at(&client.redirect_uri)
        || registered.pairs().any(|(name, value)| !location.params.all(name).contains(&value))
}

/// A redirect's text up to the first response parameter, behind which secrets may stand.
fn shown(text: &str) -> &str {
    let at = ["code=", "error=", "state=", "iss="].iter().filter_map(|name| text.find(name)).min();
    &text[..at.unwrap_or(text.len())]
}
