//! The reference server inside a test of one's own: `cargo run -p oauth-reference-server --example in_a_test`.
//!
//! The server listens on a free port and knows the client and the user that the test wants. What stands in `main` belongs
//! into the test, with the client under test in the place of the two requests.

use std::error::Error;

use oauth_reference_server::{Config, Options, serve};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const DATA: &str = r#"
[[user]]
name = "alice"
password = "correct horse"

[[client]]
id = "app"
secret = "app secret"
redirect_uris = ["http://127.0.0.1/cb"]
client_credentials = true
"#;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let server = serve(listener, Config::parse("the test's data", DATA)?, Options::default()).await?;
    println!("the client is told its issuer: {}", server.issuer());

    let host = server.addr();
    let metadata = format!("GET /.well-known/oauth-authorization-server HTTP/1.1\r\nHost: {host}\r\n");
    println!("{}", answer(&server, &metadata, "").await?);

    // `app:app secret`, each part form-encoded (RFC 6749 2.3.1), in base64.
    let request = format!(
        "POST /token HTTP/1.1\r\nHost: {host}\r\nAuthorization: Basic YXBwOmFwcCtzZWNyZXQ=\r\n\
         Content-Type: application/x-www-form-urlencoded\r\n"
    );
    let granted = answer(&server, &request, "grant_type=client_credentials").await?;
    println!("{granted}");
    assert!(granted.starts_with("HTTP/1.1 200 ") && granted.contains("\"access_token\":"), "{granted}");
    server.shutdown().await;
    Ok(())
}

/// The answer to a request.
async fn answer(
    server: &oauth_reference_server::Server,
    head: &str,
    body: &str,
) -> Result<String, Box<dyn Error>> {
    let mut connection = TcpStream::connect(server.addr()).await?;
    let request = format!("{head}Connection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    connection.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await?;
    Ok(answer)
}
