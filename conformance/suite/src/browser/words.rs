//! The words by which people find their way on pages of login and consent, in English, German, French, Spanish, Portuguese,
//! Italian, Japanese and Chinese.

/// What gives the yes of a consent page.
#[rustfmt::skip]
pub(super) const APPROVE: &[&str] = &[
    "confirm", "allow", "approve", "accept", "authorize", "authorise", "yes", "consent", "continue",
    "grant", "agree", "zulassen", "erlauben", "genehmigen", "zustimmen", "akzeptieren", "bestätigen",
    "autorisieren", "ja", "autoriser", "accepter", "permettre", "approuver", "confirmer", "oui", "permitir",
    "autorizar", "aceptar", "aprobar", "confirmar", "sí", "aceitar", "aprovar", "sim", "consenti",
    "autorizza", "accetta", "conferma", "許可", "承認", "同意", "はい", "允许", "授权", "批准", "接受",
];

/// What gives the no of a consent page, or leads away from the yes.
#[rustfmt::skip]
pub(super) const DENY: &[&str] = &[
    "no", "not", "don", "deny", "denied", "cancel", "reject", "decline", "refuse", "disallow", "abort",
    "ablehnen", "abbrechen", "verweigern", "nein", "nicht", "refuser", "annuler", "rejeter", "non",
    "denegar", "rechazar", "cancelar", "negar", "recusar", "rejeitar", "não", "nega", "annulla", "rifiuta",
    "拒否", "いいえ", "キャンセル", "しない", "拒绝", "取消", "不",
];

/// What leads to another account or out of the session: no answer to what is asked.
#[rustfmt::skip]
pub(super) const ELSEWHERE: &[&str] = &[
    "you", "account", "logout", "signout", "switch", "konto", "compte", "cuenta", "conta",
];

/// What is said of an account that is none of those on the page.
#[rustfmt::skip]
pub(super) const ANOTHER: &[&str] = &[
    "another", "other", "different", "switch", "add", "anderes", "anderen", "andere", "wechseln", "autre",
    "changer", "otra", "cambiar", "outra", "trocar", "altro", "cambia",
];

/// What goes on with the account that is named, and says nothing of a client or its rights.
#[rustfmt::skip]
pub(super) const GO_ON: &[&str] = &[
    "continue", "proceed", "weiter", "fortfahren", "continuer", "continuar", "seguir", "avanti", "continua",
];

/// What says yes to whatever stands on a page, a login without a question included.
#[rustfmt::skip]
pub(super) const CONFIRM: &[&str] = &[
    "confirm", "yes", "bestätigen", "ja", "confirmer", "oui", "confirmar", "sí", "sim", "conferma", "はい",
];

/// What logs in.
#[rustfmt::skip]
pub(super) const LOG_IN: &[&str] = &[
    "login", "log", "signin", "sign", "anmelden", "einloggen", "connecter", "connexion", "iniciar",
    "acceder", "entrar", "accedi", "ログイン", "サインイン", "登录", "登錄",
];

/// What leads on from a page that asks for nothing.
#[rustfmt::skip]
pub(super) const ONWARD: &[&str] = &[
    "continue", "next", "proceed", "skip", "later", "another", "other", "weiter", "continuer", "continuar",
    "seguir", "avanti", "次へ", "続ける", "继续", "下一步",
];

/// What boxes are called by which people choose what they allow.
#[rustfmt::skip]
pub(super) const SCOPE: &[&str] = &[
    "scope", "scopes", "permission", "permissions",
];

/// What a field for the name of a user is called.
#[rustfmt::skip]
pub(super) const USER: &[&str] = &[
    "user", "login", "email", "mail", "name", "account", "identifier",
];

/// Whether one of the words occurs: as a whole word, or anywhere in scripts that don't part words.
pub(super) fn says(text: &str, words: &[&str]) -> bool {
    place(text, words).is_some()
}

/// Whether a text says no: it has a word for that, and none of consent before, as `Allow, and don't ask again` has. Other
/// languages may put the no last.
pub(super) fn says_no(text: &str) -> bool {
    let (yes, no) = (place(text, APPROVE), place(text, DENY));
    no.is_some_and(|no| !text.is_ascii() || yes.is_none_or(|yes| no <= yes))
}

/// How many words stand in a text before the first of these.
fn place(text: &str, words: &[&str]) -> Option<usize> {
    let text = text.to_lowercase();
    let mut parts = text.split(|c: char| !c.is_alphanumeric());
    parts.position(|part| words.iter().any(|word| part == *word || (!word.is_ascii() && part.contains(word))))
}

pub(super) fn contains_any(text: &str, words: &[&str]) -> bool {
    let text = text.to_lowercase();
    words.iter().any(|word| text.contains(word))
}
