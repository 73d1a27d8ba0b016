//! That a spoilt request was refused: what was granted breaks the rules of the case, which ends; another form of the refusal
//! than the texts fix is told as a finding of its own, under the rules of the form.

use std::sync::Arc;

use oauth_rules::{RuleId, rules};

use super::{
    describe, error_of, error_redirect, error_status, one_of, registration, registration_error, same_place,
    status, token_error,
};
use crate::browser::Landing;
use crate::case::Context;
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::request::AuthorizationRequest;
use crate::wire::{Exchange, Response, is_breakdown};

/// Where a refusal's form is laid down, and what would have been granted instead.
#[derive(Debug, Clone, Copy)]
pub struct Refusals {
    /// The rule of status, media type and `error`.
    form: &'static [RuleId],
    /// The member of a JSON object that stands for what is granted; with none any answer 2xx grants.
    granted: &'static [&'static str],
    /// What another code than those that are expected breaks, in a refusal of the right form.
    other_code: OtherCode,
}

/// What another error code than the expected ones breaks.
#[derive(Debug, Clone, Copy)]
enum OtherCode {
    /// The rule that lays down when the expected code is told.
    ItsRule,
    /// A rule that asks for the expected code in its own words.
    This(&'static [RuleId]),
    /// Nothing: the texts leave the code open.
    Nothing,
}

/// The token endpoint's (RFC 6749, section 5.2).
pub const TOKEN: Refusals = Refusals {
    form: rules!["rfc6749-5.2-error-400-json"],
    granted: &["access_token", "refresh_token"],
    other_code: OtherCode::ItsRule,
};

/// The token endpoint's, of a verifier that is not the code's: which code it is, is laid down apart (RFC 7636, section 4.6).
pub const VERIFIER: Refusals =
    Refusals { other_code: OtherCode::This(rules!["rfc7636-4.6-mismatch-invalid-grant"]), ..TOKEN };

/// The revocation endpoint's (RFC 7009, section 2.2.1).
pub const REVOCATION: Refusals = Refusals {
    form: rules!["rfc7009-2.2.1-errors-like-token-endpoint"],
    granted: &[],
    other_code: OtherCode::Nothing,
};

/// The endpoint's for pushed requests (RFC 9126, section 2.3).
pub const PUSHED: Refusals = Refusals {
    form: rules!["rfc9126-2.3-error-like-token-endpoint"],
    granted: &["request_uri"],
    other_code: OtherCode::Nothing,
};

/// Of any endpoint that looks at a DPoP proof: what its refusal is called is stated only (RFC 9449, section 5).
pub const PROOF: Refusals = Refusals {
    form: rules!["rfc9449-5-invalid-dpop-proof-error"],
    granted: &["access_token", "refresh_token", "request_uri"],
    other_code: OtherCode::This(rules!["rfc9449-5-invalid-dpop-proof-error"]),
};

impl Refusals {
    fn grants(&self, response: &Response) -> bool {
        if !(200..300).contains(&response.status) {
            return false;
        }
        match response.json() {
            Some(json) if !self.granted.is_empty() => {
                self.granted.iter().any(|name| json.get(name).is_some_and(|value| !value.is_null()))
            }
            Some(json) => json.get("error").is_none(),
            None => self.granted.is_empty(),
        }
    }
}

/// That a spoilt token request brought no token. How it was refused are findings of their own, by the rules of the
/// form: a JSON object with `error`, status 400, or 401 for `invalid_client`, and a code out of `errors`.
///
/// # Errors
/// Broken if a token came; `errored` without a usable answer.
pub fn token_refused(ctx: &Context, exchange: &Arc<Exchange>, errors: &[&str]) -> Checked {
    refused_by(&TOKEN, ctx, exchange, errors)
}

/// That a spoilt request was refused by an endpoint whose errors are the token endpoint's. How it was refused are
/// findings of their own.
///
/// # Errors
/// Broken if it was granted; `errored` without a usable answer.
pub fn refused_by(endpoint: &Refusals, ctx: &Context, exchange: &Arc<Exchange>, errors: &[&str]) -> Checked {
    let response = exchange.response()?;
    if endpoint.grants(response) {
        return Err(exchange.broken(refusal("error", errors), describe(response)).granted());
    }
    let Some(told) = error_of(response) else {
        ctx.tell(exchange.broken("status 400 and JSON with error", describe(response)).under(endpoint.form));
        return Ok(());
    };
    ctx.told(error_status(exchange).under(endpoint.form));
    if errors.contains(&told.as_str()) {
        return Ok(());
    }
    let rules = match endpoint.other_code {
        OtherCode::Nothing => return Ok(()),
        OtherCode::This(rules) => rules,
        OtherCode::ItsRule => match errors.first().and_then(|error| rules_of_code(error)) {
            Some(code) => code,
            // No rule says that it has to be another one.
            None if DEFINED.contains(&told.as_str()) => return Ok(()),
            None => endpoint.form,
        },
    };
    ctx.tell(exchange.broken(format!("error {}", one_of(errors)), format!("error {told:?}")).under(rules));
    Ok(())
}

/// What has to come in place of what was granted, and a form in which it may.
fn refusal(form: &str, errors: &[&str]) -> String {
    if errors.is_empty() {
        "a refusal".to_owned()
    } else {
        format!("a refusal, as by {form} {}", one_of(errors))
    }
}

/// The `error` of a token endpoint's refusal, for cases about which code it is. A refusal that has none to read is a finding
/// under the rule of the form.
///
/// # Errors
/// Broken if it is none of `errors`, or a token came; `not-tested` if there is none to read; `errored` without a usable
/// answer.
pub fn token_code<'a>(ctx: &Context, exchange: &Arc<Exchange>, errors: &[&'a str]) -> Checked<&'a str> {
    let response = exchange.response()?;
    if error_of(response).is_none() && !TOKEN.grants(response) {
        ctx.tell(exchange.broken("status 400 and JSON with error", describe(response)).under(TOKEN.form));
        return Err(CaseEnd::not_tested("the refusal has no error to read").at(exchange));
    }
    token_error(exchange, errors)
}

/// The error codes of RFC 6749, section 5.2.
pub const DEFINED: &[&str] = &[
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
];

/// The rule that lays down when a token endpoint answers with this error code.
fn rules_of_code(error: &str) -> Option<&'static [RuleId]> {
    Some(match error {
        "invalid_request" => rules!["rfc6749-5.2-invalid-request"],
        "invalid_client" => rules!["rfc6749-5.2-invalid-client"],
        "invalid_grant" => rules!["rfc6749-5.2-invalid-grant"],
        "unauthorized_client" => rules!["rfc6749-5.2-unauthorized-client"],
        "unsupported_grant_type" => rules!["rfc6749-5.2-unsupported-grant-type"],
        "invalid_target" => rules!["rfc8707-2.2-invalid-target-at-token-endpoint"],
        "invalid_dpop_proof" => rules!["rfc9449-5-invalid-dpop-proof-error"],
        "use_dpop_nonce" => rules!["rfc9449-8-use-dpop-nonce-error"],
        _ => return None,
    })
}

/// That no client was registered. How the registration was refused is a finding of its own, by the rule of the form.
///
/// # Errors
/// Broken if there is a new client; `errored` without a usable answer.
pub fn registration_refused(ctx: &Context, exchange: &Arc<Exchange>, errors: &[&str]) -> Checked {
    let response = exchange.response()?;
    if registration(exchange).is_ok() {
        return Err(exchange.broken("a refusal", describe(response)).granted());
    }
    if let Err(end) = registration_error(exchange, errors) {
        ctx.tell(end.under(rules!["rfc7591-3.2.2-error-response"]));
    }
    Ok(())
}

/// That a spoilt authorization request brought no code and no token. How it was refused is a finding of its own, by
/// the rules of the form: a redirect to the client with an `error` out of `errors`.
///
/// # Errors
/// Broken if something was granted; `errored` without a usable answer, `not-tested` if the browser kept something back.
pub fn code_refused(
    ctx: &Context,
    ask: &AuthorizationRequest,
    landing: &Landing,
    errors: &[&str],
) -> Checked {
    landing.sent()?;
    let exchange = landing.exchange();
    exchange.response()?;
    if landing.grants() {
        let expected = refusal("a redirect with error", errors);
        return Err(exchange.broken(expected, landing.describe()).granted());
    }
    if let Err(end) = error_redirect(ask, landing, errors) {
        let told = landing.callback().filter(|at| at.params.has("error") && same_place(at, ask));
        let broke_down = landing.page().is_some_and(|page| is_breakdown(page.status));
        match (told, errors.first().and_then(|error| rules_of_redirected(error))) {
            (Some(_), Some(code)) => ctx.tell(end.under(code)),
            // No rule says that it has to be another one.
            (Some(_), None) => {}
            (None, _) if broke_down => ctx.tell(end.under(NO_SERVER_ERROR)),
            (None, _) => ctx.tell(end.under(rules!["rfc6749-4.1.2.1-other-errors-redirected"])),
        }
    }
    Ok(())
}

/// What a server error breaks in place of a refusal, as long as client and redirect URI are good.
pub const NO_SERVER_ERROR: &[RuleId] = rules!["rfc6749-4.1.2.1-server-error-redirected"];

/// What a server error breaks in place of a page about a redirect URI that is not good.
pub const OWNER_INFORMED: &[RuleId] = rules!["rfc6749-3.1.2.4-owner-informed"];

/// That an answer leads the browser nowhere else. That it is a server error in place of a page is a finding of its own,
/// under the rules of the form.
///
/// # Errors
/// Broken if it leads elsewhere; `errored` without a usable answer, `not-tested` if the browser kept something back.
pub fn error_page(ctx: &Context, landing: &Landing, form: &'static [RuleId]) -> Checked {
    landing.sent()?;
    let exchange = landing.exchange();
    exchange.response()?;
    match landing.page() {
        Some(page) if !page.leads_away() && !landing.grants() => {
            if is_breakdown(page.status) {
                ctx.tell(exchange.broken("an error page", format!("status {}", page.status)).under(form));
            }
            Ok(())
        }
        Some(_) | None => Err(exchange
            .broken("an error page and no redirect to anywhere else", landing.describe())
            .granted()),
    }
}

/// That a spoilt authorization request brought no code and no token, where no text fixes whether a page or a redirect says so.
/// How it was refused is a finding of its own, by the rules of the form.
///
/// # Errors
/// Broken if something was granted; `errored` without a usable answer, `not-tested` if the browser kept something back.
pub fn refused(ctx: &Context, ask: &AuthorizationRequest, landing: &Landing, errors: &[&str]) -> Checked {
    if landing.page().is_some() {
        error_page(ctx, landing, NO_SERVER_ERROR)
    } else {
        code_refused(ctx, ask, landing, errors)
    }
}

/// The rule that lays down when an authorization endpoint redirects with this error code.
fn rules_of_redirected(error: &str) -> Option<&'static [RuleId]> {
    Some(match error {
        "invalid_request" => rules!["rfc6749-4.1.2.1-invalid-request"],
        "unauthorized_client" => rules!["rfc6749-4.1.2.1-unauthorized-client"],
        "access_denied" => rules!["rfc6749-4.1.2.1-access-denied"],
        "unsupported_response_type" => rules!["rfc6749-4.1.2.1-unsupported-response-type"],
        "invalid_scope" => rules!["rfc6749-4.1.2.1-invalid-scope"],
        "invalid_target" => rules!["rfc8707-2.1-invalid-target-by-redirect"],
        _ => return None,
    })
}

/// That the resource was not served. Another status than one of these is a finding of its own, by the rules of the form
/// (RFC 6750, section 3.1).
///
/// # Errors
/// Broken if it was served; `errored` without a usable answer.
pub fn resource_refused(ctx: &Context, exchange: &Arc<Exchange>, statuses: &[u16]) -> Checked {
    withheld(exchange)?;
    ctx.told(status(exchange, statuses).under(rules!["rfc6750-3.1-invalid-token-401"]));
    Ok(())
}

/// That the resource was not served, whatever came instead.
///
/// # Errors
/// Broken if it was served; `errored` without a usable answer.
pub fn withheld(exchange: &Arc<Exchange>) -> Checked {
    let response = exchange.response()?;
    if (200..300).contains(&response.status) {
        return Err(exchange.broken("a refusal", describe(response)).granted());
    }
    Ok(())
}
