//! Refusal tables: raw requests in, one line a reply out, one table an endpoint, by descending precedence.

mod audience;
mod authorize;
mod consent;
mod dpop;
mod dpop_signature;
mod error_response;
mod faults;
mod introspect_revoke;
mod login;
mod oauth21;
mod push;
mod refresh;
mod register;
mod resource;
mod routes;
mod stage;
mod table;
mod token;
mod vectors;
