//! The states of each part: every record of its domain with everything that may have been seen of it.
//!
//! Where a clause of the invariant makes what was seen equal to what is stored, it is taken from there
//! instead of being searched; the invariant then decides. That nothing is missed so is a test's to say.

use super::Part;
use super::domain::{
    ACCESS, ALL, ASK, BOTH, CODE, FIRST, ID, KEYS, Menu, ONE, OTHER, PUSHED, REDIRECTS, REFRESH, SECOND,
    SPENT, START, Setting, VERIFIERS, moments,
};
use super::ghost::{self, End, Ghost, Page, Redemption};
use super::invariant::{Standing, asked, broken, remembered};
use super::state::State;
use oauth_core::grant::{Access, Asked, Cause, Coded, Grant, Live, Phase, Pushed, Refresh, Terms};
use oauth_core::policy::Time;
use oauth_core::secret::Digest;
use oauth_core::server::audience::AskedResources;
use oauth_core::text::{ResourceSet, ScopeSet};
use oauth_world::world::symbols::digest;

/// The states of a part that satisfy the invariant.
#[must_use]
pub fn states(part: Part, setting: &Setting) -> Vec<State> {
    let mut states = match part {
        Part::Nothing => moments().map(|now| State { grant: None, ghost: Ghost::default(), now }).collect(),
        Part::Pushed => pushed(),
        Part::Asked => asked_ones(),
        Part::Coded => coded(),
        Part::Redeemed => redeemed(),
        Part::Refreshed => with_tokens(&[Time(START)], |terms, until| {
            let (scope, audience) = (terms.scope, terms.audience);
            vec![Access { token: digest(ACCESS), scope, audience, key: None, until }]
        }),
        Part::Tokens => {
            let untils: Vec<Time> = moments().collect();
            with_tokens(&untils, |_, until| access_tokens(until).collect())
        }
        Part::ForItself => for_itself(),
        Part::Dead => dead(),
    };
    states.retain(|state| {
        let State { grant, ghost, now } = state;
        broken(&Standing { setting, grant: grant.as_ref(), ghost, now: *now }).is_none()
    });
    states
}

/// Every pair of a record's end and the clock.
fn times() -> impl Iterator<Item = (Time, Time)> {
    moments().flat_map(|until| moments().map(move |now| (until, now)))
}

fn record(terms: Terms, phase: Phase) -> Option<Grant> {
    Some(Grant { id: ID, terms, phase })
}

/// What is seen of a grant at the least.
fn seen(terms: &Terms) -> Ghost {
    Ghost { request: Some(asked(terms)), ..Ghost::default() }
}

/// What is seen of a grant that has a code.
fn seen_coded(terms: &Terms, at: Time) -> Ghost {
    let session = terms.owner.map(|owner| owner.session);
    let page = Page { ask: digest(ASK), session, scope: BOTH };
    Ghost { page: Some(page), consent: Some(terms.scope), code: Some((digest(CODE), at)), ..seen(terms) }
}

fn pushed() -> Vec<State> {
    let mut states = Vec::new();
    for terms in Menu::CARRIED.terms() {
        let terms = Terms { owner: None, ..terms };
        for (until, now) in times() {
            let secret = digest(PUSHED);
            let ghost = Ghost { pushed: Some((secret, until)), ..seen(&terms) };
            states.push(State { grant: record(terms, Phase::Pushed(Pushed { secret, until })), ghost, now });
        }
    }
    states
}

fn asked_ones() -> Vec<State> {
    let mut states = Vec::new();
    for terms in Menu::CARRIED.terms() {
        for (until, now) in times() {
            for self_registered in [false, true] {
                let terms = Terms { self_registered, ..terms };
                let (ask, session) = (digest(ASK), terms.owner.map(|owner| owner.session));
                let page = Some(Page { ask, session, scope: terms.scope });
                let grant = record(terms, Phase::Asked(Asked { ask, until }));
                for pushed in [None, Some((digest(PUSHED), Time(START)))] {
                    states.push(State { grant, ghost: Ghost { page, pushed, ..seen(&terms) }, now });
                }
            }
        }
    }
    states
}

fn coded() -> Vec<State> {
    let mut states = Vec::new();
    for terms in Menu::OF_CODE.terms() {
        for (at, now) in times().filter(|(at, now)| at <= now) {
            for until in [1, 2].map(|later| Time(at.0 + later)) {
                let coded = Coded { code: digest(CODE), until };
                let ghost = seen_coded(&terms, at);
                states.push(State { grant: record(terms, Phase::Coded(coded)), ghost, now });
            }
        }
    }
    states
}

/// A live grant, and what was seen of it; its code was redeemed at the first moment, its tokens came later or
/// then.
fn live(terms: Terms, access: Access, refresh: Option<Refresh>, now: Time) -> State {
    let live = Live { code: Some(digest(CODE)), access, refresh };
    let Access { token, scope, audience, key, until } = access;
    let redemption = Redemption {
        redirect: terms.redirect,
        verifier: terms.challenge.and_then(|challenge| {
            VERIFIERS.iter().flatten().copied().find(|verifier| verifier.fits(&challenge))
        }),
        resources: None,
        key: terms.key,
    };
    let ghost = Ghost {
        redemption: Some(redemption),
        access: Some(ghost::Access { token, scope, audience, key, until }),
        refresh: refresh.map(|Refresh { token, key, since, .. }| ghost::Refresh { token, key, at: since }),
        ..seen_coded(&terms, Time(0))
    };
    State { grant: record(terms, Phase::Live(live)), ghost, now }
}

fn refresh_token(key: Option<Digest>, at: Time, spent: [u8; 8]) -> Refresh {
    let before = (spent[0] != 0).then(|| digest(spent[0]));
    let spent = remembered(&Ghost { spent, ..Ghost::default() });
    Refresh { token: digest(REFRESH), key, until: Time(at.0 + 2), since: at, before, spent }
}

/// Every way in which a code was redeemed, with one scope.
fn redeemed() -> Vec<State> {
    let resources = |known| Some(AskedResources { known, has_unknown: false });
    let mut states = Vec::new();
    for terms in Menu::OF_CODE.terms().into_iter().filter(|terms| terms.scope == BOTH) {
        let whole = |now: Time| {
            let until = Time(now.0 + 1);
            let (scope, audience) = (terms.scope, terms.audience);
            let access = Access { token: digest(ACCESS), scope, audience, key: terms.key, until };
            live(terms, access, Some(refresh_token(None, now, [0; 8])), now)
        };
        for redirect in REDIRECTS.iter().map(|uri| uri.map(|uri| uri.exact)) {
            for verifier in VERIFIERS.iter().copied() {
                for resources in [None, resources(FIRST), resources(SECOND), resources(ALL)] {
                    for key in KEYS.iter().copied() {
                        let redemption = Some(Redemption { redirect, verifier, resources, key });
                        states.extend(moments().map(|now| {
                            let state = whole(now);
                            State { ghost: Ghost { redemption, ..state.ghost }, ..state }
                        }));
                    }
                }
            }
        }
    }
    states
}

/// Every refresh token of a grant, or none, beside these access tokens.
fn with_tokens(untils: &[Time], access: impl Fn(&Terms, Time) -> Vec<Access>) -> Vec<State> {
    let mut states = Vec::new();
    for terms in Menu::OF_TOKENS.terms() {
        for access in untils.iter().flat_map(|until| access(&terms, *until)) {
            for now in moments() {
                states.push(live(terms, access, None, now));
                for (refresh, spent) in refresh_tokens() {
                    let state = live(terms, access, Some(refresh), now);
                    states.push(State { ghost: Ghost { spent, ..state.ghost }, ..state });
                }
            }
        }
    }
    states
}

/// Every refresh token, with the spent ones as they were seen.
fn refresh_tokens() -> impl Iterator<Item = (Refresh, [u8; 8])> {
    moments().flat_map(|at| {
        KEYS.split_at(2).0.iter().flat_map(move |key| {
            [0, 1, 2, 8].into_iter().map(move |many| {
                let mut spent = SPENT;
                spent[many..].fill(0);
                (refresh_token(*key, at, spent), spent)
            })
        })
    })
}

fn access_tokens(until: Time) -> impl Iterator<Item = Access> {
    let scopes: [ScopeSet; 3] = [ONE, OTHER, BOTH];
    let audiences: [ResourceSet; 3] = [FIRST, SECOND, ALL];
    let keys = KEYS.split_at(2).0;
    scopes.into_iter().flat_map(move |scope| {
        audiences.into_iter().flat_map(move |audience| {
            keys.iter().map(move |key| Access { token: digest(ACCESS), scope, audience, key: *key, until })
        })
    })
}

/// Every token that a client has for itself.
fn for_itself() -> Vec<State> {
    let mut states = Vec::new();
    for terms in Menu::OF_TOKENS.terms() {
        for (until, now) in times() {
            for access in access_tokens(until) {
                let terms = Terms { owner: None, key: access.key, ..terms };
                let Access { token, scope, audience, key, until } = access;
                let seen_access = Some(ghost::Access { token, scope, audience, key, until });
                let phase = Phase::Live(Live { code: None, access, refresh: None });
                let ghost = Ghost { access: seen_access, ..seen(&terms) };
                states.push(State { grant: record(terms, phase), ghost, now });
            }
        }
    }
    states
}

/// Every cause, and everything that may have been seen: the invariant asks nothing of a dead grant.
fn dead() -> Vec<State> {
    let causes =
        [Cause::Denied, Cause::CodeReplayed, Cause::CodeBurnt, Cause::RefreshReplayed, Cause::Revoked];
    let ends = || End::ALL.iter().rev().copied().map(Some).chain(std::iter::once(None));
    let mut states = Vec::new();
    for terms in
        Menu::OF_TOKENS.terms().into_iter().filter(|terms| terms.scope == BOTH && terms.audience == ALL)
    {
        let refresh = refresh_token(None, Time(START), SPENT);
        let lived =
            access_tokens(Time(START + 1)).map(|access| live(terms, access, Some(refresh), Time(0)).ghost);
        let before = [seen(&terms), seen_coded(&terms, Time(START))].into_iter().chain(lived.take(1));
        for before in before {
            for (ended, spent) in ends().flat_map(|end| [(end, [0; 8]), (end, SPENT)]) {
                let ghost = Ghost { ended, spent, ..before };
                states.extend(causes.iter().flat_map(|cause| {
                    let grant = record(terms, Phase::Dead(*cause));
                    moments().map(move |now| State { grant, ghost, now })
                }));
            }
        }
    }
    states
}
