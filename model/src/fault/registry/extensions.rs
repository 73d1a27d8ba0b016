//! The faults of pushed requests, DPoP and registration, behind those of tokens.

macro_rules! extension_faults {
    ([$($before:tt)*]) => {
        with_client_faults! { [
            $($before)*
        ] }
    };
}
