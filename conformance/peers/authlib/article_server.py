"""Runs the article's authorization server on a port of choice, for a client of choice."""

import argparse

import article
import serving


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=9000, help="0 picks a free one")
    parser.add_argument(
        "--client-redirect", default="http://localhost:8000/callback", metavar="URI", help="of client_1"
    )
    args = parser.parse_args()
    program = article.load("server.py")
    program.clients["client_1"]["redirect_uris"] = [args.client_redirect]
    serving.serve(program.app, serving.bind(args.port))


if __name__ == "__main__":
    main()
