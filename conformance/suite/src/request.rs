//! Authorization and token requests that can be spoilt in one place before they are sent.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use url::form_urlencoded;

use crate::subject::{Client, ClientAuthentication, ClientRole, Secret};
use crate::wire::{Actor, Params, Request};

/// An authorization request, before it is sent.
#[derive(Debug, Clone)]
pub struct AuthorizationRequest {
    /// The client that asks.
    pub client: Arc<Client>,
    /// What it asks, in order.
    pub params: Params,
    /// The code verifier behind the challenge, if there is one.
    pub verifier: Option<String>,
    /// Whether it goes by POST instead of GET.
    pub post: bool,
}

/// A token request, before it is sent.
#[derive(Debug, Clone)]
pub struct TokenRequest {
    /// The form, in order, without client credentials.
    pub params: Params,
    /// How the client authenticates.
    pub authentication: Authentication,
    /// Pairs in the URL's query, where none belong.
    pub query: Params,
    /// Further headers.
    pub headers: Vec<(String, String)>,
    /// The method.
    pub method: String,
    /// A body that is sent instead of the form.
    pub body: Option<Vec<u8>>,
    /// The content type; `None` sends none.
    pub content_type: Option<String>,
    /// As whom the recording names the sender.
    pub who: Actor,
}

/// How a token request shows who sends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Authentication {
    /// `Authorization: Basic` of the form-encoded pair.
    Basic {
        /// The client identifier.
        id: String,
        /// The secret.
        secret: String,
    },
    /// `client_id` and `client_secret` in the body.
    Body {
        /// The client identifier.
        id: String,
        /// The secret.
        secret: String,
    },
    /// `client_id` alone in the body.
    Id(String),
    /// This value of `Authorization`.
    Header(String),
    /// Nothing.
    Nothing,
}

impl Authentication {
    /// What the client's registration says.
    #[must_use]
    pub fn of(client: &Client) -> Self {
        let (id, secret) = (client.id.clone(), client.secret.as_ref().map_or("", Secret::expose).to_owned());
        match client.authentication {
            ClientAuthentication::ClientSecretBasic => Self::Basic { id, secret },
            ClientAuthentication::ClientSecretPost => Self::Body { id, secret },
            ClientAuthentication::None => Self::Id(id),
        }
    }

    /// The value of a Basic `Authorization` header (RFC 6749, section 2.3.1: both parts form-encoded first).
    #[must_use]
    pub fn basic(id: &str, secret: &str) -> String {
        let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        format!("Basic {}", STANDARD.encode(format!("{}:{}", encode(id), encode(secret))))
    }

    /// The value of a Basic `Authorization` header, without form-encoding.
    #[must_use]
    pub fn raw_basic(id: &str, secret: &str) -> String {
        format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
    }
}

/// What both requests can be spoilt in: their parameters.
macro_rules! spoilt_in_params {
    ($($request:ty),*) => {$(
        impl $request {
            /// Gives a parameter this one value.
            #[must_use]
            pub fn set(mut self, name: &str, value: &str) -> Self {
                self.params.set(name, value);
                self
            }

            /// Appends a parameter, also where it occurs already.
            #[must_use]
            pub fn add(mut self, name: &str, value: &str) -> Self {
                self.params.add(name, value);
                self
            }

            /// Leaves a parameter out.
            #[must_use]
            pub fn without(mut self, name: &str) -> Self {
                self.params.remove(name);
                self
            }

            /// Appends text to the query or the body as it stands.
            #[must_use]
            pub fn raw(mut self, text: &str) -> Self {
                self.params.raw(text);
                self
            }
        }
    )*};
}

spoilt_in_params!(AuthorizationRequest, TokenRequest);

impl AuthorizationRequest {
    /// Leaves PKCE out.
    #[must_use]
    pub fn without_pkce(mut self) -> Self {
        self.params.remove("code_challenge");
        self.params.remove("code_challenge_method");
        self.verifier = None;
        self
    }

    /// Challenges with S256 of this verifier.
    #[must_use]
    pub fn with_verifier(mut self, verifier: &str) -> Self {
        self.params.set("code_challenge", &challenge(verifier));
        self.params.set("code_challenge_method", "S256");
        self.verifier = Some(verifier.into());
        self
    }

    /// Sends it by POST, with the parameters in the body.
    #[must_use]
    pub const fn by_post(mut self) -> Self {
        self.post = true;
        self
    }

    /// The `state` it carries.
    #[must_use]
    pub fn state(&self) -> Option<&str> {
        self.params.first("state")
    }

    /// The HTTP request to this authorization endpoint.
    #[must_use]
    pub fn request(&self, endpoint: &str) -> Request {
        if self.post {
            Request::form(endpoint, &self.params)
        } else {
            Request::get(self.params.append_to(endpoint))
        }
    }
}

impl TokenRequest {
    /// A token request of this client with these parameters.
    #[must_use]
    pub fn new(client: &Client, params: Params) -> Self {
        let other =
            matches!(client.role, ClientRole::Second | ClientRole::SecondPublic | ClientRole::Service);
        Self {
            params,
            authentication: Authentication::of(client),
            query: Params::new(),
            headers: Vec::new(),
            method: "POST".into(),
            body: None,
            content_type: Some("application/x-www-form-urlencoded".into()),
            who: if other { Actor::OtherClient } else { Actor::Client },
        }
    }

    /// Says which kind of token it asks about, if there is a hint (RFC 7009 and RFC 7662, section 2.1).
    #[must_use]
    pub fn hinted(self, hint: Option<&str>) -> Self {
        match hint {
            Some(hint) => self.set("token_type_hint", hint),
            None => self,
        }
    }

    /// Authenticates in this way.
    #[must_use]
    pub fn authenticated(mut self, authentication: Authentication) -> Self {
        self.authentication = authentication;
        self
    }

    /// Authenticates as this client, and is recorded as sent by it.
    #[must_use]
    pub fn as_client(mut self, client: &Client) -> Self {
        let other = Self::new(client, Params::new());
        self.authentication = other.authentication;
        self.who = other.who;
        self
    }

    /// Is recorded as sent by somebody.
    #[must_use]
    pub const fn by(mut self, who: Actor) -> Self {
        self.who = who;
        self
    }

    /// Appends a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Appends a pair to the URL's query.
    #[must_use]
    pub fn in_query(mut self, name: &str, value: &str) -> Self {
        self.query.add(name, value);
        self
    }

    /// Uses another method.
    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        self.method = method.into();
        self
    }

    /// Sends this body instead of the form.
    #[must_use]
    pub fn body(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.content_type = Some(content_type.into());
        self.body = Some(body.into());
        self
    }

    /// The HTTP request to this token endpoint.
    #[must_use]
    pub fn request(&self, endpoint: &str) -> Request {
        let mut params = self.params.clone();
        let mut request = Request::post(self.query.append_to(endpoint), Vec::new()).method(&self.method);
        match &self.authentication {
            Authentication::Basic { id, secret } => {
                request = request.header("Authorization", Authentication::basic(id, secret));
            }
            Authentication::Body { id, secret } => {
                params.add("client_id", id);
                params.add("client_secret", secret);
            }
            Authentication::Id(id) => params.add("client_id", id),
            Authentication::Header(value) => request = request.header("Authorization", value.as_str()),
            Authentication::Nothing => {}
        }
        if let Some(content_type) = &self.content_type {
            request = request.header("Content-Type", content_type.as_str());
        }
        for (name, value) in &self.headers {
            request = request.header(name, value.as_str());
        }
        request.body = self.body.clone().unwrap_or_else(|| params.encode().into_bytes());
        request
    }
}

/// The S256 challenge of a verifier (RFC 7636, section 4.2).
#[must_use]
pub fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}
