import { say } from './say.js'

say('tsup').then(console.log)
