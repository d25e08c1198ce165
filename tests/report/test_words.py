"""Both languages say the same things, every key that is asked for exists, and every indicator has its words."""

import re
import string
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from seedmetrics.errors import SeedmetricsError
from seedmetrics.indicators import MECHANISMS, find_indicator, indicator_names
from seedmetrics.report.words import FOLDER, KINDS, Amount, Words, catalogue

REPORT = FOLDER.parent
PLURALS = {"one", "other"}


def flat(table: Mapping, prefix: str = "") -> dict[str, str]:
    found = {}
    for key, value in table.items():
        if isinstance(value, Mapping) and not set(value) <= PLURALS:
            found |= flat(value, f"{prefix}{key}.")
        else:
            texts = value.values() if isinstance(value, Mapping) else [value]
            found[f"{prefix}{key}"] = "\n".join(texts)
    return found


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


EN, ZH = flat(catalogue("en")), flat(catalogue("zh"))


def test_both_languages_have_the_same_keys():
    assert set(EN) == set(ZH)


@pytest.mark.parametrize("key", sorted(EN))
def test_both_languages_fill_in_the_same(key):
    # "number" of something may be spelled in one language and written in digits by {count} in the other.
    one, other = placeholders(EN[key]), placeholders(ZH[key])
    assert one - {"count"} <= other | {"best"}, "English names what Chinese does not"
    assert other - {"count"} <= one, "Chinese names what English does not"


def test_every_key_that_is_asked_for_exists():
    asked = set()
    for file in [*REPORT.rglob("*.py"), *REPORT.rglob("*.j2")]:
        text = file.read_text("utf-8")
        asked |= set(re.findall(r"""(?:words|w)\(\s*["']([a-z_]+\.[a-z_]+)["']""", text))
    begun = {
        key for key in asked if key.endswith("_")
    }  # the rest of these is made when it is asked
    assert len(asked) > 150
    assert asked - begun <= set(EN), asked - begun - set(EN)
    assert all(any(key.startswith(part) for key in EN) for part in begun)


def test_no_key_is_left_over():
    code = "\n".join(f.read_text("utf-8") for f in [*REPORT.rglob("*.py"), *REPORT.rglob("*.j2")])
    made = set(re.findall(r"""["']([a-z_]+\.[a-z_]*)(?:\{|["']\s*~)""", code))
    left = {
        key
        for key in EN
        if f'"{key}"' not in code
        and f"'{key}'" not in code
        and not any(key.startswith(p) for p in made)
    }
    assert left == set()


def test_chinese_uses_full_width_punctuation():
    for key, text in ZH.items():
        if key.startswith("number.") or key in {"made.version", "list.dot"}:
            continue
        bare = re.sub(r"\{[a-z_]+\}|ICC\(2,1\)|tables/problems\.csv", "", text)
        assert not re.search(r"[一-鿿][,;:!?()]|[,;:!?()][一-鿿]", bare), (key, text)


def test_no_file_of_words_has_a_key_twice():
    for name in ("en", "zh", "indicators", "mechanisms", "problems"):
        tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))


# What a module of the package registers; tests and docstrings may register others.
MODULES = {module.__name__.rsplit(".", 1)[1] for module in MECHANISMS}
REGISTERED = [name for name in indicator_names() if name.partition(".")[0] in MODULES]
INDICATORS = {
    f"{module}.{quantity}": entry
    for module, entries in catalogue("indicators").items()
    for quantity, entry in entries.items()
}
TEXTS = {"label", "definition", "counts", "step", "step_one"}


def test_every_indicator_has_words():
    assert set(REGISTERED) <= set(INDICATORS)


def test_no_words_are_left_over_from_an_indicator_that_is_gone():
    assert {name for name in INDICATORS if name.partition(".")[0] in MODULES} <= set(REGISTERED)


@pytest.mark.parametrize("name", sorted(INDICATORS))
def test_every_indicator_has_a_label_and_a_definition_in_both_languages(name):
    entry = INDICATORS[name]
    assert set(entry) == {"kind", "en", "zh"}
    for language, longest in (("en", 40), ("zh", 16)):
        words = Words(language).indicator(name)
        assert set(entry[language]) <= TEXTS
        assert 0 < len(words.label) <= longest
        assert words.definition.endswith(Words(language)("list.stop"))
        assert words.kind in KINDS


@pytest.mark.parametrize("name", sorted(INDICATORS))
def test_a_value_that_is_no_share_says_what_it_rests_on(name):
    for language in ("en", "zh"):
        words = Words(language).indicator(name)
        wanted = set() if words.kind == "share" else {"numerator", "denominator"}
        assert placeholders(words.counts) == wanted


@pytest.mark.parametrize("name", sorted(INDICATORS))
def test_a_step_is_said_in_both_languages_and_counted(name):
    english, chinese = (Words(language).indicator(name) for language in ("en", "zh"))
    assert bool(english.step) == bool(chinese.step)
    assert placeholders(english.step) == placeholders(chinese.step) <= {"count"}


@pytest.mark.parametrize("name", REGISTERED)
def test_what_is_written_as_a_share_is_one(name):
    assert find_indicator(name).share == (INDICATORS[name]["kind"] == "share")


def test_each_of_the_twenty_mechanisms_has_its_words():
    mechanisms = catalogue("mechanisms")
    assert sorted(entry["number"] for entry in mechanisms.values()) == list(range(1, 21))
    assert set(mechanisms) == set(catalogue("indicators"))
    for module, entry in mechanisms.items():
        assert set(entry) == {"number", "term", "en", "zh"}
        assert re.search("[一-鿿]", entry["term"])
        for language in ("en", "zh"):
            words = Words(language).mechanism(module)
            assert 0 < len(words.title) <= 40
            assert words.about.endswith(Words(language)("list.stop"))


def said(language: str) -> list[str]:
    """Return all texts about indicators and mechanisms in one language."""
    entries = [*INDICATORS.values(), *catalogue("mechanisms").values()]
    return [text for entry in entries for text in entry[language].values()]


def test_chinese_of_indicators_and_mechanisms_uses_full_width_punctuation():
    for text in [*said("zh"), *(entry["term"] for entry in catalogue("mechanisms").values())]:
        assert not re.search(r"[一-鿿][,;:!?()]|[,;:!?()][一-鿿]", text), text


def test_english_of_indicators_and_mechanisms_has_no_chinese_in_it():
    for text in said("en"):
        assert not re.search("[一-鿿。，；：]", text), text


def test_a_module_from_outside_is_headed_by_its_name():
    words = Words("zh").mechanism("our_own")
    assert (words.title, words.number, words.about, words.term) == ("Our own", 0, "", "")


def test_an_amount_agrees_with_its_noun():
    phrase = Words("en").indicator("village_stars.mean_stars").counts
    one = phrase.format(numerator=Amount("1", 1), denominator=Amount("1", 1))
    many = phrase.format(numerator=Amount("1,034", 1034), denominator=Amount("10", 10))
    assert one.replace("\xa0", " ") == "1 star, 1 village"
    assert many.replace("\xa0", " ") == "1,034 stars, 10 villages"
    assert f"{Amount('7', 7):fish}" == "7\xa0fish"


def test_an_indicator_that_is_not_known_is_shown_by_its_name():
    assert Words("en").indicator("our_own.street_lamps_lit").label == "Street lamps lit"


def test_the_plan_s_own_title_goes_before_the_catalogue():
    assert (
        Words("zh").indicator("hotline.closure_rate", {"en": "Done", "zh": "办完"}).label == "办完"
    )


def test_plurals_are_picked_by_count():
    words = Words("en")
    assert words("out.refused", count=1) == "1 row refused"
    assert words("out.refused", count=1200) == "1,200 rows refused"


def test_lists_are_joined_as_each_language_does():
    assert Words("en").join(["a", "b", "c"]) == "a, b and c"
    assert Words("en").join(["a", "b", "c", "d", "e"], most=2) == "a, b and 3 more"
    assert Words("zh").join(["甲", "乙", "丙"]) == "甲、乙、丙"
    assert Words("en").join([]) == ""


def test_a_language_that_is_not_there_is_refused():
    with pytest.raises(SeedmetricsError, match="'en' or 'zh', got 'fr'"):
        Words("fr")


def test_no_words_stand_in_code():
    """Chinese characters in the code are what Chinese numerals need, and examples; nothing else."""
    for file in REPORT.rglob("*.py"):
        code = re.sub(r'""".*?"""|#.*', "", Path(file).read_text("utf-8"), flags=re.DOTALL)
        found = set(re.findall(r"[一-鿿“”]", code))
        assert found <= set("第名“”一鿿"), (file.name, found)
