//! What an exchange tells of secrets.

use oauth_secrets::{By, Says, Take, says, text};

use crate::secrets::learnt::Learnt;
use crate::secrets::places;
use crate::wire::{Exchange, Request};

impl Learnt {
    /// Knows the secrets of an exchange, and what it says in the open.
    pub(super) fn harvest(&mut self, exchange: &Exchange) {
        for text in places::public_of(&exchange.request) {
            self.secrets.make_public(&text, By::Us);
        }
        let request = format!("exchange {}, the request's", exchange.number);
        for found in places::of_request(&exchange.request) {
            self.secrets.find(found.kind, &found.secret, &format!("{request} {}", found.place));
        }
        self.secrets.read(&text(&exchange.request.body), &request, Take::Named);
        let Some(response) = exchange.head() else { return };
        let body = text(&response.body);
        if self.is_document(&exchange.request) {
            self.secrets.make_public_all_of(&body);
            return;
        }
        let answer = format!("exchange {}, the answer's", exchange.number);
        for found in places::of_response(response, &body) {
            self.secrets.find(found.kind, &found.secret, &format!("{answer} {}", found.place));
        }
        for (name, value) in &response.headers {
            let take = match says(name.as_bytes()) {
                Says::Secret(_) | Says::Nothing => Take::Drawn,
                Says::Public | Says::Plain => Take::Named,
            };
            // What a grammar has found stands under no other name.
            let line = if places::has_grammar(name) { value.clone() } else { format!("{name}: {value}") };
            self.secrets.read(&line, &answer, take);
        }
        self.secrets.read(&body, &answer, Take::Drawn);
    }

    /// Whether everybody may read what a request asks for.
    fn is_document(&self, request: &Request) -> bool {
        let open = !request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("authorization"));
        let known = request.url.contains("/.well-known/") || self.documents.contains(&request.url);
        open && known && request.method == "GET"
    }
}
