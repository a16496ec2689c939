"""What an installer meets in an account: the scopes its subscription cannot grant, and who installs."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Account:
    """`unavailable_scopes`: what the tier of the account cannot grant; `installer_user_id`: who consents by default."""

    unavailable_scopes: frozenset[str] = frozenset()
    installer_user_id: int = 9001
