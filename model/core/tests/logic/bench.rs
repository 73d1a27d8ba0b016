//! A server without wires: the public door of the core around a store in memory and a clock that tests move.
//!
//! What stands here is what every edge does: read, locate, load, judge, write if nobody was faster, encode, with
//! asking the logic at its places. It judges nothing.

use oauth_core::directory::{Authentication, Directory, Registration};
use oauth_core::grant::{Grant, Session};
use oauth_core::http::{HttpReply, HttpRequest};
use oauth_core::policy::{Policy, Time};
use oauth_core::refusal::Refused;
use oauth_core::secret::{Digest, GrantId, Minted, Secret};
use oauth_core::server::authorize::ResponseTarget;
use oauth_core::server::dpop::{Marker, Nonces, Signature, Use};
use oauth_core::server::logic::Logic as _;
use oauth_core::server::login::{Checked, Password};
use oauth_core::server::received::Received;
use oauth_core::server::reply::Context;
use oauth_core::server::{Found, Fresh, Inputs, Outcome, Reply, Request, Write};
use oauth_faults::{Faults, Faulty};

/// The issuer of the bench's server.
pub(crate) const ISSUER: &str = "http://127.0.0.1:9000";

/// The nonce that the bench gives out.
pub(crate) const NONCE: &str = "nonce-now";
/// The one before it.
pub(crate) const NONCE_BEFORE: &str = "nonce-before";

/// The signature that the bench takes for right, whatever was signed.
pub(crate) const GOOD_SIGNATURE: &str = "cmlnaHQ";

/// Names and passwords of the resource owners.
pub(crate) const USERS: &[(&str, &str)] = &[("id001", "mypassword"), ("id002", "otherpassword")];

/// A server without wires.
#[derive(Clone)]
pub(crate) struct Bench {
    /// Whom it knows.
    pub(crate) directory: Directory,
    /// Its choices.
    pub(crate) policy: Policy,
    /// The faults that are on.
    pub(crate) faults: Faults,
    /// Its clock, in seconds.
    pub(crate) now: u64,
    sessions: Vec<Session>,
    grants: Vec<(Grant, ResponseTarget)>,
    marks: Vec<Marker>,
    drawn: u32,
}

/// What a request came to.
pub(crate) struct Answer {
    /// What is sent.
    pub(crate) reply: HttpReply,
    /// What was refused, precisely.
    pub(crate) refused: Option<Refused>,
}

/// A request that was read, with what it was read from.
struct Heard<'a> {
    http: &'a HttpRequest,
    received: Received,
}

/// A judgement, with the record that it was made from.
struct Judged {
    outcome: Outcome,
    seen: Option<(Grant, ResponseTarget)>,
}

impl Bench {
    /// A server with the clients of the tables.
    pub(crate) fn new(policy: Policy) -> Self {
        let users: Vec<String> = USERS.iter().map(|(name, _)| (*name).to_owned()).collect();
        let directory = Directory::new(ISSUER, &resources(), &registrations(), &users)
            .expect("the clients of the tables are well registered");
        Self {
            directory,
            policy,
            faults: Faults::none(),
            now: 1_000_000,
            sessions: Vec::new(),
            grants: Vec::new(),
            marks: Vec::new(),
            drawn: 0,
        }
    }

    /// Answers one request.
    pub(crate) fn exchange(&mut self, http: &HttpRequest) -> Answer {
        self.exchange_at_once(&[http]).pop().expect("one request has one answer")
    }

    /// Answers requests that are all loaded and judged before the first of them writes.
    pub(crate) fn exchange_at_once(&mut self, all: &[&HttpRequest]) -> Vec<Answer> {
        let mut heard: Vec<Heard<'_>> = all.iter().map(|http| self.read(http)).collect();
        heard.iter_mut().for_each(|heard| self.mark(&mut heard.received));
        let judged: Vec<Judged> = heard.iter().map(|heard| self.judge(&heard.received.request())).collect();
        heard.into_iter().zip(judged).map(|(heard, judged)| self.finish(&heard, judged)).collect()
    }

    /// The secrets that were drawn, as they travel.
    pub(crate) fn drawn(&self) -> impl Iterator<Item = String> {
        (0..self.drawn).flat_map(|nth| [secret(nth).text(), refresh_secret(nth).text()])
    }

    fn logic(&self) -> Faulty {
        Faulty::under(self.faults.clone())
    }

    fn read<'a>(&self, http: &'a HttpRequest) -> Heard<'a> {
        let mut received = self.logic().receive(http, &self.directory);
        if let Some((password, owner)) = received.password() {
            *owner = self.logic().owner(password, &self.directory, self.check(password));
        }
        if let Some((proof, signed)) = received.signed_proof()
            && signed.signature == GOOD_SIGNATURE
        {
            proof.signature = Signature::Right;
        }
        Heard { http, received }
    }

    /// Marks the proof of a request as used.
    fn mark(&mut self, received: &mut Received) {
        let at = self.moment();
        let Some(proof) = received.proof() else { return };
        let Some(marker) = self.logic().marker(&at, proof) else { return };
        // As a store may: whatever need not be remembered any more is forgotten.
        self.marks.retain(|mark| at.now < mark.until);
        if self.marks.iter().any(|mark| mark.id == marker.id) {
            return;
        }
        self.marks.push(marker);
        proof.used = Use::First;
    }

    fn moment(&self) -> Inputs {
        let fresh = Fresh {
            grant: grant_id(self.drawn),
            secret: Minted::new(secret(self.drawn)),
            refresh: Minted::new(refresh_secret(self.drawn)),
        };
        let nonces = Nonces { current: Digest::of(NONCE), before: Digest::of(NONCE_BEFORE) };
        Inputs { now: Time(self.now), fresh, policy: self.policy, nonces }
    }

    fn check(&self, password: &Password) -> Checked {
        let right = USERS.iter().any(|known| *known == (&*password.user_id, &*password.password));
        match self.directory.find_user(&password.user_id) {
            Some(user) if right => Checked::Right(user),
            Some(_) | None => Checked::Wrong,
        }
    }

    fn judge(&mut self, request: &Request) -> Judged {
        let needs = self.logic().locate(request);
        let client = needs.client.and_then(|no| self.directory.client(no)).map(|entry| &entry.client);
        let session =
            needs.session.and_then(|key| self.sessions.iter().find(|session| session.key == key).copied());
        let seen = needs.grant.and_then(|id| self.grants.iter().find(|(grant, _)| grant.id == id)).cloned();
        let found = Found { client, session, grant: seen.as_ref().map(|(grant, _)| *grant) };
        let outcome = self.logic().step(&self.moment(), &found, request);
        self.drawn += 1;
        Judged { outcome, seen }
    }

    fn finish(&mut self, heard: &Heard<'_>, mut judged: Judged) -> Answer {
        let reply = loop {
            match self.write(heard, &judged) {
                Some(reply) => break reply,
                None => judged = self.judge(&heard.received.request()),
            }
        };
        let context = Context {
            directory: &self.directory,
            policy: &self.policy,
            received: &heard.received,
            kept: judged.seen.as_ref().map(|(_, kept)| kept),
            nonce: NONCE,
        };
        let encoded = self.logic().encode(heard.http, &reply, &context);
        Answer { reply: encoded, refused: reply.refusal() }
    }

    /// Writes what has to be written and opens the reply; `None` if somebody was faster.
    fn write(&mut self, heard: &Heard<'_>, judged: &Judged) -> Option<Reply> {
        let pending = match judged.outcome {
            Outcome::Reply(reply) => return Some(reply),
            Outcome::Write(pending) => pending,
        };
        match pending.write {
            Write::InsertSession(session) => self.sessions.push(session),
            Write::InsertClient(client) => {
                let metadata = heard.received.metadata()?;
                self.directory.register(&metadata.registration(&client)).expect("its id is fresh");
            }
            Write::InsertGrant(grant) => {
                let target = heard.received.response_target().cloned().unwrap_or_default();
                self.grants.push((grant, target));
            }
            Write::SwapGrant(next) => {
                let stored = self.grants.iter_mut().find(|(grant, _)| grant.id == next.id)?;
                let seen = judged.seen.as_ref().map(|(grant, _)| *grant);
                if Some(stored.0) != seen && !self.faults.blind_write() {
                    return None;
                }
                stored.0 = next;
            }
        }
        Some(pending.landed())
    }
}

fn secret(nth: u32) -> Secret {
    secret_of(0xC3, nth)
}

fn refresh_secret(nth: u32) -> Secret {
    secret_of(0x3C, nth)
}

fn secret_of(kind: u8, nth: u32) -> Secret {
    let mut bytes = [kind; 32];
    bytes[28..].copy_from_slice(&nth.to_be_bytes());
    Secret::from_bytes(bytes)
}

fn grant_id(nth: u32) -> GrantId {
    let mut bytes = [0x5A; 16];
    bytes[12..].copy_from_slice(&nth.to_be_bytes());
    GrantId::from_bytes(bytes)
}

/// The clients: id, authentication, secret, redirect URIs, scope.
#[rustfmt::skip]
const CLIENTS: &[(&str, Authentication, &str, &[&str], &str)] = &[
    ("client_1", Authentication::Basic, "client_secret_1", &["http://localhost:8000/callback"], "profile"),
    ("client_2", Authentication::Basic, "client_secret_2", &["http://localhost:8001/callback"], "profile email"),
    ("client_3", Authentication::Post, "a b%+:&c",
        &["http://localhost:8003/callback?tenant=a%26b", "http://localhost:8003/other"], "email"),
    ("public_1", Authentication::None, "", &["http://127.0.0.1/callback"], "profile"),
    ("public_6", Authentication::None, "", &["http://[::1]:7000/callback"], "profile"),
    ("public_app", Authentication::None, "", &["com.example.app:/callback"], "profile"),
    ("local_1", Authentication::Basic, "local_secret", &["http://127.0.0.1/callback"], "profile"),
    ("odd client:%", Authentication::Basic, "s\u{e9}cret", &["http://localhost:8004/callback"], "profile"),
    // The example of RFC 6749 4.1.
    ("s6BhdRkqt3", Authentication::Basic, "gX1fBat3bV", &["https://client.example.com/cb"], "profile"),
    // Without the code grant.
    ("machine", Authentication::Basic, "machine_secret", &["http://localhost:8005/callback"], "profile"),
    ("pushing", Authentication::Basic, "pushing_secret", &["http://localhost:8006/callback"], "profile"),
    ("bound", Authentication::Basic, "bound_secret", &["http://localhost:8007/callback"], "profile"),
    // The servers of the two resources.
    ("resource_1", Authentication::Basic, "resource_secret_1", &[], "profile"),
    ("resource_2", Authentication::Basic, "resource_secret_2", &[], "profile"),
    ("public_two", Authentication::None, "", &["com.example.two:/callback"], "profile email"),
];

/// The protected resources: path and scope.
fn resources() -> Vec<(String, String)> {
    [("/api/me", "profile"), ("/api/notes", "profile")]
        .map(|(path, scope)| (path.to_owned(), scope.to_owned()))
        .to_vec()
}

/// The clients that get refresh tokens.
const REFRESHING: &[&str] = &["client_2", "public_1", "public_two", "local_1"];

fn registrations() -> Vec<Registration> {
    let register =
        |(id, authentication, secret, uris, scope): &(&str, Authentication, &str, &[&str], &str)| {
            Registration {
                id: (*id).to_owned(),
                name: format!("The {id}"),
                authentication: *authentication,
                secret: (*authentication != Authentication::None).then(|| Digest::of(secret)),
                redirect_uris: uris.iter().map(|uri| (*uri).to_owned()).collect(),
                scope: (*scope).to_owned(),
                code_grant: *id != "machine" && !id.starts_with("resource_"),
                refresh_grant: REFRESHING.contains(id),
                client_credentials_grant: *id == "machine",
                self_registered: false,
                pushed_only: *id == "pushing",
                dpop_bound: *id == "bound",
                resource_server: match *id {
                    "resource_1" => vec!["/api/me".to_owned()],
                    "resource_2" => vec!["/api/notes".to_owned()],
                    _ => Vec::new(),
                },
            }
        };
    CLIENTS.iter().map(register).collect()
}
