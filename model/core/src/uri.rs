//! Parts of URIs (RFC 3986). What host a URI names is read as the programs that connect read it, by `url`; the rest of a
//! URI that a party registered or configured is cut out of its text, since such texts are compared byte by byte.

use alloc::string::String;

use url::{Host, Url};

/// The scheme and the host of a URL, as whoever connects to it reads them. `None` for what names no host.
#[must_use]
pub fn scheme_and_host(uri: &str) -> Option<(String, Host<String>)> {
    let url = Url::parse(uri).ok()?;
    let host = url.host()?.to_owned();
    Some((url.scheme().into(), host))
}

/// A URI as its scheme with host and port, and the path, query and fragment that follow.
#[must_use]
pub fn split_origin(uri: &str) -> (&str, &str) {
    let after_scheme = uri.find("://").map_or(0, |at| at + 3);
    let end = uri[after_scheme..].find(['/', '?', '#']).map_or(uri.len(), |at| after_scheme + at);
    uri.split_at(end)
}

/// The scheme, host and port of a URI.
#[must_use]
pub fn origin(uri: &str) -> &str {
    split_origin(uri).0
}

/// The path of a URI, without its query and fragment; `/` where there is none.
#[must_use]
pub fn path(uri: &str) -> &str {
    let (_, tail) = split_origin(uri);
    let path = tail.split(['?', '#']).next().unwrap_or(tail);
    if path.is_empty() { "/" } else { path }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_is_cut_where_its_path_begins() {
        for (uri, origin, tail, its_path) in [
            ("https://a.example", "https://a.example", "", "/"),
            ("https://a.example/", "https://a.example", "/", "/"),
            ("http://[::1]:1/b/c?d=/e#f", "http://[::1]:1", "/b/c?d=/e#f", "/b/c"),
            ("https://a.example?b=://c/d", "https://a.example", "?b=://c/d", "/"),
            ("app:/cb", "app:", "/cb", "/cb"),
        ] {
            assert_eq!((split_origin(uri), path(uri)), ((origin, tail), its_path), "{uri}");
        }
    }

    #[test]
    fn a_host_is_what_a_connector_makes_of_it() {
        let host = |uri| scheme_and_host(uri).map(|(scheme, host)| alloc::format!("{scheme} {host}"));
        for (uri, expected) in [
            ("https://user:pw@AS.example:8443/x", Some("https as.example")),
            ("http://0x7f.1/", Some("http 127.0.0.1")),
            ("http:\\\\127.0.0.1\\@as.example", Some("http 127.0.0.1")),
            ("http://loc%61lhost", Some("http localhost")),
            ("http://[::1]:1", Some("http [::1]")),
            ("http://as.example.1", None),
            ("app:/cb", None),
            ("", None),
        ] {
            assert_eq!(host(uri).as_deref(), expected, "{uri}");
        }
    }
}
