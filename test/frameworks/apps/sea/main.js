import { say } from './say.js'

say('one file').then(console.log)
