"""An AsyncSSH server for tests: asyncssh-server.py OPTIONS, where OPTIONS is the JSON that test/support/asyncssh.ts makes."""
import asyncio
import fcntl
import json
import logging
import os
import pty
import struct
import sys
import termios
import traceback

import asyncssh

options = json.loads(sys.argv[1])
login = options["login"]


class Server(asyncssh.SSHServer):
    """Lets one user in: by key, by password, or by keyboard-interactive in as many rounds as there are answers."""

    def connection_made(self, conn):
        self._connection = conn
        self._round = 0

    def connection_lost(self, exc):
        print("connection lost:", "".join(traceback.format_exception(exc)) if exc else None, flush=True)

    def auth_completed(self):
        for kind in ("send_kex_alg", "send_cipher", "send_mac", "recv_cipher", "recv_mac"):
            print(kind, self._connection.get_extra_info(kind), flush=True)

    def begin_auth(self, username):
        return True

    def password_auth_supported(self):
        return "password" in login

    def validate_password(self, username, password):
        if username != login["user"] or password != login["password"]:
            return False
        if "newPassword" in login:
            raise asyncssh.PasswordChangeRequired("Your password has expired")
        return True

    def change_password(self, username, old_password, new_password):
        return old_password == login["password"] and new_password == login["newPassword"]

    def kbdint_auth_supported(self):
        return "rounds" in login

    def get_kbdint_challenge(self, username, lang, submethods):
        self._round = 0
        return self._challenge()

    def validate_kbdint_response(self, username, responses):
        if responses != login["rounds"][self._round]["answers"]:
            return False
        self._round += 1
        return True if self._round == len(login["rounds"]) else self._challenge()

    def _challenge(self):
        asked = login["rounds"][self._round]
        return asked.get("name", ""), asked.get("instructions", ""), "", [tuple(prompt) for prompt in asked["prompts"]]

    def connection_requested(self, dest_host, dest_port, orig_host, orig_port):
        return True

    def server_requested(self, listen_host, listen_port):
        return True

    def unix_connection_requested(self, dest_path):
        return True

    def unix_server_requested(self, listen_path):
        return True


async def pump(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()


async def feed(reader, writer):
    try:
        await pump(reader, writer)
        writer.close()
    except (BrokenPipeError, ConnectionResetError):
        pass  # The command reads no more.


def resize(terminal, process):
    columns, rows, _, _ = process.term_size
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


async def type_into(terminal, process):
    """What the client types, to the terminal, which is slow: a thread waits for it."""
    loop = asyncio.get_running_loop()
    try:
        while True:
            try:
                data = await process.stdin.read(65536)
            except asyncssh.TerminalSizeChanged:
                resize(terminal, process)
                continue
            if not data:
                return
            while data:
                data = data[await loop.run_in_executor(None, os.write, terminal, data):]
    except OSError:
        pass  # The command has ended.


async def show(terminal, process):
    loop = asyncio.get_running_loop()
    while True:
        try:
            data = await loop.run_in_executor(None, os.read, terminal, 65536)
        except OSError:
            return  # Linux says EIO where the other end of a terminal is closed.
        process.stdout.write(data)
        await process.stdout.drain()


async def run_on_terminal(process):
    terminal, inner = pty.openpty()
    resize(terminal, process)
    child = await asyncio.create_subprocess_shell(
        process.command or "exec /bin/sh",
        stdin=inner,
        stdout=inner,
        stderr=inner,
        env={**os.environ, "TERM": process.term_type},
        # A session of its own, whose terminal this is: Ctrl-C and sizes reach it.
        preexec_fn=lambda: (os.setsid(), fcntl.ioctl(0, termios.TIOCSCTTY, 0)),
    )
    os.close(inner)
    typing = asyncio.create_task(type_into(terminal, process))
    await show(terminal, process)
    status = await child.wait()
    typing.cancel()
    process.exit(status if status >= 0 else 128 - status)
    os.close(terminal)


async def run(process):
    if process.term_type:
        return await run_on_terminal(process)
    child = await asyncio.create_subprocess_shell(
        process.command or "exec /bin/sh",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    feeding = asyncio.create_task(feed(process.stdin, child.stdin))
    await asyncio.gather(pump(child.stdout, process.stdout), pump(child.stderr, process.stderr))
    status = await child.wait()
    feeding.cancel()
    if status < 0:
        process.exit_with_signal({9: "KILL", 15: "TERM"}.get(-status, "HUP"))
    else:
        process.exit(status)


async def main():
    listener = await asyncssh.create_server(
        Server,
        "127.0.0.1",
        0,
        server_host_keys=options["hostKeys"],
        authorized_client_keys=options["authorizedKeys"],
        process_factory=run,
        encoding=None,
        sftp_factory=True,
        allow_scp=True,
        **options["listen"],
    )
    print("listening on", listener.sockets[0].getsockname()[1], flush=True)
    await listener.wait_closed()


logging.basicConfig(stream=sys.stdout)
asyncssh.set_log_level("DEBUG")
asyncio.run(main())
