"""Listing folders, on volumes that were cut off in the middle of their work and on forged ones."""

from __future__ import annotations

from collections.abc import Iterator

from snapkeep.domain.files.limits import FileLimits
from snapkeep.domain.files.requests import QuestionKind
from snapkeep.domain.files.results import ListedEntry, Listing
from snapkeep.domain.proof.files import FileEntry, FileKind, FileSystemFacts
from snapkeep.services.files.list_folder import MOST_BYTES
from snapkeep_filesystems.volume import Image
from tests.fakes.file_samples import HOSTILE
from tests.fakes.file_systems import ForgedFileSystem, ForgedFileSystems, a_file, a_folder
from tests.unit.snapkeep.services.files.conftest import Crashed, Shelf

LS = QuestionKind.LS


def forged(*names: str, **changes: object) -> Shelf:
    system = ForgedFileSystem({"/": [a_file(name) for name in names]}, **changes)  # type: ignore[arg-type]
    return Shelf(Image(bytes(2**20)), file_systems=ForgedFileSystems(system))


def listed(shelf: Shelf, path: str = "/", limits: FileLimits | None = None) -> Listing:
    answer = shelf.ask(LS, path, limits=limits)
    assert isinstance(answer, Listing)
    return answer


def names(listing: Listing) -> list[str]:
    return [each.entry.name for each in listing.entries]


def test_a_folder_is_listed_as_the_kernel_recovers_it(crashed: Crashed) -> None:
    shelf = Shelf(crashed.volume)
    found = listed(shelf)
    true = sorted(path[1:] for path in crashed.entries if path.rpartition("/")[0] == "")
    assert [name for name in names(found) if name != "lost+found"] == true
    assert "transactions in its log are included" in found.log and not found.left_out


def test_a_single_transaction_in_the_log_is_named_in_the_singular() -> None:
    facts = FileSystemFacts("ext4", 2**30, 2**29, "f00d", "", transactions=1)
    assert listed(forged("a", facts=facts)).log.endswith(": the transaction in its log is included")


def test_links_say_where_they_lead(crashed: Crashed) -> None:
    path, target = next((path, entry[1]) for path, entry in crashed.entries.items() if entry[0] == "link")
    (alone,) = listed(Shelf(crashed.volume), path).entries
    assert (alone.entry.kind, alone.target) == (FileKind.LINK, target)


def test_a_file_is_listed_alone(crashed: Crashed) -> None:
    path = crashed.files()[0]
    (alone,) = listed(Shelf(crashed.volume), path).entries
    assert (alone.entry.name, alone.entry.size) == (path.rpartition("/")[2], crashed.entries[path][1])


def test_what_is_not_there_is_not_found(crashed: Crashed) -> None:
    kind, reason, fix = Shelf(crashed.volume).refusal(LS, "/no\nsuch")
    assert (kind, reason) == ("not_found", r"sk-1 has no /no\nsuch") and "snapkeep ls" in fix


def test_names_that_lead_out_of_a_folder_are_passed_over() -> None:
    shelf = forged("..", ".", "", "a/../../b", "nul\0", HOSTILE, "a", "a")
    assert names(listed(shelf)) == ["a", HOSTILE]


def test_a_folder_with_ten_million_names_ends_at_the_limit() -> None:
    shelf = forged()
    read: list[int] = []

    def endless() -> Iterator[FileEntry]:
        for number in range(10_000_000):
            read.append(number)
            yield a_file(f"file-{number}")

    shelf.file_systems = ForgedFileSystems(ForgedFileSystem({"/": endless()}))  # type: ignore[dict-item]
    found = listed(shelf, limits=FileLimits(most_entries=1000))
    assert len(found.entries) == 1000
    assert found.left_out == "only 1,000 names are listed: `most_entries` under `files` in snapkeep.yaml"
    assert len(read) == 1001


def test_an_answer_is_never_longer_than_lambda_can_return() -> None:
    found = listed(forged(*(str(number) + "\udcff" * 250 for number in range(5000))))
    assert 1000 < len(found.entries) < MOST_BYTES / 1500 and "an answer holds no more" in found.left_out


def test_an_entry_keeps_its_facts() -> None:
    folder = a_folder("data")
    shelf = Shelf(Image(bytes(2**20)), file_systems=ForgedFileSystems(ForgedFileSystem({"/": [folder]})))
    assert listed(shelf).entries == (ListedEntry(folder),)
