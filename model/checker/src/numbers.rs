//! A hash table from values to their numbers; the values live elsewhere.

use hashbrown::HashTable;

/// The table. It keeps 32 bits of each hash beside the number, so that it grows without reading again what the
/// numbers stand for; equality is for the caller to judge, and exact.
#[derive(Debug, Default)]
pub(crate) struct Numbers(HashTable<(u32, u32)>);

/// The bits that are kept, spread over the width that the table wants.
fn spread(hash: u32) -> u64 {
    u64::from(hash).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// The bits of a hash that are kept.
const fn short(hash: u64) -> u32 {
    (hash >> 32) as u32
}

impl Numbers {
    /// The number of what has this hash and is equal.
    pub(crate) fn find(&self, hash: u64, equal: impl Fn(usize) -> bool) -> Option<u32> {
        let hash = short(hash);
        let found = self.0.find(spread(hash), |(own, number)| *own == hash && equal(*number as usize));
        found.map(|(_, number)| *number)
    }

    /// Adds the next number, for what has this hash and was not found.
    ///
    /// # Panics
    /// If there are as many as 32 bits can count.
    pub(crate) fn add(&mut self, hash: u64, number: usize) -> u32 {
        let number = u32::try_from(number).expect("memory ends long before");
        let hash = short(hash);
        self.0.insert_unique(spread(hash), (hash, number), |(hash, _)| spread(*hash));
        number
    }

    /// How much memory it takes, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.0.allocation_size()
    }
}
