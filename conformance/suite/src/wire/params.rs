//! Name and value pairs as a query or a form carries them, with order, repeats and empty values kept.

use url::form_urlencoded;

/// One member of a [`Params`].
#[derive(Debug, Clone, PartialEq, Eq)]
enum Pair {
    /// Encoded when the pairs are written.
    Plain(String, String),
    /// Written as it stands, for encodings that no honest writer makes.
    Raw(String),
}

/// Pairs in the order in which they are sent. A name may occur more than once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Params(Vec<Pair>);

impl Params {
    /// No pairs.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Reads `application/x-www-form-urlencoded` text, as a query or a form body has it.
    #[must_use]
    pub fn decode(text: &str) -> Self {
        Self(
            form_urlencoded::parse(text.as_bytes())
                .map(|(name, value)| Pair::Plain(name.into_owned(), value.into_owned()))
                .collect(),
        )
    }

    /// Gives `name` this one value: at the place of its first occurrence, or at the end.
    pub fn set(&mut self, name: &str, value: &str) {
        let at = self.0.iter().position(|pair| pair.is(name));
        self.remove(name);
        let pair = Pair::Plain(name.into(), value.into());
        match at {
            Some(at) => self.0.insert(at.min(self.0.len()), pair),
            None => self.0.push(pair),
        }
    }

    /// Appends a pair, also where the name occurs already.
    pub fn add(&mut self, name: &str, value: &str) {
        self.0.push(Pair::Plain(name.into(), value.into()));
    }

    /// Appends text that is written as it stands, such as `state=%zz`.
    pub fn raw(&mut self, text: &str) {
        self.0.push(Pair::Raw(text.into()));
    }

    /// Removes every pair of this name.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|pair| !pair.is(name));
    }

    /// The first value of `name`.
    #[must_use]
    pub fn first(&self, name: &str) -> Option<&str> {
        self.pairs().find(|(have, _)| *have == name).map(|(_, value)| value)
    }

    /// Every value of `name`, in order.
    #[must_use]
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.pairs().filter(|(have, _)| *have == name).map(|(_, value)| value).collect()
    }

    /// Whether `name` occurs.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.first(name).is_some()
    }

    /// The pairs in order, without those that [`Params::raw`] wrote.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().filter_map(|pair| match pair {
            Pair::Plain(name, value) => Some((name.as_str(), value.as_str())),
            Pair::Raw(_) => None,
        })
    }

    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The pairs as `application/x-www-form-urlencoded` text.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut out = String::new();
        for pair in &self.0 {
            if !out.is_empty() {
                out.push('&');
            }
            match pair {
                Pair::Plain(name, value) => {
                    out.extend(form_urlencoded::byte_serialize(name.as_bytes()));
                    out.push('=');
                    out.extend(form_urlencoded::byte_serialize(value.as_bytes()));
                }
                Pair::Raw(text) => out.push_str(text),
            }
        }
        out
    }

    /// `url` with these pairs appended to its query.
    #[must_use]
    pub fn append_to(&self, url: &str) -> String {
        if self.is_empty() {
            return url.into();
        }
        let separator = match url.find('?') {
            None => "?",
            Some(at) if at + 1 == url.len() => "",
            Some(_) => "&",
        };
        format!("{url}{separator}{}", self.encode())
    }
}

impl Pair {
    fn is(&self, name: &str) -> bool {
        matches!(self, Self::Plain(have, _) if have == name)
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Params {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, value)| Pair::Plain(name.into(), value.into())).collect())
    }
}

impl<N: Into<String>, V: Into<String>, const LEN: usize> From<[(N, V); LEN]> for Params {
    fn from(pairs: [(N, V); LEN]) -> Self {
        pairs.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Params;

    #[test]
    fn order_repeats_and_empty_values_are_kept() {
        let mut params = Params::from([("a", "1"), ("b", ""), ("a", "2 +&")]);
        params.raw("c=%zz");
        assert_eq!(params.encode(), "a=1&b=&a=2+%2B%26&c=%zz");
        assert_eq!(params.all("a"), ["1", "2 +&"]);
        params.set("a", "3");
        assert_eq!(params.encode(), "a=3&b=&c=%zz");
        params.remove("b");
        assert_eq!(params.append_to("http://host/p?x=1"), "http://host/p?x=1&a=3&c=%zz");
        assert_eq!(params.append_to("http://host/p"), "http://host/p?a=3&c=%zz");
    }

    #[test]
    fn decoding_undoes_encoding() {
        let params = Params::from([("a b", "ü=&"), ("", "x")]);
        assert_eq!(Params::decode(&params.encode()), params);
    }
}
