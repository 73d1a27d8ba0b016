//! The faults of the server: what each does, and the rules that it breaks.

macro_rules! server_faults {
    () => {
        token_faults! { [
        // The authorization request.
        Server RedirectUriUnchecked "redirect-uri-unchecked":
            "any redirect URI is taken",
            ["rfc6749-3.1.2.3-registered-uris-compared", "rfc6749-3.1.2.2-public-client-registered-uri",
             "rfc6749-3.1.2.4-no-redirect-to-invalid-uri", "rfc9126-7.2-new-redirect-uri-only-authenticated"];
        Server RedirectUriPrefix "redirect-uri-prefix":
            "a redirect URI that begins with a registered one is taken",
            ["rfc6749-3.1.2.3-simple-string-comparison", "rfc9700-2.1-redirect-uri-exact-match",
             "rfc9700-4.1.3-simple-string-comparison", "rfc6749-3.1.2.2-complete-uri-registered",
             "rfc8252-8.4-exact-match-except-loopback-port"];
        Server RelativeRedirectUri "relative-redirect-uri":
            "a redirect URI without scheme and host is taken",
            ["rfc6749-3.1.2-redirect-uri-absolute"];
        Server RedirectUriFragment "redirect-uri-fragment":
            "a redirect URI with a fragment is taken",
            ["rfc6749-3.1.2-redirect-no-fragment"];
        Server RedirectUriGuessed "redirect-uri-guessed":
            "without a redirect URI the first of several registered ones is taken",
            ["rfc6749-3.1.2.3-redirect-uri-required-if-many", "oauth21-2.3.2-redirect-uri-required-when-several"];
        Server LoopbackPortFixed "loopback-port-fixed":
            "a loopback redirect URI has to have the registered port",
            ["rfc9700-4.1.3-loopback-variable-port", "rfc8252-7.3-loopback-any-port"];
        Server BadClientRedirected "bad-client-redirected":
            "a request of an unknown client is answered by a redirect to the URI that it names",
            ["rfc6749-4.1.2.1-bad-client-or-redirect-not-redirected"];
        Server ErrorPageEmpty "error-page-empty":
            "the page that refuses a client or a redirect URI is empty",
            ["rfc6749-4.1.2.1-bad-client-owner-informed", "rfc6749-3.1.2.4-owner-informed"];
        Server LoginSkipped "login-skipped":
            "every browser counts as logged in",
            ["rfc6749-3.1-owner-authenticated-first", "rfc9126-4-validated-at-use"];
        Server PasswordUnchecked "password-unchecked":
            "any password of a known user is right",
            ["rfc6749-3.1-owner-wrong-password-refused"];
        Server ConsentSkipped "consent-skipped":
            "a code is issued without asking the owner",
            ["rfc6749-4.1.1-owner-decision-obtained", "rfc6749-10.2-no-automatic-repeat",
             "rfc8252-8.6-no-silent-consent"];
        Server ConsentForgeable "consent-forgeable":
            "the consent form is taken without its anti-CSRF value",
            ["rfc6749-10.12-authorization-endpoint-csrf-protected"];
        Server ConsentOfAnySession "consent-of-any-session":
            "the consent form of one browser session is taken from another",
            ["rfc6749-10.12-authorization-endpoint-csrf-protected"];
        Server DecisionRepeatable "decision-repeatable":
            "one consent page gives a code as often as it is sent",
            ["rfc6749-4.1.1-owner-decision-obtained"];
        Server ErrorsBeforeLogin "errors-before-login":
            "a bad request is answered by redirect before anybody logged in",
            ["rfc9700-4.11.2-authenticate-before-redirect"];
        Server EmptyParametersKept "empty-parameters-kept":
            "an empty authorization parameter counts as one",
            ["rfc6749-3.1-empty-parameter-as-omitted"];
        Server UnknownParametersRefused "unknown-parameters-refused":
            "an authorization request with an unknown parameter is refused",
            ["rfc6749-3.1-unknown-parameter-ignored"];
        Server RepeatedParametersTaken "repeated-parameters-taken":
            "of a repeated authorization parameter the first is taken",
            ["rfc6749-3.1-duplicate-parameter-refused"];
        Server ResponseTypeAssumed "response-type-assumed":
            "a missing response_type counts as code",
            ["rfc6749-3.1.1-response-type-missing"];
        Server ResponseTypeUnchecked "response-type-unchecked":
            "any response_type counts as code",
            ["rfc6749-3.1.1-response-type-unknown", "rfc8252-8.2-no-implicit",
             "oauth21-10.1-no-implicit-grant"];
        Server ValuesCaseFolded "values-case-folded":
            "response_type and grant_type are compared without regard to case",
            ["rfc6749-1.9-names-and-values-case-sensitive"];
        Server ErrorsOnPage "errors-on-page":
            "refused authorization requests are told on a page, the client learns nothing",
            ["rfc6749-4.1.2.1-other-errors-redirected"];
        Server AuthorizationErrorsWrong "authorization-errors-wrong":
            "every authorization error says server_error",
            ["rfc6749-4.1.2.1-invalid-request", "rfc6749-4.1.2.1-invalid-scope",
             "rfc6749-4.1.2.1-unsupported-response-type", "rfc6749-4.1.2.1-access-denied",
             "rfc6749-4.1.2.1-unauthorized-client"];
        Server AuthorizationErrorUnclean "authorization-error-unclean":
            "error_description of an authorization error holds a quotation mark",
            ["rfc6749-4.1.2.1-error-charset"];
        Server OddInputCrashes "odd-input-crashes":
            "an authorization request with a long state ends in status 500",
            ["rfc6749-4.1.2.1-server-error-redirected"];
        Server StateDropped "state-dropped":
            "state is lost when a code is issued",
            ["rfc6749-4.1.2-state-returned-exactly"];
        Server StateDroppedOnError "state-dropped-on-error":
            "state is lost when an error is told",
            ["rfc6749-4.1.2.1-state-on-error"];
        Server StateInvented "state-invented":
            "a request without state is answered with one",
            ["rfc6749-4.1.1-state-absent-accepted"];
        Server CodeInFragment "code-in-fragment":
            "the code stands in the fragment of the response too",
            ["rfc6749-4.1.2-code-in-query"];
        Server RedirectQueryDropped "redirect-query-dropped":
            "the query of a registered redirect URI is lost in the response",
            ["rfc6749-3.1.2-redirect-query-retained"];
        Server ResponseParameterTwice "response-parameter-twice":
            "the authorization response holds a parameter twice",
            ["rfc6749-3.1-duplicate-parameter-in-response"];
        Server ScopeCaseFolded "scope-case-folded":
            "scope is compared without regard to case",
            ["rfc6749-3.3-scope-case-sensitive"];
        Server ScopeOrderMatters "scope-order-matters":
            "a scope whose values stand in another order is refused",
            ["rfc6749-3.3-scope-order-irrelevant"];
        Server ScopeMalformed "scope-malformed":
            "scope in the token response begins with a space",
            ["rfc6749-3.3-scope-syntax"];
        Server ScopeNotReturned "scope-not-returned":
            "unknown scope values are dropped and the token response does not say so",
            ["rfc6749-3.3-scope-returned-if-different"];
        Server ScopeDemanded "scope-demanded":
            "a request without scope is refused as malformed",
            ["rfc6749-3.3-scope-omitted-handled"];
        Server ChallengeNotRequired "challenge-not-required":
            "a public client needs no code_challenge",
            ["rfc7636-4.4.1-challenge-required", "rfc8252-8.1-no-pkce-refused",
             "oauth21-4.1.2.1-no-challenge-public-rejected", "oauth21-4.1.2.1-no-challenge-confidential-rejected"];
        Server PlainTaken "plain-taken":
            "code_challenge_method plain is taken",
            ["rfc7636-7.2-plain-not-used"];
        Server UnknownMethodTaken "unknown-method-taken":
            "an unknown code_challenge_method counts as S256",
            ["rfc7636-4.4.1-unknown-method-refused", "oauth21-4.1.2.1-unsupported-challenge-method"];
        Server ChallengeSyntaxUnchecked "challenge-syntax-unchecked":
            "a code_challenge of any length and alphabet is taken",
            ["rfc7636-4.2-challenge-syntax-checked"];
        Server ChallengeExposed "challenge-exposed":
            "the authorization response repeats the code_challenge",
            ["rfc7636-4.4-challenge-not-exposed"];
        Server IssMissing "iss-missing":
            "a response with a code has no iss",
            ["rfc9207-2-iss-in-success-response"];
        Server IssMissingOnError "iss-missing-on-error":
            "a response with an error has no iss",
            ["rfc9207-2-iss-in-error-response"];
        Server IssNotIssuer "iss-not-issuer":
            "iss has a slash that the issuer has not",
            ["rfc9207-2.3-iss-equals-metadata-issuer"];
        Server IssUnadvertised "iss-unadvertised":
            "the metadata does not say that iss is sent",
            ["rfc9207-2.3-support-advertised"];
        Server MetadataMissing "metadata-missing":
            "no metadata is published",
            ["rfc9700-2.6-publishes-metadata"];
        Server PkceUnadvertised "pkce-unadvertised":
            "the metadata does not name the PKCE methods",
            ["rfc9700-2.1.1-pkce-support-detectable",
             "rfc8414-2-pkce-omitted-means-unsupported"];

        // Pages.
        Server PagesFramable "pages-framable":
            "login and consent pages may be framed",
            ["rfc6749-10.13-consent-not-framed", "rfc9700-4.16-clickjacking-prevented"];
        Server FrameOptionsMissing "frame-options-missing":
            "pages say frame-ancestors but not X-Frame-Options",
            ["rfc9700-4.16-csp-and-legacy-header"];
        Server MarkupReflected "markup-reflected":
            "pages repeat the request's parameters as markup",
            ["rfc6749-10.14-as-sanitizes-input"];
        Server OpenRedirector "open-redirector":
            "the login leads wherever its return parameter says",
            ["rfc6749-10.15-no-open-redirector", "rfc9700-2.1-as-no-open-redirector"];
        Server ConsentUnnamed "consent-unnamed":
            "the consent page names neither client nor scope",
            ["rfc6749-10.2-consent-shows-client-and-scope"];
        Server Redirect307 "redirect-307":
            "answers to forms redirect with 307",
            ["rfc9700-4.12-no-307"];
        Server Redirect302 "redirect-302":
            "answers to forms redirect with 302",
            ["rfc9700-4.12-use-303"];
        Server CorsAllowed "cors-allowed":
            "the authorization endpoint allows other origins to read it",
            ["rfc9700-2.6-no-cors-at-authorization-endpoint"];
        Server ReferrerLeaked "referrer-leaked":
            "pages do not suppress the Referer header",
            ["rfc9700-4.2.4-referrer-policy"];
        Server ThirdPartyOnPage "third-party-on-page":
            "pages load a script from another origin",
            ["rfc9700-4.2.4-as-page-no-third-party"];

        // The token request.
        Server CodeReplayable "code-replayable":
            "a code is redeemed as often as it is shown",
            ["rfc6749-4.1.2-code-single-use", "rfc9700-4.2.4-code-single-use"];
        Server BlindWrite "blind-write":
            "records are written without comparing what was read",
            ["rfc6749-4.1.2-code-single-use-concurrent"];
        Server ReplayKeepsTokens "replay-keeps-tokens":
            "a replayed code is refused and nothing else happens",
            ["rfc6749-4.1.2-code-reuse-revokes-tokens", "rfc9700-4.2.4-code-replay-revokes-tokens"];
        Server CodeUnexpiring "code-unexpiring":
            "a code is redeemed however old it is",
            ["rfc6749-4.1.2-code-expires-shortly", "rfc6749-4.1.2-code-lifetime-10-minutes"];
        Server CodeOfAnyClient "code-of-any-client":
            "a code is redeemed for any client",
            ["rfc6749-4.1.3-code-bound-to-client", "rfc6749-4.1.3-code-bound-to-public-client-id"];
        Server CodeUnchecked "code-unchecked":
            "only the grant id of a code is compared",
            ["rfc6749-4.1.3-code-valid"];
        Server RedirectUriDiffersTaken "redirect-uri-differs-taken":
            "the token request may name another redirect URI",
            ["rfc6749-4.1.3-redirect-uri-identical", "oauth21-10.2-redirect-uri-enforced-when-sent"];
        Server RedirectUriAbsentTaken "redirect-uri-absent-taken":
            "the token request may leave the redirect URI out",
            ["rfc6749-4.1.3-redirect-uri-present"];
        Server VerifierUnchecked "verifier-unchecked":
            "any code_verifier fits",
            ["rfc7636-4.6-mismatch-invalid-grant", "rfc7636-4.4-challenge-bound-to-code",
             "rfc9700-4.5.3-code-bound-to-transaction", "rfc9700-2.1.1-as-supports-pkce",
             "rfc9700-2.1.1-as-enforces-verifier", "rfc8252-6-as-pkce",
             "oauth21-4.1.1-s256-mandatory-to-implement"];
        Server VerifierOptional "verifier-optional":
            "a code issued for a challenge is redeemed without verifier",
            ["rfc7636-4.5-verifier-required", "oauth21-4.1.3-verifier-iff-challenge"];
        Server VerifierTakenPlain "verifier-taken-plain":
            "the challenge itself is taken as verifier",
            ["rfc7636-4.5-method-bound-to-code"];
        Server VerifierUnexpectedIgnored "verifier-unexpected-ignored":
            "a verifier for a code without challenge is ignored",
            ["rfc9700-4.8.2-pkce-downgrade-rejected"];
        Server VerifierReplacesChecks "verifier-replaces-checks":
            "with a fitting verifier the redirect URI is not compared",
            ["rfc7636-4.6-match-continues"];
        Server LongVerifierRefused "long-verifier-refused":
            "a code_verifier of more than 100 characters is refused",
            ["rfc7636-4.2-s256-supported"];
        Server AuthenticationUnchecked "authentication-unchecked":
            "any client secret is right",
            ["rfc6749-4.1.3-client-auth-checked-if-included"];
        Server AuthenticationOptional "authentication-optional":
            "a confidential client needs no secret",
            ["rfc6749-4.1.3-client-auth-required", "rfc6749-2.2-client-id-alone-no-auth",
             "rfc9700-2.5-client-authentication-enforced", "rfc6749-6-client-auth-required",
             "rfc6749-4.4-client-credentials-confidential-only"];
        Server BasicUndecoded "basic-undecoded":
            "Basic credentials are not form-decoded",
            ["rfc6749-2.3.1-basic-form-decoding"];
        Server CredentialsInUriTaken "credentials-in-uri-taken":
            "client credentials are taken from the URI",
            ["rfc6749-2.3.1-no-credentials-in-uri", "oauth21-2.4.1-secret-not-in-uri"];
        Server TwoAuthenticationsTaken "two-authentications-taken":
            "a secret in the body beside Basic is ignored",
            ["rfc6749-5.2-multiple-client-auth-refused", "oauth21-3.2.4-one-authentication-method"];
        Server TokenChallengeMissing "token-challenge-missing":
            "401 of the token endpoint has no WWW-Authenticate",
            ["rfc6749-5.2-invalid-client-401-challenge", "rfc9110-15.5.2-401-has-challenge"];
        Server BasicRealmMissing "basic-realm-missing":
            "the Basic challenge has no realm",
            ["rfc7617-2-basic-challenge-has-realm"];
        Server BasicCaseSensitive "basic-case-sensitive":
            "the scheme Basic is compared with regard to case",
            ["rfc9110-11.1-scheme-case-insensitive-as"];
        Server AllowMissing "allow-missing":
            "405 has no Allow",
            ["rfc9110-15.5.6-405-has-allow"];
        Server EmptyTokenParametersKept "empty-token-parameters-kept":
            "an empty code counts as a code",
            ["rfc6749-3.2-empty-parameter-as-omitted"];
        Server UnknownTokenParametersRefused "unknown-token-parameters-refused":
            "a token request with an unknown parameter is refused",
            ["rfc6749-3.2-unknown-parameter-ignored"];
        Server RepeatedTokenParametersTaken "repeated-token-parameters-taken":
            "of a repeated token parameter the first is taken",
            ["rfc6749-3.2-duplicate-parameter-refused"];
        Server PasswordGrantTaken "password-grant-taken":
            "the password grant is served",
            ["rfc9700-2.4-as-no-password-grant"];
        Server TokenErrorsWrong "token-errors-wrong":
            "every token error says server_error",
            ["rfc6749-5.2-invalid-request", "rfc6749-5.2-invalid-client", "rfc6749-5.2-invalid-grant",
             "rfc6749-5.2-unsupported-grant-type", "rfc6749-5.2-unauthorized-client"];
        Server TokenErrors200 "token-errors-200":
            "token errors have status 200",
            ["rfc6749-5.2-error-400-json"];
        Server TokenErrorUnclean "token-error-unclean":
            "error_description of a token error holds a quotation mark",
            ["rfc6749-5.2-error-charset"];
        Server TokenCacheable "token-cacheable":
            "the token response has no Cache-Control",
            ["rfc6749-5.1-no-store", "oauth21-3.2.3-no-store"];
        Server PragmaMissing "pragma-missing":
            "the token response has no Pragma",
            ["rfc6749-5.1-pragma-no-cache"];
        Server TokenAsText "token-as-text":
            "the token response says text/html",
            ["rfc6749-5.1-success-200-json"];
        Server AccessTokenMissing "access-token-missing":
            "the token response has no access_token",
            ["rfc6749-5.1-access-token-present"];
        Server TokenTypeMissing "token-type-missing":
            "the token response has no token_type",
            ["rfc6749-5.1-token-type-present"];
        Server ExpiresInText "expires-in-text":
            "expires_in is a string",
            ["rfc6749-5.1-expires-in"];
        Server ScopeWidenedAtToken "scope-widened-at-token":
            "a scope in the token request widens the token",
            ["rfc6749-5.2-scope-not-beyond-grant"];
        Server TokenUnsendable "token-unsendable":
            "the access token holds characters that its header cannot carry",
            ["rfc6750-2.1-token-fits-b64token"];
        Server TokenLifetimeLong "token-lifetime-long":
            "access tokens live ten days",
            ["rfc6750-5.3-token-lifetime-one-hour",
             "rfc9449-11.2-short-lived-without-nonce"];
        Server HandlesGuessable "handles-guessable":
            "codes and tokens have 32 random bits",
            ["rfc6749-10.10-token-entropy", "rfc9126-2.2-request-uri-unguessable"];

        // Refresh tokens.
        Server RefreshReplayable "refresh-replayable":
            "a spent refresh token is taken as if it were good",
            ["rfc6749-10.4-public-refresh-abuse-detected", "rfc9700-2.2.2-public-refresh-protected"];
        Server RefreshReplayKeepsGrant "refresh-replay-keeps-grant":
            "a spent refresh token is refused and nothing else happens",
            ["rfc9700-4.14.2-rotation-replay-revokes-family"];
        Server RefreshOfAnyClient "refresh-of-any-client":
            "a refresh token is taken from any client",
            ["rfc6749-6-refresh-token-bound-to-client"];
        Server RefreshUnchecked "refresh-unchecked":
            "only the grant id of a refresh token is compared",
            ["rfc6749-6-refresh-token-validated", "rfc9700-4.14.2-refresh-token-integrity"];
        Server RefreshUnexpiring "refresh-unexpiring":
            "a refresh token is good however long it lay unused",
            ["rfc9700-4.14.2-refresh-expires-when-idle"];
        Server RefreshScopeWider "refresh-scope-wider":
            "a refresh gets whatever scope it asks for",
            ["rfc6749-6-scope-not-beyond-original", "rfc9700-4.14.2-refresh-bound-to-scope"];
        Server RefreshNarrowsGrant "refresh-narrows-grant":
            "a refresh with a narrower scope narrows all that follow",
            ["rfc6749-6-new-refresh-token-same-scope", "rfc6749-6-scope-omitted-means-original"];
        Server RefreshOpensResource "refresh-opens-resource":
            "a refresh token opens the resource",
            ["rfc6749-1.5-refresh-token-not-for-rs"];

        // The protected resource.
        Server TokenUnchecked "token-unchecked":
            "only the grant id of an access token is compared",
            ["rfc6749-10.3-access-token-not-forgeable", "rfc6750-3.1-invalid-token-401"];
        Server TokenUnexpiring "token-unexpiring":
            "an access token is served however old it is",
            ["rfc6749-7-expired-token-refused", "rfc6750-5.2-token-lifetime-limited"];
        Server ResourceScopeUnchecked "resource-scope-unchecked":
            "a token of any scope opens the resource",
            ["rfc6749-7-scope-covers-resource", "rfc6750-3.1-insufficient-scope-403",
             "rfc9700-2.3-rs-refuses-insufficient-privilege"];
        Server BearerRefused "bearer-refused":
            "a token in the Authorization header is not seen",
            ["rfc6750-2.1-header-supported"];
        Server BearerCaseSensitive "bearer-case-sensitive":
            "the scheme Bearer is compared with regard to case",
            ["rfc9110-11.1-scheme-case-insensitive-rs", "oauth21-5.1.1-bearer-case-insensitive"];
        Server ResourceChallengeMissing "resource-challenge-missing":
            "401 and 403 of the resource have no WWW-Authenticate",
            ["rfc6750-3-challenge-without-token", "rfc6750-3-challenge-with-bad-token"];
        Server ResourceChallengeBare "resource-challenge-bare":
            "the Bearer challenge has no parameter",
            ["rfc6750-3-challenge-scheme-and-parameters", "rfc6750-3-error-attribute"];
        Server ChallengeAttributeTwice "challenge-attribute-twice":
            "the Bearer challenge has a parameter twice",
            ["rfc6750-3-challenge-attributes-once"];
        Server ChallengeUnclean "challenge-unclean":
            "error_description of the Bearer challenge holds a backslash",
            ["rfc6750-3-challenge-charset"];
        Server ErrorWithoutToken "error-without-token":
            "a request without token is told an error code",
            ["rfc6750-3.1-no-error-without-token", "rfc9449-7.2-no-error-without-credentials"];
        Server MalformedBearerUnknown "malformed-bearer-unknown":
            "a malformed request for the resource is told that its token is invalid",
            ["rfc6750-3.1-invalid-request-400"];
            ] }
    };
}
