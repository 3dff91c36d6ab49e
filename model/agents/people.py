"""The people of the model as Mesa agents: what each one knows, and in which order each one judges.

An agent holds its state as plain floats and follows the rules of ``rules_<actor>.py`` in the order of
``month.MONTH``; what a rule returns becomes the agent's state. Nothing is decided here that is not a rule, so that
the array and compiled engines, which follow the same rules, give the same bits.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Protocol

from mesa import Agent

from ..failed_run import RULE_ERRORS, RunFailed
from ..records import CentreState, ManagerState, SeatState, Sums, TrustState
from ..schedule.month import Phase
from .scalar import Scripts


def cannot_be_computed(month: int, what: str, error: Exception) -> RunFailed:
    """Return the failure of a run in ``month``, in which rules raised ``error`` where they compute ``what``."""
    return RunFailed(f"month {month}: {what} cannot be computed: {error}")


def follow_checked(phase: Phase, records: Mapping[str, Any], month: int, who: str) -> None:
    """Follow the rules of ``phase`` as they stand, one by one, and check that each reads and makes finite numbers."""
    for step in phase.steps:
        for read in step.reads:
            for name, value in vars(records[read]).items():
                if value.__class__ is float and not math.isfinite(value):
                    raise RunFailed(f"month {month}: {step.rule.__name__} of {who} was given {name} = {value}")
        try:
            result = step.rule(*[records[read] for read in step.reads])
        except RULE_ERRORS as error:
            raise cannot_be_computed(month, f"{step.rule.__name__} of {who}", error) from error
        for name, value in zip(step.writes, (result,) if step.single else result, strict=True):
            if not math.isfinite(value):
                raise RunFailed(f"month {month}: {step.rule.__name__} of {who} made {name} = {value}")
            setattr(records[step.actor], name, value)


class Scene(Protocol):
    """What an agent asks of the model it lives in: the month, its scripts, and whether every number is checked."""

    steps: int
    checked: bool
    scripts: Scripts


class Actor(Agent):
    """Somebody who follows rules: the records that they read are looked up once, in :meth:`learn`."""

    model: Scene
    luck: Any

    def learn(self, phases: tuple[str, ...], records: dict[str, Any]) -> None:
        """Bind the rules and tallies of ``phases`` to the ``records`` that they read for this agent."""
        self._records, scripts = records, self.model.scripts
        self._acts = {
            name: [records[read] for read in scripts.follow[name].records] for name in phases if name in scripts.follow
        }
        tallies = [tally for name in phases if name in scripts.phases for tally in scripts.phases[name].tallies]
        self.tally_arguments = {tally.rule: [records[read] for read in tally.reads] for tally in tallies}

    def follow(self, phase: str) -> None:
        """Follow the rules of ``phase`` in order; each sees what the ones before it wrote."""
        if self.model.checked:
            follow_checked(self.model.scripts.phases[phase], self._records, self.model.steps, self._name())
            return
        try:
            self.model.scripts.follow[phase].follow(*self._acts[phase])
        except RULE_ERRORS as error:
            raise cannot_be_computed(self.model.steps, f"the phase '{phase}' of {self._name()}", error) from error

    def _name(self) -> str:
        return f"{type(self).__name__} {self.unique_id}"


class Minister(Actor, CentreState):
    """The minister and the centre. One of them.

    Rule: what was found failing, who missed the target and how untidy the country looks make the minister anxious;
    anxiety tightens control and turns *what* into *how*; calm, challenge and sclerosis loosen it; and now and then
    the answer is a reorganisation.
    """

    def govern(self) -> None:
        """Read last month's country; settle stance, focus, money and reorganisation before anybody acts on them."""
        self.follow("centre")


class Manager(Actor, ManagerState):
    """The manager of one trust.

    Rule: if grievance and the company of other challengers outweigh fear, challenge in public; otherwise obey as far
    as fear, peers and habit have taught, shield the staff, learn as fast as they speak up, and dress up the report
    when the target is missed.
    """

    trust: Trust

    def decide(self) -> None:
        """Face the centre, run the trust, choose its methods; then stay, or be replaced."""
        self.follow("managers")


class Trust(Actor, TrustState):
    """One trust: its patients as a queue, its methods, what it delivers and what it publishes.

    Rule: staff output, let through by a method that fits its place well or badly, meets demand; what cannot be
    treated waits; what is done badly comes back as failure demand.
    """

    manager: Manager
    totals: Sums
    council: int
    catchment: int

    def brief(self) -> None:
        """Pass on to the staff what the manager decided: pressure, training, posts, and what calls for effort."""
        self.follow("signals")

    def organise(self) -> None:
        """Turn the clinicians' work into raw output of care."""
        self.follow("output")

    def serve(self) -> None:
        """Meet demand, treat, publish; fail or not, and be found out or not."""
        self.follow("service")

    def compare(self) -> None:
        """Be looked at: how much better than the country this trust seems."""
        self.follow("examples")


class Clinician(Actor, SeatState):
    """A clinician's seat, which stands for a team, and whoever sits in it.

    Rule: morale follows conditions; the day is divided between access, quality and integration by professional norms
    and, the weaker morale is, by incentives; training helps the coachable; low morale drives people out.
    """

    trust: Trust

    def work(self) -> None:
        """Work, learn, and stay or go; or, for a vacant seat, be filled."""
        self.follow("clinicians")
