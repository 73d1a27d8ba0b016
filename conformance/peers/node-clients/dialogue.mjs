// How a client program of this folder is told what to do, and tells what it did.
//
// The command line names the server, the client and the steps. Each step that was completed is one line on
// stdout; `browse URL` asks whoever started the program to take a browser there and to answer with the URL that
// the browser was sent back to, one line on stdin. A refusal in OAuth's terms ends the program with 1.

import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'

const { values, positionals: steps } = parseArgs({
  allowPositionals: true,
  options: {
    issuer: { type: 'string' },
    'client-id': { type: 'string' },
    'client-secret': { type: 'string' },
    authentication: { type: 'string' },
    'redirect-uri': { type: 'string' },
    scope: { type: 'string' },
    resource: { type: 'string' },
    'second-resource': { type: 'string' },
    'resource-server': { type: 'string' },
    'resource-server-secret': { type: 'string' },
  },
})

/** What the command line says. */
export const task = {
  issuer: new URL(values.issuer),
  clientId: values['client-id'],
  clientSecret: values['client-secret'],
  authentication: values.authentication,
  redirectUri: values['redirect-uri'],
  scope: values.scope,
  resource: new URL(values.resource),
  resourceServer: values['resource-server'],
  resourceServerSecret: values['resource-server-secret'],
  secondResource: new URL(values['second-resource'] ?? values.resource),
}

const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]()

/** Has a browser taken to this URL; gives the URL that it was sent back to. */
export async function browse(url) {
  console.log(`browse ${url.href}`)
  const { value } = await answers.next()
  return new URL(value)
}

/** Performs the steps of the command line, each by its function, which gives what is to be told of it. */
export async function perform(functions) {
  for (const step of steps) {
    try {
      console.log(`${step}: ${await functions[step]()}`)
    } catch (error) {
      console.log(`${step}: refused, ${await refusal(error)}`)
      process.exit(1)
    }
  }
  // The open stdin would keep the program alive.
  process.exit(0)
}

/** The error code of a refusal; throws any other error again. */
export async function refusal(error) {
  if (typeof error.error === 'string') return error.error
  // Both libraries report the challenge of a 401 and leave its body unread.
  if (error.code !== 'OAUTH_WWW_AUTHENTICATE_CHALLENGE') throw error
  const named = error.cause.find((challenge) => challenge.parameters.error !== undefined)
  return named?.parameters.error ?? (await error.response.json()).error
}

/** What is told of a token response, given the refresh token that was used. */
export function told(tokens, used) {
  let refresh = 'no refresh token'
  if (tokens.refresh_token === used) refresh = used ? 'the same refresh token' : refresh
  else if (tokens.refresh_token) refresh = used ? 'a new refresh token' : 'a refresh token'
  return `${tokens.token_type.toLowerCase()}, ${tokens.scope ?? task.scope}, ${refresh}`
}

/** What is told of the resource's answer. */
export function toldOfResource(answer) {
  const client = answer.client_id === task.clientId ? 'this client' : answer.client_id
  return `${answer.user_id ?? 'nobody'} by ${client}, ${answer.scope}`
}

/** What is told of an introspection response, given the thumbprint of the key that the token is bound to. */
export function toldOfIntrospection(answer, thumbprint) {
  if (!answer.active) return Object.keys(answer).length === 1 ? 'not active' : 'not active, and more'
  const client = answer.client_id === task.clientId ? 'this client' : answer.client_id
  const words = [
    `active, ${answer.username ?? 'nobody'} by ${client}, ${answer.scope}, ${answer.token_type.toLowerCase()}`,
  ]
  if (answer.iss !== task.issuer.href.replace(/\/$/, '')) words.push(`by ${answer.iss}`)
  if ([answer.aud].flat().join(' ') !== task.resource.href) words.push(`for ${answer.aud}`)
  if (answer.cnf?.jkt !== thumbprint) words.push('bound to another key')
  return words.join(', ')
}
