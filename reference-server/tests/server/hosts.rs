//! Two servers on one store, which know their clients, users, scope values and resources in other orders: what one of them
//! wrote means the same to the other, and never another one's.

use std::sync::Arc;

use oauth_core::form::encode_pairs;
use oauth_reference_server::store::Store;
use oauth_reference_server::{Config, ManualClock, Options, serve_from};
use tokio::net::TcpListener;

use crate::peer::{Answer, Peer};

const HEAD: &str = "issuer = 'https://as.example'\n[policy]\nregistration = true\n";

const ME: &str = "[[resource]]\npath = '/api/me'\nscope = 'profile'\n";
const NOTES: &str = "[[resource]]\npath = '/api/notes'\nscope = 'notes'\n";
const ALICE: &str = "[[user]]\nname = 'id001'\npassword = 'mypassword'\n";
const BOB: &str = "[[user]]\nname = 'id002'\npassword = 'otherpassword'\n";
const ONE: &str =
    "[[client]]\nid = 'one'\nsecret = 'same'\nscope = 'profile'\nredirect_uris = ['https://c.example/cb']\n";
const TWO: &str = "[[client]]\nid = 'two'\nsecret = 'same'\nscope = 'notes profile'\nredirect_uris = ['https://c.example/cb']\n";
const THREE: &str =
    "[[client]]\nid = 'three'\nsecret = 'same'\nscope = 'notes'\nredirect_uris = ['https://c.example/cb']\n";

const HERE: &[&str] = &[HEAD, ME, NOTES, ALICE, BOB, ONE, TWO, THREE];
/// Number 0 here is number 2 there, and so on, for everything that has a number.
const THERE: &[&str] = &[HEAD, NOTES, ME, BOB, ALICE, THREE, TWO, ONE];
/// Without client `one`; its number is another's.
const WITHOUT_ONE: &[&str] = &[HEAD, NOTES, ME, BOB, ALICE, THREE, TWO];
/// Without user `id001`; her number is another's.
const WITHOUT_ALICE: &[&str] = &[HEAD, ME, NOTES, BOB, ONE, TWO, THREE];

async fn host<S: Store>(store: &Arc<S>, config: &[&str]) -> Peer {
    let clock = ManualClock::default();
    let options = Options { clock: Arc::new(clock.clone()), ..Options::default() };
    let config = Config::parse("test", &config.concat()).expect("a good file");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free loopback port");
    let server = serve_from(listener, config, options, Arc::clone(store)).await.expect("the server starts");
    Peer::of(server, clock)
}

/// The user `id001` logs in and consents; the code.
async fn code_for(peer: &mut Peer, client: &str) -> String {
    let resource = "https://as.example/api/me";
    let request =
        [("response_type", "code"), ("client_id", client), ("scope", "profile"), ("resource", resource)];
    let callback = peer.authorize(&request).await;
    callback.redirected("code").unwrap_or_else(|| panic!("no code: {callback:?}"))
}

async fn redeem(peer: &Peer, client: &str, code: &str) -> Answer {
    let form = [("grant_type", "authorization_code"), ("code", code), ("client_id", client)];
    peer.token(Some(basic(client)), &form).await
}

/// The id with the secret `same`, in base64.
fn basic(client: &str) -> &'static str {
    match client {
        "one" => "Basic b25lOnNhbWU=",
        "two" => "Basic dHdvOnNhbWU=",
        _ => "Basic dGhyZWU6c2FtZQ==",
    }
}

/// A code of one host is redeemed at the other by the client that it was issued to, for the user who consented, with the
/// scope and for the resource that were asked; and by no other client.
pub(crate) async fn redeem_at_another<S: Store>(store: Arc<S>) {
    let (mut here, there) = (host(&store, HERE).await, host(&store, THERE).await);
    for client in ["one", "two"] {
        let code = code_for(&mut here, client).await;
        for other in ["one", "two", "three"].into_iter().filter(|other| *other != client) {
            let refused = redeem(&there, other, &code).await;
            assert_eq!((refused.status, refused.json("error").as_str()), (400, "invalid_grant"), "{other}");
        }
        let granted = redeem(&there, client, &code).await;
        assert_eq!(granted.status, 200, "{granted:?}");
        let token = granted.json("access_token");
        for peer in [&here, &there] {
            let served = peer.resource(&token).await;
            assert_eq!(served.status, 200, "{served:?}");
            let said = (served.json("user_id"), served.json("client_id"), served.json("scope"));
            assert_eq!(said, ("id001".to_owned(), client.to_owned(), "profile".to_owned()), "{served:?}");
            let other = peer.read_with("/api/notes", &token).await;
            assert_eq!(other.status, 401, "the token is for /api/me: {other:?}");
        }
    }
}

/// The cookie of a login is good at the other host, where it is the same user's.
pub(crate) async fn stay_logged_in_at_another<S: Store>(store: Arc<S>) {
    let (mut here, mut there) = (host(&store, HERE).await, host(&store, THERE).await);
    code_for(&mut here, "one").await;
    there.cookies.clone_from(&here.cookies);
    let request = encode_pairs(&[("response_type", "code"), ("client_id", "two"), ("scope", "profile")]);
    let page = there.read(&format!("/authorize?{request}")).await;
    assert_eq!(page.status, 200, "no login is needed: {page:?}");
    assert!(page.body.contains("id001") && !page.body.contains("id002"), "{page:?}");

    // The page of one host is answered at the other.
    let callback = here.post("/authorize", &[("ask", &page.field("ask")), ("confirm", "yes")]).await;
    let code = callback.redirected("code").unwrap_or_else(|| panic!("no code: {callback:?}"));
    assert_eq!(redeem(&here, "two", &code).await.status, 200);

    let mut stranger = host(&store, WITHOUT_ALICE).await;
    stranger.cookies.clone_from(&here.cookies);
    let page = stranger.read(&format!("/authorize?{request}")).await;
    assert_eq!(page.status, 303, "who is not known has to log in: {page:?}");
}

/// A client that registered at one host asks for a code at the other, redeems it there, and uses the token at a third that
/// was never told its id.
pub(crate) async fn know_who_registered_at_another<S: Store>(store: Arc<S>) {
    let (here, mut there) = (host(&store, HERE).await, host(&store, THERE).await);
    let third = host(&store, WITHOUT_ONE).await;
    let metadata = r#"{"redirect_uris": ["https://r.example/cb"], "token_endpoint_auth_method": "client_secret_post",
        "scope": "profile", "client_name": "The newcomer"}"#;
    let registered = here.register(metadata).await;
    assert_eq!(registered.status, 201, "{registered:?}");
    let (id, secret) = (registered.json("client_id"), registered.json("client_secret"));

    let code = code_for(&mut there, &id).await;
    let form = |secret| {
        [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("client_id", id.as_str()),
            ("client_secret", secret),
        ]
    };
    let refused = third.token(None, &form("wrong")).await;
    assert_eq!((refused.status, refused.json("error").as_str()), (401, "invalid_client"), "{refused:?}");
    let granted = third.token(None, &form(&secret)).await;
    assert_eq!(granted.status, 200, "{granted:?}");
    let fourth = host(&store, HERE).await;
    for peer in [&here, &there, &third, &fourth] {
        let served = peer.resource(&granted.json("access_token")).await;
        assert_eq!((served.status, served.json("client_id")), (200, id.clone()), "{served:?}");
    }
    let unknown = here.token(None, &[("client_id", "nobody"), ("grant_type", "authorization_code")]).await;
    assert_eq!((unknown.status, unknown.json("error").as_str()), (401, "invalid_client"), "the control");
}

/// Where its client is not known, a code is none, and a token too; and where it is known, both stay good.
pub(crate) async fn refuse_what_names_a_stranger<S: Store>(store: Arc<S>) {
    let (mut here, without) = (host(&store, HERE).await, host(&store, WITHOUT_ONE).await);
    let code = code_for(&mut here, "one").await;
    for client in ["two", "three"] {
        let refused = redeem(&without, client, &code).await;
        assert_eq!((refused.status, refused.json("error").as_str()), (400, "invalid_grant"), "{client}");
    }
    let granted = redeem(&here, "one", &code).await;
    assert_eq!(granted.status, 200, "{granted:?}");
    let token = granted.json("access_token");
    let absent = without.resource("AAAAAAAAAAAAAAAAAAAAAA.x").await;
    let refused = without.resource(&token).await;
    assert_eq!(
        (refused.status, refused.header("www-authenticate")),
        (401, absent.header("www-authenticate"))
    );
    assert_eq!(here.resource(&token).await.status, 200);
}

/// One code at two hosts at once, and once more when it is late: one token.
pub(crate) async fn redeem_once<S: Store>(store: Arc<S>) {
    let (mut here, there) = (host(&store, HERE).await, host(&store, THERE).await);
    for _ in 0..5 {
        let code = code_for(&mut here, "two").await;
        let (first, second) = tokio::join!(redeem(&here, "two", &code), redeem(&there, "two", &code));
        let mut status = [first.status, second.status];
        status.sort_unstable();
        assert_eq!(status, [200, 400], "{first:?} {second:?}");
        assert_eq!(redeem(&there, "two", &code).await.status, 400);
    }
}
