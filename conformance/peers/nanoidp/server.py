"""NanoIDP, whole, with the users and clients of target.toml and its own userinfo endpoint as the resource.

Decides the configuration alone: NanoIDP has its own pages, stores and keys. It reads two files once, as it
starts, from a folder that is gone afterwards.
"""

import argparse
import logging
import sys
import tempfile
from pathlib import Path

import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from nanoidp.app import create_app

# How the Python servers of this repository start and stop.
sys.path.append(str(Path(__file__).resolve().parent.parent / "authlib"))

import serving


def client(name, secret, redirect_uris, scopes, authentication="client_secret_basic"):
    """An entry of `oauth.clients`; one without a secret is public."""
    entry = {
        "client_id": name,
        "token_endpoint_auth_method": authentication if secret else "none",
        "redirect_uris": redirect_uris,
        "allowed_scopes": scopes,
    }
    return entry | ({"client_secret": secret} if secret else {})


def write_keys(folder):
    """A small key pair: NanoIDP reads the private key anew for each token, which else takes most of a run's time."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    paths = {"private_key": Path(folder, "private.pem"), "public_key": Path(folder, "public.pem")}
    for path, text in zip(paths.values(), (private, public), strict=True):
        path.write_bytes(text)
    return {name: str(path) for name, path in paths.items()}


def settings(issuer, port, folder):
    """settings.yaml."""
    both = ["openid", "profile", "email"]
    odd = ["http://localhost:8003/callback?tenant=a%26b", "http://localhost:8003/other"]
    clients = [
        client("client_1", "client_secret_1", ["http://localhost:8000/callback"], both),
        client("client_2", "client_secret_2", ["http://localhost:8001/callback"], both),
        client("client_3", "a b%+:&c", odd, ["email"], "client_secret_post"),
        client("public_1", None, ["http://127.0.0.1/callback"], both),
        client("resource_1", "resource_secret_1", [], both),
    ]
    return {
        "config_version": 1,
        "server": {"host": serving.HOST, "port": port},
        "oauth": {
            "issuer": issuer,
            "audience": f"{issuer}/userinfo",
            "token_expiry_minutes": 60,
            "refresh_token_rotation": True,
            "scopes_supported": both,
            "dynamic_registration": {"enabled": True},
            "clients": clients,
        },
        "jwt": {"external_keys": write_keys(folder), "keys_dir": folder},
    }


def users():
    """users.yaml."""
    passwords = {"id001": "mypassword", "id002": "otherpassword"}
    return {
        "config_version": 1,
        "users": {
            name: {"password": password, "email": f"{name}@example.com", "roles": ["USER"]}
            for name, password in passwords.items()
        },
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=9000, help="0 picks a free one")
    args = parser.parse_args()
    listener = serving.bind(args.port)
    port = serving.port_of(listener)
    issuer = f"http://{serving.HOST}:{port}"
    with tempfile.TemporaryDirectory() as folder:
        for file, content in (("settings.yaml", settings(issuer, port, folder)), ("users.yaml", users())):
            Path(folder, file).write_text(yaml.safe_dump(content), encoding="utf-8")
        app = create_app(folder)
    # A request is worth a line otherwise.
    logging.disable(logging.INFO)
    serving.serve(app, listener)


if __name__ == "__main__":
    main()
