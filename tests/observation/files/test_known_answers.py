"""Targets of files whose answers are known by hand, and windows of known form."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tredegar.observation.files.definitions import ALL_TYPES, BOARDS, COUNCILS, EVERY_HALF_POINT, WAITING
from tredegar.observation.files.record_table import observe, record_page, recorded_rows
from tredegar.observation.files.windows import jackknife_window, median_window, share_window

from .made_files import code, write, write_all_types, write_by_type, write_events, write_successions

RNG = np.random.default_rng(1948)


def values(folder):
    """Return target -> what the files of the folder say."""
    return {one.target.name: one for one in observe(folder).targets if not one.reason}


def test_intervals_between_events_by_hand(tmp_path):
    write_events(tmp_path, reorganised=[5, 65, 161, 305], changed=[0, 10, 40, 60, 70, 94, 120, 150])
    found = values(tmp_path)
    assert found["V01"].value == pytest.approx(300 / 3 / 12) and found["V01"].months == 300
    assert found["V02"].value == pytest.approx(np.std([60, 96, 144], ddof=1) / 100)
    assert found["V04"].value == pytest.approx(150 / 7)
    assert found["V05"].value == 24.0 and (found["V05"].low, found["V05"].high) == (10.0, 30.0)


def test_fewer_than_two_events_have_no_interval(tmp_path):
    write_events(tmp_path, reorganised=[5], changed=[3, 9])
    found = {one.target.name: one for one in observe(tmp_path).targets}
    assert found["V01"].reason == "needs an event of reorganisation_started"
    assert found["V04"].value == 6.0 and np.isnan(found["V04"].low)


def test_successions_count_old_codes_by_calendar_year(tmp_path):
    taken = {7: 3, 12 * 9 + 3: 40, 12 * 14: 10, 12 * 29 + 11: 2}
    write_successions(tmp_path, taken)
    found, counts = values(tmp_path), np.zeros(30)
    counts[[0, 9, 14, 29]] = [3, 40, 10, 2]
    assert found["V06"].value == pytest.approx(counts.var(ddof=1) / counts.mean())
    assert found["V07"].value == pytest.approx(1.0) and found["V07"].months == 360
    assert np.isnan(found["V06"].low)


def test_spread_persistence_and_sizes_of_trusts(tmp_path):
    yearly = 0.7 + 0.25 * RNG.random((40, 3))
    sizes = 5000.0 + 20000.0 * RNG.random(40)
    write_by_type(tmp_path, np.repeat(yearly, 12, axis=1), np.repeat(sizes[:, None], 36, axis=1))
    found = values(tmp_path)
    assert found["V08"].value == pytest.approx(yearly[:, 1].std(ddof=1))
    ranks = [stats.spearmanr(yearly[:, one], yearly[:, other]).statistic for one, other in ((0, 1), (1, 2), (0, 2))]
    assert found["V09"].value == pytest.approx(np.mean(ranks[:2])) and found["V10"].value == pytest.approx(ranks[2])
    assert found["V38"].value == pytest.approx(sizes.std(ddof=1) / sizes.mean())
    worst = yearly[:, 0].argsort()[:4]
    stay = np.isin(worst, yearly[:, 2].argsort()[:8]).mean()
    assert found["V39"].value == pytest.approx(stay) and found["V39"].units == 40
    assert all(found[name].low < found[name].value < found[name].high for name in ("V08", "V09", "V10", "V38"))


def test_trusts_without_attendances_of_type_one_in_a_month_and_other_organisations_are_left_out(tmp_path):
    access, attendances = 0.7 + 0.25 * RNG.random((12, 36)), np.full((12, 36), 9000.0)
    attendances[0, 20] = 0.0
    text = write_by_type(tmp_path, access, attendances).read_text()
    path = tmp_path / "ae_attendances_trust_month_2016_2019.csv"
    path.write_text(text.replace(f"{code(1)},", "AAH,").replace(f"{code(2)},1", f"{code(2)},other"))
    assert values(tmp_path)["V09"].units == 9


def test_bunching_counts_months_with_enough_attendances(tmp_path):
    share = {0: 0.951, 1: 0.948, 2: 0.957, 3: 0.941}
    access = np.array([[share[(trust + month) % 4] for month in range(36)] for trust in range(8)])
    attendances = np.full(access.shape, 1000.0) + np.arange(36.0)  # months that differ are no copies
    attendances[:, :4] = EVERY_HALF_POINT - 1.0 - np.arange(4.0)  # too few to count
    write_by_type(tmp_path, access, attendances)
    assert values(tmp_path)["V12"].value == pytest.approx(1.0)
    access[access == 0.948] = 0.952
    access[0, 10:20] = 0.948
    write_by_type(tmp_path, access, attendances)
    kept = access[:, 4:]
    near = [((kept >= low) & (kept < high)).sum() for low, high in ((0.95, 0.955), (0.945, 0.95))]
    far = [((kept >= low) & (kept < high)).sum() for low, high in ((0.955, 0.965), (0.935, 0.945))]
    assert values(tmp_path)["V12"].value == pytest.approx(near[0] / near[1] / (far[0] / far[1]) ** 0.25)


def test_trusts_without_a_major_department_are_left_out_of_all_types(tmp_path):
    access = 0.6 + 0.3 * RNG.random((20, 60))
    text = write_all_types(tmp_path, access, np.full(access.shape, 9000.0)).read_text()
    lines = [line.replace("3000.0", "30.0") if line.startswith(code(4)) else line for line in text.splitlines()]
    (tmp_path / ALL_TYPES).write_text("\n".join(lines))
    assert values(tmp_path)["V11"].units == 19


def test_a_month_whose_admissions_are_missing_says_nothing_of_the_kind_of_trust(tmp_path):
    access = 0.6 + 0.3 * RNG.random((20, 60))
    lines = write_all_types(tmp_path, access, np.full(access.shape, 9000.0)).read_text().splitlines()
    place = next(number for number, line in enumerate(lines) if line.startswith(code(4)))
    lines[place] = lines[place].replace("3000.0", "NA")
    (tmp_path / ALL_TYPES).write_text("\n".join(lines))
    assert values(tmp_path)["V11"].units == 20


def test_where_patients_are_from(tmp_path):
    shares = {"R1": {"E1": 0.6, "E2": 0.4}, "R2": {"E1": 0.2, "E2": 0.8}, "R3": {"E1": 0.5, "E3": 0.5}}
    made = [{"nhs_trust22_code": trust, "ltla21_code": council, "proportion_trust_came_from_ltla": share}
            for trust, each in shares.items() for council, share in each.items()]  # fmt: skip
    write(tmp_path, COUNCILS, made)
    boards = [{"nhs_trust22_code": trust, "icb22_code": "E9", "proportion_trust_came_from_icb": share}
              for trust, share in (("R1", 0.9), ("R2", 0.8), ("R3", 1.0))]  # fmt: skip
    write(tmp_path, BOARDS, boards)
    admitted = [{"nhs_trust22_code": trust, "date": "April 2021", "total_attendances": 1000}
                | {"total_emergency_admissions": number} for trust, number in (("R1", 100), ("R2", 200))]  # fmt: skip
    write(tmp_path, ALL_TYPES, admitted)
    found = values(tmp_path)
    assert found["V35"].value == pytest.approx(np.median([60 / 100, 160 / 200])) and found["V35"].units == 2
    assert found["V36"].value == pytest.approx(0.6) and found["V37"].value == pytest.approx(0.9)
    assert np.isnan(found["V36"].low)


def test_the_rise_of_those_who_wait_within_the_limit(tmp_path):
    kinds = {"No. within 18 weeks": (60, 95), "No. > 18 weeks": (40, 5), "No. > 52 weeks": (9, 1)}
    made = [{"month": month, "type_of_wait": kind, "count": counts[place]}
            for place, month in enumerate(("2007-08-01", "2012-03-01")) for kind, counts in kinds.items()]  # fmt: skip
    write(tmp_path, WAITING, made)
    found = values(tmp_path)["V17"]
    assert found.value == pytest.approx(0.35) and np.isnan(found.low) and found.months == 2


def test_a_month_of_one_kind_of_wait_is_not_one_in_which_the_other_is_none(tmp_path):
    both = [{"month": month, "type_of_wait": kind, "count": count}
            for month, number in (("2007-09-01", 10), ("2012-03-01", 13))
            for kind, count in (("No. within 18 weeks", 6 * number), ("No. > 18 weeks", 4 * number))]  # fmt: skip
    alone = {"month": "2007-08-01", "type_of_wait": "No. within 18 weeks", "count": 1000}
    write(tmp_path, WAITING, [alone, *both])
    found = values(tmp_path)["V17"]
    assert found.value == pytest.approx(0.0) and found.months == 2


@pytest.mark.parametrize("years", [1, 5, 12, 17])
def test_successions_of_any_number_of_years_have_a_value_and_few_of_them_no_window(tmp_path, years):
    write_successions(tmp_path, {516 + 12 * year: 1 + year % 3 for year in range(years)})
    found = values(tmp_path)["V07"]
    assert 0.0 < found.value <= 1.0 or years == 1
    assert np.isnan(found.low) == (years < 15)


def test_windows_of_known_form():
    numbers = RNG.gamma(3.0, 1.0, 400)
    without = (numbers.sum() - numbers) / 399
    low, high = jackknife_window(numbers.mean(), without, "log")
    half = 1.96 * numbers.std(ddof=1) / numbers.mean() / 20.0
    assert np.log(high / low) / 2.0 == pytest.approx(half, rel=0.05)
    assert np.isnan(jackknife_window(1.0, np.array([1.0, 1.1]), "log")).all()
    assert np.isnan(jackknife_window(1.0, np.array([0.9, 1.0, 1.0]), "atanh")).all()
    assert np.isnan(jackknife_window(1.0, np.ones(9), "log")).all()
    assert np.isnan(median_window(np.arange(5.0))).all() and median_window(np.arange(6.0)) == (0.0, 5.0)
    assert np.isnan(share_window(0.0, 0.0)).all()
    assert share_window(9.0, 13.0) == pytest.approx(stats.binomtest(9, 13).proportion_ci(method="wilson"), abs=1e-9)


def test_the_page_holds_the_table_the_way_of_resampling_and_the_defects(tmp_path):
    write_events(tmp_path, reorganised=[5, 65, 161, 305], changed=[0, 10, 40, 60])
    record = observe(tmp_path)
    page = record_page(record)
    header, rows = recorded_rows(record)
    assert f"| {' | '.join(header)} |" in page and all(f"| {' | '.join(cells)} |" in page for cells in rows)
    assert "- V01: by interval: each left out once" in page and page.endswith("None was found.\n")
