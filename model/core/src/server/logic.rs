//! What a server asks the logic, at the places of its loop where it does.
//!
//! [`Honest`] is the logic itself: the provided methods. Whoever puts something else in its place, as `oauth_faults` does
//! to break rules on purpose, gives the loop other answers, and the loop knows nothing of it.

use super::dpop::{DpopProof, Marker, marker};
use super::login::{Checked, Password};
use super::receive::receive;
use super::received::Received;
use super::reply::Context;
use super::{Found, Inputs, Needs, Outcome, Reply, Request, locate, step};
use crate::directory::Directory;
use crate::http::{HttpReply, HttpRequest};

/// The logic behind a server: each method is one decision, in the order of the loop.
pub trait Logic: Send + Sync {
    /// Reads a request.
    fn receive(&self, request: &HttpRequest, directory: &Directory) -> Received {
        receive(request, directory)
    }

    /// Whose login it is, after the edge compared the password.
    fn owner(&self, _: &Password, _: &Directory, checked: Checked) -> Checked {
        checked
    }

    /// What is to be marked, so that a proof is used once.
    fn marker(&self, at: &Inputs, proof: &mut DpopProof) -> Option<Marker> {
        marker(at, proof)
    }

    /// Names the records that a request needs.
    fn locate(&self, request: &Request) -> Needs {
        locate(request)
    }

    /// Judges a request against the records that were found.
    fn step(&self, at: &Inputs, found: &Found<'_>, request: &Request) -> Outcome {
        step(at, found, request)
    }

    /// Writes the reply to a request.
    fn encode(&self, _: &HttpRequest, reply: &Reply, context: &Context<'_>) -> HttpReply {
        reply.encode(context)
    }
}

/// The logic itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Honest;

impl Logic for Honest {}
