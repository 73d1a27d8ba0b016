//! Attacks through browsers: requests and responses that lead elsewhere, or come from elsewhere.

use super::attacks;

attacks! {
    /// In reading order.
    FRONT:

    "redirect-uri-manipulation":
        "The server sends a code to an address of the attacker's.",
        "RFC 9700 4.1", "lure", ["redirect-uri-unchecked"], "code-to-registered-uri",
        (), ();
    "stolen-by-redirect":
        "The owner is sent to the server with a redirect URI of the attacker's, who redeems the code.",
        "RFC 9700 4.1", "evil-redirect", ["redirect-uri-unchecked"], "thief-gains-nothing",
        (), (3);
    "injected-by-redirect":
        "The same at a client with a secret: the code goes into a login of the attacker's.",
        "RFC 9700 4.1, RFC 6749 4.1.3", "evil-redirect-injected",
        ["redirect-uri-unchecked", "redirect-uri-differs-taken"], "authentication",
        (), (5);
    "open-redirect-by-server":
        "A client that the attacker registered makes the server send the owner to the attacker.",
        "RFC 9700 4.11.2", "stranger", ["strangers-trusted"], "no-way-to-strangers",
        (), (2, "a refused request is no step of its own");
    "login-csrf":
        "The owner's browser brings the attacker's response, and the client logs the owner in to the \
         attacker's account.",
        "RFC 6749 10.12, RFC 9700 4.7", "csrf",
        ["client-state-unchecked", "client-without-pkce", "challenge-not-required"], "session-integrity",
        (), (5);
    "session-riding":
        "The attacker's code, of its own account, is brought into the owner's login.",
        "RFC 6749 10.12, RFC 9700 4.7", "session-riding",
        ["client-state-unchecked", "client-without-pkce"], "session-integrity",
        (), (5);
    "pkce-downgrade":
        "The attacker's code was asked for without a challenge, and the verifier that comes with it is \
         ignored.",
        "RFC 9700 4.8", "session-riding",
        ["client-state-unchecked", "verifier-unexpected-ignored"], "session-integrity",
        (), (5);
    "state-leak":
        "The state of a finished login leaks by the Referer header, and the attacker's code is brought \
         with it.",
        "arXiv 1601.01229 3.3, RFC 9700 4.2", "state-leak",
        ["client-callback-shows-page", "client-state-reusable", "client-without-pkce"], "session-integrity",
        (), (8);
    "consent-csrf":
        "A page of the attacker's sends the consent form from the owner's browser.",
        "RFC 6749 10.12", "csrf", ["consent-forgeable"], "consent-is-the-owners",
        (), ();
    "consent-of-another-session":
        "The consent page of the attacker's session is sent from the owner's browser.",
        "RFC 6749 10.12", "csrf", ["consent-of-any-session"], "consent-is-the-owners",
        (), ();
    "clickjacking":
        "The consent page stands in a frame of the attacker's, and the owner's click means something \
         else.",
        "RFC 9700 4.16", "csrf", ["pages-framable"], "consent-is-the-owners",
        (), (2);
    "code-injection":
        "The attacker brings the owner's code, which leaked, into a login of its own at the client.",
        "RFC 9700 4.5", "injection", ["client-without-pkce"], "authentication",
        (), (6);
    "code-of-a-bad-client":
        "The owner says yes to a client of the attacker's, whose code goes into a login at another \
         client.",
        "RFC 6749 4.1.3", "bad-client", ["code-of-any-client"], "authentication",
        (), (5);
    "chosen-challenge":
        "The attacker sends the owner to the server with its own challenge, reads the response, and \
         redeems.",
        "RFC 9700 4.5, FAPI 1.0 analysis (arXiv 1901.11520) C", "chosen-challenge-leaked",
        [], "thief-gains-nothing",
        (residual "chosen-challenge"), (4);
    "browser-swap":
        "The owner answers the attacker's request, and the attacker brings the response into its own \
         login.",
        "FAPI 2.0 Security Profile 6.5", "browser-swap-leaked", [], "authentication",
        (residual "browser-swap"), (6);
    "request-leak":
        "The attacker asks for a code with the owner's challenge, and has it brought with the owner's \
         state.",
        "FAPI 1.0 analysis (arXiv 1901.11520) D, FAPI 2.0 Security Profile 6.4", "session-riding-leaked",
        [], "session-integrity",
        (residual "session-riding"), (6);
    "pushed-request-of-another-client":
        "Another client's name leads to a code for a pushed request.",
        "RFC 9126 2.2", "pushed", ["request-uri-of-any-client"], "pushed-request-of-its-client",
        (), ();
    "pushed-request-brought-again":
        "One pushed request leads to two codes.",
        "RFC 9126 7.3", "pushed", ["request-uri-reusable"], "pushed-request-used-once",
        (), ();
    "late-pushed-request":
        "A pushed request starts a flow after its lifetime.",
        "RFC 9126 4", "pushed-late", ["request-uri-unexpiring"], "pushed-request-in-time",
        (), ();
}
