// An authorization server with its resource, built on oauth2orize, Express and the strategies of Passport that its
// documentation names.
//
// Decides what the libraries leave to their user: clients, codes, tokens, pages, login. What the libraries decide stays
// as they have it, even where a rule is broken (README.md lists those). Everything lives in memory.

import { createHash } from 'node:crypto';

import express from 'express';
import session from 'express-session';
import oauth2orize from 'oauth2orize';
import pkce from 'oauth2orize-pkce';
import passport from 'passport';
import { BasicStrategy } from 'passport-http';
import { Strategy as BearerStrategy } from 'passport-http-bearer';
import { Strategy as ClientPasswordStrategy } from 'passport-oauth2-client-password';

import {
  clients, consentPage, equal, errorPage, formIsOurs, formToken, login, protect, registered, secret, serve,
} from '../node-servers/front.mjs';

const CODE_LIFETIME = 60;
const TOKEN_LIFETIME = 3600;
const REFRESH_LIFETIME = 14 * 24 * 3600;

const after = (seconds) => Date.now() + seconds * 1000;

/** Codes and tokens; what follows from one yes of the user ends together. */
class Records {
  codes = new Map();
  access = new Map();
  refresh = new Map();

  addCode(record) {
    const text = secret();
    this.codes.set(text, { ...record, family: { ended: false }, used: false, diesAt: after(CODE_LIFETIME) });
    return text;
  }

  /** The record of a code that its client shows for the first time and in time. */
  takeCode(text, client) {
    const code = this.codes.get(text);
    if (!code || code.client !== client || code.diesAt <= Date.now()) return undefined;
    if (code.used) {
      code.family.ended = true;
      return undefined;
    }
    code.used = true;
    return code;
  }

  /** An access token, and a refresh token where a user said yes. */
  addTokens({ client, user, scope, family }, granted = scope) {
    const access = secret();
    this.access.set(access, { client, user, scope: granted, family, diesAt: after(TOKEN_LIFETIME) });
    const refresh = user ? secret() : undefined;
    if (refresh) {
      this.refresh.set(refresh, { client, user, scope, family, used: false, diesAt: after(REFRESH_LIFETIME) });
    }
    return [access, refresh, { expires_in: TOKEN_LIFETIME, scope: granted.join(' ') }];
  }

  takeRefresh(text, client) {
    const token = this.refresh.get(text);
    if (!token || token.client !== client || token.family.ended || token.diesAt <= Date.now()) return undefined;
    if (token.used) {
      token.family.ended = true;
      return undefined;
    }
    return token;
  }

  open(text) {
    const token = this.access.get(text);
    return token && !token.family.ended && token.diesAt > Date.now() ? token : undefined;
  }
}

/** Whether a verifier is the one that was announced by S256, or absent where none was announced. */
function verifies({ codeChallenge }, verifier) {
  if (!codeChallenge) return verifier === undefined;
  if (typeof verifier !== 'string') return false;
  return equal(createHash('sha256').update(verifier).digest('base64url'), codeChallenge);
}

/** What of `asked` a client may have; all that it registered where nothing was asked. */
function granted(client, asked) {
  const names = client.scopes.map(({ name }) => name);
  if (!asked) return names;
  if (!asked.every((name) => names.includes(name))) {
    throw new oauth2orize.TokenError('The client is not registered for this scope', 'invalid_scope');
  }
  return asked;
}

/** Throws what the client is to be told where it may not have what it asked for. */
function admit(client, { scope, codeChallenge, codeChallengeMethod }) {
  if (!client.allowedGrants.includes('authorization_code')) {
    throw new oauth2orize.AuthorizationError('The client is not registered for codes', 'unauthorized_client');
  }
  if (codeChallenge && codeChallengeMethod !== 'S256') {
    throw new oauth2orize.AuthorizationError('The challenge has to be made by S256', 'invalid_request');
  }
  granted(client, scope);
}

function authorizationServer(known, records) {
  const server = oauth2orize.createServer();
  server.serializeClient((client, done) => done(null, client.id));
  server.deserializeClient((id, done) => done(null, known.get(id)));
  server.grant(pkce.extensions());
  server.grant(oauth2orize.grant.code((client, redirectUri, user, answer, asked, done) => {
    const { codeChallenge } = asked;
    done(null, records.addCode({
      client: client.id, redirectUri, user: user.id, scope: answer.scope, codeChallenge,
    }));
  }));
  server.exchange(oauth2orize.exchange.code((client, text, redirectUri, body, done) => {
    const code = records.takeCode(text, client.id);
    if (!code || code.redirectUri !== redirectUri || !verifies(code, body.code_verifier)) return done(null, false);
    return done(null, ...records.addTokens(code));
  }));
  server.exchange(oauth2orize.exchange.refreshToken((client, text, asked, done) => {
    const token = records.takeRefresh(text, client.id);
    if (!token) return done(null, false);
    const scope = asked ?? token.scope;
    if (!scope.every((name) => token.scope.includes(name))) {
      return done(new oauth2orize.TokenError('More than the user allowed', 'invalid_scope'));
    }
    token.used = true;
    return done(null, ...records.addTokens(token, scope));
  }));
  server.exchange(oauth2orize.exchange.clientCredentials((client, asked, done) => {
    const [access, , more] = records.addTokens({
      client: client.id, scope: granted(client, asked), family: { ended: false },
    });
    done(null, access, null, more);
  }));
  return server;
}

/** How clients and tokens are recognized, as the documentation of oauth2orize has it. */
function authentication(known, records) {
  const client = (id, given, done) => {
    const found = known.get(id);
    done(null, found?.secret && equal(found.secret, given) ? found : false);
  };
  passport.use(new BasicStrategy(client));
  passport.use(new ClientPasswordStrategy(client));
  passport.use(new BearerStrategy((text, done) => {
    const token = records.open(text);
    done(null, token ?? false);
  }));
}

serve((issuer, values) => {
  const known = new Map(clients(values).map((client) => [client.id, client]));
  const records = new Records();
  const server = authorizationServer(known, records);
  authentication(known, records);

  const app = express();
  app.use(protect, express.urlencoded({ extended: false }));
  app.use(session({
    name: 'oauth2orize_peer_session', secret: secret(), resave: false, saveUninitialized: false,
    cookie: { httpOnly: true, sameSite: 'lax' },
  }));
  const ensureLoggedIn = login(app);
  const user = (request, _response, next) => {
    request.user = { id: request.session.user };
    next();
  };

  app.get(
    '/dialog/authorize',
    ensureLoggedIn,
    user,
    server.authorize(({ clientID, redirectURI, ...asked }, done) => {
      const client = known.get(clientID);
      if (!client) return done(null, false);
      const [only, ...others] = client.redirectUris;
      const uri = redirectURI ? registered(client, redirectURI) : others.length === 0 && only;
      if (!uri) return done(null, false);
      try {
        admit(client, asked);
      } catch (refusal) {
        return done(refusal, client, uri);
      }
      return done(null, client, uri);
    }),
    (request, response) => {
      const { client, req: asked, transactionID } = request.oauth2;
      response.send(consentPage({
        token: formToken(request),
        client: client.id,
        user: request.user.id,
        scope: granted(client, asked.scope).join(' '),
        action: '/dialog/authorize/decision',
        hidden: { transaction_id: transactionID },
      }));
    },
    server.errorHandler({ mode: 'indirect' }),
  );
  app.post(
    '/dialog/authorize/decision',
    ensureLoggedIn,
    user,
    (request, response, next) => {
      if (formIsOurs(request)) return next();
      return response.status(400).send(errorPage('Go back, load the page again and repeat.'));
    },
    server.decision((request, done) => {
      const { client, req: asked } = request.oauth2;
      done(null, { allow: request.body.confirm === 'yes', scope: granted(client, asked.scope) });
    }),
    server.errorHandler({ mode: 'indirect' }),
  );
  app.post(
    '/oauth/token',
    passport.authenticate(['basic', 'oauth2-client-password'], { session: false }),
    // oauth2orize leaves it to the server which client may use which grant.
    ({ user: client, body }, _response, next) => {
      const grants = ['authorization_code', 'refresh_token', 'client_credentials'];
      const allowed = !grants.includes(body.grant_type) || client.allowedGrants.includes(body.grant_type);
      next(allowed ? undefined : new oauth2orize.TokenError('Not registered for it', 'unauthorized_client'));
    },
    server.token(),
    server.errorHandler(),
  );
  app.get('/api/me', passport.authenticate('bearer', { session: false }), (request, response) => {
    const { client, user: name, scope } = request.user;
    if (!scope.includes('profile')) {
      response.set('WWW-Authenticate', 'Bearer realm="Users", error="insufficient_scope", scope="profile"');
      return response.status(403).json({});
    }
    return response.json({ client_id: client, user_id: name ?? null, scope: scope.join(' ') });
  });
  app.use((error, _request, response, _next) => {
    response.status(error.status ?? 500).send(errorPage(`${error.code ?? 'error'}: ${error.message}`));
  });
  return app;
});
