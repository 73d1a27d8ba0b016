//! The small domain: its symbols, its clients and clock, and what every record is made of.
//!
//! A symbol stands for a whole kind of secret, since steps compare digests for equality and do nothing else
//! with them.

use oauth_core::directory::{Authentication, Client, ClientNo, UserNo};
use oauth_core::grant::{Owner, Session, Terms};
use oauth_core::policy::{ExcessScope, Lifetime, Policy, Time, WrongVerifier};
use oauth_core::secret::{Digest, GrantId};
use oauth_core::server::dpop::Nonces;
use oauth_core::server::{Fresh, Inputs};
use oauth_core::text::{ChallengeMethod, CodeChallenge, RedirectUri, ResourceSet, ScopeSet, Verifier};
use oauth_world::world::symbols::{NONCES, digest, hashed, key, minted, redirect, secret, verifier_of};

/// The key of the one grant.
pub const ID: GrantId = GrantId::from_bytes([1; 16]);
/// The key of another, of which nothing is known.
pub const ELSEWHERE: GrantId = GrantId::from_bytes([2; 16]);

pub(super) const ASK: u8 = 60;
pub(super) const PUSHED: u8 = 64;
pub(super) const CODE: u8 = 70;
pub(super) const ACCESS: u8 = 90;
pub(super) const FRESH: u8 = 95;
pub(super) const REFRESH: u8 = 150;
pub(super) const FRESH_REFRESH: u8 = 151;
/// The spent refresh tokens, the latest first.
pub(super) const SPENT: [u8; 8] = [161, 162, 163, 164, 165, 166, 167, 168];
/// What nobody issued; or what was issued and is no more.
pub(super) const JUNK: u8 = 200;
/// Three browsers: the login of the first ends while the clock runs; that of the second, of the same owner, lasts; that of
/// the third, somebody else's, has ended before.
pub(super) const SESSIONS: [u8; 3] = [50, 51, 52];

/// When the clock begins: not at zero, so that a proof can be too old at once.
pub(super) const START: u64 = 10;
/// How many moments the clock has.
pub(super) const MOMENTS: u64 = 4;
/// When the owner's login ends: of the moments before and after, each meets pages that are good and pages that are too old.
const LOGIN_ENDS: Time = Time(START + 2);

/// The client with a secret, and the one without.
pub(super) const CONFIDENTIAL: ClientNo = ClientNo(0);
pub(super) const PUBLIC: ClientNo = ClientNo(1);

pub(super) const ONE: ScopeSet = ScopeSet(1);
pub(super) const OTHER: ScopeSet = ScopeSet(2);
pub(super) const BOTH: ScopeSet = ScopeSet(3);

pub(super) const FIRST: ResourceSet = ResourceSet::FIRST;
pub(super) const SECOND: ResourceSet = ResourceSet(2);
pub(super) const ALL: ResourceSet = ResourceSet(3);

/// What a step does not take from the record: who is registered, who is logged in, what the deployer chose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The choices; lifetimes of one moment, of two for a refresh token.
    pub policy: Policy,
    /// Who is registered.
    pub clients: Vec<Client>,
    /// The symbols of the next fresh secret and of the next refresh token.
    pub fresh: [u8; 2],
}

impl Setting {
    /// The setting, by what a wrong verifier does to a code.
    #[must_use]
    pub fn new(wrong_verifier: WrongVerifier) -> Self {
        let policy = Policy {
            plain: true,
            wrong_verifier,
            excess_scope: ExcessScope::Narrowed,
            proof_lifetime: Lifetime(1),
            push_lifetime: Lifetime(1),
            ask_lifetime: Lifetime(1),
            code_lifetime: Lifetime(1),
            access_token_lifetime: Lifetime(1),
            refresh_lifetime: Lifetime(2),
            refresh_grace: Lifetime(0),
            ..Policy::RFC9700
        };
        let client = |no: ClientNo, authentication: Authentication| Client {
            no,
            authentication,
            secret: authentication.has_secret().then(|| digest(secret(no.0))),
            redirects: vec![redirect(no.0)],
            scope: BOTH,
            code_grant: true,
            refresh_grant: true,
            client_credentials_grant: authentication.has_secret(),
            pushed_only: false,
            dpop_bound: false,
            self_registered: false,
            introspects: if authentication.has_secret() { FIRST } else { ResourceSet::EMPTY },
        };
        let clients = vec![client(CONFIDENTIAL, Authentication::Basic), client(PUBLIC, Authentication::None)];
        Self { policy, clients, fresh: [FRESH, FRESH_REFRESH] }
    }

    /// The client of this number.
    #[must_use]
    pub fn client(&self, no: ClientNo) -> Option<&Client> {
        self.clients.get(usize::from(no.0))
    }

    /// Whether a client has no secret.
    #[must_use]
    pub fn is_public(&self, no: ClientNo) -> bool {
        self.client(no).is_some_and(Client::is_public)
    }

    /// The login behind a cookie.
    #[must_use]
    pub fn session(&self, cookie: Digest) -> Option<Session> {
        let nth = SESSIONS.iter().position(|session| digest(*session) == cookie)?;
        let until = [LOGIN_ENDS, Time(u64::MAX), Time(0)][nth];
        Some(Session { key: cookie, user: UserNo(u16::from(nth == 2)), until })
    }

    /// The moment of a step; a grant that begins beside this one has another key.
    pub(super) fn moment(&self, now: Time, is_there: bool) -> Inputs {
        let grant = if is_there { ELSEWHERE } else { ID };
        Inputs {
            now,
            fresh: Fresh { grant, secret: minted(self.fresh[0]), refresh: minted(self.fresh[1]) },
            policy: self.policy,
            nonces: Nonces { current: digest(NONCES[0]), before: digest(NONCES[1]) },
        }
    }
}

/// The moments of the clock.
pub(super) fn moments() -> impl Iterator<Item = Time> + Clone {
    (START..START + MOMENTS).map(Time)
}

/// Which values the parts of a record's terms run through.
pub(super) struct Menu {
    pub(super) redirects: &'static [Option<RedirectUri>],
    pub(super) challenges: &'static [Option<CodeChallenge>],
    pub(super) keys: &'static [Option<Digest>],
    pub(super) scopes: &'static [ScopeSet],
    pub(super) audiences: &'static [ResourceSet],
}

const fn s256(verifier: u8) -> Option<CodeChallenge> {
    Some(CodeChallenge { method: ChallengeMethod::S256, digest: digest(hashed(verifier)) })
}

const fn plain(text: u8) -> Option<CodeChallenge> {
    Some(CodeChallenge { method: ChallengeMethod::Plain, digest: digest(text) })
}

/// No redirect URI, and that of either client.
pub(super) const REDIRECTS: &[Option<RedirectUri>] = &[None, Some(redirect(0)), Some(redirect(1))];

/// None, both methods for one verifier, one of another, and one whose text is the hash of the first verifier.
pub(super) const CHALLENGES: &[Option<CodeChallenge>] =
    &[None, s256(20), s256(21), plain(20), plain(hashed(20))];

/// None, two verifiers, and one whose text is the hash of the first.
pub(super) const VERIFIERS: &[Option<Verifier>] =
    &[None, Some(verifier_of(20)), Some(verifier_of(21)), Some(verifier_of(hashed(20)))];

/// None, and two keys.
pub(super) const KEYS: &[Option<Digest>] = &[None, Some(digest(key(true))), Some(digest(key(false)))];

impl Menu {
    /// Everything that a redemption compares.
    pub(super) const OF_CODE: Self = Self {
        redirects: REDIRECTS,
        challenges: CHALLENGES,
        keys: KEYS.split_at(2).0,
        scopes: &[ONE, BOTH],
        audiences: &[FIRST, ALL],
    };

    /// What the steps compare that make no use of a code; the rest is one value.
    pub(super) const OF_TOKENS: Self = Self {
        redirects: REDIRECTS.split_at(1).0,
        challenges: CHALLENGES.split_at(1).0,
        keys: KEYS.split_at(1).0,
        scopes: &[ONE, BOTH],
        audiences: &[FIRST, ALL],
    };

    /// Two values of most, where a step only carries them along.
    pub(super) const CARRIED: Self = Self {
        redirects: REDIRECTS.split_at(2).0,
        challenges: CHALLENGES.split_at(2).0,
        keys: KEYS.split_at(2).0,
        scopes: &[ONE, BOTH],
        audiences: &[ALL],
    };

    /// Every combination, for either client.
    pub(super) fn terms(&self) -> Vec<Terms> {
        let mut all = Vec::new();
        for client in [CONFIDENTIAL, PUBLIC] {
            for redirect in self.redirects.iter().map(|uri| uri.map(|uri| uri.exact)) {
                for challenge in self.challenges.iter().copied() {
                    for key in self.keys.iter().copied() {
                        for scope in self.scopes.iter().copied() {
                            all.extend(self.audiences.iter().copied().map(|audience| Terms {
                                client,
                                self_registered: false,
                                owner: Some(OWNER),
                                redirect,
                                scope,
                                audience,
                                challenge,
                                key,
                            }));
                        }
                    }
                }
            }
        }
        all
    }
}

/// The owner, in the first browser.
pub(super) const OWNER: Owner = Owner { user: UserNo(0), session: digest(SESSIONS[0]) };
