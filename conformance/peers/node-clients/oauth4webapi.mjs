// oauth4webapi as a client of an OAuth server, the way its documentation has it.

import * as oauth from 'oauth4webapi'

import { browse, perform, refusal, task, told, toldOfIntrospection, toldOfResource } from './dialogue.mjs'

const METHODS = {
  client_secret_basic: oauth.ClientSecretBasic,
  client_secret_post: oauth.ClientSecretPost,
  none: oauth.None,
}

// Plain HTTP is for loopback alone.
const insecure = { [oauth.allowInsecureRequests]: true }

let as
let client = { client_id: task.clientId }
let authentication = METHODS[task.authentication](task.clientSecret)
let tokens
let DPoP
let noncesDemanded = 0

/** Sends a request and reads its answer; once more with the nonce, if the server demands one. */
async function exchange(send, read) {
  try {
    return await read(await send())
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error
    noncesDemanded += 1
    return await read(await send())
  }
}

const options = () => ({ ...insecure, DPoP })

async function discover() {
  const response = await oauth.discoveryRequest(task.issuer, { algorithm: 'oauth2', ...insecure })
  as = await oauth.processDiscoveryResponse(task.issuer, response)
  const pkce = as.code_challenge_methods_supported?.includes('S256') ? 'S256' : 'no S256'
  return `${pkce}, ${as.authorization_response_iss_parameter_supported ? 'iss promised' : 'no iss promised'}`
}

/**
 * Goes through the front channel and redeems the code; `requestUrl` builds the URL to send the browser to, and
 * `additionalParameters` go into the token request.
 */
async function authorize(requestUrl, parameters = {}, additionalParameters = {}) {
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const url = await requestUrl(new URLSearchParams({
    client_id: client.client_id,
    redirect_uri: task.redirectUri,
    response_type: 'code',
    scope: task.scope,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    ...parameters,
  }))
  const answered = oauth.validateAuthResponse(as, client, await browse(url), state)
  tokens = await exchange(
    () => oauth.authorizationCodeGrantRequest(
      as, client, authentication, answered, task.redirectUri, verifier,
      { additionalParameters, ...options() },
    ),
    (response) => oauth.processAuthorizationCodeResponse(as, client, response),
  )
  return told(tokens)
}

function requestInQuery(parameters) {
  const url = new URL(as.authorization_endpoint)
  for (const [name, value] of parameters) url.searchParams.set(name, value)
  return url
}

async function code() {
  return await authorize(requestInQuery)
}

async function par() {
  return await authorize(async (parameters) => {
    const { request_uri } = await exchange(
      () => oauth.pushedAuthorizationRequest(as, client, authentication, parameters, options()),
      (response) => oauth.processPushedAuthorizationResponse(as, client, response),
    )
    return requestInQuery(new URLSearchParams({ client_id: client.client_id, request_uri }))
  })
}

/** A code flow whose tokens are bound to a key. */
async function bound() {
  DPoP = oauth.DPoP(client, await oauth.generateKeyPair('ES256'))
  const told = await authorize(requestInQuery, { dpop_jkt: await DPoP.calculateThumbprint() })
  return noncesDemanded > 0 ? `${told}, after a nonce` : told
}

async function fetchResource(url) {
  const answer = await exchange(
    () => oauth.protectedResourceRequest(tokens.access_token, 'GET', url, undefined, undefined, options()),
    (response) => response.json(),
  )
  return toldOfResource(answer)
}

async function resource() {
  return await fetchResource(task.resource)
}

/** A code flow for the second resource alone. */
async function secondResource() {
  const parameters = { resource: task.secondResource.href }
  await authorize(requestInQuery, parameters, parameters)
  const told = await fetchResource(task.secondResource)
  return `${told}, the first one refuses: ${await fetchResource(task.resource).catch(refusal)}`
}

async function refresh() {
  const used = tokens.refresh_token
  tokens = await exchange(
    () => oauth.refreshTokenGrantRequest(as, client, authentication, used, options()),
    (response) => oauth.processRefreshTokenResponse(as, client, response),
  )
  return told(tokens, used)
}

async function introspect() {
  return await ask(client, authentication)
}

/** The same as the server of the resource that the token was shown to. */
async function introspectAsResource() {
  return await ask({ client_id: task.resourceServer }, oauth.ClientSecretBasic(task.resourceServerSecret))
}

async function ask(asker, by) {
  const response = await oauth.introspectionRequest(as, asker, by, tokens.access_token, insecure)
  const answer = await oauth.processIntrospectionResponse(as, asker, response)
  return toldOfIntrospection(answer, await DPoP?.calculateThumbprint())
}

async function revoke() {
  const response = await oauth.revocationRequest(as, client, authentication, tokens.refresh_token, insecure)
  await oauth.processRevocationResponse(response)
  return 'done'
}

async function clientCredentials() {
  const parameters = new URLSearchParams({ scope: task.scope })
  tokens = await exchange(
    () => oauth.clientCredentialsGrantRequest(as, client, authentication, parameters, options()),
    (response) => oauth.processClientCredentialsResponse(as, client, response),
  )
  return told(tokens)
}

/** Shows no good token, and follows the challenge to what the resource says of itself. */
async function resourceMetadata() {
  const read = await oauth.resourceDiscoveryRequest(task.resource, insecure)
  const metadata = await oauth.processResourceDiscoveryResponse(task.resource, read)
  const refusal = await oauth
    .protectedResourceRequest('not-a-token', 'GET', task.resource, undefined, undefined, insecure)
    .catch((error) => error)
  const linked = await fetch(refusal.cause[0].parameters.resource_metadata)
  const followed = await oauth.processResourceDiscoveryResponse(task.resource, linked)
  if (JSON.stringify(metadata) !== JSON.stringify(followed)) return 'not what the challenge leads to'
  const server = metadata.authorization_servers?.includes(as.issuer) ? 'this server' : 'another server'
  return `${server}, ${metadata.scopes_supported}, ${metadata.bearer_methods_supported}`
}

/** Registers a client and goes on as that one. */
async function register() {
  const metadata = {
    client_name: 'oauth4webapi',
    redirect_uris: [task.redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    scope: task.scope,
    token_endpoint_auth_method: task.authentication,
  }
  const response = await oauth.dynamicClientRegistrationRequest(as, metadata, insecure)
  client = await oauth.processDynamicClientRegistrationResponse(response)
  authentication = METHODS[client.token_endpoint_auth_method](client.client_secret)
  task.clientId = client.client_id
  const secret = client.client_secret === undefined ? 'without a secret' : 'with a secret'
  return `${client.token_endpoint_auth_method}, ${client.scope}, ${secret}`
}

await perform({
  discover, code, par, bound, resource, refresh, introspect, revoke, 'client-credentials': clientCredentials,
  'introspect-as-resource': introspectAsResource, 'second-resource': secondResource,
  'resource-metadata': resourceMetadata, register,
})
