//! Which rules each refusal enforces.

use super::Refusal;
use oauth_rules::RuleId;
use oauth_rules::rules;

impl Refusal {
    /// The rules that it enforces.
    #[must_use]
    pub const fn rules(self) -> &'static [RuleId] {
        match self {
            Self::ClientUnknown => rules!["rfc6749-4.1.2.1-bad-client-or-redirect-not-redirected"],
            Self::RedirectUriUnregistered => rules![
                "rfc6749-3.1.2.2-public-client-registered-uri",
                "rfc6749-3.1.2.3-registered-uris-compared",
                "rfc6749-3.1.2.3-simple-string-comparison",
                "rfc6749-3.1.2.4-no-redirect-to-invalid-uri",
                "rfc9700-2.1-redirect-uri-exact-match",
                "rfc9700-4.1.3-simple-string-comparison",
            ],
            Self::RedirectUriNeeded => rules!["rfc6749-3.1.2.3-redirect-uri-required-if-many"],
            Self::ClientNotAllowed => rules!["rfc6749-4.1.2.1-unauthorized-client"],
            Self::ResponseTypeUnsupported => {
                rules!["rfc6749-3.1.1-response-type-unknown", "rfc6749-4.1.2.1-unsupported-response-type"]
            }
            Self::ScopeRefused => rules!["rfc6749-4.1.2.1-invalid-scope"],
            Self::ChallengeNeeded => rules!["rfc7636-4.4.1-challenge-required"],
            Self::PlainRefused => rules!["rfc7636-7.2-plain-not-used"],
            Self::PushNeeded => {
                rules!["rfc9126-4-par-required-enforced", "rfc9126-6-client-policy-enforced"]
            }
            Self::RequestUriUnknown => rules!["rfc9126-4-one-time-use"],
            Self::RequestUriOfAnotherClient => rules!["rfc9126-2.2-bound-to-client"],
            Self::RequestUriExpired => rules!["rfc9126-4-expired-rejected"],
            Self::OwnerDenied => rules!["rfc6749-4.1.2.1-access-denied"],
            Self::PasswordWrong => rules!["rfc6749-3.1-owner-wrong-password-refused"],
            Self::LogInForged | Self::DecisionForged => {
                rules!["rfc6749-10.12-authorization-endpoint-csrf-protected"]
            }
            Self::SessionMissing => rules!["rfc6749-3.1-owner-authenticated-first"],
            Self::DecisionRepeated | Self::AskExpired => rules!["rfc6749-4.1.1-owner-decision-obtained"],
            Self::CredentialsMissing => rules![
                "rfc6749-2.2-client-id-alone-no-auth",
                "rfc6749-4.1.3-client-auth-required",
                "rfc6749-5.2-invalid-client",
            ],
            Self::ClientUnknownAtToken => rules!["rfc6749-5.2-invalid-client"],
            Self::SecretWrong => {
                rules!["rfc6749-4.1.3-client-auth-checked-if-included", "rfc6749-5.2-invalid-client"]
            }
            Self::AuthenticationMethodWrong => rules!["rfc6749-5.2-invalid-client"],
            Self::GrantTypeUnsupported => rules!["rfc6749-5.2-unsupported-grant-type"],
            Self::GrantTypeNotAllowed => rules!["rfc6749-5.2-unauthorized-client"],
            Self::CodeUnknown => rules!["rfc6749-4.1.3-code-valid", "rfc6749-5.2-invalid-grant"],
            Self::CodeOfAnotherClient => {
                rules!["rfc6749-4.1.3-code-bound-to-client", "rfc6749-4.1.3-code-bound-to-public-client-id"]
            }
            Self::CodeReplayed => rules![
                "rfc6749-4.1.2-code-single-use",
                "rfc6749-4.1.2-code-single-use-concurrent",
                "rfc6749-4.1.2-code-reuse-revokes-tokens",
                "rfc9700-4.2.4-code-single-use",
                "rfc9700-4.2.4-code-replay-revokes-tokens",
            ],
            Self::CodeExpired => {
                rules!["rfc6749-4.1.2-code-expires-shortly", "rfc6749-4.1.2-code-lifetime-10-minutes"]
            }
            Self::RefreshUnknown => rules!["rfc6749-6-refresh-token-validated"],
            Self::RefreshOfAnotherClient => rules!["rfc6749-6-refresh-token-bound-to-client"],
            Self::RefreshReplayed => rules![
                "rfc6749-10.4-public-refresh-abuse-detected",
                "rfc9700-2.2.2-public-refresh-protected",
                "rfc9700-4.14.2-rotation-replay-revokes-family",
            ],
            Self::RefreshExpired => rules!["rfc9700-4.14.2-refresh-expires-when-idle"],
            Self::RefreshScopeWider => {
                rules!["rfc6749-6-scope-not-beyond-original", "rfc9700-4.14.2-refresh-bound-to-scope"]
            }
            Self::RedirectUriDiffers => {
                rules!["rfc6749-4.1.3-redirect-uri-present", "rfc6749-4.1.3-redirect-uri-identical"]
            }
            Self::VerifierMissing => {
                rules!["rfc7636-4.5-verifier-required", "rfc9700-2.1.1-as-enforces-verifier"]
            }
            Self::VerifierWrong => rules![
                "rfc7636-4.6-mismatch-invalid-grant",
                "rfc7636-4.4-challenge-bound-to-code",
                "rfc7636-4.5-method-bound-to-code",
                "rfc9700-4.5.3-code-bound-to-transaction",
            ],
            Self::VerifierUnexpected => rules!["rfc9700-4.8.2-pkce-downgrade-rejected"],
            Self::TokenMissing => {
                rules!["rfc6750-3-challenge-without-token", "rfc6750-3.1-no-error-without-token"]
            }
            Self::TokenUnknown => {
                rules!["rfc6750-3.1-invalid-token-401", "rfc6749-10.3-access-token-not-forgeable"]
            }
            Self::TokenRevoked => {
                rules!["rfc6750-3.1-invalid-token-401", "rfc6749-4.1.2-code-reuse-revokes-tokens"]
            }
            Self::TokenExpired => rules![
                "rfc6750-3.1-invalid-token-401",
                "rfc6749-7-expired-token-refused",
                "rfc6750-5.2-token-lifetime-limited",
            ],
            Self::ScopeNotForClient => rules!["rfc6749-5.2-scope-not-beyond-grant"],
            Self::ResourceUnknown => rules!["rfc8707-2-resource-absolute-no-fragment"],
            Self::ResourceNotGranted => {
                rules!["rfc8707-2.2-subset-token-full-refresh", "rfc9700-4.14.2-refresh-bound-to-resource"]
            }
            Self::TokenOfAnotherClient => rules!["rfc7009-2.1-token-bound-to-client"],
            Self::IntrospectionNotAllowed => rules!["rfc7662-2.1-authorization-required"],
            Self::RegistrationOff => rules!["rfc7591-3.2.1-created-response"],
            Self::RegistrationRefused(flaw) => flaw.rules(),
            Self::ProofAtToken(flaw) | Self::ProofAtResource(flaw) => flaw.rules(),
            Self::BoundTokenAsBearer => rules!["rfc9449-7.2-bound-token-not-as-bearer"],
            Self::TokenNotBound => rules!["rfc9449-4.3-key-binding"],
            Self::TokenForAnotherResource => {
                rules!["rfc9700-2.3-rs-refuses-wrong-audience", "rfc8707-2-token-audience-restricted"]
            }
            Self::ScopeInsufficient => {
                rules!["rfc6749-7-scope-covers-resource", "rfc6750-3.1-insufficient-scope-403"]
            }
        }
    }
}
