"""Private files as answers: never stored by anybody in between, never indexed."""

from litestar.response import Response

_PRIVATE = {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex"}


def private_file(content: bytes, media_type: str, name: str) -> Response[bytes]:
    """A download called `name`."""
    return Response(
        content,
        media_type=media_type,
        headers={**_PRIVATE, "Content-Disposition": f'attachment; filename="{name}"'},
    )


def pdf_file(content: bytes, name: str) -> Response[bytes]:
    return private_file(content, "application/pdf", name)
