//! The bounds of a scenario, in words: what stands beside each verdict.

use super::Scenario;
use crate::world::{Malicious, Powers, Server};
use oauth_core::client::settings::Address;

/// The words of those that are on.
fn these(all: &[(bool, &'static str)]) -> Vec<&'static str> {
    all.iter().filter(|(on, _)| *on).map(|(_, words)| *words).collect()
}

impl Scenario {
    /// How the scenario is bounded, in words.
    #[must_use]
    pub fn in_words(&self) -> String {
        let client = if self.client.public { "public" } else { "confidential" };
        let mut parts = vec![
            format!("{client} client {}", if self.client.pkce { "with PKCE" } else { "without PKCE" }),
            format!(
                "logins {} of the owner, {} of the attacker",
                self.people.starts[0], self.people.starts[1]
            ),
            format!("{} grants, {} token requests", self.bounds.grants, self.bounds.calls),
            format!(
                "{} clock steps{}",
                self.bounds.ticks,
                if self.bounds.tick == 1 { "" } else { " of ten minutes" }
            ),
            format!("{} acts of the attacker", self.attacker.attempts),
        ];
        if self.client.dpop {
            parts.push("tokens bound to the client's keys".to_owned());
        }
        let tries = [
            (self.tries.redemptions.len(), "token requests"),
            (self.tries.refreshes.len(), "refreshes"),
            (self.tries.for_itself.len(), "requests of clients for themselves"),
            (self.tries.names.len(), "requests that name a token"),
            (self.attacker.lures.len(), "lures"),
            (self.attacker.forgeries.len(), "forged forms"),
            (self.tries.odd.len(), "odd requests"),
        ];
        let tries: Vec<String> =
            tries.iter().filter(|(many, _)| *many > 0).map(|(many, what)| format!("{many} {what}")).collect();
        if !tries.is_empty() {
            parts.push(format!("tried from a table: {}", tries.join(", ")));
        }
        let powers = self.attacker.powers.words();
        if !powers.is_empty() {
            parts.push(format!("the attacker {}", powers.join(", ")));
        }
        parts.extend(self.attacker.malicious.map(|malicious| malicious.words()));
        if self.mishaps.at_most > 0 {
            let kinds = these(&[
                (self.mishaps.losses, "answers lost"),
                (self.mishaps.stops, "servers stopped"),
                (self.mishaps.stale_reads, "records read late"),
            ]);
            parts.push(format!("{} mishaps ({})", self.mishaps.at_most, kinds.join(", ")));
        }
        let leaks = these(&[
            (self.attacker.leaks.responses, "authorization responses"),
            (self.attacker.leaks.referrer, "the address of a page under the response's"),
            (self.attacker.leaks.requests, "authorization requests"),
            (self.attacker.leaks.tokens, "access tokens"),
            (self.attacker.leaks.refresh, "the first refresh token"),
            (self.attacker.leaks.proofs, "proofs of possession"),
        ]);
        parts.push(format!(
            "leaks: {}",
            if leaks.is_empty() { "nothing".to_owned() } else { leaks.join(", ") }
        ));
        parts.join("; ")
    }
}

impl Powers {
    fn words(&self) -> Vec<&'static str> {
        these(&[
            (self.lures, "puts requests into the owner's browser"),
            (self.plants, "puts responses into the owner's browser"),
            (self.asks, "sends requests of its own making by its browser"),
            (self.injects, "brings responses of its own making by its browser"),
            (self.redeems, "sends token requests"),
            (self.pushes, "pushes requests in the client's name"),
            (self.client, "has a registered client"),
            (self.evil_redirects, "names redirect URIs of its own"),
        ])
    }
}

impl Malicious {
    fn words(&self) -> String {
        let of = |server| if server == Server::Malicious { "the attacker's" } else { "the honest one" };
        let endpoints = self.endpoints;
        let chosen = these(&[
            (self.chosen[0], "the owner"),
            (self.chosen[1], "the attacker"),
            (self.rewrites, "the network"),
        ]);
        let address = match self.address {
            Address::Shared => "one redirect URI for both",
            Address::Own => "a redirect URI for each",
        };
        format!(
            "a second server of the attacker's, chosen by {}, authorization endpoint {}, token endpoint {}, resource {}, {address}",
            chosen.join(" or "),
            of(endpoints.authorization),
            of(endpoints.token),
            of(endpoints.resource)
        )
    }
}
