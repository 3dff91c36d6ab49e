"""The open tables themselves, where the environment variable TREDEGAR_DATA names their folder."""

from __future__ import annotations

import numpy as np
import pytest

from tredegar.observation.files.record_table import RecordOfFiles, observe

from ...support.places import NHS_DATA, needs_nhs_data

pytestmark = needs_nhs_data


@pytest.fixture(scope="module")
def record() -> RecordOfFiles:
    return observe(NHS_DATA)


def test_the_shipped_table_is_what_the_files_give(record: RecordOfFiles) -> None:
    for one in record.targets:
        digits = {"rel": 0.006, "abs": 0.0006}  # the table is rounded to three digits
        assert one.reason == "" and one.value == pytest.approx(one.target.value, **digits), one.target.name
        if np.isfinite(one.low):
            shipped = (one.target.low, one.target.high)
            assert (one.low, one.high) == pytest.approx(shipped, **digits), one.target.name
        assert (one.units, one.months) == (one.target.units or one.units, one.target.months or one.months)


def test_copied_months_of_the_open_tables_are_found(record: RecordOfFiles) -> None:
    found = {defect.file: defect.where for defect in record.defects if defect.what == "copied months"}
    of_2025 = "February 2025 repeats February 2024, March 2025 repeats March 2024"
    assert set(found) == {
        "ae_icb_month_2022_2025.csv",
        "ae_trust_month_2021_2025.csv",
        "beds_trust_month_2022_2025.csv",
    }
    assert found["ae_icb_month_2022_2025.csv"].startswith(of_2025)
    assert found["ae_trust_month_2021_2025.csv"].startswith(of_2025)
    assert found["beds_trust_month_2022_2025.csv"].startswith("August 2022 repeats July 2022 (")


def test_field_test_trusts_are_told(record: RecordOfFiles) -> None:
    lines = [str(defect) for defect in record.defects if defect.what == "missing values"]
    assert any("'attendances_over_4hours' in 354 rows of 14 units" in line for line in lines)
