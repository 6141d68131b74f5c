"""Runs a shell command behind frames of 4 bytes of length: run-command.py COMMAND. A frame without bytes ends its input; what
comes back begins with 1 (stdout), 2 (stderr), or 0 and the exit status."""
import os
import struct
import subprocess
import sys
import threading

child = subprocess.Popen(["/bin/sh", "-c", sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
lock = threading.Lock()


def frame(kind, data):
    with lock:
        sys.stdout.buffer.write(struct.pack(">IB", 1 + len(data), kind) + data)
        sys.stdout.buffer.flush()


def feed():
    while header := sys.stdin.buffer.read(4):
        length = struct.unpack(">I", header)[0]
        try:
            if length == 0:
                child.stdin.close()
            else:
                child.stdin.write(sys.stdin.buffer.read(length))
                child.stdin.flush()
        except (BrokenPipeError, ValueError):
            pass  # The command reads no more.
    child.kill()
    os._exit(0)


def drain(kind, stream):
    for data in iter(lambda: stream.read1(32768), b""):
        frame(kind, data)


threading.Thread(target=feed, daemon=True).start()
drains = [threading.Thread(target=drain, args=(kind, stream)) for kind, stream in ((1, child.stdout), (2, child.stderr))]
for thread in drains:
    thread.start()
for thread in drains:
    thread.join()
frame(0, bytes([child.wait() & 0xFF]))
threading.Event().wait()
