"""A client built on Authlib's Flask integration: signs its user in and shows one resource.

Decides where tokens and pending requests are kept (in this process, never in a cookie) and what its pages
show. The protocol itself is Authlib's; README.md lists what Authlib's client does not check.
"""

import argparse
import secrets
import time
from urllib.parse import urlsplit

from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Flask, redirect, render_template_string, request, session

import serving

START_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Client</title></head><body>
{% if signed_in %}<p>Signed in. <a href="/profile">Profile</a></p>
{% else %}<p><a href="/login">Sign in</a></p>{% endif %}
</body></html>
"""

PROFILE_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Profile</title></head><body>
<dl>{% for name, value in resource.items() %}<dt>{{ name }}</dt><dd>{{ value }}</dd>{% endfor %}</dl>
</body></html>
"""

ERROR_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Sign-in failed</title></head><body>
<p>{{ reason }}</p><p><a href="/login">Try again</a></p>
</body></html>
"""


class Shelf:
    """What the cookie must not carry, kept in memory; the interface is that of Authlib's `cache`."""

    def __init__(self):
        self.kept = {}

    def get(self, key):
        value, dies_at = self.kept.get(key, (None, 0.0))
        return value if time.monotonic() < dies_at else None

    def set(self, key, value, lifetime):
        self.kept[key] = (value, time.monotonic() + lifetime)

    def delete(self, key):
        self.kept.pop(key, None)


def create_app(args, redirect_uri):
    """The application of one client at one authorization server."""
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=secrets.token_bytes(32),
        SESSION_COOKIE_NAME="authlib_client_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
    )
    tokens = Shelf()
    issuer = args.issuer.rstrip("/")
    if args.metadata:
        endpoints = {"server_metadata_url": f"{issuer}/.well-known/oauth-authorization-server"}
    else:
        endpoints = {"authorize_url": f"{issuer}/authorize", "access_token_url": f"{issuer}/token"}
    oauth = OAuth(app, cache=Shelf())
    server = oauth.register(
        name="server",
        client_id=args.client_id,
        client_secret=args.client_secret,
        client_kwargs={
            "scope": args.scope,
            "code_challenge_method": "S256",
            "token_endpoint_auth_method": "client_secret_basic" if args.client_secret else "none",
        },
        **endpoints,
    )

    def failed(reason, status):
        return render_template_string(ERROR_PAGE, reason=reason), status

    @app.before_request
    def keep_to_one_origin():
        # The callback brings back no cookie that another host name was given.
        home = urlsplit(redirect_uri)
        if request.path in ("/", "/login") and request.host != home.netloc:
            return redirect(f"{home.scheme}://{home.netloc}{request.path}", code=303)
        return None

    @app.get("/")
    def start():
        return render_template_string(START_PAGE, signed_in=tokens.get(session.get("holder")) is not None)

    @app.get("/login")
    def login():
        return server.authorize_redirect(redirect_uri)

    @app.get("/callback")
    def callback():
        try:
            token = server.authorize_access_token()
        except OAuthError as error:
            return failed(f"the authorization server refused: {error.error}", 400)
        session.clear()
        session["holder"] = secrets.token_urlsafe(32)
        tokens.set(session["holder"], token, token.get("expires_in", 3600))
        return redirect("/profile", code=303)

    @app.get("/profile")
    def profile():
        token = tokens.get(session.get("holder"))
        if token is None:
            return redirect("/login", code=303)
        response = server.get(args.resource or f"{issuer}/api/me", token=token)
        if response.status_code == 401:
            tokens.delete(session["holder"])
            return failed("the resource server no longer accepts the token", 502)
        if not response.ok:
            return failed(f"the resource server answered {response.status_code}", 502)
        return render_template_string(PROFILE_PAGE, resource=response.json())

    return app


def arguments():
    """The command line; its defaults fit server.py's."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=8000, help="0 picks a free one")
    parser.add_argument("--issuer", default="http://127.0.0.1:9000", metavar="URL")
    parser.add_argument("--client-id", default="client_1", metavar="ID")
    parser.add_argument(
        "--client-secret", default="client_secret_1", metavar="SECRET", help="empty for a public client"
    )
    parser.add_argument("--redirect-uri", metavar="URI", help="by default http://localhost:PORT/callback")
    parser.add_argument("--scope", default="profile")
    parser.add_argument("--resource", metavar="URL", help="by default ISSUER/api/me")
    parser.add_argument(
        "--metadata",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="without it the endpoints are ISSUER/authorize and ISSUER/token",
    )
    return parser.parse_args()


def main():
    args = arguments()
    listener = serving.bind(args.port)
    redirect_uri = args.redirect_uri or f"http://localhost:{serving.port_of(listener)}/callback"
    serving.serve(create_app(args, redirect_uri), listener)


if __name__ == "__main__":
    main()
