//! What puts a law to trial: each request that has the one flaw that the law is about, and nothing else.

use oauth_laws::fact::{
    AskedScope, CodeAsked, CodeIssued, Fact, ForItself, Introspection, Issued, ProofRefused, Proved, Pushed,
    Redemption, RefreshUse, ResourceUse, Revocation, SecretShown, Sender, Sym, What,
};
use oauth_laws::law::LAWS;

use crate::{CALLBACK, CLIENT, CODE, HASH, OTHER, RESOURCE, TOKEN, URI, VERIFIER, read};

const KEY: Sym = Sym(31);
const REFRESH: Sym = Sym(32);
/// A code, a refresh token and an access token of whose issue nothing is known.
const UNKNOWN: Sym = Sym(33);

/// What every honest flow tries: the state that it sent comes back, and a plain refresh brings all that was granted.
const HONEST: &[&str] = &["state-returned", "refresh-keeps-scope"];

const ISSUED: Issued = Issued {
    token: TOKEN,
    expires_in: Some(3600),
    beyond_consent: false,
    refresh: Some(REFRESH),
    key: None,
    only_for: None,
};
const REDEEM: Redemption = Redemption {
    code: CODE,
    client: CLIENT,
    secret: SecretShown::NoneNeeded,
    redirect_uri: Some(CALLBACK),
    verifier: Some((VERIFIER, HASH)),
    proof: None,
    token: None,
};
const REFRESHED: RefreshUse = RefreshUse {
    token: REFRESH,
    client: CLIENT,
    secret: SecretShown::NoneNeeded,
    falls_short: false,
    asks: Some(AskedScope::All),
    strays: false,
    proof: None,
    issued: None,
};
const USED: ResourceUse = ResourceUse {
    token: TOKEN,
    resource: RESOURCE,
    proof: None,
    served: false,
    covered: None,
    shown_to: None,
};
const ASKED: CodeAsked = CodeAsked {
    client: CLIENT,
    registered: Some(true),
    password_shown: None,
    consented: None,
    pushed: Some((URI, 0)),
};
const OLD: Option<Proved> = Some(Proved { key: KEY, id: Sym(40), made: 0 });
const FOREIGN: Option<Proved> = Some(Proved { key: OTHER, id: Sym(41), made: 1_000 });

/// These events, each with the second at which it happened, one after the other.
fn facts(events: &[(u64, What)]) -> Vec<Fact> {
    let told = events.iter().zip((0..).step_by(2));
    told.map(|((at, what), sent)| Fact {
        sent,
        answered: Some(sent + 1),
        sent_at: *at,
        answered_at: *at,
        by: Sender::Client,
        what: *what,
    })
    .collect()
}

/// The laws that an outsider can judge and that these events put to trial, but for those that honest flows try.
fn tried(events: &[(u64, What)]) -> Vec<&'static str> {
    let facts = facts(events);
    let laws = LAWS.iter().filter(|law| law.observable && !HONEST.contains(&law.id));
    laws.filter(|law| law.is_tried(&read(&facts))).map(|law| law.id).collect()
}

fn pushed() -> What {
    What::Pushed(Pushed { uri: URI, client: CLIENT, expires_in: Some(60) })
}

/// A code for a pushed request, made of what an issue is.
fn code(change: fn(&mut CodeIssued)) -> What {
    let mut issued = CodeIssued { pushed: Some((URI, 0)), ..crate::issue() };
    change(&mut issued);
    What::CodeIssued(issued)
}

/// Honest events at second 0: a push, a code, its redemption, the resource, two questions.
fn honest() -> Vec<(u64, What)> {
    let redeemed = Redemption { token: Some(ISSUED), ..REDEEM };
    let whats = [
        pushed(),
        What::CodeAsked(ASKED),
        code(|_| {}),
        What::Redemption(redeemed),
        What::Resource(ResourceUse { served: true, ..USED }),
        What::Introspection(Introspection { token: TOKEN, active: true, concerned: None }),
        What::Introspection(Introspection { token: REFRESH, active: true, concerned: None }),
    ];
    whats.into_iter().map(|what| (0, what)).collect()
}

/// The laws that one more event after the honest ones tries.
#[track_caller]
fn after(at: u64, what: What, expected: &[&str]) {
    let mut events = honest();
    events.push((at, what));
    assert_eq!(tried(&events), expected, "{what:?} at {at}");
}

/// The laws that a redemption tries, of a code that was not redeemed before.
#[track_caller]
fn redeemed(at: u64, change: fn(&mut Redemption), expected: &[&str]) {
    let mut shown = REDEEM;
    change(&mut shown);
    assert_eq!(tried(&[(0, code(|_| {})), (at, What::Redemption(shown))]), expected, "{shown:?} at {at}");
}

#[test]
fn honest_flows_try_only_what_they_can_break() {
    assert_eq!(tried(&honest()), Vec::<&str>::new());
    let mut events = honest();
    events.push((0, What::Refresh(RefreshUse { issued: Some(ISSUED), ..REFRESHED })));
    assert_eq!(tried(&events), Vec::<&str>::new());
    let facts = facts(&events);
    for id in HONEST {
        let law = oauth_laws::law::Law::find(id).expect("it is a law");
        assert!(law.is_tried(&read(&facts)) && !law.is_tried(&read(&[])), "{id}");
    }
}

#[test]
fn a_redemption_with_one_flaw_tries_its_law() {
    redeemed(0, |_| {}, &[]);
    redeemed(60, |_| {}, &["code-redeemed-in-time"]);
    redeemed(0, |shown| shown.client = OTHER, &["code-redeemed-by-its-client"]);
    redeemed(0, |shown| shown.redirect_uri = None, &["code-redeemed-with-its-redirect-uri"]);
    redeemed(0, |shown| shown.verifier = None, &["code-redeemed-with-its-verifier"]);
    redeemed(0, |shown| shown.verifier = Some((HASH, OTHER)), &["code-redeemed-with-its-verifier"]);
    redeemed(0, |shown| shown.secret = SecretShown::WrongOrMissing, &["confidential-client-authenticated"]);
    redeemed(0, |shown| shown.code = UNKNOWN, &["code-was-issued"]);
    let bare = code(|issued| issued.challenge = None);
    assert_eq!(tried(&[(0, bare), (0, What::Redemption(REDEEM))]), ["no-verifier-without-challenge"]);
    let bound = code(|issued| issued.key = Some(KEY));
    assert_eq!(tried(&[(0, bound), (0, What::Redemption(REDEEM))]), ["code-with-its-key"]);
    after(0, What::Redemption(REDEEM), &["code-redeemed-once"]);
}

#[test]
fn a_request_with_two_flaws_tries_nothing() {
    redeemed(60, |shown| shown.client = OTHER, &[]);
    let other = Redemption { client: OTHER, ..REDEEM };
    after(0, What::Redemption(other), &[]);
    after(100, What::Refresh(RefreshUse { client: OTHER, ..REFRESHED }), &[]);
    // What was issued before the observer came, or for which request, it cannot tell.
    assert_eq!(tried(&[(0, What::Redemption(REDEEM)), (0, What::Refresh(REFRESHED))]), Vec::<&str>::new());
    let doubtful = code(|issued| (issued.certain, issued.client) = (false, OTHER));
    assert_eq!(tried(&[(0, doubtful), (0, What::Redemption(REDEEM))]), Vec::<&str>::new());
}

#[test]
fn a_refresh_with_one_flaw_tries_its_law() {
    let with = |change: fn(&mut RefreshUse)| {
        let mut shown = REFRESHED;
        change(&mut shown);
        What::Refresh(shown)
    };
    after(0, with(|_| {}), &[]);
    after(100, with(|_| {}), &["refresh-in-time"]);
    after(0, with(|shown| shown.client = OTHER), &["refresh-by-its-client"]);
    after(0, with(|shown| shown.token = UNKNOWN), &["refresh-token-was-issued"]);
    after(0, with(|shown| shown.asks = Some(AskedScope::More)), &["token-within-consent"]);
    after(0, with(|shown| shown.strays = true), &["refresh-within-resources"]);
    after(
        0,
        with(|shown| shown.secret = SecretShown::WrongOrMissing),
        &["confidential-client-authenticated"],
    );
    let mut events = honest();
    events.push((0, with(|shown| shown.issued = Some(Issued { token: OTHER, refresh: None, ..ISSUED }))));
    events.push((0, with(|_| {})));
    assert_eq!(tried(&events), ["public-refresh-used-once"]);
}

#[test]
fn a_token_that_is_used_with_one_flaw_tries_its_law() {
    after(3600, What::Resource(USED), &["served-token-in-time"]);
    after(0, What::Resource(ResourceUse { token: UNKNOWN, ..USED }), &["served-token-was-issued"]);
    let narrow = ResourceUse { covered: Some(false), ..USED };
    after(0, What::Resource(narrow), &["served-token-covers-resource"]);
    after(3600, What::Resource(narrow), &[]);
    after(
        3600,
        What::Introspection(Introspection { token: TOKEN, active: false, concerned: None }),
        &["active-token-in-time"],
    );
    let asked = What::Introspection(Introspection { token: REFRESH, active: false, concerned: None });
    after(99, asked, &[]);
    after(100, asked, &["active-token-in-time"]);
    // Its use may have ended it before time did.
    let used = RefreshUse { issued: Some(Issued { token: OTHER, refresh: None, ..ISSUED }), ..REFRESHED };
    let mut spent = honest();
    spent.push((0, What::Refresh(used)));
    spent.push((100, asked));
    assert_eq!(tried(&spent), Vec::<&str>::new());
    let own = ForItself { client: CLIENT, secret: SecretShown::WrongOrMissing, issued: None };
    after(0, What::ForItself(own), &["confidential-client-authenticated"]);
}

/// Honest events, the revocation of a token, and what follows.
fn revoked(token: Sym, later: &[(u64, What)]) -> Vec<(u64, What)> {
    let revoked = Revocation { token, client: CLIENT, secret: SecretShown::NoneNeeded, accepted: true };
    let mut events = honest();
    events.push((0, What::Revocation(revoked)));
    events.extend(later);
    events
}

#[test]
fn what_is_shown_after_a_revocation_tries_its_law_if_nothing_else_ended_it() {
    let used = What::Resource(USED);
    let shown = What::Refresh(REFRESHED);
    assert_eq!(tried(&revoked(TOKEN, &[(0, used)])), ["revoked-access-token-is-dead"]);
    assert_eq!(tried(&revoked(TOKEN, &[(3600, used)])), Vec::<&str>::new());
    assert_eq!(tried(&revoked(REFRESH, &[(0, shown)])), ["revoked-refresh-token-is-dead"]);
    assert_eq!(tried(&revoked(REFRESH, &[(100, shown)])), Vec::<&str>::new());
    assert_eq!(tried(&revoked(REFRESH, &[(0, used)])), ["revoked-refresh-token-ends-access"]);
    assert_eq!(tried(&revoked(REFRESH, &[(3600, used)])), ["served-token-in-time"]);
    let asked = |token, active| What::Introspection(Introspection { token, active, concerned: None });
    assert_eq!(tried(&revoked(TOKEN, &[(0, asked(TOKEN, false))])), ["active-token-not-revoked"]);
    assert_eq!(tried(&revoked(TOKEN, &[(3600, asked(TOKEN, false))])), Vec::<&str>::new());
    // What is called active shows nothing as long as nothing else shows that the token ended.
    assert_eq!(tried(&revoked(TOKEN, &[(0, asked(TOKEN, true))])), Vec::<&str>::new());
    // Nobody was told before that it is active.
    let mut untold = revoked(TOKEN, &[(0, asked(TOKEN, false))]);
    untold.retain(|(_, what)| !matches!(what, What::Introspection(Introspection { active: true, .. })));
    assert_eq!(tried(&untold), Vec::<&str>::new());
}

#[test]
fn what_is_shown_after_a_replay_tries_its_law_if_nothing_else_ended_it() {
    const NEXT: Sym = Sym(34);
    let used = What::Resource(USED);
    let with_replay = |later: &[(u64, What)]| {
        let mut events = honest();
        events.push((0, What::Redemption(REDEEM)));
        events.extend(later);
        tried(&events)
    };
    assert_eq!(with_replay(&[]), ["code-redeemed-once"]);
    assert_eq!(with_replay(&[(0, used)]), ["code-redeemed-once", "replay-ends-grant"]);
    assert_eq!(with_replay(&[(3600, used)]), ["code-redeemed-once", "served-token-in-time"]);
    let next = Issued { token: OTHER, refresh: Some(NEXT), ..ISSUED };
    let mut events = honest();
    let shown = What::Refresh(REFRESHED);
    events.push((0, What::Refresh(RefreshUse { issued: Some(next), ..REFRESHED })));
    events.push((0, shown));
    assert_eq!(tried(&events), ["public-refresh-used-once"]);
    events.push((0, shown));
    assert_eq!(tried(&events), ["public-refresh-used-once"], "a spent one that is shown again");
    events.push((0, What::Refresh(RefreshUse { token: NEXT, ..REFRESHED })));
    assert_eq!(tried(&events), ["public-refresh-used-once", "public-refresh-replay-ends-grant"]);
}

#[test]
fn a_key_is_tried_by_another_and_by_none() {
    let bound = |issued: Issued| {
        let redeemed = Redemption { token: Some(issued), proof: FOREIGN, ..REDEEM };
        vec![(0, code(|issued| issued.key = Some(OTHER))), (0, What::Redemption(redeemed))]
    };
    let after = |issued: Issued, what: What| {
        let mut events = bound(issued);
        events.push((0, what));
        tried(&events)
    };
    let keyed = Issued { key: Some(OTHER), ..ISSUED };
    let refused = |shown: Sym, proof| What::ProofRefused(ProofRefused { shown, proof, wants_nonce: false });
    let young = Some(Proved { key: KEY, id: Sym(42), made: 1_000 });
    assert_eq!(after(keyed, What::Resource(USED)), ["bound-token-with-its-key"]);
    assert_eq!(
        after(keyed, What::Resource(ResourceUse { proof: young, ..USED })),
        ["bound-token-with-its-key"]
    );
    assert_eq!(after(keyed, What::Resource(ResourceUse { proof: FOREIGN, ..USED })), Vec::<&str>::new());
    assert_eq!(after(keyed, refused(CODE, young)), ["code-with-its-key"]);
    assert_eq!(after(keyed, refused(CODE, FOREIGN)), Vec::<&str>::new());
    assert_eq!(after(keyed, refused(REFRESH, None)), ["public-refresh-with-its-key"]);
    assert_eq!(after(ISSUED, refused(REFRESH, None)), Vec::<&str>::new());
    // A server that asks for a nonce need not have looked at the key, though it has looked at the time.
    let asks = |proof| What::ProofRefused(ProofRefused { shown: CODE, proof, wants_nonce: true });
    assert_eq!(after(keyed, asks(young)), Vec::<&str>::new());
    assert_eq!(tried(&[(59, asks(OLD))]), Vec::<&str>::new());
    assert_eq!(tried(&[(60, asks(OLD))]), ["proof-in-time"]);
    let elsewhere = Issued { only_for: Some(OTHER), ..ISSUED };
    assert_eq!(after(elsewhere, What::Resource(USED)), ["served-token-is-for-resource"]);
}

#[test]
fn a_browser_that_asks_for_a_code_tries_what_it_lacks() {
    let with = |change: fn(&mut CodeAsked)| {
        let mut asked = ASKED;
        change(&mut asked);
        What::CodeAsked(asked)
    };
    let first = |what: What| tried(&[(0, pushed()), (0, what)]);
    assert_eq!(first(with(|_| {})), Vec::<&str>::new());
    assert_eq!(first(with(|asked| asked.password_shown = Some(false))), ["code-after-login"]);
    assert_eq!(first(with(|asked| asked.consented = Some(false))), ["code-after-consent"]);
    assert_eq!(first(with(|asked| asked.registered = Some(false))), ["code-to-registered-uri"]);
    assert_eq!(first(with(|asked| asked.client = OTHER)), ["pushed-request-of-its-client"]);
    assert_eq!(first(with(|asked| asked.pushed = Some((URI, 60)))), ["pushed-request-in-time"]);
    after(0, with(|_| {}), &["pushed-request-used-once"]);
}
