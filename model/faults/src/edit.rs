//! Editing of undecoded pairs, JSON members and redirects, for faults only.

use serde_json::{Map, Value};

use oauth_core::http::{Body, HttpReply, HttpRequest};

/// The members of a JSON object.
pub(super) type Members = Map<String, Value>;

/// Name and value pairs of a query or form, undecoded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Pairs(Vec<(String, String)>);

impl Pairs {
    pub(super) fn of(text: &str) -> Self {
        let split = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (name.to_owned(), value.to_owned())
        };
        Self(text.split('&').filter(|pair| !pair.is_empty()).map(split).collect())
    }

    pub(super) fn query(request: &HttpRequest) -> Self {
        Self::of(request.query.as_deref().unwrap_or_default())
    }

    pub(super) fn body(request: &HttpRequest) -> Self {
        Self::of(std::str::from_utf8(&request.body).unwrap_or_default())
    }

    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(have, _)| have == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.0.retain(|(have, _)| have != name);
    }

    pub(super) fn push(&mut self, name: &str, value: &str) {
        self.0.push((name.to_owned(), value.to_owned()));
    }

    pub(super) fn replace(&mut self, name: &str, change: impl Fn(&str) -> String) {
        for (_, value) in self.0.iter_mut().filter(|(have, _)| have == name) {
            *value = change(value);
        }
    }

    pub(super) fn keep_first_of_each(&mut self) {
        let mut seen: Vec<String> = Vec::new();
        self.0.retain(|(name, _)| {
            let new = !seen.contains(name);
            if new {
                seen.push(name.clone());
            }
            new
        });
    }

    pub(super) fn drop_before(&mut self, names: &[&str]) {
        let at = self.0.iter().position(|(name, _)| names.contains(&name.as_str())).unwrap_or(0);
        self.0.drain(..at);
    }

    pub(super) fn text(&self) -> String {
        let joined: Vec<String> = self.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
        joined.join("&")
    }

    /// Edits the form of a request, which stays as it is if nothing changes.
    pub(super) fn edit_body(request: &mut HttpRequest, edit: impl FnOnce(&mut Self)) {
        let before = Self::body(request);
        let mut pairs = before.clone();
        edit(&mut pairs);
        if pairs != before {
            request.body = pairs.text().into_bytes();
        }
    }

    /// Edits the query of a request likewise.
    pub(super) fn edit_query(request: &mut HttpRequest, edit: impl FnOnce(&mut Self)) {
        let before = Self::query(request);
        let mut pairs = before.clone();
        edit(&mut pairs);
        if pairs != before {
            request.query = (!pairs.0.is_empty()).then(|| pairs.text());
        }
    }
}

/// Edits the pairs of a `Location`.
pub(super) fn edit_location<P>(reply: &mut HttpReply<P>, edit: impl FnOnce(&mut Pairs)) {
    let Some(location) = reply.header("Location").map(str::to_owned) else { return };
    let (base, query) = location.split_once('?').unwrap_or((&location, ""));
    let mut pairs = Pairs::of(query);
    edit(&mut pairs);
    let text = pairs.text();
    reply.set("Location", if text.is_empty() { base.to_owned() } else { format!("{base}?{text}") });
}

/// Edits the members of a JSON body.
pub(super) fn edit_json<P>(reply: &mut HttpReply<P>, edit: impl FnOnce(&mut Members)) {
    if let Body::Text(text) = &mut reply.body
        && let Ok(Value::Object(mut members)) = serde_json::from_str(text)
    {
        edit(&mut members);
        *text = Value::Object(members).to_string();
    }
}

/// Changes a member that is a text.
pub(super) fn change(members: &mut Members, name: &str, change: impl Fn(&str) -> String) {
    if let Some(Value::String(text)) = members.get_mut(name) {
        *text = change(text);
    }
}

/// Adds to a member that is a text.
pub(super) fn append(members: &mut Members, name: &str, more: &str) {
    change(members, name, |text| format!("{text}{more}"));
}
