"""Excel templates for what only workshops know, and a questionnaire made from the inventory; filled, they are a source like any other."""

from cxlib.suite.sheets.writing import QUESTIONNAIRE, Written, write

__all__ = ["QUESTIONNAIRE", "Written", "write"]
