//! Beyond bounds: the laws of one grant, proved for runs of any length by induction over a small domain.
//!
//! A grant is one record, and every write is a swap of that record (decision 0001). So it suffices to look at
//! one step, from every record that an invariant allows, reachable or not. [`prove`] takes each record of the
//! domain, with each thing that an outsider may have [seen](ghost) of it, at each moment, and sends it each
//! [request](requests) through the server's own `locate`, `step` and `landed`. Afterwards the [invariant]
//! must hold again, and no [law](property) may be broken by what the reply gave. The first records and the
//! passing of time are among the steps.
//!
//! It follows that a run of any length keeps the laws of [`property::PROPERTIES`]: the invariant holds before
//! the first request and after each, and under it no request can break one. [`property::LEFT_OUT`] names the
//! other laws, and why.
//!
//! What stays bounded, and why little is lost:
//! - One symbol stands for each kind of secret, one for a foreign one, and a fresh one differs from all:
//!   steps compare digests for equality, and nothing else. That secrets are never drawn twice, nor one for
//!   two kinds, is assumed.
//! - Two clients, redirect URIs, keys, scope values and resources; three verifiers. Each comparison is of one
//!   with one.
//! - Four moments, lifetimes of one and two. Steps compare one stored moment with the clock at a time. The
//!   clock never goes back.
//! - Three logins: the owner's ends between two of the moments, another lasts, a third has ended before the first.
//! - Lists of 0, 1, 2 and 8 spent refresh tokens. A record remembers 8, so `public-refresh-replay-ends-grant`
//!   and the two laws on revoked tokens speak of the last 8: an older one brings nothing either, but ends
//!   nothing.
//! - The grace of refresh tokens is zero, `redirect_uri_optional` is off, no client is `dpop_bound`, all may
//!   do all grants.
//! - Requests that a codec could not read, or that name no record, are left out: they are refused before a
//!   record counts.
//! - A [`Part`] varies what its requests read; that they read nothing of the rest is held by a test, not by
//!   this text.
//!
//! What is assumed of the edge: a write lands only on the record that was read (so a stale step is refused,
//! and two that race come one after the other), a signature is what the edge says, used proofs are marked.
//! Laws about several grants, the client, browsers and who sent something are not covered. A replay counts
//! only if it repeats the resources as well, and if its proof, where it brings one, is good: the server
//! refuses anything else before it looks at the grant.
#![forbid(unsafe_code)]

pub mod domain;
pub mod ghost;
pub mod invariant;
pub mod property;
pub mod records;
pub mod requests;
mod show;
pub mod state;

use std::fmt;

use self::domain::{ID, Setting};
use self::ghost::{Exchange, Ghost};
use self::invariant::Standing;
use self::property::Observation;
use self::state::State;
use oauth_core::grant::Grant;
use oauth_core::policy::{Time, WrongVerifier};
use oauth_core::server::{Found, Outcome, Reply, Request, Write, locate};
use oauth_faults::Faults;

/// A part of the domain: a phase of the record, and which of its fields run through all their values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// No record yet; every request that begins one.
    Nothing,
    /// A pushed request waits.
    Pushed,
    /// The owner is being asked.
    Asked,
    /// A code is out; everything that its redemption compares varies.
    Coded,
    /// Live, after every way in which a code can be redeemed; the requests are the redemptions.
    Redeemed,
    /// Live, with every refresh token; the requests are the refreshes.
    Refreshed,
    /// Live, with every access and refresh token; the requests are all but those for tokens.
    Tokens,
    /// Live, for the client itself.
    ForItself,
    /// Dead, of every cause.
    Dead,
}

impl Part {
    /// All of them, in the order of a grant's life.
    pub const ALL: &'static [Self] = &[
        Self::Nothing,
        Self::Pushed,
        Self::Asked,
        Self::Coded,
        Self::Redeemed,
        Self::Refreshed,
        Self::Tokens,
        Self::ForItself,
        Self::Dead,
    ];

    /// What it is called.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Pushed => "pushed",
            Self::Asked => "asked",
            Self::Coded => "coded",
            Self::Redeemed => "redeemed",
            Self::Refreshed => "refreshed",
            Self::Tokens => "tokens",
            Self::ForItself => "for-itself",
            Self::Dead => "dead",
        }
    }
}

/// What was enumerated, and what broke.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Report {
    /// How much of each part.
    pub parts: Vec<Tally>,
    /// The first step that breaks the invariant or a law; none if no step does.
    pub broken: Option<Box<Broken>>,
}

/// How much of a part was enumerated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tally {
    /// The part.
    pub part: Part,
    /// The records, each with what was seen of it and the clock, that satisfy the invariant.
    pub records: u64,
    /// The steps: each of them with each request.
    pub pairs: u64,
    /// How many of the steps wrote the record.
    pub writes: u64,
    /// How many of the steps told an outsider something new.
    pub told: u64,
}

/// A step that breaks the invariant or a law.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Broken {
    /// The part.
    pub part: Part,
    /// The clause of the invariant, or the law.
    pub property: &'static str,
    /// The record before, what was seen of it, and the clock.
    pub before: State,
    /// The request.
    pub request: Request,
    /// The reply.
    pub reply: Reply,
    /// The record after, and what was seen of it.
    pub after: State,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Tally { part, records, pairs, writes, told } in &self.parts {
            let name = part.name();
            writeln!(f, "{name:12}{records:8} records{pairs:12} steps{writes:10} writes{told:10} told")?;
        }
        match &self.broken {
            Some(broken) => write!(f, "broken: {broken}"),
            None => Ok(()),
        }
    }
}

/// Steps every record of these parts with every request, under faults.
#[must_use]
pub fn prove(parts: &[Part], wrong_verifier: WrongVerifier, faults: &Faults) -> Report {
    let setting = Setting::new(wrong_verifier);
    let mut report = Report::default();
    for part in parts {
        let (tally, broken) = prove_part(*part, &setting, faults);
        report.parts.push(tally);
        report.broken = broken.map(Box::new);
        if report.broken.is_some() {
            break;
        }
    }
    report
}

fn prove_part(part: Part, setting: &Setting, faults: &Faults) -> (Tally, Option<Broken>) {
    let mut tally = Tally { part, records: 0, pairs: 0, writes: 0, told: 0 };
    let states = records::states(part, setting);
    for now in domain::moments() {
        let requests = requests::requests(part, now);
        for state in states.iter().filter(|state| state.now == now) {
            tally.records += 1;
            if let Some(broken) = later(part, setting, state) {
                return (tally, Some(broken));
            }
            for request in &requests {
                tally.pairs += 1;
                let next = exchange(setting, faults, state, request);
                tally.writes += u64::from(next.grant.is_some());
                let (told, judged) = judge(setting, state, request, &next);
                tally.told += u64::from(told.is_some());
                if let Err(property) = judged {
                    let (before, request, reply) = (*state, *request, next.reply);
                    let after = after(state, &next, told);
                    return (tally, Some(Broken { part, property, before, request, reply, after }));
                }
            }
        }
    }
    (tally, None)
}

/// Time alone breaks nothing; a step of the clock is shown as the front page.
fn later(part: Part, setting: &Setting, state: &State) -> Option<Broken> {
    let after = State { now: Time(state.now.0 + 1), ..*state };
    let clause = invariant::broken(&Standing {
        setting,
        grant: after.grant.as_ref(),
        ghost: &after.ghost,
        now: after.now,
    })?;
    let (before, property) = (*state, clause.id);
    Some(Broken { part, property, before, request: Request::Home, reply: Reply::Home, after })
}

/// A reply, and the record that was written, if one was.
#[derive(Debug, Clone, Copy)]
pub struct Next {
    /// The reply.
    pub reply: Reply,
    /// The record that was written.
    pub grant: Option<Grant>,
}

/// One request, as an edge carries it through: locate, load, step, swap.
#[must_use]
pub fn exchange(setting: &Setting, faults: &Faults, state: &State, request: &Request) -> Next {
    let needs = locate(request);
    let moment = setting.moment(state.now, state.grant.is_some());
    let client = needs.client.and_then(|no| setting.client(no));
    let session = needs.session.and_then(|cookie| setting.session(cookie));
    let grant = state.grant.filter(|grant| needs.grant == Some(grant.id));
    let outcome = faults.step(&moment, &Found { client, session, grant }, request);
    match outcome {
        Outcome::Reply(reply) => Next { reply, grant: None },
        Outcome::Write(pending) => {
            let write = pending.write;
            let reply = pending.landed();
            match write {
                // A grant that begins beside this one is another.
                Write::InsertGrant(grant) => Next { reply, grant: Some(grant).filter(|new| new.id == ID) },
                Write::SwapGrant(grant) => Next { reply, grant: Some(grant) },
                Write::InsertSession(_) | Write::InsertClient(_) => Next { reply, grant: None },
            }
        }
    }
}

/// The state after a request without faults.
///
/// # Errors
/// The law or the clause of the invariant that it breaks.
pub fn advance(setting: &Setting, state: &State, request: &Request) -> Result<State, &'static str> {
    let next = exchange(setting, &Faults::none(), state, request);
    let (told, judged) = judge(setting, state, request, &next);
    judged.map(|()| after(state, &next, told))
}

fn after(state: &State, next: &Next, told: Option<Ghost>) -> State {
    State { grant: next.grant.or(state.grant), ghost: told.unwrap_or(state.ghost), now: state.now }
}

/// What a step told that was not known of the grant, and the law or clause that it broke, if it did.
fn judge(
    setting: &Setting,
    state: &State,
    request: &Request,
    next: &Next,
) -> (Option<Ghost>, Result<(), &'static str>) {
    let seen = Exchange { setting, now: state.now, request, reply: &next.reply };
    let told = state.ghost.after(&seen);
    if let Some(property) = property::broken(&Observation { before: &state.ghost, exchange: &seen }) {
        return (told, Err(property.law));
    }
    if next.grant.is_none() && told.is_none() {
        return (told, Ok(()));
    }
    let State { grant, ghost, now } = after(state, next, told);
    let clause = invariant::broken(&Standing { setting, grant: grant.as_ref(), ghost: &ghost, now });
    (told, clause.map_or(Ok(()), |clause| Err(clause.id)))
}
