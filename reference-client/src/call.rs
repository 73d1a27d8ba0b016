//! The back channel: what this client sends to servers itself. The only file that names reqwest.
//!
//! No redirect is followed, since a token request that goes elsewhere carries code and secret with it; no
//! proxy of the environment is asked; nothing is tried twice, and no connection is kept, since an old one
//! that dies under a token request leaves open whether the code was redeemed.

use std::time::Duration;

use oauth_core::client::http_call::HttpCall;
use rustls::pki_types::CertificateDer;

/// The most bytes of an answer that are read.
const ANSWER_LIMIT: usize = 1024 * 1024;

/// How servers are called.
#[derive(Debug, Clone)]
pub(crate) struct BackChannel {
    client: reqwest::Client,
}

/// An answer of a server.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Header fields in order, names in lower case; those whose value is no text are left out.
    headers: Vec<(String, String)>,
    /// `None` if it was too large to be read.
    pub(crate) body: Option<Vec<u8>>,
}

impl Answer {
    /// The values of a header field; `name` in lower case.
    pub(crate) fn fields(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(have, _)| have == name).map(|(_, value)| value.as_str()).collect()
    }
}

/// No answer came, or not to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Silence;

impl BackChannel {
    /// Prepares the calls, with the certificates that this machine trusts and these. Where it has none, servers on
    /// plain http can still be called, which a loopback demonstration needs.
    ///
    /// # Errors
    /// Why there is no TLS, in words.
    pub(crate) fn open(roots: &[CertificateDer<'static>], checked: bool) -> Result<Self, String> {
        // An error says that the process has a provider already, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let roots: Result<Vec<_>, _> =
            roots.iter().map(|root| reqwest::Certificate::from_der(root.as_ref())).collect();
        let roots = roots.map_err(|error| error.to_string())?;
        let builder = || {
            reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .no_proxy()
                .referer(false)
                .retry(reqwest::retry::never())
                .pool_max_idle_per_host(0)
                .connect_timeout(Duration::from_secs(5))
                .timeout(Duration::from_secs(10))
        };
        #[cfg(feature = "faults")]
        let builder = || builder().tls_danger_accept_invalid_certs(!checked);
        if !checked && !cfg!(feature = "faults") {
            return Err("this build believes no server without looking at its certificate".to_owned());
        }
        let client = builder().tls_certs_merge(roots.clone()).build().or_else(|_| {
            if roots.is_empty() {
                tracing::warn!("no CA certificates are installed, so no https server will be trusted");
            }
            builder().tls_certs_only(roots).build()
        });
        Ok(Self { client: client.map_err(|error| error.to_string())? })
    }

    /// Sends one request and reads its answer.
    ///
    /// # Errors
    /// [`Silence`] where nobody answered in time; what became of the request is not known then.
    pub(crate) async fn send(&self, call: HttpCall) -> Result<Answer, Silence> {
        let method = reqwest::Method::from_bytes(call.method.as_bytes()).map_err(|_| Silence)?;
        let mut request = self.client.request(method, call.url);
        for (name, value) in call.headers {
            request = request.header(name, value);
        }
        if !call.body.is_empty() {
            request = request.body(call.body);
        }
        let mut response = request.send().await.map_err(|_| Silence)?;
        let status = response.status().as_u16();
        let text = |value: &reqwest::header::HeaderValue| value.to_str().ok().map(str::to_owned);
        let fields = response.headers().iter();
        let headers = fields.filter_map(|(name, value)| Some((name.to_string(), text(value)?))).collect();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|_| Silence)? {
            if body.len() + chunk.len() > ANSWER_LIMIT {
                return Ok(Answer { status, headers, body: None });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status, headers, body: Some(body) })
    }
}
