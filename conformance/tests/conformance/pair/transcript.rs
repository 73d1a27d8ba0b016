//! The 17 documented steps as HTTP, over TCP, between the reference client and the reference server: what each side
//! really sends, secrets made equal for equal secrets.

use std::collections::BTreeMap;

use oauth_suite::wire::Exchange;

use crate::common::reference::Place;
use crate::common::relay::Relay;
use crate::walker::Walker;

/// Headers that say nothing about the protocol, or differ from run to run.
const LEFT_OUT: &[&str] = &["date", "content-length", "accept-encoding", "connection"];

#[tokio::test(flavor = "multi_thread")]
async fn the_exchanges_of_the_documented_steps_are_these() {
    let (client, server) = (Place::free().await, Place::free().await);
    let (application, issuer) = (client.origin("localhost"), server.origin("127.0.0.1"));
    let _server = server.server(&issuer, &format!("{application}/callback")).await;
    let relay = Relay::start(&issuer).await;
    let _client = client.client_by("client_secret_1", &issuer, &relay.origin);

    let mut walker = Walker::new();
    let page = walker.sign_in(&application).await;
    assert!(page.text.contains("id001"), "no profile: {}", page.text);

    let mut seen = Names::default();
    for (place, name) in
        [(&application, "http://client"), (&issuer, "http://server"), (&relay.origin, "http://server")]
    {
        seen.places.push((place.clone(), name));
    }
    let front: Vec<String> = walker.trail.iter().map(|exchange| told(exchange)).collect();
    let text = format!(
        "# the browser\n\n{}\n# the client's back channel\n\n{}",
        front.join("\n"),
        relay.recorded().join("\n")
    );
    insta::assert_snapshot!(seen.rename(&text));
}

/// One exchange of the browser, as text.
fn told(exchange: &Exchange) -> String {
    let headers = |headers: &[(String, String)]| -> String {
        headers
            .iter()
            .filter(|(name, _)| !LEFT_OUT.contains(&name.to_ascii_lowercase().as_str()))
            .map(|(name, value)| format!("{}: {value}\n", name.to_ascii_lowercase()))
            .collect()
    };
    let request = &exchange.request;
    let body = String::from_utf8_lossy(&request.body);
    let sent = format!("> {} {}\n{}{body}\n", request.method, request.url, headers(&request.headers));
    let came = match &exchange.answer {
        Ok(response) => format!("< {}\n{}", response.status, headers(&response.headers)),
        Err(fault) => format!("< {fault}\n"),
    };
    format!("{sent}{came}")
}

/// Stand-ins for what differs from run to run: equal for equal secrets.
#[derive(Default)]
struct Names {
    places: Vec<(String, &'static str)>,
    secrets: BTreeMap<String, String>,
}

impl Names {
    fn rename(&mut self, text: &str) -> String {
        let mut text = text.to_owned();
        for (place, name) in &self.places {
            let host = place.split_once("://").map_or(place.as_str(), |(_, host)| host);
            let name_host = name.split_once("://").map_or(*name, |(_, host)| host);
            for (from, to) in [(place.clone(), (*name).to_owned()), (host.to_owned(), name_host.to_owned())] {
                text = text.replace(&from, &to);
                let twice = |text: &str| text.replace('%', "%25");
                let encoded = |text: &str| text.replace(':', "%3A").replace('/', "%2F");
                text = text
                    .replace(&encoded(&from), &encoded(&to))
                    .replace(&twice(&encoded(&from)), &twice(&encoded(&to)));
            }
        }
        let mut out = String::new();
        let mut word = String::new();
        for letter in text.chars().chain(['\n']) {
            if letter.is_ascii_alphanumeric() || "-_.".contains(letter) {
                word.push(letter);
                continue;
            }
            out.push_str(&self.stand_in(&word));
            word.clear();
            out.push(letter);
        }
        out
    }

    /// A word of 43 characters or more is a secret, or a handle with one in it.
    fn stand_in(&mut self, word: &str) -> String {
        // An escape before a secret (`%3D`) leaves its digits in front of it.
        let (before, secret) = match word.len() {
            0..43 => return word.to_owned(),
            45 | 68 => word.split_at(2),
            47 | 70 => word.split_at(4),
            _ => ("", word),
        };
        let next = format!("[{}]", self.secrets.len() + 1);
        format!("{before}{}", self.secrets.entry(secret.to_owned()).or_insert(next))
    }
}
