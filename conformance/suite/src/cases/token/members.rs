//! That no member stands twice in an answer of the token endpoint (RFC 6749, section 3.2).

use std::fmt;
use std::sync::Arc;

use oauth_rules::rules;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::case::{Case, Context};
use crate::case_end::{Checked, EndAs as _};
use crate::expect;
use crate::flow;
use crate::subject::Need;
use crate::wire::Exchange;

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[Case {
    id: "token-response/each-member-once",
    rules: rules!["rfc6749-3.2-duplicate-parameter-in-response"],
    about: "No member stands twice in an answer of the token endpoint, be it tokens or an error.",
    needs: &[Need::Login],
    run: |ctx| Box::pin(each_member_once(ctx)),
    ..Case::DEFAULT
}];

/// The names of an object's members as they were written, repeats and all.
struct Names(Vec<String>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Names;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Names, A::Error> {
                let mut names = Vec::new();
                while let Some(name) = map.next_key::<String>()? {
                    map.next_value::<IgnoredAny>()?;
                    names.push(name);
                }
                Ok(Names(names))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

async fn each_member_once(ctx: &Context) -> Checked {
    let code = flow::code(ctx, &ctx.parties().client()?).await?;
    let good = flow::redemption(&code);
    let granted = flow::token(ctx, &good).await?;
    expect::token(&granted).control("an honest token request")?;
    ctx.tried("a code is redeemed", once(&granted));
    let refused = [
        ("the code is made up", good.clone().set("code", &ctx.fresh())),
        ("the grant type is unknown", good.set("grant_type", "suite_none")),
    ];
    for (way, request) in refused {
        let answer = flow::token(ctx, &request).await?;
        ctx.tried(way, once(&answer));
    }
    Ok(())
}

/// That no name stands twice in a JSON object. What is none is the matter of other cases.
fn once(answer: &Arc<Exchange>) -> Checked {
    let read: Result<Names, _> = serde_json::from_slice(&answer.response()?.body);
    let Ok(Names(names)) = read else { return Ok(()) };
    let repeated = names.iter().enumerate().find(|(at, name)| names[..*at].contains(name));
    match repeated {
        None => Ok(()),
        Some((_, name)) => Err(answer.broken("each member once", format!("{name} more than once"))),
    }
}
