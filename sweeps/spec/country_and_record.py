"""Tables [country] and [record] of a spec: how large the country is, and what of a run is kept."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, PlainSerializer, PlainValidator

from .design import Strict
from .tables import outcomes_to_record

MOST_MONTHS = 12_000
MOST_TRUSTS = 10_000
MOST_CLINICIANS = 10_000


class CountrySpec(Strict):
    """How large the country is: a synthetic ring of equal areas, or the real trusts of a providers table."""

    trusts: int | None = Field(
        default=None, ge=1, le=MOST_TRUSTS, description=f"a whole number from 1 to {MOST_TRUSTS}"
    )
    clinicians: int = Field(
        default=40, ge=1, le=MOST_CLINICIANS, description=f"a whole number from 1 to {MOST_CLINICIANS}"
    )
    providers: str | None = Field(
        default=None, min_length=1, max_length=1000, description="the path of a CSV file, relative to the spec"
    )


class RecordSpec(Strict):
    """What of a run is kept: which outcomes, at which interval in months, and whether the records of every trust."""

    outcomes: Annotated[
        tuple[str, ...] | None, PlainValidator(outcomes_to_record), PlainSerializer(lambda names: names)
    ] = None
    every: int = Field(default=1, ge=1, le=MOST_MONTHS, description="a whole number of months that divides 'months'")
    trusts: bool = Field(default=False, description="true or false")
