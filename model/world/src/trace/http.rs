//! HTTP requests, as far as they matter: the names of the RFCs, and what is secret by its name of [`name`].

use super::name;
use super::shown::proof_header;
use crate::world::{Actor, Asking, Response, Server};
use oauth_core::directory::ClientNo;
use oauth_core::secret::{Digest, Shown};
use oauth_core::server::audience::AskedResources;
use oauth_core::server::authenticate::{Credentials, Presented};
use oauth_core::server::authorize::{AskedScope, Authorize};
use oauth_core::server::decide::Choice;
use oauth_core::server::dpop::DpopProof;
use oauth_core::server::introspect_revoke::IntrospectOrRevoke;
use oauth_core::server::redeem::{GrantType, TokenAsk, TokenRequest};
use oauth_core::text::{ChallengeMethod, CodeChallenge, RedirectUri};
use oauth_core::uri::split_origin;

/// Where the host of a resource is.
const RESOURCES: &str = "https://api.example";

/// What the names of pushed requests begin with (RFC 9126 2.2).
pub(super) const REQUEST_URI: &str = "urn:ietf:params:oauth:request_uri:";

/// Parameters in the order in which they are written.
#[derive(Debug, Default)]
pub(super) struct Params(Vec<(&'static str, String)>);

impl Params {
    pub(super) fn add(&mut self, name: &'static str, value: impl Into<String>) {
        self.0.push((name, value.into()));
    }

    fn add_some(&mut self, name: &'static str, value: Option<String>) {
        self.0.extend(value.map(|value| (name, value)));
    }

    /// `a=1&b=2`; unescaped, so that it can be read.
    pub(super) fn text(&self) -> String {
        let pairs: Vec<String> = self.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("&")
    }
}

/// What an authorization request spells out.
fn spelt_out(
    response_type: &str,
    client: Option<ClientNo>,
    redirect: Option<RedirectUri>,
    challenge: Option<CodeChallenge>,
) -> Params {
    let mut params = Params::default();
    params.add("response_type", response_type);
    params.add(
        "client_id",
        client.map_or_else(|| "unknown-client".to_owned(), |client| name::client(client.0)),
    );
    params.add_some("redirect_uri", redirect.map(|uri| name::address(uri.exact).0));
    if let Some(challenge) = challenge {
        params.add("code_challenge", name::proof_key(challenge.digest));
        params.add(
            "code_challenge_method",
            match challenge.method {
                ChallengeMethod::Plain => "plain",
                ChallengeMethod::S256 => "S256",
            },
        );
    }
    params
}

/// What an authorization request asks for beside that.
fn beside(
    params: &mut Params,
    state: Option<Digest>,
    resources: Option<AskedResources>,
    key: Option<Digest>,
) {
    params.add_some("state", state.map(name::secret));
    add_resources(params, resources);
    params.add_some("dpop_jkt", key.map(name::secret));
}

/// The parameters that a request has in every scenario: which resources, and for which key.
#[derive(Debug, Clone, Copy)]
pub(super) struct Always {
    pub(super) scope: Option<AskedScope>,
    pub(super) resources: Option<AskedResources>,
    pub(super) key: Option<Digest>,
}

/// The query of an authorization request, by its parts or by the name under which it was pushed.
pub(super) fn authorization(asking: &Asking, always: Always) -> String {
    match asking.pushed {
        Some((shown, _)) => {
            let mut params = Params::default();
            params.add("client_id", name::client(asking.client.0));
            params.add("request_uri", format!("{REQUEST_URI}{}", name::secret(shown.digest)));
            params.text()
        }
        None => pushed(asking, always).text(),
    }
}

fn pushed(asking: &Asking, always: Always) -> Params {
    let mut params = spelt_out("code", Some(asking.client), asking.redirect, asking.challenge);
    params.add_some("scope", always.scope.map(asked_scope));
    beside(&mut params, asking.state, always.resources, always.key);
    params
}

/// `POST /par`.
pub(super) fn push(
    asking: &Asking,
    always: Always,
    by: &Presented,
    proof: Option<&DpopProof>,
) -> Vec<String> {
    let mut lines = vec!["POST /par".to_owned()];
    lines.extend(authorization_header(by));
    lines.extend(proof.map(proof_header));
    lines.push(pushed(asking, always).text());
    lines
}

/// `GET /authorize` of an odd request.
pub(super) fn odd_authorization(request: &Authorize) -> Vec<String> {
    let Ok(ask) = request.ask else { return vec!["GET /authorize".to_owned()] };
    let response_type = if ask.response_type_is_code { "code" } else { "something-else" };
    let redirect = request.redirect.ok().flatten();
    let mut params = match request.client {
        Ok(client) => spelt_out(response_type, client, redirect, ask.challenge),
        Err(_) => {
            let mut params = Params::default();
            params.add("response_type", response_type);
            params
        }
    };
    params.add_some("scope", ask.scope.map(asked_scope));
    beside(&mut params, None, ask.resources, ask.key);
    vec![format!("GET /authorize?{}", params.text())]
}

/// The query of an authorization response; its error, where it is one, is told where it was made.
pub(super) fn response(response: &Response) -> String {
    let mut params = Params::default();
    match response.code {
        Some(code) => params.add("code", name::secret(code.digest)),
        None => params.add("error", "…"),
    }
    params.add_some("state", response.state.map(name::secret));
    params.add("iss", issuer(response.iss));
    params.text()
}

/// The issuer identifier of a server.
pub(super) const fn issuer(server: Server) -> &'static str {
    match server {
        Server::Honest => "https://as.example",
        Server::Malicious => "https://as.attacker.example",
    }
}

/// What a browser asks for that follows this address.
pub(super) fn path_of(address: &str) -> &str {
    let (_, tail) = split_origin(address);
    if tail.is_empty() { "/" } else { tail }
}

/// `POST /token`.
pub(super) fn token(request: &TokenRequest) -> Vec<String> {
    let mut params = Params::default();
    let grant_type = |name: GrantType| name.name();
    match request.ask {
        Ok(TokenAsk::Redeem(redeem)) => {
            params.add("grant_type", grant_type(GrantType::AuthorizationCode));
            params.add_some("code", redeem.code.map(|code| name::secret(code.digest)));
            params.add_some("redirect_uri", redeem.redirect.map(|uri| name::address(uri).0));
            params.add_some("code_verifier", redeem.verifier.map(|verifier| name::proof_key(verifier.plain)));
            add_resources(&mut params, redeem.resources);
        }
        Ok(TokenAsk::Refresh(refresh)) => {
            params.add("grant_type", grant_type(GrantType::RefreshToken));
            params.add_some("refresh_token", refresh.token.map(|token| name::secret(token.digest)));
            params.add_some("scope", refresh.scope.map(asked_scope));
            add_resources(&mut params, refresh.resources);
        }
        Ok(TokenAsk::ClientCredentials(ask)) => {
            params.add("grant_type", grant_type(GrantType::ClientCredentials));
            params.add_some("scope", ask.scope.map(asked_scope));
            add_resources(&mut params, ask.resources);
        }
        Ok(TokenAsk::Unsupported) | Err(_) => params.add("grant_type", "something-else"),
    }
    let mut lines = to_token_endpoint("POST /token", request.by.ok(), params);
    if let Ok(Some(proof)) = &request.proof {
        lines.insert(lines.len() - 1, proof_header(proof));
    }
    lines
}

/// `POST /revoke` or `POST /introspect`.
pub(super) fn about_token(path: &str, request: &IntrospectOrRevoke) -> Vec<String> {
    let mut params = Params::default();
    params.add_some("token", request.token.ok().flatten().map(|token| name::secret(token.digest)));
    to_token_endpoint(&format!("POST {path}"), request.by.ok(), params)
}

/// Whoever the client is says so in a header or in the body.
fn to_token_endpoint(first: &str, by: Option<Presented>, mut params: Params) -> Vec<String> {
    let mut lines = vec![first.to_owned()];
    if let Some(by) = by {
        lines.extend(authorization_header(&by));
        let id = || by.client.map_or_else(|| "unknown-client".to_owned(), |client| name::client(client.0));
        match by.credentials {
            Credentials::Basic(_) => {}
            Credentials::Post(secret) => {
                params.add("client_id", id());
                params.add("client_secret", name::secret(secret));
            }
            Credentials::None => params.add("client_id", id()),
        }
    }
    lines.push(params.text());
    lines
}

/// How a client proves itself in a header.
fn authorization_header(by: &Presented) -> Option<String> {
    let Credentials::Basic(secret) = by.credentials else { return None };
    let id = by.client.map_or_else(|| "unknown-client".to_owned(), |client| name::client(client.0));
    Some(format!("Authorization: Basic {id}:{}", name::secret(secret)))
}

/// `POST /login`.
pub(super) fn log_in(browser: usize, is_right: bool) -> Vec<String> {
    let person = Actor::person(browser);
    let password = if is_right { format!("password-of-the-{person}") } else { "a-wrong-one".to_owned() };
    vec!["POST /login".to_owned(), format!("user_id={person}&password={password}")]
}

/// `POST /authorize`: the consent form.
pub(super) fn decide(ask: Option<Shown>, choice: Choice, session: Option<Digest>) -> Vec<String> {
    let mut params = Params::default();
    params.add_some("ask", ask.map(|shown| name::secret(shown.digest)));
    match choice {
        Choice::Approve => params.add("confirm", "yes"),
        Choice::ApproveOnly(scope) => {
            params.add("confirm", "yes");
            params.add("keep", name::scope(scope));
        }
        Choice::Deny => params.add("confirm", "no"),
    }
    let mut lines = vec!["POST /authorize".to_owned()];
    lines.extend(cookie(session));
    lines.push(params.text());
    lines
}

/// The cookie of a login at the server.
pub(super) fn cookie(session: Option<Digest>) -> Option<String> {
    session.map(|session| format!("Cookie: {}", name::secret(session)))
}

fn asked_scope(asked: AskedScope) -> String {
    if asked.has_unknown { "an-unknown-one".to_owned() } else { name::scope(asked.known) }
}

fn add_resources(params: &mut Params, asked: Option<AskedResources>) {
    let Some(asked) = asked else { return };
    for path in name::resources(asked.known) {
        params.add("resource", format!("{RESOURCES}{path}"));
    }
    if asked.has_unknown {
        params.add("resource", "https://elsewhere.example/");
    }
}
