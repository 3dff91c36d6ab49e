"""Findings of NVIDIA's compute-sanitizer are told apart from a sanitizer that did not run; its output is kept."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from tredegar.kernels.cuda_check import sanitizer as cuda_sanitizer
from tredegar.kernels.cuda_check.check import check_cuda
from tredegar.kernels.cuda_check.child import MOST_KEPT, Ended
from tredegar.kernels.cuda_check.parts import SMALL_IS_DONE, CheckPlan
from tredegar.kernels.cuda_check.sanitizer import (
    ABSENT,
    FOUND,
    NOT_RUN,
    NOTHING,
    SOMETHING,
    TOOLS,
    judge_sanitizer,
    sanitize,
    sanitizer_path,
)

from ...support.waiting import PATIENCE

HEAD = "========= COMPUTE-SANITIZER\n"
DONE = f"{SMALL_IS_DONE}\n"
CLEAN, CLEAN_OF_RACES = "========= ERROR SUMMARY: 0 errors\n", (
    "========= RACECHECK SUMMARY: 0 hazards displayed (0 errors, 0 warnings)\n"
)  # fmt: skip
# As version 2026.4 ended on a machine without a driver, with status 255.
NO_DRIVER = (
    "========= Error: process didn't terminate successfully\n"
    "=========     The application may have hit an error when dereferencing Unified Memory from the host.\n"
    "========= Error: Target application terminated before first instrumented API call\n"
)
INVALID = (
    "========= Invalid __global__ read of size 8 bytes\n"
    "=========     at advance+0x1f0\n"
    "=========     by thread (3,0,0) in block (1,0,0)\n"
)
RACE = "========= Error: Race reported between Write access at advance+0x70 and Read access at advance+0x90\n"
UNTRACKED = (
    "========= Internal Sanitizer Error: The Sanitizer encountered an error while launching advance and didn't track"
    " the launch. Errors might go undetected. (Unable to allocate enough memory to perform the requested operation)\n"
)
UNKNOWN_DEVICE = (
    '========= Device not supported. Please refer to the "Supported Devices" section of the documentation\n'
)


@pytest.mark.parametrize(
    ("status", "output", "outcome", "words"),
    [
        (0, HEAD + DONE + CLEAN, NOTHING, ""),
        (0, HEAD + DONE + CLEAN_OF_RACES, NOTHING, ""),
        (FOUND, HEAD + INVALID + DONE + "========= ERROR SUMMARY: 1 error\n", SOMETHING, "Invalid __global__ read"),
        (1, HEAD + INVALID + "========= ERROR SUMMARY: 7 errors\n", SOMETHING, "Invalid __global__ read of size 8"),
        (0, HEAD + RACE + DONE + "========= RACECHECK SUMMARY: 1 hazard displayed (1 error, 0 warnings)\n",
         SOMETHING, "Race reported"),
        (FOUND, HEAD + DONE, SOMETHING, f"it ended with status {FOUND}"),
        (FOUND, HEAD + UNTRACKED + INVALID + DONE + "========= ERROR SUMMARY: 2 errors\n", SOMETHING, "Invalid"),
        (255, HEAD + NO_DRIVER, NOT_RUN, "it ended with status 255; Error: process didn't terminate successfully; "),
        (FOUND, HEAD + NO_DRIVER, NOT_RUN, "Target application terminated"),
        (0, HEAD + NO_DRIVER, NOT_RUN, "Target application terminated"),
        (FOUND, HEAD + UNKNOWN_DEVICE + "========= ERROR SUMMARY: 1 error\n", NOT_RUN, "Device not supported"),
        (FOUND, HEAD + UNTRACKED + DONE + "========= ERROR SUMMARY: 4 errors\n", NOT_RUN, "didn't track the launch"),
        (0, HEAD + UNTRACKED + DONE + CLEAN, NOT_RUN, "didn't track the launch"),
        (0, HEAD + CLEAN, NOT_RUN, "it ended with status 0"),
        (0, DONE, NOT_RUN, "it ended with status 0"),
        (127, "compute-sanitizer: libcuda.so.1: cannot open shared object file\n", NOT_RUN, "libcuda.so.1"),
        (-11, "", NOT_RUN, "it was ended by SIGSEGV"),
        (1, HEAD + "========= Target application returned an error\n" + CLEAN, NOT_RUN, "returned an error"),
        (255, HEAD + "========= Error: No attachable process found. compute-sanitizer timed-out.\n",
         NOT_RUN, "No attachable process found"),
    ],
)  # fmt: skip
def test_what_was_found_is_told_apart_from_a_tool_that_did_not_run(
    status: int, output: str, outcome: str, words: str
) -> None:
    found, reason = judge_sanitizer(Ended(status, "", output))
    assert (found, words in reason) == (outcome, True), reason


def test_a_tool_that_was_ended_did_not_run() -> None:
    assert judge_sanitizer(Ended(-9, "it was not done in 600 seconds and was ended", HEAD + DONE)) == (
        NOT_RUN,
        "it was not done in 600 seconds and was ended",
    )


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the path that is the only place where a sanitizer may be."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(cuda_sanitizer, "_other_places", list)
    return tmp_path


def install(place: Path, body: str) -> None:
    """Put a program compute-sanitizer there: a shell script whose arguments are those of the sanitizer."""
    (place / "compute-sanitizer").write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    (place / "compute-sanitizer").chmod(0o755)


def sanitized(patience: float = PATIENCE) -> tuple[dict[str, Any], list[str]]:
    said: list[str] = []
    return sanitize([sys.executable, "-c", f"print({SMALL_IS_DONE!r})"], patience, said.append), said


RUN_IT = 'while case "$1" in /*) false;; *) true;; esac; do shift; done; "$@"'


def test_each_tool_runs_the_program_and_what_it_says_is_kept(place: Path) -> None:
    install(place, f'echo "========= COMPUTE-SANITIZER"; echo "asked: $@"; {RUN_IT}; echo "{CLEAN.strip()}"')
    entry, said = sanitized()
    assert entry["passed"] and entry["outcome"] == NOTHING and "reason" not in entry
    assert [entry["tools"][tool]["outcome"] for tool in TOOLS] == [NOTHING] * 4
    for tool in TOOLS:
        output = entry["tools"][tool]["output"].splitlines()
        assert output[1].startswith(f"asked: --tool {tool} --error-exitcode {FOUND} ") and SMALL_IS_DONE in output
    assert said[:2] == ["sanitizer: memcheck begins", "sanitizer: memcheck found nothing"]


def test_a_tool_that_finds_something_fails_the_check_whatever_the_others_do(place: Path) -> None:
    install(place, f'echo "{HEAD}"; [ "$2" = racecheck ] || exit 255; echo "{RACE}"; {RUN_IT}; exit {FOUND}')
    entry, said = sanitized()
    assert not entry["passed"] and entry["outcome"] == SOMETHING
    assert entry["tools"]["racecheck"]["outcome"] == SOMETHING and entry["tools"]["memcheck"]["outcome"] == NOT_RUN
    assert entry["reason"].startswith("memcheck, initcheck, synccheck could not run: it ended with status 255")
    assert "; racecheck found something: Error: Race reported" in entry["reason"]
    assert any(line.startswith("sanitizer: racecheck found something: Error: Race reported") for line in said)


@pytest.mark.parametrize("body", ["exit 255", f"echo '{NO_DRIVER}'; exit {FOUND}", "kill -9 $$", "exit 0"])
def test_a_sanitizer_that_cannot_run_leaves_the_question_open(place: Path, body: str) -> None:
    install(place, body)
    entry, _ = sanitized()
    assert entry["passed"] and entry["outcome"] == NOT_RUN
    assert all(entry["tools"][tool]["reason"] for tool in TOOLS)


def test_a_sanitizer_that_hangs_is_ended(place: Path) -> None:
    install(place, "echo words; sleep 100000")
    entry, _ = sanitized(patience=1.0)
    assert entry["outcome"] == NOT_RUN
    assert "was not done in 1 seconds and was ended" in entry["tools"]["memcheck"]["reason"]


def test_a_sanitizer_that_is_no_program_could_not_run(place: Path) -> None:
    (place / "compute-sanitizer").write_bytes(b"\0\1\2")
    (place / "compute-sanitizer").chmod(0o755)
    entry, _ = sanitized()
    assert entry["outcome"] == NOT_RUN and "Exec format error" in entry["tools"]["memcheck"]["reason"]


def test_of_endless_words_a_sensible_length_is_kept(place: Path) -> None:
    install(place, f'echo "{HEAD}"; head -c 1000000 /dev/zero | tr "\\0" x; {RUN_IT}; echo; echo "{CLEAN.strip()}"')
    entry, _ = sanitized()
    assert entry["outcome"] == NOTHING
    assert all(len(entry["tools"][tool]["output"]) < MOST_KEPT + 100 for tool in TOOLS)


def test_without_a_sanitizer_the_report_says_so(place: Path) -> None:
    assert sanitized()[0] == {"passed": True, "outcome": ABSENT}


def test_a_sanitizer_among_the_packages_of_python_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the packages nvidia-cuda-sanitizer-api (CUDA 13) and nvidia-cuda-sanitizer-api-cu12 put it there."""
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    for name in ("CUDA_HOME", "CUDA_PATH"):
        monkeypatch.delenv(name, raising=False)
    for number, folder in enumerate(("nvidia/cu13/compute-sanitizer", "nvidia/cuda_sanitizer_api/bin")):
        base = tmp_path / str(number)
        (base / folder).mkdir(parents=True)
        install(base / folder, "exit 0")
        spec = type("Spec", (), {"submodule_search_locations": [str(base / "nvidia")]})
        monkeypatch.setattr(cuda_sanitizer, "find_spec", lambda name, spec=spec: spec)
        assert sanitizer_path() == str(base / folder / "compute-sanitizer")


@pytest.mark.parametrize(
    ("body", "passed", "said"),
    [
        ("exit 255", True, "passed: the bits of engine 'numpy' on a GPU; compute-sanitizer: could not run (memcheck, "),
        (f'echo "{INVALID}"; exit {FOUND}', False, "FAILED: do not use engine 'cuda' here (sanitizer: memcheck, "),
    ],
)
def test_the_verdict_says_what_became_of_the_sanitizer(
    place: Path, body: str, passed: bool, said: str, tmp_path: Path
) -> None:
    install(place, body)
    told: list[str] = []
    parts = {"passed": True, "name": "a GPU", "against": "numpy"}
    assert check_cuda(tmp_path / "r.json", told.append, CheckPlan(patience=PATIENCE), lambda name: parts) is passed
    assert told[-1].startswith(said)
