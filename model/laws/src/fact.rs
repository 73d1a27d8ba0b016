//! Facts: what an outsider can see happen, read off messages.
//!
//! An observer writes them: the model's from typed messages, the suite's from HTTP with a parser of its own. No
//! step and no fault emits one. A fact carries two moments, when its request was sent and when it was answered;
//! B is after A only if A was answered before B was sent, and overlaps decide nothing.

/// A text that the observer saw; equal texts have equal symbols. What it is does not matter to a law.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sym(pub u32);

/// Who sent a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sender {
    /// The resource owner, in a browser.
    Owner,
    /// The client that asked.
    Client,
    /// Another client.
    OtherClient,
    /// Somebody who has what leaked, and no right to it.
    Thief,
}

/// One exchange's worth of what can be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fact {
    /// When the request was sent, in the observer's order.
    pub sent: u32,
    /// When the answer was there; an unanswered request may have taken effect.
    pub answered: Option<u32>,
    /// The observer's clock when the request was sent, in seconds.
    pub sent_at: u64,
    /// The observer's clock when the answer was there, in seconds.
    pub answered_at: u64,
    /// Who sent it.
    pub by: Sender,
    /// What happened.
    pub what: What,
}

impl Fact {
    /// Whether this fact's request was sent after the other was answered.
    #[must_use]
    pub fn is_after(&self, other: &Self) -> bool {
        other.answered.is_some_and(|answered| answered < self.sent)
    }
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum What {
    /// An authorization response with a code was sent to a browser.
    CodeIssued(CodeIssued),
    /// A client pushed an authorization request, and it was taken.
    Pushed(Pushed),
    /// A code was shown to the token endpoint.
    Redemption(Redemption),
    /// A refresh token was shown to the token endpoint.
    Refresh(RefreshUse),
    /// A client asked for a token for itself.
    ForItself(ForItself),
    /// A client asked for a token to be revoked.
    Revocation(Revocation),
    /// Somebody asked whether a token is good.
    Introspection(Introspection),
    /// A token was shown to a protected resource.
    Resource(ResourceUse),
    /// A client counts a browser as logged in; only the model sees this.
    LoggedIn(LoggedIn),
    /// A secret went to somebody; only the model sees this.
    Handed(Handed),
    /// A browser was sent to a client with an error, before its person was asked anything; only the model sees this.
    SentAway(SentAway),
    /// A browser asked for a code, whatever came of it; only the suite sees this.
    CodeAsked(CodeAsked),
    /// A code or a refresh token was refused for the proof of possession; only the suite sees this.
    ProofRefused(ProofRefused),
}

/// A browser asked for a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CodeAsked {
    /// The client that the request named.
    pub client: Sym,
    /// Whether the redirect URI that it named is registered for the client; none if it named none.
    pub registered: Option<bool>,
    /// Whether the browser had shown a right password; none if the observer cannot tell.
    pub password_shown: Option<bool>,
    /// Whether the owner had said yes to this client; none if the observer cannot tell.
    pub consented: Option<bool>,
    /// The `request_uri` that the request named instead, and the observer's clock when it did.
    pub pushed: Option<(Sym, u64)>,
}

/// A code or a refresh token was refused for the proof of possession.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProofRefused {
    /// The code or the refresh token.
    pub shown: Sym,
    /// The proof that came along, if one did.
    pub proof: Option<Proved>,
    /// Whether the server asked for another nonce, so that it need not have looked at the key.
    pub wants_nonce: bool,
}

/// A code was issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CodeIssued {
    /// The code.
    pub code: Sym,
    /// The client that the request named.
    pub client: Sym,
    /// Where the browser was sent.
    pub sent_to: Sym,
    /// Whether that place is registered for the client.
    pub registered: bool,
    /// The redirect URI that the request named.
    pub redirect_uri: Option<Sym>,
    /// `state` of the request and of the response.
    pub state: (Option<Sym>, Option<Sym>),
    /// The PKCE challenge of the request.
    pub challenge: Option<CodeChallenge>,
    /// Whether the observer is sure which request this answers; else only `state` and `sent_to` can be judged.
    pub certain: bool,
    /// Whether the browser had shown a right password, for a login that lasted; none if the observer cannot tell.
    pub password_shown: Option<bool>,
    /// Whether this code answers a decision that the owner made on the consent page; none if the observer cannot tell.
    pub consented: Option<bool>,
    /// The account that the code is for, if the observer knows.
    pub owner: Option<Sym>,
    /// The thumbprint of the key that the code is bound to (`dpop_jkt`, or the proof of the pushed request).
    pub key: Option<Sym>,
    /// The `request_uri` that the request named instead, and the observer's clock when it did.
    pub pushed: Option<(Sym, u64)>,
}

/// A client pushed an authorization request, and it was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pushed {
    /// The `request_uri` that came back.
    pub uri: Sym,
    /// The client that pushed it.
    pub client: Sym,
    /// `expires_in`, in seconds.
    pub expires_in: Option<u64>,
}

/// A PKCE challenge, as the request carried it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CodeChallenge {
    /// `plain`: the text of the only verifier that fits.
    Plain(Sym),
    /// `S256`: the hash of the only verifier that fits.
    S256(Sym),
}

/// A code was shown to the token endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Redemption {
    /// The code.
    pub code: Sym,
    /// The client that the request named or authenticated as.
    pub client: Sym,
    /// Whether the client has a secret, and if so whether the request showed it.
    pub secret: SecretShown,
    /// The redirect URI.
    pub redirect_uri: Option<Sym>,
    /// The verifier's text and its S256 hash.
    pub verifier: Option<(Sym, Sym)>,
    /// The proof of possession that came along.
    pub proof: Option<Proved>,
    /// What came back; none for a refusal.
    pub token: Option<Issued>,
}

/// A proof of possession whose signature the observer checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Proved {
    /// The thumbprint of its key.
    pub key: Sym,
    /// Its text: what tells it from every other.
    pub id: Sym,
    /// When it says that it was made, by the observer's clock.
    pub made: u64,
}

/// A token that came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Issued {
    /// The access token.
    pub token: Sym,
    /// `expires_in`, in seconds.
    pub expires_in: Option<u64>,
    /// Whether the answer's scope has more than the owner consented to.
    pub beyond_consent: bool,
    /// The refresh token.
    pub refresh: Option<Sym>,
    /// The key that the access token is bound to, by the proof of its request.
    pub key: Option<Sym>,
    /// The one resource that the access token is for, if the requests behind it named one and no other.
    pub only_for: Option<Sym>,
}

/// A refresh token was shown to the token endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RefreshUse {
    /// The refresh token.
    pub token: Sym,
    /// The client that the request named or authenticated as.
    pub client: Sym,
    /// Whether the client has a secret, and if so whether the request showed it.
    pub secret: SecretShown,
    /// Whether the request asked for all that was granted, and the answer's scope has less.
    pub falls_short: bool,
    /// What the request asked for of the scope that was granted; none if the observer cannot tell.
    pub asks: Option<AskedScope>,
    /// Whether the request named a resource that was not granted.
    pub strays: bool,
    /// The proof of possession that came along.
    pub proof: Option<Proved>,
    /// What came back; none for a refusal.
    pub issued: Option<Issued>,
}

/// What a refresh asked for, measured by the scope that was granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AskedScope {
    /// All of it, by naming no scope.
    All,
    /// No more than that.
    Part,
    /// Something that was not granted.
    More,
}

/// What a token request showed of its client's secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SecretShown {
    /// The client has none.
    NoneNeeded,
    /// The right one.
    Right,
    /// A wrong one, or none.
    WrongOrMissing,
}

/// A client asked for a token for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ForItself {
    /// The client that the request named or authenticated as.
    pub client: Sym,
    /// What it showed of that client's secret.
    pub secret: SecretShown,
    /// What came back; none for a refusal.
    pub issued: Option<Issued>,
}

/// A client asked for a token to be revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revocation {
    /// The token, of whatever kind.
    pub token: Sym,
    /// The client that the request named or authenticated as.
    pub client: Sym,
    /// What it showed of that client's secret.
    pub secret: SecretShown,
    /// Whether the server said that it is done.
    pub accepted: bool,
}

/// Somebody asked whether a token is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Introspection {
    /// The token, of whatever kind.
    pub token: Sym,
    /// Whether the server said that it is.
    pub active: bool,
    /// Whether the token, if it is active, concerns who asked: it is this client's own, or an access token for the resource that
    /// this client guards; none if the observer cannot tell.
    pub concerned: Option<bool>,
}

/// A token was shown to a protected resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceUse {
    /// The token.
    pub token: Sym,
    /// The resource.
    pub resource: Sym,
    /// The proof of possession that came along, made for this token.
    pub proof: Option<Proved>,
    /// Whether the resource was served.
    pub served: bool,
    /// Whether the token's scope, as the server told it, covers the resource; none if the observer cannot tell.
    pub covered: Option<bool>,
    /// The account of the person in whose browser a client shows it, if the observer knows.
    pub shown_to: Option<Sym>,
}

/// A client counts a browser as logged in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LoggedIn {
    /// The access token of the login.
    pub token: Sym,
    /// The account of the person at the browser.
    pub person: Sym,
}

/// A secret went to somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Handed {
    /// The code, the access token, or the account whose password it is.
    pub secret: Sym,
    /// Who has it now.
    pub to: Party,
    /// The account of the person in whose browser it was handed on.
    pub person: Sym,
}

/// Who can be given a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Party {
    /// The server that it is for, or its resource.
    ItsServer,
    /// Another authorization server, or its resource.
    OtherServer,
    /// A client.
    Client,
}

/// A browser was sent to a client with an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SentAway {
    /// The client.
    pub client: Sym,
    /// Whether the address is registered for it.
    pub registered: bool,
    /// Whether anybody but the client itself vouches for that.
    pub vouched: bool,
}
