"""authgent-server, whole, with the clients of target.toml and a resource that asks it about tokens.

Decides the configuration, the clients and the resource: authgent-server has its own pages, stores and keys, and
knows no users. Everything lives in memory and is gone at the end of the process.
"""

import argparse
import asyncio
import os
import re
import secrets
import signal
import socket
import sys

HOST = "127.0.0.1"
CODE = ["authorization_code", "refresh_token"]
CREDENTIALS = ["client_credentials"]
LOOPBACK = "http://127.0.0.1/callback"
BEARER = re.compile(r"bearer +([A-Za-z0-9\-._~+/]+=*)", re.IGNORECASE)


def configure(issuer):
    """Settings are read from the environment; those that are not here are the defaults."""
    os.environ.update(
        AUTHGENT_SECRET_KEY=secrets.token_hex(32),
        AUTHGENT_DATABASE_URL="sqlite+aiosqlite:///:memory:",
        AUTHGENT_SERVER_URL=issuer,
        # The default lets every request pass without a question.
        AUTHGENT_CONSENT_MODE="ui",
        AUTHGENT_SCOPES_SUPPORTED='["profile", "email"]',
        # All requests of a run come from one address.
        AUTHGENT_TOKEN_RATE_LIMIT="1000000",
    )


def clients():
    """The rows of the clients; hashes of machine-made secrets need not be slow."""
    import bcrypt
    from authgent_server.models.oauth_client import OAuthClient

    def client(name, secret, redirect_uris, grant_types, scope="profile email", method="client_secret_basic"):
        # The library wants a hash of public clients as well.
        hashed = bcrypt.hashpw((secret or secrets.token_hex(32)).encode(), bcrypt.gensalt(rounds=4))
        return OAuthClient(
            client_id=name,
            client_secret_hash=hashed.decode(),
            client_name=name,
            grant_types=grant_types,
            redirect_uris=redirect_uris,
            scope=scope,
            token_endpoint_auth_method=method if secret else "none",
        )

    odd = ["http://localhost:8003/callback?tenant=a%26b", "http://localhost:8003/other"]
    return [
        client("client_1", "client_secret_1", ["http://localhost:8000/callback"], CODE + CREDENTIALS),
        client("client_2", "client_secret_2", ["http://localhost:8001/callback"], CODE + CREDENTIALS),
        client("client_3", "a b%+:&c", odd, CODE, "email", "client_secret_post"),
        client("public_1", None, [LOOPBACK], CODE),
        client("service_1", "service_secret_1", ["http://localhost:8004/callback"], CREDENTIALS),
        client("resource_1", "resource_secret_1", [], CREDENTIALS),
    ]


def add_resource(app, settings):
    """/api/me, for tokens of the scope `profile`."""
    from authgent_server.db import get_session_factory
    from authgent_server.dependencies import get_token_service
    from fastapi import Depends, Request
    from fastapi.responses import JSONResponse

    def refuse(status, error):
        challenge = 'Bearer realm="peer"' + (f', error="{error}"' if error else "")
        return JSONResponse({}, status, {"WWW-Authenticate": challenge})

    @app.get("/api/me")
    async def me(request: Request, tokens=Depends(get_token_service)):
        shown = request.headers.get("authorization", "")
        if not re.match(r"bearer( |$)", shown, re.IGNORECASE):
            return refuse(401, None)
        token = BEARER.fullmatch(shown)
        if token is None:
            return refuse(400, "invalid_request")
        try:
            async with get_session_factory(settings)() as session:
                claims = await tokens.verify_and_check_blocklist(session, token[1])
        except Exception:
            return refuse(401, "invalid_token")
        if "cnf" in claims:
            return refuse(401, "invalid_token")
        if "profile" not in (claims.get("scope") or "").split():
            return refuse(403, "insufficient_scope")
        told = {"client_id": claims.get("client_id"), "user_id": claims.get("sub"), "scope": claims.get("scope")}
        return JSONResponse(told, headers={"Cache-Control": "no-store"})


async def run(listener, issuer, told):
    """Serves until a signal asks for the end, and writes to `told` where."""
    import uvicorn
    from authgent_server.app import create_app
    from authgent_server.config import get_settings
    from authgent_server.db import get_engine, get_session_factory
    from authgent_server.models.base import Base

    settings = get_settings()
    app = create_app(settings)
    add_resource(app, settings)
    async with get_engine(settings).begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with get_session_factory(settings)() as session:
        session.add_all(clients())
        await session.commit()
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False))
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, lambda: os._exit(0))
    serving_now = asyncio.create_task(server.serve([listener]))
    while not server.started:
        await asyncio.sleep(0.01)
    print(f"listening on {issuer}", file=told, flush=True)
    await serving_now


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=9000, help="0 picks a free one")
    args = parser.parse_args()
    try:
        listener = socket.create_server((HOST, args.port), backlog=128)
    except (OSError, OverflowError) as error:
        print(f"cannot listen on {HOST}:{args.port}: {error}; name another with --port", file=sys.stderr)
        raise SystemExit(2) from error
    issuer = f"http://{HOST}:{listener.getsockname()[1]}"
    configure(issuer)
    # stdout is for the address, and the server logs there.
    told = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    asyncio.run(run(listener, issuer, told))


if __name__ == "__main__":
    main()
