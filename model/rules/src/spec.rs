//! The documents of the ledger.

/// A document whose rules the ledger has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Spec {
    /// The OAuth 2.0 Authorization Framework.
    Rfc6749,
    /// The OAuth 2.0 Authorization Framework: Bearer Token Usage.
    Rfc6750,
    /// OAuth 2.0 Token Revocation.
    Rfc7009,
    /// OAuth 2.0 Dynamic Client Registration Protocol.
    Rfc7591,
    /// The 'Basic' HTTP Authentication Scheme.
    Rfc7617,
    /// Proof Key for Code Exchange by OAuth Public Clients.
    Rfc7636,
    /// OAuth 2.0 Token Introspection.
    Rfc7662,
    /// OAuth 2.0 for Native Apps.
    Rfc8252,
    /// OAuth 2.0 Authorization Server Metadata.
    Rfc8414,
    /// Resource Indicators for OAuth 2.0.
    Rfc8707,
    /// HTTP Semantics.
    Rfc9110,
    /// HTTP/1.1.
    Rfc9112,
    /// OAuth 2.0 Pushed Authorization Requests.
    Rfc9126,
    /// OAuth 2.0 Authorization Server Issuer Identification.
    Rfc9207,
    /// OAuth 2.0 Demonstrating Proof of Possession (DPoP).
    Rfc9449,
    /// Best Current Practice for OAuth 2.0 Security.
    Rfc9700,
    /// OAuth 2.0 Protected Resource Metadata.
    Rfc9728,
    /// The OAuth 2.1 Authorization Framework (draft).
    Oauth21,
}

impl Spec {
    /// The document's name, as `RFC 6749`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rfc6749 => "RFC 6749",
            Self::Rfc6750 => "RFC 6750",
            Self::Rfc7009 => "RFC 7009",
            Self::Rfc7591 => "RFC 7591",
            Self::Rfc7617 => "RFC 7617",
            Self::Rfc7636 => "RFC 7636",
            Self::Rfc7662 => "RFC 7662",
            Self::Rfc8252 => "RFC 8252",
            Self::Rfc8414 => "RFC 8414",
            Self::Rfc8707 => "RFC 8707",
            Self::Rfc9110 => "RFC 9110",
            Self::Rfc9112 => "RFC 9112",
            Self::Rfc9126 => "RFC 9126",
            Self::Rfc9207 => "RFC 9207",
            Self::Rfc9449 => "RFC 9449",
            Self::Rfc9700 => "RFC 9700",
            Self::Rfc9728 => "RFC 9728",
            Self::Oauth21 => "OAuth 2.1 draft",
        }
    }
}

impl core::fmt::Display for Spec {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.name())
    }
}
