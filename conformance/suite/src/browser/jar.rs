//! Cookies as a browser keeps them (RFC 6265, as far as servers under test rely on it).
//!
//! Host, path, `Secure`, `Max-Age` and `Expires` are honoured, ports are not: cookies know none. `SameSite` is honoured where
//! another site leads the browser (RFC 6265bis, section 5.6.7); public suffixes and size limits are left out.

use std::time::{Duration, SystemTime};

use url::Url;

use crate::subject::is_loopback;

/// One cookie.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Cookie {
    name: String,
    value: String,
    host: String,
    /// Without a `Domain` attribute, only the very host gets it back.
    host_only: bool,
    path: String,
    secure: bool,
    expires: Option<SystemTime>,
    same_site: SameSite,
}

/// With which requests a cookie goes that another site brought about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SameSite {
    /// With all. Browsers differ in what they do without the attribute, and some leave nothing out.
    None,
    /// With those that open a page by GET.
    Lax,
    /// With none.
    Strict,
}

/// A cookie jar. Cloning it forks the session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Jar(Vec<Cookie>);

impl Jar {
    /// Takes the `Set-Cookie` values of an answer from `url` at the time `now`.
    pub fn take(&mut self, url: &Url, set_cookie: &[&str], now: SystemTime) {
        for text in set_cookie {
            if let Some(cookie) = parse(url, text, now) {
                let same = |have: &Cookie| {
                    have.name == cookie.name && have.host == cookie.host && have.path == cookie.path
                };
                let gone = cookie.expires.is_some_and(|expires| expires <= now);
                match self.0.iter().position(same) {
                    Some(at) if gone => {
                        self.0.remove(at);
                    }
                    Some(at) => self.0[at] = cookie,
                    None if gone => {}
                    None => self.0.push(cookie),
                }
            }
        }
    }

    /// The `Cookie` header for a request to `url` at the time `now`; `None` if no cookie goes there.
    #[must_use]
    pub fn header(&self, url: &Url, now: SystemTime) -> Option<String> {
        self.header_of(url, now, |_| true)
    }

    /// The same for a request by this method that opens a page because another site leads there: without the cookies that stay
    /// within the site.
    #[must_use]
    pub fn header_from_elsewhere(&self, url: &Url, now: SystemTime, method: &str) -> Option<String> {
        self.header_of(url, now, |cookie| match cookie.same_site {
            SameSite::None => true,
            SameSite::Lax => method == "GET",
            SameSite::Strict => false,
        })
    }

    fn header_of(&self, url: &Url, now: SystemTime, comes: impl Fn(&Cookie) -> bool) -> Option<String> {
        let goes = |&cookie: &&Cookie| cookie.goes_to(url, now) && comes(cookie);
        let mut sent: Vec<&Cookie> = self.0.iter().filter(goes).collect();
        // Longer paths first; the sort is stable, so older cookies come first among equals.
        sent.sort_by_key(|cookie| std::cmp::Reverse(cookie.path.len()));
        let pairs: Vec<String> =
            sent.iter().map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    /// The names and values in the jar.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|cookie| (cookie.name.as_str(), cookie.value.as_str()))
    }

    /// A jar with the cookies of these names alone.
    #[must_use]
    pub fn only(&self, names: &[String]) -> Self {
        Self(self.0.iter().filter(|cookie| names.contains(&cookie.name)).cloned().collect())
    }

    /// The same jar, in which the cookies of these names have other values.
    #[must_use]
    pub fn changed(&self, names: &[String], change: impl Fn(&str) -> String) -> Self {
        let mut jar = self.clone();
        for cookie in jar.0.iter_mut().filter(|cookie| names.contains(&cookie.name)) {
            cookie.value = change(&cookie.value);
        }
        jar
    }

    /// The same jar, whose cookies no time takes away: who copied a cookie keeps it.
    #[must_use]
    pub fn unending(&self) -> Self {
        Self(self.0.iter().map(|cookie| Cookie { expires: None, ..cookie.clone() }).collect())
    }

    /// Whether no cookie is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Cookie {
    fn goes_to(&self, url: &Url, now: SystemTime) -> bool {
        let Some(host) = url.host_str() else { return false };
        let same_host = host == self.host || (!self.host_only && is_subdomain(host, &self.host));
        // Browsers count loopback as a secure place.
        let safe = !self.secure || url.scheme() == "https" || is_loopback(url);
        same_host && safe && path_matches(url.path(), &self.path) && self.expires.is_none_or(|end| end > now)
    }
}

fn is_subdomain(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
}

fn path_matches(path: &str, cookie: &str) -> bool {
    path.strip_prefix(cookie)
        .is_some_and(|rest| rest.is_empty() || cookie.ends_with('/') || rest.starts_with('/'))
}

fn default_path(url: &Url) -> String {
    match url.path().rfind('/') {
        None | Some(0) => "/".into(),
        Some(at) => url.path()[..at].into(),
    }
}

fn parse(url: &Url, text: &str, now: SystemTime) -> Option<Cookie> {
    let mut parts = text.split(';');
    let (name, value) = parts.next()?.split_once('=')?;
    let host = url.host_str()?;
    let mut cookie = Cookie {
        name: name.trim().into(),
        value: value.trim().into(),
        host: host.into(),
        host_only: true,
        path: default_path(url),
        secure: false,
        expires: None,
        same_site: SameSite::None,
    };
    if cookie.name.is_empty() {
        return None;
    }
    let mut max_age = None;
    for part in parts {
        let (attribute, value) = part.split_once('=').unwrap_or((part, ""));
        let value = value.trim();
        match attribute.trim().to_ascii_lowercase().as_str() {
            "domain" => {
                let domain = value.trim_start_matches('.').to_ascii_lowercase();
                if domain == host || is_subdomain(host, &domain) {
                    cookie.host = domain;
                    cookie.host_only = false;
                } else if !domain.is_empty() {
                    return None;
                }
            }
            "path" if value.starts_with('/') => cookie.path = value.into(),
            "secure" => cookie.secure = true,
            "samesite" => {
                cookie.same_site = match value.to_ascii_lowercase().as_str() {
                    "lax" => SameSite::Lax,
                    "strict" => SameSite::Strict,
                    _ => SameSite::None,
                };
            }
            "expires" => cookie.expires = httpdate::parse_http_date(&value.replace('-', " ")).ok(),
            "max-age" => max_age = value.parse::<i64>().ok(),
            _ => {}
        }
    }
    // Max-Age outranks Expires.
    if let Some(seconds) = max_age {
        let left = u64::try_from(seconds).unwrap_or(0);
        cookie.expires = Some(now.checked_add(Duration::from_secs(left)).unwrap_or(now));
    }
    Some(cookie)
}

#[cfg(test)]
mod tests {
    use super::Jar;
    use std::time::{Duration, SystemTime};
    use url::Url;

    fn url(text: &str) -> Url {
        Url::parse(text).expect("the table has URLs")
    }

    #[test]
    fn who_copied_a_cookie_keeps_it() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        let later = now + Duration::from_secs(61);
        let mut jar = Jar::default();
        jar.take(&url("http://a.example/"), &["s=1; Max-Age=60"], now);
        assert_eq!(jar.header(&url("http://a.example/"), later), None);
        assert_eq!(jar.unending().header(&url("http://a.example/"), later).as_deref(), Some("s=1"));
    }

    #[test]
    fn a_cookie_goes_where_a_browser_sends_it() {
        #[rustfmt::skip]
        let table = [
            // set at, Set-Cookie, asked at, sent
            ("http://a.example/x/y", "s=1", "http://a.example/x/z", Some("s=1")),
            ("http://a.example/x/y", "s=1", "http://a.example/q", None),
            ("http://a.example/x/y", "s=1; Path=/", "http://a.example/q", Some("s=1")),
            ("http://a.example/", "s=1; path=/in", "http://a.example/inside", None),
            ("http://a.example/", "s=1; path=/in", "http://a.example/in/side", Some("s=1")),
            ("http://a.example:9000/", "s=1", "http://a.example:8000/", Some("s=1")),
            ("http://a.example/", "s=1", "http://b.a.example/", None),
            ("http://b.a.example/", "s=1; Domain=.a.example", "http://c.a.example/", Some("s=1")),
            ("http://b.a.example/", "s=1; Domain=other.example", "http://b.a.example/", None),
            ("https://a.example/", "s=1; Secure", "http://a.example/", None),
            ("https://a.example/", "s=1; Secure", "https://a.example/", Some("s=1")),
            ("http://127.0.0.1:9/", "s=1; Secure", "http://127.0.0.1:9/", Some("s=1")),
            ("http://a.example/", "s=1; Max-Age=0", "http://a.example/", None),
            ("http://a.example/", "s=1; Max-Age=-1", "http://a.example/", None),
            ("http://a.example/", "s=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "http://a.example/", None),
            ("http://a.example/", "s=1; expires=Thu, 01-Jan-1970 00:00:00 GMT", "http://a.example/", None),
            ("http://a.example/", "s=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=60", "http://a.example/", Some("s=1")),
            ("http://a.example/", "s=a=b; HttpOnly", "http://a.example/", Some("s=a=b")),
            ("http://a.example/", "nothing", "http://a.example/", None),
        ];
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        for (set_at, text, asked_at, sent) in table {
            let mut jar = Jar::default();
            jar.take(&url(set_at), &[text], now);
            assert_eq!(
                jar.header(&url(asked_at), now).as_deref(),
                sent,
                "{text} from {set_at} at {asked_at}"
            );
        }
    }

    #[test]
    fn a_deletion_removes_and_a_longer_path_comes_first() {
        let (now, at) =
            (SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000), url("http://a.example/p/q"));
        let mut jar = Jar::default();
        jar.take(&at, &["a=1; Path=/", "b=2; Path=/p", "c=3; Path=/"], now);
        assert_eq!(jar.header(&at, now).as_deref(), Some("b=2; a=1; c=3"));
        jar.take(&at, &["a=; Path=/; Max-Age=0", "c=4; Path=/"], now);
        assert_eq!(jar.header(&at, now).as_deref(), Some("b=2; c=4"));
        let fork = jar.clone();
        jar.take(&at, &["b=; Path=/p; Max-Age=0"], now);
        assert_eq!(fork.header(&at, now).as_deref(), Some("b=2; c=4"));
    }

    #[test]
    fn a_cookie_stays_within_the_site_where_another_one_leads() {
        let (now, at) = (SystemTime::UNIX_EPOCH, url("http://127.0.0.1/"));
        for (text, by_get, by_post) in [
            ("s=1", true, true),
            ("s=1; SameSite=None; Secure", true, true),
            ("s=1; SameSite=Lax", true, false),
            ("s=1; samesite=strict", false, false),
        ] {
            let mut jar = Jar::default();
            jar.take(&at, &[text], now);
            for (method, expected) in [("GET", by_get), ("POST", by_post)] {
                let is_sent = jar.header_from_elsewhere(&at, now, method).is_some();
                assert_eq!(is_sent, expected, "{text} by {method}");
            }
            assert!(jar.header(&at, now).is_some(), "{text}");
        }
    }

    #[test]
    fn a_cookie_ends_when_its_age_is_up() {
        let (now, at) = (SystemTime::UNIX_EPOCH, url("http://a.example/"));
        let mut jar = Jar::default();
        jar.take(&at, &["a=1; Max-Age=10"], now);
        assert!(jar.header(&at, now + Duration::from_secs(9)).is_some());
        assert!(jar.header(&at, now + Duration::from_secs(10)).is_none());
    }
}
