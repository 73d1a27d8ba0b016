//! What the parts fix is not read, and no record is missed that the invariant allows.

use std::collections::BTreeSet;

use oauth_core::grant::{Grant, Phase};
use oauth_core::policy::{Time, WrongVerifier};
use oauth_core::server::Request;
use oauth_core::text::{ChallengeMethod, CodeChallenge, ResourceSet, ScopeSet};
use oauth_faults::Faults;
use oauth_induct::domain::Setting;
use oauth_induct::ghost::Ghost;
use oauth_induct::invariant::{Standing, broken};
use oauth_induct::records::states;
use oauth_induct::requests::requests;
use oauth_induct::state::State;
use oauth_induct::{Part, exchange};
use oauth_world::world::symbols::{JUNK, digest};

type Change = fn(&mut Grant);

const OF_CODE: &[Change] = &[
    |grant| grant.terms.redirect = Some(digest(JUNK)),
    |grant| {
        grant.terms.challenge = Some(CodeChallenge { method: ChallengeMethod::Plain, digest: digest(JUNK) });
    },
    |grant| grant.terms.key = Some(digest(JUNK)),
    |grant| grant.terms.self_registered = true,
    |grant| {
        if let Phase::Live(live) = &mut grant.phase {
            live.code = Some(digest(JUNK));
        }
    },
];

const OF_ACCESS: &[Change] = &[
    |grant| change_access(grant, |access| access.token = digest(JUNK)),
    |grant| change_access(grant, |access| access.scope = ScopeSet::EMPTY),
    |grant| change_access(grant, |access| access.audience = ResourceSet::EMPTY),
    |grant| change_access(grant, |access| access.key = Some(digest(JUNK))),
    |grant| change_access(grant, |access| access.until = Time(0)),
];

const OF_REST: &[Change] = &[
    |grant| grant.terms.scope = ScopeSet(2),
    |grant| grant.terms.owner = None,
    |grant| {
        if let Phase::Live(live) = &mut grant.phase {
            live.refresh = None;
        }
    },
];

fn change_access(grant: &mut Grant, change: impl FnOnce(&mut oauth_core::grant::Access)) {
    if let Phase::Live(live) = &mut grant.phase {
        change(&mut live.access);
    }
}

/// With and without a change the reply is the same, and what is written is the same but for the changed field.
/// Judged over every so many records of a part, and all its requests.
#[track_caller]
fn check_unread(part: Part, every: usize, changes: &[Change]) {
    let setting = Setting::new(WrongVerifier::BurnsCode);
    let step = |state: &State, request: &Request| exchange(&setting, &Faults::none(), state, request);
    let with = |change: &Change, grant: Option<Grant>| {
        grant.map(|mut grant| {
            change(&mut grant);
            grant
        })
    };
    for state in states(part, &setting).iter().step_by(every) {
        for request in requests(part, state.now) {
            let plain = step(state, &request);
            for (nth, change) in changes.iter().enumerate() {
                let changed = step(&State { grant: with(change, state.grant), ..*state }, &request);
                assert_eq!(changed.reply, plain.reply, "change {nth}, {request:?}");
                let same = with(change, changed.grant) == with(change, plain.grant);
                assert!(same, "change {nth}, {request:?}");
            }
        }
    }
}

#[test]
fn what_a_code_was_asked_with_is_read_by_its_redemption_only() {
    check_unread(Part::Tokens, 211, OF_CODE);
    check_unread(Part::Refreshed, 7, OF_CODE);
    check_unread(Part::ForItself, 101, &OF_CODE[..4]);
    check_unread(Part::Dead, 97, OF_CODE);
    check_unread(Part::Pushed, 29, OF_CODE);
    check_unread(Part::Asked, 97, &OF_CODE[..3]);
}

#[test]
fn a_refresh_does_not_read_the_access_token() {
    check_unread(Part::Refreshed, 7, OF_ACCESS);
}

#[test]
fn a_redemption_after_the_first_reads_nothing_of_the_tokens() {
    check_unread(Part::Redeemed, 311, OF_ACCESS);
    check_unread(Part::Redeemed, 311, OF_REST);
}

#[test]
#[should_panic(expected = "change 0")]
fn what_is_read_is_found_out() {
    check_unread(Part::Redeemed, 311, OF_CODE);
}

/// No other pairing of a part's records with what is seen in that part satisfies the invariant.
#[test]
fn the_parts_miss_no_record_that_the_invariant_allows() {
    let setting = Setting::new(WrongVerifier::BurnsCode);
    for (part, every) in [
        (Part::Pushed, 7),
        (Part::Asked, 7),
        (Part::Coded, 7),
        (Part::Redeemed, 37),
        (Part::Refreshed, 3),
        (Part::Tokens, 211),
        (Part::ForItself, 7),
    ] {
        let all: BTreeSet<State> = states(part, &setting).into_iter().collect();
        let ghosts: BTreeSet<Ghost> = all.iter().map(|state| state.ghost).collect();
        for state in all.iter().step_by(every) {
            for ghost in &ghosts {
                let (grant, now) = (state.grant.as_ref(), state.now);
                let allowed = broken(&Standing { setting: &setting, grant, ghost, now }).is_none();
                let paired = State { ghost: *ghost, ..*state };
                assert!(!allowed || all.contains(&paired), "{part:?}: {paired:?}");
            }
        }
    }
}

/// The records are those of the domain: both clients, every moment, and nothing twice.
#[test]
fn no_part_counts_a_record_twice_and_each_has_every_moment() {
    let setting = Setting::new(WrongVerifier::BurnsCode);
    for part in Part::ALL {
        let all = states(*part, &setting);
        let distinct: BTreeSet<&State> = all.iter().collect();
        assert_eq!(distinct.len(), all.len(), "{part:?}");
        let moments: BTreeSet<Time> = all.iter().map(|state| state.now).collect();
        assert_eq!(moments.len(), 4, "{part:?}");
    }
}
