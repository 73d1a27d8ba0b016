//! Which resources a request names (RFC 8707 2), and which of them an access token is for.
//!
//! Without a `resource` an authorization request is for the first resource, and a token request for all that was
//! granted. Scope and resources are judged apart: what a token may do, and where.

use crate::directory::Directory;
use crate::form::Params;
use crate::refusal::{Field, Malformed, Refusal};
use crate::text::{ResourceSet, is_resource_uri};

/// The resources that a request names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AskedResources {
    /// Those that this server knows.
    pub known: ResourceSet,
    /// Whether there were others, or texts that name none.
    pub has_unknown: bool,
}

impl AskedResources {
    /// Reads every `resource`; none if there is none.
    ///
    /// # Errors
    /// [`Malformed::Encoding`] if one cannot be decoded.
    pub(super) fn parse(params: &Params, directory: &Directory) -> Result<Option<Self>, Malformed> {
        let values = params.many(Field::Resource)?;
        if values.is_empty() {
            return Ok(None);
        }
        let mut asked = Self { known: ResourceSet::EMPTY, has_unknown: false };
        for value in values {
            // rfc8707-2-resource-absolute-no-fragment
            match directory.find_resource(value).filter(|_| is_resource_uri(value)) {
                Some(resource) => asked.known = asked.known.or(resource),
                None => asked.has_unknown = true,
            }
        }
        Ok(Some(asked))
    }
}

/// The resources of an authorization request, or of a client that asks for itself.
///
/// # Errors
/// The refusal, if one is not known here.
pub(super) fn asked_for(asked: Option<AskedResources>, refusal: Refusal) -> Result<ResourceSet, Refusal> {
    match asked {
        // rfc9700-2.3-access-token-audience-restricted
        None => Ok(ResourceSet::FIRST),
        Some(asked) if asked.has_unknown => Err(refusal),
        Some(asked) => Ok(asked.known),
    }
}

/// The resources of one access token, of those that were granted.
///
/// # Errors
/// [`Refusal::ResourceNotGranted`] if one was not.
pub(super) fn of_granted(
    granted: ResourceSet,
    asked: Option<AskedResources>,
) -> Result<ResourceSet, Refusal> {
    match asked {
        None => Ok(granted),
        // rfc9700-4.14.2-refresh-bound-to-resource
        Some(asked) if asked.has_unknown || !granted.covers(asked.known) => Err(Refusal::ResourceNotGranted),
        // rfc8707-2.2-subset-token-full-refresh
        Some(asked) => Ok(asked.known),
    }
}
