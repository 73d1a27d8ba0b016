//! The laws.

use super::tried::Flaw;
use super::{Law, code, dpop, introspect_revoke, lasting, login, refresh};
use crate::fact::{AskedScope, Party, SecretShown, Sender};
use oauth_rules::rules;

/// Every law, in reading order.
#[expect(
    clippy::redundant_closure_for_method_calls,
    reason = "a method is of one lifetime, where the table needs a function for any"
)]
pub const LAWS: &[Law] = &[
    Law {
        id: "code-after-login",
        about: "A code is issued only in a browser in which a right password was shown, as long as that login lasts.",
        rules: rules!["rfc6749-3.1-owner-authenticated-first", "rfc6749-3.1-owner-wrong-password-refused"],
        observable: true,
        tried: Some(|facts| facts.was_asked(|asked| asked.password_shown == Some(false))),
        judge: |facts| facts.each_code(|_, issued| issued.password_shown != Some(false)),
    },
    Law {
        id: "code-after-consent",
        about: "A code is issued only when the owner said yes to this very request.",
        rules: rules![
            "rfc6749-4.1.1-owner-decision-obtained",
            "rfc6749-10.12-explicit-consent",
            "rfc6749-10.2-no-automatic-repeat",
            "rfc8252-8.6-no-silent-consent",
        ],
        observable: true,
        tried: Some(|facts| facts.was_asked(|asked| asked.consented == Some(false))),
        judge: |facts| facts.each_code(|_, issued| issued.consented != Some(false)),
    },
    Law {
        id: "consent-is-the-owners",
        about: "No code answers a decision that another sent in the owner's browser.",
        rules: rules!["rfc6749-10.12-authorization-endpoint-csrf-protected"],
        observable: false,
        tried: None,
        judge: |facts| facts.each_code(|fact, _| fact.by != Sender::Thief),
    },
    Law {
        id: "code-to-registered-uri",
        about: "A code is sent only to a redirect URI that is registered for its client.",
        rules: rules![
            "rfc6749-3.1.2.2-public-client-registered-uri",
            "rfc6749-3.1.2.3-registered-uris-compared",
            "rfc6749-3.1.2.4-no-redirect-to-invalid-uri",
            "rfc9700-2.1-redirect-uri-exact-match",
        ],
        observable: true,
        tried: Some(|facts| facts.was_asked(|asked| asked.registered == Some(false))),
        judge: |facts| facts.each_code(|_, issued| issued.registered),
    },
    Law {
        id: "pushed-request-of-its-client",
        about: "A pushed request leads to a code for the client that pushed it, and for no other.",
        rules: rules!["rfc9126-2.2-bound-to-client"],
        observable: true,
        tried: Some(|facts| facts.tried_push(Flaw::Client)),
        judge: |facts| facts.each_pushed_code(|issued, _, _, pushed| issued.client == pushed.client),
    },
    Law {
        id: "pushed-request-used-once",
        about: "A pushed request leads to one code at most.",
        rules: rules!["rfc9126-4-one-time-use"],
        observable: true,
        tried: Some(|facts| facts.tried_push(Flaw::Spent)),
        judge: code::request_uri_used_once,
    },
    Law {
        id: "pushed-request-in-time",
        about: "A pushed request starts no flow after its lifetime.",
        rules: rules!["rfc9126-4-expired-rejected"],
        observable: true,
        tried: Some(|facts| facts.tried_push(Flaw::Late)),
        judge: |facts| {
            facts.each_pushed_code(|_, asked_at, push, pushed| {
                pushed.expires_in.is_none_or(|lives| asked_at < push.answered_at.saturating_add(lives))
            })
        },
    },
    Law {
        id: "state-returned",
        about: "A code comes back with the state that its request had.",
        rules: rules!["rfc6749-4.1.2-state-returned-exactly"],
        observable: true,
        tried: Some(|facts| facts.codes().any(|(_, _, issued)| issued.state.0.is_some())),
        judge: |facts| {
            facts.each_code(|_, issued| issued.state.0.is_none() || issued.state.0 == issued.state.1)
        },
    },
    Law {
        id: "code-redeemed-once",
        about: "Of all redemptions of one code at most one gives a token, at the same moment or not.",
        rules: rules![
            "rfc6749-4.1.2-code-single-use",
            "rfc6749-4.1.2-code-single-use-concurrent",
            "rfc9700-4.2.4-code-single-use",
        ],
        observable: true,
        tried: Some(|facts| facts.tried_code(Flaw::Spent)),
        judge: code::code_redeemed_once,
    },
    Law {
        id: "replay-ends-grant",
        about: "Once a redemption was repeated in full, no token of its code opens the resource.",
        rules: rules!["rfc6749-4.1.2-code-reuse-revokes-tokens", "rfc9700-4.2.4-code-replay-revokes-tokens"],
        observable: true,
        tried: Some(code::replay_was_followed),
        judge: code::replay_ends_grant,
    },
    Law {
        id: "code-redeemed-in-time",
        about: "A code is redeemed within its lifetime only.",
        rules: rules!["rfc6749-4.1.2-code-expires-shortly", "rfc6749-4.1.2-code-lifetime-10-minutes"],
        observable: true,
        tried: Some(|facts| facts.tried_code(Flaw::Late)),
        judge: |facts| {
            facts.each_redeemed_code(|issue, _, redeem, _| {
                redeem.sent_at < issue.answered_at.saturating_add(facts.code_lifetime)
            })
        },
    },
    Law {
        id: "code-redeemed-by-its-client",
        about: "A code is redeemed by the client that it was issued to.",
        rules: rules!["rfc6749-4.1.3-code-bound-to-client", "rfc6749-4.1.3-code-bound-to-public-client-id",],
        observable: true,
        tried: Some(|facts| facts.tried_code(Flaw::Client)),
        judge: |facts| {
            facts.each_redeemed_code(|_, issued, _, redemption| issued.client == redemption.client)
        },
    },
    Law {
        id: "code-redeemed-with-its-redirect-uri",
        about: "A code whose request named a redirect URI is redeemed with the same one.",
        rules: rules!["rfc6749-4.1.3-redirect-uri-present", "rfc6749-4.1.3-redirect-uri-identical"],
        observable: true,
        tried: Some(|facts| facts.tried_code(Flaw::RedirectUri)),
        judge: |facts| {
            facts.each_redeemed_code(|_, issued, _, redemption| {
                issued.redirect_uri.is_none() || issued.redirect_uri == redemption.redirect_uri
            })
        },
    },
    Law {
        id: "code-redeemed-with-its-verifier",
        about: "A code that was asked for with a challenge is redeemed with the verifier that made it.",
        rules: rules![
            "rfc7636-4.5-verifier-required",
            "rfc7636-4.6-mismatch-invalid-grant",
            "rfc7636-4.4-challenge-bound-to-code",
            "rfc7636-4.5-method-bound-to-code",
            "rfc9700-2.1.1-as-enforces-verifier",
            "rfc9700-4.5.3-code-bound-to-transaction",
        ],
        observable: true,
        tried: Some(|facts| facts.tried_code(Flaw::Verifier)),
        judge: |facts| {
            facts.each_redeemed_code(|_, issued, _, redemption| code::shows_its_verifier(issued, redemption))
        },
    },
    Law {
        id: "no-verifier-without-challenge",
        about: "A code that was asked for without a challenge is not redeemed with a verifier.",
        rules: rules!["rfc9700-4.8.2-pkce-downgrade-rejected"],
        observable: true,
        tried: Some(|facts| facts.tried_code(Flaw::Downgrade)),
        judge: |facts| {
            facts.each_redeemed_code(|_, issued, _, redemption| {
                issued.challenge.is_some() || redemption.verifier.is_none()
            })
        },
    },
    Law {
        id: "confidential-client-authenticated",
        about: "A client that has a secret gets tokens only with that secret.",
        rules: rules![
            "rfc6749-2.2-client-id-alone-no-auth",
            "rfc6749-4.1.3-client-auth-required",
            "rfc6749-4.1.3-client-auth-checked-if-included",
            "rfc9700-2.5-client-authentication-enforced",
            "rfc6749-6-client-auth-required",
        ],
        observable: true,
        tried: Some(|facts| facts.tried_without_secret()),
        judge: |facts| facts.each_issue(|issue| issue.secret != SecretShown::WrongOrMissing),
    },
    Law {
        id: "token-within-consent",
        about: "A token's scope has no more than what the owner consented to.",
        rules: rules![
            "rfc6749-5.2-scope-not-beyond-grant",
            "rfc6749-6-scope-not-beyond-original",
            "rfc9700-4.14.2-refresh-bound-to-scope",
        ],
        observable: true,
        tried: Some(|facts| facts.tried_refresh(Flaw::Scope)),
        judge: |facts| facts.each_issue(|issue| !issue.issued.beyond_consent),
    },
    Law {
        id: "code-was-issued",
        about: "Only a code that was issued is redeemed.",
        rules: rules!["rfc6749-4.1.3-code-valid"],
        observable: true,
        tried: Some(|facts| facts.tried_code(Flaw::Unissued)),
        judge: code::code_was_issued,
    },
    Law {
        id: "refresh-token-was-issued",
        about: "Only a refresh token that was issued brings tokens.",
        rules: rules!["rfc6749-6-refresh-token-validated"],
        observable: true,
        tried: Some(|facts| facts.tried_refresh(Flaw::Unissued)),
        judge: refresh::was_issued,
    },
    Law {
        id: "refresh-by-its-client",
        about: "A refresh token brings tokens only to the client that it was issued to.",
        rules: rules!["rfc6749-6-refresh-token-bound-to-client"],
        observable: true,
        tried: Some(|facts| facts.tried_refresh(Flaw::Client)),
        judge: refresh::by_its_client,
    },
    Law {
        id: "public-refresh-used-once",
        about: "A refresh token of a client without a secret, and of no key, brings tokens once, but for a grace that the server states.",
        rules: rules!["rfc9700-2.2.2-public-refresh-protected", "rfc6749-10.4-public-refresh-abuse-detected"],
        observable: true,
        tried: Some(|facts| facts.tried_public_refresh(Flaw::Spent)),
        judge: refresh::used_once,
    },
    Law {
        id: "public-refresh-replay-ends-grant",
        about: "Once a spent refresh token of a client without a secret, and of no key, was shown again, no token of its grant is good.",
        rules: rules!["rfc9700-4.14.2-rotation-replay-revokes-family"],
        observable: true,
        tried: Some(refresh::replay_was_followed),
        judge: refresh::replay_ends_grant,
    },
    Law {
        id: "refresh-keeps-scope",
        about: "A refresh that asks for no scope gets all that was granted at first, whatever was asked in between.",
        rules: rules!["rfc6749-6-new-refresh-token-same-scope", "rfc6749-6-scope-omitted-means-original"],
        observable: true,
        tried: Some(|facts| facts.refreshed().any(|(_, _, refresh)| refresh.asks == Some(AskedScope::All))),
        judge: refresh::keeps_scope,
    },
    Law {
        id: "refresh-in-time",
        about: "A refresh token that lay unused for longer than the server states brings nothing.",
        rules: rules!["rfc9700-4.14.2-refresh-expires-when-idle"],
        observable: true,
        tried: Some(|facts| facts.tried_refresh(Flaw::Late)),
        judge: refresh::in_time,
    },
    Law {
        id: "refresh-within-resources",
        about: "A refresh brings nothing for a resource that was not granted.",
        rules: rules!["rfc9700-4.14.2-refresh-bound-to-resource"],
        observable: true,
        tried: Some(|facts| facts.tried_refresh(Flaw::Resource)),
        judge: refresh::within_resources,
    },
    Law {
        id: "revoked-refresh-token-is-dead",
        about: "A refresh token that its client revoked brings nothing.",
        rules: rules!["rfc7009-2-refresh-token-revocable"],
        observable: true,
        tried: Some(|facts| facts.tried_refresh(Flaw::Revoked)),
        judge: introspect_revoke::refresh_token_is_dead,
    },
    Law {
        id: "revoked-refresh-token-ends-access",
        about: "Once a client revoked a refresh token, no access token of its grant opens the resource.",
        rules: rules!["rfc7009-2.1-refresh-revocation-cascades"],
        observable: true,
        tried: Some(|facts| facts.tried_after_refresh_revocation()),
        judge: introspect_revoke::refresh_token_ends_access,
    },
    Law {
        id: "revoked-access-token-is-dead",
        about: "An access token that its client revoked opens nothing.",
        rules: rules!["rfc7009-2-access-token-revocable"],
        observable: true,
        tried: Some(|facts| facts.tried_resource(Flaw::Revoked)),
        judge: introspect_revoke::access_token_is_dead,
    },
    Law {
        id: "active-token-in-time",
        about: "A token is called active within its lifetime only.",
        rules: rules!["rfc7662-4-expiry-checked"],
        observable: true,
        tried: Some(|facts| facts.tried_expired_introspection()),
        judge: introspect_revoke::active_in_time,
    },
    Law {
        id: "active-token-not-revoked",
        about: "A token that its client revoked is not called active, once its use was refused for that.",
        rules: rules!["rfc7662-4-revocation-checked"],
        observable: true,
        tried: Some(|facts| facts.tried_revoked_introspection()),
        judge: introspect_revoke::active_not_revoked,
    },
    Law {
        id: "active-token-concerns-who-asks",
        about: "A token is called active to its own client, and an access token to who guards its resource, and to nobody else.",
        rules: rules!["rfc7662-4-callers-specifically-authorized", "rfc7662-4-audience-of-caller-checked"],
        observable: false,
        tried: None,
        judge: introspect_revoke::active_concerns_who_asks,
    },
    Law {
        id: "token-stays-good",
        about: "A token that opened a resource for its client opens it to the end of its lifetime, unless this client revoked it, refreshed, or had its code redeemed twice.",
        rules: rules!["rfc7009-2.1-token-bound-to-client", "oauth21-7.5.2-invalid-replay-does-not-revoke"],
        observable: false,
        tried: None,
        judge: lasting::token_stays_good,
    },
    Law {
        id: "code-with-its-key",
        about: "A code that is bound to a key is redeemed only with a proof by this key.",
        rules: rules!["rfc9449-10-dpop-jkt-enforced"],
        observable: true,
        tried: Some(|facts| facts.tried_key_of_code()),
        judge: |facts| {
            facts.each_redeemed_code(|_, issued, _, redemption| {
                issued.key.is_none() || redemption.proof.map(|proof| proof.key) == issued.key
            })
        },
    },
    Law {
        id: "public-refresh-with-its-key",
        about: "A refresh token that a client without a secret got with a proof brings tokens only with a proof by the same key.",
        rules: rules!["rfc9449-5-public-refresh-token-bound"],
        observable: true,
        tried: Some(|facts| facts.tried_key_of_refresh()),
        judge: dpop::refresh_with_its_key,
    },
    Law {
        id: "bound-token-with-its-key",
        about: "A token that is bound to a key opens a resource only together with a proof by this key.",
        rules: rules![
            "rfc9449-7.1-rs-checks-proof",
            "rfc9449-7.2-bound-token-not-as-bearer",
            "rfc9700-4.10.1-rs-checks-possession",
        ],
        observable: true,
        tried: Some(|facts| facts.tried_resource(Flaw::Key)),
        judge: dpop::token_with_its_key,
    },
    Law {
        id: "proof-in-time",
        about: "A proof of possession that is too old brings nothing.",
        rules: rules!["rfc9449-11.1-proof-time-limited"],
        observable: true,
        tried: Some(|facts| facts.tried_old_proof()),
        judge: dpop::proof_in_time,
    },
    Law {
        id: "proof-used-once",
        about: "Of two requests with the same proof of possession at most one brings something.",
        rules: rules![],
        observable: false,
        tried: None,
        judge: dpop::proof_used_once,
    },
    Law {
        id: "served-token-is-for-resource",
        about: "A resource is served only for a token that is for this resource.",
        rules: rules!["rfc9700-2.3-rs-refuses-wrong-audience", "rfc8707-2-token-audience-restricted"],
        observable: true,
        tried: Some(|facts| facts.tried_resource(Flaw::Resource)),
        judge: |facts| {
            facts.each_service(|_, service| {
                let only_for = facts.issue_of(service.token).and_then(|issue| issue.issued.only_for);
                only_for.is_none_or(|resource| resource == service.resource)
            })
        },
    },
    Law {
        id: "served-token-was-issued",
        about: "The resource is served only for a token that was issued.",
        rules: rules!["rfc6749-10.3-access-token-not-forgeable"],
        observable: true,
        tried: Some(|facts| facts.tried_resource(Flaw::Unissued)),
        judge: |facts| facts.each_service(|_, service| facts.issue_of(service.token).is_some()),
    },
    Law {
        id: "served-token-in-time",
        about: "The resource is served within the token's lifetime only.",
        rules: rules!["rfc6749-7-expired-token-refused", "rfc6750-5.2-token-lifetime-limited"],
        observable: true,
        tried: Some(|facts| facts.tried_resource(Flaw::Late)),
        judge: |facts| {
            facts.each_service(|served, service| facts.has_expired(served, service.token) != Some(true))
        },
    },
    Law {
        id: "served-token-covers-resource",
        about: "The resource is served only for a token whose scope covers it.",
        rules: rules!["rfc6749-7-scope-covers-resource", "rfc9700-2.3-rs-refuses-insufficient-privilege"],
        observable: true,
        tried: Some(|facts| facts.tried_resource(Flaw::Scope)),
        judge: |facts| facts.each_service(|_, service| service.covered != Some(false)),
    },
    Law {
        id: "thief-gains-nothing",
        about: "Nobody but the client that asked gets a token or the resource of an owner's grant.",
        rules: rules![],
        observable: false,
        tried: None,
        judge: code::thief_gains_nothing,
    },
    Law {
        id: "session-integrity",
        about: "An owner whose browser a client counts as logged in is logged in to the account of the owner, not another's.",
        rules: rules!["rfc6749-10.12-client-csrf-protected", "rfc9700-2.1-client-csrf-protected"],
        observable: false,
        tried: None,
        judge: |facts| login::of(facts, |by| by != Sender::Thief),
    },
    Law {
        id: "authentication",
        about: "An attacker whose browser a client counts as logged in is logged in to an account of the attacker's.",
        rules: rules!["rfc9700-2.1.1-client-prevents-code-injection"],
        observable: false,
        tried: None,
        judge: |facts| login::of(facts, |by| by == Sender::Thief),
    },
    Law {
        id: "resource-of-the-person",
        about: "What a client shows in a browser is the resource of the person who sits there.",
        rules: rules![],
        observable: false,
        tried: None,
        judge: login::resource_of_the_person,
    },
    Law {
        id: "code-to-its-server",
        about: "A client takes the code of the person at the browser to the server that issued it, and to no other.",
        rules: rules!["rfc9700-2.1-client-mixup-defence", "rfc9700-4.4.2-client-stores-issuer-per-request"],
        observable: false,
        tried: None,
        judge: |facts| {
            login::each_handed(facts, |handed| {
                handed.to == Party::ItsServer
                    || facts.code(handed.secret).is_none_or(|(_, issued)| issued.owner != Some(handed.person))
            })
        },
    },
    Law {
        id: "token-to-its-resource",
        about: "A client shows the token of the person at the browser to the resources of its server, and to no other.",
        rules: rules!["rfc9700-2.1-client-mixup-defence"],
        observable: false,
        tried: None,
        judge: |facts| {
            login::each_handed(facts, |handed| {
                handed.to == Party::ItsServer || login::owner_of(facts, handed.secret) != Some(handed.person)
            })
        },
    },
    Law {
        id: "password-stays",
        about: "An owner's password reaches the authorization server and nobody else.",
        rules: rules!["rfc9700-4.12-no-307"],
        observable: false,
        tried: None,
        judge: |facts| login::each_handed(facts, |handed| handed.to != Party::Client),
    },
    Law {
        id: "no-way-to-strangers",
        about: "A browser is not sent to a client that vouches for itself before its person was asked.",
        rules: rules!["rfc9700-4.11.2-auto-redirect-only-if-trusted"],
        observable: false,
        tried: None,
        judge: login::no_way_to_strangers,
    },
];
