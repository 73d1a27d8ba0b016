//! What the parser says, without the values that it quotes.
//!
//! The parser's messages are those of `serde` and of `toml`. Whatever comes before the last `, expected ` may hold a value,
//! whatever follows is made of the types' own words.

/// What people call a map or a struct.
const TABLE: &str = "a table";

/// What a message of the typed reading means.
pub(crate) struct Said {
    /// What is wrong, and the fix.
    pub(crate) says: String,
    /// The key that is missing from the table at which the error points.
    pub(crate) missing: Option<String>,
}

/// Reads a message about the value of `key`, or about `key` itself.
pub(crate) fn said(message: &str, key: &str) -> Said {
    let (what, expected) = message.rsplit_once(", expected ").unwrap_or((message, ""));
    if let Some(name) = message.strip_prefix("missing field `") {
        let name = name.trim_end_matches('`').to_owned();
        return Said { says: "is missing; add it".into(), missing: Some(name) };
    }
    let says = if message == "wanted string or table" {
        "has to be one of the known words, in quotation marks".into()
    } else if what == "invalid type: sequence" && noun(expected) == TABLE {
        format!("is a list where one table has to be: write [{key}] once, in single brackets")
    } else if what == "invalid type: map" && expected == "a sequence" {
        format!("is a table where a list of them has to be: write [[{key}]], in double brackets")
    } else if what.starts_with("unknown field ") {
        unknown(key, &quoted(expected))
    } else if what.starts_with("unknown variant ") {
        format!("has to be {}", one_of(&quoted(expected)))
    } else if what.starts_with("invalid ") {
        format!("has to be {}", noun(expected))
    } else {
        message.to_owned()
    };
    Said { says, missing: None }
}

/// Reads a message about the syntax of a file, which holds no value.
pub(crate) fn syntax(message: &str) -> String {
    const UNQUOTED: &str = "has to stand in quotation marks";
    let starts = |with: &[&str]| with.iter().any(|start| message.starts_with(start));
    if message == "duplicate key" {
        "stands there twice; leave one of the two out".into()
    } else if message.starts_with("string values must be quoted") {
        UNQUOTED.into()
    } else if message.starts_with("key with no value") {
        "is a key without value; write it as KEY = VALUE".into()
    } else if starts(&["invalid literal string", "invalid basic string", "invalid multi-line"]) {
        "needs a quotation mark at its beginning and at its end".into()
    } else if starts(&["unexpected key or value", "missing opening quote"]) {
        "goes on behind its value; write one value, a text in one pair of quotation marks".into()
    } else if starts(&["recursion limit", "cannot recurse"]) {
        "nests too deep; write it flatter".into()
    } else if starts(&NUMBERS) {
        format!("is no number, date, true or false; a text {UNQUOTED}")
    } else {
        message.lines().collect::<Vec<_>>().join(" ")
    }
}

/// How the parser's messages begin about what it took for a number, a date or a truth value.
const NUMBERS: [&str; 10] = [
    "invalid date",
    "invalid time",
    "invalid float",
    "invalid boolean",
    "invalid hexadecimal",
    "invalid octal",
    "invalid binary",
    "invalid integer",
    "unexpected leading zero",
    "unexpected sign",
];

/// What to say of an unknown key: the nearest of the known ones, or all of them. Not the key, which may be a secret that lost
/// its place.
pub(crate) fn unknown(key: &str, known: &[&str]) -> String {
    let most = |known: &str| known.len().max(3) / 3;
    // The distance is no less than the difference of the lengths, and takes long where a key does.
    let near = known.iter().filter(|known| key.len().abs_diff(known.len()) <= 4 * most(known));
    let nearest = near.map(|known| (strsim::osa_distance(key, known), known)).min();
    match nearest {
        Some((distance, nearest)) if distance <= most(nearest) => {
            format!("an unknown key; did you mean {nearest}?")
        }
        _ => format!("an unknown key; known are {}", known.join(", ")),
    }
}

/// The words between backticks.
fn quoted(expected: &str) -> Vec<&str> {
    expected.split('`').skip(1).step_by(2).collect()
}

fn one_of(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

/// What people call the type that a message expects.
fn noun(expected: &str) -> &str {
    match expected {
        "a string" => "text, in quotation marks",
        "a boolean" => "true or false, without quotation marks",
        "a sequence" => "a list, in square brackets",
        "a map" => TABLE,
        _ if expected.starts_with("struct ") => TABLE,
        _ => expected,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_message_keeps_the_value_that_it_quotes() {
        for message in [
            "invalid type: string \"SEEKRIT\", expected a boolean",
            "invalid type: string \"SEEKRIT, expected SEEKRIT\", expected a boolean",
            "invalid value: integer `5551234`, expected a whole number of seconds",
            "unknown variant `SEEKRIT, expected `SEEKRIT``, expected one of `a`, `b`",
            "unknown variant `SEEKRIT`, expected `a` or `b`",
        ] {
            let says = said(message, "key").says;
            assert!(!says.contains("SEEKRIT") && !says.contains("5551234"), "{message}: {says}");
            assert!(says.starts_with("has to be "), "{says}");
        }
    }

    #[test]
    fn a_long_key_is_compared_with_none() {
        let known = vec!["a key of this length"; 10_000];
        let said = unknown(&"a".repeat(1 << 20), &known);
        assert!(said.starts_with("an unknown key; known are "), "{}", &said[..80]);
    }

    #[test]
    fn an_unknown_key_is_told_the_nearest_known_one() {
        let known = ["client_id", "client_secret", "scope", "par"];
        for (key, nearest) in [("client_secert", "client_secret"), ("scopes", "scope"), ("pra", "par")] {
            assert_eq!(unknown(key, &known), format!("an unknown key; did you mean {nearest}?"));
        }
        for key in ["", "x", "secret", "\u{1b}"] {
            assert_eq!(
                unknown(key, &known),
                "an unknown key; known are client_id, client_secret, scope, par",
                "{key}"
            );
        }
    }
}
