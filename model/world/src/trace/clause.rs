//! What an action does it with, in a few words.

use super::name;
use crate::world::action::{
    CodeOf, Crafted, CredentialsOf, ForItselfTry, Forgery, IntrospectOrRevokeTry, Lure, Redemption,
    RedirectOf, RefreshOf, RefreshScope, RefreshTry, ShownWith, TokenOf, VerifierOf, Wanted,
};
use crate::world::{Asking, Known, Response};
use oauth_core::directory::ClientNo;
use oauth_core::server::decide::Choice;
use oauth_core::text::Verifier;
use oauth_laws::fact::Sender;

/// "as other-client, without its secret".
fn as_client(client: u16, credentials: CredentialsOf) -> String {
    let credentials = match credentials {
        CredentialsOf::Right => "",
        CredentialsOf::Wrong => ", with a wrong secret",
        CredentialsOf::Missing => ", without a secret",
    };
    format!("as {}{credentials}", name::client(client))
}

/// A token request that somebody composes.
pub(super) fn redemption(redemption: &Redemption) -> String {
    let code = match (redemption.code, redemption.by) {
        (CodeOf::Leaked, Sender::Client) => "its code",
        (CodeOf::Leaked, Sender::OtherClient | Sender::Owner | Sender::Thief) => "the code that leaked",
        (CodeOf::MadeUp, _) => "a code that it made up",
    };
    let redirect = match redemption.redirect {
        RedirectOf::Right => "",
        RedirectOf::Other => ", with another redirect URI",
        RedirectOf::Missing => ", without a redirect URI",
    };
    let verifier = match redemption.verifier {
        VerifierOf::Right => ", with the right verifier",
        VerifierOf::Own => ", with a verifier of its own",
        VerifierOf::CodeChallenge => ", with the challenge for a verifier",
        VerifierOf::Missing => ", without a verifier",
    };
    let resources = redemption.resources.map(|set| format!(", for {}", name::resources(set).join(" and ")));
    let proof = if redemption.proves { "" } else { ", without a proof" };
    let client = as_client(redemption.client, redemption.credentials);
    format!("redeems {code} {client}{redirect}{verifier}{}{proof}", resources.unwrap_or_default())
}

/// A refresh token that somebody shows.
pub(super) fn refresh(refresh: &RefreshTry) -> String {
    let token = refresh_token(refresh.token);
    let scope = match refresh.scope {
        RefreshScope::All => "",
        RefreshScope::Narrower => ", for less scope",
        RefreshScope::Useless => ", for scope that opens nothing",
        RefreshScope::Registered => ", for all that the client is registered for",
        RefreshScope::Wider => ", for more scope",
    };
    let resources = refresh.resources.map(|set| format!(", for {}", name::resources(set).join(" and ")));
    let key = if refresh.own_key { ", with a proof by its own key" } else { "" };
    format!("shows {token} as {}{scope}{}{key}", name::client(refresh.client), resources.unwrap_or_default())
}

const fn refresh_token(token: RefreshOf) -> &'static str {
    match token {
        RefreshOf::Leaked => "the refresh token that leaked",
        RefreshOf::Latest => "the latest refresh token",
        RefreshOf::First => "the first refresh token",
        RefreshOf::TwoAgo => "the refresh token of two refreshes ago",
        RefreshOf::MadeUp => "a made-up refresh token",
    }
}

/// A client that asks for itself.
pub(super) fn for_itself(request: &ForItselfTry) -> String {
    format!("asks for a token for itself {}", as_client(request.client, request.credentials))
}

/// A request that names a token.
pub(super) fn naming(naming: &IntrospectOrRevokeTry) -> String {
    let token = match naming.token {
        TokenOf::Access => "the latest access token",
        TokenOf::Refresh(which) => refresh_token(which),
    };
    let client = as_client(naming.client, naming.credentials);
    match naming.what {
        Wanted::Revoke => format!("revokes {token} {client}"),
        Wanted::Introspect => format!("asks about {token} {client}"),
    }
}

/// A token request that the attacker composes.
pub(super) fn crafted(crafted: &Crafted) -> String {
    let verifier = |verifier: Verifier| format!("with {}", name::proof_key(verifier.plain));
    let redirect = crafted.redirect.map_or_else(
        || "without a redirect URI".to_owned(),
        |uri| format!("at {}", name::address(uri.exact).0),
    );
    format!(
        "redeems {} as {}, {redirect}, {}",
        name::secret(crafted.code.digest),
        name::client(crafted.client),
        crafted.verifier.map_or_else(|| "without a verifier".to_owned(), verifier)
    )
}

/// An authorization request, by what is its own.
pub(super) fn asking(asking: &Asking) -> String {
    let ClientNo(client) = asking.client;
    let client = name::client(client);
    match (asking.pushed, asking.challenge) {
        (Some((shown, _)), _) => {
            format!("the name {} of a pushed request of {client}", name::secret(shown.digest))
        }
        (None, Some(challenge)) => {
            format!("an authorization request of {client} with {}", name::proof_key(challenge.digest))
        }
        (None, None) => format!("an authorization request of {client} without a challenge"),
    }
}

/// An authorization response, by what is its own.
pub(super) fn response(response: &Response) -> String {
    match response.code {
        Some(code) => format!("an authorization response with {}", name::secret(code.digest)),
        None => "an authorization response with an error".to_owned(),
    }
}

/// What an attacker comes to know.
pub(super) fn known(known: &Known) -> String {
    match known {
        Known::Code(shown) => {
            format!("the code of an authorization response, {}", name::secret(shown.digest))
        }
        Known::Token(shown) => format!("an access token, {}", name::secret(shown.digest)),
        Known::Refresh(shown) => format!("a refresh token, {}", name::secret(shown.digest)),
        Known::CodeChallenge(challenge) => {
            format!("the challenge of an authorization request, {}", name::proof_key(challenge.digest))
        }
        Known::Proof(proof) => {
            format!("a proof of possession that was sent, {}", name::secret(proof.id))
        }
        Known::State(state) => format!("a state, {}", name::secret(*state)),
        Known::Verifier(symbol) => {
            format!("a verifier, {}", name::proof_key(crate::world::symbols::digest(*symbol)))
        }
        Known::Pushed(asking) => match asking.pushed {
            Some((shown, _)) => format!("the name of a pushed request, {}", name::secret(shown.digest)),
            None => "a request that was pushed".to_owned(),
        },
        Known::Password => "the owner's password".to_owned(),
    }
}

/// What a token is shown with.
pub(super) const fn shown_with(with: ShownWith) -> &'static str {
    match with {
        ShownWith::Nothing => "without a proof",
        ShownWith::OwnKey => "with a proof by its own key",
        ShownWith::Forged => "with a proof of the client's key that another key signed",
        ShownWith::Leaked => "with the proof that leaked",
    }
}

/// What the attacker puts into the owner's browser.
pub(super) const fn lure(lure: Lure) -> &'static str {
    match lure {
        Lure::OwnResponse => "the authorization response of the attacker's own login",
        Lure::EvilRedirect => "an authorization request with a redirect URI of the attacker's",
        Lure::PushedOfAnother => "the name of the client's pushed request, under the name of another client,",
        Lure::PushedAgain => "the name of the client's pushed request once more",
        Lure::PushedByNobody => "the name of a pushed request that there is not",
        Lure::OfStranger => "a bad authorization request of a client that the attacker registered",
    }
}

/// How a form is forged.
pub(super) const fn forgery(forgery: Forgery) -> &'static str {
    match forgery {
        Forgery::MadeUpAsk => "makes the owner's browser send a consent form with a made-up anti-CSRF value",
        Forgery::OwnAsk => {
            "makes the owner's browser send a consent form with the anti-CSRF value of another page"
        }
        Forgery::NoAsk => "makes the owner's browser send a consent form without an anti-CSRF value",
        Forgery::LogIn => {
            "makes the owner's browser send a login form with the attacker's own name and password"
        }
        Forgery::Framed => "has the owner click on the consent page in a frame that cannot be seen",
    }
}

/// How a person answers the consent page.
pub(super) fn choice(choice: Choice) -> String {
    match choice {
        Choice::Approve => "says yes on the consent page".to_owned(),
        Choice::ApproveOnly(scope) => {
            format!("says yes on the consent page, but only to {}", name::scope(scope))
        }
        Choice::Deny => "says no on the consent page".to_owned(),
    }
}
