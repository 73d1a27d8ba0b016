//! What the traffic settles of the server, beside the facts that laws judge: what it demands, remembers and takes.

use oauth_laws::fact::{SecretShown, What};
use serde_json::Value;

use super::parse::{Pairs, Twice, credentials, form, header, query};
use super::{Asked, Observer, is_vschar};
use crate::probe::{Consent, Probed, hinted, shown, table};
use crate::subject::Client;
use crate::wire::Exchange;

/// The parameters of a plain request for a code.
const PLAIN: &[&str] = &["client_id", "response_type", "redirect_uri", "scope", "state"];

impl Observer {
    /// What the exchanges so far settle.
    pub(crate) fn probed(&self) -> Probed {
        let mut probed = self.probed.clone();
        probed.refresh_grace = self.refresh_grace();
        if self.target.metadata("require_pushed_authorization_requests") == Some(&Value::Bool(true)) {
            hinted(&mut probed.push_demanded, true);
        }
        probed
    }

    /// A request for a code to which nothing can be said but that it has no challenge, and that is refused as malformed.
    pub(super) fn settle_refusal(&mut self, params: &Pairs, client: &Client, error: Option<&str>) {
        let one = |name: &str| params.one(name).ok().flatten();
        let is_plain = params.names().all(|name| PLAIN.contains(&name))
            && one("response_type") == Some("code")
            && one("redirect_uri").is_none_or(|uri| super::is_registered(client, uri))
            && one("state").is_none_or(is_vschar);
        if is_plain && error == Some("invalid_request") {
            hinted(self.probed.challenge_demanded.of(client.is_public()), true);
        }
    }

    /// A code that was issued, by the certain answer to a request.
    pub(super) fn settle_code(&mut self, asked: &Asked, client: &Client, is_known: bool) {
        if !asked.params.has("code_challenge") {
            shown(self.probed.challenge_demanded.of(client.is_public()), false);
        }
        if !asked.params.has("request_uri") {
            shown(&mut self.probed.push_demanded, false);
        }
        let is_named = self.target.registered().any(|known| known.id == client.id);
        // What was sent where a password was shown may have been the login alone.
        if is_known && is_named {
            let seen = if asked.decided { Consent::Asked } else { Consent::Settled };
            let consent = self.probed.consent.entry(table(client.role)).or_insert(seen);
            if seen == Consent::Settled {
                *consent = seen;
            }
        }
    }

    /// An answer to a registration.
    pub(super) fn settle_registration(&mut self, exchange: &Exchange) {
        let Ok(None) = header(&exchange.request, "authorization") else { return };
        match exchange.status() {
            Some(200 | 201) => shown(&mut self.probed.registration_token_demanded, false),
            Some(401 | 403) => hinted(&mut self.probed.registration_token_demanded, true),
            Some(_) | None => {}
        }
    }

    /// The tokens that came for a code or a refresh token.
    pub(super) fn settle_tokens(
        &mut self,
        (by_code, spent): (bool, &str),
        is_public: bool,
        refresh: Option<&str>,
    ) {
        let rotates = refresh.is_some_and(|refresh| refresh != spent);
        let place = match by_code {
            true => self.probed.refresh_token_issued.of(is_public),
            false => self.probed.refresh_token_rotated.of(is_public),
        };
        if rotates { shown(place, true) } else { hinted(place, false) }
    }

    /// How a client authenticated where it was taken.
    pub(super) fn settle_authentication(
        &mut self,
        place: &'static str,
        exchange: &Exchange,
    ) -> Result<(), Twice> {
        let params = form(&exchange.request);
        if !super::introspect_revoke::succeeded(exchange) || !query(&exchange.request).is_empty() {
            return Ok(());
        }
        let basic = header(&exchange.request, "authorization")?.map(|value| credentials(value, "basic"));
        let shown = self.presented(exchange, &params)?.map(|(_, shown)| shown);
        let method = match (basic, params.has("client_secret"), shown) {
            (Some(Some(_)), false, Some(SecretShown::Right)) => "client_secret_basic",
            (None, true, Some(SecretShown::Right)) => "client_secret_post",
            (None, false, Some(SecretShown::NoneNeeded)) => "none",
            (_, _, _) => return Ok(()),
        };
        self.probed.authentication.entry(place).or_default().insert(method);
        Ok(())
    }

    /// For how long after its use a refresh token was taken again, where another had come in its place.
    fn refresh_grace(&self) -> Option<u64> {
        let refreshes = || {
            self.observed.facts.iter().filter_map(|fact| match &fact.what {
                What::Refresh(refresh) => Some((fact, refresh)),
                _ => None,
            })
        };
        let mut longest = None;
        for (at, (first, used)) in refreshes().enumerate() {
            let next = used.issued.and_then(|issued| issued.refresh);
            if next.is_none_or(|next| next == used.token) {
                continue;
            }
            let again = refreshes().skip(at + 1).filter(|(fact, other)| {
                other.token == used.token && other.client == used.client && fact.is_after(first)
            });
            for (fact, other) in again {
                let seconds = fact.sent_at.saturating_sub(first.answered_at).max(1);
                let taken = if other.issued.is_some() { seconds } else { 0 };
                longest = longest.max(Some(taken));
            }
        }
        longest
    }
}
