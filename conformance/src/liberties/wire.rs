//! Liberties of HTTP beneath the protocol: header fields, redirects, framing.

use hyper::Method;
use hyper::header::{CACHE_CONTROL, CONNECTION, HeaderValue, LOCATION, PRAGMA, SET_COOKIE};
use hyper::http::StatusCode;
use oauth_core::server::receive::METADATA_PATH;
use oauth_rules::{RuleId, rules};

use super::message::{Answered, Asked};
use super::pages::attribute;
use super::{Act, Cost, Liberty, warns};

/// What one way to forbid frames breaks where two are advised.
const ONE_WAY: &[RuleId] = rules!["rfc9700-4.16-csp-and-legacy-header"];
const BOTH: &str = "RFC 9700 4.16: servers SHOULD also use CSP, and SHOULD combine it with others";

pub(super) const LIBERTIES: &[Liberty] = &[
    Liberty {
        name: "answers-in-chunks",
        about: "every answer comes in chunks, without Content-Length",
        allowed: "RFC 9112 6.1",
        seen_at: None,
        apart: &[],
        acts: &[Act::Answer(|_, _, answered| {
            answered.chunked = !answered.body.is_empty();
            answered.chunked
        })],
        costs: NONE,
    },
    Liberty {
        name: "gzip-unasked",
        about: "every body is compressed, but for who asks for `identity` alone",
        allowed: "RFC 9110 12.5.3: without Accept-Encoding any content coding is acceptable",
        seen_at: None,
        apart: &[],
        acts: &[Act::Answer(|_, asked, answered| {
            let named = asked.header("accept-encoding");
            answered.gzip = !answered.body.is_empty() && named.is_none_or(|named| named.contains("gzip"));
            answered.gzip
        })],
        costs: NONE,
    },
    Liberty {
        name: "connections-close",
        about: "the connection ends after each answer",
        allowed: "RFC 9112 9.5: a server MAY close the connection at any time; 9.6: close tells of that",
        seen_at: None,
        apart: &[],
        acts: &[Act::Answer(|_, _, answered| {
            answered.headers.insert(CONNECTION, HeaderValue::from_static("close"));
            true
        })],
        costs: NONE,
    },
    Liberty {
        name: "more-header-fields",
        about: "every answer has header fields of the platform's own",
        allowed: "RFC 9110 5.1: recipients SHOULD ignore fields that they do not recognize",
        seen_at: None,
        apart: &[],
        acts: &[Act::Answer(|_, _, answered| {
            answered.set("permissions-policy", "interest-cohort=()");
            answered.set("x-content-type-options", "nosniff");
            answered.set("x-request-id", "\"a, b\"; c=d");
            answered.set("server", "gateway/1.0 (example)");
            answered.set("vary", "Origin, Accept-Encoding");
            true
        })],
        costs: NONE,
    },
    Liberty {
        name: "a-cookie-on-every-answer",
        about: "a balancer in front of the server sets a cookie of its own on every answer",
        allowed: "RFC 6265 3",
        seen_at: None,
        apart: &[],
        acts: &[Act::Answer(|_, _, answered| {
            answered
                .headers
                .append(SET_COOKIE, HeaderValue::from_static("lb=node-1; Path=/; HttpOnly; SameSite=Lax"));
            true
        })],
        costs: NONE,
    },
    Liberty {
        name: "caching-forbidden-in-more-words",
        about: "Cache-Control has further directives, and Pragma stands beside it",
        allowed: "RFC 9111 5.2.2",
        seen_at: None,
        apart: &[],
        acts: &[Act::Answer(|_, _, answered| {
            let is_forbidden =
                answered.header("cache-control").is_some_and(|value| value.contains("no-store"));
            if is_forbidden {
                answered.headers.insert(
                    CACHE_CONTROL,
                    HeaderValue::from_static("private, No-Cache, max-age=0, No-Store, must-revalidate"),
                );
                answered.headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
            }
            is_forbidden
        })],
        costs: NONE,
    },
    Liberty {
        name: "pages-forbid-frames-by-x-frame-options-alone",
        about: "pages have X-Frame-Options and no Content-Security-Policy",
        allowed: "RFC 9700 4.16: the MUST is to prevent clickjacking, and X-Frame-Options a countermeasure; CSP is a SHOULD",
        seen_at: None,
        apart: &["frames"],
        acts: &[Act::Answer(|_, _, answered| {
            answered.is_page() && answered.headers.remove("content-security-policy").is_some()
        })],
        costs: &[warns("pages/not-framed-in-any-browser", ONE_WAY, BOTH)],
    },
    Liberty {
        name: "pages-forbid-frames-by-policy-alone",
        about: "pages have frame-ancestors and no X-Frame-Options",
        allowed: "RFC 9700 4.16: the MUST is to prevent clickjacking; to combine CSP with others is a SHOULD",
        seen_at: None,
        apart: &["frames"],
        acts: &[Act::Answer(|_, _, answered| {
            answered.is_page() && answered.headers.remove("x-frame-options").is_some()
        })],
        costs: &[warns("pages/not-framed-in-any-browser", ONE_WAY, BOTH)],
    },
    Liberty {
        name: "scripts-may-call-what-clients-call",
        about: "scripts of every site may read the answers of the endpoints that clients call, and ask beforehand whether they may",
        allowed: "RFC 9700 2.6: endpoints directly accessed by clients, metadata among them, MAY support CORS",
        seen_at: None,
        apart: &[],
        acts: &[
            Act::Instead(|_, asked| {
                (asked.head.method == Method::OPTIONS && is_for_clients(asked)).then(|| {
                    let mut allowed = Answered { status: StatusCode::NO_CONTENT, ..Answered::default() };
                    allowed.set("access-control-allow-methods", "GET, POST");
                    allowed.set("access-control-allow-headers", "authorization, content-type, dpop");
                    allowed
                })
            }),
            Act::Answer(|_, asked, answered| {
                let is_due = is_for_clients(asked);
                if is_due {
                    answered.set("access-control-allow-origin", "*");
                }
                is_due
            }),
        ],
        costs: NONE,
    },
    Liberty {
        name: "redirects-by-302",
        about: "every redirect has status 302",
        allowed: "RFC 6749 1.7: any other method of redirection is allowed",
        seen_at: None,
        apart: &["redirect status"],
        acts: &[Act::Answer(|_, _, answered| redirect_by(answered, StatusCode::FOUND))],
        costs: &[warns(
            "pages/forms-are-answered-by-303",
            rules!["rfc9700-4.12-use-303"],
            "RFC 9700 4.12: servers that redirect a request with credentials SHOULD use 303",
        )],
    },
    Liberty {
        name: "redirects-of-get-by-307",
        about: "what answers a GET by a redirect has status 307",
        allowed: "RFC 6749 1.7; RFC 9700 4.12 forbids 307 only for requests with credentials",
        seen_at: None,
        apart: &["redirect status"],
        acts: &[Act::Answer(|_, asked, answered| {
            asked.head.method == Method::GET && redirect_by(answered, StatusCode::TEMPORARY_REDIRECT)
        })],
        costs: NONE,
    },
    Liberty {
        name: "own-redirects-are-relative",
        about: "redirects to the server's own pages are relative to the path",
        allowed: "RFC 9110 10.2.2: a relative reference is resolved against the target URI",
        seen_at: None,
        apart: &["own redirects"],
        acts: &[Act::Answer(|_, _, answered| {
            let own = answered.header("location").and_then(|to| to.strip_prefix('/'));
            let Some(Ok(path)) = own.map(HeaderValue::try_from) else { return false };
            answered.headers.insert(LOCATION, path);
            true
        })],
        costs: NONE,
    },
    Liberty {
        name: "own-redirects-are-absolute",
        about: "redirects to the server's own pages name the whole URL",
        allowed: "RFC 9110 10.2.2",
        seen_at: None,
        apart: &["own redirects"],
        acts: &[Act::Answer(|_, asked, answered| {
            let own = answered.header("location").filter(|to| to.starts_with('/'));
            let Some((path, origin)) = own.zip(asked.origin()) else { return false };
            let url = format!("{origin}{path}");
            answered.set("location", &url);
            true
        })],
        costs: NONE,
    },
    Liberty {
        name: "redirects-with-a-body",
        about: "redirects carry a short page",
        allowed: "RFC 9110 15.4.4: the representation ought to contain a short note",
        seen_at: None,
        apart: &["own redirects"],
        acts: &[Act::Answer(|_, _, answered| {
            let is_redirect = answered.status.is_redirection() && answered.body.is_empty();
            if is_redirect {
                answered.body = "<p>Found. Redirecting.</p>".into();
                answered.set("content-type", "text/html; charset=utf-8");
            }
            is_redirect
        })],
        costs: NONE,
    },
    Liberty {
        name: "json-with-a-charset",
        about: "JSON is labelled `Application/JSON;charset=UTF-8`",
        allowed: "RFC 9110 8.3.1: parameters of media types; RFC 8259 11",
        seen_at: None,
        apart: &[],
        acts: &[Act::Answer(|_, _, answered| {
            let has_members = answered.is_of("application/json")
                && answered.members().is_some_and(|members| !members.is_empty());
            if has_members {
                answered.set("content-type", "Application/JSON;charset=UTF-8");
            }
            has_members
        })],
        costs: NONE,
    },
    Liberty {
        name: "json-with-white-space",
        about: "JSON is indented, with a line break before and after",
        allowed: "RFC 8259 2: insignificant white space is allowed",
        seen_at: None,
        apart: &["JSON"],
        acts: &[Act::Answer(|_, _, answered| {
            let mut whole = None;
            answered.json(|members| {
                whole = serde_json::to_string_pretty(members).ok();
                false
            });
            let Some(whole) = whole else { return false };
            answered.body = format!("\r\n{whole}\n").into();
            true
        })],
        costs: NONE,
    },
    Liberty {
        name: "json-members-in-another-order",
        about: "the members of JSON objects come in another order",
        allowed: "RFC 6749 5.1: the order of parameters does not matter and can vary",
        seen_at: None,
        apart: &["JSON"],
        acts: &[Act::Answer(|_, _, answered| {
            let mut turned = None;
            answered.json(|members| {
                let pairs: Vec<String> = members
                    .iter()
                    .rev()
                    .map(|(name, value)| format!("{}:{value}", serde_json::Value::from(name.as_str())))
                    .collect();
                turned = (pairs.len() > 1).then(|| format!("{{{}}}", pairs.join(",")));
                false
            });
            let Some(turned) = turned else { return false };
            answered.body = turned.into();
            true
        })],
        costs: NONE,
    },
    Liberty {
        name: "json-with-escapes",
        about: "solidi of JSON are escaped, and so is the first letter of some strings",
        allowed: "RFC 8259 7: any character may be escaped",
        seen_at: None,
        apart: &["JSON"],
        acts: &[Act::Answer(|_, _, answered| {
            let mut whole = None;
            answered.json(|members| {
                whole = serde_json::to_string(members).ok();
                false
            });
            let Some(whole) = whole else { return false };
            // A solidus stands in strings alone, and so does a letter behind a quotation mark.
            let escaped = whole.replace('/', "\\/").replace("\"a", "\"\\u0061");
            let acted = escaped != whole;
            answered.body = escaped.into();
            acted
        })],
        costs: NONE,
    },
    Liberty {
        name: "responses-by-refresh",
        about: "codes and errors reach the client by a page with `<meta http-equiv=refresh>`",
        allowed: "RFC 6749 4.1.2, 1.7: by a redirection response, or any other method available via the user agent",
        seen_at: None,
        apart: &[],
        acts: &[Act::Answer(|_, _, answered| {
            let is_response = answered.located("code").is_some() || answered.located("error").is_some();
            let own = |to: &&str| to.starts_with('/');
            let Some(to) = answered.header("location").filter(|to| is_response && !own(to)) else {
                return false;
            };
            let html = format!(
                "<!DOCTYPE html><html lang=\"en\"><head><meta http-equiv=\"refresh\" content=\"0; url={}\">\
                 <title>One moment</title></head><body><p>You are taken back.</p></body></html>",
                attribute(to)
            );
            let page = Answered::page(StatusCode::OK, html);
            answered.status = page.status;
            answered.body = page.body;
            answered.headers.remove(LOCATION);
            for (name, value) in &page.headers {
                answered.headers.insert(name, value.clone());
            }
            true
        })],
        costs: NONE,
    },
];

const NONE: &[Cost] = &[];

/// Whether a request goes to an endpoint that clients call themselves, and no browser with its user.
fn is_for_clients(asked: &Asked) -> bool {
    matches!(asked.head.uri.path(), "/token" | "/par" | "/revoke" | "/register" | METADATA_PATH)
}

fn redirect_by(answered: &mut Answered, status: StatusCode) -> bool {
    let is_other = answered.status.is_redirection() && answered.status != status;
    if is_other {
        answered.status = status;
    }
    is_other
}
