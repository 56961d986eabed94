"""Text from people: Markdown to safe HTML when it is written, slugs, plain excerpts."""

import html
import re
import unicodedata

import nh3
from markdown_it import MarkdownIt
from slugify import slugify

_MARKDOWN = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable("table")
_TAGS = {"p", "br", "strong", "b", "em", "i", "a", "ul", "ol", "li", "h3", "h4", "blockquote", "code", "pre", "hr",
         "table", "thead", "tbody", "tr", "th", "td"}  # fmt: skip
_BLANKS = re.compile(r"\s+")
_LINK = re.compile(r"://|www\.|[a-z0-9-]\.[a-z]{2,}/", re.IGNORECASE)


def slug(value: str, *, fallback: str = "item") -> str:
    """A lower-case ASCII path segment of at most 80 characters; `fallback` where nothing can be kept."""
    return slugify(value, max_length=80, word_boundary=True) or fallback


def safe_html(markdown: str) -> str:
    """Markdown (with stray HTML) as clean HTML. Called when text is stored, never when it is read."""
    raised = re.sub(r"(?m)^#{1,2}(?=\s)", "###", markdown)
    return nh3.clean(
        _MARKDOWN.render(raised),
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow ugc noopener",
    )


def plain(markup: str, *, limit: int = 300) -> str:
    """The words of HTML or Markdown on one line, cut at a word boundary with an ellipsis."""
    words = _BLANKS.sub(" ", html.unescape(nh3.clean(_MARKDOWN.render(markup), tags=set()))).strip()
    if len(words) <= limit:
        return words
    return words[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,.;:") + "…"


def one_line(value: str) -> str:
    """Typed text as it should be kept: NFC, no control characters, single spaces, trimmed."""
    if value.isprintable():
        return " ".join(unicodedata.normalize("NFC", value).split())
    shown = "".join(c if not unicodedata.category(c).startswith("C") or c in "\u200c\u200d" else " " for c in value)
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", shown)).strip()


def many_lines(value: str) -> str:
    """Like `one_line`, keeping line breaks (as LF) and at most one blank line in a row."""
    lines = [one_line(line) for line in value.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def folded(value: str) -> str:
    """For comparing: without case and accents."""
    apart = unicodedata.normalize("NFKD", value.casefold())
    return "".join(c for c in apart if not unicodedata.combining(c))


def name_fault(name: str) -> str:
    """Why a person's or company's name will not do; empty when it will. Mails to others open with it: it holds nothing to
    click on.
    """
    return "Please type a name only, without the address of a page." if _LINK.search(name) else ""
