//! The faults of pushed requests, DPoP and registration, behind those of tokens.

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
            ["rfc9126-2.1-client-authenticated", "rfc9126-7.2-new-redirect-uri-only-authenticated"];

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
            ["rfc9449-11.3-no-proof-without-nonce", "rfc9449-8-use-dpop-nonce-error"];
        Server ProofOfAnyToken "proof-of-any-token":
            "a resource does not look at ath",
            ["rfc9449-4.3-ath"];
        Server ProofOfAnyKey "proof-of-any-key":
            "a bound token is taken with a proof by any key",
            ["rfc9449-4.3-key-binding", "rfc9449-7.1-rs-checks-proof"];
        Server BoundTokenAsBearerTaken "bound-token-as-bearer-taken":
            "a bound token is taken behind Bearer",
            ["rfc9449-7.2-bound-token-not-as-bearer"];
        Server RefreshOfAnyKey "refresh-of-any-key":
            "a public client's refresh token is taken without its key",
            ["rfc9449-5-public-refresh-token-bound"];
        Server CodeOfAnyKey "code-of-any-key":
            "a code is redeemed without the key that it was asked for with",
            ["rfc9449-10-dpop-jkt-enforced", "rfc9449-10.1-par-both-ways"];
        Server ProofOptional "proof-optional":
            "a client that is registered for bound tokens gets others too",
            ["rfc9449-5.2-bound-client-needs-proof"];
        ] }
    };
}
