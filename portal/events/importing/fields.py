"""Small readings that several formats share: text, links, languages, topics' proper names."""

import html
import re
from typing import Any

from babel import Locale

from portal.core.importing.values import Unreadable, shortened
from portal.core.text import one_line
from portal.events.rules import facts as fact_rules

TITLE, DESCRIPTION = 250, 20_000
_TOPICS = {
    "general": "Technology", "javascript": "JavaScript", "devops": "DevOps", "data": "Data", "ux": "UX",
    "security": "Security", "ruby": "Ruby", "networking": "Networking", "php": "PHP", "java": "Java",
    "android": "Android", "python": "Python", "ios": "iOS", "testing": "Testing", "dotnet": ".NET",
    "product": "Product management", "css": "CSS", "leadership": "Leadership", "api": "APIs",
    "golang": "Go", "opensource": "Open source", "graphql": "GraphQL", "iot": "Internet of things",
    "typescript": "TypeScript", "rust": "Rust", "elixir": "Elixir", "performance": "Performance",
    "sre": "Site reliability", "tech-comm": "Technical communication", "cpp": "C++", "kotlin": "Kotlin",
    "accessibility": "Accessibility", "scala": "Scala", "clojure": "Clojure", "identity": "Identity",
    "cfml": "CFML", "elm": "Elm", "haskell": "Haskell", "groovy": "Groovy", "ai": "AI",
    "ml": "Machine learning", "sql": "SQL", "qa": "QA",
}  # fmt: skip
_LANGUAGES_MEANT = {"jp": "ja", "ua": "uk", "cz": "cs", "gr": "el", "cn": "zh", "kr": "ko"}
_YES = {"true", "yes", "y", "1", "x", "ja", "oui", "si", "sí", "on"}
_NO = {"false", "no", "n", "0", "", "nein", "non", "off"}


def text_of(record: dict[str, Any], *names: str) -> str:
    """The first of these fields that holds text, tidied; whole numbers count as text."""
    for name in names:
        value = record.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if isinstance(value, str) and (line := one_line(value)):
            return line
    return ""


def title(value: Any, *, what: str = "title") -> str:
    """The title, or a refusal that says what is wrong with it."""
    if not isinstance(value, str):
        raise Unreadable(f"it has no {what}" if value is None else f"its {what} is not text: {shortened(value)}")
    line = one_line(html.unescape(value) if "&" in value else value)
    if not line:
        raise Unreadable(f"it has no {what}")
    if len(line) > TITLE:
        raise Unreadable(f"its {what} has {len(line):,} characters; at most {TITLE} can be shown")
    return line


def description(value: Any) -> str:
    """A text of many lines; one too long to be shown is refused rather than cut."""
    if not isinstance(value, str):
        return ""
    if len(value) > DESCRIPTION:
        raise Unreadable(f"its description has {len(value):,} characters; at most {DESCRIPTION:,} can be shown")
    return value


def link(value: Any, *, what: str = "address") -> str:
    """A web address, or `""` for none; anything that is no http or https address is refused."""
    if value is None or value == "":
        return ""
    if not isinstance(value, str):
        raise Unreadable(f"its {what} is not text: {shortened(value)}")
    address = value.strip()
    if not address:
        return ""
    if not re.match(r"https?://", address, re.IGNORECASE):
        bare = re.match(r"^(www\.)?[\w-]+(\.[\w-]+)+(/\S*)?$", address)
        if not bare:
            raise Unreadable(f"its {what} is not a web address: “{shortened(address)}”")
        address = f"https://{address}"
    if fault := fact_rules.url_fault(address):
        reason = "is longer than 1,000 characters" if "longer" in fault else "is not a web address"
        reason = "holds a name or password" if "password" in fault else reason
        raise Unreadable(f"its {what} {reason}: “{shortened(address)}”")
    return address


def bare_address(address: str) -> str:
    """An address for comparing: without scheme, `www.` and the last slash, its host in lower case."""
    host, slash, path = re.sub(r"^https?://(?:www\.)?", "", address, flags=re.IGNORECASE).partition("/")
    return f"{host.casefold()}{slash}{path}".rstrip("/")


def yes(value: Any, *, what: str = "field") -> bool:
    """A yes or no in the forms people write it."""
    if value is None or isinstance(value, bool):
        return bool(value)
    word = shortened(value).casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise Unreadable(f"its {what} is neither yes nor no: “{shortened(value)}”")


def topic(name: str) -> str:
    """A topic as it is properly written: `javascript` gives `JavaScript`."""
    line = one_line(name)
    known = _TOPICS.get(line.casefold())
    if known or not line or line != line.lower():
        return known or line
    return line[0].upper() + line[1:].replace("_", " ")


def topics(*names: str) -> tuple[str, ...]:
    """Proper names, each once, in the order given."""
    proper = (topic(name) for name in names if len(name) <= 80)
    return tuple({name.casefold(): name for name in proper if name}.values())[:12]


def languages(codes: str) -> str:
    """`EN,DE` gives `English, German`. Codes that mean no language are left out."""
    known = Locale("en").languages
    names = []
    for code in re.split(r"[,;/ ]+", codes[:100].casefold()):
        if name := known.get(_LANGUAGES_MEANT.get(code, code)):
            names.append(str(name))
    return ", ".join(dict.fromkeys(names))[:60]


def plain_as_markdown(value: str) -> str:
    """Plain text whose line breaks mean something, as Markdown that keeps them."""
    lines = value.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return re.sub(r"(?<!\n)\n(?!\n)", "  \n", "\n".join(line.rstrip() for line in lines)).strip()
