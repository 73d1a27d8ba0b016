//! The laws about refresh tokens, over facts by hand.

use oauth_laws::fact::{
    AskedScope, CodeIssued, Fact, Issued, Redemption, RefreshUse, ResourceUse, SecretShown, Sender, Sym, What,
};
use oauth_laws::law::{Facts, Judgement, law};

use crate::{CALLBACK, CLIENT, CODE, OTHER, RESOURCE, broken};

/// The n-th access token and the n-th refresh token.
const TOKEN: [Sym; 3] = [Sym(11), Sym(12), Sym(13)];
const REFRESH: [Sym; 3] = [Sym(21), Sym(22), Sym(23)];

/// A client without a secret redeems a code at second 0, refreshes at 99 and at 198, uses what it got; then somebody
/// shows the first refresh token again, and from then on neither the last one nor the last access token is good.
#[derive(Clone)]
pub(crate) struct Story {
    redeem: Redemption,
    refreshes: [RefreshUse; 2],
    uses: [ResourceUse; 2],
    replay: RefreshUse,
    after: RefreshUse,
    use_after: ResourceUse,
    by: [Sender; 8],
    at: [u64; 8],
}

fn issued(nth: usize) -> Option<Issued> {
    let refresh = Some(REFRESH[nth]);
    Some(Issued {
        token: TOKEN[nth],
        expires_in: Some(3600),
        beyond_consent: false,
        refresh,
        key: None,
        only_for: None,
    })
}

impl Story {
    pub(crate) fn honest() -> Self {
        let redeem = Redemption {
            code: CODE,
            client: CLIENT,
            secret: SecretShown::NoneNeeded,
            redirect_uri: Some(CALLBACK),
            verifier: None,
            proof: None,
            token: issued(0),
        };
        let refresh = |nth: usize, brings| RefreshUse {
            token: REFRESH[nth],
            client: CLIENT,
            secret: SecretShown::NoneNeeded,
            falls_short: false,
            asks: Some(AskedScope::All),
            strays: false,
            proof: None,
            issued: brings,
        };
        let served = |nth: usize| ResourceUse {
            token: TOKEN[nth],
            resource: RESOURCE,
            proof: None,
            served: true,
            covered: Some(true),
            shown_to: None,
        };
        Self {
            redeem,
            refreshes: [refresh(0, issued(1)), refresh(1, issued(2))],
            uses: [served(1), served(2)],
            replay: refresh(0, None),
            after: refresh(2, None),
            use_after: ResourceUse { served: false, covered: None, ..served(2) },
            by: [Sender::Client; 8],
            at: [0, 99, 99, 198, 198, 198, 200, 200],
        }
    }

    pub(crate) fn facts(&self) -> Vec<Fact> {
        let issue = CodeIssued { challenge: None, ..crate::issue() };
        let whats = [
            What::Redemption(self.redeem),
            What::Refresh(self.refreshes[0]),
            What::Resource(self.uses[0]),
            What::Refresh(self.refreshes[1]),
            What::Resource(self.uses[1]),
            What::Refresh(self.replay),
            What::Refresh(self.after),
            What::Resource(self.use_after),
        ];
        let fact = |sent: u32, at: u64, by, what| Fact {
            sent,
            answered: Some(sent + 1),
            sent_at: at,
            answered_at: at,
            by,
            what,
        };
        let told = whats.into_iter().zip(self.at).zip(self.by).zip((2..).step_by(2));
        let issue = fact(0, 0, Sender::Owner, What::CodeIssued(issue));
        [issue].into_iter().chain(told.map(|(((what, at), by), sent)| fact(sent, at, by, what))).collect()
    }

    fn all(&mut self, change: impl Fn(&mut RefreshUse)) {
        self.refreshes.iter_mut().chain([&mut self.replay, &mut self.after]).for_each(change);
    }

    /// As [`Self::honest`], of a client that has a secret.
    fn confidential() -> Self {
        let mut story = Self::honest();
        story.redeem.secret = SecretShown::Right;
        story.all(|refresh| refresh.secret = SecretShown::Right);
        story
    }
}

/// One change to a story, and the laws that fall.
#[track_caller]
fn check(mut story: Story, change: impl FnOnce(&mut Story), expected: &[&str]) {
    change(&mut story);
    assert_eq!(broken(&story.facts()), expected);
}

#[test]
fn one_change_makes_each_law_about_refreshes_fall() {
    const REPLAY: &str = "public-refresh-replay-ends-grant";
    let check = |change: fn(&mut Story), expected: &[&str]| check(Story::honest(), change, expected);
    check(|story| story.refreshes[0].token = OTHER, &["refresh-token-was-issued"]);
    check(|story| story.refreshes[1].client = OTHER, &["refresh-by-its-client"]);
    check(|story| story.redeem.client = OTHER, &["code-redeemed-by-its-client", "refresh-by-its-client"]);
    // A spent one brings tokens again, before and after it lay unused for too long.
    check(|story| story.refreshes[1].token = REFRESH[0], &["public-refresh-used-once"]);
    check(
        |story| {
            story.at[3] = 199;
            story.refreshes[1].token = REFRESH[0];
        },
        &["public-refresh-used-once", "refresh-in-time"],
    );
    // The grant goes on: at the token endpoint, at the resource.
    check(|story| story.after.issued = issued(0), &[REPLAY]);
    check(|story| story.use_after.served = true, &[REPLAY]);
    check(|story| story.refreshes[0].falls_short = true, &["refresh-keeps-scope"]);
    check(|story| story.at[1] = 100, &["refresh-in-time"]);
    check(|story| story.at[3] = 199, &["refresh-in-time"]);
    // Laws about codes and tokens hold for what a refresh brings.
    check(
        |story| story.refreshes[1].issued.as_mut().expect("it has some").beyond_consent = true,
        &["token-within-consent"],
    );
    check(|story| story.at[4] = 198 + 3600, &["served-token-in-time"]);
    check(
        |story| story.refreshes[0].secret = SecretShown::WrongOrMissing,
        &["confidential-client-authenticated"],
    );
    check(|story| story.by[1] = Sender::Thief, &["thief-gains-nothing"]);
    check(|story| story.uses[1].token = OTHER, &["served-token-was-issued"]);
}

#[test]
fn what_decides_nothing_about_refreshes_breaks_nothing() {
    let check = |change: fn(&mut Story)| check(Story::honest(), change, &[]);
    // No new refresh token, so the old one goes on.
    check(|story| {
        story.refreshes[0].issued.as_mut().expect("it has some").refresh = None;
        story.refreshes[1].issued = None;
        story.uses[1].token = TOKEN[1];
        story.use_after.token = TOKEN[1];
    });
    // A stranger, and another client, who show a spent token end nothing.
    for change in
        [(|story| story.replay.client = OTHER) as fn(&mut Story), |story| story.replay.token = OTHER]
    {
        check(change);
    }
    let lives_on = |change: fn(&mut Story)| {
        let mut story = Story::honest();
        story.use_after.served = true;
        change(&mut story);
        broken(&story.facts())
    };
    assert_eq!(lives_on(|story| story.replay.client = OTHER), Vec::<&str>::new());
    assert_eq!(lives_on(|story| story.replay.token = OTHER), Vec::<&str>::new());
    // A refusal of what was not spent is no replay.
    assert_eq!(lives_on(|story| story.replay.token = REFRESH[2]), Vec::<&str>::new());
    // A thief who is refused.
    check(|story| (story.by[5], story.by[6]) = (Sender::Thief, Sender::Thief));
}

/// RFC 9700 2.2.2: a refresh token of a client without a secret is rotated or bound to a key.
#[test]
fn a_refresh_token_that_has_a_key_may_be_used_again() {
    let with_key = |key: Option<Sym>| {
        let mut story = Story::honest();
        story.redeem.token.as_mut().expect("it has one").key = key;
        story.refreshes[1].token = REFRESH[0];
        story.use_after.served = true;
        let of_keys = ["public-refresh-with-its-key", "bound-token-with-its-key"];
        broken(&story.facts()).into_iter().filter(|law| !of_keys.contains(law)).collect::<Vec<&str>>()
    };
    assert_eq!(with_key(None), ["public-refresh-used-once", "public-refresh-replay-ends-grant"]);
    assert_eq!(with_key(Some(OTHER)), Vec::<&str>::new());
}

/// RFC 6749 6: a server may leave a client that authenticates its refresh token, whose lifetime begins anew at each use.
#[test]
fn a_client_with_a_secret_may_keep_its_refresh_token() {
    let check = |change: fn(&mut Story)| check(Story::confidential(), change, &[]);
    check(|_| {});
    check(|story| story.refreshes[1].token = REFRESH[0]);
    check(|story| story.use_after.served = true);
    check(|story| story.after.issued = issued(0));
}

#[test]
fn a_grace_that_the_server_states_is_granted_to_the_second() {
    let used_once = law("public-refresh-used-once");
    let judge = |grace: u64, at: u64, change: fn(&mut [Fact])| {
        let mut story = Story::honest();
        story.at[3] = at;
        story.refreshes[1].token = REFRESH[0];
        let mut facts = story.facts();
        change(&mut facts);
        let facts = Facts {
            facts: &facts,
            code_lifetime: 60,
            refresh_grace: grace,
            refresh_lifetime: Some(1000),
            proof_lifetime: 60,
            revocation_delay: 0,
        };
        used_once.judge(&facts)
    };
    assert_eq!(judge(10, 108, |_| {}), Judgement::Holds);
    assert_eq!(judge(10, 109, |_| {}), Judgement::Broken(4));
    assert_eq!(judge(0, 99, |_| {}), Judgement::Broken(4));
    // Requests on their way at the same time, with a grace and without.
    let at_once: fn(&mut [Fact]) = |facts| facts[4].sent = facts[2].sent;
    assert_eq!(judge(10, 109, at_once), Judgement::Holds);
    assert_eq!(judge(0, 99, at_once), Judgement::Broken(4));
}

#[test]
fn without_a_known_lifetime_nothing_is_too_late() {
    let mut story = Story::honest();
    story.at = [0, 1000, 1000, 9_000, 9_000, 9_000, 9_000, 9_000];
    let facts = story.facts();
    let in_time = law("refresh-in-time");
    let facts = Facts {
        facts: &facts,
        code_lifetime: 60,
        refresh_grace: 0,
        refresh_lifetime: None,
        proof_lifetime: 60,
        revocation_delay: 0,
    };
    assert_eq!(in_time.judge(&facts), Judgement::Silent);
}

#[test]
fn an_observer_who_saw_no_refresh_token_issued_says_nothing_of_them() {
    let mut story = Story::honest();
    let forgotten = |issued: &mut Option<Issued>| issued.as_mut().expect("it has some").refresh = None;
    forgotten(&mut story.redeem.token);
    story.refreshes.iter_mut().for_each(|refresh| forgotten(&mut refresh.issued));
    assert_eq!(broken(&story.facts()), Vec::<&str>::new());
}
