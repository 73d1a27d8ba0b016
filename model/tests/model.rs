//! The checker: what the scopes hold and how large they are, the attacks and how long they take, and the faults
//! that make the laws fall.
#![cfg(feature = "check")]

use std::collections::BTreeSet;

use oauth_model::attack::ATTACKS;
use oauth_model::check::Checked;
use oauth_model::check::report::{Mitigated, try_attack};
use oauth_model::check::run::{exhaust, laws_of, shortest};
use oauth_model::fault::{Fault, Faults};
use oauth_model::law::{Judgement, LAWS, Law};
use oauth_model::refusal::Refusal;
use oauth_model::scope::{PhaseName, Reached, SCOPES, Scope};
use oauth_model::world::{Action, Universe, World};
use stateright::{Checker as _, Model as _};

/// Scope, distinct states, generated states. A change of the logic changes these; a change of nothing does not.
#[rustfmt::skip]
const COUNTS: &[(&str, usize, usize)] = &[
    ("honest", 1274, 1468),
    ("replay", 150335, 244213),
    ("expiry", 340, 390),
    ("csrf", 2358, 3353),
    ("two-clients", 9779, 11029),
    ("sloppy-client", 3579, 4242),
    ("downgrade", 55, 64),
    ("interception", 5995, 8034),
    ("lure", 33, 41),
    ("refresh", 74118, 107093),
    ("refresh-theft", 45653, 60404),
    ("refresh-grace", 8949, 11458),
    ("refresh-two-clients", 526, 699),
    ("dpop-theft", 75925, 133686),
    ("dpop-takeover", 15228, 30817),
    ("dpop-code", 57, 60),
    ("dpop-late", 1414, 1508),
    ("pushed", 7731, 16858),
    ("pushed-late", 118, 122),
    ("revocation", 77515, 94811),
    ("two-resources", 17728, 21968),
    ("client-credentials", 38728, 50010),
    ("twin", 2105, 3259),
    ("odd-requests", 264, 10073),
    ("registrations", 10, 80),
];

/// Attack, actions of its shortest trace, steps among them.
#[rustfmt::skip]
const LENGTHS: &[(&str, usize, usize)] = &[
    ("code-replay", 11, 5),
    ("code-race", 11, 5),
    ("replay-unpunished", 11, 5),
    ("late-code", 9, 5),
    ("late-token", 11, 7),
    ("made-up-token", 9, 5),
    ("made-up-code", 8, 3),
    ("code-of-another-client", 9, 4),
    ("client-impersonation", 9, 4),
    ("client-secret-unchecked", 9, 4),
    ("other-redirect-uri-at-token", 9, 4),
    ("no-redirect-uri-at-token", 9, 4),
    ("code-interception", 9, 4),
    ("verifier-left-out", 9, 4),
    ("challenge-as-verifier", 10, 5),
    ("public-client-without-pkce", 9, 4),
    ("unexpected-verifier", 9, 4),
    ("redirect-uri-manipulation", 5, 2),
    ("stolen-by-redirect", 8, 3),
    ("login-csrf", 9, 5),
    ("consent-csrf", 5, 2),
    ("consent-of-another-session", 8, 3),
    ("no-consent", 4, 1),
    ("no-login", 3, 2),
    ("any-password", 5, 2),
    ("refresh-replay", 15, 7),
    ("refresh-replay-unpunished", 16, 9),
    ("refresh-by-another-client", 12, 6),
    ("made-up-refresh-token", 11, 5),
    ("scope-upgrade-at-refresh", 11, 5),
    ("refresh-forgets-scope", 14, 6),
    ("idle-refresh-token", 13, 8),
    ("scope-too-small", 9, 5),
    ("revocation-without-effect", 10, 6),
    ("revoked-refresh-token-used", 12, 6),
    ("access-outlives-revocation", 10, 6),
    ("revocation-lost-in-a-race", 13, 8),
    ("expired-token-called-active", 10, 6),
    ("revoked-token-called-active", 10, 6),
    ("token-shown-at-another-resource", 10, 6),
    ("refresh-for-another-resource", 11, 5),
    ("pushed-request-of-another-client", 6, 3),
    ("pushed-request-brought-again", 8, 4),
    ("late-pushed-request", 6, 3),
    ("bound-token-as-bearer", 10, 6),
    ("bound-token-with-another-key", 10, 6),
    ("proof-sent-again", 12, 8),
    ("refresh-with-another-key", 12, 6),
    ("code-with-another-key", 9, 4),
    ("late-proof", 10, 5),
];

/// Single faults, and the laws that fall under each, alone, in a scope.
#[rustfmt::skip]
const FALLS: &[(Fault, &str, &[&str])] = &[
    (Fault::LoginSkipped, "honest", &["code-after-login"]),
    (Fault::PasswordUnchecked, "honest", &["code-after-login"]),
    (Fault::ConsentSkipped, "honest", &["code-after-consent"]),
    (Fault::ConsentForgeable, "csrf", &["code-after-consent", "consent-is-the-owners"]),
    (Fault::ConsentOfAnySession, "csrf", &["code-after-consent", "consent-is-the-owners"]),
    (Fault::DecisionRepeatable, "csrf", &["code-after-consent", "consent-is-the-owners"]),
    (Fault::RedirectUriUnchecked, "lure", &["code-to-registered-uri"]),
    (Fault::CodeReplayable, "sloppy-client", &["code-redeemed-once"]),
    (Fault::BlindWrite, "sloppy-client", &["code-redeemed-once"]),
    (Fault::ReplayKeepsTokens, "sloppy-client", &["replay-ends-grant"]),
    (Fault::CodeUnexpiring, "expiry", &["code-redeemed-in-time"]),
    (Fault::CodeOfAnyClient, "two-clients", &["code-redeemed-by-its-client"]),
    (Fault::CodeUnchecked, "two-clients", &["code-was-issued"]),
    (Fault::RedirectUriDiffersTaken, "sloppy-client", &["code-redeemed-with-its-redirect-uri"]),
    (Fault::RedirectUriAbsentTaken, "sloppy-client", &["code-redeemed-with-its-redirect-uri"]),
    (Fault::VerifierReplacesChecks, "sloppy-client", &["code-redeemed-with-its-redirect-uri"]),
    (Fault::VerifierUnchecked, "sloppy-client", &["code-redeemed-with-its-verifier"]),
    (Fault::VerifierUnchecked, "interception", &["code-redeemed-with-its-verifier", "thief-gains-nothing"]),
    (Fault::VerifierOptional, "interception", &["code-redeemed-with-its-verifier", "thief-gains-nothing"]),
    (Fault::VerifierTakenPlain, "interception", &["code-redeemed-with-its-verifier", "thief-gains-nothing"]),
    (Fault::VerifierUnexpectedIgnored, "downgrade", &["no-verifier-without-challenge"]),
    (Fault::AuthenticationUnchecked, "two-clients", &["confidential-client-authenticated", "thief-gains-nothing"]),
    (Fault::AuthenticationOptional, "two-clients", &["confidential-client-authenticated", "thief-gains-nothing"]),
    (Fault::TokenUnchecked, "replay", &["served-token-was-issued", "thief-gains-nothing"]),
    (Fault::TokenUnexpiring, "expiry", &["served-token-in-time"]),
    (Fault::ResourceScopeUnchecked, "honest", &["served-token-covers-resource"]),
    (Fault::RefreshReplayable, "refresh", &["public-refresh-used-once"]),
    (Fault::RefreshReplayable, "refresh-theft", &["public-refresh-used-once", "refresh-in-time"]),
    (Fault::RefreshReplayable, "refresh-grace", &["public-refresh-used-once"]),
    (Fault::RefreshReplayKeepsGrant, "refresh", &["public-refresh-replay-ends-grant"]),
    (Fault::RefreshReplayKeepsGrant, "refresh-theft", &["public-refresh-replay-ends-grant"]),
    (Fault::RefreshOfAnyClient, "refresh-two-clients", &["refresh-by-its-client"]),
    (Fault::RefreshUnchecked, "refresh", &["refresh-token-was-issued", "public-refresh-used-once"]),
    (Fault::RefreshUnexpiring, "refresh-theft", &["refresh-in-time"]),
    (Fault::RefreshScopeWider, "refresh", &["token-within-consent"]),
    (Fault::RefreshNarrowsGrant, "refresh", &["refresh-keeps-scope"]),
    (Fault::AuthenticationOptional, "refresh-two-clients", &["confidential-client-authenticated"]),
    (Fault::CodeReplayable, "refresh", &["code-redeemed-once"]),
    (Fault::RevocationKeepsAccess, "revocation", &["revoked-refresh-token-ends-access"]),
    (Fault::AudienceUnchecked, "two-resources", &["served-token-is-for-resource", "thief-gains-nothing"]),
    (Fault::RefreshOfAnyResource, "two-resources", &["refresh-within-resources"]),
    (Fault::AuthenticationOptional, "client-credentials", &["confidential-client-authenticated"]),
    // One wall of several: alone these let no law fall.
    (Fault::ClientStateUnchecked, "csrf", &[]),
    (Fault::ClientWithoutPkce, "interception", &[]),
    (Fault::ClientKeepsOldRefresh, "refresh-theft", &[]),
];

/// Laws whose departures stand in the bytes of a reply, which the checker's typed messages do not have: no scope names
/// them, and the walks of `codec.rs` make them fall.
const FALL_ON_THE_WIRE: &[&str] = &["state-returned"];

fn actions(universe: &Universe, world: &World) -> Vec<Action> {
    let mut actions = Vec::new();
    universe.actions(world, &mut actions);
    actions
}

fn scope(name: &str) -> &'static Scope {
    Scope::find(name).expect("the tables name scopes that exist")
}

/// Compares with a table; prints the actual rows where they differ.
#[track_caller]
fn same_rows(table: &[(&str, usize, usize)], actual: &[(&str, usize, usize)]) {
    let rows: String =
        actual.iter().map(|(name, one, two)| format!("    (\"{name}\", {one}, {two}),\n")).collect();
    assert!(table == actual, "the rows are\n{rows}");
}

#[test]
fn every_scope_holds_and_has_its_size() {
    let explored: Vec<_> = SCOPES.iter().map(|scope| exhaust(scope, Faults::none())).collect();
    for scope in &explored {
        let fell: Vec<_> =
            scope.laws.iter().filter(|(_, trace)| trace.is_some()).map(|(law, _)| law.id).collect();
        assert!(fell.is_empty(), "{}: {fell:?} fell", scope.scope.name);
        let missed: Vec<_> = scope.sometimes.iter().filter(|(_, found)| !found).map(|(id, _)| id).collect();
        assert!(missed.is_empty(), "{}: {missed:?} was never reached", scope.scope.name);
        assert!(scope.holds());
    }
    let actual: Vec<_> =
        explored.iter().map(|scope| (scope.scope.name, scope.unique_states, scope.states)).collect();
    same_rows(COUNTS, &actual);
}

/// What stateright counts and decides over the same worlds, in so many threads.
fn stateright(scope: &'static Scope, threads: usize) -> (usize, usize, BTreeSet<&'static str>) {
    let model = Checked::new(scope, Faults::none(), laws_of(scope));
    let checker = model.checker().threads(threads).spawn_bfs().join();
    let fell = checker.discoveries().into_keys().collect();
    (checker.unique_state_count(), checker.state_count(), fell)
}

#[test]
fn stateright_finds_what_the_search_finds_in_one_thread_and_in_two() {
    for scope in SCOPES {
        let explored = exhaust(scope, Faults::none());
        for threads in [1, 2] {
            let (distinct, generated, fell) = stateright(scope, threads);
            let (own, name) = ((explored.unique_states, explored.states), scope.name);
            assert_eq!(own, (distinct, generated), "{name}, {threads} threads");
            assert_eq!(fell, BTreeSet::new(), "{name}, {threads} threads");
        }
    }
}

#[test]
fn every_refusal_and_every_phase_is_reached_in_some_scope() {
    let reached: Vec<&Reached> = SCOPES.iter().flat_map(|scope| scope.sometimes).collect();
    for refusal in Refusal::ALL {
        assert!(reached.contains(&&Reached::Refused(*refusal)), "no scope reaches {refusal:?}");
    }
    for phase in PhaseName::ALL {
        assert!(reached.contains(&&Reached::Phase(*phase)), "no scope reaches {phase:?}");
    }
}

#[test]
fn every_honest_path_is_possible_and_ends_with_the_resource() {
    for scope in SCOPES {
        assert!(!scope.honest.is_empty(), "{} has no honest path", scope.name);
        let universe = Universe::new(scope, Faults::none());
        let mut world = universe.start();
        for action in scope.honest {
            assert!(actions(&universe, &world).contains(action), "{}: {action:?} is not offered", scope.name);
            let next = universe.next(&world, action);
            let next = next.unwrap_or_else(|| panic!("{}: {action:?} is not possible", scope.name));
            assert_eq!((next.refused, next.client_refused), (None, None), "{}: {action:?}", scope.name);
            world = next.world;
        }
        let last = world.facts.last().map(|fact| fact.what);
        let is_served = matches!(last, Some(oauth_model::fact::What::Resource(service)) if service.served);
        assert!(is_served, "{}: {last:?}", scope.name);
    }
}

/// The worlds of a scope by their distance from the start, by a search of its own.
#[expect(clippy::disallowed_types, reason = "nothing is read off its order")]
fn each_world(scope: &'static Scope, faults: Faults, mut visit: impl FnMut(usize, &World) -> bool) {
    let universe = Universe::new(scope, faults);
    let start = universe.start();
    let mut seen: std::collections::HashSet<World> = std::collections::HashSet::from([start.clone()]);
    let mut front = vec![start];
    let mut distance = 0;
    while !front.is_empty() {
        if front.iter().any(|world| visit(distance, world)) {
            return;
        }
        let mut next = Vec::new();
        for world in &front {
            for action in actions(&universe, world) {
                if let Some(reached) = universe.next(world, &action).map(|next| next.world)
                    && seen.insert(reached.clone())
                {
                    next.push(reached);
                }
            }
        }
        front = next;
        distance += 1;
    }
}

fn judge(scope: &Scope, law: &Law, world: &World) -> Judgement {
    law.judge(&scope.facts(&world.facts))
}

#[test]
fn every_law_is_kept_in_some_scope_and_not_only_silent() {
    let mut silent: BTreeSet<&str> =
        LAWS.iter().map(|law| law.id).filter(|id| !FALL_ON_THE_WIRE.contains(id)).collect();
    for scope in SCOPES {
        let laws: Vec<&Law> =
            scope.laws.iter().map(|id| Law::find(id).expect("scopes name laws that exist")).collect();
        each_world(scope, Faults::none(), |_, world| {
            for law in &laws {
                if silent.contains(law.id) && judge(scope, law, world) == Judgement::Kept {
                    silent.remove(law.id);
                }
            }
            !laws.iter().any(|law| silent.contains(law.id))
        });
    }
    assert!(silent.is_empty(), "the premise of {silent:?} never occurs where it is named");
}

#[test]
fn every_attack_is_found_with_its_faults_and_absent_without() {
    let mut mitigated = Mitigated::default();
    let mut actual = Vec::new();
    for attack in ATTACKS {
        let tried = try_attack(attack, &mut mitigated);
        assert!(tried.absent_when_mitigated, "{} is there without its faults", attack.id);
        let trace = tried.trace.as_deref().unwrap_or_default();
        actual.push((attack.id, trace.len(), trace.iter().filter(|action| action.is_step()).count()));
    }
    same_rows(LENGTHS, &actual);
}

#[test]
fn no_attack_has_a_shorter_trace() {
    for attack in ATTACKS {
        let (scope, law) =
            (scope(attack.scope), Law::find(attack.law).expect("attacks name laws that exist"));
        let faults = || Faults::these(attack.faults);
        let alone = shortest(scope, faults(), law).map(|trace| trace.len());
        let among_others = exhaust(scope, faults());
        let fell = among_others.laws.iter().find(|(have, _)| have.id == law.id);
        let (_, among_others) = fell.unwrap_or_else(|| panic!("{} does not name {}", scope.name, law.id));
        assert_eq!(alone, among_others.as_ref().map(Vec::len), "{}: one law, all laws", attack.id);

        let mut distance = None;
        each_world(scope, faults(), |at, world| {
            let broken = matches!(judge(scope, law, world), Judgement::Broken(_));
            distance = broken.then_some(at);
            broken
        });
        assert_eq!(alone, distance, "{}: stateright, own search", attack.id);
    }
}

#[test]
fn an_attack_needs_each_of_its_faults() {
    for attack in ATTACKS.iter().filter(|attack| attack.faults.len() > 1) {
        let law = Law::find(attack.law).expect("attacks name laws that exist");
        for left_out in attack.faults {
            let rest: Faults = attack.faults.iter().copied().filter(|fault| fault != left_out).collect();
            let found = shortest(scope(attack.scope), rest, law);
            assert!(found.is_none(), "{} works without {}", attack.id, left_out.name());
        }
    }
}

#[test]
fn single_faults_make_the_laws_of_the_table_fall() {
    let mut wrong = String::new();
    for (fault, name, laws) in FALLS {
        let explored = exhaust(scope(name), Faults::these(&[*fault]));
        let fell: Vec<&str> =
            explored.laws.iter().filter(|(_, trace)| trace.is_some()).map(|(law, _)| law.id).collect();
        if fell != *laws {
            wrong.push_str(&format!("\n    (Fault::{fault:?}, \"{name}\", &{fell:?}),"));
        }
    }
    assert!(wrong.is_empty(), "the rows are{wrong}");
    let faults: BTreeSet<Fault> =
        FALLS.iter().filter(|(_, _, laws)| !laws.is_empty()).map(|(fault, _, _)| *fault).collect();
    assert!(faults.len() >= 12, "a checker that only twelve faults could fool is too weak");
}

#[test]
fn every_law_falls_somewhere() {
    let alone = FALLS.iter().flat_map(|(_, _, laws)| laws.iter().copied());
    let attacked = ATTACKS.iter().map(|attack| attack.law);
    let fall: BTreeSet<&str> = alone.chain(attacked).collect();
    let never: Vec<&str> = LAWS.iter().map(|law| law.id).filter(|id| !fall.contains(id)).collect();
    assert_eq!(never, FALL_ON_THE_WIRE);
}

#[test]
fn names_are_unique_and_words() {
    let lists: [(&str, Vec<&str>); 4] = [
        ("scope", SCOPES.iter().map(|scope| scope.name).collect()),
        ("attack", ATTACKS.iter().map(|attack| attack.id).collect()),
        ("law", LAWS.iter().map(|law| law.id).collect()),
        ("fault", Fault::ALL.iter().map(|fault| fault.name()).collect()),
    ];
    for (what, names) in lists {
        let distinct: BTreeSet<&&str> = names.iter().collect();
        assert_eq!(distinct.len(), names.len(), "a {what} stands there twice");
        for name in names {
            let words =
                name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
            assert!(words && !name.is_empty(), "{what} {name:?}");
        }
    }
}

#[test]
fn tables_name_what_exists() {
    for scope in SCOPES {
        assert!(scope.laws.iter().all(|id| Law::find(id).is_some()), "{}", scope.name);
        let distinct: BTreeSet<_> = scope.laws.iter().collect();
        assert_eq!(distinct.len(), scope.laws.len(), "{} names a law twice", scope.name);
    }
    for attack in ATTACKS {
        assert!(Scope::find(attack.scope).is_some() && Law::find(attack.law).is_some(), "{}", attack.id);
        assert!(!attack.faults.is_empty(), "{}", attack.id);
    }
    for fault in Fault::ALL {
        assert_eq!(Fault::find(fault.name()), Some(*fault));
        assert!(!fault.rules().is_empty(), "{}", fault.name());
    }
}
