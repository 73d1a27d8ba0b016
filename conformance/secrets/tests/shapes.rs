//! Tokens of an answer are covered in whatever shape it has them, and what came back of them later too.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use oauth_secrets::{Kind, Secrets, Take, Which};
use url::form_urlencoded;

const TOKEN: &str = "2YotnFZFEjr1zCsicMWp.AA-x7Tq_9vLkJhGfDsA3b";
const REFRESH: &str = "tGzv3JOkF0XG5Qx2TlKWIA1w5r8YuPq0ZmNcBvXa4e";

/// A body with `ACCESS` and `REFRESH` in the place of tokens.
const BODIES: &[(&str, &str)] = &[
    ("JSON", r#"{"access_token":"ACCESS","token_type":"Bearer","refresh_token":"REFRESH"}"#),
    ("a form", "access_token=ACCESS&token_type=Bearer&refresh_token=REFRESH"),
    ("JSON cut in the token", r#"{"refresh_token":"REFRESH","access_token":"ACCESS"#),
    ("a comma too many", r#"{"access_token":"ACCESS","refresh_token":"REFRESH",}"#),
    ("a byte order mark", "\u{feff}{\"access_token\":\"ACCESS\",\"refresh_token\":\"REFRESH\"}"),
    ("Python", "{'access_token': 'ACCESS', 'refresh_token': u'REFRESH'}"),
    ("Ruby", r#"{:access_token=>"ACCESS", :refresh_token=>"REFRESH"}"#),
    ("PHP", "Array\n(\n    [access_token] => ACCESS\n    [refresh_token] => REFRESH\n)"),
    ("PHP's own format", r#"a:2:{s:12:"access_token";s:43:"ACCESS";s:13:"refresh_token";s:42:"REFRESH";}"#),
    ("JavaScript", "var token = \"ACCESS\";\nconst o = {refreshToken: `REFRESH`};"),
    ("names without quotes", "{access_token: ACCESS, refresh_token: REFRESH}"),
    ("an array", r#"[{"access_token":"ACCESS","refresh_token":"REFRESH"}]"#),
    ("nested", r#"{"data":{"access_token":"ACCESS","more":{"refresh_token":"REFRESH"}}}"#),
    ("an object for a token", r#"{"token":{"value":"ACCESS","kind":"bearer"},"refresh":{"raw":"REFRESH"}}"#),
    ("arrays of tokens", r#"{"access_token":["ACCESS"],"refreshTokens":["x","REFRESH"]}"#),
    ("camel case", r#"{"accessToken":"ACCESS","RefreshToken":"REFRESH"}"#),
    ("other names", r#"{"access-token":"ACCESS","bearer":"REFRESH"}"#),
    ("yet others", r#"{"token_value":"ACCESS","jwt":"REFRESH"}"#),
    ("OpenID's", r#"{"id_token":"ACCESS","session_key":"REFRESH"}"#),
    ("names that nobody knows", r#"{"a":"ACCESS","zeta":["REFRESH"]}"#),
    (
        "an escaped slash and letters",
        r#"{"access\u005ftoken":"\u0032YotnFZFEjr1zCsicMWp.AA-x7Tq_9vLkJhGfDsA3b"}"#,
    ),
    ("JSON in JSON", r#"{"body":"{\"access_token\":\"ACCESS\",\"refresh_token\":\"REFRESH\"}"}"#),
    (
        "JSON in JSON in JSON",
        r#""{\"a\":\"{\\\"access_token\\\":\\\"ACCESS\\\",\\\"b\\\":\\\"REFRESH\\\"}\"}""#,
    ),
    ("pairs", r#"[{"name":"access_token","value":"ACCESS"},{"value":"REFRESH","key":"refresh_token"}]"#),
    ("lists", r#"[["access_token","ACCESS"],["refresh_token","REFRESH"]]"#),
    ("lines of JSON", "{\"access_token\":\"ACCESS\"}\n{\"refresh_token\":\"REFRESH\"}\n"),
    ("events", "event: token\ndata: {\"access_token\":\"ACCESS\"}\n\ndata: REFRESH\n\n"),
    ("XML", "<r><access_token>ACCESS</access_token><refresh_token>\n REFRESH\n</refresh_token></r>"),
    (
        "XML with prefixes",
        "<o:AccessToken xmlns:o=\"urn:x\"><![CDATA[ACCESS]]></o:AccessToken><o:r>REFRESH</o:r>",
    ),
    ("attributes", "<token access_token=\"ACCESS\" refresh-token='REFRESH'/>"),
    (
        "named attributes",
        "<p name=\"access_token\" value=\"ACCESS\"/><p value='REFRESH' name='refresh_token'></p>",
    ),
    (
        "a property list",
        "<key>access_token</key>\n<string>ACCESS</string><key>r</key><string>REFRESH</string>",
    ),
    (
        "SOAP",
        "<s:Body><tns:RequestSecurityToken><v>ACCESS</v></tns:RequestSecurityToken><x>REFRESH</x></s:Body>",
    ),
    ("HTML", "<pre>{\"access_token\":\"ACCESS\",\"refresh_token\":\"REFRESH\"}</pre>"),
    (
        "HTML with entities",
        "<p>{&quot;access_token&quot;:&#34;ACCESS&#34;, &#x22;b&#x22;:&quot;REFRESH&quot;}</p>",
    ),
    ("a table", "<table><tr><td>access_token</td><td>ACCESS</td></tr><tr><th>x<td>REFRESH</table>"),
    ("a meta tag", "<meta name=\"csrf-token\" content=\"ACCESS\"><meta content='REFRESH' name=t>"),
    (
        "a form that posts itself",
        "<form action=/cb><input type=hidden name=code value=ACCESS><input name=s value=REFRESH>",
    ),
    ("a script that leaves", "<script>location.href='http://c/cb?code=ACCESS&s=1#id_token=REFRESH'</script>"),
    ("YAML", "access_token: ACCESS\nrefresh_token: \"REFRESH\"\n"),
    ("YAML in blocks", "access_token: >-\n  ACCESS\nrefresh_token: |\n  REFRESH\n"),
    ("YAML with a list", "tokens:\n  - ACCESS\n  - REFRESH\n"),
    ("TOML", "access_token = \"ACCESS\"\nrefresh_token='REFRESH'\n"),
    ("a table with commas", "access_token,refresh_token\nACCESS,REFRESH\n"),
    ("a table with tabs", "access_token\tACCESS\nrefresh_token\tREFRESH\n"),
    ("headers", "HTTP/1.1 200 OK\r\nX-Access-Token: ACCESS\r\nAuthorization: Bearer REFRESH\r\n\r\n"),
    ("text", "Your access token is ACCESS. Keep REFRESH, it renews it."),
    ("nothing else", "ACCESS\nREFRESH"),
    (
        "a multipart body",
        "--b7x\r\nContent-Disposition: form-data; name=\"access_token\"\r\n\r\nACCESS\r\n--b7x\r\n\
         Content-Disposition: form-data; name=\"refresh_token\"\r\nContent-Type: text/plain\r\n\r\nREFRESH\r\n--b7x--\r\n",
    ),
    ("percent-encoded", "%7B%22access_token%22%3A%22ACCESS%22%2C%22r%22%3A%22REFRESH%22%7D"),
    (
        "percent-encoded twice",
        "d=%257B%2522access_token%2522%253A%2522ACCESS%2522%252C%2522r%2522%253A%2522REFRESH%2522",
    ),
    ("a URL", "http://localhost/cb?code=ACCESS&state=s#access_token=REFRESH"),
    ("a URL in a URL", "/login?next=http%3A%2F%2Fc%2Fcb%3Fcode%3DACCESS%26t%3DREFRESH"),
    ("in paths", "https://as.example/tokens/ACCESS/refresh/REFRESH/renew"),
    ("between signs", "(ACCESS)|REFRESH|"),
    ("GraphQL", r#"{"data":{"login":{"__typename":"Auth","token":"ACCESS"}},"extensions":{"x":"REFRESH"}}"#),
    (
        "a warning before",
        "<br />\n<b>Warning</b>: x in /a.php on line 3<br />{\"access_token\":\"ACCESS\",\"z\":\"REFRESH\"}",
    ),
    ("a prefix against hijacking", ")]}',\n{\"access_token\":\"ACCESS\",\"z\":\"REFRESH\"}"),
    ("a callback", "/**/cb({\"access_token\":\"ACCESS\",\"z\":\"REFRESH\"});"),
    ("protobuf as text", "access_token: \"ACCESS\" other { z: \"REFRESH\" }"),
    ("an S-expression", "((access_token . \"ACCESS\") (z . REFRESH))"),
    ("bytes of MessagePack", "\u{82}\u{ac}access_token\u{d9}+ACCESS\u{a1}r\u{d9}*REFRESH"),
];

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

/// Secrets that an answer with this body told.
fn told_by(body: &[u8]) -> Secrets {
    let mut secrets = Secrets::new([7; 32]);
    secrets.read(&oauth_secrets::text(body), "the answer's", Take::Drawn);
    secrets
}

/// What a report shows of the body of an answer that grants.
fn granted(body: &[u8]) -> String {
    oauth_secrets::text(&told_by(body).cover_bytes(body.to_vec())).into_owned()
}

#[test]
fn no_shape_of_an_answer_shows_its_tokens() {
    for (what, body) in BODIES {
        let all = granted(filled(body).as_bytes());
        hides(&all, TOKEN, what);
        hides(&all, REFRESH, what);
    }
}

#[test]
fn no_coding_of_a_body_shows_its_tokens() {
    for (what, body) in BODIES {
        let body = filled(body);
        let units: Vec<u16> = body.encode_utf16().collect();
        let latin: Vec<u8> =
            format!("é{body}ü").chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect();
        let wide =
            |bytes: fn(u16) -> [u8; 2]| units.iter().flat_map(|unit| bytes(*unit)).collect::<Vec<u8>>();
        let base64 = STANDARD.encode(&body);
        let lines: Vec<&str> =
            base64.as_bytes().chunks(76).filter_map(|line| std::str::from_utf8(line).ok()).collect();
        let hex: String = body.bytes().map(|byte| format!("{byte:02x}")).collect();
        let percent: String = body.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let references: String = body.chars().map(|c| format!("&#{};", u32::from(c))).collect();
        for (coding, bytes) in [
            ("ISO 8859-1", latin),
            ("UTF-16, little end first", [&[0xff, 0xfe][..], &wide(u16::to_le_bytes)].concat()),
            ("UTF-16, big end first", [&[0xfe, 0xff][..], &wide(u16::to_be_bytes)].concat()),
            ("UTF-16 without a mark", wide(u16::to_le_bytes)),
            ("base64", base64.clone().into_bytes()),
            ("base64url in JSON", format!("{{\"d\":\"{}\"}}", URL_SAFE_NO_PAD.encode(&body)).into_bytes()),
            ("base64 of base64", STANDARD.encode(&base64).into_bytes()),
            ("base64 in lines", lines.join("\r\n").into_bytes()),
            ("hexadecimal digits", hex.into_bytes()),
            ("percent-encoding of everything", percent.clone().into_bytes()),
            ("the same twice", percent.replace('%', "%25").into_bytes()),
            ("character references", references.into_bytes()),
        ] {
            let all = granted(&bytes).replace('\0', "");
            let what = format!("{what} in {coding}");
            hides(&all, TOKEN, &what);
            hides(&all, REFRESH, &what);
            // Digits that stand for a token tell it as well as its letters.
            let digits = |part: &str| part.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
            let encoded = |at: usize| STANDARD.encode(&TOKEN[at..at + 30])[4..36].to_owned();
            for told in [encoded(0), encoded(1), encoded(2), digits(&TOKEN[..12]), digits(&TOKEN[30..])] {
                assert!(!all.contains(&told), "{what}: {told} is in {all}");
            }
            assert!(!all.contains("%32%59") && !all.contains("&#50;&#89;"), "{what}: {all}");
        }
    }
}

#[test]
fn no_frame_of_a_chunk_shows_a_token() {
    for frame in ["\r\n1f\r\n", "\r\n4\r\n"] {
        for length in [5, 15, 30] {
            let (first, rest) = TOKEN.split_at(length);
            for body in [
                format!("{{\"access_token\":\"{first}{frame}{rest}\",\"x\":1}}"),
                format!("access_token={first}{frame}{rest}&x=1"),
            ] {
                hides(&granted(body.as_bytes()), TOKEN, &body);
            }
        }
    }
}

#[test]
fn short_tokens_and_numbers_are_covered_under_their_names() {
    for token in ["abc-4711", "x9", "sesame", "4711471147", "1e9"] {
        for (body, kept) in [
            (format!(r#"{{"access_token":"{token}","scope":"a b"}}"#), r#""scope":"a b""#),
            (format!(r#"{{"accessToken":{token},"scope":"a b","#), r#""scope":"a b""#),
            (format!("access_token={token}&scope=a+b"), "scope=a+b"),
            (format!("{{'access_token': '{token}', 'scope': 'a b'}}"), "'scope': 'a b'"),
            (format!("<access_token>{token}</access_token><scope>a b</scope>"), "<scope>a b</scope>"),
            (format!("access_token: {token}\nscope: a b\n"), "scope: a b"),
            (format!("data=%7B%22access_token%22:%22{token}%22%7D&scope=a"), "scope=a"),
            (format!(r#"{{"name":"access_token","value":"{token}","scope":"a b"}}"#), r#""scope":"a b""#),
        ] {
            let all = granted(body.as_bytes());
            assert!(!all.contains(token) && all.contains(kept), "{token} in {body}: {all}");
        }
    }
}

#[test]
fn a_token_that_was_cut_shows_five_characters_at_most() {
    let json = format!(r#"{{"access_token":"{TOKEN}","refresh_token":"{REFRESH}"}}"#);
    let mut secrets = told_by(json.as_bytes());
    for length in 1..TOKEN.len() {
        let cut = &TOKEN[..length];
        for text in [
            format!("the code {cut}"),
            format!("the token {cut}… is bad"),
            format!("the token {cut}... is bad"),
            format!("a page that says {:?}", format!("token {cut}")),
            format!("t={}", cut.replace('Y', "%59")),
            format!(r#"{{"error":"x","seen":"{cut}"#),
        ] {
            let shown = secrets.cover(&text, Which::Named);
            hides(&shown, TOKEN, &text);
            assert!(length > 5 || shown == text, "{text} became {shown}");
        }
    }
}

#[test]
fn what_comes_back_of_a_token_is_covered_in_every_spelling() {
    let mut secrets = told_by(format!(r#"{{"access_token":"{TOKEN}"}}"#).as_bytes());
    secrets.learn(Kind::Password, r#"p"a s&%41<é"#, "the target");
    for secret in [TOKEN, r#"p"a s&%41<é"#] {
        let percent: String = secret.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let form: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        let json = serde_json::Value::from(secret).to_string();
        for text in [
            secret.to_owned(),
            percent.clone(),
            percent.replace('%', "%25"),
            form.clone(),
            form.replace('%', "%25"),
            json.clone(),
            serde_json::Value::from(json.clone()).to_string(),
            format!("{secret:?}"),
            format!("{:?}", format!("{secret:?}")),
            secret.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect(),
            secret.chars().map(|c| format!("&#{};", u32::from(c))).collect(),
            secret.chars().map(|c| format!("{c}\u{200b}")).collect(),
            STANDARD.encode(format!("client=1&you sent {secret} to us")),
            STANDARD.encode(form),
        ] {
            let shown = secrets.cover(&format!("seen: ({text})"), Which::Named);
            let inner = shown.strip_prefix("seen: (").and_then(|rest| rest.strip_suffix(')'));
            let inner = inner.unwrap_or_else(|| panic!("{text} became {shown}"));
            let bare = inner.trim_matches(|c| matches!(c, '"' | '\\'));
            let (kind, digits) = bare.split_once(':').unwrap_or_else(|| panic!("{text} became {shown}"));
            assert!(kind.chars().all(char::is_alphabetic) && digits.len() == 12, "{text} became {shown}");
        }
    }
}
