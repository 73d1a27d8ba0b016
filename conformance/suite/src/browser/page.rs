//! A page that a browser shows: its forms, links and refresh, as plain data.
//!
//! Scripts are not run; that one sends a form is noticed. `form.rs` reads forms, `guess.rs` decides which form is which.

use std::sync::Arc;

use url::Url;

use super::document::{TooMuch, is_inert, parse, resolve, selector, text_of};
use super::form::Form;
use crate::case_end::{CaseEnd, Checked};
use crate::wire::Exchange;

/// What a browser shows after an answer that was not a redirect.
#[derive(Debug, Clone)]
pub struct Page {
    /// The exchange that gave it.
    pub exchange: Arc<Exchange>,
    /// Where it is.
    pub url: String,
    /// The status of the answer.
    pub status: u16,
    /// Its forms, in order.
    pub forms: Vec<Form>,
    /// Its links, in order.
    pub links: Vec<Link>,
    /// Where `<meta http-equiv=refresh>` leads, if there is one.
    pub refresh: Option<String>,
    /// Whether a script sends a form without being asked.
    pub sends_itself: bool,
    /// Its text without markup, with spaces folded.
    pub text: String,
}

/// A link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Where it leads, made absolute.
    pub url: String,
    /// What it shows.
    pub text: String,
}

selector!(LINK, "a[href]");
selector!(META, "meta[http-equiv][content]");
selector!(BASE, "base[href]");
selector!(SCRIPT, "script, body[onload]");

impl Page {
    /// Reads a page out of an answer; anything but HTML has no forms.
    ///
    /// # Errors
    /// `errored` if the page has more tags than are read, or nests them deeper.
    pub fn read(exchange: &Arc<Exchange>) -> Checked<Self> {
        let (status, body, html) = match &exchange.answer {
            Ok(response) => {
                let media_type = response.media_type().unwrap_or_else(|| "text/html".into());
                (response.status, response.text(), media_type.contains("html"))
            }
            Err(_) => (0, String::new(), false),
        };
        let mut page = Self {
            exchange: Arc::clone(exchange),
            url: exchange.request.url.clone(),
            status,
            forms: Vec::new(),
            links: Vec::new(),
            refresh: None,
            sends_itself: false,
            text: body.split_whitespace().collect::<Vec<_>>().join(" "),
        };
        if html {
            page.read_html(&body).map_err(|fault| CaseEnd::errored(fault.to_string()).at(exchange))?;
        }
        Ok(page)
    }

    /// Whether a refresh leads to another origin.
    #[must_use]
    pub fn leads_away(&self) -> bool {
        let origin = |text: &str| Url::parse(text).map(|url| url.origin()).ok();
        self.refresh.as_ref().is_some_and(|target| origin(target) != origin(&self.url))
    }

    fn read_html(&mut self, body: &str) -> Result<(), TooMuch> {
        let document = parse(body)?;
        let base = document.select(&BASE).next().and_then(|base| base.attr("href"));
        let base = resolve(&self.url, base.unwrap_or_default());
        let root = document.root_element();
        self.text = text_of(root);
        self.forms = Form::read_all(&document, &self.url, &base);
        self.sends_itself = document.select(&SCRIPT).any(|script| {
            let text: String = script.text().chain(script.attr("onload")).collect();
            text.contains(".submit()")
        });
        self.links = document
            .select(&LINK)
            .filter(|link| !is_inert(*link))
            .map(|link| Link {
                url: resolve(&base, link.attr("href").unwrap_or_default()),
                text: text_of(link),
            })
            .collect();
        self.refresh = document
            .select(&META)
            .filter(|meta| meta.attr("http-equiv").is_some_and(|name| name.eq_ignore_ascii_case("refresh")))
            .find_map(|meta| {
                let (_, rest) = meta.attr("content")?.split_once([';', ','])?;
                let url =
                    rest.trim().get(4..).filter(|_| rest.trim().to_ascii_lowercase().starts_with("url="))?;
                Some(resolve(&base, url.trim_matches(['\'', '"'])))
            });
        Ok(())
    }
}
