//! The mitigations and the goals.

use super::{Goal, Mitigation};

macro_rules! mitigations {
    ($($id:literal, $about:literal, $source:literal, [$($fault:literal),+];)*) => {
        /// Every mitigation, in reading order.
        pub const MITIGATIONS: &[Mitigation] = &[$(Mitigation {
            id: $id,
            about: $about,
            source: $source,
            faults: oauth_faults::faults![$($fault),+],
        }),*];
    };
}

mitigations! {
    "state", "a response is taken only with the state of this browser's login", "RFC 6749 10.12", ["client-state-unchecked"];
    "state-once", "a login is over with its response", "RFC 9700 4.2.4", ["client-state-reusable"];
    "clean-address", "no page is shown under the address of a response", "RFC 9700 4.2.4", ["client-callback-shows-page"];
    "challenge", "clients send PKCE challenges, and the server demands them of public ones", "RFC 9700 2.1.1",
        ["client-without-pkce", "challenge-not-required"];
    "s256", "challenges are hashes, and plain ones are refused", "RFC 9700 2.1.1", ["plain-taken", "client-plain-challenge"];
    "verifier", "a challenge is answered by its verifier, or nothing is issued", "RFC 7636 4.6",
        ["verifier-unchecked", "verifier-optional"];
    "no-downgrade", "a verifier without a challenge is refused", "RFC 9700 4.8.2", ["verifier-unexpected-ignored"];
    "exact-redirect", "the server compares redirect URIs with the registered ones as strings", "RFC 9700 2.1",
        ["redirect-uri-unchecked"];
    "redirect-at-token", "a code is redeemed with the redirect URI that it was asked for with", "RFC 6749 4.1.3",
        ["redirect-uri-differs-taken"];
    "code-of-client", "a code is redeemed by the client that it was issued to", "RFC 6749 4.1.3", ["code-of-any-client"];
    "authentication", "a client with a secret shows it", "RFC 6749 3.2.1", ["authentication-unchecked", "authentication-optional"];
    "single-use", "a redeemed code is known as one", "RFC 6749 4.1.2", ["code-replayable"];
    "swap", "a record is written only if it is still the one that was read", "RFC 6749 4.1.2", ["blind-write"];
    "iss", "a response is taken only with the issuer that was asked", "RFC 9207 2.4", ["client-iss-unchecked"];
    "own-address", "each server has a redirect URI of its own, which is compared", "RFC 9700 4.4.2.2",
        ["client-address-unchecked"];
    "server-remembered", "a code is taken to the server that was asked", "RFC 9700 4.4.2", ["client-server-forgotten"];
    "consent-token", "a consent form is taken only with the value of its page", "RFC 6749 10.12", ["consent-forgeable"];
    "consent-session", "a consent form is taken only from the session of its page", "RFC 6749 10.12",
        ["consent-of-any-session"];
    "no-frames", "login and consent pages cannot be framed", "RFC 9700 4.16", ["pages-framable"];
    "bound-token", "a token that is bound to a key is served only with a proof by that key", "RFC 9449 7",
        ["bound-token-as-bearer-taken", "proof-of-any-key"];
    "proof-once", "a proof of possession is taken once", "RFC 9449 11.1", ["proof-replayable"];
    "bound-code", "a code that is bound to a key is redeemed only with a proof by that key", "RFC 9449 10",
        ["code-of-any-key"];
    "bound-refresh", "a refresh token that is bound to a key is taken only with a proof by that key", "RFC 9449 5",
        ["refresh-of-any-key"];
    "rotation", "a refresh token that was used brings nothing", "RFC 9700 4.14.2", ["refresh-replayable"];
    "family", "a refresh token that was used, shown again, ends the grant", "RFC 9700 4.14.2", ["refresh-replay-keeps-grant"];
    "refresh-of-client", "a refresh token is taken from the client that it was issued to", "RFC 6749 6",
        ["refresh-of-any-client"];
    "audience", "a resource serves tokens that are for it", "RFC 9700 2.3", ["audience-unchecked"];
    "no-strangers", "a client that registered itself is told errors by a page, not by a redirect", "RFC 9700 4.11.2",
        ["strangers-trusted"];
}

macro_rules! goals {
    ($($id:literal, $about:literal, $attacker:literal, $scenario:literal, $law:literal, [$($mitigation:literal),+];)*) => {
        /// Every goal, in reading order.
        pub const GOALS: &[Goal] = &[$(Goal {
            id: $id,
            about: $about,
            attacker: $attacker,
            scenario: $scenario,
            law: $law,
            mitigations: &[$($mitigation),+],
        }),*];
    };
}

goals! {
    "two-tokens-for-a-code", "one code brings tokens twice", "none: a client that repeats its request",
        "replay", "code-redeemed-once", ["single-use", "swap"];
    "code-of-a-public-client", "the attacker redeems the code of a public client",
        "reads authorization requests and responses (A3, A4)", "plain-challenge", "thief-gains-nothing",
        ["challenge", "s256", "verifier"];
    "code-without-the-secret", "the attacker redeems the code of a client with a secret",
        "reads authorization responses (A3); has the verifier, too", "two-clients", "thief-gains-nothing",
        ["authentication", "code-of-client"];
    "code-by-another-client", "another client redeems the code", "a registered client that reads responses (A3)",
        "two-clients", "code-redeemed-by-its-client", ["authentication", "code-of-client"];
    "code-injected", "the attacker's login at a client with a secret holds the owner's account",
        "reads authorization responses (A3); brings responses to the client in its own browser", "injection",
        "authentication", ["challenge", "verifier", "authentication", "redirect-at-token"];
    "login-in-the-attackers-account", "the owner's login holds the attacker's account",
        "a web attacker (A1) with an account, which brings responses by the owner's browser", "session-riding",
        "session-integrity", ["state", "challenge", "verifier", "no-downgrade"];
    "login-by-a-leaked-state", "the owner's login holds the attacker's account",
        "the same; and the address of the client's page leaks by the Referer header", "state-leak", "session-integrity",
        ["clean-address", "state-once", "challenge", "no-downgrade"];
    "code-to-the-attacker", "the attacker redeems the code of a public client",
        "a web attacker (A1), which sends the owner to the server with a redirect URI of its own", "evil-redirect",
        "thief-gains-nothing", ["exact-redirect", "redirect-at-token", "challenge", "verifier"];
    "code-to-the-attacker-injected", "the attacker's login at a client with a secret holds the owner's account",
        "the same; and it brings responses to the client in its own browser", "evil-redirect-injected",
        "authentication", ["exact-redirect", "redirect-at-token", "challenge", "verifier"];
    "code-of-a-bad-client-injected", "the attacker's login at one client holds the account of an owner who said yes to another",
        "a web attacker (A1) with a registered client", "bad-client", "authentication",
        ["code-of-client", "redirect-at-token", "challenge", "verifier"];
    "code-by-mix-up", "the attacker redeems the code of a public client",
        "has a server that the client offers, and the owner chooses it", "mix-up", "thief-gains-nothing",
        ["iss", "challenge", "state"];
    "code-by-mix-up-injected", "the attacker's login at a client with a secret holds the owner's account",
        "the same; and it brings responses to the client in its own browser", "mix-up-confidential", "authentication",
        ["iss", "challenge", "verifier", "state"];
    "code-by-metadata-injected", "the attacker's login at a client with a secret holds the owner's account",
        "the same; but the owner's request goes to the honest server, and the attacker does not see it",
        "mix-up-metadata-confidential", "authentication", ["iss", "challenge", "verifier", "state"];
    "code-by-mix-up-at-own-addresses", "the same, where each server has a redirect URI of its own",
        "the same", "mix-up-distinct", "authentication", ["iss", "own-address", "challenge", "server-remembered"];
    "login-by-mix-up", "the owner's login holds the attacker's account",
        "has a server that the client offers, and the owner chooses it; has an account at the honest one",
        "mix-up-riding", "session-integrity", ["server-remembered", "iss", "challenge", "state"];
    "token-by-metadata", "the attacker is served with the owner's token",
        "has a server whose metadata names its own resource, and the owner chooses it", "mix-up-resource-bound",
        "thief-gains-nothing", ["iss", "bound-token"];
    "token-stolen", "the attacker is served with the owner's token", "has a token that leaked (A5), and a proof that was sent",
        "dpop-theft", "bound-token-with-its-key", ["bound-token", "proof-once"];
    "proof-stolen", "a proof of possession serves twice", "the same", "dpop-theft", "proof-used-once",
        ["bound-token", "proof-once"];
    "code-without-the-key", "the attacker redeems a code that is bound to a key",
        "reads authorization responses (A3), and has the verifier, too", "dpop-code", "code-with-its-key",
        ["bound-code", "bound-token"];
    "refresh-without-the-key", "the attacker uses a refresh token that is bound to a key", "has a refresh token that leaked",
        "dpop-theft", "public-refresh-with-its-key", ["bound-refresh", "rotation"];
    "refresh-token-used-twice", "one refresh token of a public client brings tokens twice", "has a refresh token that leaked",
        "refresh-theft", "public-refresh-used-once", ["rotation", "family"];
    "refresh-after-detection", "a thief who was found out goes on", "has a refresh token that leaked", "refresh-theft",
        "public-refresh-replay-ends-grant", ["rotation", "family"];
    "refresh-by-another-client", "another client uses the refresh token", "a registered client that has a refresh token",
        "refresh-two-clients", "refresh-by-its-client", ["refresh-of-client", "authentication"];
    "consent-in-the-owners-name", "a code answers a decision that the owner did not make",
        "a web attacker (A1) with an account, whose pages act in the owner's browser", "csrf",
        "consent-is-the-owners", ["consent-token", "consent-session", "no-frames"];
    "token-at-another-resource", "a resource shows a token that it got at another", "a resource server", "two-resources",
        "served-token-is-for-resource", ["audience"];
    "owner-sent-to-a-stranger", "the server sends the owner to an address of the attacker's",
        "a web attacker (A1) that registered a client", "stranger", "no-way-to-strangers", ["no-strangers"];
    "chosen-challenge", "the attacker redeems the code of a public client",
        "a web attacker (A1) that also reads authorization responses (A3)", "chosen-challenge-leaked",
        "thief-gains-nothing", ["challenge", "s256", "verifier", "no-downgrade", "exact-redirect"];
    "browser-swapped", "the attacker's login holds the owner's account",
        "a web attacker (A1) that also reads authorization responses (A3)", "browser-swap-leaked", "authentication",
        ["state", "challenge", "verifier", "authentication"];
    "login-by-a-leaked-request", "the owner's login holds the attacker's account",
        "a web attacker (A1) with an account, which also reads authorization requests (A4)", "session-riding-leaked",
        "session-integrity", ["state", "state-once", "challenge", "no-downgrade"];
}
