//! From what a file or the flags say to a target, checked.

use std::sync::Arc;

use oauth_configuration::{ClientAuthentication, ConfigError, HttpUrl, Place, Secret, SecretText};

use crate::subject::table::{
    ClientTable, ClockTable, EndpointTable, ResourceClientTable, ResourceTable, TargetFile, UserTable,
    seconds,
};
use crate::subject::{Account, Client, ClientRole, Endpoints, FormHint, Need, Resource, Target, User};

/// How secrets named by an environment variable are looked up.
pub(super) type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

pub(super) struct Reader<'a> {
    /// The file as a whole.
    pub(super) top: Place<'a>,
    pub(super) environment: Environment<'a>,
    /// What endpoints are named by: words for people.
    pub(super) named_by: &'static str,
}

impl Reader<'_> {
    pub(super) fn target(&self, file: TargetFile) -> Result<Target, ConfigError> {
        let issuer = file.issuer.map(String::from);
        let mut target = Target {
            extra_parameters: file.extra_parameters.into_iter().collect(),
            endpoints: self.endpoints(file.endpoints, issuer.is_some())?,
            named_by: self.named_by,
            forms: self.forms(file.login.form)?,
            pkce: file.pkce,
            pkce_required: file.pkce_required,
            refresh: file.refresh,
            client_credentials: file.client_credentials,
            dpop: file.dpop,
            dpop_single_use: file.dpop_single_use,
            registration_token: self.secret(
                &self.top,
                "registration_token",
                file.registration_token,
                file.registration_token_env,
            )?,
            origins: file.origins.into_iter().map(String::from).collect(),
            code_lifetime: file.code_lifetime.map(seconds),
            access_token_lifetime: file.access_token_lifetime.map(seconds),
            refresh_token_lifetime: file.refresh_token_lifetime.map(seconds),
            session_lifetime: file.session_lifetime.map(seconds),
            refresh_grace: file.refresh_grace.map(seconds),
            revocation_delay: file.revocation_delay.map(seconds),
            resource_identifier: file.resource_identifier.map(String::from),
            resource_indicators: file.resource_indicators,
            second_resource: file.second_resource.map(resource),
            clock: self.clock(file.clock)?,
            without: file.without,
            ..Target::default()
        };
        let clients = [
            (ClientRole::First, file.client),
            (ClientRole::Second, file.second_client),
            (ClientRole::Public, file.public_client),
            (ClientRole::SecondPublic, file.second_public_client),
            (ClientRole::Special, file.special_client),
        ];
        for (role, client) in clients {
            if let Some(client) = client {
                target.clients.insert(role, Arc::new(self.client(role, client)?));
            }
        }
        let others = [
            (ClientRole::Service, file.service_client),
            (ClientRole::Dpop, file.dpop_client),
            (ClientRole::Push, file.push_client),
        ];
        for (role, client) in others {
            if let Some(client) = client {
                target.others.insert(role, Arc::new(self.client(role, client)?));
            }
        }
        let resource_clients = [
            (ClientRole::Resource, file.resource_client),
            (ClientRole::SecondResource, file.second_resource_client),
        ];
        for (role, client) in resource_clients {
            if let Some(client) = client {
                target.others.insert(role, Arc::new(self.resource_client(role, client)?));
            }
        }
        if target.client().is_none() {
            let says = "is missing; add it with id, secret and redirect_uri, or [public_client]";
            return Err(self.top.key("client").error(says));
        }
        for (who, table, user) in
            [(Account::First, "user", file.user), (Account::Second, "second_user", file.second_user)]
        {
            if let Some(user) = user {
                target.users.insert(who, self.user(table, user)?);
            }
        }
        let needs: Vec<&str> = Need::ALL.iter().map(|need| need.key()).collect();
        if let Some(key) = target.without.keys().find(|key| !needs.contains(&key.as_str())) {
            return Err(self.top.key("without").unknown(key, &needs));
        }
        target.name =
            file.name.or_else(|| issuer.clone()).unwrap_or_else(|| target.endpoints.authorization.clone());
        target.issuer = issuer;
        Ok(target)
    }

    /// The hints, which name nothing of the account but what there is.
    fn forms(&self, hints: Vec<FormHint>) -> Result<Vec<FormHint>, ConfigError> {
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let unknown = |value: &String| {
            value.strip_prefix('$').is_some_and(|name| {
                !["user", "password"].contains(&name) && !name.is_empty() && name.bytes().all(is_name)
            })
        };
        for (nth, hint) in hints.iter().enumerate() {
            let place = self.top.key("login").key("form").item(nth);
            for (key, values) in [("fill", Some(&hint.fill)), ("deny", hint.deny.as_ref())] {
                if values.is_some_and(|values| values.values().any(unknown)) {
                    let says = "has a value that begins with $ and is neither $user nor $password; write one of these";
                    return Err(place.key(key).error(says));
                }
            }
        }
        Ok(hints)
    }

    /// Where the server's clock is advanced.
    fn clock(&self, table: ClockTable) -> Result<Option<String>, ConfigError> {
        let url = table.advance.map(String::from);
        if url.as_ref().is_some_and(|url| url.contains('?')) {
            let says = "has a query; leave it out, the seconds are sent in a form";
            return Err(self.top.key("clock").key("advance").error(says));
        }
        Ok(url)
    }

    fn endpoints(&self, table: EndpointTable, has_issuer: bool) -> Result<Endpoints, ConfigError> {
        let needed = |name: &str, given: Option<HttpUrl>| match given {
            Some(url) => Ok(url.into()),
            // Discovery fills it in.
            None if has_issuer => Ok(String::new()),
            None => {
                let says = "is missing; add it, or give issuer so that it is discovered";
                Err(self.top.key("endpoints").key(name).error(says))
            }
        };
        Ok(Endpoints {
            authorization: needed("authorization", table.authorization)?,
            token: needed("token", table.token)?,
            resource: table.resource.map(String::from),
            introspection: table.introspection.map(String::from),
            revocation: table.revocation.map(String::from),
            registration: table.registration.map(String::from),
            pushed_authorization_request: table.pushed_authorization_request.map(String::from),
        })
    }

    fn client(&self, role: ClientRole, client: ClientTable) -> Result<Client, ConfigError> {
        let place = self.top.key(role.table());
        let secret = self.secret(&place, "secret", client.secret, client.secret_env)?;
        let authentication = authentication(&place, client.authentication, secret.is_some())?;
        let redirect_uri = match client.redirect_uri {
            Some(uri) => uri.into(),
            // Who gets tokens for itself alone has none.
            None if role == ClientRole::Service => String::new(),
            None => return Err(place.key("redirect_uri").error("is missing; add it")),
        };
        let says = match (role, authentication) {
            (ClientRole::First, ClientAuthentication::None) => {
                "is the confidential client and has no secret; add secret or secret_env, or name it [public_client]"
            }
            (
                ClientRole::Public | ClientRole::SecondPublic,
                ClientAuthentication::ClientSecretBasic | ClientAuthentication::ClientSecretPost,
            ) => "has a secret; name it [client], or drop the secret",
            _ => {
                return Ok(Client {
                    role,
                    id: client.id.into(),
                    secret,
                    authentication,
                    redirect_uri,
                    other_redirect_uri: client.other_redirect_uri.map(String::from),
                    scope: client.scope,
                    second_scope: client.second_scope,
                    narrow_scope: client.narrow_scope,
                });
            }
        };
        Err(place.error(says))
    }

    fn resource_client(&self, role: ClientRole, client: ResourceClientTable) -> Result<Client, ConfigError> {
        let place = self.top.key(role.table());
        let secret = self.secret(&place, "secret", client.secret, client.secret_env)?;
        let authentication = authentication(&place, client.authentication, secret.is_some())?;
        if authentication == ClientAuthentication::None {
            return Err(place.error("may introspect tokens and has no secret; add secret or secret_env"));
        }
        Ok(Client {
            role,
            id: client.id.into(),
            secret,
            authentication,
            redirect_uri: String::new(),
            other_redirect_uri: None,
            scope: None,
            second_scope: None,
            narrow_scope: None,
        })
    }

    fn user(&self, table: &str, user: UserTable) -> Result<User, ConfigError> {
        let place = self.top.key(table);
        match self.secret(&place, "password", user.password, user.password_env)? {
            Some(password) => Ok(User { name: user.name.into(), password }),
            None => Err(place.key("password").error("is missing; add it, or password_env")),
        }
    }

    /// A secret that stands in the file, or in the environment under a name that the file gives.
    fn secret(
        &self,
        place: &Place<'_>,
        field: &str,
        given: Option<SecretText>,
        variable: Option<String>,
    ) -> Result<Option<Secret>, ConfigError> {
        let Some(name) = variable else { return Ok(given.map(Secret::from)) };
        let says = match (given, (self.environment)(&name)) {
            (Some(_), _) => format!("stands beside {field}; leave one of the two out"),
            (None, Some(value)) if !value.is_empty() => return Ok(Some(value.into())),
            // Where the secret itself was written, it would be told.
            (None, _) => format!("names an environment variable that is not set; set it, or write {field}"),
        };
        Err(place.key(&format!("{field}_env")).error(says))
    }
}

fn resource(table: ResourceTable) -> Resource {
    let url = String::from(table.url);
    let identifier = table.identifier.map_or_else(|| url.clone(), String::from);
    Resource { url, identifier }
}

fn authentication(
    place: &Place<'_>,
    given: Option<ClientAuthentication>,
    has_secret: bool,
) -> Result<ClientAuthentication, ConfigError> {
    match (given, has_secret) {
        (None, true) => Ok(ClientAuthentication::ClientSecretBasic),
        (None, false) => Ok(ClientAuthentication::None),
        (Some(ClientAuthentication::None), true) => {
            Err(place.key("authentication").error("is \"none\" beside a secret; leave one of the two out"))
        }
        (Some(ClientAuthentication::ClientSecretBasic | ClientAuthentication::ClientSecretPost), false) => {
            let says = "is missing; add it or secret_env, or set authentication = \"none\"";
            Err(place.key("secret").error(says))
        }
        (Some(given), _) => Ok(given),
    }
}
