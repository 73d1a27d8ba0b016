//! Where the suite sends what is secret: to endpoints that the target or its metadata names, and says so before it does.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;

use oauth_suite::case::{Context, RunState};
use oauth_suite::case_end::EndKind;
use oauth_suite::flow::{self, TokenRequest};
use oauth_suite::outcome::{CaseOutcome, Finding, Outcome, Verdict};
use oauth_suite::run::{Selection, run};
use oauth_suite::subject::{Place, discover};
use oauth_suite::wire::http::{Settings, Wire};
use oauth_suite::wire::{Actor, Request};

use crate::common::script::{Script, live, target};

const LOGIN: &str = "200 OK\nContent-Type: text/html\n\n<form method=post action=/do><input name=user>\
                     <input type=password name=word><button>Sign in</button></form>";
const TOKEN: &str =
    "200 OK\nContent-Type: application/json\n\n{\"access_token\":\"t1\",\"token_type\":\"Bearer\"}";

/// A document that names every endpoint at this place, `/as` and its key behind it if it is an origin.
fn metadata(issuer: &str, place: &str) -> String {
    let at = |name: &str| match place.trim_start_matches("http://").contains('/') {
        true => place.to_owned(),
        false => format!("{place}/as/{name}"),
    };
    let names = ["token", "introspection", "revocation", "registration", "pushed_authorization_request"];
    let members: String = names.iter().map(|name| format!(",\"{name}_endpoint\":\"{}\"", at(name))).collect();
    format!(
        "200 OK\nContent-Type: application/json\n\n{{\"issuer\":\"{issuer}\",\"response_types_supported\":\
         [\"code\"],\"authorization_endpoint\":\"{issuer}/authorize\",\"userinfo_endpoint\":\"{}\",\"jwks_uri\":\"{}\"{members}}}",
        at("resource"),
        at("jwks")
    )
}

const WELL_KNOWN: &str = "GET /.well-known/oauth-authorization-server";

/// A target that its metadata completes, with its redirect URI at `client`.
fn file(issuer: &str, client: &str, more: &str) -> String {
    format!(
        "issuer = \"{issuer}\"\n{more}\n[client]\nid = \"c\"\nsecret = \"client secret\"\nredirect_uri = \"{client}/cb\"\n\
         [user]\nname = \"ann\"\npassword = \"pass word\"\n"
    )
}

async fn discovered(text: &str) -> Arc<RunState> {
    let mut target = target(text);
    discover(&Wire::new(&Settings::default()).expect("HTTP works"), &mut target)
        .await
        .expect("it has metadata");
    live(target)
}

/// A request with a secret to each endpoint that clients use, in each of the ways that requests leave.
async fn send_everything(context: &Context) -> Vec<Result<(), (EndKind, String)>> {
    let client = context.parties().client().expect("the target has a client");
    let endpoints = context.target().endpoints.clone();
    let request = TokenRequest::new(&client, [("token", "secret token")].into());
    let key = flow::proof_key(context);
    let mut sent = vec![flow::token_burst(context, &request, 2).await.map(drop)];
    for (_, url) in endpoints.all().skip(1) {
        sent.push(context.send(Actor::Client, request.request(url)).await.map(drop));
        sent.push(
            flow::send_proven(context, Actor::Client, request.request(url), &key, |proof| proof)
                .await
                .map(drop),
        );
    }
    sent.into_iter().map(|sent| sent.map_err(|stop| (stop.kind, stop.saw))).collect()
}

#[tokio::test]
async fn an_endpoint_that_is_a_redirect_uri_is_not_connected_to() {
    let client = Script::start(&[]).await;
    let port = client.base.trim_start_matches("http://127.0.0.1");
    for place in [
        format!("{}/cb", client.base),
        format!("{}/cb?tenant=1", client.base),
        format!("{}/%63b", client.base),
        format!("http://localhost{port}/cb"),
        format!("http://127.1{port}/cb"),
        format!("http://0.0.0.0{port}/cb"),
        format!("http://[::ffff:127.0.0.1]{port}/cb"),
        format!("https://127.0.0.1{port}/cb"),
        format!("http://localhost.{port}/cb"),
    ] {
        let own = Script::start(&[(WELL_KNOWN, &metadata("BASE", &place))]).await;
        let context = Context::new(discovered(&file(&own.base, &client.base, "")).await, "test/case");
        for sent in send_everything(&context).await {
            let (kind, saw) = sent.expect_err(&place);
            assert_eq!(kind, EndKind::NotTested, "{place}: {saw}");
            assert!(saw.contains("to which the suite never connects"), "{place}: {saw}");
        }
    }
    assert_eq!(client.connections(), 0, "{:?}", client.asked());
}

#[tokio::test]
async fn an_endpoint_that_only_the_metadata_names_is_asked_and_no_other_place_on_its_word() {
    let (client, named, other) =
        (Script::start(&[]).await, Script::start(&[]).await, Script::start(&[]).await);
    let own = Script::start(&[(WELL_KNOWN, &metadata("BASE", &named.base))]).await;
    let context = Context::new(discovered(&file(&own.base, &client.base, "")).await, "test/case");
    let sent = send_everything(&context).await;
    assert!(sent.iter().all(Result::is_ok), "{sent:?}");
    // A burst of two, and the six endpoints in two ways.
    assert_eq!(named.connections(), 14, "{:?}", named.asked());
    assert_eq!(context.target().place(&named.base), Place::Named);
    let stop = context.send(Actor::Client, Request::get(&other.base)).await.expect_err("nobody named it");
    assert!(stop.saw.contains(&other.base) && stop.saw.contains("[endpoints]"), "{}", stop.saw);
    let stop = flow::browser(&context).open(&named.base).await.expect_err("browsers do not go there");
    assert!(stop.saw.ends_with("add it to origins"), "{}", stop.saw);
    assert_eq!((other.connections(), named.connections()), (0, 14));
}

/// Runs these cases against a target.
async fn run_cases(live: &Arc<RunState>, only: &[&str]) -> Outcome {
    let only = only.iter().map(|id| (*id).to_owned()).collect();
    let selection = Selection { only, ..Selection::default() };
    run(live, &oauth_conformance::cases(live.profile), &selection, false, &mut (), std::future::pending())
        .await
        .expect("the honest flow works")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_kept_something_back_is_not_tested_and_says_what() {
    // Which case, how often the login page is honest before it, and what is kept back.
    let table = [
        ("login/wrong-password-refused", 2, "the form"),
        ("client-id/unknown-client-is-sent-nowhere", 2, "the login form"),
        ("errors/unsupported-response-type", 2, "the login form"),
        ("authorize/empty-parameter-counts-as-absent", 3, "the login form"),
        ("driven/honest-flow", 1, "the login form"),
    ];
    let (client, foreign) = (Script::start(&[]).await, Script::start(&[]).await);
    let code = format!("303 See Other\nLocation: {}/cb?code=c1\n\n", client.base);
    let elsewhere = LOGIN.replace("/do", &format!("{}/steal", foreign.base));
    let document = metadata("BASE", "BASE");
    for (id, honest, form) in table {
        let mut answers =
            vec![(WELL_KNOWN, document.as_str()), ("POST /do", &code), ("POST /as/token", TOKEN)];
        answers.extend(std::iter::repeat_n(("GET /authorize", LOGIN), honest));
        answers.push(("GET /authorize", &elsewhere));
        let own = Script::start(&answers).await;
        let live = discovered(&file(&own.base, &client.base, "")).await;
        let outcome = run_cases(&live, &[id]).await;
        let report = outcome.cases.first().expect("it was selected");
        let expected = format!(
            "{form} at {}/authorize leads to {}/steal, which is neither the server's own nor a client's; if it belongs to \
             the server, add it to origins",
            own.base, foreign.base
        );
        let reason = report.decides().and_then(Finding::says).unwrap_or_default();
        assert_eq!(report.verdict, Verdict::NotTested, "{id}: {reason}");
        assert!(reason.ends_with(&expected), "{id}: {reason}");
    }
    assert_eq!((foreign.connections(), client.connections()), (0, 0));
}

/// The areas whose cases read addresses out of answers, or show secrets where the metadata says.
const AREAS: &[&str] =
    &["metadata/", "resource-metadata/", "par/", "registration/", "introspection/", "revocation/", "issuer/"];

#[tokio::test(flavor = "multi_thread")]
async fn addresses_that_answers_name_after_the_preflight_are_not_connected_to() {
    let (client, foreign) = (Script::start(&[]).await, Script::start(&[]).await);
    let (redirect_uri, stranger) = (format!("{}/cb", client.base), &foreign.base);
    let code = format!("303 See Other\nLocation: {redirect_uri}?code=c1\n\n");
    let away = format!("307 X\nLocation: {stranger}/steal\n\n");
    let challenge = format!(
        "401 X\nWWW-Authenticate: Bearer resource_metadata=\"{stranger}/r\"\nLocation: {stranger}/steal\n\n"
    );
    let json = |members: String| format!("201 X\nContent-Type: application/json\n\n{{{members}}}");
    let pushed = json(format!("\"request_uri\":\"{redirect_uri}\",\"expires_in\":60"));
    let registered = json(format!(
        "\"client_id\":\"n\",\"client_secret\":\"s\",\"redirect_uris\":[\"{stranger}/x\"],\
         \"registration_access_token\":\"a\",\"registration_client_uri\":\"{stranger}/r\""
    ));
    let resource = json(format!(
        "\"resource\":\"BASE/as/resource\",\"authorization_servers\":[\"{stranger}\",\"{redirect_uri}\"],\
         \"jwks_uri\":\"{stranger}/jwks\""
    ));
    let own = Script::start(&[
        (WELL_KNOWN, &metadata("BASE", "BASE")),
        (WELL_KNOWN, &metadata("BASE", stranger)),
        (WELL_KNOWN, &metadata("BASE", &redirect_uri)),
        (WELL_KNOWN, &metadata("BASE", stranger)),
        ("GET /.well-known/oauth-protected-resource/as/resource", &resource.replace("201", "200")),
        ("GET /authorize", LOGIN),
        ("POST /do", &code),
        ("POST /as/token", TOKEN),
        ("GET /as/resource", &challenge),
        ("POST /as/pushed_authorization_request", &pushed),
        ("POST /as/registration", &registered),
        ("POST /as/introspection", &away),
        ("POST /as/revocation", &away),
    ])
    .await;
    let live = discovered(&file(&own.base, &client.base, "")).await;
    let outcome = run_cases(&live, AREAS).await;
    assert_eq!(foreign.connections(), 0, "{:?}", foreign.lines());
    assert_eq!(client.connections(), 0, "{:?}", client.lines());
    // The control: the answers were read, and one of them was to be followed.
    let asked = own.lines();
    for answered in ["POST /as/registration", "POST /as/pushed_authorization_request", "GET /as/resource"] {
        assert!(asked.iter().any(|line| line == answered), "{answered}: {asked:?}");
    }
    let reason = |report: &CaseOutcome| report.decides().and_then(Finding::says).unwrap_or_default();
    let kept_back = outcome.cases.iter().filter(|report| reason(report).contains("nothing was sent to"));
    assert_eq!(
        kept_back.map(|report| report.id.as_str()).collect::<Vec<_>>(),
        ["metadata/names-the-endpoints"]
    );
}

/// The suite's program against a target file; what it says on standard error, and how it exits.
fn program(name: &str, arguments: &[&str], text: &str) -> (Option<i32>, String) {
    let place = format!("{}-{name}.toml", std::process::id());
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(place);
    std::fs::write(&path, text).expect("the folder for tests can be written");
    let ended = Command::new(env!("CARGO_BIN_EXE_oauth-conformance"))
        .args(["run", "--target"])
        .arg(&path)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("it starts");
    // What is left behind is overwritten by the next run.
    let _ = std::fs::remove_file(&path);
    (ended.status.code(), String::from_utf8(ended.stderr).expect("it prints text"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_preflight_says_where_secrets_go_and_why_it_sent_none() {
    let (client, foreign) = (Script::start(&[]).await, Script::start(&[]).await);
    let elsewhere = LOGIN.replace("/do", &format!("{}/steal", foreign.base));
    let escape = metadata("BASE", &foreign.base).replace("/as/revocation", "/as/\\u001b[2Jrevocation?key=k1");
    let own = Script::start(&[(WELL_KNOWN, &escape), ("GET /authorize", &elsewhere)]).await;
    let text = file(&own.base, &client.base, &format!("endpoints.resource = \"{}/me\"", own.base));
    let (code, said) = program("preflight", &[], &text);
    assert_eq!(code, Some(3), "{said}");
    let (own, foreign) = (&own.base, &foreign.base);
    let expected = [
        "passwords, client secrets and tokens go to".to_owned(),
        format!("  authorization                 {own}/authorize  (metadata)"),
        format!(
            "  token                         {foreign}/as/token  (metadata, another origin than the issuer's)"
        ),
        format!("  resource                      {own}/me  (target file)"),
        format!(
            "  introspection                 {foreign}/as/introspection  (metadata, another origin than the issuer's)"
        ),
        format!(
            "  revocation                    {foreign}/as/%1B[2Jrevocation  (metadata, another origin than the issuer's)"
        ),
        format!(
            "  registration                  {foreign}/as/registration  (metadata, another origin than the issuer's)"
        ),
        format!(
            "  pushed_authorization_request  {foreign}/as/pushed_authorization_request  (metadata, another origin than the issuer's)"
        ),
        format!(
            "oauth-conformance: the login form at {own}/authorize leads to {foreign}/steal, which is neither the server's \
             own nor a client's; if it belongs to the server, add it to origins"
        ),
    ];
    assert_eq!(said.lines().collect::<Vec<_>>(), expected);
}
