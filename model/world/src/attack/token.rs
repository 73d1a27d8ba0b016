//! Attacks on tokens: access tokens, refresh tokens, revocation, keys.

use super::attacks;

attacks! {
    /// In reading order.
    TOKENS:

    "late-token":
        "A token opens the resource after its lifetime.",
        "RFC 6749 7", "expiry", ["token-unexpiring"], "served-token-in-time",
        (), ();
    "made-up-token":
        "A token that nobody issued opens the resource.",
        "RFC 6749 10.3", "replay", ["token-unchecked"], "served-token-was-issued",
        (), ();
    "refresh-replay":
        "A thief shows a refresh token that the client has used already.",
        "RFC 9700 4.14", "refresh-theft", ["refresh-replayable"], "public-refresh-used-once",
        (), (6, "the law speaks of the second use: the thief shows the token twice");
    "refresh-replay-unpunished":
        "A spent refresh token is shown again and refused, and the tokens of its grant stay good.",
        "RFC 9700 4.14.2", "refresh-theft",
        ["refresh-replay-keeps-grant"], "public-refresh-replay-ends-grant",
        (), (8, "a client refreshes when its token is about to end, so a second has to pass; and the \
         law falls when the client goes on");
    "refresh-by-another-client":
        "Another client uses the refresh token that leaked to it.",
        "RFC 6749 6", "refresh-two-clients", ["refresh-of-any-client"], "refresh-by-its-client",
        (), (6);
    "made-up-refresh-token":
        "A refresh token that nobody issued brings tokens.",
        "RFC 6749 10.4", "refresh", ["refresh-unchecked"], "refresh-token-was-issued",
        (), ();
    "scope-upgrade-at-refresh":
        "A refresh brings more scope than the owner consented to.",
        "RFC 6749 6", "refresh", ["refresh-scope-wider"], "token-within-consent",
        (), (5);
    "refresh-forgets-scope":
        "A refresh that asked for less scope takes the rest away for good.",
        "RFC 6749 6", "refresh", ["refresh-narrows-grant"], "refresh-keeps-scope",
        (), ();
    "idle-refresh-token":
        "A refresh token is used that lay unused for too long.",
        "RFC 9700 4.14.2", "refresh-theft", ["refresh-unexpiring"], "refresh-in-time",
        (), ();
    "scope-too-small":
        "The resource is served for a token whose scope does not cover it.",
        "RFC 6749 7", "honest", ["resource-scope-unchecked"], "served-token-covers-resource",
        (), ();
    "revocation-without-effect":
        "A revoked access token opens the resource.",
        "RFC 7009 2", "revocation", ["revocation-keeps-tokens"], "revoked-access-token-is-dead",
        (), ();
    "revoked-refresh-token-used":
        "A revoked refresh token brings tokens.",
        "RFC 7009 2", "revocation", ["revocation-keeps-tokens"], "revoked-refresh-token-is-dead",
        (), ();
    "access-outlives-revocation":
        "A revoked refresh token leaves the access token good.",
        "RFC 7009 2.1", "revocation", ["revocation-keeps-access"], "revoked-refresh-token-ends-access",
        (), ();
    "revocation-lost-in-a-race":
        "A refresh that was loaded before a revocation writes over it.",
        "RFC 7009 2.1", "revocation", ["blind-write"], "revoked-refresh-token-ends-access",
        (), ();
    "expired-token-called-active":
        "A token is called active after its end.",
        "RFC 7662 4", "revocation", ["introspection-unexpiring"], "active-token-in-time",
        (), ();
    "revoked-token-called-active":
        "A revoked token is called active.",
        "RFC 7662 4", "revocation", ["introspection-unrevoked"], "active-token-not-revoked",
        (), ();
    "token-shown-at-another-resource":
        "A resource that got a token for itself shows it at another, which serves it.",
        "RFC 9700 4.10.2", "two-resources", ["audience-unchecked"], "served-token-is-for-resource",
        (), (6);
    "refresh-for-another-resource":
        "A refresh brings a token for a resource that was not granted.",
        "RFC 9700 4.14.2", "two-resources", ["refresh-of-any-resource"], "refresh-within-resources",
        (), ();
    "bound-token-as-bearer":
        "A token that is bound to a key opens the resource without it.",
        "RFC 9449 7.2", "dpop-theft", ["bound-token-as-bearer-taken"], "bound-token-with-its-key",
        (), ();
    "bound-token-with-another-key":
        "A token that is bound to a key opens the resource with another.",
        "RFC 9449 7.1", "dpop-theft", ["proof-of-any-key"], "bound-token-with-its-key",
        (), ();
    "proof-sent-again":
        "A proof of possession that leaked is sent once more, with its token.",
        "RFC 9449 11.1", "dpop-theft", ["proof-replayable"], "proof-used-once",
        (), (7, "the token leaks in a step of its own");
    "refresh-with-another-key":
        "A refresh token that is bound to a key brings tokens with another.",
        "RFC 9449 5", "dpop-theft", ["refresh-of-any-key"], "public-refresh-with-its-key",
        (), ();
    "code-with-another-key":
        "A code that is bound to a key is redeemed with another.",
        "RFC 9449 10", "dpop-code", ["code-of-any-key"], "code-with-its-key",
        (), (4);
    "late-proof":
        "A proof of possession is taken long after it was made.",
        "RFC 9449 11.1", "dpop-late", ["proof-unexpiring"], "proof-in-time",
        (), ();
    "stolen-bearer-token":
        "A token leaks, and whoever has it is served.",
        "RFC 9700 4.10", "stolen-bearer", [], "thief-gains-nothing",
        (chosen "stolen-bound"), (6);
}
