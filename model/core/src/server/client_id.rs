//! Which clients a request mentions, for a server whose clients do not all lie in its directory.
//!
//! Nothing is judged here: to know more clients than a request means changes no answer. [`receive`](super::receive::receive)
//! says which client it is.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec::Vec;

use super::authenticate::decode_basic;
use crate::form::Params;
use crate::http::{BODY_LIMIT, HttpRequest};
use crate::refusal::Field;
use crate::text::is_vschar;

/// How many clients of one request are looked at; more than one of them is malformed in any case.
const LIMIT: usize = 3;

/// The client ids in the query, in a form and in Basic credentials, without those that no client can have (RFC 6749
/// A.1).
#[must_use]
pub fn client_ids(request: &HttpRequest) -> Vec<String> {
    let of_params = |params: &Params| {
        params.all(Field::ClientId.name()).take(LIMIT).map(str::to_owned).collect::<Vec<String>>()
    };
    let mut ids = of_params(&Params::of_query(request));
    let is_form = request.media_type().as_deref() == Some("application/x-www-form-urlencoded");
    if is_form && request.body.len() <= BODY_LIMIT {
        ids.extend(of_params(&Params::read(&request.body)));
    }
    let names = request.header("authorization").filter_map(decode_basic).map(|(name, _)| name);
    ids.extend(names.take(LIMIT));
    ids.retain(|id| !id.is_empty() && is_vschar(id));
    ids.sort_unstable();
    ids.dedup();
    ids.truncate(LIMIT);
    ids
}

#[cfg(test)]
mod tests {
    use std::string::ToString as _;
    use std::vec;

    use super::*;

    const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
    const JSON: (&str, &str) = ("content-type", "application/json");
    // "a b:x", form-encoded.
    const BASIC: (&str, &str) = ("authorization", "Basic YStiOng=");

    #[track_caller]
    fn mentions(query: &str, body: &str, headers: &[(&str, &str)], ids: &[&str]) {
        let headers = headers.iter().map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()));
        let request = HttpRequest {
            method: "POST".to_string(),
            path: "/token".to_string(),
            query: Some(query.to_string()),
            headers: headers.collect(),
            body: body.as_bytes().to_vec(),
        };
        assert_eq!(client_ids(&request), ids, "{request:?}");
    }

    #[test]
    fn ids_are_found_wherever_a_request_may_have_one() {
        mentions("client_id=a&x=b", "", &[], &["a"]);
        mentions("", "client_id=a+%2Fb&x=b", &[FORM], &["a /b"]);
        mentions("", "grant_type=x", &[FORM, BASIC], &["a b"]);
        mentions("client_id=q", "client_id=f", &[FORM, BASIC], &["a b", "f", "q"]);
        mentions("client_id=a", "client_id=a", &[FORM], &["a"]);
    }

    #[test]
    fn what_names_no_client_is_not_looked_for() {
        mentions("", "", &[], &[]);
        mentions("client_id=", "client_id=a%00b&client_id=%C3%A9&client_id=%", &[FORM], &[]);
        mentions("", "client_id=a", &[JSON], &[]);
        mentions("", "", &[("authorization", "Bearer YStiOng=")], &[]);
        mentions("", &vec!["client_id=a"; 30_000].join("&"), &[FORM], &[]);
        mentions("client_id=1&client_id=2&client_id=3&client_id=4&client_id=5", "", &[], &["1", "2", "3"]);
    }
}
