//! The faults of pushed requests, DPoP and registration, behind those of tokens.

macro_rules! extension_faults {
    ([$($before:tt)*]) => {
        with_client_faults! { [
            $($before)*
        // Pushed requests.
        Server RequestUriOfAnyClient "request-uri-of-any-client":
            "a pushed request is taken under any client's name",
            ["rfc9126-2.2-bound-to-client"];
        Server RequestUriReusable "request-uri-reusable":
            "a pushed request is taken as often as it is brought",
            ["rfc9126-4-one-time-use"];
        Server RequestUriUnexpiring "request-uri-unexpiring":
            "a pushed request is taken however old it is",
            ["rfc9126-4-expired-rejected"];
        Server PushUnauthenticated "push-unauthenticated":
            "whoever names a client may push for it",
            ["rfc9126-2.1-client-authenticated", "rfc9126-7.2-new-redirect-uri-only-authenticated"];
        ] }
    };
}
