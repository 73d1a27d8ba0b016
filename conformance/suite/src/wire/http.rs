//! How requests travel: one pool of connections, no redirects, no proxy, no cookies.
//!
//! Only what cannot have taken effect is sent again: a connection that was refused, and a 503 or 429 that names
//! its `Retry-After`.

use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use oauth_configuration::{ConfigError, read_bytes};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;

use url::Url;

use crate::wire::clock::since_1970;
use crate::wire::exchange::{Moment, NoAnswer, Request, Response};

/// How often a request is sent again.
const RETRIES: usize = 2;
/// The longest `Retry-After` that is waited for.
const PATIENCE: Duration = Duration::from_secs(15);
/// Somebody who watches wants to know of a wait from here on.
const LONG_WAIT: Duration = Duration::from_secs(2);
/// The longest body that is read; [`NoAnswer::TooLong`] says it. hyper bounds heads: 100 headers, 400 KiB.
pub(crate) const LONGEST_BODY: usize = 1 << 20;

/// How a target is reached.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How long to wait for one answer.
    pub timeout: Duration,
    /// Further certificates to trust.
    pub roots: Vec<CertificateDer<'static>>,
    /// Headers on every request.
    pub headers: Vec<(String, String)>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(10), roots: Vec::new(), headers: Vec::new() }
    }
}

/// Why no connection can be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WireError {
    /// The file with certificates cannot be read.
    #[error("--ca {0}")]
    Unread(#[from] ConfigError),
    /// The file with certificates cannot be used.
    #[error("--ca {path}: {reason}; give a PEM file with one or more certificates")]
    Certificates {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// TLS cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
    /// The client cannot be set up.
    #[error("HTTP cannot be set up: {0}")]
    Http(#[from] reqwest::Error),
}

/// A wait. Callers match each by name, so that a new variant is a breaking release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wait {
    /// One that a server asked for by `Retry-After`.
    RetryAfter {
        /// What was asked for, without its query.
        url: String,
        /// The status of the answer.
        status: u16,
        /// How long it takes.
        time: Duration,
    },
    /// That of a case until something has come to its end, where no clock can be advanced.
    Clock {
        /// The id of the case.
        case: String,
        /// How long it takes.
        time: Duration,
    },
}

impl Wait {
    /// How long it takes.
    #[must_use]
    pub const fn time(&self) -> Duration {
        match self {
            Self::RetryAfter { time, .. } | Self::Clock { time, .. } => *time,
        }
    }
}

/// The connections to a target.
pub struct Wire {
    client: reqwest::Client,
    pub(crate) tls: Arc<ClientConfig>,
    pub(crate) timeout: Duration,
    headers: Vec<(String, String)>,
    tell: Box<dyn Fn(&Wait) + Send + Sync>,
}

/// Why a request has no answer.
enum Fault {
    Http(reqwest::Error),
    TooLong(Response),
}

/// Reads the certificates of a PEM file.
///
/// # Errors
/// When the file cannot be read or has none.
pub fn read_certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, WireError> {
    let fault = |reason: String| WireError::Certificates { path: path.display().to_string(), reason };
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&read_bytes(path, "--ca")?)
        .collect::<Result<_, _>>()
        .map_err(|error| fault(error.to_string()));
    match found {
        Ok(found) if found.is_empty() => Err(fault("no certificate in it".into())),
        other => other,
    }
}

impl Wire {
    /// Sets up the connections.
    ///
    /// # Errors
    /// When TLS or the client cannot be set up.
    pub fn new(settings: &Settings) -> Result<Self, WireError> {
        let tls = tls(&settings.roots)?;
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls.clone())
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .http1_only()
            // A server that closes an idle connection must not cost a verdict.
            .pool_idle_timeout(Duration::from_secs(1))
            .timeout(settings.timeout)
            .build()?;
        let (timeout, headers) = (settings.timeout, settings.headers.clone());
        Ok(Self { client, tls: Arc::new(tls), timeout, headers, tell: Box::new(|_| {}) })
    }

    /// The same connections, which tell of each long wait before it begins.
    #[must_use]
    pub fn telling(self, tell: impl Fn(&Wait) + Send + Sync + 'static) -> Self {
        Self { tell: Box::new(tell), ..self }
    }

    /// Tells of a wait that is about to begin, if it is long.
    pub(crate) fn tell_of(&self, wait: &Wait) {
        if wait.time() >= LONG_WAIT {
            (self.tell)(wait);
        }
    }

    /// A request with the headers that every request carries.
    #[must_use]
    pub fn dress(&self, request: Request) -> Request {
        let mut request = request;
        // What the connection makes of the text is what is recorded.
        if let Ok(url) = Url::parse(&request.url) {
            request.url = url.into();
        }
        if !request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("user-agent")) {
            request = request.header("User-Agent", concat!("oauth-conformance/", env!("CARGO_PKG_VERSION")));
        }
        for (name, value) in &self.headers {
            request = request.header(name, value.as_str());
        }
        request
    }

    /// The headers that every request carries beside its own.
    #[must_use]
    pub fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// Sends a request; gives when the last sending began, when it was answered, and the answer.
    pub async fn send(
        &self,
        request: &Request,
        moment: impl Fn() -> Moment + Send,
    ) -> ((Moment, Option<Moment>), Result<Response, NoAnswer>) {
        let mut left = RETRIES;
        loop {
            let sent = moment();
            let answer = self.once(request).await;
            let answered = answer.is_ok().then(&moment);
            let pause = match &answer {
                Ok(response) => retry_after(response),
                Err(Fault::Http(fault)) if fault.is_connect() => Some(Duration::from_millis(200)),
                Err(Fault::Http(_) | Fault::TooLong(_)) => None,
            };
            match pause {
                Some(time) if left > 0 => {
                    left -= 1;
                    if let Ok(response) = &answer {
                        let url = request.url.split('?').next().unwrap_or_default().to_owned();
                        self.tell_of(&Wait::RetryAfter { url, status: response.status, time });
                    }
                    tokio::time::sleep(time).await;
                }
                _ => {
                    let answer = answer.map_err(|fault| match fault {
                        Fault::Http(fault) => NoAnswer::Missing(describe(&fault)),
                        Fault::TooLong(begun) => NoAnswer::TooLong(begun),
                    });
                    return ((sent, answered), answer);
                }
            }
        }
    }

    async fn once(&self, request: &Request) -> Result<Response, Fault> {
        let method = reqwest::Method::from_bytes(request.method.as_bytes()).unwrap_or(reqwest::Method::GET);
        let mut builder = self.client.request(method, &request.url);
        for (name, value) in &request.headers {
            builder = builder.header(name.as_str(), value.as_bytes());
        }
        if !request.body.is_empty() || request.method == "POST" {
            builder = builder.body(request.body.clone());
        }
        let mut answer = builder.send().await.map_err(Fault::Http)?;
        let status = answer.status().as_u16();
        let headers = answer
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), text(value.as_bytes())))
            .collect();
        let mut response = Response { status, headers, body: Vec::new() };
        while let Some(part) = answer.chunk().await.map_err(Fault::Http)? {
            response.body.extend_from_slice(&part);
            if response.body.len() > LONGEST_BODY {
                // The connection ends here with what is unread.
                return Err(Fault::TooLong(Response { body: Vec::new(), ..response }));
            }
        }
        Ok(response)
    }
}

/// Header bytes as text: UTF-8, or else ISO 8859-1.
pub(crate) fn text(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes)
        .map_or_else(|_| bytes.iter().map(|byte| char::from(*byte)).collect(), Into::into)
}

/// How long a 429 or 503 asks to wait, if it says so and asks for little.
fn retry_after(response: &Response) -> Option<Duration> {
    if !matches!(response.status, 429 | 503) {
        return None;
    }
    let value = response.header("retry-after")?.trim();
    let pause = match value.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let now = SystemTime::UNIX_EPOCH + since_1970();
            httpdate::parse_http_date(value).ok()?.duration_since(now).unwrap_or_default()
        }
    };
    (pause <= PATIENCE).then_some(pause)
}

fn describe(fault: &reqwest::Error) -> String {
    if fault.is_timeout() {
        return "the time was up".into();
    }
    let mut source: &dyn std::error::Error = fault;
    while let Some(deeper) = source.source() {
        source = deeper;
    }
    source.to_string()
}

/// The machine's own certificates, read once: a selftest has hundreds of runs.
static MACHINES: OnceLock<Option<Arc<Verifier>>> = OnceLock::new();

fn verifier(roots: &[CertificateDer<'static>], provider: &Arc<CryptoProvider>) -> Option<Arc<Verifier>> {
    let read = || {
        let verifier = Verifier::new_with_extra_roots(roots.to_vec(), Arc::clone(provider));
        verifier.ok().map(Arc::new)
    };
    if roots.is_empty() { MACHINES.get_or_init(read).clone() } else { read() }
}

fn tls(roots: &[CertificateDer<'static>]) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
    // A machine without certificates of its own can still reach plain http and what `--ca` names.
    Ok(match verifier(roots, &provider) {
        Some(verifier) => {
            builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth()
        }
        None => {
            let mut store = RootCertStore::empty();
            store.add_parsable_certificates(roots.iter().cloned());
            builder.with_root_certificates(store).with_no_client_auth()
        }
    })
}
