//! Rows, and what holds them.

use std::panic::Location;

use oauth_core::refusal::Refused;
use oauth_faults::Faults;

use super::stage::{Said, Scene, Stage, logged_in};

/// One row: where it starts, what is sent, what comes back.
pub(crate) struct Row {
    /// Where it stands.
    pub(crate) at: &'static Location<'static>,
    from: Scene,
    sends: Vec<Sends>,
}

/// One request of a row, and the one line that its reply has to be.
struct Sends {
    door: &'static str,
    edits: String,
    gets: String,
    at_once: bool,
}

/// A table of rows.
pub(crate) struct Table {
    door: &'static str,
    from: Scene,
    /// Its rows.
    pub(crate) rows: Vec<Row>,
}

impl Table {
    /// A table about one door; its rows start where the owner is logged in.
    pub(crate) fn of(door: &'static str) -> Self {
        Self { door, from: logged_in, rows: Vec::new() }
    }

    /// The rows below go through this door.
    pub(crate) fn door(&mut self, door: &'static str) {
        self.door = door;
    }

    /// The rows below start here.
    pub(crate) fn from(&mut self, scene: Scene) {
        self.from = scene;
    }

    /// Adds a row of one request.
    #[track_caller]
    pub(crate) fn row(&mut self, edits: impl Into<String>, gets: impl Into<String>) {
        self.add(Location::caller(), vec![Sends::of(self.door, edits, gets)]);
    }

    /// Adds a row of several requests: door, edits, reply.
    #[track_caller]
    pub(crate) fn story(&mut self, story: &[(&'static str, &str, &str)]) {
        let sends = story.iter().map(|(door, edits, gets)| Sends::of(door, *edits, *gets)).collect();
        self.add(Location::caller(), sends);
    }

    /// Adds a row whose request is sent twice at once; the replies stand on both sides of a bar.
    #[track_caller]
    pub(crate) fn twice_at_once(&mut self, edits: &str, gets: &str) {
        let sends = Sends { at_once: true, ..Sends::of(self.door, edits, gets) };
        self.add(Location::caller(), vec![sends]);
    }

    fn add(&mut self, at: &'static Location<'static>, sends: Vec<Sends>) {
        self.rows.push(Row { at, from: self.from, sends });
    }
}

impl Sends {
    fn of(door: &'static str, edits: impl Into<String>, gets: impl Into<String>) -> Self {
        Self { door, edits: edits.into(), gets: gets.into(), at_once: false }
    }
}

impl Row {
    /// What the replies say.
    pub(crate) fn run(&self) -> Vec<Said> {
        self.run_under(Faults::none(), self.scene())
    }

    /// Where the row starts; what happened before it happened without faults.
    pub(crate) fn scene(&self) -> Stage {
        let mut stage = Stage::new();
        (self.from)(&mut stage);
        stage
    }

    /// What the replies say under faults, from where the row starts.
    pub(crate) fn run_under(&self, faults: Faults, mut stage: Stage) -> Vec<Said> {
        stage.bench.faults = faults;
        let send = |sends: &Sends| match sends.at_once {
            true => stage.send_twice_at_once(sends.door, &sends.edits),
            false => stage.send(sends.door, &sends.edits),
        };
        self.sends.iter().map(send).collect()
    }
}

/// Holds every row of a table; says of all that do not hold where they stand.
#[track_caller]
pub(crate) fn check(rows: &[Row]) {
    let mut wrong = String::new();
    for row in rows {
        for (said, sends) in row.run().iter().zip(&row.sends) {
            if said.line != sends.gets {
                let Sends { door, edits, gets, .. } = sends;
                wrong.push_str(&format!(
                    "\n{}: {door} {edits}\n  expected {gets}\n       got {}",
                    row.at, said.line
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Holds defects to their order: of any two that can be in one request, the first is the one that is told.
#[track_caller]
pub(crate) fn check_precedence(door: &str, from: Scene, defects: &[&str]) {
    let refused = |edits: &str| -> Option<Refused> {
        let mut stage = Stage::new();
        from(&mut stage);
        stage.send(door, edits).refused
    };
    for (at, first) in defects.iter().enumerate() {
        let alone = refused(first);
        for second in &defects[at + 1..] {
            if names(first).iter().any(|name| names(second).contains(name)) {
                continue;
            }
            let both = refused(&format!("{first} {second}"));
            assert_eq!(both, alone, "{first:?} outranks {second:?}");
        }
    }
}

/// The parameters and headers that edits touch.
fn names(edits: &str) -> Vec<&str> {
    edits
        .split(' ')
        .map(|edit| edit.trim_start_matches(['-', '+']))
        .map(|edit| edit.split(['=', ':']).next().unwrap_or(edit))
        .map(|edit| if edit == "basic" { "authorization" } else { edit })
        .collect()
}
