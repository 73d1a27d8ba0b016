//! The mitigations.

use super::Mitigation;
use oauth_faults::Fault;

/// Every mitigation, in reading order.
pub const MITIGATIONS: &[Mitigation] = &[
    Mitigation {
        id: "state",
        about: "a response is taken only with the state of this browser's login",
        source: "RFC 6749 10.12",
        faults: &[Fault::ClientStateUnchecked],
    },
    Mitigation {
        id: "state-once",
        about: "a login is over with its response",
        source: "RFC 9700 4.2.4",
        faults: &[Fault::ClientStateReusable],
    },
    Mitigation {
        id: "clean-address",
        about: "no page is shown under the address of a response",
        source: "RFC 9700 4.2.4",
        faults: &[Fault::ClientCallbackShowsPage],
    },
    Mitigation {
        id: "challenge",
        about: "clients send PKCE challenges, and the server demands them of public ones",
        source: "RFC 9700 2.1.1",
        faults: &[Fault::ClientWithoutPkce, Fault::ChallengeNotRequired],
    },
    Mitigation {
        id: "s256",
        about: "challenges are hashes, and plain ones are refused",
        source: "RFC 9700 2.1.1",
        faults: &[Fault::PlainTaken, Fault::ClientPlainChallenge],
    },
    Mitigation {
        id: "verifier",
        about: "a challenge is answered by its verifier, or nothing is issued",
        source: "RFC 7636 4.6",
        faults: &[Fault::VerifierUnchecked, Fault::VerifierOptional],
    },
    Mitigation {
        id: "no-downgrade",
        about: "a verifier without a challenge is refused",
        source: "RFC 9700 4.8.2",
        faults: &[Fault::VerifierUnexpectedIgnored],
    },
    Mitigation {
        id: "exact-redirect",
        about: "the server compares redirect URIs with the registered ones as strings",
        source: "RFC 9700 2.1",
        faults: &[Fault::RedirectUriUnchecked],
    },
    Mitigation {
        id: "redirect-at-token",
        about: "a code is redeemed with the redirect URI that it was asked for with",
        source: "RFC 6749 4.1.3",
        faults: &[Fault::RedirectUriDiffersTaken],
    },
    Mitigation {
        id: "code-of-client",
        about: "a code is redeemed by the client that it was issued to",
        source: "RFC 6749 4.1.3",
        faults: &[Fault::CodeOfAnyClient],
    },
    Mitigation {
        id: "authentication",
        about: "a client with a secret shows it",
        source: "RFC 6749 3.2.1",
        faults: &[Fault::AuthenticationUnchecked, Fault::AuthenticationOptional],
    },
    Mitigation {
        id: "single-use",
        about: "a redeemed code is known as one",
        source: "RFC 6749 4.1.2",
        faults: &[Fault::CodeReplayable],
    },
    Mitigation {
        id: "swap",
        about: "a record is written only if it is still the one that was read",
        source: "RFC 6749 4.1.2",
        faults: &[Fault::BlindWrite],
    },
    Mitigation {
        id: "iss",
        about: "a response is taken only with the issuer that was asked",
        source: "RFC 9207 2.4",
        faults: &[Fault::ClientIssUnchecked],
    },
    Mitigation {
        id: "own-address",
        about: "each server has a redirect URI of its own, which is compared",
        source: "RFC 9700 4.4.2.2",
        faults: &[Fault::ClientAddressUnchecked],
    },
    Mitigation {
        id: "server-remembered",
        about: "a code is taken to the server that was asked",
        source: "RFC 9700 4.4.2",
        faults: &[Fault::ClientServerForgotten],
    },
    Mitigation {
        id: "consent-token",
        about: "a consent form is taken only with the value of its page",
        source: "RFC 6749 10.12",
        faults: &[Fault::ConsentForgeable],
    },
    Mitigation {
        id: "consent-session",
        about: "a consent form is taken only from the session of its page",
        source: "RFC 6749 10.12",
        faults: &[Fault::ConsentOfAnySession],
    },
    Mitigation {
        id: "no-frames",
        about: "login and consent pages cannot be framed",
        source: "RFC 9700 4.16",
        faults: &[Fault::PagesFramable],
    },
    Mitigation {
        id: "bound-token",
        about: "a token that is bound to a key is served only with a proof by that key",
        source: "RFC 9449 7",
        faults: &[Fault::BoundTokenAsBearerTaken, Fault::ProofOfAnyKey],
    },
    Mitigation {
        id: "proof-once",
        about: "a proof of possession is taken once",
        source: "RFC 9449 11.1",
        faults: &[Fault::ProofReplayable],
    },
    Mitigation {
        id: "bound-code",
        about: "a code that is bound to a key is redeemed only with a proof by that key",
        source: "RFC 9449 10",
        faults: &[Fault::CodeOfAnyKey],
    },
    Mitigation {
        id: "bound-refresh",
        about: "a refresh token that is bound to a key is taken only with a proof by that key",
        source: "RFC 9449 5",
        faults: &[Fault::RefreshOfAnyKey],
    },
    Mitigation {
        id: "rotation",
        about: "a refresh token that was used brings nothing",
        source: "RFC 9700 4.14.2",
        faults: &[Fault::RefreshReplayable],
    },
    Mitigation {
        id: "family",
        about: "a refresh token that was used, shown again, ends the grant",
        source: "RFC 9700 4.14.2",
        faults: &[Fault::RefreshReplayKeepsGrant],
    },
    Mitigation {
        id: "refresh-of-client",
        about: "a refresh token is taken from the client that it was issued to",
        source: "RFC 6749 6",
        faults: &[Fault::RefreshOfAnyClient],
    },
    Mitigation {
        id: "audience",
        about: "a resource serves tokens that are for it",
        source: "RFC 9700 2.3",
        faults: &[Fault::AudienceUnchecked],
    },
    Mitigation {
        id: "no-strangers",
        about: "a client that registered itself is told errors by a page, not by a redirect",
        source: "RFC 9700 4.11.2",
        faults: &[Fault::StrangersTrusted],
    },
];
