#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""A policy service as Dovecot asks one about every login (auth_policy_server_url): it says no, and why.

usage: login_policy.py ADDRESS PORT WORDS
"""

import http.server
import json
import sys


class Policy(http.server.BaseHTTPRequestHandler):
    words = ""

    def do_POST(self):  # noqa: N802 (the name is the standard library's)
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = json.dumps({"status": -1, "msg": self.words}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def main():
    address, port, Policy.words = sys.argv[1:]
    http.server.ThreadingHTTPServer((address, int(port)), Policy).serve_forever()


if __name__ == "__main__":
    main()
