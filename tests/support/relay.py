"""A relay before a server that answers late and counts how often it was asked."""

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress


class Relay:
    """Listens on a port of its own, forwards to `connect()`, and lets every answer wait for `delay` seconds.

    `turns` counts the round trips: how often something was asked after something was answered.
    """

    def __init__(self, connect: Callable[[], socket.socket], delay: float = 0.0) -> None:
        self.connect = connect
        self.delay = delay
        self.turns = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Listen no longer; what is connected goes on."""
        with suppress(OSError):
            # It wakes the thread that waits there, which closing alone does not.
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _address = self._listening.accept()
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                _Line(self, client, self.connect())


class _Line:
    """One connection through the relay."""

    def __init__(self, relay: Relay, client: socket.socket, server: socket.socket) -> None:
        self.relay = relay
        self.answered = True
        threading.Thread(target=self._ask, args=(client, server), daemon=True).start()
        threading.Thread(target=self._answer, args=(server, client), daemon=True).start()

    def _ask(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while data := client.recv(1 << 16):
                if self.answered:
                    self.answered = False
                    self.relay.turns += 1
                server.sendall(data)
            server.shutdown(socket.SHUT_WR)

    def _answer(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while data := server.recv(1 << 16):
                if not self.answered:
                    # Once for each question: the rest of the answer is on its way already.
                    time.sleep(self.relay.delay)
                    self.answered = True
                client.sendall(data)
            client.shutdown(socket.SHUT_WR)
        # Whoever asked has gone by now, or is gone without an answer.
        client.close()
        server.close()
