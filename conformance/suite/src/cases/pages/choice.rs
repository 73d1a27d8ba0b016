//! The consent page where it lets the user choose: what was left out is in no token.

use std::sync::Arc;

use oauth_rules::rules;

use crate::browser::{Decision, Page, Submission};
use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::provoke::{consent_page, consent_page_if_asked, gives_code, others_to_ask};
use crate::cases::support::refresh::refresh;
use crate::cases::support::scope::{has_value, introspected, stated};
use crate::expect::{self, Token};
use crate::flow::{self, AuthorizationRequest, Browser};
use crate::subject::{Client, Need};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[Case {
    id: "consent/no-more-than-agreed",
    rules: rules!["rfc6749-10.12-no-more-than-agreed"],
    about: "A scope value that the user leaves out on the consent page is in no token, refreshed ones included.",
    needs: &[Need::Login, Need::Consent, Need::SecondScope],
    run: |ctx| Box::pin(no_more_than_agreed(ctx)),
    ..Case::DEFAULT
}];

/// Values that say more than what the client may use, so that a box for them may mean something else.
const SPECIAL: &[&str] = &["openid", "offline_access"];

/// A ticked box that stands for one scope value.
struct Choice {
    word: String,
    name: String,
    value: String,
}

impl Choice {
    /// Finds one that the form would send and the user may leave out: its value or its name is the scope value.
    fn find(page: &Page, form: &Submission, words: &[&str]) -> Option<Self> {
        let fields = page.forms.iter().flat_map(|form| &form.fields);
        // Whether a box was ticked on the page or had to be, it can be left out.
        let mut boxes = fields.filter(|field| field.kind == "checkbox" && !field.required);
        boxes.find_map(|field| {
            let pair = (field.name.as_str(), field.value.as_str());
            let word = words.iter().find(|word| pair.0 == **word || pair.1 == **word)?;
            form.params.pairs().any(|sent| sent == pair).then(|| Self {
                word: (*word).to_owned(),
                name: field.name.clone(),
                value: field.value.clone(),
            })
        })
    }

    /// The form without the box.
    fn left_out(&self, form: &Submission) -> Submission {
        let is_other = |(name, value): &(&str, &str)| *name != self.name || *value != self.value;
        Submission { params: form.params.pairs().filter(is_other).collect(), ..form.clone() }
    }
}

async fn no_more_than_agreed(ctx: &Context) -> Checked {
    let client = ctx.parties().client_where(Need::SecondScope, |client| client.scopes().len() > 1)?;
    let (ask, mut browser, page) = asked(ctx, &client).await?;
    let scope = ask.params.first("scope").unwrap_or_default().to_owned();
    let Some(form) = browser.consent_form(&page, Decision::Approve) else {
        return Err(CaseEnd::not_tested("the consent page has no form to approve").at(&page.exchange));
    };
    let words: Vec<&str> = scope.split(' ').filter(|word| !SPECIAL.contains(word)).rev().collect();
    let Some(choice) = Choice::find(&page, &form, &words) else {
        let reason = "the consent page has no box for a scope value that the user could leave out";
        return Err(CaseEnd::not_offered(reason).at(&page.exchange));
    };
    // What the page says next is not answered: a second page may ask for what was left out.
    let landing = browser.submit(&choice.left_out(&form)).await?;
    landing.sent()?;
    if !gives_code(&landing) {
        let reason = format!("whoever leaves out {} gets {}", choice.word, landing.describe());
        return Err(CaseEnd::not_offered(reason).at(landing.exchange()));
    }
    let code = flow::code_from(&ask, &landing).control("the consent page without one box")?;
    let narrowed = flow::redeem(ctx, &code).await?;

    // The same request with each box as it stood.
    let whole = flow::ask(ctx, &ask.client).set("scope", &scope);
    let landing = flow::authorize(ctx, &whole).await?;
    let code = flow::code_from(&whole, &landing).control("the consent page with all of its boxes")?;
    let full = flow::redeem(ctx, &code).await?;
    if stated(ctx, &full)?.is_some_and(|stated| !stated.contains(choice.word.as_str())) {
        let reason = format!("{} is in no token, whether the user leaves it out or not", choice.word);
        return Err(CaseEnd::not_tested(reason).at(&full.exchange));
    }

    match ctx.told(lacks(ctx, &ask.client, &narrowed, &choice.word).await) {
        Some(Shown::Stated) | None => {}
        Some(Shown::Told) => ctx.tell(silent(&narrowed, &choice.word)),
        Some(Shown::Nowhere) => {
            ctx.tell(silent(&narrowed, &choice.word));
            let reason = "neither the token response nor introspection says what the token is for";
            return Err(CaseEnd::not_tested(reason).at(&narrowed.exchange));
        }
    }
    match &narrowed.refresh_token {
        Some(refresh_token) => refreshed(ctx, &ask.client, refresh_token, &choice.word).await,
        None => Ok(()),
    }
}

/// No refresh brings back what was left out.
async fn refreshed(ctx: &Context, client: &Arc<Client>, refresh_token: &str, word: &str) -> Checked {
    let answer = flow::token(ctx, &refresh(client, refresh_token)).await?;
    let token = expect::token(&answer).control("an honest refresh")?;
    // Without a scope in the request, silence means what the user allowed (section 6).
    let lacks_it = lacks(ctx, client, &token, word).await;
    ctx.tried("the token is refreshed", lacks_it);
    let newest = token.refresh_token.as_deref().unwrap_or(refresh_token);
    let answer = flow::token(ctx, &refresh(client, newest).set("scope", word)).await?;
    let way = "a refresh asks for what was left out";
    match expect::token(&answer) {
        Ok(token) => match lacks(ctx, client, &token, word).await.when(way)? {
            Shown::Stated | Shown::Told => Ok(()),
            // Silence means what was asked for (section 5.1).
            Shown::Nowhere => {
                Err(answer.broken("a refusal", "a token for what was asked").granted()).when(way)
            }
        },
        Err(_) => ctx.trying(way, |ctx| expect::token_refused(ctx, &answer, &["invalid_scope"])),
    }
}

/// A request for all that a client may ask for on which the user is asked: of this client, or, where an earlier yes to that
/// stands, of another, by another user, or of a client that registers itself.
async fn asked(ctx: &Context, client: &Arc<Client>) -> Checked<(AuthorizationRequest, Browser, Page)> {
    let scope = client.scopes().join(" ");
    let mut ask = flow::ask(ctx, client).set("scope", &scope);
    if let Some((browser, page)) = consent_page_if_asked(ctx, flow::browser(ctx), &ask).await? {
        return Ok((ask, browser, page));
    }
    for (browser, other) in others_to_ask(ctx, &flow::browser(ctx), client) {
        let scopes = other.scopes();
        if scopes.len() < 2 {
            continue;
        }
        let ask = flow::ask(ctx, &other).set("scope", &scopes.join(" "));
        // Another client may be refused for a reason of its own.
        if let Ok(Some((browser, page))) = consent_page_if_asked(ctx, browser, &ask).await {
            return Ok((ask, browser, page));
        }
    }
    if ctx.target().endpoints.registration.is_some() {
        let mut metadata = flow::metadata(ctx)?;
        metadata["scope"] = scope.as_str().into();
        let fresh = flow::registered(ctx, &metadata).await?;
        ask = flow::ask(ctx, &fresh.client).set("scope", &scope);
    }
    let (browser, page) = consent_page(ctx, flow::browser(ctx), &ask).await?;
    Ok((ask, browser, page))
}

/// Where it is shown what a token is for.
enum Shown {
    /// In its response.
    Stated,
    /// By introspection alone.
    Told,
    /// Nowhere.
    Nowhere,
}

/// A token lacks a scope value, by what its response states and by what is told of it.
async fn lacks(ctx: &Context, client: &Arc<Client>, token: &Token, word: &str) -> Checked<Shown> {
    let stated = stated(ctx, token)?;
    let told = introspected(ctx, client, token).await?;
    let by = if stated.as_ref().is_some_and(|values| values.contains(word)) {
        Some("its response")
    } else if told.as_ref().is_some_and(|scope| has_value(scope, word)) {
        Some("introspection")
    } else {
        None
    };
    if let Some(by) = by {
        let expected = format!("a token without {word}, which the user left out");
        return Err(token.exchange.broken(expected, format!("a token with {word}, by {by}")));
    }
    Ok(match (stated, told) {
        (Some(_), _) => Shown::Stated,
        (None, Some(_)) => Shown::Told,
        (None, None) => Shown::Nowhere,
    })
}

/// A response does not state the scope, although it is not what was asked for.
fn silent(token: &Token, word: &str) -> CaseEnd {
    let end = token.exchange.broken(format!("scope, without {word}"), "no scope");
    end.under(rules!["rfc6749-3.3-scope-returned-if-different"])
}
