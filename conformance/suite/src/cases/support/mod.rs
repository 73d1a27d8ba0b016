//! What cases of several families share: ways to ask, to spoil, and to read answers. Nothing here is a case.

pub(super) mod dpop_defects;
pub(super) mod markup;
pub(super) mod provoke;
pub(super) mod spoil;
pub(super) mod token_status;
