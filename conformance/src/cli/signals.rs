//! SIGINT, SIGTERM and SIGHUP: the first one ends the run with the report of what there is, the second the program.

use std::future::{Future, pending};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex};
use std::thread;

use oauth_suite::wire::lock;
use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// The exit code of what was interrupted.
const INTERRUPTED: i32 = 3;

/// The signals of this process.
#[derive(Clone)]
pub(super) struct Signals {
    came: watch::Receiver<bool>,
    unfinished: Arc<Mutex<Option<PathBuf>>>,
}

impl Signals {
    /// Listens from here on.
    pub(super) fn listen() -> Self {
        let (tell, came) = watch::channel(false);
        let signals = Self { came, unfinished: Arc::default() };
        let unfinished = Arc::clone(&signals.unfinished);
        let (ready, listening) = sync_channel(1);
        let hear = async move {
            let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
            let mut streams: Vec<_> = kinds
                .into_iter()
                .filter(|kind| !is_ignored(*kind))
                .filter_map(|kind| signal(kind).ok())
                .collect();
            // It is waited for.
            let _ = ready.send(());
            let mut next = async || {
                std::future::poll_fn(|context| {
                    let ready = streams.iter_mut().any(|stream| stream.poll_recv(context).is_ready());
                    if ready { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
                })
                .await;
            };
            next().await;
            tell.send_replace(true);
            next().await;
            if let Some(path) = lock(&unfinished).take() {
                // It is left where it cannot be removed.
                let _ = std::fs::remove_file(path);
            }
            // What is being written may be waiting for a reader who will never come.
            std::process::exit(INTERRUPTED);
        };
        // In a thread of its own, for those that run the cases may have their hands full.
        thread::spawn(move || {
            if let Ok(runtime) = Builder::new_current_thread().enable_all().build() {
                runtime.block_on(hear);
            }
        });
        // Where nobody can listen, signals do what they always do.
        let _ = listening.recv();
        signals
    }

    /// Completes when the first signal came.
    pub(super) fn first(&self) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let mut came = self.came.clone();
        Box::pin(async move {
            if came.wait_for(|came| *came).await.is_err() {
                pending::<()>().await;
            }
        })
    }

    /// A file that has to go if the program ends before `done`.
    pub(super) fn begin(&self, unfinished: &Path) {
        *lock(&self.unfinished) = Some(unfinished.to_owned());
    }

    /// The file is finished, or gone.
    pub(super) fn done(&self) {
        *lock(&self.unfinished) = None;
    }
}

/// Whether whoever started this program has it ignore a signal, as `nohup` does. Only Linux tells.
#[must_use]
pub fn is_ignored(kind: SignalKind) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    mask >> (kind.as_raw_value() - 1) & 1 == 1
}
