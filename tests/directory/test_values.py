"""The profile's document: what was written before a field existed is still read."""

from datetime import date

import msgspec
import pytest

from portal.directory.rules import profiles
from portal.directory.values import Profile, ProfilePicture, ProfileProduct


def test_documents_of_before_are_read() -> None:
    old = b'{"name":"A","products":[{"id":"a1","name":"Line","image":"k"}]}'
    assert msgspec.json.decode(old, type=Profile) == Profile(
        name="A", products=(ProfileProduct(id="a1", name="Line", image="k"),)
    )


def test_pictures_say_what_they_show() -> None:
    made = Profile(name="A", gallery=(ProfilePicture(id="p1", file="key", alt="The filling line"),))
    assert msgspec.json.decode(msgspec.json.encode(made), type=Profile) == made


@pytest.mark.parametrize(
    ("label", "url", "wrong"),
    [
        ("Book a visit", "https://isarwerk.example/visit", []),
        ("Book a visit", "", ["action_url"]),
        ("", "https://isarwerk.example/visit", ["action_label"]),
        ("Book a visit", "javascript:alert(1)", ["action_url"]),
        ("x" * 41, "https://isarwerk.example", ["action_label"]),
    ],
)
def test_a_button_of_their_own_has_words_and_a_web_address(label: str, url: str, wrong: list[str]) -> None:
    profile = Profile(name="Isarwerk", action_label=label, action_url=url)
    assert list(profiles.faults(profile, date(2026, 11, 28))) == wrong
