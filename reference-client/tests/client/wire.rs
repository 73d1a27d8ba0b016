//! What the client demands of a request before it reads it.

use oauth_reference_client::{Config, Options, serve};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// The statuses of all answers to a request with a good one behind it, and whether the first says that it is the last.
async fn statuses_before_a_good_request(port: u16, head: &str) -> (Vec<u16>, bool) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.expect("a connection");
    let good = format!("GET /nowhere HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n");
    stream.write_all(format!("{head}\r\n{good}").as_bytes()).await.expect("requests are written");
    let mut answers = String::new();
    stream.read_to_string(&mut answers).await.expect("answers of text");
    let statuses = answers.split("HTTP/1.").skip(1).filter_map(|answer| answer.get(2..5)?.parse().ok());
    let first = answers.split("\r\n\r\n").next().unwrap_or_default().to_ascii_lowercase();
    (statuses.collect(), first.contains("connection: close"))
}

#[tokio::test]
async fn a_request_names_its_host_once_and_a_whole_uri_goes_over_that() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free loopback port");
    let running = serve(listener, &Config::built_in(), Options::default()).expect("it starts");
    let port = running.addr.port();
    let own = format!("localhost:{port}");
    for head in [
        "GET / HTTP/1.1\r\n".to_owned(),
        format!("GET / HTTP/1.1\r\nHost: {own}\r\nHost: {own}\r\n"),
        format!("GET / HTTP/1.0\r\nHost: {own}\r\nHost: {own}\r\nConnection: keep-alive\r\n"),
        "GET / HTTP/1.1\r\nHost:\r\n".to_owned(),
        format!("GET / HTTP/1.1\r\nHost: user@{own}\r\n"),
        "GET / HTTP/1.1\r\nHost: a b\r\n".to_owned(),
        format!("GET http://{own}/ HTTP/1.1\r\n"),
        format!("GET http://user@{own}/ HTTP/1.1\r\nHost: {own}\r\n"),
        "POST /logout HTTP/1.1\r\nContent-Length: 99999\r\nExpect: 100-continue\r\n".to_owned(),
    ] {
        assert_eq!(statuses_before_a_good_request(port, &head).await, (vec![400], true), "{head}");
    }
    // Reached under another name, the client leads to its own (RFC 9112 3.2.2: the target's name counts).
    for (head, status) in [
        (format!("GET / HTTP/1.1\r\nHost: {own}\r\n"), 200),
        (format!("GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"), 303),
        (format!("GET http://{own}/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"), 200),
        (format!("GET http://127.0.0.1:{port}/ HTTP/1.1\r\nHost: {own}\r\n"), 303),
        ("GET / HTTP/1.0\r\nConnection: keep-alive\r\n".to_owned(), 200),
    ] {
        assert_eq!(statuses_before_a_good_request(port, &head).await, (vec![status, 404], false), "{head}");
    }
    running.stop().await;
}
