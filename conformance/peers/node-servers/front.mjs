// What the servers of `jmondi-oauth2-server`, `oauth2orize` and `better-auth` have in common: users, pages, the login
// with its session, the resource, and the way from a command line to a port.
//
// Takes an Express application that reads forms and keeps sessions in `request.session`; imports nothing, since each
// server has its packages for itself.

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';

const HOST = '127.0.0.1';
export const USERS = new Map([['id001', 'mypassword'], ['id002', 'otherpassword']]);

const escape = (text) => {
  const names = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return String(text).replace(/[&<>"']/g, (character) => names[character]);
};

const page = (title, body) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title></head><body>
<h1>${title}</h1>
${body}
</body></html>
`;

export const loginPage = (token, failed) => page('Sign in', `${failed ? '<p role="alert">That name and password do not belong together.</p>' : ''}
<form method="post">
<input type="hidden" name="form_token" value="${token}">
<p><label>Name <input name="user_id" autocomplete="username" required></label></p>
<p><label>Password <input name="password" type="password" autocomplete="current-password" required></label></p>
<p><button type="submit">Sign in</button></p>
</form>`);

/** The question whether `user` allows `client` what it asked for; `hidden` are more fields of its form. */
export const consentPage = ({ token, client, user, scope, action, hidden = {} }) => page('Allow access?', `<p>The application <strong>${escape(client)}</strong> asks ${escape(user)} for: ${escape(scope)}.</p>
<form method="post"${action ? ` action="${escape(action)}"` : ''}>
<input type="hidden" name="form_token" value="${token}">
${Object.entries(hidden).map(([name, value]) => `<input type="hidden" name="${name}" value="${escape(value)}">`).join('\n')}
<p><button name="confirm" value="yes" type="submit">Allow</button>
<button name="confirm" value="no" type="submit">Refuse</button></p>
</form>`);

export const errorPage = (text) => page('Request refused', `<p>${escape(text)}</p>`);

/** Whether these are the name and the password of a user. */
export const isUser = (name, password) => USERS.has(name) && USERS.get(name) === password;

/** A loopback URI without its port, which RFC 8252 section 7.3 leaves open; nothing for other URIs. */
const withoutPort = (uri) => /^http:\/\/(127\.0\.0\.1|\[::1\])(?::[0-9]{1,5})?(\/.*)?$/.exec(uri)?.slice(1).join('');

/** The redirect URI that was asked for, if `client` registered it; a native client's port is its own to choose. */
export function registered(client, uri) {
  if (client.redirectUris.includes(uri)) return uri;
  const asked = client.secret ? undefined : withoutPort(uri);
  return asked && client.redirectUris.some((known) => withoutPort(known) === asked) ? uri : undefined;
}

export const equal = (one, other) => {
  const [left, right] = [one, other].map((text) => createHmac('sha256', 'lengths').update(String(text)).digest());
  return timingSafeEqual(left, right);
};

export const secret = () => randomBytes(32).toString('base64url');

/** The headers of every answer. */
export function protect(_request, response, next) {
  response.removeHeader('X-Powered-By');
  response.set({
    'Cache-Control': 'no-store',
    'Content-Security-Policy': "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
  });
  next();
}

/** What stands in this session's forms, so that nobody else's forms are taken. */
export const formToken = (request) => {
  request.session.formToken ??= secret();
  return request.session.formToken;
};

export const formIsOurs = (request) => {
  const expected = request.session.formToken;
  return expected !== undefined && equal(expected, request.body?.form_token ?? '');
};

/** The login at /login, and who has not passed it is sent there. */
export function login(app) {
  app.get('/login', (request, response) => {
    response.send(loginPage(formToken(request)));
  });
  app.post('/login', (request, response, next) => {
    if (!formIsOurs(request)) {
      return response.status(400).send(errorPage('Go back, load the page again and repeat.'));
    }
    const { user_id: name, password } = request.body;
    if (!isUser(name, password)) return response.status(403).send(loginPage(formToken(request), true));
    const onward = request.session.onward ?? '/login';
    // The session before the login is another one.
    return request.session.regenerate((failed) => {
      if (failed) return next(failed);
      request.session.user = name;
      return response.redirect(303, onward);
    });
  });
  return function ensureLoggedIn(request, response, next) {
    if (request.session.user) return next();
    // The way back is kept here, so that no link can lead elsewhere.
    request.session.onward = request.originalUrl;
    return response.redirect(303, '/login');
  };
}

/** The token of a request with one `Authorization` header of the scheme Bearer. */
const bearer = (request) => /^bearer +([A-Za-z0-9\-._~+/]+=*)$/i.exec(request.headers.authorization ?? '')?.[1];

/** The resource /api/me; `open` gives client, user and scope of a token, or nothing. */
export function resource(app, open) {
  app.get('/api/me', async (request, response) => {
    const refuse = (status, parameters) => response.status(status)
      .set('WWW-Authenticate', `Bearer realm="peer"${parameters}`).json({});
    const credentials = request.headers.authorization;
    if (!credentials || !/^bearer( |$)/i.test(credentials)) return refuse(401, '');
    const token = bearer(request);
    if (!token) return refuse(400, ', error="invalid_request"');
    const opened = await open(token);
    if (!opened) return refuse(401, ', error="invalid_token"');
    const scope = opened.scope.join(' ');
    if (!opened.scope.includes('profile')) return refuse(403, ', error="insufficient_scope", scope="profile"');
    return response.json({ client_id: opened.client, user_id: opened.user ?? null, scope });
  });
}

/** The clients that `target.toml` names, with what the command line says of their redirect URIs. */
export function clients(values) {
  const code = ['authorization_code', 'refresh_token'];
  const client = (id, secretOrNone, redirectUris, grants, scopes = ['profile', 'email']) => ({
    id, name: id, secret: secretOrNone, redirectUris, allowedGrants: grants, scopes: scopes.map((name) => ({ name })),
    authentication: secretOrNone ? (id === 'client_3' ? 'client_secret_post' : 'client_secret_basic') : 'none',
  });
  return [
    client('client_1', 'client_secret_1', [values['client-redirect']], [...code, 'client_credentials']),
    client('client_2', 'client_secret_2', ['http://localhost:8001/callback'], [...code, 'client_credentials']),
    client('client_3', 'a b%+:&c', ['http://localhost:8003/callback?tenant=a%26b', 'http://localhost:8003/other'], code, ['email']),
    client('public_1', undefined, ['http://127.0.0.1/callback'], code),
    client('service_1', 'service_secret_1', ['http://localhost:8004/callback'], ['client_credentials']),
    client('resource_1', 'resource_secret_1', [], ['client_credentials']),
  ];
}

/** Reads the command line, listens, and hands what answers its requests over as soon as the port is known. */
export function serve(application) {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '9000' },
      'client-redirect': { type: 'string', default: 'http://localhost:8000/callback' },
    },
  });
  const server = createServer();
  server.on('error', (error) => {
    console.error(`cannot listen on ${HOST}:${values.port}: ${error.message}; name another with --port`);
    process.exit(2);
  });
  server.listen(Number(values.port), HOST, async () => {
    const issuer = `http://${HOST}:${server.address().port}`;
    server.on('request', await application(issuer, values));
    console.log(`listening on ${issuer}`);
  });
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0));
}
