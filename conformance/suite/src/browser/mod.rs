//! What a browser knows: cookies, pages, forms, and where it came to rest. What walks with it is `flow::Browser`.

mod document;
mod form;
mod guess;
mod jar;
mod landing;
mod page;
mod words;

pub(crate) use document::resolve;
pub use form::{Button, Field, Form, Submission};
pub use guess::{Decision, by_itself, consent, login, login_with_consent, onward, response};
pub use jar::Jar;
pub use landing::{Landing, Led, Location};
pub use page::{Link, Page};
