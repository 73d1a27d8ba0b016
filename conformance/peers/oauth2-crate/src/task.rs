//! What the program is told to do, and how it asks for a browser.

use std::error::Error;
use std::fmt;
use std::io::Write as _;

use url::Url;

/// What the command line says.
pub struct Task {
    pub issuer: String,
    pub client_id: String,
    pub client_secret: Option<String>,
    pub authentication: String,
    pub redirect_uri: String,
    pub scope: String,
    pub resource: String,
    pub second_resource: Option<String>,
    pub steps: Vec<String>,
}

impl Task {
    /// Reads the command line: `--name value` pairs, then the steps.
    pub fn read() -> Result<Self, Box<dyn Error>> {
        let mut given = Vec::new();
        let mut steps = Vec::new();
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            match argument.strip_prefix("--") {
                Some(name) => {
                    let value = arguments.next().ok_or_else(|| format!("{argument} needs a value"))?;
                    given.push((name.to_owned(), value));
                }
                None => steps.push(argument),
            }
        }
        let find = |name: &str| given.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        let need = |name: &str| find(name).ok_or_else(|| format!("--{name} is missing"));
        Ok(Self {
            issuer: need("issuer")?,
            client_id: need("client-id")?,
            client_secret: find("client-secret"),
            authentication: need("authentication")?,
            redirect_uri: need("redirect-uri")?,
            scope: need("scope")?,
            resource: need("resource")?,
            second_resource: find("second-resource"),
            steps,
        })
    }
}

/// Has a browser taken to this URL; gives the URL that it was sent back to.
pub fn browse(url: &Url) -> Result<String, Box<dyn Error>> {
    println!("browse {url}");
    std::io::stdout().flush()?;
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(line.trim().to_owned())
}

/// The error code of a refusal.
#[derive(Debug)]
pub struct Refused(pub String);

impl fmt::Display for Refused {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "refused, {}", self.0)
    }
}

impl Error for Refused {}
