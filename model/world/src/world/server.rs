//! The honest server: token requests whose load and commit are two actions, everything else at once.
//!
//! Each action may be another process of the server: they share the store and nothing else. A process may stop between
//! its load and its commit, its answer may be lost, and it may read a record one request late.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::parts::{Call, Stage};
use super::symbols::{grant_at, token};
use super::{Next, Universe, World};
use oauth_core::grant::{Grant, Session};
use oauth_core::policy::Time;
use oauth_core::secret::Digest;
use oauth_core::server::dpop::{DpopProof, Use, marker};
use oauth_core::server::{Found, Inputs, Outcome, Reply, Request, Write, locate};
use oauth_faults::fault;

/// Which version of a record a process reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Read {
    /// The one in the store.
    Fresh,
    /// The one before, which its cache still has.
    Stale,
}

impl Universe {
    /// Locates, loads, steps and writes at once: for requests whose record nobody else writes.
    pub(super) fn serve(
        &self,
        world: &mut World,
        request: Request,
        grant: usize,
        secret: u8,
    ) -> Option<Reply> {
        self.serve_reading(world, request, (grant, secret), Read::Fresh)
    }

    pub(super) fn serve_reading(
        &self,
        world: &mut World,
        mut request: Request,
        (grant, secret): (usize, u8),
        read: Read,
    ) -> Option<Reply> {
        let needs = locate(&request);
        let mut at = self.moment(world.now, grant, secret);
        if let Some(proof) = request.proof() {
            self.faults.before_marking(&mut at, proof);
            mark(&at, &mut world.marks, proof);
        }
        let session =
            needs.session.and_then(|key| world.logins.iter().find(|login| login.key == key).copied());
        let grant = needs.grant.and_then(|id| world.read(grant_at(id), read));
        match self.judge(at, request, session, grant) {
            Outcome::Reply(reply) => Some(reply),
            Outcome::Write(pending) => {
                match pending.write {
                    Write::InsertSession(session) => world.log_in(session),
                    // Whoever registers takes no part in what is explored.
                    Write::InsertClient(_) => {}
                    Write::InsertGrant(grant)
                        if world.grants.len() < usize::from(self.scenario.bounds.grants) =>
                    {
                        world.hold(grant);
                    }
                    Write::InsertGrant(_) => return None,
                    Write::SwapGrant(grant) => world.swap(grant, self.scenario.mishaps.stale_reads)?,
                }
                Some(pending.landed())
            }
        }
    }

    fn judge_call(&self, world: &World, at: usize, call: &Call, seen: (Option<Grant>, Time)) -> Outcome {
        let moment = self.moment(seen.1, world.grants.len(), token(at));
        self.judge(moment, Request::Token(call.request), None, seen.0)
    }

    /// Judges a request against the records that were read, with the faults around it.
    fn judge(
        &self,
        moment: Inputs,
        request: Request,
        session: Option<Session>,
        grant: Option<Grant>,
    ) -> Outcome {
        let client = locate(&request).client.and_then(|no| self.client(no));
        self.faults.step(&moment, &Found { client, session, grant }, &request)
    }

    /// The server marks the proof of a call as used, once, before it judges.
    fn mark(&self, world: &mut World, at: usize) -> Option<()> {
        let Ok(Some(sent)) = world.calls.get(at)?.request.proof else { return Some(()) };
        let (mut moment, mut proof) = (self.moment(world.now, 0, 0), sent);
        self.faults.before_marking(&mut moment, &mut proof);
        if proof.used == Use::Again {
            mark(&moment, &mut world.marks, &mut proof);
        }
        if proof.used != sent.used
            && let Ok(Some(sent)) = &mut world.call_mut(at).request.proof
        {
            sent.used = proof.used;
        }
        Some(())
    }

    /// The server loads and judges; a judgement without a write is answered at once.
    pub(super) fn load(&self, mut world: World, at: usize, read: Read) -> Option<Next> {
        self.mark(&mut world, at)?;
        let call = **world.calls.get(at)?;
        let id = locate(&Request::Token(call.request)).grant;
        if read == Read::Stale {
            world.mishaps += 1;
        }
        let seen = id.and_then(|id| world.read(grant_at(id), read));
        match self.judge_call(&world, at, &call, (seen, world.now)) {
            Outcome::Reply(reply) => Some(self.answer(world, at, &call, &reply)),
            Outcome::Write(pending) => {
                match pending.write {
                    Write::SwapGrant(_) => {}
                    // Under a key that nobody knows yet, nobody can be faster.
                    Write::InsertGrant(grant)
                        if world.grants.len() < usize::from(self.scenario.bounds.grants) =>
                    {
                        world.hold(grant);
                        return Some(self.answer(world, at, &call, &pending.landed()));
                    }
                    Write::InsertGrant(_) | Write::InsertSession(_) | Write::InsertClient(_) => return None,
                }
                world.call_mut(at).stage = Stage::Loaded(seen?, world.now);
                Some(Next::of(world))
            }
        }
    }

    /// The server writes, if nobody was faster, and answers; else it has to load again.
    pub(super) fn commit(&self, mut world: World, at: usize) -> Option<Next> {
        let call = **world.calls.get(at)?;
        match self.write(&mut world, at, &call)? {
            Some(reply) => Some(self.answer(world, at, &call, &reply)),
            None => Some(Next::of(world)),
        }
    }

    /// Writes what a call was judged to; the reply, if nobody was faster.
    fn write(&self, world: &mut World, at: usize, call: &Call) -> Option<Option<Reply>> {
        let Stage::Loaded(seen, loaded_at) = call.stage else { return None };
        let Outcome::Write(pending) = self.judge_call(world, at, call, (Some(seen), loaded_at)) else {
            return None;
        };
        let Write::SwapGrant(next) = pending.write else { return None };
        if world.grant(next.id)? != seen && !self.faults.blind_write() {
            world.call_mut(at).stage = Stage::Sent;
            return Some(None);
        }
        world.swap(next, self.scenario.mishaps.stale_reads)?;
        Some(Some(pending.landed()))
    }

    /// The server writes and answers, and its answer is lost: whoever asked cannot tell what happened.
    pub(super) fn lose(&self, mut world: World, at: usize) -> Option<Next> {
        let call = **world.calls.get(at)?;
        self.write(&mut world, at, &call)??;
        world.mishaps += 1;
        self.observe_lost(&mut world, &call);
        Some(self.unheard(world, at, &call))
    }

    /// The process stops between its load and its commit: nothing happened, and nobody is told.
    pub(super) fn stop(&self, mut world: World, at: usize) -> Option<Next> {
        let call = **world.calls.get(at)?;
        let Stage::Loaded(..) = call.stage else { return None };
        world.mishaps += 1;
        Some(self.unheard(world, at, &call))
    }

    /// Whether a form of this server is answered in such a way that the browser sends it on.
    pub(super) fn forms_travel_on(&self) -> bool {
        self.faults.has(fault!("redirect-307"))
    }
}

impl World {
    /// A grant as a process sees it.
    pub(super) fn read(&self, place: usize, read: Read) -> Option<Grant> {
        let held = self.grants.get(place)?;
        match read {
            Read::Fresh => Some(held.grant),
            Read::Stale => held.before,
        }
    }
}

/// Marks a proof as used; if nobody did so before, it counts as used for the first time. Each mark of a proof ends at the same
/// moment, and then counts for nothing.
fn mark(moment: &Inputs, marks: &mut Arc<BTreeSet<Digest>>, proof: &mut DpopProof) {
    let Some(marker) = marker(moment, proof) else { return };
    let is_remembered = marks.contains(&marker.id) && moment.now < marker.until;
    if !is_remembered {
        Arc::make_mut(marks).insert(marker.id);
        proof.used = Use::First;
    }
}
