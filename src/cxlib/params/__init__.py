"""params/<client>.yml → Params: what differs from client to client, typed and frozen.

The file is read with a safe YAML loader, so that nothing in it runs, and every key is known: a misspelt one is refused with
its place, what was seen and the nearest right word. All problems of a file come at once.
"""

from cxlib.params.model import DURATION_UNITS, Branding, Feature, Item, Params, Period, ReasonValues, Release, Scale, Source, Taxonomy
from cxlib.params.reading import client_id, composed, load, plain_yaml, project_root, schema, worded_errors

__all__ = [
    "DURATION_UNITS",
    "Branding",
    "Feature",
    "Item",
    "Params",
    "Period",
    "ReasonValues",
    "Release",
    "Scale",
    "Source",
    "Taxonomy",
    "client_id",
    "composed",
    "load",
    "plain_yaml",
    "project_root",
    "schema",
    "worded_errors",
]
