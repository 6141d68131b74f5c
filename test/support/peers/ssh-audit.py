"""ssh-audit in client mode, for the client on stdin and stdout: ssh-audit.py FOLDER, where FOLDER has the package ssh_audit.

It listens on every address of the machine, so this runs in a network namespace of its own (unshare --net). Its findings, as JSON,
are the last line of stderr.
"""
import fcntl
import os
import socket
import struct
import subprocess
import sys
import threading
import time

PORT = 2222


def loopback_up():
    SIOCSIFFLAGS, IFF_UP = 0x8914, 1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))


def connect():
    for _ in range(600):
        try:
            return socket.create_connection(("127.0.0.1", PORT))
        except ConnectionRefusedError:
            time.sleep(0.05)
    sys.exit("ssh-audit does not listen")


def forward(receive, send):
    for data in iter(receive, b""):
        send(data)


loopback_up()
environment = {**os.environ, "PYTHONPATH": sys.argv[1], "PYTHONDONTWRITEBYTECODE": "1"}
audit = subprocess.Popen(
    [sys.executable, "-m", "ssh_audit.ssh_audit", "--client-audit", "--json", "--skip-rate-test", "--port", str(PORT)],
    env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
)
connection = connect()
threading.Thread(target=forward, args=(lambda: os.read(0, 65536), connection.sendall), daemon=True).start()
threading.Thread(target=forward, args=(lambda: connection.recv(65536), lambda data: os.write(1, data)), daemon=True).start()
print(audit.communicate(timeout=60)[0].strip(), file=sys.stderr, flush=True)
