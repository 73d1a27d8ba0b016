//! What the traffic settles of the server, beside the facts that laws judge: what it demands, remembers and takes.

use oauth_laws::fact::{SecretShown, What};
use serde_json::Value;

use super::parse::{Pairs, Twice, credentials, form, header, query};
use super::{Asked, GRACE, Observer, is_vschar};
use crate::probe::{ByKind, Consent, Probed, hinted, shown};
use crate::subject::Client;
use crate::wire::Exchange;

/// The parameters of a plain request for a code.
const PLAIN: &[&str] = &["client_id", "response_type", "redirect_uri", "scope", "state"];

impl Observer {
    /// What the exchanges so far settle.
    pub(crate) fn probed(&self) -> Probed {
        let mut probed = self.probed.clone();
        probed.refresh_grace = self.refresh_grace();
        if self.target.metadata("require_pushed_authorization_requests") == Some(&Value::Bool(true)) {
            hinted(&mut probed.push_demanded, true);
        }
        probed
    }

    /// Whether it was seen to issue refresh tokens.
    pub(crate) const fn refresh_token_issued(&self) -> ByKind {
        self.probed.refresh_token_issued
    }

    /// A request for a code to which nothing can be said but that it has no challenge, and that is refused as malformed.
    pub(super) fn settle_refusal(&mut self, params: &Pairs, client: &Client, error: Option<&str>) {
        let one = |name: &str| params.one(name).ok().flatten();
        let is_extra = |name: &str| self.target.extra_parameters.iter().any(|(extra, _)| extra == name);
        let is_plain = params.names().all(|name| PLAIN.contains(&name) || is_extra(name))
            && one("response_type") == Some("code")
            && one("redirect_uri").is_none_or(|uri| self.is_on_record(client, uri))
            && one("state").is_none_or(is_vschar);
        if is_plain && error == Some("invalid_request") {
            hinted(self.probed.challenge_demanded.of(client.is_public()), true);
        }
    }

    /// A case saw a request refused to which nothing can be said but that it has no challenge: by a page, or after the login.
    pub(crate) fn challenge_was_demanded(&mut self, client: &Client) {
        hinted(self.probed.challenge_demanded.of(client.is_public()), true);
    }

    /// A code that was issued, by the certain answer to a request.
    pub(super) fn settle_code(&mut self, asked: &Asked, client: &Client, is_known: bool) {
        if !asked.params.has("code_challenge") {
            shown(self.probed.challenge_demanded.of(client.is_public()), false);
        }
        if !asked.params.has("request_uri") {
            shown(&mut self.probed.push_demanded, false);
        }
        let is_named = self.target.registered().any(|known| known.id == client.id);
        // The page that asked for the password may have asked for the consent as well.
        if is_named && (asked.was_consent_asked || is_known) {
            let seen = if asked.was_consent_asked { Consent::Asked } else { Consent::Settled };
            let consent = self.probed.consent.entry(client.role.table()).or_insert(seen);
            if seen == Consent::Settled {
                *consent = seen;
            }
        }
    }

    /// A page that asks for consent was shown in a browser session: it is about the last request that is open there. Other pages,
    /// such as a choice of accounts, ask for none.
    pub(crate) fn consent_was_asked(&mut self, browser: u64) {
        let mut open = self.asked.iter_mut().rev();
        if let Some(asked) = open.find(|asked| asked.browser == Some(browser) && !asked.answered) {
            asked.was_consent_asked = true;
        }
    }

    /// An answer to a registration.
    pub(super) fn settle_registration(&mut self, exchange: &Exchange) {
        let Ok(None) = header(&exchange.request, "authorization") else { return };
        match exchange.status() {
            Some(200 | 201) => shown(&mut self.probed.registration_token_demanded, false),
            Some(401 | 403) => hinted(&mut self.probed.registration_token_demanded, true),
            Some(_) | None => {}
        }
    }

    /// The tokens that came for a code or a refresh token.
    pub(super) fn settle_tokens(
        &mut self,
        (by_code, spent): (bool, &str),
        is_public: bool,
        refresh: Option<&str>,
    ) {
        let rotates = refresh.is_some_and(|refresh| refresh != spent);
        let place = match by_code {
            true => self.probed.refresh_token_issued.of(is_public),
            false => self.probed.refresh_token_rotated.of(is_public),
        };
        if rotates { shown(place, true) } else { hinted(place, false) }
    }

    /// How a client authenticated where it was taken.
    pub(super) fn settle_authentication(
        &mut self,
        place: &'static str,
        exchange: &Exchange,
    ) -> Result<(), Twice> {
        if !super::introspect_revoke::succeeded(exchange) || !query(&exchange.request).is_empty() {
            return Ok(());
        }
        let params = form(&exchange.request);
        let basic = header(&exchange.request, "authorization")?.map(|value| credentials(value, "basic"));
        let shown = self.presented(exchange, &params)?.map(|(_, shown)| shown);
        let method = match (basic, params.has("client_secret"), shown) {
            (Some(Some(_)), false, Some(SecretShown::Right)) => "client_secret_basic",
            (None, true, Some(SecretShown::Right)) => "client_secret_post",
            (None, false, Some(SecretShown::NoneNeeded)) => "none",
            (_, _, _) => return Ok(()),
        };
        self.probed.authentication.entry(place).or_default().insert(method);
        Ok(())
    }

    /// For how long after its use a refresh token was taken again, where another had come in its place.
    fn refresh_grace(&self) -> Option<u64> {
        let refreshes = || {
            self.observed.facts.iter().filter_map(|fact| match &fact.what {
                What::Refresh(refresh) => Some((fact, refresh)),
                _ => None,
            })
        };
        let mut longest = None;
        for (at, (first, used)) in refreshes().enumerate() {
            let next = used.issued.and_then(|issued| issued.refresh);
            if next.is_none_or(|next| next == used.token) {
                continue;
            }
            let again = refreshes().skip(at + 1).filter(|(fact, other)| {
                other.token == used.token && other.client == used.client && fact.is_after(first)
            });
            for (fact, other) in again {
                let seconds = fact.sent_at.saturating_sub(first.answered_at).max(1);
                // A refusal long after the use says nothing of a shorter grace.
                let taken = match (other.issued.is_some(), seconds <= GRACE) {
                    (true, _) => seconds,
                    (false, true) => 0,
                    (false, false) => continue,
                };
                longest = longest.max(Some(taken));
            }
        }
        longest
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    use super::Observer;
    use crate::probe::{Consent, Probed};
    use crate::subject::read_text;
    use crate::wire::{Actor, Exchange, Moment, Request, Response, Whole};

    const TARGET: &str = r#"
issuer = "http://h"
[endpoints]
authorization = "http://h/a"
token = "http://h/t"
registration = "http://h/r"
[client]
id = "c"
secret = "confidential-secret"
redirect_uri = "http://c/cb"
[public_client]
id = "p"
redirect_uri = "http://p/cb"
"#;

    /// What stands on the page of consent, of which the browser tells the observer.
    const PAGE: &str = "the page that asks for consent";

    /// A request, of which browser if of any, and its answer: status, `Location`, body.
    type Told<'t> = (Request, Option<u64>, (u16, &'t str, &'t str));

    /// What these exchanges settle, one after the other.
    fn settled(all: &[Told<'_>]) -> Probed {
        let target = read_text("t.toml", TARGET, &|_| None).expect("the file is good");
        let at = Instant::now();
        let mut observer = Observer::new(Arc::new(target), (at, Duration::ZERO));
        for ((request, browser, (status, location, body)), tick) in all.iter().zip((0..).step_by(2)) {
            let exchange = Arc::new(Exchange {
                number: tick,
                who: Actor::Browser,
                browser: *browser,
                sent: Moment { tick, at },
                answered: Some(Moment { tick: tick + 1, at }),
                request: request.clone(),
                answer: Ok(Response {
                    status: *status,
                    headers: vec![("location".into(), (*location).into())],
                    body: (*body).into(),
                }),
                whole: Whole::default(),
            });
            observer.read(&exchange, &exchange);
            if let Some(browser) = browser.filter(|_| *body == PAGE) {
                observer.consent_was_asked(browser);
            }
        }
        observer.probed()
    }

    fn ask(client: &str, more: &str) -> Request {
        let uri = format!("http%3A%2F%2F{client}%2Fcb");
        Request::get(format!(
            "http://h/a?response_type=code&client_id={client}&redirect_uri={uri}&state=s{more}"
        ))
    }

    fn token(form: &str) -> Request {
        Request::post("http://h/t", form.into())
    }

    #[test]
    fn a_challenge_is_demanded_where_a_plain_request_is_refused_for_the_lack_of_it() {
        let error = "http://p/cb?error=invalid_request&state=s";
        let refused = |more: &str| settled(&[(ask("p", more), Some(1), (302, error, ""))]).challenge_demanded;
        assert_eq!((refused("").public, refused("").confidential), (Some(true), None));
        assert_eq!(refused("&request=x").public, None, "it may be refused for its other flaw");
        let code = settled(&[(ask("c", ""), Some(1), (302, "http://c/cb?code=1&state=s", ""))]);
        assert_eq!(code.challenge_demanded.confidential, Some(false));
        assert_eq!(code.push_demanded, Some(false));
    }

    #[test]
    fn consent_is_settled_where_a_code_comes_without_a_page() {
        let by_page = |browser, page| {
            let form = Request::post("http://h/decide", "yes=1".into()).header("Referer", "http://h/a");
            [
                (ask("c", ""), Some(browser), (200, "", page)),
                (form, Some(browser), (302, "http://c/cb?code=1&state=s", "")),
            ]
        };
        let by_form = |browser| by_page(browser, PAGE);
        let chosen = settled(&by_page(1, "the choice of an account")).consent;
        assert_eq!(chosen.get("client"), Some(&Consent::Settled), "this form asks for no consent");
        let at_once = |browser| (ask("c", ""), Some(browser), (302, "http://c/cb?code=2&state=s", ""));
        let asked = settled(&by_form(1)).consent;
        assert_eq!(asked.get("client"), Some(&Consent::Asked));
        let [first, second] = by_form(1);
        let remembered = settled(&[first, second, at_once(2)]).consent;
        assert_eq!(remembered.get("client"), Some(&Consent::Settled));
    }

    #[test]
    fn a_registration_that_is_taken_without_a_token_shows_that_none_is_demanded() {
        let refused = (Request::post("http://h/r", "{}".into()), None, (401, "", ""));
        let taken = (Request::post("http://h/r", "{}".into()), None, (201, "", "{}"));
        assert_eq!(settled(std::slice::from_ref(&refused)).registration_token_demanded, Some(true));
        assert_eq!(settled(&[refused, taken]).registration_token_demanded, Some(false));
    }

    #[test]
    fn what_becomes_of_refresh_tokens_shows_in_what_they_bring() {
        let answer = |token: &'static str| (200, "", token);
        let all = [
            (
                token("grant_type=authorization_code&code=1&client_id=p"),
                None,
                answer(r#"{"access_token":"a","refresh_token":"r"}"#),
            ),
            (
                token("grant_type=refresh_token&refresh_token=r&client_id=p"),
                None,
                answer(r#"{"access_token":"b","refresh_token":"s"}"#),
            ),
            (
                token("grant_type=refresh_token&refresh_token=r&client_id=p"),
                None,
                (400, "", r#"{"error":"invalid_grant"}"#),
            ),
        ];
        let probed = settled(&all);
        assert_eq!(probed.refresh_token_issued.public, Some(true));
        assert_eq!(probed.refresh_token_rotated.public, Some(true));
        assert_eq!(probed.refresh_grace, Some(0));
        assert!(probed.authentication["token"].contains("none"));
        assert_eq!(settled(&all[..2]).refresh_grace, None);
    }
}
