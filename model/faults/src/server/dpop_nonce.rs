//! Faults of the nonces of proofs (RFC 9449 8, 9).

use oauth_core::http::{HttpReply, HttpRequest};
use oauth_core::secret::Digest;
use oauth_core::server::Inputs;
use oauth_core::server::dpop::DpopProof;
use oauth_rules::rules;

use super::Lie::{Error, Proof, Reply};
use super::dpop::{edit_challenge, rename_error};
use super::{At, PAR, TOKEN};
use crate::edit::Members;
use crate::entry::{Entry, Lies::OfServer};

const COUNTED: &str = "1700000000";
const UNQUOTABLE: &str = "say \"no\"";

/// In reading order.
pub(crate) const FAULTS: &[Entry] = &[
    Entry {
        name: "proof-nonce-unchecked",
        about: "any nonce of a proof is taken",
        rules: rules!["rfc9449-4.3-nonce", "rfc9449-8-as-nonce"],
        lies: OfServer(&[Proof(take_any_nonce)]),
    },
    Entry {
        name: "proof-nonce-optional",
        about: "a proof without nonce is taken, although the server gives nonces",
        rules: rules!["rfc9449-11.3-no-proof-without-nonce"],
        lies: OfServer(&[Proof(|at, proof| {
            proof.nonce = proof.nonce.or(Some(at.nonces.current));
        })]),
    },
    Entry {
        name: "nonce-unasked",
        about: "a proof without nonce is called bad, and a nonce comes along",
        rules: rules!["rfc9449-8-use-dpop-nonce-error"],
        lies: OfServer(&[Error(TOKEN, ask_for_none), Error(PAR, ask_for_none)]),
    },
    Entry {
        name: "resource-nonce-unasked",
        about: "a resource calls a token bad whose proof has no nonce, and a nonce comes along",
        rules: rules!["rfc9449-9-rs-use-dpop-nonce"],
        lies: OfServer(&[Reply(At::Below("/api/"), |_, reply, _| {
            edit_challenge(reply, |challenge| challenge.replace("use_dpop_nonce", "invalid_token"));
        })]),
    },
    Entry {
        name: "nonce-twice",
        about: "a nonce is given twice in one answer",
        rules: rules!["rfc9449-8-one-nonce-header"],
        lies: OfServer(&[Reply(At::Everywhere, |_, reply, _| {
            if let Some(nonce) = reply.header("DPoP-Nonce").map(str::to_owned) {
                reply.headers.push(("DPoP-Nonce", nonce));
            }
        })]),
    },
    Entry {
        name: "nonce-counted",
        about: "nonces are numbers",
        rules: rules!["rfc9449-8-nonce-unpredictable"],
        lies: OfServer(&[
            Reply(At::Everywhere, |_, reply, _| give(reply, COUNTED)),
            Proof(|at, proof| take(at, proof, COUNTED)),
        ]),
    },
    Entry {
        name: "nonce-unquotable",
        about: "a nonce has spaces and quotes",
        rules: rules!["rfc9449-8.1-nonce-syntax"],
        lies: OfServer(&[
            Reply(At::Everywhere, |_, reply, _| give(reply, UNQUOTABLE)),
            Proof(|at, proof| take(at, proof, UNQUOTABLE)),
        ]),
    },
    Entry {
        name: "nonce-stored",
        about: "an answer with a nonce may be cached",
        rules: rules!["rfc9449-8.2-nonce-response-not-cached"],
        lies: OfServer(&[Reply(At::Everywhere, |_, reply, _| {
            if reply.header("DPoP-Nonce").is_some() {
                reply.set("Cache-Control", "max-age=60");
            }
        })]),
    },
];

fn take_any_nonce(at: &mut Inputs, proof: &mut DpopProof) {
    proof.nonce = proof.nonce.and(Some(at.nonces.current));
}

/// Takes the nonce that was given in place of the server's own.
fn take(at: &Inputs, proof: &mut DpopProof, given: &str) {
    if proof.nonce == Some(Digest::of(given)) {
        proof.nonce = Some(at.nonces.current);
    }
}

fn ask_for_none(_: &HttpRequest, told: &mut Members) {
    rename_error(told, "use_dpop_nonce", "invalid_dpop_proof");
}

/// Gives this nonce where one is given.
fn give(reply: &mut HttpReply, nonce: &str) {
    if reply.header("DPoP-Nonce").is_some() {
        reply.set("DPoP-Nonce", nonce);
    }
}
