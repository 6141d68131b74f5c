/// Responses that all Workers of this kit give.
import { problem } from './problem.ts'

/** An error of the request itself. */
export function refuse(status: number, message: string, headers: Record<string, string> = {}): Response {
  return Response.json({ error: { name: 'RequestError', code: `HTTP_${status}`, message } }, { status, headers })
}

/** An error of the SSH session or of the configuration, without host, user, keys and fingerprints. */
export function failed(error: unknown): Response {
  const { status, ...body } = problem(error)
  return Response.json({ error: body }, { status })
}

export const unauthorized = (): Response => refuse(401, 'unauthorized', { 'www-authenticate': 'Bearer' })
