//! Copies of one request over separate connections, all of each but its last byte sent first, then the last
//! bytes released together. What is sent in other parts: `parts.rs`.

mod answer;
mod parts;

use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Barrier;
use url::Url;

pub(crate) use answer::Version;
pub(crate) use parts::{Parts, send_in_parts};

use crate::wire::exchange::{Moment, NoAnswer, Request, Response};
use crate::wire::http::Wire;

/// What the server has to take in before the last bytes come.
const SETTLE: Duration = Duration::from_millis(50);

/// When a copy was released and answered, and its answer.
pub(crate) type Copy = ((Moment, Option<Moment>), Result<Response, NoAnswer>);

/// Sends the copies; `moment` tells the time of the run.
pub(crate) async fn burst<M>(wire: &Wire, moment: M, request: &Request, copies: usize) -> Vec<Copy>
where
    M: Fn() -> Moment + Clone + Send + Sync + 'static,
{
    let barrier = Arc::new(Barrier::new(copies));
    // Nothing here reads an encoded body.
    let request = request.clone().header("Accept-Encoding", "identity");
    let tasks: Vec<_> = (0..copies)
        .map(|_| {
            let (tls, time, moment) = (Arc::clone(&wire.tls), wire.timeout, moment.clone());
            let (request, barrier) = (request.clone(), Arc::clone(&barrier));
            tokio::spawn(async move { copy(tls, time, &moment, &request, &barrier).await })
        })
        .collect();
    let mut answers = Vec::with_capacity(copies);
    for task in tasks {
        answers.push(task.await.unwrap_or_else(|fault| {
            ((moment(), None), Err(NoAnswer::Missing(format!("the copy was not sent: {fault}"))))
        }));
    }
    answers
}

async fn copy(
    tls: Arc<ClientConfig>,
    time: Duration,
    moment: &(impl Fn() -> Moment + Sync),
    request: &Request,
    barrier: &Barrier,
) -> Copy {
    let prepared = tokio::time::timeout(time, prepare(tls, request)).await;
    // Every copy comes to the barrier, also one that failed: the others wait for it.
    let ready = match prepared {
        Ok(Ok(ready)) => Ok(ready),
        Ok(Err(fault)) => Err(NoAnswer::Missing(fault.to_string())),
        Err(_) => Err(NoAnswer::Missing("the time was up before the request was sent".into())),
    };
    barrier.wait().await;
    let sent = moment();
    let answer = match ready {
        Err(fault) => Err(fault),
        Ok((stream, last)) => match tokio::time::timeout(time, finish(stream, last)).await {
            Ok(answer) => answer,
            Err(_) => Err(NoAnswer::Missing("the time was up".into())),
        },
    };
    let answered = answer.is_ok().then(moment);
    ((sent, answered), answer)
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// Connects and sends all but the last byte.
async fn prepare(tls: Arc<ClientConfig>, request: &Request) -> std::io::Result<(Box<dyn Stream>, u8)> {
    let url = Url::parse(&request.url).map_err(std::io::Error::other)?;
    let mut stream = connect(tls, &url).await?;
    let bytes = write(&url, request);
    let (last, rest) = bytes.split_last().expect("a request has bytes");
    stream.write_all(rest).await?;
    stream.flush().await?;
    tokio::time::sleep(SETTLE).await;
    Ok((stream, *last))
}

/// A connection of its own to the server of a URL.
async fn connect(tls: Arc<ClientConfig>, url: &Url) -> std::io::Result<Box<dyn Stream>> {
    let host = url.host_str().unwrap_or_default();
    let port = url.port_or_known_default().unwrap_or(80);
    let tcp = TcpStream::connect((host.trim_matches(['[', ']']), port)).await?;
    tcp.set_nodelay(true)?;
    if url.scheme() == "https" {
        let name =
            ServerName::try_from(host.trim_matches(['[', ']']).to_owned()).map_err(std::io::Error::other)?;
        let connector = tokio_rustls::TlsConnector::from(tls);
        return Ok(Box::new(connector.connect(name, tcp).await?));
    }
    Ok(Box::new(tcp))
}

/// Sends the last byte and reads the answer.
async fn finish(mut stream: Box<dyn Stream>, last: u8) -> Result<Response, NoAnswer> {
    let sent = async {
        stream.write_all(&[last]).await?;
        stream.flush().await
    };
    sent.await.map_err(|fault| NoAnswer::Missing(fault.to_string()))?;
    answer::read(stream).await
}

/// The request as HTTP/1.1 bytes.
fn write(url: &Url, request: &Request) -> Vec<u8> {
    let mut bytes = head(url, request);
    bytes.extend_from_slice(&request.body);
    bytes
}

/// The head of a request, with the length of its body unless that comes in chunks.
fn head(url: &Url, request: &Request) -> Vec<u8> {
    let query = url.query().map_or_else(String::new, |query| format!("?{query}"));
    let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
    let host = url.host_str().unwrap_or_default();
    let mut head = format!("{} {}{query} HTTP/1.1\r\nHost: {host}{port}\r\n", request.method, url.path());
    for (name, value) in &request.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    let in_chunks = request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("transfer-encoding"));
    if !in_chunks && (request.method != "GET" || !request.body.is_empty()) {
        head.push_str(&format!("Content-Length: {}\r\n", request.body.len()));
    }
    head.push_str("Connection: close\r\n\r\n");
    head.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::write;
    use crate::wire::exchange::Request;
    use url::Url;

    #[test]
    fn a_request_says_its_length_and_its_host() {
        let request = Request::post("http://h.example:81/t?a=b", b"x=1".to_vec()).header("X-A", "b");
        let url = Url::parse(&request.url).expect("a URL");
        let expected = "POST /t?a=b HTTP/1.1\r\nHost: h.example:81\r\nX-A: b\r\nContent-Length: 3\r\n\
                        Connection: close\r\n\r\nx=1";
        assert_eq!(String::from_utf8_lossy(&write(&url, &request)), expected);
    }
}
