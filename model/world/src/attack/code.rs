//! Attacks on codes: at the token endpoint, and by a login or consent that never was.

use super::attacks;

attacks! {
    /// In reading order.
    CODES:

    "code-replay":
        "The client redeems its code twice, and the server gives a token each time.",
        "RFC 6749 4.1.2, RFC 9700 4.2.4", "replay", ["code-replayable"], "code-redeemed-once",
        (), (5);
    "code-race":
        "Two redemptions of one code load the same record, and the server writes both without comparing.",
        "RFC 6749 4.1.2", "replay", ["blind-write"], "code-redeemed-once",
        (), (7, "a load is no step of its own");
    "replay-unpunished":
        "A code is shown again and refused, and the token of the first redemption still opens the \
         resource.",
        "RFC 6749 4.1.2", "replay", ["replay-keeps-tokens"], "replay-ends-grant",
        (), (6, "a refusal comes with the load, which is no step of its own");
    "replay-seen-late":
        "A grant ended, and a process that still sees it as it was serves its token.",
        "this model", "stale-reads", [], "replay-ends-grant",
        (residual "fresh-reads"), ();
    "late-code":
        "A code is redeemed after its lifetime.",
        "RFC 6749 4.1.2", "replay", ["code-unexpiring"], "code-redeemed-in-time",
        (), (5);
    "made-up-code":
        "A code that nobody issued is redeemed.",
        "RFC 6749 4.1.3", "two-clients", ["code-unchecked"], "code-was-issued",
        (), ();
    "code-of-another-client":
        "Another client redeems the code that leaked to it.",
        "RFC 6749 4.1.3", "two-clients", ["code-of-any-client"], "code-redeemed-by-its-client",
        (), ();
    "client-impersonation":
        "Somebody without the client's secret redeems a code that leaked.",
        "RFC 6749 10.2", "two-clients", ["authentication-optional"], "confidential-client-authenticated",
        (), ();
    "client-secret-unchecked":
        "Somebody with a wrong secret redeems a code that leaked.",
        "RFC 6749 2.3", "two-clients", ["authentication-unchecked"], "confidential-client-authenticated",
        (), ();
    "other-redirect-uri-at-token":
        "A code is redeemed with another redirect URI than it was asked for with.",
        "RFC 6749 4.1.3", "sloppy-client",
        ["redirect-uri-differs-taken"], "code-redeemed-with-its-redirect-uri",
        (), ();
    "no-redirect-uri-at-token":
        "A code is redeemed without the redirect URI that it was asked for with.",
        "RFC 6749 4.1.3", "sloppy-client",
        ["redirect-uri-absent-taken"], "code-redeemed-with-its-redirect-uri",
        (), ();
    "code-interception":
        "Somebody redeems a public client's code with a verifier that fits nothing.",
        "RFC 7636 1", "interception", ["verifier-unchecked"], "thief-gains-nothing",
        (), (4);
    "verifier-left-out":
        "Somebody redeems a public client's code and leaves the verifier out.",
        "RFC 7636 4.6", "interception", ["verifier-optional"], "thief-gains-nothing",
        (), (4);
    "challenge-as-verifier":
        "Somebody who saw the request redeems the code with the challenge for a verifier.",
        "RFC 7636 7.2", "interception", ["verifier-taken-plain"], "thief-gains-nothing",
        (), (5);
    "plain-challenge":
        "Somebody who saw the request and the response of a client that uses plain redeems with the \
         challenge.",
        "RFC 7636 7.2, RFC 9700 2.1.1", "plain-challenge",
        ["plain-taken", "client-plain-challenge"], "thief-gains-nothing",
        (), (5);
    "public-client-without-pkce":
        "A public client sends no challenge, and somebody redeems the code that leaked.",
        "RFC 7636 1", "interception", ["client-without-pkce", "challenge-not-required"], "thief-gains-nothing",
        (), (4);
    "unexpected-verifier":
        "A code that was asked for without a challenge is redeemed with a verifier.",
        "RFC 9700 4.8.2", "downgrade", ["verifier-unexpected-ignored"], "no-verifier-without-challenge",
        (), ();
    "no-consent":
        "A code is issued though nobody was asked.",
        "RFC 6749 4.1.1", "honest", ["consent-skipped"], "code-after-consent",
        (), ();
    "no-login":
        "A code is issued though nobody logged in.",
        "RFC 6749 3.1", "honest", ["login-skipped"], "code-after-login",
        (), ();
    "any-password":
        "A code is issued to somebody with a wrong password.",
        "RFC 6749 3.1", "honest", ["password-unchecked"], "code-after-login",
        (), ();
}
