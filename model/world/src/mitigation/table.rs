//! The mitigations.

use super::Mitigation;
use oauth_faults::faults;

/// Every mitigation, in reading order.
pub const MITIGATIONS: &[Mitigation] = &[
    Mitigation {
        id: "state",
        about: "a response is taken only with the state of this browser's login",
        source: "RFC 6749 10.12",
        faults: faults!["client-state-unchecked"],
    },
    Mitigation {
        id: "state-once",
        about: "a login is over with its response",
        source: "RFC 9700 4.2.4",
        faults: faults!["client-state-reusable"],
    },
    Mitigation {
        id: "clean-address",
        about: "no page is shown under the address of a response",
        source: "RFC 9700 4.2.4",
        faults: faults!["client-callback-shows-page"],
    },
    Mitigation {
        id: "challenge",
        about: "clients send PKCE challenges, and the server demands them of public ones",
        source: "RFC 9700 2.1.1",
        faults: faults!["client-without-pkce", "challenge-not-required"],
    },
    Mitigation {
        id: "s256",
        about: "challenges are hashes, and plain ones are refused",
        source: "RFC 9700 2.1.1",
        faults: faults!["plain-taken", "client-plain-challenge"],
    },
    Mitigation {
        id: "verifier",
        about: "a challenge is answered by its verifier, or nothing is issued",
        source: "RFC 7636 4.6",
        faults: faults!["verifier-unchecked", "verifier-optional"],
    },
    Mitigation {
        id: "no-downgrade",
        about: "a verifier without a challenge is refused",
        source: "RFC 9700 4.8.2",
        faults: faults!["verifier-unexpected-ignored"],
    },
    Mitigation {
        id: "exact-redirect",
        about: "the server compares redirect URIs with the registered ones as strings",
        source: "RFC 9700 2.1",
        faults: faults!["redirect-uri-unchecked"],
    },
    Mitigation {
        id: "redirect-at-token",
        about: "a code is redeemed with the redirect URI that it was asked for with",
        source: "RFC 6749 4.1.3",
        faults: faults!["redirect-uri-differs-taken"],
    },
    Mitigation {
        id: "code-of-client",
        about: "a code is redeemed by the client that it was issued to",
        source: "RFC 6749 4.1.3",
        faults: faults!["code-of-any-client"],
    },
    Mitigation {
        id: "authentication",
        about: "a client with a secret shows it",
        source: "RFC 6749 3.2.1",
        faults: faults!["authentication-unchecked", "authentication-optional"],
    },
    Mitigation {
        id: "single-use",
        about: "a redeemed code is known as one",
        source: "RFC 6749 4.1.2",
        faults: faults!["code-replayable"],
    },
    Mitigation {
        id: "swap",
        about: "a record is written only if it is still the one that was read",
        source: "RFC 6749 4.1.2",
        faults: faults!["blind-write"],
    },
    Mitigation {
        id: "iss",
        about: "a response is taken only with the issuer that was asked",
        source: "RFC 9207 2.4",
        faults: faults!["client-iss-unchecked"],
    },
    Mitigation {
        id: "own-address",
        about: "each server has a redirect URI of its own, which is compared",
        source: "RFC 9700 4.4.2.2",
        faults: faults!["client-address-unchecked"],
    },
    Mitigation {
        id: "server-remembered",
        about: "a code is taken to the server that was asked",
        source: "RFC 9700 4.4.2",
        faults: faults!["client-server-forgotten"],
    },
    Mitigation {
        id: "consent-token",
        about: "a consent form is taken only with the value of its page",
        source: "RFC 6749 10.12",
        faults: faults!["consent-forgeable"],
    },
    Mitigation {
        id: "consent-session",
        about: "a consent form is taken only from the session of its page",
        source: "RFC 6749 10.12",
        faults: faults!["consent-of-any-session"],
    },
    Mitigation {
        id: "no-frames",
        about: "login and consent pages cannot be framed",
        source: "RFC 9700 4.16",
        faults: faults!["pages-framable"],
    },
    Mitigation {
        id: "bound-token",
        about: "a token that is bound to a key is served only with a proof by that key",
        source: "RFC 9449 7",
        faults: faults!["bound-token-as-bearer-taken", "proof-of-any-key"],
    },
    Mitigation {
        id: "proof-once",
        about: "a proof of possession is taken once",
        source: "RFC 9449 11.1",
        faults: faults!["proof-replayable"],
    },
    Mitigation {
        id: "bound-code",
        about: "a code that is bound to a key is redeemed only with a proof by that key",
        source: "RFC 9449 10",
        faults: faults!["code-of-any-key"],
    },
    Mitigation {
        id: "bound-refresh",
        about: "a refresh token that is bound to a key is taken only with a proof by that key",
        source: "RFC 9449 5",
        faults: faults!["refresh-of-any-key"],
    },
    Mitigation {
        id: "rotation",
        about: "a refresh token that was used brings nothing",
        source: "RFC 9700 4.14.2",
        faults: faults!["refresh-replayable"],
    },
    Mitigation {
        id: "family",
        about: "a refresh token that was used, shown again, ends the grant",
        source: "RFC 9700 4.14.2",
        faults: faults!["refresh-replay-keeps-grant"],
    },
    Mitigation {
        id: "refresh-of-client",
        about: "a refresh token is taken from the client that it was issued to",
        source: "RFC 6749 6",
        faults: faults!["refresh-of-any-client"],
    },
    Mitigation {
        id: "audience",
        about: "a resource serves tokens that are for it",
        source: "RFC 9700 2.3",
        faults: faults!["audience-unchecked"],
    },
    Mitigation {
        id: "no-strangers",
        about: "a client that registered itself is told errors by a page, not by a redirect",
        source: "RFC 9700 4.11.2",
        faults: faults!["strangers-trusted"],
    },
];
