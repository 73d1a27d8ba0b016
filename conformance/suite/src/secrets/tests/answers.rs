//! Tokens of an answer are covered in its headers and its body, and a body that cannot be read is not shown.

use super::{Vault, answer, exchange, shown};
use crate::wire::{Exchange, Request};

const TOKEN: &str = "2YotnFZFEjr1zCsicMWp.AA-x7Tq_9vLkJhGfDsA3b";
const REFRESH: &str = "tGzv3JOkF0XG5Qx2TlKWIA1w5r8YuPq0ZmNcBvXa4e";

/// Panics if six characters of a token in a row are shown.
#[track_caller]
fn hides(shown: &str, token: &str, what: &str) {
    for window in token.as_bytes().windows(6) {
        let window = std::str::from_utf8(window).expect("tokens are ASCII");
        assert!(!shown.contains(window), "{what}: {window} of {token} is in {shown}");
    }
}

fn filled(body: &str) -> String {
    body.replace("ACCESS", TOKEN).replace("REFRESH", REFRESH)
}

/// What a report shows of an answer that grants.
fn granted(headers: &[(&str, String)], body: &[u8]) -> String {
    let one = Exchange { answer: answer(headers, body), ..exchange(Request::get("http://h/token"), &[], "") };
    let vault = Vault::with_key([7; 32]);
    vault.harvest(&one);
    shown(&vault, &one)
}

#[test]
fn no_body_shows_a_token() {
    for body in [
        r#"{"access_token":"ACCESS","token_type":"Bearer","refresh_token":"REFRESH"}"#,
        r#"{"a":"ACCESS","zeta":["REFRESH"]}"#,
        "Your access token is ACCESS. Keep REFRESH, it renews it.",
    ] {
        let body = filled(body);
        for bytes in [body.clone().into_bytes(), [&b"\xe9"[..], body.as_bytes(), b"\xfc"].concat()] {
            let all = granted(&[], &bytes);
            hides(&all, TOKEN, &body);
            hides(&all, REFRESH, &body);
        }
    }
}

#[test]
fn a_body_that_is_compressed_is_not_shown() {
    // What it reads is nowhere in these bytes, and anybody can have it from them.
    let body = [&b"\x1f\x8b\x08\0\0\0\0\0\0\x03"[..], &[0xab, 0x56, 0x4a, 0x4c, 0x4e, 0x4e, 0x2d]].concat();
    for (headers, body) in
        [(vec![], body.clone()), (vec![("content-encoding", "br".to_owned())], body[10..].to_vec())]
    {
        let one =
            Exchange { answer: answer(&headers, &body), ..exchange(Request::get("http://h/"), &[], "") };
        let vault = Vault::with_key([7; 32]);
        vault.harvest(&one);
        let Ok(response) = &one.answer else { unreachable!() };
        let shown = vault.response(response).text();
        assert!(shown.starts_with("opaque:") && shown.len() == "opaque:".len() + 12, "{shown}");
    }
    assert!(granted(&[("content-encoding", "identity".to_owned())], b"as it is").ends_with("as it is"));
}

#[test]
fn no_header_shows_a_token() {
    for (name, value) in [
        ("authorization", "Bearer ACCESS"),
        ("x-access-token", "ACCESS"),
        ("access_token", "ACCESS"),
        ("x-token", "Bearer ACCESS"),
        ("x-auth", "ACCESS"),
        ("x-debug", "{\"access_token\":\"ACCESS\"}"),
        ("x-debug", "access_token=ACCESS; refresh_token=REFRESH"),
        ("link", "<https://as.example/x?access_token=ACCESS>; rel=next"),
        ("location", "http://localhost/cb?kode=ACCESS#REFRESH"),
        ("location", "/next/ACCESS?then=%2Fcb%3Fcode%3DREFRESH"),
        ("refresh", "0; url=http://localhost/cb?code=ACCESS"),
        ("content-disposition", "attachment; filename=ACCESS"),
        ("set-cookie", "sid=ACCESS; Path=/; X=REFRESH"),
        ("www-authenticate", "Bearer realm=\"x\", error_description=\"the token ACCESS has ended\""),
        ("x-b", "eyJhY2Nlc3NfdG9rZW4iOiIyWW90bkZaRkVqcjF6Q3NpY01XcC5BQS14N1RxXzl2TGtKaEdmRHNBM2IifQ=="),
    ] {
        let all = granted(&[(name, filled(value))], b"{}");
        hides(&all, TOKEN, name);
        hides(&all, REFRESH, name);
        hides(&all, "eyJhY2Nlc3NfdG9rZW4iOiIyWW90bkZaRkVqcjF6Q3NpY01X", name);
    }
}
