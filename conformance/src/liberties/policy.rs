//! Liberties that are the server's own choices: what a deployer sets, and what whoever runs the suite then writes down.

use hyper::Uri;
use hyper::http::StatusCode;
use oauth_core::policy::{ExcessScope, Lifetime, PkceNeed, WrongVerifier};
use oauth_core::server::receive::METADATA_PATH;
use oauth_rules::rules;
use oauth_suite::outcome::Verdict;
use oauth_suite::subject::Target;

use super::message::{Answered, Asked, OPENID_PATH};
use super::{Act, Cost, Liberty, cost, warns};

const UNTOLD: &str = "what metadata says of it is not said";
const PUSHED: &str = "what is refused when it is pushed, no browser brings";

/// What nobody takes who has no metadata.
const WITHOUT_METADATA_APART: &[&str] =
    &["metadata", "introspection", "revocation", "registration", "refresh"];

const WITHOUT_METADATA: &[Cost] = &[
    cost("metadata/", Verdict::NotOffered, "there is none"),
    warns(
        "metadata/published",
        rules!["rfc9700-2.6-publishes-metadata"],
        "RFC 9700 2.6: metadata is RECOMMENDED",
    ),
    warns(
        "metadata/names-the-challenge-methods",
        rules!["rfc9700-2.1.1-pkce-support-detectable"],
        "RFC 9700 2.1.1: the member is RECOMMENDED; documents are a MAY, and no exchange shows them",
    ),
    cost("issuer/", Verdict::NotOffered, "without metadata nothing promises iss"),
    cost("par/announced", Verdict::NotOffered, UNTOLD),
    cost("par/demand-is-a-boolean", Verdict::NotOffered, UNTOLD),
    cost("par/usable-without-support-for-request-uri", Verdict::NotOffered, UNTOLD),
    cost("dpop/algorithms-are-announced", Verdict::NotOffered, "there is none"),
    cost("dpop/good-proof-is-taken", Verdict::NotOffered, "nothing names the algorithms"),
    cost("dpop/each-listed-algorithm", Verdict::NotOffered, "nothing names the algorithms"),
];

pub(super) const LIBERTIES: &[Liberty] = &[
    Liberty {
        name: "challenges-of-every-client",
        about: "confidential clients have to send a code challenge as well",
        allowed: "RFC 9700 2.1.1: PKCE is RECOMMENDED for confidential clients; no text keeps a server from demanding that",
        seen_at: Some("Django OAuth Toolkit"),
        // Its sign is an error redirect.
        apart: &["PKCE", "error redirects"],
        acts: &[
            Act::Policy(|policy| policy.pkce = PkceNeed::EveryClient),
            Act::Sign(|_, asked, answered| {
                let query = asked.head.uri.query().unwrap_or_default();
                query.contains("client_id=client_")
                    && !query.contains("code_challenge")
                    && answered.header("location").is_some_and(|url| url.contains("error=invalid_request"))
                    && answered.header("location").is_some_and(|url| url.contains("challenge"))
            }),
        ],
        costs: &[cost(
            "laws/no-verifier-without-challenge",
            Verdict::NotOffered,
            "no code is given without a challenge",
        )],
    },
    Liberty {
        name: "pushed-requests-only",
        about: "every authorization request has to be pushed",
        allowed: "RFC 9126 4: policy MAY dictate that PAR be the only means to pass authorization request data",
        seen_at: None,
        apart: &["metadata", "error redirects"],
        acts: &[
            Act::Policy(|policy| policy.pushed_only = true),
            Act::Sign(|_, asked, answered| {
                asked.is_for_metadata()
                    && answered.text().contains("\"require_pushed_authorization_requests\":true")
            }),
        ],
        costs: &[
            // The family `par/` asks of the endpoint what no browser brings.
            cost("authorize/", Verdict::NotOffered, PUSHED),
            cost("challenge/", Verdict::NotOffered, PUSHED),
            cost("client-id/", Verdict::NotOffered, PUSHED),
            cost("errors/", Verdict::NotOffered, PUSHED),
            cost("issuer/named-beside-an-error", Verdict::NotOffered, PUSHED),
            cost("loopback/", Verdict::NotOffered, PUSHED),
            cost("native/", Verdict::NotOffered, PUSHED),
            cost("redirect-match/", Verdict::NotOffered, PUSHED),
            cost("redirect-uri/", Verdict::NotOffered, PUSHED),
            cost("resource-indicator/", Verdict::NotOffered, PUSHED),
            cost("scope/", Verdict::NotOffered, PUSHED),
            cost("state/", Verdict::NotOffered, PUSHED),
            cost("pkce/downgrade-is-refused", Verdict::NotOffered, PUSHED),
            cost("laws/code-to-registered-uri", Verdict::NotOffered, PUSHED),
            cost("laws/no-verifier-without-challenge", Verdict::NotOffered, PUSHED),
            cost("login/is-no-open-redirector", Verdict::NotOffered, PUSHED),
            cost("metadata/challenge-methods-are-true", Verdict::NotOffered, PUSHED),
            cost("pages/input-is-no-markup", Verdict::NotOffered, PUSHED),
            cost("registration/name-is-no-markup", Verdict::NotOffered, PUSHED),
            cost("registration/strangers-uri-is-asked-about", Verdict::NotOffered, PUSHED),
            cost("response/no-parameter-twice", Verdict::NotOffered, PUSHED),
            cost("token-request/empty-parameter-counts-as-none", Verdict::NotOffered, PUSHED),
            cost("driven/", Verdict::NotOffered, PUSHED),
        ],
    },
    Liberty {
        name: "excess-scope-is-narrowed",
        about: "scope beyond what the client may have is left out rather than refused",
        allowed: "RFC 6749 3.3: the server may fully or partially ignore the scope",
        seen_at: None,
        apart: &["scope"],
        acts: &[
            Act::Policy(|policy| policy.excess_scope = ExcessScope::Narrowed),
            Act::Sign(|_, asked, answered| {
                let beyond =
                    |scope: &str| scope.split(' ').any(|word| !matches!(word, "" | "profile" | "email"));
                let pairs = asked.authorization().unwrap_or_default();
                let is_beyond = pairs.iter().any(|(name, value)| name == "scope" && beyond(value));
                is_beyond && (is_taken(answered) || answered.status == StatusCode::CREATED)
            }),
        ],
        costs: &[],
    },
    Liberty {
        name: "a-wrong-verifier-spends-the-code",
        about: "a code that was shown with a wrong verifier is spent",
        allowed: "RFC 7636 4.6 says nothing of what becomes of the code",
        seen_at: Some("Keycloak"),
        apart: &["codes"],
        acts: &[
            Act::Policy(|policy| policy.wrong_verifier = WrongVerifier::BurnsCode),
            Act::Sign(|_, asked, answered| {
                asked.parameter("code_verifier").is_some()
                    && answered.error().as_deref() == Some("invalid_grant")
            }),
        ],
        costs: &[],
    },
    Liberty {
        name: "no-nonces-for-proofs",
        about: "DPoP proofs need no nonce",
        allowed: "RFC 9449 8: a server MAY supply a nonce",
        seen_at: Some("oidc-provider"),
        apart: &[],
        acts: &[
            Act::Policy(|policy| policy.dpop_nonce = false),
            Act::Sign(|_, asked, answered| {
                asked.head.headers.contains_key("dpop") && !answered.headers.contains_key("dpop-nonce")
            }),
        ],
        costs: &[
            cost("dpop-nonce/", Verdict::NotOffered, "there are none"),
            cost("dpop-resource/nonce-", Verdict::NotOffered, "there are none"),
        ],
    },
    Liberty {
        name: "refresh-tokens-are-taken-again-for-a-while",
        about: "for half a minute after a rotation the token before is taken too",
        allowed: "RFC 9700 4.14.2: the previous token is invalidated, and no moment is fixed; a replay after the window still ends the grant",
        seen_at: Some("Okta, Auth0, Cognito"),
        apart: &["refresh"],
        acts: &[
            Act::Policy(|policy| policy.refresh_grace = Lifetime(30)),
            Act::Target(|target| target.refresh_grace = Some(30)),
            // Whoever runs the suite says how long that is, and the suite looks after that.
            Act::Sign(|_, asked, answered| {
                asked.parameter("refresh_token").is_some() && answered.status == StatusCode::OK
            }),
        ],
        costs: &[cost(
            "refresh/one-of-many-at-once",
            Verdict::NotOffered,
            "within the window several of a burst may be good",
        )],
    },
    Liberty {
        name: "codes-live-for-ten-minutes",
        about: "codes live for ten minutes",
        allowed: "RFC 6749 4.1.2: a maximum of ten minutes is RECOMMENDED",
        seen_at: None,
        apart: &["lifetimes"],
        acts: &[
            Act::Policy(|policy| policy.code_lifetime = Lifetime(600)),
            Act::Target(|target| target.code_lifetime = Some(600)),
            Act::Sign(|_, _, answered| answered.located("code").is_some()),
        ],
        costs: &[],
    },
    Liberty {
        name: "access-tokens-live-for-a-minute",
        about: "access tokens live for a minute",
        allowed: "RFC 6750 5.3: an hour or less",
        seen_at: None,
        apart: &["lifetimes", "expiry"],
        acts: &[
            Act::Policy(|policy| policy.access_token_lifetime = Lifetime(60)),
            Act::Target(|target| target.access_token_lifetime = Some(60)),
            Act::Sign(|_, asked, answered| asked.is("POST", "/token") && lives_for(answered, 60)),
        ],
        costs: &[],
    },
    Liberty {
        name: "access-tokens-live-for-ten-seconds",
        about: "access tokens live for ten seconds",
        allowed: "RFC 6749 5.1: expires_in has no least value; RFC 6750 5.3: an hour or less",
        seen_at: None,
        apart: &["lifetimes", "expiry"],
        acts: &[
            Act::Policy(|policy| policy.access_token_lifetime = Lifetime(10)),
            Act::Target(|target| target.access_token_lifetime = Some(10)),
            Act::Sign(|_, asked, answered| asked.is("POST", "/token") && lives_for(answered, 10)),
        ],
        costs: &[],
    },
    Liberty {
        name: "no-challenge-demanded",
        about: "a public client may leave code_challenge out; who sends one is held to it",
        allowed: "RFC 9700 2.1.1: the duty to use PKCE is the client's, that to support and enforce it the server's",
        seen_at: None,
        apart: &["PKCE"],
        acts: &[
            Act::Policy(|policy| policy.pkce = PkceNeed::Optional),
            Act::Target(|target| target.pkce_required = false),
            Act::Sign(|_, asked, answered| {
                let query = asked.head.uri.query().unwrap_or_default();
                query.contains("client_id=public_")
                    && !query.contains("code_challenge=")
                    && is_taken(answered)
            }),
        ],
        costs: &[
            cost("challenge/needed-of-public-clients", Verdict::NotOffered, "none is demanded"),
            warns(
                "native/challenge-is-needed",
                rules!["rfc8252-8.1-no-pkce-refused"],
                "RFC 8252 8.1: servers SHOULD reject requests of native apps without a challenge",
            ),
        ],
    },
    Liberty {
        name: "secrets-in-header-or-body",
        about: "every client may send its secret in the header or in the body",
        allowed: "RFC 6749 2.3.1: a server MAY support the body; that it is NOT RECOMMENDED is said to clients",
        seen_at: None,
        apart: &["client authentication"],
        acts: &[
            Act::Policy(|policy| policy.secret_in_body = true),
            Act::Sign(|_, asked, _| asked.parameter("client_secret").is_some()),
        ],
        costs: &[],
    },
    Liberty {
        name: "everything-lives-shortly",
        about: "codes live five seconds, access tokens thirty, pushed requests five",
        allowed: "RFC 6749 4.1.2: codes MUST expire shortly; RFC 9126 2.2: e.g., between 5 and 600 seconds",
        seen_at: None,
        apart: &["lifetimes", "expiry"],
        acts: &[
            Act::Policy(|policy| {
                policy.code_lifetime = Lifetime(5);
                policy.access_token_lifetime = Lifetime(30);
                policy.push_lifetime = Lifetime(5);
            }),
            Act::Target(|target| {
                target.code_lifetime = Some(5);
                target.access_token_lifetime = Some(30);
            }),
            Act::Sign(|_, asked, answered| asked.is("POST", "/token") && lives_for(answered, 30)),
        ],
        costs: &[],
    },
    Liberty {
        name: "no-registration",
        about: "clients cannot register themselves",
        allowed: "RFC 8414 2: registration_endpoint is OPTIONAL",
        seen_at: None,
        apart: &["registration"],
        acts: &[
            Act::Request(|_, asked| asked.hide("/register")),
            Act::Answer(|_, asked, answered| drop_claim(asked, answered, &["registration_endpoint"])),
        ],
        costs: &[cost("registration/", Verdict::NotOffered, "there is none")],
    },
    Liberty {
        name: "no-revocation",
        about: "there is no revocation endpoint",
        allowed: "RFC 8414 2: revocation_endpoint is OPTIONAL; RFC 6749 and 9700 demand none",
        seen_at: None,
        apart: &["revocation"],
        acts: &[
            Act::Request(|_, asked| asked.hide("/revoke")),
            Act::Answer(|_, asked, answered| drop_claim(asked, answered, &["revocation_endpoint"])),
        ],
        costs: &[
            cost("revocation/", Verdict::NotOffered, "there is none"),
            cost("metadata/revocation", Verdict::NotOffered, "there is none"),
            cost("laws/revoked-", Verdict::NotOffered, "there is none"),
            cost("laws/active-token-not-revoked", Verdict::NotOffered, "nothing ends a token"),
            cost("introspection/knows-what-was-revoked", Verdict::NotOffered, "nothing ends a token"),
        ],
    },
    Liberty {
        name: "no-introspection",
        about: "there is no introspection endpoint",
        allowed: "RFC 8414 2: introspection_endpoint is OPTIONAL; RFC 6749 7: how a resource validates tokens is beyond its scope",
        seen_at: None,
        apart: &["introspection"],
        acts: &[
            Act::Request(|_, asked| asked.hide("/introspect")),
            Act::Answer(|_, asked, answered| drop_claim(asked, answered, &["introspection_endpoint"])),
        ],
        costs: &[
            cost("introspection/", Verdict::NotOffered, "there is none"),
            cost(
                "client-credentials/told-from-a-users-token",
                Verdict::NotOffered,
                "introspection would tell",
            ),
            cost(
                "resource-indicator/introspection-names-it",
                Verdict::NotOffered,
                "introspection would tell",
            ),
            cost("audience/named-by-the-token", Verdict::NotOffered, "introspection would tell"),
            cost("login/token-is-the-users-own", Verdict::NotOffered, "introspection would tell"),
            cost("dpop/introspection-", Verdict::NotOffered, "introspection would tell"),
            cost("laws/active-token-", Verdict::NotOffered, "introspection would tell"),
        ],
    },
    Liberty {
        name: "no-metadata",
        about: "there is no metadata; the target file says all",
        allowed: "RFC 9700 2.6: to publish metadata is RECOMMENDED; RFC 6749 3.1, 3.2: how clients learn the endpoints is beyond its scope",
        seen_at: None,
        apart: WITHOUT_METADATA_APART,
        acts: &[Act::Target(name_everything), Act::Request(|_, asked| asked.hide(METADATA_PATH))],
        costs: WITHOUT_METADATA,
    },
    Liberty {
        name: "a-page-in-place-of-metadata",
        about: "there is no metadata, and at its address the application's page with status 200; the target file says all",
        allowed: "RFC 9700 2.6: to publish metadata is RECOMMENDED; no text says what is at the address of who publishes none",
        seen_at: None,
        apart: WITHOUT_METADATA_APART,
        acts: &[
            Act::Target(name_everything),
            Act::Request(|_, asked| asked.hide(METADATA_PATH)),
            Act::Answer(|_, asked, answered| {
                let is_due = asked.head.uri.path().starts_with("/.well-known/")
                    && answered.status == StatusCode::NOT_FOUND;
                if is_due {
                    let html = "<!DOCTYPE html><html lang=\"en\"><title>Application</title><div id=\"root\"></div></html>";
                    *answered = Answered::page(StatusCode::OK, html.to_owned());
                }
                is_due
            }),
        ],
        costs: WITHOUT_METADATA,
    },
    Liberty {
        name: "an-object-in-place-of-metadata",
        about: "there is no metadata, and every well-known address is answered by an object that says so, with status 200; the target file says all",
        allowed: "RFC 9700 2.6: to publish metadata is RECOMMENDED; no text says what is at the address of who publishes none",
        seen_at: None,
        apart: WITHOUT_METADATA_APART,
        acts: &[
            Act::Target(name_everything),
            Act::Request(|_, asked| asked.hide(METADATA_PATH)),
            Act::Answer(|_, asked, answered| {
                let is_due = asked.head.uri.path().starts_with("/.well-known/")
                    && answered.status == StatusCode::NOT_FOUND;
                if is_due {
                    *answered = Answered { status: StatusCode::OK, ..Answered::default() };
                    answered.set("content-type", "application/json");
                    answered.body = "{\"success\":false,\"message\":\"nothing is here\"}".into();
                }
                is_due
            }),
        ],
        costs: WITHOUT_METADATA,
    },
    Liberty {
        name: "metadata-by-the-name-of-openid-alone",
        about: "the metadata is at `/.well-known/openid-configuration` and nowhere else",
        allowed: "RFC 8414 3: applications may define and register different well-known URI path suffixes; 5: openid-configuration",
        seen_at: None,
        apart: &["metadata"],
        acts: &[Act::Request(|_, asked| {
            let is_due = asked.head.uri.path() == OPENID_PATH;
            if is_due {
                asked.head.uri = Uri::from_static(METADATA_PATH);
            } else {
                asked.hide(METADATA_PATH);
            }
            is_due
        })],
        costs: &[],
    },
];

/// Writes into the target file what metadata would say.
fn name_everything(target: &mut Target) {
    let url = |path: &str| target.issuer.as_ref().map(|issuer| format!("{issuer}{path}"));
    target.endpoints.introspection = url("/introspect");
    target.endpoints.revocation = url("/revoke");
    target.endpoints.registration = url("/register");
    target.dpop = Some(true);
    target.pkce = Some(true);
    target.client_credentials = Some(true);
}

/// Whether an authorization request was good: the owner is asked, or the code comes at once.
fn is_taken(answered: &Answered) -> bool {
    answered.text().contains("name=\"ask\"") || answered.located("code").is_some()
}

/// Whether a token response says that its token lives for so many seconds at most.
fn lives_for(answered: &Answered, seconds: u64) -> bool {
    let told = answered.members().and_then(|members| members.get("expires_in")?.as_u64());
    told.is_some_and(|told| told <= seconds)
}

/// Takes members out of the metadata.
fn drop_claim(asked: &Asked, answered: &mut Answered, names: &[&str]) -> bool {
    asked.is_for_metadata()
        && answered.json(|members| {
            let before = members.len();
            members.retain(|name, _| !names.iter().any(|claim| name.starts_with(claim)));
            members.len() < before
        })
}
