"""The logo: carried in the page, refused where it is none."""

import pytest

from cxlib.errors import ParamsError
from cxlib.report.logo import logo_uri

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 10


@pytest.fixture
def put(tmp_path):
    def make(name, content):
        (tmp_path / "acme").mkdir(exist_ok=True)
        path = tmp_path / "acme" / name
        path.write_bytes(content)
        return path

    return make


def test_a_picture_is_carried_in_the_page(put):
    assert logo_uri(put("logo.png", PNG)).startswith("data:image/png;base64,iVBORw0KGgow")
    assert logo_uri(put("logo.SVG", b"\xef\xbb\xbf<?xml?><svg/>")).startswith("data:image/svg+xml;base64,")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("logo.png", b"GIF89a", "branding.logo: data/acme/logo.png: is no picture of the kind that its ending says (.png)."),
        ("logo.jpg", PNG, "branding.logo: data/acme/logo.jpg: is no picture of the kind that its ending says (.jpg)."),
        ("logo.png", PNG * 9000, "branding.logo: data/acme/logo.png: has 158 KiB, and stands on every page. At most 60 KiB."),
    ],
)
def test_what_is_no_logo_is_refused(put, name, content, message):
    with pytest.raises(ParamsError) as refusal:
        logo_uri(put(name, content))
    assert str(refusal.value) == message


def test_a_logo_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ParamsError) as refusal:
        logo_uri(tmp_path / "acme" / "logo.png")
    assert str(refusal.value) == ("branding.logo: data/acme/logo.png: there is no such file. Put it beside raw/, or leave the key out.")
