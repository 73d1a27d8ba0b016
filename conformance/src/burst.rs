//! Copies of one request over separate connections, all of each but its last byte sent first, then the last
//! bytes released together.

use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Barrier;
use url::Url;

use crate::exchange::{Moment, NoAnswer, Request, Response};
use crate::http::text;
use crate::live::Live;

/// What the server has to take in before the last bytes come.
const SETTLE: Duration = Duration::from_millis(50);
/// Nobody answers a token request with more.
const MOST: usize = 1 << 20;

/// When a copy was released and answered, and its answer.
pub(crate) type Copy = ((Moment, Option<Moment>), Result<Response, NoAnswer>);

/// Sends the copies.
pub(crate) async fn burst(live: &Arc<Live>, request: &Request, copies: usize) -> Vec<Copy> {
    let barrier = Arc::new(Barrier::new(copies));
    let tasks: Vec<_> = (0..copies)
        .map(|_| {
            let (live, request, barrier) = (Arc::clone(live), request.clone(), Arc::clone(&barrier));
            tokio::spawn(async move { copy(&live, &request, &barrier).await })
        })
        .collect();
    let mut answers = Vec::with_capacity(copies);
    for task in tasks {
        answers.push(task.await.unwrap_or_else(|fault| {
            ((live.moment(), None), Err(NoAnswer(format!("the copy was not sent: {fault}"))))
        }));
    }
    answers
}

async fn copy(live: &Live, request: &Request, barrier: &Barrier) -> Copy {
    let time = live.wire.timeout;
    let prepared = tokio::time::timeout(time, prepare(live, request)).await;
    // Every copy comes to the barrier, also one that failed: the others wait for it.
    let ready = match prepared {
        Ok(Ok(ready)) => Ok(ready),
        Ok(Err(fault)) => Err(NoAnswer(fault.to_string())),
        Err(_) => Err(NoAnswer("the time was up before the request was sent".into())),
    };
    barrier.wait().await;
    let sent = live.moment();
    let answer = match ready {
        Err(fault) => Err(fault),
        Ok((mut stream, last)) => match tokio::time::timeout(time, finish(&mut stream, last)).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(fault)) => Err(NoAnswer(fault.to_string())),
            Err(_) => Err(NoAnswer("the time was up".into())),
        },
    };
    let answered = answer.is_ok().then(|| live.moment());
    ((sent, answered), answer)
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// Connects and sends all but the last byte.
async fn prepare(live: &Live, request: &Request) -> std::io::Result<(Box<dyn Stream>, u8)> {
    let url = Url::parse(&request.url).map_err(std::io::Error::other)?;
    let host = url.host_str().unwrap_or_default();
    let port = url.port_or_known_default().unwrap_or(80);
    let tcp = TcpStream::connect((host.trim_matches(['[', ']']), port)).await?;
    tcp.set_nodelay(true)?;
    let mut stream: Box<dyn Stream> = if url.scheme() == "https" {
        let name =
            ServerName::try_from(host.trim_matches(['[', ']']).to_owned()).map_err(std::io::Error::other)?;
        let connector = tokio_rustls::TlsConnector::from(Arc::clone(&live.wire.tls));
        Box::new(connector.connect(name, tcp).await?)
    } else {
        Box::new(tcp)
    };
    let bytes = write(&url, request);
    let (last, rest) = bytes.split_last().expect("a request has bytes");
    stream.write_all(rest).await?;
    stream.flush().await?;
    tokio::time::sleep(SETTLE).await;
    Ok((stream, *last))
}

/// Sends the last byte and reads the answer.
async fn finish(stream: &mut Box<dyn Stream>, last: u8) -> std::io::Result<Response> {
    stream.write_all(&[last]).await?;
    stream.flush().await?;
    let mut bytes = Vec::new();
    loop {
        match read(&bytes, false) {
            Some(response) => return Ok(response),
            None if bytes.len() > MOST => return Err(std::io::Error::other("the answer is too long")),
            None => {}
        }
        let mut chunk = [0; 8192];
        let count = match stream.read(&mut chunk).await {
            Ok(count) => count,
            // Some servers close TLS without saying so.
            Err(fault) if fault.kind() == std::io::ErrorKind::UnexpectedEof => 0,
            Err(fault) => return Err(fault),
        };
        if count == 0 {
            return read(&bytes, true).ok_or_else(|| std::io::Error::other("the connection was closed"));
        }
        bytes.extend_from_slice(&chunk[..count]);
    }
}

/// The request as HTTP/1.1 bytes.
fn write(url: &Url, request: &Request) -> Vec<u8> {
    let query = url.query().map_or_else(String::new, |query| format!("?{query}"));
    let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
    let host = url.host_str().unwrap_or_default();
    let mut head = format!("{} {}{query} HTTP/1.1\r\nHost: {host}{port}\r\n", request.method, url.path());
    for (name, value) in &request.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if request.method != "GET" || !request.body.is_empty() {
        head.push_str(&format!("Content-Length: {}\r\n", request.body.len()));
    }
    head.push_str("Connection: close\r\n\r\n");
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(&request.body);
    bytes
}

/// Reads an answer; `None` if more is to come. Without a length, the answer ends where the connection does.
fn read(bytes: &[u8], closed: bool) -> Option<Response> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let mut lines = bytes[..end].split(|byte| *byte == b'\n').map(|line| text(line.trim_ascii()));
    let status: u16 = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            Some((name.trim().to_ascii_lowercase(), value.trim().to_owned()))
        })
        .collect();
    let rest = &bytes[end + 4..];
    if (100..200).contains(&status) {
        return read(rest, closed);
    }
    let response = Response { status, headers, body: Vec::new() };
    let body =
        if response.header("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) {
            unchunk(rest)?
        } else if let Some(length) = response.header("content-length").and_then(|length| length.parse().ok())
        {
            rest.get(..length)?.to_vec()
        } else if closed {
            rest.to_vec()
        } else {
            return None;
        };
    Some(Response { body, ..response })
}

fn unchunk(bytes: &[u8]) -> Option<Vec<u8>> {
    let (mut rest, mut body) = (bytes, Vec::new());
    loop {
        let end = rest.windows(2).position(|window| window == b"\r\n")?;
        let line = std::str::from_utf8(&rest[..end]).ok()?;
        let length = usize::from_str_radix(line.split(';').next()?.trim(), 16).ok()?;
        rest = &rest[end + 2..];
        if length == 0 {
            return Some(body);
        }
        body.extend_from_slice(rest.get(..length)?);
        rest = rest.get(length + 2..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::{read, write};
    use crate::exchange::Request;
    use url::Url;

    #[test]
    fn an_answer_ends_where_its_framing_says() {
        #[rustfmt::skip]
        let table = [
            ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", false, Some((200, "ok"))),
            ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok", false, None),
            ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok", true, None),
            ("HTTP/1.0 400 BAD REQUEST\r\n\r\nno", false, None),
            ("HTTP/1.0 400 BAD REQUEST\r\n\r\nno", true, Some((400, "no"))),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n3;x=y\r\nay!\r\n0\r\n\r\n", false, Some((200, "okay!"))),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n", true, None),
            ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", false, Some((204, ""))),
        ];
        for (bytes, closed, expected) in table {
            let found = read(bytes.as_bytes(), closed);
            let found = found.as_ref().map(|response| {
                (response.status, str::from_utf8(&response.body).expect("the table has text"))
            });
            assert_eq!(found, expected, "{bytes:?}");
        }
    }

    #[test]
    fn a_request_says_its_length_and_its_host() {
        let request = Request::post("http://h.example:81/t?a=b", b"x=1".to_vec()).header("X-A", "b");
        let url = Url::parse(&request.url).expect("a URL");
        let expected = "POST /t?a=b HTTP/1.1\r\nHost: h.example:81\r\nX-A: b\r\nContent-Length: 3\r\n\
                        Connection: close\r\n\r\nx=1";
        assert_eq!(String::from_utf8_lossy(&write(&url, &request)), expected);
    }
}
