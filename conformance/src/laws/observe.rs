//! From exchanges to facts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use oauth_model::fact::{
    Challenge, CodeIssued, Fact, Issued, Redemption, RefreshUse, ResourceUse, SecretShown, Sym, What, Who,
};
use url::Url;

use super::parse::{Pairs, Twice, basic, credentials, form, goes_to, header, location, query, s256};
use crate::exchange::{Actor, Exchange};
use crate::target::{Client, Target};

/// Facts, each with the exchange that shows it.
#[derive(Debug, Default)]
pub(super) struct Observed {
    /// The facts in the order of their answers.
    pub(super) facts: Vec<Fact>,
    /// The exchange behind each fact.
    pub(super) exchanges: Vec<Arc<Exchange>>,
}

/// Reads the facts off a recording.
pub(super) fn observe(target: &Target, recording: &[Arc<Exchange>]) -> Observed {
    let start = recording.iter().map(|exchange| exchange.sent.at).min();
    let Some(start) = start else { return Observed::default() };
    let mut observer = Observer {
        target,
        start,
        symbols: BTreeMap::new(),
        asked: Vec::new(),
        passwords: BTreeSet::new(),
        consented: BTreeSet::new(),
        scopes: BTreeMap::new(),
        granted: BTreeMap::new(),
        foreign: BTreeSet::new(),
        observed: Observed::default(),
    };
    let mut ordered: Vec<&Arc<Exchange>> = recording.iter().collect();
    ordered.sort_by_key(|exchange| exchange.answered.map_or(u64::MAX, |answered| answered.tick));
    for exchange in ordered {
        observer.read(exchange);
    }
    observer.observed
}

struct Observer<'a> {
    target: &'a Target,
    start: Instant,
    symbols: BTreeMap<String, Sym>,
    /// Authorization requests that no response was seen for yet.
    asked: Vec<Asked>,
    /// Browsers that showed a right password.
    passwords: BTreeSet<&'static str>,
    /// Browsers and clients for which the owner said yes before.
    consented: BTreeSet<(&'static str, String)>,
    /// What scope a code was asked for.
    scopes: BTreeMap<String, Option<String>>,
    /// What scope was granted with a refresh token, as the server told it.
    granted: BTreeMap<String, Option<String>>,
    /// Tokens that came by other ways than a code.
    foreign: BTreeSet<String>,
    observed: Observed,
}

/// An authorization request that was seen.
struct Asked {
    who: Actor,
    sent: u64,
    params: Pairs,
    /// Whether a form without password was sent since: an answer to the consent page.
    decided: bool,
    /// Whether a response was seen.
    answered: bool,
}

impl Observer<'_> {
    fn sym(&mut self, text: &str) -> Sym {
        let next = Sym(u16::try_from(self.symbols.len()).unwrap_or(u16::MAX));
        *self.symbols.entry(text.to_owned()).or_insert(next)
    }

    fn read(&mut self, exchange: &Arc<Exchange>) {
        let browser =
            matches!(exchange.who, Actor::Browser | Actor::OtherBrowser | Actor::Stranger | Actor::Thief);
        let endpoints = &self.target.endpoints;
        if goes_to(&exchange.request, &endpoints.token) {
            // What is in doubt is left out.
            let _ = self.token_request(exchange);
        } else if endpoints.resource.as_ref().is_some_and(|resource| goes_to(&exchange.request, resource)) {
            let _ = self.resource_request(exchange);
        } else if browser {
            self.page(exchange);
        }
    }

    fn record(&mut self, exchange: &Arc<Exchange>, what: What) {
        let seconds = |at: Instant| at.saturating_duration_since(self.start).as_secs_f64();
        // Rounded so that a lifetime looks rather shorter than longer than it was.
        let sent_at = seconds(exchange.sent.at).floor() as u64;
        let answered_at = exchange.answered.map_or(sent_at, |answered| seconds(answered.at).ceil() as u64);
        let tick = |tick: u64| u32::try_from(tick).unwrap_or(u32::MAX);
        self.observed.facts.push(Fact {
            sent: tick(exchange.sent.tick),
            answered: exchange.answered.map(|answered| tick(answered.tick)),
            sent_at,
            answered_at,
            by: match exchange.who {
                Actor::Client => Who::Client,
                Actor::OtherClient => Who::OtherClient,
                Actor::Thief => Who::Thief,
                Actor::Browser | Actor::OtherBrowser | Actor::Stranger | Actor::Suite => Who::Owner,
            },
            what,
        });
        self.observed.exchanges.push(Arc::clone(exchange));
    }

    /// A browser's exchange with the server: a request, a password, a decision, a response.
    fn page(&mut self, exchange: &Arc<Exchange>) {
        let request = &exchange.request;
        let body = form(request);
        let has_password = self.target.users.values().any(|user| body.has_value(&user.password));
        if has_password {
            self.passwords.insert(exchange.who.word());
        }
        if goes_to(request, &self.target.endpoints.authorization) {
            let params = if query(request).has("client_id") { query(request) } else { form(request) };
            if params.has("client_id") && request.method == "GET" || body.has("client_id") {
                self.asked.push(Asked {
                    who: exchange.who,
                    sent: exchange.sent.tick,
                    params,
                    decided: false,
                    answered: false,
                });
            }
        }
        if request.method == "POST" && !has_password {
            for asked in self.asked.iter_mut().filter(|asked| asked.who == exchange.who) {
                asked.decided = true;
            }
        }
        if let Some(location) = location(exchange) {
            self.response(exchange, &location);
        }
    }

    /// A redirect: an authorization response, if it leaves the server with a code.
    fn response(&mut self, exchange: &Arc<Exchange>, location: &str) {
        let Ok(url) = Url::parse(location) else { return };
        if self.target.is_own(&url) && !self.target.is_callback(&url) {
            return;
        }
        let params = Pairs::of(url.query().unwrap_or_default().as_bytes());
        let (Ok(Some(code)), Ok(state)) = (params.one("code"), params.one("state")) else { return };
        let Some(at) = self.request_of(exchange, state) else { return };
        // Kept, since a form that is sent twice answers the same request twice.
        let mut asked = std::mem::take(&mut self.asked);
        asked[at].answered = true;
        let issued = self.issued(exchange, &asked[at], code, state, location);
        self.asked = asked;
        if let Some(issued) = issued {
            self.record(exchange, What::CodeIssued(issued));
        }
    }

    /// The request that a response answers: the latest with its `state`, or else the latest of its browser that has no
    /// answer yet; a browser that is sent through a login repeats its request.
    fn request_of(&self, exchange: &Exchange, state: Option<&str>) -> Option<usize> {
        let own = |asked: &Asked| asked.who == exchange.who && asked.sent <= exchange.sent.tick;
        let with_state =
            |asked: &&(usize, &Asked)| asked.1.params.one("state").is_ok_and(|have| have == state);
        let open: Vec<(usize, &Asked)> =
            self.asked.iter().enumerate().filter(|(_, asked)| own(asked)).collect();
        if let Some((at, _)) = open.iter().rev().find(with_state) {
            return Some(*at);
        }
        open.iter().rev().find(|(_, asked)| !asked.answered).map(|(at, _)| *at)
    }

    fn issued(
        &mut self,
        exchange: &Exchange,
        asked: &Asked,
        code: &str,
        state: Option<&str>,
        location: &str,
    ) -> Option<CodeIssued> {
        if asked.params.repeats() {
            return None;
        }
        let one = |name: &str| asked.params.one(name).ok().flatten().map(str::to_owned);
        let client_id = one("client_id")?;
        let client = self.target.clients.values().find(|client| client.id == client_id).cloned()?;
        let consent = (exchange.who.word(), client_id.clone());
        let consented = asked.decided || self.consented.contains(&consent);
        if consented {
            self.consented.insert(consent);
        }
        self.scopes.insert(code.to_owned(), one("scope"));
        let challenge = one("code_challenge").map(|text| {
            let text = self.sym(&text);
            match one("code_challenge_method").as_deref() {
                Some("S256") => Challenge::S256(text),
                Some(_) | None => Challenge::Plain(text),
            }
        });
        Some(CodeIssued {
            code: self.sym(code),
            client: self.sym(&client_id),
            sent_to: self.sym(location.split(['?', '#']).next().unwrap_or_default()),
            registered: is_registered(&client, location),
            redirect_uri: one("redirect_uri").map(|uri| self.sym(&uri)),
            state: (one("state").map(|text| self.sym(&text)), state.map(|text| self.sym(text))),
            challenge,
            password_shown: self.passwords.contains(exchange.who.word()),
            consented,
            owner: None,
        })
    }

    fn token_request(&mut self, exchange: &Arc<Exchange>) -> Result<(), Twice> {
        let request = &exchange.request;
        let params = form(request);
        let answer = exchange.answer.as_ref().ok().filter(|response| response.status == 200);
        let document = answer.and_then(crate::exchange::Response::json);
        let member = |name: &str| document.as_ref().and_then(|document| document.get(name));
        let token = member("access_token").and_then(serde_json::Value::as_str).map(str::to_owned);
        let plain = !params.repeats() && query(request).is_empty();
        let asked = match params.one("grant_type")? {
            Some("authorization_code") if plain => params.one("code")?.map(|code| (true, code.to_owned())),
            Some("refresh_token") if plain => {
                params.one("refresh_token")?.map(|token| (false, token.to_owned()))
            }
            Some(_) | None => None,
        };
        let (Some((by_code, shown)), Some((client_id, secret))) = (asked, self.presented(exchange, &params)?)
        else {
            self.foreign.extend(token);
            return Ok(());
        };
        let granted = if by_code { &self.scopes } else { &self.granted };
        let allowed = granted.get(&shown).cloned().flatten();
        let told = member("scope").and_then(serde_json::Value::as_str).map(str::to_owned);
        let refresh = member("refresh_token").and_then(serde_json::Value::as_str).map(str::to_owned);
        if token.is_some()
            && let Some(refresh) = &refresh
        {
            // What the first token response told is what was granted; a refresh passes it on.
            let granted = if by_code { told.clone() } else { allowed.clone() };
            self.granted.insert(refresh.clone(), granted);
        }
        let issued = token.map(|token| Issued {
            token: self.sym(&token),
            expires_in: member("expires_in")
                .and_then(serde_json::Value::as_u64)
                .map(|span| span + super::GRACE),
            // Only a scope in the token request itself can widen; defaults are the server's choice.
            beyond_consent: params.has("scope") && is_wider(told.as_deref(), allowed.as_deref()),
            refresh: refresh.map(|refresh| self.sym(&refresh)),
        });
        let client = self.sym(&client_id);
        let what = if by_code {
            let verifier = params.one("code_verifier")?.map(str::to_owned);
            let redirect_uri = params.one("redirect_uri")?.map(str::to_owned);
            What::Redemption(Redemption {
                code: self.sym(&shown),
                client,
                secret,
                redirect_uri: redirect_uri.map(|uri| self.sym(&uri)),
                verifier: verifier.map(|text| (self.sym(&text), self.sym(&s256(&text)))),
                token: issued,
            })
        } else {
            What::Refresh(RefreshUse {
                token: self.sym(&shown),
                client,
                secret,
                falls_short: !params.has("scope") && is_wider(allowed.as_deref(), told.as_deref()),
                issued,
            })
        };
        self.record(exchange, what);
        Ok(())
    }

    /// The client that a token request names, and whether it showed that client's secret, in whatever place.
    fn presented(&self, exchange: &Exchange, params: &Pairs) -> Result<Option<(String, SecretShown)>, Twice> {
        let request = &exchange.request;
        let in_query = query(request);
        let pairs = match header(request, "authorization")?.and_then(|value| credentials(value, "basic")) {
            Some(encoded) => basic(encoded).map(|[raw, decoded]| vec![raw, decoded]).unwrap_or_default(),
            None => Vec::new(),
        };
        let id = match (pairs.last(), params.one("client_id")?, in_query.one("client_id")?) {
            (Some((id, _)), _, _) => id.clone(),
            (None, Some(id), _) | (None, None, Some(id)) => id.to_owned(),
            (None, None, None) => return Ok(None),
        };
        let Some(client) = self.target.clients.values().find(|client| client.id == id) else {
            return Ok(Some((id, SecretShown::WrongOrMissing)));
        };
        let Some(secret) = &client.secret else { return Ok(Some((id, SecretShown::NoneNeeded))) };
        let shown = pairs.iter().any(|(_, have)| have == secret)
            || params.one("client_secret")? == Some(secret)
            || in_query.one("client_secret")? == Some(secret);
        Ok(Some((id, if shown { SecretShown::Right } else { SecretShown::WrongOrMissing })))
    }

    fn resource_request(&mut self, exchange: &Arc<Exchange>) -> Result<(), Twice> {
        let request = &exchange.request;
        let Some(token) = header(request, "authorization")?.and_then(|value| credentials(value, "bearer"))
        else {
            return Ok(());
        };
        if self.foreign.contains(token) || query(request).has("access_token") || !request.body.is_empty() {
            return Ok(());
        }
        let Ok(response) = &exchange.answer else { return Ok(()) };
        let service = ResourceUse {
            token: self.sym(token),
            served: (200..300).contains(&response.status),
            covered: self.covers(token),
        };
        self.record(exchange, What::Resource(service));
        Ok(())
    }

    /// Whether a token covers the resource: only a client whose scope is known not to can tell.
    fn covers(&self, token: &str) -> Option<bool> {
        let token = *self.symbols.get(token)?;
        let client = self.observed.facts.iter().find_map(|fact| match fact.what {
            What::Redemption(redemption) if redemption.token.is_some_and(|issued| issued.token == token) => {
                Some(redemption.client)
            }
            What::Redemption(_)
            | What::CodeIssued(_)
            | What::Refresh(_)
            | What::Resource(_)
            | What::LoggedIn(_) => None,
        })?;
        let narrow = |known: &&Arc<Client>| {
            known.narrow_scope.is_some()
                && known.scope == known.narrow_scope
                && self.symbols.get(&known.id) == Some(&client)
        };
        self.target.clients.values().find(narrow).map(|_| false)
    }
}

/// Whether a response went to a registered redirect URI of the client, as a string but for a loopback port.
fn is_registered(client: &Client, location: &str) -> bool {
    let goes_on = |rest: &str| rest.is_empty() || rest.starts_with(['?', '#', '&']);
    let exact = |uri: &String| location.strip_prefix(uri.as_str()).is_some_and(goes_on);
    if std::iter::once(&client.redirect_uri).chain(&client.other_redirect_uri).any(exact) {
        return true;
    }
    let without_port = |text: &str| {
        let url = Url::parse(text).ok()?;
        let literal = matches!(url.host_str(), Some("127.0.0.1" | "[::1]")) && url.scheme() == "http";
        literal.then(|| format!("{}{}", url.host_str().unwrap_or_default(), url.path()))
    };
    client.is_public()
        && without_port(location).is_some()
        && without_port(location) == without_port(&client.redirect_uri)
}

/// Whether a scope has a value that another has not.
fn is_wider(told: Option<&str>, asked: Option<&str>) -> bool {
    let (Some(told), Some(asked)) = (told, asked) else { return false };
    let asked: Vec<&str> = asked.split(' ').collect();
    told.split(' ').any(|value| !asked.contains(&value))
}
