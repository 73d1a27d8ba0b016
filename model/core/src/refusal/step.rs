//! What a step refuses: a row for each, with how its sender is told, in which words, and which rules it enforces.

use super::Answer::{self, Challenge, Page, Redirect, Token};
use super::ErrorCode::{
    AccessDenied, InsufficientScope, InvalidClient, InvalidGrant, InvalidRequest, InvalidScope,
    InvalidTarget, InvalidToken, UnauthorizedClient, UnsupportedGrantType, UnsupportedResponseType,
};
use super::{DpopFlaw, RegistrationFlaw, Row};
use crate::table::table;
use oauth_rules::{RuleId, rules};

// Refusals that share an error code, and would help a thief if they were told apart, share the words.
const BAD_REQUEST_URI: &str =
    "this request_uri cannot be used (any more); please start again at the application";
const BAD_CLIENT: &str = "client authentication failed";
const BAD_CODE: &str = "the code is not valid for this request";
const BAD_REFRESH_TOKEN: &str = "the refresh token is not valid for this request";
const BAD_VERIFIER: &str = "code_verifier does not fit the authorization request";
const BAD_TOKEN: &str = "the access token is not valid";
const BAD_SCOPE: &str = "the scope is unknown or not for this client";

const fn row(answer: Answer, says: &'static str, rules: &'static [RuleId]) -> Row {
    Row { answer, says, rules }
}

table! {
    /// What a step refused.
    pub enum Refusal: Row;

    /// The authorization request names a client that is not registered.
    ClientUnknown => row(Page(400), "this client is not registered here", rules![
        "rfc6749-4.1.2.1-bad-client-or-redirect-not-redirected",
    ]);
    /// The redirect URI is not one that is registered for the client.
    RedirectUriUnregistered => row(Page(400), "this redirect_uri is not registered for the client", rules![
        "rfc6749-3.1.2.2-public-client-registered-uri",
        "rfc6749-3.1.2.3-registered-uris-compared",
        "rfc6749-3.1.2.3-simple-string-comparison",
        "rfc6749-3.1.2.4-no-redirect-to-invalid-uri",
        "rfc9700-2.1-redirect-uri-exact-match",
        "rfc9700-4.1.3-simple-string-comparison",
    ]);
    /// The request has no redirect URI, and the client has not exactly one.
    RedirectUriNeeded => row(Page(400), "the client has to say which of its redirect URIs it wants", rules![
        "rfc6749-3.1.2.3-redirect-uri-required-if-many",
    ]);
    /// The client is not registered for the code grant.
    ClientNotAllowed => row(
        Redirect(UnauthorizedClient),
        "the client is not registered for the code grant",
        rules!["rfc6749-4.1.2.1-unauthorized-client"],
    );
    /// The response type is not `code`.
    ResponseTypeUnsupported => row(Redirect(UnsupportedResponseType), "response_type has to be code", rules![
        "rfc6749-3.1.1-response-type-unknown",
        "rfc6749-4.1.2.1-unsupported-response-type",
    ]);
    /// The scope is unknown, or beyond what the client is registered for.
    ScopeRefused => row(Redirect(InvalidScope), BAD_SCOPE, rules!["rfc6749-4.1.2.1-invalid-scope"]);
    /// The client has to send a PKCE challenge.
    ChallengeNeeded => row(Redirect(InvalidRequest), "code_challenge is required", rules![
        "rfc7636-4.4.1-challenge-required",
    ]);
    /// The challenge method `plain` is off.
    PlainRefused => row(Redirect(InvalidRequest), "code_challenge_method has to be S256", rules![
        "rfc7636-7.2-plain-not-used",
    ]);
    /// The client has to push its authorization requests.
    PushNeeded => row(
        Redirect(InvalidRequest),
        "authorization requests of this client have to be pushed",
        rules!["rfc9126-4-par-required-enforced", "rfc9126-6-client-policy-enforced"],
    );
    /// No such request was pushed, or it was used.
    RequestUriUnknown => row(Page(400), BAD_REQUEST_URI, rules!["rfc9126-4-one-time-use"]);
    /// The pushed request is another client's.
    RequestUriOfAnotherClient => row(Page(400), BAD_REQUEST_URI, rules!["rfc9126-2.2-bound-to-client"]);
    /// The pushed request waited for too long.
    RequestUriExpired => row(Page(400), BAD_REQUEST_URI, rules!["rfc9126-4-expired-rejected"]);
    /// The resource owner said no.
    OwnerDenied => row(Redirect(AccessDenied), "the resource owner said no", rules![
        "rfc6749-4.1.2.1-access-denied",
    ]);
    /// The name or the password is wrong.
    PasswordWrong => row(Page(403), "the name or the password is wrong", rules![
        "rfc6749-3.1-owner-wrong-password-refused",
    ]);
    /// The login form did not come from this server's page in this browser.
    LogInForged => row(Page(403), "the form is too old or not this server's; please log in again", rules![
        "rfc6749-10.12-authorization-endpoint-csrf-protected",
    ]);
    /// Nobody is logged in in the browser that decides.
    SessionMissing => row(
        Page(403),
        "nobody is logged in here; please start again at the application",
        rules!["rfc6749-3.1-owner-authenticated-first"],
    );
    /// The decision did not come from this server's consent page in this browser session.
    DecisionForged => row(
        Page(403),
        "this answer does not come from the page of this server that asked",
        rules!["rfc6749-10.12-authorization-endpoint-csrf-protected"],
    );
    /// The request was decided before.
    DecisionRepeated => row(
        Page(400),
        "this request was answered before; please start again at the application",
        rules!["rfc6749-4.1.1-owner-decision-obtained"],
    );
    /// The consent page lay open for too long.
    AskExpired => row(Page(400), "this request is too old; please start again at the application", rules![
        "rfc6749-4.1.1-owner-decision-obtained",
    ]);
    /// A confidential client showed no credentials.
    CredentialsMissing => row(Token(InvalidClient), BAD_CLIENT, rules![
        "rfc6749-2.2-client-id-alone-no-auth",
        "rfc6749-4.1.3-client-auth-required",
        "rfc6749-5.2-invalid-client",
    ]);
    /// The token request names a client that is not registered.
    ClientUnknownAtToken => row(Token(InvalidClient), BAD_CLIENT, rules!["rfc6749-5.2-invalid-client"]);
    /// The client's secret is wrong.
    SecretWrong => row(Token(InvalidClient), BAD_CLIENT, rules![
        "rfc6749-4.1.3-client-auth-checked-if-included",
        "rfc6749-5.2-invalid-client",
    ]);
    /// The client authenticated by another method than it is registered for.
    AuthenticationMethodWrong => row(Token(InvalidClient), BAD_CLIENT, rules!["rfc6749-5.2-invalid-client"]);
    /// The grant type is unknown.
    GrantTypeUnsupported => row(Token(UnsupportedGrantType), "grant_type is not supported", rules![
        "rfc6749-5.2-unsupported-grant-type",
    ]);
    /// The client is not registered for the grant type.
    GrantTypeNotAllowed => row(
        Token(UnauthorizedClient),
        "the client is not registered for this grant_type",
        rules!["rfc6749-5.2-unauthorized-client"],
    );
    /// No such code was issued, or the grant behind it has ended.
    CodeUnknown => row(Token(InvalidGrant), BAD_CODE, rules![
        "rfc6749-4.1.3-code-valid",
        "rfc6749-5.2-invalid-grant",
    ]);
    /// The code was issued to another client.
    CodeOfAnotherClient => row(Token(InvalidGrant), BAD_CODE, rules![
        "rfc6749-4.1.3-code-bound-to-client",
        "rfc6749-4.1.3-code-bound-to-public-client-id",
    ]);
    /// The code was redeemed before.
    CodeReplayed => row(Token(InvalidGrant), BAD_CODE, rules![
        "rfc6749-4.1.2-code-single-use",
        "rfc6749-4.1.2-code-single-use-concurrent",
        "rfc6749-4.1.2-code-reuse-revokes-tokens",
        "rfc9700-4.2.4-code-single-use",
        "rfc9700-4.2.4-code-replay-revokes-tokens",
    ]);
    /// The code's lifetime is over.
    CodeExpired => row(Token(InvalidGrant), BAD_CODE, rules![
        "rfc6749-4.1.2-code-expires-shortly",
        "rfc6749-4.1.2-code-lifetime-10-minutes",
    ]);
    /// No such refresh token was issued, or the grant behind it has ended.
    RefreshUnknown => row(Token(InvalidGrant), BAD_REFRESH_TOKEN, rules![
        "rfc6749-6-refresh-token-validated",
    ]);
    /// The refresh token was issued to another client.
    RefreshOfAnotherClient => row(Token(InvalidGrant), BAD_REFRESH_TOKEN, rules![
        "rfc6749-6-refresh-token-bound-to-client",
    ]);
    /// The refresh token was used before.
    RefreshReplayed => row(Token(InvalidGrant), BAD_REFRESH_TOKEN, rules![
        "rfc6749-10.4-public-refresh-abuse-detected",
        "rfc9700-2.2.2-public-refresh-protected",
        "rfc9700-4.14.2-rotation-replay-revokes-family",
    ]);
    /// The refresh token lay unused for too long.
    RefreshExpired => row(Token(InvalidGrant), BAD_REFRESH_TOKEN, rules![
        "rfc9700-4.14.2-refresh-expires-when-idle",
    ]);
    /// The refresh asks for more than the owner consented to.
    RefreshScopeWider => row(Token(InvalidScope), "the scope is more than what was granted", rules![
        "rfc6749-6-scope-not-beyond-original",
        "rfc9700-4.14.2-refresh-bound-to-scope",
    ]);
    /// A client that asks for itself asks for scope that it is not registered for.
    ScopeNotForClient => row(Token(InvalidScope), BAD_SCOPE, rules!["rfc6749-5.2-scope-not-beyond-grant"]);
    /// The authorization request names a resource that is not known here.
    ResourceUnknown => row(
        Redirect(InvalidTarget),
        "a resource is not known here, or is no absolute URI without fragment",
        rules!["rfc8707-2-resource-absolute-no-fragment"],
    );
    /// The token request names a resource that is not known here, or was not granted.
    ResourceNotGranted => row(
        Token(InvalidTarget),
        "a resource is not known here, or was not granted",
        rules!["rfc8707-2.2-subset-token-full-refresh", "rfc9700-4.14.2-refresh-bound-to-resource"],
    );
    /// The redirect URI is not the authorization request's.
    RedirectUriDiffers => row(Token(InvalidGrant), BAD_CODE, rules![
        "rfc6749-4.1.3-redirect-uri-present",
        "rfc6749-4.1.3-redirect-uri-identical",
    ]);
    /// The code was issued for a challenge, and no verifier came.
    VerifierMissing => row(Token(InvalidGrant), BAD_VERIFIER, rules![
        "rfc7636-4.5-verifier-required",
        "rfc9700-2.1.1-as-enforces-verifier",
    ]);
    /// The verifier does not fit the challenge.
    VerifierWrong => row(Token(InvalidGrant), BAD_VERIFIER, rules![
        "rfc7636-4.6-mismatch-invalid-grant",
        "rfc7636-4.4-challenge-bound-to-code",
        "rfc7636-4.5-method-bound-to-code",
        "rfc9700-4.5.3-code-bound-to-transaction",
    ]);
    /// A verifier came for a code that was issued without a challenge.
    VerifierUnexpected => row(Token(InvalidGrant), BAD_VERIFIER, rules![
        "rfc9700-4.8.2-pkce-downgrade-rejected",
    ]);
    /// This server registers no clients.
    RegistrationOff => row(Page(404), "this server has no such page", rules![
        "rfc7591-3.2.1-created-response",
    ]);
    /// A client that registers says something of itself that cannot be.
    RegistrationRefused(flaw: RegistrationFlaw, of RegistrationFlaw::ALL) => flaw.row();
    /// The token to be revoked was issued to another client.
    TokenOfAnotherClient => row(Token(InvalidGrant), "the token was issued to another client", rules![
        "rfc7009-2.1-token-bound-to-client",
    ]);
    /// A client without a secret asks whether a token is good.
    IntrospectionNotAllowed => row(Token(InvalidClient), BAD_CLIENT, rules![
        "rfc7662-2.1-authorization-required",
    ]);
    /// The request for the resource has no token.
    TokenMissing => row(Challenge(401, None), "an access token is required", rules![
        "rfc6750-3-challenge-without-token",
        "rfc6750-3.1-no-error-without-token",
    ]);
    /// No such token was issued.
    TokenUnknown => row(Challenge(401, Some(InvalidToken)), BAD_TOKEN, rules![
        "rfc6750-3.1-invalid-token-401",
        "rfc6749-10.3-access-token-not-forgeable",
    ]);
    /// The token's lifetime is over.
    TokenExpired => row(Challenge(401, Some(InvalidToken)), BAD_TOKEN, rules![
        "rfc6750-3.1-invalid-token-401",
        "rfc6749-7-expired-token-refused",
        "rfc6750-5.2-token-lifetime-limited",
    ]);
    /// The grant behind the token has ended.
    TokenRevoked => row(Challenge(401, Some(InvalidToken)), BAD_TOKEN, rules![
        "rfc6750-3.1-invalid-token-401",
        "rfc6749-4.1.2-code-reuse-revokes-tokens",
    ]);
    /// A token that is bound to a key came behind `Bearer`.
    BoundTokenAsBearer => row(
        Challenge(401, Some(InvalidToken)),
        "the access token needs a DPoP proof",
        rules!["rfc9449-7.2-bound-token-not-as-bearer"],
    );
    /// A token that is bound to no key came behind `DPoP`.
    TokenNotBound => row(Challenge(401, Some(InvalidToken)), BAD_TOKEN, rules![
        "rfc9449-7.1-unbound-token-not-as-dpop",
    ]);
    /// What is wrong with the proof of a request to the token endpoint, or of a pushed one.
    ProofAtToken(flaw: DpopFlaw, of &DpopFlaw::AT_TOKEN) => flaw.row_at_token();
    /// What is wrong with the proof of a request for a resource.
    ProofAtResource(flaw: DpopFlaw, of DpopFlaw::ALL) => flaw.row_at_resource();
    /// The token is for another resource.
    TokenForAnotherResource => row(Challenge(401, Some(InvalidToken)), BAD_TOKEN, rules![
        "rfc9700-2.3-rs-refuses-wrong-audience",
        "rfc8707-2-token-audience-restricted",
    ]);
    /// The token's scope does not cover the resource.
    ScopeInsufficient => row(
        Challenge(403, Some(InsufficientScope)),
        "the access token's scope does not cover this resource",
        rules!["rfc6749-7-scope-covers-resource", "rfc6750-3.1-insufficient-scope-403"],
    );
}

impl Refusal {
    /// How the sender is told.
    #[must_use]
    pub const fn answer(self) -> Answer {
        self.row().answer
    }
}
