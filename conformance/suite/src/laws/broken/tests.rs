//! Which rules a broken law names, and what it shows beside the fact that breaks it.

use std::collections::BTreeSet;

use oauth_laws::fact::{Introspection, Proved, Revocation, Sender};
use oauth_laws::law::law;

use super::*;

const TOKEN: Issued = Issued {
    token: Sym(9),
    expires_in: None,
    beyond_consent: false,
    refresh: None,
    key: None,
    only_for: None,
};
const REDEEMED: Redemption = Redemption {
    code: Sym(1),
    client: Sym(2),
    secret: SecretShown::Right,
    redirect_uri: None,
    verifier: None,
    proof: None,
    token: Some(TOKEN),
};
const REFRESHED: RefreshUse = RefreshUse {
    token: Sym(8),
    client: Sym(2),
    secret: SecretShown::WrongOrMissing,
    falls_short: false,
    asks: None,
    strays: false,
    proof: None,
    issued: Some(TOKEN),
};
const SERVED: ResourceUse =
    ResourceUse { token: Sym(9), resource: Sym(7), proof: None, served: true, covered: None, shown_to: None };
const PROOF: Option<Proved> = Some(Proved { key: Sym(5), id: Sym(6), made: 0 });

/// A code with this challenge.
fn code(code: u32, challenge: Option<CodeChallenge>) -> What {
    What::CodeIssued(CodeIssued {
        code: Sym(code),
        client: Sym(2),
        sent_to: Sym(3),
        registered: false,
        redirect_uri: None,
        state: (None, None),
        challenge,
        certain: true,
        password_shown: None,
        consented: None,
        owner: None,
        key: None,
        pushed: None,
    })
}

/// A code at the redirect URI that its request named.
fn code_where_asked(at: u32) -> What {
    let What::CodeIssued(issued) = code(at, None) else { panic!("it is a code") };
    What::CodeIssued(CodeIssued { redirect_uri: Some(issued.sent_to), ..issued })
}

fn verified(text: u32, hashed: u32) -> What {
    What::Redemption(Redemption { verifier: Some((Sym(text), Sym(hashed))), ..REDEEMED })
}

/// Facts, each behind the ticks at which it was sent and answered.
type Told = Vec<((u32, u32), What)>;

fn facts(all: &[((u32, u32), What)]) -> Vec<Fact> {
    let fact = |((sent, answered), what): &((u32, u32), What)| Fact {
        sent: *sent,
        answered: Some(*answered),
        sent_at: 0,
        answered_at: 0,
        by: Sender::Client,
        what: *what,
    };
    all.iter().map(fact).collect()
}

#[test]
fn a_law_names_the_rules_of_what_broke_it() {
    let redeemed = |at| (at, What::Redemption(REDEEMED));
    let public = Redemption { secret: SecretShown::NoneNeeded, ..REDEEMED };
    let (own, other) = (Some(CodeChallenge::S256(Sym(20))), Some(CodeChallenge::S256(Sym(30))));
    let two_codes = |what| vec![((0, 1), code(1, own)), ((2, 3), code(4, other)), ((4, 5), what)];
    #[rustfmt::skip]
    let table: Vec<(&str, Told, &[&str])> = vec![
        ("code-redeemed-once", vec![redeemed((0, 1)), redeemed((2, 3))], &["rfc6749-4.1.2-code-single-use", "rfc9700-4.2.4-code-single-use"]),
        ("code-redeemed-once", vec![redeemed((0, 2)), redeemed((1, 3))], &["rfc6749-4.1.2-code-single-use-concurrent", "rfc9700-4.2.4-code-single-use"]),
        ("code-redeemed-by-its-client", vec![redeemed((0, 1))], &["rfc6749-4.1.3-code-bound-to-client"]),
        ("code-redeemed-by-its-client", vec![((0, 1), What::Redemption(public))], &["rfc6749-4.1.3-code-bound-to-public-client-id"]),
        ("code-redeemed-with-its-redirect-uri", vec![redeemed((0, 1))], &["rfc6749-4.1.3-redirect-uri-present"]),
        ("code-redeemed-with-its-redirect-uri", vec![((0, 1), What::Redemption(Redemption { redirect_uri: Some(Sym(3)), ..REDEEMED }))], &["rfc6749-4.1.3-redirect-uri-identical"]),
        ("code-redeemed-with-its-verifier", two_codes(What::Redemption(REDEEMED)), &["rfc7636-4.5-verifier-required", "rfc9700-2.1.1-as-enforces-verifier"]),
        ("code-redeemed-with-its-verifier", two_codes(verified(20, 21)), &["rfc7636-4.5-method-bound-to-code", "rfc9700-2.1.1-as-enforces-verifier"]),
        ("code-redeemed-with-its-verifier", two_codes(verified(29, 30)), &["rfc7636-4.4-challenge-bound-to-code", "rfc9700-2.1.1-as-enforces-verifier", "rfc9700-4.5.3-code-bound-to-transaction"]),
        ("code-redeemed-with-its-verifier", two_codes(verified(40, 41)), &["rfc7636-4.6-mismatch-invalid-grant", "rfc9700-2.1.1-as-enforces-verifier"]),
        ("confidential-client-authenticated", vec![((0, 1), What::Refresh(REFRESHED))], &["rfc6749-6-client-auth-required"]),
        ("token-within-consent", vec![redeemed((0, 1))], &["rfc6749-5.2-scope-not-beyond-grant"]),
        ("token-within-consent", vec![((0, 1), What::Refresh(REFRESHED))], &["rfc6749-6-scope-not-beyond-original", "rfc9700-4.14.2-refresh-bound-to-scope"]),
        ("bound-token-with-its-key", vec![((0, 1), What::Resource(SERVED))], &["rfc9449-7.2-bound-token-not-as-bearer", "rfc9700-4.10.1-rs-checks-possession"]),
        ("bound-token-with-its-key", vec![((0, 1), What::Resource(ResourceUse { proof: PROOF, ..SERVED }))], &["rfc9449-7.1-rs-checks-proof", "rfc9700-4.10.1-rs-checks-possession"]),
        ("code-to-registered-uri", vec![((0, 1), code(1, None))], &["rfc6749-3.1.2.3-registered-uris-compared"]),
        ("code-to-registered-uri", vec![((0, 1), What::Redemption(public)), ((2, 3), code_where_asked(4))], &["rfc6749-3.1.2.3-registered-uris-compared", "rfc9700-2.1-redirect-uri-exact-match"]),
        ("code-after-login", vec![((0, 1), code(1, None))], &["rfc6749-3.1-owner-authenticated-first"]),
        ("served-token-was-issued", vec![((0, 1), What::Resource(SERVED))], &[]),
    ];
    for (id, all, expected) in table {
        let broken = rules_broken(law(id), &facts(&all), all.len() - 1, None, false);
        let names: Vec<&str> = broken.iter().map(|rule| rule.id()).collect();
        assert_eq!(names, expected, "{id}");
        let own: BTreeSet<&RuleId> = law(id).rules.iter().collect();
        assert!(broken.iter().all(|rule| own.contains(rule)), "{id} has {broken:?}");
    }
}

#[test]
fn a_law_says_of_what_was_gained_that_it_had_to_be_refused_unless_it_is_about_how_it_was_granted() {
    let revocation = Revocation { token: Sym(8), client: Sym(2), secret: SecretShown::Right, accepted: true };
    let all = facts(&[((0, 1), What::Refresh(REFRESHED)), ((2, 3), What::Revocation(revocation))]);
    for (id, at, expected) in [
        ("confidential-client-authenticated", 0, true),
        ("refresh-keeps-scope", 0, false),
        ("revoked-refresh-token-is-dead", 1, false),
    ] {
        assert_eq!(is_granted(law(id), &all, at), expected, "{id}");
    }
}

#[test]
fn a_law_names_the_rule_of_another_where_that_says_what_was_wrong() {
    let with_refresh = |at| {
        let token = Some(Issued { refresh: Some(Sym(8)), ..TOKEN });
        (at, What::Redemption(Redemption { token, ..REDEEMED }))
    };
    let resource =
        |at, token, served| (at, What::Resource(ResourceUse { token: Sym(token), served, ..SERVED }));
    let revoked = |at, token| {
        let (token, client, secret) = (Sym(token), Sym(2), SecretShown::Right);
        (at, What::Revocation(Revocation { token, client, secret, accepted: true }))
    };
    let active = |at, token| {
        (at, What::Introspection(Introspection { token: Sym(token), active: true, concerned: None }))
    };
    let pushed = |at| match code(1, None) {
        What::CodeIssued(issued) => {
            let pushed = Some((Sym(7), 0));
            (at, What::CodeIssued(CodeIssued { key: Some(Sym(5)), pushed, ..issued }))
        }
        other => (at, other),
    };
    let spent = RefreshUse { secret: SecretShown::Right, issued: None, ..REFRESHED };
    #[rustfmt::skip]
    let table: Vec<(&str, Told, &str)> = vec![
        ("served-token-was-issued", vec![with_refresh((0, 1)), resource((2, 3), 8, true)], "rfc6749-1.5-refresh-token-not-for-rs"),
        ("served-token-is-for-resource", vec![with_refresh((0, 1)), resource((2, 3), 9, true)], "rfc8707-2-token-audience-restricted"),
        ("active-token-not-revoked", vec![with_refresh((0, 1)), revoked((2, 3), 9), active((4, 5), 9)], "rfc7009-2-access-token-revocable"),
        ("active-token-not-revoked", vec![with_refresh((0, 1)), revoked((2, 3), 9), resource((4, 5), 9, false), active((6, 7), 9)], "rfc7009-2-access-token-revocable"),
        ("active-token-not-revoked", vec![with_refresh((0, 1)), resource((2, 3), 9, true), revoked((4, 5), 9), resource((6, 7), 9, true), active((8, 9), 9)], "rfc7009-2-access-token-revocable"),
        ("active-token-not-revoked", vec![with_refresh((0, 1)), resource((2, 3), 9, true), revoked((4, 5), 9), resource((6, 7), 9, false), active((8, 9), 9)], "rfc7662-4-revocation-checked"),
        ("active-token-not-revoked", vec![with_refresh((0, 1)), revoked((2, 3), 8), active((4, 5), 8)], "rfc7009-2-refresh-token-revocable"),
        ("active-token-not-revoked", vec![with_refresh((0, 1)), revoked((2, 3), 8), ((4, 5), What::Refresh(spent)), active((6, 7), 8)], "rfc7662-4-revocation-checked"),
        ("code-with-its-key", vec![pushed((0, 1)), with_refresh((2, 3))], "rfc9449-10.1-par-both-ways"),
    ];
    for (id, all, expected) in table {
        let broken = rules_broken(law(id), &facts(&all), all.len() - 1, None, false);
        let names: Vec<&str> = broken.iter().map(|rule| rule.id()).collect();
        assert_eq!(names, [expected], "{id}: {all:?}");
    }
}

#[test]
fn what_is_gained_stands_against_what_was_before() {
    let redeemed = What::Redemption(REDEEMED);
    let replay = What::Redemption(Redemption { token: None, ..REDEEMED });
    let revoked = What::Revocation(Revocation {
        token: Sym(8),
        client: Sym(2),
        secret: SecretShown::Right,
        accepted: true,
    });
    let with_refresh =
        What::Redemption(Redemption { token: Some(Issued { refresh: Some(Sym(8)), ..TOKEN }), ..REDEEMED });
    let served = What::Resource(SERVED);
    #[rustfmt::skip]
    let table: Vec<(&str, Told, Option<usize>)> = vec![
        ("code-redeemed-by-its-client", vec![((0, 1), code(1, None)), ((2, 3), redeemed)], Some(0)),
        ("code-redeemed-once", vec![((0, 1), code(1, None)), ((2, 3), redeemed), ((4, 5), redeemed)], Some(1)),
        ("served-token-in-time", vec![((0, 1), redeemed), ((2, 3), served)], Some(0)),
        ("served-token-was-issued", vec![((0, 1), served)], None),
        ("replay-ends-grant", vec![((0, 1), redeemed), ((2, 3), replay), ((4, 5), served)], Some(1)),
        ("served-token-in-time", vec![((0, 1), redeemed), ((2, 3), replay), ((4, 5), served)], Some(0)),
        ("revoked-refresh-token-ends-access", vec![((0, 1), with_refresh), ((2, 3), revoked), ((4, 5), served)], Some(1)),
    ];
    for (id, all, expected) in table {
        let facts = Facts {
            facts: &facts(&all),
            code_lifetime: 60,
            refresh_grace: 0,
            proof_lifetime: 60,
            revocation_delay: 0,
            refresh_lifetime: None,
        };
        assert_eq!(contradiction(law(id), &facts, &[], all.len() - 1).1, expected, "{all:?}");
    }
}
