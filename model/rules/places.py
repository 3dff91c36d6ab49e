"""Rules of the places (section 5): units, sizes, councils, catchments and regions at month 0."""

from __future__ import annotations

from typing import NamedTuple

from ..arithmetic import SQRT3, floor, larger, root, select, smaller, unfixed
from ..constants import Constants
from ..parameters import Parameters
from ..random_records import NodeLuck, StartLuck
from ..records import PlaceState, Setting, Sums, TrustState


def units(setting: Setting, p: Parameters) -> float:
    """Units are whole, at least one and at most one for each trust."""
    return larger(1.0, smaller(setting.trusts, floor(p.number_of_units + 0.5)))


class Scale(NamedTuple):
    """How the administrative units relate to their trusts, and a trust to its seats."""

    leverage: float
    engagement: float
    unit_power: float
    own_vacancies: float


def scale(setting: Setting, k: Constants) -> Scale:
    """Large units have leverage over providers, small ones stay close to their places (S2; A43)."""
    trusts_per_unit = setting.trusts / setting.units
    leverage = trusts_per_unit / (trusts_per_unit + k.LEVERAGE_HALF)
    engagement = k.ENGAGEMENT_HALF / (k.ENGAGEMENT_HALF + trusts_per_unit)
    return Scale(
        leverage=leverage,
        engagement=engagement,
        unit_power=leverage * engagement / k.UNIT_BEST,
        own_vacancies=smaller(1.0, root(setting.clinicians / k.SEATS_REF)),
    )


def drawn_size(place: PlaceState, luck: StartLuck, p: Parameters) -> float:
    """Size before it is scaled to a mean of 1 (V38)."""
    drawn = (luck.size_a + luck.size_b + luck.size_c + luck.size_d - 2.0) * SQRT3
    return larger(0.2, 1.0 + p.size_spread * drawn)


def position(place: PlaceState, luck: StartLuck, setting: Setting) -> float:
    """Where the trust lies on the ring, 0..1."""
    return (place.index + luck.position) / setting.trusts


class Arcs(NamedTuple):
    """The council and the catchment that a place on the ring belongs to, as whole numbers from 0."""

    council: float
    catchment: float


def arcs(place: PlaceState, setting: Setting, p: Parameters) -> Arcs:
    """Councils cut the ring in equal arcs; catchments are the same arcs, shifted (A44)."""
    shifted = place.position + 0.5 * p.boundary_mismatch / setting.units
    shifted = shifted - floor(shifted)
    return Arcs(
        council=smaller(setting.units - 1.0, floor(place.position * setting.units)),
        catchment=smaller(setting.units - 1.0, floor(shifted * setting.units)),
    )


class Nodes(NamedTuple):
    """The two nodes of the region between which a place lies, and how near it is to the second."""

    first: float
    second: float
    nearness: float


def nodes(place: PlaceState, setting: Setting) -> Nodes:
    """Neighbouring trusts share a regional part of their best way of working; it is drawn at nodes of the ring."""
    node_count = larger(2.0, floor(setting.trusts / 10.0))
    exact = place.position * node_count
    whole = floor(exact)
    first = select(whole >= node_count, whole - node_count, whole)
    second = select(first + 1.0 >= node_count, 0.0, first + 1.0)
    return Nodes(first=first, second=second, nearness=exact - whole)


class DrawnSize(NamedTuple):
    """What adds up to the mean of the sizes."""

    drawn_size: float


def tally_drawn_size(place: PlaceState) -> DrawnSize:
    """Sizes as they were drawn are summed over the country."""
    return DrawnSize(drawn_size=place.drawn_size)


def size(trust: TrustState, place: PlaceState, country_sums: Sums, setting: Setting) -> float:
    """Sizes are divided by their mean."""
    return place.drawn_size / (unfixed(country_sums.drawn_size) / setting.trusts)


class Sizes(NamedTuple):
    """What a trust weighs."""

    size: float


def tally_size(trust: TrustState) -> Sizes:
    """Trusts weigh in their country and their council by their size."""
    return Sizes(size=trust.size)


class Partner(NamedTuple):
    """What a trust brings to its catchment at the start: itself, its size, its size if it shares its council."""

    trusts: bool
    size: float
    shared: float


def tally_partner(trust: TrustState, place: PlaceState) -> Partner:
    """A catchment whose council has the same number is the one at home (A44)."""
    at_home = place.council == place.catchment
    return Partner(trusts=place.index >= 0.0, size=trust.size, shared=select(at_home, trust.size, 0.0))


def weight(setting: Setting, country_sums: Sums) -> float:
    """Every mean over the country is by the size of trusts, every sum divided by that of the sizes."""
    return unfixed(country_sums.size)


def overlap(trust: TrustState, place: PlaceState, catchment_sums: Sums) -> float:
    """Part of a trust's catchment, by size, that lies in the council of the same number, or outside it."""
    whole, shared = catchment_sums.size, catchment_sums.shared
    within = select(place.council == place.catchment, shared, whole - shared)
    return unfixed(within) / unfixed(whole)


def regional_optimum(trust: TrustState, place: PlaceState, first_node: NodeLuck, second_node: NodeLuck) -> float:
    """The regional part of the local optimum, between the draws of two nodes (standard deviation 0.6)."""
    first = first_node.a + first_node.b + first_node.c - 1.5
    second = second_node.a + second_node.b + second_node.c - 1.5
    between = (1.0 - place.nearness) * first + place.nearness * second
    return 2.0 * 0.6 * between * 1.2247
