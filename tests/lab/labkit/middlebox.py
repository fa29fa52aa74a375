#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""A device on the way that takes STARTTLS out of what a real server offers, as some firewalls do.

usage: middlebox.py ADDRESS PORT SERVER-PORT masks|removes

It listens on ADDRESS:PORT and passes everything on to SERVER-PORT of the same address. `masks` overwrites the
word with X, `removes` takes the line away; either way STARTTLS itself is not let through.
"""

import re
import socket
import sys
import threading

LETTERS = 8                   # of STARTTLS
FROM = "127.201.0.1"          # the device's own address towards the server


def pump(source, sink, change):
    try:
        while octets := source.recv(65536):
            sink.sendall(change(octets))
    except OSError:
        pass
    for end in (source, sink):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def without_offer(octets, masks):
    if masks:
        return re.sub(rb"(?m)^(250[- ])STARTTLS\r$", rb"\1" + b"X" * LETTERS + rb"\r", octets)
    return re.sub(rb"(?m)^250-STARTTLS\r\n", b"", octets)


def serve(client, address, port, masks):
    with client, socket.create_connection((address, port), source_address=(FROM, 0)) as server:
        threading.Thread(target=pump, daemon=True,
                         args=(server, client, lambda octets: without_offer(octets, masks))).start()
        pump(client, server, lambda octets: re.sub(rb"(?im)^STARTTLS\r$", b"X" * LETTERS + b"\r", octets))


def main():
    address, port, server_port, how = sys.argv[1:]
    with socket.create_server((address, int(port)), backlog=64) as listener:
        while True:
            client, _ = listener.accept()
            threading.Thread(target=serve, daemon=True,
                             args=(client, address, int(server_port), how == "masks")).start()


if __name__ == "__main__":
    main()
