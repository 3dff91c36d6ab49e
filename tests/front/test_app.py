"""The page of ``tredegar app``: each visitor's own country, levers that work, nothing for anybody but this machine."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mesa", reason='needs pip install "tredegar[app]"')

from tredegar.model import HealthService
from tredegar.model.outcomes import OUTCOMES
from tredegar.model.parameters import PARAMETERS, Parameters
from tredegar.page import country as app_country
from tredegar.page.country import (
    CLINICIANS,
    FIRST_MONTHS,
    LEVERS,
    PLOTS,
    SEED,
    TRUSTS,
    Countries,
    Gone,
    LiveCountry,
    sliders,
    words,
)
from tredegar.page.serving import server

from ..support.commands import tredegar
from ..support.waiting import PATIENCE, end

SHOWN = [name for _, names in PLOTS for name in names]


def drawn(model: HealthService) -> list[float]:
    return [model.outcomes[name] for name in SHOWN]


def test_sliders_cover_the_declared_ranges() -> None:
    *levers, run = sliders()
    for shown in levers:
        row = PARAMETERS[shown["name"]]
        assert (shown["low"], shown["high"], shown["value"]) == (row.low, row.high, row.default)
        assert shown["start"] == row.initial_only
        steps = (row.default - row.low) / shown["step"]
        assert abs(steps - round(steps)) < 1e-9, "the browser would take another value for the default"
    assert [one["name"] for one in levers] == list(LEVERS)
    assert run["id"] == "run"


def test_plots_show_outcomes_between_0_and_1_by_names_in_words() -> None:
    assert {OUTCOMES[name].unit for name in SHOWN} <= {"0..1", "share"}
    assert [words(name) for name in SHOWN if "_" in words(name)] == []
    assert len({words(name) for name in SHOWN}) == len(SHOWN)


def test_a_lever_that_is_moved_works_from_the_next_month_as_in_the_model_itself() -> None:
    country = LiveCountry({"real_control": 0.8}, run=3)
    later = country.pass_months(5, {"target_toughness": 1.5})
    changes = {FIRST_MONTHS + 1: {"target_toughness": 1.5}}
    settings = Parameters(real_control=0.8)
    plain = HealthService(settings, trusts=TRUSTS, clinicians=CLINICIANS, seed=SEED, run=3, changes=changes)
    for shown in (*country.first, *later):
        plain.step()
        assert (shown["month"], shown["outcomes"]) == (plain.steps, drawn(plain))
    assert len(later) == 5
    assert later != LiveCountry({"real_control": 0.8}, run=3).pass_months(5, {})


def test_a_country_is_shown_after_its_first_year() -> None:
    first = LiveCountry({}).first
    assert [one["month"] for one in first] == list(range(1, FIRST_MONTHS + 1))
    assert {len(one["trusts"]) for one in first} == {TRUSTS}


def test_starting_again_begins_at_the_start_with_the_sliders_as_they_are() -> None:
    """Under Mesa 3.5 it raised: Parameters got an unexpected keyword argument 'scenario'."""
    countries = Countries()
    old = countries.start({})
    countries.go_on({"visit": old["visit"], "months": 3})
    again = countries.start({"visit": old["visit"], "settings": {"mandate_detail": 0.9}})
    assert again["months"] == LiveCountry({"mandate_detail": 0.9}).first
    assert again["months"] != old["months"]
    with pytest.raises(Gone, match="start again"):
        countries.go_on({"visit": old["visit"]})


def test_two_visitors_have_countries_of_their_own() -> None:
    countries = Countries()
    one, other = countries.start({}), countries.start({})
    assert one["visit"] != other["visit"]
    countries.go_on({"visit": one["visit"], "months": 7, "settings": {"target_toughness": 0.0}})
    untouched = countries.go_on({"visit": other["visit"], "months": 2})["months"]
    assert untouched == LiveCountry({}).pass_months(2, {})


def test_the_country_looked_at_longest_ago_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app_country, "MOST_VISITS", 2)
    countries = Countries()
    first, second = (countries.start({})["visit"] for _ in range(2))
    countries.go_on({"visit": first})
    countries.start({})
    assert countries.go_on({"visit": first})["months"][0]["month"] == FIRST_MONTHS + 2
    with pytest.raises(Gone):
        countries.go_on({"visit": second})


def test_a_country_stands_still_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app_country, "MOST_MONTHS", FIRST_MONTHS + 2)
    country = LiveCountry({})
    assert len(country.pass_months(10, {})) == 2
    assert country.pass_months(10, {}) == []


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"target_toughness": 1.6}, "target_toughness must be a number 0 .. 1.5, got 1.6"),
        ({"target_toughness": float("nan")}, "target_toughness must be a number 0 .. 1.5, got nan"),
        ({"target_toughness": True}, "target_toughness must be a number 0 .. 1.5, got True"),
        ({"target_toughness": "1"}, "target_toughness must be a number 0 .. 1.5, got '1'"),
        ({"scenario": 1.0}, "'scenario' has no slider"),
        ({"real_control": 0.1}, "'real_control' sets the start of a run: start again"),
        ([1], "settings must be an object"),
    ],
)
def test_what_no_slider_can_send_is_refused_and_changes_nothing(settings: Any, said: str) -> None:
    country = LiveCountry({})
    with pytest.raises(ValueError, match="^" + said):
        country.pass_months(1, settings)
    assert country.pass_months(1, {}) == LiveCountry({}).pass_months(1, {})


@pytest.fixture
def port() -> Iterator[int]:
    with server() as serving:
        thread = threading.Thread(target=serving.serve_forever)
        thread.start()
        yield serving.server_port
        serving.shutdown()
        thread.join()


def ask(port: int, path: str, body: str | None = None, **headers: str) -> tuple[int, str]:
    """Ask the server; return status and text."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET" if body is None else "POST", path, body, headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def test_the_server_sends_the_page_and_lets_months_pass(port: int) -> None:
    status, text = ask(port, "/")
    assert status == 200
    assert f"{TRUSTS} trusts" in text
    _, told = ask(port, "/start", "{}")
    status, later = ask(port, "/months", json.dumps({"visit": json.loads(told)["visit"], "months": 2}))
    assert status == 200
    assert [one["month"] for one in json.loads(later)["months"]] == [FIRST_MONTHS + 1, FIRST_MONTHS + 2]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/start", "[]", 400),
        ("/start", "{", 400),
        ("/start", '{"run": 21}', 400),
        ("/start", '{"run": 1.5}', 400),
        ("/start", '{"settings": {"target_toughness": 1e999}}', 400),
        ("/months", '{"visit": "nobody"}', 410),
        ("/months", " " * 20_000, 404),
        ("/elsewhere", "{}", 404),
    ],
)
def test_the_server_answers_nonsense_with_a_sentence(port: int, path: str, body: str, status: int) -> None:
    came, text = ask(port, path, body)
    assert came == status
    assert json.loads(text)["error"]
    assert ask(port, "/")[0] == 200


@pytest.mark.parametrize("headers", [{"Host": "evil.example:80"}, {"Origin": "http://evil.example"}])
def test_a_page_from_elsewhere_can_neither_read_nor_start_anything(port: int, headers: dict[str, str]) -> None:
    assert ask(port, "/start", "{}", **headers)[0] == 404
    assert ask(port, "/", **headers)[0] == 404


def test_the_server_listens_on_the_loopback_alone() -> None:
    with server() as serving:
        assert serving.server_address[0] == "127.0.0.1"
        assert serving.socket.family == socket.AF_INET


def test_the_command_says_where_the_page_is_and_ends_at_ctrl_c() -> None:
    command = [str(Path(sys.executable).with_name("tredegar")), "app", "--no-open", "--port", "0"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        assert "http://127.0.0.1:" in said, process.communicate()
        assert ask(int(said.split("127.0.0.1:")[1].split("/")[0]), "/")[0] == 200
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=PATIENCE)
        assert (process.returncode, rest, errors) == (0, "", "")
    finally:
        end(process)


def test_a_port_that_is_taken_is_named_in_one_line(port: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert tredegar("app", "--no-open", "--port", str(port)) == 1
    assert capsys.readouterr().err.startswith(f"error: port {port}: Address already in use; choose another")


def test_without_mesa_the_command_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("page.serving", "page.country", "model.agents.health_service", "model.agents.people"):
        monkeypatch.delitem(sys.modules, f"tredegar.{name}", raising=False)
    monkeypatch.setitem(sys.modules, "mesa", None)
    assert tredegar("app", "--no-open") == 1
    error = capsys.readouterr().err
    assert error.startswith("error: the page needs Mesa")
    assert error.endswith('pip install "tredegar[app]"\n')
    assert error.count("\n") == 1
