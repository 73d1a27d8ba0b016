//! From what a file or the flags say to a target, checked.

use std::sync::Arc;

use toml::Spanned;
use url::Url;

use crate::subject::table::{
    ClientTable, EndpointTable, Environment, ResourceClientTable, ResourceTable, TargetError, TargetFile,
    UserTable,
};
use crate::subject::{
    Account, Client, ClientAuthentication, ClientRole, Endpoints, Need, Resource, Target, User,
};

pub(super) struct Reader<'a> {
    pub(super) file: &'a str,
    pub(super) text: &'a str,
    pub(super) environment: Environment<'a>,
    /// What endpoints are named by: words for people.
    pub(super) named_by: &'static str,
}

impl Reader<'_> {
    pub(super) fn error(&self, at: Option<usize>, reason: impl Into<String>) -> TargetError {
        let line = at
            .filter(|_| !self.text.is_empty())
            .map(|at| self.text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1);
        TargetError { file: self.file.into(), line, reason: reason.into() }
    }

    pub(super) fn target(&self, file: TargetFile) -> Result<Target, TargetError> {
        let issuer = file.issuer.map(|issuer| self.url("issuer", issuer)).transpose()?;
        let mut target = Target {
            extra_parameters: file.extra_parameters.into_iter().collect(),
            endpoints: self.endpoints(file.endpoints, issuer.is_some())?,
            named_by: self.named_by,
            forms: file.login.form,
            pkce: file.pkce,
            pkce_required: file.pkce_required,
            refresh: file.refresh,
            client_credentials: file.client_credentials,
            dpop: file.dpop,
            dpop_single_use: file.dpop_single_use,
            registration_token: self
                .registration_token(file.registration_token, file.registration_token_env)?,
            code_lifetime: file.code_lifetime,
            access_token_lifetime: file.access_token_lifetime,
            refresh_token_lifetime: file.refresh_token_lifetime,
            refresh_grace: file.refresh_grace,
            resource_identifier: file.resource_identifier,
            resource_indicators: file.resource_indicators,
            second_resource: file.second_resource.map(|table| self.resource(table)).transpose()?,
            ..Target::default()
        };
        for origin in file.origins {
            target.origins.push(self.url("origins", origin)?);
        }
        let clients = [
            (ClientRole::First, "client", file.client),
            (ClientRole::Second, "second_client", file.second_client),
            (ClientRole::Public, "public_client", file.public_client),
            (ClientRole::SecondPublic, "second_public_client", file.second_public_client),
            (ClientRole::Special, "special_client", file.special_client),
        ];
        for (role, table, client) in clients {
            if let Some(client) = client {
                target.clients.insert(role, Arc::new(self.client(role, table, client)?));
            }
        }
        let others = [
            (ClientRole::Service, "service_client", file.service_client),
            (ClientRole::Dpop, "dpop_client", file.dpop_client),
            (ClientRole::Push, "push_client", file.push_client),
        ];
        for (role, table, client) in others {
            if let Some(client) = client {
                target.others.insert(role, Arc::new(self.client(role, table, client)?));
            }
        }
        let resource_clients = [
            (ClientRole::Resource, "resource_client", file.resource_client),
            (ClientRole::SecondResource, "second_resource_client", file.second_resource_client),
        ];
        for (role, table, client) in resource_clients {
            if let Some(client) = client {
                target.others.insert(role, Arc::new(self.resource_client(role, table, client)?));
            }
        }
        if target.client().is_none() {
            return Err(self.error(
                None,
                "no client; add [client] with id, secret and redirect_uri, or [public_client]",
            ));
        }
        for (who, table, user) in
            [(Account::First, "user", file.user), (Account::Second, "second_user", file.second_user)]
        {
            if let Some(user) = user {
                target.users.insert(who, self.user(table, user)?);
            }
        }
        for (key, reason) in file.without {
            self.known_need(&key)?;
            target.without.insert(key.into_inner(), reason);
        }
        target.name =
            file.name.or_else(|| issuer.clone()).unwrap_or_else(|| target.endpoints.authorization.clone());
        target.issuer = issuer;
        Ok(target)
    }

    fn endpoints(&self, table: EndpointTable, has_issuer: bool) -> Result<Endpoints, TargetError> {
        let needed = |name: &str, given: Option<Spanned<String>>| match given {
            Some(given) => self.url(name, given),
            // Discovery fills it in.
            None if has_issuer => Ok(String::new()),
            None => {
                let fix = format!(
                    "{name} is missing; add it under [endpoints], or give issuer so that it is discovered"
                );
                Err(self.error(None, fix))
            }
        };
        let optional =
            |name: &str, given: Option<Spanned<String>>| given.map(|url| self.url(name, url)).transpose();
        Ok(Endpoints {
            authorization: needed("authorization", table.authorization)?,
            token: needed("token", table.token)?,
            resource: optional("resource", table.resource)?,
            introspection: optional("introspection", table.introspection)?,
            revocation: optional("revocation", table.revocation)?,
            registration: optional("registration", table.registration)?,
            pushed_authorization_request: optional(
                "pushed_authorization_request",
                table.pushed_authorization_request,
            )?,
        })
    }

    fn client(
        &self,
        role: ClientRole,
        table: &str,
        spanned: Spanned<ClientTable>,
    ) -> Result<Client, TargetError> {
        let at = Some(spanned.span().start);
        let client = spanned.into_inner();
        let secret = self.secret(at, table, "secret", client.secret, client.secret_env)?;
        let public_role = matches!(role, ClientRole::Public | ClientRole::SecondPublic);
        let authentication = self.authentication(at, table, client.authentication, secret.as_deref())?;
        let is_public = authentication == ClientAuthentication::None;
        if role == ClientRole::First && is_public {
            return Err(self.error(at, "[client] is the confidential client and has no secret; add secret or secret_env, or name it [public_client]"));
        }
        if public_role && !is_public {
            return Err(
                self.error(at, format!("[{table}] has a secret; name it [client], or drop the secret"))
            );
        }
        let other = client.other_redirect_uri.map(|uri| self.redirect_uri(table, uri)).transpose()?;
        Ok(Client {
            role,
            id: client.id,
            secret,
            authentication,
            redirect_uri: self.redirect_uri(table, client.redirect_uri)?,
            other_redirect_uri: other,
            scope: client.scope,
            second_scope: client.second_scope,
            narrow_scope: client.narrow_scope,
        })
    }

    fn resource_client(
        &self,
        role: ClientRole,
        table: &str,
        spanned: Spanned<ResourceClientTable>,
    ) -> Result<Client, TargetError> {
        let at = Some(spanned.span().start);
        let client = spanned.into_inner();
        let secret = self.secret(at, table, "secret", client.secret, client.secret_env)?;
        let authentication = self.authentication(at, table, client.authentication, secret.as_deref())?;
        if authentication == ClientAuthentication::None {
            let fix = format!("[{table}] may introspect tokens and has no secret; add secret or secret_env");
            return Err(self.error(at, fix));
        }
        Ok(Client {
            role,
            id: client.id,
            secret,
            authentication,
            redirect_uri: String::new(),
            other_redirect_uri: None,
            scope: None,
            second_scope: None,
            narrow_scope: None,
        })
    }

    fn authentication(
        &self,
        at: Option<usize>,
        table: &str,
        given: Option<ClientAuthentication>,
        secret: Option<&str>,
    ) -> Result<ClientAuthentication, TargetError> {
        let authentication = given.unwrap_or(if secret.is_some() {
            ClientAuthentication::ClientSecretBasic
        } else {
            ClientAuthentication::None
        });
        let reason = match (authentication, secret) {
            (ClientAuthentication::None, Some(_)) => {
                format!("[{table}] has a secret and authentication = \"none\"; drop one")
            }
            (ClientAuthentication::ClientSecretBasic | ClientAuthentication::ClientSecretPost, None) => {
                format!("[{table}] has no secret; add secret or secret_env, or authentication = \"none\"")
            }
            _ => return Ok(authentication),
        };
        Err(self.error(at, reason))
    }

    fn resource(&self, table: ResourceTable) -> Result<Resource, TargetError> {
        let url = self.url("[second_resource] url", table.url)?;
        let identifier = table.identifier.unwrap_or_else(|| url.clone());
        Ok(Resource { url, identifier })
    }

    fn registration_token(
        &self,
        given: Option<Spanned<String>>,
        variable: Option<Spanned<String>>,
    ) -> Result<Option<String>, TargetError> {
        let at = given.as_ref().or(variable.as_ref()).map(|spanned| spanned.span().start);
        let (given, variable) = (given.map(Spanned::into_inner), variable.map(Spanned::into_inner));
        self.secret(at, "the file", "registration_token", given, variable)
    }

    fn user(&self, table: &str, spanned: Spanned<UserTable>) -> Result<User, TargetError> {
        let at = Some(spanned.span().start);
        let user = spanned.into_inner();
        match self.secret(at, table, "password", user.password, user.password_env)? {
            Some(password) => Ok(User { name: user.name, password }),
            None => Err(self.error(at, format!("[{table}] has no password; add password or password_env"))),
        }
    }

    fn secret(
        &self,
        at: Option<usize>,
        table: &str,
        field: &str,
        given: Option<String>,
        variable: Option<String>,
    ) -> Result<Option<String>, TargetError> {
        let reason = match (given, variable) {
            (Some(_), Some(_)) => format!("[{table}] has both {field} and {field}_env; drop one"),
            (Some(given), None) if given.is_empty() => format!("[{table}] {field} is empty"),
            (given, None) => return Ok(given),
            (None, Some(name)) => match (self.environment)(&name).filter(|value| !value.is_empty()) {
                Some(value) => return Ok(Some(value)),
                None => format!(
                    "[{table}] {field}_env: the environment variable {name} is not set; set it, or write {field}"
                ),
            },
        };
        Err(self.error(at, reason))
    }

    fn url(&self, field: &str, spanned: Spanned<String>) -> Result<String, TargetError> {
        let at = Some(spanned.span().start);
        match Url::parse(spanned.get_ref()) {
            Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(spanned.into_inner()),
            Ok(url) => Err(self.error(
                at,
                format!("{field}: {}: is no address to connect to; use http or https", url.scheme()),
            )),
            Err(fault) => Err(self
                .error(at, format!("{field} is no URL ({fault}); write it in full, as https://host/path"))),
        }
    }

    fn redirect_uri(&self, table: &str, spanned: Spanned<String>) -> Result<String, TargetError> {
        match Url::parse(spanned.get_ref()) {
            Ok(_) => Ok(spanned.into_inner()),
            Err(fault) => {
                let fix =
                    format!("[{table}] redirect_uri is no absolute URI ({fault}); write it as registered");
                Err(self.error(Some(spanned.span().start), fix))
            }
        }
    }

    fn known_need(&self, key: &Spanned<String>) -> Result<(), TargetError> {
        if Need::ALL.iter().any(|need| need.key() == key.get_ref()) {
            return Ok(());
        }
        let known: Vec<&str> = Need::ALL.iter().map(|need| need.key()).collect();
        let reason =
            format!("[without] has the unknown key {}; known are {}", key.get_ref(), known.join(", "));
        Err(self.error(Some(key.span().start), reason))
    }
}
