// openid-client as a client of an OAuth server, the way its documentation has it.

import * as client from 'openid-client'

import { browse, perform, refusal, task, told, toldOfIntrospection, toldOfResource } from './dialogue.mjs'

const METHODS = {
  client_secret_basic: client.ClientSecretBasic,
  client_secret_post: client.ClientSecretPost,
  none: client.None,
}

// RFC 8414 instead of OpenID Connect Discovery, and plain HTTP, which is for loopback alone.
const options = { algorithm: 'oauth2', execute: [client.allowInsecureRequests] }

let config
let tokens
let dpop

async function discover() {
  const method = METHODS[task.authentication]()
  config = await client.discovery(task.issuer, task.clientId, task.clientSecret, method, options)
  const metadata = config.serverMetadata()
  const iss = metadata.authorization_response_iss_parameter_supported ? 'iss promised' : 'no iss promised'
  return `${metadata.supportsPKCE() ? 'S256' : 'no S256'}, ${iss}`
}

/**
 * Goes through the front channel and redeems the code; `requestUrl` builds the URL to send the browser to, and
 * `tokenParameters` go into the token request.
 */
async function authorize(requestUrl, parameters = {}, tokenParameters = {}) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier()
  const expectedState = client.randomState()
  const url = await requestUrl(config, {
    redirect_uri: task.redirectUri,
    scope: task.scope,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
    ...parameters,
  })
  const callback = await browse(url)
  tokens = await client.authorizationCodeGrant(
    config, callback, { pkceCodeVerifier, expectedState }, tokenParameters, { DPoP: dpop },
  )
  return told(tokens)
}

async function code() {
  return await authorize(client.buildAuthorizationUrl)
}

async function par() {
  return await authorize((config, parameters) =>
    client.buildAuthorizationUrlWithPAR(config, parameters, { DPoP: dpop }))
}

/** A code flow whose tokens are bound to a key. */
async function bound() {
  dpop = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'))
  return await authorize(client.buildAuthorizationUrl, { dpop_jkt: await dpop.calculateThumbprint() })
}

async function fetchResource(url) {
  const response = await client.fetchProtectedResource(
    config, tokens.access_token, url, 'GET', undefined, undefined, { DPoP: dpop },
  )
  return toldOfResource(await response.json())
}

async function resource() {
  return await fetchResource(task.resource)
}

/** A code flow for the second resource alone. */
async function secondResource() {
  const parameters = { resource: task.secondResource.href }
  await authorize(client.buildAuthorizationUrl, parameters, parameters)
  const told = await fetchResource(task.secondResource)
  return `${told}, the first one refuses: ${await fetchResource(task.resource).catch(refusal)}`
}

async function refresh() {
  const used = tokens.refresh_token
  tokens = await client.refreshTokenGrant(config, used, undefined, { DPoP: dpop })
  return told(tokens, used)
}

async function introspect() {
  const answer = await client.tokenIntrospection(config, tokens.access_token)
  return toldOfIntrospection(answer, await dpop?.calculateThumbprint())
}

async function revoke() {
  await client.tokenRevocation(config, tokens.refresh_token, { token_type_hint: 'refresh_token' })
  return 'done'
}

async function clientCredentials() {
  tokens = await client.clientCredentialsGrant(config, { scope: task.scope }, { DPoP: dpop })
  return told(tokens)
}

/** Tokens bound to a key of each algorithm that the server names. */
async function algorithms() {
  const named = config.serverMetadata().dpop_signing_alg_values_supported
  for (const algorithm of named) {
    dpop = client.getDPoPHandle(config, await client.randomDPoPKeyPair(algorithm))
    await clientCredentials()
    await resource()
  }
  return named.join(' ')
}

/** Registers a client and goes on as that one. */
async function register() {
  const metadata = {
    client_name: 'openid-client',
    redirect_uris: [task.redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    scope: task.scope,
    token_endpoint_auth_method: task.authentication,
  }
  const method = METHODS[task.authentication]()
  config = await client.dynamicClientRegistration(task.issuer, metadata, method, options)
  const registered = config.clientMetadata()
  const secret = registered.client_secret === undefined ? 'without a secret' : 'with a secret'
  task.clientId = registered.client_id
  return `${registered.token_endpoint_auth_method}, ${registered.scope}, ${secret}`
}

await perform({
  discover, code, par, bound, algorithms, resource, refresh, introspect, revoke,
  'client-credentials': clientCredentials, 'second-resource': secondResource, register,
})
