//! What is kept of an exchange for the reports: all of it, or the beginnings of what is long.
//!
//! A case judges what came, and the laws' observer reads it as it comes; only the recording, which lives as long as the
//! run, is bounded. A cut divides no secret: what is left of one would be found by nobody who masks it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::secrets::Vault;
use crate::wire::{Exchange, NoAnswer, Request, Response, Whole};

/// The longest texts that are kept whole, in bytes.
#[derive(Debug, Clone, Copy)]
struct Most {
    body: usize,
    url: usize,
    /// The name or the value of a header.
    header: usize,
}

/// What reports have a use for.
const AMPLE: Most = Most { body: LONGEST, url: LONGEST, header: LONGEST };
/// What they get of an exchange when there is too much of all.
const SCANT: Most = Most { body: 1 << 10, url: 1 << 10, header: 256 };
/// How many bytes a run keeps before it keeps less of each exchange.
const ALL: usize = 32 << 20;
/// How far around a cut a divided secret is looked for.
const NEAR: usize = 1 << 10;

/// The longest text that is kept of anything.
pub(crate) const LONGEST: usize = oauth_secrets::LONGEST;

/// How much a run may still keep in full.
pub(crate) struct Room(AtomicUsize);

impl Default for Room {
    fn default() -> Self {
        Self(AtomicUsize::new(ALL))
    }
}

impl Room {
    /// What is kept of an exchange of which the vault knows the secrets.
    pub(crate) fn keep(&self, exchange: &Arc<Exchange>, vault: &Vault) -> Arc<Exchange> {
        let kept = cut(exchange, vault, AMPLE);
        let size = size(&kept);
        let taken = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(size));
        if taken.is_ok() { kept } else { cut(exchange, vault, SCANT) }
    }
}

/// What is kept of the exchange that shows why a case ended as it did.
pub(crate) fn shown(exchange: &Arc<Exchange>, vault: &Vault) -> Arc<Exchange> {
    cut(exchange, vault, AMPLE)
}

fn size(exchange: &Exchange) -> usize {
    let request = &exchange.request;
    let response = exchange.head();
    let headers = request.headers.iter().chain(response.into_iter().flat_map(|response| &response.headers));
    let headers: usize = headers.map(|(name, value)| name.len() + value.len()).sum();
    request.url.len() + request.body.len() + headers + response.map_or(0, |response| response.body.len())
}

fn cut(exchange: &Arc<Exchange>, vault: &Vault, most: Most) -> Arc<Exchange> {
    let cutter = Cutter { vault, most };
    let response = exchange.head();
    if cutter.fits(&exchange.request.url, &exchange.request.headers, &exchange.request.body)
        && response.is_none_or(|response| cutter.fits("", &response.headers, &response.body))
    {
        return Arc::clone(exchange);
    }
    let before = exchange.whole;
    let (request, of_request) = cutter.request(&exchange.request);
    let (answer, of_response) = match &exchange.answer {
        Ok(response) => {
            let (response, whole) = cutter.response(response);
            (Ok(response), whole)
        }
        Err(NoAnswer::TooLong(head)) => (Err(NoAnswer::TooLong(cutter.response(head).0)), None),
        Err(NoAnswer::Missing(why)) => (Err(NoAnswer::Missing(why.clone())), None),
    };
    let whole = Whole { request: before.request.or(of_request), response: before.response.or(of_response) };
    Arc::new(Exchange { request, answer, whole, ..Exchange::clone(exchange) })
}

struct Cutter<'v> {
    vault: &'v Vault,
    most: Most,
}

impl Cutter<'_> {
    fn fits(&self, url: &str, headers: &[(String, String)], body: &[u8]) -> bool {
        let short = |text: &str| text.len() <= self.most.header;
        body.len() <= self.most.body
            && url.len() <= self.most.url
            && headers.iter().all(|(name, value)| short(name) && short(value))
    }

    fn request(&self, request: &Request) -> (Request, Option<usize>) {
        let (body, whole) = self.body(&request.body);
        let (url, headers) = (self.text(&request.url, self.most.url), self.headers(&request.headers));
        (Request { method: request.method.clone(), url, headers, body }, whole)
    }

    fn response(&self, response: &Response) -> (Response, Option<usize>) {
        let (body, whole) = self.body(&response.body);
        (Response { status: response.status, headers: self.headers(&response.headers), body }, whole)
    }

    fn headers(&self, headers: &[(String, String)]) -> Vec<(String, String)> {
        let short = |text: &str| self.text(text, self.most.header);
        headers.iter().map(|(name, value)| (short(name), short(value))).collect()
    }

    /// How a text begins, and how long it is.
    fn text(&self, text: &str, most: usize) -> String {
        if text.len() <= most {
            return text.to_owned();
        }
        let end = self.end(text.as_bytes(), most);
        format!("{}… ({} bytes in all)", text.get(..end).unwrap_or_default(), text.len())
    }

    /// How a body begins, and how long it is if that is not all of it.
    fn body(&self, body: &[u8]) -> (Vec<u8>, Option<usize>) {
        if body.len() <= self.most.body {
            return (body.to_vec(), None);
        }
        (body[..self.end(body, self.most.body)].to_vec(), Some(body.len()))
    }

    /// The last place, up to `most`, at which no word ends in its midst and no known secret is divided.
    fn end(&self, bytes: &[u8], most: usize) -> usize {
        let masked = |part: &[u8]| self.vault.text(&String::from_utf8_lossy(part));
        let mut end = most;
        for _ in 0..16 {
            end = bytes[..end].iter().rposition(|byte| !is_of_a_word(*byte)).map_or(0, |at| at + 1);
            let (before, after) =
                (&bytes[end.saturating_sub(NEAR)..end], &bytes[end..bytes.len().min(end + NEAR)]);
            if masked(&[before, after].concat()) == masked(before) + &masked(after) {
                return end;
            }
            end = end.saturating_sub(1);
        }
        0
    }
}

/// Whether a byte may stand in a token, or in a character of several bytes.
const fn is_of_a_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'%')
        || !byte.is_ascii()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{ALL, LONGEST, Room, SCANT, shown, size};
    use crate::secrets::{Kind, Vault, tests};
    use crate::wire::{Exchange, Request, Whole};

    fn exchange(request: Request, body: &str) -> Arc<Exchange> {
        Arc::new(tests::exchange(request, &[], body))
    }

    #[test]
    fn what_is_short_is_kept_as_it_is() {
        let whole = exchange(Request::get("http://h/"), &"a".repeat(LONGEST));
        assert!(Arc::ptr_eq(&whole, &shown(&whole, &Vault::new())));
    }

    #[test]
    fn a_cut_divides_no_secret_and_no_character() {
        let vault = Vault::new();
        vault.learn(Kind::Password, "correct horse battery staple", "the test");
        let table = [
            // The last bytes before a cut at the longest, and what is left of them.
            ("x correct horse battery", "x "),
            ("x correct-horse-battery", "x "),
            ("x \u{e9}\u{e9}\u{e9}\u{e9}", "x "),
            ("x one two", "x one "),
        ];
        for (before, left) in table {
            let start = " ".repeat(LONGEST - before.len());
            let body = format!("{start}{before} staple, and so on");
            let kept = shown(&exchange(Request::get("http://h/"), &body), &vault);
            let text = kept.head().expect("it was answered").text();
            assert_eq!(text, format!("{start}{left}"), "{before:?}");
            assert_eq!(kept.whole, Whole { request: None, response: Some(body.len()) });
        }
    }

    #[test]
    fn urls_and_headers_say_how_long_they_are() {
        let long = "a ".repeat(LONGEST);
        let request = Request::get(format!("http://h/?a={long}")).header("X-A", &long).header("X-B", "b");
        let kept = shown(&exchange(request, ""), &Vault::new());
        assert!(
            kept.request.url.starts_with("http://h/?a=a a ") && kept.request.url.ends_with("bytes in all)")
        );
        let values: Vec<&str> = kept.request.headers.iter().map(|(_, value)| value.as_str()).collect();
        assert!(values[0].ends_with("… (32768 bytes in all)") && values[1] == "b", "{values:?}");
    }

    #[test]
    fn a_run_keeps_no_more_than_it_has_room_for() {
        let (room, vault) = (Room::default(), Vault::new());
        let whole = exchange(Request::get("http://h/"), &"a ".repeat(LONGEST / 2));
        let kept: usize = (0..3_500).map(|_| size(&room.keep(&whole, &vault))).sum();
        assert!(kept <= ALL + 3_500 * (SCANT.body + 64), "{kept} bytes");
        let small = exchange(Request::get("http://h/"), "small");
        assert!(Arc::ptr_eq(&small, &room.keep(&small, &vault)), "there is always room for little");
    }
}
