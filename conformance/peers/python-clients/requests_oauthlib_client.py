"""requests-oauthlib's OAuth2Session as a client of an OAuth server, the way its documentation has it.

It knows neither metadata nor introspection nor, by itself, how to send a revocation: the endpoints are constants,
as in its documentation, and the requests that it does not make are left out, but for revocation, which oauthlib
prepares.
"""

import requests
from dialogue import browse, perform, task, told, told_of_both, told_of_resource
from oauthlib.oauth2 import BackendApplicationClient, OAuth2Error
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session


class Client:
    """One client at one server."""

    def __init__(self, wanted):
        self.wanted = wanted
        self.token_url = f"{wanted.issuer}/token"
        self.session = OAuth2Session(
            wanted.client_id, redirect_uri=wanted.redirect_uri, scope=wanted.scope.split(), pkce="S256"
        )

    def authentication(self):
        """The arguments by which the client authenticates at the token endpoint when it asks for a token."""
        wanted = self.wanted
        if wanted.authentication == "client_secret_basic":
            return {"auth": HTTPBasicAuth(wanted.client_id, wanted.client_secret)}
        return {"include_client_id": True, "client_secret": wanted.client_secret}

    def repeated(self):
        """The same for the requests that take no such arguments."""
        wanted = self.wanted
        if wanted.authentication == "client_secret_basic":
            return {"auth": HTTPBasicAuth(wanted.client_id, wanted.client_secret)}
        return {
            name: value
            for name, value in (("client_id", wanted.client_id), ("client_secret", wanted.client_secret))
            if value is not None
        }

    def code(self, **parameters):
        url, _state = self.session.authorization_url(f"{self.wanted.issuer}/authorize", **parameters)
        token = self.session.fetch_token(
            self.token_url, authorization_response=browse(url), **self.authentication(), **parameters
        )
        return told(token, self.wanted.scope)

    def resource(self):
        answer = self.session.get(self.wanted.resource, timeout=30)
        answer.raise_for_status()
        return told_of_resource(answer.json(), self.wanted.client_id)

    def second_resource(self):
        self.code(resource=self.wanted.second_resource)
        second = self.session.get(self.wanted.second_resource, timeout=30)
        first = self.session.get(self.wanted.resource, timeout=30)
        return told_of_both(second, first, self.wanted.client_id)

    def refresh(self):
        used = self.session.token["refresh_token"]
        token = self.session.refresh_token(self.token_url, **self.repeated())
        return told(token, self.wanted.scope, used)

    def revoke(self):
        repeated = self.repeated()
        auth = repeated.pop("auth", None)
        url, headers, body = self.session._client.prepare_token_revocation_request(
            f"{self.wanted.issuer}/revoke", self.session.token["refresh_token"], "refresh_token", **repeated
        )
        requests.post(url, data=body, headers=headers, auth=auth, timeout=30).raise_for_status()
        return "done"

    def client_credentials(self):
        client = BackendApplicationClient(self.wanted.client_id, scope=self.wanted.scope.split())
        self.session = OAuth2Session(client=client)
        token = self.session.fetch_token(self.token_url, **self.authentication())
        return told(token, self.wanted.scope)


def main():
    wanted = task()
    client = Client(wanted)
    functions = {
        "code": client.code,
        "resource": client.resource,
        "second-resource": client.second_resource,
        "refresh": client.refresh,
        "revoke": client.revoke,
        "client-credentials": client.client_credentials,
    }
    perform(wanted.steps, functions, OAuth2Error)


if __name__ == "__main__":
    main()
