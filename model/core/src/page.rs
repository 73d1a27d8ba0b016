//! What the pages of the server say, as data; the edge draws them, and escapes every text.

use alloc::string::String;
use alloc::vec::Vec;

/// A page for the resource owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Page {
    /// The front page.
    Home {
        /// Where the metadata is.
        metadata: String,
    },
    /// The login form: fields `user_id`, `password` and the hidden `login_token`.
    LogIn {
        /// The anti-CSRF value.
        login_token: String,
        /// What was wrong with the attempt before.
        message: Option<&'static str>,
    },
    /// Somebody is logged in, and nobody asked for more.
    LoggedIn,
    /// The consent form: the hidden `ask`, the button `confirm` (`yes`, `no`), and with several scope values the
    /// hidden `choosable` and a checkbox `keep` for each.
    Consent {
        /// The anti-CSRF value, which also names the request.
        ask: String,
        /// The client's id.
        client_id: String,
        /// The client's name.
        client_name: String,
        /// Where the browser goes from here.
        redirect_uri: String,
        /// The scope values that the client asks for.
        scope: Vec<String>,
        /// Who is asked.
        user: String,
    },
    /// A refusal.
    Refused {
        /// What was wrong.
        text: String,
    },
}
