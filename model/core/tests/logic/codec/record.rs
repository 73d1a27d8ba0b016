//! Records: what a store keeps comes back as it was, in another process too, and no bytes make the decoder panic.

use oauth_core::directory::{Authentication, Directory};
use oauth_core::grant::{
    Access, Asked, Cause, Coded, Grant, Live, Owner, Phase, Pushed, Refresh, SPENT_LIMIT, Session, Spent,
    Terms,
};
use oauth_core::policy::Time;
use oauth_core::record::{
    DecodeError, GrantRecord, Marker, Record, Registration, ResponseTarget, SessionRecord, decode, encode,
};
use oauth_core::secret::{Digest, GrantId};
use oauth_core::text::{ChallengeMethod, CodeChallenge, ResourceSet, ScopeSet};
use proptest::prelude::*;

use super::wire::config;

pub(crate) const ISSUER: &str = "https://as.example";

pub(crate) fn client(id: &str, scope: &str) -> Registration {
    Registration {
        id: id.to_owned(),
        name: format!("The {id}"),
        authentication: Authentication::None,
        secret: None,
        redirect_uris: vec!["https://c.example/cb".to_owned()],
        scope: scope.to_owned(),
        code_grant: true,
        refresh_grant: true,
        client_credentials_grant: false,
        pushed_only: false,
        dpop_bound: false,
        self_registered: false,
        resource_server: Vec::new(),
    }
}

fn directory(resources: [&str; 2], clients: [&str; 3], users: [&str; 3], scope: &str) -> Directory {
    let resources = resources.map(|path| (path.to_owned(), scope.to_owned()));
    let clients = clients.map(|id| client(id, scope));
    Directory::new(ISSUER, &resources, &clients, &users.map(str::to_owned)).expect("a good directory")
}

pub(crate) fn here() -> Directory {
    directory(["/me", "/notes"], ["a", "b", "c"], ["alice", "bob", "carol"], "read write admin")
}

/// The same names in another order.
fn there() -> Directory {
    directory(["/notes", "/me"], ["c", "a", "b"], ["carol", "alice", "bob"], "admin read write")
}

/// Any text, short.
fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(any::<char>(), 0..8).prop_map(|chars| chars.into_iter().collect())
}

fn texts() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(text(), 0..3)
}

fn digest() -> impl Strategy<Value = Digest> {
    any::<[u8; 32]>().prop_map(Digest::from_bytes)
}

fn time() -> impl Strategy<Value = Time> {
    any::<u64>().prop_map(Time)
}

fn scope() -> impl Strategy<Value = ScopeSet> {
    (0..8u64).prop_map(ScopeSet)
}

fn audience() -> impl Strategy<Value = ResourceSet> {
    (0..4u16).prop_map(ResourceSet)
}

fn key() -> impl Strategy<Value = Option<Digest>> {
    prop::option::of(digest())
}

fn spent() -> impl Strategy<Value = Spent> {
    let short = prop_oneof![Just(0), any::<u64>()];
    prop::collection::vec(short, SPENT_LIMIT)
        .prop_map(|shorts| Spent::from_shorts(shorts.try_into().expect("as many")))
}

fn refresh() -> impl Strategy<Value = Refresh> {
    (digest(), key(), time(), time(), key(), spent()).prop_map(|(token, key, until, since, before, spent)| {
        Refresh { token, key, until, since, before, spent }
    })
}

fn live() -> impl Strategy<Value = Live> {
    let access = (digest(), scope(), audience(), key(), time())
        .prop_map(|(token, scope, audience, key, until)| Access { token, scope, audience, key, until });
    (key(), access, prop::option::of(refresh())).prop_map(|(code, access, refresh)| Live {
        code,
        access,
        refresh,
    })
}

fn phase() -> impl Strategy<Value = Phase> {
    prop_oneof![
        (digest(), time()).prop_map(|(secret, until)| Phase::Pushed(Pushed { secret, until })),
        (digest(), time()).prop_map(|(ask, until)| Phase::Asked(Asked { ask, until })),
        (digest(), time()).prop_map(|(code, until)| Phase::Coded(Coded { code, until })),
        live().prop_map(Phase::Live),
        live().prop_map(Phase::Live),
        prop::sample::select(vec![
            Cause::Denied,
            Cause::CodeReplayed,
            Cause::CodeBurnt,
            Cause::RefreshReplayed,
            Cause::Revoked,
        ])
        .prop_map(Phase::Dead),
    ]
}

/// Any grant of [`here`].
fn grant() -> impl Strategy<Value = Grant> {
    let here = here();
    let clients: Vec<_> = here.clients.iter().map(|entry| entry.client.no).collect();
    let users: Vec<_> = here.users.iter().filter_map(|name| here.find_user(name)).collect();
    let owner = (prop::sample::select(users), digest()).prop_map(|(user, session)| Owner { user, session });
    let method = prop_oneof![Just(ChallengeMethod::Plain), Just(ChallengeMethod::S256)];
    let challenge = (method, digest()).prop_map(|(method, digest)| CodeChallenge { method, digest });
    let terms = (
        prop::sample::select(clients),
        any::<bool>(),
        prop::option::of(owner),
        key(),
        scope(),
        audience(),
        prop::option::of(challenge),
        key(),
    );
    (any::<[u8; 16]>(), terms, phase()).prop_map(|(id, terms, phase)| {
        let (client, self_registered, owner, redirect, scope, audience, challenge, key) = terms;
        let terms = Terms { client, self_registered, owner, redirect, scope, audience, challenge, key };
        Grant { id: GrantId::from_bytes(id), terms, phase }
    })
}

fn response_target() -> impl Strategy<Value = ResponseTarget> {
    (text(), prop::option::of(text()))
        .prop_map(|(redirect_uri, state)| ResponseTarget { redirect_uri, state })
}

/// Any grant of [`here`], as a record; some with names that only a store can bring.
fn grant_record() -> impl Strategy<Value = GrantRecord> {
    let foreign = prop::option::weighted(0.3, (text(), texts()));
    (grant(), response_target(), foreign).prop_map(|(grant, target, foreign)| {
        let mut record = here().grant_record(&grant, target).expect("numbers of here");
        if let Some((name, names)) = foreign {
            record.client.clone_from(&name);
            record.scope = name;
            record.audience = names;
        }
        record
    })
}

fn session_record() -> impl Strategy<Value = SessionRecord> {
    (digest(), text(), time()).prop_map(|(key, user, until)| SessionRecord { key, user, until })
}

fn marker() -> impl Strategy<Value = Marker> {
    (digest(), time()).prop_map(|(id, until)| Marker { id, until })
}

fn registration() -> impl Strategy<Value = Registration> {
    let texts = (text(), text(), texts(), text(), texts());
    let authentication = prop::sample::select(Authentication::ALL);
    (texts, authentication, key(), any::<[bool; 6]>()).prop_map(|(texts, authentication, secret, flags)| {
        let (id, name, redirect_uris, scope, resource_server) = texts;
        let [code_grant, refresh_grant, client_credentials_grant, pushed_only, dpop_bound, self_registered] =
            flags;
        Registration {
            id,
            name,
            authentication,
            secret,
            redirect_uris,
            scope,
            code_grant,
            refresh_grant,
            client_credentials_grant,
            pushed_only,
            dpop_bound,
            self_registered,
            resource_server,
        }
    })
}

fn comes_back<R: Record + PartialEq + core::fmt::Debug>(record: &R) -> Result<(), TestCaseError> {
    let text = encode(record);
    let read = decode::<R>(text.as_bytes());
    prop_assert_eq!(read.as_ref(), Ok(record), "{}", text);
    prop_assert!(!text.bytes().any(|byte| byte < b' '), "one line: {text:?}");
    Ok(())
}

/// Decodes bytes as every kind; what is a record of one is none of another, and is read alike when it is written again.
fn is_read_alike(bytes: &[u8]) -> Result<(), TestCaseError> {
    fn again<R: Record + PartialEq + core::fmt::Debug>(bytes: &[u8]) -> Result<usize, TestCaseError> {
        let Ok(record) = decode::<R>(bytes) else { return Ok(0) };
        comes_back(&record)?;
        Ok(1)
    }
    let kinds = again::<GrantRecord>(bytes)?
        + again::<SessionRecord>(bytes)?
        + again::<Registration>(bytes)?
        + again::<Marker>(bytes)?;
    prop_assert!(kinds <= 1);
    Ok(())
}

proptest! {
    #![proptest_config(config(500))]

    #[test]
    fn every_record_comes_back_from_its_encoding(
        grant in grant_record(),
        session in session_record(),
        client in registration(),
        marker in marker(),
    ) {
        comes_back(&grant)?;
        comes_back(&session)?;
        comes_back(&client)?;
        comes_back(&marker)?;
    }

    #[test]
    fn a_grant_comes_back_to_its_process_and_means_the_same_to_another(
        grant in grant(),
        target in response_target(),
    ) {
        let (here, there) = (here(), there());
        let record = here.grant_record(&grant, target.clone()).expect("numbers of here");
        prop_assert_eq!(here.grant_of(&record), Ok(grant));
        let elsewhere = there.grant_of(&record).expect("all names are known there");
        let name = |directory: &Directory, grant: &Grant| {
            let client = directory.client(grant.terms.client).map(|entry| entry.id.clone());
            let user = grant.terms.owner.and_then(|owner| directory.user(owner.user).map(str::to_owned));
            let mut scope: Vec<String> =
                directory.scope_names(grant.terms.scope).into_iter().map(str::to_owned).collect();
            scope.sort();
            let mut audience = directory.resource_identifiers(grant.terms.audience);
            audience.sort();
            (client, user, scope, audience)
        };
        prop_assert_eq!(name(&here, &grant), name(&there, &elsewhere));
        prop_assert_ne!(grant.terms.client, elsewhere.terms.client, "the numbers differ");
        let back = there.grant_record(&elsewhere, target).expect("numbers of there");
        prop_assert_eq!(here.grant_of(&back), Ok(grant));
    }

    #[test]
    fn no_bytes_make_the_decoder_panic(
        version in prop_oneof![Just("1 "), Just("2 "), Just("")],
        kind in prop_oneof![Just("grant "), Just("session "), Just("client "), Just("marker "), Just("")],
        rest in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..200),
            "[\\[\\]{}:,\"a-z0-9 ]{0,200}".prop_map(String::into_bytes),
        ],
    ) {
        let mut bytes = format!("{version}{kind}").into_bytes();
        bytes.extend(rest);
        is_read_alike(&bytes)?;
    }

    #[test]
    fn a_spoilt_encoding_is_refused_or_a_whole_record(
        record in grant_record(),
        client in registration(),
        at in any::<prop::sample::Index>(),
        with in any::<u8>(),
        how in 0..4u8,
    ) {
        for text in [encode(&record), encode(&client)] {
            let mut bytes = text.into_bytes();
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = with,
                1 => bytes.insert(at, with),
                2 => drop(bytes.remove(at)),
                _ => bytes.truncate(at),
            }
            is_read_alike(&bytes)?;
        }
    }
}

#[test]
fn the_decoder_bears_deep_nesting() {
    let deep = format!("1 grant {}", "[".repeat(100_000));
    assert!(matches!(decode::<GrantRecord>(deep.as_bytes()), Err(DecodeError::Form(_))));
}

/// The encoding of version 1, byte for byte: whoever changes it reads old records by a new version.
#[test]
fn version_1_is_written_and_read_as_it_is_documented() {
    let here = here();
    let no = |id: &str| here.find_client(id).expect("a client").client.no;
    let user = here.find_user("bob").expect("a user");
    let terms = Terms {
        client: no("b"),
        self_registered: false,
        owner: Some(Owner { user, session: Digest::from_bytes([1; 32]) }),
        redirect: Some(Digest::from_bytes([2; 32])),
        scope: ScopeSet(3),
        audience: ResourceSet(2),
        challenge: Some(CodeChallenge { method: ChallengeMethod::S256, digest: Digest::from_bytes([3; 32]) }),
        key: None,
    };
    let target = ResponseTarget {
        redirect_uri: "https://c.example/cb".to_owned(),
        state: Some("a \"quoted\" state".to_owned()),
    };
    let refresh = Refresh {
        token: Digest::from_bytes([4; 32]),
        key: Some(Digest::from_bytes([5; 32])),
        until: Time(900),
        since: Time(800),
        before: None,
        spent: Spent::default().with(&Digest::from_bytes([6; 32])),
    };
    let access = Access {
        token: Digest::from_bytes([7; 32]),
        scope: ScopeSet(1),
        audience: ResourceSet(2),
        key: None,
        until: Time(60),
    };
    let digest = Digest::from_bytes([8; 32]);
    let phases = [
        Phase::Pushed(Pushed { secret: digest, until: Time(1) }),
        Phase::Asked(Asked { ask: digest, until: Time(2) }),
        Phase::Coded(Coded { code: digest, until: Time(3) }),
        Phase::Live(Live { code: Some(digest), access, refresh: Some(refresh) }),
        Phase::Dead(Cause::CodeReplayed),
    ];
    let mut lines = Vec::new();
    for phase in phases {
        let grant = Grant { id: GrantId::from_bytes([9; 16]), terms, phase };
        let record = here.grant_record(&grant, target.clone()).expect("numbers of here");
        lines.push(encode(&record));
    }
    let session = Session { key: digest, user, until: Time(4) };
    lines.push(encode(&here.session_record(&session).expect("a user of here")));
    let confidential = Registration {
        authentication: Authentication::Basic,
        secret: Some(digest),
        resource_server: vec!["/me".to_owned()],
        ..client("d", "read")
    };
    lines.push(encode(&confidential));
    lines.push(encode(&Marker { id: digest, until: Time(5) }));
    insta::assert_snapshot!("records_of_version_1", lines.join("\n"));
}

#[test]
fn what_is_no_record_of_this_version_and_kind_is_refused_precisely() {
    let good = encode(&Marker { id: Digest::from_bytes([8; 32]), until: Time(5) });
    assert!(decode::<Marker>(good.as_bytes()).is_ok(), "the control: {good}");
    let id = good.split('"').nth(3).expect("the id");
    #[rustfmt::skip]
    let rows = [
        (String::new(), DecodeError::NoVersion),
        (good.replacen("1 ", "", 1), DecodeError::NoVersion),
        (good.replacen("1 ", "+1 ", 1), DecodeError::NoVersion),
        (good.replacen("1 ", " ", 1), DecodeError::NoVersion),
        (good.replacen("1 ", "99999999999 ", 1), DecodeError::NoVersion),
        (good.replacen("1 ", "2 ", 1), DecodeError::UnknownVersion(2)),
        (good.replacen("1 ", "0 ", 1), DecodeError::UnknownVersion(0)),
        (good.replacen("marker", "session", 1), DecodeError::OtherKind("marker")),
        ("1 marker".to_owned(), DecodeError::OtherKind("marker")),
    ];
    for (text, error) in rows {
        assert_eq!(decode::<Marker>(text.as_bytes()), Err(error), "{text}");
    }
    let forms = [
        good.replacen("until", "after", 1),
        good.replacen('}', ",\"more\":1}", 1),
        good.replacen('}', ",\"until\":6}", 1),
        good.replacen(",\"until\":5", "", 1),
        good.replacen(id, &id[1..], 1),
        good.replacen(id, &format!("{id}="), 1),
        good.replacen(id, &format!("{}h", &id[..42]), 1),
        good.replacen(":5", ":-5", 1),
        format!("{good} x"),
    ];
    for text in forms {
        let error = decode::<Marker>(text.as_bytes());
        assert!(matches!(error, Err(DecodeError::Form(1..))), "{text}: {error:?}");
    }
    let newer = decode::<Marker>(b"7 marker {}").expect_err("a version to come").to_string();
    assert_eq!(newer, "the record has version 7; this program reads version 1");
}

#[test]
fn the_error_of_a_broken_record_does_not_quote_it() {
    let record = SessionRecord { key: Digest::from_bytes([8; 32]), user: "alice".to_owned(), until: Time(5) };
    let broken = encode(&record).replacen(":5", ":\"secret\"", 1);
    let error = decode::<SessionRecord>(broken.as_bytes()).expect_err("no number");
    let said = format!("{error} {error:?}");
    assert!(!said.contains("secret") && !said.contains("alice"), "{said}");
}
