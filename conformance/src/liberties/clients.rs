//! Liberties of clients: the ports of their redirect URIs, and how they authenticate.

use std::sync::Arc;

use hyper::header::{AUTHORIZATION, HeaderValue};
use hyper::http::StatusCode;
use oauth_suite::outcome::Verdict;
use oauth_suite::subject::{ClientAuthentication, ClientRole};
use serde_json::{Value, json};

use super::message::{Answered, Asked, first_of};
use super::relay::Memory;
use super::{Act, Liberty, cost};

/// Where the confidential clients have their redirect URIs.
const REGISTERED: &[(&str, &str)] = &[
    ("client_1", "http://localhost:8000"),
    ("client_2", "http://localhost:8001"),
    ("client_3", "http://localhost:8003"),
    ("client_4", "http://localhost:8005"),
    ("client_5", "http://localhost:8006"),
];

/// The client that is registered for its secret in the body.
const BY_BODY: &str = "client_3";

pub(super) const LIBERTIES: &[Liberty] = &[
    Liberty {
        name: "ports-for-every-client",
        about: "a redirect URI on localhost is taken with any port, of a client with a secret as well",
        allowed: "RFC 9700 2.1, 4.1.3: except for port numbers in localhost redirection URIs of native apps; a native app may have a secret (RFC 8252 8.4)",
        seen_at: Some("Hydra"),
        apart: &["codes"],
        acts: &[
            Act::Request(to_registered_port),
            Act::Answer(|memory, _, answered| to_asked_port(memory, answered)),
        ],
        costs: &[],
    },
    Liberty {
        name: "secrets-in-the-header-alone",
        about: "clients authenticate by HTTP Basic alone, as the metadata says; a secret in the body is refused",
        allowed: "RFC 6749 2.3.1: to include the credentials in the request body is a MAY of the server's",
        seen_at: None,
        apart: &["client authentication"],
        acts: &[
            Act::Target(|target| {
                if let Some(special) = target.clients.get_mut(&ClientRole::Special) {
                    Arc::make_mut(special).authentication = ClientAuthentication::ClientSecretBasic;
                }
            }),
            Act::Instead(|_, asked| {
                (takes_secrets(asked) && asked.parameter("client_secret").is_some()).then(unauthenticated)
            }),
            Act::Request(|_, asked| {
                register_for_basic(asked);
                if takes_secrets(asked) {
                    in_body(asked);
                }
                false
            }),
            Act::Answer(|_, asked, answered| {
                asked.is_for_metadata()
                    && answered.json(|members| {
                        members
                            .iter_mut()
                            .filter(|(name, _)| name.ends_with("_endpoint_auth_methods_supported"))
                            .filter_map(|(_, methods)| methods.as_array_mut())
                            .fold(false, |acted, methods| {
                                let before = methods.len();
                                methods.retain(|method| method != "client_secret_post");
                                acted || methods.len() < before
                            })
                    })
            }),
        ],
        costs: &[],
    },
    Liberty {
        name: "registration-chooses-the-name",
        about: "whoever registers gets a name of the server's own, which the response tells and the pages show",
        allowed: "RFC 7591 3.2.1: the server MAY reject or replace any of the client's requested metadata values",
        seen_at: None,
        apart: &["registration"],
        acts: &[Act::Request(|_, asked| {
            if !asked.is("POST", "/register") {
                return false;
            }
            let Ok(Value::Object(mut members)) = serde_json::from_slice(&asked.body) else { return false };
            let Some(Value::String(name)) = members.get_mut("client_name") else { return false };
            *name = "Unverified application".to_owned();
            asked.body = Value::Object(members).to_string().into();
            true
        })],
        costs: &[cost(
            "registration/name-beyond-ascii",
            Verdict::NotOffered,
            "no name comes back as it was asked for",
        )],
    },
    Liberty {
        name: "other-methods-at-other-endpoints",
        about: "revocation and introspection take secrets in the body alone, as the metadata says of these two endpoints",
        allowed: "RFC 8414 2: revocation_endpoint_auth_methods_supported and introspection_endpoint_auth_methods_supported are lists of their own",
        seen_at: None,
        apart: &["client authentication", "metadata"],
        acts: &[
            Act::Instead(|_, asked| (names_tokens(asked) && asked.has_authorization()).then(unauthenticated)),
            Act::Request(|_, asked| {
                if names_tokens(asked) {
                    in_header(asked);
                }
                false
            }),
            Act::Answer(|_, asked, answered| {
                asked.is_for_metadata()
                    && answered.json(|members| {
                        let methods = [
                            (
                                "revocation_endpoint_auth_methods_supported",
                                json!(["client_secret_post", "none"]),
                            ),
                            ("introspection_endpoint_auth_methods_supported", json!(["client_secret_post"])),
                        ];
                        let is_due = members.contains_key("issuer");
                        if is_due {
                            members.extend(methods.map(|(name, methods)| (name.to_owned(), methods)));
                        }
                        is_due
                    })
            }),
        ],
        costs: &[],
    },
];

/// The refusal of who authenticated in a way that is not taken, or not well.
fn unauthenticated() -> Answered {
    let mut refused = Answered { status: StatusCode::UNAUTHORIZED, ..Answered::default() };
    refused.set("content-type", "application/json");
    refused.set("cache-control", "no-store");
    refused.set("www-authenticate", "Basic realm=\"clients\"");
    refused.body = json!({ "error": "invalid_client" }).to_string().into();
    refused
}

/// Whether a request may show a client's secret.
fn takes_secrets(asked: &Asked) -> bool {
    names_tokens(asked) || asked.is("POST", "/token") || asked.is("POST", "/par")
}

/// Whether a request is about a token that it names.
fn names_tokens(asked: &Asked) -> bool {
    asked.is("POST", "/revoke") || asked.is("POST", "/introspect")
}

/// Puts the secret in the body of the client that is registered for that.
fn in_body(asked: &mut Asked) {
    let Some((id, secret)) = asked.basic().filter(|(id, _)| id == BY_BODY) else { return };
    let mut form = asked.form();
    if form.iter().all(|(name, _)| name != "client_id") {
        form.push(("client_id".to_owned(), id));
    }
    form.push(("client_secret".to_owned(), secret));
    asked.set_form(&form);
    asked.head.headers.remove(AUTHORIZATION);
    let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
    asked.head.headers.insert("content-type", kind);
}

/// Puts a secret in the header, but of the client that is registered for the body. Two names are the server's to refuse.
fn in_header(asked: &mut Asked) {
    let mut form = asked.form();
    let named = form.iter().filter(|(name, _)| name == "client_id").count();
    let (Some(id), Some(secret)) = (asked.parameter("client_id"), asked.parameter("client_secret")) else {
        return;
    };
    if named == 1 && id != BY_BODY {
        form.retain(|(name, _)| !matches!(name.as_str(), "client_id" | "client_secret"));
        asked.set_form(&form);
        asked.set_basic(&id, &secret);
    }
}

/// Registers for HTTP Basic who asks for a secret in the body.
fn register_for_basic(asked: &mut Asked) {
    const METHOD: &str = "token_endpoint_auth_method";
    if !asked.is("POST", "/register") {
        return;
    }
    let Ok(Value::Object(mut members)) = serde_json::from_slice(&asked.body) else { return };
    if members.get(METHOD).is_some_and(|method| method == "client_secret_post") {
        members.insert(METHOD.to_owned(), Value::from("client_secret_basic"));
        asked.body = Value::Object(members).to_string().into();
    }
}

/// Where a client has its redirect URIs, and where this one is instead, if that is localhost with another port.
fn ports(client: &str, uri: &str) -> Option<(&'static str, String)> {
    let (_, registered) = REGISTERED.iter().find(|(id, _)| *id == client)?;
    let rest = uri.strip_prefix("http://localhost")?;
    let (port, _) = rest.split_at(rest.find('/')?);
    let is_port = port.strip_prefix(':').is_some_and(|port| port.bytes().all(|byte| byte.is_ascii_digit()));
    let asked = format!("http://localhost{port}");
    ((port.is_empty() || is_port) && asked != *registered).then_some((*registered, asked))
}

/// Asks for the registered port in the place of another, and remembers by the state which that was; a code is redeemed
/// with the very text that it was asked for with.
fn to_registered_port(memory: &Memory, asked: &mut Asked) -> bool {
    if asked.is("POST", "/token") {
        let Some((code, shown)) = asked.parameter("code").zip(asked.parameter("redirect_uri")) else {
            return false;
        };
        let Some(own) = memory.get(&format!("code {code} {shown}")) else { return false };
        return asked.change_form(|name, _| (name == "redirect_uri").then(|| own.clone()));
    }
    let Some(mut pairs) = asked.authorization() else { return false };
    let one = |wanted: &str| pairs.iter().find_map(|(name, value)| (name == wanted).then(|| value.clone()));
    let (Some(client), Some(uri), Some(state)) = (one("client_id"), one("redirect_uri"), one("state")) else {
        return false;
    };
    let Some((registered, port)) = ports(&client, &uri) else { return false };
    let own = uri.replacen(&port, registered, 1);
    for (name, value) in &mut pairs {
        if name.as_str() == "redirect_uri" && *value == uri {
            value.clone_from(&own);
        }
    }
    memory.keep(format!("registered {state}"), registered);
    memory.keep(format!("port {state}"), port);
    memory.keep(format!("asked {state}"), uri);
    memory.keep(format!("own {state}"), own);
    asked.set_authorization(&pairs)
}

/// Leads to the port that was asked for, and remembers with which redirect URI the code is redeemed.
fn to_asked_port(memory: &Memory, answered: &mut Answered) -> bool {
    let Some(url) = answered.header("location").map(str::to_owned) else { return false };
    let query = url.split('#').next().and_then(|url| url.split_once('?')).map_or("", |(_, query)| query);
    let one = |wanted: &str| first_of(query, wanted);
    let Some(state) = one("state") else { return false };
    let kept = |what: &str| memory.get(&format!("{what} {state}"));
    let (Some(registered), Some(port)) = (kept("registered"), kept("port")) else { return false };
    let Some(rest) = url.strip_prefix(&registered) else { return false };
    if let (Some(code), Some(asked), Some(own)) = (one("code"), kept("asked"), kept("own")) {
        memory.keep(format!("code {code} {asked}"), own);
    }
    answered.set("location", &format!("{port}{rest}"));
    true
}
