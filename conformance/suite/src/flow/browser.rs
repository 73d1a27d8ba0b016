//! A browser of our own: cookies, redirects by hand, forms. It never connects to a redirect URI or to a foreign
//! origin, whatever leads there; it stops and hands over the `Location`.

use std::collections::BTreeSet;
use std::sync::Arc;

use url::Url;

use crate::browser::{
    Decision, Jar, Landing, Led, Location, Page, Submission, by_itself, consent, login, login_with_consent,
    onward, resolve, response,
};
use crate::case::Context;
use crate::case_end::{CaseEnd, Checked};
use crate::flow;
use crate::subject::{Account, FileKey, Place, shown};
use crate::wire::{Actor, Exchange, Request};

/// Browsers give up about here.
const MAX_REDIRECTS: usize = 20;
/// Login and consent take at most this many pages.
const MAX_PAGES: usize = 8;

/// Where `Browser::run_until` stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// At the first page that asks to log in.
    Login,
    /// At the first page that asks for consent.
    Consent,
    /// Where nothing more is to be filled in.
    End,
}

/// What on a page leads to a request.
struct Source {
    /// Where the page is.
    page: String,
    /// Whether it sends a password.
    logs_in: bool,
    /// What shows the page.
    exchange: Option<Arc<Exchange>>,
}

/// A browser with its own cookie jar. Cloning it forks the session.
#[derive(Clone)]
pub struct Browser {
    context: Context,
    number: u64,
    /// Its cookies.
    pub jar: Jar,
    /// Whose account it logs in with when asked; `None` leaves login pages alone.
    pub who: Option<Account>,
    /// As whom the recording names it.
    pub actor: Actor,
    /// Every exchange of this browser, in order.
    pub trail: Vec<Arc<Exchange>>,
    /// Whether another site leads it, so that cookies stay behind which are kept within the site.
    is_led_from_elsewhere: bool,
}

impl Browser {
    pub(crate) fn new(context: Context, jar: Jar, who: Option<Account>, actor: Actor) -> Self {
        let number = context.live().browser();
        Self { context, number, jar, who, actor, trail: Vec::new(), is_led_from_elsewhere: false }
    }

    /// Opens a URL and follows redirects until it comes to rest.
    ///
    /// # Errors
    /// `errored` without a usable answer, or after 20 redirects; `not-tested` if it may not go there and no exchange led
    /// to it.
    pub async fn open(&mut self, url: &str) -> Checked<Landing> {
        self.send(Request::get(url)).await
    }

    /// Sends a form and follows redirects until it comes to rest.
    ///
    /// # Errors
    /// As [`Browser::open`].
    pub async fn submit(&mut self, submission: &Submission) -> Checked<Landing> {
        let mut users = self.context.target().users.values();
        let logs_in =
            users.any(|user| submission.params.pairs().any(|(_, value)| value == user.password.expose()));
        let mut recorded = self.context.recording().into_iter().rev();
        let exchange = recorded.find(|exchange| exchange.request.url == submission.page);
        let source = Source { page: shown(&submission.page), logs_in, exchange };
        self.travel(submission.request(), Some(source)).await
    }

    /// Sends any request with this browser's cookies and follows redirects until it comes to rest.
    ///
    /// # Errors
    /// As [`Browser::open`].
    pub async fn send(&mut self, request: Request) -> Checked<Landing> {
        self.travel(request, None).await
    }

    /// As [`Browser::send`], of a request that a page of another site begins: on all of its way those cookies stay behind which
    /// `SameSite` keeps within the site.
    ///
    /// # Errors
    /// As [`Browser::open`].
    pub async fn send_from_elsewhere(&mut self, request: Request) -> Checked<Landing> {
        self.is_led_from_elsewhere = true;
        let landing = self.send(request).await;
        self.is_led_from_elsewhere = false;
        landing
    }

    /// Sends a request, if it may go there, and follows redirects.
    async fn travel(&mut self, request: Request, source: Option<Source>) -> Checked<Landing> {
        let place = self.context.target().place(&request.url);
        if let Some(why) = place.closed_to_browsers() {
            return self.stay(&request, place, source, why);
        }
        let mut request = request;
        let mut passed = BTreeSet::new();
        for _ in 0..=MAX_REDIRECTS {
            let exchange = self.send_one(request.clone()).await?;
            let response = exchange.response()?;
            let Some(text) = response.header("location").filter(|_| response.is_redirect()) else {
                let page = Page::read(&exchange)?;
                let own = |on: &Submission| self.context.target().place(&on.url) == Place::Own;
                // A page that leads to where the browser has been waits for something.
                match by_itself(&page).or_else(|| self.onward(&page)).filter(own) {
                    Some(on) if passed.insert(on.url.clone()) => request = on.request(),
                    Some(_) | None => return Ok(self.at_rest(page)),
                }
                continue;
            };
            let Some(next) = self.follow(&request, response.status, text) else {
                let place = self.context.target().place(&resolve(&request.url, text));
                return Ok(Landing::led_to(place, Location::redirect(&exchange, text)));
            };
            request = next;
        }
        // No rule of a case is about that.
        let stop = CaseEnd::errored(format!("more than {MAX_REDIRECTS} redirects in a row"));
        Err(self.trail.last().map_or(stop.clone(), |exchange| stop.at(exchange)))
    }

    /// Sends one request with this browser's cookies, takes the answer's cookies, and follows nothing.
    ///
    /// # Errors
    /// `errored` if no answer came; `not-tested` if it may not go there.
    pub async fn send_one(&mut self, request: Request) -> Checked<Arc<Exchange>> {
        let url = Url::parse(&request.url);
        let now = self.context.live().now();
        let cookies = url.as_ref().ok().and_then(|url| {
            if self.is_led_from_elsewhere {
                self.jar.header_from_elsewhere(url, now, &request.method)
            } else {
                self.jar.header(url, now)
            }
        });
        let mut request = request;
        if let Some(cookies) = cookies {
            request = request.header("Cookie", cookies);
        }
        if !request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("accept")) {
            request = request.header("Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8");
        }
        let exchange = self.context.send_from((self.actor, Some(self.number)), request).await?;
        self.trail.push(Arc::clone(&exchange));
        match (&exchange.answer, url) {
            (Ok(response), Ok(url)) => {
                self.jar.take(&url, &response.headers("set-cookie"), self.context.live().now());
                Ok(exchange)
            }
            (Ok(_), Err(_)) => Ok(exchange),
            (Err(fault), _) => Err(CaseEnd::errored(fault.to_string()).at(&exchange)),
        }
    }

    /// Goes on from where the browser is: logs in and consents when asked, until it comes to rest.
    ///
    /// # Errors
    /// As [`Browser::open`]; `not-tested` if the consent page offers no way to deny.
    pub async fn run(&mut self, from: Landing, decision: Decision) -> Checked<Landing> {
        self.run_until(from, Until::End, decision).await
    }

    /// As [`Browser::run`], but stops at the page named by `until`.
    ///
    /// # Errors
    /// As [`Browser::run`].
    pub async fn run_until(&mut self, from: Landing, until: Until, decision: Decision) -> Checked<Landing> {
        let mut landing = from;
        let mut tried = None;
        for _ in 0..MAX_PAGES {
            let Landing::Page(page) = &landing else { break };
            let asks = page.status < 400 && self.consent_form(page, Decision::Approve).is_some();
            let submission = if let Some(form) = self.login_form(page) {
                // The same form once more: the login was refused.
                let names: Vec<String> = form.params.pairs().map(|(name, _)| name.into()).collect();
                let same = Some((form.url.clone(), names));
                if until == Until::Login || tried == same || self.who.is_none() {
                    break;
                }
                let asks = asks && self.login_with_consent(page, Decision::Approve).is_some();
                if asks {
                    self.context.live().consent_was_asked(self.number);
                    if until == Until::Consent {
                        break;
                    }
                }
                tried = same;
                if asks { self.answer(page, decision)? } else { form }
            } else if asks {
                self.context.live().consent_was_asked(self.number);
                if until == Until::Consent {
                    break;
                }
                self.answer(page, decision)?
            } else {
                break;
            };
            landing = self.submit(&submission).await?;
        }
        Ok(landing)
    }

    /// The page's login form, filled in for this browser's user (the first user for a stranger).
    #[must_use]
    pub fn login_form(&self, page: &Page) -> Option<Submission> {
        let target = self.context.target();
        let user = target.users.get(&self.who.unwrap_or(Account::First))?;
        login(page, &target.forms, user)
    }

    /// The page's consent form, filled in with the decision. Where it logs in as well, it has this browser's name and password;
    /// to a stranger such a page is one of login alone.
    #[must_use]
    pub fn consent_form(&self, page: &Page, decision: Decision) -> Option<Submission> {
        if self.login_with_consent(page, Decision::Approve).is_some() {
            return self.login_with_consent(page, decision);
        }
        consent(page, &self.context.target().forms, decision)
    }

    /// The page's form that logs this browser's user in and asks for consent at once, filled in with the decision.
    fn login_with_consent(&self, page: &Page, decision: Decision) -> Option<Submission> {
        let target = self.context.target();
        login_with_consent(page, &target.forms, target.users.get(&self.who?)?, decision)
    }

    /// As [`Browser::consent_form`], of a page that has one.
    fn answer(&self, page: &Page, decision: Decision) -> Checked<Submission> {
        self.consent_form(page, decision).ok_or_else(|| {
            let hint = "no way to deny was found on the consent page; add deny to its [[login.form]]";
            CaseEnd::not_tested(hint).lacks(FileKey::LoginForm).at(&page.exchange)
        })
    }

    /// Where the browser comes to rest on a page: at the client, if the page leads there by itself with a response.
    fn at_rest(&self, page: Page) -> Landing {
        let Some(url) = response(&page) else { return Landing::Page(page) };
        let place = self.context.target().place(&url);
        if place == Place::Own {
            return Landing::Page(page);
        }
        let led = Led::Link("a page leads by itself to".to_owned());
        Landing::led_to(place, Location::of(&page.exchange, &url, led))
    }

    /// What leads on from a page that is neither a login nor a consent page.
    fn onward(&self, page: &Page) -> Option<Submission> {
        let on = onward(page).filter(|_| page.status < 400)?;
        let hints = &self.context.target().forms;
        let hinted = hints.iter().any(|hint| page.forms.iter().any(|form| form.has(&hint.has)));
        let asks = self.login_form(page).is_some() || self.consent_form(page, Decision::Approve).is_some();
        (!hinted && !asks).then_some(on)
    }

    /// The landing of a browser that is to send a request to a place that is closed to it, for this reason.
    fn stay(&self, request: &Request, place: Place, source: Option<Source>, why: &str) -> Checked<Landing> {
        let is_link = request.method == "GET" && source.as_ref().is_some_and(|source| !source.logs_in);
        let led = match &source {
            None => "the browser was to open".to_owned(),
            Some(Source { page, logs_in: true, .. }) => format!("the login form at {page} leads to"),
            Some(Source { page, .. }) if is_link => format!("a link or form at {page} leads to"),
            Some(Source { page, .. }) => format!("the form at {page} leads to"),
        };
        let shows = source.and_then(|source| source.exchange).or_else(|| self.trail.last().cloned());
        if let (Place::Callback, true, Some(exchange)) = (place, is_link, &shows) {
            let location = Location::of(exchange, &request.url, Led::Link(led.clone()));
            // No law could tell where a code came from.
            if location.params.has("error") && !location.params.has("code") {
                return Ok(Landing::Callback(location));
            }
        }
        let reason = format!("{led} {}, {why}", shown(&request.url));
        let stop = self.context.keep_back(CaseEnd::not_tested(&reason));
        match &shows {
            Some(exchange) => {
                Ok(Landing::led_to(place, Location::of(exchange, &request.url, Led::Unsent(reason))))
            }
            None => Err(stop),
        }
    }

    /// The request that follows a redirect; `None` where the browser must not go.
    fn follow(&self, request: &Request, status: u16, location: &str) -> Option<Request> {
        let url = Url::parse(&request.url).and_then(|base| base.join(location)).ok()?;
        if self.context.target().place(url.as_str()) != Place::Own {
            return None;
        }
        let mut next = request.clone().without_header("Origin").without_header("Cookie");
        let keep = matches!(status, 307 | 308) || request.method == "GET" || request.method == "HEAD";
        if !keep {
            next = Request { method: "GET".into(), body: Vec::new(), ..next }.without_header("Content-Type");
        }
        let mut bare = url;
        bare.set_fragment(None);
        next.url = bare.into();
        Some(next)
    }
}

/// The first user's browser, with the session that the run logged in; forked for this call.
#[must_use]
pub fn browser(ctx: &Context) -> Browser {
    flow::browser_of(ctx, Account::First)
}

/// A user's browser, with the session that the run logged in, if it did; forked for this call.
#[must_use]
pub fn browser_of(ctx: &Context, who: Account) -> Browser {
    let actor = match who {
        Account::First => Actor::Browser,
        Account::Second => Actor::OtherBrowser,
    };
    Browser::new(ctx.clone(), ctx.live().jar(who), Some(who), actor)
}

/// A browser without cookies that leaves login pages alone. Set its `who` to let it log in.
#[must_use]
pub fn stranger(ctx: &Context) -> Browser {
    Browser::new(ctx.clone(), Jar::default(), None, Actor::Stranger)
}
