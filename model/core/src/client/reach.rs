//! Where what a server says may send this client (RFC 9728 7.7): not into the network that the client stands in, unless
//! the client's own configuration points there. Names are not resolved here, so one that leads inside is not noticed.

use alloc::string::String;
use core::net::Ipv4Addr;

use url::Host;

use crate::uri::scheme_and_host;

/// Which hosts a client may be sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// Hosts with a name or a public address.
    Outside,
    /// Those, and this machine.
    Machine,
    /// All.
    Everywhere,
}

impl Reach {
    /// What a client may be sent to that is configured with this URL.
    #[must_use]
    pub fn of(configured: &str) -> Self {
        [Self::Outside, Self::Machine]
            .into_iter()
            .find(|reach| reach.allows(configured))
            .unwrap_or(Self::Everywhere)
    }

    /// Whether a client may be sent to a URL.
    #[must_use]
    pub fn allows(self, url: &str) -> bool {
        place(url) <= self
    }
}

/// Whether a URL's host is this machine, by address or name.
#[must_use]
pub fn is_loopback(url: &str) -> bool {
    place(url) == Reach::Machine
}

/// Whether what is sent to a URL is encrypted, or does not leave the machine.
#[must_use]
pub fn is_private(url: &str) -> bool {
    match scheme_and_host(url) {
        Some((scheme, host)) => scheme == "https" || place_of_host(&host) == Reach::Machine,
        None => false,
    }
}

/// How near a URL's host is. What names no host may lead anywhere.
fn place(url: &str) -> Reach {
    scheme_and_host(url).map_or(Reach::Everywhere, |(_, host)| place_of_host(&host))
}

fn place_of_host(host: &Host<String>) -> Reach {
    match host {
        Host::Domain(name) => {
            let name = name.trim_end_matches('.');
            let is_machine = name == "localhost" || name.ends_with(".localhost");
            if is_machine { Reach::Machine } else { Reach::Outside }
        }
        Host::Ipv4(address) => place_of(*address),
        Host::Ipv6(address) => match address.to_ipv4_mapped() {
            Some(inner) => place_of(inner),
            None if address.is_loopback() => Reach::Machine,
            None if address.is_unspecified()
                || address.is_unique_local()
                || address.is_unicast_link_local()
                || address.is_multicast() =>
            {
                Reach::Everywhere
            }
            None => Reach::Outside,
        },
    }
}

fn place_of(address: Ipv4Addr) -> Reach {
    let [first, second, ..] = address.octets();
    let is_carriers = first == 100 && second & 0xc0 == 64;
    if address.is_loopback() {
        Reach::Machine
    } else if first == 0
        || address.is_private()
        || address.is_link_local()
        || address.is_broadcast()
        || address.is_multicast()
        || is_carriers
    {
        Reach::Everywhere
    } else {
        Reach::Outside
    }
}

#[cfg(test)]
mod tests {
    use std::format;

    use super::*;

    #[test]
    fn hosts_are_as_near_as_the_table_says() {
        for (reach, hosts) in [
            (
                Reach::Outside,
                &["as.example", "127.0.0.1.example", "8.8.8.8", "[2001:db8::1]", "user:pw@as.example:8443"][..],
            ),
            (
                Reach::Machine,
                &[
                    "127.0.0.1:80",
                    "127.9.9.9",
                    "[::1]:1",
                    "localhost",
                    "LOCALHOST.:1",
                    "a.localhost",
                    "[::ffff:127.0.0.1]",
                    "as.example@127.0.0.1",
                    "2130706433",
                    "0x7f000001",
                    "0177.0.0.1",
                    "127.1",
                    "loc%61lhost",
                    "127.0.0.%31",
                    "127.0.0.1\\@as.example",
                ],
            ),
            (
                Reach::Everywhere,
                &[
                    "0.0.0.0",
                    "10.1.2.3",
                    "172.16.0.1",
                    "192.168.0.1",
                    "169.254.169.254",
                    "100.64.0.1",
                    "224.0.0.1",
                    "255.255.255.255",
                    "[::]",
                    "[fe80::1]",
                    "[fd00::1]",
                    "[::ffff:10.0.0.1]",
                    "167838211",
                    "0xa010203",
                    "012.1.2.3",
                    "10.1.515",
                    "%31%30.1.2.3",
                    "as.example.1",
                    "as exam.ple",
                ],
            ),
        ] {
            for host in hosts {
                for url in [format!("https://{host}"), format!("http://{host}/x?y#z")] {
                    assert_eq!(Reach::of(&url), reach, "{url}");
                    assert!(reach.allows(&url) && Reach::Everywhere.allows(&url), "{url}");
                }
            }
        }
        assert_eq!(Reach::of("https://"), Reach::Everywhere);
        // Whoever connects skips slashes before a host.
        assert_eq!(Reach::of("http:///127.0.0.1/x"), Reach::Machine);
        assert!(!Reach::Outside.allows("http://127.0.0.1") && !Reach::Machine.allows("http://10.0.0.1"));
        assert!(is_loopback("http://[::1]:9000/x") && !is_loopback("https://as.example"));
        assert!(is_private("http://[::1]:9000/x") && is_private("https://as.example"));
        assert!(!is_private("http://as.example") && !is_private("http://127.0.0.1@as.example"));
    }
}
