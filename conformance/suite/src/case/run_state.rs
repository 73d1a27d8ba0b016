//! The live target with all that the cases of one run share: the connection, the clock, the secrets seen, and
//! the cookies of the users who logged in.

use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use oauth_rules::Profile;
use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;

use crate::browser::Jar;
use crate::case_end::{CaseEnd, Checked};
use crate::observe::{Observed, Observer};
use crate::probe::Probed;
use crate::secrets::Vault;
use crate::secrets::keep::Room;
use crate::subject::{Account, Client, Met, Need, Target};
use crate::wire::http::Wire;
use crate::wire::{Actor, Clock, Exchange, Moment, NoAnswer, Request, Response, Whole, lock, since_1970};

/// What cases share: a value of any type.
type Shared = Arc<dyn Any + Send + Sync>;

/// A live server and what the cases of one run share.
pub struct RunState {
    /// What is known of the server.
    pub target: Arc<Target>,
    /// How it is reached.
    pub wire: Wire,
    /// How cases wait.
    pub clock: Clock,
    /// The secrets that were seen.
    pub vault: Vault,
    /// Against which documents it is judged.
    pub profile: Profile,
    /// What all fresh values are drawn from.
    pub seed: u64,
    jars: Mutex<BTreeMap<Account, Jar>>,
    recording: Mutex<Vec<Arc<Exchange>>>,
    room: Room,
    observer: Mutex<Observer>,
    /// Whether a consent page was shown.
    consent: AtomicBool,
    /// What cases share, by type.
    shared: Mutex<BTreeMap<TypeId, Arc<OnceCell<Shared>>>>,
    /// How far the server's clock stands ahead of this machine's.
    advanced: Mutex<Duration>,
    ticks: AtomicU64,
    numbers: AtomicU64,
    browsers: AtomicU64,
}

/// An exchange that was recorded.
pub(crate) struct Recorded {
    /// As it came, for the case.
    pub(crate) exchange: Arc<Exchange>,
    /// What is kept of it.
    pub(crate) kept: Arc<Exchange>,
}

impl RunState {
    /// Puts the parts together.
    #[must_use]
    pub fn new(target: Target, wire: Wire, clock: Clock, profile: Profile, seed: u64) -> Self {
        let (target, vault) = (Arc::new(target), Vault::new());
        vault.know_target(&target);
        for (name, value) in wire.headers() {
            vault.know_header(name, value);
        }
        let ahead = clock.ahead();
        let observer = Observer::new(Arc::clone(&target), (Instant::now(), since_1970()));
        Self {
            target,
            wire,
            clock,
            vault,
            profile,
            seed,
            jars: Mutex::default(),
            recording: Mutex::default(),
            room: Room::default(),
            observer: Mutex::new(observer),
            consent: AtomicBool::new(false),
            shared: Mutex::default(),
            advanced: Mutex::new(ahead),
            ticks: AtomicU64::new(0),
            numbers: AtomicU64::new(0),
            browsers: AtomicU64::new(0),
        }
    }

    /// The cookies with which a user's browsers start; empty before the first login.
    #[must_use]
    pub fn jar(&self, who: Account) -> Jar {
        lock(&self.jars).get(&who).cloned().unwrap_or_default()
    }

    /// Keeps the cookies with which a user's browsers start.
    pub fn keep_jar(&self, who: Account, jar: Jar) {
        lock(&self.jars).insert(who, jar);
    }

    /// What is kept of all that the run exchanged so far, in the order of the answers.
    #[must_use]
    pub fn recording(&self) -> Vec<Arc<Exchange>> {
        lock(&self.recording).clone()
    }

    /// The facts that the run showed so far.
    #[must_use]
    pub(crate) fn observed<T>(&self, read: impl FnOnce(&Observed) -> T) -> T {
        read(lock(&self.observer).observed())
    }

    /// What the run settled of the server so far.
    #[must_use]
    pub fn probed(&self) -> Probed {
        lock(&self.observer).probed()
    }

    /// Whether and how the target meets a need, by its file, its metadata, or by what the run has seen of it.
    #[must_use]
    pub fn met(&self, need: Need) -> Met {
        match need.met(&self.target) {
            Met::NotOffered { waived: false, .. } if self.has_shown(need) => Met::Yes,
            met => met,
        }
    }

    /// Whether the server was seen to offer what neither its metadata nor the target file speaks of.
    fn has_shown(&self, need: Need) -> bool {
        need == Need::Refresh && self.target.refresh.is_none() && {
            let issued = lock(&self.observer).refresh_token_issued();
            [issued.public, issued.confidential].contains(&Some(true))
        }
    }

    /// Remembers that a consent page was shown in the browser session of this number.
    pub(crate) fn consent_was_asked(&self, browser: u64) {
        self.consent.store(true, Ordering::Relaxed);
        lock(&self.observer).consent_was_asked(browser);
    }

    /// Remembers that a request was refused for want of a challenge, though not by a redirect that follows it at once.
    pub(crate) fn challenge_was_demanded(&self, client: &Client) {
        lock(&self.observer).challenge_was_demanded(client);
    }

    /// Whether a consent page was shown in this run.
    #[must_use]
    pub fn asked_consent(&self) -> bool {
        self.consent.load(Ordering::Relaxed)
    }

    /// What cases of one run share and make once, one value a type.
    pub async fn once<T, F>(&self, make: impl FnOnce() -> F) -> Arc<T>
    where
        T: Any + Send + Sync,
        F: Future<Output = T>,
    {
        let cell = Arc::clone(lock(&self.shared).entry(TypeId::of::<T>()).or_default());
        let made = cell.get_or_init(|| async { Arc::new(make().await) as Shared }).await;
        Arc::clone(made).downcast().expect("it lies under its type")
    }

    /// The same for what may fail: then whoever wants it next tries anew.
    ///
    /// # Errors
    /// Those of making it.
    pub async fn try_once<T, F>(&self, make: impl FnOnce() -> F) -> Checked<Arc<T>>
    where
        T: Any + Send + Sync,
        F: Future<Output = Checked<T>>,
    {
        let cell = Arc::clone(lock(&self.shared).entry(TypeId::of::<T>()).or_default());
        let made = cell
            .get_or_try_init(|| async { Ok::<Shared, CaseEnd>(Arc::new(make().await?) as Shared) })
            .await?;
        Ok(Arc::clone(made).downcast().expect("it lies under its type"))
    }

    /// A number for a browser session of its own.
    #[must_use]
    pub fn browser(&self) -> u64 {
        self.browsers.fetch_add(1, Ordering::Relaxed)
    }

    /// A moment after all earlier ones.
    #[must_use]
    pub fn moment(&self) -> Moment {
        let at = Instant::now() + *lock(&self.advanced);
        Moment { tick: self.ticks.fetch_add(1, Ordering::SeqCst), at }
    }

    /// The time of the run's clock.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + since_1970() + *lock(&self.advanced)
    }

    /// The time of the run's clock, in seconds since 1970.
    #[must_use]
    pub fn unix_time(&self) -> u64 {
        (since_1970() + *lock(&self.advanced)).as_secs()
    }

    /// Knows that the server's clock was advanced: what is recorded from here on is dated later by that much.
    pub(crate) fn put_ahead(&self, time: Duration) {
        *lock(&self.advanced) += time;
    }

    /// Makes a record of what was sent and what came: as it is, and as it is kept.
    pub(crate) fn exchange(
        &self,
        (who, browser): (Actor, Option<u64>),
        request: Request,
        (sent, answered): (Moment, Option<Moment>),
        answer: Result<Response, NoAnswer>,
    ) -> Recorded {
        let number = self.numbers.fetch_add(1, Ordering::SeqCst) + 1;
        let whole = Whole::default();
        let exchange = Arc::new(Exchange { number, who, browser, sent, answered, request, answer, whole });
        self.vault.harvest(&exchange);
        let kept = self.room.keep(&exchange, &self.vault);
        lock(&self.observer).read(&exchange, &kept);
        lock(&self.recording).push(Arc::clone(&kept));
        Recorded { exchange, kept }
    }

    /// 32 bytes that depend on the seed, the case and the count alone.
    #[must_use]
    pub fn draw(&self, case: &str, count: u64) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(self.seed.to_be_bytes());
        hash.update(count.to_be_bytes());
        hash.update(case.as_bytes());
        hash.finalize().into()
    }
}
