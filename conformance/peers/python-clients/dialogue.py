"""How a client program of this folder is told what to do, and tells what it did.

The command line names the server, the client and the steps. Each step that was completed is one line on stdout;
`browse URL` asks whoever started the program to take a browser there and to answer with the URL that the browser
was sent back to, one line on stdin. A refusal in OAuth's terms ends the program with 1.
"""

import argparse
import os
import sys

# Both libraries refuse plain HTTP otherwise, which is for loopback alone.
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"


def task():
    """What the command line says."""
    parser = argparse.ArgumentParser()
    for name in ("issuer", "client-id", "client-secret", "authentication", "redirect-uri", "scope"):
        parser.add_argument(f"--{name}")
    parser.add_argument("--resource")
    parser.add_argument("--second-resource")
    for name in ("resource-server", "resource-server-secret"):
        parser.add_argument(f"--{name}", help="not used by these programs")
    parser.add_argument("steps", nargs="*")
    return parser.parse_args()


def browse(url):
    """Has a browser taken to this URL; gives the URL that it was sent back to."""
    print(f"browse {url}", flush=True)
    return sys.stdin.readline().strip()


def perform(steps, functions, refusal):
    """Performs steps, each by its function, which gives what is to be told of it; `refusal` is the library's class
    of errors that carry an OAuth error code."""
    for step in steps:
        try:
            print(f"{step}: {functions[step]()}", flush=True)
        except refusal as error:
            print(f"{step}: refused, {error.error}", flush=True)
            raise SystemExit(1) from error


def told(token, asked, used=None):
    """What is told of a token response, given the scope that was asked and the refresh token that was used."""
    refresh = token.get("refresh_token")
    if not refresh:
        which = "no refresh token"
    elif used is None:
        which = "a refresh token"
    else:
        which = "the same refresh token" if refresh == used else "a new refresh token"
    scope = token.get("scope", asked)
    return f"{token['token_type'].lower()}, {scope if isinstance(scope, str) else ' '.join(scope)}, {which}"


def told_of_resource(answer, client_id):
    """What is told of the resource's answer."""
    client = "this client" if answer["client_id"] == client_id else answer["client_id"]
    return f"{answer['user_id'] or 'nobody'} by {client}, {answer['scope']}"


def told_of_both(second, first, client_id):
    """What is told of the answers of two resources, the first of which has to refuse."""
    second.raise_for_status()
    error = first.headers.get("WWW-Authenticate", "").partition('error="')[2].partition('"')[0]
    return f"{told_of_resource(second.json(), client_id)}, the first one refuses: {error}"


def told_of_introspection(answer, wanted):
    """What is told of an introspection response."""
    if not answer["active"]:
        return "not active" if len(answer) == 1 else "not active, and more"
    client = "this client" if answer["client_id"] == wanted.client_id else answer["client_id"]
    kind = answer["token_type"].lower()
    words = [f"active, {answer.get('username', 'nobody')} by {client}, {answer['scope']}, {kind}"]
    if answer.get("iss") != wanted.issuer:
        words.append(f"by {answer.get('iss')}")
    if answer.get("aud") not in (wanted.resource, [wanted.resource]):
        words.append(f"for {answer.get('aud')}")
    return ", ".join(words)
