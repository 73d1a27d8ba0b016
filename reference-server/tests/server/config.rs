//! What a configuration file may say, and what is said of one that is wrong.

use oauth_configuration::{ClientId, ClientSecret, EndpointUrl, IssuerUrl, RedirectUri, ScopeText};
use oauth_core::directory::Authentication;
use oauth_core::policy::{ExcessScope, Lifetime, PkceNeed, Policy, WrongVerifier};
use oauth_core::secret::Digest;
use oauth_core::text::{self, is_resource_uri, is_vschar, scope_values};
use oauth_reference_server::{BUILT_IN, Config, Options, ServeError, serve};
use proptest::prelude::*;
use tokio::net::TcpListener;

const CLIENT: &str =
    "[[client]]\nid = 'c'\nsecret = 's'\nscope = 'a'\nredirect_uris = ['https://c.example/']\n";

#[test]
fn the_built_in_data_are_a_file_like_any_other() {
    let config = Config::parse("default.toml", BUILT_IN).expect("the shipped file is good");
    let directory = config.directory("http://127.0.0.1:9000").expect("a directory");
    assert_eq!(directory.users, ["id001", "id002"]);
    let ids: Vec<&str> = directory.clients.iter().map(|entry| entry.id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "client_1",
            "client_2",
            "public_1",
            "client_3",
            "resource_1",
            "resource_2",
            "public_2",
            "service_1",
            "client_4",
            "client_5"
        ]
    );
    let odd = directory.find_client("client_3").expect("registered");
    assert_eq!(odd.client.authentication, Authentication::Post);
    assert_eq!(odd.client.secret, Some(Digest::of("a b%+:&c")));
    let refreshing = directory.clients.iter().filter(|entry| entry.client.refresh_grant);
    let ids: Vec<&str> = refreshing.map(|entry| entry.id.as_str()).collect();
    assert_eq!(ids, ["client_2", "public_1"]);
    assert_eq!(config.policy(Policy::RFC9700), Policy::RFC9700, "nothing but users and clients is said");
}

#[test]
fn what_is_wrong_is_said_with_its_place_and_its_fix() {
    let hash = "[[user]]\nname = 'u'\npassword_hash = ";
    let texts = [
        "x",
        "[[usr]]\nname = 'u'",
        "[[user]]\nname = 'u'",
        "[[user]]\npassword = 'p'",
        "[[user]]\nname = 'u'\npassword = 12345",
        "[[user]]\nname = 'u'\npassword = ''",
        "[[user]]\nname = ''\npassword = 'p'",
        "[[user]]\nname = 'u'\npassword = 'p'\npassword_hash = 'q'",
        "[[user]]\nname = 'u'\npassword = 'p'\n[[user]]\nname = 'u'\npassword = 'q'",
        &format!("{hash}'hunter2'"),
        "[[client]]\nid = 'c'",
        "[[client]]\nid = 'c'\nsecret = [1]",
        "[[client]]\nid = ''\nsecret = 's'\nscope = 'a'\nredirect_uris = ['https://c.example/']",
        "[[client]]\nid = 'c'\nscope = 'a'\nredirect_uris = ['https://c.example/']",
        "[[client]]\nid = 'c'\nsecret = 's'\nscope = ''\nredirect_uris = ['https://c.example/']",
        "[[client]]\nid = 'c'\nsecret = 's'\nscope = 'a'\nredirect_uris = []",
        "[[client]]\nid = 'c'\nsecret = 's'\nscope = 'a'\nredirect_uris = [\n'https://c.example/',\n'/cb']",
        "[[client]]\nid = 'c'\nsecret_digest = 'abc'\nscope = 'a'\nredirect_uris = ['https://c.example/']",
        &format!("{CLIENT}secret_digest = '{}'", "0".repeat(64)),
        "[[client]]\nid = 'c'\nauthentication = 'basic'\nscope = 'a'\nredirect_uris = ['https://c.example/']",
        "[[client]]\nid = 'c'\nauthentication = 'none'\nsecret = 's'\nscope = 'a'\nredirect_uris = ['https://c.example/']",
        &format!("{CLIENT}{CLIENT}"),
        "issuer = 'https://as.example/'",
        "issuer = 'as.example'",
        "resource_scope = 'a  b'",
        "[lifetimes]\ncode = 601",
        "[lifetimes]\naccess_token = 0",
        "[lifetimes]\nsession = '8h'",
        "[lifetimes]\nask = -1",
        "[lifetimes]\nrefresh_token = 0",
        "[lifetimes]\nrefresh_grace = 61",
        "[lifetimes]\nrefresh_grace = -1",
        "[lifetimes]\nrefresh = 60",
        &format!("{CLIENT}refresh_tokens = 'yes'"),
        "[policy]\npkce = 'always'",
        "[policy]\nplain = 'no'",
        "[policy]\nregistration = 'yes'",
        "[policy]\ndpop_nonce = 1",
        "[policy]\nrequire_pushed_authorization_requests = 'all'",
        "[lifetimes]\npushed_request = 0",
        "[[resource]]\npath = '/api/me'",
        "[[resource]]\npath = 'api'\nscope = 'a'",
        "[[resource]]\npath = '/token'\nscope = 'a'",
        "[[resource]]\npath = '/api/a'\nscope = 'a'\n[[resource]]\npath = '/api/a'\nscope = 'b'",
        &format!("{CLIENT}resource_server = ['/api/none']"),
        &format!("{CLIENT}client_credentials = 1"),
        &format!("{CLIENT}dpop_bound_access_tokens = 1"),
    ];
    let said: Vec<String> = texts
        .iter()
        .map(|text| match Config::parse("server.toml", text) {
            Ok(_) => format!("taken: {text}"),
            Err(error) => error.to_string(),
        })
        .collect();
    insta::assert_snapshot!(said.join("\n"));
    for secret in ["hunter2", "12345"] {
        assert!(!said.join("\n").contains(secret));
    }
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error =
        Config::read(std::path::Path::new("no/such/server.toml")).expect_err("there is none").to_string();
    assert!(error.starts_with("no/such/server.toml: cannot be read"), "{error}");
}

#[test]
fn lifetimes_and_policy_go_over_the_profile() {
    let text = "[lifetimes]\ncode = 1\nask = 2\naccess_token = 3\nsession = 4\n\
                refresh_token = 5\nrefresh_grace = 6\n[policy]\npkce = 'every_client'\n\
                plain = true\nwrong_verifier = 'burns_code'\nexcess_scope = 'narrowed'\n";
    let config = Config::parse("server.toml", text).expect("a good file");
    let expected = Policy {
        pkce: PkceNeed::EveryClient,
        plain: true,
        wrong_verifier: WrongVerifier::BurnsCode,
        excess_scope: ExcessScope::Narrowed,
        ask_lifetime: Lifetime(2),
        code_lifetime: Lifetime(1),
        access_token_lifetime: Lifetime(3),
        session_lifetime: Lifetime(4),
        refresh_lifetime: Lifetime(5),
        refresh_grace: Lifetime(6),
        ..Policy::RFC9700
    };
    assert_eq!(config.policy(Policy::RFC9700), expected);
}

#[test]
fn a_grace_is_none_to_a_minute() {
    for seconds in [0, 1, 60] {
        let text = format!("[lifetimes]\nrefresh_grace = {seconds}\n");
        let config = Config::parse("server.toml", &text).expect("a good file");
        assert_eq!(config.policy(Policy::RFC9700).refresh_grace, Lifetime(seconds));
    }
}

#[test]
fn a_client_gets_refresh_tokens_only_if_the_file_says_so() {
    for (line, expected) in
        [("", false), ("refresh_tokens = false\n", false), ("refresh_tokens = true\n", true)]
    {
        let config = Config::parse("server.toml", &format!("{CLIENT}{line}")).expect("a good file");
        let directory = config.directory("https://as.example").expect("a directory");
        assert_eq!(directory.clients[0].client.refresh_grant, expected, "{line:?}");
    }
}

#[test]
fn a_secret_and_its_digest_are_the_same_client() {
    let digest = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";
    let text = CLIENT.replace("secret = 's'", &format!("secret_digest = '{digest}'"));
    let config = Config::parse("server.toml", &text).expect("a good file");
    let directory = config.directory("https://as.example").expect("a directory");
    assert_eq!(directory.clients[0].client.secret, Some(Digest::of("foo")));
    assert!(config.loopback_only().is_none());
}

async fn start(listen: &str, text: &str) -> Result<String, ServeError> {
    let listener = TcpListener::bind(listen).await.expect("a free port");
    let config = Config::parse("server.toml", text).expect("a good file");
    serve(listener, config, Options::default()).await.map(|server| server.issuer().to_owned())
}

#[tokio::test]
async fn plain_secrets_stay_on_loopback() {
    let refused = start("0.0.0.0:0", &format!("issuer = 'https://as.example'\n{CLIENT}")).await;
    assert_eq!(
        refused.expect_err("plain").to_string(),
        "server.toml:4: client.secret: is taken on a loopback address only; write its SHA-256 in hex in secret_digest, \
         or listen on 127.0.0.1"
    );
    assert!(start("127.0.0.1:0", CLIENT).await.is_ok());
    let built_in = TcpListener::bind("0.0.0.0:0").await.expect("a free port");
    let refused = serve(built_in, Config::built_in(), Options::default()).await;
    assert!(refused.expect_err("plain").to_string().contains("--config"));
}

#[tokio::test]
async fn an_address_that_others_reach_needs_an_issuer() {
    let refused = start("0.0.0.0:0", "").await.expect_err("no issuer").to_string();
    assert!(refused.starts_with("issuer is missing: 0.0.0.0:"), "{refused}");
    let issuer = start("0.0.0.0:0", "issuer = 'https://as.example'").await.expect("it starts");
    assert_eq!(issuer, "https://as.example");
    let issuer = start("127.0.0.1:0", "").await.expect("it starts");
    assert!(issuer.starts_with("http://127.0.0.1:"), "{issuer}");
}

/// Texts near to those that have a form, and any others.
fn near() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "(https?|HTTP|ftp|app|com[.]x|1a)?:?/{0,3}(u@)?(h[.]example|localhost|127[.]1|\\[::1\\]|)(:[0-9]{0,6})?[/?#%a\\\\ \u{e9}\"|]{0,6}",
        "[a-c!\"\\\\ \t\u{7f}\u{e9}]{0,6}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_a_configuration_takes_the_logic_takes(text in near()) {
        let uri = text::RedirectUri::parse(&text).is_some();
        prop_assert!(uri || RedirectUri::try_from(text.clone()).is_err());
        prop_assert!(is_resource_uri(&text) || EndpointUrl::try_from(text.clone()).is_err());
        prop_assert!(is_resource_uri(&text) || IssuerUrl::try_from(text.clone()).is_err());
        prop_assert_eq!(scope_values(&text).is_some(), ScopeText::try_from(text.clone()).is_ok());
        let named = is_vschar(&text) && !text.is_empty();
        prop_assert_eq!(named, ClientId::try_from(text.clone()).is_ok());
        prop_assert_eq!(named, ClientSecret::try_from(text).is_ok());
    }
}

#[test]
fn redirect_uris_of_every_kind_are_taken() {
    let taken = ["http://127.0.0.1:1/cb", "https://h?a", "com.example.app:/cb", "http://[::1]/"];
    for uri in taken {
        let text = CLIENT.replace("https://c.example/", uri);
        assert!(Config::parse("server.toml", &text).is_ok(), "{uri}");
    }
}
