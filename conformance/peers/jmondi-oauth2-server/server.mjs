// An authorization server with its resource, built on @jmondi/oauth2-server and Express.
//
// Decides what the library leaves to its user: repositories, pages, login. What the library decides stays as it has
// it, even where a rule is broken (README.md lists those). Everything lives in memory.

import { AuthorizationServer, DateInterval, JwtService } from '@jmondi/oauth2-server';
import { handleExpressError, handleExpressResponse, requestFromExpress } from '@jmondi/oauth2-server/express';
import express from 'express';
import session from 'express-session';

import {
  clients, consentPage, equal, errorPage, formIsOurs, formToken, login, protect, resource, secret, serve,
} from '../node-servers/front.mjs';

const SCOPES = ['profile', 'email'].map((name) => ({ name }));
const REFRESH_LIFETIME = '14d';

/** The repositories that the library asks, over maps. */
function repositories(known) {
  const codes = new Map();
  const tokens = new Map();
  const byRefreshToken = new Map();
  const found = (map, key) => {
    const entry = map.get(key);
    if (!entry) throw new Error('not found');
    return entry;
  };
  const end = (token) => {
    token.accessTokenExpiresAt = new Date(0);
    token.refreshTokenExpiresAt = new Date(0);
  };
  return {
    client: {
      getByIdentifier: async (id) => known.get(id),
      isClientValid: async (grant, client, given) => {
        if (client.secret && !(given && equal(client.secret, given))) return false;
        return client.allowedGrants.includes(grant);
      },
    },
    scope: {
      getAllByIdentifiers: async (names) => SCOPES.filter(({ name }) => names.includes(name)),
      finalize: async (scopes, _grant, client) => {
        const allowed = client.scopes.map(({ name }) => name);
        return scopes.length === 0 ? client.scopes : scopes.filter(({ name }) => allowed.includes(name));
      },
    },
    user: { getUserByCredentials: async (id) => ({ id }) },
    code: {
      issueAuthCode: (client, user, scopes) => ({ code: secret(), client, user, scopes, expiresAt: new Date() }),
      persist: async (code) => void codes.set(code.code, code),
      getByIdentifier: async (code) => found(codes, code),
      isRevoked: async (code) => found(codes, code).expiresAt <= new Date(),
      revoke: async (code) => void (found(codes, code).expiresAt = new Date(0)),
    },
    token: {
      issueToken: async (client, scopes, user) => ({
        accessToken: secret(), accessTokenExpiresAt: new Date(), client, user, scopes,
      }),
      issueRefreshToken: async (token) => {
        token.refreshToken = secret();
        token.refreshTokenExpiresAt = new DateInterval(REFRESH_LIFETIME).getEndDate();
        byRefreshToken.set(token.refreshToken, token);
        return token;
      },
      persist: async (token) => void tokens.set(token.accessToken, token),
      revoke: async (token) => end(token),
      revokeDescendantsOf: async (code) => {
        for (const token of tokens.values()) if (token.originatingAuthCodeId === code) end(token);
      },
      isRefreshTokenRevoked: async (token) => token.refreshTokenExpiresAt <= new Date(),
      getByRefreshToken: async (text) => found(byRefreshToken, text),
      getByAccessToken: async (text) => found(tokens, text),
    },
  };
}

serve((issuer, values) => {
  const known = new Map(clients(values).map((client) => [client.id, client]));
  const kept = repositories(known);
  const jwt = new JwtService(secret());
  const server = new AuthorizationServer(kept.client, kept.token, kept.scope, jwt, { issuer });
  server.enableGrantTypes(
    [{ grant: 'authorization_code', userRepository: kept.user, authCodeRepository: kept.code }, new DateInterval('1h')],
    ['client_credentials', new DateInterval('1h')],
    ['refresh_token', new DateInterval('1h')],
  );

  const app = express();
  app.use(protect, express.json(), express.urlencoded({ extended: false }));
  app.use(session({
    name: 'jmondi_peer_session', secret: secret(), resave: false, saveUninitialized: false,
    cookie: { httpOnly: true, sameSite: 'lax' },
  }));
  const ensureLoggedIn = login(app);

  app.all('/authorize', ensureLoggedIn, async (request, response) => {
    try {
      const asked = await server.validateAuthorizationRequest(requestFromExpress(request));
      asked.user = { id: request.session.user };
      if (request.method !== 'POST') {
        return response.send(consentPage({
          token: formToken(request),
          client: asked.client.id,
          user: request.session.user,
          scope: asked.scopes.map(({ name }) => name).join(' '),
        }));
      }
      if (!formIsOurs(request)) {
        return response.status(400).send(errorPage('Go back, load the page again and repeat.'));
      }
      asked.isAuthorizationApproved = request.body.confirm === 'yes';
      return handleExpressResponse(response, await server.completeAuthorizationRequest(asked));
    } catch (error) {
      return handleExpressError(error, response);
    }
  });

  const endpoint = (path, answer) => app.post(path, async (request, response) => {
    try {
      return handleExpressResponse(response, await answer(requestFromExpress(request)));
    } catch (error) {
      return handleExpressError(error, response);
    }
  });
  endpoint('/token', (request) => server.respondToAccessTokenRequest(request));
  endpoint('/token/revoke', (request) => server.revoke(request));
  endpoint('/token/introspect', (request) => server.introspect(request));

  resource(app, async (text) => {
    const claims = await jwt.verify(text).catch(() => undefined);
    const token = claims?.jti && await kept.token.getByAccessToken(claims.jti).catch(() => undefined);
    if (!token || token.accessTokenExpiresAt <= new Date()) return undefined;
    return { client: token.client.id, user: token.user?.id, scope: token.scopes.map(({ name }) => name) };
  });
  return app;
});
