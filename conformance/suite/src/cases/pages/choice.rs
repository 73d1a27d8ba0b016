//! The consent page where it lets the user choose: what was left out is in no token.

use std::sync::Arc;

use oauth_rules::rules;

use crate::browser::{Decision, Page, Submission};
use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _, EndKind};
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
    about: "Each scope value that the user leaves out on the consent page is in no token, refreshed ones included.",
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
    /// Those that the form would send and the user may leave out, in the order of the page: the value or the name is a scope
    /// value.
    fn all(page: &Page, form: &Submission, scope: &str) -> Vec<Self> {
        let words: Vec<&str> = scope.split(' ').filter(|word| !SPECIAL.contains(word)).collect();
        let fields = page.forms.iter().flat_map(|form| &form.fields);
        // Whether a box was ticked on the page or had to be, it can be left out.
        let boxes = fields.filter(|field| field.kind == "checkbox" && !field.required);
        let choice = |(name, value): (&str, &str)| {
            let word = words.iter().find(|word| name == **word || value == **word)?;
            let is_sent = form.params.pairs().any(|sent| sent == (name, value));
            is_sent.then(|| Self { word: (*word).to_owned(), name: name.to_owned(), value: value.to_owned() })
        };
        boxes.filter_map(|field| choice((field.name.as_str(), field.value.as_str()))).collect()
    }

    /// The form without the boxes of these scope values.
    fn left_out(choices: &[Self], form: &Submission, words: &[String]) -> Submission {
        let is_kept = |(name, value): &(&str, &str)| {
            let mut left_out = choices.iter().filter(|choice| words.contains(&choice.word));
            !left_out.any(|choice| choice.name == *name && choice.value == *value)
        };
        Submission { params: form.params.pairs().filter(is_kept).collect(), ..form.clone() }
    }

    /// What the user leaves out in turn: each scope value that has a box, and, of more than two, all but the first.
    fn ways(choices: &[Self]) -> Vec<Vec<String>> {
        let mut words: Vec<String> = Vec::new();
        for choice in choices {
            if !words.contains(&choice.word) {
                words.push(choice.word.clone());
            }
        }
        let mut ways: Vec<Vec<String>> = words.iter().map(|word| vec![word.clone()]).collect();
        if let [_, rest @ ..] = words.as_slice()
            && rest.len() > 1
        {
            ways.push(rest.to_vec());
        }
        ways
    }
}

async fn no_more_than_agreed(ctx: &Context) -> Checked {
    let client = ctx.parties().client_where(Need::SecondScope, |client| client.scopes().len() > 1)?;
    let first = Asked::of(ctx, &client).await?;
    let ways = Choice::ways(&first.choices);
    let mut asks_next = Some(first);
    let (mut tried, mut broken, mut untried) = (Vec::new(), false, None);
    for words in ways {
        let when = format!("{} is left out", words.join(" "));
        let asked = match asks_next.take() {
            Some(asked) => Ok(asked),
            None => Asked::of(ctx, &client).await,
        };
        let answered = match asked {
            Ok(asked) => asked.without(&ctx.when(&when), &words).await,
            Err(end) => Err(end),
        };
        match answered {
            Ok(asked) => tried.push((words, asked)),
            Err(end) if matches!(end.kind, EndKind::NotOffered | EndKind::NotTested) => {
                ctx.note(format!("when {when}: {}", end.saw));
                untried.get_or_insert(end);
            }
            Err(end) => {
                broken = true;
                ctx.tell(end.when(&when));
            }
        }
    }
    let Some((_, (last, scope))) = tried.last() else {
        return if broken { Ok(()) } else { untried.map_or(Ok(()), Err) };
    };

    // The same request with each box as it stood.
    let whole = flow::ask(ctx, last).set("scope", scope);
    let landing = flow::authorize(ctx, &whole).await?;
    let code = flow::code_from(&whole, &landing).control("the consent page with all of its boxes")?;
    let full = flow::redeem(ctx, &code).await?;
    let Some(stated) = stated(ctx, &full)? else { return Ok(()) };
    let is_given = |words: &[String]| words.iter().all(|word| stated.contains(word.as_str()));
    let never = tried.iter().find(|(words, _)| !is_given(words));
    match never {
        Some((words, _)) if !broken => {
            let reason = format!("{} is in no token, whether the user leaves it out or not", words.join(" "));
            Err(CaseEnd::not_tested(reason).at(&full.exchange))
        }
        Some(_) | None => Ok(()),
    }
}

/// A page on which the user can choose.
struct Asked {
    ask: AuthorizationRequest,
    scope: String,
    browser: Browser,
    form: Submission,
    choices: Vec<Choice>,
}

impl Asked {
    /// `not-offered` where there is nothing to be chosen.
    async fn of(ctx: &Context, client: &Arc<Client>) -> Checked<Self> {
        let (ask, browser, page) = asked(ctx, client).await?;
        let scope = ask.params.first("scope").unwrap_or_default().to_owned();
        let Some(form) = browser.consent_form(&page, Decision::Approve) else {
            return Err(CaseEnd::not_tested("the consent page has no form to approve").at(&page.exchange));
        };
        let choices = Choice::all(&page, &form, &scope);
        if choices.is_empty() {
            let reason = "the consent page has no box for a scope value that the user could leave out";
            return Err(CaseEnd::not_offered(reason).at(&page.exchange));
        }
        Ok(Self { ask, scope, browser, form, choices })
    }

    /// No token of whoever leaves these scope values out is for one of them. Gives the client that asked, and for what.
    async fn without(mut self, ctx: &Context, words: &[String]) -> Checked<(Arc<Client>, String)> {
        if !words.iter().all(|word| self.choices.iter().any(|choice| choice.word == *word)) {
            return Err(CaseEnd::not_offered("the page has no box for it this time"));
        }
        // What the page says next is not answered: a second page may ask for what was left out.
        let landing = self.browser.submit(&Choice::left_out(&self.choices, &self.form, words)).await?;
        landing.sent()?;
        let left_out = words.join(" ");
        if !gives_code(&landing) {
            let reason = format!("whoever leaves out {left_out} gets {}", landing.describe());
            return Err(CaseEnd::not_offered(reason).at(landing.exchange()));
        }
        let code = flow::code_from(&self.ask, &landing).control("the consent page without one box")?;
        let narrowed = flow::redeem(ctx, &code).await?;
        let client = Arc::clone(&self.ask.client);
        match lacks(ctx, &client, &narrowed, words).await? {
            Shown::Stated => {}
            Shown::Told => ctx.tell(silent(&narrowed, &left_out)),
            Shown::Nowhere => {
                ctx.tell(silent(&narrowed, &left_out));
                let reason = "neither the token response nor introspection says what the token is for";
                return Err(CaseEnd::not_tested(reason).at(&narrowed.exchange));
            }
        }
        if let Some(refresh_token) = &narrowed.refresh_token {
            refreshed(ctx, &client, refresh_token, words).await?;
        }
        Ok((client, self.scope))
    }
}

/// No refresh brings back what was left out.
async fn refreshed(ctx: &Context, client: &Arc<Client>, refresh_token: &str, words: &[String]) -> Checked {
    let answer = flow::token(ctx, &refresh(client, refresh_token)).await?;
    let token = expect::token(&answer).control("an honest refresh")?;
    // Without a scope in the request, silence means what the user allowed (section 6).
    let lacks_it = lacks(ctx, client, &token, words).await;
    ctx.tried("the token is refreshed", lacks_it);
    let newest = token.refresh_token.as_deref().unwrap_or(refresh_token);
    let answer = flow::token(ctx, &refresh(client, newest).set("scope", &words.join(" "))).await?;
    let way = "a refresh asks for what was left out";
    match expect::token(&answer) {
        Ok(token) => match lacks(ctx, client, &token, words).await.when(way)? {
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

/// A token lacks these scope values, by what its response states and by what is told of it.
async fn lacks(ctx: &Context, client: &Arc<Client>, token: &Token, words: &[String]) -> Checked<Shown> {
    let stated = stated(ctx, token)?;
    let told = introspected(ctx, client, token).await?;
    let has = |word: &String| {
        if stated.as_ref().is_some_and(|values| values.contains(word.as_str())) {
            return Some("its response");
        }
        told.as_ref().is_some_and(|scope| has_value(scope, word)).then_some("introspection")
    };
    if let Some((word, by)) = words.iter().find_map(|word| Some((word, has(word)?))) {
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
