//! What the user meets: the login page, the consent page, and what others can make of them.

pub(super) mod consent;
pub(super) mod forgery;
pub(super) mod form_answers;
pub(super) mod forwarded;
pub(super) mod login;
pub(super) mod protection;

use crate::case::Case;

/// The cases, in reading order, one slice a file.
pub(super) const CASES: &[&[Case]] =
    &[login::CASES, consent::CASES, forgery::CASES, protection::CASES, form_answers::CASES, forwarded::CASES];
