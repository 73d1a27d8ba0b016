//! Lies about the request: on its bytes before it is decoded, and on what the codec made of it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::edit::Pairs;
use super::{Fault, Faults, dpop, introspect_revoke, oauth21, push, registration};
use oauth_core::directory::Directory;
use oauth_core::form;
use oauth_core::http::HttpRequest;
use oauth_core::refusal::{Field, Malformed};
use oauth_core::secret::{Digest, GrantId, Minted, Secret};
use oauth_core::server::authorize::Authorize;
use oauth_core::server::login::{Checked, Password};
use oauth_core::server::receive::Received;
use oauth_core::server::{Fresh, Request};
use oauth_core::text::is_proof_key;

const AUTHORIZE_PARAMETERS: &[&str] = &[
    "client_id",
    "code_challenge",
    "code_challenge_method",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
];

const TOKEN_PARAMETERS: &[&str] =
    &["client_id", "client_secret", "code", "code_verifier", "grant_type", "redirect_uri", "scope"];

impl Faults {
    /// Before a request is decoded.
    pub(crate) fn on_http(&self, request: &mut HttpRequest) {
        for fault in self.iter() {
            introspect_revoke::on_http(fault, request);
            match request.path.as_str() {
                "/authorize" => {
                    on_authorize(fault, request);
                    push::on_authorize(fault, request);
                    registration::on_authorize(fault, request);
                }
                "/register" => registration::on_registration(fault, request),
                "/par" => {
                    push::on_push(fault, request);
                    dpop::on_push(fault, request);
                }
                "/token" => {
                    on_token(fault, request);
                    oauth21::on_token(fault, request);
                }
                "/api/me" => on_resource(fault, request),
                "/login" if fault == Fault::OpenRedirector => {
                    let mut pairs = Pairs::query(request);
                    if !pairs.value("next").is_some_and(|next| next.starts_with("%2Fauthorize")) {
                        pairs.remove("next");
                    }
                    pairs.into_query(request);
                }
                _ => {}
            }
        }
    }

    /// After a request was decoded, with the request as it arrived.
    pub(crate) fn on_received(&self, request: &HttpRequest, received: &mut Received, directory: &Directory) {
        let text = form::Params::decode(request.query.as_deref().unwrap_or_default().as_bytes());
        let redirect_uri = text
            .as_ref()
            .ok()
            .and_then(|params| params.all("redirect_uri").next())
            .unwrap_or_default()
            .to_owned();
        for fault in self.iter() {
            introspect_revoke::on_received(fault, &mut received.request, directory);
            push::on_received(fault, received, directory);
            dpop::on_received(fault, request, received, directory);
            match &mut received.request {
                Request::Authorize(authorize) => {
                    lie_about_redirect(fault, authorize, &redirect_uri, directory);
                    lie_about_ask(fault, authorize, request, directory);
                    if fault == Fault::EmptyParametersKept && Pairs::query(request).value("state") == Some("")
                    {
                        received.beside.kept.state = Some(String::new());
                    }
                    if fault == Fault::ChallengeExposed
                        && let Some(challenge) = Pairs::query(request).value("code_challenge")
                    {
                        let kept = &mut received.beside.kept;
                        kept.redirect_uri = form::add_to_uri(&kept.redirect_uri, &[("challenge", challenge)]);
                    }
                }
                Request::Token(token)
                    if fault == Fault::UnknownTokenParametersRefused
                        && Pairs::body(request).names().any(|name| !TOKEN_PARAMETERS.contains(&name)) =>
                {
                    token.ask = Err(Malformed::Missing(Field::GrantType));
                }
                _ => {}
            }
        }
    }

    /// After name and password were checked.
    #[must_use]
    pub(crate) fn on_checked(&self, password: &Password, directory: &Directory, checked: Checked) -> Checked {
        if self.has(Fault::PasswordUnchecked) {
            return directory.find_user(&password.user_id).map_or(checked, Checked::Right);
        }
        checked
    }

    /// On the fresh randomness of a step.
    pub(crate) fn on_fresh(&self, fresh: &mut Fresh) {
        if self.has(Fault::HandlesGuessable) {
            let mut id = [0; 16];
            id[14..].copy_from_slice(&fresh.grant.bytes()[14..]);
            fresh.grant = GrantId::from_bytes(id);
            let mut secret = [1; 32];
            secret[30..].copy_from_slice(&fresh.secret.digest.bytes()[30..]);
            fresh.secret = Minted::new(Secret::from_bytes(secret));
        }
    }
}

fn on_authorize(fault: Fault, request: &mut HttpRequest) {
    if matches!(fault, Fault::ConsentForgeable | Fault::ConsentOfAnySession) {
        request.headers.retain(|(name, _)| name != "origin" && name != "sec-fetch-site");
        return;
    }
    let mut pairs = Pairs::query(request);
    let lower = |value: &str| value.to_ascii_lowercase();
    match fault {
        Fault::RepeatedParametersTaken => pairs.keep_first_of_each(),
        Fault::ResponseTypeAssumed if pairs.value("response_type").is_none_or(str::is_empty) => {
            pairs.remove("response_type");
            pairs.push("response_type", "code");
        }
        Fault::ValuesCaseFolded => pairs.replace("response_type", lower),
        Fault::ScopeCaseFolded => pairs.replace("scope", lower),
        Fault::UnknownMethodTaken => pairs.replace("code_challenge_method", |value| {
            if value.is_empty() || value == "plain" { value.to_owned() } else { "S256".to_owned() }
        }),
        Fault::ChallengeSyntaxUnchecked => pairs.replace("code_challenge", |value| {
            if value.is_empty() || is_proof_key(value) { value.to_owned() } else { "A".repeat(43) }
        }),
        _ => return,
    }
    if request.method == "GET" {
        pairs.into_query(request);
    }
}

fn on_token(fault: Fault, request: &mut HttpRequest) {
    let mut pairs = Pairs::body(request);
    let has_header = request.header("authorization").next().is_some();
    match fault {
        Fault::RepeatedTokenParametersTaken => pairs.keep_first_of_each(),
        Fault::ValuesCaseFolded => pairs.replace("grant_type", str::to_ascii_lowercase),
        Fault::EmptyTokenParametersKept => {
            pairs.replace("code", |value| if value.is_empty() { "-".to_owned() } else { value.to_owned() });
        }
        Fault::LongVerifierRefused => pairs.replace("code_verifier", |value| {
            if value.len() > 100 && value.is_ascii() { value[..100].to_owned() } else { value.to_owned() }
        }),
        Fault::CredentialsInUriTaken => {
            let query = Pairs::query(request);
            for name in ["client_id", "client_secret"] {
                if let Some(value) = query.value(name) {
                    pairs.remove(name);
                    pairs.push(name, value);
                }
            }
            request.query = None;
            // Whoever sends its secret in the URI is taken, whatever it is registered for.
            if let (Some(id), Some(secret)) = (query.value("client_id"), query.value("client_secret")) {
                pairs.remove("client_id");
                pairs.remove("client_secret");
                let basic = format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")));
                request.headers.push(("authorization".to_owned(), basic.into_bytes()));
            }
        }
        Fault::TwoAuthenticationsTaken if has_header && pairs.value("client_secret").is_some() => {
            pairs.remove("client_id");
            pairs.remove("client_secret");
        }
        Fault::BasicUndecoded | Fault::BasicCaseSensitive => {
            for (_, value) in request.headers.iter_mut().filter(|(name, _)| name == "authorization") {
                *value = lie_about_basic(fault, value);
            }
            return;
        }
        _ => return,
    }
    pairs.into_body(request);
}

fn lie_about_basic(fault: Fault, header: &[u8]) -> Vec<u8> {
    let Some(encoded) = header.strip_prefix(b"Basic ") else {
        return if fault == Fault::BasicCaseSensitive { b"Unknown".to_vec() } else { header.to_vec() };
    };
    let decoded = STANDARD.decode(encoded).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    match decoded.as_deref().and_then(|text| text.split_once(':')) {
        Some((id, secret)) if fault == Fault::BasicUndecoded => {
            let twice = format!("{}:{}", form::encode(id), form::encode(secret));
            format!("Basic {}", STANDARD.encode(twice)).into_bytes()
        }
        Some(_) | None => header.to_vec(),
    }
}

fn on_resource(fault: Fault, request: &mut HttpRequest) {
    match fault {
        Fault::BearerRefused => request.headers.retain(|(name, _)| name != "authorization"),
        Fault::BearerCaseSensitive => {
            request.headers.retain(|(name, value)| name != "authorization" || value.starts_with(b"Bearer"));
        }
        Fault::TokenUnsendable => {
            for (_, value) in request.headers.iter_mut().filter(|(name, _)| name == "authorization") {
                value.retain(|byte| *byte != b'!');
            }
        }
        _ => {}
    }
}

fn lie_about_redirect(fault: Fault, authorize: &mut Authorize, text: &str, directory: &Directory) {
    let entry = authorize.client.ok().flatten().and_then(|no| directory.client(no));
    let Some((registered, texts)) =
        entry.and_then(|entry| entry.client.redirects.first().map(|first| (*first, &entry.redirect_uris)))
    else {
        return;
    };
    let taken = match fault {
        Fault::RedirectUriPrefix => {
            texts.iter().any(|have| text.starts_with(have.as_str()) && !text.contains('#'))
        }
        Fault::RelativeRedirectUri => text.starts_with('/'),
        Fault::RedirectUriFragment => text.contains('#'),
        Fault::RedirectUriGuessed => authorize.redirect == Ok(None),
        _ => false,
    };
    // Other defects stay refused: what cannot stand in a header, and a parameter that stands there twice.
    let is_sendable = text.bytes().all(|byte| byte.is_ascii_graphic());
    if taken && is_sendable && !matches!(authorize.redirect, Err(Malformed::Repeated(_))) {
        authorize.redirect = Ok(Some(registered));
    }
    if let (Fault::LoopbackPortFixed, Ok(Some(uri))) = (fault, &mut authorize.redirect) {
        uri.portless = None;
    }
}

fn lie_about_ask(fault: Fault, authorize: &mut Authorize, request: &HttpRequest, directory: &Directory) {
    match (fault, &mut authorize.ask) {
        (Fault::UnknownParametersRefused, ask)
            if Pairs::query(request).names().any(|name| !AUTHORIZE_PARAMETERS.contains(&name)) =>
        {
            *ask = Err(Malformed::Syntax(Field::State));
        }
        (Fault::ScopeDemanded, ask) if ask.is_ok_and(|ask| ask.scope.is_none()) => {
            *ask = Err(Malformed::Missing(Field::Scope));
        }
        (Fault::ScopeOrderMatters, Ok(ask)) => {
            let text = Pairs::query(request).value("scope").unwrap_or_default().replace("%20", "+");
            let bits: Vec<u64> =
                text.split('+').filter_map(|value| directory.find_scope(value).map(|set| set.0)).collect();
            if let Some(scope) = &mut ask.scope {
                scope.has_unknown |= !bits.is_sorted();
            }
        }
        _ => {}
    }
}

/// The session key under which a skipped login is remembered.
pub(super) fn nobody() -> Digest {
    Digest::of("nobody logged in")
}
