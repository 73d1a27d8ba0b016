"""An authorization server with its resource server, built on Authlib's own classes.

Decides what Authlib leaves to its user: pages, login, cookies, stores, lifetimes and response headers. What
Authlib decides stays as Authlib has it, even where a rule is broken (README.md lists those). Everything lives
in memory and is gone at the end of the process. Leaves out resource indicators and throttling.
"""

import argparse
import hmac
import re
import secrets
import threading
import time
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector, current_token
from authlib.oauth2 import OAuth2Error, rfc8414, rfc9207
from authlib.oauth2.rfc6749 import ClientMixin, InvalidGrantError, TokenMixin, grants
from authlib.oauth2.rfc6750 import BearerTokenValidator
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc7662 import IntrospectionEndpoint
from flask import Flask, jsonify, redirect, render_template_string, request, session
from werkzeug.security import check_password_hash, generate_password_hash

import serving

SCOPES = ["profile"]
METHODS = ["client_secret_basic", "client_secret_post", "none"]
REFRESH_LIFETIME = 14 * 24 * 3600
LOOPBACK_WITH_PORT = re.compile(r"(http://(?:127\.0\.0\.1|\[::1\])):[0-9]{1,5}(/.*)?")

LOGIN_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Sign in</title></head><body>
<h1>Sign in</h1>
{% if failed %}<p role="alert">That name and password do not belong together.</p>{% endif %}
<form method="post">
<input type="hidden" name="form_token" value="{{ form_token }}">
<p><label>Name <input name="user_id" autocomplete="username" required></label></p>
<p><label>Password <input name="password" type="password" autocomplete="current-password" required></label></p>
<p><button type="submit">Sign in</button></p>
</form></body></html>
"""

CONSENT_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Allow access?</title></head><body>
<h1>Allow access?</h1>
<p>The application <strong>{{ client }}</strong> asks {{ user }} for: {{ scope }}.</p>
<form method="post">
<input type="hidden" name="form_token" value="{{ form_token }}">
<p><button name="confirm" value="yes" type="submit">Allow</button>
<button name="confirm" value="no" type="submit">Refuse</button></p>
</form></body></html>
"""

ERROR_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Request refused</title></head><body>
<h1>Request refused</h1>
<p>{{ error }}: {{ description }}</p>
</body></html>
"""


@dataclass(frozen=True)
class Client(ClientMixin):
    """A registered client; one without a secret is public."""

    client_id: str
    secret: str | None
    redirect_uris: tuple[str, ...]
    methods: tuple[str, ...]
    grant_types: tuple[str, ...] = ("authorization_code",)

    def get_client_id(self):
        return self.client_id

    def get_default_redirect_uri(self):
        return self.redirect_uris[0] if len(self.redirect_uris) == 1 else None

    def get_allowed_scope(self, scope):
        if not scope:
            return " ".join(SCOPES)
        return " ".join(name for name in SCOPES if name in scope.split()) or None

    def check_redirect_uri(self, redirect_uri):
        if redirect_uri in self.redirect_uris:
            return True
        # RFC 8252 section 7.3: a native client cannot know its port beforehand.
        native = self.secret is None and LOOPBACK_WITH_PORT.fullmatch(redirect_uri)
        return bool(native) and native[1] + (native[2] or "") in self.redirect_uris

    def check_client_secret(self, client_secret):
        return self.secret is not None and hmac.compare_digest(self.secret.encode(), client_secret.encode())

    def check_endpoint_auth_method(self, method, endpoint):
        return method in self.methods

    def check_response_type(self, response_type):
        return response_type == "code" and "authorization_code" in self.grant_types

    def check_grant_type(self, grant_type):
        return grant_type in self.grant_types


@dataclass
class Code:
    """An authorization code and what it is bound to."""

    client_id: str
    redirect_uri: str | None
    scope: str
    user: str
    code_challenge: str | None
    code_challenge_method: str | None
    dies_at: float
    used: bool = False
    replayed: bool = False
    token: "Token | None" = None

    def get_redirect_uri(self):
        return self.redirect_uri

    def get_scope(self):
        return self.scope


@dataclass
class Family:
    """The tokens that follow from one yes of the user, or from a client's own request; they end together."""

    revoked: bool = False


@dataclass
class Token(TokenMixin):
    """An access token and what it opens, with the refresh token that came beside it."""

    client_id: str
    user: str | None
    scope: str
    issued_at: int
    lifetime: int
    refresh_token: str | None
    family: Family
    revoked: bool = False
    refresh_used: bool = False

    def check_client(self, client):
        return self.client_id == client.client_id

    def get_scope(self):
        return self.scope

    def get_expires_in(self):
        return self.lifetime

    def is_expired(self):
        return time.time() >= self.issued_at + self.lifetime

    def is_revoked(self):
        return self.revoked or self.family.revoked

    def refreshes(self):
        dies_at = self.issued_at + REFRESH_LIFETIME
        return not (self.refresh_used or self.family.revoked or time.time() >= dies_at)


@dataclass
class Shown:
    """A token as a text of one kind; Authlib asks of either kind whether it is still good."""

    token: Token
    kind: str

    def __getattr__(self, name):
        return getattr(self.token, name)

    def is_expired(self):
        return self.token.is_expired() if self.kind == "access_token" else not self.token.refreshes()


class Records:
    """Codes and tokens; a code is claimed by the first request of its client that presents it."""

    def __init__(self):
        self.lock = threading.Lock()
        self.codes = {}
        self.tokens = {}
        self.refresh_tokens = {}

    def add_code(self, text, code):
        with self.lock:
            self.codes[text] = code

    def claim_code(self, text, client_id):
        with self.lock:
            code = self.codes.get(text)
            if code is None or code.client_id != client_id or time.monotonic() >= code.dies_at:
                return None
            if code.used:
                # A replay may overtake the answer to the first use, whose token then is born revoked.
                code.replayed = True
                if code.token is not None:
                    code.token.family.revoked = True
                return None
            code.used = True
            return code

    def add_token(self, text, token, code):
        with self.lock:
            if code is not None:
                token.family.revoked = code.replayed
                code.token = token
            self.tokens[text] = token
            if token.refresh_token is not None:
                self.refresh_tokens[token.refresh_token] = token

    def token(self, text):
        with self.lock:
            return self.tokens.get(text)

    def refreshable(self, text, client):
        with self.lock:
            token = self.refresh_tokens.get(text)
            if token is None or token.refreshes():
                return token
            if token.refresh_used and token.check_client(client):
                # Either of the two who showed it may be a thief.
                token.family.revoked = True
            return None

    def claim_refresh(self, token):
        with self.lock:
            if not token.refreshes():
                raise InvalidGrantError()
            token.refresh_used = True

    def find(self, text, hint):
        """As the documentation of Authlib's endpoints has it."""
        with self.lock:
            access, refresh = self.tokens.get(text), self.refresh_tokens.get(text)
        if hint != "refresh_token" and access is not None:
            return Shown(access, "access_token")
        if hint != "access_token" and refresh is not None:
            return Shown(refresh, "refresh_token")
        return None


def authorization_code_grant(records, code_lifetime):
    """The grant of RFC 6749 section 4.1 over `records`; codes live for `code_lifetime` seconds."""

    class Grant(grants.AuthorizationCodeGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = METHODS

        def save_authorization_code(self, code, request):
            asked = request.payload
            record = Code(
                client_id=request.client.client_id,
                redirect_uri=asked.redirect_uri or None,
                scope=request.scope,
                user=request.user,
                code_challenge=asked.data.get("code_challenge") or None,
                code_challenge_method=asked.data.get("code_challenge_method") or None,
                dies_at=time.monotonic() + code_lifetime,
            )
            records.add_code(code, record)

        def query_authorization_code(self, code, client):
            return records.claim_code(code, client.client_id)

        def delete_authorization_code(self, authorization_code):
            # It stays, claimed, so that a replay is told from a guess.
            pass

        def authenticate_user(self, authorization_code):
            return authorization_code.user

    return Grant


def refresh_token_grant(records):
    """The grant of RFC 6749 section 6 over `records`; each use brings a new refresh token."""

    class Grant(grants.RefreshTokenGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = METHODS
        INCLUDE_NEW_REFRESH_TOKEN = True

        def authenticate_refresh_token(self, refresh_token):
            return records.refreshable(refresh_token, self.request.client)

        def authenticate_user(self, refresh_token):
            records.claim_refresh(refresh_token)
            return refresh_token.user

        def revoke_old_credential(self, refresh_token):
            # It was claimed before the new one was made, so that two requests cannot both have it.
            pass

    return Grant


class ClientCredentials(grants.ClientCredentialsGrant):
    """The grant of RFC 6749 section 4.4, with the ways of authentication of the others but for `none`."""

    TOKEN_ENDPOINT_AUTH_METHODS = METHODS[:2]


def revocation_endpoint(records):
    """The endpoint of RFC 7009 over `records`."""

    class Endpoint(RevocationEndpoint):
        CLIENT_AUTH_METHODS = METHODS

        def query_token(self, token_string, token_type_hint):
            return records.find(token_string, token_type_hint)

        def revoke_token(self, token, request):
            if token.kind == "access_token":
                token.token.revoked = True
            else:
                token.token.family.revoked = True

    return Endpoint


def introspection_endpoint(records, issuer):
    """The endpoint of RFC 7662 over `records`, for the resource server and for clients about their own tokens."""

    class Endpoint(IntrospectionEndpoint):
        CLIENT_AUTH_METHODS = METHODS[:2]

        def query_token(self, token_string, token_type_hint):
            return records.find(token_string, token_type_hint)

        def check_permission(self, token, client, request):
            serves = client.client_id == "resource_1" and token.kind == "access_token"
            return serves or token.check_client(client)

        def introspect_token(self, token):
            told = {
                "client_id": token.client_id,
                "scope": token.get_scope(),
                "sub": token.user or token.client_id,
                "aud": f"{issuer}/api/me",
                "iss": issuer,
            }
            if token.kind == "access_token":
                expiry = token.issued_at + token.lifetime
                told |= {"token_type": "Bearer", "iat": token.issued_at, "exp": expiry}
            if token.user:
                told["username"] = token.user
            return told

    return Endpoint


class S256(CodeChallenge):
    """PKCE that knows no other method than S256."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]


def create_app(issuer, users, clients, code_lifetime, token_lifetime):
    """The application; `users` maps names to passwords, lifetimes are in seconds."""
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=secrets.token_bytes(32),
        # Cookies know no ports: a client on the same host must not share the name.
        SESSION_COOKIE_NAME="authlib_server_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=issuer.startswith("https:"),
        TRUSTED_HOSTS=["127.0.0.1", "localhost", urlsplit(issuer).hostname],
        OAUTH2_SCOPES_SUPPORTED=SCOPES,
        OAUTH2_TOKEN_EXPIRES_IN={
            name: token_lifetime for name in ("authorization_code", "refresh_token", "client_credentials")
        },
        OAUTH2_REFRESH_TOKEN_GENERATOR=True,
    )
    records = Records()
    hashes = {name: generate_password_hash(password) for name, password in users.items()}
    nobody = generate_password_hash(secrets.token_hex(16))
    registered = {client.client_id: client for client in clients}

    def save_token(token, request):
        before = request.refresh_token
        record = Token(
            client_id=request.client.client_id,
            user=request.user,
            scope=token["scope"],
            issued_at=int(time.time()),
            lifetime=token["expires_in"],
            refresh_token=token.get("refresh_token"),
            family=before.family if before else Family(),
        )
        records.add_token(token["access_token"], record, request.authorization_code)

    class Issuer(rfc9207.IssuerParameter):
        def get_issuer(self):
            return issuer

    named = Issuer()
    authorization = AuthorizationServer(app, query_client=registered.get, save_token=save_token)
    authorization.register_grant(authorization_code_grant(records, code_lifetime), [S256(required=True)])
    authorization.register_grant(refresh_token_grant(records))
    authorization.register_grant(ClientCredentials)
    authorization.register_endpoint(revocation_endpoint(records))
    authorization.register_endpoint(introspection_endpoint(records, issuer))
    authorization.register_extension(named)

    class Validator(BearerTokenValidator):
        def authenticate_token(self, token_string):
            return records.token(token_string)

    require_oauth = ResourceProtector()
    require_oauth.register_token_validator(Validator(realm="peer"))

    metadata = rfc8414.AuthorizationServerMetadata(
        issuer=issuer,
        authorization_endpoint=f"{issuer}/authorize",
        token_endpoint=f"{issuer}/token",
        revocation_endpoint=f"{issuer}/revoke",
        revocation_endpoint_auth_methods_supported=METHODS,
        introspection_endpoint=f"{issuer}/introspect",
        introspection_endpoint_auth_methods_supported=METHODS[:2],
        scopes_supported=SCOPES,
        response_types_supported=["code"],
        response_modes_supported=["query"],
        grant_types_supported=["authorization_code", "refresh_token", "client_credentials"],
        token_endpoint_auth_methods_supported=METHODS,
        code_challenge_methods_supported=S256.SUPPORTED_CODE_CHALLENGE_METHOD,
        authorization_response_iss_parameter_supported=True,
    )
    metadata.validate(metadata_classes=[rfc9207.AuthorizationServerMetadata])

    def form_token():
        return session.setdefault("form_token", secrets.token_urlsafe(32))

    def form_is_ours():
        expected = session.get("form_token")
        sent = request.form.get("form_token", "")
        return expected is not None and hmac.compare_digest(expected.encode(), sent.encode())

    def refuse(error, description, status=400):
        return render_template_string(ERROR_PAGE, error=error, description=description), status

    def refused_request(error):
        if not error.redirect_uri:
            return refuse(error.error, error.get_error_description(), error.status_code)
        response = authorization.handle_error_response(request, error)
        # Authlib adds the issuer to what create_authorization_response returns, and this error never gets there.
        named.add_issuer_parameter(authorization, response)
        return response

    @app.after_request
    def protect(response):
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers["Content-Security-Policy"] = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"
        response.headers["X-Frame-Options"] = "DENY"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    @app.get("/.well-known/oauth-authorization-server")
    def well_known():
        return jsonify(metadata)

    @app.route("/login", methods=["GET", "POST"])
    def login():
        if request.method == "GET":
            return render_template_string(LOGIN_PAGE, form_token=form_token())
        if not form_is_ours():
            return refuse("form expired", "go back, load the page again and repeat")
        name = request.form.get("user_id", "")
        right = check_password_hash(hashes.get(name, nobody), request.form.get("password", ""))
        if not right or name not in hashes:
            return render_template_string(LOGIN_PAGE, form_token=form_token(), failed=True), 403
        session.clear()
        session["user"] = name
        # Only the way back to this server's own authorization endpoint is taken.
        onward = request.args.get("next", "")
        back = urlsplit(onward)
        ours = not back.scheme and not back.netloc and back.path == "/authorize"
        return redirect(onward if ours else "/authorize", code=303)

    @app.route("/authorize", methods=["GET", "POST"])
    def authorize():
        # RFC 9700 section 4.11.2: nobody is sent anywhere, errors included, before they are known.
        user = session.get("user")
        if user is None:
            onward = f"{request.path}?{request.query_string.decode('latin-1')}"
            return redirect("/login?" + urlencode({"next": onward}), code=303)
        if request.method == "POST" and not form_is_ours():
            return refuse("form expired", "go back, load the page again and repeat")
        try:
            grant = authorization.get_consent_grant(end_user=user)
        except OAuth2Error as error:
            return refused_request(error)
        if request.method == "GET":
            return render_template_string(
                CONSENT_PAGE,
                client=grant.client.client_id,
                user=user,
                scope=grant.request.scope,
                form_token=form_token(),
            )
        agreed = request.form.get("confirm") == "yes"
        return authorization.create_authorization_response(grant=grant, grant_user=user if agreed else None)

    @app.post("/token")
    def token():
        return authorization.create_token_response()

    @app.post("/revoke")
    def revoke():
        return authorization.create_endpoint_response(RevocationEndpoint.ENDPOINT_NAME)

    @app.post("/introspect")
    def introspect():
        return authorization.create_endpoint_response(IntrospectionEndpoint.ENDPOINT_NAME)

    @app.get("/api/me")
    @require_oauth("profile")
    def me():
        return jsonify(client_id=current_token.client_id, user_id=current_token.user, scope=current_token.scope)

    return app


def arguments():
    """The command line; its defaults are the built-in data of the reference server."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=9000, help="0 picks a free one")
    parser.add_argument("--issuer", help="by default http://127.0.0.1:PORT")
    parser.add_argument(
        "--client-redirect", default="http://localhost:8000/callback", metavar="URI", help="of client_1"
    )
    parser.add_argument(
        "--second-client-redirect", default="http://localhost:8001/callback", metavar="URI", help="of client_2"
    )
    parser.add_argument(
        "--public-client-redirect", default="http://127.0.0.1/callback", metavar="URI", help="of public_1"
    )
    parser.add_argument("--code-lifetime", type=float, default=60, metavar="SECONDS")
    parser.add_argument("--token-lifetime", type=int, default=3600, metavar="SECONDS")
    return parser.parse_args()


def main():
    args = arguments()
    listener = serving.bind(args.port)
    issuer = args.issuer or f"http://{serving.HOST}:{serving.port_of(listener)}"
    clients = [
        Client("client_1", "client_secret_1", (args.client_redirect,), ("client_secret_basic",)),
        Client(
            "client_2",
            "client_secret_2",
            (args.second_client_redirect,),
            ("client_secret_basic", "client_secret_post"),
            ("authorization_code", "refresh_token", "client_credentials"),
        ),
        Client(
            "public_1",
            None,
            (args.public_client_redirect,),
            ("none",),
            ("authorization_code", "refresh_token"),
        ),
        Client(
            "service_1",
            "service_secret_1",
            ("http://localhost:8004/callback",),
            ("client_secret_basic",),
            ("client_credentials",),
        ),
        Client("resource_1", "resource_secret_1", (), ("client_secret_basic",), ()),
    ]
    users = {"id001": "mypassword", "id002": "otherpassword"}
    app = create_app(issuer, users, clients, args.code_lifetime, args.token_lifetime)
    serving.serve(app, listener)


if __name__ == "__main__":
    main()
