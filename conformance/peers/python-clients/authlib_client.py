"""Authlib's OAuth2Session as a client of an OAuth server, the way its documentation has it."""

import requests
from dialogue import browse, perform, task, told, told_of_both, told_of_introspection, told_of_resource

from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2 import rfc8414, rfc9207


def accepted(answer):
    """The answer of an endpoint for tokens, which Authlib hands out as it came, unless it is a refusal."""
    if answer.status_code >= 400:
        raise OAuthError(error=answer.json()["error"])
    return answer


class Client:
    """One client at one server."""

    def __init__(self, wanted):
        self.wanted = wanted
        self.metadata = None
        self.session = OAuth2Session(
            wanted.client_id,
            wanted.client_secret,
            token_endpoint_auth_method=wanted.authentication,
            revocation_endpoint_auth_method=wanted.authentication,
            scope=wanted.scope,
            redirect_uri=wanted.redirect_uri,
            code_challenge_method="S256",
        )

    def discover(self):
        url = rfc8414.get_well_known_url(self.wanted.issuer, external=True)
        self.metadata = rfc8414.AuthorizationServerMetadata(requests.get(url, timeout=30).json())
        self.metadata.validate(metadata_classes=[rfc9207.AuthorizationServerMetadata])
        pkce = "S256" in self.metadata["code_challenge_methods_supported"]
        iss = self.metadata.get("authorization_response_iss_parameter_supported")
        return f"{'S256' if pkce else 'no S256'}, {'iss promised' if iss else 'no iss promised'}"

    def code(self, **parameters):
        verifier = generate_token(48)
        url, state = self.session.create_authorization_url(
            self.metadata["authorization_endpoint"], code_verifier=verifier, **parameters
        )
        token = self.session.fetch_token(
            self.metadata["token_endpoint"],
            authorization_response=browse(url),
            state=state,
            code_verifier=verifier,
            **parameters,
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
        token = self.session.refresh_token(self.metadata["token_endpoint"], refresh_token=used)
        return told(token, self.wanted.scope, used)

    def introspect(self):
        answer = self.session.introspect_token(
            self.metadata["introspection_endpoint"], token=self.session.token["access_token"]
        )
        return told_of_introspection(accepted(answer).json(), self.wanted)

    def revoke(self):
        answer = self.session.revoke_token(
            self.metadata["revocation_endpoint"],
            token=self.session.token["refresh_token"],
            token_type_hint="refresh_token",
        )
        accepted(answer)
        return "done"

    def client_credentials(self):
        token = self.session.fetch_token(self.metadata["token_endpoint"], grant_type="client_credentials")
        return told(token, self.wanted.scope)


def main():
    wanted = task()
    client = Client(wanted)
    functions = {
        "discover": client.discover,
        "code": client.code,
        "resource": client.resource,
        "second-resource": client.second_resource,
        "refresh": client.refresh,
        "introspect": client.introspect,
        "revoke": client.revoke,
        "client-credentials": client.client_credentials,
    }
    perform(wanted.steps, functions, OAuthError)


if __name__ == "__main__":
    main()
