//! The files that the three programs read, spoilt in each line and each byte: an error names the file, and no secret.

use oauth_conformance::reference::TARGET;
use oauth_suite::subject::read_text;

/// Stands for each secret; what is left of it when a byte is lost still has this in it.
const CANARY: &str = "Zq7Zq7Zq7Zq7";
const LEFT_OF_IT: &str = "Zq7";

/// A program's way to read a file: what it says, for people and for debugging.
type Read = fn(&str) -> Result<(), (String, String)>;

/// The shipped files.
const FILES: [(&str, &str, Read); 3] = [
    ("server", oauth_reference_server::BUILT_IN, |text| {
        let read = oauth_reference_server::Config::parse("file.toml", text);
        read.map(drop).map_err(|error| (error.to_string(), format!("{error:?}")))
    }),
    ("client", oauth_reference_client::DEFAULT, |text| {
        let read = oauth_reference_client::Config::parse("file.toml", text);
        read.map(drop).map_err(|error| (error.to_string(), format!("{error:?}")))
    }),
    ("suite", TARGET, |text| {
        let read = read_text("file.toml", text, &|_| None);
        read.map(drop).map_err(|error| (error.to_string(), format!("{error:?}")))
    }),
];

/// The keys whose values are secret.
const SECRETS: [&str; 3] = ["password", "secret", "client_secret"];

fn key_of(line: &str) -> Option<&str> {
    line.split_once(" = ").map(|(key, _)| key).filter(|key| !key.contains(['#', ' ']))
}

fn is_secret(line: &str) -> bool {
    key_of(line).is_some_and(|key| SECRETS.contains(&key))
}

/// The file with the canary for each of its secrets.
fn with_canaries(text: &str) -> Vec<String> {
    let told = |line: &str| match key_of(line) {
        Some(key) if is_secret(line) => format!("{key} = \"{CANARY}\""),
        _ => line.to_owned(),
    };
    text.lines().map(told).collect()
}

/// Reads a spoilt file; whether it was refused.
#[track_caller]
fn refused(program: &str, read: Read, text: &str, how: &str) -> bool {
    let Err((said, debugged)) = read(text) else { return false };
    for words in [&said, &debugged] {
        assert!(!words.contains(LEFT_OF_IT), "{program}, {how}: {words}");
    }
    assert!(said.starts_with("file.toml"), "{program}, {how}: {said}");
    assert_eq!(said.lines().count(), 1, "{program}, {how}: {said}");
    true
}

#[test]
fn a_file_with_other_secrets_is_read_and_one_that_is_not_named_is_seen() {
    for (program, text, read) in FILES {
        let lines = with_canaries(text);
        assert!(lines.iter().filter(|line| is_secret(line)).count() > 0, "{program} has secrets");
        assert_eq!(read(&lines.join("\n")), Ok(()), "{program}");
        assert_eq!(read(text), Ok(()), "{program}");
    }
    let telling: Read = |text| Err((format!("file.toml:1: {text}"), String::new()));
    let told = std::panic::catch_unwind(|| refused("none", telling, CANARY, "told"));
    assert!(told.is_err(), "what tells a secret is seen");
}

#[test]
fn no_spoilt_line_makes_a_program_tell_a_secret() {
    for (program, text, read) in FILES {
        let lines = with_canaries(text);
        let mut refusals = 0;
        for (at, line) in lines.iter().enumerate() {
            let Some(key) = key_of(line) else { continue };
            let value = if is_secret(line) { CANARY } else { "value" };
            let spoilt = [
                String::new(),
                format!("{line}\n{line}"),
                format!("{key}x = \"{value}\""),
                format!("{key} = {value}"),
                format!("{key} = \"{value}"),
                format!("{key} = '{value}\""),
                format!("{key} = \"{value}\" {value}"),
                format!("{key} = \"{value}\u{1}\""),
                format!("{key} = \"{value}\u{e9}\\n\""),
                format!("{key} = \"\\{value}\""),
                format!("{key} = [\"{value}\"]"),
                format!("{key} = {{ of = \"{value}\" }}"),
                format!("{key} {value}"),
                format!("{key} = 5"),
                format!("{key}.{key} = \"{value}\""),
                format!("[[{key}]]\n{key} = \"{value}\""),
                format!("{value} = \"{key}\""),
                format!("\"{value}\" = 5"),
                format!("{key}.{value} = \"{key}\""),
                format!("{key} = {{ {value} = 5 }}"),
                format!("{line}\n{value}.{key} = 5"),
                format!("[{value}]\n{line}"),
                value.to_owned(),
            ];
            for spoilt in spoilt {
                let mut lines = lines.clone();
                lines[at].clone_from(&spoilt);
                refusals += usize::from(refused(program, read, &lines.join("\n"), &spoilt));
            }
        }
        let keys = lines.iter().filter(|line| key_of(line).is_some()).count();
        // Most ways to spoil a line are none that a file may have.
        assert!(refusals > 15 * keys, "{program}: {refusals} refusals of {keys} keys");
    }
}

#[test]
fn no_lost_or_strange_byte_makes_a_program_tell_a_secret() {
    // A prime, so that each part of a line has its turn.
    const STRIDE: usize = 7;
    for (program, text, read) in FILES {
        let lines: Vec<_> = with_canaries(text).into_iter().filter(|line| !line.starts_with('#')).collect();
        let text = lines.join("\n");
        let mut refusals = 0;
        for (nth, (at, _)) in text.char_indices().step_by(STRIDE).enumerate() {
            let strange = ["", "\"", "\n", "[", "=", "\u{0}", "{", "'''"];
            let put = strange[nth % strange.len()];
            let spoilt = format!("{}{put}{}", &text[..at], &text[at..].chars().skip(1).collect::<String>());
            refusals += usize::from(refused(program, read, &spoilt, &format!("{put:?} at {at}")));
        }
        assert!(refusals > 0, "{program}");
    }
}
