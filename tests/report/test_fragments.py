import pytest

from cxlib.errors import CxError
from cxlib.report.fragments import refuse_active


@pytest.mark.parametrize(
    "fragment",
    [
        "<script>alert(1)</script>",
        "<SCRIPT src=//x>",
        "<img src=x onerror=alert(1)>",
        "<p onclick='x()'>a</p>",
        "<svg onload=alert(1)>",
        "<svg><use href='https://example.org/a.svg#b'/></svg>",
        "<svg><animate attributeName=href></svg>",
        "<a href='javascript:alert(1)'>a</a>",
        "<a href=' JavaScript:alert(1)'>a</a>",
        "<a href='data:text/html,<script>'>a</a>",
        "<iframe srcdoc='x'></iframe>",
        "<form action=//x><input></form>",
        "<p style='background:url(https://example.org)'>a</p>",
        "<style>@import 'x'</style>",
        "<meta http-equiv=refresh content=0>",
        "<base href=//x>",
        "<link rel=stylesheet href=x>",
    ],
)
def test_active_fragments_are_refused(fragment):
    with pytest.raises(CxError, match="00_data_readiness: table 1"):
        refuse_active(fragment, "00_data_readiness: table 1")


@pytest.mark.parametrize(
    "fragment",
    [
        "<p>a &lt;script&gt; b</p>",
        '<a href="#decision">a</a>',
        '<a href="https://example.org">a</a>',
        '<a download="a.csv" href="data:text/csv;charset=utf-8;base64,QQ==">a</a>',
        '<svg><use href="#m1" style="fill:var(--cx-ink,#1c2733)"/><g clip-path="url(#p1)"/></svg>',
    ],
)
def test_what_the_house_makes_passes(fragment):
    refuse_active(fragment, "x")
