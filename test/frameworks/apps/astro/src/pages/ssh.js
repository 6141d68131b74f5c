import { say } from '../../say.js'

export const prerender = false
export const GET = async () => new Response(await say('Astro'))
