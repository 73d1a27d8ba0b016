//! Lies in what is published: the metadata of the server and of its resources, and what is told of tokens.

use serde_json::{Map, Value, json};

use super::Fault;
use super::edit::{Pairs, edit_json, edit_location};
use oauth_core::directory::{ClientNo, Directory};
use oauth_core::http::{Body, HttpReply, HttpRequest};
use oauth_core::server::metadata::METADATA_PATH;
use oauth_core::server::resource_metadata::RESOURCE_METADATA_PATH;

/// On a reply, with the request as it arrived.
pub(super) fn on_reply(fault: Fault, request: &HttpRequest, reply: &mut HttpReply) {
    match request.path.as_str() {
        METADATA_PATH => on_metadata(fault, request, reply),
        "/introspect" => on_introspection(fault, request, reply),
        "/authorize" if fault == Fault::IssWithQuery => {
            edit_location(reply, |pairs| pairs.replace("iss", |iss| format!("{iss}%3Fa%3Db")));
        }
        "/api/me" if fault == Fault::QueryTokenTaken && request.query.is_some() => {
            reply.remove("Cache-Control");
        }
        path if path.starts_with(RESOURCE_METADATA_PATH) => on_resource_metadata(fault, reply),
        _ => {}
    }
}

fn on_metadata(fault: Fault, request: &HttpRequest, reply: &mut HttpReply) {
    if fault == Fault::MetadataAsText {
        reply.set("Content-Type", "text/html");
    }
    let forwarded = request.header("x-forwarded-host").next().and_then(|host| std::str::from_utf8(host).ok());
    edit_json(reply, |members| match fault {
        Fault::MetadataIssuerOdd => append(members, "issuer", "?a=b"),
        Fault::MetadataTypesMissing => {
            members.remove("response_types_supported");
        }
        Fault::MetadataFragments => {
            append(members, "authorization_endpoint", "#a");
            append(members, "token_endpoint", "#a");
        }
        Fault::MetadataAlgorithmNone => {
            members.insert("token_endpoint_auth_signing_alg_values_supported".to_owned(), json!(["none"]));
        }
        Fault::MetadataListEmpty => {
            members.insert("ui_locales_supported".to_owned(), json!([]));
        }
        Fault::ForwardedHostTrusted => {
            if let Some(host) = forwarded {
                members.insert("issuer".to_owned(), json!(format!("https://{host}")));
            }
        }
        _ => {}
    });
}

fn on_resource_metadata(fault: Fault, reply: &mut HttpReply) {
    match fault {
        Fault::ResourceMetadataMissing => *reply = HttpReply::status(404),
        Fault::ResourceMetadataAsText => reply.set("Content-Type", "text/html"),
        Fault::ResourceMetadataUndated => reply.remove("Cache-Control"),
        _ => {}
    }
    edit_json(reply, |members| {
        let (name, value) = match fault {
            Fault::ResourceMetadataOdd => return append(members, "resource", "#a"),
            Fault::ResourceMetadataScopeless => {
                members.remove("scopes_supported");
                return;
            }
            Fault::ResourceMetadataListEmpty => ("resource_signing_alg_values_supported", json!([])),
            Fault::ResourceMetadataAlgorithmNone => {
                ("resource_signing_alg_values_supported", json!(["none"]))
            }
            Fault::ResourceMetadataMethodsWrong => ("bearer_methods_supported", json!(["header", "query"])),
            Fault::ResourceMetadataStrayServer => {
                let first = members.get("authorization_servers").and_then(|list| list.get(0)).cloned();
                let stray = first.and_then(|first| Some(format!("{}/stray", first.as_str()?)));
                ("authorization_servers", json!([stray]))
            }
            _ => return,
        };
        members.insert(name.to_owned(), value);
    });
}

fn append(members: &mut Map<String, Value>, name: &str, more: &str) {
    if let Some(Value::String(text)) = members.get_mut(name) {
        text.push_str(more);
    }
}

fn on_introspection(fault: Fault, request: &HttpRequest, reply: &mut HttpReply) {
    match fault {
        Fault::TokenNotNeeded if !super::introspect_revoke::names_token(request) => {
            *reply = HttpReply::status(200).with("Content-Type", "application/json");
            reply.body = Body::Text(json!({ "active": true }).to_string());
        }
        Fault::IntrospectionFormRefused if reply.status == 200 => *reply = HttpReply::status(415),
        _ => {}
    }
    let Body::Text(text) = &reply.body else { return };
    let active = serde_json::from_str::<Value>(text).ok().and_then(|told| told.get("active")?.as_bool());
    match active {
        Some(true) => edit_json(reply, |members| lie_about_live(fault, request, members)),
        Some(false) if fault == Fault::InactiveIsError => {
            reply.status = 400;
            reply.body = Body::Text(json!({ "error": "invalid_request" }).to_string());
        }
        Some(false) if fault == Fault::InactiveWithReason => edit_json(reply, |members| {
            members.insert("reason".to_owned(), json!("it ended"));
        }),
        Some(false) | None => {}
    }
}

fn lie_about_live(fault: Fault, request: &HttpRequest, members: &mut Map<String, Value>) {
    let (name, value) = match fault {
        Fault::ActiveAsText => ("active", json!("true")),
        Fault::TimesAsText => {
            let text = members.get("exp").map(ToString::to_string);
            ("exp", json!(text))
        }
        Fault::ExpiryTooLate => {
            let end = members.get("exp").and_then(Value::as_u64).unwrap_or_default();
            ("exp", json!(end.saturating_add(3600)))
        }
        Fault::ToldScopeWider => return append(members, "scope", " suite"),
        Fault::ToldClientWrong => {
            let asks = super::introspect_revoke::asks(request).unwrap_or_default();
            ("client_id", json!(asks))
        }
        Fault::ToldTypeWrong => ("token_type", json!("access_token")),
        Fault::ToldSubjectNumber => ("sub", json!(1)),
        Fault::ToldAudienceMissing => {
            members.remove("aud");
            return;
        }
        Fault::ToldKindsAlike => {
            members.remove("username");
            ("sub", json!("somebody"))
        }
        _ => return,
    };
    members.insert(name.to_owned(), value);
}

/// The client credentials grant's response, and what the token endpoint makes of clients without a secret.
pub(super) fn on_token_response(fault: Fault, request: &HttpRequest, reply: &mut HttpReply) {
    let body = Pairs::body(request);
    match fault {
        Fault::CredentialsRefresh
            if reply.status == 200 && body.value("grant_type") == Some("client_credentials") =>
        {
            edit_json(reply, |members| {
                members.insert("refresh_token".to_owned(), json!("anything"));
            });
        }
        Fault::PublicSecretDemanded
            if request.header("authorization").next().is_none() && body.value("client_secret").is_none() =>
        {
            reply.status = 401;
            reply.set("WWW-Authenticate", "Basic realm=\"token endpoint\"");
            reply.body = Body::Text(json!({ "error": "invalid_client" }).to_string());
        }
        _ => {}
    }
}

/// Where the browser is sent.
pub(super) fn on_authorization_response(
    fault: Fault,
    request: &HttpRequest,
    reply: &mut HttpReply,
    directory: &Directory,
) {
    match fault {
        Fault::GetRefused if request.method == "GET" => {
            let first = directory.client(ClientNo(0)).map(|entry| entry.id.as_str());
            if Pairs::query(request).value("client_id").is_some_and(|id| Some(id) != first) {
                *reply = HttpReply::status(405).with("Allow", "POST");
            }
        }
        Fault::PrivateSchemeRewritten => {
            let location = reply.header("Location").unwrap_or_default();
            if let Some((scheme, rest)) = location.split_once(":/").filter(|(_, rest)| !rest.starts_with('/'))
            {
                let rewritten = format!("{scheme}://{rest}");
                reply.set("Location", rewritten);
            }
        }
        _ => {}
    }
}
