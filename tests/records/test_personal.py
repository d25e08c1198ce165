"""Numbers and names of persons told from codes: each form found, and no code taken for one."""

import datetime as dt
import hashlib
import random

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from seedmetrics.records.personal import (
    holding_identity,
    holding_names,
    is_personal,
    is_telephone,
    names_a_number,
)
from seedmetrics.records.problems import shown

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def identity(region: int, born: dt.date, serial: int) -> str:
    """Return a national id with the right check digit (GB 11643)."""
    number = f"{region:06d}{born:%Y%m%d}{serial:03d}"
    rest = (12 - sum(w * int(d) for w, d in zip(WEIGHTS, number)) % 11) % 11
    return number + ("X" if rest == 10 else str(rest))


identities = st.builds(
    identity,
    st.sampled_from([110105, 130602, 420621, 540102, 659001]),
    st.dates(dt.date(1930, 1, 1), dt.date(2025, 12, 31)),
    st.integers(0, 999),
)
mobiles = st.builds("1{}{:09d}".format, st.integers(3, 9), st.integers(0, 10**9 - 1))


def texts(*values: str) -> np.ndarray:
    return np.array(values, dtype=object)


def names_in(*values: str) -> list[str]:
    return [values[i] for i in holding_names(texts(*values))]


@given(identities)
def test_every_identity_number_is_told_and_masked(number: str) -> None:
    for written in (number, number.lower(), f" {number}\u3000", f"see {number}.", f"ID{number}"):
        assert names_a_number(written)
        assert number[6:14] not in shown(written)
    assert is_personal(number)
    assert names_a_number(f"{number[:6]} {number[6:14]} {number[14:]}")


@given(identities, st.integers(0, 17), st.integers(1, 9))
def test_a_slip_in_one_digit_is_no_identity_number(number: str, at: int, step: int) -> None:
    assume(number[at].isdigit())
    slip = number[:at] + str((int(number[at]) + step) % 10) + number[at + 1 :]
    assert not is_personal(slip)
    # Beside codes of persons region and day of birth are enough.
    assert at < 14 or names_a_number(slip)


@given(mobiles)
def test_every_mobile_number_is_told_and_masked(number: str) -> None:
    for written in (
        number,
        f"{number[:3]}-{number[3:7]}-{number[7:]}",
        f"P-{number}",
        f"P{number}",
    ):
        assert names_a_number(written)
        assert number[3:7] not in shown(written)


@pytest.mark.parametrize(
    "text",
    [
        "010-62345678",
        "(0731)82345678",
        "0710 3512345",
        "０１０－６２３４５６７８",
        "010-62345678-801",
        "0710-3512345转801",
        "+86 10 62345678",
        "+8613912345678",
        "0086 139 1234 5678",
        "400-820-1234",
    ],
)
def test_a_telephone_number_is_told_in_each_common_form(text: str) -> None:
    assert is_telephone(text)
    assert names_a_number(text)
    assert text.startswith(("+", "00", "400", "０")) or text[4:10] not in shown(text)


@pytest.mark.parametrize(
    "text", ["62345678", "000000000123", "0086-000123", "2025-0731", "20250703"]
)
def test_a_number_without_an_area_code_is_no_telephone_number(text: str) -> None:
    assert not is_telephone(text)


@pytest.mark.parametrize("text", ["1.39123E+10", "1.10105E+17", "110105491231002"])
def test_what_a_spreadsheet_or_the_old_form_makes_of_a_number_is_told(text: str) -> None:
    assert names_a_number(text)


CODES = [
    "P0468",
    "a1f3-22",
    "种子-017",
    "甲01",
    "J05",
    "P-4f2a9c",
    "007",
    "0468",
    "2025-0017",
    "P20250000123",
]


@pytest.mark.parametrize("code", CODES)
def test_a_code_is_neither_number_nor_name(code: str) -> None:
    assert not names_a_number(code)
    assert names_in(code) == []
    assert names_in(*(f"{code}{i}" for i in range(50))) == []


@given(st.lists(st.text(), min_size=1, max_size=40), st.sampled_from([8, 12, 16, 32, 40, 64]))
def test_a_hash_is_neither_number_nor_name(words: list[str], length: int) -> None:
    hashes = [hashlib.sha256(word.encode()).hexdigest()[:length] for word in words]
    assume(not any(code.isdigit() for code in hashes))
    assert not any(map(names_a_number, hashes))
    assert names_in(*hashes) == []


@given(st.uuids())
def test_a_uuid_is_neither_number_nor_name(code: object) -> None:
    assert not names_a_number(str(code))
    assert names_in(str(code)) == []


codes = st.from_regex(r"[A-Z]{1,2}-?[0-9]{2,6}|[甲乙丙丁]-?[0-9]{2,4}", fullmatch=True)
chinese = st.builds(
    "{}{}".format,
    st.sampled_from(["张", "李", "王", "赵", "欧阳", "陳", "司马"]),
    st.text("三四五六七八九某", min_size=1, max_size=2),
)


@given(chinese, st.lists(codes, max_size=200))
def test_one_name_among_codes_is_found_and_no_code_with_it(name: str, others: list[str]) -> None:
    assert names_in(*others, name) == [name]
    spaced = f"{name[0]} {name[1:]}" if len(name) < 4 else name
    assert names_in(*others, f"{spaced}（书记）") == [f"{spaced}（书记）"]


@pytest.mark.parametrize(
    "name",
    [
        "张三",
        "李 四",
        "欧阳五",
        "王某某",
        "赵*",
        "陈×六",
        "古丽·买买提",
        "Jane Roe",
        "J. Doe",
        "ROE, Jane",
        "Jean-Luc d'Or",
    ],
)
def test_a_name_is_told_in_each_common_form(name: str) -> None:
    assert names_in(name) == [name]
    assert names_in(name, name + "x9", "P0468") == [name]


@pytest.mark.parametrize(
    "words",
    [
        ["第一书记", "空缺"],
        ["白河镇", "石桥村", "金华街道"],
        ["常委", "文书"],
        ["种子", "春苗", "石榴", "青松"],
        ["Judge A", "Judge B"],
        ["judge one", "judge two"],
        ["not known"],
        ["高新-001", "高新-002", "江城-001"],
        ["on leave", *(f"P{i:03d}" for i in range(20))],
        [f"王家村-{i}" for i in range(30)],
    ],
)
def test_words_that_are_no_names_pass(words: list[str]) -> None:
    assert names_in(*words) == []


def test_names_beside_codes_are_told_by_their_number() -> None:
    surnames, given_names = "张李王赵", "三四五六七"
    beside = [
        f"P{i:03d} {a}{b}" for i, (a, b) in enumerate((a, b) for a in surnames for b in given_names)
    ]
    assert names_in(*beside) == beside
    assert names_in(*(text[:4] for text in beside)) == []


def test_an_identity_number_in_any_text_is_found_among_any_number_of_others() -> None:
    for others in (["road lamp"] * 5000, [f"C{i:017d}" for i in range(5000)]):
        found = holding_identity(texts(*others, "see 11010519491231002X"))
        assert found.tolist() == [len(others)]
    assert holding_identity(texts("road lamp", "110105194912310021")).tolist() == []
    assert holding_identity(texts("990105194912310029" * 2)).tolist() == []


def test_case_numbers_of_region_day_and_serial_are_codes_though_one_in_eleven_checks() -> None:
    days = [dt.date(2025, 1, 1) + dt.timedelta(days=i) for i in range(50)]
    case_numbers = [f"420621{day:%Y%m%d}{serial:04d}" for day in days for serial in range(1, 41)]
    checking = sum(map(is_personal, case_numbers))
    assert 0.08 < checking / len(case_numbers) < 0.10
    assert holding_identity(texts(*case_numbers)).tolist() == []


def test_random_numbers_of_18_digits_are_codes() -> None:
    draw = random.Random(20260115)
    numbers = [f"{draw.randrange(10**17, 10**18)}" for _ in range(200_000)]
    # Some of so many are, by chance, all that an identity number is.
    born = [n for n in numbers if is_personal(n) and n[6:8] in ("19", "20")]
    assert born
    assert holding_identity(texts(*numbers)).tolist() == []


@given(st.lists(identities, min_size=1, max_size=20, unique=True))
def test_all_identity_numbers_are_found(numbers: list[str]) -> None:
    assert holding_identity(texts(*numbers)).tolist() == list(range(len(numbers)))
