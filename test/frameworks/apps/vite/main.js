import { say } from './say.js'

console.log(await say('Vite'))
