//! From exchanges to facts.
//!
//! The observer reads facts off HTTP with a parser of its own, exchange by exchange as they come. What it cannot read
//! without doubt (a repeated parameter, a response that fits two requests) it leaves out, so that a law is silent
//! rather than wrong.

mod dpop;
mod introspect_revoke;
mod parse;
mod registered;
mod settle;
mod tokens;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use oauth_laws::fact::{CodeAsked, CodeChallenge, CodeIssued, Fact, Sender, Sym, What};
use url::Url;

use crate::probe::Probed;
use crate::subject::{Client, Target};
use crate::wire::{Actor, Exchange};
pub(crate) use parse::led_by_page;
use parse::{Pairs, form, goes_to, known_as, location, query};
use registered::Registered;

/// Seconds by which a clock, a network and a scheduler may be late before a lifetime counts as overrun.
pub(crate) const GRACE: u64 = 2;

/// Seconds by which codes and tokens may outlive their time before a law says so: servers leave each other's clocks some, and
/// clear away by the second or by ten. Cases that wait for an end leave half a minute and more, which is longer.
pub(crate) const LENIENCE: u64 = 28;

/// Facts, each with the exchange that shows it.
#[derive(Debug, Default)]
pub(crate) struct Observed {
    /// The facts in the order of their answers.
    pub(crate) facts: Vec<Fact>,
    /// The exchange behind each fact.
    pub(crate) exchanges: Vec<Arc<Exchange>>,
}

/// Reads the facts off the exchanges of a run, one after the other.
pub(crate) struct Observer {
    target: Arc<Target>,
    /// A moment, and its time since 1970: the observer's clock counts as proofs do.
    start: (Instant, Duration),
    symbols: BTreeMap<String, Sym>,
    /// Authorization requests, each until its browser has its answer.
    asked: Vec<Asked>,
    /// Browser sessions that showed a right password.
    passwords: BTreeSet<Option<u64>>,
    /// Browser sessions that sent anything of their own beside authorization requests.
    touched: BTreeSet<Option<u64>>,
    /// Actors and clients for which the owner may have said yes before.
    consented: BTreeSet<(&'static str, String)>,
    /// What a code was asked for.
    wanted: BTreeMap<String, Granted>,
    /// What was granted with a refresh token: the scope as the server told it.
    granted: BTreeMap<String, Granted>,
    /// Access tokens of refreshes that named resources which were not granted: the place of the refresh among the facts, and
    /// these resources.
    strayed: BTreeMap<String, (usize, Vec<String>)>,
    /// Requests that were pushed, by their `request_uri`.
    pushes: BTreeMap<String, Pairs>,
    /// The nonces for proofs, each with the time when it was given away last.
    nonces: BTreeMap<String, u64>,
    /// Tokens and codes whose origin is not known.
    foreign: BTreeSet<String>,
    /// Clients that registered themselves.
    registered: Registered,
    /// What the server demands, remembers and takes, as far as that was seen.
    probed: Probed,
    observed: Observed,
}

/// What a code or a refresh token is for, as far as that was seen.
#[derive(Debug, Clone, Default)]
struct Granted {
    scope: Option<String>,
    /// Resources that were named (RFC 8707).
    resources: Vec<String>,
}

/// An authorization request that was seen.
struct Asked {
    who: Actor,
    browser: Option<u64>,
    sent: u64,
    /// The observer's clock when it was sent, in seconds.
    at: u64,
    params: Pairs,
    /// Whether these are all that it asked for.
    is_whole: bool,
    /// Whether a `state` stood beside what was pushed: which of them comes back is for a case to judge.
    has_other_state: bool,
    /// Whether a form was sent since, which may have been an answer to the consent page.
    decided: bool,
    /// Whether the browser was shown a page since that it knows as one of consent.
    was_consent_asked: bool,
    /// Whether a response was seen.
    answered: bool,
}

impl Asked {
    fn state(&self) -> Option<&str> {
        self.params.one("state").ok().flatten()
    }
}

impl Observer {
    /// Has read nothing. `start` is a moment of the run's clock and its time since 1970.
    pub(crate) fn new(target: Arc<Target>, start: (Instant, Duration)) -> Self {
        Self {
            target,
            start,
            symbols: BTreeMap::new(),
            asked: Vec::new(),
            passwords: BTreeSet::new(),
            touched: BTreeSet::new(),
            consented: BTreeSet::new(),
            wanted: BTreeMap::new(),
            granted: BTreeMap::new(),
            strayed: BTreeMap::new(),
            pushes: BTreeMap::new(),
            nonces: BTreeMap::new(),
            foreign: BTreeSet::new(),
            registered: Registered::default(),
            probed: Probed::default(),
            observed: Observed::default(),
        }
    }

    /// What was read so far.
    pub(crate) const fn observed(&self) -> &Observed {
        &self.observed
    }

    fn sym(&mut self, text: &str) -> Sym {
        let next = Sym(u32::try_from(self.symbols.len()).unwrap_or(u32::MAX));
        *self.symbols.entry(known_as(text).into_owned()).or_insert(next)
    }

    /// Reads an exchange; exchanges come in the order of their answers. `kept` is shown where a law is broken.
    pub(crate) fn read(&mut self, exchange: &Exchange, kept: &Arc<Exchange>) {
        self.nonce(exchange);
        self.endpoint(exchange);
        self.observed.exchanges.resize(self.observed.facts.len(), Arc::clone(kept));
    }

    fn endpoint(&mut self, exchange: &Exchange) {
        let target = Arc::clone(&self.target);
        let endpoints = &target.endpoints;
        let is = |endpoint: &Option<String>| {
            endpoint.as_ref().is_some_and(|endpoint| goes_to(&exchange.request, endpoint))
        };
        if goes_to(&exchange.request, &endpoints.token) {
            // What is in doubt is left out.
            let _ = self.token_request(exchange);
            let _ = self.settle_authentication("token", exchange);
        } else if let Some(resource) = self.resource_of(&exchange.request) {
            let _ = self.resource_request(exchange, &resource);
        } else if is(&endpoints.pushed_authorization_request) {
            let _ = self.push(exchange);
            let _ = self.settle_authentication("pushed_authorization_request", exchange);
        } else if is(&endpoints.revocation) {
            let _ = self.revocation(exchange);
            let _ = self.settle_authentication("revocation", exchange);
        } else if is(&endpoints.introspection) {
            let _ = self.introspection(exchange);
            let _ = self.settle_authentication("introspection", exchange);
        } else if is(&endpoints.registration) {
            self.registered.read(exchange);
            self.settle_registration(exchange);
        } else if exchange.browser.is_some() {
            self.page(exchange);
        }
    }

    /// The observer's clock, in seconds.
    fn seconds(&self, at: Instant) -> f64 {
        let (start, unix_time) = self.start;
        (unix_time + at.saturating_duration_since(start)).as_secs_f64()
    }

    fn record(&mut self, exchange: &Exchange, what: What) {
        let seconds = |at: Instant| self.seconds(at);
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
                Actor::Client => Sender::Client,
                Actor::OtherClient => Sender::OtherClient,
                Actor::Thief => Sender::Thief,
                Actor::Browser | Actor::OtherBrowser | Actor::Stranger | Actor::Suite => Sender::Owner,
            },
            what,
        });
    }

    /// A browser's exchange with the server: a request, a password, a decision, a response.
    fn page(&mut self, exchange: &Exchange) {
        let request = &exchange.request;
        let (in_query, body) = (query(request), form(request));
        let shows = |password: &str| body.has_value(password) || in_query.has_value(password);
        if self.target.users.values().any(|user| shows(user.password.expose())) {
            self.passwords.insert(exchange.browser);
        }
        // The browser names the page that a form was on; what the suite composed itself came from none.
        let is_form = request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("referer"));
        let named = if request.method == "POST" { body } else { in_query };
        let has_other_state = named.has("request_uri") && named.has("state");
        let (params, is_whole) = match self.as_pushed(named) {
            Ok(params) => (params, true),
            Err(params) => (params, false),
        };
        let is_request = goes_to(request, &self.target.endpoints.authorization) && params.has("client_id");
        if is_form || (request.method == "POST" && !is_request) {
            self.touched.insert(exchange.browser);
            for asked in self.asked.iter_mut().filter(|asked| asked.browser == exchange.browser) {
                asked.decided = true;
            }
        } else if is_request && !self.is_repetition(exchange, &params) {
            let asked = Asked {
                who: exchange.who,
                browser: exchange.browser,
                sent: exchange.sent.tick,
                at: self.seconds(exchange.sent.at).floor() as u64,
                params,
                is_whole,
                has_other_state,
                decided: false,
                was_consent_asked: false,
                answered: false,
            };
            if let Some(what) = self.code_asked(exchange, &asked) {
                self.record(exchange, What::CodeAsked(what));
            }
            self.asked.push(asked);
        }
        if let Some(location) = location(exchange).or_else(|| led_by_page(exchange)) {
            self.response(exchange, &location);
        }
    }

    /// A request for a code that a server might grant; what its browser lacks counts only where nothing else is wrong with it.
    fn code_asked(&mut self, exchange: &Exchange, asked: &Asked) -> Option<CodeAsked> {
        let one = |name: &str| asked.params.one(name).ok().flatten();
        if !asked.is_whole || asked.params.repeats() || one("response_type") != Some("code") {
            return None;
        }
        let client_id = one("client_id")?;
        let client = self.registered.client(&self.target, client_id)?;
        let registered = one("redirect_uri").map(|uri| self.is_on_record(&client, uri));
        let is_good = registered != Some(false);
        let answer = location(exchange).and_then(|location| Url::parse(&location).ok());
        if let Some(answer) = answer.filter(|answer| self.target.is_callback(answer)) {
            let params = Pairs::of(answer.query().unwrap_or_default().as_bytes());
            self.settle_refusal(&asked.params, &client, params.one("error").ok().flatten());
        }
        let password_shown = self.password_shown(exchange).filter(|_| is_good);
        // Whoever is not logged in is asked for a password first.
        let headers = &exchange.request.headers;
        let is_known = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("cookie"));
        let consented = self.was_consented(exchange, asked, &client).filter(|_| is_good && is_known);
        Some(CodeAsked {
            client: self.sym(client_id),
            registered,
            password_shown,
            consented,
            pushed: one("request_uri").map(|uri| (self.sym(uri), asked.at)),
        })
    }

    /// Whether a server sent the browser back to a request that is open: after the login, or after the consent.
    fn is_repetition(&self, exchange: &Exchange, params: &Pairs) -> bool {
        self.asked.iter().any(|asked| {
            asked.browser == exchange.browser
                && !asked.answered
                && ["client_id", "state"].iter().all(|name| {
                    match (params.one(name), asked.params.one(name)) {
                        (Ok(have), Ok(before)) => have == before,
                        (Ok(_) | Err(_), Ok(_) | Err(_)) => false,
                    }
                })
        })
    }

    /// A redirect: an authorization response, if it leaves the server with a code.
    fn response(&mut self, exchange: &Exchange, location: &str) {
        let Ok(url) = Url::parse(location) else { return };
        if self.target.is_own(&url) && !self.target.is_callback(&url) {
            return;
        }
        let params = Pairs::of(url.query().unwrap_or_default().as_bytes());
        let (Ok(Some(code)), Ok(state)) = (params.one("code"), params.one("state")) else { return };
        // Unless it is read below, nobody knows which request this code answers.
        self.foreign.insert(known_as(code).into_owned());
        let Some((at, certain)) = self.request_of(exchange, state) else { return };
        let mut asked = std::mem::take(&mut self.asked);
        asked[at].answered = true;
        let issued = self.issued(exchange, &asked[at], certain, code, state, location);
        // Kept, since a form that is sent twice answers the same request twice.
        self.asked = asked;
        if let Some(issued) = issued {
            self.foreign.remove(&*known_as(code));
            self.record(exchange, What::CodeIssued(issued));
        }
    }

    /// The request that a response answers, and whether that is certain: it is if the browser sent one with this
    /// `state`, or, for a response without, if it has sent but one at all.
    fn request_of(&self, exchange: &Exchange, state: Option<&str>) -> Option<(usize, bool)> {
        let own: Vec<(usize, &Asked)> = self
            .asked
            .iter()
            .enumerate()
            .filter(|(_, asked)| asked.browser == exchange.browser && asked.sent <= exchange.sent.tick)
            .collect();
        if state.is_some()
            && let Some((at, asked)) = own.iter().rev().find(|(_, asked)| asked.state() == state)
        {
            return Some((*at, asked.is_whole));
        }
        let open: Vec<&(usize, &Asked)> = own.iter().filter(|(_, asked)| !asked.answered).collect();
        match open.as_slice() {
            [(at, asked)] => Some((*at, own.len() == 1 && asked.is_whole && asked.state() == state)),
            // Of several the latest was answered, but only its own `state` is worth a word.
            [.., (at, _)] => Some((*at, false)),
            [] => None,
        }
    }

    fn issued(
        &mut self,
        exchange: &Exchange,
        asked: &Asked,
        certain: bool,
        code: &str,
        state: Option<&str>,
        location: &str,
    ) -> Option<CodeIssued> {
        if asked.params.repeats() {
            return None;
        }
        let one = |name: &str| asked.params.one(name).ok().flatten().map(str::to_owned);
        let client_id = one("client_id")?;
        let client = self.registered.client(&self.target, &client_id)?;
        // What a challenge means whose method nobody has defined, or that names none, is for cases to say.
        let is_defined = match one("code_challenge_method").as_deref() {
            Some(method) => matches!(method, "plain" | "S256"),
            None => one("code_challenge").is_none(),
        };
        let certain = certain && is_defined;
        let password_shown = self.password_shown(exchange);
        let consented = self.was_consented(exchange, asked, &client);
        if certain {
            self.settle_code(asked, &client, password_shown != Some(true));
            let resources = asked.params.all("resource").into_iter().map(str::to_owned).collect();
            self.wanted.insert(known_as(code).into_owned(), Granted { scope: one("scope"), resources });
        }
        let challenge = one("code_challenge").map(|text| {
            let text = self.sym(&text);
            match one("code_challenge_method").as_deref() {
                Some("S256") => CodeChallenge::S256(text),
                Some(_) | None => CodeChallenge::Plain(text),
            }
        });
        let by = self.sym(&client_id);
        let pushed = one("request_uri").map(|uri| self.sym(&uri));
        // Where another client pushed the request, the redirect URI is that one's, and whose the request is, another law says.
        let is_anothers = pushed.is_some_and(|uri| {
            let others =
                |what: &What| matches!(what, What::Pushed(push) if push.uri == uri && push.client != by);
            self.observed.facts.iter().any(|fact| others(&fact.what))
        });
        Some(CodeIssued {
            code: self.sym(code),
            client: by,
            sent_to: self.sym(location.split(['?', '#']).next().unwrap_or_default()),
            registered: is_anothers || self.is_on_record(&client, location),
            redirect_uri: one("redirect_uri").map(|uri| self.sym(&uri)),
            state: (
                one("state")
                    .filter(|text| is_vschar(text) && !asked.has_other_state)
                    .map(|text| self.sym(&text)),
                state.map(|text| self.sym(text)),
            ),
            challenge,
            certain,
            password_shown,
            consented,
            owner: None,
            key: one("dpop_jkt").map(|thumbprint| self.sym(&thumbprint)),
            pushed: pushed.map(|uri| (uri, asked.at)),
        })
    }

    /// Whether a response went to a redirect URI that is the client's, as far as it is known.
    fn is_on_record(&self, client: &Client, location: &str) -> bool {
        is_registered(client, self.registered.further_uris(&client.id), location)
            || self.registered.asked_for(&client.id).iter().any(|uri| fits(uri, location))
    }

    /// Whether the browser showed a password. A session that the run brought along, or that sent anything of its own, may
    /// be logged in by ways that are not seen; one that sent nothing but authorization requests is not.
    fn password_shown(&self, exchange: &Exchange) -> Option<bool> {
        if self.passwords.contains(&exchange.browser) {
            return Some(true);
        }
        let new = exchange.who == Actor::Stranger && !self.touched.contains(&exchange.browser);
        new.then_some(false)
    }

    /// Whether the owner decided. Any form since the request may have been the decision, and an earlier one may stand; that
    /// of a client which proves who it is may have been given elsewhere (RFC 6749, sections 4.1.1 and 10.2).
    fn was_consented(&mut self, exchange: &Exchange, asked: &Asked, client: &Client) -> Option<bool> {
        let before = (asked.who.word(), client.id.clone());
        if asked.decided {
            self.consented.insert(before);
            return Some(true);
        }
        let unknown = !client.is_public()
            || self.consented.contains(&before)
            || self.touched.contains(&exchange.browser);
        (!unknown).then_some(false)
    }
}

/// Whether a text may be a state at all (RFC 6749, appendix A.5).
fn is_vschar(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, 0x20..=0x7e))
}

/// Whether a response went to a registered redirect URI of the client, one of those further ones among them.
fn is_registered(client: &Client, further: &[String], location: &str) -> bool {
    if client.redirect_uris().chain(further.iter().map(String::as_str)).any(|uri| fits(uri, location)) {
        return true;
    }
    let without_port = |text: &str| {
        let url = Url::parse(text).ok()?;
        // Another name of the machine leads to the client all the same; that it is taken, a case tells. Whether a client
        // with a secret is a native one, to which any port is due (RFC 9700, section 4.1.3), nobody says.
        let here = matches!(url.host_str(), Some("127.0.0.1" | "[::1]" | "localhost"));
        (here && url.scheme() == "http").then(|| url.path().to_owned())
    };
    let bare = without_port(location);
    bare.is_some() && bare == without_port(&client.redirect_uri)
}

/// Whether a response went to this redirect URI: its place, and the query that it had.
fn fits(uri: &str, location: &str) -> bool {
    let parts = |text: &str| {
        let text = text.split('#').next().unwrap_or_default();
        let (place, query) = text.split_once('?').unwrap_or((text, ""));
        // `https://app.example` and `https://app.example/` are one place.
        let is_bare = Url::parse(place)
            .is_ok_and(|url| url.has_host() && matches!(url.path(), "" | "/") && !place.ends_with('/'));
        (if is_bare { format!("{place}/") } else { place.to_owned() }, Pairs::of(query.as_bytes()))
    };
    let ((place, pairs), (own_place, own)) = (parts(location), parts(uri));
    own_place == place && pairs.hold(&own)
}
