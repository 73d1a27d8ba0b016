//! Where what a server says may send this client (RFC 9728 7.7): not into the network that the client stands in, unless
//! the client's own configuration points there. Names are not resolved here, so one that leads inside is not noticed.

use core::net::{Ipv4Addr, Ipv6Addr};

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
        place(host_of(url)) <= self
    }
}

/// Whether a URL's host is this machine, by address or name.
#[must_use]
pub fn is_loopback(url: &str) -> bool {
    place(host_of(url)) == Reach::Machine
}

/// Whether what is sent to a URL is encrypted, or does not leave the machine.
#[must_use]
pub fn is_private(url: &str) -> bool {
    url.starts_with("https://") || is_loopback(url)
}

/// The host of a URL, without user, port and brackets.
fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or(rest);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    match host.strip_prefix('[') {
        Some(literal) => literal.split(']').next().unwrap_or(literal),
        None => host.split(':').next().unwrap_or(host),
    }
}

/// How near a host is.
fn place(host: &str) -> Reach {
    // Whoever connects decodes it, and may come out anywhere.
    if host.contains('%') {
        return Reach::Everywhere;
    }
    if let Ok(address) = host.parse::<Ipv6Addr>() {
        return match address.to_ipv4_mapped() {
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
        };
    }
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    if name == "localhost" || name.ends_with(".localhost") {
        return Reach::Machine;
    }
    // Readers of URLs take every host for an address whose last label is a number, however it is written.
    let last = name.rsplit('.').next().unwrap_or(&name);
    let is_number = last.bytes().all(|byte| byte.is_ascii_digit()) || last.starts_with("0x");
    match name.parse::<Ipv4Addr>() {
        Ok(address) => place_of(address),
        Err(_) if is_number => Reach::Everywhere,
        Err(_) => Reach::Outside,
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
                    "2130706433",
                    "0x7f000001",
                    "0177.0.0.1",
                    "127.1",
                    "as.example.1",
                    "loc%61lhost",
                    "127.0.0.%31",
                    "",
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
        assert!(!Reach::Outside.allows("http://127.0.0.1") && !Reach::Machine.allows("http://10.0.0.1"));
        assert!(is_loopback("http://[::1]:9000/x") && !is_loopback("https://as.example"));
        assert!(is_private("http://[::1]:9000/x") && is_private("https://as.example"));
        assert!(!is_private("http://as.example") && !is_private("http://127.0.0.1@as.example"));
    }
}
