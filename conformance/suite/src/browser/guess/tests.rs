use std::sync::Arc;
use std::time::Instant;

use super::{Decision, by_itself, consent, login, login_with_consent, onward};
use crate::browser::page::Page;
use crate::subject::{FormHint, User};
use crate::wire::{Actor, Exchange, Moment, Request, Response, Whole};

const AT: &str = "http://as.example/in/page?next=%2F";

fn page(html: &str) -> Page {
    let moment = Moment { tick: 0, at: Instant::now() };
    let headers = vec![("content-type".into(), "text/html; charset=utf-8".into())];
    let exchange = Exchange {
        number: 1,
        who: Actor::Browser,
        browser: None,
        sent: moment,
        answered: Some(moment),
        request: Request::get(AT),
        answer: Ok(Response { status: 200, headers, body: html.as_bytes().to_vec() }),
        whole: Whole::default(),
    };
    Page::read(&Arc::new(exchange)).expect("the table has small pages")
}

fn hint(has: &str, fill: &[(&str, &str)]) -> FormHint {
    let fill = fill.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    FormHint { has: has.into(), fill, ..FormHint::default() }
}

/// `METHOD url params`, or `-`.
fn shown(submission: Option<super::Submission>) -> String {
    submission
        .map_or_else(|| "-".into(), |sent| format!("{} {} {}", sent.method, sent.url, sent.params.encode()))
}

#[test]
fn a_login_form_is_found_and_filled() {
    let user = User { name: "ann".into(), password: "pw".into() };
    #[rustfmt::skip]
    let table = [
        ("a form without action, and a password field without its type",
         "<form method=post><input name=user_id><input name=password><button>Login</button></form>",
         "POST http://as.example/in/page?next=%2F user_id=ann&password=pw"),
        ("a hidden guard and a relative action",
         "<form method=POST action=../do><input type=hidden name=csrf value=x1><input type=email name=mail><input type=password name=p></form>",
         "POST http://as.example/do csrf=x1&mail=ann&p=pw"),
        ("a form for new accounts first",
         "<form method=post action=/new><input name=user><input type=password name=p autocomplete=new-password><button>Join</button></form>\
          <form method=post action=/l><input name=user><input type=password name=p><button>Log in</button></form>",
         "POST http://as.example/l user=ann&p=pw"),
        ("a field that people do not see",
         "<form method=post action=/l><input name=user><input name=website><input type=password name=p></form>",
         "POST http://as.example/l user=ann&website=&p=pw"),
        ("other providers first",
         "<form method=post action=/l><button name=with value=x>Sign in with X</button><button formaction=/y>Sign in with Y</button>\
          <input name=user><input type=password name=p><button>Sign in</button></form>",
         "POST http://as.example/l user=ann&p=pw"),
        ("controls outside of their form, one inside of it that is another's, and disabled ones",
         "<form id=a method=post action=/l><input name=user><fieldset disabled><input name=off value=1></fieldset><input name=b form=b></form>\
          <input type=password name=p form=a><button form=a formaction=/m formmethod=post>Log in</button><template><form><input type=password></form></template>",
         "POST http://as.example/m user=ann&p=pw"),
        ("an image",
         "<form method=post action=/l><input name=user><input type=password name=p><input type=image name=go alt='Log in'></form>",
         "POST http://as.example/l user=ann&p=pw&go.x=1&go.y=1"),
        ("an absolute action and a named button",
         "<form method=post action=http://as.example/interaction/1/login><input type=hidden name=prompt value=login>\
          <input required type=text name=login><input required type=password name=password>\
          <button name=act value=go class=login-submit>Sign-in</button></form>",
         "POST http://as.example/interaction/1/login prompt=login&login=ann&password=pw&act=go"),
        ("a search form before it, and a cancel button inside",
         "<form><input name=q></form><form method=post><input type=text name=u><input type=password name=p>\
          <button name=a value=cancel>Cancel</button><button name=a value=ok>Sign in</button></form>",
         "POST http://as.example/in/page?next=%2F u=ann&p=pw&a=ok"),
        ("the first of two steps",
         "<form method=post action=/u><input type=text name=username autocomplete=username><button>Next</button></form>",
         "POST http://as.example/u username=ann"),
        ("the second of two steps",
         "<form method=post action=/p><input type=password name=password><button>Sign in</button></form>",
         "POST http://as.example/p password=pw"),
        ("a ticked box is sent and an unticked one is not",
         "<form method=post action=/l><input name=user><input type=password name=p><input type=checkbox name=keep checked>\
          <input type=checkbox name=news></form>",
         "POST http://as.example/l user=ann&p=pw&keep=on"),
        ("a line break, and a field for the encoding",
         "<form method=post action=/l><input type=hidden name=_charset_><textarea name=t hidden>a&#10;b</textarea>\
          <input name=user><input type=password name=p></form>",
         "POST http://as.example/l _charset_=UTF-8&t=a%0D%0Ab&user=ann&p=pw"),
        ("no login form", "<form method=post><button name=confirm value=yes>Yes</button></form>", "-"),
        ("a page without forms", "<h1>Error</h1>", "-"),
    ];
    for (what, html, expected) in table {
        assert_eq!(shown(login(&page(html), &[], &user)), expected, "{what}");
    }
    let hints = [hint("pin", &[("who", "$user"), ("pin", "$password"), ("kind", "local")])];
    let html = "<form method=post action=/x><input name=who><input name=pin></form>";
    assert_eq!(
        shown(login(&page(html), &hints, &user)),
        "POST http://as.example/x who=ann&pin=pw&kind=local"
    );
}

#[test]
fn a_consent_form_is_found_approved_and_denied() {
    #[rustfmt::skip]
    let table = [
        ("two buttons of one name",
         "<form method=post><button name=confirm value=yes>Yes</button><button name=confirm value=no>No</button></form>",
         "POST http://as.example/in/page?next=%2F confirm=yes", "POST http://as.example/in/page?next=%2F confirm=no"),
        ("the denying button first, with a hidden guard",
         "<form method=post action=/c><input type=hidden name=t value=9><button name=a value=deny>Deny</button>\
          <button name=a value=allow>Allow access</button></form>",
         "POST http://as.example/c t=9&a=allow", "POST http://as.example/c t=9&a=deny"),
        ("two forms, the second deletes",
         "<form method=post action=/c/confirm><button>Continue</button></form>\
          <form method=post action=/c><input type=hidden name=_method value=delete><button>Back</button></form>",
         "POST http://as.example/c/confirm ", "POST http://as.example/c _method=delete"),
        ("a link that cancels",
         "<form method=post action=/i/1/confirm><input type=hidden name=prompt value=consent><button>Continue</button></form>\
          <a href=/i/1/abort?x=1>[ Cancel ]</a>",
         "POST http://as.example/i/1/confirm prompt=consent", "GET http://as.example/i/1/abort x=1"),
        ("buttons that lead elsewhere",
         "<form method=post><button formaction=/yes>Authorize</button><button formaction=/no>Don't authorize</button></form>",
         "POST http://as.example/yes ", "POST http://as.example/no "),
        ("a box to tick",
         "<form method=post action=/c><input type=checkbox name=confirm><button>Submit</button></form>",
         "POST http://as.example/c confirm=on", "POST http://as.example/c "),
        ("a box for each scope value, none of them ticked",
         "<form method=post action=/c><input type=checkbox name=keep value=a><input type=checkbox name=keep value=b>\
          <input type=checkbox name=news><button name=d value=yes>Allow</button><button name=d value=no>Deny</button></form>",
         "POST http://as.example/c d=yes&keep=a&keep=b", "POST http://as.example/c d=no"),
        ("boxes of which some are ticked",
         "<form method=post action=/c><input type=checkbox name=scope value=a checked><input type=checkbox name=scope value=b>\
          <button name=d value=yes>Allow</button><button name=d value=no>Deny</button></form>",
         "POST http://as.example/c scope=a&d=yes", "POST http://as.example/c scope=a&d=no"),
        ("radio buttons",
         "<form method=post action=/c><input type=radio name=d value=approve><input type=radio name=d value=reject checked>\
          <input type=submit value=Send></form>",
         "POST http://as.example/c d=approve", "POST http://as.example/c d=reject"),
        ("input buttons of names of their own",
         "<form method=post action=/c><input type=submit name=accept value=OK><input type=submit name=cancel value=Back></form>",
         "POST http://as.example/c accept=OK", "POST http://as.example/c cancel=Back"),
        ("another language",
         "<form method=post action=/c><button name=a value=1>許可する</button><button name=a value=0>拒否</button></form>",
         "POST http://as.example/c a=1", "POST http://as.example/c a=0"),
        ("a link to another account is no no",
         "<form method=post action=/c><button>Allow</button></form><a href=/out>Not you? Use another account</a>",
         "POST http://as.example/c ", "-"),
        ("the no first and without a name",
         "<form method=post action=/c><input type=submit value=Cancel><input type=submit name=allow value=Authorize></form>",
         "POST http://as.example/c allow=Authorize", "POST http://as.example/c "),
        ("German", "<form method=post action=/c><button name=c value=1>Zulassen</button><button name=c value=0>Ablehnen</button></form>",
         "POST http://as.example/c c=1", "POST http://as.example/c c=0"),
        ("French", "<form method=post action=/c><button name=c value=1>Autoriser</button><button name=c value=0>Refuser</button></form>",
         "POST http://as.example/c c=1", "POST http://as.example/c c=0"),
        ("Spanish", "<form method=post action=/c><button name=c value=1>Permitir</button><button name=c value=0>Denegar</button></form>",
         "POST http://as.example/c c=1", "POST http://as.example/c c=0"),
        ("Japanese, where the no is the yes and a syllable more",
         "<form method=post action=/c><button name=c value=0>許可しない</button><button name=c value=1>許可する</button></form>",
         "POST http://as.example/c c=1", "POST http://as.example/c c=0"),
        ("Chinese", "<form method=post action=/c><button name=c value=0>不允许</button><button name=c value=1>允许</button></form>",
         "POST http://as.example/c c=1", "POST http://as.example/c c=0"),
        ("a choice of accounts asks for no consent",
         "<form method=post action=/c><button name=go value=other>Use another account</button><button name=go value=on>Continue as ann</button></form>",
         "-", "-"),
        ("a consent page with a way to another account",
         "<form method=post action=/c><button name=c value=1>Continue</button><button name=c value=0>Cancel</button></form><a href=/out>Switch account</a>",
         "POST http://as.example/c c=1", "POST http://as.example/c c=0"),
        ("a yes that has a no in it before the no",
         "<form method=post action=/c><button name=c value=2>Allow, and don't ask again</button><button name=c value=1>Allow</button>\
          <button name=c value=0>Don't allow</button></form>",
         "POST http://as.example/c c=2", "POST http://as.example/c c=0"),
        ("no way to deny",
         "<form method=post action=/c><button>Approve</button></form>", "POST http://as.example/c ", "-"),
        ("a login form is no consent form",
         "<form method=post action=/l><input name=user><input type=password name=p><button>Continue</button></form>", "-", "-"),
        ("a page without forms", "<p>invalid_request <a href=/>cancel</a></p>", "-", "-"),
    ];
    for (what, html, approved, denied) in table {
        assert_eq!(shown(consent(&page(html), &[], Decision::Approve)), approved, "{what}");
        assert_eq!(shown(consent(&page(html), &[], Decision::Deny)), denied, "{what}");
    }
}

#[test]
fn a_form_that_logs_in_and_asks_is_answered_with_name_and_password() {
    let user = User { name: "ann".into(), password: "pw".into() };
    #[rustfmt::skip]
    let table = [
        ("two buttons and ticked boxes",
         "<form method=post action=/d><input type=hidden name=t value=1><input name=user><input type=password name=p>\
          <input type=checkbox name=scope value=a checked><input type=checkbox name=scope value=b checked>\
          <button name=answer value=allow>Sign in and allow</button><button name=answer value=deny>Deny</button></form>",
         "POST http://as.example/d t=1&user=ann&p=pw&scope=a&scope=b&answer=allow",
         "POST http://as.example/d t=1&user=ann&p=pw&scope=a&scope=b&answer=deny"),
        ("boxes that nobody ticked, and the no first",
         "<form method=post action=/d><input name=user><input type=password name=p><input type=checkbox name=scope value=a>\
          <input type=checkbox name=scope value=b><button name=no>Cancel</button><button name=yes>Authorize</button></form>",
         "POST http://as.example/d user=ann&p=pw&yes=&scope=a&scope=b",
         "POST http://as.example/d user=ann&p=pw&no="),
        ("a choice",
         "<form method=post action=/d><input name=user><input type=password name=p><input type=radio name=d value=approve>\
          <input type=radio name=d value=reject><button>Send</button></form>",
         "POST http://as.example/d user=ann&p=pw&d=approve", "POST http://as.example/d user=ann&p=pw&d=reject"),
        ("a login that can be cancelled",
         "<form method=post action=/l><input name=user><input type=password name=p><button name=b value=login>Log in</button>\
          <button name=b value=cancel>Cancel</button></form>",
         "-", "-"),
        ("a login that goes on or is confirmed",
         "<form method=post action=/l><input name=user><input type=password name=p><button>Confirm and continue</button>\
          <button name=b value=cancel>Cancel</button></form>",
         "-", "-"),
        ("no way to deny",
         "<form method=post action=/l><input name=user><input type=password name=p><button>Log in and allow</button></form>", "-", "-"),
        ("a consent form", "<form method=post action=/c><button>Allow</button><button name=no>Deny</button></form>", "-", "-"),
    ];
    for (what, html, approved, denied) in table {
        let page = page(html);
        let answer = |decision| shown(login_with_consent(&page, &[], &user, decision));
        assert_eq!(
            (answer(Decision::Approve).as_str(), answer(Decision::Deny).as_str()),
            (approved, denied),
            "{what}"
        );
        if approved != "-" {
            assert_eq!(shown(login(&page, &[], &user)), approved, "{what}");
        }
    }
}

#[test]
fn a_hint_says_what_denies_where_one_form_logs_in_and_asks() {
    let user = User { name: "ann".into(), password: "pw".into() };
    let page = page(
        "<form method=post action=/d><input name=u><input type=password name=p><button name=go value=1>Los</button>\
         <button name=stop value=1>Halt</button></form>",
    );
    let fill = hint("p", &[("u", "$user"), ("p", "$password"), ("go", "1")]);
    let by_value = FormHint { deny: Some([("stop".into(), "1".into())].into()), ..fill.clone() };
    let by_value = FormHint { fill: hint("p", &[("u", "$user"), ("p", "$password")]).fill, ..by_value };
    let by_button = FormHint { deny_has: Some("stop".into()), ..fill.clone() };
    let denied = |hint: FormHint| shown(login_with_consent(&page, &[hint], &user, Decision::Deny));
    assert_eq!(denied(by_value), "POST http://as.example/d u=ann&p=pw&stop=1");
    assert_eq!(denied(by_button.clone()), "POST http://as.example/d u=ann&p=pw&stop=1");
    let approved = login_with_consent(&page, &[by_button], &user, Decision::Approve);
    assert_eq!(shown(approved), "POST http://as.example/d u=ann&p=pw&go=1");
    assert_eq!(denied(fill), "-");
}

#[test]
fn pages_that_ask_for_nothing_are_passed() {
    #[rustfmt::skip]
    let table = [
        ("a refresh", "<meta http-equiv=refresh content='0; url=/on?a=1&amp;b=2'>", "GET http://as.example/on a=1&b=2"),
        ("a form that a script sends",
         "<form method=post action=/on><input type=hidden name=a value=1><noscript><button>Submit</button></noscript></form>\
          <script>document.forms[0].submit()</script>",
         "POST http://as.example/on a=1"),
        ("a button that leads on", "<form method=post action=/on><input type=hidden name=a value=1><button>Next</button></form>",
         "POST http://as.example/on a=1"),
        ("a choice of accounts, each with a form of its own",
         "<form method=post action=/other><button>Use another account</button></form>\
          <form method=post action=/on><input type=hidden name=a value=1><button>Continue as ann</button></form>",
         "POST http://as.example/on a=1"),
        ("a choice of accounts in French",
         "<form method=post action=/on><button name=go value=autre>Un autre compte</button><button name=go value=continuer>Continuer comme ann</button></form>",
         "POST http://as.example/on go=continuer"),
        ("a lone link to another account", "<ul><li>ann<li><a href=/login?other=1>Use another account</a></ul>",
         "GET http://as.example/login other=1"),
        ("a way out is no way on", "<form method=post action=/out><input type=hidden name=a value=1><button>Log out</button></form>", "-"),
        ("links of a foot", "<p>Done.</p><a href=/terms>Terms</a><a href=/help>Help</a>", "-"),
        ("several ways", "<a href=/a>Next</a><a href=/b>Continue</a>", "-"),
    ];
    for (what, html, expected) in table {
        let page = page(html);
        assert_eq!(shown(by_itself(&page).or_else(|| onward(&page))), expected, "{what}");
    }
    let refresh = page("<meta http-equiv=refresh content='0; url=https://c.example/cb?code=x'>");
    assert_eq!(super::response(&refresh).as_deref(), Some("https://c.example/cb?code=x"));
    assert_eq!(super::response(&page("<a href='https://c.example/cb?code=x'>Continue</a>")), None);
}

#[test]
fn hints_come_before_guesses() {
    let html = "<form method=post action=/a><button name=go value=yes>Yes</button></form>\
                <form method=post action=/b><input type=hidden name=t value=1><button name=stop>X</button></form>";
    let fill = hint("go", &[("go", "maybe")]);
    let by_value = FormHint { deny: Some([("go".into(), "never".into())].into()), ..fill.clone() };
    let by_form = FormHint { deny_has: Some("stop".into()), ..fill };
    let page = page(html);
    assert_eq!(
        shown(consent(&page, std::slice::from_ref(&by_value), Decision::Approve)),
        "POST http://as.example/a go=maybe"
    );
    assert_eq!(shown(consent(&page, &[by_value], Decision::Deny)), "POST http://as.example/a go=never");
    assert_eq!(shown(consent(&page, &[by_form], Decision::Deny)), "POST http://as.example/b t=1&stop=");
}
