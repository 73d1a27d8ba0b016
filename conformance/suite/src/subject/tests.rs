//! What is said about a target file that cannot be used.

use super::file::{Flags, read_text};
use super::{Account, ClientAuthentication, ClientRole, Place, Secret, shown};

const GOOD: &str = r#"
issuer = "http://127.0.0.1:9000"
extra_parameters = { prompt = "consent" }
code_lifetime = 60
[endpoints]
resource = "http://127.0.0.1:9000/api/me"
[client]
id = "client_1"
secret = "s3cret-value"
redirect_uri = "http://localhost:8000/callback"
scope = "profile"
second_scope = "email"
[public_client]
id = "public_1"
redirect_uri = "http://127.0.0.1/callback"
[service_client]
id = "service_1"
secret = "s3rvice-value"
redirect_uri = "http://localhost:8004/callback"
[resource_client]
id = "resource_1"
secret_env = "PASSWORD"
[second_resource]
url = "http://127.0.0.1:9000/api/notes"
[user]
name = "id001"
password_env = "PASSWORD"
[[login.form]]
has = "password"
fill = { user_id = "$user", password = "$password" }
[without]
second_user = "the server has one account"
"#;

fn environment(name: &str) -> Option<String> {
    match name {
        "PASSWORD" => Some("from the environment".into()),
        "EMPTY" => Some(String::new()),
        _ => None,
    }
}

#[test]
fn a_target_file_is_read() {
    let target = read_text("t.toml", GOOD, &environment).expect("the file is good");
    assert_eq!(target.name, "http://127.0.0.1:9000");
    assert_eq!(target.extra_parameters, [("prompt".to_owned(), "consent".to_owned())]);
    let client = &target.clients[&ClientRole::First];
    assert_eq!(client.authentication, ClientAuthentication::ClientSecretBasic);
    assert_eq!(client.scopes(), ["profile", "email"]);
    assert!(target.clients[&ClientRole::Public].is_public());
    assert_eq!(target.users[&Account::First].password.expose(), "from the environment");
    assert_eq!(target.without["second_user"], "the server has one account");
    assert_eq!(target.forms.len(), 1);
    let server = &target.others[&ClientRole::Resource];
    assert_eq!(server.secret.as_ref().map(Secret::expose), Some("from the environment"));
    assert_eq!(server.authentication, ClientAuthentication::ClientSecretBasic);
    assert_eq!(target.resource().map(|resource| resource.identifier), target.endpoints.resource);
    let second = target.second_resource.as_ref().expect("the file names it");
    assert_eq!(second.identifier, second.url);
    let ids: Vec<&str> = target.registered().map(|client| client.id.as_str()).collect();
    assert_eq!(ids, ["client_1", "public_1", "service_1", "resource_1"]);
}

#[test]
fn a_client_for_bound_tokens_stands_apart_from_the_others() {
    let more = "[dpop_client]\nid = \"c4\"\nsecret = \"s4\"\nredirect_uri = \"http://localhost:8004/cb\"\n";
    let text = format!("dpop = true\nregistration_token_env = \"PASSWORD\"\n{GOOD}{more}");
    let target = read_text("t.toml", &text, &environment).expect("the file is good");
    assert!(target.claims_dpop());
    assert_eq!(target.registration_token.as_ref().map(Secret::expose), Some("from the environment"));
    assert!(target.clients.values().all(|client| client.id != "c4"));
    assert!(target.registered().any(|client| client.role == ClientRole::Dpop && client.id == "c4"));
}

#[test]
fn an_error_names_the_file_the_line_the_field_and_the_fix() {
    #[rustfmt::skip]
    let table = [
        // (what is replaced, by what, what is said)
        ("issuer = \"http", "isuer = \"http", "t.toml:2: an unknown key; did you mean issuer?"),
        ("issuer = \"http", "s3cret-value = \"http", "t.toml:2: an unknown key; known are name, issuer, extra_parameters, "),
        ("scope = \"profile\"", "scopes = \"profile\"", "t.toml:11: client: an unknown key; did you mean scope?"),
        ("\"http://127.0.0.1:9000\"\n", "\"127.0.0.1\"\n", "t.toml:2: issuer: has to be an http or https URL without query and fragment (RFC 8414 2), "),
        ("\"http://127.0.0.1:9000/api/me\"", "\"ftp://127.0.0.1/me\"", "t.toml:6: endpoints.resource: has to be an http or https URL without fragment; "),
        ("secret = \"s3cret-value\"\n", "", "t.toml:7: client: is the confidential client and has no secret; add secret or secret_env, or name it [public_client]"),
        ("secret = \"s3cret-value\"\n", "authentication = \"client_secret_post\"\n", "t.toml:7: client.secret: is missing; add it or secret_env, or set authentication = \"none\""),
        ("secret = \"s3cret-value\"", "secret_env = \"s3cret-value\"", "t.toml:9: client.secret_env: names an environment variable that is not set; set it, or write secret"),
        ("secret = \"s3cret-value\"", "secret_env = \"EMPTY\"", "t.toml:9: client.secret_env: names an environment variable that is not set; set it, or write secret"),
        ("secret = \"s3cret-value\"", "secret = \"s3cret-value\"\nsecret_env = \"PASSWORD\"", "t.toml:10: client.secret_env: stands beside secret; leave one of the two out"),
        ("secret = \"s3cret-value\"", "secret = \"\"", "t.toml:9: client.secret: is empty; write it between the quotation marks"),
        ("secret = \"s3cret-value\"", "secret = \"s3cret-value\"\nauthentication = \"basic\"", "t.toml:10: client.authentication: has to be \"client_secret_basic\", \"client_secret_post\" or \"none\""),
        ("secret = \"s3cret-value\"", "secret = \"s3cret-value\"\nauthentication = \"none\"", "t.toml:10: client.authentication: is \"none\" beside a secret; leave one of the two out"),
        ("secret = \"s3cret-value\"", "secret = 47114711", "t.toml:9: client.secret: has to be text, in quotation marks"),
        ("id = \"public_1\"", "id = \"public_1\"\nsecret = \"s3cret-value\"", "t.toml:13: public_client: has a secret; name it [client], or drop the secret"),
        ("\"http://localhost:8000/callback\"", "\"/callback\"", "t.toml:10: client.redirect_uri: has to be an absolute URI without fragment (RFC 6749 3.1.2), "),
        ("secret_env = \"PASSWORD\"", "", "t.toml:20: resource_client: may introspect tokens and has no secret; add secret or secret_env"),
        ("\"http://127.0.0.1:9000/api/notes\"", "\"/api/notes\"", "t.toml:24: second_resource.url: has to be an http or https URL without fragment; "),
        ("password_env = \"PASSWORD\"", "", "t.toml:25: user.password: is missing; add it, or password_env"),
        ("second_user = ", "second_usr = ", "t.toml:32: without: an unknown key; did you mean second_user?"),
        ("second_user = ", "s3cret-value = ", "t.toml:32: without: an unknown key; known are user, second_user, "),
        ("code_lifetime = 60", "code_lifetime = -1", "t.toml:4: code_lifetime: has to be a whole number of seconds, 0 to 4294967295, without quotation marks"),
        ("{ prompt = \"consent\" }", "{ s3cret-value = 47114711 }", "t.toml:3: extra_parameters: has to be text, in quotation marks"),
        ("issuer = \"http://127.0.0.1:9000\"", "", "t.toml:5: endpoints.authorization: is missing; add it, or give issuer so that it is discovered"),
        ("[client]", "[client", "t.toml:7: client: "),
        ("[client]", "[[client]]", "t.toml:7: client: is a list where one table has to be: write [client] once, in single brackets"),
        ("secret = \"s3cret-value\"", "secret = s3cret-value", "t.toml:9: client.secret: has to stand in quotation marks"),
        ("id = \"client_1\"", "id = \"\"", "t.toml:8: client.id: is empty; write it between the quotation marks"),
        ("name = \"id001\"", "name = \"\"", "t.toml:26: user.name: is empty; write it between the quotation marks"),
        ("code_lifetime = 60", "code_lifetime = 9999999999", "t.toml:4: code_lifetime: has to be a whole number of seconds, 0 to 4294967295, without"),
        ("\"$user\"", "\"$usr\"", "t.toml:30: login.form.fill: has a value that begins with $ and is neither $user nor $password; write one of these"),
        ("\"http://localhost:8000/callback\"", "\"javascript:s3cret-value\"", "t.toml:10: client.redirect_uri: leads to no client: "),
        ("\"http://localhost:8000/callback\"", "\"data:,s3cret-value\"", "t.toml:10: client.redirect_uri: leads to no client: "),
        ("[without]", "[clock]\nadvance = \"http://127.0.0.1:9000/clock?key=s3cret-value\"\n[without]", "t.toml:32: clock.advance: has a query; leave it out, the seconds are sent in a form"),
        ("[without]", "[clock]\nadvance = \"/clock\"\n[without]", "t.toml:32: clock.advance: has to be an http or https URL without fragment; "),
    ];
    for (old, new, expected) in table {
        let text = GOOD.replacen(old, new, 1);
        let said = read_text("t.toml", &text, &environment).expect_err("the file is bad").to_string();
        assert!(said.starts_with(expected), "{old:?} -> {new:?}\n said: {said}\nnot: {expected}");
        assert!(!said.contains("s3cret-value") && !said.contains("4711"), "a secret is in: {said}");
    }
}

#[test]
fn no_url_of_a_target_has_a_user_or_a_fragment() {
    let more = "origins = [\"https://login.example\"]\nresource_identifier = \"https://api.example/v1\"\n[endpoints]\n\
                token = \"http://127.0.0.1:9000/token\"";
    let second = "[second_resource]\nidentifier = \"https://api.example/v2\"";
    let text = GOOD.replace("[endpoints]", more).replace("[second_resource]", second);
    read_text("t.toml", &text, &environment).expect("the file is good");
    let mut urls = 0;
    for (at, line) in text.lines().enumerate() {
        let Some((key, rest)) = line.split_once(" = ").filter(|(_, rest)| rest.contains("://")) else {
            continue;
        };
        let host = rest.find("://").expect("it was there") + 3;
        let with_user = format!("{key} = {}ann:s3cret-value@{}", &rest[..host], &rest[host..]);
        let end = rest.rfind('"').expect("it is a text");
        let with_fragment = format!("{key} = {}#s3cret-value{}", &rest[..end], &rest[end..]);
        for (spoilt, expected) in
            [(with_user, "has a user name or a password before an @"), (with_fragment, "without")]
        {
            let mut lines: Vec<&str> = text.lines().collect();
            lines[at] = &spoilt;
            let said = read_text("t.toml", &lines.join("\n"), &environment).expect_err(&spoilt).to_string();
            let field = format!("t.toml:{}: ", at + 1);
            assert!(said.starts_with(&field) && said.contains(&format!("{key}: ")), "{spoilt}: {said}");
            assert!(
                said.contains(expected) && said.contains("fragment") != (expected != "without"),
                "{spoilt}: {said}"
            );
            assert!(!said.contains("s3cret-value") && !said.contains("ann"), "{said}");
        }
        urls += 1;
    }
    assert_eq!(urls, 10, "each place for a URL was tried");
    let queried = GOOD.replacen("\"http://127.0.0.1:9000\"", "\"http://127.0.0.1:9000?key=s3cret-value\"", 1);
    let said = read_text("t.toml", &queried, &environment).expect_err("an issuer has no query").to_string();
    assert!(said.starts_with("t.toml:2: issuer: has to be an http or https URL without query"), "{said}");
    assert!(!said.contains("s3cret"), "{said}");
}

#[test]
fn a_file_without_any_client_says_so() {
    let said = read_text("t.toml", "issuer = \"http://h\"", &environment).expect_err("no client").to_string();
    assert_eq!(
        said,
        "t.toml: client: is missing; add it with id, secret and redirect_uri, or [public_client]"
    );
}

#[test]
fn flags_make_a_target_or_name_what_is_missing() {
    let flags = Flags {
        issuer: "http://h".into(),
        client_id: Some("c".into()),
        redirect_uri: Some("http://h/cb".into()),
        ..Flags::default()
    };
    let target = flags.clone().target().expect("the flags are enough");
    assert!(target.clients[&ClientRole::Public].is_public());
    let said = |flags: Flags| flags.target().expect_err("a flag is missing").to_string();
    let missing = |flag: &str| {
        format!("the command line: {flag}: is missing beside --issuer; give it, or a --target file")
    };
    assert_eq!(said(Flags { client_id: None, ..flags.clone() }), missing("--client-id"));
    assert_eq!(said(Flags { redirect_uri: None, ..flags.clone() }), missing("--redirect-uri"));
    assert_eq!(said(Flags { user: Some("u".into()), ..flags.clone() }), missing("--password-env"));
    assert_eq!(said(Flags { password_env: Some("P".into()), ..flags.clone() }), missing("--user"));
    let wrong = said(Flags { issuer: "h".into(), ..flags.clone() });
    assert!(wrong.starts_with("the command line: --issuer: has to be an http or https URL"), "{wrong}");
    let unset = said(Flags { client_secret_env: Some("NO_SUCH=VARIABLE".into()), ..flags });
    assert_eq!(
        unset,
        "the command line: --client-secret-env: names an environment variable that is not set; set it"
    );
}

#[test]
fn a_place_is_what_the_connection_makes_of_a_url() {
    let text = GOOD.replace(
        "[endpoints]",
        "origins = [\"https://login.example\"]\nresource_identifier = \"https://api.example/v1\"\n[endpoints]\n\
         token = \"http://127.0.0.1:9001/token\"",
    );
    let target = read_text("t.toml", &text, &environment).expect("the file is good");
    #[rustfmt::skip]
    let table = [
        ("http://127.0.0.1:9000/login?x=1#y", Place::Own),
        ("HTTP://0x7f.1:9000", Place::Own),
        ("http://ann:pw@127.0.0.1:9000/", Place::Own),
        ("https://LOGIN.example:443/", Place::Own),
        ("https://login.example.:443/", Place::Foreign),
        ("http://login.example/", Place::Foreign),
        ("https://127.0.0.1:9000/", Place::Foreign),
        ("http://127.0.0.1:9000@evil.example/", Place::Foreign),
        ("http://127.0.0.1:9001/elsewhere", Place::Named),
        ("https://api.example/.well-known/oauth-protected-resource/v1", Place::Named),
        ("http://localhost:8000/callback?code=1", Place::Callback),
        ("http://127.0.0.1:1/callback", Place::Callback),
        ("http://127.0.0.1:9000/callback", Place::Callback),
        ("http://127.0.0.1:8000/callbacks", Place::Foreign),
        ("http://127.0.0.1:9000/c%61llback", Place::LikeCallback),
        ("http://127.0.0.1:9000//callback", Place::LikeCallback),
        ("http://[::1]:9001/callback", Place::LikeCallback),
        ("http://[::]:9001/callback", Place::LikeCallback),
        ("https://a.localhost.:8000/callback", Place::LikeCallback),
        ("http://localhost:8000/Callback", Place::Foreign),
        ("file:///etc/passwd", Place::Nowhere),
        ("ftp://127.0.0.1:9000/", Place::Nowhere),
        ("/login", Place::Nowhere),
        ("", Place::Nowhere),
    ];
    for (url, expected) in table {
        assert_eq!(target.place(url), expected, "{url}");
    }
}

#[test]
fn a_url_is_shown_without_secrets_and_without_what_moves_a_terminal() {
    let table = [
        ("http://ann:pw@h.example/a/b?code=1#t", "http://h.example/a/b"),
        ("http://h.example/\u{1b}[2J\u{202e}", "http://h.example/%1B[2J%E2%80%AE"),
        ("com.example:/cb?code=1", "com.example:/cb"),
        ("javascript:alert(\u{9b})", "javascript:alert(%C2%9B)"),
        ("no\u{1b}URL\u{202e}", "\"no\\u{1b}URL\\u{202e}\""),
    ];
    for (url, expected) in table {
        assert_eq!(shown(url), expected, "{url:?}");
    }
    assert_eq!(shown(&format!("http://h.example/{}", "a".repeat(9999))).len(), 200);
}
