//! The laws over all that a run exchanged, as cases `laws/ID` that run after all others.
//!
//! They judge the facts that `observe/` read. One that nothing put to trial is not listed: a server that was never asked
//! for what it forbids has not shown that it would refuse it.

mod broken;
mod reading;

use std::sync::Arc;

use oauth_laws::law::{Facts, Judgement, Law, law};
use oauth_rules::rules;

use crate::case::{Case, Context, Isolation, Profile};
use crate::case_end::{CaseEnd, Checked};
use crate::flow;
use crate::observe::{GRACE, LENIENCE, Observed};
use crate::subject::Need;
use crate::wire::Exchange;

/// No server has a reason to take a proof for longer than an hour.
const PROOF_LIFETIME: u64 = 3600;

/// The longest that a code may live (RFC 6749 4.1.2), unless the target file says less.
const LONGEST_CODE_LIFETIME: u64 = 600;

macro_rules! laws {
    ($($id:literal $needs:ident $(for $profiles:expr)?;)*) => {
        const CASES: &[Case] = &[$(Case {
            id: concat!("laws/", $id),
            rules: law($id).rules,
            about: law($id).about,
            needs: $needs,
            $(profiles: $profiles,)?
            isolation: Isolation::Last,
            run: |ctx| Box::pin(std::future::ready(judge(ctx, law($id)))),
            ..Case::DEFAULT
        }),*];
    };
}

const LOGIN: &[Need] = &[Need::Login];
const CONSENT: &[Need] = &[Need::Login, Need::Consent];
const PKCE: &[Need] = &[Need::Login, Need::Pkce];
const REFRESH: &[Need] = &[Need::Login, Need::Refresh];
const PUSHED: &[Need] = &[Need::Login, Need::PushedRequests];
const REVOCATION: &[Need] = &[Need::Login, Need::Revocation];
const INTROSPECTION: &[Need] = &[Need::Login, Need::Introspection];
const BOUND: &[Need] = &[Need::Login, Need::Dpop];
const BOUND_REFRESH: &[Need] = &[Need::Login, Need::Dpop, Need::Refresh];
const BOUND_RESOURCE: &[Need] = &[Need::Login, Need::DpopResource];
const RESOURCES: &[Need] = &[Need::Login, Need::SecondResource];

laws! {
    "code-after-login" LOGIN;
    "code-after-consent" CONSENT;
    "code-to-registered-uri" LOGIN;
    "pushed-request-of-its-client" PUSHED;
    "pushed-request-used-once" PUSHED;
    "pushed-request-in-time" PUSHED;
    "state-returned" LOGIN;
    "code-redeemed-once" LOGIN;
    "replay-ends-grant" LOGIN;
    "code-redeemed-in-time" LOGIN;
    "code-redeemed-by-its-client" LOGIN;
    // OAuth 2.1 has no redirect URI in the token request; what one that is sent must be, a case judges.
    "code-redeemed-with-its-redirect-uri" LOGIN for &[Profile::Rfc6749, Profile::Rfc9700];
    "code-redeemed-with-its-verifier" PKCE;
    "no-verifier-without-challenge" PKCE;
    "confidential-client-authenticated" LOGIN;
    "token-within-consent" LOGIN;
    "code-was-issued" LOGIN;
    "refresh-token-was-issued" REFRESH;
    "refresh-by-its-client" REFRESH;
    "public-refresh-used-once" REFRESH;
    "public-refresh-replay-ends-grant" REFRESH;
    "refresh-keeps-scope" REFRESH;
    "refresh-in-time" REFRESH;
    "refresh-within-resources" REFRESH;
    "revoked-refresh-token-is-dead" REVOCATION;
    "revoked-refresh-token-ends-access" REVOCATION;
    "revoked-access-token-is-dead" REVOCATION;
    "active-token-in-time" INTROSPECTION;
    "active-token-not-revoked" INTROSPECTION;
    "code-with-its-key" BOUND;
    "public-refresh-with-its-key" BOUND_REFRESH;
    "bound-token-with-its-key" BOUND_RESOURCE;
    "proof-in-time" BOUND;
    "served-token-is-for-resource" RESOURCES;
    "served-token-was-issued" LOGIN;
    "served-token-in-time" LOGIN;
    "served-token-covers-resource" LOGIN;
}

/// The laws that an outsider can judge, in reading order.
#[must_use]
pub fn cases(profile: Profile) -> &'static [Case] {
    match profile {
        Profile::Documented => &[],
        Profile::Rfc6749 | Profile::Rfc9700 | Profile::Oauth21 => CASES,
    }
}

fn judge(ctx: &Context, law: &Law) -> Checked {
    ctx.live().observed(|observed| judge_observed(ctx, law, observed))
}

fn judge_observed(ctx: &Context, law: &Law, observed: &Observed) -> Checked {
    let live = ctx.live();
    let lifetime = live.target.code_lifetime.unwrap_or(LONGEST_CODE_LIFETIME);
    let facts = Facts {
        facts: &observed.facts,
        code_lifetime: lifetime + LENIENCE,
        refresh_grace: live.target.refresh_grace.unwrap_or(0),
        proof_lifetime: PROOF_LIFETIME + GRACE,
        refresh_lifetime: live.target.refresh_token_lifetime.map(|span| span + LENIENCE),
        revocation_delay: live.target.ends_are_known_within(),
    };
    match law.judge(&facts) {
        Judgement::Silent | Judgement::Holds if law.is_tried(&facts) => Ok(()),
        Judgement::Silent | Judgement::Holds => Err(CaseEnd::unlisted()),
        Judgement::Broken(at) => {
            let exchange = |at: usize| observed.exchanges.get(at);
            let stated = live.target.code_lifetime.is_some();
            let rules = broken::rules_broken(law, &observed.facts, at, exchange(at).map(Arc::as_ref), stated);
            // RFC 6749 wants it when possible, RFC 9700 without that word.
            let is_possible =
                law.id != "replay-ends-grant" || !live.recording().iter().any(|at| stays(ctx, at));
            let rules = if is_possible { rules } else { rules!["rfc9700-4.2.4-code-replay-revokes-tokens"] };
            let (saw, before) = broken::contradiction(law, &facts, &observed.exchanges, at);
            let expected = law.about.trim_end_matches('.');
            let expected = match law.id {
                "public-refresh-used-once" => format!("{expected} (refresh_grace in the target file)"),
                "served-token-was-issued" => format!("{expected} as an access token"),
                _ => expected.to_owned(),
            };
            let mut stop = CaseEnd::broken(expected, saw).under(rules);
            stop.granted = broken::is_granted(law, &observed.facts, at);
            stop.exchange = exchange(at).cloned();
            stop.before = before.and_then(exchange).cloned();
            Err(stop)
        }
    }
}

/// Whether an exchange shows that the server revokes no access tokens.
fn stays(ctx: &Context, exchange: &Exchange) -> bool {
    let endpoint = ctx.target().endpoints.revocation.as_deref();
    endpoint == Some(exchange.request.url.as_str()) && flow::says_that_it_stays(exchange)
}

#[cfg(test)]
mod tests {
    use super::*;
    use oauth_laws::law::LAWS;

    #[test]
    fn every_observable_law_is_a_case() {
        let have: Vec<&str> = CASES.iter().filter_map(|case| case.id.strip_prefix("laws/")).collect();
        let want: Vec<&str> = LAWS.iter().filter(|law| law.observable).map(|law| law.id).collect();
        assert_eq!(have, want);
    }
}
