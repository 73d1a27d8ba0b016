//! Lies to the client about itself and its servers: its own address, where metadata lies, and what it says.

use serde_json::{Value, json};

use super::{Fault, Faults};
use crate::client::Event;
use crate::client::call::HttpCall;
use crate::client::settings::Settings;
use crate::client::site::SiteRefusal;
use crate::server::metadata::METADATA_PATH;

impl Faults {
    /// On the origin that a client gives itself.
    pub fn on_own_origin(&self, origin: &mut String) {
        if self.has(Fault::ClientLoopbackName) {
            *origin = origin.replace("127.0.0.1", "localhost");
        }
    }

    /// On the judgement of a client's configuration.
    pub fn on_configuration(&self, judged: &mut Result<(), SiteRefusal>) {
        let overlooked = match judged {
            Err(SiteRefusal::IssuersEqual) => self.has(Fault::ClientIssuersRepeated),
            Err(SiteRefusal::AddressPlain) => self.has(Fault::ClientAddressPlain),
            _ => false,
        };
        if overlooked {
            *judged = Ok(());
        }
    }

    /// On the choice of the server that a browser's request is about; `first` is the first that is configured.
    pub fn on_server_chosen<S: Clone>(&self, event: &Event, first: &S, chosen: &mut S) {
        if self.has(Fault::ClientServerForgotten) && matches!(event, Event::Callback(_)) {
            chosen.clone_from(first);
        }
    }

    /// On the request for a server's metadata.
    pub fn on_metadata_call(&self, settings: &Settings, call: &mut HttpCall) {
        if self.has(Fault::ClientMetadataPathAppended) {
            call.url = format!("{}{METADATA_PATH}", settings.issuer.trim_end_matches('/'));
        }
    }

    /// On the metadata that came.
    pub fn on_metadata(&self, settings: &Settings, body: &mut Vec<u8>) {
        if self.has(Fault::ClientMetadataUnused) {
            body.clear();
        }
        if self.has(Fault::ClientMetadataIssuerUnchecked)
            && let Ok(Value::Object(mut members)) = serde_json::from_slice(body)
        {
            members.insert("issuer".to_owned(), json!(settings.issuer));
            *body = Value::Object(members).to_string().into_bytes();
        }
    }
}
