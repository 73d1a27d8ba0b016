//! What cases of several families share: ways to ask, to spoil, and to read answers. Nothing here is a case.

pub(super) mod bearer;
pub(super) mod client_credentials;
pub(super) mod clients;
pub(super) mod dpop;
pub(super) mod dpop_defects;
pub(super) mod entropy;
pub(super) mod honest;
pub(super) mod introspection;
pub(super) mod markup;
pub(super) mod metadata;
pub(super) mod own_values;
pub(super) mod par;
pub(super) mod provoke;
pub(super) mod redirect_spellings;
pub(super) mod redirect_uris;
pub(super) mod refresh;
pub(super) mod registration;
pub(super) mod resource_indicators;
pub(super) mod resource_metadata;
pub(super) mod revocation;
pub(super) mod scope;
pub(super) mod spoil;
pub(super) mod token_status;
