//! Pushed authorization requests: that they are judged as plain ones are, for each kind of client (RFC 9126, section 2.1).
//!
//! "Like" is compared: a fault is looked at where the plain request with it, by the same client, led to no code.

use std::sync::Arc;

use oauth_rules::rules;

use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _, EndKind};
use crate::cases::support::par;
use crate::cases::support::provoke::UNKNOWN;
use crate::expect;
use crate::flow::{self, AuthorizationRequest};
use crate::subject::{Client, ClientRole, Need};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[Case {
    id: "par/judged-like-an-authorization-request",
    rules: rules!["rfc9126-2.1-validated-like-authorization-request"],
    about: "What the authorization endpoint refuses a client is refused when pushed, or else leads to no code.",
    needs: &[Need::Login, Need::PushedRequests],
    run: |ctx| Box::pin(judged_like_an_authorization_request(ctx)),
    ..Case::DEFAULT
}];

/// A resource that no server has.
const UNKNOWN_RESOURCE: &str = "https://unknown.suite.example/resource";
/// The parameters that are tried twice.
const REPEATED: &[&str] =
    &["response_type", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method"];

/// An authorization request with a fault.
struct Spoilt {
    way: String,
    ask: AuthorizationRequest,
    /// Whether every server has to refuse it, so that it is looked at also where no plain request can be sent.
    certain: bool,
}

impl Spoilt {
    fn new(way: impl Into<String>, ask: AuthorizationRequest) -> Self {
        Self { way: way.into(), ask, certain: false }
    }

    fn certain(way: &str, ask: AuthorizationRequest) -> Self {
        Self { way: way.into(), ask, certain: true }
    }
}

async fn judged_like_an_authorization_request(ctx: &Context) -> Checked {
    let first = ctx.parties().client()?;
    par::code_by_push(ctx, &first).await?;
    let mut compared = compare(ctx, &first).await;
    for client in other_kinds(ctx, &first) {
        match par::code_by_push(ctx, &client).await {
            Ok(_) => compared += compare(ctx, &client).await,
            Err(end) if matches!(end.kind, EndKind::Errored) => ctx.tell(end.when(&asks(&client))),
            // Which clients may push is the server's to say.
            Err(end) => ctx.note(format!("{} is left out: {}", client.id, end.saw)),
        }
    }
    if let Ok(service) = ctx.parties().client_of(ClientRole::Service)
        && !service.redirect_uri.is_empty()
    {
        let spoilt = Spoilt::new("may not use the code grant", flow::ask(ctx, &service));
        compared += compare_one(ctx, &service, &spoilt, !flow::pushes_only(ctx)).await;
    }
    if compared == 0 {
        return Err(CaseEnd::not_offered("none of the faults keeps a plain request from its code"));
    }
    Ok(())
}

/// One client of each kind beside the first: without a secret on loopback, and by https, and with two redirect URIs.
fn other_kinds(ctx: &Context, first: &Client) -> Vec<Arc<Client>> {
    let roles = [ClientRole::Public, ClientRole::SecondPublic, ClientRole::Special];
    let clients = roles.iter().filter_map(|role| ctx.target().clients.get(role));
    clients.filter(|client| client.id != first.id).cloned().collect()
}

fn asks(client: &Client) -> String {
    format!("{} asks", client.id)
}

/// Tells of each fault that a push of this client passes with, and how many could be compared.
async fn compare(ctx: &Context, client: &Arc<Client>) -> usize {
    // A client may be registered to push alone (section 6): then no plain request shows what its fault is.
    let plain = !flow::pushes_only(ctx) && flow::code(ctx, client).await.is_ok();
    let mut compared = 0;
    for spoilt in faults(ctx, client) {
        compared += compare_one(ctx, client, &spoilt, plain).await;
    }
    compared
}

/// As [`compare`], for one fault, where plain requests of this client lead to codes or not.
async fn compare_one(ctx: &Context, client: &Client, spoilt: &Spoilt, plain: bool) -> usize {
    let way = format!("{} and {}", asks(client), spoilt.way);
    let judged = judged_alike(&ctx.when(&way), spoilt, plain).await;
    usize::from(ctx.tried(&way, judged).unwrap_or(true))
}

/// Whether the fault could be compared, where plain requests lead to codes or not.
async fn judged_alike(ctx: &Context, spoilt: &Spoilt, plain: bool) -> Checked<bool> {
    if plain {
        let plain = flow::authorize(ctx, &spoilt.ask).await?;
        plain.sent()?;
        if plain.grants() {
            return Ok(false);
        }
    } else if !spoilt.certain {
        return Ok(false);
    }
    let answer = flow::send_push(ctx, &flow::push(&spoilt.ask)).await?;
    match expect::request_uri(&answer) {
        // Which code names the fault, is left open for this endpoint.
        Err(_) => expect::refused_by(&expect::PUSHED, ctx, &answer, &[])?,
        // Which error it is, is the authorization endpoint's matter.
        Ok(request_uri) => {
            let landing = flow::authorize(ctx, &spoilt.ask.by_reference(&request_uri)).await?;
            par::refused(ctx, &landing)?;
        }
    }
    Ok(true)
}

fn faults(ctx: &Context, client: &Arc<Client>) -> Vec<Spoilt> {
    let good = flow::ask(ctx, client);
    let ask = || flow::ask(ctx, client);
    let outside = format!("{}\u{e4}", good.state().unwrap_or_default());
    let mut faults = vec![
        Spoilt::certain("there is no response_type", ask().without("response_type")),
        Spoilt::certain("the response type is unknown", ask().set("response_type", UNKNOWN)),
        Spoilt::new("the response type is token", ask().set("response_type", "token")),
        Spoilt::new("the scope is unknown", ask().set("scope", UNKNOWN)),
        Spoilt::new("the state has a letter beyond ASCII", ask().set("state", &outside)),
        Spoilt::new("the resource is unknown", ask().add("resource", UNKNOWN_RESOURCE)),
    ];
    if good.verifier.is_some() {
        let fresh = ctx.fresh();
        faults.extend([
            Spoilt::certain("the challenge method is unknown", ask().set("code_challenge_method", "S999")),
            Spoilt::new("there is no challenge", ask().without_pkce()),
            Spoilt::new("the challenge method is plain", ask().set("code_challenge_method", "plain")),
            Spoilt::new("the challenge has 42 characters", ask().set("code_challenge", &fresh[..42])),
        ]);
    }
    for name in REPEATED {
        if let Some(value) = good.params.first(name) {
            faults.push(Spoilt::new(format!("{name} is there twice"), good.clone().add(name, value)));
        }
    }
    let own = client.scopes();
    let mut scopes = ctx.target().clients.values().flat_map(|other| other.scopes());
    if let Some(foreign) = scopes.find(|scope| !own.contains(scope)) {
        faults.push(Spoilt::new("the scope is another client's", ask().set("scope", foreign)));
    }
    if client.other_redirect_uri.is_some() {
        faults.push(Spoilt::new("neither of two redirect URIs is named", ask().without("redirect_uri")));
    }
    // A client that authenticates may bring one along that was never registered (section 2.4).
    let mut others = ctx.target().clients.values().filter(|_| client.is_public());
    if let Some(other) = others.find(|other| client.redirect_uris().all(|own| own != other.redirect_uri)) {
        let spoilt = ask().set("redirect_uri", &other.redirect_uri);
        faults.push(Spoilt::new("the redirect URI is another client's", spoilt));
    }
    faults
}
