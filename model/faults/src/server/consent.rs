//! Faults of the login and of the owner's decision (RFC 6749 3.1, 4.1.1, 10.12).

use oauth_core::directory::{ClientNo, UserNo};
use oauth_core::form;
use oauth_core::grant::{Asked, Coded, Grant, Owner, Phase, Session};
use oauth_core::http::{Body, HttpReply, HttpRequest};
use oauth_core::page::Page;
use oauth_core::secret::{Digest, Handle, anti_csrf};
use oauth_core::server::authorize::Authorize;
use oauth_core::server::cookie::login_cookie_name;
use oauth_core::server::decide::{Choice, Decide};
use oauth_core::server::login::{Checked, LogIn};
use oauth_core::server::push::AuthorizePushed;
use oauth_core::server::received::Received;
use oauth_core::server::{Found, Outcome, Pending, Reply as Answer, Request, Write};
use oauth_core::text::ScopeSet;
use oauth_rules::rules;

use super::Lie::{After, Before, Http, Owner as OwnerOf, Read, Reply};
use super::{AUTHORIZE, At, NEVER};
use crate::edit::Pairs;
use crate::entry::{Entry, Lies::OfServer};

/// In reading order.
pub(crate) const FAULTS: &[Entry] = &[
    Entry {
        name: "login-skipped",
        about: "every browser counts as logged in, and no login ends",
        rules: rules!["rfc6749-3.1-owner-authenticated-first", "rfc9126-4-validated-at-use"],
        lies: OfServer(&[Before(|found, request| {
            if needs_login(request) {
                let nobody = Session { key: Digest::of("nobody logged in"), user: UserNo(0), until: NEVER };
                found.session = Some(Session { until: NEVER, ..found.session.unwrap_or(nobody) });
            }
        })]),
    },
    Entry {
        name: "login-page-as-good-as-consent",
        about: "a yes with the value of a login page, which no password followed, brings the first client a code",
        rules: rules!["rfc6749-3.1-owner-authenticated-first"],
        lies: OfServer(&[Reply(AUTHORIZE, |request, reply, directory| {
            let body = Pairs::body(request);
            let shown = request.cookie(login_cookie_name(directory.secure())).map(anti_csrf);
            let client = directory.client(ClientNo(0));
            if let Some(uri) = client.and_then(|entry| entry.redirect_uris.first())
                && body.value("confirm") == Some("yes")
                && shown.is_some()
                && body.value("ask") == shown.as_deref()
            {
                let answer = [("code", "of-nobody"), ("iss", directory.issuer.as_str())];
                *reply = HttpReply::status(303).with("Location", form::add_to_uri(uri, &answer));
            }
        })]),
    },
    Entry {
        name: "login-outlives-its-end",
        about: "a login that has ended counts still",
        rules: rules!["rfc6749-3.1-owner-authenticated-first"],
        lies: OfServer(&[Before(|found, request| {
            if needs_login(request)
                && let Some(session) = &mut found.session
            {
                session.until = NEVER;
            }
        })]),
    },
    Entry {
        name: "owner-always-the-first",
        about: "whoever logs in, the grant is the first user's",
        rules: rules!["rfc6749-3.1-owner-authenticated-first"],
        lies: OfServer(&[Before(|found, request| {
            if let (Request::Authorize(_) | Request::AuthorizePushed(_), Some(session)) =
                (request, &mut found.session)
            {
                session.user = UserNo(0);
            }
        })]),
    },
    Entry {
        name: "session-fixed",
        about: "a login belongs to the cookie that the browser had before it",
        rules: rules!["rfc6749-3.1-owner-authenticated-first"],
        lies: OfServer(&[
            After(|_, _, request, outcome| {
                if let Request::LogIn(LogIn { expected: Some(before), .. }) = request
                    && let Outcome::Write(Pending { write: Write::InsertSession(session), .. }) = outcome
                {
                    session.key = *before;
                }
            }),
            Read(|request, received, directory| {
                let cookie = request.cookie(login_cookie_name(directory.secure()));
                if let (
                    Received::Authorize { request: Authorize { session, .. }, .. }
                    | Received::AuthorizePushed { request: AuthorizePushed { session, .. }, .. }
                    | Received::Decide(Decide { session, .. }),
                    Some(cookie),
                ) = (received, cookie)
                {
                    *session = Some(Digest::of(&anti_csrf(cookie)));
                }
            }),
        ]),
    },
    Entry {
        name: "password-unchecked",
        about: "any password of a known user is right",
        rules: rules!["rfc6749-3.1-owner-wrong-password-refused"],
        lies: OfServer(&[OwnerOf(|password, directory, checked| {
            directory.find_user(&password.user_id).map_or(checked, Checked::Right)
        })]),
    },
    Entry {
        name: "password-case-folded",
        about: "a password is right in whatever case",
        rules: rules!["rfc6749-3.1-owner-wrong-password-refused"],
        // Those of the built-in data have no capitals.
        lies: OfServer(&[Read(|_, received, _| {
            if let Received::LogIn { password, .. } = received {
                password.password.make_ascii_lowercase();
            }
        })]),
    },
    Entry {
        name: "user-of-no-name",
        about: "a name that nobody has is the first user's",
        rules: rules!["rfc6749-3.1-owner-wrong-password-refused"],
        lies: OfServer(&[Read(|_, received, directory| {
            if let Received::LogIn { password, .. } = received
                && directory.find_user(&password.user_id).is_none()
                && let Some(first) = directory.user(UserNo(0))
            {
                first.clone_into(&mut password.user_id);
            }
        })]),
    },
    Entry {
        name: "login-forgeable",
        about: "a login form is taken without its anti-CSRF value",
        rules: rules!["rfc6749-10.12-authorization-endpoint-csrf-protected"],
        lies: OfServer(&[Read(|_, received, _| {
            if let Received::LogIn { form, .. } = received {
                let any = Some(Digest::of("any login form"));
                form.expected = any;
                form.shown = any;
            }
        })]),
    },
    Entry {
        name: "consent-skipped",
        about: "a code is issued without asking the owner",
        rules: rules![
            "rfc6749-4.1.1-owner-decision-obtained",
            "rfc6749-10.12-explicit-consent",
            "rfc6749-10.2-no-automatic-repeat",
            "rfc8252-8.6-no-silent-consent"
        ],
        lies: OfServer(&[After(|at, _, request, outcome| {
            if matches!(request, Request::Authorize(_))
                && let Outcome::Write(Pending { write: Write::InsertGrant(mut grant), .. }) = *outcome
            {
                let code = at.fresh.secret;
                let until = at.now.after(at.policy.code_lifetime);
                grant.phase = Phase::Coded(Coded { code: code.digest, until });
                let reply = Answer::Code(Handle { grant: grant.id, secret: code.secret });
                *outcome = Outcome::Write(Pending::new(Write::InsertGrant(grant), reply));
            }
        })]),
    },
    Entry {
        name: "consent-forgeable",
        about: "the consent form is taken without its anti-CSRF value",
        rules: rules!["rfc6749-10.12-authorization-endpoint-csrf-protected"],
        lies: OfServer(&[
            Http(AUTHORIZE, forget_where_from),
            Reply(At::Everywhere, |_, reply, _| let_cookies_out(reply)),
            Before(|found, request| {
                if let Some((decide, grant)) = decided(found, request)
                    && let (Some(ask), Phase::Asked(asked)) = (&mut decide.ask, grant.phase)
                {
                    ask.digest = asked.ask;
                }
            }),
        ]),
    },
    Entry {
        name: "consent-of-any-session",
        about: "the consent form of one browser session is taken from another",
        rules: rules!["rfc6749-10.12-authorization-endpoint-csrf-protected"],
        lies: OfServer(&[
            Http(AUTHORIZE, forget_where_from),
            Reply(At::Everywhere, |_, reply, _| let_cookies_out(reply)),
            Before(|found, request| {
                let session = found.session;
                if let Some((Decide { ask: Some(_), .. }, grant)) = decided(found, request)
                    && let (Some(session), Phase::Asked(_)) = (session, grant.phase)
                {
                    grant.terms.owner = Some(Owner { user: session.user, session: session.key });
                }
            }),
        ]),
    },
    Entry {
        name: "narrower-consent-of-any-session",
        about: "a consent form on which the owner can choose is taken from another browser session",
        rules: rules!["rfc6749-10.12-authorization-endpoint-csrf-protected"],
        lies: OfServer(&[Before(|found, request| {
            let session = found.session;
            if let Some((Decide { ask: Some(_), choice: Choice::ApproveOnly(_), .. }, grant)) =
                decided(found, request)
                && let (Some(session), Phase::Asked(_)) = (session, grant.phase)
            {
                grant.terms.owner = Some(Owner { user: session.user, session: session.key });
            }
        })]),
    },
    Entry {
        name: "decision-repeatable",
        about: "one consent page gives a code as often as it is sent",
        rules: rules!["rfc6749-4.1.1-owner-decision-obtained"],
        lies: OfServer(&[Before(|found, request| {
            if let Some((Decide { ask: Some(ask), .. }, grant)) = decided(found, request)
                && matches!(grant.phase, Phase::Coded(_) | Phase::Live(_))
            {
                grant.phase = Phase::Asked(Asked { ask: ask.digest, until: NEVER });
            }
        })]),
    },
    Entry {
        name: "no-to-others-means-yes",
        about: "the owner's no to a client is taken for a yes, but for the first client",
        rules: rules!["rfc6749-4.1.2.1-access-denied"],
        lies: OfServer(&[Before(|found, request| {
            if let Some((decide, grant)) = decided(found, request)
                && grant.terms.client != ClientNo(0)
                && decide.choice == Choice::Deny
            {
                decide.choice = Choice::Approve;
            }
        })]),
    },
    Entry {
        name: "narrower-consent-ignored",
        about: "what the owner leaves out on the consent page is granted all the same",
        rules: rules!["rfc6749-10.12-no-more-than-agreed"],
        lies: OfServer(&[Before(|_, request| {
            // Leaving out everything still denies.
            if let Request::Decide(decide) = request
                && let Choice::ApproveOnly(kept) = decide.choice
                && !kept.is_empty()
            {
                decide.choice = Choice::Approve;
            }
        })]),
    },
    Entry {
        name: "last-choice-ignored",
        about: "of what the owner can leave out on the consent page the last scope value is granted all the same",
        rules: rules!["rfc6749-10.12-no-more-than-agreed"],
        lies: OfServer(&[Before(|found, request| {
            if let Some((decide, grant)) = decided(found, request)
                && let Choice::ApproveOnly(kept) = decide.choice
                && !kept.is_empty()
                && let Some(last) = grant.terms.scope.0.checked_ilog2()
            {
                decide.choice = Choice::ApproveOnly(kept.or(ScopeSet(1 << last)));
            }
        })]),
    },
    Entry {
        name: "consent-unnamed",
        about: "the consent page names neither client nor scope",
        rules: rules!["rfc6749-10.2-consent-shows-client-and-scope"],
        lies: OfServer(&[Reply(AUTHORIZE, |_, reply, _| {
            if let Body::Page(Page::Consent { client_id, client_name, redirect_uri, scope, .. }) =
                &mut reply.body
            {
                client_id.clear();
                client_name.clear();
                redirect_uri.clear();
                // One value, so that no checkboxes appear that the form would have to keep.
                scope.truncate(1);
                scope.iter_mut().for_each(|value| "something".clone_into(value));
            }
        })]),
    },
];

/// A decision, with the grant that it is about.
fn decided<'a>(
    found: &'a mut Found<'_>,
    request: &'a mut Request,
) -> Option<(&'a mut Decide, &'a mut Grant)> {
    if let (Request::Decide(decide), Some(grant)) = (request, &mut found.grant) {
        Some((decide, grant))
    } else {
        None
    }
}

/// Takes away what a browser says of the page that a form comes from.
fn forget_where_from(request: &mut HttpRequest) {
    request.headers.retain(|(name, _)| name != "origin" && name != "sec-fetch-site");
}

/// Lets browsers send cookies with the forms of other sites too.
fn let_cookies_out(reply: &mut HttpReply) {
    for (_, value) in reply.headers.iter_mut().filter(|(name, _)| *name == "Set-Cookie") {
        *value = value.replace("; SameSite=Lax", "");
    }
}

/// Whether a request is decided by who is logged in.
const fn needs_login(request: &Request) -> bool {
    matches!(request, Request::Authorize(_) | Request::AuthorizePushed(_) | Request::Decide(_))
}
