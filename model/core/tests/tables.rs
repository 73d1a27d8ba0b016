//! Refusal tables: raw requests in, one line a reply out, one table an endpoint, by descending precedence.

mod bench;

mod tables {
    pub(crate) mod audience;
    pub(crate) mod authorize;
    pub(crate) mod consent;
    pub(crate) mod dpop;
    pub(crate) mod dpop_signature;
    pub(crate) mod error_response;
    pub(crate) mod faults;
    pub(crate) mod introspect_revoke;
    pub(crate) mod login;
    pub(crate) mod oauth21;
    pub(crate) mod push;
    pub(crate) mod refresh;
    pub(crate) mod register;
    pub(crate) mod resource;
    pub(crate) mod routes;
    pub(crate) mod stage;
    pub(crate) mod table;
    pub(crate) mod token;
    pub(crate) mod vectors;
}
