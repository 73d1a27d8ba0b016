//! What a form has that nobody can guess who was not shown its page.

use crate::browser::Submission;
use crate::case::Context;
use crate::flow::AuthorizationRequest;
use crate::wire::Params;

/// A shorter value may be a constant of the form.
pub(in crate::cases) const UNGUESSABLE: usize = 16;

/// What the address of a form carries.
pub(in crate::cases) fn query_of(form: &Submission) -> Params {
    Params::decode(form.url.split_once('?').map_or("", |(_, query)| query))
}

/// The values of a form, and of the address it goes to, that whoever knows the request cannot guess. What a user types into it
/// is none of the page's.
pub(in crate::cases) fn unguessable(
    ctx: &Context,
    form: &Submission,
    ask: &AuthorizationRequest,
) -> Vec<String> {
    let query = query_of(form);
    let values = form.params.pairs().chain(query.pairs()).map(|(_, value)| value);
    values.filter(|value| is_unguessable(ctx, value, ask)).map(str::to_owned).collect()
}

fn is_unguessable(ctx: &Context, value: &str, ask: &AuthorizationRequest) -> bool {
    let mut users = ctx.target().users.values();
    let typed = users.any(|user| value == user.name || value == user.password.expose());
    value.len() >= UNGUESSABLE && !typed && !is_of_request(value, ask)
}

/// Whether a value is one of the authorization request. A copy of the whole request, such as a return address, is as well.
pub(in crate::cases) fn is_of_request(value: &str, ask: &AuthorizationRequest) -> bool {
    let copied = ask.state().is_some_and(|state| value.contains(state));
    copied || ask.params.pairs().any(|(_, known)| known == value)
}

/// The form with each unguessable value changed, or left out.
pub(in crate::cases) fn with_changed(
    ctx: &Context,
    form: &Submission,
    ask: &AuthorizationRequest,
    change: impl Fn(&str, &str) -> Option<String>,
) -> Submission {
    let change_all = |params: &Params| -> Params {
        let pairs = params.pairs().filter_map(|(name, value)| {
            let value = if is_unguessable(ctx, value, ask) { change(name, value)? } else { value.to_owned() };
            Some((name.to_owned(), value))
        });
        pairs.collect()
    };
    let bare = form.url.split('?').next().unwrap_or_default();
    let (whole, changed) = (query_of(form), change_all(&query_of(form)));
    // What is not changed is not spelt anew either.
    let url = if changed == whole { form.url.clone() } else { changed.append_to(bare) };
    Submission { url, params: change_all(&form.params), ..form.clone() }
}

/// Another text of the same length and alphabet: two characters near its end become others of their kind.
pub(in crate::cases) fn alter(value: &str) -> String {
    let at = value.chars().count().saturating_sub(3);
    let other = |c: char| match c {
        '0' => '1',
        'a' => 'b',
        'A' => 'B',
        '1'..='9' => '0',
        'b'..='z' => 'a',
        'B'..='Z' => 'A',
        other => other,
    };
    let chars = value.chars().enumerate();
    chars.map(|(place, c)| if place == at || place + 1 == at { other(c) } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::alter;

    #[test]
    fn an_altered_value_keeps_its_length_and_alphabet() {
        for (value, expected) in
            [("abcdef", "abaaef"), ("0123456789", "0123450089"), ("grant.AbC0z", "grant.AaA0z")]
        {
            assert_eq!(alter(value), expected);
        }
    }
}
