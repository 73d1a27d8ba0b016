//! Tokens that are asked about, revoked, and shown elsewhere: an honest story, and what one change makes fall.

use oauth_laws::fact::{
    CodeIssued, Fact, ForItself, Introspection, Issued, Pushed, Redemption, RefreshUse, ResourceUse,
    Revocation, SecretShown, Sender, Sym, What,
};
use oauth_laws::law::{Facts, Judgement, LAWS, law};

use crate::{CALLBACK, CLIENT, CODE, OTHER, RESOURCE, TOKEN, URI, broken, read};

const REFRESH: Sym = Sym(21);
/// For how long a refresh token may lie unused, as the laws of these tests are told.
const REFRESH_LIFETIME: u64 = 100;
/// What a client got for itself.
const OWN: Sym = Sym(22);

/// A grant whose refresh token is revoked, and a token of a client for itself that is.
pub(crate) struct Story {
    pushed: Pushed,
    issue: CodeIssued,
    redeem: Redemption,
    asked: Introspection,
    served: ResourceUse,
    strayed: RefreshUse,
    revoked: Revocation,
    tried: RefreshUse,
    shown: ResourceUse,
    asked_again: Introspection,
    own: ForItself,
    own_served: ResourceUse,
    own_revoked: Revocation,
    own_shown: ResourceUse,
    at: [u64; 12],
}

impl Story {
    pub(crate) fn honest() -> Self {
        let issued = Issued {
            token: TOKEN,
            expires_in: Some(3600),
            beyond_consent: false,
            refresh: Some(REFRESH),
            key: None,
            only_for: Some(RESOURCE),
        };
        let served = ResourceUse {
            token: TOKEN,
            resource: RESOURCE,
            proof: None,
            served: true,
            covered: Some(true),
            shown_to: None,
        };
        let refused = ResourceUse { served: false, covered: None, ..served };
        let strayed = RefreshUse {
            token: REFRESH,
            client: CLIENT,
            secret: SecretShown::Right,
            falls_short: false,
            asks: None,
            strays: true,
            proof: None,
            issued: None,
        };
        let revoked =
            Revocation { token: REFRESH, client: CLIENT, secret: SecretShown::Right, accepted: true };
        Self {
            pushed: Pushed { uri: URI, client: CLIENT, expires_in: Some(60) },
            issue: CodeIssued { challenge: None, pushed: Some((URI, 59)), ..crate::issue() },
            redeem: Redemption {
                code: CODE,
                client: CLIENT,
                secret: SecretShown::Right,
                redirect_uri: Some(CALLBACK),
                verifier: None,
                proof: None,
                token: Some(issued),
            },
            asked: Introspection { token: TOKEN, active: true, concerned: Some(true) },
            served,
            strayed,
            revoked,
            tried: RefreshUse { strays: false, ..strayed },
            shown: refused,
            asked_again: Introspection { token: REFRESH, active: false, concerned: None },
            own: ForItself {
                client: OTHER,
                secret: SecretShown::Right,
                issued: Some(Issued { token: OWN, refresh: None, only_for: None, ..issued }),
            },
            own_served: ResourceUse { token: OWN, ..served },
            own_revoked: Revocation { token: OWN, client: OTHER, ..revoked },
            own_shown: ResourceUse { token: OWN, ..refused },
            at: [0; 12],
        }
    }

    pub(crate) fn facts(&self) -> Vec<Fact> {
        let whats = [
            What::Pushed(self.pushed),
            What::CodeIssued(self.issue),
            What::Redemption(self.redeem),
            What::Introspection(self.asked),
            What::Resource(self.served),
            What::Refresh(self.strayed),
            What::Revocation(self.revoked),
            What::Refresh(self.tried),
            What::Resource(self.shown),
            What::Introspection(self.asked_again),
            What::ForItself(self.own),
            What::Resource(self.own_served),
            What::Revocation(self.own_revoked),
            What::Resource(self.own_shown),
        ];
        let at = [0, 0].into_iter().chain(self.at);
        let told = whats.into_iter().zip(at).zip((0..).step_by(2));
        told.map(|((what, at), sent)| Fact {
            sent,
            answered: Some(sent + 1),
            sent_at: at,
            answered_at: at,
            by: Sender::Client,
            what,
        })
        .collect()
    }
}

/// One change to the story, and the laws that fall.
#[track_caller]
fn check(change: impl FnOnce(&mut Story), expected: &[&str]) {
    let mut story = Story::honest();
    change(&mut story);
    assert_eq!(broken(&story.facts()), expected);
}

#[test]
fn one_change_makes_each_law_about_named_tokens_fall() {
    check(|story| story.pushed.client = OTHER, &["pushed-request-of-its-client"]);
    check(|story| story.issue.pushed = Some((URI, 60)), &["pushed-request-in-time"]);
    check(|story| story.asked_again.active = true, &["active-token-not-revoked"]);
    check(|story| story.at[1] = 3600, &["active-token-in-time"]);
    check(|story| story.asked.concerned = Some(false), &["active-token-concerns-who-asks"]);
    check(|story| story.asked.concerned = None, &[]);
    check(|story| story.tried.issued = story.redeem.token, &["revoked-refresh-token-is-dead"]);
    check(|story| story.shown.served = true, &["revoked-refresh-token-ends-access"]);
    check(|story| story.own_shown.served = true, &["revoked-access-token-is-dead"]);
    check(|story| story.served.resource = OTHER, &["served-token-is-for-resource"]);
    check(|story| story.strayed.issued = story.redeem.token, &["refresh-within-resources"]);
    check(|story| story.own.secret = SecretShown::WrongOrMissing, &["confidential-client-authenticated"]);
}

#[test]
fn a_second_code_for_one_pushed_request_is_one_too_many() {
    let mut facts = Story::honest().facts();
    let mut second = facts[1];
    if let What::CodeIssued(issued) = &mut second.what {
        issued.code = OTHER;
    }
    facts.push(second);
    assert_eq!(broken(&facts), ["pushed-request-used-once"]);
}

#[test]
fn a_revocation_that_is_not_the_clients_own_ends_nothing() {
    let revoked_by = |change: fn(&mut Revocation)| {
        let mut story = Story::honest();
        change(&mut story.revoked);
        story.shown.served = true;
        broken(&story.facts())
    };
    assert_eq!(revoked_by(|_| {}), ["revoked-refresh-token-ends-access"]);
    assert_eq!(revoked_by(|revoked| revoked.accepted = false), Vec::<&str>::new());
    assert_eq!(revoked_by(|revoked| revoked.client = OTHER), Vec::<&str>::new());
    assert_eq!(revoked_by(|revoked| revoked.secret = SecretShown::WrongOrMissing), Vec::<&str>::new());
    assert_eq!(revoked_by(|revoked| revoked.token = OTHER), Vec::<&str>::new());
}

#[test]
fn what_is_called_active_is_judged_where_its_use_was_refused_after_the_revocation() {
    let called_active = |change: fn(&mut Story)| {
        let mut story = Story::honest();
        story.asked_again.active = true;
        change(&mut story);
        broken(&story.facts())
    };
    assert_eq!(called_active(|_| {}), ["active-token-not-revoked"]);
    // It is good still, so that the revocation is to blame; or it was refused for another reason, or not shown at all.
    assert_eq!(
        called_active(|story| story.tried.issued = story.redeem.token),
        ["revoked-refresh-token-is-dead"]
    );
    assert_eq!(called_active(|story| story.tried.client = OTHER), Vec::<&str>::new());
    assert_eq!(called_active(|story| story.tried.strays = true), Vec::<&str>::new());
    assert_eq!(called_active(|story| story.tried.token = OTHER), Vec::<&str>::new());
}

#[test]
fn what_was_gained_before_all_can_know_of_a_revocation_decides_nothing() {
    let after = |seconds: u64, change: fn(&mut Story)| {
        let mut story = Story::honest();
        change(&mut story);
        // What comes after the first revocation, and after the second.
        story.at[5..8].fill(seconds);
        story.at[11] = seconds;
        let facts = story.facts();
        let facts = Facts { revocation_delay: 30, ..read(&facts) };
        let fell = LAWS.iter().filter(|law| matches!(law.judge(&facts), Judgement::Broken(_)));
        fell.map(|law| law.id).collect::<Vec<&str>>()
    };
    type Telling = (fn(&mut Story), &'static str);
    let table: [Telling; 4] = [
        (|story| story.asked_again.active = true, "active-token-not-revoked"),
        (|story| story.tried.issued = story.redeem.token, "revoked-refresh-token-is-dead"),
        (|story| story.shown.served = true, "revoked-refresh-token-ends-access"),
        (|story| story.own_shown.served = true, "revoked-access-token-is-dead"),
    ];
    for (change, law) in table {
        assert_eq!(after(29, change), Vec::<&str>::new(), "{law}");
        assert_eq!(after(30, change), [law]);
    }
}

#[test]
fn what_came_of_a_revoked_refresh_token_is_judged_as_the_token_itself() {
    const NEXT: Sym = Sym(23);
    let story = Story::honest();
    let brings = |token: Sym, refresh: Sym| RefreshUse {
        token,
        issued: story.redeem.token.map(|issued| Issued { token: OTHER, refresh: Some(refresh), ..issued }),
        ..story.tried
    };
    let last_of = |used_at: u64| {
        let mut facts = story.facts();
        let at = |sent: u32, sent_at: u64, what| {
            let (answered, answered_at, by) = (Some(sent + 1), sent_at, Sender::Client);
            Fact { sent, answered, sent_at, answered_at, by, what }
        };
        facts.push(at(100, 1, What::Refresh(brings(REFRESH, NEXT))));
        facts.push(at(102, used_at, What::Refresh(brings(NEXT, Sym(24)))));
        law("revoked-refresh-token-is-dead").judge(&Facts { revocation_delay: 30, ..read(&facts) })
    };
    assert_eq!(last_of(29), Judgement::Holds);
    assert_eq!(last_of(30), Judgement::Broken(15));
}

#[test]
fn a_token_that_its_own_client_did_not_end_stays_good() {
    let refused_after = |change: fn(&mut Story)| {
        let mut story = Story::honest();
        for refresh in [&mut story.strayed, &mut story.tried] {
            refresh.client = OTHER;
        }
        story.revoked.client = OTHER;
        change(&mut story);
        broken(&story.facts())
    };
    assert_eq!(refused_after(|_| {}), ["token-stays-good"]);
    assert_eq!(
        refused_after(|story| story.revoked.secret = SecretShown::WrongOrMissing),
        ["token-stays-good"]
    );
    assert_eq!(refused_after(|story| story.shown.served = true), Vec::<&str>::new());
    // It never opened the resource, or not this one; it was at its end; its client may have ended it.
    assert_eq!(refused_after(|story| story.served.served = false), Vec::<&str>::new());
    assert_eq!(refused_after(|story| story.shown.resource = OTHER), Vec::<&str>::new());
    assert_eq!(refused_after(|story| story.at[6..].fill(3600)), Vec::<&str>::new());
    assert_eq!(refused_after(|story| story.revoked.client = CLIENT), Vec::<&str>::new());
    assert_eq!(refused_after(|story| story.tried.client = CLIENT), Vec::<&str>::new());
}

#[test]
fn a_refresh_token_is_called_active_as_long_as_it_may_lie_unused() {
    let asked_at = |at: u64| {
        let mut story = Story::honest();
        story.asked.token = REFRESH;
        story.at[1] = at;
        broken(&story.facts())
    };
    assert_eq!(asked_at(REFRESH_LIFETIME - 1), Vec::<&str>::new());
    assert_eq!(asked_at(REFRESH_LIFETIME), ["active-token-in-time"]);
}
