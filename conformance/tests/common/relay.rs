//! A relay between a client and a server that keeps what passes, a connection an exchange.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A relay to one server.
pub(crate) struct Relay {
    /// Where it listens.
    pub(crate) origin: String,
    recorded: Arc<Mutex<Vec<String>>>,
}

impl Relay {
    /// Starts a relay to this origin.
    pub(crate) async fn start(server: &str) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("loopback has a free port");
        let port = listener.local_addr().expect("a bound listener has an address").port();
        let recorded = Arc::<Mutex<Vec<String>>>::default();
        let (kept, server) = (Arc::clone(&recorded), server.trim_start_matches("http://").to_owned());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (kept, server) = (Arc::clone(&kept), server.clone());
                tokio::spawn(async move {
                    let server = TcpStream::connect(server).await.expect("the server listens");
                    pass(client, server, &kept).await;
                });
            }
        });
        Self { origin: format!("http://127.0.0.1:{port}"), recorded }
    }

    /// What passed, in order.
    pub(crate) fn recorded(&self) -> Vec<String> {
        self.recorded.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Passes one request on and its answer back. Both are kept before the client has the answer, and so before its next request.
async fn pass(mut client: TcpStream, mut server: TcpStream, kept: &Mutex<Vec<String>>) {
    let request = message(&mut client).await;
    server.write_all(&request).await.expect("the server takes the request");
    let answer = message(&mut server).await;
    let text = format!("{}{}", told('>', &request, false), told('<', &answer, true));
    kept.lock().unwrap_or_else(PoisonError::into_inner).push(text);
    client.write_all(&answer).await.expect("the client takes the answer");
}

/// Reads one HTTP message: its head, and as much of a body as `Content-Length` says.
async fn message(from: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|part| part == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
            let length: usize = length.and_then(|length| length.trim().parse().ok()).unwrap_or(0);
            if bytes.len() >= end + 4 + length {
                return bytes;
            }
        }
        let mut part = [0; 4096];
        match from.read(&mut part).await {
            Ok(0) | Err(_) => return bytes,
            Ok(read) => bytes.extend_from_slice(&part[..read]),
        }
    }
}

fn told(mark: char, bytes: &[u8], with_body: bool) -> String {
    let text = String::from_utf8_lossy(bytes);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let mut lines = head.lines();
    let mut out = format!("{mark} {}\n", lines.next().unwrap_or_default());
    for line in lines {
        let name = line.split(':').next().unwrap_or_default().to_ascii_lowercase();
        if !["date", "content-length", "accept-encoding", "connection", "host"].contains(&name.as_str()) {
            out.push_str(&format!("{name}:{}\n", line.split_once(':').map_or("", |(_, value)| value)));
        }
    }
    if !body.is_empty() || with_body {
        out.push_str(body);
        out.push('\n');
    }
    out
}
