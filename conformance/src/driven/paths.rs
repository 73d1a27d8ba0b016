//! The paths that are walked, and the cases that walk them.

use std::sync::Arc;

use oauth_core::server::decide::Choice;
use oauth_faults::Faults;
use oauth_rules::rules;
use oauth_suite::browser::{Decision, Page};
use oauth_suite::case::{Case, Context, Severity};
use oauth_suite::case_end::{CaseEnd, Checked};
use oauth_suite::flow::{self, Until};
use oauth_suite::subject::{Client, Need};
use oauth_world::scenario::{HONEST_PATH, Scenario};
use oauth_world::world::action::{CodeOf, CredentialsOf, Redemption, RedirectOf, VerifierOf};
use oauth_world::world::{Action, OWNER, Universe};

use super::predict::{Class, predict};
use super::walk::Walk;

/// A way through one of the model's scenarios.
#[derive(Debug)]
pub struct Path {
    /// Words.
    pub name: &'static str,
    /// The scenario that it lies in.
    pub scenario: &'static str,
    /// What happens.
    pub actions: &'static [Action],
    /// Whether the login is part of it; else the browser of the run is used.
    pub fresh_login: bool,
    /// Whether it is about the verifier, so that the request has a challenge also of a client that else sends none.
    pub challenged: bool,
}

const START: Action = Action::Start(OWNER);
const ASK: Action = Action::Ask(OWNER);
const LOG_IN: Action = Action::LogIn(OWNER, true);
const YES: Action = Action::Decide(OWNER, Choice::Approve);
const CALLBACK: Action = Action::Callback(OWNER);
const PROFILE: Action = Action::Profile(OWNER);

/// A token request of the client itself, with one thing changed.
const fn own(redirect: RedirectOf, verifier: VerifierOf) -> Action {
    Action::Redeem(Redemption {
        by: oauth_laws::fact::Sender::Client,
        client: 0,
        credentials: CredentialsOf::Right,
        code: CodeOf::Leaked,
        redirect,
        verifier,
        resources: None,
        proves: true,
    })
}

/// What an honest owner does up to the client's callback, and what follows.
macro_rules! approved {
    ($($then:expr),* $(,)?) => {
        &[START, ASK, LOG_IN, ASK, YES, CALLBACK, $($then),*]
    };
}

macro_rules! spoilt {
    ($action:expr) => {
        // The spoilt request first: that the good one still succeeds is the control.
        approved![$action, Action::Load(1), Action::Load(0), Action::Commit(0)]
    };
}

/// Every path, in reading order.
pub const PATHS: &[Path] = &[
    Path {
        name: "honest-flow",
        scenario: "honest",
        actions: HONEST_PATH,
        fresh_login: true,
        challenged: false,
    },
    Path {
        name: "denied",
        scenario: "honest",
        actions: &[START, ASK, LOG_IN, ASK, Action::Decide(OWNER, Choice::Deny), CALLBACK],
        fresh_login: false,
        challenged: false,
    },
    Path {
        name: "replayed-code",
        scenario: "replay",
        actions: approved![
            Action::Load(0),
            Action::Commit(0),
            Action::Retry(0),
            Action::Load(1),
            Action::Commit(1),
        ],
        fresh_login: false,
        challenged: false,
    },
    Path {
        name: "replay-ends-the-grant",
        scenario: "replay",
        actions: approved![
            Action::Load(0),
            Action::Commit(0),
            PROFILE,
            Action::Retry(0),
            Action::Load(1),
            Action::Commit(1),
            PROFILE,
        ],
        fresh_login: false,
        challenged: false,
    },
    Path {
        name: "other-redirect-uri",
        scenario: "sloppy-client",
        actions: spoilt!(own(RedirectOf::Other, VerifierOf::Right)),
        fresh_login: false,
        challenged: false,
    },
    Path {
        name: "no-redirect-uri",
        scenario: "sloppy-client",
        actions: spoilt!(own(RedirectOf::Missing, VerifierOf::Right)),
        fresh_login: false,
        challenged: false,
    },
    Path {
        name: "other-verifier",
        scenario: "sloppy-client",
        actions: spoilt!(own(RedirectOf::Right, VerifierOf::Own)),
        fresh_login: false,
        challenged: true,
    },
    Path {
        name: "no-verifier",
        scenario: "sloppy-client",
        actions: spoilt!(own(RedirectOf::Right, VerifierOf::Missing)),
        fresh_login: false,
        challenged: true,
    },
];

const CASE: Case = Case { needs: &[Need::Login, Need::ConfidentialClient], ..Case::DEFAULT };
const PKCE: &[Need] = &[Need::Login, Need::ConfidentialClient, Need::Pkce];

/// The cases of the driven half.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "driven/honest-flow",
        about: "The whole flow goes as the logic of the reference server predicts.",
        run: |ctx| Box::pin(walk(ctx, &PATHS[0])),
        ..CASE
    },
    Case {
        id: "driven/denied",
        rules: rules!["rfc6749-4.1.2.1-access-denied"],
        about: "An owner who says no sends the client an error.",
        needs: &[Need::Login, Need::ConfidentialClient, Need::Consent],
        run: |ctx| Box::pin(walk(ctx, &PATHS[1])),
        ..CASE
    },
    Case {
        id: "driven/replayed-code",
        rules: rules!["rfc6749-4.1.2-code-single-use"],
        about: "A token request that is sent once more is refused.",
        run: |ctx| Box::pin(walk(ctx, &PATHS[2])),
        ..CASE
    },
    Case {
        id: "driven/replay-ends-the-grant",
        rules: rules!["rfc6749-4.1.2-code-reuse-revokes-tokens"],
        about: "After a replay the token no longer opens the resource.",
        needs: &[Need::Login, Need::ConfidentialClient, Need::ResourceServer],
        severity: Severity::Warns,
        run: |ctx| Box::pin(walk(ctx, &PATHS[3])),
        ..CASE
    },
    Case {
        id: "driven/other-redirect-uri",
        rules: rules!["rfc6749-4.1.3-redirect-uri-identical"],
        about: "A token request with another redirect URI is refused, and spoils nothing.",
        run: |ctx| Box::pin(walk(ctx, &PATHS[4])),
        ..CASE
    },
    Case {
        id: "driven/no-redirect-uri",
        rules: rules!["rfc6749-4.1.3-redirect-uri-present"],
        about: "A token request without the redirect URI is refused, and spoils nothing.",
        run: |ctx| Box::pin(walk(ctx, &PATHS[5])),
        ..CASE
    },
    Case {
        id: "driven/other-verifier",
        rules: rules!["rfc7636-4.6-mismatch-invalid-grant"],
        about: "A token request with another verifier is refused.",
        needs: PKCE,
        run: |ctx| Box::pin(walk(ctx, &PATHS[6])),
        ..CASE
    },
    Case {
        id: "driven/no-verifier",
        rules: rules!["rfc7636-4.5-verifier-required"],
        about: "A token request without the verifier is refused.",
        needs: PKCE,
        run: |ctx| Box::pin(walk(ctx, &PATHS[7])),
        ..CASE
    },
];

/// Whose walk it is: the confidential client's, or, on a path on which the owner says no, that of the first client for which the
/// owner is asked still.
async fn client_of(ctx: &Context, path: &Path) -> Checked<Arc<Client>> {
    let first = ctx.parties().confidential()?;
    if !path.actions.iter().any(|action| matches!(action, Action::Decide(_, Choice::Deny))) {
        return Ok(first);
    }
    for client in ctx.target().clients.values() {
        let mut browser = flow::browser(ctx);
        let Ok(landing) = flow::open_in(ctx, &mut browser, &flow::ask(ctx, client)).await else { continue };
        let Ok(landing) = browser.run_until(landing, Until::Consent, Decision::Approve).await else {
            continue;
        };
        let asks = |page: &Page| {
            let form = browser.consent_form(page, Decision::Approve);
            page.status < 400 && browser.login_form(page).is_none() && form.is_some()
        };
        if landing.page().is_some_and(asks) {
            return Ok(Arc::clone(client));
        }
    }
    Ok(first)
}

/// Walks a path, and holds each answer against what the server's logic says of it.
async fn walk(ctx: &Context, path: &'static Path) -> Checked {
    if flow::pushes_only(ctx) {
        return Err(CaseEnd::not_offered(
            "the client that is driven pushes no requests, and the server takes no others",
        ));
    }
    let client = client_of(ctx, path).await?;
    let mut walk = Walk::new(ctx, &client, path.fresh_login);
    walk.challenge(path.challenged);
    let scenario = Scenario::find(path.scenario)
        .ok_or_else(|| CaseEnd::errored("the path names no scenario of the model"))?;
    let universe = Universe::new(scenario, Faults::none());
    let mut world = universe.start();
    let mut refused_before = false;
    for action in path.actions {
        let next = universe
            .next(&world, action)
            .ok_or_else(|| CaseEnd::errored("the path is not one of the model's; please report it"))?;
        let expected = predict(&world, action, &next);
        world = next.world;
        // Nothing goes over the wire while the model's server has loaded and not yet written.
        if expected == Class::Inside && matches!(action, Action::Load(_) | Action::Commit(_)) {
            continue;
        }
        let Some(walked) = walk.take(action).await? else { continue };
        if expected == walked.class || expected == Class::Inside {
            refused_before |= walked.class == Class::NoToken;
            continue;
        }
        // Consent that was given before may stand (RFC 6749 4.1.1 leaves that to the server).
        if expected == Class::ConsentPage && walked.class == Class::Code {
            ctx.note(if walk.asked_at_login() {
                "the page that takes the password asked for the consent as well"
            } else {
                "the server did not ask for consent again"
            });
            continue;
        }
        // Whether a refused attempt burns the code is the server's choice.
        if expected == Class::Token && walked.class == Class::NoToken && refused_before {
            ctx.note("the refused attempt also ended the code");
            return Ok(());
        }
        // What a path is about comes after its honest part; that part is judged by the honest flow alone.
        if !is_about(action, path) {
            let reason = format!("the honest part went otherwise: {}; see driven/honest-flow", walked.saw);
            return Err(CaseEnd::not_tested(reason));
        }
        // Nothing is given away by a question. Whether a code comes of it, a case of its own tells.
        if (expected, walked.class) == (Class::LogInPage, Class::ConsentPage) {
            let reason = "the user is asked for consent before any login; see login/before-any-code";
            let stop = CaseEnd::not_tested(reason);
            return Err(walked.exchange.as_ref().map_or(stop.clone(), |exchange| stop.at(exchange)));
        }
        // RFC 6749 wants the tokens ended when possible.
        let lives_on = path.name == "replay-ends-the-grant" && walked.class == Class::Served;
        if lives_on && flow::access_tokens_stay(ctx, &client).await {
            return Err(CaseEnd::not_offered("the server says that it revokes no access tokens"));
        }
        let answer = format!("{}, as the reference server would answer", expected.word());
        let stop = CaseEnd::broken(answer, walked.saw);
        let stop = match (expected, walked.class) {
            // Both are refusals: what differs is where the client learns of them.
            (Class::Error, Class::Refused) => stop.under(rules!["rfc6749-4.1.2.1-other-errors-redirected"]),
            (Class::LogInPage, Class::Code) => stop.under(rules!["rfc6749-3.1-owner-authenticated-first"]),
            _ => stop,
        };
        return Err(match &walked.exchange {
            Some(exchange) => stop.at(exchange),
            None => stop,
        });
    }
    Ok(())
}

/// Whether a path goes its own way with this action or before it; the honest flow is about all of itself.
fn is_about(action: &Action, path: &Path) -> bool {
    let same = path.actions.iter().zip(HONEST_PATH).take_while(|(own, honest)| own == honest).count();
    let own = &path.actions[same..];
    own.is_empty() || own.contains(action)
}
