//! What clients and the attacker try: requests by their parts, lures and forged forms.

use oauth_core::secret::Shown;
use oauth_core::server::audience::AskedResources;
use oauth_core::text::{RedirectUri, ResourceSet, Verifier};
use oauth_laws::fact::Sender;

/// A token request that somebody composes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Redemption {
    /// Who sends it.
    pub by: Sender,
    /// The client that it names.
    pub client: u16,
    /// How it proves that.
    pub credentials: CredentialsOf,
    /// Which code it shows.
    pub code: CodeOf,
    /// Which redirect URI.
    pub redirect: RedirectOf,
    /// Which verifier.
    pub verifier: VerifierOf,
    /// Which resources it names.
    pub resources: Option<ResourceSet>,
    /// Whether it proves a key, where tokens are bound to one.
    pub proves: bool,
}

/// A token request that the attacker composes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Crafted {
    /// The client that it names; its own it can prove.
    pub client: u16,
    /// The code.
    pub code: Shown,
    /// The redirect URI.
    pub redirect: Option<RedirectUri>,
    /// The verifier.
    pub verifier: Option<Verifier>,
}

/// How a composed request proves its client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is what its name says")]
pub enum CredentialsOf {
    Right,
    Wrong,
    Missing,
}

/// Which code a composed request shows: the first grant's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is what its name says")]
pub enum CodeOf {
    Leaked,
    MadeUp,
}

/// Which redirect URI a composed request names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is what its name says")]
pub enum RedirectOf {
    Right,
    Other,
    Missing,
}

/// Which verifier a composed request shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is what its name says")]
pub enum VerifierOf {
    Right,
    Own,
    CodeChallenge,
    Missing,
}

/// A refresh token that somebody shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RefreshTry {
    /// Who shows it.
    pub by: Sender,
    /// As which client.
    pub client: u16,
    /// Which token.
    pub token: RefreshOf,
    /// What scope it asks for.
    pub scope: RefreshScope,
    /// Which resources it names.
    pub resources: Option<ResourceSet>,
    /// Whether the thief proves a key of its own.
    pub own_key: bool,
}

/// Which refresh token somebody shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RefreshOf {
    /// The one that leaked.
    Leaked,
    /// The one that was issued last.
    Latest,
    /// The one that the client got first.
    First,
    /// The one that was used two refreshes ago.
    TwoAgo,
    /// One that nobody issued.
    MadeUp,
}

/// What scope a refresh asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RefreshScope {
    /// All that was granted.
    All,
    /// The value of it that opens the resource.
    Narrower,
    /// Another value of it, which opens nothing.
    Useless,
    /// All that the client is registered for, however little of it was granted.
    Registered,
    /// More than that.
    Wider,
}

/// A request that names a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IntrospectOrRevokeTry {
    /// What is wanted of it.
    pub what: Wanted,
    /// Who sends it.
    pub by: Sender,
    /// As which client.
    pub client: u16,
    /// How it proves that.
    pub credentials: CredentialsOf,
    /// Which token.
    pub token: TokenOf,
}

/// What somebody wants of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wanted {
    /// That it ends.
    Revoke,
    /// Whether it is good.
    Introspect,
}

/// Which token somebody names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TokenOf {
    /// The access token that was issued last.
    Access,
    /// A refresh token.
    Refresh(RefreshOf),
}

/// A client asks for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ForItselfTry {
    /// Who sends it.
    pub by: Sender,
    /// As which client.
    pub client: u16,
    /// How it proves that.
    pub credentials: CredentialsOf,
}

/// What the attacker puts into the owner's browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lure {
    /// The response that the attacker's own browser got.
    OwnResponse,
    /// An authorization request with a redirect URI of the attacker's.
    EvilRedirect,
    /// The first pushed request, under the name of the attacker's client.
    PushedOfAnother,
    /// The first pushed request once more.
    PushedAgain,
    /// A pushed request that nobody made.
    PushedByNobody,
    /// A bad authorization request of a client that the attacker registered, at an address of the attacker's.
    OfStranger,
}

/// A form that a page of the attacker's sends from the owner's browser: most are the consent form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Forgery {
    /// For the owner's request, with a made-up anti-CSRF value.
    MadeUpAsk,
    /// For the attacker's request, with the value of its own page.
    OwnAsk,
    /// Without any.
    NoAsk,
    /// The owner's own page in a frame of the attacker's, with a click that the owner meant for something else.
    Framed,
    /// The login form, with the attacker's own name and password.
    LogIn,
}

/// These resources, as a request names them.
pub(super) const fn named(resources: ResourceSet) -> AskedResources {
    AskedResources { known: resources, has_unknown: false }
}
