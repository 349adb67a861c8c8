"""A real HTTP server on loopback that answers as it is told, and remembers what it was sent."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class WebhookPeer:
    """`status` is answered; `release` ends a hang. `requests` holds (path, headers, body).

    `refuses` is asked with each body and may give another status.
    """

    def __init__(self, status=200, hangs=False):
        self.status, self.hangs = status, hangs
        self.requests, self.bodies = [], []
        self.refuses = lambda body: None
        self.arrived = threading.Semaphore(0)
        self.release = threading.Event()
        self.port = 0

    def url(self, path="/hook", credential=""):
        return f"http://{credential}127.0.0.1:{self.port}{path}"

    def wait(self, count=1):
        for _ in range(count):
            assert self.arrived.acquire(timeout=20)

    @contextmanager
    def serving(self):
        peer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                body = json.loads(raw)
                peer.bodies.append(raw)
                peer.requests.append((self.path, dict(self.headers), body))
                peer.arrived.release()
                if peer.hangs:
                    peer.release.wait(20)
                    self.close_connection = True
                    return
                self.send_response(peer.refuses(body) or peer.status)
                self.send_header("Content-Length", "0")
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
                self.end_headers()

            def log_message(self, *arguments):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield self
        finally:
            self.release.set()
            server.shutdown()
            server.server_close()
            thread.join()
