"""Whatever a header is, YAML reads it back as it was, and a comment stays a comment."""

from __future__ import annotations

import yaml
from hypothesis import given
from hypothesis import strategies as st

from cxlib.intake.draft.written import flow, line, scalar, shown

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cn", "Co"]), max_size=30)


@given(TEXT)
def test_a_text_is_read_back(text):
    assert yaml.safe_load(f"x: {scalar(text)}\n") == {"x": text}
    assert yaml.safe_load(f"{flow({text: text})}") == {text: text}


@given(TEXT)
def test_a_comment_ends_nowhere_but_at_the_end_of_its_line(text):
    told = line(2, "key", "1", shown(text))
    assert "\n" not in told
    assert yaml.safe_load(told) == {"key": 1}


def test_words_that_yaml_reads_otherwise_are_quoted():
    assert [scalar(word) for word in ("no", "Null", "1e3", "!guess", "a #b", "*x", "2025-01-01")] == [
        '"no"', '"Null"', '"1e3"', '"!guess"', '"a #b"', '"*x"', '"2025-01-01"',
    ]  # fmt: skip
