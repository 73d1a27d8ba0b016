//! Small sets: places in a list of laws or of goals.

use std::ops::{BitOr, BitOrAssign};

/// A set of places in a list of at most [`Set::MOST`] members.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Set(u64);

impl Set {
    /// No place.
    pub const EMPTY: Self = Self(0);
    /// How many places there are.
    pub const MOST: usize = 64;

    /// One place.
    ///
    /// # Panics
    /// If it is beyond [`Set::MOST`].
    #[must_use]
    pub const fn only(place: usize) -> Self {
        assert!(place < Self::MOST, "a set has 64 places");
        Self(1 << place)
    }

    /// The places at which these are true.
    ///
    /// # Panics
    /// If one beyond [`Set::MOST`] is true.
    #[must_use]
    pub fn of(truths: impl IntoIterator<Item = bool>) -> Self {
        let all = truths.into_iter().enumerate().filter(|(_, is)| *is);
        all.fold(Self::EMPTY, |set, (place, _)| set | Self::only(place))
    }

    /// Whether the place is in it.
    #[must_use]
    pub const fn has(self, place: usize) -> bool {
        place < Self::MOST && self.0 & 1 << place != 0
    }

    /// Whether it has no place.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Its places that the other has not.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub(crate) const fn bits(self) -> u64 {
        self.0
    }

    pub(crate) const fn of_bits(bits: u64) -> Self {
        Self(bits)
    }
}

impl BitOr for Set {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Set {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}
