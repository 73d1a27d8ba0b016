//! The documented sequence: the 17 steps, each as a case that holds if the step takes place.
//!
//! One walk of the honest path shows them all. Steps inside an actor are shown by the exchange that follows from
//! them. What else a step must carry is judged by rule in the other profiles.

use std::sync::Arc;

use oauth_suite::case::{Case, Context, Profile};
use oauth_suite::case_end::{CaseEnd, Checked};
use oauth_suite::subject::Need;
use oauth_world::scenario::HONEST_PATH;
use oauth_world::world::Action;

use super::predict::Class;
use super::walk::{Walk, Walked};

/// How the step is seen to have taken place.
#[derive(Clone, Copy)]
struct Shown {
    /// Which action of the honest path shows it.
    by: usize,
    /// What that action has to have come to.
    class: Class,
}

const fn shown(by: usize, class: Class) -> Shown {
    Shown { by, class }
}

// The places of the honest path.
const START: usize = 0;
const FIRST_ASK: usize = 1;
const LOG_IN: usize = 2;
const SECOND_ASK: usize = 3;
const DECIDE: usize = 4;
const CALLBACK: usize = 5;
const TOKEN: usize = 7;
const PROFILE: usize = 8;

macro_rules! steps {
    ($($id:literal, $about:literal, $by:expr, $class:ident;)*) => {
        /// The 17 steps.
        pub(super) const CASES: &[Case] = &[$(Case {
            id: concat!("documented/", $id),
            about: $about,
            needs: &[Need::Login],
            profiles: &[Profile::Documented],
            run: |ctx| Box::pin(step(ctx, shown($by, Class::$class))),
            ..Case::DEFAULT
        }),*];
    };
}

steps! {
    "01", "The user opens the application.", START, Inside;
    "02", "The user presses login at the client.", START, Inside;
    "03", "The client sends the browser to the server with its client_id.", FIRST_ASK, LogInPage;
    "04", "The server answers with its login page.", FIRST_ASK, LogInPage;
    "05", "The user types name and password.", LOG_IN, LoggedIn;
    "06", "The browser sends name and password to the server.", LOG_IN, LoggedIn;
    "07", "The server checks them and lets the user in.", LOG_IN, LoggedIn;
    "08", "The server asks whether the client may.", SECOND_ASK, ConsentPage;
    "09", "The user says yes.", DECIDE, Code;
    "10", "The server makes an authorization code.", DECIDE, Code;
    "11", "The server sends the code to the client by redirect.", CALLBACK, Taken;
    "12", "The client asks for a token with the code, its id and its secret.", TOKEN, Token;
    "13", "The server makes an access token and returns it.", TOKEN, Token;
    "14", "The client keeps the token in its session.", TOKEN, Token;
    "15", "The client asks for the resource with the token.", PROFILE, Served;
    "16", "The server returns the resource.", PROFILE, Served;
    "17", "The client shows the result.", PROFILE, Served;
}

/// What a walk of the honest path showed, action by action, and why it ended before its end.
#[derive(Debug, Default)]
pub struct Sequence {
    walked: Vec<Option<Walked>>,
    ended: Option<CaseEnd>,
}

async fn sequence(ctx: &Context) -> Sequence {
    let mut sequence = Sequence::default();
    let client = match ctx.parties().client() {
        Ok(client) => client,
        Err(stop) => return Sequence { ended: Some(stop), ..sequence },
    };
    let mut walk = Walk::new(ctx, &client, true);
    for action in HONEST_PATH {
        // The model tells loading from writing; on the wire both are one request.
        if matches!(action, Action::Load(_)) {
            sequence.walked.push(None);
            continue;
        }
        match walk.take(action).await {
            Ok(walked) => sequence.walked.push(walked),
            Err(stop) => {
                sequence.ended = Some(stop);
                break;
            }
        }
    }
    sequence
}

async fn step(ctx: &Context, shown: Shown) -> Checked {
    let sequence: Arc<Sequence> = ctx.live().once(|| sequence(ctx)).await;
    match sequence.walked.get(shown.by) {
        Some(Some(walked)) if walked.class == shown.class => Ok(()),
        Some(Some(walked)) => {
            let stop = CaseEnd::broken(shown.class.word(), walked.saw.clone());
            Err(match &walked.exchange {
                Some(exchange) => stop.at(exchange),
                None => stop,
            })
        }
        Some(None) | None => Err(sequence
            .ended
            .clone()
            .unwrap_or_else(|| CaseEnd::not_tested("an earlier step did not take place"))),
    }
}
