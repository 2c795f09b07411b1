"""What tests of a push channel's door share: raw requests, and what stands in the store afterwards."""

import http.client
import socket
import sqlite3


def exchange(port, wire, patience=20):
    """The first answer to raw bytes, as (status, headers, body); (None, {}, b"") when there is none."""
    with socket.create_connection(("127.0.0.1", port), timeout=patience) as connection:
        try:
            connection.sendall(wire)
        except ConnectionError:
            pass  # answered and closed before the last byte
        return read_answer(connection)


def read_answer(connection):
    answer = http.client.HTTPResponse(connection)
    try:
        answer.begin()
        return answer.status, answer.headers, answer.read()
    except (ConnectionError, http.client.HTTPException):
        return None, {}, b""


class Stored:
    """The store, read beside the daemon."""

    def __init__(self, desk):
        self.path = desk.state / "tributary.db"

    def ask(self, query, *values):
        with sqlite3.connect(f"file:{self.path}?mode=ro", uri=True) as store:
            return store.execute(query, values).fetchall()

    def count(self, table):
        return self.ask(f"SELECT count(*) FROM {table}")[0][0]
