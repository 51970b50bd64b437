"""The services that ask vaults in other accounts for copies."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from snapkeep.services.copies.asking.ask_copies import AskCopies
    from snapkeep.services.copies.choose_copies import ChooseCopies
    from snapkeep.services.copies.tell_copies import TellCopies
    from snapkeep.services.restore.holds import HoldPoints
    from snapkeep.wiring.ports import Ports


def ask_copies(ports: Ports, holds: HoldPoints, chooser: ChooseCopies, teller: TellCopies) -> AskCopies:
    """The service that asks vaults for copies, with what it shares with the one that makes copies itself."""
    from snapkeep.services.copies.asking.ask_copies import AskCopies
    from snapkeep.services.copies.asking.ask_point import AskPoint
    from snapkeep.services.copies.asking.check_keys import CheckKeys
    from snapkeep.services.copies.asking.settle_asked import SettleAsked
    from snapkeep.services.copies.asking.sweep_shares import SweepShares

    deployment, news = ports.deployment, ports.copy_news
    asker = AskPoint(deployment, ports.snapshots, holds, ports.shares, ports.vaults, news, ports.clock)
    return AskCopies(
        deployment,
        SettleAsked(deployment.name, asker, news, ports.clock),
        chooser,
        CheckKeys(ports.keys),
        asker,
        SweepShares(deployment, ports.journal.copies, ports.shares),
        teller,
        ports.clock,
    )
