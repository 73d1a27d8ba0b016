//! What the user meets: the login page, the consent page, and what others can make of them.

mod again;
mod answers;
mod choice;
mod consent;
mod cors;
mod earlier;
mod forgery;
mod form_answers;
mod forwarded;
mod login;
mod login_forgery;
mod owner;
mod password;
mod protection;
mod session;

use crate::case::Case;

/// The cases, in reading order, one slice a file.
pub(super) const CASES: &[&[Case]] = &[
    login::CASES,
    password::CASES,
    session::CASES,
    earlier::CASES,
    owner::CASES,
    login_forgery::CASES,
    consent::CASES,
    choice::CASES,
    forgery::CASES,
    answers::CASES,
    protection::CASES,
    again::CASES,
    cors::CASES,
    form_answers::CASES,
    forwarded::CASES,
];
