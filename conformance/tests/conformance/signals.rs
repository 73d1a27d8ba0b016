//! The program under signals: a run ends with what there is, and no report is left in half.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use oauth_conformance::cli::is_ignored;
use oauth_conformance::reference::TARGET;
use oauth_reference_server::{BUILT_IN, Config, Options, Server};
use tokio::signal::unix::SignalKind;
use tokio::sync::mpsc;

use crate::common::server::{forward, listen, send, serve, serve_at};

/// The signals that end a run, less those that whoever runs these tests has all programs ignore, as `nohup` does.
fn signals() -> impl Iterator<Item = &'static str> {
    let all =
        [("INT", SignalKind::interrupt()), ("TERM", SignalKind::terminate()), ("HUP", SignalKind::hangup())];
    all.into_iter().filter_map(|(name, kind)| {
        let ignored = is_ignored(kind);
        if ignored {
            println!("SIG{name} is ignored here, and not tried");
        }
        (!ignored).then_some(name)
    })
}

/// A folder of a test's own, gone with it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).expect("the folder for tests can be written");
        Self(path)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().expect("the folder's name is text").to_owned()
    }

    fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).expect("it is there").flatten();
        let mut names: Vec<_> =
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left behind does no harm.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Starts the program against the reference server's target at another origin.
fn start(folder: &Folder, origin: &str, arguments: &[&str]) -> Child {
    let target = folder.path("target.toml");
    // None of these servers has a clock to be advanced.
    let text = TARGET.replace("http://127.0.0.1:9000", origin).replace("advance = ", "# advance = ");
    std::fs::write(&target, text).expect("it can be written");
    Command::new(env!("CARGO_BIN_EXE_oauth-conformance"))
        .args(["run", "--target", &target, "--timeout", "60", "--json", &folder.path("report.json")])
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts")
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args(["-s", name, &child.id().to_string()]).status();
    assert!(sent.expect("there is a kill").success(), "{name}");
}

/// Exit code, stdout, and what stderr says beside where secrets go.
fn ended(child: Child) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = child.wait_with_output().expect("it ends");
    let text = |bytes| String::from_utf8(bytes).expect("it prints text");
    let said = text(stderr);
    let said = said.lines().filter(|line| !line.starts_with("passwords, ") && !line.starts_with("  "));
    (status.code(), text(stdout), said.map(|line| format!("{line}\n")).collect())
}

/// The reference server behind a server that answers so many token requests and no more, and says so
/// at each that it leaves.
async fn stopping(before: usize) -> (Server, String, mpsc::UnboundedReceiver<()>) {
    let (front, origin) = listen().await;
    let (back, behind) = listen().await;
    let config = Config::parse("a test's data", &format!("issuer = {origin:?}\n{BUILT_IN}"));
    let config = config.expect("the data are good");
    let kept = oauth_reference_server::serve(back, config, Options::default()).await.expect("it starts");
    let (tell, told) = mpsc::unbounded_channel();
    let count = Arc::new(AtomicUsize::new(0));
    serve_at(front, move |request, stream| {
        let (behind, tell, count) = (behind.clone(), tell.clone(), Arc::clone(&count));
        async move {
            if request.starts_with("POST /token ") && count.fetch_add(1, Ordering::SeqCst) >= before {
                let _ = tell.send(());
                std::future::pending::<()>().await;
            }
            let (head, body) = forward(&behind, &request).await;
            send(stream, &head, &body).await;
        }
    });
    (kept, origin, told)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_before_the_first_case_ends_the_run_and_leaves_no_file() {
    let (tell, mut told) = mpsc::unbounded_channel();
    let origin = serve(move |_, stream| {
        let tell = tell.clone();
        async move {
            let _ = tell.send(());
            std::future::pending::<()>().await;
            drop(stream);
        }
    });
    let origin = origin.await;
    let folder = Folder::new("discovery");
    for name in signals() {
        let child = start(&folder, &origin, &[]);
        told.recv().await.expect("it asks for the metadata");
        signal(&child, name);
        let (code, stdout, stderr) = ended(child);
        assert_eq!((code, stdout.as_str()), (Some(3), ""), "{name}: {stderr}");
        assert_eq!(stderr, "oauth-conformance: interrupted before the first case\n", "{name}");
        assert_eq!(folder.files(), ["target.toml"], "{name}");
    }
    // A wait that the server asks for.
    let (tell, mut told) = mpsc::unbounded_channel();
    let origin = serve(move |_, stream| {
        let tell = tell.clone();
        async move {
            send(stream, "429 Slow Down\r\nRetry-After: 14", "").await;
            let _ = tell.send(());
        }
    });
    let child = start(&folder, &origin.await, &[]);
    told.recv().await.expect("it asks for the metadata");
    signal(&child, "TERM");
    let (code, _, stderr) = ended(child);
    assert_eq!(code, Some(3), "{stderr}");
    assert!(stderr.ends_with("oauth-conformance: interrupted before the first case\n"), "{stderr}");
    // The preflight, and a report of an earlier run.
    let (_server, origin, mut told) = stopping(0).await;
    std::fs::write(folder.path("report.json"), "earlier").expect("it can be written");
    let child = start(&folder, &origin, &[]);
    told.recv().await.expect("it redeems a code");
    signal(&child, "TERM");
    let (code, _, stderr) = ended(child);
    assert_eq!((code, stderr.as_str()), (Some(3), "oauth-conformance: interrupted before the first case\n"));
    let earlier = std::fs::read_to_string(folder.path("report.json"));
    assert_eq!(earlier.expect("it is there"), "earlier");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_in_a_case_or_a_burst_ends_the_run_with_its_report() {
    // The preflight and the sanity case redeem a code each.
    for (case, before) in [("code/refused-the-second-time", 2), ("code/redeemed-once-of-many-at-once", 4)] {
        for name in signals() {
            let (_server, origin, mut told) = stopping(before).await;
            let folder = Folder::new(&format!("{name}-{}", case.replace('/', "-")));
            let child = start(&folder, &origin, &["--only", "sanity", case]);
            told.recv().await.expect("it comes to the case");
            signal(&child, name);
            let (code, stdout, stderr) = ended(child);
            assert_eq!((code, stderr.as_str()), (Some(3), ""), "{name} in {case}: {stdout}");
            assert!(stdout.contains("interrupted: ") && stdout.contains("sanity (1)"), "{stdout}");
            let report = std::fs::read(folder.path("report.json")).expect("it is written");
            let report: serde_json::Value = serde_json::from_slice(&report).expect("it is whole");
            assert_eq!(
                (report["interrupted"].as_bool(), report["counts"]["held"].as_u64()),
                (Some(true), Some(1))
            );
            assert_eq!(folder.files(), ["report.json", "target.toml"], "{name} in {case}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_told_when_it_ended_and_not_when_the_run_did() {
    let (_server, origin, mut told) = stopping(2).await;
    let folder = Folder::new("stream");
    let mut child = start(&folder, &origin, &["--only", "sanity", "code/refused-the-second-time"]);
    told.recv().await.expect("it comes to the case");
    let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
    let (tell, read) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        let _ = tell.send(stdout.read_line(&mut line).map(|_| line));
        let mut rest = String::new();
        let _ = tell.send(stdout.read_to_string(&mut rest).map(|_| rest));
    });
    let soon = std::time::Duration::from_secs(30);
    let line = read.recv_timeout(soon).expect("a line while the run lasts").expect("it is text");
    assert_eq!(line, "held        sanity (1)\n");
    signal(&child, "TERM");
    let rest = read.recv_timeout(soon).expect("the run ends").expect("it is text");
    assert!(rest.contains("\ninterrupted: ") && !rest.contains("refused-the-second-time"), "{rest}");
    let (code, _, stderr) = ended(child);
    assert_eq!((code, stderr.as_str()), (Some(3), ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_nobody_reads_keeps_no_run_alive() {
    let (_server, origin, mut told) = stopping(2).await;
    let folder = Folder::new("pipe");
    let mut child = start(&folder, &origin, &["--only", "sanity", "code/"]);
    told.recv().await.expect("it comes to the case");
    drop(child.stdout.take());
    signal(&child, "TERM");
    let (code, _, stderr) = ended(child);
    assert_eq!((code, stderr.as_str()), (Some(3), ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_what_is_being_written() {
    let (_server, origin, mut told) = stopping(40).await;
    let folder = Folder::new("second");
    let mut child = start(&folder, &origin, &["--format", "json"]);
    told.recv().await.expect("it comes to the case");
    signal(&child, "TERM");
    // The report is longer than a pipe holds: when it begins, it is being written until it is read.
    let mut stdout = child.stdout.take().expect("it is piped");
    let mut first = [0; 1];
    stdout.read_exact(&mut first).expect("it begins");
    signal(&child, "TERM");
    let (code, _, stderr) = ended(child);
    assert_eq!((code, stderr.as_str()), (Some(3), ""));
    let mut rest = Vec::new();
    stdout.read_to_end(&mut rest).expect("it ended");
    let cut: Result<serde_json::Value, _> = serde_json::from_slice(&[&first[..], &rest].concat());
    assert!(cut.is_err(), "it was not cut: nothing was shown");
}

// Elsewhere a program is not told what it was started with.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_ignored_from_outside_stays_so() {
    let (tell, mut told) = mpsc::unbounded_channel();
    let origin = serve(move |_, stream| {
        let tell = tell.clone();
        async move {
            let (answer, answered) = tokio::sync::oneshot::channel::<()>();
            let _ = tell.send(answer);
            let _ = answered.await;
            send(stream, "404 Not Found", "").await;
        }
    });
    let folder = Folder::new("nohup");
    let origin = origin.await;
    let target = folder.path("target.toml");
    std::fs::write(
        &target,
        format!("issuer = \"{origin}\"\n[public_client]\nid = \"c\"\nredirect_uri = \"http://c/\"\n"),
    )
    .expect("it can be written");
    let child = Command::new("nohup")
        .args([env!("CARGO_BIN_EXE_oauth-conformance"), "run", "--target", &target])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("there is a nohup");
    let first = told.recv().await.expect("it asks for the metadata");
    signal(&child, "HUP");
    // Both places are asked for all the same.
    let _ = first.send(());
    let answering = tokio::spawn(async move {
        while let Some(next) = told.recv().await {
            let _ = next.send(());
        }
    });
    let (code, _, stderr) = ended(child);
    answering.abort();
    assert_eq!(code, Some(2), "{stderr}");
    assert!(stderr.contains("no metadata document"), "{stderr}");
}
