//! What a run has learnt of secrets, and what a target tells of them.

use std::collections::BTreeSet;

use oauth_secrets::{By, Kind, Secrets, Which};
use url::form_urlencoded;

use crate::secrets::places;
use crate::subject::Target;

/// What a run has learnt.
pub(super) struct Learnt {
    pub(super) secrets: Secrets,
    /// Where documents lie that everybody may read.
    pub(super) documents: BTreeSet<String>,
}

impl Learnt {
    pub(super) fn new(key: [u8; 32]) -> Self {
        Self { secrets: Secrets::new(key), documents: BTreeSet::new() }
    }

    /// Knows the secrets of a target, and what in it is public.
    pub(super) fn know_target(&mut self, target: &Target) {
        self.know_public(target);
        for client in target.registered() {
            if let Some(secret) = &client.secret {
                self.secrets.learn(
                    Kind::Secret,
                    secret.expose(),
                    &format!("the target: the secret of {}", client.id),
                );
            }
        }
        for user in target.users.values() {
            self.secrets.learn(
                Kind::Password,
                user.password.expose(),
                &format!("the target: the password of {}", user.name),
            );
        }
        if let Some(token) = &target.registration_token {
            self.secrets.learn(Kind::Token, token.expose(), "the target: registration_token");
        }
    }

    fn know_public(&mut self, target: &Target) {
        let base = |(_, url): (&str, &str)| url.split('?').next().unwrap_or_default().to_owned();
        let mut public: Vec<String> = urls(target).map(base).collect();
        public.extend(target.metadata_url.clone());
        public.extend(target.extra_parameters.iter().map(|(_, value)| value.clone()));
        for client in target.registered() {
            public.push(client.id.clone());
            public.extend(client.redirect_uris().map(str::to_owned));
            public
                .extend(client.scopes().into_iter().chain(client.narrow_scope.as_deref()).map(str::to_owned));
            public.extend(client.scope.clone());
        }
        public.extend(target.users.values().map(|user| user.name.clone()));
        public.iter().for_each(|text| self.secrets.make_public(text, By::Us));
        if let Some(metadata) = &target.metadata {
            self.secrets.make_public_all_of(&metadata.to_string());
        }
        // What the metadata does not tell anybody.
        for (name, url) in urls(target).filter(|(name, _)| !target.discovered.contains(name)) {
            for value in values_of_query(url) {
                self.secrets.learn(Kind::Secret, &value, &format!("the target: the query of {name}"));
            }
        }
        let keys = target.metadata("jwks_uri").and_then(serde_json::Value::as_str);
        self.documents.extend(keys.map(str::to_owned));
    }

    /// Headers with pseudonyms.
    pub(super) fn headers(&mut self, headers: &[(String, String)]) -> Vec<(String, String)> {
        let secrets = &mut self.secrets;
        let one = |(name, value): &(String, String)| {
            if places::has_grammar(name) {
                return (secrets.cover(name, Which::Known), secrets.cover(value, Which::Known));
            }
            let line = secrets.cover(&format!("{name}: {value}"), Which::Named);
            match line.split_once(": ") {
                Some((name, value)) => (name.into(), value.into()),
                None => (String::new(), line),
            }
        };
        headers.iter().map(one).collect()
    }
}

/// The URLs of a target, by their keys in a file.
fn urls(target: &Target) -> impl Iterator<Item = (&'static str, &str)> {
    let second = target.second_resource.iter();
    let second =
        second.flat_map(|own| [("second_resource", own.url.as_str()), ("identifier", &own.identifier)]);
    let named = [("issuer", &target.issuer), ("resource_identifier", &target.resource_identifier)];
    let named = named.into_iter().filter_map(|(name, url)| Some((name, url.as_deref()?)));
    let origins = target.origins.iter().map(|url| ("origins", url.as_str()));
    target.endpoints.all().chain(second).chain(named).chain(origins)
}

/// What a query says, but for the names: read, and as it is written.
fn values_of_query(url: &str) -> Vec<String> {
    let query = url.split('#').next().and_then(|url| url.split_once('?')).map_or("", |(_, query)| query);
    let values = query.split('&').flat_map(|pair| {
        let value = pair.split_once('=').map_or(pair, |(_, value)| value);
        let form = format!("v={value}");
        let read = form_urlencoded::parse(form.as_bytes()).next();
        [read.map_or_else(String::new, |(_, value)| value.into_owned()), value.to_owned()]
    });
    values.filter(|value| !value.is_empty()).collect()
}
