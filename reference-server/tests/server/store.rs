//! The stores that there are: the contract, held by the one in memory, as it is and through the encoding, and broken by the
//! blind one.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use oauth_core::grant::Cause;
use oauth_core::policy::Time;
use oauth_core::record::PhaseRecord;
use oauth_faults::Race;
use oauth_reference_server::Clock;
use oauth_reference_server::store::{Blind, Limits, Memory, Store, StoreError, Swap};

use crate::contract::{client, coded, contract, grant, id, live, registrar, swaps_landed_of_eight};
use crate::encoded::Encoded;

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

contract!(in_memory, memory());
contract!(encoded, Encoded(memory()));

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn the_blind_store_lets_every_swap_land() {
    assert_eq!(swaps_landed_of_eight(&Arc::new(Blind::new(memory(), Race::Redemption))).await, 8);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn the_blind_store_of_public_clients_compares_what_other_clients_write() {
    let others = Blind::new(memory(), Race::PublicRedemption);
    assert_eq!(swaps_landed_of_eight(&Arc::new(others)).await, 1);
    let public = BTreeSet::from([grant(5, coded()).client]);
    let public = Blind::new(memory(), Race::PublicRedemption).knowing_public(public);
    assert_eq!(swaps_landed_of_eight(&Arc::new(public)).await, 8);
}

#[tokio::test]
async fn the_blind_store_shows_an_unused_code_to_two_loads_at_once() {
    let store = Blind::new(memory(), Race::Redemption);
    assert_eq!(store.insert_grant(grant(6, coded())).await, Ok(Swap::Landed));
    let redeem = async || {
        let stored = store.grant(id(6)).await.expect("a working store").expect("the grant");
        let unused = matches!(stored.grant.phase, PhaseRecord::Coded(_));
        assert_eq!(store.swap_grant(stored.version, grant(6, live("token"))).await, Ok(Swap::Landed));
        unused
    };
    assert_eq!(tokio::join!(redeem(), redeem()), (true, true));
}

#[tokio::test]
async fn the_blind_store_of_refreshes_shows_the_same_tokens_to_two_loads_at_once() {
    let store = Blind::new(memory(), Race::Refresh);
    assert_eq!(store.insert_grant(grant(8, live("token"))).await, Ok(Swap::Landed));
    let refresh = async |next: &str| {
        let stored = store.grant(id(8)).await.expect("a working store").expect("the grant");
        let unused = stored.grant.phase == live("token");
        assert_eq!(store.swap_grant(stored.version, grant(8, live(next))).await, Ok(Swap::Landed));
        unused
    };
    assert_eq!(tokio::join!(refresh("one"), refresh("other")), (true, true));
}

#[tokio::test]
async fn the_blind_store_of_refreshes_compares_what_a_redemption_writes() {
    let store = Blind::new(memory(), Race::Refresh);
    assert_eq!(store.insert_grant(grant(9, coded())).await, Ok(Swap::Landed));
    let seen = store.grant(id(9)).await.expect("a working store").expect("the grant").version;
    assert_eq!(store.swap_grant(seen, grant(9, live("token"))).await, Ok(Swap::Landed));
    assert_eq!(store.swap_grant(seen, grant(9, live("other"))).await, Ok(Swap::Lost));
}

#[tokio::test]
async fn a_lone_load_of_the_blind_store_is_let_go() {
    let store = Blind::new(memory(), Race::Redemption);
    assert_eq!(store.insert_grant(grant(7, coded())).await, Ok(Swap::Landed));
    assert!(store.grant(id(7)).await.expect("a working store").is_some());
}

#[tokio::test]
async fn what_has_ended_is_swept_and_what_lives_is_not() {
    let clock = Arc::new(Hand::default());
    let store = Memory::new(Arc::clone(&clock) as Arc<dyn Clock>);
    let insert = async |from: u64, to: u64, phase: PhaseRecord| {
        for number in from..to {
            assert_eq!(store.insert_grant(grant(number, phase.clone())).await, Ok(Swap::Landed));
        }
    };
    insert(0, 10, live("long")).await;
    insert(10, 1000, coded()).await;
    insert(1000, 1010, PhaseRecord::Dead(Cause::Denied)).await;
    clock.set(700);
    insert(2000, 2100, PhaseRecord::Dead(Cause::CodeReplayed)).await;
    assert!(store.len() <= 120, "{} records", store.len());
    for number in (0..10).chain(2000..2100) {
        assert!(store.grant(id(number)).await.expect("a working store").is_some(), "{number}");
    }
}

#[tokio::test]
async fn so_many_clients_register_themselves_and_no_more() {
    let limits = Limits { clients: 3, ..Limits::default() };
    let store = Memory::bounded(Arc::new(Hand::default()), limits);
    for (number, id) in [(1, "a"), (1, "b"), (2, "c")] {
        assert_eq!(store.insert_client(client(id), registrar(number)).await, Ok(Swap::Landed));
    }
    let full = store.insert_client(client("d"), registrar(3)).await;
    assert!(matches!(full, Err(StoreError::NothingHappened(_))), "{full:?}");
    let taken = store.insert_client(client("a"), registrar(3)).await;
    assert_eq!(taken, Ok(Swap::Lost), "a taken id is told all the same");
    assert_eq!(store.client("d").await, Ok(None));
    assert_eq!(store.client("c").await, Ok(Some(client("c"))));
}

#[tokio::test]
async fn one_stranger_leaves_room_for_the_clients_of_others() {
    let store = Memory::bounded(Arc::new(Hand::default()), Limits { clients: 40, ..Limits::default() });
    let mut landed = 0;
    for number in 0..100 {
        match store.insert_client(client(&format!("flood {number}")), registrar(1)).await {
            Ok(Swap::Landed) => landed += 1,
            Err(StoreError::NothingHappened(_)) => {}
            other => panic!("{number}: {other:?}"),
        }
    }
    assert_eq!(landed, 20);
    assert_eq!(store.insert_client(client("honest"), registrar(2)).await, Ok(Swap::Landed));
}
