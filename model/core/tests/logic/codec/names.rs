//! Names in records: what is not known here is refused by its name, and never becomes another one's number.

use oauth_core::directory::{Directory, DirectoryError};
use oauth_core::grant::{Cause, Grant, Phase, Terms};
use oauth_core::policy::Time;
use oauth_core::record::{
    GrantRecord, NotAdmitted, Registration, ResponseTarget, SessionRecord, Unknown, decode, encode,
};
use oauth_core::secret::{Digest, GrantId};
use oauth_core::text::{ResourceSet, ScopeSet};

use super::record::{ISSUER, client, here};

#[test]
fn a_record_that_names_what_is_not_known_here_is_refused_by_that_name() {
    let here = here();
    let record = GrantRecord {
        id: GrantId::from_bytes([9; 16]),
        client: "b".to_owned(),
        self_registered: false,
        owner: None,
        redirect: None,
        scope: "read admin".to_owned(),
        audience: vec![format!("{ISSUER}/me")],
        challenge: None,
        key: None,
        phase: oauth_core::record::PhaseRecord::Dead(Cause::Denied),
        response_target: ResponseTarget::default(),
    };
    let grant = here.grant_of(&record).expect("all is known");
    assert_eq!((grant.terms.scope, grant.terms.audience), (ScopeSet(5), ResourceSet(1)));

    let name = || "nobody".to_owned();
    let but = |change: fn(&mut GrantRecord)| {
        let mut record = record.clone();
        change(&mut record);
        here.grant_of(&record)
    };
    assert_eq!(but(|record| record.client = "nobody".to_owned()), Err(Unknown::Client(name())));
    let of_nobody = |record: &mut GrantRecord| {
        let session = Digest::from_bytes([1; 32]);
        record.owner = Some(oauth_core::record::OwnerRecord { user: "nobody".to_owned(), session });
    };
    assert_eq!(but(of_nobody), Err(Unknown::User(name())));
    assert_eq!(but(|record| record.scope.push_str(" nobody")), Err(Unknown::Scope(name())));
    assert_eq!(but(|record| record.scope.push(' ')), Err(Unknown::Scope(String::new())));
    assert_eq!(but(|record| record.audience.push("nobody".to_owned())), Err(Unknown::Resource(name())));
    let path = |record: &mut GrantRecord| record.audience = vec!["https://other.example/me".to_owned()];
    assert_eq!(but(path), Err(Unknown::Resource("https://other.example/me".to_owned())));
    let session = SessionRecord { key: Digest::from_bytes([8; 32]), user: name(), until: Time(5) };
    assert_eq!(here.session_of(&session), Err(Unknown::User(name())));
    assert_eq!(
        Unknown::Client(name()).to_string(),
        "client: a record names \"nobody\", which this server does not know; it needs a [[client]] or a registration"
    );
}

#[test]
fn numbers_of_another_directory_become_no_record() {
    let here = here();
    let record = GrantRecord {
        scope: "read".to_owned(),
        audience: Vec::new(),
        client: "b".to_owned(),
        ..decode(encode(&golden(&here)).as_bytes()).expect("a record")
    };
    let grant = here.grant_of(&record).expect("all is known");
    assert!(here.grant_record(&grant, ResponseTarget::default()).is_some(), "the control");
    let small =
        Directory::new(ISSUER, &[("/me".to_owned(), "read".to_owned())], &[], &[]).expect("a directory");
    assert_eq!(small.grant_record(&grant, ResponseTarget::default()), None, "no such client");
    for terms in
        [Terms { scope: ScopeSet(1 << 63), ..grant.terms }, Terms { audience: ResourceSet(4), ..grant.terms }]
    {
        assert_eq!(
            here.grant_record(&Grant { terms, ..grant }, ResponseTarget::default()),
            None,
            "{terms:?}"
        );
    }
}

fn golden(here: &Directory) -> GrantRecord {
    let terms = Terms {
        client: here.find_client("a").expect("a client").client.no,
        self_registered: false,
        owner: None,
        redirect: None,
        scope: ScopeSet(1),
        audience: ResourceSet(1),
        challenge: None,
        key: None,
    };
    let grant = Grant { id: GrantId::from_bytes([9; 16]), terms, phase: Phase::Dead(Cause::Denied) };
    here.grant_record(&grant, ResponseTarget::default()).expect("numbers of here")
}

#[test]
fn a_client_of_another_process_is_taken_only_with_scopes_and_resources_that_are_known() {
    let mut here = here();
    assert_eq!(here.admit(&client("d", "read admin")), Ok(()));
    let entry = here.find_client("d").expect("it is known").client.clone();
    assert_eq!((entry.no.0, entry.scope), (3, ScopeSet(5)));
    let before = here.clone();
    assert_eq!(
        here.admit(&client("d", "read")),
        Err(NotAdmitted::Directory(DirectoryError::ClientTwice("d".to_owned())))
    );
    let unknown = NotAdmitted::Unknown(Unknown::Scope("other".to_owned()));
    assert_eq!(here.admit(&client("e", "read other")), Err(unknown));
    let of_nothing = Registration { resource_server: vec!["/x".to_owned()], ..client("e", "read") };
    let unknown = NotAdmitted::Unknown(Unknown::Resource("/x".to_owned()));
    assert_eq!(here.admit(&of_nothing), Err(unknown));
    assert_eq!(here, before, "what is refused leaves nothing behind");
}
