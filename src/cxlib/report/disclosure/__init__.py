"""Which cells of a table an audience may see, given everything this client has published before.

A row that speaks for fewer than `min_n` respondents is hidden, and so are as many further rows as it takes that no hidden one can be
computed from the others. What counts is respondents: a share that only a few of many gave (two of forty) has a large n and stays.

Model. The who columns divide respondents into atoms, one for each combination of levels; a published row tells a sum over its atoms
(n, and n times value). A cell can be computed when its atoms are a linear combination of published rows. Layers (a table's metrics with
equal n) are taken to be about the same respondents unless their n contradict each other; those that do are never combined. Who has a
level that a table does not list, or none, is an atom too, unless the listed cells add up to their margin; where no margin is known, both
worlds are searched. Columns that no cell is divided by together are searched apart: they tell each other only how many all are. A column
whose shares of the same respondents add up to one says what these answered, not who they are.

Searched: each cell with any conditions on the who columns, listed or not; what the computed parts of a cell leave of it; groups that follow
one unknown after the other. The audit also asks, by linear programming, between which two numbers of respondents each hidden cell must lie,
since nobody counts fewer than none. Not searched: other sums over several hidden cells, bounds of other numbers, differences between sets
of respondents beyond the same cell of the same metric, and what readers know from elsewhere.
"""

from __future__ import annotations

from cxlib.report.disclosure.auditing import audit
from cxlib.report.disclosure.cells import about, layers
from cxlib.report.disclosure.hiding import SUPPRESSED, protect
from cxlib.report.disclosure.register import Register

__all__ = ["SUPPRESSED", "Register", "about", "audit", "layers", "protect"]
