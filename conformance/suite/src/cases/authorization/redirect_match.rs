//! How redirect URIs are compared: as text, each character of it.
//!
//! Each case tries those alterations of the registered URI that its rule is about, where the URI has room for
//! them. Other ports are not tried on loopback hosts, for which some documents allow them; `loopback.rs` does.

use oauth_rules::rules;

use crate::case::{Case, Context};
use crate::case_end::{Checked, EndAs as _, EndKind};
use crate::cases::support::redirect_uris::{Alteration, refused_of};
use crate::subject::Need;

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
];

/// Where a query may be added, not the full URI is on record, and the parts of it may be compared in the ways of RFC 3986,
/// section 6, which normalise them.
async fn compared_as_text(ctx: &Context) -> Checked {
    use Alteration as A;
    const NORMALISED: &[A] = &[A::HostCapitals, A::DefaultPort, A::Escape, A::Dots, A::EscapedDots];
    let client = ctx.parties().client()?;
    match refused_of(ctx, &client, &[A::Query]).await {
        Err(stop) if stop.kind == EndKind::Broken => {
            let others: Vec<A> = A::ALL.iter().copied().filter(|way| !NORMALISED.contains(way)).collect();
            refused_of(ctx, &client, &others).await?;
            refused_of(ctx, &client, NORMALISED).await.warn()
        }
        full => {
            full?;
            refused_of(ctx, &client, A::ALL).await
        }
    }
}

async fn refuses(ctx: &Context, alterations: &[Alteration]) -> Checked {
    refused_of(ctx, &ctx.parties().client()?, alterations).await
}
