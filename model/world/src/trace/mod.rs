//! Traces that people can read: what each action is in words, and the HTTP messages that it carries.
//!
//! An actor of the world is a lane of a diagram, with an example host where it has one. What is told is read
//! off the worlds before and after an action; nothing here decides anything.

mod answer;
mod aside;
mod browser;
mod carried;
mod clause;
mod http;
mod mermaid;
mod name;
mod row;
mod scene;
mod sentence;
mod shown;
mod svg;
mod text;
mod wrap;

use std::collections::BTreeSet;

use crate::world::{Action, Actor, Universe, World};

pub use mermaid::mermaid;
pub use row::steps;
pub use svg::svg;
pub use text::text;

use row::Row;
use scene::Scene;

/// One action of a trace, told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Narrated {
    /// The number of the step, if the action counts as one.
    pub step: Option<usize>,
    /// Who acts.
    pub actor: Actor,
    /// Whom it goes to.
    pub to: Actor,
    /// What happens, in whole sentences.
    pub says: String,
    /// The HTTP messages that the action carries, in order.
    pub http: Vec<Message>,
}

/// An HTTP message, as far as it matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Who sends it.
    pub from: Actor,
    /// Who gets it.
    pub to: Actor,
    /// Whether it answers a request.
    pub is_answer: bool,
    /// Its first line, then the headers that matter, then its body.
    pub lines: Vec<String>,
}

/// Tells the actions of a trace; stops where one is not possible.
#[must_use]
pub fn narrate(universe: &Universe, actions: &[Action]) -> Vec<Narrated> {
    let mut world = universe.start();
    let mut told = Vec::new();
    let mut steps = 0;
    for action in actions {
        let Some(next) = universe.next(&world, action) else { break };
        let counts = action.counts_as_step();
        steps += usize::from(counts);
        let step = counts.then_some(steps);
        told.push(tell(&action.row(), &Scene { universe, before: &world, next: &next }, step));
        world = next.world;
    }
    told
}

/// Tells one action in a world; `None` where it is not possible.
#[must_use]
pub fn narrate_one(universe: &Universe, before: &World, action: &Action) -> Option<Narrated> {
    let next = universe.next(before, action)?;
    Some(tell(&action.row(), &Scene { universe, before, next: &next }, None))
}

/// What an action is, in words, whatever comes of it.
#[must_use]
pub fn in_words(action: &Action) -> String {
    action.row().does
}

fn tell(row: &Row, scene: &Scene<'_>, step: Option<usize>) -> Narrated {
    Narrated {
        step,
        actor: row.actor,
        to: row.to.actor(scene),
        says: sentence::says(row, scene),
        http: carried::messages(scene, &row.carries),
    }
}

/// The lanes that a trace needs, in their order.
fn lanes(told: &[Narrated]) -> Vec<Actor> {
    let named = told.iter().flat_map(|told| {
        let of_messages = told.http.iter().flat_map(|message| [message.from, message.to]);
        [told.actor, told.to].into_iter().chain(of_messages)
    });
    // The clock has no lane.
    named.filter(|actor| *actor != Actor::Clock).collect::<BTreeSet<_>>().into_iter().collect()
}
