//! The configuration file, and what is wrong with one: line, field, and the fix.

use oauth_configuration::{
    ClientAuthentication, ClientId, ClientSecret, ConfigError, Document, EndpointUrl, IssuerUrl, Keys, Place,
    ScopeText, Secret, Word, Wrong,
};
use oauth_core::client::receive::PAGES;
use oauth_core::directory::Authentication;
use oauth_core::uri;
use serde::Deserialize;

use super::{Config, Endpoints, Registration};

/// The issuer where the configuration names none.
pub(super) const ISSUER: &str = "http://127.0.0.1:9000";

/// One server's entries: the whole file, or one `[[server]]` of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: Option<Word>,
    client_id: Option<ClientId>,
    client_secret: Option<ClientSecret>,
    authentication: Option<ClientAuthentication>,
    redirect_uri: Option<OwnPage>,
    scope: Option<ScopeText>,
    pkce: Option<bool>,
    par: Option<bool>,
    dpop: Option<bool>,
    issuer: Option<IssuerUrl>,
    // rfc8707-2-client-resource-form
    resource: Option<EndpointUrl>,
    #[serde(default)]
    endpoints: EndpointsEntry,
    server: Option<Vec<Entry>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct EndpointsEntry {
    authorization: Option<EndpointUrl>,
    token: Option<EndpointUrl>,
    resource: Option<EndpointUrl>,
    revocation: Option<EndpointUrl>,
    pushed: Option<EndpointUrl>,
}

/// A redirect URI that can be served here, beside the client's other pages.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct OwnPage(String);

impl TryFrom<String> for OwnPage {
    type Error = Wrong;

    fn try_from(text: String) -> Result<Self, Wrong> {
        const SAYS: Wrong = Wrong::new(
            "has a path that is a page of this client: /, /login, /profile or /logout; write another, for example \
             http://localhost:8000/callback",
        );
        let url = EndpointUrl::try_from(text)?;
        if PAGES.contains(&uri::path(url.as_str())) { Err(SAYS) } else { Ok(Self(url.into())) }
    }
}

/// Reads a configuration: one server's entries, or several `[[server]]`.
pub(super) fn config(name: &str, text: &str) -> Result<Config, ConfigError> {
    let document = Document::parse(name, text, &[Keys::of::<Entry>(), Keys::of::<EndpointsEntry>()])?;
    let mut file: Entry = document.read()?;
    let top = document.top();
    let Some(servers) = file.server.take() else {
        if file.name.is_some() {
            let says = "goes with [[server]] only; leave it out where there is one server";
            return Err(top.key("name").error(says));
        }
        return Ok(registration(&top, file)?.into());
    };
    if let Some(field) = top.keys().into_iter().find(|key| *key != "server") {
        return Err(top.key(field).error("does not go beside [[server]]; move it into each [[server]]"));
    }
    let place = top.key("server");
    if servers.is_empty() {
        return Err(place.error("has to have at least one server"));
    }
    let mut config = Config { servers: Vec::new() };
    for (at, entry) in servers.into_iter().enumerate() {
        let place = place.item(at);
        if entry.server.is_some() {
            return Err(place.key("server").error("does not go inside a [[server]]"));
        }
        if entry.name.is_none() {
            let says = "is missing; add the word that /login?server=NAME has for it";
            return Err(place.key("name").error(says));
        }
        if entry.issuer.is_none() && entry.resource.is_none() {
            let says = "is missing; add it, or the resource that says which server to ask";
            return Err(place.key("issuer").error(says));
        }
        config.servers.push(registration(&place, entry)?);
    }
    Ok(config)
}

/// Reads one server's entries.
fn registration(place: &Place<'_>, entry: Entry) -> Result<Registration, ConfigError> {
    let (client_secret, authentication) = credentials(place, entry.client_secret, entry.authentication)?;
    let Some(client_id) = entry.client_id else {
        let says = "is missing; add the id that the server knows this client by";
        return Err(place.key("client_id").error(says));
    };
    let default = || entry.resource.is_none().then(|| ISSUER.to_owned());
    Ok(Registration {
        name: entry.name.map(String::from).unwrap_or_default(),
        client_id: client_id.into(),
        client_secret,
        authentication,
        redirect_uri: entry.redirect_uri.map(|page| page.0),
        scope: entry.scope.map(String::from),
        pkce: entry.pkce.unwrap_or(true),
        par: entry.par.unwrap_or(false),
        dpop: entry.dpop.unwrap_or(false),
        issuer: entry.issuer.map(String::from).or_else(default).unwrap_or_default(),
        resource: entry.resource.map(String::from),
        endpoints: Endpoints {
            authorization: entry.endpoints.authorization.map(String::from),
            token: entry.endpoints.token.map(String::from),
            resource: entry.endpoints.resource.map(String::from),
            revocation: entry.endpoints.revocation.map(String::from),
            pushed: entry.endpoints.pushed.map(String::from),
        },
    })
}

fn credentials(
    place: &Place<'_>,
    secret: Option<ClientSecret>,
    authentication: Option<ClientAuthentication>,
) -> Result<(Option<Secret>, Authentication), ConfigError> {
    let method = match authentication.unwrap_or(ClientAuthentication::ClientSecretBasic) {
        ClientAuthentication::ClientSecretBasic => Authentication::Basic,
        ClientAuthentication::ClientSecretPost => Authentication::Post,
        ClientAuthentication::None => Authentication::None,
    };
    let says = match (method.has_secret(), &secret) {
        (true, Some(_)) | (false, None) => return Ok((secret.map(Secret::from), method)),
        (false, Some(_)) => "does not go with authentication = \"none\"; leave one of them out",
        (true, None) => "is missing; add it, or set authentication = \"none\" for a public client",
    };
    Err(place.key("client_secret").error(says))
}
