"""A served run folder over real HTTP: who is let in, what is refused, what is answered."""

from __future__ import annotations

import base64
import json
import re
import socket

import numpy as np
import pytest
from marked import wait_until

from bench.serve import drawing
from bench.serve.app import Bounds
from bench.serve.exhibit import prepare

from .conftest import MODELS, PAGE, serving


def answered(text: str) -> tuple[dict, list[dict]]:
    first, *others = (json.loads(line) for line in text.splitlines())
    return first, others


def test_every_saved_model_answers_as_it_does_in_this_process(served):
    from bench.api.predicting import load
    from bench.scoring import score_rows

    exhibit = served.exhibit
    status, _, text = served.post(served.canvas().tobytes())
    assert status == 200
    seen, lines = answered(text)
    row = drawing.row(exhibit.frame, served.canvas())
    assert base64.b64decode(seen["seen"]) == drawing.picture(exhibit.frame, row).tobytes()
    assert sorted(line["model"] for line in lines) == list(range(len(MODELS)))
    classes = np.asarray(exhibit.run.info.classes)
    for line in lines:
        own = exhibit.offered.rows[line["model"]]
        scores, _ = score_rows(load(exhibit.store, own.estimator, own.refit_key), row[None], classes)
        assert line["label"] == str(classes[scores[0].argmax()])
        assert 1 / len(classes) - 1e-6 <= line["confidence"] <= 1


def test_the_page_is_the_stored_one_with_the_section_and_nothing_more_is_allowed(served):
    status, headers, text = served.get()
    assert status == 200
    assert served.exhibit.store.read_text("report.html") == PAGE
    policy = re.search('Content-Security-Policy" content="([^"]*)"', text)[1]
    assert headers["Content-Security-Policy"] == f"{policy}; frame-ancestors 'none'"
    parts = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert parts["default-src"] == "'none'"
    assert parts["connect-src"] == "'self'"
    for name in ("style", "script"):
        assert "unsafe" not in parts[f"{name}-src"]
    assert parts["style-src"].startswith("'sha256-x' ")
    assert text.index('<section id="draw"') < text.index("</main>")
    assert '<a href="#draw">Draw</a></div></nav>' in text


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "", None]
)
def test_another_host_is_refused(served, host):
    host = host and host.format(port=served.port)
    assert served.get(host=host)[0] in (400, 421)
    assert served.post(b"x", host=host, origin=f"http://{host}")[0] in (400, 421)


def test_localhost_is_a_name_of_ours(served):
    host = f"localhost:{served.port}"
    assert served.get(host=host)[0] == 200
    assert served.post(served.canvas().tobytes(), host=host, origin=f"http://{host}")[0] == 200


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "https://{host}", "http://{host}.evil", None]
)
def test_a_drawing_from_another_origin_is_refused(served, origin):
    origin = origin and origin.format(host=served.host)
    assert served.post(b"x", origin=origin)[0] == 403


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data", "application/json", None])
def test_what_a_form_can_send_is_refused(served, kind):
    assert served.post(b"x", content_type=kind)[0] == 415


@pytest.mark.parametrize(
    ("change", "status"),
    [(b"", 400), (b"x", 400), (-1, 400), (+1, 413)],
)
def test_a_body_of_another_length_is_refused_in_a_sentence(served, change, status):
    body = served.canvas().tobytes()
    sent = change if isinstance(change, bytes) else (body + bytes(max(change, 0)))[: len(body) + change]
    found, _, text = served.post(sent)
    assert found == status
    assert f"{len(body):,} bytes" in text


def test_a_long_body_is_refused_before_its_end(served):
    body = served.canvas().tobytes() + b"x"
    assert served.post(body, content_length="10000000000")[0] == 413


def test_a_lie_about_the_length_is_no_way_in(served):
    status, _, text = served.post(served.canvas().tobytes(), content_length="5")
    assert status == 400
    assert "this has 5" in text


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_an_empty_drawing_is_no_question(served, shade):
    assert served.post(np.full(served.exhibit.frame.canvas, shade, np.uint8).tobytes())[0] == 422


@pytest.mark.parametrize(
    "path",
    [
        "/run.json",
        "/../run.json",
        "/%2e%2e/run.json",
        "//etc/passwd",
        "/models/",
        "/answers/..",
        "/report.html",
    ],
)
def test_no_path_opens_a_file(served, path):
    assert served.get(path)[0] == 404


def test_other_methods_are_refused_and_no_other_origin_is_ever_allowed(served):
    for method, path in (("PUT", "/"), ("DELETE", "/answers"), ("OPTIONS", "/answers"), ("GET", "/answers")):
        status, headers, _ = served.send(
            method, path, b"", {"Host": served.host, "Origin": "http://evil.example"}
        )
        assert status == 405
        assert not [name for name in headers if name.lower().startswith("access-control")]


def test_every_answer_forbids_frames_guessing_and_keeping(served):
    for status, headers, _ in (served.get(), served.get("/none"), served.get(host="x"), served.post(b"")):
        assert headers["X-Content-Type-Options"] == "nosniff", status
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Cache-Control"] == "no-store"
        assert "server" not in headers


def test_garbage_instead_of_http_ends_only_its_connection(served):
    with socket.create_connection(("127.0.0.1", served.port)) as connection:
        connection.sendall(b"\x16\x03\x01\x00 nonsense\r\n\r\n")
        assert b"400" in connection.recv(1000)
    assert served.get()[0] == 200


@pytest.fixture(scope="module")
def bounded(folder):
    yield from serving(prepare(folder.path), Bounds(body_seconds=0.2, idle_seconds=1, n_connections=3))


def begun(server):
    """Return a connection on which a drawing has begun and does not go on."""
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=30)
    head = ("POST /answers HTTP/1.1", f"Host: {server.host}", f"Origin: http://{server.host}",
            "Content-Type: application/octet-stream", "Content-Length: 1000", "", "x")  # fmt: skip
    connection.sendall("\r\n".join(head).encode())
    return connection


def told(connection):
    """Return all that comes until the server closes the connection."""
    with connection:
        return b"".join(iter(lambda: connection.recv(4096), b"")).decode()


def test_a_body_that_does_not_come_is_waited_for_no_longer(bounded):
    for text in map(told, [begun(bounded) for _ in range(3)]):
        assert text.startswith("HTTP/1.1 408")
        assert text.endswith("The drawing has not come within 0.2 s; send it again.")
    assert bounded.get()[0] == 200


def test_more_connections_than_are_allowed_are_refused(bounded):
    waiting = [socket.create_connection(("127.0.0.1", bounded.port)) for _ in range(3)]
    assert bounded.get()[0] == 503
    for connection in waiting:
        connection.close()
    wait_until(lambda: bounded.get()[0] == 200)
