//! Lies about pushed requests on the wire: the push itself, its answer, and what the metadata says of both.

use serde_json::json;

use super::Fault;
use super::edit::{Pairs, edit_json, edit_location};
use oauth_core::directory::{ClientNo, Directory};
use oauth_core::form;
use oauth_core::http::{Body, HttpReply, HttpRequest};
use oauth_core::page::Page;
use oauth_core::server::Request;
use oauth_core::server::receive::Received;

/// What stands between the value of a consent page and a `state` that was not pushed; forms do not escape it.
const BESIDE: char = '*';

/// On a push before it is decoded.
pub(super) fn on_push(fault: Fault, request: &mut HttpRequest) {
    let mut pairs = Pairs::body(request);
    match fault {
        Fault::PushNestedTaken => {
            pairs.remove("request_uri");
            pairs.into_body(request);
        }
        Fault::PushParametersInUri => {
            let query = request.query.take().unwrap_or_default();
            if request.body.is_empty() {
                request.body = query.into_bytes();
            }
        }
        _ => {}
    }
}

/// On an authorization request before it is decoded.
pub(super) fn on_authorize(fault: Fault, request: &mut HttpRequest) {
    match fault {
        Fault::PushedUnusable => {
            let mut pairs = Pairs::query(request);
            if pairs.value("request_uri").is_some() {
                pairs.replace("request_uri", |_| "urn%3Anone".to_owned());
                pairs.into_query(request);
            }
        }
        Fault::PushedParametersMerged if request.method == "POST" => {
            let mut pairs = Pairs::body(request);
            pairs.replace("ask", |ask| ask.split(BESIDE).next().unwrap_or_default().to_owned());
            pairs.into_body(request);
        }
        _ => {}
    }
}

/// After a request was decoded.
pub(super) fn on_received(fault: Fault, received: &mut Received, directory: &Directory) {
    if let (Fault::PushedClientAssumed, Request::AuthorizePushed(pushed)) = (fault, &mut received.request)
        && pushed.client.is_err()
    {
        pushed.client = Ok(directory.client(ClientNo(0)).map(|entry| entry.client.no));
    }
}

/// On the answer to a push.
pub(super) fn on_push_answer(fault: Fault, reply: &mut HttpReply) {
    let is_error = reply.status >= 400;
    match fault {
        Fault::Push200 if reply.status == 201 => reply.status = 200,
        Fault::PushLifetimeText if !is_error => edit_json(reply, |members| {
            members.insert("expires_in".to_owned(), json!("300"));
        }),
        Fault::PushStored => reply.remove("Cache-Control"),
        Fault::PushMethods404 if reply.status == 405 => reply.status = 404,
        Fault::PushTooLarge400 if reply.status == 413 => reply.status = 400,
        Fault::PushErrorsOnPage if matches!(reply.status, 400 | 401) => {
            reply.set("Content-Type", "text/html; charset=utf-8");
            reply.body = Body::Page(Page::Refused { text: "the request was refused".to_owned() });
        }
        _ => {}
    }
}

/// On the answer to an authorization request, and to the decision that it led to.
pub(super) fn on_authorize_answer(fault: Fault, request: &HttpRequest, reply: &mut HttpReply) {
    if fault != Fault::PushedParametersMerged {
        return;
    }
    let query = Pairs::query(request);
    if let (Some(_), Some(state)) = (query.value("request_uri"), query.value("state"))
        && let Body::Page(Page::Consent { ask, .. }) = &mut reply.body
    {
        *ask = format!("{ask}{BESIDE}{state}");
    }
    let body = form::decode(&request.body).unwrap_or_default();
    if let Some((_, state)) = Pairs::of(&body).value("ask").and_then(|ask| ask.split_once(BESIDE)) {
        edit_location(reply, |pairs| pairs.replace("state", |_| state.to_owned()));
    }
}

/// On the metadata.
pub(super) fn on_metadata(fault: Fault, reply: &mut HttpReply) {
    let demand = "require_pushed_authorization_requests";
    let (name, value) = match fault {
        Fault::PushDemandUnenforced => (demand, json!(true)),
        Fault::PushDemandText => (demand, json!("false")),
        Fault::PushedUnusable => ("request_uri_parameter_supported", json!(false)),
        Fault::PushUnannounced => ("pushed_authorization_request_endpoint", json!(null)),
        _ => return,
    };
    edit_json(reply, |members| {
        members.insert(name.to_owned(), value);
    });
}
