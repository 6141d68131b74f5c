/// SSH sessions that stay open between requests: `POST /NAME/run` runs a command, `GET /NAME/shell` is a WebSocket to a shell, `DELETE /NAME` ends the session.
import { failed, refuse, unauthorized } from '../answer.ts'
import { authorized } from '../bearer.ts'
import type { Env } from './kept-terminal.ts'

export { KeptTerminal } from './kept-terminal.ts'

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    try {
      if (!(await authorized(request, env.API_TOKEN))) return unauthorized()
      const [, name] = /^\/([\w-]{1,64})(?:\/|$)/.exec(new URL(request.url).pathname) ?? []
      if (name === undefined) return refuse(404, 'the path begins with the name of a session')
      return await env.TERMINALS.getByName(name).fetch(request)
    } catch (error) {
      return failed(error)
    }
  },
}
