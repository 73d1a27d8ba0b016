//! `iss` in authorization responses (RFC 9207), and the metadata that says who the issuer is (RFC 8414).

use std::sync::Arc;

use oauth_rules::rules;
use serde_json::Value;

use crate::browser::Location;
use crate::case::{Case, Context, Severity};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::honest::honest;
use crate::cases::support::metadata::{document, get, https_fault, issuer_place, of_a_server, unless_waived};
use crate::cases::support::provoke::errors_told;
use crate::expect;
use crate::flow;
use crate::subject::Need;
use crate::wire::Exchange;

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "issuer/named-beside-a-code",
        rules: rules!["rfc9207-2-iss-in-success-response"],
        about: "A server that announces iss puts it beside every code, once.",
        needs: &[Need::Login, Need::IssAdvertised],
        run: |ctx| Box::pin(named_beside_a_code(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "issuer/named-beside-an-error",
        rules: rules!["rfc9207-2-iss-in-error-response"],
        about: "A server that announces iss puts it beside every error at the client, once.",
        needs: &[Need::Login, Need::IssAdvertised],
        run: |ctx| Box::pin(named_beside_an_error(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "issuer/as-in-the-metadata",
        rules: rules!["rfc9207-2.3-iss-equals-metadata-issuer"],
        about: "iss is the issuer of the metadata, byte for byte.",
        needs: &[Need::Login, Need::Metadata],
        run: |ctx| Box::pin(as_in_the_metadata(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "issuer/an-https-url",
        rules: rules!["rfc9207-2-iss-is-https-url"],
        about: "iss is an https URL without query and fragment.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(an_https_url(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "issuer/announced",
        rules: rules!["rfc9207-2.3-support-advertised"],
        about: "A server whose responses have iss says so in its metadata.",
        needs: &[Need::Login, Need::Metadata],
        run: |ctx| Box::pin(announced(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "metadata/published",
        rules: rules!["rfc9700-2.6-publishes-metadata"],
        about: "The well-known address made from the issuer returns the server's metadata.",
        needs: &[],
        run: |ctx| Box::pin(published(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "metadata/names-the-challenge-methods",
        rules: rules!["rfc9700-2.1.1-pkce-support-detectable"],
        // Documentation is another way, and no exchange shows that.
        severity: Severity::Warns,
        about: "A client can see in the metadata that the server supports PKCE with S256.",
        needs: &[],
        run: |ctx| Box::pin(names_the_challenge_methods(ctx)),
        ..Case::DEFAULT
    },
];

fn one_iss(location: &Location) -> Checked {
    let expected = "one iss in the response";
    match location.params.all("iss").as_slice() {
        [_] => Ok(()),
        [] => Err(location.exchange.broken(expected, "no iss")),
        more => {
            let end = location.exchange.broken(expected, format!("iss {} times", more.len()));
            Err(end.under(rules!["rfc6749-3.1-duplicate-parameter-in-response"]))
        }
    }
}

async fn named_beside_a_code(ctx: &Context) -> Checked {
    let ask = flow::ask(ctx, &ctx.parties().client()?);
    let landing = flow::authorize(ctx, &ask).await?;
    one_iss(expect::code_redirect(&ask, &landing).control("an honest authorization request")?)
}

async fn named_beside_an_error(ctx: &Context) -> Checked {
    for told in errors_told(ctx, &ctx.parties().client()?, |ask| ask).await? {
        ctx.tried(told.when, one_iss(&told.location));
    }
    Ok(())
}

/// The `iss` beside an honest code.
async fn iss(ctx: &Context) -> Checked<(Location, String)> {
    let client = ctx.parties().client()?;
    let ask = flow::ask(ctx, &client);
    let landing = flow::authorize(ctx, &ask).await?;
    let location = expect::code_redirect(&ask, &landing).control("an honest authorization request")?;
    match location.params.first("iss") {
        Some(iss) => Ok((location.clone(), iss.to_owned())),
        None => Err(CaseEnd::not_offered("the authorization response has no iss")),
    }
}

async fn as_in_the_metadata(ctx: &Context) -> Checked {
    let (location, iss) = iss(ctx).await?;
    let issuer = ctx.target().metadata("issuer").and_then(Value::as_str).unwrap_or_default();
    if iss != issuer {
        return Err(location.exchange.broken(format!("iss {issuer}"), format!("iss {iss}")));
    }
    Ok(())
}

async fn an_https_url(ctx: &Context) -> Checked {
    let (location, iss) = iss(ctx).await?;
    match https_fault(&iss, false) {
        Some(fault) => {
            let expected = "iss as an https URL without query and fragment";
            Err(location.exchange.broken(expected, format!("{iss:?}, {fault}")))
        }
        None => Ok(()),
    }
}

async fn announced(ctx: &Context) -> Checked {
    const MEMBER: &str = "authorization_response_iss_parameter_supported";
    iss(ctx).await?;
    let exchange = document(ctx).await?;
    match exchange.response()?.json().unwrap_or_default().get(MEMBER) {
        Some(Value::Bool(true)) => Ok(()),
        found => {
            let saw =
                found.map_or_else(|| "the member is absent".into(), |value| format!("{MEMBER}: {value}"));
            Err(exchange.broken(format!("{MEMBER}: true"), saw))
        }
    }
}

async fn published(ctx: &Context) -> Checked {
    unless_waived(ctx)?;
    let (origin, path) = issuer_place(ctx)?;
    // RFC 8414 lets a profile choose its own well-known name, and OpenID's appends to the path.
    let places = [
        format!("{origin}/.well-known/oauth-authorization-server{path}"),
        format!("{origin}/.well-known/openid-configuration{path}"),
        format!("{origin}{path}/.well-known/openid-configuration"),
    ];
    let mut first: Option<Arc<Exchange>> = None;
    for place in places {
        let exchange = get(ctx, &place).await?;
        exchange.response()?;
        if of_a_server(&exchange).is_some() {
            return Ok(());
        }
        first.get_or_insert(exchange);
    }
    let stop = CaseEnd::broken("status 200 and a JSON object", "no metadata document");
    honest(Err(first.map_or(stop.clone(), |exchange| stop.at(&exchange))), "the metadata")
}

async fn names_the_challenge_methods(ctx: &Context) -> Checked {
    unless_waived(ctx)?;
    let expected = "metadata in which code_challenge_methods_supported has S256";
    if ctx.target().metadata_url.is_none() {
        return Err(CaseEnd::broken(expected, "no metadata document"));
    }
    let exchange = document(ctx).await?;
    let document = exchange.response()?.json().unwrap_or_default();
    match document.get("code_challenge_methods_supported") {
        Some(Value::Array(methods)) if methods.iter().any(|method| method == "S256") => Ok(()),
        found => {
            let saw = found.map_or_else(|| "the member is absent".into(), ToString::to_string);
            Err(exchange.broken(expected, saw))
        }
    }
}
