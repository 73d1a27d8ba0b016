//! The program: what it prints, when it exits, and with what.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Output, Stdio};

const PROGRAM: &str = env!("CARGO_BIN_EXE_oauth-server");

/// A running program; it does not outlive its test.
struct Running {
    child: Child,
    addr: String,
}

impl Running {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(PROGRAM)
            .args(["--listen", "127.0.0.1:0"])
            .args(arguments)
            .env_remove("RUST_LOG")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
        let addr = line.trim().strip_prefix("listening on http://").expect("the line of contract").to_owned();
        Self { child, addr }
    }

    /// Sends a request, and returns head and body of the answer.
    fn send(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(&self.addr).expect("a connection");
        stream.write_all(request.as_bytes()).expect("a request is written");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let status = Command::new("kill").args(["-s", name, &id]).status().expect("kill runs");
        assert!(status.success());
    }

    fn finish(self) -> (Option<i32>, String) {
        let output = self.child.wait_with_output().expect("it ends");
        (output.status.code(), String::from_utf8(output.stderr).expect("UTF-8"))
    }
}

fn run(arguments: &[&str]) -> Output {
    Command::new(PROGRAM).args(arguments).stdin(Stdio::null()).output().expect("the program runs")
}

#[test]
fn sigterm_and_sigint_end_it_with_0() {
    for name in ["TERM", "INT"] {
        let running = Running::start(&[]);
        // An idle connection does not keep it.
        let idle = TcpStream::connect(&running.addr).expect("a connection");
        running.signal(name);
        assert_eq!(running.finish().0, Some(0), "{name}");
        drop(idle);
    }
}

#[test]
fn the_log_numbers_the_steps_and_tells_no_secret() {
    let running = Running::start(&[]);
    let head = "HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
    running.send(&format!("GET /login?next=%2Fauthorize%3Fstate%3Dstate-value {head}\r\n"));
    let form = |path: &str, body: &str| {
        running.send(&format!(
            "POST {path} {head}Cookie: oauth_server_login=cookie-value\r\nAuthorization: Basic c2VjcmV0LXZhbHVlOg==\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ))
    };
    form("/login", "user_id=name-value&password=password-value&login_token=token-value");
    form("/token", "grant_type=authorization_code&code=code-value&client_secret=secret-value");
    running.send(&format!("GET /none?access_token=query-value {head}\r\n"));
    running.signal("TERM");
    let (code, log) = running.finish();
    assert_eq!(code, Some(0));
    assert!(log.contains("GET /login status=200") && log.contains("step=4"), "{log}");
    assert!(log.contains("POST /login status=403") && log.contains("step=7 refused=LogInForged"), "{log}");
    assert!(log.contains("refused=TwoAuthentications at TokenRequest"), "{log}");
    assert!(log.contains("GET /none status=404"), "{log}");
    for leaked in ["-value", "c2VjcmV0", "client_secret_1", "mypassword"] {
        assert!(!log.contains(leaked), "{leaked} in {log}");
    }
}

#[test]
fn a_port_in_use_is_named_with_what_to_do() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let addr = taken.local_addr().expect("it has one");
    let output = run(&["--listen", &addr.to_string()]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2));
    assert!(said.contains(&format!("port {} of 127.0.0.1 is in use", addr.port())), "{said}");
    assert!(said.contains("--listen 127.0.0.1:0"), "{said}");
}

#[test]
fn bad_usage_ends_with_2_and_a_sentence() {
    for (arguments, says) in [
        (&["--config", "no/such.toml"][..], "no/such.toml: cannot be read"),
        (&["--profile", "rfc9999"], "rfc9700"),
        (&["--fault", "nothing-like-it"], "no fault has this name"),
        (&["--fault", "client-state-unchecked"], "oauth-client"),
        (&["--listen", "localhost"], "--listen"),
        (&["--listen", "0.0.0.0:0"], "--config"),
        (&["--listen", "0.0.0.0:0", "--test-clock"], "leave --test-clock out, or listen on 127.0.0.1"),
    ] {
        let output = run(arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(says), "{arguments:?}: {said}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}

#[test]
fn the_clock_is_advanced_from_outside_where_that_was_asked_for() {
    let request = "POST /test-clock HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 12\r\n\
        Content-Type: application/x-www-form-urlencoded\r\n\r\nseconds=3600";
    for (arguments, status) in [(&["--test-clock"][..], "HTTP/1.1 200 "), (&[], "HTTP/1.1 404 ")] {
        let running = Running::start(arguments);
        let answer = running.send(request);
        assert!(answer.starts_with(status), "{arguments:?}: {answer}");
        running.signal("TERM");
        let (_, log) = running.finish();
        assert_eq!(log.contains("advances the clock"), !arguments.is_empty(), "{log}");
    }
}

#[test]
fn a_fault_is_told_in_the_log() {
    let running = Running::start(&["--fault", "state-dropped", "--fault", "iss-missing"]);
    running.signal("TERM");
    let (_, log) = running.finish();
    assert!(
        log.contains("the fault state-dropped is on") && log.contains("the fault iss-missing is on"),
        "{log}"
    );
}

#[test]
fn the_version_says_whether_rules_can_be_broken() {
    let output = run(&["--version"]);
    let says = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(says.starts_with("oauth-server ") && says.ends_with(" (with faults)\n"), "{says}");
}
