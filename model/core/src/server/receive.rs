//! From a raw request to a typed one: routes, media types, which codec reads what. [`receive`] is the only door.

use alloc::format;
use alloc::string::String;

use alloc::borrow::{Cow, ToOwned as _};

use super::authorize::{Authorize, ResponseTarget, STATE_LIMIT};
use super::cookie::session_cookie_name;
use super::decide::Decide;
use super::dpop::{DpopHeader, DpopProof};
use super::introspect_revoke::IntrospectOrRevoke;
use super::login::{LogIn, LogInTexts, login_cookie, parse_next};
use super::push::{AuthorizePushed, Push};
use super::received::Received;
use super::redeem::TokenRequest;
use super::register::ClientMetadata;
use super::resource::{Need, ResourceRequest};
use super::resource_metadata::RESOURCE_METADATA_PATH;
use crate::directory::Directory;
use crate::form::{Params, encode_pairs};
use crate::http::{BODY_LIMIT, HttpRequest};
use crate::refusal::{Field, Malformed, Place};
use crate::secret::Digest;

/// The path of the metadata of an issuer without path (RFC 8414 3).
pub const METADATA_PATH: &str = "/.well-known/oauth-authorization-server";

/// The routes beside the protected resources, whose paths the directory has: path, methods, and what reads them.
pub const ROUTES: &[Route] = &[
    Route { path: "/", methods: "GET, HEAD", endpoint: None, read: |_, _| Ok(Received::Home) },
    Route { path: "/login", methods: "GET, HEAD, POST", endpoint: None, read: read_login },
    Route {
        path: "/authorize",
        methods: "GET, POST",
        endpoint: Some("authorization_endpoint"),
        read: read_authorize,
    },
    Route { path: "/token", methods: "POST", endpoint: Some("token_endpoint"), read: read_token },
    Route { path: "/revoke", methods: "POST", endpoint: Some("revocation_endpoint"), read: read_revocation },
    Route {
        path: "/par",
        methods: "POST",
        endpoint: Some("pushed_authorization_request_endpoint"),
        read: read_push,
    },
    Route {
        path: "/register",
        methods: "POST",
        endpoint: Some("registration_endpoint"),
        read: read_registration,
    },
    Route {
        path: "/introspect",
        methods: "POST",
        endpoint: Some("introspection_endpoint"),
        read: read_introspection,
    },
    Route { path: METADATA_PATH, methods: "GET, HEAD", endpoint: None, read: |_, _| Ok(Received::Metadata) },
];

/// One path of the server.
#[derive(Clone, Copy)]
pub struct Route {
    /// The path, compared as a string.
    pub path: &'static str,
    /// The methods, as `Allow` names them.
    pub methods: &'static str,
    /// The member of the metadata that names it, for endpoints that clients are told of (RFC 8414 2).
    pub endpoint: Option<&'static str>,
    read: Read,
}

/// How a route reads a request.
type Read = fn(&HttpRequest, &Directory) -> Reading;

/// A request, or what is malformed and where.
type Reading = Result<Received, (Place, Malformed)>;

/// The request as the routes know it: its path below the issuer, and below the well-known names (RFC 8414 3, RFC 9728
/// 3). What lies outside of the issuer's path gets a path that no route has.
#[must_use]
pub fn below_issuer<'a>(request: &'a HttpRequest, directory: &Directory) -> Cow<'a, HttpRequest> {
    let (_, base) = directory.origin_and_base();
    if base.is_empty() {
        return Cow::Borrowed(request);
    }
    let well_known = [METADATA_PATH, RESOURCE_METADATA_PATH].into_iter().find_map(|name| {
        // rfc8414-3-wellknown-location
        let rest = request.path.strip_prefix(name)?.strip_prefix(base)?;
        Some(format!("{name}{rest}"))
    });
    let path = well_known
        .or_else(|| {
            let rest = request.path.strip_prefix(base)?;
            let inside = rest.starts_with('/') && !rest.starts_with("/.well-known/");
            inside.then(|| rest.to_owned())
        })
        .unwrap_or_default();
    Cow::Owned(HttpRequest { path, ..request.clone() })
}

/// Reads a request as it arrived. What cannot be read becomes [`Received::Malformed`].
#[must_use]
pub fn receive(request: &HttpRequest, directory: &Directory) -> Received {
    read(&below_issuer(request, directory), directory)
        .unwrap_or_else(|(place, malformed)| Received::Malformed(place, malformed))
}

fn read(request: &HttpRequest, directory: &Directory) -> Reading {
    let route = ROUTES.iter().find(|route| route.path == request.path);
    let described = request.path.strip_prefix(RESOURCE_METADATA_PATH);
    let (methods, read): (_, Read) = match route {
        Some(route) => (route.methods, route.read),
        None if directory.resource_at(&request.path).is_some() => ("GET", read_resource),
        None if described.is_some_and(|path| directory.resource_at(path).is_some()) => {
            ("GET, HEAD", read_resource_metadata)
        }
        None => return Err((Place::Page, Malformed::NoSuchPage)),
    };
    if !methods.split(", ").any(|method| method == request.method) {
        return Err((Place::Page, Malformed::MethodNotAllowed(methods)));
    }
    read(request, directory)
}

fn read_login(request: &HttpRequest, directory: &Directory) -> Reading {
    let on_page = |malformed| (Place::Page, malformed);
    let cookie = login_cookie(request, directory.secure());
    let next = parse_next(&Params::of_query(request)).map_err(on_page)?;
    let texts = LogInTexts { cookie: cookie.map(str::to_owned), next };
    if request.method != "POST" {
        return Ok(Received::LogInPage(texts));
    }
    let params = form(request).map_err(on_page)?;
    let (mut form, password) = LogIn::parse(cookie, &params).map_err(on_page)?;
    if comes_from_elsewhere(request) {
        form.shown = None;
    }
    Ok(Received::LogIn { form, password, texts })
}

fn read_authorize(request: &HttpRequest, directory: &Directory) -> Reading {
    let on_page = |malformed| (Place::Page, malformed);
    let session = session(request, directory.secure());
    let params =
        if request.method == "POST" { form(request).map_err(on_page)? } else { Params::of_query(request) };
    let answers = |field: Field| params.has(field.name());
    let decides = (answers(Field::Confirm) || answers(Field::Ask)) && !answers(Field::ClientId);
    if request.method == "POST" && decides {
        let mut decide = Decide::parse(&params, session, directory).map_err(on_page)?;
        if comes_from_elsewhere(request) {
            decide.ask = None;
        }
        return Ok(Received::Decide(decide));
    }
    let again = same_request(request, &params);
    if let Some(uri) = params.one(Field::RequestUri).map_err(on_page)? {
        // The response target of the pushed request comes back with its record.
        let request = AuthorizePushed::parse(uri, &params, session, directory);
        return Ok(Received::AuthorizePushed { request, again });
    }
    let request = Authorize::parse(&params, session, directory);
    Ok(Received::Authorize { request, response_target: response_target(&params, directory), again })
}

fn read_push(request: &HttpRequest, directory: &Directory) -> Reading {
    let params = clients_form(request, Place::PushedRequest)?;
    let (proof, dpop) = proof_of(request, directory);
    let request = Push::parse(request, &params, proof, directory);
    Ok(Received::Push { request, response_target: response_target(&params, directory), dpop })
}

/// The texts that an authorization response needs.
fn response_target(params: &Params, directory: &Directory) -> ResponseTarget {
    let text = |field| params.one(field).ok().flatten();
    let registered = text(Field::ClientId)
        .and_then(|id| directory.find_client(id))
        .and_then(|entry| entry.redirect_uris.first())
        .map(String::as_str);
    ResponseTarget {
        redirect_uri: text(Field::RedirectUri).or(registered).unwrap_or_default().to_owned(),
        // rfc6749-4.1.2-state-returned-exactly
        state: text(Field::State).filter(|state| state.len() <= STATE_LIMIT).map(str::to_owned),
    }
}

/// The way back from the login: the same request again, as it was sent, so that what is malformed stays so.
fn same_request(request: &HttpRequest, params: &Params) -> String {
    let sent = request.query.as_ref().filter(|query| {
        request.method == "GET" && query.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
    });
    format!("/authorize?{}", sent.cloned().unwrap_or_else(|| encode_pairs(params.pairs())))
}

fn read_token(request: &HttpRequest, directory: &Directory) -> Reading {
    let params = clients_form(request, Place::TokenRequest)?;
    let (proof, dpop) = proof_of(request, directory);
    let request = TokenRequest::parse(request, &params, proof, directory);
    Ok(Received::Token { request, dpop })
}

/// The proof of a request, and the header that it was read from.
fn proof_of(
    request: &HttpRequest,
    directory: &Directory,
) -> (Result<Option<DpopProof>, Malformed>, DpopHeader) {
    match DpopProof::parse(request, directory) {
        Ok(Some((proof, signed))) => (Ok(Some(proof)), DpopHeader::Proof(signed)),
        Ok(None) => (Ok(None), DpopHeader::Absent),
        Err(malformed) => (Err(malformed), DpopHeader::Other),
    }
}

fn read_registration(request: &HttpRequest, directory: &Directory) -> Reading {
    let refused = |malformed| (Place::Registration, malformed);
    if request.body.len() > BODY_LIMIT {
        return Err(refused(Malformed::TooLarge));
    }
    ClientMetadata::parse(request, directory).map(Received::Register).map_err(refused)
}

fn read_revocation(request: &HttpRequest, directory: &Directory) -> Reading {
    let params = clients_form(request, Place::RevocationRequest)?;
    Ok(Received::Revoke(IntrospectOrRevoke::parse(request, &params, directory)))
}

fn read_introspection(request: &HttpRequest, directory: &Directory) -> Reading {
    let params = clients_form(request, Place::IntrospectionRequest)?;
    Ok(Received::Introspect(IntrospectOrRevoke::parse(request, &params, directory)))
}

/// The form of a request that a client sends itself, with its authentication.
fn clients_form(request: &HttpRequest, place: Place) -> Result<Params, (Place, Malformed)> {
    // rfc6749-2.3.1-no-credentials-in-uri
    if request.query.as_ref().is_some_and(|query| !query.is_empty()) {
        return Err((place, Malformed::ParametersInUri));
    }
    form(request).map_err(|malformed| (place, malformed))
}

fn read_resource(request: &HttpRequest, directory: &Directory) -> Reading {
    let no_page = (Place::Page, Malformed::NoSuchPage);
    let (resource, entry) = directory.resource_at(&request.path).ok_or(no_page)?;
    let need = Need { resource, scope: entry.scope };
    let (proof, dpop) = proof_of(request, directory);
    Ok(match ResourceRequest::parse(request, need, proof) {
        Ok(request) => Received::Resource { request, dpop },
        Err(malformed) => Received::ResourceMalformed(resource, malformed),
    })
}

fn read_resource_metadata(request: &HttpRequest, directory: &Directory) -> Reading {
    let path = request.path.strip_prefix(RESOURCE_METADATA_PATH).unwrap_or_default();
    let (resource, _) = directory.resource_at(path).ok_or((Place::Page, Malformed::NoSuchPage))?;
    Ok(Received::ResourceMetadata(resource))
}

/// Whether a browser says that another site sent this form. Silence says nothing, and neither does `Origin: null`, which
/// the referrer policy of our own pages brings about.
fn comes_from_elsewhere(request: &HttpRequest) -> bool {
    // rfc6749-10.12-authorization-endpoint-csrf-protected
    let cross_site = request.header("sec-fetch-site").any(|site| site == b"cross-site");
    let own = request.header("host").next();
    let foreign = request.header("origin").any(|origin| {
        let host = [&b"https://"[..], b"http://"].iter().find_map(|scheme| origin.strip_prefix(*scheme));
        host.is_some() && host != own
    });
    cross_site || foreign
}

fn form(request: &HttpRequest) -> Result<Params, Malformed> {
    if request.body.len() > BODY_LIMIT {
        return Err(Malformed::TooLarge);
    }
    if request.media_type().as_deref() != Some("application/x-www-form-urlencoded") {
        return Err(Malformed::NotAForm);
    }
    Ok(Params::read(&request.body))
}

fn session(request: &HttpRequest, secure: bool) -> Option<Digest> {
    request.cookie(session_cookie_name(secure)).map(Digest::of)
}
