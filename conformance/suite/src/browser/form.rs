//! A form of a page, and what is sent of it (HTML Standard, section 4.10).

use scraper::{ElementRef, Html};
use url::Url;

use super::document::{is_inert, resolve, selector, text_of};
use crate::wire::{Params, Request};

const MULTIPART: &str = "multipart/form-data";

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
    /// Whether it is sent as `multipart/form-data`.
    pub multipart: bool,
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
    /// `GET` or `POST` instead of the form's method.
    pub method: Option<String>,
    /// Whether it says instead of the form that `multipart/form-data` is sent.
    pub multipart: Option<bool>,
    /// Whether it is an image: then it sends where it was clicked.
    pub image: bool,
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
    /// Whether it is sent as `multipart/form-data`.
    pub multipart: bool,
    /// The page that it was on, which `Referer` and `Origin` name.
    pub page: String,
}

selector!(FORM, "form");
selector!(CONTROL, "input, button, select, textarea");
selector!(OPTION, "option");

impl Form {
    /// The form as it stands on the page at this URL, sent by `button` if one is given.
    #[must_use]
    pub fn submission(&self, page: &str, button: Option<&Button>) -> Submission {
        let sent = self.fields.iter().filter(|field| field.sent && !field.name.is_empty());
        let mut params: Params = sent.map(|field| (field.name.clone(), field.filled())).collect();
        let said = |of: Option<&String>, form: &String| of.unwrap_or(form).clone();
        let action = button.and_then(|button| button.action.as_ref());
        let method = button.and_then(|button| button.method.as_ref());
        let multipart = button.and_then(|button| button.multipart);
        if let Some(button) = button {
            button.sends().into_iter().for_each(|(name, value)| params.add(&name, &value));
        }
        Submission {
            method: said(method, &self.method),
            url: said(action, &self.action),
            params,
            multipart: multipart.unwrap_or(self.multipart),
            page: page.to_owned(),
        }
    }

    /// Reads the forms of a document, in order, each with the controls that belong to it.
    pub(super) fn read_all(document: &Html, page: &str, base: &str) -> Vec<Self> {
        let elements: Vec<ElementRef<'_>> = document.select(&FORM).filter(|form| !is_inert(*form)).collect();
        let mut forms: Vec<Self> = elements.iter().map(|form| Self::empty(*form, page, base)).collect();
        for control in document.select(&CONTROL).filter(|control| !is_disabled(*control)) {
            let owner = match control.attr("form") {
                Some(named) => elements.iter().position(|form| form.attr("id") == Some(named)),
                None => {
                    let mut above = control.ancestors().filter_map(ElementRef::wrap);
                    let nearest = above.find(|above| above.value().name() == "form");
                    nearest.and_then(|nearest| elements.iter().position(|form| *form == nearest))
                }
            };
            if let Some(form) = owner.and_then(|at| forms.get_mut(at)) {
                form.take(control, base);
            }
        }
        forms
    }

    /// A form without its controls.
    fn empty(form: ElementRef<'_>, page: &str, base: &str) -> Self {
        let action = form.attr("action").map(str::trim).filter(|action| !action.is_empty());
        Self {
            method: method_of(form, "method").unwrap_or_else(|| "GET".into()),
            action: action.map_or_else(|| page.into(), |action| resolve(base, action)),
            fields: Vec::new(),
            buttons: Vec::new(),
            multipart: is(form, "enctype", MULTIPART),
        }
    }

    fn take(&mut self, control: ElementRef<'_>, base: &str) {
        let tag = control.value().name();
        let kind = match tag {
            "input" => control.attr("type").unwrap_or("text").to_ascii_lowercase(),
            "button" => control.attr("type").unwrap_or("submit").to_ascii_lowercase(),
            other => other.to_owned(),
        };
        let name = control.attr("name").unwrap_or_default().to_owned();
        match (tag, kind.as_str()) {
            (_, "submit") | ("input", "image") => self.buttons.push(Button {
                name,
                value: control.attr("value").unwrap_or_default().into(),
                text: match (tag, kind.as_str()) {
                    ("button", _) => text_of(control),
                    (_, "image") => control.attr("alt").unwrap_or_default().into(),
                    (_, _) => control.attr("value").unwrap_or_default().into(),
                },
                action: control.attr("formaction").map(|action| resolve(base, action)),
                method: method_of(control, "formmethod"),
                multipart: control.attr("formenctype").map(|_| is(control, "formenctype", MULTIPART)),
                image: kind == "image",
            }),
            (_, "reset" | "button") => {}
            _ => self.fields.push(read_field(control, name, kind)),
        }
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

impl Button {
    /// The pairs that it adds to what is sent.
    fn sends(&self) -> Vec<(String, String)> {
        if self.image {
            let at = |axis: &str| {
                let name =
                    if self.name.is_empty() { axis.to_owned() } else { format!("{}.{axis}", self.name) };
                (name, "1".to_owned())
            };
            return vec![at("x"), at("y")];
        }
        if self.name.is_empty() { Vec::new() } else { vec![(self.name.clone(), self.value.clone())] }
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

    /// What a browser sends of it: line breaks as CRLF, and the encoding where the page asks for that (HTML Standard, form
    /// submission).
    fn filled(&self) -> String {
        if self.kind == "hidden" && self.name.eq_ignore_ascii_case("_charset_") {
            return "UTF-8".to_owned();
        }
        self.value.replace("\r\n", "\n").replace('\r', "\n").replace('\n', "\r\n")
    }
}

impl Submission {
    /// A link that is followed from the page at this URL.
    #[must_use]
    pub fn link(page: &str, to: &str) -> Self {
        let (url, query) = to.split_once('?').unwrap_or((to, ""));
        let url = if query.is_empty() { to } else { url };
        Self {
            method: "GET".into(),
            url: url.into(),
            params: Params::decode(query),
            multipart: false,
            page: page.to_owned(),
        }
    }

    /// The name of the field that is sent with this text, the first of several.
    #[must_use]
    pub fn field_with(&self, text: &str) -> Option<String> {
        self.params.pairs().find(|(_, value)| *value == text).map(|(name, _)| name.to_owned())
    }

    /// The request that sends it, without cookies.
    #[must_use]
    pub fn request(&self) -> Request {
        let request = match (self.method.as_str(), self.multipart) {
            ("GET", _) => {
                let bare = self.url.split(['?', '#']).next().unwrap_or_default();
                Request::get(self.params.append_to(bare))
            }
            (_, false) => Request::form(&self.url, &self.params),
            (_, true) => {
                let (boundary, body) = parts(&self.params);
                Request::post(&self.url, body)
                    .header("Content-Type", format!("{MULTIPART}; boundary={boundary}"))
            }
        };
        let request = request.header("Referer", &self.page);
        match Url::parse(&self.page) {
            Ok(page) if self.method != "GET" => request.header("Origin", page.origin().ascii_serialization()),
            _ => request,
        }
    }
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

/// The method that an attribute names; `None` without the attribute.
fn method_of(element: ElementRef<'_>, attribute: &str) -> Option<String> {
    element.attr(attribute)?;
    Some(if is(element, attribute, "post") { "POST".into() } else { "GET".into() })
}

/// Whether a control is disabled, alone or with its fieldset, or stands in a template.
fn is_disabled(control: ElementRef<'_>) -> bool {
    let fieldset =
        |above: ElementRef<'_>| above.value().name() == "fieldset" && above.attr("disabled").is_some();
    control.attr("disabled").is_some()
        || control.ancestors().filter_map(ElementRef::wrap).any(fieldset)
        || is_inert(control)
}

/// A boundary and the body of a multipart form. The boundary stands in no value.
fn parts(params: &Params) -> (String, Vec<u8>) {
    let mut boundary = "----suite-form".to_owned();
    while params.pairs().any(|(name, value)| name.contains(&boundary) || value.contains(&boundary)) {
        boundary.push('-');
    }
    let quoted = |name: &str| name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
    let mut body = String::new();
    for (name, value) in params.pairs() {
        let name = quoted(name);
        body +=
            &format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    body += &format!("--{boundary}--\r\n");
    (boundary, body.into_bytes())
}
