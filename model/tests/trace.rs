//! Traces as people read them: some of them whole, and of all what none may have.
use std::collections::{BTreeMap, BTreeSet};

use oauth_core::client::settings::Address;
use oauth_faults::Faults;
use oauth_laws::fact::{Sym, What};
use oauth_model::run::shortest;
use oauth_world::attack::Attack;
use oauth_world::scenario::{Attacker, Bounds, ClientSetup, People, SCENARIOS, Scenario};
use oauth_world::trace::{Message, Narrated, in_words, mermaid, narrate, narrate_one, svg, text};
use oauth_world::world::action::ShownWith;
use oauth_world::world::{Action, Endpoints, Malicious, Powers, Server, Universe};

/// Walks through a scenario, for actions that no attack needs.
const WALKS: usize = 80;
/// Actions of a walk, at most.
const MOST_STEPS: usize = 24;

fn found(attack: &Attack) -> (Universe, Vec<Action>) {
    let faults = || Faults::these(attack.faults);
    let actions = shortest(attack.scenario, faults(), attack.law);
    let actions = actions.unwrap_or_else(|| panic!("{} is not found", attack.id));
    (Universe::new(attack.scenario, faults()), actions)
}

fn told(id: &str) -> Vec<Narrated> {
    let (universe, actions) = found(Attack::find(id).expect("an attack of the table"));
    narrate(&universe, &actions)
}

/// What a Rust type prints of itself, and what stands for a secret without a name.
#[track_caller]
fn is_plain(place: &str, said: &str) {
    for raw in ["Some(", "None", "Ok(", "Err(", "Digest(", "Shown", "Sym(", "{ ", "value-", "unknown."] {
        assert!(!said.contains(raw), "{place} has {raw:?}:\n{said}");
    }
}

#[test]
fn a_code_is_redeemed_twice_in_a_race() {
    let told = told("code-race");
    insta::assert_snapshot!("code_race_text", text(&told));
    insta::assert_snapshot!("code_race_mermaid", mermaid(&told));
}

#[test]
fn the_owner_is_logged_in_to_the_attackers_account() {
    let told = told("login-csrf");
    insta::assert_snapshot!("login_csrf_text", text(&told));
    insta::assert_snapshot!("login_csrf_mermaid", mermaid(&told));
}

#[test]
fn a_proof_that_leaked_is_sent_again() {
    let told = told("proof-sent-again");
    insta::assert_snapshot!("proof_sent_again_text", text(&told));
    insta::assert_snapshot!("proof_sent_again_mermaid", mermaid(&told));
}

#[test]
fn the_proof_that_a_token_is_shown_with_is_drawn_and_so_is_who_signed_it() {
    let (universe, actions) = found(Attack::find("proof-sent-again").expect("an attack of the table"));
    let [before @ .., Action::ShowBound(token, _)] = &actions[..] else {
        panic!("the attack ends with a token that is shown: {actions:?}")
    };
    let world = before.iter().fold(universe.start(), |world, action| {
        universe.next(&world, action).expect("a trace is possible").world
    });
    let drawn = [ShownWith::Nothing, ShownWith::OwnKey, ShownWith::Forged, ShownWith::Leaked].map(|with| {
        let told = narrate_one(&universe, &world, &Action::ShowBound(*token, with));
        let told = told.unwrap_or_else(|| panic!("{with:?} is possible"));
        let asked = told.http.iter().find(|message| !message.is_answer).expect("the token is shown");
        asked.lines.iter().find(|line| line.starts_with("DPoP: ")).cloned().unwrap_or_default()
    });
    let expected = [
        "",
        "DPoP: proof(by key-of-the-attacker, jti-of-use-0-of-the-attacker, for token-1)",
        "DPoP: proof(by key-for-the-owner, jti-of-use-0-of-the-attacker, for token-1, signed by another key)",
        "DPoP: proof(by key-for-the-owner, jti-of-use-1-of-the-owner, for token-1)",
    ];
    assert_eq!(drawn, expected);
}

#[test]
fn a_pushed_request_is_brought_under_another_name() {
    let told = told("pushed-request-of-another-client");
    insta::assert_snapshot!("pushed_request_text", text(&told));
    insta::assert_snapshot!("pushed_request_mermaid", mermaid(&told));
}

#[test]
fn every_attack_is_told_to_its_end_in_words_alone() {
    for attack in Attack::all() {
        let (universe, actions) = found(attack);
        let told = narrate(&universe, &actions);
        assert_eq!(told.len(), actions.len(), "{} is told to its end", attack.id);
        let steps: Vec<usize> = told.iter().filter_map(|told| told.step).collect();
        assert!(steps.iter().copied().eq(1..=steps.len()), "{}: {steps:?}", attack.id);
        for (format, said) in [("text", text(&told)), ("mermaid", mermaid(&told)), ("svg", svg(&told))] {
            is_plain(&format!("{format} of {}", attack.id), &said);
        }
        let longest = text(&told).lines().map(|line| line.chars().count()).max();
        assert!(longest <= Some(100), "{} has a line of {longest:?} characters", attack.id);
    }
}

#[test]
fn every_diagram_declares_those_who_take_part_once_and_no_others() {
    for attack in Attack::all() {
        let (universe, actions) = found(attack);
        let drawn = mermaid(&narrate(&universe, &actions));
        let mut lines = drawn.lines().map(str::trim);
        assert_eq!(lines.next(), Some("sequenceDiagram"));
        let (mut declared, mut used) = (Vec::new(), BTreeSet::new());
        for line in lines {
            if let Some(participant) = line.strip_prefix("participant ") {
                declared.push(participant.split(' ').next().unwrap_or_default().to_owned());
                continue;
            }
            let (head, said) = line.split_once(": ").unwrap_or_else(|| panic!("{}: {line}", attack.id));
            let is_closed =
                said.replace("#35;", "").replace("#59;", "").replace("#lt;", "").replace("#gt;", "");
            assert!(!is_closed.contains([';', '#']), "{}: {line}", attack.id);
            let named = match head.strip_prefix("Note over ") {
                Some(over) => over.split(',').map(str::to_owned).collect::<Vec<_>>(),
                None => head.replace("-->>", "->>").split("->>").map(str::to_owned).collect(),
            };
            used.extend(named);
        }
        let distinct: BTreeSet<String> = declared.iter().cloned().collect();
        assert_eq!(distinct.len(), declared.len(), "{} declares somebody twice", attack.id);
        assert_eq!(distinct, used, "{}", attack.id);
    }
}

/// The value of a parameter or of a member of a JSON object.
fn value_of<'a>(message: &'a Message, before: &str, after: &[char]) -> Option<&'a str> {
    message.lines.iter().find_map(|line| {
        let (_, rest) = line.split_once(before)?;
        rest.split(after).next()
    })
}

#[test]
fn equal_secrets_have_equal_names_in_every_attack_and_others_have_others() {
    for attack in Attack::all() {
        let (universe, actions) = found(attack);
        let told = narrate(&universe, &actions);
        let mut names: BTreeMap<Sym, String> = BTreeMap::new();
        let mut world = universe.start();
        for (action, told) in actions.iter().zip(&told) {
            let next = universe.next(&world, action).expect("a trace is possible").world;
            let answers = || told.http.iter().filter(|message| message.is_answer);
            for fact in next.facts.backwards().take((next.facts.len() - world.facts.len()) as usize) {
                let (secret, name) = match fact.what {
                    What::CodeIssued(issued) => {
                        (issued.code, answers().find_map(|answer| value_of(answer, "?code=", &['&'])))
                    }
                    What::Redemption(redemption) => {
                        let Some(issued) = redemption.token else { continue };
                        let name =
                            answers().find_map(|answer| value_of(answer, "\"access_token\":\"", &['"']));
                        (issued.token, name)
                    }
                    What::Resource(service) => {
                        let schemes = ["Authorization: Bearer ", "Authorization: DPoP "];
                        let token =
                            |message| schemes.iter().find_map(|scheme| value_of(message, scheme, &[' ']));
                        (service.token, told.http.iter().find_map(token))
                    }
                    _ => continue,
                };
                let name = name.unwrap_or_else(|| panic!("{}: {action:?} names no secret", attack.id));
                let known = names.entry(secret).or_insert_with(|| name.to_owned());
                assert_eq!(known, name, "{}: {secret:?}", attack.id);
            }
            world = next;
        }
        let distinct: BTreeSet<&String> = names.values().collect();
        assert_eq!(distinct.len(), names.len(), "{}: {names:?}", attack.id);
    }
}

/// A scenario in which the attacker has a server and every power, so that each of its actions is told.
fn with_every_power(endpoints: Endpoints, pushed: bool) -> &'static Scenario {
    let malicious = Malicious {
        endpoints,
        address: Address::Own,
        chosen: [true, true],
        rewrites: true,
        same_credentials: true,
        polluted: true,
        unpushed_at_honest: false,
        injects: true,
    };
    let powers = Powers {
        lures: true,
        plants: true,
        asks: true,
        injects: true,
        redeems: true,
        pushes: true,
        client: true,
        evil_redirects: true,
    };
    let base = Scenario::find("csrf").expect("a scenario of the table");
    Box::leak(Box::new(Scenario {
        name: "every-power",
        client: ClientSetup { pushed, ..base.client },
        people: People { starts: [2, 1], ..base.people },
        attacker: Attacker { malicious: Some(malicious), powers, attempts: 4, ..base.attacker },
        bounds: Bounds { calls: 4, grants: 3, ..base.bounds },
        ..*base
    }))
}

/// Tells whatever may happen on walks through a scenario.
fn walk_through(scenario: &'static Scenario) {
    let universe = Universe::new(scenario, Faults::none());
    for walk in 0..WALKS {
        let (mut world, mut actions) = (universe.start(), Vec::new());
        for step in 0..MOST_STEPS {
            actions.clear();
            universe.actions(&world, &mut actions);
            let mut possible = Vec::new();
            for action in &actions {
                let Some(told) = narrate_one(&universe, &world, action) else { continue };
                is_plain(scenario.name, &in_words(action));
                is_plain(scenario.name, &text(std::slice::from_ref(&told)));
                assert!(told.says.ends_with('.'), "{}: {}", scenario.name, told.says);
                possible.push(*action);
            }
            // The first action mostly leads on; each walk leaves the way at other places.
            let leads_on = ((walk * 0x9e37) >> (step % 16)) & 3 != 0;
            let choice = if leads_on { 0 } else { walk * 31 + step * 17 };
            let Some(action) = possible.get(choice % possible.len().max(1)) else { break };
            let Some(next) = universe.next(&world, action) else { break };
            world = next.world;
        }
    }
}

#[test]
fn whatever_may_happen_on_walks_through_every_scenario_is_told_in_words() {
    for scenario in SCENARIOS {
        walk_through(scenario);
    }
}

#[test]
fn whatever_an_attacker_with_every_power_may_do_is_told_in_words() {
    let all_its_own = Endpoints::all(Server::Malicious);
    let half = Endpoints { authorization: Server::Honest, push: Server::Honest, ..all_its_own };
    for pushed in [false, true] {
        for endpoints in [all_its_own, half, Endpoints::all(Server::Honest)] {
            walk_through(with_every_power(endpoints, pushed));
        }
    }
}
