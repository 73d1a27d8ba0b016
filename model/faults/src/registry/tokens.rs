//! The faults of revocation, introspection, client credentials, audiences and metadata, behind those of the code flow.

macro_rules! token_faults {
    ([$($before:tt)*]) => {
        published_faults! { [
            $($before)*
        // Revocation.
        Server RevocationKeepsTokens "revocation-keeps-tokens":
            "a revocation is answered, and nothing ends",
            ["rfc7009-2-refresh-token-revocable", "rfc7009-2-access-token-revocable"];
        Server RevocationKeepsAccess "revocation-keeps-access":
            "a revoked refresh token leaves the access token as it is",
            ["rfc7009-2.1-refresh-revocation-cascades"];
        Server RevocationByAnyClient "revocation-by-any-client":
            "a token is revoked for any client",
            ["rfc7009-2.1-token-bound-to-client"];
        Server NamingUnauthenticated "naming-unauthenticated":
            "whoever names a client may revoke and introspect for it",
            ["rfc7009-2.1-client-authentication-validated", "rfc7662-2.1-authorization-required",
             "rfc7662-2.3-bad-credentials-401"];

        // Introspection.
        Server IntrospectionByAnyClient "introspection-by-any-client":
            "any client learns of every token",
            ["rfc7662-4-callers-specifically-authorized"];
        Server IntrospectionOfAnyAudience "introspection-of-any-audience":
            "a resource server learns of tokens for other resources",
            ["rfc7662-4-audience-of-caller-checked"];
        Server IntrospectionUnexpiring "introspection-unexpiring":
            "an expired access token is called active",
            ["rfc7662-4-expiry-checked"];
        Server IntrospectionUnrevoked "introspection-unrevoked":
            "a revoked token is called active",
            ["rfc7662-4-revocation-checked"];

        // Resources.
        Server AudienceUnchecked "audience-unchecked":
            "a resource takes tokens for other resources",
            ["rfc9700-2.3-rs-refuses-wrong-audience",
             "rfc8707-2-token-audience-restricted", "rfc6750-5.3-audience-restriction",
             "rfc9728-7.4-as-audience-restricted"];
        Server RefreshOfAnyResource "refresh-of-any-resource":
            "a refresh gets a token for whatever resource it names",
            ["rfc9700-4.14.2-refresh-bound-to-resource"];
        ] }
    };
}
