//! The built-in configuration, defaults, and the errors word by word.

use super::read::ISSUER;
use super::*;

#[test]
fn the_built_in_configuration_is_client_1_of_the_documented_sequence() {
    assert_eq!(Config::built_in().servers.len(), 1);
    let config = Registration::built_in();
    assert_eq!(config.name, "");
    assert_eq!(config.client_id, "client_1");
    assert_eq!(config.client_secret.as_ref().map(Secret::expose), Some("client_secret_1"));
    assert_eq!(config.authentication, Authentication::Basic);
    assert_eq!(config.redirect_uri, None);
    assert_eq!(config.scope.as_deref(), Some("profile"));
    assert!(config.pkce);
    assert_eq!(config.issuer, ISSUER);
    assert_eq!(config.endpoints, Endpoints::default());
}

#[test]
fn what_is_left_out_has_its_default() {
    let config = Config::parse("f", "client_id = 'c'\nauthentication = 'none'\n").expect("it is complete");
    let config = &config.servers[0];
    assert_eq!(config.client_secret, None);
    assert!(config.pkce);
    assert_eq!((config.issuer.as_str(), config.scope.as_deref()), (ISSUER, None));
}

#[test]
fn errors_name_line_field_and_fix_and_no_secret() {
    const HEAD: &str = "client_id = 'c'\nclient_secret = 'SEEKRIT'\n";
    const SCOPE: &str = "scope: has to be one or more values between single spaces (RFC 6749 3.3)";
    const ISSUER: &str = "issuer: has to be an http or https URL without query and fragment (RFC 8414 2), as in https://as.example/tenant";
    const RESOURCE: &str =
        "resource: has to be an http or https URL in ASCII without fragment, as in https://host/path";
    const URL: &str = "has to be an http or https URL in ASCII without fragment, as in https://host/path";
    const PAGE: &str = "redirect_uri: has a path that is a page of this client: /, /login, /profile or /logout; write \
                        another, for example http://localhost:8000/callback";
    const USER: &str =
        "has a user name or a password before an @, which others may come to see; leave that part out";
    const METHOD: &str =
        "authentication: has to be \"client_secret_basic\", \"client_secret_post\" or \"none\"";
    const PUBLIC: &str = "client_secret: does not go with authentication = \"none\"; leave one of them out";
    const NAME: &str = "has to be printable ASCII (RFC 6749 A.1), at least one character";
    for (tail, line, expected) in [
        ("scope = 'a  b'", 3, SCOPE.to_owned()),
        ("scope = ''", 3, SCOPE.to_owned()),
        ("issuer = 'localhost:9000'", 3, ISSUER.to_owned()),
        ("issuer = 'http://h/?a'", 3, ISSUER.to_owned()),
        ("resource = 'http://h/a#b'", 3, RESOURCE.to_owned()),
        ("resource = 'http://h/\u{e9}'", 3, RESOURCE.to_owned()),
        ("resource = '/api/me'", 3, RESOURCE.to_owned()),
        ("\n\n[endpoints]\ntoken = '/token'", 6, format!("endpoints.token: {URL}")),
        ("[endpoints]\nresource = 'http://h/#x'", 4, format!("endpoints.resource: {URL}")),
        ("authentication = 'basic'", 3, METHOD.to_owned()),
        ("authentication = 'none'", 2, PUBLIC.to_owned()),
        ("redirect_uri = '/callback'", 3, format!("redirect_uri: {URL}")),
        ("redirect_uri = 'http://ann:SEEKRIT@h/cb'", 3, format!("redirect_uri: {USER}")),
        ("issuer = 'http://ann:SEEKRIT@h'", 3, format!("issuer: {USER}")),
        ("resource = 'http://ann:SEEKRIT@h/r'", 3, format!("resource: {USER}")),
        ("[endpoints]\ntoken = 'http://:SEEKRIT@h/t'", 4, format!("endpoints.token: {USER}")),
        ("redirect_uri = 'http://h/login?a'", 3, PAGE.to_owned()),
    ] {
        let error = Config::parse("f", &format!("{HEAD}{tail}\n")).expect_err(tail).to_string();
        assert_eq!(error, format!("f:{line}: {expected}"), "{tail}");
    }
    for (text, expected) in [
        (
            "",
            "f: client_secret: is missing; add it, or set authentication = \"none\" for a public client"
                .to_owned(),
        ),
        (
            "client_secret = 's'",
            "f: client_id: is missing; add the id that the server knows this client by".to_owned(),
        ),
        ("client_id = ''\nclient_secret = 's'", format!("f:1: client_id: {NAME}")),
        (
            "client_id = 'c'\nclient_secret = \"SEEKRIT\\u00e9\"",
            format!("f:2: client_secret: {NAME}").replace("A.1", "A.2"),
        ),
        (
            "client_id = 'c'\nclient_secret = 5551234",
            "f:2: client_secret: has to be text, in quotation marks".to_owned(),
        ),
    ] {
        let error = Config::parse("f", text).expect_err(text).to_string();
        assert_eq!(error, expected, "{text}");
    }
}

const ONE: &str =
    "[[server]]\nname = 'one'\nclient_id = 'c1'\nauthentication = 'none'\nresource = 'http://h/api'\n";

#[test]
fn several_servers_are_read_in_order_each_with_its_own_entries() {
    let text = format!(
        "{ONE}issuer = 'http://h/1'\n[server.endpoints]\ntoken = 'http://h/t'\n\
         [[server]]\nname = 'two'\nclient_id = 'c2'\nclient_secret = 's2'\nissuer = 'http://h/2'\n"
    );
    let config = Config::parse("f", &text).expect("it is complete");
    let read: Vec<_> = config
        .servers
        .iter()
        .map(|server| (server.name.as_str(), server.client_id.as_str(), server.endpoints.token.as_deref()))
        .collect();
    assert_eq!(read, [("one", "c1", Some("http://h/t")), ("two", "c2", None)]);
    let uris: Vec<String> =
        config.servers.iter().map(|server| server.settings("http://h:1").redirect_uri).collect();
    assert_eq!(
        (config.servers[0].issuer.as_str(), config.servers[1].issuer.as_str()),
        ("http://h/1", "http://h/2")
    );
    assert_eq!(uris, ["http://h:1/callback/one", "http://h:1/callback/two"]);
}

#[test]
fn a_resource_stands_for_the_issuer_that_it_will_name() {
    let read = |text: &str| Config::parse("f", &format!("client_id = 'c'\nauthentication = 'none'\n{text}"));
    let server = |text: &str| read(text).expect("it is complete").servers.remove(0);
    assert_eq!(server("resource = 'http://h/api?x'").issuer, "");
    assert_eq!(server("resource = 'http://h/api'\nissuer = 'http://h'").issuer, "http://h");
    let settings = server("resource = 'http://h/api'").settings("http://localhost:1");
    assert_eq!(
        (settings.resource.as_deref(), settings.endpoints.resource.as_str()),
        (Some("http://h/api"), "http://h/api")
    );
    let other = server("resource = 'http://h/api'\nendpoints.resource = 'http://h/api/me'");
    assert_eq!(other.settings("http://localhost:1").endpoints.resource, "http://h/api/me");
}

#[test]
fn errors_of_several_servers_name_the_one_that_is_wrong() {
    const NAME: &str = "server.name: has to be letters, digits, hyphens and underscores, at least one";
    for (text, expected) in [
        (
            "client_id = 'c'\n[[server]]\nname = 'one'".to_owned(),
            "f:1: client_id: does not go beside [[server]]; move it into each [[server]]".to_owned(),
        ),
        (
            "name = 'one'\nclient_id = 'c'\nclient_secret = 's'".to_owned(),
            "f:1: name: goes with [[server]] only; leave it out where there is one server".to_owned(),
        ),
        ("server = []".to_owned(), "f:1: server: has to have at least one server".to_owned()),
        (ONE.replace("'one'", "'a/b'"), format!("f:2: {NAME}")),
        (ONE.replace("'one'", "''"), format!("f:2: {NAME}")),
        (
            ONE.replace("resource", "#"),
            "f:1: server.issuer: is missing; add it, or the resource that says which server to ask".to_owned(),
        ),
        (
            format!("{ONE}[[server]]\nclient_id = 'c'\nclient_secret = 's'"),
            "f:6: server.name: is missing; add the word that /login?server=NAME has for it".to_owned(),
        ),
        (
            format!("{ONE}[[server]]\nname = 'two'\nclient_id = 'c'\nissuer = 'http://h/2'"),
            "f:6: server.client_secret: is missing; add it, or set authentication = \"none\" for a public client"
                .to_owned(),
        ),
        (
            format!("{ONE}[[server.server]]\nname = 'two'"),
            "f:6: server.server: does not go inside a [[server]]".to_owned(),
        ),
    ] {
        assert_eq!(Config::parse("f", &text).expect_err(&text).to_string(), expected, "{text}");
    }
}

#[test]
fn errors_of_the_toml_reader_name_line_and_field_and_no_secret() {
    for (text, expected) in [
        ("client_id = 'c'\nclient_secert = 'SEEKRIT'", "f:2: an unknown key; did you mean client_secret?"),
        (
            "client_id = 'c'\nclient_secret = 'SEEKRIT",
            "f:2: client_secret: needs a quotation mark at its beginning and at its end",
        ),
        ("client_id = 'c'\nclient_secret = SEEKRIT", "f:2: client_secret: has to stand in quotation marks"),
        ("client_id = 5", "f:1: client_id: has to be text, in quotation marks"),
        ("pkce = 'yes'", "f:1: pkce: has to be true or false, without quotation marks"),
        ("[endpoint]\ntoken = 'x'", "f:1: an unknown key; did you mean endpoints?"),
        (
            "client_secret = 'SEEKRIT'\nclient_secret = 'SEEKRIT'",
            "f:2: client_secret: stands there twice; leave one of the two out",
        ),
    ] {
        assert_eq!(Config::parse("f", text).expect_err(text).to_string(), expected, "{text}");
    }
}

#[test]
fn a_configuration_does_not_print_its_secret() {
    assert!(!format!("{:?}", Config::built_in()).contains("client_secret_1"));
    assert!(!format!("{:?}", Registration::built_in()).contains("client_secret_1"));
}
