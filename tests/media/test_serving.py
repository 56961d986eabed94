"""Files as browsers get them: headers, parts, private ones, addresses that lead nowhere; and forms with files."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
import msgspec
import pytest
from litestar import Litestar, Request, post
from litestar.response import Response

from portal import app as portal_app
from portal import wiring
from portal.accounts.actors import PORTAL
from portal.accounts.guards import actor_of
from portal.core import clock
from portal.core.errors import Invalid
from portal.core.settings import Settings
from portal.media import pages
from portal.media.flows import Media
from portal.media.tables import FileKind, Visibility
from portal.media.values import File, Owner, Rendition
from portal.web import forms
from portal.web.rendering import environment
from tests.accounts.conftest import PASSWORD, account
from tests.conftest import _alive, browser
from tests.media import made

BRENN = Owner("company", "7")
PDF = made.pdf(2)


class Sent(msgspec.Struct):
    """A form with files, as pages declare them."""

    name: Annotated[str, forms.field("Name", max_length=20)]
    logo: Annotated[forms.Upload, forms.field("Logo", kind="file")]
    papers: Annotated[list[forms.Upload], forms.field("Documents", kind="file", max_length=2)] = []


@post("/try-files", opt={"public": True}, request_max_body_size=3_000_000, status_code=200)
async def try_files(request: Request[Any, Any, Any], media: pages.MediaStore) -> Response[str]:
    form = await forms.read(request, Sent)
    if form.data is not None:
        try:
            logo = await media.store_image(form.data.logo, owner=BRENN, actor=PORTAL, now=clock.now())
            for paper in form.data.papers:
                await media.store_document(paper, owner=BRENN, actor=PORTAL, now=clock.now())
            return Response(logo.address)
        except Invalid as refused:
            form = form.refuse(refused)
    field = environment().from_string(
        "{{ forms.input(form, 'name', 'Name') }}{{ forms.file(form, 'logo', 'Logo') }}"
        "{{ forms.file(form, 'papers', 'Documents') }}"
    )
    return Response(field.render(form=form), status_code=422, media_type="text/html")


async def _only_amara(file: File, request: Request[Any, Any, Any]) -> bool:
    actor = await actor_of(request)
    return actor is not None and actor.name == "Amara"


@pytest.fixture(scope="module")
def portal(module_patch: pytest.MonkeyPatch) -> Litestar:
    """The portal with a form that takes files and a package that owns private ones."""
    routers = wiring.routers
    module_patch.setattr(wiring, "media_readers", lambda: {"company": _only_amara})
    module_patch.setattr(wiring, "routers", lambda made: [*routers(made), try_files])
    return portal_app.create_app(Settings(media_url="memory:///"))


@pytest.fixture(scope="module")
def module_patch() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture
async def visitor(portal: Litestar, database: str) -> AsyncIterator[httpx.AsyncClient]:
    async with _alive(portal), browser(portal) as client:
        yield client


@pytest.fixture
def media(portal: Litestar) -> Media:
    kept: Media = portal.state.services.media
    return kept


async def document(media: Media, name: str = "Price list.pdf", content: bytes = PDF, **more: Any) -> File:
    return await media.store_document(made.upload(content, name), owner=BRENN, actor=PORTAL, now=clock.now(), **more)


async def test_public_pictures_are_kept_by_browsers_for_ever(visitor: httpx.AsyncClient, media: Media) -> None:
    file = await media.store_image(made.upload(made.saved(made.logo())), owner=BRENN, actor=PORTAL, now=clock.now())
    answer = await visitor.get(file.at_least(300))
    assert (answer.status_code, answer.url.path) == (200, f"/media/{file.key}/320.webp")
    assert made.opened(answer.content).size == (320, 160)
    told = answer.headers
    assert (told["content-type"], told["cache-control"]) == ("image/webp", "public, max-age=31536000, immutable")
    assert (told["x-content-type-options"], told["content-disposition"][:7]) == ("nosniff", "inline;")
    assert told.get_list("content-security-policy") == [
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox allow-downloads"
    ]
    assert int(told["content-length"]) == len(answer.content)
    again = await visitor.get(file.at_least(300), headers={"If-None-Match": told["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = await visitor.head(file.at_least(300))
    assert (head.status_code, head.headers["content-length"], head.content) == (200, told["content-length"], b"")


@pytest.mark.parametrize(
    ("name", "content", "how"),
    [
        ("Preis „Liste“ 2027.pdf", PDF, "inline"),
        ("a.docx", made.docx(), "attachment"),
        ("../../etc/pass\r\nwd\0.txt", b"words", "attachment"),
        ('"><script>alert(1)</script>.csv', b"a;b", "attachment"),
        ("\u202efdp.exe\u202c.txt", b"words", "attachment"),
        ("x" * 400 + ".pdf", PDF, "inline"),
    ],
)
async def test_documents_go_out_under_their_names(
    visitor: httpx.AsyncClient, media: Media, name: str, content: bytes, how: str
) -> None:
    file = await document(media, name, content)
    assert len(file.name) <= 200
    assert set(file.name).isdisjoint('/\\\r\n\0"<>\u202e')
    answer = await visitor.get(file.address)
    assert (answer.status_code, answer.content) == (200, content)
    assert answer.headers["content-type"].count("charset") == (name.rpartition(".")[2] in {"txt", "csv"})
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith(f"{how}; filename=\"{file.renditions[0].name}\"; filename*=UTF-8''")
    assert set(disposition).isdisjoint("\r\n<>")
    assert file.renditions[0].name.rpartition(".")[2] == name.rpartition(".")[2]


@pytest.mark.parametrize(
    ("asked", "status", "start", "end"),
    [
        ("bytes=0-9", 206, 0, 10), ("bytes=5-", 206, 5, None), ("bytes=-7", 206, -7, None), ("bytes=0-999999", 206, 0, None),
        ("bytes=-999999", 206, 0, None), ("bytes=999999-", 416, 0, 0), ("bytes=-0", 416, 0, 0), ("bytes=9-5", 200, 0, None),
        ("bytes=0-1,4-5", 200, 0, None), ("bytes=-", 200, 0, None), ("lines=1-2", 200, 0, None), ("bytes=x-y", 200, 0, None),
        ("bytes=" + "9" * 40 + "-", 200, 0, None),
    ],
)  # fmt: skip
async def test_parts(
    visitor: httpx.AsyncClient, media: Media, asked: str, status: int, start: int, end: int | None
) -> None:
    file = await document(media)
    answer = await visitor.get(file.address, headers={"Range": asked})
    assert (answer.status_code, answer.content) == (status, PDF[start:end])
    if status == 206:
        first = start % len(PDF)
        assert answer.headers["content-range"] == f"bytes {first}-{first + len(answer.content) - 1}/{len(PDF)}"
        assert answer.headers["content-length"] == str(len(answer.content))
        changed = await visitor.get(file.address, headers={"Range": asked, "If-Range": '"other"'})
        assert (changed.status_code, changed.content) == (200, PDF)
    if status == 416:
        assert answer.headers["content-range"] == f"bytes */{len(PDF)}"


async def test_private_files_are_for_whom_their_owner_lets(visitor: httpx.AsyncClient, media: Media) -> None:
    file = await document(media, visibility=Visibility.PRIVATE)
    foreign = await media.store_document(
        made.upload(PDF, "a.pdf"),
        owner=Owner("enquiry", "7"),
        actor=PORTAL,
        now=clock.now(),
        visibility=Visibility.PRIVATE,
    )
    waiting = await media.store_document(
        made.upload(PDF, "a.pdf"), owner=Owner("company"), actor=PORTAL, now=clock.now(), visibility=Visibility.PRIVATE
    )
    refused = await visitor.get(file.address)
    nowhere = await visitor.get("/media/nothing/price-list.pdf")
    assert (refused.status_code, nowhere.status_code) == (404, 404)
    assert refused.text.replace(file.key, "nothing") == nowhere.text
    etag = (await visitor.get(foreign.address)).headers.get("etag", '""')
    assert (await visitor.get(file.address, headers={"If-None-Match": etag, "Range": "bytes=0-1"})).status_code == 404
    await account("mallory@other.example", "Mallory")
    await account("amara@brennhof.example", "Amara")
    for email, status in (("mallory@other.example", 404), ("amara@brennhof.example", 200)):
        visitor.cookies.clear()
        signed = await visitor.post("/account/sign-in", data={"email": email, "password": PASSWORD})
        assert signed.status_code == 303
        answer = await visitor.get(file.address)
        assert answer.status_code == status
        assert answer.headers["cache-control"] in ("private, no-store", "no-store")
        # No package answers for these, or nobody owns them yet.
        assert [(await visitor.get(other.address)).status_code for other in (foreign, waiting)] == [404, 404]


@pytest.mark.parametrize(
    "path",
    [
        "x",
        "96.webp",
        "price-list.pdf.html",
        "..%2f..%2fetc%2fpasswd",
        "%2e%2e/%2e%2e/etc/passwd",
        "%00",
        "%ff",
        "a/b",
        "",
    ],
)
async def test_addresses_that_lead_nowhere(visitor: httpx.AsyncClient, media: Media, path: str) -> None:
    file = await document(media)
    assert (await visitor.get(f"/media/{file.key}/{path}")).status_code in (400, 404)
    assert (await visitor.get(f"/media/{path}/price-list.pdf")).status_code in (400, 404)


async def test_a_form_with_files(visitor: httpx.AsyncClient, media: Media) -> None:
    logo = ("logo", ("Logo.png", made.saved(made.logo()), "image/png"))
    paper = ("papers", ("a.pdf", PDF, "application/pdf"))
    answer = await visitor.post("/try-files", data={"name": "Brennhof"}, files=[logo, paper, paper])
    assert (answer.status_code, answer.text[:7]) == (200, "/media/")
    refused = [
        ([logo], {"name": "x" * 30}, "Please keep this under 20 characters", "Please choose Logo.png again"),
        ([], {"name": "Brennhof"}, "Please choose a file.", 'value="Brennhof"'),
        ([logo, logo], {"name": "Brennhof"}, "Please choose one file.", 'value="Brennhof"'),
        ([logo, paper, paper, paper], {"name": "Brennhof"}, "Please choose 2 files at most.", 'value="Brennhof"'),
        ([("logo", ("<b>.png", b"no", "image/png"))], {"name": "Brennhof"}, "not a picture", "&lt;b&gt;.png again"),
        ([("logo", ("", b"", "application/octet-stream"))], {"name": "Brennhof"}, "Please choose a file.", "Brennhof"),
        ([logo, ("papers", ("a.exe", b"MZ", "application/pdf"))], {"name": "Brennhof"}, "Please choose a PDF", "a.exe again"),
    ]  # fmt: skip
    for files, typed, message, shown in refused:
        answer = await visitor.post("/try-files", data=typed, files=files or [("other", ("x", b"x"))])
        assert answer.status_code == 422
        assert message in answer.text
        assert shown in answer.text


async def test_bodies_too_large_are_cut_off(visitor: httpx.AsyncClient) -> None:
    huge = [("logo", ("a.png", b"x" * 3_100_000, "image/png"))]
    answer = await visitor.post("/try-files", data={"name": "Brennhof"}, files=huge)
    assert answer.status_code == 413
    assert "send less at once" in answer.text


def test_pictures_keep_their_place_in_the_page() -> None:
    sides = [(96, 48), (320, 160)]
    renditions = tuple(Rendition(f"{width}.webp", "image/webp", 1, width, height) for width, height in sides)
    file = File(
        "k", FileKind.IMAGE, "l.png", "image/png", 1, 320, 160, None, BRENN, Visibility.PUBLIC, renditions
    )  # fmt: skip
    made_tag = environment().from_string("{{ pictures.picture(file, '20rem', 'A \"logo\"') }}").render(file=file)
    assert made_tag == (
        '<img src="/media/k/320.webp" srcset="/media/k/96.webp 96w, /media/k/320.webp 320w" sizes="20rem" '
        'alt="A &#34;logo&#34;" width="320" height="160" loading="lazy" decoding="async">'
    )
