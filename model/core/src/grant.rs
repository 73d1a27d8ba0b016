//! The grant: one delegation from request to end, as one record and one small state machine (decision 0001).
//!
//! Codes and tokens are handles to this record; it keeps their digests. One access token of a grant lives at a
//! time (decision 0007), and one refresh token.

use serde::{Deserialize, Serialize};

use crate::directory::{ClientNo, UserNo};
use crate::policy::Time;
use crate::secret::{Digest, GrantId};
use crate::text::{CodeChallenge, ResourceSet, ScopeSet};

/// One delegation: who asked whom for what, and how far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Grant {
    /// The record's key.
    pub id: GrantId,
    /// What was asked and does not change.
    pub terms: Terms,
    /// How far it has come.
    pub phase: Phase,
}

/// What an authorization request fixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Terms {
    /// The client that asked.
    pub client: ClientNo,
    /// Whether nobody but the client itself vouches for it and its redirect URI (RFC 7591).
    pub self_registered: bool,
    /// The resource owner who was asked; none while a pushed request waits for one, and where a client asks for itself
    /// (RFC 6749 4.4).
    pub owner: Option<Owner>,
    /// The redirect URI that the request named; none if it left it to the registration (RFC 6749 4.1.3).
    pub redirect: Option<Digest>,
    /// What may be used: what was asked until the owner decided, then what the owner gave.
    pub scope: ScopeSet,
    /// The resources that tokens may be for (RFC 8707).
    pub audience: ResourceSet,
    /// The PKCE challenge, if one came.
    pub challenge: Option<CodeChallenge>,
    /// The thumbprint of the key whose holder alone may redeem the code (RFC 9449 10).
    pub key: Option<Digest>,
}

/// A resource owner, where they were asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Owner {
    /// Who.
    pub user: UserNo,
    /// The browser session.
    pub session: Digest,
}

/// How far a grant has come.
///
/// ```text
///  Pushed
///    │ a browser
///    ▼       consent                redeem
///  Asked ───────────────▶ Coded ───────────────▶ Live ──refresh──▶ Live
///    │ deny                 │ burnt                │ the code, or a spent refresh token, again; revoked
///    └───────────────────▶ Dead ◀─────────────────┘
/// ```
#[expect(clippy::large_enum_variant, reason = "a grant is copied as a whole, and most of them are live")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// The client has pushed its request.
    Pushed(Pushed),
    /// The owner is being asked.
    Asked(Asked),
    /// The owner consented; a code is out.
    Coded(Coded),
    /// The code was redeemed; a token is out.
    Live(Live),
    /// It has ended.
    Dead(Cause),
}

/// A pushed request that waits for a browser (RFC 9126).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pushed {
    /// What its `request_uri` has to show.
    pub secret: Digest,
    /// When it is too old.
    pub until: Time,
}

/// A request that waits for the owner's decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// What the consent page has to show: its anti-CSRF value.
    pub ask: Digest,
    /// When the page is too old.
    pub until: Time,
}

/// A code that waits for its redemption.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coded {
    /// The code.
    pub code: Digest,
    /// When it is too late.
    pub until: Time,
}

/// A grant in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Live {
    /// The redeemed code, so that its replay is told from a stranger's guess; none where a client asked for itself.
    pub code: Option<Digest>,
    /// The access token.
    pub access: Access,
    /// The refresh token, for clients that get one.
    pub refresh: Option<Refresh>,
}

/// An access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Access {
    /// The token.
    pub token: Digest,
    /// Its scope: the grant's, or less if a refresh narrowed it (RFC 6749 6).
    pub scope: ScopeSet,
    /// The resources that it is for: the grant's, or fewer if the token request named them (RFC 8707 2.2).
    pub audience: ResourceSet,
    /// The thumbprint of the key that it is bound to (RFC 9449 5).
    pub key: Option<Digest>,
    /// When it ends.
    pub until: Time,
}

/// A refresh token, and those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refresh {
    /// The one that is good.
    pub token: Digest,
    /// The thumbprint of the key that it is bound to: a public client's is (RFC 9449 5).
    pub key: Option<Digest>,
    /// When it ends unless it is used (RFC 9700 4.14.2).
    pub until: Time,
    /// When it took the place of the one before.
    pub since: Time,
    /// The one before it, whole: while the grace lasts, it brings tokens.
    pub before: Option<Digest>,
    /// The ones before it, to be recognised.
    pub spent: Spent,
}

/// What a token is to a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TokenKind {
    /// Its access token, expired or not.
    Access,
    /// Its good refresh token, expired or not.
    Refresh,
    /// A refresh token that was used.
    SpentRefresh,
}

impl Live {
    /// What a token is to this grant; `None` for one that is none of its own.
    #[must_use]
    pub fn kind_of(&self, token: &Digest) -> Option<TokenKind> {
        if self.access.token.matches(token) {
            return Some(TokenKind::Access);
        }
        let refresh = self.refresh?;
        if refresh.token.matches(token) {
            return Some(TokenKind::Refresh);
        }
        refresh.spent.holds(token).then_some(TokenKind::SpentRefresh)
    }
}

/// How many spent refresh tokens of a grant are remembered (decision 0009).
pub const SPENT_LIMIT: usize = 8;

/// The spent refresh tokens of a grant, the latest first: 64 bits of each digest, which no stranger hits, in bounded
/// memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Spent([u64; SPENT_LIMIT]);

impl Spent {
    /// Adds the token that was just spent; the oldest is forgotten.
    #[must_use]
    pub fn with(mut self, token: &Digest) -> Self {
        self.0.rotate_right(1);
        self.0[0] = Self::short(token);
        self
    }

    /// Whether a token was spent.
    #[must_use]
    pub fn holds(&self, token: &Digest) -> bool {
        self.0.contains(&Self::short(token))
    }

    /// What is remembered, the latest first; zero means none. For stores.
    #[must_use]
    pub const fn shorts(&self) -> &[u64; SPENT_LIMIT] {
        &self.0
    }

    /// What [`Spent::shorts`] gave before.
    #[must_use]
    pub const fn from_shorts(shorts: [u64; SPENT_LIMIT]) -> Self {
        Self(shorts)
    }

    fn short(token: &Digest) -> u64 {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&token.bytes()[..8]);
        // Zero means none.
        u64::from_be_bytes(bytes).max(1)
    }
}

/// Why a grant has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The owner said no.
    Denied,
    /// The code was shown again after its redemption (decision 0005).
    CodeReplayed,
    /// The code was shown with a wrong verifier, and policy burns it (decision 0006).
    CodeBurnt,
    /// A spent refresh token was shown (decision 0009).
    RefreshReplayed,
    /// Its client gave it up (RFC 7009).
    Revoked,
}

/// A login: a browser session of a resource owner. The id before login never carries a login.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Session {
    /// The digest of the session cookie.
    pub key: Digest,
    /// Who logged in.
    pub user: UserNo,
    /// When the login ends.
    pub until: Time,
}

impl Session {
    /// The session, if its login still lasts.
    #[must_use]
    pub fn alive(self, now: Time) -> Option<Self> {
        (now < self.until).then_some(self)
    }
}
