"""A TCP proxy whose bytes travel as IP packets through a wire that mistreats them: lossy-wire.py TARGET_PORT.

Two network namespaces are joined by two TUN devices, and this process is the wire between them: real TCP of the kernel on either
side retransmits what is lost and sorts what is out of order. Prints "listening on PORT" (127.0.0.1 of the caller's namespace).
Lines of JSON on stdin set what the wire does: {"delayMs", "jitterMs", "loss", "duplicate", "reorder", "bytesPerSecond", "cut"}.
At its end it prints what went through. Needs CAP_NET_ADMIN.
"""
import ctypes
import fcntl
import heapq
import json
import os
import random
import select
import socket
import struct
import subprocess
import sys
import threading
import time

CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


def check(result):
    if result:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def namespace():
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY)


def enter(descriptor):
    check(libc.setns(descriptor, CLONE_NEWNET))


def end_of_wire(address):
    """A TUN device in a new namespace, which this thread enters."""
    check(libc.unshare(CLONE_NEWNET))
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH14x", b"wire", IFF_TUN | IFF_NO_PI))
    for words in (f"addr add {address}/24 dev wire", "link set wire up mtu 1500", "link set lo up"):
        subprocess.run(["ip", *words.split()], check=True)
    return device, namespace()


def pipe(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        # A close alone would not reach the other side while the other thread waits for data of the same socket.
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()


def join(one, other):
    for source, target in ((one, other), (other, one)):
        threading.Thread(target=pipe, args=(source, target), daemon=True).start()


def accept(listener, connect):
    while True:
        near, _ = listener.accept()
        near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        join(near, connect())


def within(descriptor, call):
    """Runs `call` in a namespace; sockets stay where they were made."""
    enter(descriptor)
    result = call()
    enter(outside)
    return result


def connect(address):
    connection = socket.create_connection(address)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


shape = {}
counts = {"packets": 0, "lost": 0, "duplicated": 0, "reordered": 0}


def commands():
    for line in sys.stdin:
        shape.clear()
        shape.update(json.loads(line))
    print("counts", json.dumps(counts), flush=True)
    os._exit(0)


def carry(near, far):
    chance = random.Random(1)
    waiting, free, number = [], {near: 0.0, far: 0.0}, 0
    while True:
        now = time.monotonic()
        pause = max(0.0, waiting[0][0] - now) if waiting else 1.0
        for device in select.select([near, far], [], [], pause)[0]:
            packet = os.read(device, 65536)
            counts["packets"] += 1
            if shape.get("cut") or chance.random() < shape.get("loss", 0):
                counts["lost"] += 1
                continue
            now = time.monotonic()
            rate = shape.get("bytesPerSecond")
            free[device] = max(now, free[device]) + (len(packet) / rate if rate else 0)
            due = free[device] + (shape.get("delayMs", 0) + chance.random() * shape.get("jitterMs", 0)) / 1000
            if chance.random() < shape.get("reorder", 0):
                counts["reordered"] += 1
                due += 0.02
            copies = 1
            if chance.random() < shape.get("duplicate", 0):
                counts["duplicated"] += 1
                copies = 2
            for _ in range(copies):
                number += 1
                heapq.heappush(waiting, (due, number, far if device == near else near, packet))
        while waiting and waiting[0][0] <= time.monotonic():
            _, _, device, packet = heapq.heappop(waiting)
            try:
                os.write(device, packet)
            except OSError:
                pass  # Its queue is full: lost, as on a real wire.


target = int(sys.argv[1])
outside = namespace()
listener = socket.create_server(("127.0.0.1", 0), backlog=100)
near, near_side = end_of_wire("10.77.0.1")
far, far_side = end_of_wire("10.77.0.2")
inner = socket.create_server(("10.77.0.2", 1), backlog=100)
enter(outside)
threading.Thread(target=accept, args=(listener, lambda: within(near_side, lambda: connect(("10.77.0.2", 1)))), daemon=True).start()
threading.Thread(target=accept, args=(inner, lambda: connect(("127.0.0.1", target))), daemon=True).start()
threading.Thread(target=commands, daemon=True).start()
print("listening on", listener.getsockname()[1], flush=True)
carry(near, far)
