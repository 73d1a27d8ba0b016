//! The cases, written by hand and independent of the logic that they judge: a family a folder, by endpoint or document.
//!
//! A case imports `support/` and what lies on lower floors, never another case.

mod authorization;
mod bodies;
mod client_credentials;
mod dpop;
mod http;
mod introspection;
mod metadata;
mod native;
mod oauth21;
mod pages;
mod par;
mod refresh;
mod registration;
mod resource;
mod resource_indicators;
mod revocation;
mod support;
mod token;
mod utf8;

use crate::case::Case;

/// The families, in reading order.
const FAMILIES: &[&[&[Case]]] = &[
    authorization::CASES,
    metadata::CASES,
    pages::CASES,
    &[native::CASES],
    token::CASES,
    &[http::CASES, bodies::CASES, utf8::CASES],
    refresh::CASES,
    &[client_credentials::CASES],
    revocation::CASES,
    introspection::CASES,
    resource_indicators::CASES,
    par::CASES,
    registration::CASES,
    dpop::CASES,
    &[oauth21::CASES],
    resource::CASES,
];

/// Every case in reading order.
pub fn all() -> impl Iterator<Item = &'static Case> {
    FAMILIES.iter().copied().flatten().copied().flatten()
}
