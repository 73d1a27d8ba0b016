//! The laws over facts by hand: an honest story keeps them all, and one change makes each fall.

use oauth_laws::fact::{
    CodeChallenge, CodeIssued, Fact, Issued, LoggedIn, Redemption, ResourceUse, SecretShown, Sender, Sym,
    What,
};
use oauth_laws::law::{Facts, Judgement, LAWS, Law};

mod laws {
    pub(crate) mod dpop;
    pub(crate) mod introspect_revoke;
    pub(crate) mod login;
    pub(crate) mod refresh;
    mod tried;
}

const CODE: Sym = Sym(1);
const CLIENT: Sym = Sym(2);
const CALLBACK: Sym = Sym(3);
const STATE: Sym = Sym(4);
const VERIFIER: Sym = Sym(5);
const HASH: Sym = Sym(6);
const TOKEN: Sym = Sym(7);
const OWNER: Sym = Sym(8);
const OTHER: Sym = Sym(9);
const RESOURCE: Sym = Sym(10);

const URI: Sym = Sym(11);

/// A code is issued at second 0, redeemed at 59, used at 60 and at 3658, shown again at 3658, and then no more.
struct Story {
    issue: CodeIssued,
    redeem: Redemption,
    replay: Redemption,
    uses: [ResourceUse; 3],
    login: LoggedIn,
    by: [Sender; 7],
    at: [u64; 7],
}

/// A code for the owner, issued as every law wants it.
fn issue() -> CodeIssued {
    CodeIssued {
        code: CODE,
        client: CLIENT,
        sent_to: CALLBACK,
        registered: true,
        redirect_uri: Some(CALLBACK),
        state: (Some(STATE), Some(STATE)),
        challenge: Some(CodeChallenge::S256(HASH)),
        certain: true,
        password_shown: Some(true),
        consented: Some(true),
        owner: Some(OWNER),
        key: None,
        pushed: None,
    }
}

impl Story {
    fn honest() -> Self {
        let redeem = Redemption {
            code: CODE,
            client: CLIENT,
            secret: SecretShown::Right,
            redirect_uri: Some(CALLBACK),
            verifier: Some((VERIFIER, HASH)),
            proof: None,
            token: Some(Issued {
                token: TOKEN,
                expires_in: Some(3600),
                beyond_consent: false,
                refresh: None,
                key: None,
                only_for: None,
            }),
        };
        let served = ResourceUse {
            token: TOKEN,
            resource: RESOURCE,
            proof: None,
            served: true,
            covered: Some(true),
            shown_to: None,
        };
        Self {
            issue: issue(),
            redeem,
            replay: Redemption { token: None, ..redeem },
            uses: [served, served, ResourceUse { served: false, covered: None, ..served }],
            login: LoggedIn { token: TOKEN, person: OWNER },
            by: [
                Sender::Owner,
                Sender::Client,
                Sender::Client,
                Sender::Client,
                Sender::Client,
                Sender::Client,
                Sender::Client,
            ],
            at: [0, 59, 59, 60, 3658, 3658, 3659],
        }
    }

    fn facts(&self) -> Vec<Fact> {
        let whats = [
            What::CodeIssued(self.issue),
            What::Redemption(self.redeem),
            What::LoggedIn(self.login),
            What::Resource(self.uses[0]),
            What::Resource(self.uses[1]),
            What::Redemption(self.replay),
            What::Resource(self.uses[2]),
        ];
        let fact = |(nth, what): (usize, What)| {
            let sent = 2 * u32::try_from(nth).expect("seven facts");
            let (by, at) = (self.by[nth], self.at[nth]);
            Fact { sent, answered: Some(sent + 1), sent_at: at, answered_at: at, by, what }
        };
        whats.into_iter().enumerate().map(fact).collect()
    }
}

/// These facts, judged by the lifetimes that the stories were made for.
fn read(facts: &[Fact]) -> Facts<'_> {
    Facts {
        facts,
        code_lifetime: 60,
        refresh_grace: 0,
        refresh_lifetime: Some(100),
        proof_lifetime: 60,
        revocation_delay: 0,
    }
}

fn judge(law: &Law, facts: &[Fact]) -> Judgement {
    law.judge(&read(facts))
}

fn broken(facts: &[Fact]) -> Vec<&'static str> {
    let fell = |law: &&Law| matches!(judge(law, facts), Judgement::Broken(_));
    LAWS.iter().filter(fell).map(|law| law.id).collect()
}

#[test]
fn the_honest_stories_keep_every_law_and_leave_none_silent() {
    let stories = [
        Story::honest().facts(),
        laws::refresh::Story::honest().facts(),
        laws::introspect_revoke::Story::honest().facts(),
        laws::dpop::honest(),
        laws::login::honest(),
    ];
    for law in LAWS {
        let judged = stories.each_ref().map(|facts| judge(law, facts));
        assert!(judged.contains(&Judgement::Holds), "{}: {judged:?}", law.id);
        assert!(!judged.iter().any(|one| matches!(one, Judgement::Broken(_))), "{}: {judged:?}", law.id);
    }
}

#[test]
fn without_facts_every_law_is_silent() {
    for law in LAWS {
        assert_eq!(judge(law, &[]), Judgement::Silent, "{}", law.id);
    }
}

/// One change to the honest story, and the laws that fall.
#[track_caller]
fn check(change: impl FnOnce(&mut Story), expected: &[&str]) {
    let mut story = Story::honest();
    change(&mut story);
    assert_eq!(broken(&story.facts()), expected);
}

#[test]
fn one_change_makes_each_law_fall() {
    check(|story| story.issue.password_shown = Some(false), &["code-after-login"]);
    check(|story| story.issue.consented = Some(false), &["code-after-consent"]);
    check(|story| story.by[0] = Sender::Thief, &["consent-is-the-owners"]);
    check(|story| story.issue.registered = false, &["code-to-registered-uri"]);
    check(|story| story.issue.state.1 = None, &["state-returned"]);
    check(|story| story.issue.state.1 = Some(OTHER), &["state-returned"]);
    // A state of the server's invention is a case's matter.
    check(|story| story.issue.state.0 = None, &[]);
    check(
        |story| story.replay.token = Some(Issued { token: OTHER, ..story.redeem.token.expect("it has one") }),
        &["code-redeemed-once", "code-redeemed-in-time"],
    );
    check(|story| story.uses[2].served = true, &["replay-ends-grant", "served-token-in-time"]);
    check(|story| story.at[1] = 60, &["code-redeemed-in-time"]);
    check(|story| story.issue.client = OTHER, &["code-redeemed-by-its-client"]);
    check(|story| story.issue.redirect_uri = Some(OTHER), &["code-redeemed-with-its-redirect-uri"]);
    check(|story| story.redeem.redirect_uri = None, &["code-redeemed-with-its-redirect-uri"]);
    check(|story| story.redeem.verifier = None, &["code-redeemed-with-its-verifier"]);
    check(|story| story.redeem.verifier = Some((HASH, OTHER)), &["code-redeemed-with-its-verifier"]);
    check(
        |story| story.issue.challenge = Some(CodeChallenge::Plain(HASH)),
        &["code-redeemed-with-its-verifier"],
    );
    check(|story| story.issue.challenge = None, &["no-verifier-without-challenge"]);
    check(|story| story.redeem.secret = SecretShown::WrongOrMissing, &["confidential-client-authenticated"]);
    check(
        |story| story.redeem.token.as_mut().expect("it has one").beyond_consent = true,
        &["token-within-consent"],
    );
    check(|story| story.issue.code = OTHER, &["code-was-issued"]);
    check(|story| story.uses[0].token = OTHER, &["served-token-was-issued"]);
    check(|story| story.at[4] = 3659, &["served-token-in-time"]);
    check(|story| story.uses[0].covered = Some(false), &["served-token-covers-resource"]);
    check(|story| story.by[1] = Sender::Thief, &["thief-gains-nothing"]);
    check(|story| story.by[3] = Sender::Thief, &["thief-gains-nothing"]);
    check(|story| story.login.person = OTHER, &["session-integrity"]);
}

#[test]
fn what_decides_nothing_breaks_nothing() {
    // A request without redirect URI, without state, without challenge.
    check(|story| story.issue.redirect_uri = None, &[]);
    check(|story| story.issue.state = (None, None), &[]);
    check(
        |story| {
            story.issue.challenge = None;
            story.redeem.verifier = None;
        },
        &[],
    );
    check(|story| story.issue.challenge = Some(CodeChallenge::Plain(VERIFIER)), &[]);
    // A public client; a lifetime that was not told; a scope that was not told; an owner who is not known.
    check(|story| story.redeem.secret = SecretShown::NoneNeeded, &[]);
    check(|story| story.redeem.token.as_mut().expect("it has one").expires_in = None, &[]);
    check(|story| story.uses[0].covered = None, &[]);
    check(|story| story.issue.owner = None, &[]);
    // What the observer cannot tell, and an issue that it cannot tell apart from others.
    check(|story| (story.issue.password_shown, story.issue.consented) = (None, None), &[]);
    check(
        |story| {
            story.issue.certain = false;
            story.issue.client = OTHER;
            story.issue.redirect_uri = Some(OTHER);
        },
        &[],
    );
    // A thief who is refused.
    check(|story| story.by[5] = Sender::Thief, &[]);
    check(|story| story.by[6] = Sender::Thief, &[]);
}

#[test]
fn overlaps_and_lesser_repetitions_are_no_replay() {
    let served_after = |change: fn(&mut Vec<Fact>)| {
        let mut story = Story::honest();
        story.uses[2].served = true;
        story.at[6] = 3658;
        let mut facts = story.facts();
        change(&mut facts);
        broken(&facts)
    };
    assert_eq!(served_after(|_| {}), ["replay-ends-grant"]);
    // The resource was asked for before the replay was answered.
    assert_eq!(served_after(|facts| facts[6].sent = facts[5].sent), Vec::<&str>::new());
    // The replay was sent before the first redemption was answered, or was itself never answered.
    assert_eq!(served_after(|facts| facts[1].answered = Some(11)), Vec::<&str>::new());
    assert_eq!(served_after(|facts| facts[1].answered = None), Vec::<&str>::new());
    assert_eq!(served_after(|facts| facts[5].answered = None), Vec::<&str>::new());
    // It was no repetition in full.
    assert_eq!(
        served_after(|facts| {
            if let What::Redemption(replay) = &mut facts[5].what {
                replay.verifier = None;
            }
        }),
        Vec::<&str>::new()
    );
}
