//! One request over a connection of its own, its body in parts that do not come together.

use std::sync::Arc;

use tokio::io::AsyncWriteExt as _;
use url::Url;

use super::answer::{Version, read_versioned};
use super::{Copy, SETTLE, connect, head};
use crate::wire::exchange::{Moment, NoAnswer, Request, Response};
use crate::wire::http::Wire;

/// In which parts a body is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Parts {
    /// One, together with the head.
    One,
    /// Two halves, of which the second comes later.
    Two,
    /// One, later than a head that says that its sender waits for `100 Continue` (RFC 9110, section 10.1.1).
    Awaited,
    /// Chunks of so many bytes (RFC 9112, section 7.1), all but the first of them later.
    Chunks(usize),
}

impl Parts {
    /// The request, with the header field that says how its body comes.
    #[must_use]
    pub(crate) fn announced(self, request: Request) -> Request {
        match self {
            Self::One | Self::Two => request,
            Self::Awaited => request.header("Expect", "100-continue"),
            Self::Chunks(_) => request.header("Transfer-Encoding", "chunked"),
        }
    }

    /// A body as it is sent; the first part goes with the head.
    fn of(self, body: &[u8]) -> Vec<Vec<u8>> {
        match self {
            Self::One => vec![body.to_vec()],
            Self::Two => {
                let (first, second) = body.split_at(body.len() / 2);
                vec![first.to_vec(), second.to_vec()]
            }
            Self::Awaited => vec![Vec::new(), body.to_vec()],
            Self::Chunks(size) => {
                let mut parts: Vec<Vec<u8>> = body.chunks(size.max(1)).map(chunk).collect();
                parts.push(b"0\r\n\r\n".to_vec());
                parts
            }
        }
    }
}

fn chunk(bytes: &[u8]) -> Vec<u8> {
    let mut chunk = format!("{:x}\r\n", bytes.len()).into_bytes();
    chunk.extend_from_slice(bytes);
    chunk.extend_from_slice(b"\r\n");
    chunk
}

/// Sends a request that says how its body comes; gives what came, and the version of HTTP that the answer names.
pub(crate) async fn send_in_parts(
    wire: &Wire,
    moment: impl Fn() -> Moment + Send,
    request: &Request,
    parts: Parts,
) -> (Copy, Option<Version>) {
    // Nothing here reads an encoded body.
    let request = request.clone().header("Accept-Encoding", "identity");
    let sent = moment();
    let answer = match tokio::time::timeout(wire.timeout, exchange(wire, &request, parts)).await {
        Ok(answer) => answer,
        Err(_) => Err(NoAnswer::Missing("the time was up".into())),
    };
    let answered = answer.is_ok().then(moment);
    let version = answer.as_ref().ok().map(|(version, _)| *version);
    (((sent, answered), answer.map(|(_, response)| response)), version)
}

async fn exchange(wire: &Wire, request: &Request, parts: Parts) -> Result<(Version, Response), NoAnswer> {
    let missing = |fault: std::io::Error| NoAnswer::Missing(fault.to_string());
    let url = Url::parse(&request.url).map_err(|fault| NoAnswer::Missing(fault.to_string()))?;
    let mut stream = connect(Arc::clone(&wire.tls), &url).await.map_err(missing)?;
    let mut parts = parts.of(&request.body).into_iter();
    let mut first = head(&url, request);
    first.extend(parts.next().unwrap_or_default());
    stream.write_all(&first).await.map_err(missing)?;
    stream.flush().await.map_err(missing)?;
    if parts.len() > 0 {
        tokio::time::sleep(SETTLE).await;
    }
    for part in parts {
        // Who answered already need not read on.
        if stream.write_all(&part).await.is_err() || stream.flush().await.is_err() {
            break;
        }
    }
    read_versioned(stream).await
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::{Parts, head};
    use crate::wire::exchange::Request;

    #[test]
    fn the_parts_of_a_body_are_the_body_in_its_framing() {
        let table: &[(Parts, &[&str])] = &[
            (Parts::One, &["a=b&c=d"]),
            (Parts::Two, &["a=b", "&c=d"]),
            (Parts::Awaited, &["", "a=b&c=d"]),
            (Parts::Chunks(4), &["4\r\na=b&\r\n", "3\r\nc=d\r\n", "0\r\n\r\n"]),
        ];
        for (parts, expected) in table {
            let found = parts.of(b"a=b&c=d");
            let found: Vec<_> = found.iter().map(|part| String::from_utf8_lossy(part)).collect();
            assert_eq!(found, *expected, "{parts:?}");
        }
    }

    #[test]
    fn a_head_says_how_its_body_comes() {
        let url = Url::parse("http://h.example/t").expect("a URL");
        let said = |parts: Parts| {
            let request = parts.announced(Request::post("http://h.example/t", b"x=1".to_vec()));
            String::from_utf8_lossy(&head(&url, &request)).into_owned()
        };
        assert!(said(Parts::Two).contains("\r\nContent-Length: 3\r\n"));
        assert!(said(Parts::Awaited).contains("\r\nExpect: 100-continue\r\nContent-Length: 3\r\n"));
        let chunked = said(Parts::Chunks(1));
        assert!(chunked.contains("\r\nTransfer-Encoding: chunked\r\n"));
        assert!(!chunked.contains("Content-Length"));
    }
}
