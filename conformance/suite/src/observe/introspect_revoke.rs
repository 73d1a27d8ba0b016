//! Facts about what is named: tokens that are revoked or asked about, and requests that were pushed.

use oauth_laws::fact::{Introspection, Pushed, Revocation, What};
use serde_json::Value;

use super::Observer;
use super::parse::{Pairs, Twice, form, known_as, query};
use crate::secrets::keep::LONGEST;
use crate::wire::{Exchange, Response};

impl Observer {
    /// The parameters of an authorization request: those that were pushed, if it names them. `Err` with the client alone for
    /// one that refers to what was not seen pushed, or is an object (RFC 9101).
    pub(super) fn as_pushed(&self, params: Pairs) -> Result<Pairs, Pairs> {
        let one = |name: &str| params.one(name).ok().flatten();
        if one("request_uri").is_none() && !params.has("request") {
            return Ok(params);
        }
        // The client is the one that the browser names; nothing else of it counts (RFC 9126, section 4).
        let client = one("client_id").unwrap_or_default();
        match one("request_uri").and_then(|uri| Some((uri, self.pushes.get(uri)?))) {
            Some((uri, pushed)) => Ok(pushed.with("client_id", client).with("request_uri", uri)),
            None => Err(Pairs::default().with("client_id", client)),
        }
    }

    pub(super) fn push(&mut self, exchange: &Exchange) -> Result<(), Twice> {
        let params = form(&exchange.request);
        let document = document(exchange);
        let uri = document.get("request_uri").and_then(Value::as_str).filter(|_| succeeded(exchange));
        let Some((client_id, _)) = self.presented(exchange, &params)? else { return Ok(()) };
        if uri.is_none()
            && !params.repeats()
            && let Some(client) = self.registered.client(&self.target, &client_id)
        {
            let error = document.get("error").and_then(Value::as_str);
            // Without what shows who pushes.
            self.settle_refusal(&params.without("client_secret"), &client, error);
        }
        // One that is very long would be kept with each request that names it.
        let Some(uri) = uri.filter(|uri| !params.repeats() && uri.len() <= LONGEST) else { return Ok(()) };
        let expires_in = document.get("expires_in").and_then(Value::as_u64).map(|span| span + super::GRACE);
        let named_in_form = params.one("client_id")?.map(str::to_owned);
        // A pushed proof is as good as `dpop_jkt` (RFC 9449, section 10.1).
        let proven = self.proven_key(&exchange.request).filter(|_| !params.has("dpop_jkt"));
        let params = proven.iter().fold(params, |params, key| params.with("dpop_jkt", key));
        self.pushes.insert(uri.to_owned(), params);
        // Whose a push is that names two clients is not known.
        if named_in_form.is_some_and(|named| named != client_id) {
            return Ok(());
        }
        let pushed = Pushed { uri: self.sym(uri), client: self.sym(&client_id), expires_in };
        self.record(exchange, What::Pushed(pushed));
        Ok(())
    }

    pub(super) fn revocation(&mut self, exchange: &Exchange) -> Result<(), Twice> {
        let params = form(&exchange.request);
        let Some(token) = named(exchange, &params)? else { return Ok(()) };
        let is_refresh_token = self.granted.contains_key(&*known_as(&token));
        let fits = match params.one("token_type_hint")? {
            None => true,
            Some("refresh_token") => is_refresh_token,
            Some("access_token") => !is_refresh_token,
            Some(_) => false,
        };
        // That no hint hides a token is a rule of its own (RFC 7009, section 2.1).
        if !fits {
            return Ok(());
        }
        let Some((client_id, secret)) = self.presented(exchange, &params)? else { return Ok(()) };
        let accepted = match exchange.status() {
            Some(200..300) => true,
            Some(400 | 401) => false,
            // An outage or a throttle says nothing of what was shown.
            Some(_) | None => return Ok(()),
        };
        let what = Revocation { token: self.sym(&token), client: self.sym(&client_id), secret, accepted };
        self.record(exchange, What::Revocation(what));
        Ok(())
    }

    pub(super) fn introspection(&mut self, exchange: &Exchange) -> Result<(), Twice> {
        let params = form(&exchange.request);
        let Some(token) = named(exchange, &params)? else { return Ok(()) };
        let active = document(exchange).get("active").and_then(Value::as_bool);
        let Some(active) = active.filter(|_| succeeded(exchange)) else { return Ok(()) };
        let what = Introspection { token: self.sym(&token), active, concerned: None };
        self.record(exchange, What::Introspection(what));
        Ok(())
    }
}

/// The token that a plain request names.
fn named(exchange: &Exchange, params: &Pairs) -> Result<Option<String>, Twice> {
    if params.repeats() || !query(&exchange.request).is_empty() {
        return Ok(None);
    }
    Ok(params.one("token")?.map(str::to_owned))
}

/// Whether an answer says that it was done. Which status of those it is, is a matter of form.
pub(super) fn succeeded(exchange: &Exchange) -> bool {
    exchange.status().is_some_and(|status| (200..300).contains(&status))
}

fn document(exchange: &Exchange) -> Value {
    exchange.answer.as_ref().ok().and_then(Response::json).unwrap_or_default()
}
