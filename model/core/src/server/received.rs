//! A request as it arrived, with all of its texts.
//!
//! Steps judge a [`Request`], which is small and holds digests. A variant here is the same request with what its kind has
//! besides: what an edge finds out before the step, what is stored with the record that the step writes, and what the
//! reply hands back.

use alloc::string::String;

use super::Request;
use super::authorize::{Authorize, ResponseTarget};
use super::decide::Decide;
use super::dpop::{DpopHeader, DpopProof, SignedText};
use super::introspect_revoke::IntrospectOrRevoke;
use super::login::{Checked, LogIn, LogInPage, LogInTexts, Password};
use super::push::{AuthorizePushed, Push};
use super::redeem::TokenRequest;
use super::register::{ClientMetadata, Register};
use super::resource::{ResourceRequest, Scheme};
use crate::refusal::{Malformed, Place, RegistrationFlaw};
use crate::text::ResourceSet;

/// A request with its texts; [`Received::request`] is what steps judge of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Received {
    /// The front page.
    Home,
    /// Show the login form.
    LogInPage(LogInTexts),
    /// Somebody sent the login form.
    LogIn {
        /// What the step judges; `owner` is the edge's to say.
        form: LogIn,
        /// Name and password.
        password: Password,
        /// What its page was asked with.
        texts: LogInTexts,
    },
    /// A client asks through a browser (RFC 6749 4.1.1).
    Authorize {
        /// What the step judges.
        request: Authorize,
        /// Where the response goes: stored with the grant.
        response_target: ResponseTarget,
        /// The same request again, for after the login.
        again: String,
    },
    /// A client pushes what it would have asked through a browser (RFC 9126 2).
    Push {
        /// What the step judges.
        request: Push,
        /// Where the response goes: stored with the grant.
        response_target: ResponseTarget,
        /// What its `DPoP` header held.
        dpop: DpopHeader,
    },
    /// A browser brings the name of a pushed request (RFC 9126 4).
    AuthorizePushed {
        /// What the step judges.
        request: AuthorizePushed,
        /// The same request again, for after the login.
        again: String,
    },
    /// The resource owner answers the consent page.
    Decide(Decide),
    /// A client asks for a token (RFC 6749 3.2).
    Token {
        /// What the step judges.
        request: TokenRequest,
        /// What its `DPoP` header held.
        dpop: DpopHeader,
    },
    /// A client registers itself (RFC 7591 3.1): what it says of itself, or why that cannot be.
    Register(Result<ClientMetadata, RegistrationFlaw>),
    /// A client gives a token up (RFC 7009).
    Revoke(IntrospectOrRevoke),
    /// Somebody asks whether a token is good (RFC 7662).
    Introspect(IntrospectOrRevoke),
    /// Somebody asks for a protected resource (RFC 6749 7).
    Resource {
        /// What the step judges.
        request: ResourceRequest,
        /// What its `DPoP` header held.
        dpop: DpopHeader,
    },
    /// Somebody asks for this protected resource in a way that a codec could not read.
    ResourceMalformed(ResourceSet, Malformed),
    /// Somebody asks for the metadata (RFC 8414 3).
    Metadata,
    /// Somebody asks for the metadata of a resource (RFC 9728 3.1).
    ResourceMetadata(ResourceSet),
    /// A codec could not read another request.
    Malformed(Place, Malformed),
}

impl Received {
    /// What steps judge.
    #[must_use]
    pub fn request(&self) -> Request {
        match self {
            Self::Home => Request::Home,
            Self::LogInPage(texts) => Request::LogInPage(LogInPage { has_cookie: texts.cookie.is_some() }),
            Self::LogIn { form, .. } => Request::LogIn(*form),
            Self::Authorize { request, .. } => Request::Authorize(*request),
            Self::Push { request, .. } => Request::Push(*request),
            Self::AuthorizePushed { request, .. } => Request::AuthorizePushed(*request),
            Self::Decide(request) => Request::Decide(*request),
            Self::Token { request, .. } => Request::Token(*request),
            Self::Register(said) => {
                let with_secret = said.as_ref().map(|metadata| metadata.authentication.has_secret());
                Request::Register(Register { with_secret: with_secret.map_err(|flaw| *flaw) })
            }
            Self::Revoke(request) => Request::Revoke(*request),
            Self::Introspect(request) => Request::Introspect(*request),
            Self::Resource { request, .. } => Request::Resource(*request),
            Self::ResourceMalformed(_, malformed) => Request::Malformed(Place::ResourceRequest, *malformed),
            Self::Metadata => Request::Metadata,
            Self::ResourceMetadata(resource) => Request::ResourceMetadata(*resource),
            Self::Malformed(place, malformed) => Request::Malformed(*place, *malformed),
        }
    }

    /// The password that an edge has to check, and where it says whose it is. Only a form that is this server's own is worth
    /// a password hash.
    #[must_use]
    pub fn password(&mut self) -> Option<(&Password, &mut Checked)> {
        let Self::LogIn { form, password, .. } = self else { return None };
        form.is_own_form().then_some((password, &mut form.owner))
    }

    /// What was read of a proof, and the header that it was read from, of a request that proofs belong to.
    #[must_use]
    pub fn dpop(&mut self) -> Option<(&mut Result<Option<DpopProof>, Malformed>, &mut DpopHeader)> {
        match self {
            Self::Push { request: Push { proof, .. }, dpop, .. }
            | Self::Token { request: TokenRequest { proof, .. }, dpop }
            | Self::Resource { request: ResourceRequest { proof, .. }, dpop } => Some((proof, dpop)),
            Self::Home
            | Self::LogInPage(_)
            | Self::LogIn { .. }
            | Self::Authorize { .. }
            | Self::AuthorizePushed { .. }
            | Self::Decide(_)
            | Self::Register(_)
            | Self::Revoke(_)
            | Self::Introspect(_)
            | Self::ResourceMalformed(..)
            | Self::Metadata
            | Self::ResourceMetadata(_)
            | Self::Malformed(..) => None,
        }
    }

    /// The proof that an edge has to mark as used.
    #[must_use]
    pub fn proof(&mut self) -> Option<&mut DpopProof> {
        let (proof, _) = self.dpop()?;
        proof.as_mut().ok()?.as_mut()
    }

    /// The proof whose signature an edge has to check, and the text that was signed.
    #[must_use]
    pub fn signed_proof(&mut self) -> Option<(&mut DpopProof, &SignedText)> {
        let (Ok(Some(proof)), DpopHeader::Proof(signed)) = self.dpop()? else { return None };
        Some((proof, signed))
    }

    /// Where the response to an authorization request goes.
    #[must_use]
    pub fn response_target(&self) -> Option<&ResponseTarget> {
        let (Self::Authorize { response_target, .. } | Self::Push { response_target, .. }) = self else {
            return None;
        };
        Some(response_target)
    }

    /// What a client that registers says of itself.
    #[must_use]
    pub fn metadata(&self) -> Option<&ClientMetadata> {
        let Self::Register(said) = self else { return None };
        said.as_ref().ok()
    }

    /// Where the login leads: to this authorization request, or where an earlier page said.
    pub(super) fn next(&self) -> Option<&str> {
        if let Self::Authorize { again, .. } | Self::AuthorizePushed { again, .. } = self {
            return Some(again);
        }
        self.log_in_texts()?.next.as_deref()
    }

    /// The cookie that the login form's anti-CSRF value comes from.
    pub(super) fn login_cookie(&self) -> Option<&str> {
        self.log_in_texts()?.cookie.as_deref()
    }

    fn log_in_texts(&self) -> Option<&LogInTexts> {
        let (Self::LogInPage(texts) | Self::LogIn { texts, .. }) = self else { return None };
        Some(texts)
    }

    /// Whether the reply brings a nonce: where a proof came, or what was meant for one.
    pub(super) fn wants_nonce(&self) -> bool {
        let (Self::Push { dpop, .. } | Self::Token { dpop, .. } | Self::Resource { dpop, .. }) = self else {
            return false;
        };
        *dpop != DpopHeader::Absent
    }

    /// The resource that was asked for, for its challenge.
    pub(super) fn resource(&self) -> Option<ResourceSet> {
        if let Self::ResourceMalformed(resource, _) = self {
            return Some(*resource);
        }
        let Self::Resource { request, .. } = self else { return None };
        Some(request.need.resource)
    }

    /// Whether a token came behind `DPoP`.
    pub(super) fn is_dpop(&self) -> bool {
        matches!(self, Self::Resource { request, .. } if request.scheme == Scheme::Dpop)
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;

    use super::*;
    use crate::secret::Digest;

    #[test]
    fn only_the_password_of_an_own_form_is_checked() {
        let own = Digest::of("own");
        let password = Password { user_id: "id001".to_string(), password: "mypassword".to_string() };
        for (expected, shown, is_checked) in [
            (Some(own), Some(own), true),
            (Some(own), Some(Digest::of("other")), false),
            (Some(own), None, false),
            (None, Some(own), false),
        ] {
            let mut received = Received::LogIn {
                form: LogIn { expected, shown, owner: Checked::Wrong },
                password: password.clone(),
                texts: LogInTexts { cookie: None, next: None },
            };
            assert_eq!(received.password().is_some(), is_checked, "{expected:?} {shown:?}");
        }
    }
}
