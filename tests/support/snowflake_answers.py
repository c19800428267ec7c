"""A server that the real driver of Snowflake logs in to, and that answers statements as a test says: with an error by
its number, as no stand-in does, or with a row. It computes nothing; a stand-in may stand behind it."""

from __future__ import annotations

import gzip
import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SQLSTATES = {606: "57P03", **dict.fromkeys((604, 625, 630), "57014"), 3001: "42501", 3041: "42710", 90_105: "22000"}
SESSION = {"token": "token", "masterToken": "token", "parameters": [{"name": "AUTOCOMMIT", "value": False}]}
LOGIN = SESSION | {"sessionInfo": {"databaseName": "DB", "schemaName": None, "warehouseName": None, "roleName": "R"}}

COLUMN = {"type": "text", "nullable": True, "length": 9, "scale": None, "precision": None}


class SnowflakeAnswers:
    """`errors`: the number of the error by a piece of a statement, the first that fits; `rows`: likewise, the texts
    of a row, of which 0 and 1 alone are booleans. `sent` are the statements that came, in order. `behind`: the port of
    a server that answers all else."""

    def __init__(self, port: int, behind: int | None = None) -> None:
        self.port, self.behind = port, behind
        self.url = f"snowflake://me:secret@account/DB?host=127.0.0.1&port={port}&protocol=http"
        self.dbt_environment = {
            "CONNECTOR_DBT_TARGET": "snowflake",
            "CONNECTOR_DBT_SNOWFLAKE_ACCOUNT": "account",
            "CONNECTOR_DBT_SNOWFLAKE_PASSWORD": "secret",
            "CONNECTOR_DBT_SNOWFLAKE_HOST": "127.0.0.1",
            "CONNECTOR_DBT_SNOWFLAKE_PORT": str(port),
            "CONNECTOR_DBT_SNOWFLAKE_PROTOCOL": "http",
        }
        self.errors: dict[str, int] = {}
        self.rows: dict[str, list[str]] = {"CURRENT_VERSION": ["9.1.0"], "select current_database()": ["DB", "PUBLIC"]}
        self.sent: list[str] = []

    def answer(self, path: str, body: dict[str, Any]) -> dict[str, Any] | None:
        """None where it is not this server that answers."""
        if "query-request" not in path:
            return None if self.behind else {"success": True, "code": None, "message": None, "data": LOGIN}
        sql = " ".join(body["sqlText"].split())
        self.sent.append(sql)
        if number := next((number for piece, number in self.errors.items() if piece in sql), None):
            data = {"sqlState": SQLSTATES.get(number, "00000"), "queryId": "01"}
            return {"success": False, "code": f"{number:06}", "message": "a row is quoted here: canary", "data": data}
        if self.behind:
            return None
        row = next((row for piece, row in self.rows.items() if piece in sql), [])
        kind = "boolean" if row and set(row) <= {"0", "1"} else "text"
        rows = [row] if row else []
        columns = [COLUMN | {"name": f"C{place}", "type": kind} for place in range(max(len(row), 1))]
        known = {"rowtype": columns, "rowset": rows, "total": len(rows), "returned": len(rows)}
        more = {"queryId": "01", "queryResultFormat": "json", "statementTypeId": 4_096, "parameters": []}
        return {"success": True, "code": None, "message": None, "data": known | more}

    def passed_on(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        """The status and the body, not packed, of the server behind."""
        line = http.client.HTTPConnection("127.0.0.1", self.behind)
        try:
            line.request("POST", path, body, headers | {"Accept-Encoding": "identity"})
            answer = line.getresponse()
            return answer.status, answer.read()
        finally:
            line.close()


@contextmanager
def answering(behind: int | None = None) -> Iterator[SnowflakeAnswers]:
    """On a port that the system chose, until it is left."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            plain = gzip.decompress(sent) if self.headers.get("Content-Encoding") == "gzip" else sent
            answer = answers.answer(self.path, json.loads(plain or "{}"))
            told = (200, json.dumps(answer).encode()) if answer else None
            status, said = told or answers.passed_on(self.path, dict(self.headers), sent)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: object) -> None:
            """Nothing on stderr."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    answers = SnowflakeAnswers(server.server_address[1], behind)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield answers
    finally:
        server.shutdown()
        server.server_close()
