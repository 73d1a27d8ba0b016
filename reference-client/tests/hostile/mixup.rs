//! Two servers, one of them malicious: the client does not take one's code to the other (RFC 9700 4.4, RFC 9207).

use oauth_core::directory::Authentication;
use oauth_reference_client::{Config, Options, Registration, Running, serve};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::server::{Answer, Server};
use crate::wire::query;
use crate::world::{
    Browser, Departure, Held, Host, METADATA, Reply, Stop, control, demand, metadata, metadata_but,
    token_answer,
};

crate::checks! {
    code_goes_home "mixup/a-code-goes-to-the-server-that-was-asked" [
        "rfc9700-4.4.2-client-stores-issuer-per-request", "rfc9700-2.1-client-mixup-defence",
    ];
    attack_under_iss "mixup/the-attack-fails-by-iss" [
        "rfc9700-4.4.2.1-client-compares-issuer", "rfc9700-2.1-client-mixup-by-iss",
        "rfc9700-2.1-client-mixup-defence",
    ];
    attack_under_addresses "mixup/the-attack-fails-by-redirect-uri" [
        "rfc9700-4.4.2.2-client-distinct-redirect-uris", "rfc8252-8.10-client-redirect-uri-per-server",
        "rfc9700-2.1-client-mixup-defence",
    ];
    iss_of_each "mixup/which-server-sends-iss-is-remembered" ["rfc9207-2.4-client-retains-iss-support"];
    tokens_stay "mixup/tokens-go-to-no-other-server" ["rfc6749-10.4-client-refresh-token-kept"];
    alike_servers "mixup/servers-that-cannot-be-told-apart-are-not-asked" ["rfc9700-2.1-client-mixup-defence"];
    one_issuer_twice "mixup/two-servers-of-one-issuer-are-no-configuration" ["rfc9207-4-client-unique-issuers"];
}

/// A client that offers a malicious server first and an honest one behind it.
struct Pair {
    evil: Server,
    honest: Server,
    client: Running,
}

/// How the servers' responses are told apart.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    /// One redirect URI, and both servers announce `iss`.
    Iss,
    /// A redirect URI for each server, which publishes nothing.
    Address,
    /// Nothing.
    Nothing,
}

/// The port is known only once it is taken, and one redirect URI for both has to name it.
async fn pair(host: &Host, by: By, configure: impl Fn(&mut Registration)) -> Pair {
    let (evil, honest) = (Server::start().await, Server::start().await);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
    let port = listener.local_addr().expect("it is bound").port();
    let servers = [("evil", &evil), ("honest", &honest)].map(|(name, server)| {
        if by == By::Iss {
            server.answer(METADATA, Answer::json(200, &metadata(&server.origin)));
        }
        server.answer("/token", Answer::json(200, &token_answer()));
        server.answer("/api/me", Answer::json(200, &json!({ "name": name })));
        let mut registration = Registration {
            name: name.to_owned(),
            client_id: format!("client at {name}"),
            client_secret: Some(format!("secret at {name}").into()),
            issuer: server.origin.clone(),
            redirect_uri: (by != By::Address).then(|| format!("http://localhost:{port}/callback")),
            ..Registration::built_in()
        };
        configure(&mut registration);
        registration
    });
    let options = Options { logic: host.logic(), ..Options::default() };
    let client = serve(listener, &Config { servers: servers.into() }, options).expect("the client starts");
    Pair { evil, honest, client }
}

impl Pair {
    fn browser(&self) -> Browser {
        Browser::at(&self.client)
    }

    /// Brings a response to the address that a server knows.
    async fn respond(&self, browser: &mut Browser, to: &Departure, response: &[(&str, &str)]) -> Reply {
        let address = to.param("redirect_uri").unwrap_or_default();
        let path = address.strip_prefix(&browser.origin).unwrap_or(&address).to_owned();
        browser.get(&format!("{path}?{}", query(response))).await
    }

    fn tokens_asked(&self) -> [usize; 2] {
        [&self.evil, &self.honest].map(|server| server.seen_at("/token").len())
    }
}

async fn code_goes_home(host: &Host) -> Held {
    let pair = pair(host, By::Iss, |_| {}).await;
    let (mut at_evil, mut at_honest) = (pair.browser(), pair.browser());
    let asked_evil = at_evil.depart_by("/login?server=evil").await?;
    let asked_honest = at_honest.depart_by("/login?server=honest").await?;
    let doors = [(&asked_evil, &pair.evil), (&asked_honest, &pair.honest)];
    for (departure, server) in doors {
        let door = format!("{}/authorize?", server.origin);
        control(departure.url.starts_with(&door), format!("the browser is sent to {}", departure.url))?;
    }
    let state = asked_honest.state()?;
    let response = [("code", "code-of-honest"), ("state", &state), ("iss", &pair.honest.origin)];
    let reply = pair.respond(&mut at_honest, &asked_honest, &response).await;
    let [evil, honest] = pair.tokens_asked();
    demand(evil == 0, "the honest server's code was taken to the other one")?;
    control(honest == 1, "the honest server's code was not redeemed")?;
    control(reply.status == 303, "the login did not come about")?;
    // What follows a login stays with its server too.
    let page = at_honest.get("/profile").await;
    let used = [&pair.evil, &pair.honest].map(|server| server.seen_at("/api/me").len());
    demand(used == [0, 1] && page.status == 200, format!("the resources were called {used:?} times"))?;
    let shown = pair.honest.seen_at("/token")[0].header("authorization").join(", ");
    let known = crate::wire::basic(&shown).map(|(id, _)| id);
    demand(known.as_deref() == Some("client+at+honest"), format!("the client says that it is {known:?}"))
}

/// The attack of RFC 9700 4.4.1: the malicious server passes the browser on to the honest one, with the client's state
/// and the id that it has there; the honest server's response comes back to a client that believes it asked the
/// malicious one. Returns whether the code reached a token endpoint.
async fn mix_up(pair: &Pair, arrives: &Departure, iss: Option<&str>) -> Result<[usize; 2], Stop> {
    let mut victim = pair.browser();
    let state = victim.depart_by("/login?server=evil").await?.state()?;
    let mut response = vec![("code", "code-of-honest"), ("state", state.as_str())];
    response.extend(iss.map(|iss| ("iss", iss)));
    let before = pair.tokens_asked();
    pair.respond(&mut victim, arrives, &response).await;
    let after = pair.tokens_asked();
    Ok([after[0] - before[0], after[1] - before[1]])
}

/// Logs in at each server: the control of the attacks.
async fn honest_logins(pair: &Pair, by: By) -> Result<[Departure; 2], Stop> {
    let mut departures = Vec::new();
    for (name, server) in [("evil", &pair.evil), ("honest", &pair.honest)] {
        let mut browser = pair.browser();
        let departure = browser.depart_by(&format!("/login?server={name}")).await?;
        let state = departure.state()?;
        let mut response = vec![("code", "code"), ("state", state.as_str())];
        response.extend((by == By::Iss).then_some(("iss", server.origin.as_str())));
        let before = server.seen_at("/token").len();
        let reply = pair.respond(&mut browser, &departure, &response).await;
        let redeemed = server.seen_at("/token").len() == before + 1;
        control(
            reply.status == 303 && redeemed,
            format!("an honest login at {name} ended in {}", reply.status),
        )?;
        departures.push(departure);
    }
    departures.try_into().map_err(|_| Stop::Control("two servers".to_owned()))
}

async fn attack_under_iss(host: &Host) -> Held {
    let pair = pair(host, By::Iss, |_| {}).await;
    let [_, honest] = honest_logins(&pair, By::Iss).await?;
    // The honest server says who it is; nobody on the way can change that, but drop it.
    for iss in [Some(pair.honest.origin.as_str()), None] {
        let asked = mix_up(&pair, &honest, iss).await?;
        demand(asked == [0, 0], format!("after iss {iss:?} the code went to {asked:?} token endpoints"))?;
    }
    Ok(())
}

async fn attack_under_addresses(host: &Host) -> Held {
    let native = |registration: &mut Registration| {
        registration.client_secret = None;
        registration.authentication = Authentication::None;
    };
    for configure in [|_: &mut Registration| {}, native as fn(&mut Registration)] {
        let pair = pair(host, By::Address, configure).await;
        let [evil, honest] = honest_logins(&pair, By::Address).await?;
        let [evil_uri, honest_uri] = [&evil, &honest].map(|departure| departure.param("redirect_uri"));
        demand(evil_uri != honest_uri, format!("both servers know {evil_uri:?}"))?;
        let asked = mix_up(&pair, &honest, None).await?;
        demand(asked == [0, 0], format!("the code went to {asked:?} token endpoints"))?;
    }
    Ok(())
}

async fn iss_of_each(host: &Host) -> Held {
    const MEMBER: &str = "authorization_response_iss_parameter_supported";
    let pair = pair(host, By::Address, |_| {}).await;
    pair.evil.answer(METADATA, Answer::json(200, &metadata(&pair.evil.origin)));
    pair.honest.answer(METADATA, metadata_but(&pair.honest.origin, MEMBER, Value::Null));
    let servers = [("evil", &pair.evil, true), ("honest", &pair.honest, false)];
    // Both logins are under way before either response comes.
    let mut open = Vec::new();
    for (name, server, announces) in servers {
        let mut browser = pair.browser();
        let departure = browser.depart_by(&format!("/login?server={name}")).await?;
        open.push((browser, departure, server, announces));
    }
    for (browser, departure, server, announces) in &mut open {
        let state = departure.state()?;
        pair.respond(browser, departure, &[("code", "code"), ("state", state.as_str())]).await;
        let taken = !server.seen_at("/token").is_empty();
        demand(!(*announces && taken), "a response without iss is taken of the server that always sends it")?;
        control(*announces || taken, "a response without iss is refused of the server that sends none")?;
    }
    let mut browser = pair.browser();
    let departure = browser.depart_by("/login?server=evil").await?;
    let state = departure.state()?;
    let response = [("code", "code"), ("state", state.as_str()), ("iss", pair.evil.origin.as_str())];
    pair.respond(&mut browser, &departure, &response).await;
    control(
        pair.tokens_asked() == [1, 1],
        "a response with iss is refused of the server that always sends it",
    )
}

async fn tokens_stay(host: &Host) -> Held {
    let pair = pair(host, By::Iss, |_| {}).await;
    // A token that ends at once is refreshed when it is used.
    let mut answer = token_answer();
    answer["expires_in"] = json!(1);
    answer["refresh_token"] = json!("refresh of honest");
    pair.honest.answer("/token", Answer::json(200, &answer));
    let mut browser = pair.browser();
    let departure = browser.depart_by("/login?server=honest").await?;
    let state = departure.state()?;
    let response = [("code", "code"), ("state", state.as_str()), ("iss", pair.honest.origin.as_str())];
    let reply = pair.respond(&mut browser, &departure, &response).await;
    control(reply.status == 303, format!("an honest login ended in {}", reply.status))?;
    browser.get("/profile").await;
    let [evil, honest] = pair.tokens_asked();
    demand(evil == 0, "a refresh token went to another server than its own")?;
    demand(pair.evil.seen_at("/api/me").is_empty(), "an access token went to another server's resource")?;
    control(honest == 2, format!("{honest} token requests instead of two"))
}

async fn alike_servers(host: &Host) -> Held {
    let pair = pair(host, By::Nothing, |_| {}).await;
    for name in ["evil", "honest"] {
        let reply = pair.browser().get(&format!("/login?server={name}")).await;
        let to = reply.header("location").unwrap_or_default().to_owned();
        demand(reply.status >= 400 && to.is_empty(), format!("the login at {name} leads to {to:?}"))?;
    }
    // The control: with `iss` they can be told apart, and are asked.
    let pair = self::pair(host, By::Iss, |_| {}).await;
    honest_logins(&pair, By::Iss).await.map(|_| ())
}

async fn one_issuer_twice(host: &Host) -> Held {
    let starts = async |issuers: [&str; 2]| {
        let servers = [("one", issuers[0]), ("two", issuers[1])].map(|(name, issuer)| Registration {
            name: name.to_owned(),
            issuer: issuer.to_owned(),
            ..Registration::built_in()
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let options = Options { logic: host.logic(), ..Options::default() };
        serve(listener, &Config { servers: servers.into() }, options)
    };
    let (one, two) = ("https://as.example/one", "https://as.example/two");
    control(starts([one, two]).await.is_ok(), "two servers are refused")?;
    let refusal = starts([one, one]).await.err().map(|refusal| refusal.to_string());
    let named = refusal.as_deref().is_some_and(|refusal| refusal.starts_with("issuer: "));
    demand(named, format!("a configuration with one issuer at two servers: {refusal:?}"))
}

#[tokio::test]
async fn several_servers_are_offered_by_name() {
    let pair = pair(&Host::default(), By::Address, |_| {}).await;
    for path in ["/", "/login"] {
        let page = pair.browser().get(path).await;
        assert_eq!(page.status, 200, "{path}");
        for name in ["evil", "honest"] {
            assert!(page.body.contains(&format!("href=\"/login?server={name}\"")), "{path}: {}", page.body);
        }
        assert!(pair.evil.seen().is_empty() && pair.honest.seen().is_empty());
    }
    for name in ["nobody", "", "evil%20"] {
        assert_eq!(pair.browser().get(&format!("/login?server={name}")).await.status, 404, "{name:?}");
    }
    // Who is not logged in any more is led back to the same server.
    let mut browser = pair.browser();
    browser.depart_by("/login?server=honest").await.expect("a login starts");
    let reply = browser.get("/profile").await;
    assert_eq!(reply.header("location"), Some("/login?server=honest"));
    let reply = pair.browser().get("/profile").await;
    assert_eq!((reply.status, reply.header("location")), (303, Some("/login")));
}

#[tokio::test]
async fn configurations_that_no_client_may_work_with_are_refused_by_field_and_fix() {
    let with = |uris: [Option<&str>; 2], names: [&str; 2]| Config {
        servers: [0, 1]
            .map(|nth| Registration {
                name: names[nth].to_owned(),
                issuer: format!("https://as.example/{nth}"),
                redirect_uri: uris[nth].map(str::to_owned),
                ..Registration::built_in()
            })
            .into(),
    };
    let names = ["one", "two"];
    let (here, there) = (Some("https://c.example/a"), Some("https://d.example/a"));
    for (config, expected) in [
        (Config { servers: Vec::new() }, "server: is missing; a client needs at least one"),
        (with([None, None], ["one", "one"]), "name: stands at two servers; give each a name of its own"),
        (
            with([here, there], names),
            "redirect_uri: has to have the same scheme, host and port at each server",
        ),
        (
            with([here, Some("https://c.example/a?server=two")], names),
            "redirect_uri: has to differ from another server's in its path, or not at all",
        ),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let refusal = serve(listener, &config, Options::default()).err().map(|refusal| refusal.to_string());
        assert_eq!(refusal.as_deref(), Some(expected));
    }
}
