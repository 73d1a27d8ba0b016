//! Logins, and secrets on their way: an honest story of an attacker's own login, and what one change makes fall.

use oauth_laws::fact::{
    CodeIssued, Fact, Handed, LoggedIn, Party, Redemption, ResourceUse, SecretShown, Sender, SentAway, What,
};

use crate::{CALLBACK, CLIENT, CODE, HASH, OTHER, OWNER, RESOURCE, Story as Code, TOKEN, VERIFIER, broken};

/// Somebody logs in to an account of their own; the client takes the code and the token where they belong.
struct Story {
    issue: CodeIssued,
    code: Handed,
    login: LoggedIn,
    by: Sender,
    token: Handed,
    service: ResourceUse,
    password: Handed,
    away: SentAway,
}

impl Story {
    fn honest() -> Self {
        let handed = |secret| Handed { secret, to: Party::ItsServer, person: OWNER };
        Self {
            issue: crate::issue(),
            code: handed(CODE),
            login: LoggedIn { token: TOKEN, person: OWNER },
            by: Sender::Thief,
            token: handed(TOKEN),
            service: ResourceUse {
                token: TOKEN,
                resource: RESOURCE,
                proof: None,
                served: true,
                covered: Some(true),
                shown_to: Some(OWNER),
            },
            password: handed(OWNER),
            away: SentAway { client: CLIENT, registered: true, vouched: true },
        }
    }

    fn facts(&self) -> Vec<Fact> {
        let redeem = Redemption {
            code: CODE,
            client: CLIENT,
            secret: SecretShown::Right,
            redirect_uri: Some(CALLBACK),
            verifier: Some((VERIFIER, HASH)),
            proof: None,
            token: Code::honest().redeem.token,
        };
        let whats = [
            (Sender::Owner, What::SentAway(self.away)),
            (Sender::Owner, What::Handed(self.password)),
            (Sender::Owner, What::CodeIssued(self.issue)),
            (Sender::Client, What::Handed(self.code)),
            (Sender::Client, What::Redemption(redeem)),
            (self.by, What::LoggedIn(self.login)),
            (Sender::Client, What::Handed(self.token)),
            (Sender::Client, What::Resource(self.service)),
        ];
        let told = whats.into_iter().zip((0..).step_by(2));
        told.map(|((by, what), sent)| Fact {
            sent,
            answered: Some(sent + 1),
            sent_at: 0,
            answered_at: 0,
            by,
            what,
        })
        .collect()
    }
}

pub(crate) fn honest() -> Vec<Fact> {
    Story::honest().facts()
}

#[track_caller]
fn check(change: impl FnOnce(&mut Story), expected: &[&str]) {
    let mut story = Story::honest();
    change(&mut story);
    assert_eq!(broken(&story.facts()), expected);
}

#[test]
fn one_change_makes_each_law_about_logins_fall() {
    check(|story| story.login.person = OTHER, &["authentication"]);
    check(|story| (story.login.person, story.by) = (OTHER, Sender::Owner), &["session-integrity"]);
    check(|story| story.service.shown_to = Some(OTHER), &["resource-of-the-person"]);
    check(|story| story.code.to = Party::OtherServer, &["code-to-its-server"]);
    check(|story| story.token.to = Party::OtherServer, &["token-to-its-resource"]);
    check(|story| story.password.to = Party::Client, &["password-stays"]);
    check(|story| story.away.vouched = false, &["no-way-to-strangers"]);
    check(|story| story.away.registered = false, &["no-way-to-strangers"]);
}

#[test]
fn what_an_attacker_does_with_its_own_breaks_nothing() {
    // A code and a token of the attacker's account, in another's browser, go where the attacker likes.
    check(|story| (story.code.to, story.code.person) = (Party::OtherServer, OTHER), &[]);
    check(|story| (story.token.to, story.token.person) = (Party::OtherServer, OTHER), &[]);
    // Nobody knows whose account it is, or whose browser.
    check(|story| (story.issue.owner, story.login.person) = (None, OTHER), &[]);
    check(|story| story.service.shown_to = None, &[]);
    // A resource that refuses shows nothing.
    check(|story| (story.service.served, story.service.shown_to) = (false, Some(OTHER)), &[]);
}
