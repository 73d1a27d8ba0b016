//! Signatures of proofs: the only file that names the library which checks them. Whether a proof is good is the model's
//! to say.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oauth_core::server::dpop::{Signature, SignedText};
use oauth_core::server::jwk::Algorithm;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaParameters,
    RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde_json::Value;

/// Checks a signature against the key that came with it (RFC 7518 3.3 to 3.5, RFC 8037 3.1).
pub(crate) fn check(signed: &SignedText) -> Signature {
    // A key that cannot be read has signed nothing.
    if is_right(signed) == Some(true) { Signature::Right } else { Signature::Wrong }
}

fn is_right(signed: &SignedText) -> Option<bool> {
    let jwk: Value = serde_json::from_str(&signed.jwk).ok()?;
    let member = |name: &str| URL_SAFE_NO_PAD.decode(jwk.get(name)?.as_str()?).ok();
    let (message, signature) = (signed.input.as_bytes(), URL_SAFE_NO_PAD.decode(&signed.signature).ok()?);
    let rsa = |parameters: &RsaParameters| {
        let key = RsaPublicKeyComponents { n: member("n")?, e: member("e")? };
        Some(key.verify(parameters, message, &signature).is_ok())
    };
    match signed.algorithm {
        Algorithm::Es256 => {
            // A point that is not compressed (SEC 1, 2.3.3).
            let point = [vec![4], member("x")?, member("y")?].concat();
            Some(UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, &signature).is_ok())
        }
        Algorithm::Ed25519 | Algorithm::EdDsa => {
            Some(UnparsedPublicKey::new(&ED25519, member("x")?).verify(message, &signature).is_ok())
        }
        Algorithm::Ps256 => rsa(&RSA_PSS_2048_8192_SHA256),
        Algorithm::Rs256 => rsa(&RSA_PKCS1_2048_8192_SHA256),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Made by another library: keys, and signatures of MESSAGE.
    const MESSAGE: &str = "head.claims";
    const RSA_KEY: &str = "{\"e\":\"AQAB\",\"kty\":\"RSA\",\"n\":\"m3lN1Tehob0JYJT-8MMmKFo2NC2fAeKdWYV1ZqdtF82RbreYwA_yQckLURXkZ1sViMZ\
        XNLsDTWhzszOzYj_6w0rOxs_bYmTL3P6OS3ILOpIfJB_Hz4Q5aI-5MqrqDgdsDHR6--DpzUp9oBB7u7OuAGsLONLzzLMapcK\
        W75vY8xkW6-CpOI9Nl3RAvZ9bxVzZr68ofIqnRN22uQFgm_VMoVf8aV-gkGQFaa1eJQNWwRXm_1HiSVEEm4-poi7rOKcp28d\
        8XuIjGFwkuNG9v1PGPfT9lhAtbc7X_vqA-2qeG_8JWDq5V0hAvL5gHRYmnHHREVwyAhajM5HD5DAUDo3lyQ\"}";
    const RS256: &str = "cwLerhckEAyayWE4yCyOEKkFHlGK7lE5zXkrSp7RuEBpy9icoVg4BcyRIx8h-ludpSGd32ULG7xJEucKWsZAwiNIEnvrjNVE\
        jkdNqSpXnPCmHEaACMzZvlIQf8HL6zM7Ozx5ndvQ0l6I50QQiUe-hj2GyMtsopb7YpkTU9HPQBxpFrbDS0jBl7yv1tiYfi37\
        0Km-7F_cLTDA3AkBYmR4xawmA2Hj0XtzBtAODejd9jSK6LIprwsgraY1BJvY-t9ojZo3YdtsPWXUZsJSw22XlEE467c5155X\
        eObJaCTcWmzFmS454FMcZgyI3X6LY_8r88fU-mPcTdEgWo9RwZgDtA";
    const PS256: &str = "fPwGwl1bQTbQoiyNNY1GftSqFtQNYqa1GQz9tUBFsSFa8ZOegxoy3pNO7sfHkygZrRmgoAlzNs-9cuKfIAsEqeDGgKL-yFBx\
        w-GuFm3UPOhLu-FBykXUQOjuU5DhTLmI5irBrt7GvHPaODsZWAdbxIB7BtyeesCdvKcCTzAYhUm3ckvJcClNtI6X8PLIAH2Q\
        ttLjfFDgVVbw4v57NtzuDcv1p7TRsr7v5HTiSrkhijh7_Ck9pI3zCYJcLjX-2us8cmTFg_21cuq6Q0xbwU7QehaPUBhzkjKJ\
        ALHYLFgjIEGiG4piU2T2z-XeK5Ufww26Y1CJVc8fQiHpq4J7flO8YA";
    const EC_KEY: &str = "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"3x5IEU0S7jgyl1h9ZuWqIHySRAh-UUB9RXRDkL3hxx0\",\"y\":\"Yw4hoDovWecwenw\
        2Ny0XE0fA7GZQImBWKPUKGWVmdX0\"}";
    const ES256: &str =
        "3A9GP7lyjsknWEQ98uRCZxTNk9Wd1GkcQoc__N-BvFSd2HjyY1Sp24HYDvA-zk2kCqEetL81TsoLslhElYjBnA";
    const OKP_KEY: &str =
        "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"5W6f9b_mgRD6I-oHrqLiIHE6GGj5sL3VMbLn1nRMmb4\"}";
    const EDDSA: &str =
        "rq8SQsjBAkUGSLYBOYlf1ohaVAJwIQp4MswXAKeZQ3v5in0-4NxpVG_nV_0awnBLQR7sENll1VryIyk2dmLEDw";
    const SIGNED: [(Algorithm, &str, &str); 5] = [
        (Algorithm::Rs256, RSA_KEY, RS256),
        (Algorithm::Ps256, RSA_KEY, PS256),
        (Algorithm::Es256, EC_KEY, ES256),
        (Algorithm::EdDsa, OKP_KEY, EDDSA),
        (Algorithm::Ed25519, OKP_KEY, EDDSA),
    ];

    fn judged(algorithm: Algorithm, jwk: &str, signature: &str, message: &str) -> Signature {
        let (input, signature, jwk) = (message.into(), signature.into(), jwk.into());
        check(&SignedText { input, signature, algorithm, jwk })
    }

    #[test]
    fn each_algorithm_takes_its_own_signature_of_this_text_by_this_key() {
        assert_eq!(SIGNED.len(), Algorithm::ALL.len());
        for (algorithm, jwk, signature) in SIGNED {
            assert_eq!(judged(algorithm, jwk, signature, MESSAGE), Signature::Right, "{algorithm:?}");
            assert_eq!(judged(algorithm, jwk, signature, "head.other"), Signature::Wrong, "{algorithm:?}");
        }
    }

    #[test]
    fn no_algorithm_takes_the_key_or_the_signature_of_another() {
        let ed25519 = |algorithm| matches!(algorithm, Algorithm::EdDsa | Algorithm::Ed25519);
        for (algorithm, key, own) in SIGNED {
            for (other, jwk, signature) in SIGNED {
                let same = algorithm == other || ed25519(algorithm) && ed25519(other);
                let right = if same { Signature::Right } else { Signature::Wrong };
                assert_eq!(judged(algorithm, key, signature, MESSAGE), right, "{algorithm:?}: {other:?}");
                let right = if key == jwk { Signature::Right } else { Signature::Wrong };
                assert_eq!(
                    judged(algorithm, jwk, own, MESSAGE),
                    right,
                    "{algorithm:?} with the key of {other:?}"
                );
            }
        }
    }

    #[test]
    fn what_is_no_key_and_no_signature_has_signed_nothing() {
        for (algorithm, jwk, signature) in SIGNED {
            for spoilt in
                ["", "A", "=", &signature[1..], &format!("{signature}AAAA"), &format!("{signature}=")]
            {
                assert_eq!(
                    judged(algorithm, jwk, spoilt, MESSAGE),
                    Signature::Wrong,
                    "{algorithm:?}: {spoilt}"
                );
            }
            for spoilt in ["", "{}", "[]", r#"{"e":"","n":"","x":"","y":""}"#, r#"{"e":1,"n":1,"x":1,"y":1}"#]
            {
                assert_eq!(
                    judged(algorithm, spoilt, signature, MESSAGE),
                    Signature::Wrong,
                    "{algorithm:?}: {spoilt}"
                );
            }
        }
    }
}
