"""Somebody who pastes: on-a-terminal.py WORD FILE COMMAND... runs COMMAND in a terminal of its own and writes FILE to it once it has shown WORD.
What the terminal shows goes to stdout; the exit code is the command's."""
import os
import pty
import re
import sys
import threading

word, file, command = re.compile(sys.argv[1].encode()), sys.argv[2], sys.argv[3:]

child, terminal = pty.fork()
if child == 0:
    os.execvp(command[0], command)


def paste():
    with open(file, "rb") as pasted:
        data = memoryview(pasted.read())
    try:
        while data:
            data = data[os.write(terminal, data):]
    except OSError:
        pass  # The command has ended.


shown = b""
writer = None
while True:
    try:
        piece = os.read(terminal, 65536)
    except OSError:
        break  # Linux says EIO where the other end of a terminal is closed.
    if not piece:
        break
    sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()
    shown += piece
    if writer is None and word.search(shown):
        writer = threading.Thread(target=paste, daemon=True)
        writer.start()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
