//! Parses HTML within bounds, and reads what elements say. A parser walks through what is open at each tag, and opens anew what was left open: a page
//! of a megabyte may cost it minutes and gigabytes.

use html5ever::driver::{ParseOpts, parse_document};
use html5ever::tendril::TendrilSink as _;
use scraper::{ElementRef, Html, HtmlTreeSink};
use url::Url;

/// The most tags that are read.
const MOST_TAGS: usize = 10_000;
/// The most nodes that may come of them: an element and a text for each, and what the parser adds.
const MOST_NODES: usize = 4 * MOST_TAGS;
/// How deep elements may lie in each other. Browsers stop much earlier.
const DEEPEST: usize = 4_000;
/// After how many tags the depth is looked at.
const STRIDE: usize = 64;

/// A page is more than is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum TooMuch {
    #[error("the page has more than {MOST_TAGS} tags; the suite reads no more")]
    Tags,
    #[error("the page has elements in each other more than {DEEPEST} deep; the suite reads no more")]
    Depth,
}

/// A selector that is parsed once.
macro_rules! selector {
    ($name:ident, $text:literal) => {
        static $name: std::sync::LazyLock<scraper::Selector> =
            std::sync::LazyLock::new(|| scraper::Selector::parse($text).expect("a constant selector parses"));
    };
}
pub(super) use selector;

/// Parses a document.
///
/// # Errors
/// When it is more than is read.
pub(super) fn parse(text: &str) -> Result<Html, TooMuch> {
    let mut parser = parse_document(HtmlTreeSink::new(Html::new_document()), ParseOpts::default());
    let mut from = 0;
    for (count, at) in tags(text).enumerate() {
        // Tag by tag, so that the nodes are counted before the next one makes more of them.
        parser.process(text[from..at].into());
        from = at;
        let html = parser.tokenizer.sink.sink.0.borrow();
        let mut nodes = html.tree.nodes();
        if count == MOST_TAGS || nodes.len() > MOST_NODES {
            return Err(TooMuch::Tags);
        }
        if count % STRIDE == 0 && nodes.next_back().is_some_and(|last| last.ancestors().count() > DEEPEST) {
            return Err(TooMuch::Depth);
        }
    }
    Ok(parser.one(&text[from..]))
}

/// Where tags begin, and what looks like them in scripts.
fn tags(text: &str) -> impl Iterator<Item = usize> {
    let of_a_tag = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'/');
    text.match_indices('<').map(|(at, _)| at).filter(move |at| of_a_tag(text.as_bytes().get(at + 1)))
}

/// Whether an element is in a template, which no browser shows.
pub(super) fn is_inert(element: ElementRef<'_>) -> bool {
    element.ancestors().filter_map(ElementRef::wrap).any(|above| above.value().name() == "template")
}

/// What a reader sees of an element: no styles, no scripts, no title.
pub(super) fn text_of(element: ElementRef<'_>) -> String {
    let is_unseen = |element: ElementRef<'_>| {
        matches!(element.value().name(), "style" | "script" | "template" | "noscript" | "title")
    };
    if element.ancestors().filter_map(ElementRef::wrap).any(is_unseen) {
        return String::new();
    }
    let (mut words, mut left) = (Vec::new(), vec![*element]);
    while let Some(node) = left.pop() {
        if let Some(text) = node.value().as_text() {
            words.extend(text.split_whitespace());
        } else if !ElementRef::wrap(node).is_some_and(is_unseen) {
            left.extend(node.children().rev());
        }
    }
    words.join(" ")
}

/// `reference` made absolute; as it stands if that is not possible.
pub(crate) fn resolve(base: &str, reference: &str) -> String {
    if reference.is_empty() {
        return base.into();
    }
    Url::parse(base).and_then(|base| base.join(reference)).map_or_else(|_| reference.into(), Into::into)
}

#[cfg(test)]
mod tests {
    use super::{DEEPEST, MOST_NODES, MOST_TAGS, STRIDE, TooMuch, parse};

    #[test]
    fn pages_of_any_honest_size_are_parsed_as_in_one_piece() {
        let nested = format!("<p>a{}b{}c", "<div>".repeat(2000), "</div>".repeat(2000));
        let form = "<!DOCTYPE html><title>a < b</title><script>if (a<b) '</div>'</script>\
                    <form><input name=x><b>y<i>z</b>w</i></form><!-- <a> -->";
        for text in [nested.as_str(), form, "", "<", "text < text", "<p", "\u{e9}<\u{e9}<b>\u{e9}"] {
            let parsed = parse(text).expect("it is not too much");
            assert_eq!(parsed, scraper::Html::parse_document(text), "{text:.80}");
        }
    }

    #[test]
    fn pages_that_would_cost_minutes_are_left() {
        // Each paragraph opens anew each of the elements that the first one left open.
        let anew = |count: usize| -> String {
            let open: String = (0..count).map(|at| format!("<b id={at}>")).collect();
            format!("<p>{open}</p>{}", "<p>x</p>".repeat(count))
        };
        let table = [
            ("<br>".repeat(MOST_TAGS + 1), TooMuch::Tags),
            (anew(900), TooMuch::Tags),
            ("<div>".repeat(DEEPEST + 2 * STRIDE), TooMuch::Depth),
        ];
        for (text, expected) in table {
            assert_eq!(parse(&text).map(|_| ()), Err(expected), "{text:.40}");
        }
        let nodes = parse(&anew(30)).expect("it is not too much").tree.nodes().len();
        assert!((900..MOST_NODES).contains(&nodes), "{nodes}");
    }
}
