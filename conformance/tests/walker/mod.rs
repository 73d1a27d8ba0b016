//! A person with a browser: opens an application, presses login, logs in, consents, and looks at the result.
//!
//! Client and server are both visited, with one cookie jar that knows hosts and no ports, as browsers have it.
//! What the person sees is judged in `steps.rs`, from the exchanges alone. Scripts and `SameSite` are left out.

mod steps;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime};

use oauth_suite::browser::{Decision, Jar, Page, consent, login};
use oauth_suite::subject::User;
use oauth_suite::wire::http::{Settings, Wire};
use oauth_suite::wire::{Actor, Exchange, Moment, Request, Whole};
use url::Url;

/// Browsers give up about here.
const MAX_REDIRECTS: usize = 20;
/// Login and consent take fewer pages.
const MAX_PAGES: usize = 6;

/// A person with a browser.
pub(crate) struct Walker {
    wire: Wire,
    jar: Jar,
    /// Whose name and password the person types.
    pub(crate) user: User,
    /// What the person says to an application that wants something.
    pub(crate) decision: Decision,
    ticks: AtomicU64,
    /// Every exchange, in order.
    pub(crate) trail: Vec<Arc<Exchange>>,
}

impl Walker {
    /// The built-in user, with a browser that was never used.
    pub(crate) fn new() -> Self {
        Self {
            wire: Wire::new(&Settings::default()).expect("HTTP works"),
            jar: Jar::default(),
            user: User { name: "id001".into(), password: "mypassword".into() },
            decision: Decision::Approve,
            ticks: AtomicU64::new(0),
            trail: Vec::new(),
        }
    }

    /// Opens the application, presses login, logs in, consents, and stops at the page that asks nothing more.
    pub(crate) async fn sign_in(&mut self, application: &str) -> Page {
        let start = self.open(&format!("{application}/")).await;
        let Some(link) = start.links.iter().find(|link| path(&link.url) == "/login") else { return start };
        self.answer(&link.url).await
    }

    /// Opens a page, logs in and decides where that is asked, and stops at the page that asks nothing more.
    pub(crate) async fn answer(&mut self, url: &str) -> Page {
        let mut page = self.open(url).await;
        for _ in 0..MAX_PAGES {
            let form = login(&page, &[], &self.user).or_else(|| consent(&page, &[], self.decision));
            let Some(form) = form else { break };
            page = self.follow(form.request()).await;
        }
        page
    }

    /// Opens a page.
    pub(crate) async fn open(&mut self, url: &str) -> Page {
        self.follow(Request::get(url)).await
    }

    /// The documented steps that did not take place, as `12 request-token`.
    pub(crate) fn missing_steps(&self, client: &str, server: &str) -> Vec<String> {
        steps::missing(&self.trail, client, server, &self.user.name)
    }

    /// Panics unless each of the 17 documented steps took place, in order.
    #[track_caller]
    pub(crate) fn assert_all_steps(&self, client: &str, server: &str) {
        let missing = self.missing_steps(client, server);
        assert!(missing.is_empty(), "not seen: {}\n{}", missing.join(", "), self.story());
    }

    /// The exchanges, a line each, without queries.
    fn story(&self) -> String {
        let line = |exchange: &Arc<Exchange>| {
            let url = exchange.request.url.split('?').next().unwrap_or_default();
            let status =
                exchange.status().map_or_else(|| "no answer".to_owned(), |status| status.to_string());
            format!("  {} {url} -> {status}\n", exchange.request.method)
        };
        let last = self.trail.last().and_then(|exchange| Page::read(exchange).ok());
        let last = last.map(|page| page.text).unwrap_or_default();
        self.trail.iter().map(line).collect::<String>() + "  the last page: " + &last
    }

    /// Sends a request and follows redirects to the page that is shown.
    pub(crate) async fn follow(&mut self, request: Request) -> Page {
        let mut request = request;
        for _ in 0..MAX_REDIRECTS {
            let exchange = self.send(request.clone()).await;
            let next = exchange.answer.as_ref().ok().filter(|response| response.is_redirect());
            let Some((status, location)) =
                next.and_then(|response| Some((response.status, response.header("location")?)))
            else {
                return Page::read(&exchange).expect("a page of an honest size");
            };
            let base = Url::parse(&request.url).expect("a URL that was sent");
            let mut url = base.join(location).expect("a location that can be followed");
            url.set_fragment(None);
            request = match status {
                307 | 308 => Request { url: url.into(), ..request },
                _ => Request::get(url),
            };
        }
        panic!("more than {MAX_REDIRECTS} redirects\n{}", self.story());
    }

    async fn send(&mut self, request: Request) -> Arc<Exchange> {
        let url = Url::parse(&request.url).expect("a page's URL is absolute");
        let mut request = request.without_header("Cookie");
        if let Some(cookies) = self.jar.header(&url, SystemTime::now()) {
            request = request.header("Cookie", cookies);
        }
        let moment = || Moment { tick: self.ticks.fetch_add(1, Ordering::Relaxed), at: Instant::now() };
        let ((sent, answered), answer) = self.wire.send(&request, moment).await;
        if let Ok(response) = &answer {
            self.jar.take(&url, &response.headers("set-cookie"), SystemTime::now());
        }
        let number = self.trail.len() as u64 + 1;
        let exchange = Arc::new(Exchange {
            number,
            who: Actor::Browser,
            browser: Some(0),
            sent,
            answered,
            request,
            answer,
            whole: Whole::default(),
        });
        self.trail.push(Arc::clone(&exchange));
        exchange
    }
}

fn path(url: &str) -> String {
    Url::parse(url).map(|url| url.path().to_owned()).unwrap_or_default()
}
