/// Copies a folder of an SFTP server into an R2 bucket whenever its cron trigger fires. `GET /` tells how far it is, `POST /run` runs it now.
import { failed, refuse, unauthorized } from '../answer.ts'
import { authorized } from '../bearer.ts'
import type { Env } from './settings.ts'

export { Copier } from './copier.ts'

const copier = (env: Env) => env.COPIER.getByName('copier')

export default {
  async scheduled(_: unknown, env: Env): Promise<void> {
    const result = await copier(env).run()
    console.log(JSON.stringify(result))
    // The platform counts it as a failed run.
    if (result.error) throw new Error(`${result.error.code}: ${result.error.message}`)
  },

  async fetch(request: Request, env: Env): Promise<Response> {
    try {
      if (!(await authorized(request, env.API_TOKEN))) return unauthorized()
      const { pathname } = new URL(request.url)
      if (pathname === '/' && request.method === 'GET') return Response.json(await copier(env).status())
      if (pathname === '/run' && request.method === 'POST') return Response.json(await copier(env).run())
      return pathname === '/' || pathname === '/run' ? refuse(405, 'GET / or POST /run', { allow: pathname === '/' ? 'GET' : 'POST' }) : refuse(404, 'GET / or POST /run')
    } catch (error) {
      return failed(error)
    }
  },
}
