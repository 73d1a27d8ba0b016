//! Lies to the client about itself and its servers: its own address, where metadata lies, and what it says.

use serde_json::{Value, json};

use super::{Fault, Faults};
use crate::client::call::HttpCall;
use crate::client::settings::Settings;
use crate::server::metadata::METADATA_PATH;

impl Faults {
    /// On the redirect URI that a client gives itself.
    pub fn on_own_address(&self, redirect_uri: &mut String) {
        if self.has(Fault::ClientLoopbackName) {
            *redirect_uri = redirect_uri.replace("127.0.0.1", "localhost");
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
