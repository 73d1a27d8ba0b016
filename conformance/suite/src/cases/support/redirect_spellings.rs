//! Texts that are nearly a registered redirect URI, and what a request with one of them brings.

use std::sync::Arc;

use crate::browser::Landing;
use crate::case::Context;
use crate::case_end::Checked;
use crate::cases::support::redirect_uris::{Alteration, Parts, without_code};
use crate::flow;
use crate::subject::Client;

/// Texts that are nearly a redirect URI.
pub(in crate::cases) struct Spellings {
    /// With another query, first with a pair added to it. Where only the rest is on record, each is as good as the other for
    /// RFC 6749, section 3.1.2.2.
    pub(in crate::cases) queries: Vec<String>,
    /// What names another place, however it is read.
    pub(in crate::cases) others: Vec<String>,
    /// What is equal after normalisation (RFC 3986, section 6).
    pub(in crate::cases) normalised: Vec<String>,
}

impl Spellings {
    /// Those of one of a client's redirect URIs, but for its other ones.
    pub(in crate::cases) fn of(client: &Client, uri: &str) -> Self {
        let mut all = match Parts::of(uri) {
            Some(parts) => Self::of_parts(&parts),
            None => Self::without_host(uri),
        };
        for texts in [&mut all.queries, &mut all.others, &mut all.normalised] {
            texts.retain(|text| client.redirect_uris().all(|own| own != text.as_str()));
        }
        all
    }

    fn of_parts(parts: &Parts) -> Self {
        let all = || Alteration::ALL.iter().chain(&[Alteration::HostAsUser]);
        let others =
            all().filter(|way| !way.is_normalised(parts)).filter_map(|way| way.apply(parts)).collect();
        let normalised =
            all().filter(|way| way.is_normalised(parts)).filter_map(|way| way.apply(parts)).collect();
        Self { queries: parts.with_other_queries(), others, normalised }
    }

    /// Those of a URI of a private-use scheme (RFC 8252, section 7.1).
    fn without_host(uri: &str) -> Self {
        let (scheme, rest) = uri.split_once(':').unwrap_or((uri, ""));
        let mark = if uri.contains('?') { '&' } else { '?' };
        Self {
            queries: vec![format!("{uri}{mark}suite=1")],
            others: vec![
                format!("{scheme}://{}", rest.trim_start_matches('/')),
                format!("{scheme}.suite:{rest}"),
                format!("{uri}/suite"),
                format!("{uri}\n"),
            ],
            normalised: vec![format!("{}:{rest}", scheme.to_ascii_uppercase())],
        }
    }
}

/// That a request with a redirect URI which is on record for nobody brings no code, as [`without_code`] tells; a page of any
/// kind will do.
///
/// # Errors
/// Broken if a code came; `errored` without a usable answer, `not-tested` if the browser kept something back.
pub(in crate::cases) async fn brings_no_code(
    ctx: &Context,
    client: &Arc<Client>,
    redirect_uri: &str,
) -> Checked {
    let ask = flow::ask(ctx, client).set("redirect_uri", redirect_uri);
    let Some(landing) = flow::landing(ctx, &ask).await? else { return Ok(()) };
    ctx.trying(&format!("redirect_uri is {redirect_uri:?}"), |ctx| match &landing {
        // What such a page has to look like is asked elsewhere.
        Landing::Page(page) if !landing.grants() => page.exchange.response().map(drop),
        Landing::Page(_) | Landing::Callback(_) | Landing::Foreign(_) => {
            without_code(ctx, client, redirect_uri, &landing)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::Spellings;
    use crate::cases::support::redirect_uris::Parts;

    #[test]
    fn a_query_is_altered_value_by_value() {
        let parts = Parts::of("https://c.example/cb?a=1&b=2").expect("it has a host");
        assert_eq!(
            Spellings::of_parts(&parts).queries,
            [
                "https://c.example/cb?a=1&b=2&suite=1",
                "https://c.example/cb?a=suite&b=suite",
                "https://c.example/cb?a=&b=",
                "https://c.example/cb",
            ]
        );
    }

    #[test]
    fn a_uri_without_host_has_spellings_too() {
        let Spellings { queries, others, normalised } = Spellings::without_host("com.example.app:/cb");
        assert_eq!(queries, ["com.example.app:/cb?suite=1"]);
        assert!(others.contains(&"com.example.app://cb".to_owned()));
        assert_eq!(normalised, ["COM.EXAMPLE.APP:/cb"]);
    }
}
