//! A client that asks for a token of its own (RFC 6749, section 4.4.2).

use crate::flow::TokenRequest;
use crate::subject::Client;
use crate::wire::Params;

/// The good request of a client for a token of its own.
pub(in crate::cases) fn own_token(client: &Client) -> TokenRequest {
    let mut params = Params::from([("grant_type", "client_credentials")]);
    if let Some(scope) = &client.scope {
        params.add("scope", scope);
    }
    TokenRequest::new(client, params)
}
