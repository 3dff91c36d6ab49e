"""Records of luck: the uniforms that an agent gets for a month, or for its start, named after their use."""

from __future__ import annotations


class CentreLuck:
    """The month's uniforms of the centre, named after their use."""

    drift_a: float
    drift_b: float
    error_a: float
    error_b: float
    leaves: float
    reorganises: float
    early_election: float
    change: float
    party: float
    falls: float
    weight_a: float
    weight_b: float
    reaches: float
    scope: float
    spread: float
    middle: float


class TrustLuck:
    """The month's uniforms of a trust and its manager, named after their use."""

    departs: float
    challenge: float
    adopts: float
    method: float
    drift_a: float
    drift_b: float
    found: float
    margin: float
    relapses: float
    difficulty_a: float
    difficulty_b: float
    touched: float
    marked: float
    merges: float
    visit: float
    pushes: float
    error_a: float
    error_b: float
    noise_a: float
    noise_b: float


class SeatLuck:
    """The month's uniforms of a clinician's seat."""

    fate: float
    origin: float
    spread_a: float
    spread_b: float


class StartCentreLuck:
    """The uniform of the centre at the start."""

    party: float


class StartLuck:
    """The uniforms of a trust at the start, named after their use."""

    position: float
    optimum_a: float
    optimum_b: float
    method: float
    capability: float
    freedom: float
    threshold_a: float
    threshold_b: float
    difficulty_a: float
    difficulty_b: float
    difficulty_c: float
    difficulty_d: float
    displaces: float
    suitability: float
    trap_side: float
    trap_distance: float
    size_a: float
    size_b: float
    size_c: float
    size_d: float
    starts_trapped: float
    group: float  # no rule of the model reads it: it says who belongs to a group of trusts


class StartSeatLuck:
    """The uniforms of a seat at the start."""

    morale: float
    origin: float
    spread_a: float
    spread_b: float


class NodeLuck:
    """The uniforms of a node of the ring."""

    a: float
    b: float
    c: float
