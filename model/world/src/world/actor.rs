//! Who acts in a world, and who is acted upon.

use super::{OWNER, Server};
use oauth_laws::fact::Sender;
use std::fmt;

/// An actor; all but the clock are lanes of a diagram, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Actor {
    /// The resource owner, with a browser.
    Owner,
    /// The attacker, with a browser and a host.
    Attacker,
    /// Somebody who sends odd requests.
    Stranger,
    /// The client.
    Client,
    /// Another client of the same server.
    OtherClient,
    /// The attacker's authorization server.
    MaliciousServer,
    /// The honest authorization server.
    Server,
    /// The resource servers.
    Resource,
    /// The clock.
    Clock,
}

impl Actor {
    /// The person at a browser.
    #[must_use]
    pub const fn person(browser: usize) -> Self {
        if browser == OWNER { Self::Owner } else { Self::Attacker }
    }

    /// In words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Attacker => "attacker",
            Self::Stranger => "stranger",
            Self::Client => "client",
            Self::OtherClient => "other client",
            Self::MaliciousServer => "malicious server",
            Self::Server => "server",
            Self::Resource => "resource",
            Self::Clock => "clock",
        }
    }

    /// The host that it is, if it is one.
    #[must_use]
    pub const fn host(self) -> Option<&'static str> {
        match self {
            Self::Attacker => Some("attacker.example"),
            Self::Client => Some("client.example"),
            Self::OtherClient => Some("other-client.example"),
            Self::MaliciousServer => Some("as.attacker.example"),
            Self::Server => Some("as.example"),
            Self::Resource => Some("api.example"),
            Self::Owner | Self::Stranger | Self::Clock => None,
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl From<Sender> for Actor {
    fn from(sender: Sender) -> Self {
        match sender {
            Sender::Client => Self::Client,
            Sender::OtherClient => Self::OtherClient,
            Sender::Owner | Sender::Thief => Self::Attacker,
        }
    }
}

impl From<Server> for Actor {
    fn from(server: Server) -> Self {
        match server {
            Server::Honest => Self::Server,
            Server::Malicious => Self::MaliciousServer,
        }
    }
}
