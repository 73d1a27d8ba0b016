//! Redirect URIs with one part altered, and whether a server refuses them.

use std::sync::Arc;

use oauth_rules::rules;
use url::Url;

use crate::browser::{Landing, Location};
use crate::case::Context;
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::expect;
use crate::flow;
use crate::subject::Client;

/// A redirect URI of this client is refused with another path, query, scheme, host or user part. One without a host
/// has no room for most of them.
pub(in crate::cases) async fn refuses_other_uris(ctx: &Context, client: &Arc<Client>) -> Checked {
    use Alteration as A;
    if Parts::of(&client.redirect_uri).is_none() {
        return Ok(());
    }
    let alterations = [
        A::Slash,
        A::Segment,
        A::Dots,
        A::PathCapitals,
        A::Query,
        A::Scheme,
        A::HostSuffix,
        A::Subdomain,
        A::HostCapitals,
        A::User,
        A::HostAsUser,
    ];
    refused_of(ctx, client, &alterations).await
}

/// Tells of each of these alterations of a client's redirect URI that brings a code.
///
/// # Errors
/// As [`compared`].
pub(in crate::cases) async fn refused_of(
    ctx: &Context,
    client: &Arc<Client>,
    alterations: &[Alteration],
) -> Checked {
    let parts = compared(ctx, client).await?;
    for text in alterations.iter().filter_map(|way| way.of(client, &parts)) {
        ctx.told(refused(ctx, client, &text).await);
    }
    Ok(())
}

/// The parts of a client's redirect URI, where the server is to compare one with it.
///
/// # Errors
/// `not-tested` or `errored` if an honest request fails; `not-offered` where another URI may be good too.
pub(in crate::cases) async fn compared(ctx: &Context, client: &Arc<Client>) -> Checked<Parts> {
    flow::code(ctx, client).await?;
    has_to_be_registered(ctx, client)?;
    Parts::of(&client.redirect_uri)
        .ok_or_else(|| CaseEnd::not_offered("the client's redirect URI has no host"))
}

/// That a client may name no redirect URI which it never registered.
///
/// # Errors
/// `not-offered` where it may: in a pushed request for which it authenticates (RFC 9126, section 2.4).
pub(in crate::cases) fn has_to_be_registered(ctx: &Context, client: &Client) -> Checked {
    if flow::pushes_only(ctx) && !client.is_public() {
        let reason = "only pushed requests are taken, in which a client that authenticates may name a redirect URI that it never registered";
        return Err(CaseEnd::not_offered(reason));
    }
    Ok(())
}

/// That a request with a redirect URI which is on record for nobody brings no code.
///
/// # Errors
/// As [`without_code`].
pub(in crate::cases) async fn refused(ctx: &Context, client: &Arc<Client>, redirect_uri: &str) -> Checked {
    let when = format!("redirect_uri is {redirect_uri:?}");
    let ask = flow::ask(ctx, client).set("redirect_uri", redirect_uri);
    let Some(landing) = flow::landing(ctx, &ask).await.when(&when)? else { return Ok(()) };
    ctx.trying(&when, |ctx| without_code(ctx, client, redirect_uri, &landing))
}

/// That the answer to a request whose redirect URI is not good brings no code. That it leads there at all is a finding of its
/// own, and one that warns where it leads to the client's own; so is a server error in place of a page.
///
/// # Errors
/// Broken if a code came; `errored` without a usable answer, `not-tested` if the browser kept something back.
pub(in crate::cases) fn without_code(
    ctx: &Context,
    client: &Client,
    redirect_uri: &str,
    landing: &Landing,
) -> Checked {
    landing.sent()?;
    landing.exchange().response()?;
    let location = match landing {
        Landing::Callback(location) | Landing::Foreign(location) => location,
        Landing::Page(_) => return expect::error_page(ctx, landing, expect::OWNER_INFORMED),
    };
    let end = location.exchange.broken("an error page and no redirect", landing.describe());
    if landing.grants() {
        return Err(end.granted());
    }
    let end = end.under(rules!["rfc6749-3.1.2.4-no-redirect-to-invalid-uri"]);
    if client.redirect_uris().any(|own| location.is_at(own)) {
        ctx.tell(end.warn());
    } else if leads_to(location, redirect_uri) {
        ctx.tell(end);
    } else {
        // A page of the server may be on another host.
        ctx.note(format!(
            "{redirect_uri:?} leads to {}, which is neither that nor the client's",
            location.base()
        ));
    }
    Ok(())
}

/// Whether a location is the place that was asked for, as it stands or on the same host.
fn leads_to(location: &Location, redirect_uri: &str) -> bool {
    let host = |text: &str| Url::parse(text).ok().and_then(|url| url.host_str().map(str::to_owned));
    let asked = host(redirect_uri);
    redirect_uri.split(['?', '#']).next() == Some(location.base())
        || (asked.is_some() && asked == host(&location.text))
}

/// A redirect URI in pieces, as text.
#[derive(Debug, Clone)]
pub(in crate::cases) struct Parts {
    scheme: String,
    host: String,
    port: Option<String>,
    /// With its slash; empty without a path.
    path: String,
    /// With its question mark; empty without a query.
    query: String,
}

/// One way to spoil a redirect URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cases) enum Alteration {
    HostCapitals,
    PathCapitals,
    DefaultPort,
    OtherPort,
    Slash,
    Segment,
    Dot,
    Dots,
    EscapedDots,
    Escape,
    User,
    HostAsUser,
    Subdomain,
    HostSuffix,
    HostDot,
    Scheme,
    Tab,
    Newline,
    Backslash,
    Query,
    EmptyQuery,
}

impl Alteration {
    /// All but the added query, which RFC 6749 3.1.2.2 lets a server allow.
    pub(in crate::cases) const ALL: &'static [Self] = &[
        Self::HostCapitals,
        Self::PathCapitals,
        Self::DefaultPort,
        Self::OtherPort,
        Self::Slash,
        Self::Segment,
        Self::Dots,
        Self::EscapedDots,
        Self::Escape,
        Self::User,
        Self::Subdomain,
        Self::HostSuffix,
        Self::HostDot,
        Self::Scheme,
        Self::Tab,
        Self::Newline,
        Self::Backslash,
    ];

    /// Those of them that normalisation undoes (RFC 3986, section 6), whatever the URI.
    const NORMALISED: &'static [Self] =
        &[Self::HostCapitals, Self::DefaultPort, Self::Escape, Self::Dots, Self::EscapedDots];

    /// Whether normalisation undoes it for this URI. A path that is empty or one slash is the same one (RFC 3986, section 6.2.3).
    pub(in crate::cases) fn is_normalised(self, parts: &Parts) -> bool {
        let is_bare = matches!(parts.path.as_str(), "" | "/");
        Self::NORMALISED.contains(&self) || (self == Self::Slash && is_bare)
    }

    /// The altered text, unless the client has that on record too.
    pub(in crate::cases) fn of(self, client: &Client, parts: &Parts) -> Option<String> {
        self.apply(parts).filter(|text| client.redirect_uris().all(|own| own != text.as_str()))
    }

    /// The altered text; `None` where the URI has no room for it.
    pub(in crate::cases) fn apply(self, parts: &Parts) -> Option<String> {
        let mut new = parts.clone();
        let is_name =
            parts.host.bytes().any(|byte| byte.is_ascii_alphabetic()) && !parts.host.starts_with('[');
        match self {
            Self::HostCapitals if is_name => new.host = parts.host.to_ascii_uppercase(),
            Self::PathCapitals => new.path = parts.path.to_ascii_uppercase(),
            Self::DefaultPort if parts.port.is_none() && !parts.is_loopback() => {
                new.port = Some(if parts.scheme == "https" { "443" } else { "80" }.into());
            }
            Self::OtherPort if !parts.is_loopback() => new.port = Some("4443".into()),
            Self::Slash => {
                new.path = match parts.path.strip_suffix('/') {
                    Some(shorter) => shorter.into(),
                    None => format!("{}/", parts.path),
                }
            }
            Self::Segment => new.path = format!("{}/suite", parts.path.trim_end_matches('/')),
            Self::Dot => new.path = format!("/.{}", parts.path),
            Self::Dots => new.path = format!("/suite/..{}", parts.path),
            Self::EscapedDots => new.path = format!("/suite/%2e%2e{}", parts.path),
            Self::Escape => {
                let at = parts.path.rfind(|c: char| c.is_ascii_alphanumeric())?;
                let byte = parts.path.as_bytes()[at];
                new.path = format!("{}%{byte:02x}{}", &parts.path[..at], &parts.path[at + 1..]);
            }
            Self::User => new.host = format!("suite@{}", parts.host),
            Self::HostAsUser => {
                new.host = format!("{}@attacker.example", parts.authority());
                new.port = None;
            }
            Self::Subdomain if is_name => new.host = format!("suite.{}", parts.host),
            Self::HostSuffix => new.host = format!("{}.attacker.example", parts.host),
            Self::HostDot if is_name => new.host = format!("{}.", parts.host),
            Self::Scheme => new.scheme = if parts.scheme == "https" { "http" } else { "https" }.into(),
            Self::Tab => return Some(format!("{}\t", parts.text())),
            Self::Newline => return Some(format!("{}\n", parts.text())),
            Self::Backslash => return Some(format!("{}\\", parts.text())),
            Self::Query => return Some(parts.with_query("suite=1")),
            Self::EmptyQuery => return Some(parts.with_query("")),
            Self::HostCapitals | Self::DefaultPort | Self::OtherPort | Self::Subdomain | Self::HostDot => {}
        }
        (new.text() != parts.text()).then(|| new.text())
    }
}

impl Parts {
    /// Takes a hierarchical URI apart; `None` for one without a host.
    pub(in crate::cases) fn of(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let (authority, rest) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let (path, query) = rest.split_at(rest.find('?').unwrap_or(rest.len()));
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
                (host, Some(port.to_owned()))
            }
            Some(_) | None => (authority, None),
        };
        Some(Self { scheme: scheme.into(), host: host.into(), port, path: path.into(), query: query.into() })
    }

    /// The same with another port.
    pub(in crate::cases) fn with_port(&self, port: u16) -> Self {
        self.with_port_text(&port.to_string())
    }

    /// The same with this where a port stands, behind a colon.
    pub(in crate::cases) fn with_port_text(&self, text: &str) -> Self {
        Self { port: Some(text.into()), ..self.clone() }
    }

    /// The same with another host.
    pub(in crate::cases) fn with_host(&self, host: &str) -> Self {
        Self { host: host.into(), ..self.clone() }
    }

    /// The same with another query: a pair added, each value another, each value left out, all of it left out.
    pub(in crate::cases) fn with_other_queries(&self) -> Vec<String> {
        let mut texts = vec![self.with_query("suite=1")];
        if let Some(query) = self.query.strip_prefix('?').filter(|query| !query.is_empty()) {
            let names: Vec<&str> = query.split('&').filter_map(|pair| pair.split('=').next()).collect();
            let with_value = |value: &str| {
                let pairs: Vec<String> = names.iter().map(|name| format!("{name}={value}")).collect();
                Self { query: format!("?{}", pairs.join("&")), ..self.clone() }.text()
            };
            let none = Self { query: String::new(), ..self.clone() }.text();
            texts.extend([with_value("suite"), with_value(""), none]);
        }
        texts
    }

    /// The same with `pairs` in its query, behind what is there.
    pub(in crate::cases) fn with_query(&self, pairs: &str) -> String {
        let mark = if self.query.is_empty() { '?' } else { '&' };
        format!("{}{mark}{pairs}", self.text())
    }

    /// The same with its host in capital letters.
    pub(in crate::cases) fn with_capital_host(&self) -> Option<String> {
        Alteration::HostCapitals.apply(self)
    }

    /// The text.
    pub(in crate::cases) fn text(&self) -> String {
        format!("{}://{}{}{}", self.scheme, self.authority(), self.path, self.query)
    }

    fn authority(&self) -> String {
        match &self.port {
            Some(port) => format!("{}:{port}", self.host),
            None => self.host.clone(),
        }
    }

    fn is_loopback(&self) -> bool {
        self.host == "localhost" || self.host.starts_with("127.") || self.host == "[::1]"
    }
}

#[cfg(test)]
mod tests {
    use super::{Alteration, Parts};

    #[test]
    fn the_parts_make_the_text_again() {
        for text in [
            "https://client.example",
            "http://localhost:8000/callback",
            "http://[::1]:1/cb?a=1&b=%2F",
            "http://127.0.0.1/?x",
        ] {
            assert_eq!(Parts::of(text).map(|parts| parts.text()).as_deref(), Some(text));
        }
        assert!(Parts::of("com.example.app:/cb").is_none());
    }

    #[test]
    fn a_slash_behind_a_host_alone_is_no_other_place() {
        for (text, expected) in [
            ("https://client.example", true),
            ("https://client.example/", true),
            ("https://client.example?a=1", true),
            ("https://client.example/cb", false),
        ] {
            let parts = Parts::of(text).expect("it has a host");
            assert_eq!(Alteration::Slash.is_normalised(&parts), expected, "{text}");
        }
    }

    #[test]
    fn an_alteration_alters_one_thing() {
        let parts = Parts::of("http://localhost:8000/callback").expect("it has a host");
        let table = [
            (Alteration::HostCapitals, Some("http://LOCALHOST:8000/callback")),
            (Alteration::DefaultPort, None),
            (Alteration::OtherPort, None),
            (Alteration::Slash, Some("http://localhost:8000/callback/")),
            (Alteration::Dots, Some("http://localhost:8000/suite/../callback")),
            (Alteration::Escape, Some("http://localhost:8000/callbac%6b")),
            (Alteration::HostAsUser, Some("http://localhost:8000@attacker.example/callback")),
            (Alteration::HostSuffix, Some("http://localhost.attacker.example:8000/callback")),
            (Alteration::Scheme, Some("https://localhost:8000/callback")),
            (Alteration::EmptyQuery, Some("http://localhost:8000/callback?")),
        ];
        for (alteration, expected) in table {
            assert_eq!(alteration.apply(&parts).as_deref(), expected, "{alteration:?}");
        }
    }
}
