//! The faults of the client, behind those of the server.

macro_rules! with_client_faults {
    ([$($server:tt)*]) => {
        faults! {
            $($server)*
    // The client.
    Client ClientStateConstant "client-state-constant":
        "every login has the same state",
        ["rfc6749-10.12-client-state-unguessable", "rfc9700-2.1-client-state-one-time-bound"];
    Client ClientStateMissing "client-state-missing":
        "the authorization request has no state",
        ["rfc6749-4.1.1-client-sends-state"];
    Client ClientStateUnchecked "client-state-unchecked":
        "a response is taken whatever its state, in whatever browser",
        ["rfc6749-10.12-client-csrf-protected", "rfc9700-2.1-client-csrf-protected", "rfc8252-8.9-client-state"];
    Client ClientStateReusable "client-state-reusable":
        "a login stays open after its response",
        ["rfc9700-4.2.4-client-state-invalidated", "rfc6749-4.1.2-client-uses-code-once"];
    Client ClientVerifierConstant "client-verifier-constant":
        "every login has the same verifier",
        ["rfc7636-4.1-client-verifier-form", "rfc9700-2.1.1-challenge-transaction-specific",
         "oauth21-7.5.1.1-fresh-values-after-error"];
    Client ClientPlainChallenge "client-plain-challenge":
        "the challenge is the verifier",
        ["rfc7636-4.2-client-uses-s256", "rfc9700-2.1.1-client-uses-s256",
         "oauth21-4.1.1-client-uses-code-challenge"];
    Client ClientWithoutPkce "client-without-pkce":
        "no challenge is sent",
        ["rfc9700-2.1.1-public-client-uses-pkce", "rfc9700-2.1.1-confidential-client-uses-pkce",
         "rfc9700-2.1.1-client-prevents-code-injection", "rfc8252-6-client-pkce",
         "oauth21-4.1.1-client-uses-code-challenge"];
    Client ClientDowngradesPkce "client-downgrades-pkce":
        "after an error the next request in that browser has no challenge",
        ["rfc7636-7.2-client-no-downgrade"];
    Client ClientIssUnchecked "client-iss-unchecked":
        "iss is not compared",
        ["rfc9207-2.4-client-rejects-wrong-iss", "rfc9700-4.4.2.1-client-compares-issuer",
         "rfc9700-2.1-client-mixup-by-iss", "rfc9700-2.1-client-mixup-defence"];
    Client ClientFirstIssCounts "client-first-iss-counts":
        "of two iss the second is ignored",
        ["rfc9207-4-client-multiple-issuers-must-match"];
    Client ClientIssOptional "client-iss-optional":
        "a response without iss is taken from a server that always sends it",
        ["rfc9207-2.4-client-rejects-missing-iss"];
    Client ClientUnadvertisedIssTaken "client-unadvertised-iss-taken":
        "a response with an iss that the server does not advertise is taken",
        ["rfc9207-2.4-client-discards-unadvertised-iss"];
    Client ClientErrorOriginAssumed "client-error-origin-assumed":
        "an error with the iss of another server is shown as the server's words",
        ["rfc9207-2.4-client-error-origin-not-assumed"];
    Client ClientAddressUnchecked "client-address-unchecked":
        "a response is taken at the redirect URI of another server",
        ["rfc9700-4.4.2.2-client-distinct-redirect-uris", "rfc8252-8.10-client-redirect-uri-per-server",
         "rfc9700-2.1-client-mixup-defence"];
    Client ClientServerForgotten "client-server-forgotten":
        "the code is taken to the first server, whichever was asked",
        ["rfc9700-4.4.2-client-stores-issuer-per-request", "rfc9700-2.1-client-mixup-defence"];
    Client ClientAlikeServersAsked "client-alike-servers-asked":
        "a server whose responses cannot be told from another's is asked all the same",
        ["rfc9700-2.1-client-mixup-defence"];
    Client ClientIssuersRepeated "client-issuers-repeated":
        "a configuration with two servers of one issuer is taken",
        ["rfc9207-4-client-unique-issuers"];
    Client ClientAddressPlain "client-address-plain":
        "a redirect URI may be plain http to another machine",
        ["rfc6749-3.1.2.1-redirect-endpoint-tls"];
    Client ClientTokenTypeUnchecked "client-token-type-unchecked":
        "a token of any type is used",
        ["rfc6749-7.1-client-unknown-token-type"];
    Client ClientTokenTypeCaseSensitive "client-token-type-case-sensitive":
        "token_type has to be Bearer in this case",
        ["rfc6749-5.1-client-token-type-case-insensitive"];
    Client ClientUnknownMembersRefused "client-unknown-members-refused":
        "a token response with an unknown member is refused",
        ["rfc6749-5.1-client-ignores-unknown-members"];
    Client ClientUnknownParametersRefused "client-unknown-parameters-refused":
        "an authorization response with an unknown parameter is refused",
        ["rfc6749-4.1.2-client-ignores-unknown-response-parameters"];
    Client ClientSecretInBody "client-secret-in-body":
        "the secret is sent in the body",
        ["rfc6749-2.3.1-client-prefers-basic"];
    Client ClientTwoAuthentications "client-two-authentications":
        "the secret is sent in the header and in the body",
        ["rfc6749-2.3-client-one-auth-method"];
    Client ClientBasicUnencoded "client-basic-unencoded":
        "Basic credentials are not form-encoded",
        ["rfc6749-2.3.1-client-basic-form-encoding"];
    Client ClientUnauthenticated "client-unauthenticated":
        "a client with a secret does not authenticate",
        ["rfc6749-3.2.1-confidential-client-authenticates"];
    Client ClientIdOmitted "client-id-omitted":
        "a public client does not name itself at the token endpoint",
        ["rfc6749-3.2.1-public-client-sends-client-id"];
    Client ClientTokenByGet "client-token-by-get":
        "the token request is a GET",
        ["rfc6749-3.2-client-uses-post"];
    Client ClientPasswordGrant "client-password-grant":
        "the token request is one for the password grant",
        ["rfc9700-2.4-client-no-password-grant"];
    Client ClientRedirectUriDiffers "client-redirect-uri-differs":
        "the token request has another redirect URI than the authorization request",
        ["rfc6749-4.1.3-client-token-request"];
    Client ClientTokenInQuery "client-token-in-query":
        "the access token is sent in the query",
        ["rfc6750-2.1-client-uses-header", "rfc9700-4.3.2-client-no-token-in-query"];
    Client ClientTokenTwice "client-token-twice":
        "the access token is sent in the header and in the query",
        ["rfc6750-2-client-one-method"];
    Client ClientTokenInGetBody "client-token-in-get-body":
        "the access token is sent in the body of a GET",
        ["rfc6750-2.2-body-only-form-not-get"];
    Client ClientTokenInCookie "client-token-in-cookie":
        "the access token is put into a cookie",
        ["rfc6750-5.3-no-token-in-clear-cookie"];
    Client ClientKeepsOldRefresh "client-keeps-old-refresh":
        "a client goes on with the refresh token that was replaced",
        ["rfc6749-6-client-replaces-refresh-token"];
    Client ClientCallbackShowsPage "client-callback-shows-page":
        "the callback answers with a page under the code's own URI",
        ["rfc6749-3.1.2.5-client-callback-redirects-away"];
    Client ClientThirdPartyScript "client-third-party-script":
        "the client's error page loads a script from another origin",
        ["rfc6749-3.1.2.5-client-callback-no-third-party-scripts", "rfc9700-4.2.4-client-page-no-third-party"];
    Client ClientMarkupReflected "client-markup-reflected":
        "the client's pages repeat the response's values as markup",
        ["rfc6749-10.14-client-sanitizes-input"];
    Client ClientOpenRedirector "client-open-redirector":
        "a page of the client leads wherever its next parameter says",
        ["rfc9700-2.1-client-no-open-redirector"];
    Client ClientMetadataUnused "client-metadata-unused":
        "the metadata is not read",
        ["rfc9700-2.6-client-uses-metadata"];
    Client ClientMetadataPathAppended "client-metadata-path-appended":
        "the metadata is asked for below the issuer's path",
        ["rfc8414-3.1-client-path-insertion"];
    Client ClientMetadataIssuerUnchecked "client-metadata-issuer-unchecked":
        "metadata of whatever issuer is used",
        ["rfc8414-3.3-client-rejects-issuer-mismatch"];
    Client ClientChallengeIgnored "client-challenge-ignored":
        "the challenge of a resource is not followed to its metadata",
        ["rfc9728-5-client-follows-challenge"];
    Client ClientResourcePathAppended "client-resource-path-appended":
        "the metadata of a resource is asked for below its path",
        ["rfc9728-3.1-client-get-at-inserted-path"];
    Client ClientResourceUnchecked "client-resource-unchecked":
        "metadata of whatever resource is used",
        ["rfc9728-3.3-client-rejects-mismatch", "rfc9728-3.3-client-rejects-challenge-mismatch"];
    Client ClientResourceNormalised "client-resource-normalised":
        "resources compare without regard to case and escapes",
        ["rfc9728-6-client-compares-code-points"];
    Client ClientUnknownMetadataRefused "client-unknown-metadata-refused":
        "a resource's metadata with an unknown member is refused",
        ["rfc9728-3.2-client-ignores-unknown-members"];
    Client ClientResourceMetadataKept "client-resource-metadata-kept":
        "a resource is asked for its server once and never again",
        ["rfc9728-5.2-client-refetches"];
    Client ClientAsksEveryScope "client-asks-every-scope":
        "every scope is asked for that the resource's metadata lists",
        ["rfc9728-7.2-client-limited-scope"];
    Client ClientInnerAddressesCalled "client-inner-addresses-called":
        "metadata may send the client to whatever address",
        ["rfc9728-7.7-client-no-ssrf"];
    Client ClientResourceUnnamed "client-resource-unnamed":
        "the resource is not named in requests for tokens",
        ["rfc8707-2-client-names-resource", "rfc9728-7.4-client-asks-for-audience"];
    Client ClientResourceFragment "client-resource-fragment":
        "the resource is named with a fragment",
        ["rfc8707-2-client-resource-form"];
    Client ClientResourceQuery "client-resource-query":
        "the resource is named with a query",
        ["rfc8707-2-client-resource-no-query"];
    Client ClientResourceElsewhere "client-resource-elsewhere":
        "another resource is named than the one that is called",
        ["rfc8707-2-client-base-uri"];
    Client ClientSeveralResources "client-several-resources":
        "one token is asked for two resources",
        ["rfc8707-3-client-one-resource-per-token"];
    Client ClientPushSkipped "client-push-skipped":
        "requests go along with the browser where only pushed ones are taken",
        ["rfc9126-5-client-pushes-when-required"];
    Client ClientPushNamesRequestUri "client-push-names-request-uri":
        "a request_uri is pushed",
        ["rfc9126-2.1-client-no-request-uri"];
    Client ClientPushUntied "client-push-untied":
        "a request is pushed without state and challenge",
        ["rfc9126-7.5-client-ties-request-to-transaction"];
    Client ClientRequestUriConstant "client-request-uri-constant":
        "every login goes to the server with the same request_uri",
        ["rfc9126-4-client-uses-once"];
    Client ClientPushedIdOmitted "client-pushed-id-omitted":
        "the authorization request after a push has no client_id",
        ["rfc9126-4-client-sends-client-id"];
    Client ClientRevokesInClear "client-revokes-in-clear":
        "a token is taken back at an address that is plain http to another machine",
        ["rfc7009-2-client-verifies-https"];
    Client ClientRevokesUnauthenticated "client-revokes-unauthenticated":
        "the client does not say who it is when it takes a token back",
        ["rfc7009-2.1-client-authenticates"];
    Client ClientReadsRevocationBody "client-reads-revocation-body":
        "the answer to a revocation is judged by its body",
        ["rfc7009-2.2-client-ignores-body"];
    Client ClientRevokedAnyway "client-revoked-anyway":
        "a server that is out of service counts as having revoked the token",
        ["rfc7009-2.2.1-client-503-not-revoked"];
    Client ClientProofUntyped "client-proof-untyped":
        "a DPoP proof says that it is any JWT",
        ["rfc9449-4.2-client-proof-form"];
    Client ClientProofShowsKey "client-proof-shows-key":
        "a DPoP proof has the private half of its key in it",
        ["rfc9449-4.2-client-no-private-key"];
    Client ClientJtiConstant "client-jti-constant":
        "every DPoP proof has the same jti",
        ["rfc9449-4.2-client-jti-unique"];
    Client ClientAthOmitted "client-ath-omitted":
        "a DPoP proof beside a token does not have the token's hash",
        ["rfc9449-4.2-client-ath"];
    Client ClientNonceForgotten "client-nonce-forgotten":
        "a nonce goes into the request that it was asked for, and into no later one",
        ["rfc9449-4.2-client-nonce-once-given"];
    Client ClientNonceKept "client-nonce-kept":
        "the first nonce of a server is used for good",
        ["rfc9449-8.2-client-uses-new-nonce"];
    Client ClientNonceShared "client-nonce-shared":
        "the nonce of one server goes to every other",
        ["rfc9449-9-client-nonce-per-server"];
    Client ClientNonceNotFollowed "client-nonce-not-followed":
        "a request that needs a nonce is not sent again",
        ["rfc9449-8-client-retries-with-nonce"];
    Client ClientUnknownChallengeRefused "client-unknown-challenge-refused":
        "a challenge with an unknown parameter is not understood",
        ["rfc9449-7.1-client-ignores-unknown-parameters"];
    Client ClientRefreshUnproved "client-refresh-unproved":
        "a refresh has no DPoP proof",
        ["rfc9449-5-client-proof-on-token-request"];
    Client ClientUnboundTokenTaken "client-unbound-token-taken":
        "a Bearer token is taken where a bound one was asked for",
        ["rfc9449-5-client-checks-token-type"];
    Client ClientBoundTokenAsBearer "client-bound-token-as-bearer":
        "a bound token is shown as a Bearer token, without proof",
        ["rfc9449-7-client-proof-and-token"];
    Client ClientCertificateUnchecked "client-certificate-unchecked":
        "a server is believed whatever its certificate",
        ["rfc6749-10.9-client-validates-certificate", "rfc6750-5.3-client-tls",
         "rfc8414-6.1-client-checks-certificate", "rfc9728-7.3-client-checks-certificate"];
    Client ClientSendsInClear "client-sends-in-clear":
        "codes and tokens go over a network in clear text",
        ["rfc6750-5.3-client-tls"];
    Client ClientLoopbackName "client-loopback-name":
        "a public client on loopback calls itself localhost",
        ["rfc8252-8.3-client-loopback-literal"];
    Client ClientEndpointQueryDropped "client-endpoint-query-dropped":
        "the query of the authorization endpoint's URI is lost",
        ["rfc6749-3.1-client-keeps-endpoint-query"];
    Client ClientResponseTypeMissing "client-response-type-missing":
        "the authorization request has no response_type",
        ["rfc6749-4.1.1-client-request-parameters"];
    Client ClientImplicit "client-implicit":
        "the authorization request asks for a token",
        ["rfc9700-2.1.2-client-no-implicit"];
        }
    };
}
