"""QR codes for documents and pages."""

import io

import segno

# Light modules around a code, as its standard wants.
_QUIET = 4


def drawn(payload: str) -> tuple[str, float]:
    """The code as SVG, with the light modules around it that scanners need, and how much of its width they take."""
    code = segno.make_qr(payload, error="m", boost_error=False)
    picture = io.BytesIO()
    code.save(picture, kind="svg", border=_QUIET, light="white", xmldecl=False)
    return picture.getvalue().decode(), _QUIET / code.symbol_size(border=_QUIET)[0]


def for_page(payload: str) -> str:
    """The code as SVG that takes the width it is given."""
    picture = io.BytesIO()
    code = segno.make_qr(payload, error="m", boost_error=False)
    code.save(picture, kind="svg", border=_QUIET, light="white", xmldecl=False, omitsize=True, svgclass=None)
    return picture.getvalue().decode()
