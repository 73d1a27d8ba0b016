//! What a page refers to, and what it says of itself: markup that the pages' cases look into.

use std::sync::Arc;

use scraper::{Html, Selector};
use url::Url;

use crate::browser::{Landing, Page};
use crate::case_end::{Checked, EndAs as _};
use crate::wire::{Exchange, Response, is_breakdown};

/// Attributes whose value is an address that a browser fetches, opens or sends to.
const ADDRESSES: &[&str] = &["src", "href", "action", "formaction", "data", "poster", "background"];

/// The addresses on a page, made absolute: attributes, `srcset`, and `url()` and `@import` in styles.
#[must_use]
pub(in crate::cases) fn references(page: &Page) -> Vec<Url> {
    let Ok(response) = page.exchange.response() else { return Vec::new() };
    let (Ok(base), Ok(all)) = (Url::parse(&page.url), Selector::parse("*")) else { return Vec::new() };
    let document = Html::parse_document(&response.text());
    let mut found: Vec<String> = page.refresh.iter().cloned().collect();
    for element in document.select(&all) {
        found.extend(ADDRESSES.iter().filter_map(|name| element.attr(name)).map(str::to_owned));
        if let Some(set) = element.attr("srcset") {
            found.extend(set.split(',').filter_map(|one| one.split_whitespace().next()).map(str::to_owned));
        }
        found.extend(element.attr("style").into_iter().flat_map(style_addresses));
        if element.value().name() == "style" {
            found.extend(style_addresses(&element.text().collect::<String>()));
        }
    }
    found.iter().filter_map(|text| base.join(text.trim()).ok()).collect()
}

fn style_addresses(style: &str) -> Vec<String> {
    let bare = |text: &str| text.trim().trim_matches(['"', '\'']).to_owned();
    let urls = style.split("url(").skip(1).filter_map(|rest| rest.split(')').next());
    let imports = style.split("@import").skip(1).filter_map(|rest| rest.split(';').next());
    urls.chain(imports.filter(|rest| !rest.contains("url("))).map(bare).collect()
}

/// That a page cannot be shown inside another site's frame.
///
/// # Errors
/// Broken if nothing says so.
pub(in crate::cases) fn unframed(page: &Page) -> Checked {
    let response = page.exchange.response()?;
    if has_frame_ancestors(response) || has_frame_options(response) {
        return Ok(());
    }
    let expected = "X-Frame-Options DENY or SAMEORIGIN, or frame-ancestors without a wildcard";
    if String::from_utf8_lossy(&response.body).to_ascii_lowercase().contains("<script") {
        // A script against frames is among the countermeasures, and nothing here runs it.
        return Err(page.exchange.broken(expected, "neither, but a script")).warn();
    }
    Err(page.exchange.broken(expected, "neither"))
}

/// Whether the page keeps other origins from showing it inside a frame, by `frame-ancestors`.
pub(in crate::cases) fn has_frame_ancestors(response: &Response) -> bool {
    let policies = response.headers("content-security-policy");
    policies.iter().flat_map(|policies| policies.split(',')).flat_map(|policy| policy.split(';')).any(
        |directive| {
            let mut words = directive.split_whitespace();
            words.next().is_some_and(|name| name.eq_ignore_ascii_case("frame-ancestors"))
                && words.all(|source| !matches!(source, "*" | "http:" | "https:" | "http://*" | "https://*"))
        },
    )
}

/// Whether the page keeps other origins from showing it inside a frame, by `X-Frame-Options`.
pub(in crate::cases) fn has_frame_options(response: &Response) -> bool {
    let values = response.headers("x-frame-options");
    values.iter().any(|value| {
        let value = value.trim();
        value.eq_ignore_ascii_case("deny") || value.eq_ignore_ascii_case("sameorigin")
    })
}

/// Whether the page keeps its address out of `Referer` towards other origins, by header or `meta` element.
///
/// # Errors
/// `errored` without a usable answer.
pub(in crate::cases) fn hides_its_address(page: &Page) -> Checked<bool> {
    const HIDE: &[&str] = &["no-referrer", "same-origin", "origin", "strict-origin"];
    let response = page.exchange.response()?;
    let mut policies: Vec<String> =
        response.headers("referrer-policy").into_iter().map(str::to_owned).collect();
    if let Ok(meta) = Selector::parse("meta[name][content]") {
        let document = Html::parse_document(&response.text());
        let named = document
            .select(&meta)
            .filter(|meta| meta.attr("name").is_some_and(|name| name.eq_ignore_ascii_case("referrer")));
        policies.extend(named.filter_map(|meta| meta.attr("content")).map(str::to_owned));
    }
    // The last policy that a browser knows is the one that counts.
    let last = policies.last().and_then(|list| list.rsplit(',').next());
    Ok(last.is_some_and(|policy| HIDE.contains(&policy.trim().to_ascii_lowercase().as_str())))
}

/// That none of these texts turned up as markup, and no header of the name that one of them would make.
///
/// # Errors
/// Broken if one did; `errored` without a usable answer.
pub(in crate::cases) fn untouched(exchange: &Arc<Exchange>, payloads: &[&str]) -> Checked {
    let response = exchange.response()?;
    if response.header("x-suite").is_some() {
        return Err(exchange.broken("no header of the request's making", "the header X-Suite"));
    }
    let html = response.media_type().is_none_or(|media_type| media_type.contains("html"));
    let text = response.text();
    match payloads.iter().find(|payload| html && text.contains(*payload) && is_markup(&text, payload)) {
        Some(payload) => {
            Err(exchange.broken("the value escaped, or not shown", format!("{payload} as it was sent")))
        }
        None => Ok(()),
    }
}

/// Whether a text that stands on a page as it was sent is markup there. In the data of a script it is none, unless it ends
/// the script.
fn is_markup(page: &str, payload: &str) -> bool {
    let Ok(scripts) = Selector::parse("script") else { return true };
    let document = Html::parse_document(page);
    let inside = document.select(&scripts).map(|script| script.text().collect::<String>());
    let inside: usize = inside.map(|text| text.matches(payload).count()).sum();
    payload.contains("</script") || page.matches(payload).count() > inside
}

/// Whether a text names a client by its identifier: `app` is not named by `application`.
pub(in crate::cases) fn names(text: &str, client_id: &str) -> bool {
    let (text, id) = (text.to_lowercase(), client_id.to_lowercase());
    let ends = |next: Option<char>| next.is_none_or(|next| !next.is_ascii_alphanumeric());
    let is_apart =
        |at: usize| ends(text[..at].chars().next_back()) && ends(text[at + id.len()..].chars().next());
    !id.is_empty() && text.match_indices(id.as_str()).any(|(at, _)| is_apart(at))
}

/// An error page with something to read.
///
/// # Errors
/// Broken if it is anything else.
pub(in crate::cases) fn readable(landing: &Landing) -> Checked {
    landing.sent()?;
    landing.exchange().response()?;
    match landing.page() {
        Some(page) if page.text.trim().is_empty() => {
            let saw = format!("an empty answer with status {}", page.status);
            Err(page.exchange.broken("a page to read", saw))
        }
        Some(page) if !is_breakdown(page.status) && !page.leads_away() => Ok(()),
        Some(_) | None => Err(landing
            .exchange()
            .broken("an error page and no redirect to anywhere else", landing.describe())),
    }
}

#[cfg(test)]
mod tests {
    use super::{has_frame_ancestors, has_frame_options, is_markup, names, style_addresses};
    use crate::wire::Response;

    fn response(name: &str, value: &str) -> Response {
        Response { status: 200, headers: vec![(name.into(), value.into())], body: Vec::new() }
    }

    #[test]
    fn only_lists_without_wildcards_forbid_framing() {
        let table = [
            ("default-src 'none'; frame-ancestors 'none'", true),
            ("frame-ancestors 'self' https://portal.example", true),
            ("frame-ancestors", true),
            ("frame-ancestors *", false),
            ("frame-ancestors https:", false),
            ("default-src 'self'", false),
        ];
        for (policy, expected) in table {
            assert_eq!(
                has_frame_ancestors(&response("content-security-policy", policy)),
                expected,
                "{policy}"
            );
        }
        for (value, expected) in
            [("DENY", true), ("sameorigin", true), ("ALLOW-FROM https://a.example", false)]
        {
            assert_eq!(has_frame_options(&response("x-frame-options", value)), expected, "{value}");
        }
    }

    #[test]
    fn the_data_of_a_script_is_no_markup_unless_it_ends_the_script() {
        const IMAGE: &str = "\"><img src=x>";
        const SCRIPT: &str = "<script>suite()</script>";
        for (page, payload, expected) in [
            (r#"<input value=""><img src=x>">"#, IMAGE, true),
            (r#"<script>name = "\"><img src=x>"</script>"#, IMAGE, false),
            (r#"<script>name = "\"><img src=x>"</script><p title=""><img src=x>">"#, IMAGE, true),
            (r#"<script>name = "<script>suite()</script>"</script>"#, SCRIPT, true),
        ] {
            assert_eq!(is_markup(page, payload), expected, "{page}");
        }
    }

    #[test]
    fn a_client_is_named_by_its_whole_identifier() {
        for (text, id, expected) in [
            ("App wants to see your name", "app", true),
            ("Approve the application?", "app", false),
            ("Approve the application app?", "app", true),
            ("client_12 asks", "client_1", false),
            ("(client_1)", "client_1", true),
            ("who asks", "", false),
        ] {
            assert_eq!(names(text, id), expected, "{text}");
        }
    }

    #[test]
    fn styles_name_what_they_load() {
        assert_eq!(
            style_addresses("@import 'a.css'; p { background: url(\"https://b.example/c.png\") }"),
            ["https://b.example/c.png", "a.css"]
        );
    }
}
