//! A counterexample in words: symbols have names.

use std::fmt;

use super::Broken;
use super::domain::{ACCESS, ASK, CODE, FRESH, FRESH_REFRESH, JUNK, PUSHED, REFRESH, SESSIONS, SPENT};
use super::invariant::INVARIANT;
use super::state::State;
use oauth_laws::law::Law;
use oauth_world::world::symbols::{EVIL, digest, hashed, key, redirect, secret};

/// The names of the symbols.
fn names() -> Vec<(String, String)> {
    let mut names = vec![
        (ASK, "ask"),
        (PUSHED, "request uri"),
        (CODE, "code"),
        (ACCESS, "access token"),
        (FRESH, "fresh secret"),
        (REFRESH, "refresh token"),
        (FRESH_REFRESH, "fresh refresh token"),
        (JUNK, "nobody's"),
        (SESSIONS[0], "owner's session"),
        (SESSIONS[1], "other session"),
        (SESSIONS[2], "ended session"),
        (secret(0), "client secret"),
        (secret(1), "wrong secret"),
        (20, "verifier"),
        (21, "other verifier"),
        (hashed(20), "hash of verifier"),
        (hashed(21), "hash of other verifier"),
        (hashed(hashed(20)), "hash of hash"),
        (key(true), "key"),
        (key(false), "other key"),
    ];
    names.extend(SPENT.map(|symbol| (symbol, "spent refresh token")));
    let uris = [(redirect(0), "redirect uri"), (redirect(1), "other redirect uri"), (EVIL, "evil uri")];
    let digests = names.into_iter().map(|(symbol, name)| (digest(symbol), name));
    let digests = digests.chain(uris.map(|(uri, name)| (uri.exact, name)));
    digests.map(|(digest, name)| (format!("{digest:?}"), format!("<{name}>"))).collect()
}

/// The debug form with names for symbols, and without most of what is absent.
fn named(thing: &impl fmt::Debug) -> String {
    let mut text = format!("{thing:?}");
    for (digest, name) in names() {
        text = text.replace(&digest, &name);
    }
    let absent = |part: &&str| part.ends_with(": None") && !part.contains(['{', '(']);
    text.split(", ").filter(|part| !absent(part)).collect::<Vec<_>>().join(", ")
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { part, property, before, request, reply, after } = self;
        let law = Law::find(property).map(|law| law.about);
        let clause = INVARIANT.iter().find(|clause| clause.id == *property).map(|clause| clause.about);
        writeln!(f, "{property}, in part {}", part.name())?;
        for about in law.into_iter().chain(clause) {
            writeln!(f, "  {about}")?;
        }
        let State { grant, ghost, now } = before;
        writeln!(f, "  at {}, the record\n    {}", now.0, named(grant))?;
        writeln!(f, "  of which was seen\n    {}", named(ghost))?;
        writeln!(f, "  the request\n    {}", named(request))?;
        writeln!(f, "  was answered\n    {}", named(reply))?;
        writeln!(f, "  the record after\n    {}", named(&after.grant))?;
        write!(f, "  of which was seen\n    {}", named(&after.ghost))
    }
}
