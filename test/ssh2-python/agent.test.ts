/// The behaviours of ssh2-python's tests/test_agent.py, and of the agent in tests/test_ssh2.py; docs/ssh2-python.md is the table.
import { expect, test } from 'vitest'
import { Agent } from '../../src/bindings/index.ts'
import { startSshAgent } from '../support/ssh-agent.ts'
import { useSession } from '../support/use-session.ts'

const used = useSession()

test('test_agent: can be made of a session, and connects', async () => {
  await using sshAgent = await startSshAgent()
  const agent = used.session.agentInit()
  expect(agent).toBeInstanceOf(Agent)
  agent.setIdentityPath(sshAgent.socket)
  expect(await used.session.complete(() => agent.connect())).toBe(0)
  expect(await used.session.complete(() => agent.listIdentities())).toBe(0)
  expect(agent.getIdentities()).toEqual([])
  agent.disconnect()
})
