import { say } from '../../../say.js'

export const GET = async () => new Response(await say('SvelteKit'))
