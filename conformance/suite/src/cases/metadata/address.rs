//! Where the authorization server's metadata lies, how it is sent, and whose it is (RFC 8414, section 3).

use std::sync::Arc;

use oauth_rules::rules;
use serde_json::Value;
use url::Url;

use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::honest::honest;
use crate::cases::support::metadata::{
    document, get, is_sent_as_json, issuer_place, no_issuer, of_a_server, unless_waived,
};
use crate::subject::Need;
use crate::wire::Exchange;

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "metadata/at-its-well-known-address",
        rules: rules!["rfc8414-3-wellknown-location"],
        about: "The metadata lies where the well-known part stands between the issuer's host and its path.",
        needs: &[],
        run: |ctx| Box::pin(at_its_well_known_address(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "metadata/sent-as-json",
        rules: rules!["rfc8414-3.2-response-200-json"],
        about: "The metadata is answered 200 as application/json with one object.",
        needs: &[Need::Metadata],
        run: |ctx| Box::pin(sent_as_json(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "metadata/issuer-is-the-one-asked-for",
        rules: rules!["rfc8414-3.3-issuer-identical"],
        about: "The issuer in the metadata is the one from which its address was made.",
        needs: &[Need::Metadata],
        run: |ctx| Box::pin(issuer_is_the_one_asked_for(ctx)),
        ..Case::DEFAULT
    },
];

/// What the server has at an address, as far as it is able to answer.
async fn answered(ctx: &Context, url: &str) -> Checked<Arc<Exchange>> {
    let exchange = get(ctx, url).await?;
    exchange.response()?;
    Ok(exchange)
}

async fn at_its_well_known_address(ctx: &Context) -> Checked {
    unless_waived(ctx)?;
    let (origin, path) = issuer_place(ctx)?;
    let mut first = None;
    // A profile of RFC 8414 may have a name of its own for the document, as OpenID's has.
    for name in ["oauth-authorization-server", "openid-configuration"] {
        let exchange = answered(ctx, &format!("{origin}/.well-known/{name}{path}")).await?;
        if of_a_server(&exchange).is_some() {
            return Ok(());
        }
        first.get_or_insert(exchange);
    }
    for elsewhere in [
        format!("{origin}{path}/.well-known/oauth-authorization-server"),
        format!("{origin}/.well-known/oauth-authorization-server{path}/"),
    ] {
        let elsewhere = answered(ctx, &elsewhere).await?;
        if let (Some(first), true) = (&first, of_a_server(&elsewhere).is_some()) {
            let saw = format!("none, and one at {}", elsewhere.request.url);
            let end = first.broken("the metadata, behind the well-known part", saw);
            return honest(Err(end), "the metadata");
        }
    }
    Err(CaseEnd::not_offered("the server publishes no metadata by RFC 8414"))
}

async fn sent_as_json(ctx: &Context) -> Checked {
    is_sent_as_json(&document(ctx).await?)
}

async fn issuer_is_the_one_asked_for(ctx: &Context) -> Checked {
    let Some(asked) = ctx.target().issuer.clone() else {
        return Err(no_issuer());
    };
    let exchange = document(ctx).await?;
    let json = exchange.response()?.json().unwrap_or_default();
    let told = json.get("issuer").and_then(Value::as_str).unwrap_or_default();
    if told == asked {
        return another_issuers(ctx, &asked).await;
    }
    Err(exchange.broken(format!("issuer {asked}, as the target names it"), format!("issuer {told:?}")))
}

/// Below an issuer that there is not, no metadata of another is found.
async fn another_issuers(ctx: &Context, issuer: &str) -> Checked {
    let Ok(url) = Url::parse(issuer) else { return Ok(()) };
    let (origin, path) = (url.origin().ascii_serialization(), url.path().trim_end_matches('/').to_owned());
    let unknown = format!("{path}/suite-unknown");
    let place = format!("{origin}/.well-known/oauth-authorization-server{unknown}");
    let exchange = answered(ctx, &place).await?;
    let Some(json) = of_a_server(&exchange) else { return Ok(()) };
    let told = json.get("issuer").and_then(Value::as_str).unwrap_or_default();
    if told == format!("{origin}{unknown}") {
        return Ok(());
    }
    let expected = format!("no metadata, or issuer {origin}{unknown}");
    Err(exchange.broken(expected, format!("issuer {told:?}")))
        .when("the issuer's path goes on with a segment that no issuer has")
}
