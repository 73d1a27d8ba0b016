//! Reads one HTTP/1.1 answer off a connection that carries no other. Head and body are bounded, the time is not.

use std::io::ErrorKind;

use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, BufReader};

use crate::wire::exchange::{NoAnswer, Response};
use crate::wire::http::{LONGEST_BODY, text};

/// The longest head, with the interim answers before it: about what hyper reads.
const LONGEST_HEAD: usize = 400 << 10;
/// The most headers of one head: as many as hyper reads.
const MOST_HEADERS: usize = 100;
/// The longest line before a chunk.
const LONGEST_LINE: usize = 16 << 10;

/// The version of HTTP that an answer names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    /// HTTP/1.0, which has no chunks.
    Http10,
    /// HTTP/1.1, or what took a request of it for one of its own.
    Http11,
}

/// Reads an answer. Without a length, it ends where the connection does.
pub(super) async fn read(stream: impl AsyncRead + Unpin + Send) -> Result<Response, NoAnswer> {
    read_versioned(stream).await.map(|(_, response)| response)
}

/// The same, with the version that it names.
pub(super) async fn read_versioned(
    stream: impl AsyncRead + Unpin + Send,
) -> Result<(Version, Response), NoAnswer> {
    let mut stream = BufReader::new(stream);
    let mut left = LONGEST_HEAD;
    let (mut version, mut response) = head(&mut stream, &mut left).await?;
    while (100..200).contains(&response.status) {
        (version, response) = head(&mut stream, &mut left).await?;
    }
    Ok((version, body(&mut stream, response).await?))
}

/// Reads the body behind a head.
async fn body<S: AsyncRead + Unpin + Send>(
    stream: Stream<'_, S>,
    mut response: Response,
) -> Result<Response, NoAnswer> {
    let chunked = response.header("transfer-encoding").is_some_and(|it| it.eq_ignore_ascii_case("chunked"));
    if chunked {
        return chunks(stream, response).await;
    }
    match response.header("content-length").and_then(|length| length.parse::<usize>().ok()) {
        Some(length) if length > LONGEST_BODY => Err(NoAnswer::TooLong(response)),
        Some(length) => {
            part(stream, length, &mut response.body).await?;
            Ok(response)
        }
        None => {
            let most = LONGEST_BODY as u64 + 1;
            end_or(stream.take(most).read_to_end(&mut response.body).await)?;
            if response.body.len() > LONGEST_BODY {
                return Err(NoAnswer::TooLong(Response { body: Vec::new(), ..response }));
            }
            Ok(response)
        }
    }
}

type Stream<'s, S> = &'s mut BufReader<S>;

async fn head<S: AsyncRead + Unpin>(
    stream: Stream<'_, S>,
    left: &mut usize,
) -> Result<(Version, Response), NoAnswer> {
    let first = line(stream, left).await?;
    let version = if first.starts_with("HTTP/1.0 ") { Version::Http10 } else { Version::Http11 };
    let status = first.split(' ').nth(1).and_then(|word| word.parse().ok());
    let status = status.ok_or_else(|| missing("what came is no HTTP"))?;
    let mut headers = Vec::new();
    loop {
        let line = line(stream, left).await?;
        if line.is_empty() {
            return Ok((version, Response { status, headers, body: Vec::new() }));
        }
        if headers.len() == MOST_HEADERS {
            return Err(missing("the answer has more than 100 headers"));
        }
        if let Some((name, value)) = line.split_once(':') {
            headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
}

/// A line without its end. Its bytes count against `left`.
async fn line<S: AsyncRead + Unpin>(stream: Stream<'_, S>, left: &mut usize) -> Result<String, NoAnswer> {
    let mut bytes = Vec::new();
    end_or(stream.take(*left as u64).read_until(b'\n', &mut bytes).await)?;
    *left -= bytes.len();
    match bytes.last() {
        Some(b'\n') => Ok(text(bytes.trim_ascii())),
        Some(_) | None if *left == 0 => Err(missing("the head of the answer is too long")),
        Some(_) | None => Err(missing("the connection was closed")),
    }
}

async fn chunks<S: AsyncRead + Unpin>(
    stream: Stream<'_, S>,
    mut response: Response,
) -> Result<Response, NoAnswer> {
    loop {
        let size = line(stream, &mut { LONGEST_LINE }).await?;
        let size = usize::from_str_radix(size.split(';').next().unwrap_or_default().trim(), 16);
        let size = size.map_err(|_| missing("a chunk of the answer has no size"))?;
        if size == 0 {
            return Ok(response);
        }
        if size > LONGEST_BODY - response.body.len() {
            return Err(NoAnswer::TooLong(Response { body: Vec::new(), ..response }));
        }
        part(stream, size, &mut response.body).await?;
        line(stream, &mut { LONGEST_LINE }).await?;
    }
}

/// Reads so many bytes more.
async fn part<S: AsyncRead + Unpin>(
    stream: Stream<'_, S>,
    length: usize,
    body: &mut Vec<u8>,
) -> Result<(), NoAnswer> {
    let read = end_or(stream.take(length as u64).read_to_end(body).await)?;
    if read == length { Ok(()) } else { Err(missing("the connection was closed")) }
}

/// Some servers close TLS without saying so: that is an end too.
fn end_or(read: std::io::Result<usize>) -> Result<usize, NoAnswer> {
    match read {
        Ok(count) => Ok(count),
        Err(fault) if fault.kind() == ErrorKind::UnexpectedEof => Ok(0),
        Err(fault) => Err(NoAnswer::Missing(fault.to_string())),
    }
}

fn missing(why: &str) -> NoAnswer {
    NoAnswer::Missing(why.into())
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use tokio::io::AsyncReadExt as _;

    use super::read;
    use crate::wire::exchange::{NoAnswer, Response};
    use crate::wire::http::LONGEST_BODY;

    /// What comes of these bytes, after which the connection is closed or silent; `None` while more is to come.
    fn found(bytes: &[u8], closed: bool) -> Option<Result<Response, NoAnswer>> {
        let (silent, _kept) = tokio::io::duplex(1);
        let rest = if closed { silent.take(0) } else { silent.take(1) };
        let mut reading = pin!(read(bytes.chain(rest)));
        let mut context = Context::from_waker(Waker::noop());
        match reading.as_mut().poll(&mut context) {
            Poll::Ready(answer) => Some(answer),
            Poll::Pending => None,
        }
    }

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
            ("SSH-2.0\r\n\r\n", true, None),
        ];
        for (bytes, closed, expected) in table {
            let answer = found(bytes.as_bytes(), closed);
            let found = answer.as_ref().and_then(|answer| answer.as_ref().ok()).map(|response| {
                (response.status, str::from_utf8(&response.body).expect("the table has text"))
            });
            assert_eq!(found, expected, "{bytes:?}");
            assert_eq!(answer.is_none(), !closed && expected.is_none(), "{bytes:?} is waited for");
        }
    }

    #[test]
    fn no_more_is_read_than_the_suite_has_a_use_for() {
        let full = "a".repeat(LONGEST_BODY);
        let framings = [
            |body: &str| format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()),
            |body: &str| format!("HTTP/1.1 200 OK\r\n\r\n{body}"),
            |body: &str| {
                format!(
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n{:x}\r\n{}\r\n0\r\n\r\n",
                    &body[..1],
                    body.len() - 1,
                    &body[1..]
                )
            },
        ];
        for framing in framings {
            let right = found(framing(&full).as_bytes(), true).expect("it is closed").expect("it is read");
            assert_eq!(right.body.len(), LONGEST_BODY);
            let longer = found(framing(&format!("{full}a")).as_bytes(), true).expect("it is closed");
            let Err(NoAnswer::TooLong(head)) = longer else { panic!("a longer one is read") };
            assert_eq!((head.status, head.body.len()), (200, 0));
        }
    }

    #[test]
    fn heads_without_end_are_refused_while_they_come() {
        let interim = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".repeat(20_000);
        let one_header = format!("HTTP/1.1 200 OK\r\nX: {}", "a".repeat(1 << 20));
        let headers = format!("HTTP/1.1 200 OK\r\n{}", "X: a\r\n".repeat(101));
        for (bytes, reason) in
            [(interim, "head of the answer"), (one_header, "head of the answer"), (headers, "100 headers")]
        {
            let Some(Err(NoAnswer::Missing(why))) = found(bytes.as_bytes(), false) else {
                panic!("{} bytes are not refused", bytes.len())
            };
            assert!(why.contains(reason), "{why}");
        }
        let headers = format!("HTTP/1.1 200 OK\r\n{}Content-Length: 0\r\n\r\n", "X: a\r\n".repeat(99));
        let answer = found(headers.as_bytes(), false).expect("it is whole").expect("it is read");
        assert_eq!(answer.headers.len(), 100);
    }
}
