//! The examples that RFC 6749 4.1 and RFC 7636 appendix B print, as they stand there but for the code, which is the
//! server's.

use super::stage::{Stage, logged_in};

/// The client of RFC 6749's examples has a scope, and a redirect URI of its own.
const AUTHORIZE: &str = "response_type=code client_id=s6BhdRkqt3 state=xyz \
     redirect_uri=https%3A%2F%2Fclient%2Eexample%2Ecom%2Fcb -scope";

#[test]
fn the_examples_of_rfc6749_4_1_pass_as_printed() {
    let mut stage = Stage::new();
    logged_in(&mut stage);
    let plain = format!("{AUTHORIZE} -code_challenge -code_challenge_method");
    let consent = stage.send("GET /authorize", &plain).line;
    assert_eq!(
        consent,
        "200 consent <handle> id001: s6BhdRkqt3 wants profile at https://client.example.com/cb"
    );
    let code = stage.send("POST /authorize", "").line;
    assert_eq!(code, "303 https://client.example.com/cb code=<handle> state=xyz");
    let redeem = "authorization:Basic␣czZCaGRSa3F0MzpnWDFmQmF0M2JW \
                  redirect_uri=https%3A%2F%2Fclient%2Eexample%2Ecom%2Fcb -code_verifier";
    let token = stage.send("POST /token", redeem).line;
    assert!(token.starts_with("200 {\"access_token\":\"<handle>\",\"expires_in\":3600,"), "{token}");
}

#[test]
fn the_refusal_of_rfc6749_4_1_2_1_passes_as_printed() {
    let mut stage = Stage::new();
    logged_in(&mut stage);
    stage.send("GET /authorize", AUTHORIZE);
    let denied = stage.send("POST /authorize", "confirm=no").line;
    assert_eq!(
        denied,
        "303 https://client.example.com/cb error=access_denied (the resource owner said no) state=xyz"
    );
}

#[test]
fn the_example_of_rfc7636_appendix_b_passes_as_printed() {
    // The bench's good requests carry the appendix' challenge and verifier.
    let mut stage = Stage::new();
    super::stage::coded(&mut stage);
    let verifier = "code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    assert!(stage.send("POST /token", verifier).line.starts_with("200 {\"access_token\""));
}

#[test]
fn the_wire_form_of_a_token_response_is_what_rfc6749_5_1_prints() {
    let mut stage = Stage::new();
    super::stage::coded(&mut stage);
    let request = stage.draft("POST /token", "");
    let reply = stage.bench.exchange(&request).reply;
    let headers: Vec<_> = reply.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    for printed in ["Content-Type: application/json", "Cache-Control: no-store", "Pragma: no-cache"] {
        assert!(headers.iter().any(|header| header == printed), "{headers:?} lacks {printed}");
    }
}
