//! Whether a name and a password are a user's: argon2, off the runtime's threads, two at a time.
//!
//! A name that nobody has costs the same hash as one that somebody has, so the time tells no stranger which
//! names exist, as long as all hashes of a configuration have the same parameters. What the verdict means is the step's business.

use std::sync::Arc;
use std::time::Duration;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use oauth_core::directory::Directory;
use oauth_core::server::login::{Checked, Password};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::config::UserPassword;

/// How many hashes are computed at once: each takes 19 MiB and a core.
const AT_ONCE: usize = 2;

/// How long a login waits for its turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// Too many logins at once; nothing was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a login waited {} seconds for its turn", PATIENCE.as_secs())]
pub(crate) struct Busy;

/// The users' hashes, by the users' numbers.
pub(crate) struct Passwords {
    hashes: Arc<[String]>,
    turns: Arc<Semaphore>,
}

impl Passwords {
    /// Hashes what came plain; takes about 30 ms for each, on a thread of its own.
    pub(crate) async fn hash(users: Vec<UserPassword>) -> Result<Self, argon2::password_hash::Error> {
        let hash = move || {
            let hash_one = |user| match user {
                UserPassword::Plain(password) => hash(password.expose()),
                UserPassword::Hash(hash) => Ok(hash.expose().to_owned()),
            };
            users.into_iter().map(hash_one).collect::<Result<Vec<_>, _>>()
        };
        let hashes = spawn_blocking(hash).await.map_err(|_| argon2::password_hash::Error::Crypto)??;
        Ok(Self { hashes: hashes.into(), turns: Arc::new(Semaphore::new(AT_ONCE)) })
    }

    /// Checks a login form.
    pub(crate) async fn check(&self, directory: &Directory, form: &Password) -> Result<Checked, Busy> {
        let user = directory.find_user(&form.user_id);
        let turn = timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned());
        let Ok(Ok(turn)) = turn.await else { return Err(Busy) };
        let hashes = Arc::clone(&self.hashes);
        let password = form.password.clone();
        let verify = move || {
            // An unknown name is held against the first user's hash, and is wrong whatever comes of it.
            let at = user.map_or(0, |user| usize::from(user.0));
            let right = hashes.get(at).is_some_and(|hash| is_password_of(hash, &password));
            drop(turn);
            user.filter(|_| right)
        };
        let user = spawn_blocking(verify).await.map_err(|_| Busy)?;
        Ok(user.map_or(Checked::Wrong, Checked::Right))
    }
}

fn hash(password: &str) -> Result<String, argon2::password_hash::Error> {
    Ok(Argon2::default().hash_password(password.as_bytes())?.to_string())
}

fn is_password_of(hash: &str, password: &str) -> bool {
    PasswordHash::new(hash)
        .is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
}

/// Whether a text is a PHC string that [`Passwords::check`] can verify against.
pub(crate) fn is_argon2_hash(text: &str) -> bool {
    PasswordHash::new(text).is_ok_and(|parsed| {
        parsed.algorithm.as_str().starts_with("argon2") && parsed.salt.is_some() && parsed.hash.is_some()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_verifies_its_password_only() {
        let hashed = hash("p\u{e4}ss word").expect("default parameters");
        assert!(hashed.starts_with("$argon2id$v=19$"));
        assert!(is_argon2_hash(&hashed));
        assert!(is_password_of(&hashed, "p\u{e4}ss word"));
        assert!(!is_password_of(&hashed, "pass word"));
        assert!(!is_password_of(&hashed, ""));
    }

    #[test]
    fn what_is_no_argon2_string_is_no_hash() {
        for text in
            ["", "mypassword", "$argon2id$", "$argon2id$v=19$m=19456,t=2,p=1", "$2b$12$abcdefghijklmnop"]
        {
            assert!(!is_argon2_hash(text), "{text}");
        }
    }
}
