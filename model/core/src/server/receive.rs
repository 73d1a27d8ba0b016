//! From a raw request to a typed one: routes, media types, which codec reads what.

use alloc::format;
use alloc::string::String;

use alloc::borrow::{Cow, ToOwned as _};

use serde::{Deserialize, Serialize};

use super::Request;
use super::authorize::{Authorize, STATE_LIMIT};
use super::decide::Decide;
use super::dpop::{DpopProof, SignedText};
use super::introspect_revoke::IntrospectOrRevoke;
use super::login::{LogIn, LogInPage, Password, login_cookie, parse_next};
use super::metadata::METADATA_PATH;
use super::push::{AuthorizePushed, Push};
use super::redeem::TokenRequest;
use super::register::{ClientMetadata, Register};
use super::reply::session_cookie_name;
use super::resource::{Need, ResourceRequest, Scheme};
use super::resource_metadata::RESOURCE_METADATA_PATH;
use crate::directory::Directory;
use crate::form::{Params, encode_pairs};
use crate::http::{BODY_LIMIT, HttpRequest};
use crate::refusal::{Field, Malformed, Place};
use crate::secret::Digest;
use crate::text::ResourceSet;

/// A request with the texts that steps do not read but replies hand back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// What steps judge.
    pub request: Request,
    /// What lies beside it.
    pub beside: Beside,
}

/// Texts that are handed back untouched.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Beside {
    /// Where an authorization response goes: kept with the grant.
    pub kept: ResponseTarget,
    /// Where the login leads: this authorization request, or where an earlier page said.
    pub next: Option<String>,
    /// The cookie that the login form's anti-CSRF value comes from.
    pub login_cookie: Option<String>,
    /// Name and password of a login form.
    pub password: Option<Password>,
    /// The resource that was asked for, for its challenge.
    pub resource: Option<ResourceSet>,
    /// What a client that registers says of itself.
    pub registration: Option<ClientMetadata>,
    /// The proof of a request, to be checked by the edge.
    pub proof: Option<SignedText>,
    /// Whether the request is one that proofs belong to: its reply brings a nonce.
    pub wants_nonce: bool,
    /// Whether a token came behind `DPoP`.
    pub is_dpop: bool,
}

/// The texts that lie beside a grant.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResponseTarget {
    /// The redirect URI: as it was sent, or the registered one.
    pub redirect_uri: String,
    /// The client's `state`, unchanged.
    pub state: Option<String>,
}

/// The routes beside the protected resources, whose paths the directory has: path, methods, and what reads them.
pub const ROUTES: &[Route] = &[
    Route {
        path: "/",
        methods: "GET, HEAD",
        endpoint: None,
        read: |_, _| Ok((Request::Home, Beside::default())),
    },
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
    Route {
        path: METADATA_PATH,
        methods: "GET, HEAD",
        endpoint: None,
        read: |_, _| Ok((Request::Metadata, Beside::default())),
    },
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

/// A request with what lies beside it, or what is malformed and where.
type Reading = Result<(Request, Beside), (Place, Malformed)>;

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

/// Reads a request as it arrived. What cannot be read becomes [`Request::Malformed`].
#[must_use]
pub fn receive(request: &HttpRequest, directory: &Directory) -> Received {
    receive_below_issuer(&below_issuer(request, directory), directory)
}

/// Reads a request whose path is below the issuer ([`below_issuer`]).
#[must_use]
pub fn receive_below_issuer(request: &HttpRequest, directory: &Directory) -> Received {
    let resource = directory.resource_at(&request.path).map(|(resource, _)| resource);
    match read(request, directory) {
        Ok((typed, beside)) => {
            let beside = Beside { resource, wants_nonce: wants_nonce(request, &typed), ..beside };
            Received { request: typed, beside }
        }
        Err((place, malformed)) => {
            let beside = Beside { resource, ..Beside::default() };
            Received { request: Request::Malformed(place, malformed), beside }
        }
    }
}

/// Whether a reply brings a nonce: where a proof came, or a token that may need one.
fn wants_nonce(request: &HttpRequest, typed: &Request) -> bool {
    let of_proofs = matches!(typed, Request::Token(_) | Request::Push(_) | Request::Resource(_));
    of_proofs && request.header("dpop").next().is_some()
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
    let mut beside = Beside { next, login_cookie: cookie.map(str::to_owned), ..Beside::default() };
    if request.method != "POST" {
        return Ok((Request::LogInPage(LogInPage { has_cookie: cookie.is_some() }), beside));
    }
    let params = form(request).map_err(on_page)?;
    let (mut login, password) = LogIn::parse(cookie, &params).map_err(on_page)?;
    if comes_from_elsewhere(request) {
        login.shown = None;
    }
    // Only a form that is this server's own is worth a password hash.
    beside.password = login.is_own_form().then_some(password);
    Ok((Request::LogIn(login), beside))
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
        return Ok((Request::Decide(decide), Beside::default()));
    }
    let next = Some(same_request(request, &params));
    if let Some(uri) = params.one(Field::RequestUri).map_err(on_page)? {
        // What lies beside the pushed request comes back with its record.
        let pushed = AuthorizePushed::parse(uri, &params, session, directory);
        return Ok((Request::AuthorizePushed(pushed), Beside { next, ..Beside::default() }));
    }
    let authorize = Authorize::parse(&params, session, directory);
    Ok((Request::Authorize(authorize), Beside { kept: kept(&params, directory), next, ..Beside::default() }))
}

fn read_push(request: &HttpRequest, directory: &Directory) -> Reading {
    let params = clients_form(request, Place::PushedRequest)?;
    let (proof, signed) = proof_of(request, directory);
    let push = Push::parse(request, &params, proof, directory);
    Ok((Request::Push(push), Beside { kept: kept(&params, directory), proof: signed, ..Beside::default() }))
}

/// The texts that an authorization response needs.
fn kept(params: &Params, directory: &Directory) -> ResponseTarget {
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
    let (proof, signed) = proof_of(request, directory);
    let token = TokenRequest::parse(request, &params, proof, directory);
    Ok((Request::Token(token), Beside { proof: signed, ..Beside::default() }))
}

/// The proof of a request, apart from the text that the edge checks.
fn proof_of(
    request: &HttpRequest,
    directory: &Directory,
) -> (Result<Option<DpopProof>, Malformed>, Option<SignedText>) {
    match DpopProof::parse(request, directory) {
        Ok(Some((proof, signed))) => (Ok(Some(proof)), Some(signed)),
        Ok(None) => (Ok(None), None),
        Err(malformed) => (Err(malformed), None),
    }
}

fn read_registration(request: &HttpRequest, directory: &Directory) -> Reading {
    let refused = |malformed| (Place::Registration, malformed);
    if request.body.len() > BODY_LIMIT {
        return Err(refused(Malformed::TooLarge));
    }
    let (register, registration) = Register::parse(request, directory).map_err(refused)?;
    Ok((Request::Register(register), Beside { registration, ..Beside::default() }))
}

fn read_revocation(request: &HttpRequest, directory: &Directory) -> Reading {
    let params = clients_form(request, Place::RevocationRequest)?;
    Ok((Request::Revoke(IntrospectOrRevoke::parse(request, &params, directory)), Beside::default()))
}

fn read_introspection(request: &HttpRequest, directory: &Directory) -> Reading {
    let params = clients_form(request, Place::IntrospectionRequest)?;
    Ok((Request::Introspect(IntrospectOrRevoke::parse(request, &params, directory)), Beside::default()))
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
    let refused = |malformed| (Place::ResourceRequest, malformed);
    let (resource, entry) = directory.resource_at(&request.path).ok_or(refused(Malformed::NoSuchPage))?;
    let need = Need { resource, scope: entry.scope };
    let (proof, signed) = proof_of(request, directory);
    let resource = ResourceRequest::parse(request, need, proof).map_err(refused)?;
    let is_dpop = resource.scheme == Scheme::Dpop;
    Ok((Request::Resource(resource), Beside { proof: signed, is_dpop, ..Beside::default() }))
}

fn read_resource_metadata(request: &HttpRequest, directory: &Directory) -> Reading {
    let path = request.path.strip_prefix(RESOURCE_METADATA_PATH).unwrap_or_default();
    let (resource, _) = directory.resource_at(path).ok_or((Place::Page, Malformed::NoSuchPage))?;
    Ok((Request::ResourceMetadata(resource), Beside::default()))
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
