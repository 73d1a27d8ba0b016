//! Where errors point, and that they name no value.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::*;
use crate::{RedirectUri, ScopeText, Seconds, Secret, SecretText};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    #[serde(default)]
    client: Vec<Client>,
    times: Option<Times>,
    #[serde(default)]
    words: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Client {
    secret: SecretText,
    way: Option<Way>,
    scope: Option<ScopeText>,
    #[serde(default)]
    uris: Vec<RedirectUri>,
    public: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Times {
    code: Seconds<1, 600>,
    login: Option<Seconds<0, { u32::MAX }>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Way {
    Body,
    Header,
}

fn read(text: &str) -> Result<File, ConfigError> {
    let known = [Keys::of::<File>(), Keys::of::<Client>(), Keys::of::<Times>()];
    Document::parse("f", text, &known)?.read()
}

#[test]
fn what_is_right_is_read() {
    let text =
        "name = 'n'\n[[client]]\nsecret = 's'\nway = 'body'\nscope = 'a b'\n[times]\ncode = 600\nlogin = 0\n";
    let file = read(text).expect("all is right");
    assert_eq!(file.name, "n");
    let [client] = &file.client[..] else { panic!("one client is there") };
    assert!(matches!(client, Client { way: Some(Way::Body), public: None, .. }));
    assert_eq!(client.scope.as_ref().map(ScopeText::as_str), Some("a b"));
    assert!(client.uris.is_empty() && Secret::from(client.secret.clone()).expose() == "s");
    assert_eq!(file.words.len(), 0);
    assert!(file.times.is_some_and(|times| times.code.get() == 600 && times.login.is_some()));
}

#[test]
fn an_error_has_line_field_and_fix_and_no_value() {
    const CLIENT: &str = "name = 'n'\n[[client]]\nsecret = 'SEEKRIT'\n";
    const URI: &str =
        "has to be an absolute URI without fragment (RFC 6749 3.1.2), as in https://client.example/callback";
    let uri = format!("f:6: client.uris: {URI}");
    #[rustfmt::skip]
    let table = [
        // The file as a whole.
        ("", "f: name: is missing; add it"),
        ("[[client]]\nsecret = 's'", "f: name: is missing; add it"),
        ("nane = 'n'", "f:1: an unknown key; did you mean name?"),
        ("\nnothing = 'SEEKRIT'", "f:2: an unknown key; known are name, client, times, words"),
        ("name = 5551234", "f:1: name: has to be text, in quotation marks"),
        ("name = 'n'\nclient = 'SEEKRIT'", "f:2: client: has to be a list, in square brackets"),
        ("name = 'n'\ntimes = 'SEEKRIT'", "f:2: times: has to be a table"),
        // Tables.
        ("name = 'n'\n\n[[client]]\n", "f:3: client.secret: is missing; add it"),
        ("name = 'n'\n[[client]]\nsecret = ''", "f:3: client.secret: is empty; write it between the quotation marks"),
        ("name = 'n'\n[[client]]\nsecret = 5551234", "f:3: client.secret: has to be text, in quotation marks"),
        ("name = 'n'\n[[client]]\nsecret = ['SEEKRIT']", "f:3: client.secret: has to be text, in quotation marks"),
        ("name = 'n'\n[[client]]\nsecret = {a = 'SEEKRIT'}", "f:3: client.secret: has to be text, in quotation marks"),
        ("name = 'n'\n[[client]]\nsecret = 1979-05-27", "f:3: client.secret: has to be text, in quotation marks"),
        ("name = 'n'\n[[client]]\nsekret = 'SEEKRIT'", "f:3: client: an unknown key; did you mean secret?"),
        ("name = 'n'\n[times]\n", "f:2: times.code: is missing; add it"),
        ("name = 'n'\ntimes = {}", "f:2: times.code: is missing; add it"),
        ("name = 'n'\ntimes.code = 0", "f:2: times.code: has to be a whole number of seconds, 1 to 600, without quotation marks"),
        ("name = 'n'\n[times]\ncode = '1m'", "f:3: times.code: has to be a whole number of seconds, 1 to 600, without quotation marks"),
        ("name = 'n'\n[times]\ncode = 1\nlogin = -1", "f:4: times.login: has to be a whole number of seconds, 0 to 4294967295, without quotation marks"),
        ("name = 'n'\n[times]\ncode = 99999999999999999999", "f:3: times.code: has to be a whole number of seconds, 1 to 600, without quotation marks"),
        // Syntax.
        ("SEEKRIT", "f:1: is a key without value; write it as KEY = VALUE"),
        ("name = 'n'\nSEEKRIT", "f:2: is a key without value; write it as KEY = VALUE"),
        ("name = SEEKRIT", "f:1: name: has to stand in quotation marks"),
        ("name = 'n'\n[[client]]\nsecret = 'SEEKRIT", "f:3: client.secret: needs a quotation mark at its beginning and at its end"),
        ("name = 'n'\n[[client]]\nsecret = 'SEEKRIT'\nsecret = 'SEEKRIT'", "f:4: client.secret: stands there twice; leave one of the two out"),
        ("name = 'n'\n[times]\n[times]", "f:3: times: stands there twice; leave one of the two out"),
        ("name = \"\"\"a\nSEEKRIT = 1\n\"\"", "f:3: needs a quotation mark at its beginning and at its end"),
        // Lists and tables.
        ("name = 'n'\n[client]\nsecret = 's'", "f:2: client: is a table where a list of them has to be: write [[client]], in double brackets"),
        ("name = 'n'\nclient = { secret = 's' }", "f:2: client: is a table where a list of them has to be: write [[client]], in double brackets"),
        ("name = 'n'\n[[times]]\ncode = 1", "f:2: times: is a list where one table has to be: write [times] once, in single brackets"),
        ("name = 'n'\ntimes = [600, 0]", "f:2: times: is a list where one table has to be: write [times] once, in single brackets"),
        ("name = 'n'\nclient = [['SEEKRIT']]", "f:2: client: is a list where one table has to be: write [client] once, in single brackets"),
    ];
    for (text, expected) in table {
        assert_eq!(read(text).expect_err(text).to_string(), expected, "{text}");
    }
    #[rustfmt::skip]
    let of_a_client = [
        ("public = 'SEEKRIT'", "f:4: client.public: has to be true or false, without quotation marks"),
        ("way = 'SEEKRIT'", "f:4: client.way: has to be \"body\" or \"header\""),
        ("way = 5551234", "f:4: client.way: has to be one of the known words, in quotation marks"),
        ("scope = 'SEEKRIT  b'", "f:4: client.scope: has to be one or more values between single spaces (RFC 6749 3.3)"),
        ("uris = [\n'https://c.example/',\n'/SEEKRIT']", &uri),
        ("\"\\u001b\" = 1", "f:4: client: an unknown key; known are secret, way, scope, uris, public"),
    ];
    for (tail, expected) in of_a_client {
        let text = format!("{CLIENT}{tail}\n");
        assert_eq!(read(&text).expect_err(tail).to_string(), expected, "{text}");
    }
}

#[test]
fn no_key_is_named_but_those_that_are_known() {
    const WORDS: &str = "name = 'n'\n[words]\n";
    #[rustfmt::skip]
    let table = [
        ("SEEKRIT = 1", "f:1: an unknown key; known are name, client, times, words"),
        ("'SEEKRIT' = 1", "f:1: an unknown key; known are name, client, times, words"),
        ("[SEEKRIT]", "f:1: an unknown key; known are name, client, times, words"),
        ("name.SEEKRIT = 1", "f:1: name: has to be text, in quotation marks"),
        ("name = 'n'\ntimes.SEEKRIT = 1", "f:2: times: an unknown key; known are code, login"),
        ("name = 'n'\ntimes = { code = 1, SEEKRIT = 1 }", "f:2: times: an unknown key; known are code, login"),
        ("name = 'n'\n[times.SEEKRIT]", "f:2: times: an unknown key; known are code, login"),
        (&format!("{WORDS}SEEKRIT = 1"), "f:3: words: has to be text, in quotation marks"),
        (&format!("{WORDS}SEEKRIT = ''\nSEEKRIT = ''"), "f:4: words: stands there twice; leave one of the two out"),
    ];
    for (text, expected) in table {
        assert_eq!(read(text).expect_err(text).to_string(), expected, "{text}");
    }
    let text = format!("{WORDS}SEEKRIT = ''");
    let document = Document::parse("f", &text, &[]).expect("the syntax is right");
    let said = |known: &[&str]| document.top().key("words").unknown("SEEKRIT", known).to_string();
    assert_eq!(said(&["a", "b"]), "f:3: words: an unknown key; known are a, b");
    assert_eq!(said(&["a", "SEEKRAT"]), "f:3: words: an unknown key; did you mean SEEKRAT?");
}

#[test]
fn a_place_is_the_line_of_its_key_or_of_the_table_that_lacks_it() {
    let text = "name = 'n'\n[[client]]\nsecret = 's'\n\n[[client]]\nuris = [\n'a:b',\n'c:d']\nsecret = 't'\n";
    let document = Document::parse("f", text, &[]).expect("the syntax is right");
    let top = document.top();
    let said = |place: &Place<'_>| place.error("x").to_string();
    assert_eq!(said(&top), "f: x");
    assert_eq!(said(&top.key("name")), "f:1: name: x");
    assert_eq!(said(&top.key("none")), "f: none: x");
    assert_eq!(said(&top.key("none").key("more")), "f: none.more: x");
    let second = top.key("client").item(1);
    assert_eq!(said(&second), "f:5: client: x");
    assert_eq!(said(&second.key("secret")), "f:9: client.secret: x");
    assert_eq!(said(&second.key("uris").item(1)), "f:8: client.uris: x");
    assert_eq!(said(&second.key("uris").item(2)), "f:6: client.uris: x");
    assert_eq!(said(&second.key("scope")), "f:5: client.scope: x");
    assert_eq!(second.keys(), ["uris", "secret"]);
    assert_eq!(
        said(&Document::without_text("the command line").top().key("user")),
        "the command line: user: x"
    );
}

#[test]
fn a_value_without_quotation_marks_is_told_that_it_needs_them() {
    let bare = [
        "s3cret", "47abc", "12-34", "1.2.3", "$abc", "abc#d", "true1", "", "\u{e9}", "0x12zz", "+abc", "nan1",
    ];
    let half = ["'abc", "\"abc", "a=b", "a'b'", "{abc}", "abc]", "'a' b", "\"a\" b"];
    for value in bare.into_iter().chain(half) {
        let text = format!("name = 'n'\n[[client]]\nsecret = {value}\n");
        let said = read(&text).expect_err(value).to_string();
        let says = said.strip_prefix("f:3: client.secret: ").expect(value);
        assert!(says.contains("quotation mark") && !says.contains("expected"), "{value}: {says}");
    }
}

/// Each of these took minutes, gigabytes or the stack where a step was not linear.
#[test]
fn a_file_of_the_longest_kind_is_judged_whatever_it_repeats() {
    let most = crate::LONGEST_FILE;
    let table = [
        ("a".repeat(most), "f:1: is a key without value; write it as KEY = VALUE"),
        ("a".repeat(most - 2) + "=1", "f:1: an unknown key; known are name, client, times, words"),
        ("a.".repeat(most / 2 - 2) + "a=1", "f:1: nests too deep; write it flatter"),
        ("a=".to_owned() + &"[".repeat(most - 2), "f:1: nests too deep; write it flatter"),
        ("a=".to_owned() + &"{a=".repeat(most / 3 - 2), "f:1: nests too deep; write it flatter"),
        ("[[client]]\n".repeat(most / 11), "f:1: client.secret: is missing; add it"),
    ];
    for (text, expected) in table {
        assert_eq!(read(&text).expect_err(expected).to_string(), expected);
    }
}
