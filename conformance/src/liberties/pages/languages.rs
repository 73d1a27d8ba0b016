//! Pages in other languages, whose buttons send numbers.

use super::super::message::{Answered, Asked};
use super::super::relay::Memory;
use super::super::{Act, Liberty};
use super::{ALLOW, DENY, LOG_IN, UNHINTED, asks, change};

macro_rules! language {
    ($name:literal, $tag:literal, $log_in:literal, $allow:literal, $deny:literal) => {
        Liberty {
            name: $name,
            about: concat!(
                "pages say `",
                $log_in,
                "`, `",
                $allow,
                "` and `",
                $deny,
                "`, and their buttons send 1 and 0"
            ),
            allowed: "RFC 6749 says nothing of the language of pages",
            seen_at: None,
            apart: &["pages"],
            acts: &[
                UNHINTED,
                Act::Request(as_ours),
                Act::Answer(|_, _, answered| {
                    asks(answered) && in_words(answered, $tag, $log_in, $allow, $deny)
                }),
            ],
            costs: &[],
        }
    };
}

pub(super) const LIBERTIES: &[Liberty] = &[
    language!("pages-in-german", "de", "Anmelden", "Zulassen", "Ablehnen"),
    language!("pages-in-french", "fr", "Se connecter", "Autoriser", "Refuser"),
    language!("pages-in-spanish", "es", "Iniciar sesión", "Permitir", "Denegar"),
    language!("pages-in-japanese", "ja", "ログイン", "許可する", "許可しない"),
    language!("pages-in-chinese", "zh", "登录", "允许", "拒绝"),
    language!("pages-in-portuguese", "pt", "Entrar", "Permitir", "Negar"),
];

fn in_words(answered: &mut Answered, tag: &str, log_in: &str, allow: &str, deny: &str) -> bool {
    let button = |name: &str, text: &str| format!("<button type=\"submit\"{name}>{text}</button>");
    let changes = [
        ("<html lang=\"en\">", format!("<html lang=\"{tag}\">")),
        (LOG_IN, button("", log_in)),
        (ALLOW, button(" name=\"c\" value=\"1\"", allow)),
        (DENY, button(" name=\"c\" value=\"0\"", deny)),
    ];
    let changes: Vec<(&str, &str)> = changes.iter().map(|(from, to)| (*from, to.as_str())).collect();
    change(answered, &changes)
}

/// Says `yes` and `no` to the server, as its own buttons do. The use counts where the page was changed.
fn as_ours(_: &Memory, asked: &mut Asked) -> bool {
    let word = match asked.parameter("c").as_deref() {
        Some("1") => "yes",
        Some("0") => "no",
        Some(_) | None => return false,
    };
    let mut form: Vec<(String, String)> = asked.form().into_iter().filter(|(name, _)| name != "c").collect();
    form.push(("confirm".to_owned(), word.to_owned()));
    asked.set_form(&form);
    false
}
