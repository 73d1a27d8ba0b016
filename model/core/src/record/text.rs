//! How digests, ids and spent tokens are written in a record: as text, and each in one way.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::grant::{SPENT_LIMIT, Spent};
use crate::secret::{Digest, GrantId};

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(self.bytes()))
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        bytes(deserializer).map(Self::from_bytes)
    }
}

impl Serialize for GrantId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

impl<'de> Deserialize<'de> for GrantId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        bytes(deserializer).map(Self::from_bytes)
    }
}

fn bytes<'de, const N: usize, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; N], D::Error> {
    let text = String::deserialize(deserializer)?;
    let bytes = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
    bytes.ok_or_else(|| D::Error::custom("not so many bytes in base64url"))
}

impl Serialize for Spent {
    /// The spent tokens, the latest first, each as 16 hexadecimal digits: more than a number of JSON holds for everybody.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let shorts = self.shorts();
        let len = shorts.iter().rposition(|short| *short != 0).map_or(0, |last| last + 1);
        serializer.collect_seq(shorts[..len].iter().map(|short| format!("{short:016x}")))
    }
}

impl<'de> Deserialize<'de> for Spent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        if texts.len() > SPENT_LIMIT {
            return Err(D::Error::custom("too many spent tokens"));
        }
        let mut shorts = [0; SPENT_LIMIT];
        for (short, text) in shorts.iter_mut().zip(&texts) {
            let digits = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            let read = digits.then(|| u64::from_str_radix(text, 16).ok()).flatten();
            *short = read.ok_or_else(|| D::Error::custom("a spent token has 16 hexadecimal digits"))?;
        }
        Ok(Self::from_shorts(shorts))
    }
}
