"""First contact with exports: a draft of ``params/CLIENT.yml`` in which every guess is marked.

Here, and only here, a file is looked at to find out what it may be. A run reads what params declare, and params with a mark left
are refused.
"""

from cxlib.intake.draft.drafting import Drafted, draft

__all__ = ["Drafted", "draft"]
