"""The profile's document: what was written before a field existed is still read."""

import msgspec

from portal.directory.values import Profile, ProfilePicture, ProfileProduct


def test_documents_of_before_are_read() -> None:
    old = b'{"name":"A","products":[{"id":"a1","name":"Line","image":"k"}]}'
    assert msgspec.json.decode(old, type=Profile) == Profile(
        name="A", products=(ProfileProduct(id="a1", name="Line", image="k"),)
    )


def test_pictures_say_what_they_show() -> None:
    made = Profile(name="A", gallery=(ProfilePicture(id="p1", file="key", alt="The filling line"),))
    assert msgspec.json.decode(msgspec.json.encode(made), type=Profile) == made
