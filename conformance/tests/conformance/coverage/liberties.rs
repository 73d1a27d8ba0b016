//! `specs/LIBERTIES.md`: the lawful departures that the suite leaves alone, and what each costs.

use std::fmt::Write as _;

use oauth_conformance::liberties;

use super::hold;

const HEAD: &str = "\
# What the suite leaves alone

Written by `UPDATE=1 cargo test -p oauth-conformance --test conformance coverage::` from `conformance/src/liberties/`.

A *liberty* is a lawful departure from the reference server's ways. `oauth-conformance selftest --liberty all` takes each of them with a relay in
front of the reference server, or by its policy, and runs the whole suite: nothing may fail or warn that the clean run held, and nothing that
was held may become not-tested, errored or not-offered, but for what stands under *costs*. A liberty that never acted is not left alone.
*Seen at* names public servers whose source or documents say so; a dash means that nobody looked, not that there is none.

| liberty | what the server does | allowed by | seen at | costs |
|---|---|---|---|---|
";

fn page() -> String {
    let mut page = HEAD.to_owned();
    for liberty in liberties::all() {
        let costs: Vec<String> = liberty
            .costs
            .iter()
            .map(|cost| format!("`{}` {}: {}", cost.case, cost.verdict.word(), cost.reason))
            .collect();
        let costs = if costs.is_empty() { "nothing".to_owned() } else { costs.join("; ") };
        let (name, about, allowed) = (liberty.name, liberty.about, liberty.allowed);
        let _ = writeln!(
            page,
            "| `{name}` | {about} | {allowed} | {} | {costs} |",
            liberty.seen_at.unwrap_or("-")
        );
    }
    page
}

#[test]
fn the_page_of_liberties_is_what_the_registry_says() {
    hold("LIBERTIES.md", &page());
}
