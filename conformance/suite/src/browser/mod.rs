//! What a browser knows: cookies, pages, forms, and where it came to rest. What walks with it is `flow::Browser`.

mod document;
mod guess;
mod jar;
mod landing;
mod page;

pub use guess::{Decision, consent, login};
pub use jar::Jar;
pub use landing::{Landing, Led, Location};
pub(crate) use page::resolve;
pub use page::{Button, Field, Form, Link, Page, Submission};
