//! Where a secret stands in a message because of the message's own grammar: parameters of a URL or a form, cookies,
//! `Authorization`, proofs, hidden fields.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use oauth_secrets::{Kind, Says, says};
use serde_json::Value;
use url::form_urlencoded;

use crate::wire::dpop::thumbprint;
use crate::wire::{Request, Response};

/// A secret, and where it stood.
pub(super) struct Found {
    pub(super) kind: Kind,
    pub(super) secret: String,
    pub(super) place: String,
}

/// The longest tag that is read as one.
const LONGEST_TAG: usize = 4096;

type StandIn<'a> = &'a mut dyn FnMut(Kind, &str) -> String;

/// The secrets of a request.
pub(super) fn of_request(request: &Request) -> Vec<Found> {
    let mut found = Vec::new();
    let mut keep = |kind, secret: &str, place: &str| {
        found.push(Found { kind, secret: secret.into(), place: place.into() });
        String::new()
    };
    walk_request(request, &mut keep);
    found
}

/// The secrets of a response's headers, and of the hidden fields of its body.
pub(super) fn of_response(response: &Response, body: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let mut keep = |kind, secret: &str, place: &str| {
        found.push(Found { kind, secret: secret.into(), place: place.into() });
        String::new()
    };
    walk_headers(response, &mut keep);
    found.extend(hidden(body));
    found
}

/// What a request says in the open, which may come back where secrets stand.
pub(super) fn public_of(request: &Request) -> Vec<String> {
    let open = [
        "state",
        "nonce",
        "code_challenge",
        "client_id",
        "redirect_uri",
        "scope",
        "resource",
        "audience",
        "dpop_jkt",
        "username",
    ];
    let query = request.url.split_once('?').map_or("", |(_, query)| query);
    let body = std::str::from_utf8(&request.body).unwrap_or_default();
    let pairs = form_urlencoded::parse(query.as_bytes()).chain(form_urlencoded::parse(body.as_bytes()));
    let mut public: Vec<String> =
        pairs.filter(|(name, _)| open.contains(&&**name)).map(|(_, value)| value.into_owned()).collect();
    if let Ok(document) = serde_json::from_str(body) {
        strings(&document, &mut public);
    }
    for (name, value) in &request.headers {
        if name.eq_ignore_ascii_case("dpop") {
            public.extend(key_of_proof(value));
        }
    }
    public
}

/// The strings of a JSON document, but for those under names of secrets.
fn strings(document: &Value, found: &mut Vec<String>) {
    match document {
        Value::String(text) => found.push(text.clone()),
        Value::Array(array) => array.iter().for_each(|member| strings(member, found)),
        Value::Object(object) => {
            for (_, member) in
                object.iter().filter(|(name, _)| !matches!(says(name.as_bytes()), Says::Secret(_)))
            {
                strings(member, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The public key of a proof and its thumbprint.
fn key_of_proof(proof: &str) -> Vec<String> {
    let mut found = Vec::new();
    let header = proof.split('.').next().and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
    if let Some(Ok(header)) = header.map(|bytes| serde_json::from_slice::<Value>(&bytes)) {
        found.extend(
            ["x", "y", "n"].iter().filter_map(|name| header["jwk"][name].as_str().map(str::to_owned)),
        );
        found.extend(thumbprint(&header["jwk"]));
    }
    found
}

/// The request with a stand-in at each place.
pub(super) fn rewrite_request(request: &Request, stand_in: StandIn<'_>) -> Request {
    walk_request(request, &mut |kind, secret, _| stand_in(kind, secret))
}

/// The headers of a response with a stand-in at each place.
pub(super) fn rewrite_headers(response: &Response, stand_in: StandIn<'_>) -> Vec<(String, String)> {
    walk_headers(response, &mut |kind, secret, _| stand_in(kind, secret))
}

/// Whether a header's own grammar says where its secrets stand.
pub(super) fn has_grammar(header: &str) -> bool {
    ["authorization", "proxy-authorization", "cookie", "set-cookie", "dpop"]
        .iter()
        .any(|name| header.eq_ignore_ascii_case(name))
}

/// Called with kind, secret and place; gives what is written in its stead.
type Visit<'a> = &'a mut dyn FnMut(Kind, &str, &str) -> String;

fn walk_request(request: &Request, visit: Visit<'_>) -> Request {
    let form = request.headers.iter().any(|(name, value)| {
        name.eq_ignore_ascii_case("content-type") && value.contains("x-www-form-urlencoded")
    });
    let body = match std::str::from_utf8(&request.body) {
        Ok(text) if form => pairs(text, "form", visit).into_bytes(),
        Ok(_) | Err(_) => request.body.clone(),
    };
    let headers = request
        .headers
        .iter()
        .map(|(name, value)| {
            let value = match name.to_ascii_lowercase().as_str() {
                "authorization" | "proxy-authorization" => credentials(value, visit),
                "cookie" => cookies(value, visit),
                "dpop" if !value.is_empty() => visit(Kind::Proof, value, "DPoP"),
                "referer" | "origin" => url(value, visit),
                _ => value.clone(),
            };
            (name.clone(), value)
        })
        .collect();
    Request { method: request.method.clone(), url: url(&request.url, visit), headers, body }
}

fn walk_headers(response: &Response, visit: Visit<'_>) -> Vec<(String, String)> {
    response
        .headers
        .iter()
        .map(|(name, value)| {
            let value = match name.as_str() {
                "set-cookie" => {
                    let (pair, rest) = value.find(';').map_or((value.as_str(), ""), |at| value.split_at(at));
                    cookies(pair, visit) + rest
                }
                "authorization" | "proxy-authorization" => credentials(value, visit),
                "location" | "refresh" | "content-location" => url(value, visit),
                _ => value.clone(),
            };
            (name.clone(), value)
        })
        .collect()
}

/// A URL's query and fragment.
fn url(text: &str, visit: Visit<'_>) -> String {
    let (rest, fragment) =
        text.split_once('#').map_or((text, None), |(rest, fragment)| (rest, Some(fragment)));
    let (base, query) = rest.split_once('?').map_or((rest, None), |(base, query)| (base, Some(query)));
    let mut out = base.to_owned();
    if let Some(query) = query {
        out = out + "?" + &pairs(query, "query", visit);
    }
    if let Some(fragment) = fragment {
        out = out + "#" + &pairs(fragment, "fragment", visit);
    }
    out
}

/// Pairs joined with `&`; what is no secret stays byte for byte.
fn pairs(text: &str, place: &str, visit: Visit<'_>) -> String {
    let part = |pair: &str| -> String {
        let Some((name, value)) = pair.split_once('=') else { return pair.into() };
        let decoded = form_urlencoded::parse(pair.as_bytes()).next();
        let (plain_name, plain) = decoded.unwrap_or_default();
        match says(plain_name.as_bytes()) {
            Says::Secret(kind) if !value.is_empty() => {
                format!("{name}={}", visit(kind, &plain, &format!("{plain_name} ({place})")))
            }
            Says::Secret(_) | Says::Public | Says::Plain | Says::Nothing => pair.into(),
        }
    };
    text.split('&').map(part).collect::<Vec<_>>().join("&")
}

fn credentials(value: &str, visit: Visit<'_>) -> String {
    // A scheme that stands alone is no secret.
    if ["basic", "bearer", "dpop", "digest"].iter().any(|scheme| value.trim().eq_ignore_ascii_case(scheme)) {
        return value.into();
    }
    let (scheme, rest) = value.split_once(' ').unwrap_or(("", value));
    let place = "Authorization";
    if scheme.eq_ignore_ascii_case("basic") {
        // The part after the colon is a secret by itself, and so is the whole.
        let pair = STANDARD.decode(rest.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        if let Some((_, secret)) = pair.as_deref().and_then(|pair| pair.split_once(':')) {
            let plain: String = form_urlencoded::parse(format!("v={secret}").as_bytes())
                .next()
                .map_or_else(String::new, |(_, value)| value.into_owned());
            visit(Kind::Secret, &plain, place);
            visit(Kind::Secret, secret, place);
        }
    }
    let is_token = ["bearer", "dpop"].iter().any(|token| scheme.eq_ignore_ascii_case(token));
    let kind = if is_token { Kind::Token } else { Kind::Authorization };
    if rest.is_empty() {
        value.into()
    } else {
        format!("{scheme} {}", visit(kind, rest, place)).trim_start().into()
    }
}

fn cookies(text: &str, visit: Visit<'_>) -> String {
    let part = |pair: &str| -> String {
        match pair.split_once('=') {
            Some((name, value)) if !value.is_empty() => {
                format!("{name}={}", visit(Kind::Cookie, value, &format!("cookie {}", name.trim())))
            }
            _ => pair.into(),
        }
    };
    text.split(';').map(part).collect::<Vec<_>>().join(";")
}

/// Hidden fields that guard a form. Their values are long and look random, or their names say so; the rest are the
/// request's own parameters, carried along.
fn hidden(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("<input") {
        rest = &rest[at + 6..];
        let near = &rest[..rest.floor_char_boundary(LONGEST_TAG)];
        let tag = &near[..near.find('>').unwrap_or(near.len())];
        if !attribute(tag, "type").is_some_and(|kind| kind.eq_ignore_ascii_case("hidden")) {
            continue;
        }
        let (Some(name), Some(value)) = (attribute(tag, "name"), attribute(tag, "value")) else { continue };
        let kind = match says(name.as_bytes()) {
            // A token of any name but these guards the form.
            Says::Secret(Kind::Token) if !name.ends_with("access_token") && !name.ends_with("id_token") => {
                Some(Kind::Csrf)
            }
            Says::Secret(kind) => Some(kind),
            Says::Public | Says::Plain | Says::Nothing => looks_random(value).then_some(Kind::Csrf),
        };
        if let Some(kind) = kind {
            found.push(Found { kind, secret: value.into(), place: format!("hidden field {name}") });
        }
    }
    found
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let lower = tag.to_ascii_lowercase();
    let mut from = 0;
    while let Some(at) = lower[from..].find(name).map(|at| at + from) {
        let after = tag[at + name.len()..].trim_start();
        let starts =
            at == 0 || tag[..at].ends_with(|c: char| c.is_ascii_whitespace() || c == '"' || c == '\'');
        if let Some(value) = after.strip_prefix('=').filter(|_| starts) {
            let value = value.trim_start();
            return Some(match value.chars().next() {
                Some(quote @ ('"' | '\'')) => value[1..].split(quote).next().unwrap_or_default(),
                _ => value.split(|c: char| c.is_ascii_whitespace() || c == '/').next().unwrap_or_default(),
            });
        }
        from = at + name.len();
    }
    None
}

fn looks_random(value: &str) -> bool {
    value.len() >= 16
        && value.chars().any(|c| c.is_ascii_digit())
        && value.chars().any(|c| c.is_ascii_alphabetic())
        && !value.contains("://")
        && !value.contains(char::is_whitespace)
}
