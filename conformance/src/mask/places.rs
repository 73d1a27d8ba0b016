//! Where secrets stand by name: parameters, JSON members, cookies, `Authorization`, hidden fields.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use url::form_urlencoded;

use crate::exchange::{Request, Response};
use crate::mask::Kind;

/// A secret, and where it stood.
pub(super) struct Found {
    pub(super) kind: Kind,
    pub(super) secret: String,
    pub(super) place: String,
}

type StandIn<'a> = &'a dyn Fn(Kind, &str) -> String;

/// What a parameter or member of this name is, if it is a secret.
fn kind_of(name: &str) -> Option<Kind> {
    let name = name.to_ascii_lowercase();
    Some(match name.as_str() {
        "code" | "device_code" | "user_code" => Kind::Code,
        "access_token"
        | "token"
        | "id_token"
        | "subject_token"
        | "actor_token"
        | "registration_access_token" => Kind::Token,
        "refresh_token" => Kind::Refresh,
        "client_secret" | "client_assertion" | "assertion" => Kind::Secret,
        "code_verifier" => Kind::Verifier,
        _ if name.contains("password") || name.contains("passwd") => Kind::Password,
        _ if is_csrf(&name) => Kind::Csrf,
        _ => return None,
    })
}

fn is_csrf(name: &str) -> bool {
    ["csrf", "xsrf", "authenticity_token", "__requestverificationtoken"]
        .iter()
        .any(|word| name.contains(word))
}

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

/// The secrets of a response.
pub(super) fn of_response(response: &Response) -> Vec<Found> {
    let mut found = Vec::new();
    let mut keep = |kind, secret: &str, place: &str| {
        found.push(Found { kind, secret: secret.into(), place: place.into() });
        String::new()
    };
    walk_response(response, &mut keep);
    found
}

/// What a request says in the open, which may come back where secrets stand.
pub(super) fn public_of(request: &Request) -> Vec<String> {
    let open = ["state", "nonce", "code_challenge", "client_id", "redirect_uri", "scope", "resource"];
    let query = request.url.split_once('?').map_or("", |(_, query)| query);
    let body = std::str::from_utf8(&request.body).unwrap_or_default();
    let pairs = form_urlencoded::parse(query.as_bytes()).chain(form_urlencoded::parse(body.as_bytes()));
    pairs.filter(|(name, _)| open.contains(&&**name)).map(|(_, value)| value.into_owned()).collect()
}

/// The request with a stand-in at each place.
pub(super) fn rewrite_request(request: &Request, stand_in: StandIn<'_>) -> Request {
    walk_request(request, &mut |kind, secret, _| stand_in(kind, secret))
}

/// The response with a stand-in at each place.
pub(super) fn rewrite_response(response: &Response, stand_in: StandIn<'_>) -> Response {
    walk_response(response, &mut |kind, secret, _| stand_in(kind, secret))
}

/// Called with kind, secret and place; gives what is written in its stead.
type Visit<'a> = &'a mut dyn FnMut(Kind, &str, &str) -> String;

fn walk_request(request: &Request, visit: Visit<'_>) -> Request {
    let form = request.headers.iter().any(|(name, value)| {
        name.eq_ignore_ascii_case("content-type") && value.contains("x-www-form-urlencoded")
    });
    let body = match std::str::from_utf8(&request.body) {
        Ok(text) if form => pairs(text, "form", visit).into_bytes(),
        Ok(text) => json(text, visit).unwrap_or_else(|| pairs(text, "body", visit)).into_bytes(),
        Err(_) => request.body.clone(),
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

fn walk_response(response: &Response, visit: Visit<'_>) -> Response {
    let headers = response
        .headers
        .iter()
        .map(|(name, value)| {
            let value = match name.as_str() {
                "set-cookie" => {
                    let (pair, rest) = value.find(';').map_or((value.as_str(), ""), |at| value.split_at(at));
                    cookies(pair, visit) + rest
                }
                "location" | "refresh" | "content-location" => url(value, visit),
                _ => value.clone(),
            };
            (name.clone(), value)
        })
        .collect();
    let body = match std::str::from_utf8(&response.body) {
        Ok(text) => json(text, visit).unwrap_or_else(|| hidden(text, visit)).into_bytes(),
        Err(_) => response.body.clone(),
    };
    Response { status: response.status, headers, body }
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
        match kind_of(&plain_name) {
            Some(kind) if !value.is_empty() => {
                format!("{name}={}", visit(kind, &plain, &format!("{plain_name} ({place})")))
            }
            _ => pair.into(),
        }
    };
    text.split('&').map(part).collect::<Vec<_>>().join("&")
}

/// `None` if the text is no JSON object.
fn json(text: &str, visit: Visit<'_>) -> Option<String> {
    let value: Value = serde_json::from_str(text).ok().filter(Value::is_object)?;
    let mut found = Vec::new();
    members(&value, &mut found);
    let mut out = text.to_owned();
    for (kind, name, secret) in found {
        let stand_in = visit(kind, &secret, &format!("{name} (JSON)"));
        let quoted = serde_json::to_string(&secret).unwrap_or_default();
        out = out.replace(&quoted, &format!("\"{stand_in}\""));
    }
    Some(out)
}

fn members(value: &Value, found: &mut Vec<(Kind, String, String)>) {
    match value {
        Value::Object(object) => {
            for (name, member) in object {
                // A member `code` is an error's number or word, not a code: those travel in URLs and forms.
                match (kind_of(name).filter(|_| name != "code"), member) {
                    (Some(kind), Value::String(secret)) if !secret.is_empty() => {
                        found.push((kind, name.clone(), secret.clone()));
                    }
                    _ => members(member, found),
                }
            }
        }
        Value::Array(array) => array.iter().for_each(|member| members(member, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
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
fn hidden(text: &str, visit: Visit<'_>) -> String {
    let mut out = text.to_owned();
    let mut rest = text;
    while let Some(at) = rest.find("<input") {
        rest = &rest[at + 6..];
        let tag = &rest[..rest.find('>').unwrap_or(rest.len())];
        if !attribute(tag, "type").is_some_and(|kind| kind.eq_ignore_ascii_case("hidden")) {
            continue;
        }
        let (Some(name), Some(value)) = (attribute(tag, "name"), attribute(tag, "value")) else { continue };
        let kind = kind_of(name).or_else(|| looks_random(value).then_some(Kind::Csrf));
        if let Some(kind) = kind.filter(|_| !value.is_empty()) {
            let stand_in = visit(kind, value, &format!("hidden field {name}"));
            for quote in ['"', '\''] {
                out = out.replace(&format!("{quote}{value}{quote}"), &format!("{quote}{stand_in}{quote}"));
            }
        }
    }
    out
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
