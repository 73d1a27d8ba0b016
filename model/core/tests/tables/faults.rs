//! Every fault of the server, walked over every row of every table.

use std::collections::BTreeSet;

use oauth_core::refusal::{Refusal, Refused};
use oauth_faults::{Fault, Side};

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

/// How many rows each fault of a side changes; each fault meets every row.
fn changed(side: Side) -> Vec<(&'static str, usize)> {
    let rows = rows();
    let right: Vec<Vec<String>> = rows.iter().map(|row| row.lines(None)).collect();
    let count = |fault: Fault| {
        rows.iter().zip(&right).filter(|(row, right)| row.lines(Some(fault)) != **right).count()
    };
    let faults: Vec<Fault> = Fault::ALL.iter().copied().filter(|fault| fault.side() == side).collect();
    let (one, other) = faults.split_at(faults.len() / 2);
    let walk = |faults: &[Fault]| faults.iter().map(|fault| (fault.name(), count(*fault))).collect();
    std::thread::scope(|scope| {
        let one = scope.spawn(|| walk(one));
        let mut all: Vec<_> = walk(other);
        all.extend(one.join().expect("no row panics"));
        all
    })
}

#[test]
fn every_server_fault_changes_the_answer_to_a_row_and_none_panics() {
    let unseen: Vec<_> = changed(Side::Server).into_iter().filter(|(_, rows)| *rows == 0).collect();
    assert_eq!(unseen, []);
}

#[test]
fn client_faults_leave_the_server_alone() {
    let seen: Vec<_> = changed(Side::Client).into_iter().filter(|(_, rows)| *rows > 0).collect();
    assert_eq!(seen, []);
}

#[test]
fn the_tables_meet_every_refusal() {
    let met: BTreeSet<Refused> =
        rows().iter().flat_map(|row| row.run(None)).filter_map(|said| said.refused).collect();
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
