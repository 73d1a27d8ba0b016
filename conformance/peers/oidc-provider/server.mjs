// An authorization server with its resource, built on oidc-provider.
//
// Decides what oidc-provider leaves to its user: pages, login, clients, users, which features are on. What
// oidc-provider decides stays as it has it, even where a rule is broken (README.md lists those). Everything lives in
// memory and is gone at the end of the process.

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';

import Provider from 'oidc-provider';

const HOST = '127.0.0.1';
const USERS = new Map([['id001', 'mypassword'], ['id002', 'otherpassword']]);
/** The headers of every page. */
const HEADERS = {
  'Content-Security-Policy': "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
};

const { values: args } = parseArgs({
  options: {
    port: { type: 'string', default: '9000' },
    'client-redirect': { type: 'string', default: 'http://localhost:8000/callback' },
    'second-client-redirect': { type: 'string', default: 'http://localhost:8001/callback' },
    'public-client-redirect': { type: 'string', default: 'http://127.0.0.1/callback' },
    'code-lifetime': { type: 'string', default: '60' },
    'token-lifetime': { type: 'string', default: '3600' },
    'dpop-nonce': { type: 'boolean', default: false },
  },
});

function clients() {
  const registered = {
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'client_secret_basic',
  };
  return [
    { ...registered, client_id: 'client_1', client_secret: 'client_secret_1', redirect_uris: [args['client-redirect']] },
    {
      ...registered,
      client_id: 'client_2',
      client_secret: 'client_secret_2',
      redirect_uris: [args['second-client-redirect']],
      grant_types: [...registered.grant_types, 'client_credentials'],
    },
    {
      ...registered,
      client_id: 'client_3',
      client_secret: 'a b%+:&c',
      token_endpoint_auth_method: 'client_secret_post',
      redirect_uris: ['http://localhost:8003/callback?tenant=a%26b', 'http://localhost:8003/other'],
    },
    {
      ...registered,
      client_id: 'client_4',
      client_secret: 'client_secret_4',
      redirect_uris: ['http://localhost:8004/callback'],
      dpop_bound_access_tokens: true,
    },
    {
      ...registered,
      client_id: 'client_5',
      client_secret: 'client_secret_5',
      redirect_uris: ['http://localhost:8006/callback'],
      require_pushed_authorization_requests: true,
    },
    {
      ...registered,
      client_id: 'public_1',
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      redirect_uris: [args['public-client-redirect']],
    },
    {
      ...registered,
      client_id: 'service_1',
      client_secret: 'service_secret_1',
      redirect_uris: ['http://localhost:8005/callback'],
      response_types: [],
      grant_types: ['client_credentials'],
    },
    {
      ...registered,
      client_id: 'resource_1',
      client_secret: 'resource_secret_1',
      redirect_uris: [],
      response_types: [],
      grant_types: [],
    },
  ];
}

function configuration() {
  return {
    clients: clients(),
    cookies: { keys: [randomBytes(32)] },
    claims: { openid: ['sub'], profile: ['name'], email: ['email'] },
    scopes: ['openid', 'offline_access'],
    responseTypes: ['code'],
    findAccount: (_ctx, id) => USERS.has(id) && {
      accountId: id,
      claims: () => ({ sub: id, name: id, email: `${id}@example.com` }),
    },
    // By default a refresh token takes the scope offline_access, which is OpenID Connect's.
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    renderError: (ctx, out) => {
      ctx.type = 'html';
      ctx.set(HEADERS);
      ctx.body = page('Request refused', `<p>${escape(`${out.error}: ${out.error_description ?? ''}`)}</p>`);
    },
    ttl: {
      AuthorizationCode: Number(args['code-lifetime']),
      AccessToken: Number(args['token-lifetime']),
      ClientCredentials: Number(args['token-lifetime']),
      RefreshToken: 1209600,
      Grant: 1209600,
      Interaction: 3600,
      Session: 1209600,
    },
    features: {
      devInteractions: { enabled: false },
      pushedAuthorizationRequests: { enabled: true },
      dPoP: {
        enabled: true,
        nonceSecret: args['dpop-nonce'] ? randomBytes(32) : undefined,
        requireNonce: () => args['dpop-nonce'],
      },
      registration: { enabled: true },
      clientCredentials: { enabled: true },
      revocation: { enabled: true },
      // A resource of its own code would be judged in place of userinfo, which takes no audience.
      resourceIndicators: { enabled: false },
      introspection: {
        enabled: true,
        // The resource's server learns of all access tokens, every client of its own tokens.
        allowedPolicy: (_ctx, client, token) => client.clientId === token.clientId
          || (client.clientId === 'resource_1' && token.kind !== 'RefreshToken'),
      },
    },
  };
}

function escape(text) {
  const names = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (character) => names[character]);
}

function page(title, body) {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title></head><body>
<h1>${title}</h1>
${body}
</body></html>
`;
}

const loginPage = (token, failed) => page('Sign in', `${failed ? '<p role="alert">That name and password do not belong together.</p>' : ''}
<form method="post">
<input type="hidden" name="form_token" value="${token}">
<p><label>Name <input name="user_id" autocomplete="username" required></label></p>
<p><label>Password <input name="password" type="password" autocomplete="current-password" required></label></p>
<p><button type="submit">Sign in</button></p>
</form>`);

const consentPage = (token, client, user, asked) => page('Allow access?', `<p>The application <strong>${escape(client)}</strong> asks ${escape(user)} for: ${escape(asked)}.</p>
<form method="post">
<input type="hidden" name="form_token" value="${token}">
<p><button name="confirm" value="yes" type="submit">Allow</button>
<button name="confirm" value="no" type="submit">Refuse</button></p>
</form>`);

async function form(request) {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > 10000) throw new Error('the form is too large');
  }
  return new URLSearchParams(text);
}

/** Login and consent, at /interaction/UID. */
function interactions(provider) {
  const key = randomBytes(32);
  const tokenOf = (uid) => createHmac('sha256', key).update(uid).digest('base64url');
  const isOurs = (uid, sent) => {
    const [expected, found] = [tokenOf(uid), sent ?? ''].map((text) => Buffer.from(text));
    return expected.length === found.length && timingSafeEqual(expected, found);
  };
  const show = (ctx, html, status = 200) => {
    ctx.status = status;
    ctx.type = 'html';
    ctx.set({ ...HEADERS, 'Cache-Control': 'no-store' });
    ctx.body = html;
  };
  const finish = (ctx, result) => {
    ctx.respond = false;
    ctx.set('Cache-Control', 'no-store');
    return provider.interactionFinished(ctx.req, ctx.res, result, { mergeWithLastSubmission: !result.error });
  };
  async function consented(details) {
    const { grantId, params, session, prompt } = details;
    const known = grantId ? await provider.Grant.find(grantId) : undefined;
    const grant = known ?? new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
    const { missingOIDCScope, missingOIDCClaims, missingResourceScopes } = prompt.details;
    if (missingOIDCScope) grant.addOIDCScope(missingOIDCScope.join(' '));
    if (missingOIDCClaims) grant.addOIDCClaims(missingOIDCClaims);
    for (const [resource, scopes] of Object.entries(missingResourceScopes ?? {})) {
      grant.addResourceScope(resource, scopes.join(' '));
    }
    return grant.save();
  }
  return async (ctx, next) => {
    if (!/^\/interaction\/[^/]+$/.test(ctx.path)) return next();
    let details;
    try {
      details = await provider.interactionDetails(ctx.req, ctx.res);
    } catch {
      return show(ctx, page('Request refused', '<p>Go back to the application and start again.</p>'), 400);
    }
    const { uid, prompt, params, session } = details;
    if (ctx.method === 'GET') {
      const html = prompt.name === 'login'
        ? loginPage(tokenOf(uid))
        : consentPage(tokenOf(uid), params.client_id, session.accountId, params.scope ?? 'nothing in particular');
      return show(ctx, html);
    }
    const sent = await form(ctx.req);
    if (ctx.method !== 'POST' || !isOurs(uid, sent.get('form_token'))) {
      return show(ctx, page('Request refused', '<p>Go back, load the page again and repeat.</p>'), 400);
    }
    if (prompt.name === 'login') {
      const name = sent.get('user_id') ?? '';
      const right = USERS.has(name) && USERS.get(name) === sent.get('password');
      if (!right) return show(ctx, loginPage(tokenOf(uid), true), 403);
      return finish(ctx, { login: { accountId: name } });
    }
    if (sent.get('confirm') !== 'yes') return finish(ctx, { error: 'access_denied' });
    return finish(ctx, { consent: { grantId: await consented(details) } });
  };
}

const server = createServer();
server.on('error', (error) => {
  console.error(`cannot listen on ${HOST}:${args.port}: ${error.message}; name another with --port`);
  process.exit(2);
});
server.listen(Number(args.port), HOST, () => {
  const issuer = `http://${HOST}:${server.address().port}`;
  const provider = new Provider(issuer, configuration());
  provider.use(interactions(provider));
  server.on('request', provider.callback());
  console.log(`listening on ${issuer}`);
});
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0));
