//! Finds many secrets in a text at once.
//!
//! What looks drawn by lot is found wherever it stands, and its beginning where it was cut. A password may be a part
//! of other words: it is found between the bounds of words. A secret that is a word of ours besides, such as `code`,
//! is found where it stands as a value.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, Input, MatchKind};

use crate::names::{Says, says};
use crate::words::{is_of_token, is_our_word, is_wordlike};
use crate::{Kind, Known};

/// How many characters of a secret that was cut may be seen, and one more.
const BEGINNING: usize = 6;
/// How much of a long secret is looked for; the rest is compared.
const LONGEST: usize = 32;
/// How much of a run is compared with what begins as it does.
const FARTHEST: usize = 4096;
/// How many needles are looked for one automaton after another, before they get one of their own.
const FEW: usize = 64;

/// Where a secret is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// Everywhere.
    Anywhere,
    /// Between the bounds of words.
    Words,
    /// Where it stands as a value, under any name but those whose values are told.
    Values,
    /// Where it stands under a name that says that it is a secret.
    Names,
}

/// A text that is looked for.
#[derive(Debug, Clone)]
struct Needle {
    text: String,
    kind: Kind,
    stand_in: String,
    reach: Reach,
}

/// What is looked for. Automata are built when something is written and stay; what comes later gets further ones,
/// which are merged as they grow, so that a needle is built in a few times only.
#[derive(Default)]
pub(super) struct Needles {
    pending: Vec<Needle>,
    tiers: Vec<Tier>,
}

impl Needles {
    /// Looks for `text` from here on, which is a spelling of a secret.
    pub(super) fn add(&mut self, text: &str, known: &Known, reach: Reach) {
        let (kind, stand_in) = (known.kind, known.pseudonym.clone());
        self.pending.push(Needle { text: text.into(), kind, stand_in, reach });
    }

    /// Looks for a text no longer.
    pub(super) fn remove(&mut self, text: &str) {
        self.pending.retain(|needle| needle.text != text);
        let (with, without) = std::mem::take(&mut self.tiers)
            .into_iter()
            .partition(|tier: &Tier| tier.needles.iter().any(|needle| needle.text == text));
        self.tiers = without;
        let rest = with.into_iter().flat_map(|tier: Tier| tier.needles);
        self.pending.extend(rest.filter(|needle| needle.text != text));
    }

    fn build(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        let mut needles = std::mem::take(&mut self.pending);
        while let Some(tier) = self.tiers.pop_if(|tier| tier.needles.len() <= needles.len().max(FEW)) {
            needles.extend(tier.needles);
        }
        self.tiers.push(Tier::of(needles));
    }

    /// Calls `found` with each place of each needle, and what is to be put there.
    pub(super) fn find(&mut self, text: &[u8], mut found: impl FnMut(Range<usize>, &str)) {
        self.build();
        for tier in &self.tiers {
            tier.anywhere(text, &mut found);
            tier.words(text, &mut found);
        }
    }
}

/// Needles with their automata.
struct Tier {
    needles: Vec<Needle>,
    /// Whole needles, then beginnings.
    anywhere: AhoCorasick,
    /// The needles that the first patterns of `anywhere` stand for.
    whole: Vec<usize>,
    /// The same needles in the order of their texts, in which those lie side by side that begin alike.
    sorted: Vec<usize>,
    words: AhoCorasick,
    of_words: Vec<usize>,
}

impl Tier {
    fn of(needles: Vec<Needle>) -> Self {
        let with = |wanted: &[Reach]| -> Vec<usize> {
            (0..needles.len()).filter(|at| wanted.contains(&needles[*at].reach)).collect()
        };
        let whole = with(&[Reach::Anywhere]);
        let of_words = with(&[Reach::Words, Reach::Values, Reach::Names]);
        let beginning = |at: &usize| needles[*at].text.as_bytes().get(..BEGINNING).map(<[u8]>::to_vec);
        let beginnings: BTreeSet<Vec<u8>> = whole.iter().filter_map(beginning).collect();
        let pattern = |at: &usize| {
            let text = needles[*at].text.as_bytes();
            &text[..text.len().min(LONGEST)]
        };
        let built = "the patterns of a run fit into memory";
        // A table for each state would take longer to fill than most texts to read.
        let automaton = |kind| {
            let mut builder = AhoCorasick::builder();
            builder.match_kind(kind).kind(Some(AhoCorasickKind::ContiguousNFA));
            builder
        };
        let anywhere = automaton(MatchKind::LeftmostLongest)
            .build(whole.iter().map(pattern).chain(beginnings.iter().map(Vec::as_slice)))
            .expect(built);
        // All places are wanted: the longest may lie across the bounds of words, and a shorter one between them.
        let words = automaton(MatchKind::Standard).build(of_words.iter().map(pattern)).expect(built);
        let mut sorted = whole.clone();
        sorted.sort_by(|one, other| needles[*one].text.cmp(&needles[*other].text));
        Self { anywhere, whole, sorted, words, of_words, needles }
    }

    fn anywhere(&self, text: &[u8], found: &mut impl FnMut(Range<usize>, &str)) {
        // An automaton of nothing would read all the same.
        if self.whole.is_empty() {
            return;
        }
        let mut at = 0;
        while let Some(hit) = self.anywhere.find(Input::new(text).span(at..text.len())) {
            let (place, needle) = match self.whole.get(hit.pattern().as_usize()) {
                Some(needle) if hit.len() < LONGEST => (hit.range(), Some(*needle)),
                Some(_) => self.long(text, hit.start()),
                None => self.cut(text, hit.start()),
            };
            at = hit.start() + 1;
            if let Some(needle) = needle {
                at = at.max(place.end);
                found(place, &self.needles[needle].stand_in);
            }
        }
    }

    /// The long needle that stands at a place, or was cut there, or spoilt in its second half. Others may begin as it
    /// does, as tokens do whose headers are alike.
    fn long(&self, text: &[u8], start: usize) -> (Range<usize>, Option<usize>) {
        let length = run_at(text, start, FARTHEST);
        let place = start..start + length;
        let Ok(run) = std::str::from_utf8(&text[place.clone()]) else { return (place, None) };
        let text_of = |at: &usize| self.needles[*at].text.as_str();
        let above = self.sorted.partition_point(|at| text_of(at) <= run);
        let near = above.saturating_sub(1)..self.sorted.len().min(above + 1);
        let alike = |at: &&usize| common(text_of(at).as_bytes(), run.as_bytes());
        let Some(needle) = self.sorted[near].iter().rev().max_by_key(alike) else { return (place, None) };
        let (whole, same) = (text_of(needle), alike(&needle));
        if same == length || same * 2 >= whole.len() {
            let end = start + common(whole.as_bytes(), &text[start..]);
            let rest = if end - start == whole.len() { 0 } else { run_at(text, end, usize::MAX) };
            return (start..end + rest, Some(*needle));
        }
        let shorter = self.sorted[..above].iter().rev().take(FEW).find(|at| run.starts_with(text_of(at)));
        (start..start + shorter.map_or(0, |at| text_of(at).len()), shorter.copied())
    }

    /// The needle whose beginning stands at a place, if it was cut there.
    fn cut(&self, text: &[u8], start: usize) -> (Range<usize>, Option<usize>) {
        let inside = start.checked_sub(1).is_some_and(|before| is_of_word(text[before]));
        let run = &text[start..start + if inside { 0 } else { run_at(text, start, FARTHEST) }];
        let run = &run[..run.len() - run.iter().rev().take_while(|byte| matches!(byte, b'.' | b'=')).count()];
        let place = start..start + run.len();
        let Ok(beginning) = std::str::from_utf8(run) else { return (place, None) };
        let next = self.sorted.partition_point(|at| self.needles[*at].text.as_str() < beginning);
        let needle = self.sorted.get(next).filter(|_| run.len() >= BEGINNING);
        let needle = needle.filter(|at| self.needles[**at].text.starts_with(beginning));
        // Times and lengths are numbers, and secrets that are made of them may begin with one.
        let is_told = is_wordlike(run) || run.iter().all(u8::is_ascii_digit);
        let plain = is_our_word(beginning) || is_told && !is_cut(&text[place.end..]);
        (place, needle.filter(|_| !plain).copied())
    }

    fn words(&self, text: &[u8], found: &mut impl FnMut(Range<usize>, &str)) {
        if self.of_words.is_empty() {
            return;
        }
        // Where the last place of a long needle ends: one that repeats itself begins anew in each of its parts.
        let mut ends = BTreeMap::new();
        for hit in self.words.find_overlapping_iter(text) {
            let at = self.of_words[hit.pattern().as_usize()];
            let needle = &self.needles[at];
            let mut place = hit.range();
            if needle.text.len() > LONGEST {
                let end = ends.entry(at).or_insert(0);
                if hit.start() < *end {
                    continue;
                }
                place.end = place.start + common(needle.text.as_bytes(), &text[place.start..]);
                *end = place.end;
            }
            let stands = match needle.reach {
                Reach::Anywhere => true,
                Reach::Words => is_bounded(text, &place, is_of_word),
                Reach::Values | Reach::Names => {
                    is_bounded(text, &place, |byte| is_of_word(byte) || byte == b'-')
                        && is_value(text, &place, needle)
                }
            };
            if stands {
                found(place, &needle.stand_in);
            }
        }
    }
}

/// How many bytes of a token stand at a place, of so many.
fn run_at(text: &[u8], start: usize, most: usize) -> usize {
    text[start..].iter().take(most).take_while(|byte| is_of_token(**byte) || **byte == b'=').count()
}

/// How far two texts are alike.
fn common(one: &[u8], other: &[u8]) -> usize {
    one.iter().zip(other).take_while(|(one, other)| one == other).count()
}

/// Whether a text behind a run says that more of it was cut off.
fn is_cut(rest: &[u8]) -> bool {
    let signs = [&b"..."[..], b"**", "…".as_bytes()];
    let closed = rest.len() <= 2 && rest.iter().all(|byte| matches!(byte, b'"' | b'\'' | b')' | b'\\'));
    closed || signs.iter().any(|sign| rest.starts_with(sign))
}

const fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Whether no word goes on at either end of a place.
fn is_bounded(text: &[u8], place: &Range<usize>, of_word: impl Fn(u8) -> bool) -> bool {
    let inside = |left: Option<&u8>, right: Option<&u8>| {
        left.zip(right).is_some_and(|(left, right)| of_word(*left) && of_word(*right))
    };
    let before = place.start.checked_sub(1).and_then(|at| text.get(at));
    !inside(before, text.get(place.start)) && !inside(text.get(place.end - 1), text.get(place.end))
}

/// Whether a word stands as a value: behind a name and a sign, and not as a name itself.
fn is_value(text: &[u8], place: &Range<usize>, needle: &Needle) -> bool {
    let quotes = |byte: &&u8| matches!(byte, b'"' | b'\'' | b'\\' | b'`');
    let after = &text[place.end..];
    let after = &after[after.iter().take_while(quotes).count()..];
    if matches!(after, [b'=', ..] | [b':', b' ' | b'"' | b'\'', ..]) {
        return false;
    }
    let blanks = |byte: &u8| matches!(byte, b' ' | b'\t');
    let trim = |text: &mut &[u8], passed: &dyn Fn(&u8) -> bool| {
        let length = text.iter().rev().take_while(|byte| passed(byte)).count();
        *text = &text[..text.len() - length];
        length > 0
    };
    let mut before = &text[..place.start];
    let quoted = trim(&mut before, &|byte| quotes(&byte));
    let apart = trim(&mut before, &blanks);
    let sign = before.last().copied().filter(|byte| matches!(byte, b'=' | b':' | b'>'));
    if sign.is_some() {
        before = &before[..before.len() - 1];
    }
    trim(&mut before, &|byte| quotes(&byte) || blanks(byte));
    for word in [&b" is"[..], b" was"] {
        before = before.strip_suffix(word).unwrap_or(before);
    }
    let length = before.iter().rev().take_while(|byte| is_of_word(**byte) || **byte == b'-').count();
    let anywhere = needle.reach == Reach::Values;
    match (says(&before[before.len() - length..]), sign) {
        (Says::Secret(_), Some(_)) => true,
        // As in `the password is secret`.
        (Says::Secret(kind), None) => kind == needle.kind,
        (Says::Nothing, Some(b'=')) => anywhere,
        (Says::Nothing, Some(b':')) => anywhere && (quoted || !apart),
        (Says::Nothing | Says::Public | Says::Plain, _) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Needles, Reach};
    use crate::{Kind, Known};

    fn known(pseudonym: &str) -> Known {
        Known { kind: Kind::Password, pseudonym: pseudonym.into(), origin: String::new() }
    }

    fn covered(needles: &[(&str, Reach)], text: &str) -> String {
        let mut all = Needles::default();
        for (needle, reach) in needles {
            all.add(needle, &known("#"), *reach);
        }
        let mut out = text.to_owned();
        let mut places = Vec::new();
        all.find(text.as_bytes(), |place, _| places.push(place));
        places.sort_by_key(|place| std::cmp::Reverse(place.start));
        for place in places {
            out.replace_range(place, "#");
        }
        out
    }

    #[test]
    fn what_is_drawn_by_lot_is_found_in_the_midst_of_others() {
        let needles = [("aB3dE6gH9jK2", Reach::Anywhere), ("aB3dE6gH9jK2mN5", Reach::Anywhere)];
        for (text, expected) in [
            ("xaB3dE6gH9jK2x", "x#x"),
            ("aB3dE6gH9jK2mN5 aB3dE6gH9jK2", "# #"),
            ("aB3dE6gH9jK2mN", "#mN"),
            ("aB3dE6 aB3dE aB3dE6gH9j…", "# aB3dE #…"),
            ("aB3dE6xx xaB3dE6", "aB3dE6xx xaB3dE6"),
        ] {
            assert_eq!(covered(&needles, text), expected, "{text}");
        }
    }

    #[test]
    fn a_beginning_that_reads_as_a_word_is_one_unless_it_was_cut() {
        let needles = [("bearer-4fK9dE6gH9jK2", Reach::Anywhere)];
        for (text, expected) in
            [("a bearer token", "a bearer token"), ("bearer-4...", "#..."), ("bearer", "bearer")]
        {
            assert_eq!(covered(&needles, text), expected, "{text}");
        }
    }

    #[test]
    fn a_number_is_no_beginning_unless_it_was_cut() {
        let needles = [("1764509123.9fK2dE6g", Reach::Anywhere)];
        for (text, expected) in [
            (r#"{"iat":1764509123,"exp":1764509183}"#, r#"{"iat":1764509123,"exp":1764509183}"#),
            ("csrf 1764509123...", "csrf #..."),
            ("csrf=1764509123.9fK2dE", "csrf=#"),
        ] {
            assert_eq!(covered(&needles, text), expected, "{text}");
        }
    }

    #[test]
    fn a_password_is_no_part_of_a_word() {
        let needles =
            [("mypassword", Reach::Words), ("my pass", Reach::Words), ("my pass word", Reach::Words)];
        for (text, expected) in [
            ("mypassword", "#"),
            ("mypasswordfield notmypassword", "mypasswordfield notmypassword"),
            ("id:mypassword, (mypassword) mypassword-", "id:#, (#) #-"),
            ("my pass wordy", "# wordy"),
        ] {
            assert_eq!(covered(&needles, text), expected, "{text}");
        }
    }

    #[test]
    fn a_word_of_ours_is_covered_where_it_is_a_value() {
        for (word, text, expected) in [
            ("error", "error=invalid_grant&x=error", "error=invalid_grant&x=#"),
            ("error", r#"{"error":"error","x":"error"}"#, r##"{"error":"error","x":"#"}"##),
            ("profile", "scope=profile&pw=profile the profile", "scope=profile&pw=# the profile"),
            (
                "code",
                "response_type=code&code=code&code_verifier=code",
                "response_type=code&code=#&code_verifier=#",
            ),
            ("secret", "client_1:secret Client Secret: secret", "client_1:# Client Secret: #"),
            ("wrong", "the wrong code is wrong", "the wrong code is wrong"),
            ("secret", "the password was secret", "the password was #"),
        ] {
            assert_eq!(covered(&[(word, Reach::Values)], text), expected, "{word} in {text}");
        }
        let name = [("id001", Reach::Names)];
        assert_eq!(
            covered(&name, "user_id=id001&password=id001, password id001"),
            "user_id=id001&password=#, password #"
        );
    }

    #[test]
    fn of_a_long_secret_the_rest_is_covered_too() {
        let long: String = (0..400).map(|at| char::from(b"a1B"[at % 3])).collect();
        let words = format!("my {}", "secret ".repeat(60));
        let same = "a".repeat(90_000);
        let needles =
            [(long.as_str(), Reach::Anywhere), (words.trim_end(), Reach::Words), (&same, Reach::Words)];
        for (text, expected) in [
            (format!("x={long}&y"), "x=#&y"),
            (format!("x={long}Z&y"), "x=#Z&y"),
            (format!("x={}&y", &long[..40]), "x=#&y"),
            (format!("x={}ZZ&y", &long[..300]), "x=#&y"),
            (format!("{words}."), "# ."),
            (same.clone(), "#"),
        ] {
            assert_eq!(covered(&needles, &text), expected);
        }
    }

    #[test]
    fn tokens_that_begin_alike_are_told_apart() {
        let header = "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9";
        let claims = "eyJzdWIiOiJpZDAwMSIsInNjb3BlIjoicHJvZmlsZSIsImV4cCI6MTc2NzIyNTYwMH0";
        let tokens = ["a1", "a1B2", "c3D4"].map(|end| format!("{header}.{claims}.{end}"));
        let mut needles = Needles::default();
        for token in &tokens {
            needles.add(token, &known(&token[token.len() - 4..]), Reach::Anywhere);
        }
        for token in &tokens {
            let mut seen = Vec::new();
            needles.find(format!("x {token}&").as_bytes(), |place, stand_in| {
                seen.push((place, stand_in.to_owned()));
            });
            assert_eq!(seen, [(2..2 + token.len(), token[token.len() - 4..].to_owned())]);
        }
        let other = format!("{header}.eyJpc3MiOiJodHRwOi8vaCJ9.c2ln");
        needles.find(other.as_bytes(), |place, _| panic!("{place:?}"));
        needles.add(&header[..20], &known("short"), Reach::Anywhere);
        let mut seen = Vec::new();
        needles.find(other.as_bytes(), |place, stand_in| seen.push((place, stand_in.to_owned())));
        assert_eq!(seen, [(0..20, "short".to_owned())]);
    }

    #[test]
    fn what_is_removed_is_found_no_longer() {
        let mut needles = Needles::default();
        for (text, stand_in) in [("aB3dE6gH9jK0", "1"), ("zB3dE6gH9jK0", "2")] {
            needles.add(text, &known(stand_in), Reach::Anywhere);
        }
        for gone in ["", "aB3dE6gH9jK0"] {
            needles.remove(gone);
            let mut seen = String::new();
            needles.find(b"aB3dE6gH9jK0 zB3dE6gH9jK0", |_, stand_in| seen += stand_in);
            assert_eq!(seen, if gone.is_empty() { "12" } else { "2" });
        }
    }

    #[test]
    fn what_is_added_later_is_found_too() {
        let mut needles = Needles::default();
        for round in 0..300 {
            needles.add(&format!("aB3dE6gH9jK{round:04}"), &known(&round.to_string()), Reach::Anywhere);
            let mut seen = Vec::new();
            needles.find(b"aB3dE6gH9jK0000 aB3dE6gH9jK0299", |_, stand_in| seen.push(stand_in.to_owned()));
            let expected: &[&str] = if round == 299 { &["0", "299"] } else { &["0"] };
            seen.sort();
            assert_eq!(seen, expected, "{round}");
        }
        assert!(needles.tiers.len() < 10, "{}", needles.tiers.len());
    }
}
