import { expect, test } from 'vitest'
import { say } from './say.js'

test('a command on a server', async () => expect(await say('Vitest')).toBe('from Vitest'))
