"""The people of the model as Mesa agents: what each one knows, and in which order each one judges.

An agent holds its state as plain floats and follows the rules of ``rules_<actor>.py`` in the order of
``month.MONTH``; what a rule returns becomes the agent's state. Nothing is decided here that is not a rule, so that
the array and compiled engines, which follow the same rules, give the same bits.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from mesa import Agent

from .arithmetic import fixed
from .month import MONTH, Phase, Tally
from .records import CentreState, ManagerState, SeatState, Sums, TrustState

if TYPE_CHECKING:
    from .health_service import HealthService

PHASES: dict[str, Phase] = {phase.name: phase for phase in MONTH}
MOST_SUMMED = 2.0**31
"""Exact sums hold values within this bound, in units of 2**-32."""


class RunFailed(ArithmeticError):
    """A rule met or made a number that no rule can use; the message names month, rule, agent and quantity."""


class Actor(Agent):
    """Somebody who follows rules: the arguments of every rule are looked up once, in :meth:`learn`."""

    model: HealthService

    def learn(self, phases: tuple[str, ...], records: dict[str, Any]) -> None:
        """Bind the rules of ``phases`` to the ``records`` that they read for this agent."""
        self._acts = {
            name: [
                (step.rule, [records[read] for read in step.reads], records[step.actor], step.writes, step.single)
                for step in PHASES[name].steps
            ]
            for name in phases
        }
        self._shares = {
            tally.rule: (tally, [records[read] for read in tally.reads])
            for name in phases
            for tally in PHASES[name].tallies
        }

    def follow(self, phase: str) -> None:
        """Follow the rules of ``phase`` in order; each sees what the ones before it wrote."""
        for rule, arguments, actor, names, single in self._acts[phase]:
            result = rule(*arguments)
            if single:
                setattr(actor, names[0], result)
            else:
                for name, value in zip(names, result, strict=True):
                    setattr(actor, name, value)
            if self.model.checked:
                self._check(rule, actor, names)

    def share(self, tally: Tally) -> list[int]:
        """Return what this agent adds to the sums of ``tally``: fixed point for quantities, 0 or 1 for conditions."""
        _, arguments = self._shares[tally.rule]
        return [
            int(value) if value.__class__ is bool else self._in_units(value, tally) for value in tally.rule(*arguments)
        ]

    def _in_units(self, value: float, tally: Tally) -> int:
        if not -MOST_SUMMED < value < MOST_SUMMED:
            raise RunFailed(f"{self._where(tally.rule)} would add {value} to an exact sum, beyond 2**31")
        return fixed(value)

    def _check(self, rule: Any, actor: Any, names: tuple[str, ...]) -> None:
        for name in names:
            if not math.isfinite(getattr(actor, name)):
                raise RunFailed(f"{self._where(rule)} made {name} = {getattr(actor, name)}")

    def _where(self, rule: Any) -> str:
        return f"month {int(self.model.now.month)}: {rule.__name__} of {type(self).__name__} {self.unique_id}"


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
