//! Attacks by a server of the attacker's.

use super::attacks;

attacks! {
    /// In reading order.
    SERVERS:

    "mix-up":
        "The attacker's server sends the owner on to the honest one, and the client brings it the code.",
        "arXiv 1601.01229 3.2, RFC 9700 4.4", "mix-up", ["client-iss-unchecked"], "thief-gains-nothing",
        (), (6, "the callback and the code's arrival at the attacker's endpoint are one action here");
    "mix-up-injection":
        "The attacker's metadata names the honest authorization endpoint; the code, asked for without \
         PKCE, goes into a login of the attacker's.",
        "RFC 9700 4.4", "mix-up-metadata-confidential",
        ["client-iss-unchecked", "client-without-pkce"], "authentication",
        (), (8, "the callback and the code's arrival at the attacker's endpoint are one action here");
    "mix-up-chosen-challenge":
        "At a client with a secret: the attacker's server puts the challenge of the attacker's login \
         into the owner's request.",
        "D. Fett, Mix-Up, Revisited", "mix-up-confidential", ["client-iss-unchecked"], "authentication",
        (), (8, "the callback and the code's arrival at the attacker's endpoint are one action here");
    "mix-up-by-metadata":
        "The attacker's metadata names the honest authorization endpoint and its own token endpoint.",
        "arXiv 1508.04324", "mix-up-metadata", ["client-iss-unchecked"], "thief-gains-nothing",
        (), (5, "the callback and the code's arrival at the attacker's endpoint are one action here");
    "token-to-a-bad-resource":
        "The attacker's metadata names the honest endpoints and its own resource, where the client \
         shows the token.",
        "D. Fett, Mix-Up, Revisited", "mix-up-resource", ["client-iss-unchecked"], "thief-gains-nothing",
        (), (5, "that the attacker shows the token at the honest resource is a step more");
    "mix-up-rewritten":
        "The owner chooses the honest server, and on the way somebody makes a login at the attacker's \
         of it.",
        "RFC 9700 4.4", "mix-up-rewritten", ["client-iss-unchecked"], "thief-gains-nothing",
        (), (6, "the callback and the code's arrival at the attacker's endpoint are one action here");
    "mix-up-across-contexts":
        "The same where each server has a redirect URI of its own, which the client does not compare.",
        "USENIX Security 2025 (COAT)", "mix-up-distinct",
        ["client-iss-unchecked", "client-address-unchecked"], "authentication",
        (), (8, "the callback and the code's arrival at the attacker's endpoint are one action here");
    "server-from-the-callback":
        "The attacker's server answers with a code of the attacker's account, and the client takes it \
         to the honest one.",
        "arXiv 1601.01229 3.4", "mix-up-riding-distinct", ["client-server-forgotten"], "session-integrity",
        (), (6, "the attacker's server sees the owner's challenge where it is sent, and needs no leak");
    "iss-of-the-wrong-server":
        "The client compares iss with the server that it asked, and takes the code to another.",
        "arXiv 1601.01229 3.4, RFC 9207 2.4", "mix-up-riding",
        ["client-server-forgotten"], "session-integrity",
        (), (6, "the attacker's server sees the owner's challenge where it is sent, and needs no leak");
    "cuckoo-token":
        "A token that leaked comes from the attacker's token endpoint, and the client shows the owner's \
         resource to the attacker.",
        "FAPI 1.0 analysis (arXiv 1901.11520) A, FAPI 2.0 Security Profile 6.3", "cuckoo",
        [], "resource-of-the-person",
        (chosen "cuckoo-bound"), (9);
}
