//! A page that a browser shows: its forms, links and refresh, as plain data.
//!
//! Scripts are not run. `guess.rs` decides which form is which.

use std::sync::{Arc, LazyLock};

use scraper::{ElementRef, Selector};
use url::Url;

use super::document::{TooMuch, parse};
use crate::case_end::{CaseEnd, Checked};
use crate::wire::{Exchange, Params, Request};

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
    /// Its text without markup, with spaces folded.
    pub text: String,
}

/// A form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// `GET` or `POST`.
    pub method: String,
    /// The URL of the action, made absolute; the page's own without one.
    pub action: String,
    /// Fields that are not buttons, in order.
    pub fields: Vec<Field>,
    /// Submit buttons, in order.
    pub buttons: Vec<Button>,
}

/// A field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name; fields without one are never sent.
    pub name: String,
    /// `hidden`, `text`, `password`, `email`, `checkbox`, `radio`, `select`, `textarea`, …
    pub kind: String,
    /// Its value.
    pub value: String,
    /// Whether it is sent as it stands (an unticked box is not).
    pub sent: bool,
    /// Whether the page asks for it.
    pub required: bool,
    /// What `autocomplete`, `id` and `placeholder` say about it, in lower case.
    pub hint: String,
}

/// A submit button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button {
    /// Its name, which may be empty: then it sends nothing.
    pub name: String,
    /// Its value.
    pub value: String,
    /// What it shows.
    pub text: String,
    /// Where it leads instead of the form's action, made absolute.
    pub action: Option<String>,
}

/// A link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Where it leads, made absolute.
    pub url: String,
    /// What it shows.
    pub text: String,
}

/// A form that is filled in and about to be sent. Spoil it as you like before `Browser::submit`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// `GET` or `POST`.
    pub method: String,
    /// Where it goes.
    pub url: String,
    /// What it carries.
    pub params: Params,
    /// The page that it was on, which `Referer` and `Origin` name.
    pub page: String,
}

macro_rules! selector {
    ($name:ident, $text:literal) => {
        static $name: LazyLock<Selector> =
            LazyLock::new(|| Selector::parse($text).expect("a constant selector parses"));
    };
}
selector!(FORM, "form");
selector!(CONTROL, "input, button, select, textarea");
selector!(OPTION, "option");
selector!(LINK, "a[href]");
selector!(META, "meta[http-equiv][content]");
selector!(BASE, "base[href]");

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
        self.forms = document.select(&FORM).map(|form| read_form(form, &self.url, &base)).collect();
        self.links = document
            .select(&LINK)
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

impl Form {
    /// The form as it stands, sent by `button` if one is given.
    #[must_use]
    pub fn submission(&self, page: &Page, button: Option<&Button>) -> Submission {
        let sent = self.fields.iter().filter(|field| field.sent && !field.name.is_empty());
        let mut params: Params = sent.map(|field| (field.name.clone(), field.value.clone())).collect();
        let mut url = self.action.clone();
        if let Some(button) = button {
            if !button.name.is_empty() {
                params.add(&button.name, &button.value);
            }
            if let Some(action) = &button.action {
                url.clone_from(action);
            }
        }
        Submission { method: self.method.clone(), url, params, page: page.url.clone() }
    }

    /// Whether it has a field or button of this name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|field| field.name == name)
            || self.buttons.iter().any(|button| button.name == name)
    }

    /// Whether it asks for a password.
    #[must_use]
    pub fn asks_password(&self) -> bool {
        self.fields.iter().any(Field::is_password)
    }
}

impl Field {
    /// Whether it takes a password: by its type, or by a name that says so where the type was forgotten.
    #[must_use]
    pub fn is_password(&self) -> bool {
        let name = self.name.to_ascii_lowercase();
        let named = ["password", "passwd", "passphrase"].iter().any(|word| name.contains(word));
        self.kind == "password" || (named && self.kind == "text")
    }
}

impl Submission {
    /// The request that sends it, without cookies.
    #[must_use]
    pub fn request(&self) -> Request {
        let request = if self.method == "GET" {
            let bare = self.url.split(['?', '#']).next().unwrap_or_default();
            Request::get(self.params.append_to(bare))
        } else {
            Request::form(&self.url, &self.params)
        };
        let request = request.header("Referer", &self.page);
        match Url::parse(&self.page) {
            Ok(page) if self.method != "GET" => request.header("Origin", page.origin().ascii_serialization()),
            _ => request,
        }
    }
}

fn read_form(form: ElementRef<'_>, page: &str, base: &str) -> Form {
    let action = form.attr("action").map(str::trim).filter(|action| !action.is_empty());
    let mut read = Form {
        method: if is(form, "method", "post") { "POST".into() } else { "GET".into() },
        action: action.map_or_else(|| page.into(), |action| resolve(base, action)),
        fields: Vec::new(),
        buttons: Vec::new(),
    };
    for control in form.select(&CONTROL).filter(|control| control.attr("disabled").is_none()) {
        let tag = control.value().name();
        let kind = match tag {
            "input" => control.attr("type").unwrap_or("text").to_ascii_lowercase(),
            "button" => control.attr("type").unwrap_or("submit").to_ascii_lowercase(),
            other => other.to_owned(),
        };
        let name = control.attr("name").unwrap_or_default().to_owned();
        match (tag, kind.as_str()) {
            (_, "submit" | "image") => read.buttons.push(Button {
                name,
                value: control.attr("value").unwrap_or_default().into(),
                text: if tag == "button" {
                    text_of(control)
                } else {
                    control.attr("value").unwrap_or_default().into()
                },
                action: control.attr("formaction").map(|action| resolve(base, action)),
            }),
            (_, "reset" | "button") => {}
            _ => read.fields.push(read_field(control, name, kind)),
        }
    }
    read
}

fn read_field(control: ElementRef<'_>, name: String, kind: String) -> Field {
    let (value, sent) = match kind.as_str() {
        "checkbox" | "radio" => {
            (control.attr("value").unwrap_or("on").to_owned(), control.attr("checked").is_some())
        }
        "select" => {
            let options: Vec<_> = control.select(&OPTION).collect();
            let chosen = options.iter().find(|option| option.attr("selected").is_some()).or(options.first());
            let value =
                chosen.map(|option| option.attr("value").map_or_else(|| text_of(*option), Into::into));
            (value.clone().unwrap_or_default(), value.is_some())
        }
        "textarea" => (control.text().collect(), true),
        _ => (control.attr("value").unwrap_or_default().to_owned(), true),
    };
    let hint = ["autocomplete", "id", "placeholder"]
        .iter()
        .filter_map(|attribute| control.attr(attribute))
        .collect::<Vec<_>>()
        .join(" ")
        .to_ascii_lowercase();
    Field { name, kind, value, sent, required: control.attr("required").is_some(), hint }
}

fn is(element: ElementRef<'_>, attribute: &str, value: &str) -> bool {
    element.attr(attribute).is_some_and(|have| have.trim().eq_ignore_ascii_case(value))
}

/// What a reader sees of an element: no styles, no scripts, no title.
fn text_of(element: ElementRef<'_>) -> String {
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
