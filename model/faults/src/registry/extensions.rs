//! The faults of pushed requests, DPoP, registration and OAuth 2.1, behind those of tokens.

macro_rules! extension_faults {
    ([$($before:tt)*]) => {
        with_client_faults! { [
            $($before)*
        // Pushed requests.
        Server RequestUriOfAnyClient "request-uri-of-any-client":
            "a pushed request is taken under any client's name",
            ["rfc9126-2.2-bound-to-client"];
        Server RequestUriReusable "request-uri-reusable":
            "a pushed request is taken as often as it is brought",
            ["rfc9126-4-one-time-use"];
        Server RequestUriUnexpiring "request-uri-unexpiring":
            "a pushed request is taken however old it is",
            ["rfc9126-4-expired-rejected"];
        Server PushOptional "push-optional":
            "a client that is registered to push only may ask through the browser alone",
            ["rfc9126-6-client-policy-enforced"];
        Server PushUnauthenticated "push-unauthenticated":
            "whoever names a client may push for it",
            ["rfc9126-2.1-client-authenticated"];
        Server PushClientAssumed "push-client-assumed":
            "a push without client_id is that of the client that authenticated",
            ["rfc9126-2.1-client-id-required"];
        Server PushNestedTaken "push-nested-taken":
            "a push may have a request_uri, which is left out",
            ["rfc9126-2.1-request-uri-parameter-rejected"];
        Server PushUnjudged "push-unjudged":
            "a push may ask for any response type",
            ["rfc9126-2.1-validated-like-authorization-request"];
        Server PushParametersInUri "push-parameters-in-uri":
            "a push is also read from the query",
            ["rfc9126-2-form-body"];
        Server PushUnannounced "push-unannounced":
            "the metadata does not say where requests are pushed",
            ["rfc9126-2-endpoint-advertised"];
        Server Push200 "push-200":
            "a push is answered 200",
            ["rfc9126-2.2-success-201"];
        Server PushLifetimeText "push-lifetime-text":
            "the lifetime of a pushed request is text",
            ["rfc9126-2.2-expires-in-positive"];
        Server PushStored "push-stored":
            "the answer to a push may be cached",
            ["rfc9126-2.2-response-not-stored"];
        Server PushErrorsOnPage "push-errors-on-page":
            "a refused push is answered by a page",
            ["rfc9126-2.3-error-like-token-endpoint"];
        Server PushMethods404 "push-methods-404":
            "other methods are answered as if nothing were there",
            ["rfc9126-2.3-other-method-405"];
        Server PushTooLarge400 "push-too-large-400":
            "a push that is too large is answered 400",
            ["rfc9126-2.3-too-large-413"];
        Server PushDemandUnenforced "push-demand-unenforced":
            "the metadata demands pushed requests, and plain ones are taken",
            ["rfc9126-4-par-required-enforced"];
        Server PushDemandText "push-demand-text":
            "the metadata says by text whether requests have to be pushed",
            ["rfc9126-5-metadata-boolean"];
        Server PushedUnusable "pushed-unusable":
            "the metadata denies request_uri, and none is taken",
            ["rfc9126-5-usable-without-request-uri-support"];
        Server PushedClientAssumed "pushed-client-assumed":
            "a request_uri without client_id is the first client's",
            ["rfc9126-4-client-id-beside-request-uri"];
        Server PushedParametersMerged "pushed-parameters-merged":
            "a state beside a request_uri replaces the one that was pushed",
            ["rfc9126-4-other-parameters-ignored"];

        // Registration.
        Server Registration200 "registration-200":
            "a registration is answered 200",
            ["rfc7591-3.2.1-created-response"];
        Server RegistrationClosed "registration-closed":
            "nobody registers without a token",
            ["rfc7591-3-open-registration"];
        Server RegistrationTokensUnchallenged "registration-tokens-unchallenged":
            "a bad initial access token is answered 400",
            ["rfc7591-3.2.2-bad-token-as-its-type-demands"];
        Server RegistrationUrisLost "registration-uris-lost":
            "a client is told of another redirect URI than its own",
            ["rfc7591-2-redirect-uris-supported"];
        Server RegistrationKnowsAll "registration-knows-all":
            "a member that is not known stops a registration",
            ["rfc7591-2-unknown-metadata-ignored"];
        Server RegistrationDefaultsToNone "registration-defaults-to-none":
            "a client that names no authentication method gets no secret",
            ["rfc7591-2-auth-method-default"];
        Server RegistrationDefaultsToImplicit "registration-defaults-to-implicit":
            "a client that names no grant types is told of another one",
            ["rfc7591-2-grant-and-response-defaults"];
        Server RegistrationSecretForAll "registration-secret-for-all":
            "a client with the method none gets a secret",
            ["rfc7591-2-auth-method-none-no-secret"];
        Server RegistrationKeysBothWays "registration-keys-both-ways":
            "keys may be named in both ways",
            ["rfc7591-2-jwks-or-jwks-uri"];
        Server RegistrationGrantsUnjudged "registration-grants-unjudged":
            "grant types may contradict response types",
            ["rfc7591-2.1-grants-fit-response-types"];
        Server RegistrationJsonMended "registration-json-mended":
            "a brace that is missing is added",
            ["rfc7591-3-post-json"];
        Server RegistrationUntold "registration-untold":
            "a client is not told how it authenticates",
            ["rfc7591-3.2.1-registered-metadata-returned"];
        Server RegistrationSecretEndless "registration-secret-endless":
            "a client is not told when its secret ends",
            ["rfc7591-3.2.1-secret-expires-at"];
        Server RegistrationIdConstant "registration-id-constant":
            "every client gets the same identifier",
            ["rfc7591-3.2.1-client-id-unique"];
        Server RegistrationIdChosen "registration-id-chosen":
            "a client gets the identifier that it asks for",
            ["rfc9700-4.15.1-client-id-not-chosen-by-client"];
        Server RegistrationSecretConstant "registration-secret-constant":
            "every client gets the same secret",
            ["rfc7591-3.2.1-secret-unique"];
        Server RegistrationStored "registration-stored":
            "the answer to a registration may be cached",
            ["rfc7591-3.2.1-response-not-stored"];
        Server RegistrationErrorsWrong "registration-errors-wrong":
            "every refused registration is an invalid_request",
            ["rfc7591-3.2.2-error-response"];
        Server RegistrationWithoutUri "registration-without-uri":
            "a client that names no redirect URI is given one",
            ["rfc7591-5-redirect-uris-required-for-redirect-flows", "rfc6749-3.1.2.2-every-client-registered-uri",
             "oauth21-2.3.1-complete-redirect-uri-registered"];
        Server RegistrationOfAnyUri "registration-of-any-uri":
            "a redirect URI of whatever kind is registered",
            ["rfc7591-5-redirect-uri-kinds", "rfc9700-2.6-no-http-redirect-uri",
             "rfc8252-8.4-private-scheme-needs-period", "oauth21-2.3.1-private-scheme-has-period"];
        Server RegistrationShowsAnyHost "registration-shows-any-host":
            "a logo at any host is taken over",
            ["rfc7591-5-displayed-uris-same-host"];
        Server StrangersTrusted "strangers-trusted":
            "errors go to the redirect URI of a client that registered itself",
            ["rfc9700-4.11.2-auto-redirect-only-if-trusted"];

        // The OAuth 2.1 draft.
        Server SecretInBodyRefused "secret-in-body-refused":
            "a secret in the body is wrong",
            ["oauth21-2.4.1-secret-in-body-supported"];
        Server RedirectUriDemanded "redirect-uri-demanded":
            "the token request has to repeat the redirect URI, whatever its verifier proves",
            ["oauth21-10.2-redirect-uri-not-needed-in-token-request"];
        Server InvalidReplayEndsTokens "invalid-replay-ends-tokens":
            "whoever shows a used code ends its tokens, proven or not",
            ["oauth21-7.5.2-invalid-replay-does-not-revoke"];

        // Proofs of possession.
        Server ProofSignatureUnchecked "proof-signature-unchecked":
            "the signature of a proof is not checked",
            ["rfc9449-4.3-signature", "rfc9449-4.3-proof-checked-at-token-endpoint"];
        Server ProofMethodUnchecked "proof-method-unchecked":
            "a proof may be made for another method",
            ["rfc9449-4.3-htm"];
        Server ProofTargetUnchecked "proof-target-unchecked":
            "a proof may be made for another address",
            ["rfc9449-4.3-htu"];
        Server ProofUnexpiring "proof-unexpiring":
            "a proof is taken however old it is",
            ["rfc9449-4.3-iat-window", "rfc9449-11.1-proof-time-limited"];
        Server ProofReplayable "proof-replayable":
            "a proof is taken as often as it is sent",
            ["rfc9449-11.1-jti-single-use"];
        Server ProofNonceUnchecked "proof-nonce-unchecked":
            "any nonce of a proof is taken",
            ["rfc9449-4.3-nonce", "rfc9449-8-as-nonce"];
        Server ProofNonceOptional "proof-nonce-optional":
            "a proof without nonce is taken, although the server gives nonces",
            ["rfc9449-11.3-no-proof-without-nonce"];
        Server ProofOfAnyToken "proof-of-any-token":
            "a resource does not look at ath",
            ["rfc9449-4.3-ath"];
        Server ProofOfAnyKey "proof-of-any-key":
            "a bound token is taken with a proof by any key",
            ["rfc9449-4.3-key-binding", "rfc9449-7.1-rs-checks-proof"];
        Server BoundTokenAsBearerTaken "bound-token-as-bearer-taken":
            "a bound token is taken behind Bearer",
            ["rfc9449-7.2-bound-token-not-as-bearer", "rfc9700-4.10.1-rs-checks-possession"];
        Server RefreshOfAnyKey "refresh-of-any-key":
            "a public client's refresh token is taken without its key",
            ["rfc9449-5-public-refresh-token-bound"];
        Server CodeOfAnyKey "code-of-any-key":
            "a code is redeemed without the key that it was asked for with",
            ["rfc9449-10-dpop-jkt-enforced", "rfc9449-10.1-par-both-ways"];
        Server ProofOptional "proof-optional":
            "a client that is registered for bound tokens gets others too",
            ["rfc9449-5.2-bound-client-needs-proof"];
        Server ProofRepeatedTaken "proof-repeated-taken":
            "of two proofs the first one counts",
            ["rfc9449-4.3-one-header-field"];
        Server ProofGarbageIgnored "proof-garbage-ignored":
            "what is no JWT counts as no proof",
            ["rfc9449-4.3-well-formed-jwt"];
        Server ProofClaimsOptional "proof-claims-optional":
            "a proof may lack claims",
            ["rfc9449-4.3-required-claims"];
        Server ProofTypeUnchecked "proof-type-unchecked":
            "a JWT of any type is a proof",
            ["rfc9449-4.3-typ"];
        Server ProofAlgorithmUnchecked "proof-algorithm-unchecked":
            "a proof whose algorithm is none or a MAC is taken",
            ["rfc9449-4.3-alg-asymmetric"];
        Server ProofPrivateKeyTaken "proof-private-key-taken":
            "a proof may give its private key away",
            ["rfc9449-4.3-no-private-key"];
        Server ProofTargetWithQuery "proof-target-with-query":
            "a request with a query fits no proof",
            ["rfc9449-4.3-htu-query-ignored"];
        Server ProofTargetVerbatim "proof-target-verbatim":
            "the address of a proof is compared letter by letter",
            ["rfc9449-4.3-htu-normalised"];
        Server ProofErrorsWrong "proof-errors-wrong":
            "a bad proof is an invalid_request",
            ["rfc9449-5-invalid-dpop-proof-error"];
        Server BoundTokenCalledBearer "bound-token-called-bearer":
            "a bound token is announced as a bearer's",
            ["rfc9449-5-token-type-dpop", "rfc9700-2.2.1-sender-constrained-access-tokens"];
        Server RefreshOfOneKey "refresh-of-one-key":
            "a confidential client's refresh token is bound to a key too",
            ["rfc9449-5-confidential-refresh-not-bound"];
        Server ProofAlgorithmsSymmetric "proof-algorithms-symmetric":
            "the metadata lists a MAC among the algorithms of proofs",
            ["rfc9449-5.1-metadata-algorithms"];
        Server IntrospectionKeyless "introspection-keyless":
            "introspection does not name the key of a bound token",
            ["rfc9449-6.2-introspection-jkt"];
        Server IntrospectionBoundAsBearer "introspection-bound-as-bearer":
            "introspection calls a bound token a bearer's",
            ["rfc9449-6.2-introspection-token-type"];
        Server ProofChallengeSilent "proof-challenge-silent":
            "the DPoP challenge has neither algs nor error",
            ["rfc9449-7.1-rs-challenge"];
        Server PushProofIgnored "push-proof-ignored":
            "a proof beside a push is not looked at",
            ["rfc9449-10.1-par-proof-checked"];
        Server PushKeysDiffer "push-keys-differ":
            "a pushed dpop_jkt gives way to the key of the proof",
            ["rfc9449-10.1-par-mismatch-refused"];

        // Nonces.
        Server NonceUnasked "nonce-unasked":
            "a proof without nonce is called bad, and a nonce comes along",
            ["rfc9449-8-use-dpop-nonce-error"];
        Server ResourceNonceUnasked "resource-nonce-unasked":
            "a resource calls a token bad whose proof has no nonce, and a nonce comes along",
            ["rfc9449-9-rs-use-dpop-nonce"];
        Server NonceTwice "nonce-twice":
            "a nonce is given twice in one answer",
            ["rfc9449-8-one-nonce-header"];
        Server NonceCounted "nonce-counted":
            "nonces are numbers",
            ["rfc9449-8-nonce-unpredictable"];
        Server NonceUnquotable "nonce-unquotable":
            "a nonce has spaces and quotes",
            ["rfc9449-8.1-nonce-syntax"];
        Server NonceStored "nonce-stored":
            "an answer with a nonce may be cached",
            ["rfc9449-8.2-nonce-response-not-cached"];
        ] }
    };
}
