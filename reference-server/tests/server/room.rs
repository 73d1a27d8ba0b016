//! What strangers can bring about is kept within limits, and honest users get through.

use std::sync::Arc;

use oauth_core::form::encode_pairs;
use oauth_core::grant::{Asked, Cause, Pushed};
use oauth_core::policy::Time;
use oauth_core::record::{GrantRecord, Marker, OwnerRecord, PhaseRecord, ResponseTarget};
use oauth_core::secret::Digest;
use oauth_reference_server::store::{Limits, Memory, Payer, Store, StoreError, Swap, weight};
use oauth_reference_server::{Config, ManualClock, Options, serve_from};
use tokio::net::TcpListener;

use crate::contract::{coded, grant, id, kept, live};
use crate::encoded::Encoded;
use crate::peer::Peer;
use crate::store::Hand;

/// Room for 20 records: 10 of a client, 5 of a user.
fn small() -> Limits {
    let one = weight(&kept());
    Limits { room: 20 * one, client_share: 10 * one, user_share: 5 * one, clients: 1, markers: 16 }
}

fn memory() -> Memory {
    Memory::bounded(Arc::new(Hand::default()), small())
}

fn pushed_by(client: u8, number: u64) -> GrantRecord {
    let pushed = Pushed { secret: Digest::of("handle"), until: Time(300) };
    let mut grant = grant(number, PhaseRecord::Pushed(pushed));
    grant.owner = None;
    grant.client = format!("client {client}");
    grant
}

fn of_user(user: u8, number: u64, phase: PhaseRecord) -> GrantRecord {
    let mut grant = grant(number, phase);
    grant.owner = Some(OwnerRecord { user: format!("user {user}"), session: Digest::of("session") });
    grant
}

fn asked() -> PhaseRecord {
    PhaseRecord::Asked(Asked { ask: Digest::of("ask"), until: Time(600) })
}

async fn insert(store: &impl Store, grant: GrantRecord) {
    assert_eq!(store.insert_grant(grant).await, Ok(Swap::Landed), "no write fails for want of room");
}

async fn swap(store: &impl Store, grant: GrantRecord) {
    let stored = store.grant(grant.id).await.expect("a working store").expect("the grant");
    assert_eq!(store.swap_grant(stored.version, grant).await, Ok(Swap::Landed));
}

/// Which of these records are still there.
async fn there(store: &impl Store, numbers: impl IntoIterator<Item = u64>) -> Vec<u64> {
    let mut found = Vec::new();
    for number in numbers {
        if store.grant(id(number)).await.expect("a working store").is_some() {
            found.push(number);
        }
    }
    found
}

#[tokio::test]
async fn of_a_full_share_the_oldest_make_way_and_nothing_of_others() {
    let store = memory();
    insert(&store, pushed_by(1, 1)).await;
    insert(&store, of_user(0, 2, asked())).await;
    for number in 100..200 {
        insert(&store, pushed_by(0, number)).await;
    }
    assert_eq!(there(&store, 0..200).await, [1, 2].into_iter().chain(190..200).collect::<Vec<_>>());
    for number in 200..300 {
        insert(&store, of_user(1, number, asked())).await;
    }
    let left = [1, 2].into_iter().chain(190..200).chain(295..300).collect::<Vec<_>>();
    assert_eq!(there(&store, 0..300).await, left);
}

#[tokio::test]
async fn a_full_room_takes_from_whoever_has_most() {
    let store = memory();
    insert(&store, pushed_by(9, 1)).await;
    insert(&store, of_user(0, 2, asked())).await;
    for number in 100..200 {
        for client in 0..5 {
            insert(&store, pushed_by(client, 1000 * u64::from(client) + number)).await;
        }
    }
    assert_eq!(store.len(), 20);
    assert_eq!(there(&store, [1, 2]).await, [1, 2], "who has little does not make way");
    for client in 0..5 {
        let of_client = there(&store, 1000 * client + 100..1000 * client + 200).await;
        assert!((3..=4).contains(&of_client.len()), "{client} has {of_client:?}");
        assert_eq!(of_client.last(), Some(&(1000 * client + 199)), "the newest stay");
    }
}

#[tokio::test]
async fn long_texts_take_more_room() {
    let store = memory();
    let long = ResponseTarget { state: Some("s".repeat(4096)), ..kept() };
    for number in 0..100 {
        let record = GrantRecord { response_target: long.clone(), ..pushed_by(0, number) };
        assert_eq!(store.insert_grant(record).await, Ok(Swap::Landed));
    }
    assert_eq!(there(&store, 0..100).await, [98, 99]);
}

#[tokio::test]
async fn a_grant_that_brought_a_token_never_makes_way_and_takes_no_room() {
    let store = memory();
    for number in 0..100 {
        insert(&store, of_user(0, number, coded())).await;
        swap(&store, of_user(0, number, live("token"))).await;
    }
    swap(&store, of_user(0, 7, PhaseRecord::Dead(Cause::CodeReplayed))).await;
    for number in 100..200 {
        insert(&store, of_user(0, number, asked())).await;
        insert(&store, pushed_by(0, 1000 + number)).await;
    }
    assert_eq!(there(&store, 0..200).await, (0..100).chain(195..200).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_request_that_a_browser_brought_is_its_users() {
    let store = memory();
    insert(&store, pushed_by(0, 1)).await;
    swap(&store, of_user(0, 1, asked())).await;
    for number in 100..200 {
        insert(&store, pushed_by(0, number)).await;
    }
    assert_eq!(there(&store, [1]).await, [1]);
    swap(&store, of_user(0, 1, coded())).await;
    assert_eq!(there(&store, [1]).await, [1]);
}

#[tokio::test]
async fn requests_that_are_denied_or_whose_codes_nobody_redeems_take_room_too() {
    for end in [coded(), PhaseRecord::Dead(Cause::Denied), PhaseRecord::Dead(Cause::CodeBurnt)] {
        let store = memory();
        for number in 0..100 {
            insert(&store, of_user(0, number, asked())).await;
            swap(&store, of_user(0, number, end.clone())).await;
        }
        assert_eq!(there(&store, 0..100).await, [95, 96, 97, 98, 99], "{end:?}");
    }
}

#[tokio::test]
async fn what_was_swept_takes_no_room() {
    let clock = Arc::new(Hand::default());
    let limits = Limits { client_share: usize::MAX, room: 2000 * weight(&kept()), ..small() };
    let store = Memory::bounded(Arc::clone(&clock) as Arc<dyn oauth_reference_server::Clock>, limits);
    for number in 0..1500 {
        insert(&store, pushed_by(0, number)).await;
    }
    clock.set(10_000);
    let fresh = |number| {
        let mut grant = pushed_by(1, number);
        grant.phase = PhaseRecord::Pushed(Pushed { secret: Digest::of("handle"), until: Time(10_300) });
        grant
    };
    for number in 2000..3900 {
        insert(&store, fresh(number)).await;
    }
    assert_eq!(there(&store, 2000..3900).await.len(), 1900);
}

#[test]
fn strangers_pay_by_client_and_users_for_themselves() {
    let owner = of_user(3, 1, asked());
    assert_eq!(Payer::of(&pushed_by(2, 1)), Some(Payer::Client("client 2".into())));
    assert_eq!(Payer::of(&owner), Some(Payer::User("user 3".into())));
    assert_eq!(Payer::of(&of_user(3, 1, live("token"))), None);
    assert_eq!(Payer::of(&of_user(3, 1, PhaseRecord::Dead(Cause::Revoked))), None);
    assert_eq!(weight(&ResponseTarget::default()) + kept().redirect_uri.len() + 4, weight(&kept()));
}

fn marker(number: u64, until: u64) -> Marker {
    Marker { id: Digest::of(&number.to_string()), until: Time(until) }
}

#[tokio::test]
async fn a_proof_is_used_once_however_many_come_and_new_ones_are_taken() {
    let store = memory();
    let mut landed = Vec::new();
    for tens in 0..100 {
        for number in 0..10 {
            let marker = marker(10 * tens + number, 300 + 10 * tens);
            assert_eq!(store.insert_marker(marker).await, Ok(Swap::Landed), "one that is new is taken");
            landed.push(marker);
            assert!(store.len() <= 16, "{} markers", store.len());
        }
    }
    let mut forgotten = 0;
    for marker in landed {
        match store.insert_marker(marker).await {
            Ok(Swap::Lost) => {}
            Err(StoreError::NothingHappened(_)) => forgotten += 1,
            other => panic!("{marker:?} came again: {other:?}"),
        }
    }
    assert!(forgotten >= 984, "{forgotten}");
    assert_eq!(store.insert_marker(marker(5000, 1300)).await, Ok(Swap::Landed));
    assert_eq!(store.insert_marker(marker(5000, 1330)).await, Ok(Swap::Lost), "whatever it says of its time");
    assert!(matches!(store.insert_marker(marker(5001, 300)).await, Err(StoreError::NothingHappened(_))));
}

#[tokio::test]
async fn markers_whose_time_is_over_make_room_without_refusing_anything() {
    let clock = Arc::new(Hand::default());
    let limits = Limits { markers: 5000, ..small() };
    let store = Memory::bounded(Arc::clone(&clock) as Arc<dyn oauth_reference_server::Clock>, limits);
    assert_eq!(store.insert_marker(marker(7000, 400)).await, Ok(Swap::Landed));
    for number in 0..2000 {
        assert_eq!(store.insert_marker(marker(number, 300)).await, Ok(Swap::Landed));
    }
    clock.set(310);
    for number in 2000..5000 {
        assert_eq!(store.insert_marker(marker(number, 610)).await, Ok(Swap::Landed));
    }
    assert!(store.len() <= 4100, "{}", store.len());
    assert_eq!(store.insert_marker(marker(6000, 301)).await, Ok(Swap::Landed), "nothing was given up early");
    assert_eq!(store.insert_marker(marker(7000, 400)).await, Ok(Swap::Lost), "and nothing forgotten");
}

/// A server whose store is small.
async fn small_server() -> Peer {
    server_with(small(), Config::built_in()).await
}

async fn server_with(limits: Limits, config: Config) -> Peer {
    let clock = ManualClock::default();
    let options = Options { clock: Arc::new(clock.clone()), ..Options::default() };
    let store = Encoded(Memory::bounded(Arc::new(clock.clone()), limits));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free loopback port");
    let server = serve_from(listener, config, options, store).await.expect("the server starts");
    Peer::of(server, clock)
}

const PUBLIC: &str = "http://127.0.0.1/callback";

#[tokio::test]
async fn a_flood_in_the_name_of_a_public_client_leaves_its_newest_request_and_all_of_others() {
    let mut peer = small_server().await;
    let login = [("response_type", "code"), ("client_id", "client_1"), ("state", "s")];
    assert_eq!(peer.authorize(&login).await.status, 303, "the user is logged in");

    let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let of_public = [
        ("response_type", "code"),
        ("client_id", "public_1"),
        ("redirect_uri", PUBLIC),
        ("code_challenge", challenge),
        ("code_challenge_method", "S256"),
    ];
    // "client_1:client_secret_1"
    let basic = Some("Basic Y2xpZW50XzE6Y2xpZW50X3NlY3JldF8x");
    let of_other = peer.push(basic, &[("response_type", "code"), ("client_id", "client_1")]).await;
    assert_eq!(of_other.status, 201, "{of_other:?}");
    let mut of_flood = Vec::new();
    for _ in 0..40 {
        let answer = peer.push(None, &of_public).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        of_flood.push(answer.json("request_uri"));
    }
    let mut bring = async |client: &str, uri: &str| {
        let query = encode_pairs(&[("client_id", client), ("request_uri", uri)]);
        peer.read(&format!("/authorize?{query}")).await.status
    };
    assert_eq!(bring("client_1", &of_other.json("request_uri")).await, 200);
    assert_eq!(bring("public_1", &of_flood[39]).await, 200);
    assert_eq!(bring("public_1", &of_flood[0]).await, 400, "the oldest made way");
}

/// Linux has all of 127.0.0.0/8 for the machine itself.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_stranger_who_registers_without_end_leaves_room_for_who_comes_from_elsewhere() {
    let text = format!("{}\n[policy]\nregistration = true\n", oauth_reference_server::BUILT_IN);
    let config = Config::parse("test", &text).expect("a good file");
    let peer = server_with(Limits { clients: 12, ..small() }, config).await;
    let from = |address: [u8; 4]| {
        let http = reqwest::Client::builder().no_proxy().local_address(std::net::IpAddr::from(address));
        http.build().expect("a client")
    };
    let (flood, honest) = (from([127, 0, 0, 1]), from([127, 0, 0, 2]));
    let register = async |http: &reqwest::Client| {
        let body = r#"{"redirect_uris":["https://c.example/cb"]}"#;
        let request =
            http.post(format!("{}/register", peer.issuer)).header("Content-Type", "application/json");
        request.body(body).send().await.expect("an answer").status().as_u16()
    };
    let mut answers = Vec::new();
    for _ in 0..14 {
        answers.push(register(&flood).await);
    }
    assert_eq!(answers, [[201; 6].as_slice(), &[503; 8]].concat());
    assert_eq!(register(&honest).await, 201);
}
