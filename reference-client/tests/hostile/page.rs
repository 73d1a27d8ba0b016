//! What the browser gets: pages without anybody else's markup, and no way out to anywhere.

use serde_json::json;

use crate::server::Answer;
use crate::wire::query;
use crate::world::{Browser, Held, Host, Reply, World, control, demand, token_answer};

crate::checks! {
    callback_redirects_away "page/the-callback-leads-away-from-the-code" [
        "rfc6749-3.1.2.5-client-callback-redirects-away",
    ];
    callback_loads_nothing "page/the-callback-loads-nothing-from-others" [
        "rfc6749-3.1.2.5-client-callback-no-third-party-scripts", "rfc9700-4.2.4-client-page-no-third-party",
    ];
    response_is_no_markup "page/no-response-becomes-markup" ["rfc6749-10.14-client-sanitizes-input"];
    odd_bytes_do_no_harm "page/odd-bytes-do-no-harm" ["rfc6749-10.14-client-sanitizes-input"];
    session_is_private "page/the-session-is-for-this-host-alone" ["rfc6749-10.12-client-session-kept-private"];
    no_open_redirector "page/no-parameter-leads-elsewhere" ["rfc9700-2.1-client-no-open-redirector"];
}

async fn callback_redirects_away(host: &Host) -> Held {
    let world = host.world().await;
    let mut browser = world.browser();
    let departure = browser.depart().await?;
    let state = departure.state()?;
    let reply = browser.callback(&world.response(&departure, "code-of-this-test")?).await;
    control(world.token_requests().len() == 1, "the response was not taken")?;
    let to = reply.header("location").unwrap_or_default();
    let is_redirect = (301..=303).contains(&reply.status) && !to.is_empty();
    demand(is_redirect, format!("the callback answers {} under the code's own URI", reply.status))?;
    demand(!to.contains("code-of-this-test") && !to.contains(&state), format!("the callback leads to {to:?}"))
}

async fn session_is_private(host: &Host) -> Held {
    let world = host.world().await;
    let mut browser = world.browser();
    world.log_in(&mut browser).await?;
    control(!browser.cookies_set.is_empty(), "the client sets no cookie")?;
    for cookie in &browser.cookies_set {
        let attributes = cookie.split(';').skip(1).map(|attribute| attribute.trim().to_ascii_lowercase());
        let shared = attributes.filter(|attribute| attribute.starts_with("domain")).collect::<String>();
        demand(shared.is_empty(), format!("the session's cookie has {shared:?}"))?;
    }
    Ok(())
}

/// Every page that a callback can end in.
async fn callback_pages(world: &World) -> Result<Vec<(&'static str, Reply)>, crate::world::Stop> {
    let issuer = world.server.origin.as_str();
    let mut pages = vec![("no login", world.browser().callback("code=c&state=s").await)];
    for (name, tail) in [
        (
            "a server's error",
            query(&[("error", "access_denied"), ("error_description", "no"), ("iss", issuer)]),
        ),
        ("a foreign iss", query(&[("code", "c"), ("iss", "https://other.example")])),
        ("no code", query(&[("iss", issuer)])),
    ] {
        let mut browser = world.browser();
        let state = browser.depart().await?.state()?;
        pages.push((name, browser.callback(&format!("state={state}&{tail}")).await));
    }
    let mut browser = world.browser();
    browser.depart().await?;
    pages.push(("a wrong state", browser.callback("code=c&state=wrong").await));
    world.server.answer("/token", Answer::json(400, &json!({ "error": "invalid_grant" })));
    let departure = browser.depart().await?;
    pages.push(("a refused code", browser.callback(&world.response(&departure, "code")?).await));
    world.server.answer("/token", Answer::json(200, &token_answer()));
    Ok(pages)
}

async fn callback_loads_nothing(host: &Host) -> Held {
    let world = host.world().await;
    for (name, page) in callback_pages(&world).await? {
        control(page.status >= 400 && page.body.contains("<p"), format!("{name}: no error page"))?;
        let found = foreign_reference(&page.body);
        demand(found.is_none(), format!("{name}: the page refers to {}", found.unwrap_or_default()))?;
    }
    Ok(())
}

/// The first reference of a page to another origin.
fn foreign_reference(body: &str) -> Option<String> {
    let text = body.to_ascii_lowercase();
    ["src=", "href=", "action=", "data=", "poster=", "srcset=", "content=", "url(", "@import"]
        .iter()
        .find_map(|mark| {
            text.match_indices(mark).find_map(|(at, _)| {
                let value = text[at + mark.len()..].trim_start_matches([' ', '"', '\'', '(']);
                let foreign = value.starts_with("//")
                    || value.split(['"', '\'', ' ', '>', ')']).next().is_some_and(|uri| uri.contains("://"));
                foreign.then(|| value.chars().take(60).collect())
            })
        })
}

const PAYLOADS: &[&str] = &[
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'><svg onload=alert(1)>",
    "</title></style></p><script>alert(1)</script>",
    "<!--",
];

/// The markup that must not come back.
const MARKS: &[&str] = &["<script", "<img", "<svg", "<!--"];

fn is_clean(page: &Reply) -> bool {
    let body = page.body.to_ascii_lowercase();
    MARKS.iter().all(|mark| !body.contains(mark))
}

async fn response_is_no_markup(host: &Host) -> Held {
    let world = host.world().await;
    let issuer = world.server.origin.as_str();
    for payload in PAYLOADS {
        for name in ["error", "error_description", "error_uri", "code", "state", "iss", "scope", payload] {
            // With a good state where that is not what is spoilt, and with none.
            let mut browser = world.browser();
            let state = browser.depart().await?.state()?;
            let good = [("state", state.as_str()), ("iss", issuer), ("error", "access_denied")];
            let mut response = vec![(name, *payload)];
            response.extend(good.iter().filter(|(have, _)| *have != name));
            for page in [
                browser.callback(&query(&response)).await,
                world.browser().callback(&query(&response)).await,
                world.browser().get(&format!("/nowhere?{}", query(&response))).await,
            ] {
                demand(page.status < 500, format!("{name} = {payload:?} is answered with {}", page.status))?;
                demand(is_clean(&page), format!("{name} = {payload:?} becomes markup"))?;
            }
        }
        // What servers say on the back channel.
        let refusal = json!({ "error": payload, "error_description": payload, (*payload): payload });
        world.server.answer("/token", Answer::json(400, &refusal));
        let mut browser = world.browser();
        let departure = browser.depart().await?;
        let page = browser.callback(&world.response(&departure, "code")?).await;
        demand(is_clean(&page), format!("the token endpoint's {payload:?} becomes markup"))?;
        world.server.answer("/token", Answer::json(200, &token_answer()));
        for resource in [json!({ "name": payload, (*payload): [payload] }).to_string(), (*payload).to_owned()]
        {
            world.server.answer("/api/me", Answer::json(200, &resource));
            world.log_in(&mut browser).await?;
            let page = browser.get("/profile").await;
            control(page.status == 200, "the profile was not shown")?;
            demand(is_clean(&page), format!("the resource's {payload:?} becomes markup"))?;
        }
    }
    Ok(())
}

async fn odd_bytes_do_no_harm(host: &Host) -> Held {
    let world = host.world().await;
    let huge = "A".repeat(8 * 1024);
    let many = "a=1&".repeat(2000);
    for odd in
        ["%00", "%ff%fe", "%", "%4", "%zz", "%C3%28", "+", "%0d%0aSet-Cookie:%20a=b", &huge, &many, "&&=&=="]
    {
        for name in ["error", "error_description", "code", "state", "iss"] {
            for target in [format!("/callback?{name}={odd}"), format!("/callback?{odd}")] {
                let mut browser = world.browser();
                browser.depart().await?;
                for page in [browser.get(&target).await, world.browser().get(&target).await] {
                    let start: String = target.chars().take(60).collect();
                    demand(page.status < 500, format!("{start} is answered with {}", page.status))?;
                    demand(page.header("set-cookie").is_none(), format!("{start} sets a cookie"))?;
                }
            }
        }
    }
    // Still on its feet.
    world.log_in(&mut world.browser()).await
}

/// Where a reply leads, as seen from the client's pages.
fn leads_to(browser: &Browser, reply: &Reply) -> Option<String> {
    let to = reply.header("location")?;
    let own = to.starts_with('/') && !to.starts_with("//") && !to.starts_with("/\\");
    Some(if own { format!("{}{to}", browser.origin) } else { to.to_owned() })
}

async fn no_open_redirector(host: &Host) -> Held {
    const ELSEWHERE: &[&str] =
        &["https://evil.example/", "//evil.example/", "/\\evil.example/", "evil.example"];
    const NAMES: &[&str] = &[
        "next",
        "url",
        "redirect",
        "redirect_uri",
        "redirect_url",
        "return_to",
        "return",
        "continue",
        "target",
    ];
    let world = host.world().await;
    let mut browser = world.browser();
    world.log_in(&mut browser).await?;
    let home = format!("{}/", browser.origin);
    let door = format!("{}/authorize?", world.server.origin);
    for evil in ELSEWHERE {
        for path in ["/", "/login", "/callback", "/profile", "//evil.example/", "//evil.example/%2e%2e"] {
            let pairs: Vec<(&str, &str)> = NAMES.iter().map(|name| (*name, *evil)).collect();
            for headers in [&[][..], &[("host", "evil.example"), ("x-forwarded-host", "evil.example")]] {
                let mut visitor = browser.clone();
                let reply = visitor.get_as(&format!("{path}?{}", query(&pairs)), headers).await;
                if let Some(to) = leads_to(&visitor, &reply) {
                    demand(to.starts_with(&home) || to.starts_with(&door), format!("{path} leads to {to}"))?;
                    let own_uri = crate::wire::pairs(&to).iter().all(|(_, value)| !value.contains("evil"));
                    demand(own_uri, format!("{path} leads to {to}"))?;
                }
            }
        }
        // A response may not say where to go next either.
        let mut visitor = world.browser();
        let departure = visitor.depart().await?;
        let pairs: Vec<(&str, &str)> = NAMES.iter().map(|name| (*name, *evil)).collect();
        let reply =
            visitor.callback(&format!("{}&{}", world.response(&departure, "code")?, query(&pairs))).await;
        let to = leads_to(&visitor, &reply).unwrap_or_default();
        control(reply.status == 303, "the response was not taken")?;
        demand(to.starts_with(&home), format!("the callback leads to {to}"))?;
    }
    Ok(())
}
