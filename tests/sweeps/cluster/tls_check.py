"""Sockets that processes listen on: which of them would talk to a stranger on the network."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Iterable

import psutil

from ...support.waiting import PATIENCE


def plain_listeners(processes: Iterable[psutil.Process]) -> list[str]:
    """Return "process address:port" of each listening socket off the loopback that serves without a certificate.

    Raises AssertionError if there is no such socket to be tried at all, which would prove nothing.
    """
    tried, found = 0, []
    for process in [member for each in processes for member in (each, *each.children(recursive=True))]:
        for connection in process.net_connections(kind="inet"):
            if connection.status != psutil.CONN_LISTEN or ipaddress.ip_address(connection.laddr.ip).is_loopback:
                continue
            tried += 1
            if not refuses_strangers(connection.laddr.ip, connection.laddr.port):
                found.append(f"{process.pid} {connection.laddr.ip}:{connection.laddr.port}")
    assert tried, "no process listens on the network"
    return found


def refuses_strangers(address: str, port: int) -> bool:
    """Whether the server at ``address`` speaks TLS and ends a session in which no certificate is shown."""
    wildcard = ipaddress.ip_address(address).is_unspecified
    host = {4: "127.0.0.1", 6: "::1"}[ipaddress.ip_address(address).version] if wildcard else address
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection((host, port), timeout=PATIENCE) as plain:
        try:
            with context.wrap_socket(plain) as stranger:
                stranger.recv(1)
        except ssl.SSLError as error:
            return "CERTIFICATE_REQUIRED" in str(error) or "HANDSHAKE_FAILURE" in str(error)
    return False
