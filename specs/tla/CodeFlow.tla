------------------------------ MODULE CodeFlow ------------------------------
(***************************************************************************)
(* The authorization-code flow of RFC 6749 4.1 with one owner, one client  *)
(* and one grant: a client that repeats its token request while a clock    *)
(* runs, at a server that reads the grant and writes it in two actions.    *)
(* All requests show the right secret, redirect URI and verifier.          *)
(*                                                                         *)
(* README.md says what a state is, and what this is compared with.         *)
(***************************************************************************)
EXTENDS Naturals, Sequences

CONSTANTS
    Ticks,            \* how far the clock goes
    Calls,            \* token requests in all
    Uses,             \* how often the owner opens the profile
    PageLifetime,     \* how long the consent page may lie open
    CodeLifetime,     \* how long a code can be redeemed
    TokenLifetime,    \* how long an access token opens the resource
    LoginLifetime,    \* how long a login at the server lasts
    FlowLifetime,     \* how long the client waits for the owner to come back
    Swap,             \* a write lands only on the grant that was read
    SingleUse,        \* a code that was redeemed brings no second token
    ReplayEnds,       \* a code that is shown again ends its grant
    CodeEnds          \* a code that is too old brings nothing

\* Under these bounds no owner comes back to the client too late.
ASSUME Ticks < FlowLifetime

VARIABLES
    clock,
    browser,          \* where the owner's browser is
    login,            \* until when the owner's login at the server lasts
    flow,             \* how far the login at the client has come
    held,             \* the token that the client holds for the owner, and until when it thinks it good
    opened,           \* how often the profile was opened
    grant,            \* the server's record of the delegation
    calls,            \* the token requests, in the order in which they were sent
    history           \* what was seen, in the order of the answers

vars == <<clock, browser, login, flow, held, opened, grant, calls, history>>

Never == 0            \* the end of what has not begun, or has none

None == 0             \* no token; token n is the one that token request n brought

Flow(stage, until) == [stage |-> stage, until |-> until]

Held(token, until) == [token |-> token, until |-> until]

\* An asked grant keeps the end of its page, a coded one that of its code, a live one its token and its end.
Grant(phase, until, token) == [phase |-> phase, until |-> until, token |-> token]

NoGrant == Grant("none", Never, None)

(***************************************************************************)
(* An answer that was seen: when its request was sent and when it came.    *)
(* "after" is how many answers had come when the request was sent. "token" *)
(* is what a token request brought, or what was shown to the resource.     *)
(***************************************************************************)
Seen(what, after, sentAt, token) ==
    [what |-> what, after |-> after, sentAt |-> sentAt, answeredAt |-> clock, token |-> token]

\* One that came at once.
SeenNow(what, token) == Append(history, Seen(what, Len(history), clock, token))

Init ==
    /\ clock = 0
    /\ browser = "not started"
    /\ login = Never
    /\ flow = Flow("idle", Never)
    /\ held = Held(None, Never)
    /\ opened = 0
    /\ grant = NoGrant
    /\ calls = <<>>
    /\ history = <<>>

-----------------------------------------------------------------------------
(* The front channel: RFC 6749 4.1.1 and 4.1.2. *)

Start ==
    /\ browser = "not started"
    /\ browser' = "with request"
    /\ flow' = Flow("waiting", clock + FlowLifetime)
    /\ UNCHANGED <<clock, login, held, opened, grant, calls, history>>

LoggedIn == clock < login

\* Who is not logged in has to log in before anything is asked.
BringRequest ==
    /\ browser = "with request"
    /\ IF LoggedIn
       THEN /\ browser' = "on consent page"
            /\ grant' = Grant("asked", clock + PageLifetime, None)
       ELSE /\ browser' = "on login page"
            /\ grant' = grant
    /\ UNCHANGED <<clock, login, flow, held, opened, calls, history>>

LogIn ==
    /\ browser = "on login page"
    /\ browser' = "with request"
    /\ login' = clock + LoginLifetime
    /\ UNCHANGED <<clock, flow, held, opened, grant, calls, history>>

MayDecide == LoggedIn /\ grant.phase = "asked" /\ clock < grant.until

Approve ==
    /\ browser = "on consent page"
    /\ MayDecide
    /\ browser' = "with code"
    /\ grant' = Grant("coded", clock + CodeLifetime, None)
    /\ history' = SeenNow("code", None)
    /\ UNCHANGED <<clock, login, flow, held, opened, calls>>

Deny ==
    /\ browser = "on consent page"
    /\ MayDecide
    /\ browser' = "with error"
    /\ grant' = Grant("denied", Never, None)
    /\ UNCHANGED <<clock, login, flow, held, opened, calls, history>>

\* Whoever waited too long gets an error page, and the client is told nothing.
DecideTooLate ==
    /\ browser = "on consent page"
    /\ ~MayDecide
    /\ browser' = "away"
    /\ UNCHANGED <<clock, login, flow, held, opened, grant, calls, history>>

BringError ==
    /\ browser = "with error"
    /\ browser' = "away"
    /\ flow' = Flow("idle", Never)
    /\ UNCHANGED <<clock, login, held, opened, grant, calls, history>>

-----------------------------------------------------------------------------
(* The back channel: RFC 6749 4.1.3 and 4.1.4. The client waits for the     *)
(* answer to the first token request; the others repeat it, as if that      *)
(* answer had been lost.                                                    *)

Call(stage, after, sentAt, read, readAt) ==
    [stage |-> stage, after |-> after, sentAt |-> sentAt, read |-> read, readAt |-> readAt]

Unread(stage, call) == Call(stage, call.after, call.sentAt, NoGrant, 0)

NewCall == Call("sent", Len(history), clock, NoGrant, 0)

BringCode ==
    /\ browser = "with code"
    /\ browser' = "away"
    /\ flow' = Flow("exchanging", Never)
    /\ calls' = Append(calls, NewCall)
    /\ UNCHANGED <<clock, login, held, opened, grant, history>>

Repeat ==
    /\ calls # <<>>
    /\ Len(calls) < Calls
    /\ calls' = Append(calls, NewCall)
    /\ UNCHANGED <<clock, browser, login, flow, held, opened, grant, history>>

\* Whether a token request brings a token, given the grant as it was read and the moment of that.
Brings(read, at) ==
    \/ (read.phase = "coded" /\ (~CodeEnds \/ at < read.until))
    \/ (read.phase = "live" /\ ~SingleUse)

\* Whether it ends the grant instead.
Ends(read) == read.phase = "live" /\ SingleUse /\ ReplayEnds

\* The answer was seen; the client that waits for it has its token, or has none.
Answer(n, token) ==
    LET answer == Seen("redemption", calls[n].after, calls[n].sentAt, token)
        loggedIn == Seen("login", Len(history) + 1, clock, token)
    IN  /\ calls' = [calls EXCEPT ![n] = Unread("answered", calls[n])]
        /\ flow' = IF n = 1 THEN Flow("idle", Never) ELSE flow
        /\ held' = IF n = 1 /\ token # None THEN Held(token, clock + TokenLifetime) ELSE held
        /\ history' = history \o (IF n = 1 /\ token # None THEN <<answer, loggedIn>> ELSE <<answer>>)

\* What changes nothing is answered at once.
Refuse(n) ==
    /\ calls[n].stage = "sent"
    /\ ~Brings(grant, clock)
    /\ ~Ends(grant)
    /\ Answer(n, None)
    /\ UNCHANGED <<clock, browser, login, opened, grant>>

Read(n) ==
    /\ calls[n].stage = "sent"
    /\ (Brings(grant, clock) \/ Ends(grant))
    /\ calls' = [calls EXCEPT ![n] = Call("read", calls[n].after, calls[n].sentAt, grant, clock)]
    /\ UNCHANGED <<clock, browser, login, flow, held, opened, grant, history>>

Lands(n) == ~Swap \/ grant = calls[n].read

Write(n) ==
    /\ calls[n].stage = "read"
    /\ Lands(n)
    /\ IF Brings(calls[n].read, calls[n].readAt)
       THEN /\ grant' = Grant("live", calls[n].readAt + TokenLifetime, n)
            /\ Answer(n, n)
       ELSE /\ grant' = Grant("replayed", Never, None)
            /\ Answer(n, None)
    /\ UNCHANGED <<clock, browser, login, opened>>

\* Somebody else was faster.
ReadAgain(n) ==
    /\ calls[n].stage = "read"
    /\ ~Lands(n)
    /\ calls' = [calls EXCEPT ![n] = Unread("sent", calls[n])]
    /\ UNCHANGED <<clock, browser, login, flow, held, opened, grant, history>>

-----------------------------------------------------------------------------
(* The resource: RFC 6749 7. *)

Opens(token) == grant.phase = "live" /\ grant.token = token /\ clock < grant.until

\* A token that the client knows to have ended is not shown; one that the resource refuses is thrown away.
OpenProfile ==
    /\ held.token # None
    /\ opened < Uses
    /\ opened' = opened + 1
    /\ IF clock < held.until
       THEN IF Opens(held.token)
            THEN /\ history' = SeenNow("served", held.token)
                 /\ held' = held
            ELSE /\ history' = SeenNow("turned away", held.token)
                 /\ held' = Held(None, Never)
       ELSE /\ history' = history
            /\ held' = Held(None, Never)
    /\ UNCHANGED <<clock, browser, login, flow, grant, calls>>

Tick ==
    /\ clock < Ticks
    /\ clock' = clock + 1
    /\ UNCHANGED <<browser, login, flow, held, opened, grant, calls, history>>

Next ==
    \/ Start
    \/ BringRequest
    \/ LogIn
    \/ Approve
    \/ Deny
    \/ DecideTooLate
    \/ BringError
    \/ BringCode
    \/ Repeat
    \/ (\E n \in 1..Len(calls) : Refuse(n))
    \/ (\E n \in 1..Len(calls) : Read(n))
    \/ (\E n \in 1..Len(calls) : Write(n))
    \/ (\E n \in 1..Len(calls) : ReadAgain(n))
    \/ OpenProfile
    \/ Tick

Spec == Init /\ [][Next]_vars

-----------------------------------------------------------------------------
(* The laws, over what was seen. *)

Places == 1..Len(history)

Is(i, what) == history[i].what = what

SameToken(i, j) == history[i].token = history[j].token

Redeemed(i) == Is(i, "redemption") /\ history[i].token # None

Refused(i) == Is(i, "redemption") /\ history[i].token = None

\* i was sent after j was answered; what overlaps decides nothing.
IsAfter(i, j) == j <= history[i].after

CodeRedeemedOnce ==
    \A i \in Places : \A j \in Places : (Redeemed(i) /\ Redeemed(j)) => i = j

ReplayEndsGrant ==
    \A i \in Places : \A j \in Places : \A k \in Places :
        (Redeemed(i) /\ Refused(j) /\ IsAfter(j, i) /\ Is(k, "served") /\ SameToken(i, k)) => ~IsAfter(k, j)

CodeRedeemedInTime ==
    \A i \in Places : \A j \in Places :
        (Is(i, "code") /\ Redeemed(j)) => history[j].sentAt < history[i].answeredAt + CodeLifetime

CodeWasIssued ==
    \A j \in Places : Redeemed(j) => (\E i \in Places : i < j /\ Is(i, "code"))

ServedTokenWasIssued ==
    \A k \in Places : Is(k, "served") => (\E i \in Places : i < k /\ Redeemed(i) /\ SameToken(i, k))

ServedTokenInTime ==
    \A i \in Places : \A k \in Places :
        (Redeemed(i) /\ Is(k, "served") /\ SameToken(i, k))
            => history[k].sentAt < history[i].answeredAt + TokenLifetime
=============================================================================
