//! Pushed authorization requests in which two clients stand: whoever proves who it is asks for itself (RFC 9126,
//! section 2.1).

use std::sync::Arc;

use oauth_rules::{RuleId, rules};

use crate::case::{Case, Context};
use crate::case_end::{Checked, EndAs as _};
use crate::cases::support::par::{code_by_push, refused};
use crate::cases::support::provoke::gives_code;
use crate::expect;
use crate::flow::{self, Authentication};
use crate::subject::{Client, ClientRole, Need};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[Case {
    id: "par/identities-agree",
    rules: rules!["rfc9126-2.1-client-authenticated", "rfc6749-3.1.2.3-registered-uris-compared"],
    about: "What a client pushes with its own secret leads to no code in another's name.",
    needs: &[Need::Login, Need::PushedRequests, Need::BasicClient],
    run: |ctx| Box::pin(identities_agree(ctx)),
    ..Case::DEFAULT
}];

/// Whether what one client honestly pushed leads to a code where another's identifier stands beside it.
async fn anybody_uses(ctx: &Context, by: &Arc<Client>, named: &Arc<Client>) -> Checked<bool> {
    let request_uri = flow::pushed(ctx, &flow::ask(ctx, by)).await?;
    let crossed = flow::ask(ctx, named).by_reference(&request_uri);
    Ok(gives_code(&flow::authorize(ctx, &crossed).await?))
}

async fn identities_agree(ctx: &Context) -> Checked {
    const ELSEWHERE: &[RuleId] =
        rules!["rfc9126-2.1-client-authenticated", "rfc6749-3.1.2.3-registered-uris-compared"];
    const OF_A_PUBLIC_CLIENT: &[RuleId] = rules!["rfc6749-3.1.2.3-registered-uris-compared"];
    const AT_ITS_OWN: &[RuleId] = rules!["rfc9126-2.1-client-authenticated"];
    let clients: Vec<Arc<Client>> = [ClientRole::First, ClientRole::Second, ClientRole::Public]
        .into_iter()
        .filter_map(|role| ctx.parties().client_of(role).ok())
        .collect();
    let mut pairs = 0;
    for by in &clients {
        let authentication = Authentication::of(by);
        if !matches!(authentication, Authentication::Basic { .. }) {
            continue;
        }
        code_by_push(ctx, by).await?;
        for named in &clients {
            if named.id == by.id {
                continue;
            }
            if let Err(end) = code_by_push(ctx, named).await {
                ctx.note(format!("nothing was pushed in the name of {}: {}", named.id, end.saw));
                continue;
            }
            pairs += 1;
            let elsewhere = if named.is_public() { OF_A_PUBLIC_CLIENT } else { ELSEWHERE };
            let mut ways = vec![(&by.redirect_uri, elsewhere)];
            // Anybody may ask in the name of a client that has nothing to prove.
            ways.extend((!named.is_public()).then_some((&named.redirect_uri, AT_ITS_OWN)));
            for (redirect_uri, rules) in ways {
                let way =
                    format!("{} pushes with client_id {} and redirect_uri {redirect_uri}", by.id, named.id);
                let ask = flow::ask(ctx, named).set("redirect_uri", redirect_uri);
                let push = flow::push_as(&ask, authentication.clone());
                let answer = flow::send_push(ctx, &push).await?;
                let Ok(request_uri) = expect::request_uri(&answer) else {
                    ctx.tries(&way, |ctx| {
                        expect::refused_by(&expect::PUSHED, ctx, &answer, &["invalid_request"])
                    });
                    continue;
                };
                // Of whom the server took it to be, is seen when it is used.
                let landing = flow::authorize(ctx, &ask.by_reference(&request_uri)).await?;
                if gives_code(&landing) && anybody_uses(ctx, by, named).await? {
                    // Then nothing shows whose the server took it to be; that it may not be so, another case says.
                    ctx.note(format!("{} can use what {} pushed", named.id, by.id));
                    continue;
                }
                ctx.tries(&way, |ctx| refused(ctx, &landing).under(rules));
            }
        }
    }
    if pairs == 0 {
        let reason = "no second client pushes requests; add [second_client]";
        return Err(ctx.parties().lacking(Need::SecondClient, reason));
    }
    Ok(())
}
