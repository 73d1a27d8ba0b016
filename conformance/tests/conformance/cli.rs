//! The command line: what it prints, where, and how it exits.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use oauth_conformance::reference::{self, Reference, TARGET};
use oauth_faults::Faults;
use oauth_suite::case::Profile;
use serde::{Deserialize, Deserializer};

use crate::common::server::deserted;

/// What the program came to.
struct Ended {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Ended {
    /// As [`Ended::refused`], behind the lines that say where secrets go.
    #[track_caller]
    fn refused_by_the_server(self, words: &[&str]) {
        let (before, refusal) = self.stderr.trim_end().rsplit_once('\n').expect("several lines");
        assert!(
            before.starts_with("passwords, client secrets and tokens go to\n  authorization  "),
            "{before}"
        );
        assert!(before.lines().skip(1).all(|line| line.starts_with("  ") && line.ends_with(')')), "{before}");
        Self { stderr: refusal.to_owned(), ..self }.refused(3, words);
    }

    /// Panics unless the program gave up with this exit code and one line that has these words.
    #[track_caller]
    fn refused(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, Some(code), "{}{}", self.stdout, self.stderr);
        assert_eq!(self.stdout, "", "no results, nothing on stdout");
        assert_eq!(self.stderr.trim_end().lines().count(), 1, "{}", self.stderr);
        for word in words {
            assert!(self.stderr.contains(word), "{word} is not in: {}", self.stderr);
        }
    }
}

fn program(arguments: &[&str]) -> Ended {
    let ended = Command::new(env!("CARGO_BIN_EXE_oauth-conformance"))
        .args(arguments)
        .env_remove("RUST_LOG")
        .stdin(Stdio::null())
        .output()
        .expect("it starts");
    let Output { status, stdout, stderr } = ended;
    let text = |bytes| String::from_utf8(bytes).expect("it prints text");
    Ended { code: status.code(), stdout: text(stdout), stderr: text(stderr) }
}

/// A file that is gone when the test is over.
struct File(PathBuf);

impl File {
    fn named(name: &str) -> Self {
        Self(PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}", std::process::id())))
    }

    fn with(name: &str, text: &str) -> Self {
        let file = Self::named(name);
        std::fs::write(&file.0, text).expect("the folder for tests can be written");
        file
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

/// A reference server of this test's own, and its target file with something replaced.
async fn server(name: &str, from: &str, to: &str) -> (Reference, File) {
    let server = reference::start(Profile::Rfc9700, Faults::none()).await.expect("it starts");
    let issuer = server.target.issuer.as_deref().expect("the reference server has an issuer");
    let text = TARGET.replace(from, to).replace("http://127.0.0.1:9000", issuer);
    (server, File::with(name, &text))
}

#[test]
fn what_is_wrong_with_a_target_file_is_said_with_its_line() {
    let missing = program(&["run", "--target", "no-such-folder/target.toml"]);
    missing.refused(2, &["no-such-folder/target.toml", "cannot be read"]);

    let unknown = File::with("unknown.toml", &TARGET.replace("secret =", "sekret ="));
    let line = TARGET.lines().position(|line| line.starts_with("secret =")).expect("it has a secret") + 1;
    let said = format!("{}:{line}: client: an unknown key; did you mean secret?", unknown.path());
    program(&["run", "--target", unknown.path()]).refused(2, &[&said]);

    let bare = File::with("bare.toml", "name = \"bare\"\n");
    program(&["run", "--target", bare.path()])
        .refused(2, &[bare.path(), "endpoints.authorization: is missing"]);
}

#[test]
fn bad_usage_says_how_it_is_done() {
    let table: [(&[&str], &str); 8] = [
        (&["run", "--profile", "rfc0000"], "rfc9700"),
        (&["run", "--partition", "3/2"], "I/N"),
        (&["run", "--header", "no colon"], "Name: value"),
        (&["run", "--header", "Content-Length: 3"], "leave it out"),
        (&["run", "--header", "X: a\r\nHost: b"], "control character"),
        (&["run", "--issuer", "http://127.0.0.1:9", "--target", "x.toml"], "cannot be used with"),
        (&["run", "--timeout", "0"], "seconds"),
        (&["selftest", "--whole", "--liberty", "all"], "cannot be used with"),
    ];
    for (arguments, word) in table {
        let ended = program(arguments);
        assert_eq!(ended.code, Some(2), "{arguments:?}: {}", ended.stderr);
        assert!(ended.stderr.contains(word), "{arguments:?}: {}", ended.stderr);
        assert_eq!(ended.stdout, "", "{arguments:?}");
    }
    let issuer = ["run", "--issuer", "http://127.0.0.1:9"];
    program(&issuer).refused(2, &["--client-id"]);
    let unset = [&issuer[..], &["--client-id", "c", "--redirect-uri", "http://localhost/cb"]].concat();
    let unset = [&unset[..], &["--client-secret-env", "OAUTH_CONFORMANCE_UNSET"]].concat();
    program(&unset).refused(2, &["--client-secret-env: names an environment variable that is not set"]);
    program(&["run", "--ca", "no-such.pem"]).refused(2, &["no-such.pem", "leave --ca out"]);
    program(&["run", "--ca", "/dev/zero"]).refused(2, &["/dev/zero: is longer than 1048576 bytes"]);
    program(&["run", "--target", "/dev/zero"]).refused(2, &["/dev/zero: is longer than 1048576 bytes"]);
    let secret = program(&["run", "--header", "Zq7 Zq7"]);
    assert!(!secret.stderr.contains("Zq7"), "{}", secret.stderr);
    for command in ["run", "selftest"] {
        program(&[command, "--json", "no-such-folder/out.json"]).refused(2, &["no-such-folder/out.json"]);
    }
}

#[test]
fn a_terminal_shows_what_was_given_and_does_not_obey_it() {
    let odd = "\x1b[2J\u{202e}odd\nheld";
    // Of what clap repeats it leaves terminal sequences out by itself, and a value without its flag.
    for (arguments, shown) in [
        (["run", "--only", odd], "\\u{1b}[2J\\u{202e}odd"),
        (["run", "--target", odd], "\\u{1b}[2J\\u{202e}odd"),
        (["run", "--profile", odd], "'\\u{202e}odd"),
        (["run", "--no-such-flag", odd], "'--no-such-flag'"),
        (["explain", odd, "--"], "\\u{1b}[2J\\u{202e}odd"),
    ] {
        let ended = program(&arguments);
        assert_eq!(ended.code, Some(2), "{arguments:?}: {}", ended.stderr);
        let obeyed = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
        assert_eq!(ended.stderr.find(obeyed), None, "{arguments:?}: {:?}", ended.stderr);
        assert!(ended.stderr.contains(shown), "{arguments:?}: {}", ended.stderr);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_shows_a_targets_name_and_does_not_obey_it() {
    let (_server, file) = server("odd.toml", "name = \"reference\"", "name = \"\\u001b[2J\\u202eodd\"").await;
    let ended = program(&["run", "--target", file.path(), "--only", "sanity"]);
    assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
    assert!(ended.stdout.contains("target \\u{1b}[2J\\u{202e}odd at"), "{}", ended.stdout);
    let json = program(&["run", "--target", file.path(), "--only", "sanity", "--format", "json"]);
    assert!(json.stdout.contains("\"\\u001b[2J\\u202eodd\""), "{}", json.stdout);
}

#[test]
fn an_id_that_selects_nothing_is_bad_usage() {
    for flag in ["--only", "--skip"] {
        program(&["run", flag, "code/of-another-suite"]).refused(2, &["code/of-another-suite"]);
    }
    program(&["explain", "of-another-suite"]).refused(2, &["of-another-suite", "list"]);
}

#[test]
fn a_target_that_is_down_is_not_completed() {
    let (_place, origin) = deserted();
    let file = File::with("down.toml", &TARGET.replace("http://127.0.0.1:9000", &origin));
    program(&["run", "--target", file.path()]).refused(3, &[&origin]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_does_not_succeed_is_not_completed() {
    let (_server, file) = server("password.toml", "mypassword", "another password").await;
    let ended = program(&["run", "--target", file.path()]);
    for told in ["another password", "id001"] {
        assert!(!ended.stderr.contains(told), "{}", ended.stderr);
    }
    ended.refused_by_the_server(&["the login of [user] did not get past"]);

    let (_server, file) = server("secret.toml", "client_secret_1", "another secret").await;
    let ended = program(&["run", "--target", file.path()]);
    assert!(!ended.stderr.contains("another secret"), "{}", ended.stderr);
    ended.refused_by_the_server(&["[client] secret"]);
}

#[test]
fn a_few_cases_hold_at_the_reference_server() {
    let ended = program(&["run", "--only", "sanity", "pkce/", "--skip", "pkce/supported", "--seed", "7"]);
    assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
    assert_eq!(ended.stderr, "", "no progress where nobody watches");
    let last = ended.stdout.lines().last().unwrap_or_default();
    assert!(last.starts_with("held: ") && last.ends_with("waived by the target file"), "{last}");
    assert!(ended.stdout.contains("profile rfc9700, seed 7"), "{}", ended.stdout);
    assert!(ended.stdout.starts_with("held        sanity (1)\n"), "{}", ended.stdout);
    assert!(!ended.stdout.contains("supported"), "{}", ended.stdout);
    assert!(!ended.stdout.contains('\x1b'), "no colours where nobody watches");

    let all = program(&["run", "--profile", "documented"]);
    assert_eq!(all.code, Some(0), "{}{}", all.stdout, all.stderr);
    assert!(all.stdout.starts_with("held        documented (17)\n"), "{}", all.stdout);
    let each = program(&["run", "--profile", "documented", "-v"]);
    assert!(each.stdout.starts_with("held        documented/01"), "{}", each.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_the_target_file_lacks_is_told_with_what_it_costs_and_a_file_begins_with_it() {
    let second = "[second_user]\nname = \"id002\"\npassword = \"otherpassword\"\n";
    assert!(TARGET.contains(second), "there is one to leave out");
    let (_server, file) = server("lacking.toml", second, "").await;
    let text = File::named("lacking.txt");
    let only = ["--only", "sanity", "login/token-is-the-users-own", "--text", text.path()];
    let ended = program(&[&["run", "--target", file.path()][..], &only].concat());
    assert_eq!(ended.code, Some(3), "{}{}", ended.stdout, ended.stderr);
    let told =
        "\n  second_user  1 case not tested; would judge 1 rule (1 MUST) of login: add [second_user] with";
    assert!(ended.stdout.contains(told), "{}", ended.stdout);
    assert!(ended.stdout.contains("\nnot-tested  login/token-is-the-users-own\n"), "{}", ended.stdout);
    let written = std::fs::read_to_string(text.path()).expect("the file was written");
    assert!(written.starts_with("keys that the target file lacks; ") && written.contains(told), "{written}");
    assert!(written.contains("\nheld        sanity/honest-flow\n"), "{written}");
}

#[test]
fn a_rule_selects_its_cases() {
    let ended = program(&["run", "--only", "rfc6749-4.1.2-code-single-use", "--format", "json"]);
    assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
    let report: Report = serde_json::from_str(&ended.stdout).expect("the report is as the contract has it");
    for case in &report.cases {
        assert!(case.rules.iter().any(|rule| rule == "rfc6749-4.1.2-code-single-use"), "{}", case.id);
    }
    assert!(!report.cases.is_empty());
}

/// The report as the contract has it; members that it does not name may come.
#[derive(Debug, Deserialize)]
struct Report {
    target: String,
    profile: String,
    verdict: String,
    slow_left_out: usize,
    counts: std::collections::BTreeMap<String, usize>,
    probed: serde_json::Value,
    missing_keys: Vec<serde_json::Value>,
    cases: Vec<Case>,
}

#[derive(Debug, Deserialize)]
struct Case {
    id: String,
    rules: Vec<String>,
    level: String,
    verdict: String,
    #[serde(deserialize_with = "present")]
    expected: Option<String>,
    #[serde(deserialize_with = "present")]
    saw: Option<String>,
    #[serde(deserialize_with = "present")]
    reason: Option<String>,
    seconds: f64,
    exchanges: Vec<Exchange>,
}

#[derive(Debug, Deserialize)]
struct Exchange {
    request: Request,
    #[serde(deserialize_with = "present")]
    response: Option<Response>,
    curl: String,
}

#[derive(Debug, Deserialize)]
struct Request {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    #[serde(deserialize_with = "present")]
    body: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Response {
    status: u16,
    headers: Vec<(String, String)>,
    #[serde(deserialize_with = "present")]
    body: Option<String>,
}

/// A member that may be null and may not be absent.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    Option::deserialize(deserializer)
}

#[test]
fn the_json_file_is_as_the_contract_has_it() {
    let file = File::named("report.json");
    let ended = program(&["run", "--only", "sanity", "pkce/", "code/", "--json", file.path()]);
    assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
    assert!(ended.stdout.contains("\nheld: "), "the text goes to stdout all the same");
    let text = std::fs::read_to_string(&file.0).expect("the file was written");
    let report: Report = serde_json::from_str(&text).expect("the report is as the contract has it");

    assert_eq!((report.target.as_str(), report.profile.as_str()), ("reference", "rfc9700"));
    assert_eq!(report.verdict, "held");
    assert_eq!(report.slow_left_out, 0, "a clock in this process waits for nobody");
    assert!(!ended.stdout.contains("left out"), "{}", ended.stdout);
    assert!(report.missing_keys.is_empty(), "{:?}", report.missing_keys);
    assert_eq!(report.probed["push_demanded"], false, "codes came for plain requests");
    assert_eq!(report.probed["authentication"]["token"][0], "client_secret_basic");
    assert!(report.probed["registration_token_demanded"].is_null(), "no case registered a client");
    assert!(ended.stdout.contains("\n  pushed requests     not demanded\n"), "{}", ended.stdout);
    let verdicts = ["held", "failed", "warned", "not-offered", "not-tested", "errored"];
    assert_eq!(report.counts.len(), verdicts.len());
    for verdict in verdicts {
        let count = report.cases.iter().filter(|case| case.verdict == verdict).count();
        assert_eq!(report.counts.get(verdict), Some(&count), "{verdict}");
    }
    for case in &report.cases {
        let known = ["MUST", "SHOULD", "MAY", "STATED"].contains(&case.level.as_str());
        assert!(known && case.seconds >= 0.0, "{case:?}");
        let silent = case.expected.is_none() && case.saw.is_none();
        assert_eq!(silent, !matches!(case.verdict.as_str(), "failed" | "warned"), "{}", case.id);
        assert_eq!(case.reason.is_none(), matches!(case.verdict.as_str(), "held" | "failed" | "warned"));
        for Exchange { request, response, curl } in &case.exchanges {
            let sent = !request.method.is_empty() && request.url.starts_with("http://127.0.0.1:");
            assert!(sent && curl.starts_with("curl "), "{}: {request:?} {curl}", case.id);
            assert!(request.headers.iter().any(|(name, _)| name == "User-Agent"), "{}", case.id);
            assert!(request.method != "GET" || request.body.is_none(), "{}", case.id);
            let response = response.as_ref().expect("the reference server answers");
            assert!(response.status >= 200 && !response.headers.is_empty(), "{}", case.id);
            assert!(response.status != 302 || response.body.is_none(), "{}", case.id);
        }
    }
    let sanity = report.cases.iter().find(|case| case.id == "sanity/honest-flow").expect("it was selected");
    assert!(!sanity.exchanges.is_empty());
}

#[cfg(unix)]
#[test]
fn the_json_file_is_replaced_as_a_whole_where_its_links_lead() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
    let (file, link) = (File::with("whole.json", "earlier"), File::named("link.json"));
    symlink(file.path(), link.path()).expect("the folder for tests can be written");
    let there = |path: &str| std::fs::metadata(path).expect("it is there");
    let mode = |path: &str| there(path).permissions().mode() & 0o777;
    std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(0o640)).expect("it is ours");
    let before = there(file.path()).ino();
    let only = ["run", "--profile", "documented", "--only", "documented/01", "--json"];
    let ended = program(&[&only[..], &[link.path()]].concat());
    assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
    let text = std::fs::read_to_string(file.path()).expect("it is there");
    serde_json::from_str::<Report>(&text).expect("the report is as the contract has it");
    assert_ne!(there(file.path()).ino(), before, "a reader meanwhile saw the earlier report or the new one");
    assert_eq!((mode(file.path()), std::fs::read_link(link.path()).ok()), (0o640, Some(file.0.clone())));
    // What is no file is written to and not replaced.
    let ended = program(&[&only[..], &["/dev/null"]].concat());
    assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
    assert!(!there("/dev/null").is_file());
}

#[test]
fn a_selftest_writes_what_caught_a_fault_to_a_file() {
    let file = File::named("selftest.json");
    let arguments = ["selftest", "--fault", "code-replayable", "--seed", "7", "--json", file.path()];
    let ended = program(&arguments);
    assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
    assert!(ended.stdout.ends_with("held: 1 of 1 faults caught (seed 7)\n"), "{}", ended.stdout);
    let text = std::fs::read_to_string(&file.0).expect("the file was written");
    let record: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    assert!(record["seed"] == 7 && record["holds"] == true, "{text}");
    let fault = &record["faults"][0];
    assert!(fault["id"] == "code-replayable" && fault["whole"] == false, "{text}");
    let rule = &fault["rules"][0];
    assert!(rule["by"]["verdict"] == "failed" && rule["by"]["case"] == rule["cases"][0], "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_cases_that_were_left_out_are_counted() {
    let (_server, file) = server("slow.toml", "advance = ", "# advance = ").await;
    let target = ["run", "--target", file.path(), "--only"];
    let ended = program(&[&target[..], &["code/refused"]].concat());
    assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
    let line = "\n2 slow cases were left out; --slow runs them\n";
    assert!(ended.stdout.contains(line), "{}", ended.stdout);
    let json = program(&[&target[..], &["code/refused", "--format", "json"]].concat());
    let report: Report = serde_json::from_str(&json.stdout).expect("the report is as the contract has it");
    assert_eq!(report.slow_left_out, 2);
    program(&[&target[..], &["code/refused-after-ten-minutes"]].concat()).refused(2, &["--slow"]);
}

/// The verdict of each case of a run against a target file, and how many slow ones were left out.
fn verdicts(file: &File, only: &[&str]) -> (Vec<(String, String)>, usize) {
    let arguments = [&["run", "--target", file.path(), "--format", "json", "--only"][..], only].concat();
    let ended = program(&arguments);
    let report: Report = serde_json::from_str(&ended.stdout).expect("the report is as the contract has it");
    (report.cases.into_iter().map(|case| (case.id, case.verdict)).collect(), report.slow_left_out)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_clock_is_advanced_shows_ends_to_each_run() {
    const ENDS: [&str; 5] = [
        "code/good-until-its-end",
        "dpop/refused-when-grown-old",
        "login/ends",
        "par/good-until-its-end",
        "token-response/expires-in-is-kept",
    ];
    let (_server, file) = server("clock.toml", "id001", "id001").await;
    // The second run finds the clock where the first one left it, and makes its proofs by it.
    for run in 1..=2 {
        let (mut cases, left_out) = verdicts(&file, &ENDS);
        cases.sort();
        let held: Vec<_> = ENDS.iter().map(|id| ((*id).to_owned(), "held".to_owned())).collect();
        assert_eq!((cases, left_out), (held, 0), "run {run}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_none_is_told_and_leaves_the_slow_cases_out() {
    let (_server, file) = server("no-clock.toml", "/test-clock", "/no-clock").await;
    let only = ["--only", "code/refused"];
    let ended = program(&[&["run", "--target", file.path()][..], &only].concat());
    assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
    assert!(ended.stderr.contains("/no-clock, which the target names: status 404;"), "{}", ended.stderr);
    assert!(ended.stdout.contains("\n2 slow cases were left out; --slow runs them\n"), "{}", ended.stdout);
}

#[test]
fn every_case_is_listed_and_explained() {
    let list = program(&["list"]);
    assert_eq!((list.code, list.stderr.as_str()), (Some(0), ""));
    for id in ["sanity/honest-flow", "code/", "driven/", "laws/"] {
        assert!(list.stdout.lines().any(|line| line.starts_with(id)), "{id} is not in the list");
    }
    let documented = program(&["list", "--profile", "documented"]);
    let steps = documented.stdout.lines().filter(|line| line.starts_with("documented/")).count();
    assert_eq!((documented.code, steps), (Some(0), 17), "{}", documented.stdout);

    let json = program(&["list", "--format", "json"]);
    let value: serde_json::Value = serde_json::from_str(&json.stdout).expect("it is JSON");
    let cases = value["cases"].as_array().expect("it has cases");
    let listed = list.stdout.lines().filter(|line| line.contains('/')).count();
    assert_eq!(cases.len(), listed, "the text and the JSON list the same cases");

    let case = program(&["explain", "sanity/honest-flow"]);
    assert_eq!((case.code, case.stderr.as_str()), (Some(0), ""));
    assert!(case.stdout.starts_with("sanity/honest-flow\n"), "{}", case.stdout);
    let rule = program(&["explain", "rfc6749-4.1.2-code-single-use"]);
    assert_eq!((rule.code, rule.stderr.as_str()), (Some(0), ""));
    assert!(rule.stdout.contains("code/"), "the cases that judge the rule: {}", rule.stdout);
}

#[test]
fn help_shows_examples_and_only_what_is_there() {
    for arguments in [&["--help"][..], &["run", "--help"]] {
        let help = program(arguments);
        assert_eq!((help.code, help.stderr.as_str()), (Some(0), ""));
        assert!(help.stdout.contains("Examples:") && help.stdout.contains("Exit codes:"), "{}", help.stdout);
    }
}
