//! The reference pair in this process, each half where a test wants it and with a partner of the test's choice.

use oauth_reference_client::Running;
use oauth_reference_server::{BUILT_IN, Config, Server};
use tokio::net::TcpListener;

/// A place on the loopback interface, taken before it is served, so that the partner can be told of it first.
pub(crate) struct Place {
    listener: TcpListener,
    port: u16,
}

impl Place {
    /// Takes a free port.
    pub(crate) async fn free() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("loopback has a free port");
        let port = listener.local_addr().expect("a bound listener has an address").port();
        Self { listener, port }
    }

    /// The origin by the name of this host: `127.0.0.1` or `localhost`.
    pub(crate) fn origin(&self, host: &str) -> String {
        format!("http://{host}:{}", self.port)
    }

    /// Serves the reference server here under an issuer, with `client_1` at this redirect URI.
    pub(crate) async fn server(self, issuer: &str, redirect_uri: &str) -> Server {
        self.server_with(issuer, &BUILT_IN.replace("http://localhost:8000/callback", redirect_uri)).await
    }

    /// Serves the reference server here under an issuer, with these data.
    pub(crate) async fn server_with(self, issuer: &str, data: &str) -> Server {
        self.server_of(issuer, data, oauth_reference_server::Options::default()).await
    }

    /// As [`Place::server_with`], with options of its own.
    pub(crate) async fn server_of(
        self,
        issuer: &str,
        data: &str,
        options: oauth_reference_server::Options,
    ) -> Server {
        let config = Config::parse("a test's data", &format!("issuer = {issuer:?}\n{data}"));
        let config = config.expect("the data are good");
        oauth_reference_server::serve(self.listener, config, options).await.expect("the server starts")
    }

    /// Serves the reference client here with this secret, for the server of this issuer.
    pub(crate) fn client_with(self, secret: &str, issuer: &str) -> Running {
        self.client_by(secret, issuer, issuer)
    }

    /// As [`Place::client_with`], with the back channel by another origin.
    pub(crate) fn client_by(self, secret: &str, issuer: &str, back: &str) -> Running {
        let endpoints = oauth_reference_client::Endpoints {
            authorization: None,
            token: Some(format!("{back}/token")),
            resource: Some(format!("{back}/api/me")),
            ..oauth_reference_client::Endpoints::default()
        };
        let config = oauth_reference_client::Registration {
            client_secret: Some(secret.into()),
            issuer: issuer.to_owned(),
            endpoints,
            ..oauth_reference_client::Registration::built_in()
        };
        self.client_of(config, oauth_reference_client::Options::default())
    }

    /// Serves the reference client here, for one server.
    pub(crate) fn client_of(
        self,
        registration: oauth_reference_client::Registration,
        options: oauth_reference_client::Options,
    ) -> Running {
        self.client(&registration.into(), options)
    }

    /// Serves the reference client here with this configuration.
    pub(crate) fn client(
        self,
        config: &oauth_reference_client::Config,
        options: oauth_reference_client::Options,
    ) -> Running {
        oauth_reference_client::serve(self.listener, config, options).expect("the client starts")
    }
}
