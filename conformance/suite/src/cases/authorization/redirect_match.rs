//! How redirect URIs are compared: as text, each character of it.
//!
//! Each case tries those alterations of the registered URI that its rule is about, where the URI has room for
//! them. Other ports are not tried on loopback hosts, for which some documents allow them; `loopback.rs` does.

use std::sync::Arc;

use oauth_rules::{RuleId, rules};

use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _, EndKind};
use crate::cases::support::redirect_spellings::{Spellings, brings_no_code};
use crate::cases::support::redirect_uris::{Alteration, compared, has_to_be_registered, refused, refused_of};
use crate::flow;
use crate::subject::{Client, Need};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "redirect-match/compared-as-text",
        rules: rules!["rfc6749-3.1.2.3-simple-string-comparison"],
        about: "A redirect URI that differs from the registered one in any character is refused on an error page.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(compared_as_text(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "redirect-match/nothing-added",
        rules: rules!["rfc9700-2.1-redirect-uri-exact-match"],
        about: "A redirect URI with another path, query, host or user part than the registered one is refused.",
        needs: &[Need::Login],
        run: |ctx| {
            use Alteration as A;
            Box::pin(refuses(
                ctx,
                &[A::Segment, A::Query, A::Slash, A::Subdomain, A::HostSuffix, A::HostAsUser, A::Dots],
            ))
        },
        ..Case::DEFAULT
    },
    Case {
        id: "redirect-match/nothing-normalised",
        rules: rules!["rfc9700-4.1.3-simple-string-comparison"],
        about: "A redirect URI that is equal to the registered one only after normalisation is refused.",
        needs: &[Need::Login],
        run: |ctx| {
            use Alteration as A;
            Box::pin(refuses(ctx, &[A::HostCapitals, A::DefaultPort, A::Escape, A::Dot, A::EmptyQuery]))
        },
        ..Case::DEFAULT
    },
    Case {
        id: "redirect-match/whole-uri-registered",
        rules: rules!["rfc6749-3.1.2.2-complete-uri-registered"],
        about: "A redirect URI with a query that the registered one has not is refused on an error page.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(refuses(ctx, &[Alteration::Query])),
        ..Case::DEFAULT
    },
    Case {
        id: "redirect-match/each-registered-uri",
        rules: rules!["rfc9700-2.1-redirect-uri-exact-match", "rfc6749-3.1.2.3-simple-string-comparison"],
        about: "No client gets a code at a redirect URI that is nearly one of its own, of whatever kind that is.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(each_registered_uri(ctx)),
        ..Case::DEFAULT
    },
];

/// Where a query may be added, not the full URI is on record, and the parts of it may be compared in the ways of RFC 3986,
/// section 6, which normalise them.
async fn compared_as_text(ctx: &Context) -> Checked {
    use Alteration as A;
    let client = ctx.parties().client()?;
    let parts = compared(ctx, &client).await?;
    let mut is_whole = true;
    if let Some(text) = A::Query.of(&client, &parts) {
        match refused(ctx, &client, &text).await {
            Err(end) if end.kind == EndKind::Broken => is_whole = false,
            step => {
                ctx.told(step);
            }
        }
    }
    for way in A::ALL {
        let Some(text) = way.of(&client, &parts) else { continue };
        let step = refused(ctx, &client, &text).await;
        let counts = is_whole || !way.is_normalised(&parts);
        ctx.told(if counts { step } else { step.warn() });
    }
    Ok(())
}

async fn refuses(ctx: &Context, alterations: &[Alteration]) -> Checked {
    refused_of(ctx, &ctx.parties().client()?, alterations).await
}

async fn each_registered_uri(ctx: &Context) -> Checked {
    let (mut tried, mut unbound) = (false, None);
    for client in ctx.target().clients.values() {
        // Who authenticates may push one that it never registered, and nobody else may (RFC 9126, sections 2.4 and 7.2).
        if let Err(end) = has_to_be_registered(ctx, client) {
            unbound = Some(end);
            continue;
        }
        let uris: Vec<&str> = client.redirect_uris().collect();
        for uri in uris {
            let ask = flow::ask(ctx, client).set("redirect_uri", uri);
            let asked = flow::authorize(ctx, &ask).await.map_err(CaseEnd::of_a_control);
            let landing = match asked {
                // Which clients may push, and for which of their redirect URIs, is the server's to say.
                Err(end) if flow::pushes_only(ctx) && end.kind == EndKind::NotTested => {
                    ctx.note(format!("nothing like {uri} was tried: {}", end.saw));
                    continue;
                }
                asked => asked?,
            };
            if let Err(end) = flow::code_from(&ask, &landing) {
                ctx.note(format!(
                    "nothing like {uri} was tried, where {} got no code: {}",
                    client.id, end.saw
                ));
                continue;
            }
            tried = true;
            only_as_registered(&ctx.when(&format!("{} has {uri} on record", client.id)), client, uri).await;
        }
    }
    match unbound {
        _ if tried => Ok(()),
        Some(end) => Err(end),
        None => Err(CaseEnd::not_tested("no client got a code at a redirect URI of its own")),
    }
}

/// Tells of each spelling of one of a client's redirect URIs that brings a code, but for the one that is on record. Where a query
/// may be added, RFC 6749, section 3.1.2.2, excuses what RFC 9700 does not: there no URI is on record by halves.
async fn only_as_registered(ctx: &Context, client: &Arc<Client>, uri: &str) {
    let Spellings { queries, others, normalised } = Spellings::of(client, uri);
    let mut is_whole = true;
    for (at, text) in queries.iter().enumerate() {
        let step = brings_no_code(ctx, client, text).await;
        if at == 0 && is_broken(&step) {
            is_whole = false;
            let reason = "RFC 6749, section 3.1.2.2, lets a server do so, and RFC 9700 does not";
            ctx.note(format!("a query may be added to {uri}: {reason}"));
        }
        ctx.told(if is_whole { step } else { step.under(EXACT) });
    }
    for text in &others {
        ctx.told(brings_no_code(ctx, client, text).await);
    }
    for text in &normalised {
        let step = brings_no_code(ctx, client, text).await;
        if is_whole || !is_broken(&step) {
            ctx.told(step);
            continue;
        }
        ctx.told(step.clone().under(EXACT));
        ctx.told(step.warn().under(rules!["rfc6749-3.1.2.3-simple-string-comparison"]));
    }
}

/// What no server may do, be it that not the full URI is on record with it.
const EXACT: &[RuleId] = rules!["rfc9700-2.1-redirect-uri-exact-match"];

fn is_broken(step: &Checked) -> bool {
    matches!(step, Err(end) if end.kind == EndKind::Broken)
}
