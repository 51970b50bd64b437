"""The functions' rights in AWS, one Python function per statement; the constructs assign them."""

from infra.permissions.archive import archive_snapshots, bring_back_snapshots, measure_snapshots
from infra.permissions.asking import answer_sources, ask_vaults, share_with_vaults
from infra.permissions.backup import (
    adopt_snapshots,
    complete_tags,
    create_snapshots,
    lock_snapshots,
    mark_duplicates,
    unmark_duplicates,
)
from infra.permissions.borrowing import borrow_copies
from infra.permissions.checks import decrypt_points, note_checks, read_blocks
from infra.permissions.common import (
    describe,
    describe_clusters,
    invoke,
    join_network,
    put_events,
    send_messages,
    use_key,
)
from infra.permissions.conditions import Owner
from infra.permissions.copies import (
    copies_in,
    copies_of,
    copy_snapshots,
    delete_copies,
    lock_copies,
    lock_copies_in,
    mark_cancelled_copies,
    mark_duplicate_copies,
    note_checks_of_copies,
    read_copies,
    use_copy_keys,
)
from infra.permissions.file_systems import back_up_file_systems
from infra.permissions.files import hand_out_files, store_files
from infra.permissions.interruption import answer_lifecycle_hooks
from infra.permissions.lending import end_loans, hold_copies, lend_copies
from infra.permissions.objects import (
    encrypt_secrets,
    lock_objects,
    read_objects,
    use_key_of_bucket,
    write_objects,
)
from infra.permissions.recovery_points import prune_recovery_points
from infra.permissions.restore import describe_keys, hold_snapshots, lend_to_copies, look_into_bin
from infra.permissions.restore_file_systems import ask_about_file_systems, restore_file_systems
from infra.permissions.retention import delete_snapshots

__all__ = [
    "Owner",
    "adopt_snapshots",
    "answer_lifecycle_hooks",
    "answer_sources",
    "archive_snapshots",
    "ask_about_file_systems",
    "ask_vaults",
    "back_up_file_systems",
    "borrow_copies",
    "bring_back_snapshots",
    "complete_tags",
    "copies_in",
    "copies_of",
    "copy_snapshots",
    "create_snapshots",
    "decrypt_points",
    "delete_copies",
    "delete_snapshots",
    "describe",
    "describe_clusters",
    "describe_keys",
    "encrypt_secrets",
    "end_loans",
    "hand_out_files",
    "hold_copies",
    "hold_snapshots",
    "invoke",
    "join_network",
    "lend_copies",
    "lend_to_copies",
    "lock_copies",
    "lock_copies_in",
    "lock_objects",
    "lock_snapshots",
    "look_into_bin",
    "mark_cancelled_copies",
    "mark_duplicate_copies",
    "mark_duplicates",
    "measure_snapshots",
    "note_checks",
    "note_checks_of_copies",
    "prune_recovery_points",
    "put_events",
    "read_blocks",
    "read_copies",
    "read_objects",
    "restore_file_systems",
    "send_messages",
    "share_with_vaults",
    "store_files",
    "unmark_duplicates",
    "use_copy_keys",
    "use_key",
    "use_key_of_bucket",
    "write_objects",
]
