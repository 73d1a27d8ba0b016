//! The driven half: the model orders the steps, the client's logic composes each request, and the server's logic
//! predicts the class of each answer.
//!
//! A path is a list of the model's actions in one of its scenarios, so that what is walked here is what the checker
//! explores. Only classes are compared; which error code and which headers is for the suite's cases to say.

mod documented;
mod paths;
mod predict;
mod settings;
mod walk;

use oauth_suite::case::{Case, Profile};

pub use documented::Sequence;
pub use paths::{PATHS, Path};
pub use walk::Walked;

/// The driven cases of a profile, in reading order.
#[must_use]
pub fn cases(profile: Profile) -> &'static [Case] {
    match profile {
        Profile::Documented => documented::CASES,
        Profile::Rfc6749 | Profile::Rfc9700 | Profile::Oauth21 => paths::CASES,
    }
}
