//! The crate oauth2 as a client of an OAuth server, the way its documentation has it.
//!
//! The command line names the server, the client and the steps. Each step that was completed is one line on
//! stdout; `browse URL` asks whoever started the program to take a browser there and to answer with the URL that
//! the browser was sent back to, one line on stdin. A refusal in OAuth's terms ends the program with 1.
//!
//! The crate knows no metadata: the endpoints are constants, as in its documentation.

mod task;

use std::error::Error;

use oauth2::basic::{BasicClient, BasicTokenResponse};
use oauth2::reqwest::blocking::Client as Http;
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointNotSet, EndpointSet,
    HttpRequest, HttpResponse, IntrospectionUrl, PkceCodeChallenge, RedirectUrl, RequestTokenError,
    RevocationUrl, Scope, TokenIntrospectionResponse as _, TokenResponse as _, TokenUrl,
};
use task::{Task, browse};
use url::Url;

type Outcome<T = String> = Result<T, Box<dyn Error>>;
type Client = BasicClient<EndpointSet, EndpointNotSet, EndpointSet, EndpointSet, EndpointSet>;

/// One client at one server.
struct Program {
    task: Task,
    client: Client,
    http: Http,
    tokens: Option<BasicTokenResponse>,
}

impl Program {
    fn new(task: Task) -> Outcome<Self> {
        let at = |path: &str| format!("{}{path}", task.issuer);
        // The crate revokes over TLS only; `over_http` takes that back, on loopback.
        let revocation = at("/revoke").replacen("http:", "https:", 1);
        let mut client = BasicClient::new(ClientId::new(task.client_id.clone()))
            .set_auth_uri(AuthUrl::new(at("/authorize"))?)
            .set_token_uri(TokenUrl::new(at("/token"))?)
            .set_introspection_url(IntrospectionUrl::new(at("/introspect"))?)
            .set_revocation_url(RevocationUrl::new(revocation)?)
            .set_redirect_uri(RedirectUrl::new(task.redirect_uri.clone())?);
        if let Some(secret) = &task.client_secret {
            client = client.set_client_secret(ClientSecret::new(secret.clone()));
        }
        if task.authentication == "client_secret_post" {
            client = client.set_auth_type(AuthType::RequestBody);
        }
        let http = Http::builder().redirect(oauth2::reqwest::redirect::Policy::none()).build()?;
        Ok(Self { task, client, http, tokens: None })
    }

    fn perform(&mut self, step: &str) -> Outcome {
        match step {
            "code" => self.code(None),
            "second-resource" => self.second_resource(),
            "resource" => self.resource(),
            "refresh" => self.refresh(),
            "introspect" => self.introspect(),
            "revoke" => self.revoke(),
            "client-credentials" => self.client_credentials(),
            _ => Err(format!("{step} is no step of this program").into()),
        }
    }

    fn scopes(&self) -> Vec<Scope> {
        self.task.scope.split(' ').map(|value| Scope::new(value.to_owned())).collect()
    }

    fn tokens(&self) -> Outcome<&BasicTokenResponse> {
        self.tokens.as_ref().ok_or_else(|| "there is no token yet".into())
    }

    /// Gets a token by a code, for one resource if it is named.
    fn code(&mut self, resource: Option<&str>) -> Outcome {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let mut request = self
            .client
            .authorize_url(CsrfToken::new_random)
            .add_scopes(self.scopes())
            .set_pkce_challenge(challenge);
        if let Some(resource) = resource {
            request = request.add_extra_param("resource", resource);
        }
        let (url, state) = request.url();
        let callback = Url::parse(&browse(&url)?)?;
        let value = |name: &str| {
            callback.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
        };
        if value("state").as_ref() != Some(state.secret()) {
            return Err("the callback has another state".into());
        }
        if let Some(error) = value("error") {
            return Err(Box::new(task::Refused(error)));
        }
        let code = value("code").ok_or("the callback has no code")?;
        let mut request = self.client.exchange_code(AuthorizationCode::new(code)).set_pkce_verifier(verifier);
        if let Some(resource) = resource {
            request = request.add_extra_param("resource", resource);
        }
        let tokens = request.request(&self.http).map_err(refusal)?;
        Ok(self.keep(tokens, None))
    }

    fn second_resource(&mut self) -> Outcome {
        let second = self.task.second_resource.clone().ok_or("--second-resource is missing")?;
        self.code(Some(&second))?;
        let told = self.told_of(&second)?;
        let token = self.tokens()?.access_token().secret();
        let first = self.http.get(&self.task.resource).bearer_auth(token).send()?;
        let challenge = first.headers().get("www-authenticate").map(|value| value.to_str()).transpose()?;
        let error = challenge.and_then(|text| text.split("error=\"").nth(1)?.split('"').next());
        Ok(format!("{told}, the first one refuses: {}", error.unwrap_or_default()))
    }

    fn resource(&self) -> Outcome {
        self.told_of(&self.task.resource)
    }

    fn told_of(&self, resource: &str) -> Outcome {
        let token = self.tokens()?.access_token().secret();
        let answer = self.http.get(resource).bearer_auth(token).send()?.error_for_status()?;
        let answer: serde_json::Value = serde_json::from_str(&answer.text()?)?;
        let user = answer["user_id"].as_str().unwrap_or("nobody");
        let client = self.named(answer["client_id"].as_str());
        Ok(format!("{user} by {client}, {}", answer["scope"].as_str().unwrap_or("no scope")))
    }

    fn refresh(&mut self) -> Outcome {
        let used = self.tokens()?.refresh_token().ok_or("there is no refresh token")?.clone();
        let tokens = self.client.exchange_refresh_token(&used).request(&self.http).map_err(refusal)?;
        Ok(self.keep(tokens, Some(used.secret())))
    }

    fn introspect(&self) -> Outcome {
        let token = self.tokens()?.access_token();
        let answer = self.client.introspect(token).request(&self.http).map_err(refusal)?;
        if !answer.active() {
            let more = answer.client_id().is_some() || answer.scopes().is_some() || answer.exp().is_some();
            return Ok(if more { "not active, and more" } else { "not active" }.to_owned());
        }
        let user = answer.username().unwrap_or("nobody");
        let client = self.named(answer.client_id().map(|id| id.as_str()));
        let kind = answer.token_type().map_or("no type", |kind| kind.as_ref());
        let mut told = format!("active, {user} by {client}, {}, {kind}", joined(answer.scopes()));
        if answer.iss() != Some(self.task.issuer.as_str()) {
            told = format!("{told}, by {:?}", answer.iss());
        }
        if answer.aud().map(Vec::as_slice) != Some(std::slice::from_ref(&self.task.resource)) {
            told = format!("{told}, for {:?}", answer.aud());
        }
        Ok(told)
    }

    fn revoke(&self) -> Outcome {
        let token = self.tokens()?.refresh_token().ok_or("there is no refresh token")?.clone();
        let over_http = |request: HttpRequest| over_http(&self.http, request);
        self.client.revoke_token(token.into())?.request(&over_http).map_err(refusal)?;
        Ok("done".to_owned())
    }

    fn client_credentials(&mut self) -> Outcome {
        let request = self.client.exchange_client_credentials().add_scopes(self.scopes());
        let tokens = request.request(&self.http).map_err(refusal)?;
        Ok(self.keep(tokens, None))
    }

    /// Keeps the tokens; gives what is told of them, given the refresh token that was used.
    fn keep(&mut self, tokens: BasicTokenResponse, used: Option<&String>) -> String {
        let refresh = match (tokens.refresh_token().map(|token| token.secret()), used) {
            (None, _) => "no refresh token",
            (Some(_), None) => "a refresh token",
            (Some(token), Some(used)) if token == used => "the same refresh token",
            (Some(_), Some(_)) => "a new refresh token",
        };
        let scope = tokens.scopes().map_or_else(|| self.task.scope.clone(), |scopes| joined(Some(scopes)));
        let told = format!("{}, {scope}, {refresh}", tokens.token_type().as_ref());
        self.tokens = Some(tokens);
        told
    }

    fn named(&self, client_id: Option<&str>) -> String {
        match client_id {
            Some(id) if id == self.task.client_id => "this client".to_owned(),
            Some(id) => id.to_owned(),
            None => "nobody".to_owned(),
        }
    }
}

fn joined(scopes: Option<&Vec<Scope>>) -> String {
    scopes.into_iter().flatten().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ")
}

/// What the server refused, as `refused, invalid_grant`; other errors stay what they are.
fn refusal<E, T>(error: RequestTokenError<E, T>) -> Box<dyn Error>
where
    E: Error + 'static,
    T: oauth2::ErrorResponse + RefusalCode + 'static,
{
    match error {
        RequestTokenError::ServerResponse(response) => Box::new(task::Refused(response.code())),
        other => Box::new(other),
    }
}

/// The error code of an error response, which has a type for each endpoint.
trait RefusalCode {
    fn code(&self) -> String;
}

impl<T: oauth2::ErrorResponseType + std::fmt::Display> RefusalCode for oauth2::StandardErrorResponse<T> {
    fn code(&self) -> String {
        self.error().to_string()
    }
}

/// Sends a request that the crate prepared for TLS over plain HTTP instead.
fn over_http(http: &Http, request: HttpRequest) -> Result<HttpResponse, oauth2::reqwest::Error> {
    let url = request.uri().to_string().replacen("https:", "http:", 1);
    let (head, body) = request.into_parts();
    let answer = http.request(head.method, url).headers(head.headers).body(body).send()?;
    let mut response = HttpResponse::new(Vec::new());
    *response.status_mut() = answer.status();
    *response.headers_mut() = answer.headers().clone();
    *response.body_mut() = answer.bytes()?.to_vec();
    Ok(response)
}

fn main() -> Outcome<()> {
    let task = Task::read()?;
    let steps = task.steps.clone();
    let mut program = Program::new(task)?;
    for step in steps {
        match program.perform(&step) {
            Ok(told) => println!("{step}: {told}"),
            Err(error) => {
                if let Some(task::Refused(code)) = error.downcast_ref() {
                    println!("{step}: refused, {code}");
                }
                return Err(error);
            }
        }
    }
    Ok(())
}
