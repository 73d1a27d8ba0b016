//! How the suite sees whether an access token lives: by introspection where the server offers it, else by what the
//! resource says. A resource server may judge a token by itself and learn late of its end, so that introspection
//! has the first word.

use std::sync::Arc;
use std::time::Duration;

use oauth_rules::{RuleId, rules};
use serde_json::Value;

use crate::case::Context;
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::introspection::{activity, callers, introspect, query, says_active};
use crate::expect::Token;
use crate::flow;
use crate::subject::{Client, Met, Need};
use crate::wire::Exchange;

/// How long a token lives that waits on a real clock are worth, in seconds.
const PATIENCE: u64 = 7200;

/// How long a server's clock is put ahead at most, in seconds: certificates and accounts end as well.
const FARTHEST: u64 = 366 * 24 * 3600;

/// How much longer than its lifetime a token is left alone, in seconds.
const GRACE: u64 = 60;

/// What clocks and the wire may take, in seconds, where something is tried shortly before its end.
pub(in crate::cases) const MARGIN: u64 = 2;

/// How long an access token lives, in seconds: as its response states, else as the target does.
pub(in crate::cases) fn access_token_lifetime(ctx: &Context, token: &Token) -> Checked<u64> {
    let stated = token.json.get("expires_in").and_then(Value::as_u64);
    stated.or(ctx.target().access_token_lifetime).ok_or_else(|| {
        CaseEnd::not_tested("how long an access token lives is not known; add access_token_lifetime")
    })
}

/// How long a refresh token lives, in seconds, as the target states. That it can be waited for is a control.
pub(in crate::cases) fn refresh_token_lifetime(ctx: &Context) -> Checked<u64> {
    let lifetime = ctx.target().refresh_token_lifetime.ok_or_else(|| {
        CaseEnd::not_tested("how long a refresh token lives is not known; add refresh_token_lifetime")
    })?;
    within_patience(ctx, "a refresh token", lifetime)?;
    Ok(lifetime)
}

/// Waits until an access token has expired; says when that is.
pub(in crate::cases) async fn outlive(ctx: &Context, token: &Token) -> Checked<String> {
    let lifetime = access_token_lifetime(ctx, token)?;
    within_patience(ctx, "the token", lifetime)?;
    out_wait(ctx, lifetime).await
}

/// That a token which lives for so many seconds can be waited for.
pub(in crate::cases) fn within_patience(ctx: &Context, token: &str, lifetime: u64) -> Checked {
    if ctx.live().clock.is_real() && lifetime > PATIENCE {
        let reason = format!("{token} lives for {lifetime} s, which is too long to wait; add [clock]");
        return Err(CaseEnd::not_tested(reason));
    }
    if lifetime > FARTHEST {
        let reason = format!("{token} lives for {lifetime} s, and no clock is put ahead by more than a year");
        return Err(CaseEnd::not_tested(reason));
    }
    Ok(())
}

/// Waits until shortly before the end of what lives for so many seconds; says when that is.
pub(in crate::cases) async fn wait_until_its_end(ctx: &Context, lifetime: u64) -> Checked<String> {
    if lifetime <= 2 * MARGIN {
        return Err(CaseEnd::not_tested(format!("a lifetime of {lifetime} s is too short to be tried out")));
    }
    ctx.wait(Duration::from_secs(lifetime - MARGIN)).await?;
    Ok(format!("{MARGIN} s before its end"))
}

/// Waits from shortly before an end until a minute after it; says when that is.
pub(in crate::cases) async fn pass_its_end(ctx: &Context) -> Checked<String> {
    ctx.wait(Duration::from_secs(MARGIN + GRACE)).await?;
    Ok(format!("{GRACE} s after its end"))
}

/// Waits for a lifetime in seconds and a minute more; says how long that is.
pub(in crate::cases) async fn out_wait(ctx: &Context, lifetime: u64) -> Checked<String> {
    ctx.wait(Duration::from_secs(lifetime + GRACE)).await?;
    Ok(format!("{} s after it was issued", lifetime + GRACE))
}

/// Leaves news of the end of a token the time that it may take, and what clocks may take beside that.
pub(in crate::cases) async fn news_travels(ctx: &Context) {
    ctx.pause(Duration::from_secs(ctx.target().ends_are_known_within() + MARGIN)).await;
}

/// What tells whether an access token lives.
pub(in crate::cases) enum Gauge {
    /// What the introspection endpoint tells this client.
    Introspection(Arc<Client>),
    /// Whether the resource is served.
    Resource,
}

/// Whether a token lives, and the exchange that showed it.
pub(in crate::cases) struct TokenStatus {
    pub(in crate::cases) live: bool,
    pub(in crate::cases) exchange: Arc<Exchange>,
    /// What is wrong with an answer that does not say that the token lives, and not that it is dead either.
    unclear: Option<CaseEnd>,
}

impl Gauge {
    /// The first that shows this fresh token of a client alive, and not one that is made up. It is a control.
    pub(in crate::cases) async fn find(ctx: &Context, client: &Arc<Client>, token: &str) -> Checked<Self> {
        let mut tried = None;
        if Need::Introspection.met(ctx.target()) == Met::Yes {
            for caller in callers(ctx, client) {
                let gauge = Self::Introspection(caller);
                match gauge.see(ctx, token).await {
                    Ok(seen) => {
                        if seen.live && gauge.tells_apart(ctx).await? {
                            return Ok(gauge);
                        }
                        tried = Some(seen.exchange);
                    }
                    Err(stop) => tried = stop.exchange,
                }
            }
        }
        if Need::ResourceServer.met(ctx.target()) == Met::Yes {
            let seen = Self::Resource.see(ctx, token).await.control("the resource with a fresh token")?;
            if seen.live && Self::Resource.tells_apart(ctx).await? {
                return Ok(Self::Resource);
            }
            tried = Some(seen.exchange);
        }
        let reason = "nothing tells an access token that lives from one that is made up; add [resource_client], or a resource that looks at tokens to [endpoints]";
        let stop = ctx.parties().lacking(Need::ResourceServer, reason);
        Err(tried.map_or(stop.clone(), |exchange| stop.at(&exchange)))
    }

    /// Whether a token that nobody issued does not count as one that lives: who takes any text for a live token shows
    /// nothing.
    async fn tells_apart(&self, ctx: &Context) -> Checked<bool> {
        Ok(!self.look(ctx, &ctx.fresh()).await?.live)
    }

    /// Whether the token lives. It is a control that the answer can be read.
    pub(in crate::cases) async fn see(&self, ctx: &Context, token: &str) -> Checked<TokenStatus> {
        let seen = self.look(ctx, token).await?;
        if let Some(end) = &seen.unclear {
            return Err(end.clone().control("what shows whether an access token lives"));
        }
        Ok(seen)
    }

    async fn look(&self, ctx: &Context, token: &str) -> Checked<TokenStatus> {
        match self {
            Self::Introspection(caller) => {
                let exchange = introspect(ctx, &query(caller, token)).await?;
                let live = says_active(&exchange)?;
                let unclear = activity(&exchange).err();
                Ok(TokenStatus { live, exchange, unclear })
            }
            Self::Resource => {
                let exchange = flow::resource(ctx, token).await?;
                let status = exchange.response()?.status;
                let live = (200..300).contains(&status);
                let clear = live || matches!(status, 400 | 401 | 403);
                let unclear = || exchange.broken("status 2xx or 401", format!("status {status}"));
                let unclear = (!clear).then(unclear);
                Ok(TokenStatus { live, exchange, unclear })
            }
        }
    }

    /// The token has come to its end: now, or after the time that news of it may take. That its end is told in another form is
    /// a finding of its own.
    pub(in crate::cases) async fn ended(&self, ctx: &Context, token: &str) -> Checked {
        let mut seen = self.look(ctx, token).await?;
        if seen.live {
            news_travels(ctx).await;
            seen = self.look(ctx, token).await?;
            if !seen.live {
                ctx.note("the end of a token took a moment to show");
            }
        }
        self.show(ctx, token).await;
        if seen.live {
            return Err(seen.exchange.broken(self.of_a_dead_one(), self.of_a_live_one()).granted());
        }
        if let Some(end) = seen.unclear {
            ctx.tell(end.under(self.form()));
        }
        Ok(())
    }

    /// The rule of how it is told that a token is dead.
    const fn form(&self) -> &'static [RuleId] {
        match self {
            Self::Introspection(_) => rules!["rfc7662-2.2-inactive-is-200-false"],
            Self::Resource => rules!["rfc6750-3.1-invalid-token-401"],
        }
    }

    /// Shows a token that introspection told of to the resource too, for the laws to judge what that says. It need not
    /// ask about one that it can read by itself, such as a JWT.
    async fn show(&self, ctx: &Context, token: &str) {
        let asks = matches!(self, Self::Introspection(_)) && token.split('.').count() != 3;
        if asks && Need::ResourceServer.met(ctx.target()) == Met::Yes {
            let _ = flow::resource(ctx, token).await;
        }
    }

    /// The token lives still.
    pub(in crate::cases) async fn lives(&self, ctx: &Context, token: &str) -> Checked {
        let seen = self.see(ctx, token).await?;
        if seen.live {
            return Ok(());
        }
        Err(seen.exchange.broken(self.of_a_live_one(), self.of_a_dead_one()))
    }

    const fn of_a_live_one(&self) -> &'static str {
        match self {
            Self::Introspection(_) => "active: true for the access token",
            Self::Resource => "the resource, served for the access token",
        }
    }

    const fn of_a_dead_one(&self) -> &'static str {
        match self {
            Self::Introspection(_) => "active: false for the access token",
            Self::Resource => "a refusal of the access token",
        }
    }
}
