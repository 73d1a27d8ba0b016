//! The token request (RFC 6749 4.1.3, 5, RFC 7636 4.5, 4.6): a code becomes an access token, once.
//!
//! Precedence: the client, the form of the request, the grant type; then the code, its client, its redirect URI,
//! its verifier; its one use and its lifetime last, so that only a request that would have been granted counts as
//! a replay and ends the grant (decision 0005).

use super::audience::{AskedResources, of_granted};
use super::authenticate::{Presented, authenticate};
use super::client_credentials::ClientCredentials;
use super::dpop::{DpopProof, fits, proven};
use super::issue::{Issue, issue, issue_refresh};
use super::refresh::RefreshAsk;
use super::{Found, Inputs, Needs, Outcome, Pending, Reply, Write};
use crate::directory::{Client, Directory};
use crate::form::Params;
use crate::grant::{Cause, Grant, Phase};
use crate::http::HttpRequest;
use crate::policy::WrongVerifier;
use crate::refusal::{Field, Malformed, Place, Refusal, Refused};
use crate::secret::{Digest, Shown};
use crate::text::{Verifier, is_proof_key};

/// A client asks for a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenRequest {
    /// Who asks.
    pub by: Result<Presented, Malformed>,
    /// For what.
    pub ask: Result<TokenAsk, Malformed>,
    /// Which key it proves (RFC 9449 5).
    pub proof: Result<Option<DpopProof>, Malformed>,
}

/// What is asked of the token endpoint, by `grant_type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TokenAsk {
    /// `authorization_code`.
    Redeem(Redeem),
    /// `refresh_token`.
    Refresh(RefreshAsk),
    /// `client_credentials`.
    ClientCredentials(ClientCredentials),
    /// A grant type that this server does not know.
    Unsupported,
}

/// The grant types that this server knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is the grant type of its name")]
pub enum GrantType {
    AuthorizationCode,
    RefreshToken,
    ClientCredentials,
}

impl GrantType {
    /// All of them, as the metadata lists them.
    pub const ALL: &'static [Self] = &[Self::AuthorizationCode, Self::RefreshToken, Self::ClientCredentials];

    /// The value of `grant_type`, compared as it is (rfc6749-1.9-names-and-values-case-sensitive).
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
        }
    }
}

/// The redemption of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Redeem {
    /// The code; none if no code of this server has its form.
    pub code: Option<Shown>,
    /// The redirect URI.
    pub redirect: Option<Digest>,
    /// The PKCE verifier.
    pub verifier: Option<Verifier>,
    /// The resources that the access token is wanted for; none for all that were granted.
    pub resources: Option<AskedResources>,
}

impl TokenRequest {
    /// Reads a token request.
    #[must_use]
    pub fn parse(
        request: &HttpRequest,
        params: &Params,
        proof: Result<Option<DpopProof>, Malformed>,
        directory: &Directory,
    ) -> Self {
        let by = Presented::parse(request, params, directory);
        Self { by, ask: TokenAsk::parse(params, directory), proof }
    }

    pub(super) fn locate(&self) -> Needs {
        let grant = match self.ask {
            Ok(TokenAsk::Redeem(redeem)) => redeem.code.map(|code| code.grant),
            Ok(TokenAsk::Refresh(refresh)) => refresh.token.map(|token| token.grant),
            Ok(TokenAsk::ClientCredentials(_) | TokenAsk::Unsupported) | Err(_) => None,
        };
        Needs { client: self.by.ok().and_then(|by| by.client), session: None, grant }
    }

    pub(super) fn step(&self, at: &Inputs, found: &Found<'_>) -> Outcome {
        match self.judge(at, found) {
            Ok(outcome) => outcome,
            Err(refused) => Outcome::Reply(Reply::Refused(refused)),
        }
    }

    fn judge(&self, at: &Inputs, found: &Found<'_>) -> Result<Outcome, Refused> {
        let malformed = |malformed| Refused::Malformed(Place::TokenRequest, malformed);
        let client = authenticate(&at.policy, &self.by.map_err(malformed)?, found.client)?;
        // rfc9449-4.3-proof-checked-at-token-endpoint
        let proof = self.proof.map_err(malformed)?;
        let key = proven(at, proof, client).map_err(Refusal::ProofAtToken)?;
        match self.ask.map_err(malformed)? {
            // rfc6749-5.2-unsupported-grant-type
            TokenAsk::Unsupported => Err(Refusal::GrantTypeUnsupported.into()),
            // rfc6749-5.2-unauthorized-client
            TokenAsk::Redeem(_) if !client.code_grant => Err(Refusal::GrantTypeNotAllowed.into()),
            TokenAsk::Refresh(_) if !client.refresh_grant => Err(Refusal::GrantTypeNotAllowed.into()),
            // rfc6749-4.4-client-credentials-confidential-only
            TokenAsk::ClientCredentials(_) if !client.client_credentials_grant => {
                Err(Refusal::GrantTypeNotAllowed.into())
            }
            TokenAsk::ClientCredentials(ask) => Ok(ask.step(at, client, key)?),
            TokenAsk::Redeem(redeem) => Ok(redeem.step(at, client, key, found.grant)),
            TokenAsk::Refresh(refresh) => Ok(refresh.step(at, client, key, found.grant)),
        }
    }
}

impl TokenAsk {
    fn parse(params: &Params, directory: &Directory) -> Result<Self, Malformed> {
        // rfc6749-3.2-duplicate-parameter-refused
        let grant_type = params.one(Field::GrantType)?.ok_or(Malformed::Missing(Field::GrantType))?;
        let code = params.one(Field::Code)?;
        let redirect = params.one(Field::RedirectUri)?;
        let verifier = params.one(Field::CodeVerifier)?;
        params.one(Field::Scope)?;
        params.one(Field::RefreshToken)?;
        let known = GrantType::ALL.iter().find(|known| known.name() == grant_type);
        match known {
            None => return Ok(Self::Unsupported),
            Some(GrantType::RefreshToken) => return RefreshAsk::parse(params, directory).map(Self::Refresh),
            Some(GrantType::ClientCredentials) => {
                return ClientCredentials::parse(params, directory).map(Self::ClientCredentials);
            }
            Some(GrantType::AuthorizationCode) => {}
        }
        let code = code.ok_or(Malformed::Missing(Field::Code))?;
        if verifier.is_some_and(|verifier| !is_proof_key(verifier)) {
            return Err(Malformed::Syntax(Field::CodeVerifier));
        }
        Ok(Self::Redeem(Redeem {
            code: Shown::parse(code),
            redirect: redirect.map(Digest::of),
            verifier: verifier.map(Verifier::of),
            resources: AskedResources::parse(params, directory)?,
        }))
    }
}

impl Redeem {
    fn step(&self, at: &Inputs, client: &Client, key: Option<Digest>, grant: Option<Grant>) -> Outcome {
        let (Some(shown), Some(mut grant)) = (self.code, grant) else {
            return Outcome::Reply(Refusal::CodeUnknown.into());
        };
        let code = match grant.phase {
            Phase::Coded(coded) => Some(coded.code),
            Phase::Live(live) => live.code,
            Phase::Pushed(_) | Phase::Asked(_) | Phase::Dead(_) => None,
        };
        let Some(code) = code else { return Outcome::Reply(Refusal::CodeUnknown.into()) };
        // rfc6749-4.1.3-code-valid
        if !code.matches(&shown.digest) {
            return Outcome::Reply(Refusal::CodeUnknown.into());
        }
        // rfc6749-4.1.3-code-bound-to-client, rfc6749-4.1.3-code-bound-to-public-client-id
        if grant.terms.client != client.no {
            return Outcome::Reply(Refusal::CodeOfAnotherClient.into());
        }
        if !self.names_the_redirect_uri(at, client, &grant) {
            return Outcome::Reply(Refusal::RedirectUriDiffers.into());
        }
        if let Err(refusal) = self.fits_the_challenge(&grant) {
            let burns = at.policy.wrong_verifier == WrongVerifier::BurnsCode;
            return match grant.phase {
                Phase::Coded(_) if burns && refusal == Refusal::VerifierWrong => {
                    grant.phase = Phase::Dead(Cause::CodeBurnt);
                    Outcome::Write(Pending::new(Write::SwapGrant(grant), refusal.into()))
                }
                Phase::Pushed(_) | Phase::Asked(_) | Phase::Coded(_) | Phase::Live(_) | Phase::Dead(_) => {
                    Outcome::Reply(refusal.into())
                }
            };
        }
        // rfc9449-10-dpop-jkt-enforced
        if let Err(flaw) = fits(grant.terms.key, key) {
            return Outcome::Reply(Refusal::ProofAtToken(flaw).into());
        }
        let audience = match of_granted(grant.terms.audience, self.resources) {
            Ok(audience) => audience,
            Err(refusal) => return Outcome::Reply(refusal.into()),
        };
        match grant.phase {
            // rfc6749-4.1.2-code-expires-shortly
            Phase::Coded(coded) if at.now >= coded.until => Outcome::Reply(Refusal::CodeExpired.into()),
            // rfc7636-4.6-match-continues
            Phase::Coded(_) => {
                let refresh = client.refresh_grant.then(|| issue_refresh(at, client, key, None));
                let of = Issue { code: Some(code), scope: grant.terms.scope, audience, key, refresh };
                issue(at, grant.id, grant.terms, of, Write::SwapGrant)
            }
            // rfc6749-4.1.2-code-single-use, rfc6749-4.1.2-code-reuse-revokes-tokens
            Phase::Pushed(_) | Phase::Asked(_) | Phase::Live(_) | Phase::Dead(_) => {
                grant.phase = Phase::Dead(Cause::CodeReplayed);
                Outcome::Write(Pending::new(Write::SwapGrant(grant), Refusal::CodeReplayed.into()))
            }
        }
    }

    /// The authorization request's redirect URI again, if it named one; else none, or the registered one.
    fn names_the_redirect_uri(&self, at: &Inputs, client: &Client, grant: &Grant) -> bool {
        match (grant.terms.redirect, self.redirect) {
            // rfc6749-4.1.3-redirect-uri-identical
            (Some(asked), Some(shown)) => asked.matches(&shown),
            // rfc6749-4.1.3-redirect-uri-present, oauth21-10.2-redirect-uri-not-needed-in-token-request
            (Some(_), None) => at.policy.redirect_uri_optional && grant.terms.challenge.is_some(),
            (None, Some(shown)) => client.redirects.iter().any(|registered| registered.exact.matches(&shown)),
            (None, None) => true,
        }
    }

    fn fits_the_challenge(&self, grant: &Grant) -> Result<(), Refusal> {
        match (grant.terms.challenge, self.verifier) {
            (None, None) => Ok(()),
            // rfc7636-4.5-verifier-required
            (Some(_), None) => Err(Refusal::VerifierMissing),
            // rfc9700-4.8.2-pkce-downgrade-rejected
            (None, Some(_)) => Err(Refusal::VerifierUnexpected),
            // rfc7636-4.6-mismatch-invalid-grant, rfc7636-4.5-method-bound-to-code
            (Some(challenge), Some(verifier)) if verifier.fits(&challenge) => Ok(()),
            (Some(_), Some(_)) => Err(Refusal::VerifierWrong),
        }
    }
}
