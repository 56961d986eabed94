"""What a process keeps of the database's answers."""

from portal.core.keeping import Kept


def test_of_a_key_one_version_is_kept_and_of_all_those_used_last(database: str) -> None:
    kept: Kept[str] = Kept(2)
    kept.put("a", "old", version=1)
    kept.put("b", "other")
    kept.put("a", "new", version=2)
    assert [kept.get("a", version=1), kept.get("a"), kept.get("b"), kept.get("a", version=2)] == [
        None,
        None,
        "other",
        "new",
    ]
    kept.put("c", "third")
    assert [kept.get("a", version=2), kept.get("b"), kept.get("c")] == ["new", None, "third"]
