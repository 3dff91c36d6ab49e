"""Sending jobs to a scheduler that is slow, busy or gone: no number is lost, and nothing is queued twice unseen.

The schedulers are stand-ins (fake_schedulers.py).
"""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tredegar.sweeps.jobs import queueing
from tredegar.sweeps.jobs.quoting import SubmitError
from tredegar.sweeps.jobs.script import Job, Resources
from tredegar.sweeps.submission import send

from ...support.fake_schedulers import behave, calls, queued
from ...support.waiting import end, wait_while_it_runs

BUSY = {
    "slurm": [
        "sbatch: error: Batch job submission failed: Resource temporarily unavailable",
        "sbatch: error: Slurm temporarily unable to accept job, sleeping and retrying.",
        "sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)",
        "sbatch: error: slurm_load_partitions: Unable to contact slurm controller (connect failure)",
        "sbatch: error: Slurm controller not responding, sleeping and retrying.",
    ],
    "pbs": ["Connection refused", "qsub: cannot connect to server pbs01 (errno=111)"],
}
LOST = {
    "slurm": [
        "sbatch: error: Batch job submission failed: Socket timed out on send/recv operation",
        "sbatch: error: Batch job submission failed: Zero Bytes were transmitted or received",
        "sbatch: error: Batch job submission failed: Unexpected message received",
    ],
    "pbs": ["qsub: Premature end of message", "qsub: End of File", "Connection reset by peer"],
}
REFUSED = "sbatch: error: Batch job submission failed: Invalid account or account/partition combination specified"
EACH_BUSY = [(cluster, words) for cluster, lines in BUSY.items() for words in lines]
EACH_LOST = [(cluster, words) for cluster, lines in LOST.items() for words in lines]
SENDS, LISTS = {"slurm": "sbatch", "pbs": "qsub"}, {"slurm": "squeue", "pbs": "qselect"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for jobs, with stand-ins on PATH; nobody waits between tries."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(queueing, "PAUSES", (0.0, 0.0, 0.0))
    behave(tmp_path, "squeue", "list")
    behave(tmp_path, "qselect", "list")
    return tmp_path


@pytest.fixture
def job(folder: Path) -> Job:
    return Job(spec=folder / "first.toml", store=folder / "first.zarr", name="first", tasks=8)


def refusal(cluster: str, job: Job) -> str:
    with pytest.raises(SubmitError) as refused:
        send(cluster, job)
    said = str(refused.value)
    assert "\n" not in said
    return said


@pytest.mark.parametrize("last", [REFUSED, "", *BUSY["slurm"][:1]])
def test_an_array_that_is_queued_is_named_though_the_job_that_verifies_is_refused(
    folder: Path, job: Job, last: str
) -> None:
    behave(folder, "sbatch", "queue", last)
    said = refusal("slurm", job)
    assert said.startswith("job 4711 is queued")
    assert "only the job that verifies is not" in said
    assert f"tredegar verify {job.store}" in said
    assert "'scancel 4711'" in said


def test_a_job_that_compiles_is_named_though_the_array_is_refused(folder: Path, job: Job) -> None:
    behave(folder, "sbatch", "queue", REFUSED)
    said = refusal("slurm", replace(job, warm_up=True))
    assert said.startswith("job 4711, which only compiles, is queued, the sweep is not")
    assert "Invalid account" in said


@pytest.mark.parametrize("cluster", ["slurm", "pbs"])
def test_every_number_stands_in_the_folder_of_the_logs(folder: Path, job: Job, cluster: str) -> None:
    behave(folder, SENDS[cluster], "queue", "queue", "queue")
    sent = send(cluster, replace(job, warm_up=True))
    assert (sent.warm_up, sent.sweep, sent.verify) == ("4711", "4712", "4713")
    lines = (folder / "tredegar-logs" / "submitted.txt").read_text().splitlines()
    assert [line.split(" ", 1)[1] for line in lines] == [
        f"4711 warm-up {job.store}",
        f"4712 sweep {job.store}",
        f"4713 verify {job.store}",
    ]


@pytest.mark.parametrize("cluster", ["slurm", "pbs"])
def test_each_job_waits_for_the_one_before(folder: Path, job: Job, cluster: str) -> None:
    behave(folder, SENDS[cluster], "queue")
    send(cluster, replace(job, warm_up=True))
    first, array, verify = calls(folder, SENDS[cluster])
    assert "afterany" not in first
    assert "afterany:4711" in array
    assert "afterany:4712" in verify


@pytest.mark.parametrize(("cluster", "words"), EACH_BUSY)
def test_a_scheduler_that_is_busy_is_asked_again(folder: Path, job: Job, cluster: str, words: str) -> None:
    behave(folder, SENDS[cluster], words, words, "queue")
    told: list[str] = []
    sent = send(cluster, job, told.append)
    assert (sent.sweep, sent.verify) == ("4711", "4712")
    assert len(told) == 2
    assert all(words[:80] in line for line in told)


@pytest.mark.parametrize(("cluster", "words"), EACH_BUSY[:1] + EACH_BUSY[-1:])
def test_a_scheduler_that_stays_busy_is_given_up_in_its_own_words(
    folder: Path, job: Job, cluster: str, words: str
) -> None:
    behave(folder, SENDS[cluster], words)
    assert refusal(cluster, job) == f"{SENDS[cluster]} did not queue the job: {words}"
    assert len(calls(folder, SENDS[cluster])) == 1 + len(queueing.PAUSES)


def test_a_refusal_is_not_tried_again(folder: Path, job: Job) -> None:
    behave(folder, "sbatch", REFUSED, "queue")
    assert "Invalid account" in refusal("slurm", job)
    assert len(calls(folder, "sbatch")) == 1


def test_a_refusal_after_a_busy_time_of_sbatch_is_a_refusal(folder: Path, job: Job) -> None:
    """The program tries again by itself, and says so, before it says what came of it."""
    behave(folder, "sbatch", rf"{BUSY['slurm'][1]}\n{REFUSED}")
    assert "Invalid account" in refusal("slurm", job)
    assert len(calls(folder, "sbatch")) == 1


@pytest.mark.parametrize(("cluster", "words"), EACH_LOST)
def test_a_job_whose_answer_was_lost_is_found_in_the_queue_and_not_sent_again(
    folder: Path, job: Job, cluster: str, words: str
) -> None:
    behave(folder, SENDS[cluster], f"late {words}", "queue")
    sent = send(cluster, job)
    assert (sent.sweep, sent.verify) == ("4711", "4712")
    assert queued(folder) == ["4711", "4712"]


@pytest.mark.parametrize(("cluster", "words"), EACH_LOST)
def test_a_job_whose_request_was_lost_is_sent_again(folder: Path, job: Job, cluster: str, words: str) -> None:
    behave(folder, SENDS[cluster], words, "queue")
    assert send(cluster, job).sweep == "4711"
    assert queued(folder) == ["4711", "4712"]


@pytest.mark.parametrize("does", ["silent", "lost"])
@pytest.mark.parametrize("cluster", ["slurm", "pbs"])
def test_a_program_that_never_answers_is_looked_after_in_the_queue(
    folder: Path, job: Job, monkeypatch: pytest.MonkeyPatch, cluster: str, does: str
) -> None:
    behave(folder, SENDS[cluster], does, "queue")
    answers = queueing._run

    def run(words: list[str], given: str = "") -> object:
        """The first call is given up once it has done what it does; the others have all the time they need."""
        monkeypatch.setattr(queueing, "_run", answers)
        silent = subprocess.Popen(words, stdin=subprocess.PIPE, text=True, start_new_session=True)
        assert silent.stdin is not None
        silent.stdin.write(given)
        silent.stdin.close()
        wait_while_it_runs(silent, (folder / "asleep").exists)
        end(silent)
        raise subprocess.TimeoutExpired(words, 300)

    monkeypatch.setattr(queueing, "_run", run)
    told: list[str] = []
    sent = send(cluster, job, told.append)
    assert (sent.sweep, sent.verify) == ("4711", "4712")
    assert queued(folder) == ["4711", "4712"]
    assert "no answer within 300 seconds; looking whether the job is in the queue" in told[0]


@pytest.mark.parametrize("cluster", ["slurm", "pbs"])
def test_where_the_queue_cannot_be_seen_a_job_in_doubt_is_not_sent_again(folder: Path, job: Job, cluster: str) -> None:
    behave(folder, SENDS[cluster], f"late {LOST['slurm'][0]}", "queue")
    behave(folder, LISTS[cluster], "error: Unable to contact slurm controller (connect failure)")
    said = refusal(cluster, job)
    name = re.findall(r"(?:--job-name=|-N )(\S+)", calls(folder, SENDS[cluster])[0])[0]
    assert "may have queued the job or not" in said
    assert f"{name}' shows whether it is in the queue" in said
    assert queued(folder) == ["4711"]


def test_a_verify_job_in_doubt_is_said_to_be_so_beside_the_number_of_the_array(folder: Path, job: Job) -> None:
    behave(folder, "sbatch", "queue", f"late {LOST['slurm'][0]}")
    behave(folder, "squeue", "slurm_load_jobs error: Unable to contact slurm controller (connect failure)")
    said = refusal("slurm", job)
    assert said.startswith("job 4711 is queued")
    assert "may have queued the job or not" in said


def test_a_job_with_a_name_of_the_users_own_is_not_looked_for_by_another(folder: Path, job: Job) -> None:
    behave(folder, "sbatch", f"late {LOST['slurm'][0]}", "queue")
    own = replace(job, resources=Resources(directives=("--job-name=mine",)))
    assert "the list of your jobs shows whether it is there" in refusal("slurm", own)
    assert queued(folder) == ["4711"]
    assert "--job-name" not in calls(folder, "sbatch")[0]


@pytest.mark.parametrize("cluster", ["slurm", "pbs"])
def test_a_job_that_a_late_answer_has_queued_twice_is_named(folder: Path, job: Job, cluster: str) -> None:
    """The first request comes into the queue after the look that did not find it."""
    behave(folder, SENDS[cluster], f"late {LOST['slurm'][0]}", "queue")
    behave(folder, LISTS[cluster], "nothing", "list")
    sent = send(cluster, job)
    assert sent.sweep == "4712"
    (note,) = sent.notes
    assert "queued the job again as 4711" in note
    assert f"{'scancel' if cluster == 'slurm' else 'qdel'} 4711'" in note


@pytest.mark.parametrize(
    "answer",
    ["Submitted batch job NUMBER", "thank you", "", "\\xff\\xfe NUMBER", "1 and 2"],
)
def test_an_answer_without_a_number_is_looked_up_in_the_queue(folder: Path, job: Job, answer: str) -> None:
    behave(folder, "sbatch", f"queue-as {answer}", "queue")
    sent = send("slurm", job)
    assert (sent.sweep, sent.verify) == ("4711", "4712")


def test_a_number_among_the_words_of_a_wrapper_is_found(folder: Path, job: Job) -> None:
    behave(folder, "sbatch", "queue-as Welcome!\\nNUMBER;cluster\\nYour balance: 12 h", "queue")
    assert send("slurm", job).sweep == "4711"
    assert calls(folder, "squeue") == []


def test_an_answer_that_names_nothing_and_is_not_in_the_queue_is_told_as_it_is(folder: Path, job: Job) -> None:
    behave(folder, "sbatch", "queue-as thanks")
    behave(folder, "squeue", "nothing")
    assert "may have queued the job or not: an answer without a number: 'thanks'" in refusal("slurm", job)
    assert len(calls(folder, "sbatch")) == 1


def test_ctrl_c_between_the_array_and_the_job_that_verifies_loses_no_number(folder: Path, job: Job) -> None:
    behave(folder, "sbatch", "queue", "interrupt")
    said = refusal("slurm", job)
    assert said.startswith("job 4711 is queued")
    assert "interrupted" in said
    assert "shows whether it is in the queue" in said
    assert "4711 sweep" in (folder / "tredegar-logs" / "submitted.txt").read_text()


def test_ctrl_c_while_the_scheduler_is_busy_loses_no_number(
    folder: Path, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    behave(folder, "sbatch", "queue", BUSY["slurm"][0])

    def interrupted(line: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(SubmitError, match="job 4711 is queued"):
        send("slurm", job, interrupted)


def test_a_record_that_cannot_be_written_loses_the_record_alone(folder: Path, job: Job) -> None:
    behave(folder, "sbatch", "queue")
    (folder / "tredegar-logs" / "submitted.txt").mkdir(parents=True)
    assert send("slurm", job).sweep == "4711"


def test_what_a_user_has_set_for_squeue_hides_no_job(folder: Path, job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SQUEUE_PARTITION", "other")
    behave(folder, "sbatch", f"late {LOST['slurm'][0]}", "queue")
    program = folder / "squeue"
    program.write_text(program.read_text().replace("list) while", 'list) [ -z "$SQUEUE_PARTITION" ] && while'))
    assert send("slurm", job).sweep == "4711"


@pytest.mark.parametrize("name", ["first", "1st of a very long name indeed", "é*?", "-x"])
def test_every_job_has_a_name_of_its_own_that_its_scheduler_takes(folder: Path, job: Job, name: str) -> None:
    names = set()
    for cluster, letters in (("slurm", 64), ("pbs", 15)):
        behave(folder, SENDS[cluster], "queue")
        for _ in range(2):
            send(cluster, replace(job, name=name, warm_up=True))
        found = re.findall(r"(?:--job-name=|-N )(\S+)", "\n".join(calls(folder, SENDS[cluster])))
        assert len(found) == 6
        assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", one) and len(one) <= letters for one in found)
        names.update(found)
    assert len(names) == 12
