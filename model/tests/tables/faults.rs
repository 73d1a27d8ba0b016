//! Every fault of the server, walked over every row of every table.

use std::collections::BTreeSet;

use oauth_model::fault::{Fault, Side};
use oauth_model::refusal::{Refusal, Refused};

use super::table::Row;
use super::{audience, authorize, consent, dpop, login, named, push, refresh, resource, routes, token};

fn rows() -> Vec<Row> {
    let tables = [
        routes::table(),
        login::table(),
        authorize::table(),
        consent::table(),
        token::table(),
        refresh::table(),
        resource::table(),
        named::table(),
        audience::table(),
        push::table(),
        dpop::table(),
    ];
    tables.into_iter().flat_map(|table| table.rows).collect()
}

#[test]
fn every_server_fault_changes_the_answer_to_a_row_and_none_panics() {
    let rows = rows();
    // Counted and not only looked for, so that each fault meets every row.
    let changed = |fault: Fault| rows.iter().filter(|row| row.differs_under(fault)).count();
    let unseen: Vec<&str> = Fault::ALL
        .iter()
        .filter(|fault| fault.side() == Side::Server && changed(**fault) == 0)
        .map(|fault| fault.name())
        .collect();
    assert_eq!(unseen, Vec::<&str>::new());
}

#[test]
fn client_faults_leave_the_server_alone() {
    let rows = rows();
    for fault in Fault::ALL.iter().filter(|fault| fault.side() == Side::Client) {
        assert!(!rows.iter().any(|row| row.differs_under(*fault)), "{}", fault.name());
    }
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
