//! Who registers clients: all that is known of a stranger is the address that connects.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};

/// The network that a client registered itself from: an address of version 4, or the 64 bits of one of version 6 that a
/// provider gives out; who has those has all addresses below them. Behind a proxy all are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Registrar(IpAddr);

impl From<IpAddr> for Registrar {
    fn from(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V4(address) => address.into(),
            IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        })
    }
}

/// How many clients each of them registered.
#[derive(Default)]
pub(super) struct Registrars {
    each: HashMap<Registrar, usize>,
    all: usize,
}

impl Registrars {
    /// Takes one of `most` places; no more from one than are left for others.
    ///
    /// # Errors
    /// Why there is none.
    pub(super) fn take(&mut self, from: Registrar, most: usize) -> Result<(), String> {
        let left = most.saturating_sub(self.all);
        if left == 0 {
            return Err(format!(
                "{} clients have registered themselves, and there is no room for more",
                self.all
            ));
        }
        let own = self.each.entry(from).or_default();
        if *own >= left {
            return Err(format!(
                "{own} clients have registered themselves from one address, and the rest is for others"
            ));
        }
        *own += 1;
        self.all += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(address: &str) -> Registrar {
        Registrar::from(address.parse::<IpAddr>().expect("an address"))
    }

    #[test]
    fn one_network_of_version_6_is_one_stranger() {
        assert_eq!(of("2001:db8:1:2::3"), of("2001:db8:1:2:ffff::"));
        assert_ne!(of("2001:db8:1:2::3"), of("2001:db8:1:3::3"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
        assert_eq!(of("192.0.2.1"), of("::ffff:192.0.2.1"));
    }

    #[test]
    fn nobody_takes_more_than_is_left_for_others() {
        let mut registrars = Registrars::default();
        let mut taken =
            |address: &str| (0..2000).take_while(|_| registrars.take(of(address), 1000).is_ok()).count();
        assert_eq!([taken("192.0.2.1"), taken("192.0.2.2"), taken("192.0.2.3")], [500, 250, 125]);
        assert_eq!(taken("192.0.2.1"), 0);
    }
}
