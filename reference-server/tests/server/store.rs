//! The contract of a store, held by the store in memory, and broken by the blind one.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use oauth_core::directory::{ClientNo, UserNo};
use oauth_core::grant::{Access, Cause, Coded, Grant, Live, Owner, Phase, Session, Terms};
use oauth_core::policy::Time;
use oauth_core::secret::{Digest, GrantId};
use oauth_core::server::receive::ResponseTarget;
use oauth_core::text::{ResourceSet, ScopeSet};
use oauth_reference_server::Clock;
use oauth_reference_server::store::{Blind, Memory, Store, Swap};
use tokio::sync::Barrier;

/// A clock that stands still until it is set.
#[derive(Default)]
pub(crate) struct Hand(AtomicU64);

impl Hand {
    pub(crate) fn set(&self, seconds: u64) {
        self.0.store(seconds, Ordering::Relaxed);
    }
}

impl Clock for Hand {
    fn now(&self) -> Time {
        Time(self.0.load(Ordering::Relaxed))
    }
}

fn memory() -> Memory {
    Memory::new(Arc::new(Hand::default()))
}

pub(crate) fn id(number: u64) -> GrantId {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    GrantId::from_bytes(bytes)
}

pub(crate) fn grant(number: u64, phase: Phase) -> Grant {
    let terms = Terms {
        self_registered: false,
        client: ClientNo(0),
        owner: Some(Owner { user: UserNo(0), session: Digest::of("session") }),
        redirect: None,
        scope: ScopeSet(1),
        audience: ResourceSet::FIRST,
        challenge: None,
        key: None,
    };
    Grant { id: id(number), terms, phase }
}

pub(crate) fn coded() -> Phase {
    Phase::Coded(Coded { code: Digest::of("code"), until: Time(60) })
}

pub(crate) fn live(access: &str) -> Phase {
    Phase::Live(Live {
        code: Some(Digest::of("code")),
        access: Access {
            token: Digest::of(access),
            scope: ScopeSet(1),
            audience: ResourceSet::FIRST,
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

async fn keeps_what_was_inserted(store: &impl Store) {
    assert_eq!(store.grant(id(1)).await, Ok(None));
    assert_eq!(store.insert_grant(grant(1, coded()), kept()).await, Ok(Swap::Landed));
    let stored = store.grant(id(1)).await.expect("a working store").expect("the grant");
    assert_eq!((stored.grant, stored.kept), (grant(1, coded()), kept()));

    let session = Session { key: Digest::of("cookie"), user: UserNo(1), until: Time(9) };
    assert_eq!(store.session(&session.key).await, Ok(None));
    assert_eq!(store.insert_session(session).await, Ok(Swap::Landed));
    assert_eq!(store.session(&session.key).await, Ok(Some(session)));
    assert_eq!(store.session(&Digest::of("another")).await, Ok(None));
}

async fn refuses_a_taken_key(store: &impl Store) {
    assert_eq!(store.insert_grant(grant(2, live("first")), kept()).await, Ok(Swap::Landed));
    assert_eq!(store.insert_grant(grant(2, live("second")), ResponseTarget::default()).await, Ok(Swap::Lost));
    let stored = store.grant(id(2)).await.expect("a working store").expect("the grant");
    assert_eq!((stored.grant, stored.kept), (grant(2, live("first")), kept()));

    let session = |user| Session { key: Digest::of("taken"), user: UserNo(user), until: Time(9) };
    assert_eq!(store.insert_session(session(1)).await, Ok(Swap::Landed));
    assert_eq!(store.insert_session(session(2)).await, Ok(Swap::Lost));
    assert_eq!(store.session(&Digest::of("taken")).await, Ok(Some(session(1))));
}

async fn swaps_the_loaded_version_only(store: &impl Store) {
    assert_eq!(store.insert_grant(grant(3, live("a")), kept()).await, Ok(Swap::Landed));
    let first = store.grant(id(3)).await.expect("a working store").expect("the grant").version;
    assert_eq!(store.swap_grant(first, grant(3, live("b"))).await, Ok(Swap::Landed));
    assert_eq!(store.swap_grant(first, grant(3, live("c"))).await, Ok(Swap::Lost));
    let stored = store.grant(id(3)).await.expect("a working store").expect("the grant");
    assert_eq!((stored.grant, stored.kept), (grant(3, live("b")), kept()), "what lies beside it stays");
    assert_eq!(
        store.swap_grant(stored.version, grant(3, Phase::Dead(Cause::Denied))).await,
        Ok(Swap::Landed)
    );
    assert_eq!(
        store.swap_grant(first, grant(4, live("a"))).await,
        Ok(Swap::Lost),
        "nothing is there to replace"
    );
}

/// How many of eight tasks land a swap of the version that all of them loaded.
async fn landed_of_eight<S: Store>(store: S) -> usize {
    const TASKS: usize = 8;
    let store = Arc::new(store);
    assert_eq!(store.insert_grant(grant(5, live("a")), kept()).await, Ok(Swap::Landed));
    let loaded = Arc::new(Barrier::new(TASKS));
    let race = |task: usize| {
        let (store, loaded) = (Arc::clone(&store), Arc::clone(&loaded));
        tokio::spawn(async move {
            let version = store.grant(id(5)).await.expect("a working store").expect("the grant").version;
            loaded.wait().await;
            store.swap_grant(version, grant(5, live(&format!("task {task}")))).await.expect("a working store")
        })
    };
    let tasks: Vec<_> = (0..TASKS).map(race).collect();
    let mut landed = 0;
    for task in tasks {
        landed += usize::from(task.await.expect("no panic") == Swap::Landed);
    }
    landed
}

#[tokio::test]
async fn the_store_in_memory_keeps_the_contract() {
    let store = memory();
    keeps_what_was_inserted(&store).await;
    refuses_a_taken_key(&store).await;
    swaps_the_loaded_version_only(&store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn of_eight_swaps_of_one_version_exactly_one_lands() {
    for _ in 0..50 {
        assert_eq!(landed_of_eight(memory()).await, 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn the_blind_store_lets_every_swap_land() {
    assert_eq!(landed_of_eight(Blind::new(memory())).await, 8);
}

#[tokio::test]
async fn the_blind_store_shows_an_unused_code_to_two_loads_at_once() {
    let store = Blind::new(memory());
    assert_eq!(store.insert_grant(grant(6, coded()), kept()).await, Ok(Swap::Landed));
    let redeem = async || {
        let stored = store.grant(id(6)).await.expect("a working store").expect("the grant");
        let unused = matches!(stored.grant.phase, Phase::Coded(_));
        assert_eq!(store.swap_grant(stored.version, grant(6, live("token"))).await, Ok(Swap::Landed));
        unused
    };
    assert_eq!(tokio::join!(redeem(), redeem()), (true, true));
}

#[tokio::test]
async fn a_lone_load_of_the_blind_store_is_let_go() {
    let store = Blind::new(memory());
    assert_eq!(store.insert_grant(grant(7, coded()), kept()).await, Ok(Swap::Landed));
    assert!(store.grant(id(7)).await.expect("a working store").is_some());
}

#[tokio::test]
async fn what_has_ended_is_swept_and_what_lives_is_not() {
    let clock = Arc::new(Hand::default());
    let store = Memory::new(Arc::clone(&clock) as Arc<dyn Clock>);
    let insert = async |from: u64, to: u64, phase: Phase| {
        for number in from..to {
            assert_eq!(store.insert_grant(grant(number, phase), kept()).await, Ok(Swap::Landed));
        }
    };
    insert(0, 10, live("long")).await;
    insert(10, 1000, coded()).await;
    insert(1000, 1010, Phase::Dead(Cause::Denied)).await;
    clock.set(700);
    insert(2000, 2100, Phase::Dead(Cause::CodeReplayed)).await;
    assert!(store.len() <= 120, "{} records", store.len());
    for number in (0..10).chain(2000..2100) {
        assert!(store.grant(id(number)).await.expect("a working store").is_some(), "{number}");
    }
}
