// An authorization server on better-auth and its OAuth provider, with its own userinfo endpoint as the resource.
//
// Decides what better-auth leaves to its user: the pages for login and consent, users, clients, which features are on.
// What better-auth decides stays as it has it, even where a rule is broken (README.md lists those). Everything lives in
// memory.

import { oauthProvider } from '@better-auth/oauth-provider';
import { betterAuth } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { fromNodeHeaders, toNodeHandler } from 'better-auth/node';
import { jwt } from 'better-auth/plugins';
import express from 'express';
import session from 'express-session';

import {
  clients, consentPage, errorPage, formIsOurs, formToken, loginPage, protect, secret, serve, USERS,
} from '../node-servers/front.mjs';

const SCOPES = ['openid', 'profile', 'email', 'offline_access'];
const MODELS = [
  'user', 'session', 'account', 'verification', 'jwks', 'oauthClient', 'oauthAccessToken', 'oauthRefreshToken',
  'oauthConsent', 'oauthResource', 'oauthClientResource', 'oauthClientAssertion', 'rateLimit',
];

/** better-auth with the provider; `next` holds the credentials of the client that is being registered. */
const provider = (issuer, next) => betterAuth({
  baseURL: issuer,
  secret: secret(),
  database: memoryAdapter(Object.fromEntries(MODELS.map((model) => [model, []]))),
  emailAndPassword: {
    enabled: true,
    // A slow hash at each login would take most of a run's time, and these passwords are no secrets.
    password: { hash: async (password) => password, verify: async ({ hash, password }) => hash === password },
  },
  rateLimit: { enabled: false },
  // As the provider's documentation asks, beside its own endpoint for tokens.
  disabledPaths: ['/token'],
  plugins: [
    jwt(),
    oauthProvider({
      loginPage: '/login',
      consentPage: '/consent',
      scopes: SCOPES,
      allowDynamicClientRegistration: true,
      allowUnauthenticatedClientRegistration: true,
      generateClientId: () => next.id ?? secret(),
      generateClientSecret: () => next.secret ?? secret(),
      silenceWarnings: { oauthAuthServerConfig: true, openidConfig: true },
    }),
  ],
});

const mail = (name) => `${name}@example.com`;

/** Signs the users up, the first of whom registers the clients. */
async function fill(auth, next, values) {
  const headers = new Headers();
  for (const [name, password] of USERS) {
    const answer = await auth.api.signUpEmail({ body: { name, email: mail(name), password }, asResponse: true });
    if (!headers.has('cookie')) {
      headers.set('cookie', answer.headers.getSetCookie().map((cookie) => cookie.split(';')[0]).join('; '));
    }
  }
  for (const client of clients(values).filter(({ redirectUris }) => redirectUris.length > 0)) {
    next.id = client.id;
    next.secret = client.secret;
    await auth.api.adminCreateOAuthClient({
      headers,
      body: {
        client_name: client.name,
        // better-auth takes http for 127.0.0.1 alone.
        redirect_uris: client.redirectUris.map((uri) => uri.replace(/^http:\/\/localhost:/, 'https://app.example:')),
        grant_types: client.allowedGrants,
        response_types: client.allowedGrants.includes('authorization_code') ? ['code'] : [],
        token_endpoint_auth_method: client.authentication,
        ...(client.secret ? {} : { application_type: 'native' }),
        scope: (client.id === 'client_3' ? ['email', 'offline_access'] : SCOPES).join(' '),
      },
    });
  }
  next.id = undefined;
  next.secret = undefined;
}

/** Calls better-auth as its client for browsers would from a page. */
const call = (auth, issuer, request, path, body) => auth.handler(new Request(`${issuer}/api/auth${path}`, {
  method: 'POST',
  headers: { accept: 'application/json', 'content-type': 'application/json', cookie: request.headers.cookie ?? '', origin: issuer },
  body: JSON.stringify(body),
}));

/** What better-auth answered to a page's call: its cookies, and where the browser is to go. */
async function follow(answer, response) {
  response.append('Set-Cookie', answer.headers.getSetCookie());
  const told = await answer.json().catch(() => ({}));
  const onward = answer.headers.get('location') ?? told.url ?? told.redirect_uri;
  if (onward) return response.redirect(303, onward);
  return response.status(400).send(errorPage(told.message ?? told.error ?? 'there is nowhere to go'));
}

serve(async (issuer, values) => {
  const next = {};
  const auth = provider(issuer, next);
  await fill(auth, next, values);

  const app = express();
  const handler = toNodeHandler(auth);
  app.all('/api/auth/{*path}', handler);
  app.all('/.well-known/{*path}', handler);

  app.use(protect, express.urlencoded({ extended: false }));
  app.use(session({
    name: 'better_auth_peer_session', secret: secret(), resave: false, saveUninitialized: false,
    cookie: { httpOnly: true, sameSite: 'lax' },
  }));
  /** The query that better-auth signed, as the page was given it. */
  const asked = (request) => request.originalUrl.split('?')[1] ?? '';
  const ours = (request, response, proceed) => {
    if (formIsOurs(request)) return proceed();
    return response.status(400).send(errorPage('Go back, load the page again and repeat.'));
  };

  app.get('/login', (request, response) => {
    response.send(loginPage(formToken(request)));
  });
  app.post('/login', ours, async (request, response) => {
    const { user_id: name, password } = request.body;
    const credentials = { email: mail(name), password, oauth_query: asked(request) };
    const answer = await call(auth, issuer, request, '/sign-in/email', credentials);
    if (answer.status === 401) return response.status(403).send(loginPage(formToken(request), true));
    return follow(answer, response);
  });
  app.get('/consent', async (request, response) => {
    const known = await auth.api.getSession({ headers: fromNodeHeaders(request.headers) });
    if (!known) return response.redirect(303, `/login?${asked(request)}`);
    return response.send(consentPage({
      token: formToken(request),
      client: request.query.client_id,
      user: known.user.name,
      scope: request.query.scope,
    }));
  });
  app.post('/consent', ours, async (request, response) => {
    const answer = { accept: request.body.confirm === 'yes', oauth_query: asked(request) };
    return follow(await call(auth, issuer, request, '/oauth2/consent', answer), response);
  });
  // Where better-auth sends browsers whose request it does not trust.
  app.get('/error', (request, response) => response.status(400).send(errorPage(request.query.error)));
  return app;
});
