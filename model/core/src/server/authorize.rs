//! The authorization request (RFC 6749 4.1.1, RFC 7636 4.3): read it, judge it, ask the resource owner.
//!
//! Precedence: the client and its redirect URI first, since without them no redirect is safe; then the login, where
//! policy lets it come first (decision 0008); then everything that the client is told by redirect.

use alloc::string::String;

use serde::{Deserialize, Serialize};

use super::audience::{AskedResources, asked_for};
use super::jwk::thumbprint;
use super::{Consent, Found, Inputs, Needs, Outcome, Pending, Reply, Write};
use crate::directory::{Client, ClientNo, Directory, UserNo};
use crate::form::Params;
use crate::grant::{Asked, Grant, Owner, Phase, Terms};
use crate::policy::{ExcessScope, PkceNeed};
use crate::refusal::{Field, Malformed, Place, Refusal, Refused};
use crate::secret::{Digest, GrantId, Handle};
use crate::text::{
    ChallengeMethod, CodeChallenge, RedirectUri, ResourceSet, ScopeSet, is_proof_key, is_vschar, scope_values,
};

/// A client asks through a browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Authorize {
    /// The client that it names; none if the directory has no such client.
    pub client: Result<Option<ClientNo>, Malformed>,
    /// The redirect URI that it names.
    pub redirect: Result<Option<RedirectUri>, Malformed>,
    /// The rest.
    pub ask: Result<Ask, Malformed>,
    /// The browser's session cookie.
    pub session: Option<Digest>,
}

/// Where an authorization response goes, in the texts that are stored with the grant's record.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResponseTarget {
    /// The redirect URI: as it was sent, or the registered one.
    pub redirect_uri: String,
    /// The client's `state`, unchanged.
    pub state: Option<String>,
}

/// The most characters of `state` that are taken.
pub const STATE_LIMIT: usize = 4096;

/// What is asked, once client and redirect URI are good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ask {
    /// Whether `response_type` is `code`.
    pub response_type_is_code: bool,
    /// The scope; none leaves it to the registration.
    pub scope: Option<AskedScope>,
    /// The PKCE challenge.
    pub challenge: Option<CodeChallenge>,
    /// The resources; none leaves them to the server.
    pub resources: Option<AskedResources>,
    /// The thumbprint of the key that the code is to be bound to (RFC 9449 10).
    pub key: Option<Digest>,
}

/// What a good request may have.
pub(super) struct Judged {
    pub(super) scope: ScopeSet,
    pub(super) audience: ResourceSet,
    pub(super) challenge: Option<CodeChallenge>,
    pub(super) key: Option<Digest>,
}

/// A scope as it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AskedScope {
    /// The values that this server knows.
    pub known: ScopeSet,
    /// Whether there were others.
    pub has_unknown: bool,
}

impl Authorize {
    /// Reads the parameters of a request; the texts that only come back (`state`, the redirect URI) lie beside.
    #[must_use]
    pub fn parse(params: &Params, session: Option<Digest>, directory: &Directory) -> Self {
        let redirect = params.one(Field::RedirectUri).and_then(|uri| {
            uri.map(|uri| RedirectUri::parse(uri).ok_or(Malformed::Syntax(Field::RedirectUri))).transpose()
        });
        let client = Self::client_of(params, directory);
        Self { client, redirect, ask: Ask::parse(params, directory), session }
    }

    /// The client that a request names.
    pub(super) fn client_of(params: &Params, directory: &Directory) -> Result<Option<ClientNo>, Malformed> {
        let id = params.one(Field::ClientId)?.ok_or(Malformed::Missing(Field::ClientId))?;
        Ok(directory.find_client(id).map(|entry| entry.client.no))
    }

    pub(super) fn locate(&self) -> Needs {
        Needs { client: self.client.ok().flatten(), session: self.session, grant: None }
    }

    pub(super) fn step(&self, at: &Inputs, found: &Found<'_>) -> Outcome {
        match self.judge(at, found) {
            Ok(outcome) => outcome,
            Err(refused) => Outcome::Reply(Reply::Refused(refused)),
        }
    }

    fn judge(&self, at: &Inputs, found: &Found<'_>) -> Result<Outcome, Refused> {
        // rfc6749-4.1.2.1-bad-client-or-redirect-not-redirected
        self.client.map_err(|malformed| Refused::Malformed(Place::Page, malformed))?;
        let client = found.client.ok_or(Refusal::ClientUnknown)?;
        self.judge_redirect(client)?;

        let told_by_redirect = || {
            // rfc9126-4-par-required-enforced, rfc9126-6-client-policy-enforced
            if at.policy.pushed_only || client.pushed_only {
                return Err(Refusal::PushNeeded.into());
            }
            self.judge_ask(at, client)
        };
        // rfc9700-4.11.2-auto-redirect-only-if-trusted
        let told_by_redirect = || {
            told_by_redirect().map_err(
                |refused: Refused| {
                    if client.self_registered { refused.untrusted() } else { refused }
                },
            )
        };
        let session = found.session.and_then(|session| session.alive(at.now));
        let Some(session) = session else {
            if at.policy.redirect_errors_before_login {
                told_by_redirect()?;
            }
            // rfc9700-4.11.2-authenticate-before-redirect, rfc6749-3.1-owner-authenticated-first
            return Ok(Outcome::Reply(Reply::LogInFirst));
        };
        let Judged { scope, audience, challenge, key } = told_by_redirect()?;
        let terms = Terms {
            client: client.no,
            self_registered: client.self_registered,
            owner: Some(Owner { user: session.user, session: session.key }),
            redirect: self.redirect.ok().flatten().map(|uri| uri.exact),
            scope,
            audience,
            challenge,
            key,
        };
        Ok(ask_owner(at, at.fresh.grant, terms, session.user, Write::InsertGrant))
    }

    /// Judges the redirect URI, without which no redirect is safe.
    pub(super) fn judge_redirect(&self, client: &Client) -> Result<(), Refused> {
        match self.redirect.map_err(|malformed| Refused::Malformed(Place::Page, malformed))? {
            // rfc6749-3.1.2.3-simple-string-comparison
            Some(uri) if !client.knows(&uri) => Err(Refusal::RedirectUriUnregistered.into()),
            // rfc6749-3.1.2.3-redirect-uri-required-if-many
            None if client.redirects.len() != 1 => Err(Refusal::RedirectUriNeeded.into()),
            Some(_) | None => Ok(()),
        }
    }

    /// Judges what the client is told by redirect (RFC 6749 4.1.2.1).
    pub(super) fn judge_ask(&self, at: &Inputs, client: &Client) -> Result<Judged, Refused> {
        let ask = self.ask.map_err(|malformed| Refused::Malformed(Place::AuthorizationRequest, malformed))?;
        // rfc6749-4.1.2.1-unauthorized-client
        if !client.code_grant {
            return Err(Refusal::ClientNotAllowed.into());
        }
        // rfc6749-3.1.1-response-type-unknown
        if !ask.response_type_is_code {
            return Err(Refusal::ResponseTypeUnsupported.into());
        }
        let scope = match ask.scope {
            // rfc6749-3.3-scope-omitted-handled
            None => client.scope,
            // rfc6749-4.1.2.1-invalid-scope
            Some(asked) => asked.allowed(at, client).ok_or(Refusal::ScopeRefused)?,
        };
        let audience = asked_for(ask.resources, Refusal::ResourceUnknown)?;
        let needed = match at.policy.pkce {
            PkceNeed::Optional => false,
            PkceNeed::PublicClients => client.is_public(),
            PkceNeed::EveryClient => true,
        };
        match ask.challenge {
            // rfc7636-4.4.1-challenge-required
            None if needed => Err(Refusal::ChallengeNeeded.into()),
            // rfc7636-7.2-plain-not-used
            Some(challenge) if challenge.method == ChallengeMethod::Plain && !at.policy.plain => {
                Err(Refusal::PlainRefused.into())
            }
            Some(_) | None => Ok(Judged { scope, audience, challenge: ask.challenge, key: ask.key }),
        }
    }
}

/// Asks the resource owner: the grant waits for the answer to its page.
pub(super) fn ask_owner(
    at: &Inputs,
    id: GrantId,
    terms: Terms,
    user: UserNo,
    write: impl FnOnce(Grant) -> Write,
) -> Outcome {
    let until = at.now.after(at.policy.ask_lifetime);
    let phase = Phase::Asked(Asked { ask: at.fresh.secret.digest, until });
    let consent = Consent {
        ask: Handle { grant: id, secret: at.fresh.secret.secret },
        client: terms.client,
        scope: terms.scope,
        user,
    };
    Outcome::Write(Pending::new(write(Grant { id, terms, phase }), Reply::Consent(consent)))
}

impl Ask {
    fn parse(params: &Params, directory: &Directory) -> Result<Self, Malformed> {
        // rfc6749-3.1-duplicate-parameter-refused
        let state = params.one(Field::State)?;
        let response_type =
            params.one(Field::ResponseType)?.ok_or(Malformed::Missing(Field::ResponseType))?;
        let scope = params.one(Field::Scope)?;
        let challenge = params.one(Field::CodeChallenge)?;
        let method = params.one(Field::CodeChallengeMethod)?;
        let jkt = params.one(Field::DpopJkt)?;
        let key = jkt.map(|jkt| thumbprint(jkt).ok_or(Malformed::Syntax(Field::DpopJkt))).transpose()?;
        // A record keeps it, and one account may have many records.
        if state.is_some_and(|state| !is_vschar(state) || state.len() > STATE_LIMIT) {
            return Err(Malformed::Syntax(Field::State));
        }
        Ok(Self {
            response_type_is_code: response_type == "code",
            scope: scope.map(|text| AskedScope::parse(text, directory)),
            challenge: parse_challenge(challenge, method)?,
            resources: AskedResources::parse(params, directory)?,
            key,
        })
    }
}

impl AskedScope {
    /// Reads a scope by its grammar; one that breaks it is as unknown as a value that nobody registered.
    pub(super) fn parse(text: &str, directory: &Directory) -> Self {
        let Some(values) = scope_values(text) else {
            return Self { known: ScopeSet::EMPTY, has_unknown: true };
        };
        let mut scope = Self { known: ScopeSet::EMPTY, has_unknown: false };
        for value in values {
            match directory.find_scope(value) {
                Some(bit) => scope.known = scope.known.or(bit),
                None => scope.has_unknown = true,
            }
        }
        scope
    }

    /// What of it a client may have; `None` where that is nothing, or too little for the policy (RFC 6749 3.3).
    pub(super) fn allowed(self, at: &Inputs, client: &Client) -> Option<ScopeSet> {
        let allowed = self.known.and(client.scope);
        let excess = self.has_unknown || !client.scope.covers(self.known);
        let refused = allowed.is_empty() || (excess && at.policy.excess_scope == ExcessScope::Refused);
        (!refused).then_some(allowed)
    }
}

fn parse_challenge(
    challenge: Option<&str>,
    method: Option<&str>,
) -> Result<Option<CodeChallenge>, Malformed> {
    let method = match method {
        // rfc7636-4.3-method-defaults-to-plain
        None | Some("plain") => ChallengeMethod::Plain,
        Some("S256") => ChallengeMethod::S256,
        // rfc7636-4.4.1-unknown-method-refused
        Some(_) => return Err(Malformed::MethodUnknown),
    };
    match challenge {
        None if method == ChallengeMethod::S256 => Err(Malformed::MethodWithoutChallenge),
        None => Ok(None),
        // rfc7636-4.2-challenge-syntax-checked
        Some(text) if !is_proof_key(text) => Err(Malformed::Syntax(Field::CodeChallenge)),
        Some(text) => Ok(Some(CodeChallenge { method, digest: Digest::of(text) })),
    }
}
