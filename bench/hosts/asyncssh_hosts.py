"""Does with AsyncSSH what ours.mjs does: `echo` on every host of a configuration, LIMIT at a time. Prints what that took as JSON."""
import asyncio
import json
import resource
import sys
import time

import asyncssh

job = json.loads(sys.argv[1])


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


async def main():
    limit = asyncio.Semaphore(job['limit'])
    before, begun = peak(), time.monotonic()

    async def visit(name):
        async with limit:
            try:
                async with asyncssh.connect(name, config=[job['config']], known_hosts=job['knownHosts'], connect_timeout=120) as client:
                    return (await client.run('echo ' + name)).stdout == name + '\n'
            except (OSError, asyncssh.Error):
                return None

    results = await asyncio.gather(*[visit(name) for name in job['names']])
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({'right': results.count(True), 'failed': results.count(None), 'seconds': time.monotonic() - begun,
                      'cpu': used.ru_utime + used.ru_stime, 'peak': peak(), 'before': before}))


asyncio.run(main())
