//! The client's settings for a target: the suite plays a client that is registered there.

use oauth_core::client::IssNeed;
use oauth_core::client::settings::{ClearText, Endpoints, Settings};
use oauth_core::directory::Authentication;
use oauth_suite::subject::{Client, ClientAuthentication, Target};

/// The settings with which the model's client talks to the target as this client.
#[must_use]
pub(super) fn settings(target: &Target, client: &Client) -> Settings {
    let advertised = target.metadata("authorization_response_iss_parameter_supported");
    let iss = match advertised.and_then(serde_json::Value::as_bool) {
        Some(true) => IssNeed::Required,
        // The suite judges `iss` by cases of its own; here an unadvertised one must not end the walk.
        Some(false) | None => IssNeed::IfSent,
    };
    let authorization =
        target.extra_parameters.iter().fold(target.endpoints.authorization.clone(), |uri, (name, value)| {
            oauth_core::form::add_to_uri(&uri, &[(name, value)])
        });
    Settings {
        client_secret: client.secret.as_ref().map(|secret| secret.expose().to_owned()),
        authentication: match client.authentication {
            ClientAuthentication::ClientSecretBasic => Authentication::Basic,
            ClientAuthentication::ClientSecretPost => Authentication::Post,
            ClientAuthentication::None => Authentication::None,
        },
        scope: client.scope.clone(),
        pkce: target.uses_pkce(client),
        endpoints: Endpoints {
            authorization,
            token: target.endpoints.token.clone(),
            resource: target.endpoints.resource.clone().unwrap_or_default(),
            ..Endpoints::documented("")
        },
        iss,
        // Nor must plain http.
        clear_text: ClearText::Taken,
        ..Settings::of(&client.id, &client.redirect_uri, target.issuer.as_deref().unwrap_or_default())
    }
}
