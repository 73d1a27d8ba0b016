//! Odd bytes: whatever arrives, the answer is a refusal and never a failure.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::peer::Peer;

const PATHS: &[&str] =
    &["/", "/login", "/authorize", "/token", "/api/me", "/.well-known/oauth-authorization-server", "/none"];

const ODD: &[&[u8]] = &[
    b"",
    b"%",
    b"%4",
    b"%zz=1",
    b"a=%ff",
    b"=%00",
    b"client_id=%00&state=%0d%0aSet-Cookie:%20a=b",
    b"client_id=client_1&client_id=client_1",
    b"client_id=client_1&redirect_uri=http%3A%2F%2Flocalhost%3A8000%2Fcallback&state=%e9%0d%0a",
    b"&&&===&%26=%3D",
    b"next=%2Fauthorize%3F%0d%0aX:%20y",
    b"next=//evil.example/",
    b"grant_type=authorization_code&code=.&redirect_uri=%20",
    b"grant_type=authorization_code&code=AAAAAAAAAAAAAAAAAAAAAA.x",
    b"confirm=yes&ask=AAAAAAAAAAAAAAAAAAAAAA.x&keep=%f0%9f%92%a9",
    b"user_id=%F0%9F%92%A9&password=%00&login_token=x",
    "\u{e9}=\u{1f4a9}".as_bytes(),
    b"\xff\xfe",
];

/// Sends bytes, reads all that comes back, and returns the status; none if the connection just ended.
async fn status(addr: SocketAddr, bytes: &[u8]) -> Option<u16> {
    let mut stream = TcpStream::connect(addr).await.expect("a connection");
    // The server may refuse before it has read everything.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let line = String::from_utf8_lossy(&answer).lines().next()?.to_owned();
    line.split(' ').nth(1)?.parse().ok()
}

fn request(method: &str, target: &[u8], headers: &[&[u8]], body: &[u8]) -> Vec<u8> {
    let mut bytes =
        [method.as_bytes(), b" ", target, b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"].concat();
    for header in headers {
        bytes.extend_from_slice(header);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes());
    bytes.extend_from_slice(body);
    bytes
}

const FORM: &[u8] = b"Content-Type: application/x-www-form-urlencoded";

#[tokio::test]
async fn no_odd_bytes_make_an_endpoint_fail() {
    let peer = Peer::start().await;
    let addr = peer.server.addr();
    let huge = [b"a=".as_slice(), &vec![b'x'; 60_000]].concat();
    for path in PATHS {
        for odd in ODD.iter().copied().chain([huge.as_slice()]) {
            let in_query = [path.as_bytes(), b"?", odd].concat();
            let in_field = |name: &str| [name.as_bytes(), b": ", odd].concat();
            let in_cookie = [b"Cookie: oauth_server_session=".as_slice(), odd].concat();
            let in_bearer = [b"Authorization: Bearer ".as_slice(), odd].concat();
            let requests = [
                request("GET", &in_query, &[], b""),
                request("POST", path.as_bytes(), &[FORM], odd),
                request("POST", &in_query, &[FORM], odd),
                request("POST", path.as_bytes(), &[&in_field("Content-Type")], odd),
                request("GET", path.as_bytes(), &[&in_field("Authorization")], odd),
                request("GET", path.as_bytes(), &[&in_bearer, &in_cookie], b""),
                request("POST", path.as_bytes(), &[FORM, &in_field("Authorization")], b"grant_type=x"),
            ];
            for bytes in requests {
                let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(300)]).into_owned();
                if let Some(status) = status(addr, &bytes).await {
                    assert!((200..500).contains(&status), "{status} to {shown}");
                }
            }
        }
    }
    assert_eq!(status(addr, &request("GET", b"/", &[], b"")).await, Some(200), "the server still serves");
}

#[tokio::test]
async fn a_target_that_is_no_path_is_refused() {
    let peer = Peer::start().await;
    let addr = peer.server.addr();
    for target in [
        &b"*"[..],
        b"localhost:1",
        b"http://localhost/none",
        b"//",
        b"/../etc/passwd",
        b"/login/",
        b"/%6cogin",
    ] {
        for method in ["GET", "OPTIONS", "CONNECT"] {
            let status = status(addr, &request(method, target, &[], b"")).await;
            let shown = String::from_utf8_lossy(target).into_owned();
            assert!(
                status.is_none_or(|status| (400..500).contains(&status)),
                "{status:?} to {method} {shown}"
            );
        }
    }
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let mut peer = Peer::start().await;
    let answer = peer.post("/api/me", &[]).await;
    assert_eq!((answer.status, answer.header("allow")), (405, "GET"));
    let answer = peer.read("/token").await;
    assert_eq!((answer.status, answer.header("allow")), (405, "POST"));
    assert_eq!(peer.read("/nowhere").await.status, 404);
}

#[tokio::test]
async fn a_body_is_read_up_to_its_limit() {
    let peer = Peer::start().await;
    let addr = peer.server.addr();
    let body = |length: usize| [b"a=".as_slice(), &vec![b'x'; length - 2]].concat();
    let sizes = [65_536, 65_537, 1_000_000];
    let mut statuses = Vec::new();
    for path in ["/login", "/authorize", "/token"] {
        for size in sizes {
            statuses.push(status(addr, &request("POST", path.as_bytes(), &[FORM], &body(size))).await);
        }
    }
    let expected = [
        [Some(403), Some(413), Some(413)],
        [Some(400), Some(413), Some(413)],
        [Some(400), Some(400), Some(400)],
    ];
    assert_eq!(statuses, expected.concat());
}

#[tokio::test]
async fn a_page_asked_for_by_head_has_no_body() {
    let peer = Peer::start().await;
    let mut stream = TcpStream::connect(peer.server.addr()).await.expect("a connection");
    stream.write_all(&request("HEAD", b"/", &[], b"")).await.expect("a request is written");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("\r\n\r\n"), "{answer}");
}

/// The statuses of all answers to a request with a good one behind it, and whether the first says that it is the last.
async fn statuses_before_a_good_request(addr: SocketAddr, head: &str) -> (Vec<u16>, bool) {
    let mut stream = TcpStream::connect(addr).await.expect("a connection");
    let good = "GET /login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(format!("{head}\r\n{good}").as_bytes()).await.expect("requests are written");
    let mut answers = String::new();
    stream.read_to_string(&mut answers).await.expect("answers of text");
    let statuses = answers.split("HTTP/1.").skip(1).filter_map(|answer| answer.get(2..5)?.parse().ok());
    let first = answers.split("\r\n\r\n").next().unwrap_or_default().to_ascii_lowercase();
    (statuses.collect(), first.contains("connection: close"))
}

#[tokio::test]
async fn a_request_that_does_not_name_its_host_once_is_refused_before_anything_else() {
    let peer = Peer::start().await;
    let addr = peer.server.addr();
    for head in [
        "GET /api/me HTTP/1.1\r\n",
        "GET /api/me HTTP/1.1\r\nHost: a.example\r\nHost: a.example\r\n",
        "GET /api/me HTTP/1.0\r\nHost: a.example\r\nHost: b.example\r\nConnection: keep-alive\r\n",
        "GET /api/me HTTP/1.1\r\nHost:\r\n",
        "GET /api/me HTTP/1.1\r\nHost: user@a.example\r\n",
        "GET /api/me HTTP/1.1\r\nHost: a.example, b.example\r\n",
        "GET http://localhost/api/me HTTP/1.1\r\n",
        "GET http://user@localhost/api/me HTTP/1.1\r\nHost: localhost\r\n",
        "GET /none HTTP/1.1\r\n",
        "BREW /token HTTP/1.1\r\n",
        "OPTIONS * HTTP/1.1\r\n",
        "POST /token HTTP/1.1\r\nContent-Length: 0\r\n",
        "POST /login HTTP/1.1\r\nContent-Length: 99999\r\nExpect: 100-continue\r\n",
    ] {
        assert_eq!(statuses_before_a_good_request(addr, head).await, (vec![400], true), "{head}");
    }
    for head in [
        "GET /api/me HTTP/1.1\r\nHost: localhost\r\n",
        "GET /api/me HTTP/1.1\r\nHost: other.example:9000\r\n",
        "GET /api/me HTTP/1.1\r\nHost: [::1]:9000\r\n",
        "GET /api/me HTTP/1.1\r\nHost:localhost \r\n",
        "GET http://localhost/api/me HTTP/1.1\r\nHost: other.example\r\n",
        "GET /api/me HTTP/1.0\r\nConnection: keep-alive\r\n",
    ] {
        assert_eq!(statuses_before_a_good_request(addr, head).await, (vec![401, 200], false), "{head}");
    }
}

#[tokio::test]
async fn a_target_that_is_a_whole_uri_goes_over_the_host_field() {
    let mut peer = Peer::start().await;
    let addr = peer.server.addr();
    let token = peer.read("/login").await.field("login_token");
    let (name, value) = peer.cookies.first().expect("the form comes with a cookie").clone();
    let form = format!("user_id=id001&password=mypassword&login_token={token}");
    let log_in = async |target: &str, host: &str| {
        let head = format!(
            "POST {target} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://localhost\r\nCookie: {name}={value}\r\n\
             Connection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
            form.len()
        );
        status(addr, head.as_bytes()).await
    };
    assert_eq!(log_in("/login", "localhost").await, Some(200));
    assert_eq!(log_in("http://localhost/login", "other.example").await, Some(200));
    assert_eq!(
        log_in("http://other.example/login", "localhost").await,
        Some(403),
        "the form is from elsewhere"
    );
}
