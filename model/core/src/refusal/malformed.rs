//! What a codec refuses: requests that cannot be read, each with the place that decides how its sender is told.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;

use super::{Answer, DpopDefect, ErrorCode};
use oauth_rules::RuleId;
use oauth_rules::rules;

/// A parameter or header that a codec looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is the parameter of its name")]
pub enum Field {
    Authorization,
    Ask,
    ClientId,
    ClientSecret,
    Code,
    CodeChallenge,
    CodeChallengeMethod,
    CodeVerifier,
    Confirm,
    DpopJkt,
    Error,
    GrantType,
    Iss,
    LoginToken,
    Next,
    Password,
    RedirectUri,
    RefreshToken,
    RequestUri,
    Resource,
    ResponseType,
    Scope,
    State,
    Token,
    TokenTypeHint,
    UserId,
}

impl Field {
    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Authorization => "Authorization",
            Self::Ask => "ask",
            Self::ClientId => "client_id",
            Self::ClientSecret => "client_secret",
            Self::Code => "code",
            Self::CodeChallenge => "code_challenge",
            Self::CodeChallengeMethod => "code_challenge_method",
            Self::CodeVerifier => "code_verifier",
            Self::Confirm => "confirm",
            Self::DpopJkt => "dpop_jkt",
            Self::Error => "error",
            Self::GrantType => "grant_type",
            Self::Iss => "iss",
            Self::LoginToken => "login_token",
            Self::Next => "next",
            Self::Password => "password",
            Self::RedirectUri => "redirect_uri",
            Self::RefreshToken => "refresh_token",
            Self::RequestUri => "request_uri",
            Self::Resource => "resource",
            Self::ResponseType => "response_type",
            Self::Scope => "scope",
            Self::State => "state",
            Self::Token => "token",
            Self::TokenTypeHint => "token_type_hint",
            Self::UserId => "user_id",
        }
    }
}

/// What a codec could not read as a request. Callers match each by name, so that a new variant is a breaking release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Malformed {
    /// A broken percent-escape, or text that is not UTF-8.
    Encoding,
    /// A body of more than [`crate::http::BODY_LIMIT`] bytes.
    TooLarge,
    /// A body that is not a form.
    NotAForm,
    /// A body that is not a JSON object.
    NotJson,
    /// A parameter that stands there more than once.
    Repeated(Field),
    /// A required parameter that is absent or empty.
    Missing(Field),
    /// A parameter outside its alphabet or length.
    Syntax(Field),
    /// `code_challenge_method` with a value that is not known.
    MethodUnknown,
    /// `code_challenge_method` without `code_challenge`.
    MethodWithoutChallenge,
    /// Parameters of a request of a client in the URI.
    ParametersInUri,
    /// Client credentials in the header and in the body.
    TwoAuthentications,
    /// A `client_id` beside credentials of another client.
    ClientIdsDiffer,
    /// A pushed request that names a pushed request.
    RequestUriPushed,
    /// A proof of possession that is none.
    Proof(DpopDefect),
    /// An access token in two places.
    TwoTokens,
    /// No page of this server has this path.
    NoSuchPage,
    /// The page takes other methods: these.
    MethodNotAllowed(&'static str),
}

/// Which part of a request a codec was reading, which decides how its sender is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// A page of the server: login, consent, or an authorization request whose client or redirect URI is bad.
    Page,
    /// An authorization request whose client and redirect URI are good.
    AuthorizationRequest,
    /// A token request.
    TokenRequest,
    /// A pushed authorization request.
    PushedRequest,
    /// A client that registers.
    Registration,
    /// A request that revokes a token.
    RevocationRequest,
    /// A request that asks whether a token is good.
    IntrospectionRequest,
    /// A request for a protected resource.
    ResourceRequest,
}

impl Malformed {
    /// How the sender is told, given what it was talking to.
    #[must_use]
    pub const fn answer(self, place: Place) -> Answer {
        match (self, place) {
            (Self::NoSuchPage, _) => Answer::Page(404),
            (Self::MethodNotAllowed(_), _) => Answer::Page(405),
            (Self::TooLarge, Place::Page | Place::AuthorizationRequest) => Answer::Page(413),
            (_, Place::Page) => Answer::Page(400),
            // rfc9449-5-invalid-dpop-proof-error
            (Self::Proof(_), Place::TokenRequest | Place::PushedRequest) => {
                Answer::Token(ErrorCode::InvalidDpopProof)
            }
            (Self::Proof(_), Place::ResourceRequest) => {
                Answer::Challenge(401, Some(ErrorCode::InvalidDpopProof))
            }
            (_, Place::AuthorizationRequest) => Answer::Redirect(ErrorCode::InvalidRequest),
            // A verifier of the wrong form cannot fit any challenge (RFC 7636 4.6).
            (Self::Syntax(Field::CodeVerifier), Place::TokenRequest) => {
                Answer::Token(ErrorCode::InvalidGrant)
            }
            (
                Self::Syntax(Field::Authorization),
                Place::TokenRequest
                | Place::PushedRequest
                | Place::RevocationRequest
                | Place::IntrospectionRequest,
            ) => Answer::Token(ErrorCode::InvalidClient),
            (Self::TooLarge, Place::Registration) => Answer::Json(413, ErrorCode::InvalidClientMetadata),
            (_, Place::Registration) => Answer::Json(400, ErrorCode::InvalidClientMetadata),
            // rfc9126-2.3-too-large-413
            (Self::TooLarge, Place::PushedRequest) => Answer::Json(413, ErrorCode::InvalidRequest),
            (
                _,
                Place::TokenRequest
                | Place::PushedRequest
                | Place::RevocationRequest
                | Place::IntrospectionRequest,
            ) => Answer::Token(ErrorCode::InvalidRequest),
            (_, Place::ResourceRequest) => Answer::Challenge(400, Some(ErrorCode::InvalidRequest)),
        }
    }

    /// What to say of it, in the characters of RFC 6749 5.2's `error_description`.
    #[must_use]
    pub fn describe(self) -> String {
        match self {
            Self::Encoding => "the parameters are not UTF-8 in application/x-www-form-urlencoded".to_owned(),
            Self::TooLarge => format!("the body has more than {} bytes", crate::http::BODY_LIMIT),
            Self::NotAForm => "the body is not application/x-www-form-urlencoded".to_owned(),
            Self::NotJson => "the body is not a JSON object of the type application/json".to_owned(),
            Self::Repeated(field) => format!("{} may stand there once only", field.name()),
            Self::Missing(field) => format!("{} is missing", field.name()),
            Self::Syntax(field) => format!("{} has a wrong form", field.name()),
            Self::MethodUnknown => "code_challenge_method is not known here".to_owned(),
            Self::MethodWithoutChallenge => "code_challenge_method came without code_challenge".to_owned(),
            Self::ParametersInUri => "the parameters belong into the body, not into the URI".to_owned(),
            Self::TwoAuthentications => "the client may authenticate in one way only".to_owned(),
            Self::ClientIdsDiffer => "client_id is not the client that authenticated".to_owned(),
            Self::RequestUriPushed => "request_uri may not be pushed".to_owned(),
            Self::Proof(defect) => defect.describe().to_owned(),
            Self::TwoTokens => "the access token may be sent in one way only".to_owned(),
            Self::NoSuchPage => "this server has no such page".to_owned(),
            Self::MethodNotAllowed(methods) => format!("this page takes {methods}"),
        }
    }

    /// The rules that it enforces at this place.
    #[must_use]
    pub const fn rules(self, place: Place) -> &'static [RuleId] {
        match (self, place) {
            (Self::Proof(defect), _) => defect.rules(),
            (Self::Repeated(Field::ClientId | Field::RedirectUri), Place::Page) => {
                rules![
                    "rfc6749-3.1-duplicate-parameter-refused",
                    "rfc6749-4.1.2.1-bad-client-or-redirect-not-redirected"
                ]
            }
            (Self::Missing(Field::ClientId), Place::Page) => {
                rules!["rfc6749-4.1.2.1-bad-client-or-redirect-not-redirected"]
            }
            (Self::Syntax(Field::RedirectUri), Place::Page) => {
                rules!["rfc6749-3.1.2-redirect-uri-absolute", "rfc6749-3.1.2-redirect-no-fragment"]
            }
            (Self::Syntax(Field::Next), Place::Page) => rules!["rfc6749-10.15-no-open-redirector"],
            (Self::Repeated(_), Place::AuthorizationRequest) => {
                rules!["rfc6749-3.1-duplicate-parameter-refused"]
            }
            (Self::Missing(Field::ResponseType), Place::AuthorizationRequest) => {
                rules!["rfc6749-3.1.1-response-type-missing", "rfc6749-4.1.2.1-invalid-request"]
            }
            (Self::Syntax(Field::CodeChallenge), Place::AuthorizationRequest) => {
                rules!["rfc7636-4.2-challenge-syntax-checked"]
            }
            (Self::MethodUnknown, Place::AuthorizationRequest) => {
                rules!["rfc7636-4.4.1-unknown-method-refused"]
            }
            (_, Place::AuthorizationRequest) => rules!["rfc6749-4.1.2.1-invalid-request"],
            (Self::Repeated(_), Place::TokenRequest) => rules!["rfc6749-3.2-duplicate-parameter-refused"],
            (Self::ParametersInUri, Place::TokenRequest) => rules!["rfc6749-2.3.1-no-credentials-in-uri"],
            (Self::TwoAuthentications, Place::TokenRequest) => {
                rules!["rfc6749-5.2-multiple-client-auth-refused"]
            }
            (Self::ClientIdsDiffer, Place::TokenRequest) => {
                rules!["rfc6749-4.1.3-client-auth-checked-if-included"]
            }
            (Self::Syntax(Field::CodeVerifier), Place::TokenRequest) => {
                rules!["rfc7636-4.6-mismatch-invalid-grant"]
            }
            (Self::Syntax(Field::Authorization), Place::TokenRequest) => {
                rules!["rfc6749-5.2-invalid-client-401-challenge"]
            }
            (_, Place::TokenRequest) => rules!["rfc6749-5.2-invalid-request"],
            (_, Place::Registration) => rules!["rfc7591-3.1-body-is-a-json-object"],
            (Self::RequestUriPushed, Place::PushedRequest) => {
                rules!["rfc9126-2.1-request-uri-parameter-rejected"]
            }
            (Self::Missing(Field::ClientId), Place::PushedRequest) => {
                rules!["rfc9126-2.1-client-id-required"]
            }
            (Self::TooLarge, Place::PushedRequest) => rules!["rfc9126-2.3-too-large-413"],
            (_, Place::PushedRequest) => rules!["rfc9126-2.1-validated-like-authorization-request"],
            (Self::Missing(Field::Token), Place::RevocationRequest) => {
                rules!["rfc7009-2.1-token-parameter-required"]
            }
            (_, Place::RevocationRequest | Place::IntrospectionRequest) => {
                rules!["rfc6749-5.2-invalid-request"]
            }
            (_, Place::ResourceRequest) => rules!["rfc6750-3.1-invalid-request-400"],
            (Self::MethodNotAllowed(_), Place::Page) => rules!["rfc9110-15.5.6-405-has-allow"],
            (_, Place::Page) => &[],
        }
    }
}
