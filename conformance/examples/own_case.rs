//! A case of one's own beside the suite's, as an outside crate has it:
//! `cargo run -p oauth-conformance --example own_case [TARGET_FILE]`.
//!
//! Without a target file the reference server in this process is judged.

use std::error::Error;
use std::sync::Arc;

use oauth_conformance::reference;
use oauth_faults::Faults;
use oauth_rules::rules;
use oauth_suite::case::{Case, Context, Profile, RunState};
use oauth_suite::case_end::{CaseEnd, Checked};
use oauth_suite::flow;
use oauth_suite::report::{Event, Exchanges, Sink, Style, TEXT, Wants};
use oauth_suite::run::{Selection, run};
use oauth_suite::subject::{Need, discover, read_text};
use oauth_suite::wire::Clock;
use oauth_suite::wire::http::{Settings, Wire};

const OWN: &[Case] = &[Case {
    id: "own/codes-differ",
    rules: rules!["rfc6749-10.10-token-entropy"],
    about: "Two logins of one user give two codes.",
    needs: &[Need::Login],
    run: |ctx| Box::pin(codes_differ(ctx)),
    ..Case::DEFAULT
}];

async fn codes_differ(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    let (first, second) = (flow::code(ctx, &client).await?, flow::code(ctx, &client).await?);
    if first.value == second.value {
        return Err(CaseEnd::broken("two codes", "the same code twice"));
    }
    Ok(())
}

struct Stdout;

impl Sink for Stdout {
    fn wants(&self) -> Wants {
        Wants { exchanges: Exchanges::Shown, ..Wants::default() }
    }

    fn tell(&mut self, event: &Event<'_>) {
        // Whoever stopped reading needs no more.
        let _ = (TEXT.write)(event, Style::default()).write_to(&mut std::io::stdout());
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let own = reference::start(Profile::Rfc9700, Faults::none()).await?;
    let (mut target, clock) = match std::env::args().nth(1) {
        Some(path) => {
            let file = std::fs::read_to_string(&path)?;
            (read_text(&path, &file, &|name| std::env::var(name).ok())?, Clock::Real)
        }
        None => (own.target.clone(), own.clock.clone()),
    };
    let wire = Wire::new(&Settings::default())?;
    discover(&wire, &mut target).await?;
    let live = Arc::new(RunState::new(target, wire, clock, Profile::Rfc9700, 1));
    let all: Vec<Case> =
        oauth_conformance::cases(live.profile).into_iter().chain(OWN.iter().copied()).collect();
    let only = ["own/", "code/refused-the-second-time"].map(String::from).to_vec();
    let selection = Selection { only, ..Selection::default() };
    let outcome = run(&live, &all, &selection, false, &mut Stdout, std::future::pending()).await?;
    std::process::exit(outcome.exit_code().into())
}
