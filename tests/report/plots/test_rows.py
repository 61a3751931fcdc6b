import pytest

from cxlib.errors import CxError
from cxlib.report.plots.sheet import unit_of
