//! Lies to the client: about fresh secrets, events, acts, calls, answers and replies.

use serde_json::{Value, json};

use super::client_push::{lie_about_server, lie_in_push, lie_in_revocation};
use super::edit::{Pairs, edit_location};
use super::{Fault, Faults};
use oauth_core::client::call::HttpCall;
use oauth_core::client::receive::Received;
use oauth_core::client::refusal::ClientRefusal;
use oauth_core::client::reply::ClientPage;
use oauth_core::client::settings::{Address, Settings};
use oauth_core::client::{Act, Callback, Event, Flow, Fresh, IssNeed, Rules, Session, Waiting, step};
use oauth_core::form::{self, Params};
use oauth_core::http::{Body, HttpReply, HttpRequest};
use oauth_core::policy::Time;
use oauth_core::secret::{Digest, Minted, Secret};

const RESPONSE_PARAMETERS: &[&str] = &["code", "state", "iss", "error", "error_description", "error_uri"];
const TOKEN_MEMBERS: &[&str] = &["access_token", "token_type", "expires_in", "refresh_token", "scope"];

impl Faults {
    /// On the fresh secrets of a login.
    pub(crate) fn on_client_fresh(&self, fresh: &mut Fresh) {
        let constant = Minted::new(Secret::from_bytes([1; 32]));
        if self.has(Fault::ClientStateConstant) {
            fresh.state = constant;
        }
        if self.has(Fault::ClientVerifierConstant) {
            fresh.verifier = constant;
        }
    }

    /// After a browser's request was decoded.
    pub(crate) fn on_client_received(&self, request: &HttpRequest, received: &mut Received) {
        let foreign = |name: &str| !RESPONSE_PARAMETERS.contains(&name);
        if self.has(Fault::ClientUnknownParametersRefused)
            && matches!(received.event, Event::Callback(_))
            && Pairs::query(request).names().any(foreign)
        {
            received.event = Event::Malformed(ClientRefusal::Encoding);
        }
        if self.has(Fault::ClientFirstIssCounts)
            && let Event::Callback(callback) = &mut received.event
        {
            let first = Params::of_query(request).all("iss").next().map(Digest::of);
            callback.iss = Ok(first);
        }
    }

    /// Folds one event into a client's session, and lies before and after.
    pub fn client_step(&self, now: Time, rules: &Rules, session: Session, event: &Event) -> (Session, Act) {
        if self.is_empty() {
            return step(now, rules, session, event);
        }
        let (mut rules, mut lied, mut event) = (*rules, session, *event);
        self.before_client(&mut rules, &mut lied, &mut event);
        let (mut next, act) = step(now, &rules, lied, &event);
        self.after_client(&session, &mut next);
        (next, act)
    }

    /// Before a step of the client.
    fn before_client(&self, rules: &mut Rules, session: &mut Session, event: &mut Event) {
        for fault in self.iter() {
            if fault == Fault::ClientWithoutPkce {
                rules.pkce = false;
            }
            lie_about_server(fault, rules);
            match event {
                Event::Callback(callback) => lie_about_callback(fault, rules, session, callback),
                Event::RefreshAnswer(Ok(answer)) if fault == Fault::ClientKeepsOldRefresh => {
                    answer.refresh = None;
                }
                Event::TokenAnswer(..) if fault == Fault::ClientStateReusable => {
                    session.flow = Flow::Exchanging;
                }
                Event::LogIn(_) if fault == Fault::ClientAlikeServersAsked => rules.address = Address::Own,
                // The mark that `after_client` left.
                Event::LogIn(_)
                    if fault == Fault::ClientDowngradesPkce && session.flow == Flow::Exchanging =>
                {
                    rules.pkce = false;
                }
                _ => {}
            }
        }
    }

    /// After a step of the client; `session` is the one before any lie.
    fn after_client(&self, session: &Session, next: &mut Session) {
        if self.has(Fault::ClientStateReusable)
            && let Flow::Waiting(_) = session.flow
        {
            next.flow = session.flow;
        }
        if self.has(Fault::ClientDowngradesPkce)
            && let (Flow::Waiting(_), Flow::Idle) = (session.flow, next.flow)
        {
            next.flow = Flow::Exchanging;
        }
    }

    /// On a call that the client is about to make.
    pub(crate) fn on_call(&self, settings: &Settings, call: &mut HttpCall) {
        for fault in self.iter() {
            let url = Some(&call.url);
            if call.url == settings.endpoints.token {
                lie_in_token_request(fault, settings, call);
            } else if url == settings.endpoints.pushed.as_ref() {
                lie_in_push(fault, call);
            } else if url == settings.endpoints.revocation.as_ref() {
                lie_in_revocation(fault, call);
            } else {
                lie_in_resource_request(fault, call);
            }
        }
    }

    /// On the token endpoint's answer.
    pub(crate) fn on_token_answer(&self, body: &mut Vec<u8>) {
        if self.is_empty() {
            return;
        }
        let Ok(Value::Object(mut members)) = serde_json::from_slice(body) else { return };
        let kind = members.get("token_type").and_then(Value::as_str).map(str::to_owned);
        if self.has(Fault::ClientTokenTypeUnchecked) {
            members.insert("token_type".to_owned(), json!("Bearer"));
        }
        let is_bearer = kind.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("bearer"));
        if self.has(Fault::ClientUnboundTokenTaken) && is_bearer {
            members.insert("token_type".to_owned(), json!("DPoP"));
        }
        if self.has(Fault::ClientTokenTypeCaseSensitive) && kind.as_deref() != Some("Bearer") {
            members.remove("token_type");
        }
        if self.has(Fault::ClientUnknownMembersRefused)
            && members.keys().any(|name| !TOKEN_MEMBERS.contains(&name.as_str()))
        {
            members.clear();
        }
        *body = Value::Object(members).to_string().into_bytes();
    }

    /// On the answer to the browser; `token` is the access token that lies beside the session.
    pub(crate) fn on_client_reply(
        &self,
        request: &HttpRequest,
        settings: &Settings,
        act: &Act,
        token: Option<&str>,
        reply: &mut HttpReply<ClientPage>,
    ) {
        for fault in self.iter() {
            if let Act::ToServer(departure) = act {
                let verifier = departure.verifier.map(|verifier| verifier.text());
                lie_in_departure(fault, settings, verifier.as_deref(), reply);
            }
            match (fault, act) {
                (Fault::ClientTokenInCookie, Act::ToProfile(_)) => {
                    let cookie = format!("token={}; Path=/; HttpOnly", token.unwrap_or_default());
                    reply.headers.push(("Set-Cookie", cookie));
                }
                (Fault::ClientCallbackShowsPage, Act::ToProfile(_)) => {
                    reply.status = 200;
                    reply.remove("Location");
                    reply.body = Body::Page(ClientPage::Home { logged_in: true, servers: Vec::new() });
                }
                (Fault::ClientMarkupReflected | Fault::ClientThirdPartyScript, _) => {
                    lie_on_page(fault, request, reply);
                }
                (Fault::ClientOpenRedirector, _) => {
                    if let Some(next) = Params::of_query(request).all("next").next() {
                        reply.status = 303;
                        reply.set("Location", next);
                    }
                }
                _ => {}
            }
        }
    }
}

fn lie_about_callback(fault: Fault, rules: &mut Rules, session: &mut Session, callback: &mut Callback) {
    match (fault, session.flow) {
        (Fault::ClientStateUnchecked, Flow::Waiting(waiting)) => callback.state = Ok(Some(waiting.state)),
        (Fault::ClientStateUnchecked, Flow::Idle) => {
            let state = Digest::of("any");
            let until = Time(u64::MAX);
            session.flow = Flow::Waiting(Waiting { issuer: rules.issuer, state, verifier: None, until });
            callback.state = Ok(Some(state));
        }
        (Fault::ClientIssUnchecked, _) if matches!(callback.iss, Ok(Some(_))) => {
            callback.iss = Ok(Some(rules.issuer));
        }
        (Fault::ClientAddressUnchecked, _) => callback.at = rules.redirect,
        (Fault::ClientIssOptional, _) if callback.iss == Ok(None) => rules.iss = IssNeed::IfSent,
        (Fault::ClientUnadvertisedIssTaken, _) if rules.iss == IssNeed::Unadvertised => {
            rules.iss = IssNeed::IfSent;
        }
        (Fault::ClientErrorOriginAssumed, _) if callback.error == Ok(true) => {
            callback.iss = Ok(Some(rules.issuer));
        }
        _ => {}
    }
}

fn lie_in_token_request(fault: Fault, settings: &Settings, call: &mut HttpCall) {
    let mut pairs = Pairs::of(&call.body);
    let id = form::encode(&settings.client_id);
    let secret = settings.client_secret.as_deref().unwrap_or_default();
    match fault {
        Fault::ClientSecretInBody | Fault::ClientTwoAuthentications => {
            if fault == Fault::ClientSecretInBody {
                call.headers.retain(|(name, _)| *name != "Authorization");
            }
            pairs.push("client_id", &id);
            pairs.push("client_secret", &form::encode(secret));
        }
        Fault::ClientBasicUnencoded => {
            use base64::Engine as _;
            let raw = format!("{}:{secret}", settings.client_id);
            let value = format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(raw));
            call.headers.retain(|(name, _)| *name != "Authorization");
            call.headers.push(("Authorization", value));
        }
        Fault::ClientUnauthenticated => {
            call.headers.retain(|(name, _)| *name != "Authorization");
            pairs.remove("client_secret");
        }
        Fault::ClientIdOmitted => pairs.remove("client_id"),
        Fault::ClientPasswordGrant => {
            pairs.replace("grant_type", |_| "password".to_owned());
            pairs.push("username", "id001");
            pairs.push("password", "mypassword");
        }
        Fault::ClientRedirectUriDiffers => pairs.replace("redirect_uri", |uri| format!("{uri}%2F")),
        Fault::ClientTokenByGet => {
            call.method = "GET";
            call.url = format!("{}?{}", call.url, call.body);
            call.body.clear();
            return;
        }
        _ => return,
    }
    call.body = pairs.text();
}

fn lie_in_resource_request(fault: Fault, call: &mut HttpCall) {
    if !matches!(fault, Fault::ClientTokenInQuery | Fault::ClientTokenTwice | Fault::ClientTokenInGetBody) {
        return;
    }
    let header =
        call.headers.iter().find(|(name, _)| *name == "Authorization").map(|(_, value)| value.clone());
    let token =
        header.as_deref().and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default().to_owned();
    if fault == Fault::ClientTokenInGetBody {
        call.body = form::encode_pairs(&[("access_token", token)]);
        call.headers.push(("Content-Type", "application/x-www-form-urlencoded".to_owned()));
    } else {
        call.url = form::add_to_uri(&call.url, &[("access_token", token)]);
    }
    if fault != Fault::ClientTokenTwice {
        call.headers.retain(|(name, _)| *name != "Authorization");
    }
}

fn lie_in_departure(
    fault: Fault,
    settings: &Settings,
    verifier: Option<&str>,
    reply: &mut HttpReply<ClientPage>,
) {
    match fault {
        Fault::ClientStateMissing => edit_location(reply, |pairs| pairs.remove("state")),
        Fault::ClientPlainChallenge => edit_location(reply, |pairs| {
            pairs.replace("code_challenge", |_| verifier.unwrap_or_default().to_owned());
            pairs.replace("code_challenge_method", |_| "plain".to_owned());
        }),
        Fault::ClientEndpointQueryDropped => {
            let own = settings.endpoints.authorization.split_once('?').map_or("", |(_, query)| query);
            let own: Vec<String> = Pairs::of(own).names().map(str::to_owned).collect();
            edit_location(reply, |pairs| own.iter().for_each(|name| pairs.remove(name)));
        }
        Fault::ClientSeveralResources => edit_location(reply, |pairs| {
            pairs.push("resource", &form::encode(&format!("{}/other", settings.issuer)));
        }),
        Fault::ClientPushedIdOmitted => edit_location(reply, |pairs| {
            if pairs.value("request_uri").is_some() {
                pairs.remove("client_id");
            }
        }),
        Fault::ClientResponseTypeMissing => edit_location(reply, |pairs| pairs.remove("response_type")),
        Fault::ClientImplicit => {
            edit_location(reply, |pairs| pairs.replace("response_type", |_| "token".to_owned()));
        }
        _ => {}
    }
}

fn lie_on_page(fault: Fault, request: &HttpRequest, reply: &mut HttpReply<ClientPage>) {
    let Body::Page(ClientPage::Error { text, .. }) = &reply.body else { return };
    let query = request.query.as_deref().unwrap_or_default().as_bytes();
    let shown = form::decode(query).unwrap_or_default();
    reply.body = Body::Text(if fault == Fault::ClientMarkupReflected {
        format!("<!doctype html><p>{text}</p><p>{shown}</p>")
    } else {
        format!("<!doctype html><p>{text}</p><script src=\"https://third.example/x.js\"></script>")
    });
}
