"""Three versions made one: nothing that does not clash is lost, whoever saves first, and however often."""

from datetime import date
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.directory.rules import wording
from portal.directory.rules.merging import ADDRESS, FIELDS, LISTS, TOGETHER, Merged, key_of, merge
from portal.directory.tables.companies import FactSource
from portal.directory.values import OtherName, Profile, ProfileContact, ProfileFact, ProfileSite

BASE = Profile(
    name="Isarwerk",
    tagline="Sterile filling.",
    contacts=(
        ProfileContact(id="a", name="Leonie", phone="1"),
        ProfileContact(id="b", name="Milan"),
        ProfileContact(id="c", name="Chiara"),
    ),
)
replace = msgspec.structs.replace
words = st.sampled_from(["", "x", "y", "z"])


def contacts(*pairs: tuple[str, str]) -> Profile:
    return replace(BASE, contacts=tuple(ProfileContact(id=key, name=name) for key, name in pairs))


def test_fields_that_differ_are_merged() -> None:
    mine = replace(BASE, tagline="Mine.")
    theirs = replace(BASE, city="Penzberg")
    merged = merge(BASE, mine, theirs)
    assert merged == merge(BASE, theirs, mine)
    assert (merged.profile, merged.clashes) == (replace(BASE, tagline="Mine.", city="Penzberg"), ())


def test_one_item_is_changed_by_both_in_different_fields() -> None:
    leonie, milan, chiara = BASE.contacts
    mine = replace(BASE, contacts=(replace(leonie, phone="2"), milan, chiara))
    theirs = replace(BASE, contacts=(replace(leonie, role="Sales"), milan))
    assert merge(BASE, mine, theirs).profile.contacts == (replace(leonie, phone="2", role="Sales"), milan)


def test_the_same_field_is_asked_about_and_stands_as_mine() -> None:
    mine, theirs = replace(BASE, tagline="Mine."), replace(BASE, tagline="Theirs.", city="Graz")
    merged = merge(BASE, mine, theirs)
    (clash,) = merged.clashes
    assert (clash.path, clash.was, clash.mine, clash.theirs) == ("tagline", "Sterile filling.", "Mine.", "Theirs.")
    assert merged.profile == replace(BASE, tagline="Mine.", city="Graz")
    for choice, text in (("mine", "Mine."), ("theirs", "Theirs."), ("was", "Sterile filling.")):
        decided = merge(BASE, mine, theirs, {"tagline": f"{choice}:{clash.seen}"})
        assert (decided.profile.tagline, decided.clashes) == (text, ())


def test_a_choice_against_another_version_does_not_count() -> None:
    mine, theirs = replace(BASE, tagline="Mine."), replace(BASE, tagline="Theirs.")
    seen = merge(BASE, mine, theirs).clashes[0].seen
    newer = replace(BASE, tagline="Newer.")
    for choice in (f"theirs:{seen}", "theirs", "theirs:", "", "nonsense:" + seen):
        assert [clash.theirs for clash in merge(BASE, mine, newer, {"tagline": choice}).clashes] == ["Newer."]


def test_removing_what_another_changed_is_asked_about() -> None:
    leonie, milan, chiara = BASE.contacts
    mine = replace(BASE, contacts=(milan, chiara))
    theirs = replace(BASE, contacts=(replace(leonie, phone="9"), milan, chiara))
    (clash,) = merge(BASE, mine, theirs).clashes
    assert (clash.path, clash.mine, clash.theirs["phone"]) == ("contacts.a", None, "9")
    kept = merge(BASE, mine, theirs, {"contacts.a": f"theirs:{clash.seen}"})
    assert [c.phone for c in kept.profile.contacts if c.id == "a"] == ["9"]
    (other,) = merge(BASE, theirs, mine).clashes
    assert other.theirs is None


def test_orders() -> None:
    start = contacts(("a", ""), ("b", ""), ("c", ""))
    moved = contacts(("c", ""), ("a", ""), ("b", ""))
    longer = contacts(("a", ""), ("n", ""), ("b", ""), ("c", ""))
    for merged in (merge(start, moved, longer), merge(start, longer, moved)):
        assert [c.id for c in merged.profile.contacts] == ["c", "a", "n", "b"]
    other = contacts(("b", ""), ("a", ""), ("c", ""))
    (clash,) = merge(start, moved, other).clashes
    assert (clash.path, clash.mine, clash.theirs) == ("contacts.order", ["c", "a", "b"], ["b", "a", "c"])
    decided = merge(start, moved, other, {"contacts.order": f"was:{clash.seen}"})
    assert [c.id for c in decided.profile.contacts] == ["a", "b", "c"]


def test_two_who_confirm_the_same_fact_are_not_asked() -> None:
    fact = ProfileFact(id="f", term="capability:vials", confirmed_on=date(2026, 1, 1))
    start = Profile(name="A", facts=(fact,))
    mine = replace(start, facts=(replace(fact, confirmed_on=date(2026, 5, 1), source=FactSource.EDITOR),))
    theirs = replace(start, facts=(replace(fact, confirmed_on=date(2026, 6, 1), value="2R"),))
    merged = merge(start, mine, theirs)
    assert merged.clashes == ()
    assert merged.profile.facts == (replace(fact, confirmed_on=date(2026, 6, 1), value="2R", source=FactSource.EDITOR),)


def items(kind: type[Any], **fields: Any) -> Any:
    """Lists of up to four items with ids from a small stock."""
    made = st.builds(kind, id=st.sampled_from("abcdef"), **fields)
    return st.lists(made, max_size=4, unique_by=lambda item: item.id).map(tuple)


profiles = st.builds(
    Profile,
    name=words, tagline=words, city=words, founded=st.sampled_from([None, 1, 2]),
    names=st.lists(st.builds(OtherName, words), max_size=2, unique_by=key_of).map(tuple),
    contacts=items(ProfileContact, name=words, role=words),
    sites=items(ProfileSite, city=words),
)  # fmt: skip


@settings(max_examples=80)
@given(profiles, profiles)
def test_one_side_alone_is_taken_as_it_is(base: Profile, changed: Profile) -> None:
    for merged in (merge(base, changed, base), merge(base, base, changed), merge(base, changed, changed)):
        assert (merged.profile, merged.clashes) == (changed, ())


@settings(max_examples=80)
@given(profiles, profiles, profiles)
def test_no_edit_that_does_not_clash_is_lost(base: Profile, mine: Profile, theirs: Profile) -> None:
    merged = merge(base, mine, theirs)
    asked = {clash.path for clash in merged.clashes}
    for name in FIELDS:
        if name in ADDRESS and "address" in asked:
            continue
        for side in (mine, theirs):
            if name not in asked and getattr(side, name) != getattr(base, name):
                assert getattr(merged.profile, name) == getattr(side, name)
    for of in LISTS:
        was, ours, others, kept = (
            {key_of(item): msgspec.structs.asdict(item) for item in getattr(profile, of)}
            for profile in (base, mine, theirs, merged.profile)
        )
        assert len(kept) == len(getattr(merged.profile, of))
        for side, other in ((ours, others), (others, ours)):
            for key in side.keys() | was.keys():
                path = f"{of}.{key}"
                if path in asked or any(p.startswith(f"{path}.") for p in asked) or side.get(key) == was.get(key):
                    continue
                if key not in side:
                    assert key not in kept
                elif key in was and key in other:
                    changed = {f for f in side[key] if side[key][f] != was[key][f]}
                    assert {f: kept[key][f] for f in changed} == {f: side[key][f] for f in changed}
                else:
                    assert {f for f in side[key] if kept[key][f] == side[key][f]} == set(side[key])


@settings(max_examples=80)
@given(profiles, profiles, profiles)
def test_both_sides_are_asked_the_same_and_get_the_same(base: Profile, mine: Profile, theirs: Profile) -> None:
    one, other = merge(base, mine, theirs), merge(base, theirs, mine)
    assert sorted((c.path, c.was, c.mine, c.theirs) for c in one.clashes) == sorted(
        (c.path, c.was, c.theirs, c.mine) for c in other.clashes
    )
    if not one.clashes:
        assert one.profile == other.profile
        assert merge(base, one.profile, theirs).profile == one.profile
        assert merge(base, one.profile, mine).profile == one.profile


@settings(max_examples=80)
@given(profiles, profiles, profiles, st.sampled_from(["mine", "theirs", "was"]))
def test_every_question_can_be_answered(base: Profile, mine: Profile, theirs: Profile, choice: str) -> None:
    asked = merge(base, mine, theirs).clashes
    decided = merge(base, mine, theirs, {clash.path: f"{choice}:{clash.seen}" for clash in asked})
    assert decided.clashes == ()


def test_every_part_of_a_profile_is_merged_and_named() -> None:
    lists = {info.name for info in msgspec.structs.fields(Profile) if info.default == ()}
    assert lists == set(LISTS) == set(wording.NOUNS)
    assert {*FIELDS, "position", "address"} == set(wording.FIELD_NAMES)
    named = {name for kind in LISTS.values() for name in kind.__struct_fields__} - {"id"}
    assert named | {together for together, _ in TOGETHER.values()} <= set(wording.ITEM_FIELDS)


def test_half_an_address_of_each_is_asked_about() -> None:
    start = Profile(
        name="A", street="Old 1", postal_code="1010", city="Wien", country="AT", latitude=48.2, longitude=16.3
    )
    mine = replace(start, street="Neu 5", postal_code="1090")
    theirs = replace(start, city="Graz", latitude=47.0, longitude=15.0)
    merged = merge(start, mine, theirs)
    (clash,) = merged.clashes
    assert (clash.path, merged.profile) == ("address", mine)
    for choice, stands in (("mine", mine), ("theirs", theirs), ("was", start)):
        assert merge(start, mine, theirs, {"address": f"{choice}:{clash.seen}"}) == Merged(stands)
    asked = wording.question(clash, wording.Known(), [start])
    assert (asked.label, asked.mine.split("\n")[:2]) == ("Address", ["street: Neu 5", "postal code: 1090"])
    assert "place on the map: 47.0000, 15.0000" in asked.theirs
    assert merge(start, mine, replace(start, tagline="T")).profile == replace(mine, tagline="T")
    assert merge(start, mine, replace(mine, latitude=48.3)).profile.latitude == 48.3
    sited = Profile(name="A", sites=(ProfileSite(id="s", street="Old 1", city="Wien"),))
    moved, renamed = (
        replace(sited, sites=(replace(sited.sites[0], **change),)) for change in ({"street": "Neu 5"}, {"city": "Graz"})
    )
    assert [c.path for c in merge(sited, moved, renamed).clashes] == ["sites.s.address"]


def test_half_a_certificate_of_each_is_asked_about() -> None:
    """One says that it is another certificate, another renews the old one: together they said what nobody did."""
    fact = ProfileFact(id="f", term="certificate:gmp", reference="R1", expires_on=date(2026, 1, 1), detail="Line 1")
    start = Profile(name="A", facts=(fact,))
    mine = replace(start, facts=(replace(fact, term="certificate:iso-9001"),))
    theirs = replace(start, facts=(replace(fact, reference="R2", expires_on=date(2028, 1, 1), detail="Line 2"),))
    merged = merge(start, mine, theirs)
    (clash,) = merged.clashes
    assert (clash.path, merged.profile.facts[0].expires_on) == ("facts.f.statement", date(2026, 1, 1))
    assert merged.profile.facts[0].detail == "Line 2"
    taken = merge(start, mine, theirs, {clash.path: f"theirs:{clash.seen}"})
    assert taken == Merged(theirs)
    asked = wording.question(clash, wording.Known({"certificate:gmp": "GMP"}), [start])
    assert asked.label == "Certificate “GMP”: what it says"
    assert "expiry: 1 January 2028" in asked.theirs
