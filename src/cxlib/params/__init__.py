"""params/<client>.yml → Params: what differs from client to client, typed and frozen.

The file is read with a safe YAML loader, so that nothing in it runs, and every key is known: a misspelt one is refused with
its place, what was seen and the nearest right word. All problems of a file come at once.
"""

from cxlib.params.model import DURATION_UNITS, Branding, Feature, Item, Params, Period, Release, Scale, Source
from cxlib.params.reading import client_id, load, project_root, schema

__all__ = [
    "DURATION_UNITS",
    "Branding",
    "Feature",
    "Item",
    "Params",
    "Period",
    "Release",
    "Scale",
    "Source",
    "client_id",
    "load",
    "project_root",
    "schema",
]
