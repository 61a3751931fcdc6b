"""The roles inside an account: who judges us, how much they agree, what each role needs, and where buyers and users part."""

from cxlib.customers.roles.accounts import Accounts, accounts
from cxlib.customers.roles.needs import needs, values

__all__ = ["Accounts", "accounts", "needs", "values"]
