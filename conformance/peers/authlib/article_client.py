"""Runs the article's client on a port of choice, against a server of choice."""

import argparse

import article
import serving


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="0 picks a free one")
    parser.add_argument("--issuer", default="http://localhost:9000", metavar="URL")
    parser.add_argument("--client-id", default="client_1", metavar="ID")
    parser.add_argument("--client-secret", default="client_secret_1", metavar="SECRET")
    parser.add_argument("--redirect-uri", metavar="URI", help="by default http://localhost:PORT/callback")
    args = parser.parse_args()
    program = article.load("client.py")
    listener = serving.bind(args.port)
    issuer = args.issuer.rstrip("/")
    program.CLIENT_ID = args.client_id
    program.CLIENT_SECRET = args.client_secret
    program.AUTHORIZATION_ENDPOINT = f"{issuer}/authorize"
    program.TOKEN_ENDPOINT = f"{issuer}/token"
    program.RESOURCE_ENDPOINT = f"{issuer}/api/me"
    program.REDIRECT_URI = args.redirect_uri or f"http://localhost:{serving.port_of(listener)}/callback"
    serving.serve(program.app, listener)


if __name__ == "__main__":
    main()
