//! The walker, who is client, owner and thief in turn, and the observer that writes facts off what passes.
//!
//! The observer reads requests and replies as an outsider would, and nothing of what the server stores.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oauth_core::form::encode_pairs;
use oauth_core::http::{Body, HttpReply, HttpRequest};
use oauth_core::page::Page;
use oauth_core::policy::Policy;
use oauth_core::secret::s256;
use oauth_faults::Faults;
use oauth_laws::fact::{
    CodeChallenge, CodeIssued, Fact, Issued, Redemption, RefreshUse, ResourceUse, SecretShown, Sender, Sym,
    What,
};
use oauth_laws::law::{Facts, Judgement, LAWS};
use serde_json::Value;

use super::server::{get, log_in, param_of, post};
use crate::bench::Bench;

/// Id, secret, redirect URI.
const CLIENTS: &[(&str, Option<&str>, &str)] = &[
    ("client_1", Some("client_secret_1"), "http://localhost:8000/callback"),
    ("client_2", Some("client_secret_2"), "http://localhost:8001/callback"),
    ("public_1", None, "http://127.0.0.1/callback"),
];

/// One step of a walk; numbers pick out of what is there, counted from the last.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Ask {
        client: usize,
        redirect: Option<usize>,
        scope: bool,
        state: Option<u8>,
        verifier: Option<u8>,
    },
    Decide {
        page: usize,
        answer: &'static str,
        forged: bool,
    },
    Redeem {
        code: usize,
        client: Option<usize>,
        secret: u8,
        redirect: u8,
        verifier: Option<Option<u8>>,
        scope: bool,
    },
    Refresh {
        token: usize,
        client: Option<usize>,
        secret: u8,
        scope: Option<&'static str>,
        made_up: bool,
    },
    Use {
        token: usize,
        made_up: bool,
    },
    Wait(u64),
}

/// What a request asked for.
#[derive(Debug, Clone)]
struct Asked {
    client: usize,
    redirect: Option<String>,
    state: Option<String>,
    verifier: Option<String>,
    scope: BTreeSet<String>,
}

/// A refresh token, whose it is, and what its owner consented to.
#[derive(Debug, Clone)]
struct RefreshToken {
    token: String,
    client: usize,
    consented: BTreeSet<String>,
}

/// A walker, who is client, owner and thief in turn, and an observer.
pub(crate) struct Walk {
    bench: Bench,
    cookies: String,
    pages: Vec<(String, Asked)>,
    codes: Vec<(String, Asked, BTreeSet<String>)>,
    tokens: Vec<(String, BTreeSet<String>)>,
    refreshes: Vec<RefreshToken>,
    texts: Vec<String>,
    facts: Vec<Fact>,
}

fn nth_last<T: Clone>(items: &[T], nth: usize) -> Option<T> {
    items.iter().rev().nth(nth).cloned()
}

fn words(text: &str) -> BTreeSet<String> {
    text.split(' ').map(str::to_owned).collect()
}

fn verifier_text(which: u8) -> String {
    char::from(b'a' + which).to_string().repeat(43)
}

impl Walk {
    fn new(faults: Faults) -> Self {
        let mut bench = Bench::new(Policy::RFC9700);
        let cookies = log_in(&mut bench, 0);
        bench.faults = faults;
        Self {
            bench,
            cookies,
            pages: Vec::new(),
            codes: Vec::new(),
            tokens: Vec::new(),
            refreshes: Vec::new(),
            texts: Vec::new(),
            facts: Vec::new(),
        }
    }

    /// Walks, and says which laws fell.
    pub(crate) fn broken(faults: Faults, steps: &[Step]) -> Vec<&'static str> {
        let mut walk = Self::new(faults);
        for step in steps {
            walk.go(step);
        }
        let policy = walk.bench.policy;
        let facts = Facts {
            facts: &walk.facts,
            code_lifetime: u64::from(policy.code_lifetime.0),
            refresh_grace: u64::from(policy.refresh_grace.0),
            refresh_lifetime: Some(u64::from(policy.refresh_lifetime.0)),
            proof_lifetime: u64::from(policy.proof_lifetime.0),
            revocation_delay: 0,
        };
        let fell = |law: &&oauth_laws::law::Law| matches!(law.judge(&facts), Judgement::Broken(_));
        LAWS.iter().filter(fell).map(|law| law.id).collect()
    }

    fn sym(&mut self, text: &str) -> Sym {
        let at = self.texts.iter().position(|have| have == text).unwrap_or_else(|| {
            self.texts.push(text.to_owned());
            self.texts.len() - 1
        });
        Sym(u32::try_from(at).expect("walks are short"))
    }

    fn record(&mut self, by: Sender, what: What) {
        let at = u32::try_from(self.facts.len()).expect("walks are short");
        let now = self.bench.now;
        self.facts.push(Fact { sent: at, answered: Some(at), sent_at: now, answered_at: now, by, what });
    }

    fn exchange(&mut self, request: &HttpRequest) -> HttpReply {
        self.bench.exchange(request).reply
    }

    fn go(&mut self, step: &Step) {
        match step {
            Step::Ask { client, redirect, scope, state, verifier } => {
                self.ask(*client, *redirect, *scope, *state, *verifier);
            }
            Step::Decide { page, answer, forged } => self.decide(*page, answer, *forged),
            Step::Redeem { code, client, secret, redirect, verifier, scope } => {
                self.redeem(*code, *client, *secret, *redirect, *verifier, *scope);
            }
            Step::Refresh { token, client, secret, scope, made_up } => {
                self.refresh(*token, *client, *secret, *scope, *made_up);
            }
            Step::Use { token, made_up } => self.show(*token, *made_up),
            Step::Wait(seconds) => self.bench.now += seconds,
        }
    }

    fn ask(
        &mut self,
        client: usize,
        redirect: Option<usize>,
        scope: bool,
        state: Option<u8>,
        verifier: Option<u8>,
    ) {
        let (id, _, own) = CLIENTS[client];
        let redirect = redirect.map(|which| match which {
            0 => "http://evil.example/callback".to_owned(),
            1 if client == 2 => "http://127.0.0.1:4000/callback".to_owned(),
            _ => own.to_owned(),
        });
        let state = state.map(|which| format!("state {which}"));
        let verifier = verifier.map(verifier_text);
        let query = form(&[
            ("response_type", Some("code")),
            ("client_id", Some(id)),
            ("redirect_uri", redirect.as_deref()),
            ("state", state.as_deref()),
            ("scope", scope.then_some("profile")),
            ("code_challenge", verifier.as_deref().map(s256).as_deref()),
            ("code_challenge_method", verifier.as_deref().map(|_| "S256")),
        ]);
        let asked = Asked { client, redirect, state, verifier, scope: BTreeSet::new() };
        let reply = self.exchange(&get("/authorize", &query, &self.cookies.clone()));
        if let Body::Page(Page::Consent { ask, scope, .. }) = reply.body {
            let scope = scope.into_iter().collect();
            self.pages.push((ask, Asked { scope, ..asked }));
        } else if let Some(code) = param_of(&reply, "code") {
            self.code(code, &asked, false, BTreeSet::new(), &reply);
        }
    }

    fn decide(&mut self, page: usize, answer: &str, forged: bool) {
        let Some((ask, asked)) = nth_last(&self.pages, page) else { return };
        let ask = if forged { format!("{ask}x") } else { ask };
        let (form, consented) = match answer {
            "some" => (format!("ask={ask}&confirm=yes&choosable=1&keep=profile"), words("profile")),
            _ => (format!("ask={ask}&confirm={answer}"), asked.scope.clone()),
        };
        let request = post("/authorize", &form, &[("cookie", &self.cookies)]);
        let reply = self.exchange(&request);
        if let Some(code) = param_of(&reply, "code") {
            self.code(code, &asked, answer != "no" && !forged, consented, &reply);
        }
    }

    fn code(
        &mut self,
        code: String,
        asked: &Asked,
        consented: bool,
        scope: BTreeSet<String>,
        reply: &HttpReply,
    ) {
        let location = reply.header("Location").unwrap_or_default().to_owned();
        let sent_to = location.split('?').next().unwrap_or_default();
        let (id, _, own) = CLIENTS[asked.client];
        let registered = sent_to == own || (asked.client == 2 && sent_to == "http://127.0.0.1:4000/callback");
        let answered = param_of(reply, "state");
        let issued = CodeIssued {
            code: self.sym(&code),
            client: self.sym(id),
            sent_to: self.sym(sent_to),
            registered,
            redirect_uri: asked.redirect.as_deref().map(|uri| self.sym(uri)),
            state: (
                asked.state.as_deref().map(|state| self.sym(state)),
                answered.as_deref().map(|state| self.sym(state)),
            ),
            challenge: asked
                .verifier
                .as_deref()
                .map(|verifier| CodeChallenge::S256(self.sym(&s256(verifier)))),
            certain: true,
            password_shown: Some(true),
            consented: Some(consented),
            key: None,
            pushed: None,
            owner: None,
        };
        self.record(Sender::Owner, What::CodeIssued(issued));
        self.codes.push((code, asked.clone(), scope));
    }

    fn redeem(
        &mut self,
        code: usize,
        client: Option<usize>,
        secret: u8,
        redirect: u8,
        verifier: Option<Option<u8>>,
        scope: bool,
    ) {
        let Some((code, asked, consented)) = nth_last(&self.codes, code) else { return };
        let client = client.unwrap_or(asked.client);
        let (id, _, own) = CLIENTS[client];
        let redirect = match redirect {
            0 => asked.redirect.clone(),
            1 => Some(format!("{own}/")),
            _ => None,
        };
        let verifier = match verifier {
            Some(other) => other.map(verifier_text),
            None => asked.verifier.clone(),
        };
        let form = form(&[
            ("grant_type", Some("authorization_code")),
            ("code", Some(&code)),
            ("redirect_uri", redirect.as_deref()),
            ("code_verifier", verifier.as_deref()),
            ("scope", scope.then_some("profile email")),
        ]);
        let (shown, reply) = self.ask_for_token(client, secret, form);
        let token = self.token(&reply, client, &consented);
        let redemption = Redemption {
            code: self.sym(&code),
            client: self.sym(id),
            secret: shown,
            redirect_uri: redirect.as_deref().map(|uri| self.sym(uri)),
            verifier: verifier.as_deref().map(|text| (self.sym(text), self.sym(&s256(text)))),
            proof: None,
            token,
        };
        self.record(Sender::Client, What::Redemption(redemption));
    }

    /// Sends a token request with the right secret (0), a wrong one (1) or none; says what was shown.
    fn ask_for_token(&mut self, client: usize, secret: u8, mut form: String) -> (SecretShown, HttpReply) {
        let (id, own_secret, _) = CLIENTS[client];
        let (shown, proof) = match (own_secret, secret) {
            (None, _) => (SecretShown::NoneNeeded, None),
            (Some(own), 0) => (SecretShown::Right, Some(format!("{id}:{own}"))),
            (Some(_), 1) => (SecretShown::WrongOrMissing, Some(format!("{id}:wrong"))),
            (Some(_), _) => (SecretShown::WrongOrMissing, None),
        };
        if proof.is_none() {
            form.push_str(&format!("&client_id={id}"));
        }
        let authorization = proof.map(|proof| format!("Basic {}", STANDARD.encode(proof)));
        let headers: Vec<(&str, &str)> =
            authorization.iter().map(|value| ("authorization", value.as_str())).collect();
        (shown, self.exchange(&post("/token", &form, &headers)))
    }

    fn refresh(
        &mut self,
        token: usize,
        client: Option<usize>,
        secret: u8,
        scope: Option<&str>,
        made_up: bool,
    ) {
        let Some(held) = nth_last(&self.refreshes, token) else { return };
        let token = match held.token.split_once('.') {
            Some((grant, _)) if made_up => format!("{grant}.{}", "A".repeat(43)),
            Some(_) | None => held.token.clone(),
        };
        let client = client.unwrap_or(held.client);
        let form =
            form(&[("grant_type", Some("refresh_token")), ("refresh_token", Some(&token)), ("scope", scope)]);
        let (shown, reply) = self.ask_for_token(client, secret, form);
        let issued = self.token(&reply, client, &held.consented);
        let got = issued.and(self.tokens.last()).map(|(_, got)| got);
        let falls_short = scope.is_none() && got.is_some_and(|got| !held.consented.is_subset(got));
        let refresh = RefreshUse {
            token: self.sym(&token),
            client: self.sym(CLIENTS[client].0),
            secret: shown,
            falls_short,
            asks: None,
            strays: false,
            proof: None,
            issued,
        };
        self.record(Sender::Client, What::Refresh(refresh));
    }

    fn token(&mut self, reply: &HttpReply, client: usize, consented: &BTreeSet<String>) -> Option<Issued> {
        let Body::Text(text) = &reply.body else { return None };
        let body: Value = serde_json::from_str(text).ok()?;
        let token = body["access_token"].as_str()?;
        let scope = words(body["scope"].as_str()?);
        let beyond_consent = !scope.is_subset(consented);
        let refresh = body["refresh_token"].as_str().map(|refresh| {
            let token = refresh.to_owned();
            self.refreshes.push(RefreshToken { token, client, consented: consented.clone() });
            self.sym(refresh)
        });
        let issued = Issued {
            token: self.sym(token),
            expires_in: body["expires_in"].as_u64(),
            beyond_consent,
            refresh,
            key: None,
            only_for: None,
        };
        self.tokens.push((token.to_owned(), scope));
        Some(issued)
    }

    fn show(&mut self, token: usize, made_up: bool) {
        let Some((token, scope)) = nth_last(&self.tokens, token) else { return };
        let token = if made_up { format!("{token}x") } else { token };
        let mut request = get("/api/me", "", "");
        request.headers.push(("authorization".to_owned(), format!("Bearer {token}").into_bytes()));
        let served = self.exchange(&request).status == 200;
        let covered = Some(scope.contains("profile"));
        let service = ResourceUse {
            token: self.sym(&token),
            resource: self.sym("/api/me"),
            proof: None,
            served,
            covered,
            shown_to: None,
        };
        self.record(Sender::Client, What::Resource(service));
    }
}

/// The parameters that have a value, encoded.
fn form(params: &[(&str, Option<&str>)]) -> String {
    let sent: Vec<(&str, &str)> =
        params.iter().filter_map(|(name, value)| Some((*name, (*value)?))).collect();
    encode_pairs(&sent)
}
