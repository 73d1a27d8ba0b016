//! Keys and proofs: an honest story, and what one change makes fall.

use oauth_laws::fact::{
    CodeIssued, Fact, Issued, Proved, Redemption, RefreshUse, ResourceUse, SecretShown, Sender, Sym, What,
};

use crate::{CALLBACK, CLIENT, CODE, OTHER, RESOURCE, TOKEN, broken};

const KEY: Sym = Sym(31);
const REFRESH: Sym = Sym(32);
const SECOND: Sym = Sym(33);

const fn proof(id: u32) -> Option<Proved> {
    Some(Proved { key: KEY, id: Sym(id), made: 0 })
}

fn issued(token: Sym, refresh: Option<Sym>) -> Option<Issued> {
    let (expires_in, beyond_consent) = (Some(3600), false);
    Some(Issued { token, expires_in, beyond_consent, refresh, key: Some(KEY), only_for: None })
}

/// A code for a key, redeemed, refreshed and used with proofs by it.
pub(crate) fn honest() -> Vec<Fact> {
    let issue = CodeIssued { challenge: None, key: Some(KEY), ..crate::issue() };
    let redeem = Redemption {
        code: CODE,
        client: CLIENT,
        secret: SecretShown::NoneNeeded,
        redirect_uri: Some(CALLBACK),
        verifier: None,
        proof: proof(40),
        token: issued(TOKEN, Some(REFRESH)),
    };
    let service = ResourceUse {
        token: TOKEN,
        resource: RESOURCE,
        proof: proof(41),
        served: true,
        covered: None,
        shown_to: None,
    };
    let refresh = RefreshUse {
        token: REFRESH,
        client: CLIENT,
        secret: SecretShown::NoneNeeded,
        falls_short: false,
        asks: None,
        strays: false,
        proof: proof(42),
        issued: issued(SECOND, None),
    };
    let whats =
        [What::CodeIssued(issue), What::Redemption(redeem), What::Resource(service), What::Refresh(refresh)];
    let told = whats.into_iter().zip((0..).step_by(2));
    told.map(|(what, sent)| Fact {
        sent,
        answered: Some(sent + 1),
        sent_at: 0,
        answered_at: 0,
        by: Sender::Client,
        what,
    })
    .collect()
}

/// One change to the story, and the laws that fall.
#[track_caller]
fn check(change: impl Fn(&mut Redemption, &mut ResourceUse, &mut RefreshUse), expected: &[&str]) {
    let mut facts = honest();
    let [_, redeemed, served, refreshed] = facts.as_mut_slice() else { panic!("four facts") };
    let (What::Redemption(redeem), What::Resource(service), What::Refresh(refresh)) =
        (&mut redeemed.what, &mut served.what, &mut refreshed.what)
    else {
        panic!("their kinds")
    };
    change(redeem, service, refresh);
    assert_eq!(broken(&facts), expected);
}

#[test]
fn one_change_makes_each_law_about_keys_fall() {
    let other = |proof: Option<Proved>| proof.map(|proof| Proved { key: OTHER, ..proof });
    check(|_, _, _| {}, &[]);
    check(|redeem, _, _| redeem.proof = None, &["code-with-its-key"]);
    check(|redeem, _, _| redeem.proof = other(redeem.proof), &["code-with-its-key"]);
    check(|_, service, _| service.proof = None, &["bound-token-with-its-key"]);
    check(|_, service, _| service.proof = other(service.proof), &["bound-token-with-its-key"]);
    check(|_, _, refresh| refresh.proof = None, &["public-refresh-with-its-key"]);
    check(|_, _, refresh| refresh.proof = other(refresh.proof), &["public-refresh-with-its-key"]);
    check(|redeem, service, _| service.proof = redeem.proof, &["proof-used-once"]);
}

#[test]
fn what_decides_nothing_about_keys_breaks_nothing() {
    // A client with a secret may come with another key; a token that is not bound needs none; who is refused gains nothing.
    check(
        |redeem, _, refresh| {
            redeem.secret = SecretShown::Right;
            refresh.secret = SecretShown::Right;
            refresh.proof = None;
        },
        &[],
    );
    check(
        |redeem, service, refresh| {
            redeem.token = redeem.token.map(|issued| Issued { key: None, ..issued });
            (service.proof, refresh.proof) = (None, None);
        },
        &[],
    );
    check(|_, service, _| (service.proof, service.served) = (None, false), &[]);
}

#[test]
fn a_proof_is_too_old_after_its_lifetime() {
    let at = |seconds: u64| {
        let mut facts = honest();
        facts[2].sent_at = seconds;
        broken(&facts)
    };
    assert_eq!(at(59), Vec::<&str>::new());
    assert_eq!(at(60), ["proof-in-time"]);
}
