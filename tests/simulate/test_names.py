"""Fictional names: there is one for everybody, and none gives away a way to reach anybody."""

import re

import numpy as np

from cxlib.simulate.names import company_names, person_names
from cxlib.simulate.people import SEGMENTS


def test_everybody_has_a_name_of_two_words():
    rng = np.random.default_rng(1)
    names = person_names(rng, rng.choice(["de", "en", "nl", "pl"], 2000))
    assert all(re.fullmatch(r"\w+ \w+", name) for name in names)
    assert len(set(names)) > 1500


def test_companies_are_called_after_what_they_do():
    rng = np.random.default_rng(2)
    segment = rng.choice(list(SEGMENTS), 2000)
    names = company_names(rng, segment, rng.choice(["de", "en", "nl", "pl"], 2000))
    assert len(set(names)) > 1500
    assert not any(re.search(r"\d|@", name) for name in names)
    assert all(not name.endswith(("GmbH", "KG", "Ltd")) for name in names[segment == "workshop"])
