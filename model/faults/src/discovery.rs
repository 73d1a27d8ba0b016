//! Lies to the client about itself and its servers: its own address, where metadata lies, and what it says.

use serde_json::{Value, json};

use super::{Fault, Faults};
use oauth_core::client::Event;
use oauth_core::client::auth_challenge::AuthChallenge;
use oauth_core::client::call::HttpCall;
use oauth_core::client::reach::Reach;
use oauth_core::client::resource::{RESOURCE_METADATA_PATH, resource_metadata_url};
use oauth_core::client::settings::Settings;
use oauth_core::client::site::SiteRefusal;
use oauth_core::form;
use oauth_core::server::metadata::METADATA_PATH;

const RESOURCE_MEMBERS: &[&str] =
    &["resource", "authorization_servers", "scopes_supported", "bearer_methods_supported"];

impl Faults {
    /// On what a client is told about a server.
    pub(crate) fn on_client_settings(&self, settings: &mut Settings) {
        let Some(resource) = &mut settings.resource else { return };
        if self.has(Fault::ClientResourceFragment) {
            resource.push_str("#part");
        }
        if self.has(Fault::ClientResourceQuery) {
            resource.push_str("?part=1");
        }
        if self.has(Fault::ClientResourceElsewhere) {
            resource.push_str("/elsewhere");
        }
        if self.has(Fault::ClientResourceUnnamed) {
            settings.resource = None;
        }
    }

    /// Whether the certificates of servers are looked at; the lie is told by whoever makes the connection.
    #[must_use]
    pub(crate) fn checks_certificates(&self) -> bool {
        !self.has(Fault::ClientCertificateUnchecked)
    }

    /// On the origin that a client gives itself.
    pub(crate) fn on_own_origin(&self, origin: &mut String) {
        if self.has(Fault::ClientLoopbackName) {
            *origin = origin.replace("127.0.0.1", "localhost");
        }
    }

    /// On the judgement of a client's configuration.
    pub(crate) fn on_configuration(&self, judged: &mut Result<(), SiteRefusal>) {
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

    /// On the challenges with which a resource answered.
    pub(crate) fn on_challenges(&self, challenges: &mut Vec<AuthChallenge>) {
        if self.has(Fault::ClientChallengeIgnored) {
            challenges.clear();
        }
    }

    /// On the request for a resource's metadata.
    pub(crate) fn on_resource_metadata_call(&self, settings: &Settings, call: &mut HttpCall) {
        let resource = &settings.endpoints.resource;
        if self.has(Fault::ClientResourcePathAppended) && call.url == resource_metadata_url(resource) {
            call.url = format!("{}{RESOURCE_METADATA_PATH}", resource.trim_end_matches('/'));
        }
    }

    /// On the resource's metadata that came.
    pub(crate) fn on_resource_metadata(&self, settings: &mut Settings, body: &mut Vec<u8>) {
        if self.is_empty() {
            return;
        }
        if self.has(Fault::ClientInnerAddressesCalled) {
            settings.reach = Reach::Everywhere;
        }
        let Ok(Value::Object(mut members)) = serde_json::from_slice(body) else { return };
        let told = |name: &str| members.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let alike = plain(&told("resource")) == plain(&settings.endpoints.resource);
        if self.has(Fault::ClientAsksEveryScope) {
            let listed = members.get("scopes_supported").and_then(Value::as_array).into_iter().flatten();
            let all: Vec<&str> = listed.filter_map(Value::as_str).collect();
            settings.scope = (!all.is_empty()).then(|| all.join(" "));
        }
        if self.has(Fault::ClientUnknownMetadataRefused)
            && members.keys().any(|name| !RESOURCE_MEMBERS.contains(&name.as_str()))
        {
            members.clear();
        }
        if self.has(Fault::ClientResourceUnchecked) || (self.has(Fault::ClientResourceNormalised) && alike) {
            members.insert("resource".to_owned(), json!(settings.endpoints.resource));
        }
        *body = Value::Object(members).to_string().into_bytes();
    }

    /// On whether a resource is asked again which server to go to.
    pub(crate) fn on_rediscovery(&self, due: &mut bool) {
        if self.has(Fault::ClientResourceMetadataKept) {
            *due = false;
        }
    }

    /// On the request for a server's metadata.
    pub(crate) fn on_metadata_call(&self, settings: &Settings, call: &mut HttpCall) {
        if self.has(Fault::ClientMetadataPathAppended) {
            call.url = format!("{}{METADATA_PATH}", settings.issuer.trim_end_matches('/'));
        }
    }

    /// On the metadata that came.
    pub(crate) fn on_metadata(&self, settings: &Settings, body: &mut Vec<u8>) {
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

/// An identifier without the differences that some readers overlook: case, and what was escaped.
fn plain(identifier: &str) -> String {
    form::decode(identifier.as_bytes()).unwrap_or_default().to_ascii_lowercase()
}
