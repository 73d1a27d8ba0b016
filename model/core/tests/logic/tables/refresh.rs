//! `POST /token` with `grant_type=refresh_token`: one token at a time, each good once, and never for more than was
//! granted.

use oauth_core::policy::Lifetime;

use super::stage::{Stage, coded, logged_in, refreshable};
use super::table::{Table, check, check_precedence};

const DOOR: &str = "POST /token (refresh)";
const CODE: &str = "POST /token";
const RESOURCE: &str = "GET /api/me";

const REFRESH_INVALID: &str = "400 invalid_grant (the refresh token is not valid for this request)";
const CODE_INVALID: &str = "400 invalid_grant (the code is not valid for this request)";
const SCOPE_INVALID: &str = "400 invalid_scope (the scope is more than what was granted)";
const CLIENT_INVALID: &str =
    "401 invalid_client (client authentication failed) [WWW-Authenticate: Basic realm=\"token endpoint\"]";
const NOT_ALLOWED: &str = "400 unauthorized_client (the client is not registered for this grant_type)";
const TOKEN_ENDED: &str =
    "401 invalid_token (the access token is not valid) [WWW-Authenticate: Bearer realm=\"resource\", …]";
const TOKEN_TOO_NARROW: &str = "403 insufficient_scope (the access token's scope does not cover this resource) \
                                [WWW-Authenticate: Bearer realm=\"resource\", …, scope=\"profile\"]";

/// Two weeks.
const IDLE: u32 = 14 * 24 * 3600;

fn tokens(scope: &str) -> String {
    format!(
        "200 {{\"access_token\":\"<handle>\",\"expires_in\":3600,\"refresh_token\":\"<handle>\",\
         \"scope\":\"{scope}\",\"token_type\":\"Bearer\"}}"
    )
}

fn all() -> String {
    tokens("profile email")
}

fn served(scope: &str) -> String {
    format!("200 {{\"client_id\":\"client_2\",\"scope\":\"{scope}\",\"user_id\":\"id001\"}}")
}

/// The rows.
pub(crate) fn table() -> Table {
    let mut t = Table::of(DOOR);
    t.from(refreshable);
    t.row("", all());
    t.row("unknown=1 +unknown=2 code=x redirect_uri=x code_verifier=x", all());
    forms(&mut t);
    clients(&mut t);
    made_up(&mut t);
    rotation(&mut t);
    spent(&mut t);
    grace(&mut t);
    idleness(&mut t);
    scopes(&mut t);
    ends(&mut t);
    t
}

fn forms(t: &mut Table) {
    t.row("-refresh_token", "400 invalid_request (refresh_token is missing)");
    t.row("refresh_token=", "400 invalid_request (refresh_token is missing)");
    t.row("+refresh_token=$refresh", "400 invalid_request (refresh_token may stand there once only)");
    t.row("+scope=profile +scope=email", "400 invalid_request (scope may stand there once only)");
    t.row("+code=x +code=x", "400 invalid_request (code may stand there once only)");
    t.row(
        "?refresh_token=$refresh -refresh_token",
        "400 invalid_request (the parameters belong into the body, not into the URI)",
    );
    t.row("method:GET", "405 (this page takes POST) [Allow: POST]");
}

/// As at the redemption of a code: who has a secret shows it; and the token is its own client's (RFC 6749 6).
fn clients(t: &mut Table) {
    t.row("basic:client_2:wrong", CLIENT_INVALID);
    t.row("-authorization", "400 invalid_request (client_id is missing)");
    t.row("-authorization client_id=client_2", CLIENT_INVALID);
    t.row("-authorization client_id=client_2 client_secret=client_secret_2", CLIENT_INVALID);
    t.row("basic:client_1:client_secret_1", NOT_ALLOWED);
    t.row("basic:machine:machine_secret", NOT_ALLOWED);
    // Whoever only holds the token neither gets any nor ends the grant.
    for (thief, gets) in [
        ("basic:local_1:local_secret", REFRESH_INVALID),
        ("-authorization client_id=public_1", REFRESH_INVALID),
        ("-authorization client_id=client_2", CLIENT_INVALID),
        ("basic:client_2:wrong", CLIENT_INVALID),
        ("basic:client_1:client_secret_1", NOT_ALLOWED),
    ] {
        t.story(&[
            (DOOR, thief, gets),
            (RESOURCE, "", &served("profile email")),
            (DOOR, "", &all()),
            (DOOR, &format!("refresh_token=$refresh1 {thief}"), gets),
            (DOOR, "", &all()),
        ]);
    }
    t.from(public);
    let own = "-authorization client_id=public_1";
    t.row(own, tokens("profile"));
    t.row(format!("{own} client_secret=x"), CLIENT_INVALID);
    t.row("-authorization client_id=public_6", NOT_ALLOWED);
    t.row("", REFRESH_INVALID);
    t.story(&[
        (DOOR, own, &tokens("profile")),
        (DOOR, &format!("{own} refresh_token=$refresh1"), REFRESH_INVALID),
        (DOOR, own, REFRESH_INVALID),
        (RESOURCE, "", TOKEN_ENDED),
    ]);
    t.from(refreshable);
}

/// What was never issued is refused and ends nothing, whatever grant it names.
fn made_up(t: &mut Table) {
    let of_this_grant = format!("refresh_token=$grant.{}", "A".repeat(43));
    for wrong in [
        "refresh_token=x",
        "refresh_token=AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        &of_this_grant,
        "refresh_token=$refreshx",
        "refresh_token=$token",
        "refresh_token=$code",
        "refresh_token=$refresh%20",
        "refresh_token=%C3%A9",
    ] {
        t.story(&[(DOOR, wrong, REFRESH_INVALID), (DOOR, "", &all())]);
    }
    // Before there is a token there is none to be refreshed.
    t.from(coded);
    t.row("refresh_token=$code", REFRESH_INVALID);
    t.from(refreshable);
    // Nor is a refresh token a code, or an access token.
    t.story(&[
        (CODE, "basic:client_2:client_secret_2 code=$refresh", CODE_INVALID),
        (RESOURCE, "authorization:Bearer␣$refresh", TOKEN_ENDED),
        (DOOR, "", &all()),
    ]);
}

/// Each refresh brings a new pair, and ends the pair before (decisions 0007, 0009).
fn rotation(t: &mut Table) {
    t.story(&[
        (RESOURCE, "", &served("profile email")),
        (DOOR, "", &all()),
        (RESOURCE, "authorization:Bearer␣$token1", TOKEN_ENDED),
        (RESOURCE, "", &served("profile email")),
        (DOOR, "", &all()),
        (RESOURCE, "authorization:Bearer␣$token2", TOKEN_ENDED),
        (RESOURCE, "", &served("profile email")),
    ]);
    // An access token that has ended is what refresh tokens are for; the new one has its own hour.
    t.story(&[
        (RESOURCE, "wait:3600", TOKEN_ENDED),
        (DOOR, "", &all()),
        (RESOURCE, "wait:3599", &served("profile email")),
        (RESOURCE, "wait:1", TOKEN_ENDED),
    ]);
    t.twice_at_once("", &format!("{} | {REFRESH_INVALID}", all()));
}

/// A spent token that comes back ends the grant; the eight before the good one are known (RFC 9700 4.14.2).
fn spent(t: &mut Table) {
    t.from(|stage| refreshed(stage, 9));
    for back in 1..=9 {
        let shown = format!("refresh_token=$refresh{}", 10 - back);
        let (then, at_resource) = match back {
            ..=8 => (REFRESH_INVALID.to_owned(), TOKEN_ENDED.to_owned()),
            _ => (all(), served("profile email")),
        };
        t.story(&[(DOOR, &shown, REFRESH_INVALID), (RESOURCE, "", &at_resource), (DOOR, "", &then)]);
    }
    t.from(refreshable);
    // However it is asked for, and however late.
    for how in ["scope=email", "scope=nonsense", "wait:3600", "wait:1209599", "wait:1209600"] {
        t.story(&[
            (DOOR, "", &all()),
            (DOOR, &format!("refresh_token=$refresh1 {how}"), REFRESH_INVALID),
            (RESOURCE, "", TOKEN_ENDED),
            (DOOR, "", REFRESH_INVALID),
        ]);
    }
}

/// For as long as policy says, the token just before the good one is as good.
fn grace(t: &mut Table) {
    t.from(|stage| {
        refreshable(stage);
        stage.bench.policy.refresh_grace = Lifetime(10);
    });
    let again = "refresh_token=$refresh1";
    t.twice_at_once("", &format!("{} | {}", all(), all()));
    t.story(&[
        (DOOR, "wait:500", &all()),
        (DOOR, &format!("{again} wait:9"), &all()),
        (RESOURCE, "authorization:Bearer␣$token2", TOKEN_ENDED),
        (RESOURCE, "", &served("profile email")),
        (DOOR, "wait:100", &all()),
    ]);
    for seconds in [10, 11] {
        t.story(&[
            (DOOR, "wait:500", &all()),
            (DOOR, &format!("{again} wait:{seconds}"), REFRESH_INVALID),
            (DOOR, "", REFRESH_INVALID),
        ]);
    }
    // The one before that has no grace: it cannot be of the same moment's pair.
    t.story(&[
        (DOOR, "", &all()),
        (DOOR, "", &all()),
        (DOOR, again, REFRESH_INVALID),
        (RESOURCE, "", TOKEN_ENDED),
    ]);
    // What the pair's earlier half got is spent by the later half, and within its grace again.
    t.story(&[
        (DOOR, "", &all()),
        (DOOR, again, &all()),
        (DOOR, "refresh_token=$refresh2", &all()),
        (DOOR, "", &all()),
    ]);
    // Another client's is another client's in the grace too.
    t.story(&[
        (DOOR, "", &all()),
        (DOOR, &format!("{again} -authorization client_id=public_1"), REFRESH_INVALID),
        (DOOR, "", &all()),
    ]);
    t.from(refreshable);
}

/// A token that lies unused ends; each refresh begins anew, and an expired one ends nothing else.
fn idleness(t: &mut Table) {
    t.row(format!("wait:{}", IDLE - 1), all());
    t.row(format!("wait:{IDLE}"), REFRESH_INVALID);
    t.row(format!("wait:{}", IDLE + 1), REFRESH_INVALID);
    t.story(&[
        (DOOR, &format!("wait:{}", IDLE - 1), &all()),
        (DOOR, &format!("wait:{}", IDLE - 1), &all()),
        (DOOR, &format!("wait:{IDLE}"), REFRESH_INVALID),
        (DOOR, "", REFRESH_INVALID),
    ]);
    t.from(|stage| {
        refreshable(stage);
        stage.bench.policy.refresh_lifetime = Lifetime(100);
        stage.send(DOOR, "");
    });
    t.story(&[(DOOR, "wait:100", REFRESH_INVALID), (RESOURCE, "", &served("profile email"))]);
    t.from(refreshable);
}

/// A narrower scope narrows the access token and nothing else; a wider one is refused and ends nothing.
fn scopes(t: &mut Table) {
    t.row("scope=", all());
    t.row("scope=profile+email", all());
    t.row("scope=email+profile", all());
    t.row("scope=profile", tokens("profile"));
    t.row("scope=profile+profile", tokens("profile"));
    t.story(&[
        (DOOR, "scope=email", &tokens("email")),
        (RESOURCE, "", TOKEN_TOO_NARROW),
        (DOOR, "scope=profile", &tokens("profile")),
        (RESOURCE, "", &served("profile")),
        (DOOR, "", &all()),
        (RESOURCE, "", &served("profile email")),
    ]);
    // Of a client without a secret as well.
    t.from(public_for_two);
    let own = "-authorization client_id=public_two";
    t.story(&[(DOOR, &format!("{own} scope=profile"), &tokens("profile")), (DOOR, own, &all())]);
    t.from(refreshable);
    for wrong in
        ["scope=nonsense", "scope=profile+nonsense", "scope=PROFILE", "scope=profile++email", "scope=+"]
    {
        t.story(&[
            (DOOR, wrong, SCOPE_INVALID),
            (RESOURCE, "", &served("profile email")),
            (DOOR, "", &all()),
        ]);
    }
    // What the client may have is not what was granted.
    t.from(|stage| {
        logged_in(stage);
        let uri = "redirect_uri=http://localhost:8001/callback";
        stage.send("GET /authorize", &format!("client_id=client_2 {uri} scope=profile"));
        stage.send("POST /authorize", "");
        stage.send(CODE, &format!("basic:client_2:client_secret_2 {uri}"));
    });
    t.row("scope=email", SCOPE_INVALID);
    t.row("scope=profile+email", SCOPE_INVALID);
    t.story(&[(DOOR, "", &tokens("profile")), (RESOURCE, "", &served("profile"))]);
    t.from(refreshable);
}

/// What ends a grant ends its refresh token, and what ended stays so.
fn ends(t: &mut Table) {
    let code_again = "basic:client_2:client_secret_2 redirect_uri=http://localhost:8001/callback";
    t.story(&[(CODE, code_again, CODE_INVALID), (DOOR, "", REFRESH_INVALID), (DOOR, "", REFRESH_INVALID)]);
    t.story(&[
        (DOOR, "", &all()),
        (CODE, code_again, CODE_INVALID),
        (DOOR, "", REFRESH_INVALID),
        (DOOR, "refresh_token=$refresh1", REFRESH_INVALID),
        (RESOURCE, "", TOKEN_ENDED),
    ]);
    t.story(&[
        (DOOR, "", &all()),
        (DOOR, "refresh_token=$refresh1", REFRESH_INVALID),
        (DOOR, "", REFRESH_INVALID),
        (CODE, code_again, CODE_INVALID),
        (DOOR, "", REFRESH_INVALID),
    ]);
}

fn public(stage: &mut Stage) {
    logged_in(stage);
    let uri = "redirect_uri=http://127.0.0.1:5000/callback";
    stage.send("GET /authorize", &format!("client_id=public_1 {uri}"));
    stage.send("POST /authorize", "");
    stage.send(CODE, &format!("-authorization client_id=public_1 {uri}"));
}

/// A client without a secret has tokens for two scope values.
fn public_for_two(stage: &mut Stage) {
    logged_in(stage);
    let uri = "redirect_uri=com.example.two:/callback";
    stage.send("GET /authorize", &format!("client_id=public_two {uri} scope=profile+email"));
    stage.send("POST /authorize", "");
    stage.send(CODE, &format!("-authorization client_id=public_two {uri}"));
}

fn refreshed(stage: &mut Stage, times: usize) {
    refreshable(stage);
    for _ in 0..times {
        stage.send(DOOR, "");
    }
}

#[test]
fn every_refresh_is_answered_as_the_table_says() {
    check(&table().rows);
}

#[test]
fn the_defects_of_a_refresh_are_told_in_their_order() {
    check_precedence(
        DOOR,
        |stage| refreshed(stage, 2),
        &[
            "method:PUT",
            "?x=1",
            "-content-type",
            "client_secret=x",
            "basic:nobody:x",
            "basic:client_2:wrong",
            "-grant_type",
            "+scope=x +scope=x",
            "grant_type=password",
            "-refresh_token",
            "basic:client_1:client_secret_1",
            "refresh_token=x",
            "basic:local_1:local_secret",
            "refresh_token=$refresh1",
            "wait:1209600",
            "scope=nonsense",
        ],
    );
}
