//! The faults of what the server publishes (metadata, answers about tokens) and of how tokens are given up, behind
//! those of tokens.

macro_rules! published_faults {
    ([$($before:tt)*]) => {
        extension_faults! { [
            $($before)*
        // The authorization server's metadata.
        Server MetadataBehindSlash "metadata-behind-slash":
            "the metadata's address takes one more slash at its end",
            ["rfc8414-3-wellknown-location"];
        Server MetadataIssuerOdd "metadata-issuer-odd":
            "the issuer in the metadata has a query",
            ["rfc8414-2-issuer-form", "rfc8414-3.3-issuer-identical"];
        Server MetadataTypesMissing "metadata-types-missing":
            "the metadata names no response types",
            ["rfc8414-2-required-members"];
        Server MetadataFragments "metadata-fragments":
            "the endpoints in the metadata have fragments",
            ["rfc6749-3.1-authorization-endpoint-no-fragment", "rfc6749-3.2-token-endpoint-no-fragment"];
        Server MetadataAlgorithmNone "metadata-algorithm-none":
            "the metadata offers assertions without signature",
            ["rfc8414-2-auth-signing-alg-values"];
        Server MetadataAsText "metadata-as-text":
            "the metadata is sent as text/html",
            ["rfc8414-3.2-response-200-json"];
        Server MetadataListEmpty "metadata-list-empty":
            "the metadata has an empty list",
            ["rfc8414-3.2-no-empty-arrays"];
        Server ForwardedHostTrusted "forwarded-host-trusted":
            "the metadata takes its addresses from X-Forwarded-Host",
            ["rfc9700-4.13-inbound-headers-sanitized"];
        Server IssWithQuery "iss-with-query":
            "iss in authorization responses has a query",
            ["rfc9207-2-iss-is-https-url"];

        // The resource's metadata.
        Server ResourceMetadataMissing "resource-metadata-missing":
            "the resource's metadata is not where its challenge says",
            ["rfc9728-3-wellknown-location", "rfc9728-5.1-www-authenticate-resource-metadata"];
        Server ResourceMetadataOdd "resource-metadata-odd":
            "the resource in the metadata has a fragment",
            ["rfc9728-2-resource-member", "rfc9728-3.3-resource-identical"];
        Server ResourceMetadataAsText "resource-metadata-as-text":
            "the resource's metadata is sent as text/html",
            ["rfc9728-3.2-response-200-json"];
        Server ResourceMetadataListEmpty "resource-metadata-list-empty":
            "the resource's metadata has an empty list",
            ["rfc9728-3.2-no-empty-arrays"];
        Server ResourceMetadataAlgorithmNone "resource-metadata-algorithm-none":
            "the resource says that it signs with none",
            ["rfc9728-2-signing-algorithms-without-none"];
        Server ResourceMetadataStrayServer "resource-metadata-stray-server":
            "the resource's metadata names an authorization server that there is not",
            ["rfc9728-2-authorization-servers-form"];
        Server ResourceMetadataScopeless "resource-metadata-scopeless":
            "the resource's metadata lists no scopes",
            ["rfc9728-2-scopes-supported"];
        Server ResourceMetadataMethodsWrong "resource-metadata-methods-wrong":
            "the resource's metadata says that a token may be in the query, which is not read",
            ["rfc9728-2-bearer-methods"];
        Server ResourceMetadataUndated "resource-metadata-undated":
            "the resource's metadata does not say for how long it may be kept",
            ["rfc9728-7.10-cacheable"];

        Server QueryTokenTaken "query-token-taken":
            "the resource takes a token in its query, and lets the answer be kept",
            ["rfc6750-2.3-query-response-private", "oauth21-5.1-rs-ignores-query-token"];

        // How tokens are named.
        Server HintsBelieved "hints-believed":
            "a token that comes with a hint is not found",
            ["rfc7009-2.1-wrong-hint-search-extended", "rfc7662-2.1-wrong-hint-search-extended"];
        Server TokenNotNeeded "token-not-needed":
            "a request that names no token is a success",
            ["rfc7009-2.1-token-parameter-required", "rfc7662-2.1-token-parameter-required"];
        Server HintUnknownRefused "hint-unknown-refused":
            "a revocation with an unknown hint is refused",
            ["rfc7009-2.2-unknown-hint-ignored"];
        Server RevocationByGet "revocation-by-get":
            "a token in a GET's query is revoked",
            ["rfc7009-2-post-form"];
        Server RevocationOfUnknownRefused "revocation-of-unknown-refused":
            "revoking what is no token is refused",
            ["rfc7009-2.2-invalid-token-is-200"];
        Server RevocationRepeatRefused "revocation-repeat-refused":
            "revoking a token of a grant that has ended is refused",
            ["rfc7009-2.2-repeated-revocation-is-200"];
        Server RevocationErrorsAsPages "revocation-errors-as-pages":
            "a refused revocation is told as text/html",
            ["rfc7009-2.2.1-errors-like-token-endpoint"];
        Server RevocationUnnamed "revocation-unnamed":
            "a revocation that names no client is a public client's",
            ["rfc7009-5-client-named"];

        // What is told of a token.
        Server IntrospectionFormRefused "introspection-form-refused":
            "a form is answered 415 by the introspection endpoint",
            ["rfc7662-2.1-post-form"];
        Server ActiveAsText "active-as-text":
            "active is a string",
            ["rfc7662-2.2-active-boolean-json"];
        Server InactiveIsError "inactive-is-error":
            "a token that is not active is told by an error",
            ["rfc7662-2.2-inactive-is-200-false", "rfc7662-2.2-foreign-token-inactive"];
        Server InactiveWithReason "inactive-with-reason":
            "it is told why a token is not active",
            ["rfc7662-2.2-inactive-no-detail", "rfc7662-2.2-foreign-token-inactive"];
        Server TimesAsText "times-as-text":
            "exp is a string",
            ["rfc7662-2.2-times-are-integers"];
        Server ExpiryTooLate "expiry-too-late":
            "exp is an hour after the token's end",
            ["rfc7662-2.2-exp-agrees"];
        Server ToldScopeWider "told-scope-wider":
            "scope has a value that the token has not",
            ["rfc7662-2.2-scope-member"];
        Server ToldClientWrong "told-client-wrong":
            "client_id is who asks",
            ["rfc7662-2.2-client-id-member"];
        Server ToldTypeWrong "told-type-wrong":
            "token_type says access_token",
            ["rfc7662-2.2-token-type-member"];
        Server ToldSubjectNumber "told-subject-number":
            "sub is a number",
            ["rfc7662-2.2-aud-and-text-members"];
        Server ToldAudienceMissing "told-audience-missing":
            "it is not told for which resources a token is",
            ["rfc8707-2-introspection-aud"];
        Server ToldKindsAlike "told-kinds-alike":
            "a client's own token is told as a user's",
            ["rfc9700-4.15.1-token-kinds-distinguishable"];

        // Clients and what they may ask for.
        Server CredentialsRefresh "credentials-refresh":
            "the client credentials grant gives a refresh token",
            ["rfc6749-4.4.3-client-credentials-no-refresh-token"];
        Server BasicRefused "basic-refused":
            "HTTP Basic is known from the first client alone",
            ["rfc6749-2.3.1-basic-supported"];
        Server PublicSecretDemanded "public-secret-demanded":
            "a client without a secret is refused at the token endpoint",
            ["rfc8252-8.5-public-client-no-secret-needed", "rfc8252-7.2-https-redirect-for-public-client"];
        Server GetRefused "get-refused":
            "an authorization request by GET is taken from the first client alone",
            ["rfc6749-3.1-get-supported"];
        Server PrivateSchemeRewritten "private-scheme-rewritten":
            "a redirect to a private-use scheme gets a second slash",
            ["rfc8252-7.1-private-use-scheme-supported"];
        Server MethodDefaultsToS256 "method-defaults-to-s256":
            "a challenge without a method counts as S256",
            ["rfc7636-4.3-method-defaults-to-plain"];
        Server UnknownResourcesIgnored "unknown-resources-ignored":
            "a resource that is not known is as good as none",
            ["rfc8707-2-resource-absolute-no-fragment", "rfc8707-2.1-invalid-target-by-redirect",
             "rfc8707-2.2-invalid-target-at-token-endpoint"];
        Server GrantForEveryResource "grant-for-every-resource":
            "every grant is for all resources, whatever was asked for",
            ["rfc9700-2.3-access-token-audience-restricted", "rfc8707-2.1-resource-covers-grant"];
        ] }
    };
}
