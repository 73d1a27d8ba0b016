"""Serves a WSGI application on a loopback port and says which one.

Decides how every program of this folder starts and stops: the socket is bound before the application is told
its port, `listening on http://127.0.0.1:PORT` goes to stdout once connections are accepted, SIGTERM and
SIGINT end the process with 0, and a port that is taken ends it with 2. Leaves out TLS and other addresses
than loopback.
"""

import logging
import signal
import socket
import sys
import threading

from werkzeug.serving import make_server

HOST = "127.0.0.1"


def bind(port):
    """Listens on `port` of the loopback address (0: any free one); exits with 2 if it is taken."""
    try:
        return socket.create_server((HOST, port), backlog=128)
    except (OSError, OverflowError) as error:
        print(f"cannot listen on {HOST}:{port}: {error}; name another with --port", file=sys.stderr)
        raise SystemExit(2) from error


def port_of(listener):
    """The port that `bind` got."""
    return listener.getsockname()[1]


def serve(app, listener):
    """Serves `app`, one thread a connection, until a signal asks for the end."""
    # The access log would show codes and tokens that stand in URLs.
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = make_server(HOST, port_of(listener), app, threaded=True, fd=listener.fileno())

    def end(_signal, _frame):
        # shutdown() waits for the loop that this very thread runs.
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    print(f"listening on http://{HOST}:{port_of(listener)}", flush=True)
    server.serve_forever(poll_interval=0.05)
