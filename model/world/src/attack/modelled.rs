//! Attacks on clients and servers that are built in another way than ours: modelled, and served by nobody here.

use super::attacks;

attacks! {
    /// In reading order.
    MODELLED_ONLY:

    "session-by-state":
        "The owner answers the attacker's request, and the client continues the attacker's login with \
         the owner's code.",
        "draft-ietf-oauth-security-topics-update 2.3", "sessions-by-state", [], "authentication",
        (chosen "sessions-by-cookie"), (5);
    "open-redirect-by-client":
        "The page at the redirect URI sends the owner on to the attacker, code and all.",
        "RFC 9700 4.11.1", "forwarding-page", ["client-open-redirector"], "thief-gains-nothing",
        (), (4);
    "password-travels-on":
        "The answer to the login form is a 307, and the browser posts the form to a client of the \
         attacker's.",
        "arXiv 1601.01229 3.1, RFC 9700 4.12", "one-form", ["redirect-307"], "password-stays",
        (), (3, "the login, its answer and the form that travels on are one action here");
}
