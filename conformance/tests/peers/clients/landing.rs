//! Where a browser is sent back to: a place that answers every request with nothing.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

const NOTHING: &[u8] = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";

/// Starts to answer on a free port of the loopback interface; gives the port.
pub(crate) async fn start() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("loopback has a free port");
    let port = listener.local_addr().expect("a bound listener has an address").port();
    tokio::spawn(async move {
        while let Ok((mut browser, _)) = listener.accept().await {
            tokio::spawn(async move {
                // A request of a browser without a body fits; one that went away needs no answer.
                let mut request = [0; 16384];
                let _ = browser.read(&mut request).await;
                let _ = browser.write_all(NOTHING).await;
            });
        }
    });
    port
}
