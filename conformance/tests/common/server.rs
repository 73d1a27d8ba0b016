//! A server on loopback that answers each request as its test says, a connection each.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// Serves; gives the origin.
pub(crate) async fn serve<A: Future<Output = ()> + Send + 'static>(
    answer: impl Fn(String, TcpStream) -> A + Clone + Send + 'static,
) -> String {
    let (listener, origin) = listen().await;
    serve_at(listener, answer);
    origin
}

/// A place that is taken before it is served, and its origin.
pub(crate) async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("loopback has a free port");
    let origin = format!("http://{}", listener.local_addr().expect("a bound listener has an address"));
    (listener, origin)
}

/// A place where nobody listens as long as it is kept, since no other test is given it, and its origin.
pub(crate) fn deserted() -> (TcpSocket, String) {
    let socket = TcpSocket::new_v4().expect("there are sockets");
    socket.bind(([127, 0, 0, 1], 0).into()).expect("loopback has a free port");
    let origin = format!("http://{}", socket.local_addr().expect("a bound socket has an address"));
    (socket, origin)
}

/// Serves at a place.
pub(crate) fn serve_at<A: Future<Output = ()> + Send + 'static>(
    listener: TcpListener,
    answer: impl Fn(String, TcpStream) -> A + Clone + Send + 'static,
) {
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                let request = request(&mut stream).await;
                answer(request, stream).await;
            });
        }
    });
}

/// Reads a request: its head, and as much of a body as `Content-Length` says.
async fn request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|part| part == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
            let length = length.and_then(|length| length.trim().parse().ok()).unwrap_or(0);
            if bytes.len() - end - 4 >= length {
                return String::from_utf8(bytes).expect("the suite sends text");
            }
        }
        let mut part = [0; 4096];
        match stream.read(&mut part).await {
            Ok(0) | Err(_) => return String::new(),
            Ok(read) => bytes.extend_from_slice(&part[..read]),
        }
    }
}

/// Sends a whole answer with its length, and closes.
pub(crate) async fn send(mut stream: TcpStream, head: &str, body: &str) {
    let framing = format!("Content-Length: {}\r\nConnection: close", body.len());
    // A client that reads no more is what some tests are about.
    let _ = stream.write_all(format!("HTTP/1.1 {head}\r\n{framing}\r\n\r\n{body}").as_bytes()).await;
}

/// What a server at `origin` answers to a request: status and headers, and the body.
pub(crate) async fn forward(origin: &str, request: &str) -> (String, String) {
    let address = origin.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.expect("the server listens");
    let once = request.replacen("\r\n", "\r\nConnection: close\r\n", 1);
    stream.write_all(once.as_bytes()).await.expect("the server takes the request");
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.expect("the server answers");
    let text = String::from_utf8(bytes).expect("the server answers with text");
    let (head, body) = text.split_once("\r\n\r\n").expect("an answer has a head");
    let head = head.trim_start_matches("HTTP/1.1 ").lines();
    let kept = head.filter(|line| {
        let name = line.split(':').next().unwrap_or_default().to_ascii_lowercase();
        !["content-length", "connection"].contains(&name.as_str())
    });
    (kept.collect::<Vec<_>>().join("\r\n"), body.to_owned())
}
