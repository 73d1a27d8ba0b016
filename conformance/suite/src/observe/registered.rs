//! Clients whose registration was seen (RFC 7591), beside those that the target names.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use crate::subject::{Client, ClientAuthentication, ClientRole, Secret, Target};
use crate::wire::{Exchange, Response};

/// Clients by their identifiers.
#[derive(Debug, Default)]
pub(super) struct Registered {
    clients: BTreeMap<String, Arc<Client>>,
    /// The redirect URIs of each client behind the first two.
    further_uris: BTreeMap<String, Vec<String>>,
    /// The redirect URIs that each asked for: whether it is told of those that count is not for the laws to say.
    asked: BTreeMap<String, Vec<String>>,
}

impl Registered {
    /// Reads the answer to a registration.
    pub(super) fn read(&mut self, exchange: &Exchange) {
        let document = exchange.answer.as_ref().ok().and_then(Response::json).unwrap_or_default();
        let text = |name: &str| document.get(name).and_then(Value::as_str).map(str::to_owned);
        let Some(id) = text("client_id") else { return };
        let asked: Value = serde_json::from_slice(&exchange.request.body).unwrap_or_default();
        self.asked.insert(id.clone(), redirect_uris(&asked).collect());
        let mut uris = redirect_uris(&document);
        // A secret that came beside the method none is not needed, whatever else is wrong with it.
        let public = text("token_endpoint_auth_method").is_some_and(|method| method == "none");
        let secret = text("client_secret").filter(|_| !public);
        let client = Client {
            role: ClientRole::First,
            id: id.clone(),
            authentication: match secret {
                Some(_) => ClientAuthentication::ClientSecretBasic,
                None => ClientAuthentication::None,
            },
            secret: secret.map(Secret::from),
            redirect_uri: uris.next().unwrap_or_default(),
            other_redirect_uri: uris.next(),
            scope: None,
            second_scope: None,
            narrow_scope: None,
        };
        self.further_uris.insert(id.clone(), uris.collect());
        self.clients.insert(id, Arc::new(client));
    }

    /// The redirect URIs that a client has beside those that its entry names.
    pub(super) fn further_uris(&self, id: &str) -> &[String] {
        self.further_uris.get(id).map(Vec::as_slice).unwrap_or_default()
    }

    /// The client of an identifier.
    pub(super) fn client(&self, target: &Target, id: &str) -> Option<Arc<Client>> {
        let known = target.registered().find(|client| client.id == id);
        known.or_else(|| self.clients.get(id)).cloned()
    }

    /// The redirect URIs that a client asked for.
    pub(super) fn asked_for(&self, id: &str) -> &[String] {
        self.asked.get(id).map_or(&[], Vec::as_slice)
    }
}

fn redirect_uris(metadata: &Value) -> impl Iterator<Item = String> {
    let uris = metadata.get("redirect_uris").and_then(Value::as_array);
    uris.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned)
}
