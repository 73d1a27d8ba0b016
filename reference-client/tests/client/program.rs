//! `oauth-client` as a program: what it prints, and how it ends.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

fn program(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_oauth-client"));
    command
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .env_remove("RUST_LOG");
    command
}

/// Starts a client on a free port, and returns it with the line that says it is ready.
fn started(args: &[&str]) -> (Child, String) {
    let mut child = program(&[&["--listen", "127.0.0.1:0"], args].concat()).spawn().expect("it starts");
    let mut line = String::new();
    let stdout = child.stdout.as_mut().expect("it is piped");
    BufReader::new(stdout).read_line(&mut line).expect("it says that it is ready");
    (child, line)
}

fn signal(child: &Child, name: &str) {
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-s", name, &id]).status().expect("kill is there").success());
}

fn ended(args: &[&str]) -> (Option<i32>, String) {
    let Output { status, stderr, .. } = program(args).output().expect("it starts");
    (status.code(), String::from_utf8_lossy(&stderr).into_owned())
}

/// A configuration file that is gone when the test is over.
struct File(PathBuf);

impl File {
    fn with(name: &str, text: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}", std::process::id()));
        std::fs::write(&path, text).expect("the folder for tests can be written");
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().expect("the folder's name is text")
    }
}

impl Drop for File {
    fn drop(&mut self) {
        // What is left behind is overwritten by the next run.
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn both_signals_end_it_with_0() {
    for name in ["TERM", "INT"] {
        let (mut child, line) = started(&[]);
        assert!(line.starts_with("listening on http://127.0.0.1:"), "{line}");
        signal(&child, name);
        assert_eq!(child.wait().expect("it ends").code(), Some(0), "{name}");
    }
}

#[test]
fn its_log_holds_no_query_no_cookie_and_no_secret() {
    let (mut child, line) = started(&[]);
    let addr = line.trim().trim_start_matches("listening on http://").to_owned();
    let port = addr.rsplit(':').next().unwrap_or_default();
    let mut answers = String::new();
    for target in
        ["/login", "/login?SEEKRIT", "/callback?code=SEEKRIT&state=SEEKRIT&error_description=SEEKRIT"]
    {
        let mut stream = TcpStream::connect(&addr).expect("it listens");
        let cookie = "Cookie: oauth_client_session=SEEKRIT";
        let head = format!(
            "GET {target} HTTP/1.1\r\nHost: localhost:{port}\r\n{cookie}\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).expect("it reads");
        stream.read_to_string(&mut answers).expect("it answers in text");
    }
    signal(&child, "TERM");
    let mut log = String::new();
    child.stderr.take().expect("it is piped").read_to_string(&mut log).expect("it is text");
    child.wait().expect("it ends");
    assert!(log.contains("steps=\"2 3\"") && log.contains("NoFlow"), "{log}");
    let fresh = answers.split(['&', '=', ';', '\r', '?']).filter(|part| part.len() == 43);
    let secrets: Vec<&str> = fresh.chain(["SEEKRIT", "client_secret_1"]).collect();
    assert!(secrets.len() >= 2 + 6, "state, challenge and cookie of two logins");
    for secret in secrets {
        assert!(!log.contains(secret), "{log}");
    }
}

#[test]
fn a_port_in_use_ends_it_with_2_and_the_fix() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let addr = taken.local_addr().expect("it is bound").to_string();
    let (code, said) = ended(&["--listen", &addr]);
    assert_eq!(code, Some(2));
    assert!(said.contains("is in use") && said.contains("--listen"), "{said}");
}

#[test]
fn a_bad_configuration_ends_it_with_2_and_file_line_field_and_fix() {
    let file = File::with("bad.toml", "client_id = 'c'\nclient_secret = 'SEEKRIT'\nscopes = 'a'\n");
    let (code, said) = ended(&["--config", file.path()]);
    assert_eq!(code, Some(2));
    assert!(said.contains("bad.toml:3: an unknown key; did you mean scope?"), "{said}");
    assert!(!said.contains("SEEKRIT"), "{said}");

    let (code, said) = ended(&["--config", "there/is/no/such.toml"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("such.toml: cannot be read"), "{said}");
}

#[test]
fn bad_usage_ends_it_with_2() {
    for (args, part) in [
        (&["--fault", "code-replayable"][..], "this is a fault of oauth-server"),
        (&["--fault", "nonsense"], "client-state-unchecked"),
        (&["--listen", "127.0.0.1:0", "--ca", "no-such.pem"], "leave --ca out"),
        (&["--listen", "8000"], "--listen"),
        (&["--nonsense"], "--nonsense"),
    ] {
        let (code, said) = ended(args);
        assert_eq!(code, Some(2), "{args:?}");
        assert!(said.contains(part), "{args:?}: {said}");
    }
}

#[test]
fn a_fault_that_is_on_is_told() {
    let (mut child, _) = started(&["--fault", "client-state-unchecked"]);
    child.kill().expect("it runs");
    let mut said = String::new();
    child.stderr.take().expect("it is piped").read_to_string(&mut said).expect("it is text");
    child.wait().expect("it ends");
    assert!(said.contains("client-state-unchecked"), "{said}");
}
