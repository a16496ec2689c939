"""From which chance on a record is hot, warm or cold: from what the team can work, or from what a contact costs and a win is worth. Pure."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from integration.scoring.heat_model.base import HeatTerms
from integration.scoring.heat_model.model import Thresholds

_WARM_OF_HOT: Final = 0.5
_LEAST, _MOST = 0.001, 0.999


def thresholds_of(chances: NDArray[np.float64], terms: HeatTerms) -> Thresholds:
    """From chances of records like those to come. Hot is never below warm."""
    if terms.contact_cost_usd is not None and terms.win_worth_usd:
        hot = min(max(terms.contact_cost_usd / terms.win_worth_usd, _LEAST), _MOST)
        words = f"a contact costs {terms.contact_cost_usd:,.0f} USD and a win is worth {terms.win_worth_usd:,.0f} USD"
        return Thresholds(hot=hot, warm=hot * _WARM_OF_HOT, because=words)
    hot, warm = (
        float(np.quantile(chances, 1 - share)) for share in (terms.capacity_ratio, max(terms.warm_ratio, terms.capacity_ratio))
    )
    words = f"the team can work {terms.capacity_ratio:.0%} of the records, and {terms.warm_ratio:.0%} are worth a look".replace(
        "%", " %"
    )
    return Thresholds(hot=min(max(hot, _LEAST), _MOST), warm=min(max(warm, _LEAST), hot), because=words)
