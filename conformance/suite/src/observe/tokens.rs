//! Facts about tokens: how they are issued, and what they open.

use std::sync::Arc;

use oauth_laws::fact::{
    AskedScope, ForItself, Issued, ProofRefused, Redemption, RefreshUse, ResourceUse, SecretShown, Sym, What,
};

use super::introspect_revoke::succeeded;
use super::parse::{Pairs, Twice, basic, credentials, form, goes_to, header, known_as, query, s256};
use super::{Granted, Observer};
use crate::subject::Client;
use crate::wire::{Exchange, Request, is_breakdown};

impl Observer {
    pub(super) fn token_request(&mut self, exchange: &Exchange) -> Result<(), Twice> {
        let request = &exchange.request;
        let params = form(request);
        let document = exchange.answer.as_ref().ok().and_then(crate::wire::Response::json);
        let status = exchange.status().unwrap_or_default();
        let member = |name: &str| document.as_ref().and_then(|document| document.get(name));
        let token = member("access_token")
            .and_then(serde_json::Value::as_str)
            .filter(|_| succeeded(exchange))
            .map(|token| known_as(token).into_owned());
        // An outage or a throttle is no judgement of what was shown.
        let refused = matches!(status, 400 | 401) && member("error").is_some();
        let error = member("error").and_then(serde_json::Value::as_str);
        // Unless it is read below, a token that came here has an origin that is not known.
        self.foreign.extend(token.clone());
        if token.is_none() && !refused {
            return Ok(());
        }
        let plain = !params.repeats() && query(request).is_empty();
        let asked = match params.one("grant_type")? {
            Some("authorization_code") if plain => {
                params.one("code")?.map(|code| Some((true, known_as(code).into_owned())))
            }
            Some("refresh_token") if plain => {
                params.one("refresh_token")?.map(|token| Some((false, known_as(token).into_owned())))
            }
            Some("client_credentials") if plain => Some(None),
            Some(_) | None => None,
        };
        if let Some(Some((true, code))) = &asked
            && self.foreign.contains(code)
        {
            return Ok(());
        }
        let (Some(asked), Some((client_id, secret))) = (asked, self.presented(exchange, &params)?) else {
            return Ok(());
        };
        let proof = self.proof(request, None)?;
        let is_spoilt = proof.is_none() && header(request, "dpop")?.is_some();
        let wants_nonce = error == Some("use_dpop_nonce");
        if token.is_none() && (is_spoilt || wants_nonce || error == Some("invalid_dpop_proof")) {
            // What else was shown need not have been looked at.
            if let Some((_, shown)) = asked.filter(|_| !is_spoilt) {
                let refused = ProofRefused { shown: self.sym(&shown), proof, wants_nonce };
                self.record(exchange, What::ProofRefused(refused));
            }
            return Ok(());
        }
        let kind = member("token_type").and_then(serde_json::Value::as_str);
        let is_bound = kind.is_some_and(|kind| kind.eq_ignore_ascii_case("dpop"));
        let key = proof.filter(|_| is_bound).map(|proof| proof.key);
        if let Some(token) = &token {
            self.foreign.remove(token);
        }
        let expires_in =
            member("expires_in").and_then(serde_json::Value::as_u64).map(|span| span + super::LENIENCE);
        let named: Vec<String> = params.all("resource").into_iter().map(str::to_owned).collect();
        let Some((by_code, shown)) = asked else {
            let issued = token.map(|token| Issued {
                token: self.sym(&token),
                expires_in,
                beyond_consent: false,
                refresh: None,
                key,
                only_for: self.only_for(&named),
            });
            let what = ForItself { client: self.sym(&client_id), secret, issued };
            self.record(exchange, What::ForItself(what));
            return Ok(());
        };
        let known = if by_code { &self.wanted } else { &self.granted };
        let before = known.get(&shown).cloned();
        let Granted { scope: allowed, resources } = before.clone().unwrap_or_default();
        let strayed = self.not_granted(&named, before.as_ref());
        let told = member("scope").and_then(serde_json::Value::as_str).map(str::to_owned);
        let refresh = member("refresh_token").and_then(serde_json::Value::as_str);
        let refresh = refresh.map(|refresh| known_as(refresh).into_owned());
        if token.is_some()
            && let Some(refresh) = &refresh
        {
            // What the first token response told is what was granted; a refresh passes it on.
            let scope = if by_code { told.clone() } else { allowed.clone() };
            self.granted.insert(refresh.clone(), Granted { scope, resources: resources.clone() });
        }
        if token.is_some() {
            let is_public = secret == SecretShown::NoneNeeded;
            self.settle_tokens((by_code, &shown), is_public, refresh.as_deref());
        }
        let wanted = params.one("scope")?;
        let new = token.clone().filter(|_| !by_code);
        let issued = token.map(|token| Issued {
            token: self.sym(&token),
            expires_in,
            // Only a scope in the token request itself can widen; defaults are the server's choice.
            beyond_consent: wanted.is_some_and(|wanted| gains(wanted, told.as_deref(), allowed.as_deref())),
            refresh: refresh.map(|refresh| self.sym(&refresh)),
            key,
            only_for: self.only_for(if named.is_empty() { &resources } else { &named }),
        });
        // What came for a resource that was not granted is judged by what it opens: a server may leave such a resource out.
        let strays = !strayed.is_empty() && issued.is_none();
        if let Some(token) = new.filter(|_| !strayed.is_empty()) {
            self.strayed.insert(token, (self.observed.facts.len(), strayed));
        }
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
                proof,
                token: issued,
            })
        } else {
            What::Refresh(RefreshUse {
                token: self.sym(&shown),
                client,
                secret,
                asks: asks(params.has("scope"), wanted, allowed.as_deref()),
                strays,
                proof,
                falls_short: !params.has("scope") && is_wider(allowed.as_deref(), told.as_deref()),
                issued,
            })
        };
        self.record(exchange, what);
        Ok(())
    }

    /// The client that a token request names, and whether it showed that client's secret, in whatever place.
    pub(super) fn presented(
        &self,
        exchange: &Exchange,
        params: &Pairs,
    ) -> Result<Option<(String, SecretShown)>, Twice> {
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
        let Some(client) = self.registered.client(&self.target, &id) else {
            return Ok(Some((id, SecretShown::WrongOrMissing)));
        };
        let Some(secret) = &client.secret else { return Ok(Some((id, SecretShown::NoneNeeded))) };
        let secret = secret.expose();
        let shown = pairs.iter().any(|(_, have)| have == secret)
            || params.one("client_secret")? == Some(secret)
            || in_query.one("client_secret")? == Some(secret);
        Ok(Some((id, if shown { SecretShown::Right } else { SecretShown::WrongOrMissing })))
    }

    pub(super) fn resource_request(&mut self, exchange: &Exchange, resource: &str) -> Result<(), Twice> {
        let request = &exchange.request;
        let shown = header(request, "authorization")?
            .and_then(|value| credentials(value, "bearer").or_else(|| credentials(value, "dpop")));
        let Some(token) = shown else { return Ok(()) };
        if self.foreign.contains(&*known_as(token))
            || query(request).has("access_token")
            || !request.body.is_empty()
        {
            return Ok(());
        }
        // An outage or a throttle is no judgement of what was shown.
        let judged = exchange.status().filter(|status| *status != 429 && !is_breakdown(*status));
        let Some(status) = judged else { return Ok(()) };
        let proof = self.proof(request, Some(token))?;
        // That a server takes a spoilt proof says nothing of the keys that it takes.
        if proof.is_none() && header(request, "dpop")?.is_some() {
            return Ok(());
        }
        let served = (200..300).contains(&status);
        self.stray(&known_as(token), resource, served);
        let service = ResourceUse {
            token: self.sym(token),
            resource: self.sym(resource),
            proof,
            served,
            covered: self.covers(token),
            shown_to: None,
        };
        self.record(exchange, What::Resource(service));
        Ok(())
    }

    /// Whether a token covers the resource: only a client whose scope is known not to can tell.
    fn covers(&self, token: &str) -> Option<bool> {
        let token = *self.symbols.get(&*known_as(token))?;
        let client = self.observed.facts.iter().find_map(|fact| match fact.what {
            What::Redemption(redemption) if redemption.token.is_some_and(|issued| issued.token == token) => {
                Some(redemption.client)
            }
            _ => None,
        })?;
        let narrow = |known: &&Arc<Client>| {
            known.narrow_scope.is_some()
                && known.scope == known.narrow_scope
                && self.symbols.get(&known.id) == Some(&client)
        };
        self.target.clients.values().find(narrow).map(|_| false)
    }

    /// The identifier of the resource that a request goes to.
    pub(super) fn resource_of(&self, request: &Request) -> Option<String> {
        let all = self.target.resource().into_iter().chain(self.target.second_resource.clone());
        all.into_iter().find(|known| goes_to(request, &known.url)).map(|known| known.identifier)
    }

    /// The one resource that a token is for, where the target says that its server reads `resource`.
    fn only_for(&mut self, named: &[String]) -> Option<Sym> {
        let [one] = named else { return None };
        self.is_known_resource(one).then(|| self.sym(one))
    }

    fn is_known_resource(&self, identifier: &str) -> bool {
        let mut all = self.target.resource().into_iter().chain(self.target.second_resource.clone());
        self.target.resource_indicators == Some(true) && all.any(|known| known.identifier == identifier)
    }

    /// The known resources that are named and were not before, where others were.
    fn not_granted(&self, named: &[String], granted: Option<&Granted>) -> Vec<String> {
        let Some(granted) = granted.filter(|granted| !granted.resources.is_empty()) else {
            return Vec::new();
        };
        let strays = |name: &&String| self.is_known_resource(name) && !granted.resources.contains(name);
        named.iter().filter(strays).cloned().collect()
    }

    /// Notes of a refresh that it led to a resource which was not granted, where its token is served there.
    fn stray(&mut self, token: &str, resource: &str, served: bool) {
        if let Some((at, strayed)) = self.strayed.get(token)
            && served
            && strayed.iter().any(|name| name == resource)
            && let Some(What::Refresh(refresh)) = self.observed.facts.get_mut(*at).map(|fact| &mut fact.what)
        {
            refresh.strays = true;
        }
    }
}

/// What a refresh asked for of the scope that was granted.
fn asks(names: bool, wanted: Option<&str>, allowed: Option<&str>) -> Option<AskedScope> {
    match (names, wanted) {
        (false, _) => allowed.map(|_| AskedScope::All),
        (true, Some(wanted)) if is_wider(Some(wanted), allowed) => Some(AskedScope::More),
        (true, Some(_)) => allowed.map(|_| AskedScope::Part),
        (true, None) => None,
    }
}

/// Whether asking for a scope brought a value that was not allowed before.
fn gains(wanted: &str, told: Option<&str>, allowed: Option<&str>) -> bool {
    let (Some(told), Some(allowed)) = (told, allowed) else { return false };
    let has = |set: &str, value: &str| values(set).any(|have| have == value);
    values(wanted).any(|value| has(told, value) && !has(allowed, value))
}

/// Whether a scope has a value that another has not.
fn is_wider(told: Option<&str>, asked: Option<&str>) -> bool {
    let (Some(told), Some(asked)) = (told, asked) else { return false };
    let asked: Vec<&str> = values(asked).collect();
    values(told).any(|value| !asked.contains(&value))
}

/// The values of a scope. Whether it is spelt as it has to be, a case says.
fn values(scope: &str) -> impl Iterator<Item = &str> {
    scope.split(' ').filter(|value| !value.is_empty())
}
