//! Every fault of the server, walked over every row of every table.

use std::collections::BTreeSet;
use std::num::NonZero;

use oauth_core::refusal::{Refusal, Refused};
use oauth_faults::{Fault, Faults, Side};

use super::stage::Stage;
use super::table::Row;
use super::{
    audience, authorize, consent, dpop, introspect_revoke, login, oauth21, push, refresh, register, resource,
    routes, token,
};

fn rows() -> Vec<Row> {
    let tables = [
        routes::table(),
        login::table(),
        authorize::table(),
        consent::table(),
        token::table(),
        refresh::table(),
        resource::table(),
        introspect_revoke::table(),
        audience::table(),
        push::table(),
        dpop::table(),
        register::table(),
        oauth21::table(),
    ];
    tables.into_iter().flat_map(|table| table.rows).collect()
}

/// A row, where it starts, and what is said there without faults.
struct Staged {
    row: Row,
    stage: Stage,
    lines: Vec<String>,
}

impl Staged {
    fn of(row: Row) -> Self {
        let stage = row.scene();
        let said = row.run_under(Faults::none(), stage.clone());
        let lines = said.into_iter().map(|said| said.line).collect();
        Self { row, stage, lines }
    }

    fn changes_under(&self, faults: &[Fault]) -> bool {
        let said = self.row.run_under(Faults::these(faults), self.stage.clone());
        !said.iter().map(|said| &said.line).eq(&self.lines)
    }
}

fn faults_of(side: Side) -> Vec<Fault> {
    Fault::ALL.iter().copied().filter(|fault| fault.side() == side).collect()
}

/// Each fault meets every row, since it may panic at any.
#[test]
fn every_server_fault_changes_the_answer_to_a_row_and_none_panics() {
    let rows: Vec<Staged> = rows().into_iter().map(Staged::of).collect();
    let changed = |fault: Fault| rows.iter().filter(|row| row.changes_under(&[fault])).count();
    let unseen = |faults: &[Fault]| -> Vec<&'static str> {
        faults.iter().filter(|fault| changed(**fault) == 0).map(|fault| fault.name()).collect()
    };
    let faults = faults_of(Side::Server);
    let threads = std::thread::available_parallelism().map_or(2, NonZero::get);
    let unseen: Vec<&str> = std::thread::scope(|scope| {
        let walks: Vec<_> = faults
            .chunks(faults.len().div_ceil(threads))
            .map(|faults| scope.spawn(|| unseen(faults)))
            .collect();
        walks.into_iter().flat_map(|walk| walk.join().expect("no row panics")).collect()
    });
    assert!(unseen.is_empty(), "no row changes under {unseen:?}");
}

/// All at once: none of them is told to a server.
#[test]
fn client_faults_leave_the_server_alone() {
    let faults = faults_of(Side::Client);
    let rows = rows().into_iter().map(Staged::of);
    let changed: Vec<String> =
        rows.filter(|staged| staged.changes_under(&faults)).map(|staged| staged.row.at.to_string()).collect();
    assert!(changed.is_empty(), "faults of clients change rows: {changed:?}");
}

#[test]
fn the_tables_meet_every_refusal() {
    let met: BTreeSet<Refused> = rows().iter().flat_map(Row::run).filter_map(|said| said.refused).collect();
    let missing: Vec<_> =
        Refusal::ALL.iter().filter(|refusal| !met.contains(&Refused::Step(**refusal))).collect();
    assert!(missing.is_empty(), "no row is refused for {missing:?}");

    let malformed: Vec<String> = met
        .iter()
        .filter_map(|refused| match refused {
            Refused::Malformed(place, malformed) => Some(format!("{place:?} {malformed:?}")),
            Refused::Step(_) | Refused::AtPush(_) | Refused::Untrusted(_) => None,
        })
        .collect();
    insta::assert_snapshot!(malformed.join("\n"), @r#"
    Page Encoding
    Page TooLarge
    Page NotAForm
    Page Repeated(Ask)
    Page Repeated(ClientId)
    Page Repeated(Confirm)
    Page Repeated(LoginToken)
    Page Repeated(Next)
    Page Repeated(Password)
    Page Repeated(RedirectUri)
    Page Repeated(RequestUri)
    Page Repeated(UserId)
    Page Missing(ClientId)
    Page Missing(Confirm)
    Page Syntax(Confirm)
    Page Syntax(Next)
    Page Syntax(RedirectUri)
    Page NoSuchPage
    Page MethodNotAllowed("GET")
    Page MethodNotAllowed("GET, HEAD")
    Page MethodNotAllowed("GET, HEAD, POST")
    Page MethodNotAllowed("GET, POST")
    Page MethodNotAllowed("POST")
    AuthorizationRequest Encoding
    AuthorizationRequest Repeated(CodeChallenge)
    AuthorizationRequest Repeated(CodeChallengeMethod)
    AuthorizationRequest Repeated(ResponseType)
    AuthorizationRequest Repeated(Scope)
    AuthorizationRequest Repeated(State)
    AuthorizationRequest Missing(ResponseType)
    AuthorizationRequest Syntax(CodeChallenge)
    AuthorizationRequest Syntax(DpopJkt)
    AuthorizationRequest Syntax(State)
    AuthorizationRequest MethodUnknown
    AuthorizationRequest MethodWithoutChallenge
    TokenRequest Encoding
    TokenRequest TooLarge
    TokenRequest NotAForm
    TokenRequest Repeated(Authorization)
    TokenRequest Repeated(ClientId)
    TokenRequest Repeated(ClientSecret)
    TokenRequest Repeated(Code)
    TokenRequest Repeated(CodeVerifier)
    TokenRequest Repeated(GrantType)
    TokenRequest Repeated(RedirectUri)
    TokenRequest Repeated(RefreshToken)
    TokenRequest Repeated(Scope)
    TokenRequest Missing(ClientId)
    TokenRequest Missing(Code)
    TokenRequest Missing(GrantType)
    TokenRequest Missing(RefreshToken)
    TokenRequest Syntax(Authorization)
    TokenRequest Syntax(CodeVerifier)
    TokenRequest ParametersInUri
    TokenRequest TwoAuthentications
    TokenRequest ClientIdsDiffer
    TokenRequest Proof(Repeated)
    TokenRequest Proof(NotAJwt)
    TokenRequest Proof(Type)
    TokenRequest Proof(Algorithm)
    TokenRequest Proof(PrivateKey)
    TokenRequest Proof(Key)
    TokenRequest Proof(Claim)
    PushedRequest Encoding
    PushedRequest TooLarge
    PushedRequest NotAForm
    PushedRequest Repeated(ClientId)
    PushedRequest Repeated(RequestUri)
    PushedRequest Repeated(Scope)
    PushedRequest Missing(ClientId)
    PushedRequest Missing(ResponseType)
    PushedRequest Syntax(Authorization)
    PushedRequest Syntax(RedirectUri)
    PushedRequest ParametersInUri
    PushedRequest TwoAuthentications
    PushedRequest ClientIdsDiffer
    PushedRequest RequestUriPushed
    PushedRequest Proof(Type)
    Registration TooLarge
    Registration NotJson
    RevocationRequest Encoding
    RevocationRequest TooLarge
    RevocationRequest NotAForm
    RevocationRequest Repeated(Token)
    RevocationRequest Repeated(TokenTypeHint)
    RevocationRequest Missing(ClientId)
    RevocationRequest Missing(Token)
    RevocationRequest Syntax(Authorization)
    RevocationRequest ParametersInUri
    RevocationRequest TwoAuthentications
    RevocationRequest ClientIdsDiffer
    IntrospectionRequest Encoding
    IntrospectionRequest TooLarge
    IntrospectionRequest NotAForm
    IntrospectionRequest Repeated(Token)
    IntrospectionRequest Repeated(TokenTypeHint)
    IntrospectionRequest Missing(ClientId)
    IntrospectionRequest Missing(Token)
    IntrospectionRequest Syntax(Authorization)
    IntrospectionRequest ParametersInUri
    IntrospectionRequest TwoAuthentications
    IntrospectionRequest ClientIdsDiffer
    ResourceRequest Repeated(Authorization)
    ResourceRequest Syntax(Authorization)
    ResourceRequest Proof(Repeated)
    ResourceRequest Proof(NotAJwt)
    ResourceRequest Proof(Type)
    ResourceRequest Proof(Algorithm)
    ResourceRequest Proof(PrivateKey)
    ResourceRequest Proof(Key)
    ResourceRequest Proof(Claim)
    ResourceRequest TwoTokens
    "#);
}
