//! Programs in Go, built from their folder with the modules that their `go.sum` names.
//!
//! Whatever is missing ends the test with one sentence that says what to install.

use std::process::Command;

use crate::install::{once, says, sources};

/// A command that runs the program of a peer.
pub(crate) fn command(peer: &str) -> Command {
    // Go itself knows what is built already, and from what.
    let place = once(
        peer,
        "go.sum",
        |_| false,
        |place| {
            if let Err(reason) = says(Command::new("go").arg("version")) {
                panic!("go does not run ({reason}); install Go 1.26 or later, and put it on PATH");
            }
            let mut build = Command::new("go");
            build.args(["build", "-o"]).arg(place.join("server")).arg(".").current_dir(sources(peer));
            if let Err(reason) = says(&mut build) {
                panic!("go does not build peers/{peer} ({reason}); let it reach a module proxy");
            }
        },
    );
    Command::new(place.join("server"))
}
