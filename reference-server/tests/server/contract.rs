//! The contract of a store: `contract!(name, store)` runs over empty stores that the expression makes whatever of it can be
//! told of every store. Room, limits and sweeping hang on a store's own bounds and clock, and what it keeps when it is
//! opened again on its medium: each store tests them for itself (the one in memory in `room.rs` and `store.rs`).

use std::sync::Arc;

use oauth_core::directory::Authentication;
use oauth_core::grant::{Asked, Cause, Coded, Pushed, Refresh, Spent};
use oauth_core::policy::Time;
use oauth_core::record::{
    AccessRecord, GrantRecord, LiveRecord, Marker, OwnerRecord, PhaseRecord, Registration, ResponseTarget,
    SessionRecord,
};
use oauth_core::secret::{Digest, GrantId};
use oauth_core::text::{ChallengeMethod, CodeChallenge};
use oauth_reference_server::store::{Registrar, Store, Swap};
use tokio::sync::Barrier;

/// A test for records kept whole, for taken keys, for swaps and for markers that land once, and one for each thing that two
/// servers on one store have to do.
macro_rules! contract {
    ($name:ident, $new:expr) => {
        mod $name {
            use super::*;
            use crate::{contract, hosts};

            #[tokio::test]
            async fn a_store_keeps_what_was_inserted() {
                contract::keeps_what_was_inserted(&$new).await;
            }

            #[tokio::test]
            async fn a_store_keeps_every_kind_of_record_whole() {
                contract::keeps_every_kind_of_record(&$new).await;
            }

            #[tokio::test]
            async fn a_store_refuses_a_taken_key() {
                contract::refuses_a_taken_key(&$new).await;
            }

            #[tokio::test]
            async fn a_store_swaps_the_loaded_version_only() {
                contract::swaps_the_loaded_version_only(&$new).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 8)]
            async fn of_eight_writes_of_one_record_exactly_one_lands() {
                for _ in 0..50 {
                    let store = std::sync::Arc::new($new);
                    assert_eq!(contract::swaps_landed_of_eight(&store).await, 1);
                    assert_eq!(contract::markers_landed_of_eight(&store).await, 1);
                }
            }

            #[tokio::test]
            async fn a_code_of_one_host_is_redeemed_at_another_by_its_client_only() {
                hosts::redeem_at_another(std::sync::Arc::new($new)).await;
            }

            #[tokio::test]
            async fn a_login_at_one_host_is_the_same_users_at_another() {
                hosts::stay_logged_in_at_another(std::sync::Arc::new($new)).await;
            }

            #[tokio::test]
            async fn a_client_that_registered_at_one_host_is_known_at_another() {
                hosts::know_who_registered_at_another(std::sync::Arc::new($new)).await;
            }

            #[tokio::test]
            async fn a_record_of_a_client_that_a_host_does_not_know_is_as_good_as_absent() {
                hosts::refuse_what_names_a_stranger(std::sync::Arc::new($new)).await;
            }

            #[tokio::test]
            async fn a_code_is_redeemed_once_at_however_many_hosts() {
                hosts::redeem_once(std::sync::Arc::new($new)).await;
            }
        }
    };
}
pub(crate) use contract;

pub(crate) fn id(number: u64) -> GrantId {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    GrantId::from_bytes(bytes)
}

pub(crate) fn grant(number: u64, phase: PhaseRecord) -> GrantRecord {
    GrantRecord {
        id: id(number),
        client: "client 0".to_owned(),
        self_registered: false,
        owner: Some(OwnerRecord { user: "user 0".to_owned(), session: Digest::of("session") }),
        redirect: None,
        scope: "profile".to_owned(),
        audience: vec!["https://as.example/api/me".to_owned()],
        challenge: None,
        key: None,
        phase,
        response_target: kept(),
    }
}

pub(crate) fn coded() -> PhaseRecord {
    PhaseRecord::Coded(Coded { code: Digest::of("code"), until: Time(60) })
}

pub(crate) fn live(access: &str) -> PhaseRecord {
    PhaseRecord::Live(LiveRecord {
        code: Some(Digest::of("code")),
        access: AccessRecord {
            token: Digest::of(access),
            scope: "profile".to_owned(),
            audience: vec!["https://as.example/api/me".to_owned()],
            key: None,
            until: Time(3600),
        },
        refresh: None,
    })
}

pub(crate) fn kept() -> ResponseTarget {
    ResponseTarget {
        redirect_uri: "https://c.example/cb?a=%20".to_owned(),
        state: Some("\u{7e} +%".to_owned()),
    }
}

fn session(key: &str, user: &str) -> SessionRecord {
    SessionRecord { key: Digest::of(key), user: user.to_owned(), until: Time(9) }
}

/// One of the strangers who register clients.
pub(crate) fn registrar(number: u8) -> Registrar {
    Registrar::from(std::net::IpAddr::from([192, 0, 2, number]))
}

pub(crate) fn client(id: &str) -> Registration {
    Registration {
        id: id.to_owned(),
        name: "\u{e9}, \"quoted\"".to_owned(),
        authentication: Authentication::Post,
        secret: Some(Digest::of("secret")),
        redirect_uris: vec!["https://c.example/cb".to_owned(), "com.example:/cb".to_owned()],
        scope: "profile email".to_owned(),
        code_grant: true,
        refresh_grant: true,
        client_credentials_grant: false,
        pushed_only: true,
        dpop_bound: false,
        self_registered: true,
        resource_server: vec!["/api/me".to_owned()],
    }
}

async fn load(store: &impl Store, number: u64) -> GrantRecord {
    let stored = store.grant(id(number)).await.expect("a working store").expect("the grant");
    GrantRecord::clone(&stored.grant)
}

pub(crate) async fn keeps_what_was_inserted(store: &impl Store) {
    assert_eq!(store.grant(id(1)).await, Ok(None));
    assert_eq!(store.insert_grant(grant(1, coded())).await, Ok(Swap::Landed));
    assert_eq!(load(store, 1).await, grant(1, coded()));

    let login = session("cookie", "user 1");
    assert_eq!(store.session(&login.key).await, Ok(None));
    assert_eq!(store.insert_session(login.clone()).await, Ok(Swap::Landed));
    assert_eq!(store.session(&login.key).await, Ok(Some(login)));
    assert_eq!(store.session(&Digest::of("another")).await, Ok(None));

    assert_eq!(store.client("app").await, Ok(None));
    assert_eq!(store.insert_client(client("app"), registrar(1)).await, Ok(Swap::Landed));
    assert_eq!(store.client("app").await, Ok(Some(client("app"))));
    for other in ["APP", "app ", ""] {
        assert_eq!(store.client(other).await, Ok(None), "{other:?}");
    }

    let marker = Marker { id: Digest::of("proof"), until: Time(300) };
    assert_eq!(store.insert_marker(marker).await, Ok(Swap::Landed));
    assert_eq!(store.insert_marker(marker).await, Ok(Swap::Lost));
}

/// Records with something in each of their fields.
pub(crate) async fn keeps_every_kind_of_record(store: &impl Store) {
    let spent =
        (0..9).fold(Spent::default(), |spent, number: u8| spent.with(&Digest::from_bytes([number; 32])));
    let refresh = Refresh {
        token: Digest::of("refresh"),
        key: Some(Digest::of("key")),
        until: Time(u64::MAX),
        since: Time(7),
        before: Some(Digest::of("before")),
        spent,
    };
    let in_use = match live("token") {
        PhaseRecord::Live(live) => {
            let access = AccessRecord { key: Some(Digest::of("key")), ..live.access };
            PhaseRecord::Live(LiveRecord { access, refresh: Some(refresh), ..live })
        }
        other => other,
    };
    let digest = Digest::of("secret");
    let mut phases = vec![
        PhaseRecord::Pushed(Pushed { secret: digest, until: Time(60) }),
        PhaseRecord::Asked(Asked { ask: digest, until: Time(60) }),
        coded(),
        in_use,
        live("token"),
    ];
    let causes =
        [Cause::Denied, Cause::CodeReplayed, Cause::CodeBurnt, Cause::RefreshReplayed, Cause::Revoked];
    phases.extend(causes.map(PhaseRecord::Dead));
    for (number, phase) in (10..).zip(phases) {
        let bare = GrantRecord {
            owner: None,
            scope: String::new(),
            audience: Vec::new(),
            response_target: ResponseTarget::default(),
            ..grant(number, phase.clone())
        };
        let full = GrantRecord {
            id: id(100 + number),
            self_registered: true,
            redirect: Some(Digest::of("uri")),
            audience: vec!["https://as.example/a".to_owned(), "https://as.example/b".to_owned()],
            challenge: Some(CodeChallenge { method: ChallengeMethod::S256, digest }),
            key: Some(Digest::of("key")),
            ..grant(number, phase)
        };
        for record in [bare, full] {
            assert_eq!(store.insert_grant(record.clone()).await, Ok(Swap::Landed));
            let stored = store.grant(record.id).await.expect("a working store").expect("the grant");
            assert_eq!(*stored.grant, record);
        }
    }
}

pub(crate) async fn refuses_a_taken_key(store: &impl Store) {
    assert_eq!(store.insert_grant(grant(2, live("first"))).await, Ok(Swap::Landed));
    let other = GrantRecord { response_target: ResponseTarget::default(), ..grant(2, live("second")) };
    assert_eq!(store.insert_grant(other).await, Ok(Swap::Lost));
    assert_eq!(load(store, 2).await, grant(2, live("first")));

    let first = session("taken", "user 1");
    assert_eq!(store.insert_session(first.clone()).await, Ok(Swap::Landed));
    assert_eq!(store.insert_session(session("taken", "user 2")).await, Ok(Swap::Lost));
    assert_eq!(store.session(&first.key).await, Ok(Some(first)));

    assert_eq!(store.insert_client(client("taken"), registrar(1)).await, Ok(Swap::Landed));
    let other = Registration { secret: None, authentication: Authentication::None, ..client("taken") };
    assert_eq!(store.insert_client(other, registrar(2)).await, Ok(Swap::Lost));
    assert_eq!(store.client("taken").await, Ok(Some(client("taken"))));
}

pub(crate) async fn swaps_the_loaded_version_only(store: &impl Store) {
    assert_eq!(store.insert_grant(grant(3, live("a"))).await, Ok(Swap::Landed));
    let first = store.grant(id(3)).await.expect("a working store").expect("the grant").version;
    assert_eq!(store.swap_grant(first, grant(3, live("b"))).await, Ok(Swap::Landed));
    assert_eq!(store.swap_grant(first, grant(3, live("c"))).await, Ok(Swap::Lost));
    let stored = store.grant(id(3)).await.expect("a working store").expect("the grant");
    assert_eq!(*stored.grant, grant(3, live("b")));
    let denied = grant(3, PhaseRecord::Dead(Cause::Denied));
    assert_eq!(store.swap_grant(stored.version, denied.clone()).await, Ok(Swap::Landed));
    assert_eq!(load(store, 3).await, denied);
    assert_eq!(
        store.swap_grant(first, grant(4, live("a"))).await,
        Ok(Swap::Lost),
        "nothing is there to replace"
    );
}

const TASKS: usize = 8;

/// How many of eight tasks land a swap of the version that all of them loaded.
pub(crate) async fn swaps_landed_of_eight<S: Store>(store: &Arc<S>) -> usize {
    assert_eq!(store.insert_grant(grant(5, live("a"))).await, Ok(Swap::Landed));
    let loaded = Arc::new(Barrier::new(TASKS));
    let race = |task: usize| {
        let (store, loaded) = (Arc::clone(store), Arc::clone(&loaded));
        async move {
            let version = store.grant(id(5)).await.expect("a working store").expect("the grant").version;
            loaded.wait().await;
            store.swap_grant(version, grant(5, live(&format!("task {task}")))).await.expect("a working store")
        }
    };
    landed((0..TASKS).map(race)).await
}

/// How many of eight tasks land the same marker.
pub(crate) async fn markers_landed_of_eight<S: Store>(store: &Arc<S>) -> usize {
    let ready = Arc::new(Barrier::new(TASKS));
    let race = |_| {
        let (store, ready) = (Arc::clone(store), Arc::clone(&ready));
        async move {
            ready.wait().await;
            let marker = Marker { id: Digest::of("the same proof"), until: Time(300) };
            store.insert_marker(marker).await.expect("a working store")
        }
    };
    landed((0..TASKS).map(race)).await
}

async fn landed(tasks: impl Iterator<Item = impl Future<Output = Swap> + Send + 'static>) -> usize {
    let tasks: Vec<_> = tasks.map(tokio::spawn).collect();
    let mut landed = 0;
    for task in tasks {
        landed += usize::from(task.await.expect("no panic") == Swap::Landed);
    }
    landed
}
