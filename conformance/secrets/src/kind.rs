//! What a secret is, and what is known of one.

/// What a secret is, as the pseudonym says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An authorization code.
    Code,
    /// An access token, or a token of unknown kind.
    Token,
    /// A refresh token.
    Refresh,
    /// A user's password.
    Password,
    /// A client secret.
    Secret,
    /// A PKCE code verifier.
    Verifier,
    /// A cookie's value.
    Cookie,
    /// The key of a session.
    Session,
    /// An anti-CSRF value.
    Csrf,
    /// Credentials of `Authorization`.
    Authorization,
    /// A DPoP proof.
    Proof,
    /// What an answer holds under no name that is known, and what looks like a secret.
    Opaque,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 12] = [
        Self::Code,
        Self::Token,
        Self::Refresh,
        Self::Password,
        Self::Secret,
        Self::Verifier,
        Self::Cookie,
        Self::Session,
        Self::Csrf,
        Self::Authorization,
        Self::Proof,
        Self::Opaque,
    ];

    /// The word before the colon.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Token => "token",
            Self::Refresh => "refresh",
            Self::Password => "password",
            Self::Secret => "secret",
            Self::Verifier => "verifier",
            Self::Cookie => "cookie",
            Self::Session => "session",
            Self::Csrf => "csrf",
            Self::Authorization => "authorization",
            Self::Proof => "proof",
            Self::Opaque => "opaque",
        }
    }

    /// The shell variable that stands for such a secret in a curl line.
    #[must_use]
    pub const fn variable(self) -> &'static str {
        match self {
            Self::Code => "CODE",
            Self::Token => "ACCESS_TOKEN",
            Self::Refresh => "REFRESH_TOKEN",
            Self::Password => "PASSWORD",
            Self::Secret => "CLIENT_SECRET",
            Self::Verifier => "CODE_VERIFIER",
            Self::Cookie => "COOKIE",
            Self::Session => "SESSION",
            Self::Csrf => "CSRF",
            Self::Authorization => "CREDENTIALS",
            Self::Proof => "DPOP_PROOF",
            Self::Opaque => "OPAQUE",
        }
    }
}

/// A secret that was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// What it is.
    pub kind: Kind,
    /// What stands for it.
    pub pseudonym: String,
    /// Where it was seen first.
    pub origin: String,
}

/// How many hexadecimal digits a pseudonym has.
pub const DIGITS: usize = 12;

/// The length of the pseudonym with which a text begins, by its form alone: `code:3f2a91c4e07b`.
pub(super) fn pseudonym_length(text: &[u8]) -> Option<usize> {
    Kind::ALL.iter().find_map(|kind| {
        let digits = text.strip_prefix(kind.word().as_bytes())?.strip_prefix(b":")?.get(..DIGITS)?;
        let hex = |digit: &u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
        digits.iter().all(hex).then(|| kind.word().len() + 1 + DIGITS)
    })
}
