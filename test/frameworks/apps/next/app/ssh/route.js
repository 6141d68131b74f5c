import { say } from '../../say.js'

export const dynamic = 'force-dynamic'
export const GET = async () => new Response(await say('Next.js'))
