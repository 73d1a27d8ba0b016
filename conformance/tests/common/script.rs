//! A server that answers by a script and keeps what it was asked.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use oauth_suite::case::{Context, Profile, RunState};
use oauth_suite::subject::{Target, read_text};
use oauth_suite::wire::Clock;
use oauth_suite::wire::http::{Settings, Wire};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A server that answers each `METHOD path` with fixed bytes.
pub(crate) struct Script {
    /// Its origin.
    pub(crate) base: String,
    asked: Arc<Mutex<Vec<String>>>,
    connections: Arc<AtomicUsize>,
}

/// The answers that are left for each `METHOD path`; the last one stays.
type Answers = BTreeMap<String, VecDeque<String>>;

impl Script {
    /// Answers are a status line's rest, header lines and a body: `302 Found\nLocation: /x\n\nbody`, with `BASE` for
    /// the origin, `OWN` for the host with its port, and `:OP` for the port. Several for one `METHOD path` come one
    /// after the other. A query counts where the script names it.
    pub(crate) async fn start(answers: &[(&str, &str)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let own = listener.local_addr().expect("a bound listener has an address");
        let (base, host, port) = (format!("http://{own}"), own.to_string(), format!(":{}", own.port()));
        let mut left = Answers::new();
        for (asked, answer) in answers {
            let answer = answer.replace("BASE", &base).replace("OWN", &host).replace(":OP", &port);
            left.entry((*asked).into()).or_default().push_back(answer);
        }
        let script = Self { base, asked: Arc::default(), connections: Arc::default() };
        let (log, connections) = (Arc::clone(&script.asked), Arc::clone(&script.connections));
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                connections.fetch_add(1, Ordering::SeqCst);
                let text = request(&mut stream).await;
                let answer = next(&mut left, &text);
                log.lock().unwrap_or_else(PoisonError::into_inner).push(text);
                let (head, body) = answer.split_once("\n\n").unwrap_or((&answer, ""));
                let head = head.replace('\n', "\r\n");
                let length = body.len();
                let out =
                    format!("HTTP/1.1 {head}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}");
                // Whoever asked may have gone.
                let _ = stream.write_all(out.as_bytes()).await;
            }
        });
        script
    }

    /// The requests, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The first line of each request.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.asked().iter().map(|text| text.lines().next().unwrap_or("").replace(" HTTP/1.1", "")).collect()
    }

    /// How often somebody connected, whatever came then.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// The target of this file.
pub(crate) fn target(text: &str) -> Target {
    read_text("t.toml", text, &|_| None).expect("the target is good")
}

/// A case's view of a run against this target, which is complete.
pub(crate) fn live(target: Target) -> Arc<RunState> {
    let wire = Wire::new(&Settings::default()).expect("HTTP works");
    Arc::new(RunState::new(target, wire, Clock::Real, Profile::Rfc9700, 1))
}

/// A case's view of a run against the target of this file.
pub(crate) fn context(text: &str) -> Context {
    Context::new(live(target(text)), "test/case")
}

fn next(left: &mut Answers, text: &str) -> String {
    let mut words = text.split(' ');
    let (method, path) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    let exact = format!("{method} {path}");
    let bare = exact.split('?').next().unwrap_or_default().to_owned();
    let key = if left.contains_key(&exact) { exact } else { bare };
    let Some(answers) = left.get_mut(&key) else { return "404 Not Found\n\nnothing".into() };
    match answers.len() {
        1 => answers[0].clone(),
        _ => answers.pop_front().unwrap_or_default(),
    }
}

/// One request, or what came of it before the sender went away.
async fn request(stream: &mut TcpStream) -> String {
    let mut bytes = vec![0; 65536];
    let mut length = 0;
    loop {
        let read = stream.read(&mut bytes[length..]).await.unwrap_or(0);
        length += read;
        let text = String::from_utf8_lossy(&bytes[..length]).into_owned();
        if read == 0 || is_whole(&text) {
            return text;
        }
    }
}

fn is_whole(text: &str) -> bool {
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    body.len() >= length.unwrap_or(0)
}
