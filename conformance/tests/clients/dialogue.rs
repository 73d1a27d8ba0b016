//! A program that is a client: what it is told to do, the browser that it asks for, and what it tells.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::panic::Location;
use std::process::Stdio;
use std::sync::Arc;

use oauth_conformance::browser::Decision;
use oauth_faults::{Fault, Faults, Faulty};
use oauth_reference_server::{BUILT_IN, Options, Server};

use crate::landing;
use crate::library::Library;
use crate::reference::Place;
use crate::walker::Walker;

/// A client as it is registered.
#[derive(Clone, Copy)]
pub(crate) struct Client {
    id: &'static str,
    secret: Option<&'static str>,
    authentication: &'static str,
    /// By which name of this host its redirect URI goes.
    host: &'static str,
}

impl Client {
    /// Whether it has a secret.
    pub(crate) fn is_confidential(self) -> bool {
        self.secret.is_some()
    }
}

/// A secret that is another when form-encoded.
const ODD: &str = "a b%+:&c";

/// Authenticates by Basic.
pub(crate) const BASIC: Client = confidential("client_2", "client_secret_2", "client_secret_basic");
/// Authenticates by Basic, with a secret that has to be form-encoded first.
pub(crate) const ODD_BASIC: Client = confidential("odd_1", ODD, "client_secret_basic");
/// Authenticates in the body.
pub(crate) const POST: Client = confidential("post_1", ODD, "client_secret_post");
/// Authenticates by Basic, and gets only tokens that are bound to a key.
pub(crate) const BOUND: Client = confidential("bound_1", ODD, "client_secret_basic");
/// Does not authenticate.
pub(crate) const PUBLIC: Client =
    Client { id: "public_1", secret: None, authentication: "none", host: "127.0.0.1" };
/// Authenticates by Basic, wrongly.
pub(crate) const IMPOSTOR: Client = confidential("client_2", "another secret", "client_secret_basic");

const fn confidential(id: &'static str, secret: &'static str, authentication: &'static str) -> Client {
    Client { id, secret: Some(secret), authentication, host: "localhost" }
}

/// The clients that the built-in data have not.
const MORE: &str = r#"
[[client]]
id = "odd_1"
secret = "a b%+:&c"
redirect_uris = ["http://localhost:8001/callback"]
scope = "profile email"
refresh_tokens = true

[[client]]
id = "bound_1"
secret = "a b%+:&c"
redirect_uris = ["http://localhost:8001/callback"]
scope = "profile email"
refresh_tokens = true
client_credentials = true
dpop_bound_access_tokens = true

[[client]]
id = "post_1"
secret = "a b%+:&c"
authentication = "client_secret_post"
redirect_uris = ["http://localhost:8001/callback"]
scope = "profile email"
refresh_tokens = true
client_credentials = true
"#;

/// The reference server, and the place that browsers are sent back to.
pub(crate) struct Scene {
    server: Server,
    port: u16,
    /// What the user says to a client that wants something.
    pub(crate) decision: Decision,
}

impl Scene {
    /// Starts both.
    pub(crate) async fn new() -> Self {
        Self::start("", "", &[]).await
    }

    /// As [`Scene::new`], with an issuer that has this path.
    pub(crate) async fn at(path: &str) -> Self {
        Self::start(path, "", &[]).await
    }

    /// As [`Scene::new`], with these lines of policy.
    pub(crate) async fn under(policy: &str) -> Self {
        Self::start("", policy, &[]).await
    }

    /// As [`Scene::new`], with a server that breaks a rule on purpose.
    pub(crate) async fn broken(fault: Fault) -> Self {
        Self::start("", "", &[fault]).await
    }

    async fn start(path: &str, policy: &str, faults: &[Fault]) -> Self {
        let port = landing::start().await;
        let callback = format!("http://localhost:{port}/callback");
        let data = format!("{BUILT_IN}{MORE}\n[policy]\n{policy}");
        let data = data.replace("http://localhost:8001/callback", &callback);
        let place = Place::free().await;
        let issuer = format!("{}{path}", place.origin("127.0.0.1"));
        let logic = Arc::new(Faulty::under(Faults::these(faults)));
        let options = Options { logic, ..Options::default() };
        let server = place.server_of(&issuer, &data, options).await;
        Self { server, port, decision: Decision::Approve }
    }

    /// Has a program perform the steps that these lines tell of, as one client; panics unless it tells them so.
    #[track_caller]
    pub(crate) fn assert_tells(
        &self,
        library: Library,
        client: Client,
        lines: &[&str],
    ) -> impl Future<Output = ()> {
        let caller = Location::caller();
        async move {
            let told = self.told(library, client, lines).await;
            assert_eq!(told, lines, "{library:?} as {}, at {caller}", client.id);
        }
    }

    /// As [`Scene::assert_tells`], for a program that takes offence at the last step, with these words.
    pub(crate) async fn assert_breaks_off(
        &self,
        library: Library,
        client: Client,
        lines: &[&str],
        words: &str,
    ) {
        let told = self.told(library, client, lines).await;
        let (last, before) = told.split_last().expect("a program that breaks off says so");
        assert!(
            last.contains(words) && before == &lines[..lines.len() - 1],
            "{library:?} as {}: {told:#?}",
            client.id
        );
    }

    async fn told(&self, library: Library, client: Client, lines: &[&str]) -> Vec<String> {
        let issuer = self.server.issuer();
        let mut command = library.command();
        command.args(["--issuer", issuer, "--resource", &format!("{issuer}/api/me")]);
        command.args(["--second-resource", &format!("{issuer}/api/notes")]);
        command.args(["--resource-server", "resource_1", "--resource-server-secret", "resource_secret_1"]);
        command.args(["--client-id", client.id, "--authentication", client.authentication]);
        if let Some(secret) = client.secret {
            command.args(["--client-secret", secret]);
        }
        command.args(["--redirect-uri", &format!("http://{}:{}/callback", client.host, self.port)]);
        command.args(["--scope", "profile email"]);
        command.args(lines.iter().map(|line| line.split(':').next().unwrap_or_default()));
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().unwrap_or_else(|error| panic!("{library:?} does not start: {error}"));
        let (mut stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let mut stderr = child.stderr.take().expect("it is piped");
        // Read beside the rest, so that the program does not stop at a full pipe.
        let complaints = std::thread::spawn(move || {
            let mut text = Vec::new();
            let _ = stderr.read_to_end(&mut text);
            String::from_utf8_lossy(&text).into_owned()
        });
        let mut told = Vec::new();
        for line in BufReader::new(stdout.expect("it is piped")).lines() {
            let line = line.expect("its output is text");
            match line.strip_prefix("browse ") {
                Some(url) => {
                    let callback = self.browse(url).await;
                    let to = stdin.as_mut().expect("it is piped");
                    writeln!(to, "{callback}").expect("it reads the answer");
                }
                None => told.push(line),
            }
        }
        let status = child.wait().expect("it was started");
        let complaints = complaints.join().unwrap_or_default();
        let refused = told.last().is_some_and(|line| line.contains(": refused, "));
        if status.success() == refused {
            told.push(format!("ended with {status}: {}", complaints.trim()));
        }
        told
    }

    /// Where a person's browser, which was never used, is sent back to.
    async fn browse(&self, url: &str) -> String {
        let mut walker = Walker::new();
        walker.decision = self.decision;
        let page = walker.answer(url).await;
        let last = walker.trail.last().map(|exchange| exchange.request.url.clone()).unwrap_or_default();
        assert!(last.contains("/callback?"), "the browser was not sent back: {}", page.text);
        last
    }
}
