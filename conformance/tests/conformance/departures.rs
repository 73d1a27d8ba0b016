//! What a run finds at servers that depart from the reference server's ways: of a lawful departure nothing, of another the
//! rules that it breaks and no others. A relay before the server changes what passes.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};

use oauth_conformance::{cases, reference};
use oauth_faults::Faults;
use oauth_suite::case::{Profile, RunState};
use oauth_suite::outcome::{Outcome, Verdict};
use oauth_suite::report::{RunReport, Wants};
use oauth_suite::run::{Selection, run};
use oauth_suite::subject::discover;
use oauth_suite::wire::Exchange;
use oauth_suite::wire::http::{Settings, Wire};

use crate::common::server::{forward, listen, send, serve_at};

/// An answer on its way: the request, and the status line with headers and the body that came for it.
struct Passing<'p> {
    request: &'p str,
    head: &'p mut String,
    body: &'p mut String,
}

impl Passing<'_> {
    fn is_to(&self, line: &str) -> bool {
        self.request.starts_with(line)
    }

    fn asks(&self, text: &str) -> bool {
        self.request.contains(text)
    }

    fn is_refusal(&self) -> bool {
        self.head.starts_with('4')
    }

    fn status(&mut self, status: &str) {
        let rest = self.head.split_once("\r\n").map_or_else(String::new, |(_, rest)| format!("\r\n{rest}"));
        *self.head = format!("{status}{rest}");
    }

    fn page(&mut self, status: &str) {
        *self.head = format!("{status}\r\nContent-Type: text/html");
        *self.body = "<p>Something went wrong.</p>".into();
    }

    fn put(&mut self, from: &str, to: &str) {
        *self.body = self.body.replace(from, to);
    }

    /// Moves a pair of a redirect's query behind the others.
    fn last(&mut self, pair: &str) {
        let lines = self.head.lines().map(|line| match line.split_once(&format!("?{pair}&")) {
            Some((place, rest)) => format!("{place}?{rest}&{pair}"),
            None => line.to_owned(),
        });
        *self.head = lines.collect::<Vec<_>>().join("\r\n");
    }

    /// Lets the connection close without an answer.
    fn hang_up(&mut self) {
        self.head.clear();
    }

    fn without_header(&mut self, name: &str) {
        let kept = self.head.lines().filter(|line| !line.to_ascii_lowercase().starts_with(name));
        *self.head = kept.collect::<Vec<_>>().join("\r\n");
    }
}

/// A push ends in a server error.
const BROKEN_DOWN: fn(&mut Passing<'_>) = |it| {
    if it.is_to("POST /par ") {
        it.page("500 Internal Server Error");
    }
};

/// A server that overlooks what follows the redirect URI of a loopback client, and leaves unknown scope out.
const LAX: fn(&str) -> String = |request| {
    let bare = request.replace("callback%3Fsuite%3D1", "callback").replace("callback%2Fsuite", "callback");
    bare.replace("scope=suite-unknown", "scope=profile")
};

/// What is found: `failed` and `warned` rules, and cases that cannot tell.
type Found = &'static [(Verdict, &'static str)];

/// A departure: its name, what it changes, the cases that look at it, and what they find.
type Row = (&'static str, fn(&mut Passing<'_>), &'static [&'static str], Found);

use Verdict::{Errored, Failed, NotTested, Warned};

#[rustfmt::skip]
const ROWS: &[Row] = &[
    ("a push is answered 200", |it| if it.is_to("POST /par ") && it.head.starts_with("201") { it.status("200 OK") },
        &["par/what-was-pushed-counts", "par/used-once", "laws/"], &[]),
    ("a wrong verifier is an invalid_request", |it| if it.is_to("POST /token") && it.asks("code_verifier=") { it.put("\"invalid_grant\"", "\"invalid_request\"") },
        &["pkce/wrong-verifier-is-refused", "pkce/supported", "pkce/verifier-is-enforced", "laws/code-redeemed-with-its-verifier"], &[(Failed, "rfc7636-4.6-mismatch-invalid-grant")]),
    ("an authorization error is a page", |it| if it.head.contains("error=invalid_request") { it.page("400 Bad Request") },
        &["challenge/needed-of-public-clients", "challenge/unknown-method-refused", "challenge/plain-refused",
          "challenge/without-a-method-it-is-plain"],
        &[(Failed, "rfc7636-4.4.1-challenge-required"), (Failed, "rfc7636-4.4.1-unknown-method-refused")]),
    ("a redirect URI that does not match is a server error", |it| if it.is_to("GET /authorize") && it.is_refusal() { it.page("500 Internal Server Error") },
        &["redirect-match/", "redirect-uri/only-registered-ones"], &[(Warned, "rfc6749-3.1.2.4-owner-informed")]),
    ("a redirect URI that does not match is told to the client at its own", |it| if it.is_to("GET /authorize") && it.is_refusal() {
        *it.head = "303 See Other\r\nLocation: http://localhost:8000/callback?error=invalid_request".into();
        it.body.clear();
    }, &["redirect-match/compared-as-text", "redirect-match/nothing-added"], &[(Warned, "rfc6749-3.1.2.4-no-redirect-to-invalid-uri")]),
    ("a token request is refused by 403", |it| if it.is_to("POST /token") && it.is_refusal() { it.status("403 Forbidden") },
        &["token-errors/", "pkce/wrong-verifier-is-refused", "code/refused-the-second-time"], &[(Warned, "rfc6749-5.2-error-400-json")]),
    ("a token request is refused by a page", |it| if it.is_to("POST /token") && it.is_refusal() { it.page("400 Bad Request") },
        &["token-errors/invalid-grant", "token-errors/status-and-json"],
        &[(Failed, "rfc6749-5.2-error-400-json"), (NotTested, "rfc6749-5.2-invalid-grant")]),
    ("the scope is null", |it| if it.is_to("POST /token") { it.put("\"scope\":\"profile\"", "\"scope\":null") },
        &["scope/stated-if-not-as-asked", "errors/invalid-scope"],
        &[(Failed, "rfc6749-5.1-success-200-json"), (NotTested, "rfc6749-3.3-scope-returned-if-different")]),
    ("a refused resource challenges nobody", |it| if it.is_to("GET /api") && it.is_refusal() { it.without_header("www-authenticate") },
        &["resource-challenge/"],
        &[(Failed, "rfc6750-3-challenge-with-bad-token"), (Failed, "rfc6750-3-challenge-without-token"),
          (NotTested, "rfc6750-3-challenge-attributes-once"), (NotTested, "rfc6750-3-challenge-charset"),
          (NotTested, "rfc6750-3-challenge-scheme-and-parameters"), (NotTested, "rfc6750-3-error-attribute"),
          (NotTested, "rfc6750-3.1-no-error-without-token")]),
    ("an unsupported grant type is a server error", |it| if it.is_to("POST /token") && it.body.contains("unsupported_grant_type") { it.page("500 Internal Server Error") },
        &["token-errors/unsupported-grant-type", "token-errors/status-and-json"],
        &[(Failed, "rfc6749-5.2-error-400-json"), (NotTested, "rfc6749-5.2-unsupported-grant-type")]),
    ("a secret that is no UTF-8 is a server error", |it| if it.is_to("POST /token") && it.asks("//4=") { it.page("500 Internal Server Error") },
        &["client-auth/failed-basic-is-challenged", "token-errors/status-and-json"], &[(Failed, "rfc6749-5.2-error-400-json")]),
    ("the resource's metadata is gone", |it| if it.asks("oauth-protected-resource") { it.page("404 Not Found") },
        &["resource-metadata/at-its-well-known-address", "resource-metadata/sent-as-json"],
        &[(Failed, "rfc9728-3-wellknown-location"), (NotTested, "rfc9728-3.2-response-200-json")]),
    ("a proof without a nonce is refused by 403", |it| if it.body.contains("use_dpop_nonce") { it.status("403 Forbidden") },
        &["dpop/token-is-bound", "dpop-nonce/asked-for-and-taken"], &[(Warned, "rfc6749-5.2-error-400-json")]),
    ("an unknown response type is no type for this client", |it| *it.head = it.head.replace("error=unsupported_response_type", "error=unauthorized_client"),
        &["authorize/unknown-response-type-refused", "authorize/response-type-case-matters"],
        &[(Failed, "rfc6749-4.1.2.1-unsupported-response-type")]),
    ("the response stands before the registered query", |it| it.last("tenant=a%26b"), &["redirect-uri/keeps-its-query"], &[]),
    ("a request without grant_type gets a token", |it| if it.is_to("POST /token") && !it.asks("grant_type=") {
        it.status("200 OK");
        *it.body = "{\"access_token\":\"of-the-client\",\"token_type\":\"Bearer\"}".into();
    }, &["token-errors/status-and-json", "token-errors/invalid-request"], &[(Failed, "rfc6749-5.2-invalid-request")]),
    ("a line break in a request has no answer", |it| if it.asks("%0D%0A") { it.hang_up() },
        &["token-errors/status-and-json", "pages/input-is-no-markup"],
        &[(Failed, "rfc6749-5.2-error-400-json"), (Warned, "rfc6749-3.1.2.4-owner-informed"),
          (Warned, "rfc6749-4.1.2.1-bad-client-owner-informed"), (Warned, "rfc6749-4.1.2.1-server-error-redirected")]),
    ("no redirect URI is due at the token endpoint that was not named before", |it| if it.is_to("POST /token") && !it.asks("redirect_uri=") && it.head.starts_with("200") {
        it.status("400 Bad Request");
        *it.body = "{\"error\":\"invalid_request\"}".into();
    }, &["code/redirect-uri-is-not-brought-in-later", "code/redeemed-without-a-redirect-uri"],
        &[(Failed, "rfc6749-4.1.3-redirect-uri-only-if-sent"), (NotTested, "rfc6749-4.1.3-redirect-uri-identical")]),
    // The caller is `resource_1`, by its name in HTTP Basic.
    ("a resource server is told of no token that names no audience", |it| if it.is_to("POST /introspect") {
        it.put("\"aud\"", "\"for_whom\"");
        if it.asks("cmVzb3VyY2VfMTpy") {
            *it.body = "{\"active\":false}".into();
        }
    }, &["introspection/says-whether-active"], &[]),
    ("an inactive token has an end", |it| if it.is_to("POST /introspect") { it.put("\"active\":false", "\"active\":false,\"exp\":1") },
        &["introspection/not-of-other-clients-tokens", "introspection/inactive-tells-no-more"],
        &[(Warned, "rfc7662-2.2-inactive-no-detail")]),
    ("every push is a server error", BROKEN_DOWN, &["par/used-once", "par/client-id-stands-beside-it"],
        &[(Errored, "rfc9126-4-one-time-use"), (Errored, "rfc9126-4-client-id-beside-request-uri")]),
];

/// What is told of a run of these cases.
struct Told {
    outcome: Outcome,
    report: RunReport,
}

/// Departures in what is granted: the relay changes requests before the server reads them, and then the answers.
#[rustfmt::skip]
const LAX_ROWS: &[Row] = &[
    ("a loopback redirect URI may have more behind it", |_| {},
        &["loopback/nothing-but-the-port", "loopback/any-port"],
        &[(Failed, "rfc9700-2.1-redirect-uri-exact-match"), (Failed, "rfc8252-8.4-exact-match-except-loopback-port")]),
    ("unknown scope is left out, and nothing said", |it| if it.is_to("POST /token") { it.put("\"scope\":\"profile\"", "\"area\":\"profile\"") },
        &["errors/invalid-scope"], &[(Failed, "rfc6749-3.3-scope-returned-if-different")]),
];

/// A run of these cases at a server behind a relay that changes answers.
async fn told_of(change: fn(&mut Passing<'_>), only: &[&str]) -> Told {
    told_at(str::to_owned, change, only).await
}

/// A run of these cases at a server behind a relay that changes requests and answers. Requests keep the length of their body.
async fn told_at(ask: fn(&str) -> String, change: fn(&mut Passing<'_>), only: &[&str]) -> Told {
    let (listener, origin) = listen().await;
    let behind = Arc::new(OnceLock::<String>::new());
    let address = Arc::clone(&behind);
    serve_at(listener, move |request, stream| {
        let address = Arc::clone(&address);
        async move {
            let Some(address) = address.get().filter(|_| !request.is_empty()) else { return };
            let (mut head, mut body) = forward(address, &ask(&request)).await;
            change(&mut Passing { request: &request, head: &mut head, body: &mut body });
            if !head.is_empty() {
                send(stream, &head, &body).await;
            }
        }
    });
    let policy = reference::policy(Profile::Rfc9700);
    let mut reference =
        reference::start_behind(Some(&origin), policy, Faults::none()).await.expect("it starts");
    behind.set(format!("http://{}", reference.addr)).expect("it is set once");
    let wire = Wire::new(&Settings::default()).expect("HTTP works");
    discover(&wire, &mut reference.target).await.expect("it publishes metadata");
    let (target, clock) = (reference.target.clone(), reference.clock.clone());
    let live = Arc::new(RunState::new(target, wire, clock, Profile::Rfc9700, 7));
    let only = only.iter().map(|id| (*id).to_owned()).collect();
    let selection = Selection { only, slow: true, ..Selection::default() };
    let all = cases(live.profile);
    let ran = run(&live, &all, &selection, false, &mut (), std::future::pending()).await;
    let outcome = ran.expect("it runs");
    Told { report: RunReport::new(&live, &outcome, Wants::default()), outcome }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_departure_is_told_of_under_the_rules_that_it_breaks_and_no_others() {
    let mut wrong = String::new();
    let strict = ROWS.iter().map(|row| (str::to_owned as fn(&str) -> String, row));
    for (ask, (name, change, only, expected)) in strict.chain(LAX_ROWS.iter().map(|row| (LAX, row))) {
        let Told { outcome, .. } = told_at(ask, *change, only).await;
        let findings = outcome.cases.iter().flat_map(|case| &case.findings);
        let found: BTreeSet<(&str, &str)> = findings
            .filter(|finding| !matches!(finding.verdict, Verdict::Held | Verdict::NotOffered))
            .flat_map(|finding| finding.rules.iter().map(|rule| (finding.verdict.word(), rule.id())))
            .collect();
        let expected: BTreeSet<(&str, &str)> =
            expected.iter().map(|(verdict, rule)| (verdict.word(), *rule)).collect();
        let told: Vec<_> = outcome
            .cases
            .iter()
            .flat_map(|case| case.findings.iter().map(|finding| (&case.id, finding.verdict, finding.says())))
            .filter(|(_, verdict, _)| *verdict != Verdict::Held)
            .collect();
        if found != expected {
            let _ = writeln!(wrong, "when {name}: {found:#?} for {expected:#?}, as {told:#?}");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_server_could_not_answer_is_one_cause_and_no_rules() {
    let Told { report, .. } = told_of(
        BROKEN_DOWN,
        &["par/used-once", "par/client-id-stands-beside-it", "par/answer-is-not-stored"],
    )
    .await;
    let causes: Vec<_> =
        report.causes.iter().map(|cause| (cause.verdict, &cause.rules, &cause.says)).collect();
    let says = "status 500 to an honest request".to_owned();
    assert_eq!(causes, [(Verdict::Errored, &Vec::new(), &says)]);
    assert_eq!(report.causes[0].cases.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_is_shown_with_the_request_that_it_answers() {
    let change: fn(&mut Passing<'_>) = |it| {
        if it.head.contains("code=") {
            *it.head = it.head.replace("state=", "other=");
        }
    };
    let Told { outcome, .. } = told_of(change, &["state/returned-as-it-was-sent"]).await;
    let case = outcome.cases.iter().find(|case| case.id == "state/returned-as-it-was-sent");
    let finding = case.and_then(|case| case.decides()).expect("the case ran");
    let line = |exchange: &Option<Arc<Exchange>>| {
        let request = exchange.as_ref().map(|exchange| &exchange.request);
        request.map(|request| format!("{} {}", request.method, request.url)).unwrap_or_default()
    };
    let (asked, answered) = (line(&finding.before), line(&finding.evidence));
    assert!(answered.starts_with("POST "), "{answered}");
    assert!(asked.contains("/authorize?") && asked.contains("state="), "{asked}");
}
