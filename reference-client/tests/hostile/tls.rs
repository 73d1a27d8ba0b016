//! What a client says to whom over TLS: nothing to a server with a bad certificate, and no secret in clear text.

use std::sync::Arc;

use oauth_reference_client::Registration;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use serde_json::{Value, json};

use crate::server::{Answer, Server};
use crate::world::{Held, Host, METADATA, World, control, demand, metadata, token_answer};

crate::checks! {
    token_endpoint "tls/no-code-for-a-bad-certificate" ["rfc6749-10.9-client-validates-certificate"];
    token_endpoint_in_clear "tls/no-code-in-clear-text" ["rfc6749-10.8-client-no-secrets-in-clear"];
    metadata_of_a_server "tls/no-metadata-from-a-bad-certificate" ["rfc8414-6.1-client-checks-certificate"];
    metadata_of_a_resource "tls/no-resource-metadata-from-a-bad-certificate" [
        "rfc9728-7.3-client-checks-certificate",
    ];
    resource "tls/no-token-for-a-bad-certificate-or-in-clear-text" ["rfc6750-5.3-client-tls"];
}

/// An authority that issues certificates for hostile servers.
struct Authority {
    root: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

/// What is wrong with a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Certificate {
    Good,
    Expired,
    OfAnotherName,
    OfNobodyTrusted,
}

const BAD: [Certificate; 3] =
    [Certificate::Expired, Certificate::OfAnotherName, Certificate::OfNobodyTrusted];

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::<String>::new()).expect("no name is bad");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("keys can be made");
        let root = params.self_signed(&key).expect("an authority vouches for itself").der().clone();
        Self { root, issuer: Issuer::new(params, key) }
    }

    /// What a server with such a certificate needs.
    fn vouches(&self, certificate: Certificate) -> Arc<ServerConfig> {
        let name = if certificate == Certificate::OfAnotherName { "127.0.0.2" } else { "127.0.0.1" };
        let mut params = CertificateParams::new([name.to_owned()]).expect("an address is a name");
        if certificate == Certificate::Expired {
            params.not_after = date_time_ymd(2020, 1, 1);
        }
        let key = KeyPair::generate().expect("keys can be made");
        let stranger = Self::new;
        let signed = match certificate {
            Certificate::OfNobodyTrusted => params.signed_by(&key, &stranger().issuer),
            Certificate::Good | Certificate::Expired | Certificate::OfAnotherName => {
                params.signed_by(&key, &self.issuer)
            }
        };
        let chain = vec![signed.expect("an authority signs").der().clone()];
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring knows them")
            .with_no_client_auth()
            .with_single_cert(chain, PrivatePkcs8KeyDer::from(key.serialize_der()).into())
            .expect("the key is the certificate's");
        Arc::new(config)
    }

    /// A server with such a certificate, where everything can be had.
    async fn server(&self, certificate: Certificate) -> Server {
        let server = Server::start_tls(self.vouches(certificate)).await;
        server.answer(METADATA, Answer::json(200, &metadata(&server.origin)));
        server.answer("/token", Answer::json(200, &token_answer()));
        server.answer("/api/me", Answer::json(200, &json!({ "name": "Ada" })));
        server
    }

    /// A client that trusts this authority, with an honest server on plain loopback beside it.
    async fn world(&self, host: &Host, configure: impl FnOnce(&mut Registration)) -> World {
        host.world_trusting(std::slice::from_ref(&self.root), |_| {}, configure).await
    }
}

async fn token_endpoint(host: &Host) -> Held {
    let authority = Authority::new();
    for certificate in [&[Certificate::Good], &BAD[..]].concat() {
        let server = authority.server(certificate).await;
        let token = format!("{}/token", server.origin);
        let world = authority.world(host, |config| config.endpoints.token = Some(token)).await;
        let mut browser = world.browser();
        let departure = browser.depart().await?;
        let reply = browser.callback(&world.response(&departure, "code")?).await;
        let seen = server.seen().len();
        if certificate == Certificate::Good {
            control(reply.status == 303 && seen == 1, format!("a good certificate: {}", reply.status))?;
            continue;
        }
        demand(seen == 0, format!("a code went to a server whose certificate is {certificate:?}"))?;
        demand(reply.status == 502, format!("the login ended in {}", reply.status))?;
    }
    Ok(())
}

async fn token_endpoint_in_clear(host: &Host) -> Held {
    let world = host.world().await;
    world.log_in(&mut world.browser()).await?;
    // The same machine by an address that is not known to be one of its own.
    let plain = |config: &mut Registration| {
        let elsewhere = config.issuer.replace("127.0.0.1", "0.0.0.0");
        config.endpoints.token = Some(format!("{elsewhere}/token"));
    };
    let world = host.world_with(|_| {}, plain).await;
    let mut browser = world.browser();
    let reply = browser.get("/login").await;
    if reply.status == 303 {
        world.log_in(&mut browser).await?;
    }
    demand(world.token_requests().is_empty(), "a code and a secret went over a network in clear text")?;
    control(
        reply.status == 500,
        format!("a login that must not come about is answered with {}", reply.status),
    )
}

async fn metadata_of_a_server(host: &Host) -> Held {
    let authority = Authority::new();
    for certificate in [&[Certificate::Good], &BAD[..]].concat() {
        let server = authority.server(certificate).await;
        let mut document = metadata(&server.origin);
        document["authorization_endpoint"] = json!(format!("{}/named/authorize", server.origin));
        server.answer(METADATA, Answer::json(200, &document));
        let issuer = server.origin.clone();
        let world = authority.world(host, |config| config.issuer = issuer).await;
        let departure = world.browser().depart().await?;
        let used = departure.url.contains("/named/authorize");
        if certificate == Certificate::Good {
            control(used, format!("a good certificate: the browser is sent to {}", departure.url))?;
            continue;
        }
        demand(!used, format!("metadata is used from a server whose certificate is {certificate:?}"))?;
        demand(server.seen().is_empty(), format!("a request went to a certificate that is {certificate:?}"))?;
    }
    Ok(())
}

async fn metadata_of_a_resource(host: &Host) -> Held {
    let authority = Authority::new();
    for certificate in [&[Certificate::Good], &BAD[..]].concat() {
        let about = authority.server(certificate).await;
        let configure = |config: &mut Registration| {
            let origin = std::mem::take(&mut config.issuer);
            config.resource = Some(format!("{origin}/api/me"));
        };
        let world = authority.world(host, configure).await;
        let origin = world.server.origin.as_str();
        let field = format!("Bearer resource_metadata=\"{}/about\"", about.origin);
        world.server.answer("/api/me", Answer::Http(401, vec![("www-authenticate", field)], Vec::new()));
        let document: Value =
            json!({ "resource": format!("{origin}/api/me"), "authorization_servers": [origin] });
        about.answer("/about", Answer::json(200, &document));
        let reply = world.browser().get("/login").await;
        if certificate == Certificate::Good {
            control(reply.status == 303, format!("a good certificate: {}", reply.status))?;
            continue;
        }
        demand(about.seen().is_empty(), format!("a request went to a certificate that is {certificate:?}"))?;
        demand(reply.status == 502, format!("metadata is used whose certificate is {certificate:?}"))?;
    }
    Ok(())
}

async fn resource(host: &Host) -> Held {
    let authority = Authority::new();
    for certificate in [&[Certificate::Good], &BAD[..]].concat() {
        let server = authority.server(certificate).await;
        let resource = format!("{}/api/me", server.origin);
        let world = authority.world(host, |config| config.endpoints.resource = Some(resource)).await;
        let mut browser = world.browser();
        world.log_in(&mut browser).await?;
        let page = browser.get("/profile").await;
        let seen = server.seen().len();
        if certificate == Certificate::Good {
            control(page.status == 200 && seen == 1, format!("a good certificate: {}", page.status))?;
            continue;
        }
        demand(seen == 0, format!("a token went to a server whose certificate is {certificate:?}"))?;
    }
    // A redirect down to http is not followed.
    let server = authority.server(Certificate::Good).await;
    let resource = format!("{}/api/me", server.origin);
    let world = authority.world(host, |config| config.endpoints.resource = Some(resource)).await;
    let down = vec![("location", format!("{}/api/me", world.server.origin))];
    server.answer("/api/me", Answer::Http(307, down, Vec::new()));
    let mut browser = world.browser();
    world.log_in(&mut browser).await?;
    browser.get("/profile").await;
    demand(world.server.seen_at("/api/me").is_empty(), "a token went along with a redirect down to http")?;
    // The same machine by an address that is not known to be one of its own.
    let plain = |config: &mut Registration| {
        let elsewhere = config.issuer.replace("127.0.0.1", "0.0.0.0");
        config.endpoints.resource = Some(format!("{elsewhere}/api/me"));
    };
    let world = authority.world(host, plain).await;
    let mut browser = world.browser();
    let reply = browser.get("/login").await;
    if reply.status == 303 {
        world.log_in(&mut browser).await?;
        browser.get("/profile").await;
    }
    demand(world.server.seen_at("/api/me").is_empty(), "a token went over a network in clear text")?;
    control(
        reply.status == 500,
        format!("a login that must not come about is answered with {}", reply.status),
    )
}
