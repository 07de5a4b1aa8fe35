"""A proxy that passes a scrape on without its `Accept`, so that the same Prometheus reads the text format too."""

import http.client
import http.server
import threading


class WithoutAccept:
    """Listens on a port of its own, while it is entered, and asks `address` ("127.0.0.1:8080")."""

    def __init__(self, address):
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(address))
        self._server.daemon_threads = True
        self.address = f"127.0.0.1:{self._server.server_port}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


def _handler(address):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            connection = http.client.HTTPConnection(address, timeout=10)
            try:
                connection.request("GET", self.path, headers={"Authorization": self.headers["Authorization"]})
                answer = connection.getresponse()
                body = answer.read()
            except OSError:
                return self.send_error(502)
            finally:
                connection.close()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.headers["Content-Type"])
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    return Handler
