//! A consent form that is sent before the password, with what the pages until there were given: a step of the login that is
//! left out.

use oauth_rules::rules;

use crate::browser::{Decision, Page, Submission};
use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::own_values::{UNGUESSABLE, is_of_request, query_of};
use crate::cases::support::provoke::{
    LOGIN_PAGES, NO_LOGIN_NO_CODE, NO_PASSWORD, Sent, consent_page_for, gives_code, no_code, of_a_stranger,
    sends_password,
};
use crate::expect;
use crate::flow::{self, AuthorizationRequest, Browser};
use crate::subject::{Account, FileKey, Need};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[Case {
    id: "login/not-skipped-by-a-later-form",
    rules: rules!["rfc6749-3.1-owner-authenticated-first"],
    about: "A yes that is sent in place of the password, with the values of the pages before that, brings no code.",
    needs: &[Need::Login, Need::Consent],
    run: |ctx| Box::pin(not_skipped_by_a_later_form(ctx)),
    ..Case::DEFAULT
}];

/// Name and text of a value that a page was given.
type Value = (String, String);

async fn not_skipped_by_a_later_form(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    let (ask, mut user, page) = consent_page_for(ctx, flow::browser(ctx), &client, Sent::Itself).await?;
    let Some(form) = user.consent_form(&page, Decision::Approve) else {
        return Err(CaseEnd::not_tested("the consent page has no form to approve").at(&page.exchange));
    };
    if sends_password(ctx, &form) {
        let reason = "the yes stands in the form that takes the password, so that none is sent in its place";
        return Err(CaseEnd::not_offered(reason).at(&page.exchange));
    }
    let landing = user.submit(&form).await?;
    let landing = user.run(landing, Decision::Approve).await?;
    expect::code_redirect(&ask, &landing)
        .control("the consent page, approved where the user is logged in")?;

    let own = values(&page, &form, &ask);
    let is_own = own.iter().any(|(_, text)| text.len() >= UNGUESSABLE);
    if is_own {
        // What comes of the form below has to come of what stands in it then.
        let landing = flow::stranger(ctx).submit(&form).await?;
        if gives_code(&landing) {
            let reason = "a consent form that was used brings a code once more, to whoever sends it";
            return Err(CaseEnd::not_tested(reason).at(landing.exchange()));
        }
    }
    let asked = flow::ask(ctx, &ask.client);
    let mut stranger = flow::stranger(ctx);
    let earlier = before_the_password(ctx, &mut stranger, &asked).await?;
    let mut forms = with_values(&form, &own, &earlier);
    if forms.is_empty() && !is_own {
        // The browser's cookies alone say what the yes is to.
        forms.push(form);
    }
    if forms.is_empty() {
        let reason = "no page before the password has a value that could stand in the consent form";
        return Err(CaseEnd::not_offered(reason));
    }
    for form in forms {
        let step = brings_no_code(ctx, stranger.clone(), &form).await;
        ctx.tried("the yes comes from a browser in which the password is still asked for", step);
    }
    Ok(())
}

/// Sends a consent form in a browser in which nobody is logged in.
async fn brings_no_code(ctx: &Context, mut stranger: Browser, form: &Submission) -> Checked {
    let landing = stranger.submit(form).await?;
    let landing = stranger.run(landing, Decision::Approve).await?;
    landing.sent()?;
    of_a_stranger(ctx, no_code(&landing, NO_LOGIN_NO_CODE))
}

/// What the pages of a login are given until the password is asked for, that page's included. A name that is asked for before
/// is given, and the password is not.
async fn before_the_password(
    ctx: &Context,
    stranger: &mut Browser,
    ask: &AuthorizationRequest,
) -> Checked<Vec<Value>> {
    let Some(user) = ctx.target().users.get(&Account::First) else {
        return Err(CaseEnd::not_tested("the target names no [user]"));
    };
    let mut found = Vec::new();
    let mut landing = flow::open_in(ctx, stranger, ask).await?;
    for _ in 0..LOGIN_PAGES {
        let shown = landing.page().and_then(|page| Some((page, stranger.login_form(page)?)));
        let Some((page, form)) = shown else { break };
        found.extend(values(page, &form, ask));
        if form.field_with(user.password.expose()).is_some() {
            return Ok(found);
        }
        landing = stranger.submit(&form).await?;
    }
    Err(CaseEnd::not_tested(NO_PASSWORD).lacks(FileKey::LoginForm).at(landing.exchange()))
}

/// The values that a form sends without that anybody typed or chose them, in its body and in its address, but for those of the
/// authorization request.
fn values(page: &Page, form: &Submission, ask: &AuthorizationRequest) -> Vec<Value> {
    let fields = page.forms.iter().flat_map(|form| &form.fields);
    let hidden: Vec<&str> =
        fields.filter(|field| field.kind == "hidden").map(|field| field.name.as_str()).collect();
    let in_address = query_of(form);
    let in_body = form.params.pairs().filter(|(name, _)| hidden.contains(name));
    let all = in_body.chain(in_address.pairs());
    let given = all.filter(|(_, value)| !value.is_empty() && !is_of_request(value, ask));
    given.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The form with values of earlier pages in the place of its own: by their names, and of another name by each in turn.
fn with_values(form: &Submission, own: &[Value], earlier: &[Value]) -> Vec<Submission> {
    const AT_MOST: usize = 4;
    let (mut named, mut others) = (form.clone(), Vec::new());
    for (name, text) in own {
        match earlier.iter().rev().find(|(have, _)| have == name) {
            Some((_, before)) => named = put(&named, text, before),
            None if text.len() >= UNGUESSABLE => others.push(text),
            None => {}
        }
    }
    if others.is_empty() {
        return if named == *form { Vec::new() } else { vec![named] };
    }
    let long = earlier.iter().rev().filter(|(_, text)| text.len() >= UNGUESSABLE).take(AT_MOST);
    long.map(|(_, before)| others.iter().fold(named.clone(), |form, text| put(&form, text, before))).collect()
}

/// The form with another text wherever it has this one.
fn put(form: &Submission, text: &str, other: &str) -> Submission {
    let pairs = form.params.pairs();
    let params = pairs.map(|(name, value)| (name, if value == text { other } else { value })).collect();
    Submission { url: form.url.replace(text, other), params, ..form.clone() }
}

#[cfg(test)]
mod tests {
    use super::{Submission, Value, with_values};
    use crate::wire::Params;

    fn value(name: &str, text: &str) -> Value {
        (name.to_owned(), text.to_owned())
    }

    #[test]
    fn a_form_takes_the_values_of_earlier_pages_by_name_or_each_in_turn() {
        let form = |pairs: &str| Submission {
            method: "POST".into(),
            url: "https://as.example/decision".into(),
            params: Params::decode(pairs),
            multipart: false,
            page: "https://as.example/consent".into(),
        };
        let sent = form("tx=3333333333333333&confirm=yes");
        let own = [value("tx", "3333333333333333")];
        let named = [value("tx", "1111111111111111"), value("tx", "2222222222222222")];
        assert_eq!(with_values(&sent, &own, &named), [form("tx=2222222222222222&confirm=yes")]);
        let others = [value("a", "1111111111111111"), value("b", "short"), value("c", "2222222222222222")];
        assert_eq!(
            with_values(&sent, &own, &others),
            [form("tx=2222222222222222&confirm=yes"), form("tx=1111111111111111&confirm=yes")]
        );
        assert!(with_values(&sent, &own, &[]).is_empty());
    }
}
