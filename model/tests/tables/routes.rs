//! Front page, metadata, and paths that are none.

use oauth_model::policy::Policy;

use super::stage::nobody;
use super::table::{Table, check};

const METADATA: &str = "GET /.well-known/oauth-authorization-server";

/// The rows.
pub(crate) fn table() -> Table {
    let mut t = Table::of("GET /");
    t.from(nobody);
    t.row("", "200 home");
    t.row("method:HEAD", "200 home");
    t.row("method:get", "405 (this page takes GET, HEAD) [Allow: GET, HEAD]");
    t.row("method:POST", "405 (this page takes GET, HEAD) [Allow: GET, HEAD]");
    for path in ["GET /nowhere", "GET /authorize/", "GET //token", "POST /Token", "GET /%6Cogin", "OPTIONS *"]
    {
        t.door(path);
        t.row("", "404 (this server has no such page)");
    }
    t.door(METADATA);
    t.row("", metadata("[\"S256\"]"));
    t.row("method:HEAD", metadata("[\"S256\"]"));
    t.row("method:POST", "405 (this page takes GET, HEAD) [Allow: GET, HEAD]");
    t.from(|stage| stage.bench.policy = Policy::RFC6749);
    t.row("", metadata("[\"S256\",\"plain\"]"));
    t
}

/// The document (RFC 8414 2), its members by name.
fn metadata(challenges: &str) -> String {
    let members = [
        r#""authorization_endpoint":"http://127.0.0.1:9000/authorize""#,
        r#""authorization_response_iss_parameter_supported":true"#,
        &format!(r#""code_challenge_methods_supported":{challenges}"#),
        r#""grant_types_supported":["authorization_code","refresh_token"]"#,
        r#""issuer":"http://127.0.0.1:9000""#,
        r#""response_modes_supported":["query"]"#,
        r#""response_types_supported":["code"]"#,
        r#""scopes_supported":["profile","email"]"#,
        r#""token_endpoint":"http://127.0.0.1:9000/token""#,
        r#""token_endpoint_auth_methods_supported":["client_secret_basic","client_secret_post","none"]"#,
    ];
    format!("200 {{{}}} [no Cache-Control] [no Pragma]", members.join(","))
}

#[test]
fn every_path_is_answered_as_the_table_says() {
    check(&table().rows);
}
